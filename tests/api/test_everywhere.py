"""What the contract says of every operation ("Everywhere")."""

from __future__ import annotations

import json
import logging
from typing import Any, NamedTuple

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from accounts.models import User
from changelog.models import Change
from forwards import services
from forwards.models import ForwardingAlias
from tests.api.answers import answered, body_of, empty, refused
from tests.api.raw import send
from tests.client import ADMIN, DOMAINS, FORWARDS, MAIL, Api, basic
from tests.world import World

# The same on every database.
pytestmark = pytest.mark.sqlite

CHALLENGE = 'Basic realm="OX REST", charset="UTF-8"'
USER = f"{ADMIN}/contexts/24/users/42"
ALIAS = "sales@acme.example"


class Operation(NamedTuple):
    """One operation on what the world has, and a login for which it succeeds (with the override)."""

    method: str
    path: str
    login: str
    body: Any = None


OPERATIONS = [
    Operation("GET", f"{USER}/custom", "admin"),
    Operation("PUT", f"{USER}/custom", "admin", {"custom": "new"}),
    Operation("DELETE", f"{USER}/custom", "admin"),
    Operation("GET", f"{USER}/msisdn", "admin"),
    Operation("PUT", f"{USER}/msisdn", "admin", {"msisdn": "+4912345678"}),
    Operation("DELETE", f"{USER}/msisdn", "admin"),
    Operation("GET", f"{ADMIN}/oxuser?search=johndoe@acme.example", "alpha"),
    Operation("GET", f"{USER}/uidname", "admin"),
    Operation("PUT", f"{USER}/uidname", "admin", {"uidname": "jane@acme.example"}),
    Operation("POST", f"{USER}/uids", "admin", {"msisdn": "+4912345678"}),
    Operation("GET", f"{USER}/userconfig", "admin"),
    Operation("GET", f"{USER}/userconfig/searchpattern/brand", "admin"),
    Operation("GET", f"{FORWARDS}/24/{ALIAS}", "alpha"),
    Operation("POST", f"{FORWARDS}/24/new@acme.example", "alpha", {"recipient": "a@elsewhere.example"}),
    Operation("PUT", f"{FORWARDS}/24/{ALIAS}", "alpha", {"recipient": "a@elsewhere.example"}),
    Operation("DELETE", f"{FORWARDS}/24/{ALIAS}", "alpha"),
    Operation("HEAD", f"{FORWARDS}/24/{ALIAS}", "alpha"),
    Operation("GET", f"{FORWARDS}/24", "alpha"),
    Operation("DELETE", f"{FORWARDS}/24", "alpha"),
    Operation("HEAD", f"{FORWARDS}/24/{ALIAS}/johndoe@acme.example", "alpha"),
    Operation("DELETE", f"{FORWARDS}/24/{ALIAS}/johndoe@acme.example", "alpha"),
    Operation("GET", f"{MAIL}/johndoe@acme.example", "portal-alpha"),
    Operation("GET", f"{MAIL}/johndoe@acme.example/newmessages", "portal-alpha"),
    Operation("GET", f"{MAIL}/johndoe@acme.example/quota", "portal-alpha"),
    Operation("GET", f"{MAIL}/johndoe@acme.example/recentmails", "portal-alpha"),
    Operation("GET", f"{MAIL}/johndoe@acme.example/recentmessages", "portal-alpha"),
    Operation("GET", f"{MAIL}/unread/johndoe@acme.example", "portal-alpha"),
    Operation("HEAD", f"{DOMAINS}/24/acme.example", "alpha"),
    Operation("POST", f"{DOMAINS}/24/acme2.example", "alpha"),
    Operation("DELETE", f"{DOMAINS}/24/acme.example", "alpha"),
    Operation("GET", f"{DOMAINS}/24", "alpha"),
]
WITH_BODY = [one for one in OPERATIONS if one.body is not None]
every = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
every_with_body = pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: f"{one.method} {one.path}")


def denied_status(path: str) -> int:
    return 403 if path.startswith(FORWARDS) else 401


@pytest.fixture(autouse=True)
def mail_store(settings: Any, tmp_path: Any) -> None:
    settings.MAIL_STORE = f"maildir://{tmp_path}"


@pytest.fixture
def no_change(world: World) -> Any:
    """After the test the database is as before it."""
    before = state()
    yield
    assert state() == before


