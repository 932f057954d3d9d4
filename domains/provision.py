"""The section of explicit domains in a declared world."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from accounts.provision.section import Entry, References, Section
from accounts.provision.shapes import EntrySerializer, Text, Whole
from core.addresses import parse_domain
from core.errors import Invalid
from domains.models import ExplicitDomain
from domains.services import add_domain


class DomainSerializer(EntrySerializer):
    """An entry of an explicit domain."""

    context: Any = Whole()  # the base class has a property of this name
    domain = Text()


def _apply(references: References, entry: Entry) -> None:
    context = references.context(entry["context"])
    name = parse_domain(entry["domain"])
    if not ExplicitDomain.objects.filter(context=context, name=name).exists():
        add_domain(actor=references.actor, context=context, name=name)


def _export() -> Iterator[Entry]:
    rows = ExplicitDomain.objects.order_by().values_list("context_id", "name")
    for context_id, name in sorted(rows):
        yield {"context": context_id, "domain": name}


def _same(entry: Entry) -> str:
    """A domain belongs to one context; what is no domain is the service's to refuse."""
    with suppress(Invalid):
        return parse_domain(entry["domain"])
    return str(entry["domain"])


SECTIONS: Final = [
    Section(
        "domains",
        60,
        DomainSerializer,
        {"context": "context", "domain": "domain"},
        _apply,
        _export,
        _same,
    )
]
