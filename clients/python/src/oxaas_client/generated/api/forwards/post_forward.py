from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.recipient_input_type_0 import RecipientInputType0
from ...types import Response


def _get_kwargs(
    context_id: str,
    alias: str,
    *,
    body: list[str] | RecipientInputType0,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/oxaas/v1/admin/forwards/{context_id}/{alias}".format(
            context_id=quote(str(context_id), safe=""),
            alias=quote(str(alias), safe=""),
        ),
    }

    if isinstance(body, RecipientInputType0):
        _kwargs["json"] = body.to_dict()
    else:
        _kwargs["json"] = body

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | None:
    if response.status_code == 201:
        return None

    if response.status_code == 204:
        return None

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    context_id: str,
    alias: str,
    *,
    client: AuthenticatedClient,
    body: list[str] | RecipientInputType0,
) -> Response[Any]:
    """create the forwarding Alias

    Args:
        context_id (str):
        alias (str):
        body (list[str] | RecipientInputType0):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any]
    """

    kwargs = _get_kwargs(
        context_id=context_id,
        alias=alias,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


async def asyncio_detailed(
    context_id: str,
    alias: str,
    *,
    client: AuthenticatedClient,
    body: list[str] | RecipientInputType0,
) -> Response[Any]:
    """create the forwarding Alias

    Args:
        context_id (str):
        alias (str):
        body (list[str] | RecipientInputType0):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any]
    """

    kwargs = _get_kwargs(
        context_id=context_id,
        alias=alias,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)
