"""What becomes of many users: the rules, asked for all of them with a number of statements that does not grow.

`plan_users` decides and locks nothing; the plan's `write` does it. A list of one is a list like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any, Final, TypeVar

from django.utils.translation import gettext as _

from accounts.models import CustomId, LastLogin, User
from accounts.ownership import Claims
from accounts.services.cascades import cascade_entries
from accounts.services.limits import Room
from accounts.services.marks import LabelRules, Labels, Note, clean_note, marks_of
from changelog.entries import Entry, Snapshot
from changelog.plan import Planned, refuse_strangers
from changelog.record import record_all
from core.actor import Actor
from core.addresses import Address, parse_msisdn, parse_uidname
from core.errors import Conflict, DomainError, Invalid, NotFound
from core.iteration import batched
from core.keep import KEEP, Keep
from core.names import clean_identifier, normalize_identifier
from core.numbers import MAX_BIGINT
from core.updates import update_rows

MAX_CUSTOM_IDS: Final = 100
_CHUNK: Final = 500
_FIELDS: Final = ("uidname", "uidname_normalized", "domain", "msisdn", "msisdn_digits", "quota", "is_active")
_MARKS: Final = ("note", "labels")
_Given = TypeVar("_Given")
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class UserWish:
    """What shall be said of a mailbox: `row` is there already or, with `is_new`, shall be.

    Of what is KEEP nothing changes; None and an empty list remove. One that is `gone` meanwhile is refused.
    The attributes `name`, `phone` and `identifiers` are the values as the rules look at them, or what is wrong with
    them.
    """

    row: User
    uidname: str | Keep = KEEP
    msisdn: str | Keep | None = KEEP
    custom: Sequence[str] | Keep = KEEP
    quota: int | Keep | None = KEEP
    is_active: bool | Keep = KEEP
    note: Note = KEEP
    labels: Labels = KEEP
    is_new: bool = False
    delete: bool = False
    gone: bool = False

    @property
    def takes_name(self) -> bool:
        """Whether the uidname becomes another one than that of the user."""
        name = self.name
        return isinstance(name, Address) and (self.is_new or name.normalized != self.row.uidname_normalized)

    @cached_property
    def name(self) -> Address | Invalid | None:
        """The uidname."""
        return None if isinstance(self.uidname, Keep) else _read(parse_uidname, self.uidname)

    @cached_property
    def phone(self) -> tuple[str, str] | Invalid | None:
        """The msisdn and its digits."""
        return None if isinstance(self.msisdn, Keep) or self.msisdn is None else _read(parse_msisdn, self.msisdn)

    @cached_property
    def identifiers(self) -> list[tuple[str, str, str]] | Invalid:
        """The custom ids, the forms in which they are compared, and their domains where they are addresses."""
        return [] if isinstance(self.custom, Keep) else _read(_identifiers, self.custom)


@dataclass(slots=True)
class _Draft:
    """One user on the way; `wave` numbers the statement that changes it: one takes what one before gives up."""

    row: User
    planned: Planned = field(default_factory=Planned)
    had: list[CustomId] = field(default_factory=list)
    custom: list[tuple[str, str, str]] | None = None
    old_uidname: str = ""
    deleted: bool = False
    marked: bool = False
    wave: int = 0


class UserPlan:
    """What becomes of many users."""

    def __init__(self, drafts: Sequence[_Draft]) -> None:
        self._drafts = drafts
        self.rows = [draft.planned for draft in drafts]
        self.users = [draft.row for draft in drafts]

    def write(self, actor: Actor) -> None:
        """Do it, with statements whose number does not grow, and record it."""
        due = [draft for draft in self._drafts if draft.planned.changed]
        new = [draft for draft in due if draft.row._state.adding]
        changed = [draft for draft in due if not draft.row._state.adding and not draft.deleted]
        deleted = [draft.row for draft in due if draft.deleted]
        for rows in batched(deleted, _CHUNK):
            LastLogin.objects.filter(username__in=[user.uidname.lower() for user in rows]).delete()
            User.objects.filter(pk__in=[user.pk for user in rows]).delete()
        _move_last_logins([draft for draft in changed if draft.old_uidname])
        fields = (*_FIELDS, *_MARKS) if any(draft.marked for draft in changed) else _FIELDS
        for wave in range(max((draft.wave for draft in changed), default=-1) + 1):
            if rows := [draft.row for draft in changed if draft.wave == wave]:
                update_rows(rows, fields)
        User.objects.bulk_create([draft.row for draft in new], batch_size=_CHUNK)
        for draft in new:
            owners = draft.row.owners
            draft.planned.entries = [replace(one, key=draft.row.pk, owners=owners) for one in draft.planned.entries]
        _write_custom([draft for draft in due if draft.custom is not None])
        if actor.batch is None and any(len(draft.planned.entries) > 1 for draft in due):
            actor = actor.in_batch()
        lines = list(chain.from_iterable(draft.planned.entries for draft in due))
        # What is deleted with a user has its line before the user's: undone backwards, users come first.
        record_all(actor, sorted(lines, key=lambda one: one.kind == "user"))


def plan_users(actor: Actor, wishes: Sequence[UserWish]) -> UserPlan:
    """What becomes of each wish, in their order, as if they were fulfilled one after the other.

    No two may be about one user.
    """
    drafts = [_Draft(wish.row) for wish in wishes]
    _look_at({draft.row.pk: draft for wish, draft in zip(wishes, drafts, strict=True) if not wish.is_new})
    rules = _Rules(actor, wishes)
    for wish, draft in zip(wishes, drafts, strict=True):
        try:
            rules.decide(wish, draft)
        except DomainError as error:
            draft.planned.refusal = error
    refuse_strangers(actor, [draft.planned for draft in drafts])
    return UserPlan(drafts)


def snapshot(user: User) -> Snapshot:
    """What the change log keeps of a user."""
    return _snapshot(user, [one.value for one in user.custom_ids.all()])


def entry(user: User, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's entry about this user."""
    return Entry("user", user.pk or 0, f"{user.number} {user.uidname}", before, after, user.owners)


