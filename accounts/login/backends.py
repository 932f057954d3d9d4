"""The authentication backends: who is behind these credentials, and what their role may do.

Each backend takes its own keywords, so that Django's `authenticate()` picks exactly one:
`username` (web admin, oxuser), `login` with `path_context` (a path that names a context), `tenant` (Mail),
`api_login` (the second version of the API).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, cast

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest

from accounts import machine_secrets
from accounts.login import api_passwords, journal
from accounts.login.api_passwords import Accounts
from accounts.login.hashing import TooManyLogins, take_turn
from accounts.login.journal import Outcome
from accounts.login.lockout import Attempt, PathContext
from accounts.login.remembered import verify
from accounts.models import Administrator, ApiPassword, Context, Reseller
from accounts.models.administrators import AdministratorQuerySet
from accounts.queries import instance_of
from core import access
from core.access import Role
from core.actor import Channel
from core.errors import TooManyAttempts
from core.names import is_name, normalize_identifier

# What is looked at of an administrator and its owner; the rest is read when it is asked for.
_RESELLERS: Final = ("reseller", "reseller__parent", "context__reseller", "context__reseller__parent")
_COLUMNS: Final = (
    *("login", "password", "role", "is_active", "reseller", "context"),
    *("reseller__name", "reseller__is_active", "reseller__parent__is_active"),
    *(f"{reseller}__demand_second_factor" for reseller in _RESELLERS),
    *("context__name", "context__is_active"),
    *("context__reseller__is_active", "context__reseller__parent__is_active"),
)
_OUTSIDE_CONTEXTS: Final = Q(role__in=[Role.MASTER, Role.RESELLER], context=None)


class CredentialsBackend(BaseBackend):
    """What the backends share: one look-up, one check of the password, the same work for unknown names."""

    def get_user(self, user_id: int) -> Administrator | None:
        """The session's administrator, as long as they may act: suspending somebody ends their sessions."""
        administrator: Administrator | None = (
            Administrator.objects.with_owner().with_protection().filter(pk=user_id).first()
        )
        return administrator if administrator is not None and administrator.is_staff else None

    def _verify(
        self, attempt: Attempt, candidates: Sequence[Administrator], password: str, channel: Channel
    ) -> Administrator | None:
        """The first of the candidates whose password it is, when they may act; else the failure is counted and told."""
        meant = candidates[0] if candidates else None
        try:
            found, outcome = self._check_all(attempt, candidates, password, channel)
        except TooManyAttempts:
            journal.refused(attempt, meant, channel, Outcome.LOCKED)
            raise
        except TooManyLogins:
            journal.refused(attempt, meant, channel, Outcome.BUSY)
            raise
        if outcome is Outcome.SUCCESS and found is not None:
            api_passwords.note(found, password, attempt.address)
            if channel is Channel.API or not found.has_second_factor:
                journal.succeeded(attempt, found, channel)
            return found
        attempt.failed(candidates)
        journal.refused(attempt, found or meant, channel, outcome)
        return None

    def _check_all(
        self, attempt: Attempt, candidates: Sequence[Administrator], password: str, channel: Channel
    ) -> tuple[Administrator | None, Outcome]:
        """Whose password it is, and what becomes of it. TooManyAttempts, TooManyLogins."""
        outcome = Outcome.UNKNOWN
        for one in candidates:
            outcome = self._check(attempt, one, password, channel)
            if outcome is not Outcome.WRONG:
                return one, outcome
        if not candidates:
            attempt.refuse_if_locked(None)
            if machine_secrets.identifier_of(password) is None:
                # An unknown name takes as long as a wrong password.
                take_turn()
                make_password(password)
        return None, outcome

    @staticmethod
    def _check(attempt: Attempt, administrator: Any, password: str, channel: Channel) -> Outcome:
        """Whether it is their password or an API password of theirs; keeps on them which one it is.

        A right API password is taken also while others' failures lock the login: nobody guesses one.
        """
        if machine_secrets.identifier_of(password) is not None:
            outcome = api_passwords.check(administrator, password, attempt.address)
            if outcome is Outcome.WRONG:
                attempt.refuse_if_locked(administrator)
            return outcome
        attempt.refuse_if_locked(administrator)
        turn = _no_turn if administrator.known_here else take_turn
        machines_only = channel is Channel.API and administrator.machines_only
        if administrator.may_act and not machines_only:
            return Outcome.SUCCESS if verify(password, administrator.password, turn) else Outcome.WRONG
        # Not remembered: a right password that opens nothing takes as long as a wrong one.
        turn()
        if not check_password(password, administrator.password):
            return Outcome.WRONG
        return Outcome.MACHINES_ONLY if administrator.may_act else Outcome.SUSPENDED