def state() -> Any:
    users = User.objects.order_by("pk").values_list("uidname", "msisdn", "custom_ids__value")
    forwards = ForwardingAlias.objects.order_by("pk").values_list("address", "recipients__address")
    return list(users), list(forwards), Change.objects.count()


# --- every operation ---------------------------------------------------------------------------------------------


@every
def test_operation__succeeds_on_its_path(world: World, api: Api, override: None, operation: Operation) -> None:
    response = api(operation.method, operation.path, operation.login, operation.body or {})
    assert response.status_code in {200, 201, 204}, body_of(response)


@every
def test_operation__an_answer_is_kept_by_no_cache(world: World, api: Api, override: None, operation: Operation) -> None:
    response = api(operation.method, operation.path, operation.login, operation.body or {})
    assert response["Cache-Control"] == "no-store"


@every
def test_operation__without_credentials_is_denied_with_a_challenge(
    no_change: None, api: Api, override: None, operation: Operation
) -> None:
    response = api(operation.method, operation.path, None, operation.body)
    assert response.status_code == denied_status(operation.path)
    assert response["WWW-Authenticate"] == CHALLENGE
    if operation.method != "HEAD":
        assert refused(response, denied_status(operation.path)) == "Authorization error."


@every
def test_operation__with_a_wrong_password_is_denied(
    no_change: None, api: Api, override: None, operation: Operation
) -> None:
    response = api(operation.method, operation.path, operation.login, operation.body, password="wrong")
    assert response.status_code == denied_status(operation.path)
    # Forwards has no challenge for credentials that were sent.
    assert response.has_header("WWW-Authenticate") == (not operation.path.startswith(FORWARDS))


@every
def test_operation__with_a_wrong_role_is_denied_like_wrong_credentials(
    no_change: None, api: Api, override: None, operation: Operation
) -> None:
    other = "alpha" if operation.path.startswith(MAIL) else "portal-alpha"
    wrong_role = api(operation.method, operation.path, other, operation.body)
    wrong_password = api(operation.method, operation.path, operation.login, operation.body, password="wrong")
    assert wrong_role.status_code == wrong_password.status_code == denied_status(operation.path)
    assert body_of(wrong_role) == body_of(wrong_password)
    assert wrong_role.headers == wrong_password.headers


@every
def test_operation__with_a_trailing_slash_is_404_and_no_redirect(
    no_change: None, api: Api, override: None, operation: Operation
) -> None:
    path, mark, query = operation.path.partition("?")
    response = api(operation.method, f"{path}/{mark}{query}", operation.login, operation.body)
    assert response.status_code == 404
    assert not response.has_header("Location")
    if operation.method != "HEAD":
        refused(response, 404)


@every
@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE"])
def test_operation__another_method_is_405_with_allow(
    no_change: None, api: Api, override: None, operation: Operation, method: str
) -> None:
    response = api(method, operation.path, operation.login, operation.body)
    refused(response, 405)
    assert operation.method in response["Allow"].split(", ")
    assert method not in response["Allow"].split(", ")


@every
@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("connection already closed")])
def test_operation__without_a_data_base_is_503_with_retry_after(
    world: World, api: Api, override: None, operation: Operation, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any) -> None:
        raise error

    with connection.execute_wrapper(broken):
        response = api(operation.method, operation.path, operation.login, operation.body)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    if operation.method != "HEAD":
        assert str(error) not in refused(response, 503)
    assert str(error) in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method in {"GET", "HEAD"}], ids=str)
def test_head__has_status_and_no_body(world: World, override: None, operation: Operation) -> None:
    status, headers, body = send("HEAD", operation.path, operation.login)
    assert (status, body) == (200, b"")
    if "Content-Length" in headers:
        _status, _headers, whole = send("GET", operation.path, operation.login)
        assert headers["Content-Length"] == str(len(whole))


@every
@pytest.mark.parametrize("login", [None, "own"])
def test_every_operation__answers_alike_in_every_language(
    world: World, override: None, operation: Operation, login: str | None
) -> None:
    """So that no cache keeps an answer for each of the languages that browsers ask for."""
    _status, headers, _body = send(operation.method, operation.path, login and operation.login)
    assert "Accept-Language" not in headers.get("Vary", "")