def domains_of(wish: UserWish) -> set[str]:
    """The domains of the addresses that the wish gives to its user."""
    found = {wish.name.domain} if isinstance(wish.name, Address) else set()
    if not isinstance(wish.identifiers, Invalid):
        found |= {domain for _value, _normalized, domain in wish.identifiers}
    return found - {""}


class _Rules:
    """The rules for one batch, with all that they look at read beforehand."""

    def __init__(self, actor: Actor, wishes: Sequence[UserWish]) -> None:
        names = {wish.name.normalized for wish in wishes if isinstance(wish.name, Address)}
        phones = {wish.phone[1] for wish in wishes if isinstance(wish.phone, tuple)}
        custom = {one[1] for wish in wishes if not isinstance(wish.identifiers, Invalid) for one in wish.identifiers}
        self._names = _holders(User, "uidname_normalized", "pk", names)
        self._phones = _holders(User, "msisdn_digits", "pk", phones)
        self._custom = _holders(CustomId, "value_normalized", "user_id", custom)
        self._labels = LabelRules(actor, ((wish.row.context.reseller_id, wish.labels) for wish in wishes))
        self._claims = Claims.of(set(chain.from_iterable(map(domains_of, wishes))))
        new = [wish.row for wish in wishes if wish.is_new]
        self._numbers = _numbers(new)
        self._room = Room(actor, {user.context_id for user in new})
        self._cascades = cascade_entries([wish.row for wish in wishes if wish.delete])
        # What rows before gave up, and the statement after which it is free.
        self._freed: dict[tuple[str, str], int] = {}

    def decide(self, wish: UserWish, draft: _Draft) -> None:
        """Write into the draft what becomes of the user. DomainError."""
        user = wish.row
        if wish.gone:
            raise NotFound(_("The user does not exist any more."))
        if wish.delete:
            draft.deleted = True
            self._free(draft)
            gone = entry(user, draft.planned.before, None)
            draft.planned.entries = [*self._cascades.get(user.pk, []), gone]
            return
        if wish.is_new:
            self._room.check(user.context_id)
        name = self._name(wish)
        if wish.is_new:
            self._check_number(user)
        _check_quota(wish.quota)
        phone, custom = self._phone(wish), self._identifiers(wish)
        note, labels = clean_note(wish.note), self._labels.chosen(user.context.reseller_id, wish.labels, user.labels)
        # Nothing is refused any more: from here on the row is as it shall be.
        self._assign(wish, draft, name, phone)
        if not isinstance(note, Keep) and note != user.note:
            user.note, draft.marked = note, True
        if not isinstance(labels, Keep) and labels != user.labels:
            user.labels, draft.marked = labels, True
        if custom is not None:
            draft.custom = custom
            for _value, normalized, _domain in custom:
                self._custom[normalized] = user.pk or id(user)
        had = [one.value for one in draft.had]
        after = _snapshot(user, had if custom is None else [one[0] for one in custom])
        draft.planned.entries = [entry(user, draft.planned.before, after)]
        if wish.is_new:
            self._room.take(user.context_id)
            self._numbers.add((user.context_id, user.number))

    def _check_number(self, user: User) -> None:
        if not 0 < user.number <= MAX_BIGINT:
            raise Invalid(_("The user id must be a positive number."), field="number")
        if (user.context_id, user.number) in self._numbers:
            raise Conflict(_("The context has a user %(number)s already.") % {"number": user.number}, field="number")

    def _name(self, wish: UserWish) -> Address | None:
        """The new uidname. Refused is an address in a domain of another context, and a name that somebody has.

        The domain comes first: nobody learns which addresses there are in a domain of somebody else's.
        """
        name, user = wish.name, wish.row
        if isinstance(name, Invalid):
            raise name
        if name is None or not wish.takes_name:
            return name
        if name.domain and (refusal := self._claims.refusal(user.context, name)) is not None:
            raise type(refusal)(str(refusal), field="uidname")  # type: ignore[call-arg]
        if name.normalized in self._names:
            raise Conflict(_("The uidname %(uidname)s is taken.") % {"uidname": name.written}, field="uidname")
        return name

    def _phone(self, wish: UserWish) -> tuple[str, str] | None:
        if isinstance(wish.phone, Invalid):
            raise wish.phone
        if wish.phone is not None and self._phones.get(wish.phone[1], wish.row.pk) != wish.row.pk:
            raise Invalid(_("The msisdn %(msisdn)s is another user's.") % {"msisdn": wish.phone[0]}, field="msisdn")
        return wish.phone

    def _identifiers(self, wish: UserWish) -> list[tuple[str, str, str]] | None:
        """The new custom ids. Refused is an address in another context's domain, and what is somebody else's."""
        if isinstance(wish.identifiers, Invalid):
            raise wish.identifiers
        if isinstance(wish.custom, Keep):
            return None
        for _value, normalized, domain in wish.identifiers:
            if self._claims.owners.get(domain, wish.row.context_id) != wish.row.context_id:
                raise Invalid(
                    _("The domain %(domain)s belongs to another context.") % {"domain": domain}, field="custom"
                )
            if self._custom.get(normalized, wish.row.pk) != wish.row.pk:
                raise Invalid(_("A custom id is another user's."), field="custom")
        return wish.identifiers

    def _assign(self, wish: UserWish, draft: _Draft, name: Address | None, phone: tuple[str, str] | None) -> None:
        user, holder = wish.row, wish.row.pk or id(wish.row)
        if name is not None:
            self._take(self._names, "uidname", user.uidname_normalized, name.normalized, holder, draft)
            if not wish.is_new and user.uidname.lower() != name.written.lower():
                draft.old_uidname = user.uidname
            user.uidname, user.uidname_normalized, user.domain = name.written, name.normalized, name.domain
        if not isinstance(wish.msisdn, Keep):
            msisdn, digits = phone or (None, None)
            self._take(self._phones, "msisdn", user.msisdn_digits or "", digits or "", holder, draft)
            user.msisdn, user.msisdn_digits = msisdn, digits
        if not isinstance(wish.quota, Keep):
            user.quota = wish.quota
        if not isinstance(wish.is_active, Keep):
            user.is_active = wish.is_active

    def _take(self, holders: dict[str, int], kind: str, old: str, new: str, holder: int, draft: _Draft) -> None:
        """Give `new` to the holder, who gives up `old`; in a later statement than the one that frees it."""
        if old == new:
            return
        if old:
            holders.pop(old, None)
            self._freed[kind, old] = draft.wave + 1
        if new:
            holders[new] = holder
            draft.wave = max(draft.wave, self._freed.get((kind, new), 0))

    def _free(self, draft: _Draft) -> None:
        """What a deleted user had is free at once: deletions are written first."""
        self._names.pop(draft.row.uidname_normalized, None)
        self._phones.pop(draft.row.msisdn_digits or "", None)
        for one in draft.had:
            self._custom.pop(one.value_normalized, None)


