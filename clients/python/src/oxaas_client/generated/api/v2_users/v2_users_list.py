from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v2_user_page import V2UserPage
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
    number: int | Unset = UNSET,
    uidname: str | Unset = UNSET,
    msisdn: str | Unset = UNSET,
    custom: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["include"] = include

    params["limit"] = limit

    params["cursor"] = cursor

    params["total"] = total

    params["sort"] = sort

    params["search"] = search

    params["context"] = context

    params["number"] = number

    params["uidname"] = uidname

    params["msisdn"] = msisdn

    params["custom"] = custom

    params["is_active"] = is_active

    params["label"] = label

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/users",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> V2UserPage | None:
    if response.status_code == 200:
        response_200 = V2UserPage.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[V2UserPage]:
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
    number: int | Unset = UNSET,
    uidname: str | Unset = UNSET,
    msisdn: str | Unset = UNSET,
    custom: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
) -> Response[V2UserPage]:
    """List users

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        number (int | Unset):
        uidname (str | Unset):
        msisdn (str | Unset):
        custom (str | Unset):
        is_active (bool | Unset):
        label (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2UserPage]
    """

    kwargs = _get_kwargs(
        include=include,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        context=context,
        number=number,
        uidname=uidname,
        msisdn=msisdn,
        custom=custom,
        is_active=is_active,
        label=label,
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
    number: int | Unset = UNSET,
    uidname: str | Unset = UNSET,
    msisdn: str | Unset = UNSET,
    custom: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
) -> V2UserPage | None:
    """List users

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        number (int | Unset):
        uidname (str | Unset):
        msisdn (str | Unset):
        custom (str | Unset):
        is_active (bool | Unset):
        label (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2UserPage
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
        number=number,
        uidname=uidname,
        msisdn=msisdn,
        custom=custom,
        is_active=is_active,
        label=label,
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
    number: int | Unset = UNSET,
    uidname: str | Unset = UNSET,
    msisdn: str | Unset = UNSET,
    custom: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
) -> Response[V2UserPage]:
    """List users

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        number (int | Unset):
        uidname (str | Unset):
        msisdn (str | Unset):
        custom (str | Unset):
        is_active (bool | Unset):
        label (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2UserPage]
    """

    kwargs = _get_kwargs(
        include=include,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        context=context,
        number=number,
        uidname=uidname,
        msisdn=msisdn,
        custom=custom,
        is_active=is_active,
        label=label,
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
    number: int | Unset = UNSET,
    uidname: str | Unset = UNSET,
    msisdn: str | Unset = UNSET,
    custom: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    label: str | Unset = UNSET,
) -> V2UserPage | None:
    """List users

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        number (int | Unset):
        uidname (str | Unset):
        msisdn (str | Unset):
        custom (str | Unset):
        is_active (bool | Unset):
        label (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2UserPage
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
            number=number,
            uidname=uidname,
            msisdn=msisdn,
            custom=custom,
            is_active=is_active,
            label=label,
        )
    ).parsed
