"""The sections of those who own things: the server's configuration, resellers, contexts and administrators."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import groupby
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Administrator, ConfigProperty, Context, Reseller
from accounts.provision.section import Entry, References, Section, different, given, needed
from accounts.provision.shapes import EntrySerializer, Flag, OneOf, PropertySerializer, Text, Texts, Whole, properties
from accounts.services import administrators, context_plans, contexts, resellers
from accounts.services.config import Owner, set_property
from accounts.services.marks import marks_of
from accounts.services.resellers import RESTRICTIONS
from core.access import Role
from core.errors import Invalid
from core.names import normalize_identifier

_BRAND: Final = ("display_name", "product_name", "colour", "hide_subjects", "demand_second_factor")


class RestrictionsSerializer(EntrySerializer):
    """OX's restrictions by their names, which hold dots."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            name: Flag(required=False)
            if name == "Subadmin.CanCreateSubadmin"
            else Whole(required=False, allow_null=True)
            for name in RESTRICTIONS
        }


class ResellerSerializer(EntrySerializer):
    """An entry of a reseller."""

    name = Text()
    parent: Any = Text(required=False, allow_null=True)
    display_name = Text(required=False)
    product_name = Text(required=False)
    colour = Text(required=False)
    hide_subjects = Flag(required=False)
    demand_second_factor = Flag(required=False)
    is_active = Flag(required=False)
    restrictions = RestrictionsSerializer(required=False)
    config = properties()


class ContextSerializer(EntrySerializer):
    """An entry of a context."""

    id = Whole()
    name = Text(required=False)
    reseller = Text(required=False, allow_null=True)
    quota = Whole(required=False, allow_null=True)
    max_user = Whole(required=False, allow_null=True)
    is_active = Flag(required=False)
    note = Text(required=False, allow_null=True)
    labels = Texts(required=False)
    config = properties()


class AdministratorSerializer(EntrySerializer):
    """An entry of an administrator."""

    login = Text()
    role = OneOf({role: role for role in Role})
    reseller = Text(required=False, allow_null=True)
    context: Any = Whole(required=False, allow_null=True)  # the base class has a property of this name
    password = Text(required=False)
    password_hash = Text(required=False)
    must_change_password = Flag(required=False)
    email = Text(required=False)
    is_active = Flag(required=False)
    language = OneOf({one: repr(one) for one in ("", *dict(settings.LANGUAGES))}, required=False)
    time_zone = Text(required=False)


def set_config(references: References, owner: Owner, properties: list[Entry]) -> None:
    """Make these properties of the owner so; others stay."""
    rows = ConfigProperty.objects.filter(reseller=owner.reseller, context=owner.context, user=owner.user)
    current = dict(rows.filter(name__in=[one["name"] for one in properties]).values_list("name", "value"))
    for one in properties:
        if current.get(one["name"]) != one["value"]:
            set_property(actor=references.actor, owner=owner, name=one["name"], value=one["value"])


def config_of(rows: QuerySet[ConfigProperty]) -> list[Entry]:
    """An owner's properties as entries; the database's own order of names is not everywhere the same."""
    return [{"name": name, "value": value} for name, value in sorted(rows.values_list("name", "value"))]


def all_config(field: str) -> dict[int, list[Entry]]:
    """The properties of every owner of one kind (`reseller`, `context` or `user`), by the owner's key."""
    rows = ConfigProperty.objects.filter(**{f"{field}__isnull": False}).order_by().values_list(field, "name", "value")
    return {
        owner: [{"name": name, "value": value} for _owner, name, value in properties]
        for owner, properties in groupby(sorted(rows), key=lambda row: row[0])
    }


def _apply_property(references: References, entry: Entry) -> None:
    set_config(references, Owner(), [entry])


def _export_properties() -> list[Entry]:
    return config_of(ConfigProperty.objects.filter(reseller=None, context=None, user=None))


def _apply_reseller(references: References, entry: Entry) -> None:
    values = given(entry, *_BRAND, "is_active")
    values |= {RESTRICTIONS[name]: value for name, value in entry.get("restrictions", {}).items()}
    row = (
        references.visible(Reseller.objects.select_related("parent"))
        .filter(name_normalized=normalize_identifier(entry["name"]))
        .first()
    )
    if row is None:
        parent = references.reseller(entry["parent"]) if "parent" in entry else references.own_reseller
        row = resellers.create_reseller(actor=references.actor, name=entry["name"], parent=parent, **values)
    else:
        current = resellers.snapshot(row)
        if "parent" in entry and _compared(entry["parent"]) != _compared(current["parent"]):
            raise Invalid(_("The parent of a reseller cannot be changed."))
        if changes := different(values, current):
            row = resellers.update_reseller(actor=references.actor, reseller=row, **changes)
    references.put_reseller(row)
    set_config(references, Owner(reseller=row), entry.get("config", []))


