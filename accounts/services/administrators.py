"""Every write to administrators. Passwords go in and only their hashes are kept; the change log sees neither."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Administrator, Context, Reseller
from accounts.models.administrators import AdministratorQuerySet
from changelog.entries import Entry, Snapshot
from changelog.record import record
from core.access import Role
from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.keep import KEEP, Keep
from core.locks import lock_names, locked
from core.names import clean_identifier, normalize_identifier
from core.transactions import atomic
from core.zones import zone_named


@atomic
def create_administrator(
    *,
    actor: Actor,
    login: str,
    role: str,
    password: str | None = None,
    password_hash: str | None = None,
    reseller: Reseller | None = None,
    context: Context | None = None,
    is_active: bool = True,
    language: str = "",
    time_zone: str = "",
    must_change_password: bool = False,
    email: str = "",
    key: int | None = None,
) -> Administrator:
    """A new administrator, with a `password` or with its hash. Invalid, Conflict (login taken), NotAllowed.

    One that is restored under its former primary key `key` has no password: it cannot log in until one is set.
    """
    _check_owner(role, reseller, context)
    check_in_charge(actor, role, reseller, context)
    clean_identifier(login, what=_("login"), field="login")
    if ":" in login:
        raise Invalid(_("A login cannot contain a colon: it ends the name in HTTP Basic credentials."), field="login")
    _claim_login(login, context)
    administrator = Administrator(
        pk=key,
        login=login,
        role=role,
        reseller=reseller,
        context=context,
        is_active=is_active,
        language=language,
        time_zone=_zone(time_zone),
        must_change_password=must_change_password,
        email=_email(email),
        password=_hash(password, password_hash) if key is None else make_password(None),
    )
    administrator.save(force_insert=True)
    record(actor, entry(administrator, None, snapshot(administrator)))
    return administrator


@atomic
def update_administrator(
    *,
    actor: Actor,
    administrator: Administrator,
    password: str | None = None,
    password_hash: str | None = None,
    is_active: bool | Keep = KEEP,
    language: str | Keep = KEEP,
    time_zone: str | Keep = KEEP,
    must_change_password: bool | Keep = KEEP,
    email: str | Keep = KEEP,
) -> Administrator:
    """Set a new password (when it differs), suspend, resume.

    The change log says that the password changed, not to what.
    """
    administrator = _locked(administrator)
    # Their own password, language and time zone are everybody's own business.
    own = actor.administrator is not None and actor.administrator.pk == administrator.pk
    if not own:
        check_in_charge(actor, administrator.role, administrator.reseller, administrator.context)
    before = snapshot(administrator)
    after_password = _changed_hash(administrator, password, password_hash)
    if after_password:
        administrator.password = after_password
        # Who has set their own need not change it again.
        administrator.must_change_password = administrator.must_change_password and not own
    if not isinstance(is_active, Keep):
        if own and not is_active:
            raise NotAllowed(_("Nobody suspends themselves."))
        administrator.is_active = is_active
    if not isinstance(language, Keep):
        administrator.language = language
    if not isinstance(time_zone, Keep):
        administrator.time_zone = _zone(time_zone)
    if not isinstance(must_change_password, Keep) and not own:
        administrator.must_change_password = must_change_password
    if not isinstance(email, Keep):
        administrator.email = _email(email)
    administrator.save()
    after = snapshot(administrator) | ({"password": "changed"} if after_password else {})
    record(actor, entry(administrator, before, after))
    return administrator


@atomic
def delete_administrator(*, actor: Actor, administrator: Administrator) -> None:
    """Delete an administrator; what they did stays in the change log under their name."""
    administrator = _locked(administrator, no_key=False)
    check_in_charge(actor, administrator.role, administrator.reseller, administrator.context)
    if actor.administrator is not None and actor.administrator.pk == administrator.pk:
        raise NotAllowed(_("Nobody deletes themselves."))
    record(actor, entry(administrator, snapshot(administrator), None))
    administrator.delete()


def snapshot(administrator: Administrator) -> Snapshot:
    """What the change log keeps of an administrator: no password, nor its hash."""
    return {
        "login": administrator.login,
        "role": administrator.role,
        "reseller": administrator.reseller.name if administrator.reseller else None,
        "is_active": administrator.is_active,
        "language": administrator.language,
        "time_zone": administrator.time_zone,
        "must_change_password": administrator.must_change_password,
        "email": administrator.email,
    }


def entry(administrator: Administrator, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's entry about this administrator."""
    return Entry("administrator", administrator.pk, str(administrator), before, after, administrator.owners)


