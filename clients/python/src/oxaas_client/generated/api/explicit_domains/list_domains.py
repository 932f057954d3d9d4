from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.list_domains_response_200 import ListDomainsResponse200
from ...types import Response


def _get_kwargs(
    contextid: float,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/oxaas/v1/admin/explicitmaildomains/{contextid}".format(
            contextid=quote(str(contextid), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ListDomainsResponse200 | None:
    if response.status_code == 200:
        response_200 = ListDomainsResponse200.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ListDomainsResponse200]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    contextid: float,
    *,
    client: AuthenticatedClient,
) -> Response[ListDomainsResponse200]:
    """List all explicit mail domains within given context

    Args:
        contextid (float):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListDomainsResponse200]
    """

    kwargs = _get_kwargs(
        contextid=contextid,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    contextid: float,
    *,
    client: AuthenticatedClient,
) -> ListDomainsResponse200 | None:
    """List all explicit mail domains within given context

    Args:
        contextid (float):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListDomainsResponse200
    """

    return sync_detailed(
        contextid=contextid,
        client=client,
    ).parsed


async def asyncio_detailed(
    contextid: float,
    *,
    client: AuthenticatedClient,
) -> Response[ListDomainsResponse200]:
    """List all explicit mail domains within given context

    Args:
        contextid (float):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListDomainsResponse200]
    """

    kwargs = _get_kwargs(
        contextid=contextid,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contextid: float,
    *,
    client: AuthenticatedClient,
) -> ListDomainsResponse200 | None:
    """List all explicit mail domains within given context

    Args:
        contextid (float):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListDomainsResponse200
    """

    return (
        await asyncio_detailed(
            contextid=contextid,
            client=client,
        )
    ).parsed
