"""What the search offers before anything is typed: a person's favourites, and what they opened last.

They are kept by model and key alone and looked up anew, so nobody meets what they may not see any more, and what was
deleted is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Administrator, Context, Reseller, User
from accounts.services.preferences import Found, favourites_of, recent_of
from core.scoping import ScopedQuerySet, Viewer, may
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from web.search import Hit, leads_of, numbers_of, page_of

# What is remembered, what one of it is called, and how its rows are read, with a fixed number of statements.
_MODELS: Final[dict[type[Model], tuple[str | Promise, ScopedQuerySet[Any]]]] = {
    Context: (_("Context"), Context.objects.all()),
    User: (_("User"), User.objects.select_related("context")),
    ForwardingAlias: (_("Alias"), ForwardingAlias.objects.select_related("context").prefetch_related("recipients")),
    ExplicitDomain: (_("Domain"), ExplicitDomain.objects.select_related("context")),
    Reseller: (_("Reseller"), Reseller.objects.all()),
    Administrator: (_("Administrator"), Administrator.objects.select_related("context")),
}


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """Both, the latest first; what is a favourite is not named again."""

    favourites: list[Hit]
    recent: list[Hit]

    def of_box(self) -> list[Hit]:
        """As the search box shows them: the kind is which of the two it is."""
        named = [(_("Favourites"), self.favourites), (_("Recent"), self.recent)]
        return [
            replace(hit, kind=name, detail=" · ".join(filter(None, [str(hit.kind), hit.detail])))
            for name, hits in named
            for hit in hits
        ]


def shortcuts_of(administrator: Viewer) -> Shortcuts:
    """What this person may see of them, with at most one statement for each model, and one for aliases' recipients."""
    favourites, recent = favourites_of(administrator), recent_of(administrator)
    rows = _rows(administrator, {*favourites, *recent})
    return Shortcuts(
        [_hit(rows[one]) for one in favourites if one in rows],
        [_hit(rows[one]) for one in recent if one in rows and one not in favourites],
    )


def _rows(administrator: Viewer, wanted: set[Found]) -> dict[Found, Any]:
    found: dict[Found, Any] = {}
    for label in sorted({label for label, _key in wanted}):
        model = apps.get_model(label)
        if model in _MODELS and may(administrator, "view", model):
            keys = [key for other, key in wanted if other == label]
            for row in _MODELS[model][1].visible_to(administrator).filter(pk__in=keys):
                found[label, row.pk] = row
    return found


def _hit(row: Any) -> Hit:
    name, _rows = _MODELS[type(row)]
    context = None if isinstance(row, Context) else getattr(row, "context", None)
    label = str(row)
    return Hit(name, label, numbers_of(row, context), page_of(row), type(row), (label, "", ""), leads_of(row))