def _export_resellers() -> Iterator[Entry]:
    config = all_config("reseller")
    rows = Reseller.objects.select_related("parent")
    for row in sorted(rows, key=lambda row: (row.parent_id is not None, row.name)):
        yield {
            "name": row.name,
            "parent": row.parent.name if row.parent else None,
            **{field: getattr(row, field) for field in _BRAND},
            "is_active": row.is_active,
            "restrictions": {name: getattr(row, column) for name, column in RESTRICTIONS.items()},
            **_with_config(config.get(row.pk)),
        }


def _apply_context(references: References, entry: Entry) -> None:
    values = given(entry, "name", "quota", "max_user", "is_active")
    row = references.visible(Context.objects.select_related("reseller__parent")).filter(pk=entry["id"]).first()
    if row is None:
        needed(entry, "name", _("the context"))
        reseller = references.reseller(entry["reseller"]) if "reseller" in entry else references.own_reseller
        row = contexts.create_context(actor=references.actor, context_id=entry["id"], reseller=reseller, **values)
    else:
        current = context_plans.snapshot(row)
        if "reseller" in entry and _compared(entry["reseller"]) != _compared(current["reseller"]):
            raise Invalid(_("The reseller of a context cannot be changed."))
        if changes := different(values, current):
            row = contexts.update_context(actor=references.actor, context=row, **changes)
    if marks := different(given(entry, "note", "labels"), {"note": row.note, "labels": row.labels or []}):
        row = contexts.mark_context(actor=references.actor, context=row, **marks)
    references.put_context(row)
    set_config(references, Owner(context=row), entry.get("config", []))


def _export_contexts() -> Iterator[Entry]:
    config = all_config("context")
    for row in Context.objects.select_related("reseller").order_by("pk").iterator():
        yield {
            "id": row.pk,
            "name": row.name,
            "reseller": row.reseller.name if row.reseller else None,
            "quota": row.quota,
            "max_user": row.max_user,
            "is_active": row.is_active,
            **marks_of(row),
            **_with_config(config.get(row.pk)),
        }


def _apply_administrator(references: References, entry: Entry) -> None:
    reseller = references.reseller(entry.get("reseller"))
    context = None if entry.get("context") is None else references.context(entry["context"])
    secret = given(entry, "password", "password_hash")
    if len(secret) > 1:
        raise Invalid("Give either password or password_hash, not both.")
    compared = normalize_identifier(entry["login"])
    rows = references.visible(Administrator.objects.with_owner())
    row = rows.filter(login_normalized=compared, context=context).first()
    if row is None:
        if not secret:
            raise Invalid("password or password_hash is missing: the administrator is new.")
        row = administrators.create_administrator(
            actor=references.actor,
            login=entry["login"],
            role=entry["role"],
            reseller=reseller,
            context=context,
            **secret,
            **given(entry, "is_active", "must_change_password", "email"),
        )
    elif row.role != entry["role"] or row.reseller != reseller:
        raise Invalid("The role and the reseller of an administrator cannot be changed.")
    current = administrators.snapshot(row)
    changes = different(given(entry, "is_active", "language", "time_zone", "must_change_password", "email"), current)
    if changes or secret:
        administrators.update_administrator(actor=references.actor, administrator=row, **secret, **changes)


def _export_administrators() -> Iterator[Entry]:
    rows = Administrator.objects.select_related("reseller")
    for row in sorted(rows, key=lambda row: (list(Role).index(Role(row.role)), row.context_id or 0, row.login)):
        yield {
            "login": row.login,
            "role": row.role,
            **({"reseller": row.reseller.name} if row.reseller else {}),
            **({"context": row.context_id} if row.context_id else {}),
            "password_hash": row.password,
            "is_active": row.is_active,
            "language": row.language,
            "time_zone": row.time_zone,
            **({"email": row.email} if row.email else {}),
            **({"must_change_password": True} if row.must_change_password else {}),
        }


def _compared(name: str | None) -> str | None:
    """A name as it is compared; none stays none."""
    return None if name is None else normalize_identifier(name)


def _same_reseller(entry: Entry) -> Hashable:
    return _compared(entry["name"])


def _same_administrator(entry: Entry) -> Hashable:
    return entry.get("context"), _compared(entry["login"])


def _with_config(config: list[Entry] | None) -> Entry:
    return {"config": config} if config else {}


SECTIONS: Final = [
    Section("config", 10, PropertySerializer, {"name": ""}, _export_properties, apply=_apply_property),
    Section(
        "resellers",
        20,
        ResellerSerializer,
        {"name": ""},
        _export_resellers,
        apply=_apply_reseller,
        same=_same_reseller,
    ),
    Section(
        "contexts",
        30,
        ContextSerializer,
        {"id": "context"},
        _export_contexts,
        apply=_apply_context,
    ),
    Section(
        "administrators",
        40,
        AdministratorSerializer,
        {"context": "context", "login": "login"},
        _export_administrators,
        apply=_apply_administrator,
        same=_same_administrator,
    ),
]
