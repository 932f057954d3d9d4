"""What the contract says of the Forwards family."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from typing import Any
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Context
from accounts.services.contexts import create_context
from accounts.services.users import create_user
from changelog.models import Change
from core import whole
from core.errors import Invalid
from domains.services import add_domain
from forwards import views
from forwards.models import ForwardingAlias, Recipient
from forwards.services import create_forward, set_forward_active
from tests.api.answers import answered, body_of, empty, refused
from tests.api.raw import opened, send
from tests.client import FORWARDS, Api
from tests.world import OPERATOR, World

SALES = f"{FORWARDS}/24/sales@acme.example"
SALES_RECIPIENTS = ["johndoe@acme.example", "outside@elsewhere.example"]
NEW = f"{FORWARDS}/24/new@acme.example"
OUTSIDE = "outside@elsewhere.example"


@pytest.fixture
def unchanged(world: World) -> Any:
    """After the test the aliases are as before it, and the change log has no new line."""
    before = state()
    yield
    assert state() == before


def state() -> Any:
    rows = Recipient.objects.order_by("pk").values_list("alias__context", "alias__address", "address")
    return list(rows), ForwardingAlias.objects.count(), Change.objects.count()


# --- the context -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("context", ["24", "0024", "alpha_acme", "Alpha_ACME", "alpha_ａcme"])
def test_context_id__is_the_id_or_the_name(world: World, api: Api, context: str) -> None:
    for login in ("alpha", "admin"):
        assert answered(api("GET", f"{FORWARDS}/{context}/sales@acme.example", login), 200) == SALES_RECIPIENTS


@pytest.mark.parametrize(
    "context",
    [
        "acme",
        "alpha_acm",
        "alpha_acme\u200b",
        "alpha_acme ",
        "alpha%5Facme%20",
        "24x",
        "٢٤",
        "%00",
        "alpha_%",
        "a" * 3000,
    ],
)
def test_context_id__nothing_is_guessed(world: World, api: Api, context: str) -> None:
    assert refused(api("GET", f"{FORWARDS}/{quote(context, safe='%')}", "alpha"), 404) == "Context not found."


def test_context_id__a_name_is_taken_as_it_is(world: World, api: Api) -> None:
    create_context(actor=OPERATOR, context_id=77, name="24 & söhne+co", reseller=world.resellers["alpha"])
    assert answered(api("GET", f"{FORWARDS}/{quote('24 & söhne+co')}", "alpha"), 200) == {}


def test_context_name__all_digits_cannot_be_created(world: World) -> None:
    for name in ("24", "0", "123456789012345678901234567890"):
        with pytest.raises(Invalid, match="all digits"):
            create_context(actor=OPERATOR, context_id=77, name=name, reseller=None)


@pytest.mark.parametrize(
    ("method", "body"), [("GET", None), ("POST", [OUTSIDE]), ("PUT", [OUTSIDE]), ("DELETE", None), ("HEAD", None)]
)
def test_context__unknown_is_404(unchanged: None, api: Api, method: str, body: Any) -> None:
    response = api(method, f"{FORWARDS}/99/sales@acme.example", "alpha", body)
    if method == "HEAD":
        empty(response, 404)
    else:
        assert refused(response, 404) == "Context not found."


# --- bodies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "recipients"),
    [
        ({"recipient": "a@b.example"}, ["a@b.example"]),
        ({"recipient": ["a@b.example", "c@d.example"]}, ["a@b.example", "c@d.example"]),
        (["a@b.example", "c@d.example"], ["a@b.example", "c@d.example"]),
        (["z@b.example", "a@b.example", "m@b.example"], ["z@b.example", "a@b.example", "m@b.example"]),
        (["A@B.example", "a@b.EXAMPLE"], ["A@B.example"]),
        ({"recipient": "a@b.example", "unknown": 1}, ["a@b.example"]),
        (["me@bücher.example", "me@xn--bcher-kva.example"], ["me@bücher.example"]),
        (
            ["ünï@b.example", '"a b"@c.example', "x@some.test", "x@host.local"],
            ["ünï@b.example", '"a b"@c.example', "x@some.test", "x@host.local"],
        ),
    ],
)
def test_post__takes_a_recipient_a_list_and_a_bare_list(
    world: World, api: Api, body: Any, recipients: list[str]
) -> None:
    empty(api("POST", NEW, "alpha", body), 201)
    assert answered(api("GET", NEW, "alpha"), 200) == recipients


BAD = [
    [],
    {"recipient": []},
    {"recipient": ""},
    [""],
    ["nobody"],
    ["a@localhost"],
    ["a@b..example"],
    ["a b@c.example"],
    ["@c.example"],
    ["a@"],
    ["a@b@c.example"],
    ["a@[127.0.0.1]"],
    ["John <a@b.example>"],
    [" a@b.example"],
    ["a@b.example\n"],
    ["a@b.123"],
    ["a@-b.example"],
    ["x" * 65 + "@b.example"],
    ["x@" + "b" * 250 + ".example"],
    ["good@b.example", "bad"],
    ["good@b.example", "new@acme.example"],
    ["NEW@acme.EXAMPLE"],
]


@pytest.mark.parametrize("body", BAD, ids=str)
def test_post__a_bad_recipient_spoils_the_list(unchanged: None, api: Api, body: Any) -> None:
    refused(api("POST", NEW, "alpha", body), 400)


@pytest.mark.parametrize("body", [one for one in BAD if "new@acme.example" not in str(one).lower()], ids=str)
def test_put__a_bad_recipient_spoils_the_list(unchanged: None, api: Api, body: Any) -> None:
    refused(api("PUT", SALES, "alpha", body), 400)


def test_put__the_alias_itself_is_no_recipient(unchanged: None, api: Api) -> None:
    sentence = refused(api("PUT", SALES, "alpha", ["ok@b.example", "SALES@acme.example"]), 400)
    assert sentence == "An alias cannot be its own recipient."


@pytest.mark.parametrize("limit", [3, 100])
def test_recipients__are_limited(world: World, api: Api, settings: Any, limit: int) -> None:
    settings.MAX_RECIPIENTS = limit
    many = [f"r{number}@b.example" for number in range(limit + 1)]
    assert f"at most {limit}" in refused(api("POST", NEW, "alpha", many), 400)
    empty(api("HEAD", NEW, "alpha"), 404)
    empty(api("POST", NEW, "alpha", many[:limit]), 201)
    assert f"at most {limit}" in refused(api("PUT", NEW, "alpha", [many[limit]]), 400)
    empty(api("PUT", NEW, "alpha", many[:limit]), 204)
    assert answered(api("GET", NEW, "alpha"), 200) == many[:limit]


# --- POST --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [*BAD, ["other@b.example"], [f"r{n}@b.example" for n in range(200)]], ids=lambda one: str(one)[:40]
)
@pytest.mark.parametrize("alias", ["sales@acme.example", "SALES@Acme.Example"])
def test_post__on_an_existing_alias_is_204_whatever_the_body_asks(
    unchanged: None, api: Api, alias: str, body: Any
) -> None:
    empty(api("POST", f"{FORWARDS}/24/{alias}", "alpha", body), 204)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"recipient": 5}', b"[5]", b'{"recipient": null}', b"5", b'["\\u0000"]'])
def test_post__on_an_existing_alias_is_400_for_a_body_that_cannot_be_read(
    unchanged: None, api: Api, raw: bytes
) -> None:
    refused(api("POST", SALES, "alpha", raw=raw), 400)


def test_post__shows_the_alias_as_first_written(world: World, api: Api) -> None:
    empty(api("POST", f"{FORWARDS}/24/Info@ACME.example", "alpha", [OUTSIDE]), 201)
    empty(api("POST", f"{FORWARDS}/24/INFO@acme.EXAMPLE", "alpha", [OUTSIDE]), 204)
    body = answered(api("GET", f"{FORWARDS}/24", "alpha"), 200)
    assert [alias for alias in body if alias.lower() == "info@acme.example"] == ["Info@ACME.example"]
    for spelling in ("info@acme.example", "INFO@ACME.EXAMPLE"):
        assert answered(api("GET", f"{FORWARDS}/24/{spelling}", "alpha"), 200) == [OUTSIDE]


def test_post__internationalized_domains_are_compared_in_their_a_label_form(world: World, api: Api) -> None:
    empty(api("POST", f"{FORWARDS}/24/{quote('info@bücher.example')}", "alpha", [OUTSIDE]), 201)
    for spelling in ("info@xn--bcher-kva.example", "INFO@BÜCHER.example", "info@bu\u0308cher.example"):
        empty(api("POST", f"{FORWARDS}/24/{quote(spelling)}", "alpha", [OUTSIDE]), 204)
        assert answered(api("GET", f"{FORWARDS}/24/{quote(spelling)}", "alpha"), 200) == [OUTSIDE]
    assert "info@bücher.example" in answered(api("GET", f"{FORWARDS}/24", "alpha"), 200)
    assert "bücher".encode() in body_of(api("GET", f"{FORWARDS}/24", "alpha"))


@pytest.mark.parametrize("login", ["alpha", "admin"])
@pytest.mark.parametrize(
    "alias",
    [
        "sales@echo.example",
        "SALES@echo.EXAMPLE",
        "sales@bolt.example",
        "new@echo.example",
        "new@bolt.example",
        "johndoe@echo.example",
    ],
)
def test_post__of_another_contexts_alias_or_domain_is_403(unchanged: None, api: Api, alias: str, login: str) -> None:
    sentence = refused(api("POST", f"{FORWARDS}/24/{alias}", login, [OUTSIDE]), 403)
    assert sentence == f"The domain {alias.rpartition('@')[2].lower()} belongs to another context."


def test_post__of_another_contexts_alias_is_403_whatever_the_body_asks(unchanged: None, api: Api) -> None:
    refused(api("POST", f"{FORWARDS}/24/sales@echo.example", "alpha", ["bad"]), 403)


def test_post__of_what_another_context_has_in_nobodys_domain_is_201(world: World, api: Api) -> None:
    """Neither is served, so neither is in the other's way; nor does anybody learn of the other."""
    create_user(actor=OPERATOR, context=world.contexts[25], number=7, uidname="box@neutral.example")
    empty(api("POST", f"{FORWARDS}/25/info@neutral.example", "alpha", ["first@far.example"]), 201)
    for alias in ("box@neutral.example", "info@neutral.example"):
        empty(api("POST", f"{FORWARDS}/24/{alias}", "alpha", [OUTSIDE]), 201)
    assert answered(api("GET", f"{FORWARDS}/24/info@neutral.example", "alpha"), 200) == [OUTSIDE]
    assert answered(api("GET", f"{FORWARDS}/25/info@neutral.example", "alpha"), 200) == ["first@far.example"]


