"""System checks of what reading a variable cannot see: numbered, each a pure function of the settings.

Values that are wrong by themselves are refused in `oxaas/environment.py`, before there are settings.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks

from core.addresses import parse_domain
from core.errors import Invalid
from domains.lookup import mx_hosts, name_servers

TAG: Final = "oxaas"


@register(TAG)
def check_mail_store(**kwargs: Any) -> list[CheckMessage]:
    """E001: MAIL_STORE names a store that exists in this product."""
    from mailstats.stores import store_from_url

    try:
        store_from_url(settings.MAIL_STORE)
    except ValueError as error:
        return [Error(f"MAIL_STORE is wrong: {error}", id="oxaas.E001")]
    return []


@register(TAG)
def check_reserved_domains(**kwargs: Any) -> list[CheckMessage]:
    """E002: RESERVED_DOMAINS are domain names."""
    try:
        for name in settings.RESERVED_DOMAINS:
            parse_domain(name)
    except Invalid as error:
        return [Error(f"RESERVED_DOMAINS is wrong: {error}", id="oxaas.E002")]
    return []


@register(TAG)
def check_mx_hosts(**kwargs: Any) -> list[CheckMessage]:
    """E003: MX_HOSTS are host names."""
    try:
        mx_hosts()
    except Invalid as error:
        return [Error(f"MX_HOSTS is wrong: {error}", id="oxaas.E003")]
    return []


@register(TAG)
def check_dns_resolvers(**kwargs: Any) -> list[CheckMessage]:
    """E004: DNS_RESOLVERS are addresses."""
    try:
        name_servers()
    except ValueError as error:
        return [Error(f"DNS_RESOLVERS is wrong: {error}", id="oxaas.E004")]
    return []


@register(TAG)
def check_replica(**kwargs: Any) -> list[CheckMessage]:
    """E005: a replica is PostgreSQL's."""
    engines = {name: one["ENGINE"].rpartition(".")[2] for name, one in settings.DATABASES.items()}
    if "replica" in engines and set(engines.values()) != {"postgresql"}:
        return [Error("DATABASE_REPLICA_URL is wrong: it and DATABASE_URL must be PostgreSQL's.", id="oxaas.E005")]
    return []


def wrong_configuration() -> list[str]:
    """What these checks find, for a server that starts without Django's command line."""
    return [str(message.msg) for message in run_checks(tags=[TAG])]