def _look_at(drafts: Mapping[int, _Draft]) -> None:
    """Write down what the users are like now."""
    for some in batched(drafts, _CHUNK):
        for one in CustomId.objects.filter(user__in=some).order_by("user", "position"):
            drafts[one.user_id].had.append(one)
    for draft in drafts.values():
        draft.planned.before = _snapshot(draft.row, [one.value for one in draft.had])


def _read(parse: Callable[[_Given], _Read], given: _Given) -> _Read | Invalid:
    try:
        return parse(given)
    except Invalid as error:
        return error


def _identifiers(values: Sequence[str]) -> list[tuple[str, str, str]]:
    if len(values) > MAX_CUSTOM_IDS:
        raise Invalid(_("A user has at most %(limit)s custom ids.") % {"limit": MAX_CUSTOM_IDS}, field="custom")
    found = [(value, normalize_identifier(_clean_custom(value)), parse_uidname(value).domain) for value in values]
    if len({normalized for _value, normalized, _domain in found}) < len(found):
        raise Invalid(_("A custom id is given twice."), field="custom")
    return found


def _clean_custom(value: str) -> str:
    return clean_identifier(value, what=_("custom id"), field="custom")


def _check_quota(quota: int | Keep | None) -> None:
    if quota is not None and not isinstance(quota, Keep) and not 0 <= quota <= MAX_BIGINT:
        raise Invalid(_("The quota must be a number of bytes, 0 or more."), field="quota")