def test_post__of_the_own_mailboxs_address_is_201(world: World, api: Api) -> None:
    empty(api("POST", f"{FORWARDS}/24/johndoe@acme.example", "alpha", [OUTSIDE]), 201)


def test_alias__in_a_domain_that_somebody_declares_later_is_kept_and_not_added(
    world: World, api: Api, override: None
) -> None:
    empty(api("POST", f"{FORWARDS}/24/info@later.example", "alpha", [OUTSIDE]), 201)
    answered(api("POST", "/api/oxaas/v1/admin/explicitmaildomains/44/later.example", "beta"), 200)
    assert answered(api("GET", f"{FORWARDS}/24/info@later.example", "alpha"), 200) == [OUTSIDE]
    empty(api("POST", f"{FORWARDS}/24/info@later.example", "alpha", [OUTSIDE]), 204)
    refused(api("POST", f"{FORWARDS}/24/other@later.example", "alpha", [OUTSIDE]), 403)
    empty(api("DELETE", f"{FORWARDS}/24/info@later.example", "alpha"), 204)
    refused(api("POST", f"{FORWARDS}/24/info@later.example", "alpha", [OUTSIDE]), 403)


def test_post__in_nobodys_domain_is_400_where_the_hoster_is_strict(unchanged: None, api: Api, settings: Any) -> None:
    settings.UNDECLARED_DOMAINS = "refuse"
    sentence = refused(api("POST", f"{FORWARDS}/24/a@nobodys.example", "alpha", [OUTSIDE]), 400)
    assert sentence == "The domain nobodys.example is not declared."


