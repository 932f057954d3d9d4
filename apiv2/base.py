"""What all resources share: who may, collections and items, versions, calls that come again, refusals."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django_filters import FilterSet
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.models import Administrator
from accounts.schemes import CallingViewSet
from apiv2.authentication import ActionPermission, ApiAuthentication
from apiv2.models import MAX_KEY
from apiv2.problems import WrongParameters, WrongValues, exception_handler, pointer, pointers
from apiv2.reading import Order, Shape, filtered, read_page
from apiv2.schema import ResourceSchema
from apiv2.services import Kept, Repeatable, changed_from, once, together
from apiv2.wire import RENDERER, BodyParser, MergePatchParser, refuse_unreadable
from changelog.models import Change
from changelog.record import kinds_of
from core import replica
from core.actor import Actor
from core.bodies import DeclaredNegotiation
from core.errors import Invalid, NotAllowed, NotFound
from core.numbers import whole_number

PREFIX: Final = "/api/v2"
_ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,18})"')
_KEY: Final = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Include:
    """A related object: `find` makes it of the view and the row; `output` is its shape."""

    find: Callable[[Any, Any], dict[str, Any] | None]
    output: type[Serializer[Any]]


class NoFilters(FilterSet):
    """A collection without filters of its own."""


class ResourceViewSet(CallingViewSet):
    """Base of the resources: a collection of what the caller sees, and its items.

    A subclass says what it is about in the attributes, makes an object of a row in `represent`, and calls services in
    `make`, `change` and `remove`.
    """

    resource: ClassVar[str]  # in paths and in the table of access
    one: ClassVar[str]  # of the object's schema
    family: ClassVar[str]  # of API passwords
    model: ClassVar[Any]
    kind: ClassVar[str] = ""  # in the change log
    output: ClassVar[type[Serializer[Any]]]
    new: ClassVar[type[Serializer[Any]] | None] = None
    edit: ClassVar[type[Serializer[Any]] | None] = None
    filters: ClassVar[type[FilterSet]] = NoFilters
    searched: ClassVar[Sequence[str]] = ()
    sorts: ClassVar[Mapping[str, str]] = {}
    includes: ClassVar[Mapping[str, Include]] = {}
    wire_names: ClassVar[Mapping[str, str]] = {}
    related: ClassVar[Sequence[str]] = ()
    # Whether the collection can be followed (`after`, `wait`).
    follows: ClassVar[bool] = False
    # Of actions beyond those of an item: the body, its media type, and the answers by status.
    bodies: ClassVar[Mapping[str, Any]] = {}
    media_types: ClassVar[Mapping[str, str]] = {}
    answers: ClassVar[Mapping[str, Mapping[int, Any]]] = {}
    repeatable: ClassVar[Sequence[str]] = ()
    parameters: ClassVar[Mapping[str, Mapping[str, str]]] = {}  # which other actions need, each with a sentence
    lists: ClassVar[Mapping[str, type[FilterSet]]] = {}  # other actions that answer in pages, with their filters

    permission_classes = (ActionPermission,)
    parser_classes: Sequence[type[BaseParser]] = (BodyParser, MergePatchParser)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = DeclaredNegotiation
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = ResourceSchema()

    # What a subclass says.

    def represent(self, row: Any, shape: Shape) -> dict[str, Any]:
        """The object, whole."""
        raise NotImplementedError

    def make(self, actor: Actor, data: dict[str, Any]) -> Any:
        """A new object; its row."""
        raise NotImplementedError

    def change(self, actor: Actor, row: Any, data: dict[str, Any], *, whole: bool) -> None:
        """Make the object so; `whole` says that what is not given is as in a new one."""
        raise NotImplementedError

    def remove(self, actor: Actor, row: Any) -> None:
        """Delete the object."""
        raise NotImplementedError

    def rows(self) -> QuerySet[Any]:
        """The rows that the caller sees."""
        rows: QuerySet[Any] = self.model.objects.visible_to(self.caller)
        return rows.select_related(*self.related) if self.related else rows

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """The rows with what `represent` looks at."""
        return rows

    def family_of(self, caller: Administrator) -> str:
        """The family that the API password must have."""
        return self.family

    # The operations.

    def list(self, request: Request) -> Response:
        """The collection, a page at a time; from a replica where there is one, unless the caller wrote just now."""
        return replica.read(self.caller.pk, lambda: self._page(request))

    def _page(self, request: Request) -> Response:
        parameters = request._request.GET
        shape, order = self.shape(), Order.of(parameters, {"id": "pk"} | dict(self.sorts))
        rows = filtered(self.rows(), parameters, self.filters, self.searched)
        page = read_page(self.prepared(rows, shape), parameters, order, request._request.path)
        data: dict[str, Any] = {"data": [self.shown(row, shape) for row in page.rows], "next": page.next}
        if page.total is not None:
            data["total"] = page.total
        headers = {} if page.next is None else {"Link": f'<{page.next}>; rel="next"'}
        return Response(data, headers=headers)

    def retrieve(self, request: Request) -> Response:
        """One item, with its version as ETag."""
        self.only_parameters("fields", "include")
        shape = self.shape()
        row = self.row(self.key, shape)
        return Response(self.shown(row, shape), headers=self.etag(row))

    def create(self, request: Request) -> Response | HttpResponse:
        """A new object."""
        assert self.new is not None  # noqa: S101  (the route would not be there)
        data = self.read(self.new)
        return self.answered(lambda: self.created(self.make(self.actor, data)))

    def update(self, request: Request) -> Response:
        """The object is so from now on."""
        return self._changed(whole=True)

    def partial_update(self, request: Request) -> Response:
        """What is given changes."""
        return self._changed(whole=False)

    def destroy(self, request: Request) -> Response:
        """The object goes."""
        self.only_parameters()
        row = self.row(self.key, self.whole())
        self.guarded(row, lambda actor: self.remove(actor, row))
        return Response(status=204)

    def _changed(self, *, whole: bool) -> Response:
        assert self.edit is not None  # noqa: S101
        self.only_parameters()
        row = self.row(self.key, self.whole())
        data = self.read(self.edit, row=row, partial=not whole)

        def change(actor: Actor) -> Any:
            self.change(actor, row, data, whole=whole)
            return self._still_seen(self.key)

        changed = self.guarded(row, change)
        return Response(self.shown(changed, self.whole()), headers=self.etag(changed))

    def _still_seen(self, key: str) -> Any:
        """The row as it is after a write, which is undone where the writer would not see it. NotAllowed."""
        try:
            return self.row(key, self.whole())
        except NotFound as error:
            raise NotAllowed("You would not see it afterwards.") from error

    # What they are made of.

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The id in the path, as it is there, is no parameter of the methods."""
        self.key: str = kwargs.pop("id", "")
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks, then whether they may, then whether they can read the answer."""
        request.accepted_renderer, request.accepted_media_type = RENDERER, RENDERER.media_type
        self.check_permissions(request)
        refuse_unreadable(request)

    def get_authenticators(self) -> Any:
        """The one way."""
        return [ApiAuthentication()]

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response | None]:
        """Problems."""
        return exception_handler

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """No cache keeps an answer."""
        if isinstance(response, Response):
            response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def shape(self) -> Shape:
        """What of each object is asked for. WrongParameters."""
        return Shape.of(self.request._request.GET, list(self.output().fields), self.includes)

    @staticmethod
    def whole() -> Shape:
        """Every field, nothing included."""
        return Shape(None, frozenset())

    def shown(self, row: Any, shape: Shape) -> dict[str, Any]:
        """The wanted part of the object, with what is included."""
        data = shape.cut(self.represent(row, shape))
        if shape.include:
            data["included"] = {name: self.includes[name].find(self, row) for name in sorted(shape.include)}
        return data

    def row(self, key: str, shape: Shape) -> Any:
        """The row of this id, with its `version`. NotFound."""
        number = whole_number(key)
        rows = self.prepared(self.rows().filter(pk=number), shape)
        if self.kind:
            last = [_last_line(kind) for kind in kinds_of(self.kind)]
            rows = rows.annotate(version=Greatest(*last) if len(last) > 1 else last[0])
        row = None if number is None else rows.first()
        if row is None:
            raise NotFound("There is no such object.")
        return row

    def etag(self, row: Any) -> dict[str, str]:
        """The header of its version."""
        return {"ETag": f'"{row.version}"'} if self.kind else {}

    def guarded(self, row: Any, change: Callable[[Actor], Any]) -> Any:
        """What `change` returns, if the object is still what `If-Match` says. PreconditionFailed."""
        return changed_from(self.actor, self.kind, row.pk, self._expected(), change)

    def _expected(self) -> frozenset[int] | None:
        given = self.request.META.get("HTTP_IF_MATCH", "").strip()
        if given in {"", "*"}:
            return None
        # What is no tag of ours matches nothing; a weak one never does.
        found = (_ETAG.fullmatch(one.strip()) for one in given.split(","))
        return frozenset(int(one[1]) for one in found if one is not None and not one[0].startswith("W/"))

    def created(self, row: Any) -> Response:
        """The answer to what is new."""
        row = self._still_seen(str(row.pk))
        headers = {"Location": f"{PREFIX}/{self.resource}/{row.pk}", **self.etag(row)}
        return Response(self.shown(row, self.whole()), status=201, headers=headers)

    def answered(
        self,
        work: Callable[[], Response],
        keeping: Callable[[Repeatable, Callable[[], Kept]], Kept] = once,
    ) -> Response | HttpResponse:
        """The answer of `work`; with an `Idempotency-Key`, that of the first time."""
        self.only_parameters()
        key = self.request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            return work() if keeping is not once else together(work)
        if len(key) > MAX_KEY or not _KEY.fullmatch(key):
            raise exceptions.ParseError(f"An Idempotency-Key is 1 to {MAX_KEY} printable ASCII characters.")
        call = Repeatable(self.caller, key, self._fingerprint())
        kept = keeping(call, lambda: _kept(work()))
        response = HttpResponse(kept.content, status=kept.status, headers=kept.headers)
        if kept.replayed:
            response["Idempotency-Replayed"] = "true"
        return response

    def _fingerprint(self) -> str:
        request: Any = self.request
        digest = hashlib.sha256()
        for part in (request.method, request._request.path, request.content_type, str(self.caller.credential.key)):
            digest.update(f"{part}\n".encode())
        digest.update(getattr(request, "raw_body", b""))
        return digest.hexdigest()

    def only_parameters(self, *names: str) -> None:
        """WrongParameters for any other."""
        given = self.request._request.GET
        wrong = {name: "There is no such parameter." for name in given if name not in names}
        wrong |= {name: "It is given twice." for name in given if len(given.getlist(name)) > 1}
        if wrong:
            raise WrongParameters(wrong)

    def read(self, shape: type[Serializer[Any]], *, row: Any = None, partial: bool = False) -> dict[str, Any]:
        """The body in the serializer's shape. ParseError, UnsupportedMediaType, ValidationError, WrongValues.

        What cannot be changed may be sent as it is: so what was read can be sent back.
        """
        given = self.request.data if self.request.stream is not None else None
        return self.checked(given, shape, row=row, partial=partial)

    def checked(
        self, given: Any, shape: type[Serializer[Any]], *, row: Any = None, partial: bool = False
    ) -> dict[str, Any]:
        """`read` of a value."""
        if not isinstance(given, dict):
            raise exceptions.ParseError("The body must be a JSON object.")
        serializer = shape(data=given, partial=partial)
        fixed = self.represent(row, self.whole()) if row is not None else {}
        errors = [
            {"pointer": pointer(name), "detail": _unwritable(name, fixed)}
            for name, value in given.items()
            if name not in serializer.fields and not (name in fixed and _same(fixed[name], value))
        ]
        if not serializer.is_valid():
            errors += pointers(serializer.errors)
        if errors:
            raise WrongValues(errors)
        return dict(serializer.validated_data)


def _last_line(kind: str) -> Coalesce:
    """The number of a row's last line of this kind in the change log, in the row's own statement; 0 for none."""
    lines = Change.objects.filter(kind=kind, key=OuterRef("pk")).order_by("-pk")
    return Coalesce(Subquery(lines.values("pk")[:1]), 0)


def _unwritable(name: str, fixed: Mapping[str, Any]) -> str:
    return "It cannot be changed." if name in fixed else "There is no such field."


def _same(fixed: Any, value: Any) -> bool:
    return type(fixed) is type(value) and bool(fixed == value)


def _kept(response: Response) -> Kept:
    """The answer as bytes."""
    content = response.data if isinstance(response.data, bytes) else RENDERER.render(response.data)
    return Kept(response.status_code, {**dict(response.headers), "Content-Type": "application/json"}, content)


def visible(view: ResourceViewSet, model: Any, key: int, field: str, *, related: Sequence[str] = ()) -> Any:
    """The row of another model that a body names, among those that the caller sees. Invalid."""
    row = model.objects.visible_to(view.caller).select_related(*related).filter(pk=key).first()
    if row is None:
        raise Invalid("There is no such object among those that you see.", field=field)
    return row
