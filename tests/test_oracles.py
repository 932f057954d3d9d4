"""Somebody else's context name, user, alias and domain answer like unknown ones, in status, headers and body."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from django.http import HttpResponseBase

from accounts.services.administrators import create_administrator
from accounts.services.users import create_user
from core.access import Role
from domains.services import add_domain
from forwards.services import create_forward
from tests.calls import Operation, operations
from tests.client import ADMIN, DOMAINS, FORWARDS, MAIL, NO_BODY, Api
from tests.world import OPERATOR, PASSWORD, World

FORWARD_OPERATIONS: Final = [one for one in operations().values() if one.family == "Forwards"]
MAIL_OPERATIONS: Final = [one for one in operations().values() if one.family == "Mail"]
ADMIN_OPERATIONS: Final = [one for one in operations().values() if "{contextid}" in one.template]

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> None:
    settings.MAIL_STORE = f"maildir://{tmp_path}"
    settings.LOGIN_FAILURE_LIMIT = 0


@pytest.fixture
def twins(world: World) -> World:
    """The rival's context has one more of everything, as long in its name as what `unknown` stands for in the tests."""
    rival = world.contexts[44]
    create_user(actor=OPERATOR, context=rival, number=77, uidname="ffff@echo.example", msisdn="+49301", custom=[])
    add_domain(actor=OPERATOR, context=rival, name="ffff.example")
    create_forward(actor=OPERATOR, context=rival, alias="ffff@echo.example", recipients=["a@b.example"])
    return world


def _answer(response: HttpResponseBase, *, without: str = "") -> Answer:
    """All that a caller can see; `without` is the name that it asked for itself."""
    headers = {name: value for name, value in response.headers.items() if name != "Date"}
    body: bytes = response.getvalue()
    return response.status_code, headers, body.replace(without.encode(), b"-") if without else body


def _ids(operation: Operation) -> str:
    return operation.name


class TestContextNames:
    """Only the context's own people can tell that a name is taken."""

    @pytest.mark.parametrize("operation", FORWARD_OPERATIONS, ids=_ids)
    @pytest.mark.parametrize(
        ("login", "password"),
        [
            ("alpha", PASSWORD),
            ("alpha", "wrong"),
            ("alphakid", PASSWORD),
            ("root", PASSWORD),
            ("admin", "wrong"),
            ("admin@alpha_acme", PASSWORD),
            ("admin@beta_echo", "wrong"),
            ("portal-alpha", PASSWORD),
            ("nobody", PASSWORD),
            (None, ""),
        ],
    )
    def test_name__foreign_is_unknown(
        self, api: Api, world: World, operation: Operation, login: str | None, password: str
    ) -> None:
        answers = [
            _answer(
                api(
                    operation.method,
                    operation.path(name, "echo.example"),
                    login,
                    operation.body("echo.example"),
                    password=password,
                )
            )
            for name in ("beta_echo", "beta_none")
        ]

        assert answers[0] == answers[1]
        assert answers[0][0] == (404 if login in {"alpha", "alphakid"} and password == PASSWORD else 403)

    @pytest.mark.parametrize("operation", FORWARD_OPERATIONS, ids=_ids)
    def test_name__foreign_is_unknown_also_when_its_admin_has_the_resellers_login(
        self, api: Api, world: World, operation: Operation
    ) -> None:
        """With the admin's own password it is that admin who asks, not the reseller."""
        create_administrator(
            actor=OPERATOR,
            login="alpha",
            role=Role.CONTEXT,
            context=world.contexts[44],
            password="of the context",
        )
        for password in (PASSWORD, "wrong"):
            foreign, unknown = (
                _answer(
                    api(
                        operation.method,
                        operation.path(name, "echo.example"),
                        "alpha",
                        operation.body("echo.example"),
                        password=password,
                    )
                )
                for name in ("beta_echo", "beta_none")
            )
            assert foreign == unknown

    @pytest.mark.parametrize("body", [NO_BODY, {}, [], {"recipient": 1}, {"recipient": ["bad"]}, "x", None])
    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_name__a_bad_body_tells_nothing(self, api: Api, world: World, method: str, body: Any) -> None:
        foreign, unknown = (
            _answer(api(method, f"{FORWARDS}/{name}/sales@echo.example", "alpha", body))
            for name in ("beta_echo", "beta_none")
        )
        assert foreign == unknown
        assert foreign[0] == 404

    @pytest.mark.parametrize(
        ("method", "raw", "content_type"),
        [
            ("POST", b"{", "application/json"),
            ("POST", b"\xff", "application/json"),
            ("POST", b"a=b", "application/x-www-form-urlencoded"),
            ("POST", b"x" * (2**20 + 1), "application/json"),
            ("PATCH", b"{}", "application/json"),
            ("OPTIONS", b"", "application/json"),
            ("TRACE", b"", "application/json"),
        ],
    )
    def test_name__an_unreadable_request_tells_nothing(
        self, api: Api, world: World, method: str, raw: bytes, content_type: str
    ) -> None:
        foreign, unknown = (
            _answer(api(method, f"{FORWARDS}/{name}/sales@echo.example", "alpha", raw=raw, content_type=content_type))
            for name in ("beta_echo", "beta_none")
        )
        assert foreign == unknown


