"""Who may do what: every operation of the contract x every role x MASTER_ACCOUNT_OVERRIDE x every place.

`RULES` is the contract's table as a picture; everything else here sends the calls and compares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.models import Administrator, Context
from accounts.services.api_passwords import create_api_password, families_of
from changelog.models import Change
from tests import estate
from tests.calls import DENIED, MISSING, SUCCESS, Operation, operations
from tests.client import Api
from tests.world import OPERATOR, PASSWORD

# The rules are the same on every database.
pytestmark = pytest.mark.sqlite

# + it happens   - "you may not" (403 for Forwards, else 401)   ? "not found" (404; Explicit Domains 400, Mail 500)
#
# The places: 24 is alpha's own context, 25 and 26 (suspended) too, 34 is its child alphakid's, 36 its other child's,
# 44 the rival beta's, 54 the master's own, and 999 does not exist. For Forwards the same contexts by name.
PLACES: Final = "24 25 26 34 36 44 54 999"
RULES: Final = """
contextAdminAuth      off      root              -  -  -  -  -  -  -  -
contextAdminAuth      off      alpha             -  -  -  -  -  -  -  -
contextAdminAuth      off      alphakid          -  -  -  -  -  -  -  -
contextAdminAuth      off,on   clerk             +  -  -  -  -  -  -  -
contextAdminAuth      off,on   clerk@alpha_acme  +  -  -  -  -  -  -  -
contextAdminAuth      off,on   portal-alpha      -  -  -  -  -  -  -  -
contextAdminAuth      on       root              +  +  +  +  +  +  +  ?
contextAdminAuth      on       alpha             +  +  +  +  +  -  -  ?
contextAdminAuth      on       alphakid          -  -  -  +  -  -  -  ?

contextAdminOnlyAuth  off,on   root              -  -  -  -  -  -  -  -
contextAdminOnlyAuth  off,on   alpha             +  +  +  +  +  -  -  ?
contextAdminOnlyAuth  off,on   alphakid          -  -  -  +  -  -  -  ?
contextAdminOnlyAuth  off,on   clerk             +  -  -  -  -  -  -  -
contextAdminOnlyAuth  off,on   clerk@alpha_acme  +  -  -  -  -  -  -  -
contextAdminOnlyAuth  off,on   portal-alpha      -  -  -  -  -  -  -  -

by name               off,on   root              -  -  -  -  -  -  -  -
by name               off,on   alpha             +  +  +  +  +  ?  ?  ?
by name               off,on   alphakid          ?  ?  ?  +  ?  ?  ?  ?
by name               off,on   clerk             +  -  -  -  -  -  -  -
by name               off,on   clerk@alpha_acme  +  -  -  -  -  -  -  -
by name               off,on   portal-alpha      -  -  -  -  -  -  -  -

resellerAdminAuth     off      root              -  -  -  -  -  -  -  -
resellerAdminAuth     off      alpha             -  -  -  -  -  -  -  -
resellerAdminAuth     off      alphakid          -  -  -  -  -  -  -  -
resellerAdminAuth     on       root              +  +  +  +  +  +  +  ?
resellerAdminAuth     on       alpha             +  +  +  +  +  -  -  ?
resellerAdminAuth     on       alphakid          -  -  -  +  -  -  -  ?
resellerAdminAuth     off,on   clerk             -  -  -  -  -  -  -  -
resellerAdminAuth     off,on   clerk@alpha_acme  -  -  -  -  -  -  -  -
resellerAdminAuth     off,on   portal-alpha      -  -  -  -  -  -  -  -

basicAuth             off,on   root              +  +  +  +  +  +  +  ?
basicAuth             off,on   alpha             +  +  +  +  +  ?  ?  ?
basicAuth             off,on   alphakid          ?  ?  ?  +  ?  ?  ?  ?
basicAuth             off,on   clerk             -  -  -  -  -  -  -  -
basicAuth             off,on   clerk@alpha_acme  +  ?  ?  ?  ?  ?  ?  ?
basicAuth             off,on   portal-alpha      -  -  -  -  -  -  -  -

