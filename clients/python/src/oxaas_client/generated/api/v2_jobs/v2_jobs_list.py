from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v2_job_page import V2JobPage
from ...models.v2_jobs_list_state import V2JobsListState
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    state: V2JobsListState | Unset = UNSET,
    edit: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["total"] = total

    params["sort"] = sort

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state

    params["state"] = json_state

    params["edit"] = edit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/jobs",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> V2JobPage | None:
    if response.status_code == 200:
        response_200 = V2JobPage.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[V2JobPage]:
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
    state: V2JobsListState | Unset = UNSET,
    edit: str | Unset = UNSET,
) -> Response[V2JobPage]:
    """List jobs

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        state (V2JobsListState | Unset):
        edit (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2JobPage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        state=state,
        edit=edit,
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
    state: V2JobsListState | Unset = UNSET,
    edit: str | Unset = UNSET,
) -> V2JobPage | None:
    """List jobs

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        state (V2JobsListState | Unset):
        edit (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2JobPage
    """

    return sync_detailed(
        client=client,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        state=state,
        edit=edit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    sort: str | Unset = UNSET,
    state: V2JobsListState | Unset = UNSET,
    edit: str | Unset = UNSET,
) -> Response[V2JobPage]:
    """List jobs

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        state (V2JobsListState | Unset):
        edit (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2JobPage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        state=state,
        edit=edit,
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
    state: V2JobsListState | Unset = UNSET,
    edit: str | Unset = UNSET,
) -> V2JobPage | None:
    """List jobs

    Args:
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        state (V2JobsListState | Unset):
        edit (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2JobPage
    """

    return (
        await asyncio_detailed(
            client=client,
            limit=limit,
            cursor=cursor,
            total=total,
            sort=sort,
            state=state,
            edit=edit,
        )
    ).parsed