def test_post__in_an_internationalized_domain_of_another_context_is_403(world: World, api: Api) -> None:
    add_domain(actor=OPERATOR, context=world.contexts[25], name="bücher.example")
    refused(api("POST", f"{FORWARDS}/24/a@xn--bcher-kva.example", "alpha", [OUTSIDE]), 403)
    empty(api("POST", f"{FORWARDS}/25/a@xn--bcher-kva.example", "alpha", [OUTSIDE]), 201)


def test_post__needs_no_explicit_domain(world: World, api: Api) -> None:
    empty(api("POST", f"{FORWARDS}/24/a@nobodys.example", "alpha", [OUTSIDE]), 201)


@pytest.mark.parametrize(
    "alias",
    [
        "*@acme.example",
        '"*"@acme.example',
        "@acme.example",
        "nobody",
        "a@localhost",
        "a b@acme.example",
        "a@acme.example.",
        "x" * 65 + "@acme.example",
    ],
)
def test_alias__that_is_a_wildcard_or_no_address_is_400_and_unknown_elsewhere(
    unchanged: None, api: Api, alias: str
) -> None:
    path = f"{FORWARDS}/24/{quote(alias)}"
    refused(api("POST", path, "alpha", [OUTSIDE]), 400)
    refused(api("PUT", path, "alpha", [OUTSIDE]), 404)
    refused(api("GET", path, "alpha"), 404)
    refused(api("DELETE", path, "alpha"), 404)
    empty(api("HEAD", path, "alpha"), 404)


