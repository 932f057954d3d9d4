"""Forwarding aliases with their recipients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery
from django_filters import CharFilter, DateFilter, FilterSet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Administrator, ApiFamily, Context
from accounts.queries import NamedQuery
from apiv2.base import Include, visible
from apiv2.reading import FlagFilter, LabelFilter, Shape, WholeFilter
from apiv2.resources.batches import BatchedViewSet
from apiv2.resources.contexts import V2ContextSerializer, context_of
from apiv2.shapes import LABELS, Day, Flag, Key, Texts
from changelog.models import Change
from core.actor import Actor
from core.addresses import normalize_uidname
from core.errors import NotFound
from core.numbers import whole_number
from core.openapi.fields import Text
from forwards.models import ForwardingAlias, Recipient
from forwards.services import deleting, editing, write_aliases
from forwards.wishes import AliasEdit, NewAlias

_COLUMNS: Final = ("context_id", "address", "is_active", "expires_on", "note", "labels")
_END: Final = "The mail servers refuse its mail from the beginning of this day on, in UTC; null: it does not expire."


class V2AliasSerializer(serializers.Serializer[Any]):
    """An alias."""

    id = Key()
    context: Any = Key(help_text="The id of its context.")
    address = Text()
    recipients = Texts(help_text="In the order in which they were added.")
    is_active = Flag()
    expires_on = Day(allow_null=True, help_text=_END)
    note = Text(allow_null=True)
    labels = Texts(help_text="Sorted.")


class V2NewAliasSerializer(serializers.Serializer[Any]):
    """A new alias."""

    context: Any = Key()
    address = Text()
    recipients = Texts()
    is_active = Flag(default=True)
    expires_on = Day(allow_null=True, default=None, help_text=_END)
    note = Text(allow_null=True, default=None)
    labels = Texts(default=list, help_text=LABELS)


class V2AliasEditSerializer(serializers.Serializer[Any]):
    """What of an alias can be changed; another context is a move."""

    context: Any = Key()
    recipients = Texts()
    is_active = Flag(default=True)
    expires_on = Day(allow_null=True, default=None, help_text=_END)
    note = Text(allow_null=True, default=None)
    labels = Texts(default=list, help_text=LABELS)


class AliasFilters(FilterSet):
    """Aliases by what they are and where they lead."""

    context = WholeFilter(field_name="context")
    address = CharFilter(method="of_address", help_text="Exactly this address.")
    domain = CharFilter(method="of_domain", help_text="In exactly this domain.")
    recipient = CharFilter(method="of_recipient", help_text="With exactly this recipient.")
    is_active = FlagFilter()
    label = LabelFilter()
    expires_before = DateFilter(field_name="expires_on", lookup_expr="lt", help_text="Such as 2027-12-31.")

    def of_address(self, rows: QuerySet[ForwardingAlias], name: str, value: str) -> QuerySet[ForwardingAlias]:
        """Compared as addresses are."""
        return rows.filter(normalized=normalize_uidname(value))

    def of_domain(self, rows: QuerySet[ForwardingAlias], name: str, value: str) -> QuerySet[ForwardingAlias]:
        """Compared as domains are."""
        return rows.filter(domain=normalize_uidname(f"x@{value}").partition("@")[2])

    def of_recipient(self, rows: QuerySet[ForwardingAlias], name: str, value: str) -> QuerySet[ForwardingAlias]:
        """Compared as addresses are."""
        return rows.filter(pk__in=Recipient.objects.filter(normalized=normalize_uidname(value)).values("alias"))


class AliasViewSet(BatchedViewSet):
    """Aliases of the contexts that the caller sees."""

    resource = "aliases"
    one = "alias"
    family = ApiFamily.FORWARDS
    model = ForwardingAlias
    kind = "forward"
    output = V2AliasSerializer
    new = V2NewAliasSerializer
    edit = V2AliasEditSerializer
    filters = AliasFilters
    searched = ("normalized", "recipients__normalized")
    sorts = {"address": "normalized", "context": "context_id", "expires_on": "expires_on"}
    includes = {"context": Include(lambda view, row: context_of(view, row.context), V2ContextSerializer)}
    wire_names = {"alias": "address"}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With recipients and contexts where they are shown."""
        if "context" in shape.include:
            rows = rows.select_related("context__reseller")
        return rows.prefetch_related("recipients") if shape.wants("recipients") else rows

    def represent(self, row: ForwardingAlias, shape: Shape) -> dict[str, Any]:
        recipients = row.recipients.all() if shape.wants("recipients") else ()
        columns = [getattr(row, name) for name in _COLUMNS]
        return _alias(row.pk, columns, [one.address for one in recipients])

    def retrieve(self, request: Request) -> Response:
        """The short way where the whole alias is asked for: one statement, compiled once."""
        if request._request.GET:
            return super().retrieve(request)
        found = ONE.rows(self.caller, alias=whole_number(self.key) or 0)
        if not found:
            raise NotFound("There is no such object.")
        alias, *columns, version, _recipient = found[0]
        body = _alias(alias, columns, [row[-1] for row in found])
        return Response(body, headers={"ETag": f'"{version or 0}"'})

    def make(self, actor: Actor, data: dict[str, Any]) -> ForwardingAlias:
        context = visible(self, Context, data["context"], "context", related=["reseller"])
        (planned,) = write_aliases(actor=actor, wishes=[self.wish_new(context, data)])
        planned.outcome()
        return ForwardingAlias(pk=planned.entries[-1].key)

    def change(self, actor: Actor, row: ForwardingAlias, data: dict[str, Any], *, whole: bool) -> None:
        if "context" in data:
            data["context"] = visible(self, Context, data["context"], "context", related=["reseller"])
        (planned,) = write_aliases(actor=actor, wishes=[editing(row, data)])
        planned.outcome()

    def remove(self, actor: Actor, row: ForwardingAlias) -> None:
        (planned,) = write_aliases(actor=actor, wishes=[deleting(row)])
        planned.outcome()

    def wish_new(self, context: Context, data: dict[str, Any]) -> NewAlias:
        columns = {name: data[name] for name in ("recipients", "is_active", "expires_on", "note", "labels")}
        return NewAlias(context, data["address"], **columns, must_be_new=True)

    def wish_change(self, row: ForwardingAlias, data: dict[str, Any]) -> AliasEdit:
        return editing(row, data)

    def wish_deletion(self, row: ForwardingAlias) -> AliasEdit:
        return deleting(row)

    def written(self, actor: Actor, wishes: list[Any]) -> list[tuple[Any, int]]:
        rows = write_aliases(actor=actor, wishes=wishes)
        return [(planned, planned.entries[-1].key if planned.entries else 0) for planned in rows]


def _alias(key: int, columns: Sequence[Any], recipients: list[str]) -> dict[str, Any]:
    """The object; `columns` are the values of `_COLUMNS`."""
    context, address, is_active, end, note, labels = columns
    return {
        "id": key,
        "context": context,
        "address": address,
        "recipients": recipients,
        "is_active": is_active,
        "expires_on": None if end is None else end.isoformat(),
        "note": note,
        "labels": labels or [],
    }


def _one(viewer: Administrator, *, alias: int) -> QuerySet[Recipient, tuple[Any, ...]]:
    """The alias, its version and one recipient in each row: none is without."""
    lines = Change.objects.filter(kind="forward", key=OuterRef("alias")).order_by("-pk")
    rows = Recipient.objects.visible_to(viewer).filter(alias=alias).order_by("pk")
    version = Subquery(lines.values("pk")[:1])
    return rows.values_list("alias_id", *(f"alias__{name}" for name in _COLUMNS), version, "address")


ONE: Final = NamedQuery(_one, alias=int)
