from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.post_domain_response_200 import PostDomainResponse200
from ...types import Response


def _get_kwargs(
    contextid: float,
    domain: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/oxaas/v1/admin/explicitmaildomains/{contextid}/{domain}".format(
            contextid=quote(str(contextid), safe=""),
            domain=quote(str(domain), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> PostDomainResponse200 | None:
    if response.status_code == 200:
        response_200 = PostDomainResponse200.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PostDomainResponse200]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    contextid: float,
    domain: str,
    *,
    client: AuthenticatedClient,
) -> Response[PostDomainResponse200]:
    """Create given domain in context

    Args:
        contextid (float):
        domain (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PostDomainResponse200]
    """

    kwargs = _get_kwargs(
        contextid=contextid,
        domain=domain,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    contextid: float,
    domain: str,
    *,
    client: AuthenticatedClient,
) -> PostDomainResponse200 | None:
    """Create given domain in context

    Args:
        contextid (float):
        domain (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PostDomainResponse200
    """

    return sync_detailed(
        contextid=contextid,
        domain=domain,
        client=client,
    ).parsed


async def asyncio_detailed(
    contextid: float,
    domain: str,
    *,
    client: AuthenticatedClient,
) -> Response[PostDomainResponse200]:
    """Create given domain in context

    Args:
        contextid (float):
        domain (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PostDomainResponse200]
    """

    kwargs = _get_kwargs(
        contextid=contextid,
        domain=domain,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contextid: float,
    domain: str,
    *,
    client: AuthenticatedClient,
) -> PostDomainResponse200 | None:
    """Create given domain in context

    Args:
        contextid (float):
        domain (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PostDomainResponse200
    """

    return (
        await asyncio_detailed(
            contextid=contextid,
            domain=domain,
            client=client,
        )
    ).parsed
