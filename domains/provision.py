"""The section of explicit domains in a declared world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from accounts.provision.section import Entry, References, Section
from accounts.provision.shapes import EntrySerializer, Flag, Text, Whole
from changelog.plan import Plan, plan_what_can_be
from core.addresses import parse_domain
from core.errors import Invalid
from core.keep import KEEP
from domains.models import ExplicitDomain, Proof
from domains.plans import plan_domains
from domains.wishes import DomainWish, declaring


class DomainSerializer(EntrySerializer):
    """An entry of an explicit domain."""

    context: Any = Whole()  # the base class has a property of this name
    domain = Text()
    proven = Flag(required=False)


def _plan(references: References, entries: Sequence[Entry], hold: bool) -> Plan:
    references.load_contexts((entry["context"] for entry in entries), hold=hold)
    present = _present(entries)

    def wish(entry: Entry) -> DomainWish:
        context, name = references.context(entry["context"]), parse_domain(entry["domain"])
        row, proof = present.get((context.pk, name)), Proof.MASTER if entry.get("proven") else KEEP
        return declaring(context, name, proof=proof) if row is None else DomainWish(row, proof)

    return plan_what_can_be(entries, wish, lambda wishes: plan_domains(references.actor, wishes, hold=hold))


def _present(entries: Sequence[Entry]) -> dict[tuple[int, str], ExplicitDomain]:
    """The domains that the entries are about and that are declared for their contexts, by context and name."""
    rows = ExplicitDomain.objects.filter(name__among=list({_same(entry) for entry in entries}))
    return {(row.context_id, row.name): row for row in rows.select_related("context__reseller")}


def _export() -> Iterator[Entry]:
    rows = ExplicitDomain.objects.order_by().values_list("context_id", "name", "proof")
    for context_id, name, proof in sorted(rows):
        proven: Entry = {} if proof in {Proof.WAITING, Proof.NOT_ASKED} else {"proven": True}
        yield {"context": context_id, "domain": name, **proven}


def _same(entry: Entry) -> str:
    """A domain is declared for one context; what is no domain is the service's to refuse."""
    with suppress(Invalid):
        return parse_domain(entry["domain"])
    return str(entry["domain"])


SECTIONS: Final = [
    Section(
        "domains",
        45,
        DomainSerializer,
        {"context": "context", "domain": "domain"},
        _export,
        _same,
        plan=_plan,
    )
]