# --- PUT ---------------------------------------------------------------------------------------------------------


def test_put__adds_behind_the_others(world: World, api: Api) -> None:
    empty(api("PUT", SALES, "alpha", {"recipient": "a@b.example"}), 201)
    empty(api("PUT", SALES, "admin", [OUTSIDE.upper(), "0@b.example"]), 201)
    assert answered(api("GET", SALES, "alpha"), 200) == [*SALES_RECIPIENTS, "a@b.example", "0@b.example"]


@pytest.mark.parametrize("body", [{"recipient": OUTSIDE}, ["OUTSIDE@elsewhere.example"], SALES_RECIPIENTS])
def test_put__of_what_is_there_is_204(unchanged: None, api: Api, body: Any) -> None:
    empty(api("PUT", SALES, "alpha", body), 204)


@pytest.mark.parametrize("body", [[OUTSIDE], [], ["bad"]], ids=str)
@pytest.mark.parametrize("alias", ["none@acme.example", "sales@echo.example", "sales@bolt.example"])
def test_put__on_no_alias_of_this_context_is_404(unchanged: None, api: Api, alias: str, body: Any) -> None:
    assert refused(api("PUT", f"{FORWARDS}/24/{alias}", "alpha", body), 404) == "Forwarding alias does not exist."


# --- loops -------------------------------------------------------------------------------------------------------


def test_loop__is_400_names_the_cycle_and_changes_nothing(world: World, api: Api) -> None:
    for left, right in (("b", "c"), ("c", "d")):
        create_forward(
            actor=OPERATOR,
            context=world.contexts[24],
            alias=f"{left}@acme.example",
            recipients=[f"{right}@acme.example"],
        )
    before = state()
    assert refused(api("POST", f"{FORWARDS}/24/d@acme.example", "alpha", ["b@acme.example", OUTSIDE]), 400) == (
        "That would make a loop: d@acme.example → b@acme.example → c@acme.example → d@acme.example."
    )
    refused(api("PUT", f"{FORWARDS}/24/c@acme.example", "alpha", ["b@acme.example"]), 400)
    assert state() == before


# --- GET and HEAD ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["none@acme.example", "sales@echo.example", "sales@bolt.example"])
def test_get__of_no_alias_of_this_context_is_404(world: World, api: Api, path: str) -> None:
    assert refused(api("GET", f"{FORWARDS}/24/{path}", "alpha"), 404) == "Forwarding alias does not exist."
    empty(api("HEAD", f"{FORWARDS}/24/{path}", "alpha"), 404)
    empty(api("HEAD", f"{FORWARDS}/24/{path}/{OUTSIDE}", "alpha"), 404)


