"""How changes of users, contexts, resellers, administrators and configuration are undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.contents import blocked_by
from accounts.models import Administrator, ConfigProperty, Context, Label, Reseller, User
from accounts.services import administrators, config, context_plans, contexts, labels, plans, resellers, users
from accounts.services.context_plans import ContextWish, plan_contexts
from accounts.services.handover import hand_over
from accounts.services.limits import lock_reseller_rows
from accounts.services.marks import marks_before, marks_of
from accounts.services.plans import UserWish, plan_users
from changelog.entries import Snapshot
from changelog.models import Change
from changelog.plan import Plan, plan_what_can_be
from changelog.undo import UndoKind, refuse_changed
from core.actor import Actor
from core.errors import Conflict
from core.names import normalize_identifier
from core.numbers import counted


def contexts_of(changes: Collection[Change]) -> dict[int, Context]:
    """The contexts that have the ids of those that the changes were made in."""
    rows = Context.objects.select_related("reseller__parent").filter(pk__in={one.context_id or 0 for one in changes})
    return {row.pk: row for row in rows}


def context_of(change: Change, contexts: Mapping[int, Context] | None = None) -> Context:
    """The context that the change was made in. Conflict when it is gone, or is another one under the same id."""
    found = contexts_of([change]) if contexts is None else contexts
    context = found.get(change.context_id or 0)
    if context is None or context.created_at > change.at:
        raise Conflict(_("The context does not exist any more."))
    return context


# Users.


def _user(change: Change) -> User | None:
    return User.objects.select_related("context__reseller").filter(pk=change.key).first()


def _user_now(change: Change) -> Snapshot | None:
    user = _user(change)
    return None if user is None else plans.snapshot(user)


def _plan_users(actor: Actor, changes: Sequence[Change], hold: bool) -> Plan:
    found = User.objects.filter(pk__in={change.key for change in changes}).select_related("context__reseller")
    rows = {row.pk: row for row in found.prefetch_related("custom_ids")}
    with_properties = set(ConfigProperty.objects.filter(user__in=rows).values_list("user", flat=True))
    contexts = contexts_of(changes)

    def wish(change: Change) -> UserWish:
        user, before = rows.get(change.key), dict(change.before or {}) | marks_before(change.before or {})
        refuse_changed(actor, change, None if user is None else plans.snapshot(user))
        if user is None:
            return users.new_user(context_of(change, contexts), key=change.key, **before)
        if change.before is not None:
            del before["number"]
            return UserWish(user, **before)
        if user.pk in with_properties:
            raise Conflict(_("Cannot undo: configuration properties were set for it since."))
        return UserWish(user, delete=True)

    plan = users.hold_and_plan if hold else plan_users
    return plan_what_can_be(changes, wish, lambda wishes: plan(actor, wishes))


# Last logins.


def _last_login_now(change: Change) -> Snapshot | None:
    user = _user(change)
    at = None if user is None else users.last_login_of(user)
    return None if at is None else {"last_login": at}


def _restore_last_login(actor: Actor, change: Change) -> None:
    user = _user(change)
    if user is None:
        raise Conflict(_("The user does not exist any more."))
    users.set_last_login(actor=actor, user=user, at=(change.before or {}).get("last_login"))


# Contexts: one that was deleted and made again under the same id is another one.


def _context_now(change: Change) -> Snapshot | None:
    context = Context.objects.select_related("reseller").filter(pk=change.key).first()
    return None if context is None else context_plans.snapshot(context)


def _restore_context(actor: Actor, change: Change) -> None:
    before = dict(change.before or {})
    if change.before is None:
        context = context_of(change)
        _refuse_what_holds(blocked_by(context), context.users, context.administrators, context.config)
        contexts.delete_context(actor=actor, context=context)
    elif change.after is None:
        before["reseller"] = _reseller_named(before["reseller"])
        before["created_at"] = datetime.fromisoformat(before["created_at"])
        contexts.create_context(actor=actor, context_id=int(change.key or 0), **before)
    else:
        hand_over(actor=actor, context=context_of(change), reseller=_reseller_named(before["reseller"]))


def _is_in_place(change: Change) -> bool:
    """Whether the context was there before and after, and had the same reseller."""
    return None not in (change.before, change.after) and _reseller_in(change.before) == _reseller_in(change.after)


def _reseller_in(snapshot: Snapshot | None) -> str | None:
    name: str | None = (snapshot or {}).get("reseller")
    return name


def _plan_contexts(actor: Actor, changes: Sequence[Change], hold: bool) -> Plan:
    there = contexts_of(changes)

    def wish(change: Change) -> ContextWish:
        context, before = there.get(change.key), dict(change.before or {})
        refuse_changed(actor, change, None if context is None else context_plans.snapshot(context))
        del before["reseller"]
        return ContextWish(context_of(change, there), **before)

    return plan_what_can_be(changes, wish, lambda wishes: plan_contexts(actor, wishes, hold=hold))


def _refuse_what_holds(others: list[str], *managers: Any) -> None:
    """Conflict when there is anything that would be deleted too: undoing a creation deletes nothing else."""
    own = [(manager.model._meta, manager.count()) for manager in managers]
    held = [f"{options.verbose_name_plural}: {counted(count)}" for options, count in own if count]
    if held or others:
        raise Conflict(_("Cannot undo: it is not empty (%(held)s).") % {"held": ", ".join([*held, *others])})


# Their notes and labels, which their own administrators do not see.


def _marks_now(change: Change) -> Snapshot | None:
    context = Context.objects.filter(pk=change.key).first()
    return None if context is None else marks_of(context)


def _plan_marks(actor: Actor, changes: Sequence[Change], hold: bool) -> Plan:
    found = Context.objects.filter(pk__among=[change.key for change in changes]).select_related("reseller")
    rows = {row.pk: row for row in found}

    def wish(change: Change) -> ContextWish:
        context = rows.get(change.key)
        refuse_changed(actor, change, None if context is None else marks_of(context))
        if context is None or context.created_at > change.at:
            raise Conflict(_("The context does not exist any more."))
        return ContextWish(context, **marks_before(change.before or {}))

    return plan_what_can_be(changes, wish, lambda wishes: plan_contexts(actor, wishes, hold=hold))


# Resellers.


def _reseller(change: Change) -> Reseller | None:
    return Reseller.objects.select_related("parent").filter(pk=change.key).first()


def _reseller_now(change: Change) -> Snapshot | None:
    row = _reseller(change)
    return None if row is None else resellers.snapshot(row)


def _restore_reseller(actor: Actor, change: Change) -> None:
    fields = dict(change.before or {})
    parent = fields.pop("parent", None)
    if change.after is None:
        resellers.create_reseller(actor=actor, key=change.key, parent=_reseller_named(parent), **fields)
        return
    row = _reseller(change)
    if row is None:
        raise Conflict(_("The reseller does not exist any more."))
    if change.before is None:
        _refuse_what_holds([], row.contexts, row.children, row.administrators, row.config)
        resellers.delete_reseller(actor=actor, reseller=row)
    else:
        resellers.update_reseller(actor=actor, reseller=row, **fields)


def _reseller_named(name: str | None) -> Reseller | None:
    if name is None:
        return None
    row = Reseller.objects.select_related("parent").filter(name_normalized=normalize_identifier(name)).first()
    if row is None:
        raise Conflict(_("The reseller %(name)s does not exist any more.") % {"name": name})
    return row


# Labels.


def _label_now(change: Change) -> Snapshot | None:
    row = Label.objects.select_related("reseller").filter(pk=change.key).first()
    return None if row is None else labels.snapshot(row)


def _restore_label(actor: Actor, change: Change) -> None:
    row, before = Label.objects.filter(pk=change.key).first(), change.before
    if row is None and before is not None:
        columns = before | {"reseller": _reseller_named(before["reseller"])}
        labels.create_label(actor=actor, key=change.key, **columns)
    elif row is not None and before is None:
        labels.delete_label(actor=actor, label=row)
    elif row is not None and before is not None:
        labels.update_label(actor=actor, label=row, colour=before["colour"])


# Administrators: no password is in the log, so an old one does not come back, and a deleted account has none.


def _administrator(change: Change) -> Administrator | None:
    row: Administrator | None = Administrator.objects.with_owner().filter(pk=change.key).first()
    return row


def _administrator_now(change: Change) -> Snapshot | None:
    row = _administrator(change)
    return None if row is None else administrators.snapshot(row)


def _restore_administrator(actor: Actor, change: Change) -> None:
    row, before = _administrator(change), dict(change.before or {})
    if row is None:
        before["reseller"] = _reseller_named(before["reseller"])
        context = None if change.context_id is None else context_of(change)
        administrators.create_administrator(actor=actor, key=change.key, context=context, **before)
    elif change.before is None:
        administrators.delete_administrator(actor=actor, administrator=row)
    else:
        administrators.update_administrator(
            actor=actor,
            administrator=row,
            is_active=before["is_active"],
            language=before["language"],
            time_zone=before["time_zone"],
            must_change_password=before["must_change_password"],
            email=before["email"],
        )


# Configuration.


def _property(change: Change) -> ConfigProperty | None:
    return (
        ConfigProperty.objects.filter(pk=change.key)
        .select_related("reseller", "context__reseller", "user__context__reseller")
        .first()
    )


def _property_now(change: Change) -> Snapshot | None:
    row = _property(change)
    return None if row is None else config.snapshot(row)


def _restore_property(actor: Actor, change: Change) -> None:
    row = _property(change)
    if change.before is None and row is not None:
        config.delete_property(actor=actor, row=row)
    else:
        before = change.before or {}
        config.set_property(
            actor=actor, owner=_owner(change), name=before["name"], value=before["value"], key=change.key
        )


def _owner(change: Change) -> config.Owner:
    """Whose the property was. Conflict when the owner does not exist any more."""
    if change.user_id is not None:
        user = User.objects.select_related("context__reseller").filter(pk=change.user_id).first()
        if user is None:
            raise Conflict(_("The user does not exist any more."))
        return config.Owner(user=user)
    if change.context_id is not None:
        return config.Owner(context=context_of(change))
    if change.reseller_id is not None:
        reseller = Reseller.objects.select_related("parent").filter(pk=change.reseller_id).first()
        if reseller is None:
            raise Conflict(_("The reseller does not exist any more."))
        return config.Owner(reseller=reseller)
    return config.Owner()


KINDS: Final = {
    "user": UndoKind("accounts.user", _user_now, plan=_plan_users),
    "last_login": UndoKind("accounts.user", _last_login_now, _restore_last_login),
    "context": UndoKind("accounts.context", _context_now, _restore_context, _plan_contexts, _is_in_place),
    "context_marks": UndoKind("accounts.context", _marks_now, plan=_plan_marks),
    "label": UndoKind("accounts.label", _label_now, _restore_label),
    "reseller": UndoKind("accounts.reseller", _reseller_now, _restore_reseller),
    "administrator": UndoKind("accounts.administrator", _administrator_now, _restore_administrator),
    "config": UndoKind("accounts.configproperty", _property_now, _restore_property),
}


def lock_owners(changes: Collection[Change]) -> None:
    """Hold the rows of the resellers, contexts and users that the changes touch, in the order of every service."""
    lock_reseller_rows(Reseller.objects.filter(pk__in={change.reseller_id for change in changes}))
    contexts_touched = Context.objects.filter(pk__in={change.context_id for change in changes})
    users_touched = User.objects.filter(pk__in={change.user_id for change in changes})
    for rows in (contexts_touched, users_touched):
        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
