from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v2_domain_page import V2DomainPage
from ...models.v2_domains_list_proof import V2DomainsListProof
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
    name: str | Unset = UNSET,
    is_proven: bool | Unset = UNSET,
    proof: V2DomainsListProof | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["include"] = include

    params["limit"] = limit

    params["cursor"] = cursor

    params["total"] = total

    params["sort"] = sort

    params["search"] = search

    params["context"] = context

    params["name"] = name

    params["is_proven"] = is_proven

    json_proof: str | Unset = UNSET
    if not isinstance(proof, Unset):
        json_proof = proof

    params["proof"] = json_proof

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/domains",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> V2DomainPage | None:
    if response.status_code == 200:
        response_200 = V2DomainPage.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[V2DomainPage]:
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
    name: str | Unset = UNSET,
    is_proven: bool | Unset = UNSET,
    proof: V2DomainsListProof | Unset = UNSET,
) -> Response[V2DomainPage]:
    """List domains

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        name (str | Unset):
        is_proven (bool | Unset):
        proof (V2DomainsListProof | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2DomainPage]
    """

    kwargs = _get_kwargs(
        include=include,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        context=context,
        name=name,
        is_proven=is_proven,
        proof=proof,
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
    name: str | Unset = UNSET,
    is_proven: bool | Unset = UNSET,
    proof: V2DomainsListProof | Unset = UNSET,
) -> V2DomainPage | None:
    """List domains

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        name (str | Unset):
        is_proven (bool | Unset):
        proof (V2DomainsListProof | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2DomainPage
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
        name=name,
        is_proven=is_proven,
        proof=proof,
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
    name: str | Unset = UNSET,
    is_proven: bool | Unset = UNSET,
    proof: V2DomainsListProof | Unset = UNSET,
) -> Response[V2DomainPage]:
    """List domains

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        name (str | Unset):
        is_proven (bool | Unset):
        proof (V2DomainsListProof | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V2DomainPage]
    """

    kwargs = _get_kwargs(
        include=include,
        limit=limit,
        cursor=cursor,
        total=total,
        sort=sort,
        search=search,
        context=context,
        name=name,
        is_proven=is_proven,
        proof=proof,
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
    name: str | Unset = UNSET,
    is_proven: bool | Unset = UNSET,
    proof: V2DomainsListProof | Unset = UNSET,
) -> V2DomainPage | None:
    """List domains

    Args:
        include (str | Unset):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):
        total (bool | Unset):  Default: False.
        sort (str | Unset):
        search (str | Unset):
        context (int | Unset):
        name (str | Unset):
        is_proven (bool | Unset):
        proof (V2DomainsListProof | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V2DomainPage
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
            name=name,
            is_proven=is_proven,
            proof=proof,
        )
    ).parsed
