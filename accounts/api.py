"""What every operation of the contract shares: credentials, the scheme's rule, the path's context, bodies, errors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from http import HTTPStatus
from typing import IO, Any, ClassVar, Final, TypeVar, cast

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework import exceptions, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.utils.encoders import JSONEncoder

from accounts.login.lockout import PathContext
from accounts.models import Context
from accounts.schemes import AUTHENTICATION, CHALLENGE, CallingViewSet, SchemePermission
from core import replica
from core.bodies import DeclaredNegotiation, read_json
from core.database_errors import sentence_for_callers
from core.errors import (
    RETRY_AFTER,
    Busy,
    Conflict,
    DomainError,
    Invalid,
    NotAllowed,
    NotFound,
    StoreUnavailable,
    TooManyAttempts,
    UnknownContext,
)
from core.names import is_name, normalize_identifier
from core.numbers import whole_number

logger = logging.getLogger(__name__)

MAX_BODY: Final = 1024 * 1024
_Answer = TypeVar("_Answer", bound=HttpResponseBase)
_Input = TypeVar("_Input", bound=Serializer[Any])


class BodyTooLarge(exceptions.APIException):
    """More than MAX_BODY bytes."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = f"The body is larger than {MAX_BODY} bytes."


@dataclass(frozen=True, slots=True)
class Family:
    """A family of operations, and the status that it has for each kind of refusal."""

    name: str
    denied: int
    statuses: Mapping[type[DomainError], int]
    challenge_always: bool = True

    def status_of(self, error: DomainError) -> int:
        """The status for this refusal; a kind that the family does not list raises KeyError."""
        return self.statuses[type(error)]


ADMIN: Final = Family(
    name="Admin",
    denied=status.HTTP_401_UNAUTHORIZED,
    statuses={NotAllowed: 400, NotFound: 404, UnknownContext: 404, Invalid: 400, Conflict: 409},
)
FORWARDS: Final = Family(
    name="Forwards",
    denied=status.HTTP_403_FORBIDDEN,
    statuses={NotAllowed: 403, NotFound: 404, UnknownContext: 404, Invalid: 400, Conflict: 403},
    challenge_always=False,
)
MAIL: Final = Family(
    name="Mail",
    denied=status.HTTP_401_UNAUTHORIZED,
    statuses={NotFound: 500, StoreUnavailable: 500},
)
EXPLICIT_DOMAINS: Final = Family(
    name="Explicit Domains",
    denied=status.HTTP_401_UNAUTHORIZED,
    statuses={NotAllowed: 400, NotFound: 404, UnknownContext: 400, Invalid: 400, Conflict: 409},
)


class ContractJSONParser(JSONParser):
    """UTF-8 JSON of at most MAX_BODY bytes, whatever charset the header claims."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value in the body. ParseError (400) for what is not JSON, BodyTooLarge (413)."""
        content = stream.read(MAX_BODY + 1)
        if len(content) > MAX_BODY:
            raise BodyTooLarge
        return read_json(content)


