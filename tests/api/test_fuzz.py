"""Whatever is sent: an answer of the contract, nothing changed by a refusal, no traceback in the log.

`Api` holds every answer against the contract's document; the rest is held here. Each call finds the untouched world.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote, quote_from_bytes

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponseBase
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from conformance import contract
from tests import openapi
from tests.client import ADMIN, DOMAINS, FORWARDS, MAIL, Api

# Once, and where the product lives.
pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("world", "override")]

# A failed login is counted and kept: that is its purpose.
NOT_IN_THE_DIGEST: Final = {"accounts.LoginFailures", "accounts.LoginEvent", "accounts.KnownAddress"}
USER: Final = f"{ADMIN}/contexts/24/users/42"
ALIAS: Final = f"{FORWARDS}/24/sales@acme.example"
WITH_BODY: Final = [
    ("PUT", f"{USER}/custom"),
    ("PUT", f"{USER}/msisdn"),
    ("PUT", f"{USER}/uidname"),
    ("POST", f"{USER}/uids"),
    ("POST", f"{FORWARDS}/24/new@acme.example"),
    ("PUT", ALIAS),
]
LOGINS: Final = {"Admin": "alpha", "Forwards": "alpha", "Mail": "portal-alpha", "Explicit Domains": "alpha"}


class Tracebacks(logging.Handler):
    """Collects what a log would show of an exception."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or record.stack_info or "Traceback" in record.getMessage():
            self.seen.append(logging.Formatter().format(record))


class Probe:
    """Sends one request to the untouched world and judges what comes of it."""

    def __init__(self) -> None:
        self.api = Api()
        # The first login of some minutes is noted on the administrator, also where the call is refused.
        self.api("GET", f"{USER}/uidname", "alpha")
        self.api("GET", f"{MAIL}/nobody", "portal-alpha")
        self.before = digest()

    def __call__(self, method: str, path: str, login: str | None = "alpha", **sent: Any) -> HttpResponseBase:
        with tracebacks() as seen, transaction.atomic():
            response = self.api(method, path, login, **sent)
            documented = path.startswith("/api/oxaas/mail/") and response.status_code == 500
            assert response.status_code < 500 or documented, openapi.body_of(response)
            if response.status_code >= 400:
                assert digest() == self.before, "the refusal changed something"
            transaction.set_rollback(True)
        assert not seen
        return response


