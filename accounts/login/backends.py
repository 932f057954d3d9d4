"""The authentication backends: who is behind these credentials, and what their role may do.

Each backend takes its own keywords, so that Django's `authenticate()` picks exactly one:
`username` (web admin, oxuser), `login` with `place` (a path that names a context), `tenant` (Mail).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q
from django.http import HttpRequest

from accounts.login.lockout import Attempt
from accounts.models import Administrator, Context
from core import access
from core.access import Role
from core.addresses import printable


@dataclass(frozen=True, slots=True)
class PathContext:
    """The context that a path names: `given` as it stands there, `context` the row if there is one."""

    given: str
    by_name: bool
    context: Context | None


class CredentialsBackend(BaseBackend):
    """What the backends share: one look-up, one check of the password, the same work for unknown names."""

    def get_user(self, user_id: int) -> Administrator | None:
        """The session's administrator, as long as they may act: suspending somebody ends their sessions."""
        administrator: Administrator | None = Administrator.objects.with_owner().filter(pk=user_id).first()
        return administrator if administrator is not None and administrator.is_staff else None

    def _candidates(self, attempt: Attempt, wanted: Q) -> list[Administrator]:
        """Those of the name, each with its reseller or context. Raises TooManyAttempts while the name is locked."""
        found = list(attempt.annotate(Administrator.objects.with_owner().filter(wanted).order_by()))
        attempt.refuse_if_locked(found)
        return found

    def _verify(self, attempt: Attempt, administrator: Administrator | None, password: str) -> Administrator | None:
        """The administrator, when the password is theirs and they may act. Counts a failure."""
        if administrator is None:
            # An unknown name takes as long as a wrong password.
            make_password(password)
        elif check_password(password, administrator.password):
            return administrator if administrator.may_act else None
        attempt.failed()
        return None


class LoginBackend(CredentialsBackend):
    """Where nothing names a context: a master's or reseller's login, or the long form `admin@<context name>`."""

    def authenticate(  # type: ignore[override]  # the keywords pick the backend
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None
    ) -> Administrator | None:
        """The administrator with these credentials, or None. Raises TooManyAttempts."""
        if request is None or not username or not password or not printable(username):
            return None
        attempt = Attempt.of(request, username)
        login, _at, context_name = username.rpartition("@")
        wanted = Q(login=username, role__in=[Role.MASTER, Role.RESELLER])
        wanted |= Q(login=login, role=Role.CONTEXT, context__name=context_name)
        ordered = by_rank(self._candidates(attempt, wanted))
        return self._verify(attempt, next(ordered, None), password)


class PathContextBackend(CredentialsBackend):
    """Where the path names a context: a master, else a reseller in charge of it, else its own admin.

    The first that exists decides; there is no second try with the same password.
    """

    def authenticate(  # type: ignore[override]  # the keywords pick the backend
        self, request: HttpRequest | None, login: str, password: str, path_context: PathContext
    ) -> Administrator | None:
        """The administrator with these credentials, or None. Raises TooManyAttempts.

        A reseller's staff are known by their password also where they are not in charge; what that means is the
        caller's business.
        """
        if request is None or not login or not password or not printable(login):
            return None
        attempt = Attempt.of(
            request, login, place=path_context.given if path_context.by_name else path_context.given.lstrip("0")
        )
        candidates = list(by_rank(self._candidates(attempt, self._wanted(login, path_context.context))))
        strangers = [one for one in candidates if path_context.context and not one.in_charge_of(path_context.context)]
        deciding = next((one for one in candidates if one not in strangers), None)
        if deciding is None or (strangers and not check_password(password, deciding.password)):
            # Somebody else's context must answer a reseller as any other does, also when its admin has the same login.
            deciding = next(iter(strangers), deciding)
        return self._verify(attempt, deciding, password)

    @staticmethod
    def _wanted(login: str, context: Context | None) -> Q:
        wanted = Q(login=login, role__in=[Role.MASTER, Role.RESELLER])
        if context is not None:
            short = login.removesuffix(f"@{context.name}")
            wanted |= Q(login__in={login, short}, role=Role.CONTEXT, context=context)
        return wanted


class TenantBackend(CredentialsBackend):
    """Tenant credentials: they open the Mail operations and nothing else."""

    def authenticate(  # type: ignore[override]  # the keywords pick the backend
        self, request: HttpRequest | None, tenant: str, password: str
    ) -> Administrator | None:
        """The tenant credential with this name and password, or None. Raises TooManyAttempts."""
        if request is None or not tenant or not password or not printable(tenant):
            return None
        attempt = Attempt.of(request, f"tenant\0{tenant}")
        candidates = self._candidates(attempt, Q(login=tenant, role=Role.TENANT))
        return self._verify(attempt, next(iter(candidates), None), password)


class RoleBackend(BaseBackend):
    """Permissions of the web admin, from the table in `core.access`."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether the administrator's role has the permission; which rows it is for is `visible_to`'s question."""
        return isinstance(user_obj, Administrator) and user_obj.may_act and access.permits(user_obj.role, perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether the administrator's role may do anything in the app."""
        return isinstance(user_obj, Administrator) and user_obj.may_act and access.permits_app(user_obj.role, app_label)


def by_rank(candidates: Iterable[Administrator]) -> Iterator[Administrator]:
    """Masters first, then resellers, then context admins."""
    order = [Role.MASTER, Role.RESELLER, Role.CONTEXT, Role.TENANT]
    return iter(sorted(candidates, key=lambda one: order.index(Role(one.role))))
