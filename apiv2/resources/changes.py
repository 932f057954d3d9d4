"""The change log."""

from __future__ import annotations

from typing import Any, Final

from django_filters import CharFilter, ChoiceFilter, FilterSet, UUIDFilter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiFamily
from apiv2.base import ResourceViewSet
from apiv2.following import OWN, Following, cursor_of
from apiv2.problems import WrongParameters
from apiv2.reading import MomentFilter, Shape, WholeFilter, filtered, limit_of, reference
from apiv2.shapes import Key, Moment
from changelog import feed
from changelog.models import Change
from changelog.told import told
from core.actor import Channel
from core.openapi.fields import Text
from core.waiting import ATTRIBUTE, Wait

_CHANNELS: Final = [(one.value, one.value) for one in Channel]
_ACTIONS: Final = [(one.value, one.value) for one in Change.Action]


class V2ChangeSerializer(serializers.Serializer[Any]):
    """A line of the change log."""

    id = Key()
    at = Moment()
    actor = Text()
    administrator = Key(allow_null=True)
    channel = serializers.ChoiceField(choices=_CHANNELS)
    credential = Text(allow_blank=True)
    action = serializers.ChoiceField(choices=_ACTIONS)
    kind = Text()
    object = Key(help_text="The id of the object, which may be gone.")
    label: Any = Text()
    context: Any = Key(allow_null=True)
    reseller = Key(allow_null=True)
    user = Key(allow_null=True)
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    batch = serializers.UUIDField(allow_null=True)


class ChangeFilters(FilterSet):
    """Lines by what was changed, by whom and when."""

    kind = CharFilter(field_name="kind")
    object = WholeFilter(field_name="key")
    action = ChoiceFilter(choices=_ACTIONS)
    channel = ChoiceFilter(choices=_CHANNELS)
    context = WholeFilter(field_name="context_id")
    reseller = WholeFilter(field_name="reseller_id")
    user = WholeFilter(field_name="user_id")
    administrator = WholeFilter(field_name="administrator_id")
    batch = UUIDFilter(field_name="batch")
    since = MomentFilter(field_name="at", lookup_expr="gte", help_text="At this moment or later.")
    before = MomentFilter(field_name="at", lookup_expr="lt", help_text="Before this moment.")


class ChangeViewSet(ResourceViewSet):
    """Lines that the caller sees; nobody writes them by hand."""

    resource = "changes"
    one = "change"
    family = ApiFamily.CHANGES
    model = Change
    output = V2ChangeSerializer
    filters = ChangeFilters
    searched = ("label", "actor")
    sorts = {"at": "at"}
    follows = True

    def list(self, request: Request) -> Response:
        """A page; with `after`, what came behind that place, in the order in which it was settled."""
        parameters = request._request.GET
        if "after" in parameters:
            return self._followed(Following.of(parameters))
        if "wait" in parameters:
            raise WrongParameters({"wait": "There is nothing to wait for without `after`."})
        return super().list(request)

    def _followed(self, asked: Following) -> Response:
        parameters = self.request._request.GET.copy()
        for name in OWN:
            parameters.pop(name, None)
        shape, limit = self.shape(), limit_of(parameters)
        rows = filtered(self.rows(), parameters, self.filters, self.searched).order_by()
        part = feed.Part([], feed.last(), True) if asked.now else feed.lines_after(rows, asked.place, limit)
        cursor = cursor_of(part.place)
        following = {name: str(value) for name, value in parameters.items()} | {"after": cursor}
        following |= {"wait": str(asked.wait)} if asked.wait else {}
        data = [self.shown(row, shape) for row in part.lines]
        response = Response({"data": data, "next": reference(self.request._request.path, following), "after": cursor})
        if asked.wait and not data and not asked.now:
            setattr(response, ATTRIBUTE, Wait(asked.wait, self.caller.pk, part.place.mark, feed.mark))
        return response

    def represent(self, row: Change, shape: Shape) -> dict[str, Any]:
        return told(row, self.caller)
