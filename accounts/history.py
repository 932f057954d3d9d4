"""The history of users, contexts, resellers, administrators and configuration: undoing, what goes with a context."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import Administrator, Change, ConfigProperty, Context, Reseller, User
from accounts.services import administrators, config, contexts, resellers, users
from accounts.services.changes import Entry, Snapshot
from accounts.services.history import Kind, context_of
from oxaas.changes import Actor
from oxaas.errors import Conflict, Invalid


def lost_with(context: Context) -> Iterator[Entry]:
    """The context's own configuration and administrators."""
    for row in context.config.order_by("name"):
        yield config.entry(config.Owner(context=context), row.name, {"value": row.value}, None)
    for one in Administrator.objects.with_owner().filter(context=context).order_by("login"):
        yield administrators.entry(one, administrators.snapshot(one), None)


# Users: the number stands first in the label and never changes.


def _user(change: Change) -> User | None:
    number = int(change.label.partition(" ")[0])
    return User.objects.filter(context=context_of(change), number=number).select_related("context").first()


def _user_now(change: Change) -> Snapshot | None:
    user = _user(change)
    return None if user is None else users.snapshot(user)


def _restore_user(actor: Actor, change: Change) -> None:
    user = _user(change)
    if change.before is None and user is not None:
        users.delete_user(actor=actor, user=user)
    elif user is None:
        number = int(change.label.partition(" ")[0])
        users.create_user(actor=actor, context=context_of(change), number=number, **(change.before or {}))
    else:
        users.update_user(actor=actor, user=user, **(change.before or {}))


# Contexts: found by their id; one that was deleted and made anew is another one.


def _context_now(change: Change) -> Snapshot | None:
    context = Context.objects.select_related("reseller").filter(pk=change.context_number or 0).first()
    return None if context is None else contexts.snapshot(context)


def _restore_context(actor: Actor, change: Change) -> None:
    before = dict(change.before or {})
    if change.before is None:
        context = context_of(change)
        if any(manager.exists() for manager in (context.users, context.administrators)):
            raise Conflict(_("It has changed since."))
        contexts.delete_context(actor=actor, context=context)
    elif change.after is None:
        before["reseller"] = _reseller_named(before["reseller"])
        before["created_at"] = datetime.fromisoformat(before["created_at"])
        contexts.create_context(actor=actor, context_id=int(change.context_number or 0), **before)
    else:
        del before["reseller"]
        contexts.update_context(actor=actor, context=context_of(change), **before)


# Resellers: the label is the name after the change.


def _reseller_now(change: Change) -> Snapshot | None:
    row = Reseller.objects.select_related("parent").filter(name=change.label).first()
    return None if row is None else resellers.snapshot(row)


def _restore_reseller(actor: Actor, change: Change) -> None:
    fields = dict(change.before or {})
    parent = fields.pop("parent", None)
    if change.after is None:
        resellers.create_reseller(actor=actor, parent=_reseller_named(parent), **fields)
        return
    row = _reseller_named(change.label)
    if row is None:
        raise Conflict(_("It has changed since."))
    if change.before is None:
        resellers.delete_reseller(actor=actor, reseller=row)
    else:
        resellers.update_reseller(actor=actor, reseller=row, **fields)


def _reseller_named(name: str | None) -> Reseller | None:
    if name is None:
        return None
    row = Reseller.objects.select_related("parent").filter(name=name).first()
    if row is None:
        raise Conflict(_("The reseller %(name)s does not exist any more.") % {"name": name})
    return row


# Administrators: no password is in the log, so neither a deleted account nor an old password comes back.


def _administrator(change: Change) -> Administrator | None:
    rows = Administrator.objects.with_owner()
    if change.context_number is not None:
        login = change.label.rpartition("@")[0]
        found: Administrator | None = rows.filter(context=context_of(change), login=login).first()
    else:
        found = rows.filter(context=None, login=change.label).first()
    return found


def _administrator_now(change: Change) -> Snapshot | None:
    row = _administrator(change)
    return None if row is None else administrators.snapshot(row)


def _restore_administrator(actor: Actor, change: Change) -> None:
    if change.after is None or "password" in change.after:
        raise Invalid(_("Passwords are not kept, so this cannot be undone."))
    row = _administrator(change)
    if row is None:
        raise Conflict(_("It has changed since."))
    if change.before is None:
        administrators.delete_administrator(actor=actor, administrator=row)
        return
    administrators.update_administrator(
        actor=actor, administrator=row, is_active=change.before["is_active"], language=change.before["language"]
    )


# Configuration: the label is `<name> (<owner>)`, and the owner is the change's own context or reseller, or a user.


def _owner(change: Change) -> tuple[config.Owner, str]:
    name, _blank, rest = change.label.rpartition(" (")
    if change.context_number is None:
        owner = config.Owner(reseller=change.reseller)
        if f"{owner})" != rest:
            # The reseller is gone or has another name; what it left to its parent, or to nobody, is not that one's own.
            raise Conflict(_("It has changed since."))
        return owner, name
    context, uidname = context_of(change), rest.removeprefix("user ").removesuffix(")")
    if not rest.startswith("user "):
        return config.Owner(context=context), name
    user = context.users.select_related("context").filter(uidname=uidname).first()
    if user is None:
        raise Conflict(_("It has changed since."))
    return config.Owner(user=user), name


def _property(change: Change) -> ConfigProperty | None:
    owner, name = _owner(change)
    rows = ConfigProperty.objects.filter(reseller=owner.reseller, context=owner.context, user=owner.user, name=name)
    return rows.select_related("reseller", "context", "user__context").first()


def _property_now(change: Change) -> Snapshot | None:
    row = _property(change)
    return None if row is None else {"value": row.value}


def _restore_property(actor: Actor, change: Change) -> None:
    row = _property(change)
    if change.before is None and row is not None:
        config.delete_property(actor=actor, row=row)
    else:
        owner, name = _owner(change)
        config.set_property(actor=actor, owner=owner, name=name, value=(change.before or {})["value"])


KINDS: Final = {
    "user": Kind("accounts.user", _user_now, _restore_user),
    "context": Kind("accounts.context", _context_now, _restore_context),
    "reseller": Kind("accounts.reseller", _reseller_now, _restore_reseller),
    "administrator": Kind("accounts.administrator", _administrator_now, _restore_administrator),
    "config": Kind("accounts.configproperty", _property_now, _restore_property),
}
