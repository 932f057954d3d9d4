from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v2_label_page import V2LabelPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    reseller: int | Unset = UNSET,
    name: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["total"] = total

    params["sort"] = sort

    params["search"] = search

    params["reseller"] = reseller

    params["name"] = name

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/labels",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> V2LabelPage | None:
    if response.status_code == 200:
        response_200 = V2LabelPage.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[V2LabelPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    reseller: int | Unset = UNSET,
    name: str | Unset = UNSET,
) -> Response[V2LabelPage]:
    """List labels

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        reseller (int | Unset):
        name (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2LabelPage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        reseller=reseller,
        name=name,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    reseller: int | Unset = UNSET,
    name: str | Unset = UNSET,
) -> V2LabelPage | None:
    """List labels

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        reseller (int | Unset):
        name (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2LabelPage
    """

    return sync_detailed(
        client=client,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        reseller=reseller,
        name=name,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    reseller: int | Unset = UNSET,
    name: str | Unset = UNSET,
) -> Response[V2LabelPage]:
    """List labels

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        reseller (int | Unset):
        name (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2LabelPage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        reseller=reseller,
        name=name,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    search: str | Unset = UNSET,
    reseller: int | Unset = UNSET,
    name: str | Unset = UNSET,
) -> V2LabelPage | None:
    """List labels

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        reseller (int | Unset):
        name (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2LabelPage
    """

    return (
        await asyncio_detailed(
            client=client,
            limit=limit,
            cursor=cursor,
            total=total,
            sort=sort,
            search=search,
            reseller=reseller,
            name=name,
        )
    ).parsed