tennantAuth           off,on   root              -  -  -  -  -  -  -  -
tennantAuth           off,on   alpha             -  -  -  -  -  -  -  -
tennantAuth           off,on   clerk             -  -  -  -  -  -  -  -
tennantAuth           off,on   clerk@alpha_acme  -  -  -  -  -  -  -  -
tennantAuth           off,on   portal-alpha      +  +  +  +  +  ?  ?  ?
tennantAuth           off,on   portal-alphakid   ?  ?  ?  +  ?  ?  ?  ?
"""

# Who -> login, password, and a context where they would be at home. All of them are refused everywhere.
REFUSED: Final[dict[str, tuple[str | None, str, int]]] = {
    "no credentials": (None, "", 24),
    "unknown login": ("nobody", PASSWORD, 24),
    "master, wrong password": ("root", "wrong", 24),
    "reseller, wrong password": ("alpha", "wrong", 24),
    "child, wrong password": ("alphakid", "wrong", 34),
    "context admin, wrong password": ("clerk", "wrong", 24),
    "context admin in the long form, wrong password": ("clerk@alpha_acme", "wrong", 24),
    "tenant, wrong password": ("portal-alpha", "wrong", 24),
    "inactive master": ("root-off", PASSWORD, 24),
    "inactive reseller's staff": ("alpha-off", PASSWORD, 24),
    "inactive context admin": ("clerk-off", PASSWORD, 24),
    "inactive context admin in the long form": ("clerk-off@alpha_acme", PASSWORD, 24),
    "inactive tenant": ("portal-off", PASSWORD, 24),
    "staff of a suspended reseller": ("gone", PASSWORD, 64),
    "tenant of a suspended reseller": ("portal-gone", PASSWORD, 64),
    "context admin below a suspended reseller": ("keeper", PASSWORD, 64),
    "context admin below a suspended reseller, long": ("keeper@gone_hill", PASSWORD, 64),
    "staff of a suspended reseller's child": ("gonekid", PASSWORD, 65),
    "tenant of a suspended reseller's child": ("portal-gonekid", PASSWORD, 65),
    "context admin below a suspended parent": ("keeper", PASSWORD, 65),
    "context admin below a suspended parent, long": ("keeper@gonekid_isle", PASSWORD, 65),
    "context admin of a suspended context": ("keeper", PASSWORD, 26),
    "context admin of a suspended context, long": ("keeper@alpha_shut", PASSWORD, 26),
}

# A login leaves its traces there; everything else that is written is what was asked for.
LOG_OF_LOGINS: Final = ("accounts_loginevent", "accounts_knownaddress", "last_used_at")


def _rules() -> Iterator[tuple[str, bool, str, dict[int, str]]]:
    """Scheme (or "by name"), override, login, place -> sign."""
    for line in RULES.strip().splitlines():
        if not line:
            continue
        scheme, overrides, login = line[:22].strip(), line[22:31].strip(), line[31:49].strip()
        signs = dict(zip(map(int, PLACES.split()), line[49:].split(), strict=True))
        for override in overrides.split(","):
            yield scheme, override == "on", login, signs


def _cases() -> Iterator[Any]:
    """One test for each operation, override, caller and way to name the context."""
    for operation in operations().values():
        schemes = {operation.scheme} | ({"by name"} if operation.family == "Forwards" else set())
        for scheme, override, login, signs in _rules():
            if scheme in schemes:
                named = " by name" if scheme == "by name" else ""
                name = f"{operation.name}{named}-{login}-{'on' if override else 'off'}"
                yield pytest.param(operation, bool(named), override, login, signs, id=name)


@pytest.fixture(scope="module")
def mail_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty mail store: every user has an empty mailbox."""
    return tmp_path_factory.mktemp("maildir")