@contextmanager
def tracebacks() -> Iterator[list[str]]:
    """What the loggers say of exceptions meanwhile."""
    handler = Tracebacks()
    loggers = [logging.getLogger(name) for name in ("", "django")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield handler.seen
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def digest() -> str:
    """Of every row of every table of ours."""
    rows = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.label not in NOT_IN_THE_DIGEST and model._meta.app_label in OURS:
            rows.update(repr(list(model._default_manager.order_by("pk").values_list())).encode("utf-8", "replace"))
    return rows.hexdigest()


OURS: Final = {"accounts", "forwards", "domains"}


def fuzz(examples: int) -> settings:
    """The same examples in every run: what was found stays found, and nothing fails by chance."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


# Text with everything in it, lone surrogates included, and rather often what has a meaning somewhere.
ANY_CHARACTER: Final = st.characters(exclude_categories=())
HOSTILE: Final = st.one_of(
    st.sampled_from("/\\'\"%*;<&,@ßİıKﬀé😀٣²。\x00\x7f\ud800\u2028\u202e\ufeff\t "),
    st.sampled_from(["..", "%00", "--", "xn--", "\r\n", "e\u0301"]),
)
TEXT: Final = st.one_of(
    st.text(ANY_CHARACTER, max_size=20),
    st.lists(st.one_of(HOSTILE, st.sampled_from(["a", "example", "1", "."])), max_size=8).map("".join),
    st.integers(240, 260).map(lambda length: "a" * length),
    st.integers(700, 710).map(lambda length: "é" * length),
)
LABEL: Final = st.one_of(
    st.from_regex(r"[a-zA-Z0-9-]{1,8}", fullmatch=True), st.just("a" * 63), st.just("a" * 64), TEXT, HOSTILE
)
DOMAIN: Final = st.one_of(
    st.lists(LABEL, min_size=1, max_size=4).map(".".join),
    st.sampled_from(["acme.example", "ACME.example.", "[127.0.0.1]", "[IPv6:::1]", "xn--strae-oqa.example", "1.2.3.4"]),
)
LOCAL: Final = st.one_of(
    st.from_regex(r"[a-z0-9.!#$&'*+/=?^_`{|}~-]{1,12}", fullmatch=True),
    TEXT,
    TEXT.map(lambda text: f'"{text}"'),
    st.just("a" * 65),
)
ADDRESS: Final = st.one_of(st.builds("{}@{}".format, LOCAL, DOMAIN), st.just("sales@acme.example"), TEXT)
PHONE: Final = st.one_of(
    st.from_regex(r"\+[0-9. -]{1,20}", fullmatch=True),
    st.text(st.sampled_from("+0123456789.- ٣²/()\x00"), max_size=24),
    TEXT,
)
SCALAR: Final = st.one_of(
    st.none(), st.booleans(), st.integers(), st.just(2**63), st.just(10**400), st.floats(), TEXT, ADDRESS, PHONE
)
KEY: Final = st.one_of(st.sampled_from(["custom", "msisdn", "uidname", "recipient", "__proto__"]), TEXT)
JSON: Final = st.recursive(
    SCALAR, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEY, inner, max_size=4)), max_leaves=8
)
# A header's value as a server passes it on: bytes as ISO-8859-1, no line ends.
HEADER: Final = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)


def in_path(text: str) -> str:
    """One segment of a path; what cannot be UTF-8 is sent as the bytes that a careless client sends."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_json_of_any_shape(method: str, path: str) -> None:
    probe = Probe()
    key = "recipient" if "forwards" in path else path.rpartition("/")[2].replace("uids", "custom")

    @fuzz(60)
    @given(body=st.one_of(JSON, st.fixed_dictionaries({key: JSON})))
    @example(body={key: "\ud800"})
    @example(body={key: ["a\x00@b.example"]})
    @example(body={key: [[]]})
    def check(body: Any) -> None:
        probe(method, path, body=body)

    check()


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_bytes_of_any_kind(method: str, path: str) -> None:
    probe = Probe()

    @fuzz(25)
    @given(raw=st.binary(max_size=60))
    @example(raw=b"[" * 100_000)
    @example(raw=b'{"a":' * 20_000)
    @example(raw=b"9" * 100_000)
    @example(raw=b'{"recipient": ' + b"9" * 5000 + b"}")
    @example(raw=b'\xef\xbb\xbf{"msisdn": "+4912345"}')
    @example(raw='{"msisdn": "+4912345"}'.encode("utf-16"))
    @example(raw=b'{"msisdn": "\xff"}')
    @example(raw=b'{"msisdn": NaN, "custom": Infinity}')
    @example(raw=b'{"msisdn": 1e400}')
    @example(raw=b'{"recipient": "' + b"a" * 2_000_000 + b'"}')
    @example(raw=b'["a@b.example"' + b',"a@b.example"' * 70_000 + b"]")
    @example(raw=b'{"recipient": "' + b"a" * 3_000_000 + b'"}')
    @example(raw=b"null")
    @example(raw=b'""')
    @example(raw=b"")
    def check(raw: bytes) -> None:
        response = probe(method, path, raw=raw)
        assert response.status_code >= 400 or raw.strip().startswith((b"{", b"["))

    check()


def test_put_uidname__any_text() -> None:
    probe = Probe()

    @fuzz(100)
    @given(uidname=st.one_of(ADDRESS, TEXT))
    def check(uidname: str) -> None:
        response = probe("PUT", f"{USER}/uidname", body={"uidname": uidname})
        if response.status_code == 200:
            assert json.loads(openapi.body_of(response))["uidname"] == uidname
            assert 1 <= len(uidname) <= 254
            assert uidname == uidname.strip()
            assert not re.search(r"[\x00-\x1f\x7f-\x9f]", uidname)

    check()


def test_put_msisdn__any_text() -> None:
    probe = Probe()

    @fuzz(120)
    @given(msisdn=PHONE)
    def check(msisdn: str) -> None:
        response = probe("PUT", f"{USER}/msisdn", body={"msisdn": msisdn})
        good = re.fullmatch(r"\+[0-9]([ .-]*[0-9]){4,14}", msisdn) and len(msisdn) <= 64
        assert response.status_code == (200 if good else 400)

    check()


def test_post_uids__any_values() -> None:
    probe = Probe()

    @fuzz(80)
    @given(msisdn=st.one_of(st.none(), PHONE), custom=st.one_of(st.none(), st.lists(TEXT, max_size=4)))
    def check(msisdn: str | None, custom: list[str] | None) -> None:
        probe("POST", f"{USER}/uids", body={"msisdn": msisdn, "custom": custom})

    check()


def test_forwards__any_addresses() -> None:
    probe = Probe()

    @fuzz(150)
    @given(
        method=st.sampled_from(["POST", "PUT"]),
        alias=ADDRESS.filter(bool),
        recipients=st.one_of(ADDRESS, st.lists(ADDRESS, max_size=4)),
    )
    @example(method="POST", alias="a/b@acme.example", recipients=["c/d@elsewhere.example"])
    @example(method="POST", alias="*@acme.example", recipients=["a@elsewhere.example"])
    @example(method="PUT", alias="sales@acme.example", recipients=[f"r{number}@b.example" for number in range(200)])
    def check(method: str, alias: str, recipients: Any) -> None:
        probe(method, f"{FORWARDS}/24/{in_path(alias)}", body={"recipient": recipients})

    check()


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_forwards__look_for_any_address(method: str) -> None:
    probe = Probe()

    @fuzz(40)
    @given(alias=ADDRESS.filter(bool), recipient=ADDRESS.filter(bool))
    @example(alias="no address", recipient="no/address")
    @example(alias="sales@acme.example", recipient="a/b/c@d")
    def check(alias: str, recipient: str) -> None:
        probe(method, f"{FORWARDS}/24/{in_path(alias)}")
        probe(method, f"{FORWARDS}/24/{in_path(alias)}/{in_path(recipient)}")

    check()


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"])
def test_domains__any_name(method: str) -> None:
    probe = Probe()

    @fuzz(70)
    @given(name=DOMAIN.filter(bool))
    @example(name="acme.example")
    @example(name="straße.example")
    @example(name="a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 61)
    def check(name: str) -> None:
        probe(method, f"{DOMAINS}/24/{in_path(name)}")

    check()


def test_oxuser__any_query() -> None:
    probe = Probe()

    @fuzz(60)
    @given(search=st.one_of(TEXT, ADDRESS, PHONE), field=st.one_of(st.sampled_from(["", "ANY", "MSISDN"]), TEXT))
    @example(search="\x00", field="MSISDN")
    @example(search="+" + "9" * 5000, field="MSISDN")
    def check(search: str, field: str) -> None:
        probe("GET", f"{ADMIN}/oxuser?search={in_path(search)}&field={in_path(field)}")
        probe("GET", f"{ADMIN}/oxuser?search={in_path(search)}")

    check()


def test_oxuser__a_query_of_any_bytes() -> None:
    probe = Probe()

    @fuzz(50)
    @given(query=st.binary(max_size=30))
    @example(query=b"&".join([b"a=1"] * 2000))
    @example(query=b"search=%FF%00")
    def check(query: bytes) -> None:
        probe("GET", f"{ADMIN}/oxuser?{quote_from_bytes(query, safe='&=%+;')}")

    check()


@pytest.mark.parametrize(
    ("method", "template"),
    [(method.upper(), path) for path, method, _one in contract.operations(contract.document()) if "{" in path],
)
def test_path__any_bytes_in_any_parameter(method: str, template: str) -> None:
    probe = Probe()
    item = contract.document()["paths"][template]
    login = LOGINS[item[method.lower()]["tags"][0]]
    known = {"contextid": b"24", "contextId": b"alpha_acme", "userid": b"42", "alias": b"sales@acme.example"}
    segment = st.one_of(
        st.binary(min_size=1, max_size=12),
        TEXT.filter(bool).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.sampled_from([b"9" * 18, b"9" * 19, b"9" * 4400, b"-1", b"0", b"24\n", b"24 ", "٢٤".encode(), b"%32%34"]),
    )
    given_or_known = {
        name: st.one_of(segment, st.just(known[name])) if name in known else segment
        for name in re.findall(r"\{(\w+)\}", template)
    }

    @fuzz(20)
    @given(parameters=st.fixed_dictionaries(given_or_known))
    def check(parameters: dict[str, bytes]) -> None:
        path = template
        for name, value in parameters.items():
            path = path.replace(f"{{{name}}}", quote_from_bytes(value, safe=""))
        probe(method, path, login, **({"body": {"recipient": "a@b.example"}} if method in {"POST", "PUT"} else {}))

    check()


def test_path__anything_below_the_prefixes() -> None:
    probe = Probe()

    @fuzz(120)
    @given(
        method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FROB"]),
        prefix=st.sampled_from(["/oxaas/", "/api/oxaas/", f"{ADMIN}/", f"{FORWARDS}/", f"{USER}/", f"{ALIAS}/"]),
        rest=st.one_of(st.binary(max_size=12), TEXT.map(lambda text: text.encode("utf-8", "surrogatepass"))),
    )
    @example(method="GET", prefix="/oxaas/", rest=b"")
    def check(method: str, prefix: str, rest: bytes) -> None:
        probe(method, prefix + quote_from_bytes(rest, safe="/"), body={})

    check()


@pytest.mark.parametrize("path", [f"{USER}/uidname", ALIAS, f"{DOMAINS}/24", f"{ADMIN}/oxuser?search=a"])
def test_authorization__any_header(path: str) -> None:
    probe = Probe()
    basic_of = st.binary(max_size=40).map(lambda raw: "Basic " + base64.b64encode(raw).decode())
    colons = st.builds("{}:{}".format, TEXT, TEXT).map(
        lambda text: "basic " + base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    )

    @fuzz(60)
    @given(value=st.one_of(HEADER, HEADER.map(lambda text: f"Basic {text}"), basic_of, colons))
    @example(value="")
    @example(value="Basic")
    @example(value="Basic ")
    @example(value="Basic \xe4\xf6")
    @example(value="Basic " + base64.b64encode(b"a\x00b:c").decode())
    @example(value="Basic " + base64.b64encode(b"\xff:\xff").decode())
    @example(value="Basic " + base64.b64encode(b"a" * 100_000 + b":b").decode())
    @example(value="Bearer abc")
    def check(value: str) -> None:
        response = probe("GET", path, None, headers={"Authorization": value})
        assert response.status_code in {401, 403}

    check()


@pytest.mark.parametrize(("method", "path"), [("PUT", f"{USER}/uidname"), ("POST", f"{FORWARDS}/24/new@acme.example")])
def test_headers__any_content_type_and_accept(method: str, path: str) -> None:
    probe = Probe()
    charset = st.sampled_from(["utf-8", "UTF-16", "latin-1", "utf-7", "idna", "rot13", "base64", "nonsense", '"', "ü"])
    kind = st.sampled_from(["application/json", "APPLICATION/JSON", "text/json", "multipart/form-data", "text/plain"])
    content_type = st.one_of(st.builds("{}; charset={}".format, kind, charset), kind, HEADER)

    @fuzz(70)
    @given(content_type=content_type, accept=st.one_of(HEADER, st.sampled_from(["text/html", "*/*;q=x", "a/b;c"])))
    @example(content_type="application/x-www-form-urlencoded", accept="")
    @example(content_type="multipart/form-data; boundary=x", accept="")
    @example(content_type="", accept="")
    def check(content_type: str, accept: str) -> None:
        body = {"uidname": "x@y.example", "recipient": "a@b.example"}
        headers = {"Accept": accept, "Accept-Language": accept, "Content-Encoding": accept, "X-Forwarded-For": accept}
        response = probe(method, path, body=body, content_type=content_type, headers=headers)
        json_sent = content_type.partition(";")[0].strip().lower() == "application/json"
        assert response.status_code == ((200 if method == "PUT" else 201) if json_sent else 415)

    check()


def test_quoted_segments__are_what_the_strategies_send() -> None:
    assert in_path("a/b@ü") == quote("a/b@ü", safe="")
    assert in_path("\ud800") == "%ED%A0%80"
