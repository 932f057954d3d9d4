"""The bulk edit of explicit domains."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy, ngettext

from bulk.edits import BulkEdit, Params, Result
from core.actor import Actor
from domains.models import ExplicitDomain
from domains.services import remove_domain


class DeleteDomains(BulkEdit[ExplicitDomain]):
    """Taken from their contexts; addresses in them stay."""

    name = "domains.delete"
    label = gettext_lazy("Delete")
    permission = "delete"
    model = ExplicitDomain

    def related(self, rows: QuerySet[ExplicitDomain]) -> QuerySet[ExplicitDomain]:
        return rows.select_related("context")

    def before(self, row: ExplicitDomain) -> str:
        return row.context.name

    def apply(self, actor: Actor, row: ExplicitDomain, params: Params) -> Result:
        remove_domain(actor=actor, context=row.context, name=row.name)
        return Result.of(True)


def count_domains(count: int) -> str:
    """The number in words."""
    return ngettext("%(count)s domain", "%(count)s domains", count) % {"count": count}


EDITS = (DeleteDomains,)
