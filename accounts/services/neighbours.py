"""What the services here must know of the apps above: who owns an address or a domain.

This app imports no other; the models are asked for by name.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from accounts.models import Context


def alias_elsewhere(context: Context, normalized: str) -> bool:
    """Whether another context has a forwarding alias of this address."""
    return _rows("forwards", "ForwardingAlias").filter(normalized=normalized).exclude(context=context).exists()


def domain_elsewhere(context: Context, domain: str) -> bool:
    """Whether this is another context's explicit domain."""
    return _rows("domains", "ExplicitDomain").filter(name=domain).exclude(context=context).exists()


def aliases_elsewhere(context: Context, domain: str) -> bool:
    """Whether another context has forwarding aliases in this domain."""
    return _rows("forwards", "ForwardingAlias").filter(domain=domain).exclude(context=context).exists()


def explicit_domains() -> Any:
    """All explicit domains, a queryset that can be scoped."""
    return _rows("domains", "ExplicitDomain")


def hold_aliases(context: Context) -> None:
    """Wait for and hold the rows of the context's aliases until the transaction ends."""
    rows = _rows("forwards", "ForwardingAlias").filter(context=context).select_for_update()
    for _pk in rows.order_by("pk").values_list("pk", flat=True).iterator():
        pass


def _rows(app_label: str, model: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model(app_label, model)._default_manager.all()
    return rows
