"""The section of explicit domains in a declared world."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from accounts.provision.section import Entry, References, Section
from accounts.provision.shapes import EntrySerializer, Flag, Text, Whole
from core.addresses import parse_domain
from core.errors import Invalid
from domains.models import ExplicitDomain, Proof
from domains.services import add_domain, mark_proven


class DomainSerializer(EntrySerializer):
    """An entry of an explicit domain."""

    context: Any = Whole()  # the base class has a property of this name
    domain = Text()
    proven = Flag(required=False)


def _apply(references: References, entry: Entry) -> None:
    context = references.context(entry["context"])
    name = parse_domain(entry["domain"])
    row = ExplicitDomain.objects.filter(context=context, name=name).first()
    if row is None:
        row = add_domain(actor=references.actor, context=context, name=name)
    if entry.get("proven") and not row.is_proven:
        mark_proven(actor=references.actor, domain=row)


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
        apply=_apply,
    )
]