def test_get__an_inactive_alias_answers_as_ever(world: World, api: Api) -> None:
    alias = ForwardingAlias.objects.get(normalized="sales@acme.example")
    set_forward_active(actor=OPERATOR, forward=alias, is_active=False)
    assert answered(api("GET", SALES, "alpha"), 200) == SALES_RECIPIENTS
    assert answered(api("GET", f"{FORWARDS}/24", "alpha"), 200) == {"sales@acme.example": SALES_RECIPIENTS}
    empty(api("POST", SALES, "alpha", [OUTSIDE]), 204)
    empty(api("PUT", SALES, "alpha", ["a@b.example"]), 201)


@pytest.mark.parametrize(
    ("recipient", "status"),
    [(OUTSIDE, 200), (OUTSIDE.upper(), 200), ("none@b.example", 404), ("nothing", 404), ("sales@acme.example", 404)],
)
def test_head_recipient(world: World, api: Api, recipient: str, status: int) -> None:
    empty(api("HEAD", f"{SALES}/{recipient}", "alpha"), status)


def test_get__takes_two_statements_for_1_and_50_recipients(world: World, api: Api) -> None:
    counts = set()
    for login in ("alpha", "admin", "admin@alpha_acme"):
        api("HEAD", f"{FORWARDS}/24/sales@acme.example", login)  # the first login of some minutes is also noted
        for number in (1, 50):
            alias = f"n{number}@acme.example"
            recipients = [f"r{one}@b.example" for one in range(number)]
            create_forward(actor=OPERATOR, context=world.contexts[24], alias=alias, recipients=recipients)
            with CaptureQueriesContext(connection) as queries:
                answered(api("GET", f"{FORWARDS}/24/{alias}", login), 200)
            counts.add(len(queries))
    assert counts == {2}


# --- DELETE ------------------------------------------------------------------------------------------------------


def test_delete__is_204_and_then_404(world: World, api: Api) -> None:
    empty(api("DELETE", f"{FORWARDS}/24/SALES@acme.example", "alpha"), 204)
    refused(api("DELETE", SALES, "alpha"), 404)
    assert not Recipient.objects.filter(alias__context=24).exists()


def test_delete_recipient__the_last_one_deletes_the_alias(world: World, api: Api) -> None:
    empty(api("DELETE", f"{SALES}/OUTSIDE@elsewhere.example", "alpha"), 204)
    assert answered(api("GET", SALES, "alpha"), 200) == SALES_RECIPIENTS[:1]
    empty(api("DELETE", f"{SALES}/{SALES_RECIPIENTS[0]}", "alpha"), 204)
    refused(api("GET", SALES, "alpha"), 404)
    assert not ForwardingAlias.objects.filter(context=24).exists()


@pytest.mark.parametrize(
    "path",
    [
        f"{SALES}/none@b.example",
        f"{SALES}/nothing",
        f"{FORWARDS}/24/none@acme.example/{OUTSIDE}",
        f"{FORWARDS}/24/sales@bolt.example/{OUTSIDE}",
    ],
)
def test_delete_recipient__that_is_not_there_is_404(unchanged: None, api: Api, path: str) -> None:
    refused(api("DELETE", path, "alpha"), 404)


def test_delete_all__is_204_also_when_there_were_none(world: World, api: Api) -> None:
    for _again in range(2):
        empty(api("DELETE", f"{FORWARDS}/alpha_acme", "alpha"), 204)
    assert answered(api("GET", f"{FORWARDS}/24", "alpha"), 200) == {}
    assert ForwardingAlias.objects.count() == len(world.contexts) - 1


# --- the list ----------------------------------------------------------------------------------------------------


def test_list__one_object_alias_to_recipients_sorted_by_alias(world: World, api: Api) -> None:
    aliases = [
        "z@acme.example",
        "a-b@acme.example",
        "a.b@acme.example",
        "ab@acme.example",
        "a+b@acme.example",
        "a_b@acme.example",
        "ä@acme.example",
        "0@acme.example",
        "a/b@acme.example",
        '"a b"@acme.example',
    ]
    for number, alias in enumerate(aliases):
        create_forward(
            actor=OPERATOR, context=world.contexts[24], alias=alias, recipients=[f"{number}@b.example", OUTSIDE]
        )
    body = answered(api("GET", f"{FORWARDS}/24", "alpha"), 200)
    assert list(body) == sorted([*aliases, "sales@acme.example"])
    assert all(body[alias] == [f"{number}@b.example", OUTSIDE] for number, alias in enumerate(aliases))