@pytest.mark.parametrize("login", [None, "alpha"])
def test_head__of_what_is_not_there_has_no_body(world: World, override: None, login: str | None) -> None:
    for path in (
        f"{FORWARDS}/24/none@acme.example",
        f"{FORWARDS}/24/{ALIAS}/none@acme.example",
        f"{DOMAINS}/24/no.example",
    ):
        status, _headers, body = send("HEAD", path, login)
        assert status == (404 if login else denied_status(path))
        assert body == b""


@pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if one.path.startswith(FORWARDS) and one.method in {"POST", "PUT", "DELETE"}],
    ids=str,
)
def test_201_and_204__have_no_body(world: World, operation: Operation) -> None:
    body = b"" if operation.body is None else json.dumps(operation.body).encode()
    status, headers, sent = send(operation.method, operation.path, operation.login, body)
    assert status == (204 if operation.method == "DELETE" else 201)
    assert sent == b""
    assert "Content-Type" not in headers


# --- authorization first, existence after it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "login", "unknown", "foreign"),
    [
        (f"{ADMIN}/contexts/{{}}/users/42/uidname", "alpha", 404, 401),
        (f"{ADMIN}/contexts/{{}}/users/42/uidname", "admin", 401, 401),
        (f"{FORWARDS}/{{}}", "alpha", 404, 403),
        (f"{FORWARDS}/{{}}", "admin", 403, 403),
        (f"{DOMAINS}/{{}}", "alpha", 400, 401),
    ],
)
def test_context_id__unknown_is_not_found_and_foreign_is_denied(
    world: World, api: Api, override: None, path: str, login: str, unknown: int, foreign: int
) -> None:
    # 44's own admin is an "admin" too, with the same password: a context admin of 24 is named by the long form here.
    name = "admin@alpha_acme" if login == "admin" else login
    refused(api("GET", path.format(99), name), unknown)
    refused(api("GET", path.format(44), name), foreign)


@pytest.mark.parametrize("path", [f"{ADMIN}/contexts/{{}}/users/42/uidname", f"{FORWARDS}/{{}}"])
def test_context_id__context_admin_cannot_tell_unknown_from_foreign(world: World, api: Api, path: str) -> None:
    unknown, foreign = (api("GET", path.format(number), "admin@alpha_acme") for number in (99, 44))
    assert unknown.status_code == foreign.status_code
    assert body_of(unknown) == body_of(foreign)
    assert unknown.headers == foreign.headers


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("GET", "/sales@echo.example", None),
        ("POST", "/new@echo.example", {"recipient": "a@elsewhere.example"}),
        ("PUT", "/sales@echo.example", {"recipient": "a@elsewhere.example"}),
        ("DELETE", "/sales@echo.example", None),
        ("DELETE", "/sales@echo.example/johndoe@echo.example", None),
    ],
)
@pytest.mark.parametrize("login", ["alpha", "admin@alpha_acme"])
def test_context_name__foreign_answers_like_an_unknown_one(
    no_change: None, api: Api, method: str, rest: str, body: Any, login: str
) -> None:
    foreign = api(method, f"{FORWARDS}/beta_echo{rest}", login, body)
    unknown = api(method, f"{FORWARDS}/beta_none{rest}", login, body)
    assert foreign.status_code == unknown.status_code == (404 if login == "alpha" else 403)
    assert body_of(foreign) == body_of(unknown)
    assert foreign.headers == unknown.headers


def test_user_alias_and_domain__foreign_answer_like_unknown_ones(world: World, api: Api, override: None) -> None:
    for template, login in (
        (f"{ADMIN}/oxuser?search={{}}@echo.example", "alpha"),
        (f"{FORWARDS}/24/{{}}@echo.example", "alpha"),
        (f"{MAIL}/{{}}@echo.example", "portal-alpha"),
    ):
        taken = "sales" if "forwards" in template else "johndoe"
        foreign, unknown = (api("GET", template.format(name), login) for name in (taken, "nobody"))
        assert foreign.status_code == unknown.status_code
        assert body_of(foreign) == body_of(unknown)
    foreign, unknown = (api("DELETE", f"{DOMAINS}/24/{name}.example", "alpha") for name in ("echo", "nobo"))
    assert refused(foreign, 409).replace("echo", "nobo") == refused(unknown, 409)


def test_existence__is_answered_after_authorization(no_change: None, api: Api, override: None) -> None:
    for method, path, status in (
        ("GET", f"{ADMIN}/contexts/24/users/nobody/uidname", 401),
        ("GET", f"{FORWARDS}/99/nothing", 403),
        ("POST", f"{DOMAINS}/99/not%20a%20domain", 401),
        ("GET", f"{MAIL}/nobody", 401),
    ):
        refused(api(method, path), status)


