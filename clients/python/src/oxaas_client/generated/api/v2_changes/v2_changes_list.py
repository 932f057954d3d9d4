import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v2_change_page import V2ChangePage
from ...models.v2_changes_list_action import V2ChangesListAction
from ...models.v2_changes_list_channel import V2ChangesListChannel
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    after: str | Unset = UNSET,
    wait: int | Unset = 0,
    search: str | Unset = UNSET,
    kind: str | Unset = UNSET,
    object_: int | Unset = UNSET,
    action: V2ChangesListAction | Unset = UNSET,
    channel: V2ChangesListChannel | Unset = UNSET,
    context: int | Unset = UNSET,
    reseller: int | Unset = UNSET,
    user: int | Unset = UNSET,
    administrator: int | Unset = UNSET,
    batch: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    before: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["total"] = total

    params["sort"] = sort

    params["after"] = after

    params["wait"] = wait

    params["search"] = search

    params["kind"] = kind

    params["object"] = object_

    json_action: str | Unset = UNSET
    if not isinstance(action, Unset):
        json_action = action

    params["action"] = json_action

    json_channel: str | Unset = UNSET
    if not isinstance(channel, Unset):
        json_channel = channel

    params["channel"] = json_channel

    params["context"] = context

    params["reseller"] = reseller

    params["user"] = user

    params["administrator"] = administrator

    json_batch: str | Unset = UNSET
    if not isinstance(batch, Unset):
        json_batch = str(batch)
    params["batch"] = json_batch

    json_since: str | Unset = UNSET
    if not isinstance(since, Unset):
        json_since = since.isoformat()
    params["since"] = json_since

    json_before: str | Unset = UNSET
    if not isinstance(before, Unset):
        json_before = before.isoformat()
    params["before"] = json_before

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/changes",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> V2ChangePage | None:
    if response.status_code == 200:
        response_200 = V2ChangePage.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[V2ChangePage]:
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
    after: str | Unset = UNSET,
    wait: int | Unset = 0,
    search: str | Unset = UNSET,
    kind: str | Unset = UNSET,
    object_: int | Unset = UNSET,
    action: V2ChangesListAction | Unset = UNSET,
    channel: V2ChangesListChannel | Unset = UNSET,
    context: int | Unset = UNSET,
    reseller: int | Unset = UNSET,
    user: int | Unset = UNSET,
    administrator: int | Unset = UNSET,
    batch: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    before: datetime.datetime | Unset = UNSET,
) -> Response[V2ChangePage]:
    """List changes

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        after (str | Unset):
        wait (int | Unset):  Default: 0.
        search (str | Unset):
        kind (str | Unset):
        object_ (int | Unset):
        action (V2ChangesListAction | Unset):
        channel (V2ChangesListChannel | Unset):
        context (int | Unset):
        reseller (int | Unset):
        user (int | Unset):
        administrator (int | Unset):
        batch (UUID | Unset):
        since (datetime.datetime | Unset):
        before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2ChangePage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        after=after,
        wait=wait,
        search=search,
        kind=kind,
        object_=object_,
        action=action,
        channel=channel,
        context=context,
        reseller=reseller,
        user=user,
        administrator=administrator,
        batch=batch,
        since=since,
        before=before,
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
    after: str | Unset = UNSET,
    wait: int | Unset = 0,
    search: str | Unset = UNSET,
    kind: str | Unset = UNSET,
    object_: int | Unset = UNSET,
    action: V2ChangesListAction | Unset = UNSET,
    channel: V2ChangesListChannel | Unset = UNSET,
    context: int | Unset = UNSET,
    reseller: int | Unset = UNSET,
    user: int | Unset = UNSET,
    administrator: int | Unset = UNSET,
    batch: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    before: datetime.datetime | Unset = UNSET,
) -> V2ChangePage | None:
    """List changes

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        after (str | Unset):
        wait (int | Unset):  Default: 0.
        search (str | Unset):
        kind (str | Unset):
        object_ (int | Unset):
        action (V2ChangesListAction | Unset):
        channel (V2ChangesListChannel | Unset):
        context (int | Unset):
        reseller (int | Unset):
        user (int | Unset):
        administrator (int | Unset):
        batch (UUID | Unset):
        since (datetime.datetime | Unset):
        before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2ChangePage
    """

    return sync_detailed(
        client=client,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        after=after,
        wait=wait,
        search=search,
        kind=kind,
        object_=object_,
        action=action,
        channel=channel,
        context=context,
        reseller=reseller,
        user=user,
        administrator=administrator,
        batch=batch,
        since=since,
        before=before,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    after: str | Unset = UNSET,
    wait: int | Unset = 0,
    search: str | Unset = UNSET,
    kind: str | Unset = UNSET,
    object_: int | Unset = UNSET,
    action: V2ChangesListAction | Unset = UNSET,
    channel: V2ChangesListChannel | Unset = UNSET,
    context: int | Unset = UNSET,
    reseller: int | Unset = UNSET,
    user: int | Unset = UNSET,
    administrator: int | Unset = UNSET,
    batch: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    before: datetime.datetime | Unset = UNSET,
) -> Response[V2ChangePage]:
    """List changes

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        after (str | Unset):
        wait (int | Unset):  Default: 0.
        search (str | Unset):
        kind (str | Unset):
        object_ (int | Unset):
        action (V2ChangesListAction | Unset):
        channel (V2ChangesListChannel | Unset):
        context (int | Unset):
        reseller (int | Unset):
        user (int | Unset):
        administrator (int | Unset):
        batch (UUID | Unset):
        since (datetime.datetime | Unset):
        before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2ChangePage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        after=after,
        wait=wait,
        search=search,
        kind=kind,
        object_=object_,
        action=action,
        channel=channel,
        context=context,
        reseller=reseller,
        user=user,
        administrator=administrator,
        batch=batch,
        since=since,
        before=before,
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
    after: str | Unset = UNSET,
    wait: int | Unset = 0,
    search: str | Unset = UNSET,
    kind: str | Unset = UNSET,
    object_: int | Unset = UNSET,
    action: V2ChangesListAction | Unset = UNSET,
    channel: V2ChangesListChannel | Unset = UNSET,
    context: int | Unset = UNSET,
    reseller: int | Unset = UNSET,
    user: int | Unset = UNSET,
    administrator: int | Unset = UNSET,
    batch: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    before: datetime.datetime | Unset = UNSET,
) -> V2ChangePage | None:
    """List changes

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        after (str | Unset):
        wait (int | Unset):  Default: 0.
        search (str | Unset):
        kind (str | Unset):
        object_ (int | Unset):
        action (V2ChangesListAction | Unset):
        channel (V2ChangesListChannel | Unset):
        context (int | Unset):
        reseller (int | Unset):
        user (int | Unset):
        administrator (int | Unset):
        batch (UUID | Unset):
        since (datetime.datetime | Unset):
        before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2ChangePage
    """

    return (
        await asyncio_detailed(
            client=client,
            limit=limit,
            cursor=cursor,
            total=total,
            sort=sort,
            after=after,
            wait=wait,
            search=search,
            kind=kind,
            object_=object_,
            action=action,
            channel=channel,
            context=context,
            reseller=reseller,
            user=user,
            administrator=administrator,
            batch=batch,
            since=since,
            before=before,
        )
    ).parsed