def _many(number: int) -> None:
    aliases = ForwardingAlias.objects.bulk_create(
        ForwardingAlias(
            context_id=24, address=f"m{one}@acme.example", normalized=f"m{one}@acme.example", domain="acme.example"
        )
        for one in range(number)
    )
    Recipient.objects.bulk_create(
        Recipient(alias=alias, address=OUTSIDE, normalized=OUTSIDE, domain="elsewhere.example") for alias in aliases
    )


@pytest.mark.parametrize("number", [0, 3000])
@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.parametrize("encoding", ["", "gzip", "br, GZIP;q=0.5", "*", "gzip;q=0", "identity, gzip;q=0.0, br", "br"])
def test_list__has_its_length_and_is_compressed_where_that_is_accepted(
    world: World, encoding: str, on_disk: bool, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _many(number)
    if on_disk:
        monkeypatch.setattr(whole, "IN_MEMORY", 10)

    status, headers, body = send("GET", f"{FORWARDS}/24", "alpha", HTTP_ACCEPT_ENCODING=encoding)

    assert status == 200
    assert int(headers["Content-Length"]) == len(body)
    assert "Accept-Encoding" in headers["Vary"]
    compressed = encoding in {"gzip", "br, GZIP;q=0.5", "*"}
    assert headers.get("Content-Encoding") == ("gzip" if compressed else None)
    assert len(json.loads(gzip.decompress(body) if compressed else body)) == number + 1


def test_list__that_fails_on_the_way_is_503_and_never_half_of_it(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(pairs: Any) -> Any:
        yield "sales@acme.example", [OUTSIDE]
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(views, "by_alias", failing)

    refused(api("GET", f"{FORWARDS}/24", "alpha"), 503)


def test_list__takes_the_same_memory_for_many_and_twice_as_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the answer what is kept in memory, of the rows a chunk."""
    monkeypatch.setattr(whole, "IN_MEMORY", 200_000)

    def peak() -> int:
        tracemalloc.start()
        try:
            with opened("GET", f"{FORWARDS}/24", "alpha") as (_status, _headers, pieces):
                for _piece in pieces:
                    pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    _many(15_000)
    peak()
    many = peak()
    Context.objects.get(pk=24).forwards.all().delete()
    _many(30_000)

    assert peak() < 1.1 * many < 2 * 1024 * 1024


@pytest.mark.parametrize("path", ["/24", "/24/sales@acme.example", f"/24/sales@acme.example/{OUTSIDE}"])
def test_head__claims_no_length_that_get_has_not(world: World, path: str) -> None:
    _status, headers, body = send("HEAD", f"{FORWARDS}{path}", "alpha")

    assert body == b""
    assert headers.get("Content-Length") in {None, str(len(send("GET", f"{FORWARDS}{path}", "alpha")[2]))}


def test_list__of_no_aliases_is_an_empty_object(world: World, api: Api) -> None:
    Context.objects.get(pk=24).forwards.all().delete()
    assert body_of(api("GET", f"{FORWARDS}/24", "alpha")) == b"{}"


def test_list__is_never_paged(world: World, api: Api) -> None:
    aliases = ForwardingAlias.objects.bulk_create(
        ForwardingAlias(
            context_id=24, address=f"n{one}@acme.example", normalized=f"n{one}@acme.example", domain="acme.example"
        )
        for one in range(5000)
    )
    Recipient.objects.bulk_create(
        Recipient(alias=alias, address=OUTSIDE, normalized=OUTSIDE, domain="elsewhere.example") for alias in aliases
    )
    api("HEAD", f"{FORWARDS}/24/sales@acme.example", "alpha")  # the first login of some minutes is also noted
    with CaptureQueriesContext(connection) as queries:
        body = answered(api("GET", f"{FORWARDS}/24?limit=10&page=2", "alpha"), 200)
    assert len(body) == 5001
    assert len(queries) <= 3


def test_list__holds_nothing_of_other_contexts(world: World, api: Api) -> None:
    assert answered(api("GET", f"{FORWARDS}/24", "alpha"), 200) == {"sales@acme.example": SALES_RECIPIENTS}
