"""The bulk edit of explicit domains."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import ngettext

from bulk.deletion import Delete
from core.actor import Actor
from core.numbers import counted
from domains.models import ExplicitDomain
from domains.services import remove_domain


class DeleteDomains(Delete[ExplicitDomain]):
    """Taken from their contexts; addresses in them stay."""

    name = "domains.delete"
    model = ExplicitDomain

    def related(self, rows: QuerySet[ExplicitDomain]) -> QuerySet[ExplicitDomain]:
        return rows.select_related("context")

    def before(self, row: ExplicitDomain) -> str:
        return row.context.name

    def delete(self, actor: Actor, row: ExplicitDomain) -> None:
        remove_domain(actor=actor, context=row.context, name=row.name)


def count_domains(count: int) -> str:
    """The number in words."""
    return ngettext("%(count)s domain", "%(count)s domains", count) % {"count": counted(count)}


EDITS = (DeleteDomains,)
