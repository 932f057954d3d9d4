"""What becomes of many contexts: the rules, asked for all of them with a number of statements that does not grow.

`plan_contexts` decides, and the plan's `write` does it. A list of one is a list like any other. Only a new name is
looked at by itself, as no two rows get one together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Context, Reseller
from accounts.services import limits
from accounts.services.administrators import check_rename
from accounts.services.marks import LabelRules, Labels, Note, clean_note, marks_of
from changelog.entries import Entry, Snapshot
from changelog.plan import Planned, refuse_strangers
from changelog.record import record_all
from core.actor import Actor
from core.errors import Conflict, DomainError, Invalid, NotFound
from core.keep import KEEP, Keep
from core.locks import lock_names
from core.names import clean_identifier, normalize_identifier
from core.numbers import MAX_BIGINT, MAX_INTEGER
from core.updates import update_rows

# "/" would split the path, ":" the credentials, "@" the long form of a context admin's login.
_FORBIDDEN_IN_NAME: Final = re.compile(r"[/:@\\]")
_COLUMNS: Final = ("name", "name_normalized", "quota", "max_user", "is_active")
_MARKS: Final = ("note", "labels")


@dataclass(frozen=True, slots=True)
class ContextWish:
    """What shall be said of a context. Of what is KEEP nothing changes. One that is `gone` meanwhile is refused."""

    row: Context
    name: str | Keep = KEEP
    quota: int | Keep | None = KEEP
    max_user: int | Keep | None = KEEP
    is_active: bool | Keep = KEEP
    note: Note = KEEP
    labels: Labels = KEEP
    gone: bool = False

    @property
    def marks_only(self) -> bool:
        """Whether it is about the note and the labels alone, which its own administrators do not see."""
        return all(isinstance(one, Keep) for one in (self.name, self.quota, self.max_user, self.is_active))

    @property
    def marks(self) -> bool:
        """Whether it is about the note or the labels."""
        return not (isinstance(self.note, Keep) and isinstance(self.labels, Keep))

    @property
    def new_name(self) -> str | None:
        """The name that it gets in place of its own; None where it keeps that."""
        return None if isinstance(self.name, Keep) or self.name == self.row.name else self.name


@dataclass(slots=True)
class _Draft:
    """One context on its way; `wave` numbers the statement that changes it: one takes the name that one before had."""

    row: Context
    planned: Planned = field(default_factory=Planned)
    wave: int = 0


class ContextPlan:
    """What becomes of many contexts."""

    def __init__(self, drafts: Sequence[_Draft]) -> None:
        self._drafts = drafts
        self.rows = [draft.planned for draft in drafts]
        self.contexts = [draft.row for draft in drafts]

    def write(self, actor: Actor) -> None:
        """Do it, with statements whose number does not grow, and record it."""
        due = [draft for draft in self._drafts if draft.planned.changed]
        for wave in range(max((draft.wave for draft in due), default=-1) + 1):
            update_rows([draft.row for draft in due if draft.wave == wave], (*_COLUMNS, *_MARKS))
        if actor.batch is None and any(len(draft.planned.entries) > 1 for draft in due):
            actor = actor.in_batch()
        record_all(actor, [one for draft in due for one in draft.planned.entries])


def plan_contexts(actor: Actor, wishes: Sequence[ContextWish], *, hold: bool = False) -> ContextPlan:
    """What becomes of each wish, in their order, as if they were fulfilled one after the other.

    No two may be about one context. With `hold` all that is to be written is held first until the transaction ends.
    """
    wishes = _looked_at(wishes, hold=hold)
    rules = _Rules(actor, wishes)
    drafts = []
    for wish in wishes:
        draft = _Draft(wish.row, Planned(snapshot(wish.row)))
        try:
            rules.decide(wish, draft)
        except DomainError as error:
            draft.planned.refusal = error
        drafts.append(draft)
    refuse_strangers(actor, [draft.planned for draft in drafts])
    return ContextPlan(drafts)


def check_context_name(name: str) -> str:
    """`name` itself, when it can be one: 1 to 128 characters, not all digits, without / : @ and backslash.

    Wide digits and signs are the plain ones, as names are compared.
    """
    clean_identifier(name, what=_("context name"), field="name", limit=128)
    compared = normalize_identifier(name)
    if re.fullmatch(r"[0-9]+", compared):
        raise Invalid(_("A context name cannot be all digits."), field="name")
    if _FORBIDDEN_IN_NAME.search(compared):
        raise Invalid(_(r"A context name cannot contain / : @ or \."), field="name")
    return name


def check_number(value: int | None, field: str) -> int | None:
    """The value of a limit. Invalid."""
    most = MAX_INTEGER if field == "max_user" else MAX_BIGINT
    if value is not None and not 0 <= value <= most:
        raise Invalid(_("The value must be 0 or more, or empty for no limit."), field=field)
    return value


def name_taken(name: str) -> Conflict:
    """That another context has the name."""
    return Conflict(_("The context name %(name)s is taken.") % {"name": name}, field="name")


def snapshot(context: Context) -> Snapshot:
    """What the change log keeps of a context."""
    return {
        "name": context.name,
        "reseller": context.reseller.name if context.reseller else None,
        "quota": context.quota,
        "max_user": context.max_user,
        "is_active": context.is_active,
    }


def entry_of(context: Context, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's line of a context."""
    return Entry("context", context.pk, f"{context.pk} {context.name}", before, after, context.owners)


