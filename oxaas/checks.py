"""System checks for wrong configuration: numbered, each a pure function of the settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from accounts import ownership
from core.addresses import parse_domain
from core.errors import Invalid


@register
def check_login_failure_limit(**kwargs: Any) -> list[CheckMessage]:
    """E001: LOGIN_FAILURE_LIMIT counts logins; 0 turns the limit off."""
    if settings.LOGIN_FAILURE_LIMIT >= 0:
        return []
    return [Error("LOGIN_FAILURE_LIMIT must be 0 (no limit) or a positive number.", id="oxaas.E001")]


@register
def check_max_recipients(**kwargs: Any) -> list[CheckMessage]:
    """E002: an alias needs at least one recipient."""
    if settings.MAX_RECIPIENTS >= 1:
        return []
    return [Error("MAX_RECIPIENTS must be at least 1.", id="oxaas.E002")]


@register
def check_mail_store(**kwargs: Any) -> list[CheckMessage]:
    """E003: MAIL_STORE names a store that exists in this product."""
    from mailstats.stores import store_from_url

    try:
        store_from_url(settings.MAIL_STORE)
    except ValueError as error:
        return [Error(f"MAIL_STORE is wrong: {error}", id="oxaas.E003")]
    return []


@register
def check_database(**kwargs: Any) -> list[CheckMessage]:
    """E004: the product knows SQLite and PostgreSQL."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        return []
    scheme = urlsplit(engine).path
    return [Error(f"DATABASE_URL must begin with sqlite:// or postgres://, not {scheme}.", id="oxaas.E004")]


@register
def check_trusted_proxies(**kwargs: Any) -> list[CheckMessage]:
    """E005: TRUSTED_PROXIES is a number of hops."""
    if settings.TRUSTED_PROXIES >= 0:
        return []
    return [Error("TRUSTED_PROXIES must be 0 (none) or the number of proxies in front.", id="oxaas.E005")]


@register
def check_bulk_edits(**kwargs: Any) -> list[CheckMessage]:
    """E006: the limits of bulk edits are numbers of rows and of days."""
    lowest = {"BULK_CONFIRM_ABOVE": 0, "BULK_REQUEST_ROWS": 0, "BULK_KEEP_DAYS": 1}
    return [
        Error(f"{name} must be at least {least}.", id="oxaas.E006")
        for name, least in lowest.items()
        if getattr(settings, name) < least
    ]


@register
def check_login_cache(**kwargs: Any) -> list[CheckMessage]:
    """E007: LOGIN_CACHE_SECONDS is a time, or 0."""
    if settings.LOGIN_CACHE_SECONDS >= 0:
        return []
    return [Error("LOGIN_CACHE_SECONDS must be 0 (never remember a login) or a number of seconds.", id="oxaas.E007")]


@register
def check_undeclared_domains(**kwargs: Any) -> list[CheckMessage]:
    """E008: UNDECLARED_DOMAINS is one of two words."""
    if settings.UNDECLARED_DOMAINS in {ownership.ALLOW, ownership.REFUSE}:
        return []
    return [Error('UNDECLARED_DOMAINS must be "allow" or "refuse".', id="oxaas.E008")]


@register
def check_reserved_domains(**kwargs: Any) -> list[CheckMessage]:
    """E009: RESERVED_DOMAINS are domain names."""
    try:
        for name in settings.RESERVED_DOMAINS:
            parse_domain(name)
    except Invalid as error:
        return [Error(f"RESERVED_DOMAINS is wrong: {error}", id="oxaas.E009")]
    return []