def held(administrators: AdministratorQuerySet) -> list[Administrator]:
    """The administrators, who are to be deleted with what they belong to, held until the transaction ends.

    Nothing is kept for them meanwhile, such as an address that they log in from, which would then refer to nobody.
    """
    return list(administrators.with_owner().select_for_update(of=("self",)).order_by("login"))


def _locked(administrator: Administrator, *, no_key: bool = True) -> Administrator:
    rows: QuerySet[Administrator] = Administrator.objects.with_owner()
    return locked(rows, administrator.pk, _("The administrator does not exist any more."), no_key=no_key)


def _check_owner(role: str, reseller: Reseller | None, context: Context | None) -> None:
    """A master has no owner, a reseller's staff and a tenant credential a reseller, a context's admin a context."""
    owners = {Role.MASTER: (False, False), Role.CONTEXT: (False, True)}
    if (reseller is not None, context is not None) != owners.get(Role(role), (True, False)):
        raise Invalid(_("The role does not fit the reseller or context."), field="role")


def check_in_charge(actor: Actor, role: str, reseller: Reseller | None, context: Context | None) -> None:
    """Staff manage the administrators of what they are in charge of, and nobody makes a master but a master."""
    writer = actor.administrator
    if writer is None or Role(writer.role) is Role.MASTER:
        return
    if Role(writer.role) is Role.RESELLER and Role(role) is not Role.MASTER:
        if context is not None and writer.in_charge_of(context):
            return
        if reseller is not None and writer.manages(reseller):
            return
    raise NotAllowed(_("You are not in charge of that administrator."))


def check_rename(context: Context, name: str) -> None:
    """Conflict when one of the context's admins would have another administrator's login as their long form."""
    logins = context.administrators.values_list("login_normalized", flat=True)
    long_forms = [f"{login}@{normalize_identifier(name)}" for login in logins]
    if Administrator.objects.filter(login_normalized__in=long_forms, context=None).exists():
        raise Conflict(
            _("With the name %(name)s a login of the context would be another administrator's.") % {"name": name},
            field="name",
        )


def _claim_login(login: str, context: Context | None) -> None:
    """Refuse a login that is taken, or that is written like another one's long form: it would shut its owner out."""
    compared = normalize_identifier(login)
    short, _at, name = compared.rpartition("@")
    if context is not None:
        name = normalize_identifier(context.name)
    lock_names([f"login:{context.pk if context else ''}:{compared}", f"context-name:{name}"])
    same = Q(login_normalized=compared, context=context)
    if context is not None:
        same |= Q(login_normalized=f"{compared}@{name}", context=None)
    else:
        same |= Q(login_normalized=short, context__name_normalized=name)
    if Administrator.objects.filter(same).exists():
        raise Conflict(_("The login %(login)s is taken.") % {"login": login}, field="login")


def _zone(name: str) -> str:
    if name and zone_named(name) is None:
        raise Invalid(_("There is no such time zone."), field="time_zone")
    return name


def _email(email: str) -> str:
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="email") from error
    return email


def _hash(password: str | None, password_hash: str | None) -> str:
    if password_hash is not None:
        try:
            identify_hasher(password_hash)
        except ValueError as error:
            raise Invalid(_("The password hash is of no known kind."), field="password_hash") from error
        return password_hash
    if not password:
        raise Invalid(_("The password is empty."), field="password")
    if "\x00" in password:
        raise Invalid(_("The password contains a NUL character."), field="password")
    try:
        validate_password(password)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from error
    return make_password(password)


def _changed_hash(administrator: Administrator, password: str | None, password_hash: str | None) -> str | None:
    """The hash to store, or None when the password is already that one."""
    if password_hash is not None:
        return None if password_hash == administrator.password else _hash(None, password_hash)
    if password is None or (password and check_password(password, administrator.password)):
        return None
    return _hash(password, None)
