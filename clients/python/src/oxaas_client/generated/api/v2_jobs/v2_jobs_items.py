from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v2_job_rows import V2JobRows
from ...models.v2_jobs_items_outcome import V2JobsItemsOutcome
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: int,
    *,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    outcome: V2JobsItemsOutcome | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["total"] = total

    json_outcome: str | Unset = UNSET
    if not isinstance(outcome, Unset):
        json_outcome = outcome

    params["outcome"] = json_outcome

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/jobs/{id}/rows".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> V2JobRows | None:
    if response.status_code == 200:
        response_200 = V2JobRows.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[V2JobRows]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    outcome: V2JobsItemsOutcome | Unset = UNSET,
) -> Response[V2JobRows]:
    """Items (jobs)

    Args:
        id (int):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        outcome (V2JobsItemsOutcome | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2JobRows]
    """

    kwargs = _get_kwargs(
        id=id,
        limit=limit,
        cursor=cursor,
        total=total,
        outcome=outcome,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    outcome: V2JobsItemsOutcome | Unset = UNSET,
) -> V2JobRows | None:
    """Items (jobs)

    Args:
        id (int):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        outcome (V2JobsItemsOutcome | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2JobRows
    """

    return sync_detailed(
        id=id,
        client=client,
        limit=limit,
        cursor=cursor,
        total=total,
        outcome=outcome,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    outcome: V2JobsItemsOutcome | Unset = UNSET,
) -> Response[V2JobRows]:
    """Items (jobs)

    Args:
        id (int):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        outcome (V2JobsItemsOutcome | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2JobRows]
    """

    kwargs = _get_kwargs(
        id=id,
        limit=limit,
        cursor=cursor,
        total=total,
        outcome=outcome,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: int,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    total: bool | Unset = False,
    outcome: V2JobsItemsOutcome | Unset = UNSET,
) -> V2JobRows | None:
    """Items (jobs)

    Args:
        id (int):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        outcome (V2JobsItemsOutcome | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2JobRows
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            limit=limit,
            cursor=cursor,
            total=total,
            outcome=outcome,
        )
    ).parsed
