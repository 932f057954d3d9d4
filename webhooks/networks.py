"""Where webhooks may go: to the open network, never to the hoster's own unless a setting names it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.resolving import Resolver

LOOK_UP_SECONDS: Final = 5.0
"""So long a name may be looked up."""
# As many as there can be receivers at a time, and as many again that were left behind.
_look_ups = Resolver("webhook-name", 16)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Ways in which IPv6 carries an IPv4 address to a gateway, and how far that stands from the right.
_CARRIERS: Final = (
    (ipaddress.ip_network("64:ff9b::/96"), 0),
    (ipaddress.ip_network("64:ff9b:1::/48"), 0),
    (ipaddress.ip_network("::/96"), 0),
    (ipaddress.ip_network("2002::/16"), 80),
)
# Special ranges that not every version of Python knows for such.
_CLOSED: Final = tuple(
    ipaddress.ip_network(one)
    for one in ("192.0.0.0/24", "192.88.99.0/24", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16")
)


class Refused(Exception):
    """Nothing is sent there; the text says why."""


def parsed(url: str) -> SplitResult:
    """The parts of an address that can be a webhook's, whatever is there. Invalid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    visible = url.isascii() and url.isprintable() and " " not in url
    if not visible or parts.scheme not in {"https", "http"} or not parts.hostname or port == 0:
        raise Invalid(_("It must be an address such as https://hooks.example/changes, in ASCII."), field="url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid(_("It must have no user, no password and no fragment."), field="url")
    return parts


def check(url: str) -> None:
    """Refuse what is wrong whatever the DNS says: plain HTTP to the open network, an internal address. Invalid."""
    parts = parsed(url)
    if parts.scheme == "http" and not settings.WEBHOOK_NETWORKS:
        raise Invalid(_("It must begin with https://."), field="url")
    try:
        literal = ipaddress.ip_address(str(parts.hostname))
    except ValueError:
        return
    if not may_reach(literal, plain=parts.scheme == "http"):
        raise Invalid(_("Webhooks may not go to this address."), field="url")


def addresses_of(parts: SplitResult) -> list[str]:
    """Where to connect to, all of it checked: nobody may look the name up again afterwards. Refused; OSError."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = _look_ups.look_up(str(parts.hostname), port, LOOK_UP_SECONDS)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    plain = parts.scheme == "http"
    # One that is internal among others is either a mistake or an attempt to get in by chance.
    if not addresses or not all(may_reach(ipaddress.ip_address(one), plain=plain) for one in addresses):
        raise Refused("the address is not one that webhooks may go to")
    return addresses


def may_reach(address: Address, *, plain: bool) -> bool:
    """Whether something may be sent to this address, `plain` without TLS: that only within WEBHOOK_NETWORKS."""
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    seen = mapped or address
    if any(seen in ipaddress.ip_network(one) for one in settings.WEBHOOK_NETWORKS):
        return True
    return not plain and all(_is_open(one) for one in (seen, *_carried(seen)))


def _is_open(address: Address) -> bool:
    """Whether it is anywhere in the internet, and one machine."""
    closed = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    special = any(address in one for one in _CLOSED)
    return address.is_global and not address.is_private and not (closed or site_local or special)


def _carried(address: Address) -> Iterator[Address]:
    """The IPv4 addresses that a gateway would make of an IPv6 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    for network, shift in _CARRIERS:
        if address in network:
            yield ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    if address.teredo is not None:
        yield from address.teredo
