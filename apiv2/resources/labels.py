"""Labels of resellers, which contexts, users and aliases have by their names."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import CharFilter, FilterSet
from rest_framework import serializers

from accounts.models import ApiFamily, Label, Reseller
from accounts.services.labels import create_label, delete_label, update_label
from apiv2.base import ResourceViewSet, visible
from apiv2.reading import Shape, WholeFilter
from apiv2.shapes import Key
from core.actor import Actor
from core.names import normalize_identifier
from core.openapi.fields import Text


class _Colour(serializers.ChoiceField):
    """One of the colours."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(one.value, one.value) for one in Label.Colour], **kwargs)


class V2LabelSerializer(serializers.Serializer[Any]):
    """A label."""

    id = Key()
    reseller = Key(allow_null=True, help_text="Whose contexts can have it; null: the master's own.")
    name = Text()
    colour = _Colour()


class V2NewLabelSerializer(serializers.Serializer[Any]):
    """A new label."""

    reseller = Key(allow_null=True, default=None, help_text="Left out, a reseller's own.")
    name = Text()
    colour = _Colour(default=Label.Colour.BLUE.value)


class V2LabelEditSerializer(serializers.Serializer[Any]):
    """What of a label can be changed."""

    colour = _Colour()


class LabelFilters(FilterSet):
    """Labels by whose they are."""

    reseller = WholeFilter(field_name="reseller")
    name = CharFilter(method="of_name", help_text="Exactly this name.")

    def of_name(self, rows: QuerySet[Label], name: str, value: str) -> QuerySet[Label]:
        """Compared as names are."""
        return rows.filter(name_normalized=normalize_identifier(value))


class LabelViewSet(ResourceViewSet):
    """Labels of the resellers that the caller sees."""

    resource = "labels"
    one = "label"
    family = ApiFamily.CONTEXTS
    model = Label
    kind = "label"
    output = V2LabelSerializer
    new = V2NewLabelSerializer
    edit = V2LabelEditSerializer
    filters = LabelFilters
    searched = ("name_normalized",)
    sorts = {"name": "name_normalized"}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With the reseller."""
        return rows.select_related("reseller__parent")

    def represent(self, row: Label, shape: Shape) -> dict[str, Any]:
        return {"id": row.pk, "reseller": row.reseller_id, "name": row.name, "colour": row.colour}

    def make(self, actor: Actor, data: dict[str, Any]) -> Label:
        key = data["reseller"] or self.caller.reseller_id
        reseller = visible(self, Reseller, key, "reseller", related=["parent"]) if key else None
        return create_label(actor=actor, **data | {"reseller": reseller})

    def change(self, actor: Actor, row: Label, data: dict[str, Any], *, whole: bool) -> None:
        if data:
            update_label(actor=actor, label=row, **data)

    def remove(self, actor: Actor, row: Label) -> None:
        delete_label(actor=actor, label=row)
