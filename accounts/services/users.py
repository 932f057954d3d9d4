"""Every write to users and their identifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts import ownership
from accounts.models import ConfigProperty, Context, CustomId, LastLogin, User
from accounts.services import config, limits
from changelog.entries import Entry, Snapshot
from changelog.record import record, record_all
from core.actor import Actor
from core.addresses import (
    Address,
    clean_identifier,
    normalize_identifier,
    parse_msisdn,
    parse_uidname,
)
from core.errors import Conflict, Invalid
from core.iteration import batched
from core.locks import lock_names, locked
from core.numbers import MAX_BIGINT
from core.transactions import atomic

MAX_CUSTOM_IDS: Final = 100
_CHUNK: Final = 500


class Keep:
    """Says that a value stays as it is, where None means that it is removed."""


KEEP: Final = Keep()


@dataclass(frozen=True, slots=True)
class Uids:
    """The outcome of `set_uids`: whether one of the two was unset before and is set now."""

    user: User
    created: bool


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
    key: int | None = None,
) -> User:
    """A new mailbox, or one that is restored under its former primary key.

    Invalid, Conflict (number, uidname or domain is somebody else's), NotAllowed (a limit).
    """
    chain = limits.lock_resellers(context.reseller_id)
    limits.check_room_for_user(actor, chain, limits.lock_context(context.pk))
    if not 0 < number <= MAX_BIGINT:
        raise Invalid(_("The user id must be a positive number."), field="number")
    name = parse_uidname(uidname)
    _claim_uidname(context, name)
    if User.objects.filter(context=context, number=number).exists():
        raise Conflict(_("The context has a user %(number)s already.") % {"number": number}, field="number")
    user = User(
        pk=key,
        context=context,
        number=number,
        uidname=name.written,
        uidname_normalized=name.normalized,
        domain=name.domain,
        quota=_quota(quota),
        is_active=is_active,
    )
    _assign_msisdn(user, msisdn)
    user.save(force_insert=True)
    if custom:
        _replace_custom(user, custom)
    record(actor, _entry(user, None, snapshot(user)))
    return user


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
) -> User:
    """Change what is given, all of it or nothing. Invalid; Conflict when the uidname is taken."""
    user = _locked(user)
    before = snapshot(user)
    if not isinstance(uidname, Keep):
        _rename(user, uidname)
    if not isinstance(msisdn, Keep):
        _assign_msisdn(user, msisdn)
    if not isinstance(quota, Keep):
        user.quota = _quota(quota)
    if not isinstance(is_active, Keep):
        user.is_active = is_active
    user.save()
    if not isinstance(custom, Keep):
        _replace_custom(user, custom)
    record(actor, _entry(user, before, snapshot(user)))
    return user


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
    record(actor, _last_login_entry(user, before, at or None))
    return True


def last_login_of(user: User) -> int | None:
    """When the mailbox's owner last logged in, in epoch seconds; None for never."""
    rows = LastLogin.objects.filter(username=user.uidname.lower())
    return rows.values_list("last_login", flat=True).first() or None


def _last_login_entry(user: User, before: int | None, after: int | None) -> Entry:
    then, now = (None if at is None else {"last_login": at} for at in (before, after))
    return Entry("last_login", user.pk, f"{user.number} {user.uidname}", then, now, user.owners)


@atomic
def delete_user(*, actor: Actor, user: User) -> None:
    """Delete the user with its identifiers and configuration. The mailbox's files are the mail store's."""
    user = _locked(user)
    forget_users(actor=actor, users=[user])


def forget_users(*, actor: Actor, users: Sequence[User]) -> None:
    """Delete these users inside the caller's transaction, and record it; the statements do not grow with the number.

    What is deleted with a user has its line before the user's: undone backwards, the user comes first.
    """
    for chunk in batched(users, _CHUNK):
        prefetch_related_objects(chunk, "custom_ids")
        with_them = list(_cascade_entries(chunk))
        actor = actor if actor.batch is not None or not with_them else actor.in_batch()
        record_all(actor, with_them)
        record_all(actor, [_entry(user, snapshot(user), None) for user in chunk])
        LastLogin.objects.filter(username__in=[user.uidname.lower() for user in chunk]).delete()
        User.objects.filter(pk__in=[user.pk for user in chunk]).delete()


def _cascade_entries(users: Sequence[User]) -> Iterator[Entry]:
    """The change log's lines for the properties and the last logins that are deleted together with these users."""
    by_key = {user.pk: user for user in users}
    for row in ConfigProperty.objects.filter(user__in=by_key).order_by("user", "name"):
        row.user = by_key[row.user_id or 0]
        yield config.entry(row, config.snapshot(row), None)
    by_name = {user.uidname.lower(): user for user in users}
    for login in LastLogin.objects.filter(username__in=by_name, last_login__gt=0).order_by("username"):
        yield _last_login_entry(by_name[login.username], login.last_login, None)


def snapshot(user: User) -> Snapshot:
    """What the change log keeps of a user."""
    return {
        "number": user.number,
        "uidname": user.uidname,
        "msisdn": user.msisdn,
        "custom": [one.value for one in user.custom_ids.all()],
        "quota": user.quota,
        "is_active": user.is_active,
    }


def _entry(user: User, before: Snapshot | None, after: Snapshot | None) -> Entry:
    return Entry("user", user.pk, f"{user.number} {user.uidname}", before, after, user.owners)


def _locked(user: User) -> User:
    """The row as it is now, held until the transaction ends."""
    rows = User.objects.select_related("context__reseller")
    return locked(rows, user.pk, _("The user does not exist any more."))


def _quota(quota: int | None) -> int | None:
    if quota is not None and not 0 <= quota <= MAX_BIGINT:
        raise Invalid(_("The quota must be a number of bytes, 0 or more."), field="quota")
    return quota


def _rename(user: User, uidname: str) -> None:
    name = parse_uidname(uidname)
    if name.normalized != user.uidname_normalized:
        _claim_uidname(user.context, name)
    old, new = user.uidname.lower(), name.written.lower()
    if new != old:
        # The mailbox keeps its owner's last login under the new name; a row left behind would be the next owner's.
        LastLogin.objects.filter(username=new).delete()
        LastLogin.objects.filter(username=old).update(username=new)
    user.uidname, user.uidname_normalized, user.domain = name.written, name.normalized, name.domain


def _claim_uidname(context: Context, name: Address) -> None:
    """Refuse an address in a domain of another context, and a name that somebody else has.

    The domain comes first: nobody learns which addresses there are in a domain of somebody else's.
    """
    lock_names([f"uidname:{name.normalized}"])
    if name.domain:
        lock_names([f"address:{name.normalized}"])
        _claim(context, [name], field="uidname")
    if User.objects.filter(uidname_normalized=name.normalized).exists():
        raise Conflict(_("The uidname %(uidname)s is taken.") % {"uidname": name.written}, field="uidname")


def _claim(context: Context, addresses: Sequence[Address], *, field: str) -> None:
    """Raise the first refusal of these addresses, as one about this field."""
    for refusal in ownership.claim_addresses(context, addresses).values():
        raise type(refusal)(str(refusal), field=field)  # type: ignore[call-arg]


def _assign_msisdn(user: User, msisdn: str | None) -> None:
    if msisdn is None:
        user.msisdn = user.msisdn_digits = None
        return
    user.msisdn, user.msisdn_digits = parse_msisdn(msisdn)
    lock_names([f"msisdn:{user.msisdn_digits}"])
    if User.objects.filter(msisdn_digits=user.msisdn_digits).exclude(pk=user.pk).exists():
        raise Invalid(_("The msisdn %(msisdn)s is another user's.") % {"msisdn": msisdn}, field="msisdn")


def _refuse_foreign_addresses(context: Context, values: Sequence[str]) -> None:
    """Invalid when one of the custom ids is an address in another context's domain."""
    domains = {parse_uidname(value).domain for value in values} - {""}
    if not domains:
        return
    lock_names([f"domain:{domain}" for domain in domains], shared=True)
    foreign = [domain for domain, owner in ownership.owners_of(domains).items() if owner != context.pk]
    if foreign:
        raise Invalid(_("The domain %(domain)s belongs to another context.") % {"domain": foreign[0]}, field="custom")


def _replace_custom(user: User, values: Sequence[str]) -> None:
    """Make `values` the user's custom ids, in this order."""
    if len(values) > MAX_CUSTOM_IDS:
        raise Invalid(_("A user has at most %(limit)s custom ids.") % {"limit": MAX_CUSTOM_IDS}, field="custom")
    normalized = [
        normalize_identifier(clean_identifier(value, what=_("custom id"), field="custom")) for value in values
    ]
    if len(set(normalized)) < len(normalized):
        raise Invalid(_("A custom id is given twice."), field="custom")
    _refuse_foreign_addresses(user.context, values)
    lock_names(f"custom:{value}" for value in normalized)
    if CustomId.objects.filter(value_normalized__in=normalized).exclude(user=user).exists():
        raise Invalid(_("A custom id is another user's."), field="custom")
    user.custom_ids.all().delete()
    CustomId.objects.bulk_create(
        CustomId(user=user, value=value, value_normalized=key, position=position)
        for position, (value, key) in enumerate(zip(values, normalized, strict=True))
    )