PARSER: Final = ContractJSONParser()
NEGOTIATION: Final = DeclaredNegotiation()
RENDERER: Final = JSONRenderer()
_JSON: Final = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def answer(data: Any = None, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The answer with this JSON, or an empty one. Unlike DRF's it is ready: there is nothing to negotiate."""
    if data is None:
        response = HttpResponse(status=status, headers=headers)
        del response.headers["Content-Type"]
        return response
    return HttpResponse(_JSON.encode(data), status=status, headers=headers, content_type=RENDERER.media_type)


class ContractViewSet(CallingViewSet):
    """Base of the viewsets. A subclass declares `scheme` and `family`; its methods resolve, call a service, answer."""

    scheme: ClassVar[str]
    family: ClassVar[Family]
    permission_classes = (SchemePermission,)
    parser_classes = (ContractJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = DeclaredNegotiation
    context_kwarg: ClassVar[str | None] = "contextid"
    context_names: ClassVar[bool] = False
    http_method_names = ["get", "post", "put", "delete", "head"]
    path_context: PathContext

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Every operation works in the path's context: it is no parameter of the methods."""
        given: str = kwargs.pop(self.context_kwarg, "") if self.context_kwarg else ""
        self.path_context = self._path_context(given)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks, then whether they may: existence is answered last. There is nothing to negotiate."""
        request.accepted_renderer = RENDERER
        request.accepted_media_type = RENDERER.media_type
        self.check_permissions(request)

    def get_authenticators(self) -> list[BaseAuthentication]:
        """The one of the scheme."""
        return [AUTHENTICATION[self.scheme]]

    def get_parsers(self) -> list[BaseParser]:
        """There is one."""
        return [PARSER]

    def get_content_negotiator(self) -> BaseContentNegotiation:
        """Nothing is kept in it."""
        return NEGOTIATION

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], HttpResponse | None]:
        """The contract's one."""
        return exception_handler

    @property
    def context(self) -> Context:
        """The context of the path, which the caller may see. UnknownContext."""
        context = self.caller.path_context
        if context is None or not self.caller.in_charge_of(context):
            raise UnknownContext("Context not found.")
        return context

    def finalize_response(  # type: ignore[override]  # the list of forwards is a plain streaming response
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """No cache keeps an answer of this API."""
        if request.method == "HEAD":
            response = answer(status=response.status_code, headers=dict(response.headers))
        response = super().finalize_response(request, cast(Response, response), *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def _path_context(self, given: str) -> PathContext:
        if given.isascii() and given.isdecimal():
            return PathContext(number=whole_number(given) or 0)
        return PathContext(name=normalize_identifier(given) if self.context_names and is_name(given) else "")


def from_replica(method: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """Let an operation that only reads, and may be a few seconds late, read from a standby where there is one."""

    @wraps(method)
    def call(self: ContractViewSet, *args: Any, **kwargs: Any) -> _Answer:
        return replica.read(self.caller.pk, lambda: method(self, *args, **kwargs))

    return call


def read_body(request: Request, serializer_class: type[_Input]) -> _Input:
    """The valid serializer of the request's body. ParseError, UnsupportedMediaType, ValidationError."""
    serializer = serializer_class(data=_data(request))
    serializer.is_valid(raise_exception=True)
    return serializer


def body_of(request: Request, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
    """The request's body in the serializer's shape. ParseError, UnsupportedMediaType, ValidationError."""
    return dict(_shape(serializer_class).run_validation(_data(request)))


@cache
def _shape(serializer_class: type[Serializer[Any]]) -> Serializer[Any]:
    """A serializer that is asked for every body: making one, with copies of all its fields, costs more than asking."""
    return serializer_class()


def _data(request: Request) -> Any:
    data = request.data
    # An empty body reaches us as an empty object, which some operations take for an answer.
    if request.stream is None or data is None:
        raise exceptions.ParseError("The body is empty.")
    return data


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Every refusal in the contract's one shape: the family's status and `{"error": …}`."""
    family: Family = context["view"].family
    request: Request = context["request"]
    refusal = _refusal(error, family, request)
    if refusal is None:
        return None
    code, sentence, headers = refusal
    return answer({"error": sentence}, status=code, headers=headers)


def _refusal(error: Exception, family: Family, request: Request) -> tuple[int, str, dict[str, str]] | None:
    """Status, sentence and headers; None lets the error through to Django's own handling."""
    match error:
        case exceptions.AuthenticationFailed() | exceptions.NotAuthenticated() | exceptions.PermissionDenied():
            asked = "HTTP_AUTHORIZATION" in request.META
            challenge = {"WWW-Authenticate": CHALLENGE} if family.challenge_always or not asked else {}
            return family.denied, "Authorization error.", challenge
        case TooManyAttempts():
            return status.HTTP_429_TOO_MANY_REQUESTS, str(error), {"Retry-After": str(error.retry_after)}
        case Busy():
            return status.HTTP_503_SERVICE_UNAVAILABLE, str(error), {"Retry-After": str(RETRY_AFTER)}
        case DomainError():
            return family.status_of(error), str(error), {}
        case Error():
            return _of_database(error)
        case RequestDataTooBig():
            # Django's own limit is above MAX_BODY, but looked at before a byte is read.
            return status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, BodyTooLarge.default_detail, {}
        case SuspiciousOperation():
            # What Django refuses to read, such as a query of thousands of parameters.
            return status.HTTP_400_BAD_REQUEST, "The request cannot be read.", {}
        case exceptions.MethodNotAllowed():
            allowed = ", ".join(_view(request).allowed_methods)
            return status.HTTP_405_METHOD_NOT_ALLOWED, "This path does not have that method.", {"Allow": allowed}
        case exceptions.APIException():
            return error.status_code, " ".join(_sentences(error.detail)), {}
    return None


def _of_database(error: Error) -> tuple[int, str, dict[str, str]] | None:
    """Status, sentence and headers for what the database did not do."""
    sentence = sentence_for_callers(error)
    if sentence is None:
        return None
    return status.HTTP_503_SERVICE_UNAVAILABLE, sentence, {"Retry-After": str(RETRY_AFTER)}


def _sentences(detail: Any, name: str = "") -> list[str]:
    """DRF's nested details as sentences, each with the key it is about."""
    if isinstance(detail, Mapping):
        # A number is the place in a list; the sentence names the list.
        return [
            sentence
            for key, inner in detail.items()
            for sentence in _sentences(inner, name if isinstance(key, int) else str(key))
        ]
    if isinstance(detail, list):
        return [sentence for inner in detail for sentence in _sentences(inner, name)]
    return [f"{name}: {detail}" if name and name != "non_field_errors" else str(detail)]


def _view(request: Request) -> Any:
    return request.parser_context["view"]
