"""What the contract says of explicit domains."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services.users import create_user
from changelog.models import Change
from domains.models import ExplicitDomain
from domains.services import add_domain, mark_proven
from forwards.services import create_forward
from tests.api.answers import answered, empty, refused
from tests.client import DOMAINS, FORWARDS, Api
from tests.world import OPERATOR, World

pytestmark = pytest.mark.usefixtures("override")

NAMES = [
    ("new.example", "new.example"),
    ("NEW.Example", "new.example"),
    ("bücher.example", "xn--bcher-kva.example"),
    ("BÜCHER.example", "xn--bcher-kva.example"),
    ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
    ("straße.example", "xn--strae-oqa.example"),
    ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ("a.b.c.d.example", "a.b.c.d.example"),
    ("1.2.3.example", "1.2.3.example"),
    ("x" * 63 + ".example", "x" * 63 + ".example"),
    ("internal.local", "internal.local"),
    ("private.invalid", "private.invalid"),
    ("some.test", "some.test"),
    ("a.4b", "a.4b"),
    (".".join(["x" * 49] * 5) + ".abc", ".".join(["x" * 49] * 5) + ".abc"),
]
NO_NAMES = [
    "localhost",
    "acme.example.",
    ".acme.example",
    "acme..example",
    "-acme.example",
    "acme-.example",
    "ac_me.example",
    "ac me.example",
    "acme.123",
    "192.168.0.1",
    "x" * 64 + ".example",
    ".".join(["x" * 60] * 5),
    "a/b.example",
    "john@acme.example",
    "*.example",
    "xn--a.example",
    "acme\x00.example",
    "acme\n.example",
    "ⅷ" * 2000,
]


@pytest.fixture
def unchanged(world: World) -> Any:
    """After the test the domains are as before it, and the change log has no new line."""
    before = (list(ExplicitDomain.objects.values_list("context", "name")), Change.objects.count())
    yield
    assert (list(ExplicitDomain.objects.values_list("context", "name")), Change.objects.count()) == before


@pytest.mark.parametrize(("given", "shown"), NAMES)
def test_post__answers_the_lower_case_a_label_form(world: World, api: Api, given: str, shown: str) -> None:
    path = f"{DOMAINS}/24/{quote(given)}"
    assert answered(api("POST", path, "alpha"), 200) == {"domain": shown}
    assert answered(api("GET", f"{DOMAINS}/24", "alpha"), 200) == {"domains": sorted(["acme.example", shown])}
    for spelling in {given, shown, shown.upper()}:
        empty(api("HEAD", f"{DOMAINS}/24/{quote(spelling)}", "alpha"), 200)
    empty(api("DELETE", path, "alpha"), 200)
    empty(api("HEAD", path, "alpha"), 404)


@pytest.mark.parametrize("method", ["POST", "DELETE", "HEAD"])
@pytest.mark.parametrize("name", NO_NAMES)
def test_domain__that_is_no_domain_name_is_400(unchanged: None, api: Api, method: str, name: str) -> None:
    response = api(method, f"{DOMAINS}/24/{quote(name, safe='')}", "alpha")
    if method == "HEAD":
        empty(response, 400)
    else:
        assert "is not a domain name" in refused(response, 400)


@pytest.mark.parametrize("contextid", ["99", "0", "alpha_acme", "24.5", "-24", "9" * 40])
@pytest.mark.parametrize(
    ("method", "rest"), [("GET", ""), ("POST", "/new.example"), ("DELETE", "/acme.example"), ("HEAD", "/acme.example")]
)
def test_context__unknown_is_400(unchanged: None, api: Api, method: str, rest: str, contextid: str) -> None:
    for login in ("alpha", "root"):
        response = api(method, f"{DOMAINS}/{contextid}{rest}", login)
        if method == "HEAD":
            empty(response, 400)
        else:
            assert refused(response, 400) == "Context not found."


@pytest.mark.parametrize("name", ["acme.example", "ACME.example", "echo.example", "bolt.example"])
def test_post__that_any_context_has_is_409(unchanged: None, api: Api, name: str) -> None:
    assert refused(api("POST", f"{DOMAINS}/24/{name}", "alpha"), 409)


@pytest.mark.parametrize("kind", ["alias", "user", "U-label alias"])
def test_post__where_another_context_has_addresses_is_200(world: World, api: Api, kind: str) -> None:
    """They were never served; anybody could have made them."""
    neighbour, domain = world.contexts[25], "bücher.example"
    match kind:
        case "alias":
            create_forward(actor=OPERATOR, context=neighbour, alias=f"a@{domain}", recipients=["b@c.example"])
        case "user":
            create_user(actor=OPERATOR, context=neighbour, number=7, uidname=f"A@{domain.upper()}")
        case "U-label alias":
            create_forward(
                actor=OPERATOR, context=neighbour, alias="a@xn--bcher-kva.example", recipients=["b@c.example"]
            )
    answered(api("POST", f"{DOMAINS}/24/{quote(domain)}", "alpha"), 200)
    refused(api("POST", f"{DOMAINS}/25/{quote(domain)}", "alpha"), 409)


@pytest.mark.parametrize("name", ["co.uk", "CO.UK", "github.io", "公司.hk"])
def test_post__of_a_public_suffix_is_400(unchanged: None, api: Api, name: str) -> None:
    assert "public suffix" in refused(api("POST", f"{DOMAINS}/24/{quote(name)}", "alpha"), 400)


@pytest.mark.parametrize("name", ["hoster.example", "MAIL.hoster.EXAMPLE"])
def test_post__of_a_reserved_domain_is_400(unchanged: None, api: Api, settings: Any, name: str) -> None:
    settings.RESERVED_DOMAINS = ["Hoster.example"]
    assert "reserved" in refused(api("POST", f"{DOMAINS}/24/{name}", "alpha"), 400)


def test_post__that_would_close_a_loop_of_aliases_is_409(world: World, api: Api) -> None:
    context = world.contexts[24]
    for alias, recipient in (("a@later.example", "b@acme.example"), ("b@acme.example", "a@later.example")):
        create_forward(actor=OPERATOR, context=context, alias=alias, recipients=[recipient])
    assert "loop" in refused(api("POST", f"{DOMAINS}/24/later.example", "alpha"), 409)
    answered(api("POST", f"{DOMAINS}/25/later.example", "alpha"), 200)


def test_post__own_addresses_and_others_recipients_are_no_conflict(world: World, api: Api) -> None:
    own, neighbour = world.contexts[24], world.contexts[25]
    create_forward(actor=OPERATOR, context=own, alias="a@new.example", recipients=["b@c.example"])
    create_user(actor=OPERATOR, context=own, number=7, uidname="b@new.example")
    create_forward(actor=OPERATOR, context=neighbour, alias="c@bolt.example", recipients=["b@new.example"])
    answered(api("POST", f"{DOMAINS}/24/new.example", "alpha"), 200)


def test_post__subdomains_are_domains_of_their_own(world: World, api: Api) -> None:
    answered(api("POST", f"{DOMAINS}/24/sub.echo.example", "alpha"), 200)


@pytest.mark.parametrize("body", [b"", b"not json", b"{}", b"x" * 2_000_000])
def test_post__needs_no_body(world: World, api: Api, body: bytes) -> None:
    answered(api("POST", f"{DOMAINS}/24/new.example", "alpha", raw=body, content_type="text/plain"), 200)


@pytest.mark.parametrize("name", ["new.example", "bolt.example", "echo.example"])
def test_delete__that_this_context_does_not_have_is_409(unchanged: None, api: Api, name: str) -> None:
    assert refused(api("DELETE", f"{DOMAINS}/24/{name}", "alpha"), 409) == (
        f"The context does not have the domain {name}."
    )


def test_delete__is_200_and_then_409(world: World, api: Api) -> None:
    empty(api("DELETE", f"{DOMAINS}/24/ACME.example", "alpha"), 200)
    refused(api("DELETE", f"{DOMAINS}/24/acme.example", "alpha"), 409)
    assert answered(api("GET", f"{DOMAINS}/24", "alpha"), 200) == {"domains": []}


def test_head__is_about_this_context_alone(world: World, api: Api) -> None:
    empty(api("HEAD", f"{DOMAINS}/24/acme.example", "alpha"), 200)
    for name in ("bolt.example", "echo.example", "nothing.example"):
        empty(api("HEAD", f"{DOMAINS}/24/{name}", "alpha"), 404)


def test_get__sorted_by_code_points(world: World, api: Api) -> None:
    names = ["b.example", "a-b.example", "a.example", "ab.example", "0.example", "ähre.example"]
    for name in names:
        add_domain(actor=OPERATOR, context=world.contexts[24], name=name)
    assert answered(api("GET", f"{DOMAINS}/24", "alpha"), 200) == {
        "domains": sorted(["acme.example", "xn--hre-pla.example", *names[:-1]])
    }


def test_get__takes_the_same_number_of_statements_for_1_and_50_domains(world: World, api: Api) -> None:
    answered(api("GET", f"{DOMAINS}/24", "alpha"), 200)  # the first login of some minutes is also noted
    counts = []
    for number in (1, 50):
        for one in range(number):
            add_domain(actor=OPERATOR, context=world.contexts[24], name=f"n{one}of{number}.example")
        with CaptureQueriesContext(connection) as queries:
            answered(api("GET", f"{DOMAINS}/24", "alpha"), 200)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3


def test_post__where_a_proof_is_asked_for_is_a_declaration_that_is_in_nobodys_way(
    world: World, api: Api, settings: Any
) -> None:
    """Kept and answered as the contract says; whose the domain is shows only when one of the two is proven."""
    settings.DOMAIN_PROOF = "dns"
    path, rivals = f"{DOMAINS}/24/new.example", f"{DOMAINS}/44/new.example"
    answered(api("POST", path, "alpha"), 200)
    refused(api("POST", path, "alpha"), 409)
    empty(api("HEAD", path, "alpha"), 200)
    empty(api("HEAD", rivals, "beta"), 404)
    assert answered(api("GET", f"{DOMAINS}/24", "alpha"), 200) == {"domains": ["acme.example", "new.example"]}
    answered(api("POST", rivals, "beta"), 200)

    mark_proven(actor=OPERATOR, domain=ExplicitDomain.objects.get(context=44, name="new.example"))

    empty(api("HEAD", path, "alpha"), 404)
    refused(api("POST", path, "alpha"), 409)
    refused(api("DELETE", path, "alpha"), 409)
    empty(api("DELETE", rivals, "beta"), 200)
    answered(api("POST", path, "alpha"), 200)


def test_post__of_an_alias_in_a_domain_that_another_context_has_not_proven_is_201(
    world: World, api: Api, settings: Any
) -> None:
    settings.DOMAIN_PROOF = "dns"
    add_domain(actor=OPERATOR, context=world.contexts[44], name="new.example")
    answer = api("POST", f"{FORWARDS}/24/a@new.example", "alpha", {"recipient": "x@far.example"})
    assert answer.status_code == 201
    mark_proven(actor=OPERATOR, domain=ExplicitDomain.objects.get(name="new.example"))
    refused(api("POST", f"{FORWARDS}/24/b@new.example", "alpha", {"recipient": "x@far.example"}), 403)