# --- bodies ------------------------------------------------------------------------------------------------------

UNREADABLE = {
    "nothing": b"",
    "malformed": b'{"recipient": ',
    "two values": b"{} {}",
    "not UTF-8": b'{"recipient": "\xff@acme.example"}',
    "UTF-16": '{"recipient": "a@b.example"}'.encode("utf-16"),
    "NaN": b'{"recipient": NaN}',
    "deep": b"[" * 100_000,
    "huge number": b'{"recipient": ' + b"9" * 10_000 + b"}",
    "null": b"null",
    "number": b"5",
    "string": b'"a@elsewhere.example"',
}


@every_with_body
@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_body__that_cannot_be_read_is_400_with_a_sentence(
    no_change: None, api: Api, operation: Operation, raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    refused(api(operation.method, operation.path, "admin", raw=raw), 400)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info]


@every_with_body
@pytest.mark.parametrize(
    "value",
    [5, True, 1.5, {"a": "b"}, [5], [None], [["a@elsewhere.example"]], "nul\x00@acme.example", "\ud800", "\x1b[31m"],
    ids=repr,
)
def test_body__wrong_types_and_control_characters_are_400_naming_the_key(
    no_change: None, api: Api, operation: Operation, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    key = next(iter(operation.body))
    sentence = refused(api(operation.method, operation.path, "admin", {key: value}), 400)
    assert key in sentence or "address" in sentence or "phone number" in sentence or "custom id" in sentence
    assert "\x00" not in sentence
    assert "\x1b" not in sentence
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info]


@every_with_body
def test_body__over_long_value_is_400(no_change: None, api: Api, operation: Operation) -> None:
    key = next(iter(operation.body))
    sentence = refused(api(operation.method, operation.path, "admin", {key: "9" * 100_000 + "@acme.example"}), 400)
    assert len(sentence) < 400


@every_with_body
def test_body__above_the_limit_is_413(no_change: None, api: Api, operation: Operation) -> None:
    raw = b'{"filler": "' + b"x" * 1024 * 1024 + b'"}'
    refused(api(operation.method, operation.path, "admin", raw=raw), 413)


@every_with_body
@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/jsonp",
        "nonsense",
    ],
)
def test_body__of_another_media_type_is_415(no_change: None, api: Api, operation: Operation, content_type: str) -> None:
    refused(api(operation.method, operation.path, "admin", raw=b"recipient=a", content_type=content_type), 415)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        "application/json;charset=latin-1",
    ],
)
def test_body__is_json_in_utf_8_with_or_without_a_charset(world: World, api: Api, content_type: str) -> None:
    raw = '{"custom": "jürgen-✉"}'.encode()
    answered(api("PUT", f"{USER}/custom", "admin", raw=raw, content_type=content_type), 200)
    response = api("GET", f"{USER}/custom", "admin")
    assert response["Content-Type"] == "application/json"
    assert "jürgen-✉".encode() in body_of(response)


def test_accept__is_no_reason_to_refuse(world: World, api: Api) -> None:
    for accept in ("text/html", "application/xml", "nonsense", "*/*;q=0"):
        assert answered(api("GET", f"{FORWARDS}/24/{ALIAS}", "alpha", headers={"Accept": accept}), 200)


# --- other statuses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "login"),
    [
        (f"{USER}/uidname", "admin"),
        (f"{ADMIN}/oxuser?search=x", "alpha"),
        (f"{FORWARDS}/24", "alpha"),
        (f"{MAIL}/johndoe@acme.example", "portal-alpha"),
        (f"{DOMAINS}/24", "alpha"),
    ],
)
def test_logins__too_many_failures_are_429_with_retry_after(
    world: World, api: Api, override: None, settings: Any, path: str, login: str
) -> None:
    settings.LOGIN_FAILURE_LIMIT = 2
    for _ in range(2):
        assert api("GET", path, login, password="wrong").status_code == denied_status(path)
    response = api("GET", path, login)
    refused(response, 429)
    assert 0 < int(response["Retry-After"]) <= 300