def _no_turn() -> None:
    """At a known address nobody waits for their turn."""


class LoginBackend(CredentialsBackend):
    """Where nothing names a context: a master's or reseller's login, or the long form `admin@<context name>`."""

    def authenticate(  # type: ignore[override]  # the keywords pick the backend
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        *,
        channel: Channel = Channel.WEB,
    ) -> Administrator | None:
        """The administrator with these credentials, or None. Raises TooManyAttempts.

        API passwords are for machines: the web admin, whose own caller is Django, looks for none.
        """
        if request is None or not username or not password or not is_name(username):
            return None
        attempt = Attempt.of(request, username)
        login = normalize_identifier(username)
        short, _at, context_name = login.rpartition("@")
        query, more = (BY_LOGIN.plain, {}) if channel is Channel.WEB else BY_LOGIN.for_password(password)
        found = attempt.candidates(query, login=login, short=short, name=context_name, **more)
        return self._verify(attempt, list(by_rank(found))[:1], password, channel)

    @staticmethod
    def named(login: str) -> Administrator | None:
        """Whom a login names at the web admin, whatever their password."""
        if not is_name(login):
            return None
        login = normalize_identifier(login)
        short, _at, context_name = login.rpartition("@")
        found = Attempt(login, "").candidates(BY_LOGIN.plain, login=login, short=short, name=context_name)
        administrator = next(by_rank(found), None)
        return administrator if administrator is not None and administrator.is_staff else None


class PathContextBackend(CredentialsBackend):
    """Where the path names a context: a master, else a reseller in charge of it, else its own admin.

    The first that exists decides; there is no second try with the same password.
    """

    def authenticate(  # type: ignore[override]  # the keywords pick the backend
        self, request: HttpRequest | None, login: str, password: str, path_context: PathContext
    ) -> Administrator | None:
        """The administrator with these credentials, or None; `path_context` on it is the path's. TooManyAttempts.

        A reseller's staff are known by their password also where they are not in charge; what that means is the
        caller's business.
        """
        if request is None or not login or not password or not is_name(login):
            return None
        attempt = Attempt.of(request, login, place=path_context)
        login = normalize_identifier(login)
        candidates = list(by_rank(self._candidates(attempt, login, password, path_context)))
        context = candidates[0].path_context if candidates else None
        strangers = [one for one in candidates if context and not one.in_charge_of(context)]
        deciding = [one for one in candidates if one not in strangers]
        # Somebody else's context must answer a reseller as any other does, also when its admin has the same login.
        return self._verify(attempt, [*deciding[:1], *strangers[:1]], password, Channel.API)

    @staticmethod
    def _candidates(attempt: Attempt, login: str, password: str, path: PathContext) -> list[Administrator]:
        short, _at, suffix = login.rpartition("@")
        accounts, place = (BY_NAME, path.name) if path.name else (BY_NUMBER, path.number)
        query, more = accounts.for_password(password)
        found = attempt.candidates(query, login=login, short=short, suffix=suffix, place=place, **more)
        for one in found:
            one.path_context = _context(cast(dict[str, Any] | None, one.path_context), one.reseller)
        return found


class TenantBackend(CredentialsBackend):
    """Tenant credentials: they open the Mail operations and nothing else."""

    def authenticate(  # type: ignore[override]  # the keywords pick the backend
        self, request: HttpRequest | None, tenant: str, password: str
    ) -> Administrator | None:
        """The tenant credential with this name and password, or None. Raises TooManyAttempts."""
        if request is None or not tenant or not password or not is_name(tenant):
            return None
        attempt = Attempt.of(request, tenant, door="tenant")
        tenant = normalize_identifier(tenant)
        query, more = TENANTS.for_password(password)
        found = attempt.candidates(query, login=tenant, **more)
        return self._verify(attempt, found[:1], password, Channel.API)


class ApiBackend(CredentialsBackend):
    """The second version of the API: any login, tenants' too, or the text of an API password alone."""

    def authenticate(  # type: ignore[override]  # the keywords pick the backend
        self, request: HttpRequest | None, api_login: str, password: str
    ) -> Administrator | None:
        """The administrator with these credentials, or None. Raises TooManyAttempts."""
        if request is None or not api_login or not password or not is_name(api_login):
            return None
        attempt = Attempt.of(request, api_login)
        login = normalize_identifier(api_login)
        short, _at, context_name = login.rpartition("@")
        query, more = ANY_LOGIN.for_password(password)
        found = attempt.candidates(query, login=login, short=short, name=context_name, **more)
        return self._verify(attempt, list(by_rank(found))[:1], password, Channel.API)

    def bearer(self, request: HttpRequest, token: str) -> Administrator | None:
        """Whose API password this is, or None. Raises TooManyAttempts."""
        identifier = machine_secrets.identifier_of(token)
        if identifier is None:
            return None
        attempt = Attempt.of(request, identifier, door="bearer")
        found = attempt.candidates(BEARERS.keyed, bearer=identifier, identifier=identifier)
        return self._verify(attempt, found[:1], token, Channel.API)


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


