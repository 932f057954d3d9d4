"""The section of forwarding aliases in a declared world."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Context
from accounts.provision.section import Entry, References, Section, different, given, needed
from accounts.provision.shapes import EntrySerializer, Flag, Text, Texts, Whole
from core.addresses import parse_address
from core.errors import Invalid, NotFound
from forwards.models import ForwardingAlias, Recipient
from forwards.services import create_forward, find_forward, set_forward_active, set_recipients, snapshot


class ForwardSerializer(EntrySerializer):
    """An entry of a forwarding alias."""

    context: Any = Whole()  # the base class has a property of this name
    alias = Text()
    recipients = Texts(required=False)
    is_active = Flag(required=False)


def _apply(references: References, entry: Entry) -> None:
    context, alias = references.context(entry["context"]), entry["alias"]
    try:
        row = find_forward(context, alias)
    except NotFound:
        recipients = needed(entry, "recipients", _("the alias"))
        create_forward(actor=references.actor, context=context, alias=alias, recipients=recipients)
        if entry.get("is_active", True):
            return
        row = find_forward(context, alias)
    changes = different(given(entry, "recipients", "is_active"), snapshot(row))
    if "recipients" in changes:
        set_recipients(actor=references.actor, forward=row, recipients=changes["recipients"])
    if "is_active" in changes:
        set_forward_active(actor=references.actor, forward=row, is_active=changes["is_active"])


def _export() -> Iterator[Entry]:
    for context in Context.objects.order_by("pk").iterator():
        suspended = set(ForwardingAlias.objects.suspended().filter(context=context).values_list("address", flat=True))
        for alias, recipients in Recipient.objects.by_alias(context):
            yield {
                "context": context.pk,
                "alias": alias,
                "recipients": recipients,
                "is_active": alias not in suspended,
            }


def _same(entry: Entry) -> str:
    """An alias is unique over all contexts; what is no address is the service's to refuse."""
    with suppress(Invalid):
        return parse_address(entry["alias"]).normalized
    return str(entry["alias"])


SECTIONS: Final = [
    Section(
        "forwards",
        70,
        ForwardSerializer,
        {"context": "context", "alias": "alias"},
        _apply,
        _export,
        _same,
    )
]
