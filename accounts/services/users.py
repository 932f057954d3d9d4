"""Every write to users and their identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Context, LastLogin, User
from accounts.services import limits
from accounts.services.cascades import last_login_entry
from accounts.services.plans import UserPlan, UserWish, domains_of, plan_users
from changelog.record import record
from core.actor import Actor
from core.addresses import Address
from core.errors import Invalid
from core.iteration import batched
from core.keep import KEEP, Keep
from core.locks import lock_names, locked
from core.numbers import MAX_BIGINT
from core.transactions import atomic

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Uids:
    """The outcome of `set_uids`: whether one of the two was unset before and is set now."""

    user: User
    created: bool


def hold_and_plan(actor: Actor, wishes: Sequence[UserWish]) -> UserPlan:
    """What becomes of each wish, with all that is to be written held until the transaction ends."""
    if new := {wish.row.context_id for wish in wishes if wish.is_new}:
        limits.lock_rooms(new)
    held = _held(wishes)
    _lock_names(held)
    return plan_users(actor, held)


@atomic
def create_user(
    *,
    actor: Actor,
    context: Context,
    number: int,
    uidname: str,
    msisdn: str | None = None,
    custom: Sequence[str] = (),
    quota: int | None = None,
    is_active: bool = True,
    note: str | None = None,
    labels: Sequence[str] = (),
    key: int | None = None,
) -> User:
    """A new mailbox, or one that is restored under its former primary key.

    Invalid, Conflict (number, uidname or domain is somebody else's), NotAllowed (a limit).
    """
    marks: dict[str, Any] = {"note": note, "labels": labels}
    wish = new_user(context, number, uidname, msisdn, custom, quota, is_active=is_active, key=key, **marks)
    return _one(actor, wish)


def new_user(
    context: Context,
    number: int,
    uidname: str,
    msisdn: str | None = None,
    custom: Sequence[str] = (),
    quota: int | None = None,
    *,
    is_active: bool = True,
    note: str | None = None,
    labels: Sequence[str] = (),
    key: int | None = None,
) -> UserWish:
    """The wish for a new mailbox."""
    row = User(pk=key, context=context, number=number)
    return UserWish(row, uidname, msisdn, custom, quota, is_active, note, labels, is_new=True)


@atomic
def update_user(
    *,
    actor: Actor,
    user: User,
    uidname: str | Keep = KEEP,
    msisdn: str | Keep | None = KEEP,
    custom: Sequence[str] | Keep = KEEP,
    quota: int | Keep | None = KEEP,
    is_active: bool | Keep = KEEP,
    note: str | Keep | None = KEEP,
    labels: Sequence[str] | Keep = KEEP,
) -> User:
    """Change what is given, all of it or nothing. Invalid; Conflict when the uidname is taken."""
    return _one(actor, UserWish(user, uidname, msisdn, custom, quota, is_active, note, labels))


@atomic
def set_uids(
    *, actor: Actor, user: User, msisdn: str | Keep | None = KEEP, custom: Sequence[str] | Keep = KEEP
) -> Uids:
    """Set or remove msisdn and custom ids together; None and an empty list remove."""
    user = _locked(user)
    had_msisdn, had_custom = user.msisdn is not None, user.custom_ids.exists()
    user = update_user(actor=actor, user=user, msisdn=msisdn, custom=custom)
    created = (user.msisdn is not None and not had_msisdn) or (not had_custom and user.custom_ids.exists())
    return Uids(user, created)


@atomic
def set_last_login(*, actor: Actor, user: User, at: int | None) -> bool:
    """Say when the mailbox's owner last logged in (epoch seconds; None or 0: never); whether that is news."""
    user = _locked(user)
    if at is not None and not 0 <= at <= MAX_BIGINT:
        raise Invalid(_("The last login must be in seconds since 1970."), field="last_login")
    before = last_login_of(user)
    if before == (at or None):
        return False
    if at:
        LastLogin.objects.update_or_create(username=user.uidname.lower(), defaults={"last_login": at})
    else:
        LastLogin.objects.filter(username=user.uidname.lower()).delete()
    record(actor, last_login_entry(user, before, at or None))
    return True


def last_login_of(user: User) -> int | None:
    """When the mailbox's owner last logged in, in epoch seconds; None for never."""
    rows = LastLogin.objects.filter(username=user.uidname.lower())
    return rows.values_list("last_login", flat=True).first() or None


@atomic
def delete_user(*, actor: Actor, user: User) -> None:
    """Delete the user with its identifiers and configuration. The mailbox's files are the mail store's."""
    _one(actor, UserWish(user, delete=True))


def forget_users(*, actor: Actor, users: Sequence[User]) -> None:
    """Delete these users, which the caller holds, and record it.

    What is deleted with a user has its line before the user's: undone backwards, the user comes first.
    """
    for chunk in batched(users, _CHUNK):
        plan_users(actor, [UserWish(user, delete=True) for user in chunk]).write(actor)


def _locked(user: User) -> User:
    """The row as it is now, held until the transaction ends."""
    rows = User.objects.select_related("context__reseller")
    return locked(rows, user.pk, _("The user does not exist any more."))


def _held(wishes: Sequence[UserWish]) -> list[UserWish]:
    """The wishes, about the rows as they are now, held until the transaction ends."""
    keys = sorted(wish.row.pk for wish in wishes if not wish.is_new)
    no_key = not any(wish.delete for wish in wishes)
    rows: dict[int, User] = {}
    for some in batched(keys, _CHUNK):
        found = User.objects.select_related("context__reseller").filter(pk__in=some).order_by("pk")
        rows.update((row.pk, row) for row in found.select_for_update(of=("self",), no_key=no_key))

    def now(wish: UserWish) -> UserWish:
        if wish.is_new:
            return wish
        row = rows.get(wish.row.pk)
        return replace(wish, gone=True) if row is None else replace(wish, row=row)

    return [now(wish) for wish in wishes]


def _lock_names(wishes: Sequence[UserWish]) -> None:
    """Hold the names that the wishes give to their users, in the order that nobody waits in a circle in."""
    names = [wish.name for wish in wishes if isinstance(wish.name, Address) and wish.takes_name]
    identifiers = [one for wish in wishes if not isinstance(wish.identifiers, Invalid) for one in wish.identifiers]
    phones = {wish.phone[1] for wish in wishes if isinstance(wish.phone, tuple)}
    domains = {domain for wish in wishes for domain in domains_of(wish)}
    kinds = (
        [f"uidname:{name.normalized}" for name in names],
        [f"address:{name.normalized}" for name in names if name.domain],
    )
    for kind in kinds:
        if kind:
            lock_names(kind)
    if domains:
        lock_names([f"domain:{domain}" for domain in domains], shared=True)
    if phones:
        lock_names([f"msisdn:{digits}" for digits in phones])
    if identifiers:
        lock_names([f"custom:{normalized}" for _value, normalized, _domain in identifiers])


def _one(actor: Actor, wish: UserWish) -> User:
    plan = hold_and_plan(actor, [wish])
    plan.rows[0].outcome()
    plan.write(actor)
    return plan.users[0]
