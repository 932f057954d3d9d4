"""Configuration properties of the server, of resellers, contexts and users."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter, FilterSet
from rest_framework import serializers

from accounts.models import ApiFamily, ConfigProperty, Context, Reseller, User
from accounts.services.config import Owner, delete_property, set_property
from apiv2.base import ResourceViewSet, visible
from apiv2.reading import Shape, WholeFilter
from apiv2.shapes import Key
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.openapi.fields import Text

_SCOPES: Final = [(one, one) for one in ("server", "reseller", "context", "user")]
_OWNERS: Final[dict[str, tuple[Any, list[str]]]] = {
    "reseller": (Reseller, ["parent"]),
    "context": (Context, ["reseller__parent"]),
    "user": (User, ["context__reseller__parent"]),
}


class V2PropertySerializer(serializers.Serializer[Any]):
    """A property; `scope` says whose it is, the server's where it is nobody's."""

    id = Key()
    name = Text()
    value = Text(allow_blank=True)
    scope = serializers.ChoiceField(choices=_SCOPES)
    reseller = Key(allow_null=True)
    context: Any = Key(allow_null=True)
    user = Key(allow_null=True, help_text="The id of the user, not its number.")


class V2NewPropertySerializer(serializers.Serializer[Any]):
    """A new property of at most one owner."""

    name = Text()
    value = Text(allow_blank=True)
    reseller = Key(allow_null=True, default=None)
    context: Any = Key(allow_null=True, default=None)
    user = Key(allow_null=True, default=None)


class V2PropertyEditSerializer(serializers.Serializer[Any]):
    """Its value."""

    value = Text(allow_blank=True)


class PropertyFilters(FilterSet):
    """Properties by their name and whose they are."""

    name = CharFilter(field_name="name", help_text="Exactly this name.")
    reseller = WholeFilter(field_name="reseller")
    context = WholeFilter(field_name="context")
    user = WholeFilter(field_name="user")
    scope = ChoiceFilter(choices=_SCOPES, method="of_scope")

    def of_scope(self, rows: QuerySet[ConfigProperty], name: str, value: str) -> QuerySet[ConfigProperty]:
        """By the kind of owner."""
        if value == "server":
            return rows.filter(reseller=None, context=None, user=None)
        return rows.filter(**{f"{value}__isnull": False})


class PropertyViewSet(ResourceViewSet):
    """Properties whose owner the caller is in charge of."""

    resource = "properties"
    one = "property"
    family = ApiFamily.ADMIN
    model = ConfigProperty
    kind = "config"
    output = V2PropertySerializer
    new = V2NewPropertySerializer
    edit = V2PropertyEditSerializer
    filters = PropertyFilters
    searched = ("name",)
    sorts = {"name": "name"}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With the owners."""
        if shape != self.whole():
            return rows
        return rows.select_related("reseller__parent", "context__reseller", "user__context__reseller")

    def represent(self, row: ConfigProperty, shape: Shape) -> dict[str, Any]:
        return {
            "id": row.pk,
            "name": row.name,
            "value": row.value,
            "scope": row.scope,
            "reseller": row.reseller_id,
            "context": row.context_id,
            "user": row.user_id,
        }

    def make(self, actor: Actor, data: dict[str, Any]) -> ConfigProperty:
        named = [name for name in _OWNERS if data[name] is not None]
        if len(named) > 1:
            raise Invalid("A property has one owner.", field=named[1])
        found = {name: visible(self, _OWNERS[name][0], data[name], name, related=_OWNERS[name][1]) for name in named}
        owner = Owner(**found)
        made: list[Any] = []
        row = set_property(actor=replace(actor, made=made), owner=owner, name=data["name"], value=data["value"])
        if not made or made[0].before is not None:
            raise Conflict("The property is set already; change that one.", field="name")
        return row

    def change(self, actor: Actor, row: ConfigProperty, data: dict[str, Any], *, whole: bool) -> None:
        if "value" in data:
            owner = Owner(row.reseller, row.context, row.user)
            set_property(actor=actor, owner=owner, name=row.name, value=data["value"])

    def remove(self, actor: Actor, row: ConfigProperty) -> None:
        delete_property(actor=actor, row=row)
