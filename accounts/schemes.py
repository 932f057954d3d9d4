"""The contract's schemes: HTTP Basic credentials, whose they are, and whether that one may call the operation."""

from __future__ import annotations

import base64
import binascii
from typing import Any, ClassVar, Final, cast

from django.conf import settings
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.login.backends import LoginBackend, PathContextBackend, TenantBackend
from accounts.models import Administrator
from core import access
from core.actor import Actor, Channel

CHALLENGE: Final = 'Basic realm="OX REST", charset="UTF-8"'
_OTHER_SITES: Final = frozenset({"cross-site", "same-site"})


class SchemeAuthentication(BaseAuthentication):
    """HTTP Basic credentials, checked by the backend for the operation's scheme."""

    scheme: ClassVar[str]

    def authenticate(self, request: Request) -> tuple[Administrator, None] | None:
        """The administrator, or None without credentials. AuthenticationFailed, TooManyAttempts."""
        if request.META.get("HTTP_SEC_FETCH_SITE", "").lower() in _OTHER_SITES:
            # A browser sends the credentials that it remembers along with whatever another site's page asks for.
            raise exceptions.AuthenticationFailed("Another site's page may not use the browser's credentials.")
        header = request.META.get("HTTP_AUTHORIZATION", "")
        method, _blank, encoded = header.partition(" ")
        if method.lower() != "basic":
            return None
        name, password = _decode(encoded)
        found = self.find(request, name, password)
        if found is None:
            raise exceptions.AuthenticationFailed("The credentials are wrong.")
        return found, None

    def find(self, request: Request, name: str, password: str) -> Administrator | None:
        """Whose credentials they are. TooManyAttempts."""
        view: Any = request.parser_context["view"]
        return PathContextBackend().authenticate(request._request, name, password, view.path_context)

    def authenticate_header(self, request: Request) -> str:
        """What 401 announces."""
        return CHALLENGE


class ContextAdminAuth(SchemeAuthentication):
    """The context's administrator; with MASTER_ACCOUNT_OVERRIDE also its reseller and the master."""

    scheme = "contextAdminAuth"


class ContextAdminOnlyAuth(SchemeAuthentication):
    """The context's administrator or its reseller."""

    scheme = "contextAdminOnlyAuth"


class ResellerAdminAuth(SchemeAuthentication):
    """With MASTER_ACCOUNT_OVERRIDE the reseller and the master; never a context administrator."""

    scheme = "resellerAdminAuth"


class BasicAuth(SchemeAuthentication):
    """Any administrator, each for the users that it sees."""

    scheme = "basicAuth"

    def find(self, request: Request, name: str, password: str) -> Administrator | None:
        """The path names no context, so a context's admin gives the long form."""
        return LoginBackend().authenticate(request._request, name, password, channel=Channel.API)


class TennantAuth(SchemeAuthentication):
    """Tenant credentials (the scheme's name is spelled as published)."""

    scheme = "tennantAuth"

    def find(self, request: Request, name: str, password: str) -> Administrator | None:
        """Tenants have a backend of their own."""
        return TenantBackend().authenticate(request._request, name, password)


AUTHENTICATION: Final[dict[str, SchemeAuthentication]] = {
    one.scheme: one() for one in (ContextAdminAuth, ContextAdminOnlyAuth, ResellerAdminAuth, BasicAuth, TennantAuth)
}


class CallingViewSet(ViewSet):
    """What a viewset of either API knows of who asks, once permission was given."""

    @property
    def caller(self) -> Administrator:
        """Who asks."""
        return cast(Administrator, self.request.user)

    @property
    def actor(self) -> Actor:
        """What the services are told."""
        return Actor(self.caller, Channel.API, credential=str(self.caller.credential))


class SchemePermission(BasePermission):
    """The scheme admits the role, the credential the operation, and the path's context is in the caller's charge."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False answers with the family's status for "you may not"."""
        caller = request.user
        if not isinstance(caller, Administrator):
            return False
        if not access.may_use(view.scheme, caller.role, override=settings.MASTER_ACCOUNT_OVERRIDE):
            return False
        if not caller.credential.admits(view.family.name, writes=request.method not in SAFE_METHODS):
            return False
        context = caller.path_context
        # Somebody else's context named by its id is denied; by its name it is unknown, which the view answers.
        return context is None or view.path_context.name != "" or caller.in_charge_of(context)


def _decode(encoded: str) -> tuple[str, str]:
    """Name and password, split at the first colon; UTF-8, else ISO-8859-1. An empty password is no password."""
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise exceptions.AuthenticationFailed("The credentials cannot be read.") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("iso-8859-1")
    name, _colon, password = text.partition(":")
    if not name or not password:
        raise exceptions.AuthenticationFailed("The credentials are incomplete.")
    return name, password
