"""Where mail to an address goes, as the web admin's page "Trace an address" shows it."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiFamily
from apiv2.base import ResourceViewSet
from apiv2.problems import WrongParameters
from apiv2.shapes import Flag, Key, Texts, Whole
from core.errors import Invalid, NotAllowed
from core.openapi.fields import Text
from forwards.models import ForwardingAlias
from forwards.resolve import Step, Stop, resolve

_FOUND: Final = [(one.value, one.value) for one in Stop]


class V2StepSerializer(serializers.Serializer[Any]):
    """An address on the way, and what is found there."""

    depth = Whole(help_text="How many aliases are before it on the way.")
    address = Text()
    found = serializers.ChoiceField(choices=_FOUND)
    accepted = Flag(help_text="Whether mail goes on from here, is kept here, or is handed to another server.")
    detail = Text(help_text="What is found, as a sentence.")
    notes = Texts(help_text="What else there is to say, as sentences.")
    context: Any = Key(allow_null=True, help_text="The id of the context that has the address.")
    alias = Key(allow_null=True, help_text="The id of the alias.")
    user = Key(allow_null=True, help_text="The id of the user.")
    again = Flag(help_text="Whether it was followed already where it was met first.")


class V2WaySerializer(serializers.Serializer[Any]):
    """The way of mail to an address: each alias is followed by where it leads."""

    data: Any = V2StepSerializer(many=True)


class TraceViewSet(ResourceViewSet):
    """The way of mail through what the caller sees."""

    resource = "trace"
    one = "way"
    family = ApiFamily.FORWARDS
    model = ForwardingAlias
    output = V2WaySerializer
    answers: ClassVar = {"follow": {200: V2WaySerializer}}
    parameters: ClassVar = {"follow": {"address": "The address; a local part, an @ and a domain."}}

    def follow(self, request: Request) -> Response:
        """Each address on the way, in the order of the page."""
        self.only_parameters("address")
        if not self.caller.credential.admits(ApiFamily.ADMIN, writes=False):
            raise NotAllowed("The API password does not open users, and the way may lead to some.")
        text = request._request.GET.get("address", "").strip()
        if not text:
            raise WrongParameters({"address": "It is missing."})
        try:
            way = resolve(self.caller, text)
        except Invalid as error:
            raise WrongParameters({"address": str(error)}) from error
        return Response({"data": [_shown(depth, step) for depth, step in way.walk()]})


def _shown(depth: int, step: Step) -> dict[str, Any]:
    return {
        "depth": depth,
        "address": step.address,
        "found": step.stop.value,
        "accepted": step.stop.is_reached,
        "detail": str(step.stop.label),
        "notes": [str(note) for note in step.notes],
        "context": step.context.pk if step.context else None,
        "alias": step.alias.pk if step.alias else None,
        "user": step.user.pk if step.user else None,
        "again": step.again,
    }