def test_race_lost_at_commit__is_503_and_never_500(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def lost(**arguments: Any) -> bool:
        raise IntegrityError("insert or update violates foreign key constraint")

    monkeypatch.setattr(services, "create_forward", lost)
    response = api("POST", f"{FORWARDS}/24/new@acme.example", "alpha", {"recipient": "a@elsewhere.example"})
    assert "constraint" not in refused(response, 503)
    assert response.has_header("Retry-After")
    assert "constraint" in caplog.text


# --- paths -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/oxaas",
        "/oxaas/",
        "/api/oxaas",
        "/api/oxaas/mail",
        "/api/oxaas/mail/",
        "/api/oxaas/v1/admin/contexts/24/users/42/uidname",
        "/oxaas/v1/admin/forwards/24",
        "/oxaas/v1/admin/oxuser/x",
        "/oxaas/v2/admin/oxuser?search=x",
        "/oxaas/v1/admin/contexts/24/users/42",
        "/oxaas/v1/admin/contexts/24/users/42/UIDNAME",
        "/api/oxaas/v1/admin/forwards",
        "/api/oxaas/v1/admin/forwards/24//x@acme.example",
        "/api/oxaas/v1/admin/explicitmaildomains",
    ],
)
def test_paths__are_exact(world: World, api: Api, override: None, path: str) -> None:
    refused(api("GET", path, "alpha"), 404)


@pytest.mark.parametrize(
    "path", [f"{FORWARDS}/24/%ff@acme.example", f"{MAIL}/%c3%28", f"{USER}/userconfig/searchpattern/%80"]
)
def test_path__that_is_not_utf_8_is_404(world: World, api: Api, path: str) -> None:
    refused(api("GET", path, "alpha"), 404)


def test_path__bad_percent_encoding_is_taken_as_it_stands(world: World, api: Api) -> None:
    refused(api("GET", f"{FORWARDS}/24/%zz@acme.example", "alpha"), 404)
    empty(api("POST", f"{FORWARDS}/24/%zz@acme.example", "alpha", {"recipient": "a@elsewhere.example"}), 201)
    assert "%zz@acme.example" in answered(api("GET", f"{FORWARDS}/24", "alpha"), 200)


@pytest.mark.parametrize(
    ("encoded", "alias"),
    [
        ("plus+tag@acme.example", "plus+tag@acme.example"),
        ("plus%2Btag%40acme.example", "plus+tag@acme.example"),
        ("percent%2540@acme.example", "percent%40@acme.example"),
        ("team%2Fnorth@acme.example", "team/north@acme.example"),
        ("team/north@acme.example", "team/north@acme.example"),
        ("a%3Fb%23c@acme.example", "a?b#c@acme.example"),
        ("%22two%20words%22@acme.example", '"two words"@acme.example'),
        ("%22at%40and%2Fslash%22@acme.example", '"at@and/slash"@acme.example'),
        ("j%C3%BCrgen@acme.example", "jürgen@acme.example"),
        ("!%23$%25&'*+-%2F=%3F%5E_%60%7B%7C%7D~@acme.example", "!#$%&'*+-/=?^_`{|}~@acme.example"),
    ],
)
def test_path__percent_encoding_is_decoded_once_and_any_legal_alias_fits(
    world: World, api: Api, encoded: str, alias: str
) -> None:
    path = f"{FORWARDS}/24/{encoded}"
    empty(api("POST", path, "alpha", ["first@elsewhere.example", "per/son@elsewhere.example"]), 201)
    assert answered(api("GET", f"{FORWARDS}/24", "alpha"), 200)[alias] == [
        "first@elsewhere.example",
        "per/son@elsewhere.example",
    ]
    empty(api("HEAD", path, "alpha"), 200)
    empty(api("HEAD", f"{path}/per%2Fson@elsewhere.example", "alpha"), 200)
    empty(api("DELETE", f"{path}/per/son@elsewhere.example", "alpha"), 204)
    assert answered(api("GET", path, "alpha"), 200) == ["first@elsewhere.example"]
    empty(api("DELETE", path, "alpha"), 204)


def test_credentials__utf_8_or_latin_1_split_at_the_first_colon(world: World, api: Api) -> None:
    for encoding in ("utf-8", "iso-8859-1"):
        header = {"Authorization": basic("alpha", encoding=encoding)}
        assert api("GET", f"{FORWARDS}/24", headers=header).status_code == 200
    for header_value in ("Basic", "Basic !!!", basic("alpha", ""), "Basic YWxwaGE=", "Bearer x", "Basic \xff"):
        assert api("GET", f"{FORWARDS}/24", headers={"Authorization": header_value}).status_code == 403
