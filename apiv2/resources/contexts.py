"""Contexts: the companies."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django_filters import FilterSet
from rest_framework import serializers

from accounts.models import ApiFamily, Context, Reseller
from accounts.services.contexts import create_context, delete_context, mark_context, update_context
from apiv2.base import Include, ResourceViewSet, visible
from apiv2.reading import FlagFilter, Shape, WholeFilter
from apiv2.resources.resellers import V2ResellerSerializer, reseller_of
from apiv2.shapes import LABELS, Flag, Key, Moment, Texts, Whole
from core.access import Role
from core.actor import Actor
from core.openapi.fields import Text
from core.zones import as_rfc3339

_MARKS: Final = ("note", "labels")


class V2ContextSerializer(serializers.Serializer[Any]):
    """A context."""

    id = Key()
    name = Text()
    reseller = Key(allow_null=True, help_text="The id of its reseller; null: the master's own, or not yours to know.")
    quota = Whole(allow_null=True, help_text="Bytes; null: unlimited.")
    max_user = Whole(allow_null=True, help_text="null: unlimited.")
    is_active = Flag()
    created_at = Moment()
    note = Text(allow_null=True, help_text="null: none, or not yours to know.")
    labels = Texts(help_text="Sorted. Empty: none, or not yours to know.")


class V2NewContextSerializer(serializers.Serializer[Any]):
    """A new context; its id is given, not made."""

    id = Key()
    name = Text()
    reseller = Key(allow_null=True, default=None, help_text="Left out, a reseller's own.")
    quota = Whole(allow_null=True, default=None)
    max_user = Whole(allow_null=True, default=None)
    is_active = Flag(default=True)
    note = Text(allow_null=True, default=None)
    labels = Texts(default=list, help_text=LABELS)


class V2ContextEditSerializer(serializers.Serializer[Any]):
    """What of a context can be changed."""

    name = Text()
    quota = Whole(allow_null=True, default=None)
    max_user = Whole(allow_null=True, default=None)
    is_active = Flag(default=True)
    note = Text(allow_null=True, default=None)
    labels = Texts(default=list, help_text=LABELS)


class ContextFilters(FilterSet):
    """Contexts by whose they are."""

    reseller = WholeFilter(field_name="reseller")
    is_active = FlagFilter()


class ContextViewSet(ResourceViewSet):
    """Contexts that the caller sees."""

    resource = "contexts"
    one = "context"
    family = ApiFamily.CONTEXTS
    model = Context
    kind = "context"
    output = V2ContextSerializer
    new = V2NewContextSerializer
    edit = V2ContextEditSerializer
    filters = ContextFilters
    searched = ("=id", "name_normalized")
    sorts = {"name": "name_normalized", "created_at": "created_at", "quota": "quota", "max_user": "max_user"}
    includes = {"reseller": Include(lambda view, row: reseller_of(view, row.reseller), V2ResellerSerializer)}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With the reseller where it is shown or written."""
        return rows.select_related("reseller__parent")

    def represent(self, row: Context, shape: Shape) -> dict[str, Any]:
        return represent_context(self, row)

    def make(self, actor: Actor, data: dict[str, Any]) -> Context:
        key = data["reseller"] or self.caller.reseller_id
        reseller = visible(self, Reseller, key, "reseller", related=["parent"]) if key else None
        marks = {name: data.pop(name) for name in _MARKS}
        context = create_context(actor=actor, context_id=data.pop("id"), **data | {"reseller": reseller})
        return mark_context(actor=actor, context=context, **marks) if any(marks.values()) else context

    def change(self, actor: Actor, row: Context, data: dict[str, Any], *, whole: bool) -> None:
        marks = {name: data.pop(name) for name in _MARKS if name in data}
        row = update_context(actor=actor, context=row, **data)
        if any(value or getattr(row, name) for name, value in marks.items()):
            mark_context(actor=actor, context=row, **marks)

    def remove(self, actor: Actor, row: Context) -> None:
        delete_context(actor=actor, context=row)


def represent_context(view: ResourceViewSet, row: Context) -> dict[str, Any]:
    """The object. A context's own administrator need not know who sold it."""
    told = Role(view.caller.role) is not Role.CONTEXT
    return {
        "id": row.pk,
        "name": row.name,
        "reseller": row.reseller_id if told else None,
        "quota": row.quota,
        "max_user": row.max_user,
        "is_active": row.is_active,
        "created_at": as_rfc3339(row.created_at),
        "note": row.note if told else None,
        "labels": (row.labels or []) if told else [],
    }


def context_of(view: ResourceViewSet, row: Context | None) -> dict[str, Any] | None:
    """A context that is included: whoever sees what is in it sees it too, if their API password opens contexts."""
    if row is None or not view.caller.credential.admits(ApiFamily.CONTEXTS, writes=False):
        return None
    return represent_context(view, row)
