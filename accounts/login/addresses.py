"""From where a request comes."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# What may call itself an address without being one, as some proxies have it.
_NAME: Final = re.compile(r"[\w.:-]{1,40}", re.ASCII)


def client_address(request: HttpRequest) -> str:
    """The peer's address, or what the outermost of our own TRUSTED_PROXIES saw.

    What a client itself sends in X-Forwarded-For stands further left and is not looked at.
    """
    hops = settings.TRUSTED_PROXIES
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return _plain(forwarded[-hops] if hops and len(forwarded) >= hops else request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=4096)
def site_of(address: str) -> str:
    """What failures are counted by: of IPv6 the network, as whoever has one address of a /64 has all of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((parsed.packed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """The address as one writes it; some proxies add the port, some sockets write IPv4 as IPv6."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return text if _NAME.fullmatch(text) else ""
    return str((isinstance(address, IPv6Address) and address.ipv4_mapped) or address)
