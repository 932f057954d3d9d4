"""What becomes of many aliases: the rules, asked for all of them with a number of statements that does not grow.

`plan_aliases` decides and locks nothing; the plan's `write` does it. A list of one is a list like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from accounts.models import Context
from accounts.ownership import Claims
from accounts.services.marks import LabelRules, clean_note
from changelog.entries import Entry, Snapshot
from changelog.plan import Planned, refuse_strangers
from changelog.record import record_all
from core.actor import Actor
from core.addresses import Address
from core.errors import Conflict, DomainError, Invalid
from core.iteration import batched
from core.keep import KEEP, Keep
from core.prepared import Call, insert_one, insert_rows
from forwards.facts import Facts, look_up
from forwards.graph import Graph
from forwards.models import ForwardingAlias, Recipient
from forwards.wishes import AliasEdit, NewAlias, Wish, address_of, check_count, once

_CHUNK: Final = 1000


@dataclass(slots=True)
class _Draft:
    """One alias on its way: `before` and `after` are its recipients, None where there is no alias.

    `gone` are the primary keys of recipients that go.
    """

    row: ForwardingAlias
    planned: Planned = field(default_factory=Planned)
    before: dict[str, tuple[int, Address]] = field(default_factory=dict)
    added: list[Address] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    context: Context | None = None
    # What its own columns become.
    columns: dict[str, Any] = field(default_factory=dict)
    deleted: bool = False


class AliasPlan:
    """What becomes of many aliases."""

    def __init__(self, drafts: Sequence[_Draft]) -> None:
        self._drafts = drafts
        self.rows = [draft.planned for draft in drafts]

    def write(self, actor: Actor) -> None:
        """Do it, with statements whose number does not grow, and record it."""
        due = [draft for draft in self._drafts if draft.planned.changed]
        new = [draft for draft in due if draft.row._state.adding]
        _insert_aliases([draft.row for draft in new])
        for draft in new:
            draft.planned.entries = [replace(one, key=draft.row.pk) for one in draft.planned.entries]
        for keys in batched([key for draft in due for key in draft.gone if not draft.deleted], _CHUNK):
            Recipient.objects.filter(pk__among=keys).delete()
        recipients = [_recipient(draft.row, one) for draft in due for one in draft.added]
        _write_columns([draft for draft in due if not draft.row._state.adding])
        if actor.batch is None and any(len(draft.planned.entries) > 1 for draft in due):
            actor = actor.in_batch()
        record_all(actor, chain.from_iterable(draft.planned.entries for draft in due), behind=recipients)
        for keys in batched([draft.row.pk for draft in due if draft.deleted], _CHUNK):
            # Both by their keys alone: the one `delete` of the aliases would read what it deletes.
            Recipient.objects.filter(alias__among=keys).delete()
            ForwardingAlias.objects.filter(pk__among=keys)._raw_delete(DEFAULT_DB_ALIAS)


def plan_aliases(actor: Actor, wishes: Sequence[Wish], facts: Facts | None = None) -> AliasPlan:
    """What becomes of each wish, in their order, as if they were fulfilled one after the other.

    No two may be about one alias. The facts are those `facts_about` the wishes; who holds something has read them then.
    """
    facts = facts_about(wishes) if facts is None else facts
    drafts = [_new_draft(one) if isinstance(one, NewAlias) else _Draft(one.row) for one in wishes]
    _load_recipients(drafts)
    wanted = [_wanted(wish, draft) for wish, draft in zip(wishes, drafts, strict=True)]
    rules = _Rules(actor, facts, drafts, wanted, wishes)
    for wish, draft, recipients in zip(wishes, drafts, wanted, strict=True):
        try:
            rules.decide(wish, draft, recipients)
        except DomainError as error:
            draft.planned.refusal = error
    refuse_strangers(actor, [draft.planned for draft in drafts])
    return AliasPlan(drafts)


def facts_about(wishes: Sequence[Wish], *, behind: Sequence[Call] = ()) -> Facts:
    """What the rules look at for these wishes, as it is after the calls that go before."""
    asked = [wish for wish in wishes if wish.address is not None and wish.makes_edges]
    if not asked:
        return Facts()
    facts = look_up(
        contexts={wish.place for wish in asked},
        names={wish.address.normalized for wish in asked if wish.address is not None},
        domains={wish.address.domain for wish in asked if wish.address is not None},
        recipients={one.normalized for wish in asked for one in wish.new},
        behind=behind,
    )
    # Edges of an alias that moves begin to be served, and they may continue others that nobody holds.
    moves = any(isinstance(wish, AliasEdit) and wish.context is not None for wish in asked)
    return replace(facts, continues=True) if moves else facts


def entry(row: ForwardingAlias, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's entry about this alias."""
    return Entry("forward", row.pk or 0, row.address, before, after, row.context.owners)


