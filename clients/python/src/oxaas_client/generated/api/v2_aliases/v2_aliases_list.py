import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v2_alias_page import V2AliasPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    include: str | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    context: int | Unset = UNSET,
    address: str | Unset = UNSET,
    domain: str | Unset = UNSET,
    recipient: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    expires_before: datetime.date | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["include"] = include

    params["limit"] = limit

    params["cursor"] = cursor

    params["total"] = total

    params["sort"] = sort

    params["search"] = search

    params["context"] = context

    params["address"] = address

    params["domain"] = domain

    params["recipient"] = recipient

    params["is_active"] = is_active

    params["label"] = label

    json_expires_before: str | Unset = UNSET
    if not isinstance(expires_before, Unset):
        json_expires_before = expires_before.isoformat()
    params["expires_before"] = json_expires_before

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/aliases",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> V2AliasPage | None:
    if response.status_code == 200:
        response_200 = V2AliasPage.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[V2AliasPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    include: str | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    context: int | Unset = UNSET,
    address: str | Unset = UNSET,
    domain: str | Unset = UNSET,
    recipient: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    expires_before: datetime.date | Unset = UNSET,
) -> Response[V2AliasPage]:
    """List aliases

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        address (str | Unset):
        domain (str | Unset):
        recipient (str | Unset):
        is_active (bool | Unset):
        label (str | Unset):
        expires_before (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2AliasPage]
    """

    kwargs = _get_kwargs(
        include=include,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        context=context,
        address=address,
        domain=domain,
        recipient=recipient,
        is_active=is_active,
        label=label,
        expires_before=expires_before,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    include: str | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    context: int | Unset = UNSET,
    address: str | Unset = UNSET,
    domain: str | Unset = UNSET,
    recipient: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    expires_before: datetime.date | Unset = UNSET,
) -> V2AliasPage | None:
    """List aliases

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        address (str | Unset):
        domain (str | Unset):
        recipient (str | Unset):
        is_active (bool | Unset):
        label (str | Unset):
        expires_before (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2AliasPage
    """

    return sync_detailed(
        client=client,
        include=include,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        context=context,
        address=address,
        domain=domain,
        recipient=recipient,
        is_active=is_active,
        label=label,
        expires_before=expires_before,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    include: str | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    context: int | Unset = UNSET,
    address: str | Unset = UNSET,
    domain: str | Unset = UNSET,
    recipient: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    expires_before: datetime.date | Unset = UNSET,
) -> Response[V2AliasPage]:
    """List aliases

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        address (str | Unset):
        domain (str | Unset):
        recipient (str | Unset):
        is_active (bool | Unset):
        label (str | Unset):
        expires_before (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2AliasPage]
    """

    kwargs = _get_kwargs(
        include=include,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        context=context,
        address=address,
        domain=domain,
        recipient=recipient,
        is_active=is_active,
        label=label,
        expires_before=expires_before,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    include: str | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    context: int | Unset = UNSET,
    address: str | Unset = UNSET,
    domain: str | Unset = UNSET,
    recipient: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    expires_before: datetime.date | Unset = UNSET,
) -> V2AliasPage | None:
    """List aliases

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        address (str | Unset):
        domain (str | Unset):
        recipient (str | Unset):
        is_active (bool | Unset):
        label (str | Unset):
        expires_before (datetime.date | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2AliasPage
    """

    return (
        await asyncio_detailed(
            client=client,
            include=include,
            limit=limit,
            cursor=cursor,
            total=total,
            sort=sort,
            search=search,
            context=context,
            address=address,
            domain=domain,
            recipient=recipient,
            is_active=is_active,
            label=label,
            expires_before=expires_before,
        )
    ).parsed