class TestContextIds:
    """A context admin's account is looked up in the context of the path: there is nothing to tell them apart."""

    @pytest.mark.parametrize("operation", [*ADMIN_OPERATIONS, *FORWARD_OPERATIONS], ids=_ids)
    @pytest.mark.parametrize(
        ("login", "password"),
        [("admin@alpha_acme", PASSWORD), ("admin", "wrong"), ("nobody", PASSWORD), ("portal-alpha", PASSWORD)],
    )
    def test_id__foreign_is_unknown_to_a_context_admin(
        self, api: Api, world: World, operation: Operation, login: str, password: str
    ) -> None:
        foreign, unknown = (
            _answer(
                api(
                    operation.method,
                    operation.path(number, "echo.example"),
                    login,
                    operation.body("echo.example"),
                    password=password,
                )
            )
            for number in (44, 99)
        )
        assert foreign == unknown


class TestUsers:
    """A user of another context, by number or by name."""

    @pytest.mark.parametrize("operation", [one for one in ADMIN_OPERATIONS if "{userid}" in one.template], ids=_ids)
    @pytest.mark.parametrize("login", ["admin", "alpha"])
    def test_number__of_another_context_is_unknown(
        self, api: Api, twins: World, operation: Operation, login: str, override: None
    ) -> None:
        foreign, unknown = (
            _answer(
                api(
                    operation.method,
                    operation.path(24, "acme.example", userid=number),
                    login,
                    operation.body("acme.example"),
                )
            )
            for number in ("77", "78")
        )
        assert foreign == unknown
        assert foreign[0] == 404

    @pytest.mark.parametrize("field", ["", "&field=ANY", "&field=UIDNAME", "&field=MSISDN", "&field=CUSTOM"])
    @pytest.mark.parametrize("login", ["alpha", "alphakid", "admin@alpha_acme"])
    @pytest.mark.parametrize(
        ("foreign", "unknown"),
        [
            ("johndoe@echo.example", "johndoe@none.example"),
            ("%2B49.1234.5644", "%2B49.1234.5699"),
            ("john44", "john99"),
        ],
    )
    def test_search__foreign_is_unknown(
        self, api: Api, world: World, login: str, field: str, foreign: str, unknown: str
    ) -> None:
        answers = [_answer(api("GET", f"{ADMIN}/oxuser?search={text}{field}", login)) for text in (foreign, unknown)]
        assert answers[0] == answers[1]
        assert answers[0][0] == 404

    @pytest.mark.parametrize("login", ["admin", "alpha"])
    def test_uidname__of_another_contexts_domain_is_refused_like_a_free_one(
        self, api: Api, twins: World, login: str, override: None
    ) -> None:
        """A mailbox, an alias, and an address that nobody has."""
        create_forward(
            actor=OPERATOR, context=twins.contexts[44], alias="aaaa@echo.example", recipients=["a@b.example"]
        )
        mailbox, alias, free = (
            _answer(api("PUT", f"{ADMIN}/contexts/24/users/42/uidname", login, {"uidname": name}), without=name)
            for name in ("ffff@echo.example", "aaaa@echo.example", "uuuu@echo.example")
        )
        assert mailbox == alias == free
        assert free[0] == 409

    @pytest.mark.parametrize("operation", MAIL_OPERATIONS, ids=_ids)
    @pytest.mark.parametrize("foreign", ["johndoe@echo.example", "johndoe@gold.example", "+49.1234.5644", "john44"])
    @pytest.mark.parametrize("login", ["portal-alpha", "portal-alphakid"])
    def test_mail__foreign_is_unknown(
        self, api: Api, world: World, operation: Operation, login: str, foreign: str
    ) -> None:
        answers = [
            _answer(api("GET", operation.path("", "echo.example", uid=uid), login))
            for uid in (foreign, "no@body.example")
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 500

    def test_mail__a_context_admin_is_unknown(self, api: Api, world: World) -> None:
        answers = [
            _answer(api("GET", f"{MAIL}/unread/{uid}", "portal-alpha")) for uid in ("admin", "admin@alpha_acme", "no")
        ]
        assert answers[0] == answers[1] == answers[2]


class TestAliases:
    """An alias of another context, asked for in one's own."""

    @pytest.mark.parametrize("login", ["admin", "alpha"])
    @pytest.mark.parametrize(
        "operation",
        [one for one in FORWARD_OPERATIONS if "{alias}" in one.template and one.name != "postForward"],
        ids=_ids,
    )
    def test_alias__foreign_is_unknown(self, api: Api, twins: World, operation: Operation, login: str) -> None:
        foreign, unknown = (
            _answer(
                api(
                    operation.method,
                    operation.path(24, "acme.example", alias=alias, recipient="a@b.example"),
                    login,
                    operation.body("acme.example"),
                ),
                without=alias,
            )
            for alias in ("ffff@echo.example", "uuuu@echo.example")
        )
        assert foreign == unknown
        assert foreign[0] == 404

    @pytest.mark.parametrize("recipients", [["a@b.example"], ["bad"], [], ["{alias}"], ["a@b.example"] * 101])
    @pytest.mark.parametrize("login", ["admin", "alpha"])
    def test_new_alias__in_another_contexts_domain_is_refused_like_a_free_one(
        self, api: Api, twins: World, login: str, recipients: list[str]
    ) -> None:
        """Also with recipients that are refused by themselves."""
        taken, free = (
            _answer(
                api(
                    "POST",
                    f"{FORWARDS}/24/{alias}",
                    login,
                    {"recipient": [one.format(alias=alias) for one in recipients]},
                ),
                without=alias,
            )
            for alias in ("ffff@echo.example", "uuuu@echo.example")
        )
        assert taken == free
        assert free[0] in {400, 403}

    def test_loop__names_no_alias_of_another_customer(self, api: Api, world: World) -> None:
        """A loop through the rival's aliases is refused without telling where they lead."""
        create_forward(
            actor=OPERATOR, context=world.contexts[44], alias="a@echo.example", recipients=["secret@echo.example"]
        )
        create_forward(
            actor=OPERATOR, context=world.contexts[44], alias="secret@echo.example", recipients=["new@acme.example"]
        )

        response = api("POST", f"{FORWARDS}/24/new@acme.example", "alpha", {"recipient": ["a@echo.example"]})

        assert response.status_code == 400
        assert b"secret" not in _answer(response)[2]


class TestDomains:
    """A domain of another context, asked for in one's own."""

    @pytest.mark.parametrize("method", ["HEAD", "DELETE"])
    def test_domain__foreign_is_unknown(self, api: Api, twins: World, method: str, override: None) -> None:
        foreign, unknown = (
            _answer(api(method, f"{DOMAINS}/24/{name}", "alpha"), without=name)
            for name in ("ffff.example", "uuuu.example")
        )
        assert foreign == unknown
        assert foreign[0] == (404 if method == "HEAD" else 409)

    def test_conflict__says_the_same_of_every_other_context(self, api: Api, twins: World, override: None) -> None:
        """One's own child's, and the rival's."""
        child, rival = (
            _answer(api("POST", f"{DOMAINS}/24/{name}", "alpha"), without=name)
            for name in ("cafe.example", "ffff.example")
        )
        assert child == rival
        assert child[0] == 409