def _accounts(wanted: Q) -> QuerySet[Administrator]:
    rows: AdministratorQuerySet = Administrator.objects.with_owner().with_protection()
    return rows.only(*_COLUMNS).filter(wanted).order_by()


def _logins(_viewer: None, *, login: str, short: str, name: str, **attempt: Any) -> QuerySet[Administrator]:
    wanted = Q(_OUTSIDE_CONTEXTS, login_normalized=login) | _long_form(short, name)
    return Attempt.annotate(_accounts(wanted), **attempt)


def _any_logins(_viewer: None, *, login: str, short: str, name: str, **attempt: Any) -> QuerySet[Administrator]:
    wanted = Q(context=None, login_normalized=login) | _long_form(short, name)
    return Attempt.annotate(_accounts(wanted), **attempt)


def _long_form(short: str, name: str) -> Q:
    context = Subquery(Context.objects.filter(name_normalized=name).values("pk"))
    return Q(role=Role.CONTEXT, login_normalized=short, context=context)


def _bearers(_viewer: None, *, bearer: str, **attempt: Any) -> QuerySet[Administrator]:
    owner = ApiPassword.objects.filter(identifier=bearer).order_by().values("administrator")
    return Attempt.annotate(_accounts(Q(pk=Subquery(owner))), **attempt)


def _in_context(
    rows: QuerySet[Context], *, login: str, short: str, suffix: str, **attempt: Any
) -> QuerySet[Administrator]:
    """Who could be meant by a login beside the path's context, each with that context.

    The context's own admin is `admin` there, or `admin@<context name>`.
    """
    context, named = Subquery(rows.values("pk")), Subquery(rows.filter(name_normalized=suffix).values("pk"))
    own = Q(role=Role.CONTEXT, login_normalized=login, context=context) | Q(
        role=Role.CONTEXT, login_normalized=short, context=named
    )
    path = JSONObject(id="pk", name="name", reseller="reseller", parent="reseller__parent")
    accounts = _accounts(Q(_OUTSIDE_CONTEXTS, login_normalized=login) | own)
    beside: Any = {"path_context": Subquery(rows.values(path=path))}
    return Attempt.annotate(accounts.annotate(**beside), **attempt)


def _by_number(_viewer: None, *, place: int, **values: Any) -> QuerySet[Administrator]:
    return _in_context(Context.objects.filter(pk=place).order_by(), **values)


def _by_name(_viewer: None, *, place: str, **values: Any) -> QuerySet[Administrator]:
    return _in_context(Context.objects.filter(name_normalized=place).order_by(), **values)


def _tenants(_viewer: None, *, login: str, **attempt: Any) -> QuerySet[Administrator]:
    return Attempt.annotate(_accounts(Q(login_normalized=login, role=Role.TENANT, context=None)), **attempt)


BY_LOGIN: Final = Accounts.of(_logins, login=str, short=str, name=str, **Attempt.SLOTS)
BY_NUMBER: Final = Accounts.of(_by_number, login=str, short=str, suffix=str, place=int, **Attempt.SLOTS)
BY_NAME: Final = Accounts.of(_by_name, login=str, short=str, suffix=str, place=str, **Attempt.SLOTS)
ANY_LOGIN: Final = Accounts.of(_any_logins, login=str, short=str, name=str, **Attempt.SLOTS)
BEARERS: Final = Accounts.of(_bearers, bearer=str, **Attempt.SLOTS)
TENANTS: Final = Accounts.of(_tenants, login=str, **Attempt.SLOTS)


def _context(found: dict[str, Any] | None, known: Reseller | None) -> Context | None:
    """The path's context with its reseller (often the `known` one): what `in_charge_of` and the change log look at."""
    if found is None:
        return None
    reseller = known if known is not None and known.pk == found["reseller"] else None
    if reseller is None and found["reseller"] is not None:
        reseller = instance_of(Reseller, [("id", found["reseller"]), ("parent_id", found["parent"])])
    columns = [("id", found["id"]), ("name", found["name"]), ("reseller_id", found["reseller"])]
    context = instance_of(Context, columns)
    context.reseller = reseller
    return context
