from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.msisdn import Msisdn
from ...types import Response


def _get_kwargs(
    contextid: float,
    userid: float,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/oxaas/v1/admin/contexts/{contextid}/users/{userid}/msisdn".format(
            contextid=quote(str(contextid), safe=""),
            userid=quote(str(userid), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Msisdn | None:
    if response.status_code == 200:
        response_200 = Msisdn.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Msisdn]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    contextid: float,
    userid: float,
    *,
    client: AuthenticatedClient,
) -> Response[Msisdn]:
    """get msisdn of user

    Args:
        contextid (float):
        userid (float):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Msisdn]
    """

    kwargs = _get_kwargs(
        contextid=contextid,
        userid=userid,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    contextid: float,
    userid: float,
    *,
    client: AuthenticatedClient,
) -> Msisdn | None:
    """get msisdn of user

    Args:
        contextid (float):
        userid (float):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Msisdn
    """

    return sync_detailed(
        contextid=contextid,
        userid=userid,
        client=client,
    ).parsed


async def asyncio_detailed(
    contextid: float,
    userid: float,
    *,
    client: AuthenticatedClient,
) -> Response[Msisdn]:
    """get msisdn of user

    Args:
        contextid (float):
        userid (float):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Msisdn]
    """

    kwargs = _get_kwargs(
        contextid=contextid,
        userid=userid,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contextid: float,
    userid: float,
    *,
    client: AuthenticatedClient,
) -> Msisdn | None:
    """get msisdn of user

    Args:
        contextid (float):
        userid (float):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Msisdn
    """

    return (
        await asyncio_detailed(
            contextid=contextid,
            userid=userid,
            client=client,
        )
    ).parsed
