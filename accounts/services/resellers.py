"""Every write to resellers and their limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Administrator, Reseller
from accounts.services import administrators, config, limits
from changelog.entries import Entry, Snapshot
from changelog.record import record, record_all
from core.access import Role
from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.locks import lock_names, locked
from core.names import clean_identifier, normalize_identifier
from core.numbers import MAX_BIGINT, MAX_INTEGER
from core.transactions import atomic

# OX's names of the restrictions -> the columns. They are set by whoever stands above the reseller.
RESTRICTIONS: Final[dict[str, str]] = {
    "Subadmin.MaxContext": "max_context",
    "Subadmin.MaxOverallUser": "max_overall_user",
    "Subadmin.MaxOverallContextQuota": "max_overall_context_quota",
    "Subadmin.CanCreateSubadmin": "can_create_subadmin",
    "Subadmin.MaxSubadmin": "max_subadmin",
    "Context.MaxUser": "max_user_per_context",
}
_RESTRICTED: Final = frozenset(RESTRICTIONS.values()) | {"is_active"}
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_FIELDS: Final = (
    frozenset({"name", "display_name", "product_name", "colour", "hide_subjects", "demand_second_factor"}) | _RESTRICTED
)


@atomic
def create_reseller(
    *, actor: Actor, name: str, parent: Reseller | None = None, key: int | None = None, **fields: Any
) -> Reseller:
    """A new reseller, or one that is restored under its former primary key `key`.

    `fields` are display_name, is_active and the columns of RESTRICTIONS. A reseller's staff make children of their own
    reseller. Invalid, Conflict (name taken), NotAllowed (limits).
    """
    administrator = actor.administrator
    if administrator is not None and Role(administrator.role) is not Role.MASTER:
        own = administrator.reseller_id if Role(administrator.role) is Role.RESELLER else None
        if parent is None or parent.pk != own:
            raise NotAllowed(_("A new reseller must be a child of your own."))
    if parent is not None:
        limits.check_room_for_child(limits.lock_resellers(parent.pk)[-1])
    reseller = Reseller(pk=key, parent=parent)
    _assign(reseller, {"name": name, **fields})
    reseller.save(force_insert=True)
    record(actor, _entry(reseller, None, snapshot(reseller)))
    return reseller


@atomic
def update_reseller(*, actor: Actor, reseller: Reseller, **fields: Any) -> Reseller:
    """Change what is given. Nobody edits their own or their parent's limits, nor suspends themselves."""
    reseller = _locked(reseller)
    before = snapshot(reseller)
    _assign(reseller, fields)
    after = snapshot(reseller)
    if any(before[field] != after[field] for field in _RESTRICTED):
        _check_stands_above(actor, reseller)
    elif actor.administrator is not None and not actor.administrator.manages(reseller):
        raise NotAllowed(_("You are not in charge of that reseller."))
    if not reseller.can_create_subadmin and reseller.children.exists():
        raise Conflict(_("A reseller that has children must be allowed to have them."), field="can_create_subadmin")
    reseller.save()
    record(actor, _entry(reseller, before, after))
    return reseller


@atomic
def delete_reseller(*, actor: Actor, reseller: Reseller) -> None:
    """Delete a reseller without contexts and children; its administrators and configuration go with it.

    Each of them has its line in the change log, in one batch with the reseller's own, which is the last.
    """
    reseller = _locked(reseller, no_key=False)
    _check_stands_above(actor, reseller)
    if reseller.contexts.exists() or reseller.children.exists():
        raise Conflict(_("The reseller %(reseller)s still has contexts or children.") % {"reseller": reseller})
    with_it = list(_cascade_entries(reseller))
    actor = actor if actor.batch is not None or not with_it else actor.in_batch()
    record_all(actor, with_it)
    record(actor, _entry(reseller, snapshot(reseller), None))
    reseller.delete()


def _cascade_entries(reseller: Reseller) -> Iterator[Entry]:
    """The change log's lines for what is deleted together with the reseller."""
    for row in reseller.config.select_related("reseller__parent").order_by("name"):
        yield config.entry(row, config.snapshot(row), None)
    for one in administrators.held(Administrator.objects.filter(reseller=reseller)):
        yield administrators.entry(one, administrators.snapshot(one), None)


def snapshot(reseller: Reseller) -> Snapshot:
    """What the change log keeps of a reseller."""
    return {field: getattr(reseller, field) for field in sorted(_FIELDS)} | {
        "parent": reseller.parent.name if reseller.parent else None
    }


def _entry(reseller: Reseller, before: Snapshot | None, after: Snapshot | None) -> Entry:
    return Entry("reseller", reseller.pk, reseller.name, before, after, reseller.owners)


def _locked(reseller: Reseller, *, no_key: bool = True) -> Reseller:
    rows = Reseller.objects.select_related("parent")
    return locked(rows, reseller.pk, _("The reseller does not exist any more."), no_key=no_key)


def _check_stands_above(actor: Actor, reseller: Reseller) -> None:
    """Master stands above every reseller, a reseller's staff only above its children."""
    if actor.administrator is not None and not actor.administrator.stands_above(reseller):
        raise NotAllowed(_("Nobody edits the limits of their own reseller, suspends it or deletes it."))


def _assign(reseller: Reseller, fields: dict[str, Any]) -> None:
    unknown = fields.keys() - _FIELDS
    if unknown:
        raise Invalid(_("A reseller has no %(fields)s.") % {"fields": ", ".join(sorted(unknown))})
    for field, value in fields.items():
        setattr(reseller, field, _checked(reseller, field, value))
    if reseller.parent is not None and reseller.can_create_subadmin:
        raise NotAllowed(_("A child cannot have children of its own; resellers nest one level."))


def _checked(reseller: Reseller, field: str, value: Any) -> Any:
    match field:
        case "name":
            clean_identifier(value, what=_("reseller's name"), field="name", limit=128)
            compared = normalize_identifier(value)
            lock_names([f"reseller-name:{compared}"])
            if Reseller.objects.filter(name_normalized=compared).exclude(pk=reseller.pk).exists():
                raise Conflict(_("The reseller's name %(value)s is taken.") % {"value": value}, field="name")
        case "display_name" | "product_name":
            if value:
                limit = 254 if field == "display_name" else 60
                what = _("display name") if field == "display_name" else _("product name")
                clean_identifier(value, what=what, field=field, limit=limit)
        case "colour":
            if value and not _COLOUR.fullmatch(value):
                raise Invalid(
                    _("A colour is written as # and six hexadecimal digits, such as #1f6feb."), field="colour"
                )
        case "is_active" | "can_create_subadmin" | "hide_subjects" | "demand_second_factor":
            if not isinstance(value, bool):
                raise Invalid(_("The value must be true or false."), field=field)
        case _:
            most = MAX_BIGINT if field == "max_overall_context_quota" else MAX_INTEGER
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most):
                raise Invalid(_("The limit must be a whole number, 0 or more, or empty for no limit."), field=field)
    return value