def marks_entry(context: Context, before: Snapshot, after: Snapshot) -> Entry:
    """The change log's line of its note and labels: its reseller's, and not the context's."""
    owners = replace(context.owners, context_id=None, context_name="")
    return Entry("context_marks", context.pk, f"{context.pk} {context.name}", before, after, owners)


class _Rules:
    """The rules for one batch, with all that they look at read beforehand."""

    def __init__(self, actor: Actor, wishes: Sequence[ContextWish]) -> None:
        self._actor = actor
        self._labels = LabelRules(actor, ((wish.row.reseller_id, wish.labels) for wish in wishes))
        names = _names_to_claim(wishes)
        rows = Context.objects.filter(name_normalized__in=names).order_by().values_list("name_normalized", "pk")
        self._names: dict[str, int] = dict(rows) if names else {}
        # By name: the wave in which nobody has it any more.
        self._freed: dict[str, int] = {}
        self._quotas = limits.QuotaRoom(
            actor, [wish.row for wish in wishes if not isinstance(wish.quota, Keep) and not wish.gone]
        )

    def decide(self, wish: ContextWish, draft: _Draft) -> None:
        """Write into the draft what becomes of it. DomainError."""
        row = draft.row
        if wish.gone:
            raise NotFound(_("The context does not exist any more."))
        columns, marks = self._columns(wish), self._marks(wish)
        if wish.new_name is not None:
            self._rename(draft, wish.new_name)
        if "quota" in columns:
            self._quotas.take(row, columns["quota"])
        marks_before = marks_of(row)
        for name, value in (columns | marks).items():
            setattr(row, name, value)
        if not wish.marks_only:
            draft.planned.entries.append(entry_of(row, draft.planned.before, snapshot(row)))
        if wish.marks:
            draft.planned.entries.append(marks_entry(row, marks_before, marks_of(row)))

    def _columns(self, wish: ContextWish) -> dict[str, Any]:
        """What the context's own columns shall be, as far as the wish says it. Invalid, Conflict, NotAllowed."""
        found: dict[str, Any] = {}
        if (name := wish.new_name) is not None:
            compared = normalize_identifier(check_context_name(name))
            if self._names.get(compared, wish.row.pk) != wish.row.pk:
                raise name_taken(name)
            check_rename(wish.row, name)
            found |= {"name": name, "name_normalized": compared}
        if not isinstance(wish.quota, Keep) and wish.quota != wish.row.quota:
            found["quota"] = check_number(wish.quota, "quota")
            self._quotas.check(wish.row, wish.quota)
        if not isinstance(wish.max_user, Keep):
            found["max_user"] = check_number(wish.max_user, "max_user")
        if not isinstance(wish.is_active, Keep):
            found["is_active"] = wish.is_active
        return found

    def _marks(self, wish: ContextWish) -> dict[str, Any]:
        note, row = clean_note(wish.note), wish.row
        chosen = self._labels.chosen(row.reseller_id, wish.labels, row.labels)
        return {name: value for name, value in (("note", note), ("labels", chosen)) if not isinstance(value, Keep)}

    def _rename(self, draft: _Draft, name: str) -> None:
        row, compared = draft.row, normalize_identifier(name)
        draft.wave = self._freed.get(compared, 0)
        self._names.pop(row.name_normalized, None)
        self._freed[row.name_normalized] = draft.wave + 1
        self._names[compared] = row.pk


def _looked_at(wishes: Sequence[ContextWish], *, hold: bool) -> list[ContextWish]:
    """The wishes, about the rows as they are now."""
    keys = [wish.row.pk for wish in wishes]
    if hold and not all(wish.marks_only for wish in wishes):
        limits.lock_reseller_rows(Reseller.objects.filter(contexts__in=keys))
    rows = Context.objects.filter(pk__among=keys).order_by("pk").select_related("reseller__parent")
    found = {row.pk: row for row in (rows.select_for_update(of=("self",), no_key=True) if hold else rows)}

    def now(wish: ContextWish) -> ContextWish:
        row = found.get(wish.row.pk)
        return replace(wish, gone=True) if row is None else replace(wish, row=row)

    wishes = [now(wish) for wish in wishes]
    if hold and (names := _names_to_claim(wishes)):
        lock_names([f"context-name:{name}" for name in names])
    return wishes


def _names_to_claim(wishes: Sequence[ContextWish]) -> set[str]:
    """The new names, as they are compared; what cannot be one is refused later, and never sent to the database."""
    found = set()
    for name in (wish.new_name for wish in wishes):
        with suppress(Invalid):
            if name is not None:
                found.add(normalize_identifier(check_context_name(name)))
    return found