def snapshot(row: ForwardingAlias, recipients: Iterable[str] | None = None) -> Snapshot:
    """What the change log keeps of an alias, without what is not set; its recipients are read unless they are given."""
    if recipients is None:
        recipients = row.recipients.order_by("pk").values_list("address", flat=True)
    columns = {"is_active": row.is_active, "expires_on": row.expires_on, "note": row.note, "labels": row.labels}
    return {"alias": row.address, "recipients": list(recipients), **_as_kept(columns)}


class _Rules:
    """The rules for one batch, with all that they look at read beforehand."""

    def __init__(
        self,
        actor: Actor,
        facts: Facts,
        drafts: Sequence[_Draft],
        wanted: Sequence[Sequence[Address] | DomainError],
        wishes: Sequence[Wish],
    ) -> None:
        self._actor = actor
        self._labels = LabelRules(actor, ((_owner_of(wish), wish.labels) for wish in wishes))
        self._present = set(facts.present)
        self._claims = Claims(facts.owners, facts.waiting)
        self._graph = Graph()
        if facts.continues:
            edges = [
                (draft, one) for draft, one in zip(drafts, wanted, strict=True) if not isinstance(one, DomainError)
            ]
            self._graph = Graph.around(
                {draft.row.normalized for draft, _one in edges},
                {one.normalized for _draft, ones in edges for one in ones},
            )

    def decide(self, wish: Wish, draft: _Draft, wanted: Sequence[Address] | DomainError) -> None:
        """Write into the draft what becomes of it. DomainError."""
        if draft.planned.refusal is not None:
            return
        if isinstance(wish, NewAlias):
            self._decide_new(wish, draft, wanted)
        elif isinstance(wanted, DomainError):
            raise wanted
        else:
            self._decide_edit(wish, draft, wanted)

    def _decide_new(self, wish: NewAlias, draft: _Draft, wanted: Sequence[Address] | DomainError) -> None:
        row = draft.row
        if (row.context_id, row.normalized) in self._present:
            if wish.must_be_new:
                raise Conflict(_("The context has this alias already."))
            return
        # Whose address it is counts first: a bad recipient must not tell another context's domain from a free one.
        if (refusal := self._claims.refusal(row.context, address_of(row))) is not None:
            raise refusal
        if isinstance(wanted, DomainError):
            raise wanted
        self._check_edges(row, row.context, wanted, gone=())
        for name, value in self._columns(wish).items():
            setattr(row, name, value)
        draft.added = list(wanted)
        self._present.add((row.context_id, row.normalized))
        draft.planned.entries = [entry(row, None, snapshot(row, [one.written for one in wanted]))]

    def _decide_edit(self, wish: AliasEdit, draft: _Draft, wanted: Sequence[Address]) -> None:
        row, present, before = draft.row, draft.before, draft.planned.before
        if not wanted:
            draft.deleted = True
            self._graph.remove(row.normalized, present)
            draft.planned.entries = [entry(row, before, None)]
            return
        columns = self._columns(wish)
        kept = {one.normalized for one in wanted} & present.keys()
        moved = wish.context is not None and wish.context.pk != row.context_id
        draft.added = [one for one in wanted if one.normalized not in present]
        draft.gone = [key for name, (key, _one) in present.items() if name not in kept]
        context = wish.context if moved and wish.context is not None else row.context
        if moved:
            self._check_place(row, context)
        if draft.added:
            check_count(len(wanted))
        if draft.added or moved:
            self._check_edges(row, context, wanted if moved else draft.added, gone=present.keys() - kept)
        after = (before or {}) | {
            "recipients": [one.written for name, (_key, one) in present.items() if name in kept]
            + [one.written for one in draft.added]
        }
        draft.columns = columns
        after = {name: value for name, value in after.items() if name not in columns} | _as_kept(columns)
        draft.planned.entries = [entry(row, before, after)]
        if moved:
            draft.context = context
            arrived = replace(entry(row, None, after), owners=context.owners)
            draft.planned.entries = [entry(row, before, None), arrived]

    def _columns(self, wish: Wish) -> dict[str, Any]:
        """What the alias's own columns shall be, as far as the wish says it. Invalid, NotAllowed."""
        owner, present = _owner_of(wish), None if isinstance(wish, NewAlias) else wish.row.labels
        found: dict[str, Any] = {
            "is_active": KEEP if wish.is_active is None else wish.is_active,
            "expires_on": wish.expires_on,
            "note": clean_note(wish.note),
            "labels": self._labels.chosen(owner, wish.labels, present),
        }
        return {name: value for name, value in found.items() if not isinstance(value, Keep)}

    def _check_place(self, row: ForwardingAlias, context: Context) -> None:
        """Refuse to move the alias where its domain or address is somebody else's."""
        if (refusal := self._claims.refusal(context, address_of(row))) is not None:
            raise refusal
        if (context.pk, row.normalized) in self._present:
            raise Conflict(_("The context %(context)s has this alias already.") % {"context": context.name})
        self._present.add((context.pk, row.normalized))

    def _check_edges(
        self, row: ForwardingAlias, context: Context, added: Sequence[Address], *, gone: Collection[str]
    ) -> None:
        """Refuse the alias itself, loops and long chains. An alias that is not served closes nothing."""
        names = [one.normalized for one in added]
        if row.normalized in names:
            raise Invalid(_("An alias cannot be its own recipient."), field="recipients")
        if self._claims.owners.get(row.domain) != context.pk:
            return
        self._graph.remove(row.normalized, gone)
        try:
            self._graph.check(self._actor, row.normalized, names)
        except Invalid:
            self._graph.add(row.normalized, gone)
            raise
        self._graph.add(row.normalized, names)


