"""Resellers with their restrictions."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django_filters import FilterSet
from rest_framework import serializers

from accounts.models import ApiFamily, Reseller
from accounts.services.resellers import create_reseller, delete_reseller, update_reseller
from apiv2.base import Include, ResourceViewSet, visible
from apiv2.reading import FlagFilter, Shape, WholeFilter
from apiv2.shapes import Flag, Key, Whole
from core.access import permits
from core.actor import Actor
from core.numbers import MAX_INTEGER
from core.openapi.fields import Text

_SET: Final = (
    *("name", "display_name", "is_active"),
    *("max_context", "max_overall_user", "max_overall_context_quota", "can_create_subadmin", "max_subadmin"),
    *("max_user_per_context", "product_name", "colour", "hide_subjects", "demand_second_factor"),
)


def _limit(most: int = MAX_INTEGER, **more: Any) -> Whole:
    return Whole(max_value=most, allow_null=True, **more)


class V2ResellerEditSerializer(serializers.Serializer[Any]):
    """What of a reseller can be changed; null is no limit."""

    name = Text()
    display_name = Text(allow_blank=True, default="")
    is_active = Flag(default=True)
    max_context = _limit(default=None)
    max_overall_user = _limit(default=None)
    max_overall_context_quota = Whole(allow_null=True, default=None, help_text="Bytes, over all contexts.")
    can_create_subadmin = Flag(default=False)
    max_subadmin = _limit(default=None)
    max_user_per_context = _limit(default=None)
    product_name = Text(allow_blank=True, default="")
    colour = Text(allow_blank=True, default="")
    hide_subjects = Flag(default=False)
    demand_second_factor = Flag(default=False)


class V2NewResellerSerializer(V2ResellerEditSerializer):
    """A new reseller."""

    parent: Any = Key(allow_null=True, default=None, help_text="Left out, a reseller's own.")


class V2ResellerSerializer(serializers.Serializer[Any]):
    """A reseller."""

    id = Key()
    name = Text()
    display_name = Text(allow_blank=True)
    parent: Any = Key(allow_null=True)
    is_active = Flag()
    max_context = _limit()
    max_overall_user = _limit()
    max_overall_context_quota = Whole(allow_null=True, help_text="Bytes, over all contexts.")
    can_create_subadmin = Flag()
    max_subadmin = _limit()
    max_user_per_context = _limit()
    product_name = Text(allow_blank=True)
    colour = Text(allow_blank=True)
    hide_subjects = Flag()
    demand_second_factor = Flag()


class ResellerFilters(FilterSet):
    """Resellers by their parent."""

    parent = WholeFilter(field_name="parent")
    is_active = FlagFilter()


class ResellerViewSet(ResourceViewSet):
    """Resellers that the caller sees: its own and its children."""

    resource = "resellers"
    one = "reseller"
    family = ApiFamily.CONTEXTS
    model = Reseller
    kind = "reseller"
    output = V2ResellerSerializer
    new = V2NewResellerSerializer
    edit = V2ResellerEditSerializer
    filters = ResellerFilters
    searched = ("name_normalized", "display_name")
    sorts = {"name": "name_normalized"}
    includes = {"parent": Include(lambda view, row: reseller_of(view, row.parent), V2ResellerSerializer)}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With the parent."""
        return rows.select_related("parent__parent")

    def represent(self, row: Reseller, shape: Shape) -> dict[str, Any]:
        return represent_reseller(row)

    def make(self, actor: Actor, data: dict[str, Any]) -> Reseller:
        key = data.pop("parent") or self.caller.reseller_id
        parent = visible(self, Reseller, key, "parent", related=["parent"]) if key else None
        return create_reseller(actor=actor, parent=parent, **data)

    def change(self, actor: Actor, row: Reseller, data: dict[str, Any], *, whole: bool) -> None:
        update_reseller(actor=actor, reseller=row, **data)

    def remove(self, actor: Actor, row: Reseller) -> None:
        delete_reseller(actor=actor, reseller=row)


def represent_reseller(row: Reseller) -> dict[str, Any]:
    """The object."""
    return {"id": row.pk, "parent": row.parent_id, **{name: getattr(row, name) for name in _SET}}


def reseller_of(view: ResourceViewSet, row: Reseller | None) -> dict[str, Any] | None:
    """A reseller that is included; null where the caller does not see it."""
    caller = view.caller
    if row is None or not permits(caller.role, "accounts.view_reseller") or not caller.manages(row):
        return None
    return represent_reseller(row) if caller.context_limit is None else None
