"""Who calls: HTTP Basic with a login, or an API password alone as a bearer token."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.login.backends import ApiBackend
from accounts.models import Administrator
from accounts.schemes import SchemeAuthentication
from apiv2.problems import CHALLENGE
from core import access


class ApiAuthentication(SchemeAuthentication):
    """Basic as for the published operations, but with any login; or Bearer."""

    scheme = "apiv2"

    def authenticate(self, request: Request) -> tuple[Administrator, None] | None:
        """The administrator, or None without credentials. AuthenticationFailed, TooManyAttempts."""
        method, _blank, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if method.lower() != "bearer":
            return super().authenticate(request)
        found = ApiBackend().bearer(request._request, token.strip())
        if found is None:
            raise exceptions.AuthenticationFailed("The credentials are wrong.")
        return found, None

    def find(self, request: Request, name: str, password: str) -> Administrator | None:
        """No path names a context, so a context's admin gives the long form."""
        return ApiBackend().authenticate(request._request, name, password)

    def authenticate_header(self, request: Request) -> str:
        """What 401 announces."""
        return CHALLENGE


class ActionPermission(BasePermission):
    """The table of access admits the role to the action, and the credential's scope has it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """NotAuthenticated; PermissionDenied with a sentence."""
        caller = request.user
        if not isinstance(caller, Administrator):
            raise exceptions.NotAuthenticated("Credentials are needed.")
        if view.action is None:
            # The path has no such method: nothing to permit, and DRF says so next.
            return True
        if not access.may_call(caller.role, view.resource, view.action):
            raise exceptions.PermissionDenied("Your role may not do this.")
        if not caller.credential.admits(view.family_of(caller), writes=request.method not in SAFE_METHODS):
            raise exceptions.PermissionDenied("The API password does not open this.")
        return True