def _new_draft(wish: NewAlias) -> _Draft:
    row = ForwardingAlias(pk=wish.key, context=wish.context)
    address = wish.parsed
    if isinstance(address, Invalid):
        return _Draft(row, Planned(refusal=address))
    row.address, row.normalized, row.domain = address.written, address.normalized, address.domain
    return _Draft(row)


def _load_recipients(drafts: Sequence[_Draft]) -> None:
    """Give the aliases that are there their recipients."""
    there = [draft for draft in drafts if not draft.row._state.adding]
    found = Recipient.objects.of_aliases(draft.row.pk for draft in there)
    for draft in there:
        draft.before = found.get(draft.row.pk, {})
        draft.planned.before = snapshot(draft.row, [one.written for _key, one in draft.before.values()])


def _wanted(wish: Wish, draft: _Draft) -> Sequence[Address] | DomainError:
    """The recipients that shall be, or why they cannot be told."""
    if isinstance(wish, NewAlias):
        return wish.wanted
    present = [one for _key, one in draft.before.values()]
    try:
        return present if wish.recipients is None else once(wish.recipients(present))
    except DomainError as error:
        return error


def _insert_aliases(rows: Sequence[ForwardingAlias]) -> None:
    if len(rows) == 1:
        insert_one(rows[0])
    else:
        insert_rows(rows, keys=True)


def _write_columns(drafts: Sequence[_Draft]) -> None:
    """Write what changes in the rows of aliases themselves: a statement for each new value and thousand rows."""
    updates: dict[tuple[str, str], tuple[Any, list[int]]] = {}
    for draft in drafts:
        columns = {name: value for name, value in draft.columns.items() if value != getattr(draft.row, name)}
        if draft.context is not None:
            columns["context_id"] = draft.context.pk
        for name, value in columns.items():
            updates.setdefault((name, repr(value)), (value, []))[1].append(draft.row.pk)
    for (column, _shown), (value, keys) in updates.items():
        for some in batched(keys, _CHUNK):
            ForwardingAlias.objects.filter(pk__among=some).update(**{column: value})


def _as_kept(columns: Mapping[str, Any]) -> Snapshot:
    """The values of columns as the change log keeps them, without those that are not set."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in columns.items()
        if value is not None
    }


def _owner_of(wish: Wish) -> int | None:
    """The key of the reseller whose labels the alias can have."""
    context = wish.context or wish.row.context if isinstance(wish, AliasEdit) else wish.context
    return context.reseller_id


def _recipient(row: ForwardingAlias, address: Address) -> Recipient:
    return Recipient(alias_id=row.pk, address=address.written, normalized=address.normalized, domain=address.domain)
