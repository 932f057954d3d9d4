"""The section of forwarding aliases in a declared world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Context
from accounts.provision.section import Entry, References, Section, given, needed
from accounts.provision.shapes import Day, EntrySerializer, Flag, Text, Texts, Whole
from changelog.plan import Plan, Planned, plan_what_can_be
from core.actor import Actor
from core.addresses import normalize_uidname as normalize_address
from core.days import day_of
from forwards.doubts import doubts
from forwards.models import ForwardingAlias, Recipient
from forwards.plans import plan_aliases, snapshot
from forwards.services import hold_and_plan, setting
from forwards.wishes import AliasEdit, NewAlias, Wish

# Of most aliases there is nothing to say but their recipients.
_IS_SPECIAL: Final = Q(is_active=False) | Q(expires_on__isnull=False) | Q(note__isnull=False) | Q(labels__isnull=False)


class ForwardSerializer(EntrySerializer):
    """An entry of a forwarding alias."""

    context: Any = Whole()  # the base class has a property of this name
    alias = Text()
    recipients = Texts(required=False)
    is_active = Flag(required=False)
    expires_on = Day(required=False, allow_null=True)
    note = Text(required=False, allow_null=True)
    labels = Texts(required=False)


def _plan(references: References, entries: Sequence[Entry], hold: bool) -> Plan:
    references.load_contexts((entry["context"] for entry in entries), hold=hold)
    present, what = _present(entries), _("the alias")

    def wish(entry: Entry) -> Wish:
        context = references.context(entry["context"])
        row = present.get((context.pk, normalize_address(entry["alias"])))
        columns = given(entry, "is_active", "note", "labels")
        if "expires_on" in entry:
            columns["expires_on"] = day_of(entry["expires_on"])
        if row is None:
            recipients = needed(entry, "recipients", what)
            return NewAlias(context, entry["alias"], recipients, **({"is_active": True} | columns))
        if "recipients" not in entry:
            return AliasEdit(row, **columns)
        return setting(row, entry["recipients"], **columns)

    plan = hold_and_plan if hold else plan_aliases
    return plan_what_can_be(entries, wish, lambda wishes: plan(references.actor, wishes))


def _present(entries: Sequence[Entry]) -> dict[tuple[int, str], ForwardingAlias]:
    """The aliases that the entries are about and that are there, by context and address."""
    names = {normalize_address(entry["alias"]) for entry in entries}
    contexts = {entry["context"] for entry in entries}
    rows = ForwardingAlias.objects.at(list(contexts), list(names)).order_by()
    return {(row.context_id, row.normalized): row for row in rows.select_related("context__reseller")}


def _export() -> Iterator[Entry]:
    for context in Context.objects.order_by("pk").iterator():
        rows = ForwardingAlias.objects.filter(_IS_SPECIAL, context=context)
        special = {row.address: snapshot(row, ()) for row in rows}
        for alias, recipients in Recipient.objects.by_alias(context):
            columns = special.get(alias, {}) | {"alias": alias, "recipients": recipients}
            yield {"context": context.pk, "alias": alias, "recipients": recipients, "is_active": True} | columns


def _doubts(actor: Actor, rows: Sequence[Planned], known: Callable[[Collection[str]], Collection[str]]) -> list[str]:
    """New recipients that do not exist, of each row."""
    return doubts(actor.administrator, [_new_recipients(row) for row in rows], known)


def _new_recipients(row: Planned) -> list[str]:
    had = set((row.before or {}).get("recipients", ()))
    return [one for one in (row.after or {}).get("recipients", ()) if one not in had] if row.changed else []


def _same(entry: Entry) -> tuple[int, str]:
    """An alias is unique in its context."""
    return entry["context"], normalize_address(entry["alias"])


SECTIONS: Final = [
    Section(
        "forwards",
        70,
        ForwardSerializer,
        {"context": "context", "alias": "alias"},
        _export,
        _same,
        plan=_plan,
        doubts=_doubts,
    )
]