def _snapshot(user: User, custom: list[str]) -> Snapshot:
    return {
        "number": user.number,
        "uidname": user.uidname,
        "msisdn": user.msisdn,
        "custom": custom,
        "quota": user.quota,
        "is_active": user.is_active,
        **marks_of(user),
    }


def _holders(model: type[Any], column: str, owner: str, values: Collection[str]) -> dict[str, int]:
    """Who has which of these values."""
    found: dict[str, int] = {}
    for some in batched(values, _CHUNK):
        found.update(model.objects.filter(**{f"{column}__in": some}).order_by().values_list(column, owner))
    return found


def _numbers(new: Sequence[User]) -> set[tuple[int, int]]:
    """Which of the numbers that new users shall have are taken, as context and number."""
    new = [user for user in new if user.number <= MAX_BIGINT]
    found: set[tuple[int, int]] = set()
    for some in batched(new, _CHUNK):
        rows = User.objects.filter(
            context__in={user.context_id for user in some}, number__in={user.number for user in some}
        )
        found.update(rows.order_by().values_list("context_id", "number"))
    return found


def _move_last_logins(drafts: Sequence[_Draft]) -> None:
    """Keep the owner's last login under the new name; a row left behind would be the next owner's."""
    if not drafts:
        return
    names = {draft.old_uidname.lower(): draft.row.uidname.lower() for draft in drafts}
    rows = LastLogin.objects.filter(username__in={*names, *names.values()})
    kept = [LastLogin(username=names[row.username], last_login=row.last_login) for row in rows if row.username in names]
    rows.delete()
    LastLogin.objects.bulk_create(kept)


def _write_custom(drafts: Sequence[_Draft]) -> None:
    for some in batched([draft.row.pk for draft in drafts if draft.planned.before is not None], _CHUNK):
        CustomId.objects.filter(user__in=some).delete()
    CustomId.objects.bulk_create(
        [
            CustomId(user=draft.row, value=value, value_normalized=normalized, position=position)
            for draft in drafts
            for position, (value, normalized, _domain) in enumerate(draft.custom or [])
        ],
        batch_size=_CHUNK,
    )