@pytest.fixture(scope="module", autouse=True)
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The estate, made once for this module and rolled back with it."""
    with django_db_blocker.unblock(), transaction.atomic():
        estate.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def unlocked(built: None, db: None, settings: Any, mail_store: Path) -> None:
    """These thousands of failures come from one address; locking has its own tests."""
    settings.LOGIN_FAILURE_LIMIT = 0
    settings.MAIL_STORE = f"maildir://{mail_store}"


class Caller:
    """Sends calls, and knows of each whether it wrote anything to the database."""

    def __init__(self, login: str | None, password: str = PASSWORD) -> None:
        self.login, self.password, self.api = login, password, Api()
        self.written: list[str] = []

    def status(self, operation: Operation, path: str, domain: str, method: str | None = None) -> int:
        """The call's status; what it wrote is rolled back, and its statements are in `written`."""
        with connection.execute_wrapper(self._note), transaction.atomic():
            self.written.clear()
            lines = Change.objects.count()
            method = method or operation.method
            response = self.api(method, path, self.login, operation.body(domain), password=self.password)
            if response.status_code == DENIED[operation.family]:
                self._check_refusal(operation, method, response)
            # Rows are also inserted by prepared statements, which do not say what they are.
            self.written += ["a line of the change log"] * (Change.objects.count() - lines)
            transaction.set_rollback(True)
        return response.status_code

    def _note(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        kept_of_logins = any(table in sql for table in LOG_OF_LOGINS)
        if sql.split(maxsplit=1)[0].upper() in {"INSERT", "UPDATE", "DELETE", "REPLACE"} and not kept_of_logins:
            self.written.append(sql)
        return execute(sql, *rest)

    def _check_refusal(self, operation: Operation, method: str, response: Any) -> None:
        challenge = 'Basic realm="OX REST", charset="UTF-8"'
        announced = operation.family != "Forwards" or self.login is None
        assert response.headers.get("WWW-Authenticate") == (challenge if announced else None)
        if method != "HEAD":
            assert json.loads(response.content) == {"error": "Authorization error."}


@contextmanager
def unchanged() -> Iterator[None]:
    """Fails when the database has changed."""
    before = _digest()
    yield
    assert _digest() == before, "a refused call changed the database"


def _digest() -> str:
    """Of every row of every table."""
    digest = hashlib.sha256()
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.order_by("pk").values_list():
            digest.update(f"{model._meta.label} {row}\n".encode())
    return digest.hexdigest()


def _place(number: int, *, by_name: bool) -> int | str:
    if not by_name:
        return number
    context = Context.objects.filter(pk=number).first()
    return context.name if context else "alpha_none"


@pytest.mark.parametrize(("operation", "by_name", "override", "login", "signs"), list(_cases()))
def test_operation__answers_each_caller_at_each_place_as_the_table_says(
    operation: Operation, by_name: bool, override: bool, login: str, signs: dict[int, str], settings: Any
) -> None:
    settings.MASTER_ACCOUNT_OVERRIDE = override
    meaning = {"+": SUCCESS[operation.name], "-": DENIED[operation.family], "?": MISSING[operation.family]}
    caller, wrong = Caller(login), []
    with unchanged():
        for number, sign in signs.items():
            domain = estate.DOMAINS.get(number, "nowhere.example")
            path = operation.path(_place(number, by_name=by_name), domain)
            for method in {operation.method, "HEAD" if operation.method == "GET" else operation.method}:
                status = caller.status(operation, path, domain, method)
                if status != meaning[sign]:
                    wrong.append(f"{method} {path} as {login}: {status}, not {meaning[sign]}")
                if bool(caller.written) != (sign == "+" and operation.writes):
                    wrong.append(f"{method} {path} as {login}: wrote {caller.written}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("override", [False, True], ids=["off", "on"])
@pytest.mark.parametrize("operation", list(operations().values()), ids=list(operations()))
def test_operation__refuses_whoever_may_not_log_in_at_every_place(
    operation: Operation, override: bool, settings: Any
) -> None:
    settings.MASTER_ACCOUNT_OVERRIDE = override
    wrong = []
    with unchanged():
        for who, (login, password, home) in REFUSED.items():
            caller = Caller(login, password)
            # Without the override fewer may act: one place shows that no refusal hangs on it.
            for place in _places_of(operation, home) if override else [home]:
                number = place if isinstance(place, int) else home
                domain = estate.DOMAINS.get(number, "nowhere.example")
                status = caller.status(operation, operation.path(place, domain), domain)
                if status != DENIED[operation.family] or caller.written:
                    wrong.append(f"{who} at {place}: {status}, wrote {caller.written}")
    assert not wrong, "\n".join(wrong)


def _places_of(operation: Operation, home: int) -> list[int | str]:
    """At home, at the rival's, nowhere; the same by name for Forwards."""
    numbers = [home, 44, 999]
    names = [_place(number, by_name=True) for number in numbers] if operation.family == "Forwards" else []
    return [*numbers, *names]


# API passwords: a scope, and where an operation of each family is then possible. The owner may do all of it.
#
# a = Admin, f = Forwards, d = Explicit Domains, m = Mail; capital letters are what changes something. The places are
# context 24 and context 25; "." is refused: 24 as "you may not", 25 as if it were somebody else's.
SCOPES: Final = """
everything, may change   aAfFdDm   aAfFdDm
everything, read only    a.f.d.m   a.f.d.m
Admin                    aA.....   aA.....
Forwards                 ..fF...   ..fF...
Explicit Domains         ....dD.   ....dD.
Forwards, read only      ..f....   ..f....
Admin in 24              aA.....   .......
everything in 24         aAfFdDm   .......
"""
_LETTERS: Final = {"Admin": "a", "Forwards": "f", "Explicit Domains": "d", "Mail": "m"}
_OWNERS: Final = {"contextAdminAuth": "alpha", "contextAdminOnlyAuth": "alpha", "resellerAdminAuth": "alpha"}
_OWNERS_ELSEWHERE: Final = {"basicAuth": "alpha", "tennantAuth": "portal-alpha"}


def _scopes() -> Iterator[tuple[str, dict[int, str]]]:
    for line in SCOPES.strip().splitlines():
        scope, at_24, at_25 = line[:25].strip(), *line[25:].split()
        yield scope, {24: at_24, 25: at_25}


def _api_password(owner: str, scope: str) -> str:
    """The text of an API password with this scope."""
    administrator = Administrator.objects.with_owner().get(login=owner)
    possible = families_of(administrator.role)
    named = scope.partition(",")[0].removesuffix(" in 24")
    families = possible if named == "everything" or named not in possible else [named]
    _row, text = create_api_password(
        actor=OPERATOR,
        administrator=administrator,
        name=scope,
        families=families,
        may_write="read only" not in scope,
        contexts=["24"] if scope.endswith("in 24") else (),
    )
    return text


def _scope_cases() -> Iterator[Any]:
    """A tenant credential has no other family than Mail."""
    for operation in operations().values():
        for scope, letters in _scopes():
            if operation.family != "Mail" or scope.startswith("everything"):
                yield pytest.param(operation, scope, letters, id=f"{operation.name}-{scope}")


@pytest.mark.parametrize(("operation", "scope", "letters"), list(_scope_cases()))
def test_operation__an_api_password_opens_what_its_scope_says(
    operation: Operation, scope: str, letters: dict[int, str], settings: Any
) -> None:
    settings.MASTER_ACCOUNT_OVERRIDE = True
    owner = (_OWNERS | _OWNERS_ELSEWHERE)[operation.scheme]
    caller, wrong = Caller(owner, _api_password(owner, scope)), []
    letter = _LETTERS[operation.family].upper() if operation.writes else _LETTERS[operation.family]
    for place, opened in letters.items():
        named = operation.scheme in _OWNERS_ELSEWHERE and letter in letters[24]
        refused = MISSING[operation.family] if named else DENIED[operation.family]
        expected = SUCCESS[operation.name] if letter in opened else refused
        status = caller.status(operation, operation.path(place, estate.DOMAINS[place]), estate.DOMAINS[place])
        if status != expected or bool(caller.written) != (status == SUCCESS[operation.name] and operation.writes):
            wrong.append(f"{operation.name} at {place}: {status}, not {expected}, wrote {caller.written}")
    assert not wrong, "\n".join(wrong)


def test_rules__every_scheme_has_every_role_with_and_without_override() -> None:
    roles = {"root", "alpha", "clerk", "clerk@alpha_acme", "portal-alpha"}
    seen = {(scheme, override, login) for scheme, override, login, _signs in _rules()}
    schemes = {one.scheme for one in operations().values()} | {"by name"}
    wanted = {(scheme, override, role) for scheme in schemes for override in (False, True) for role in roles}
    assert wanted <= seen
