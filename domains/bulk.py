"""The bulk edit of explicit domains."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import ngettext

from bulk.deletion import DELETE
from bulk.edits import Params
from bulk.planned import PlannedEdit
from changelog.plan import Plan, Planned
from core.actor import Actor
from core.numbers import counted
from domains.models import ExplicitDomain
from domains.plans import plan_domains
from domains.wishes import DomainWish


class DeleteDomains(PlannedEdit[ExplicitDomain]):
    """Taken from their contexts; addresses in them stay."""

    name = "domains.delete"
    model = ExplicitDomain
    label = DELETE
    permission = "delete"

    def related(self, rows: QuerySet[ExplicitDomain]) -> QuerySet[ExplicitDomain]:
        return rows.select_related("context")

    def before(self, row: ExplicitDomain, planned: Planned) -> str:
        return row.context.name

    def plan(self, actor: Actor, rows: Sequence[ExplicitDomain], params: Params, *, hold: bool) -> Plan:
        return plan_domains(actor, [DomainWish(row, delete=True) for row in rows], hold=hold)


def count_domains(count: int) -> str:
    """The number in words."""
    return ngettext("%(count)s domain", "%(count)s domains", count) % {"count": counted(count)}


EDITS = (DeleteDomains,)
