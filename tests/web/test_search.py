"""The search box: what is found, and that nobody finds what is not theirs."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Context, User
from accounts.services.contexts import update_context
from accounts.services.users import update_user
from domains.models import ExplicitDomain
from domains.services import add_domain
from forwards.models import ForwardingAlias
from forwards.services import add_recipients, create_forward
from tests.web.person import Person, page, rows_of
from tests.world import OPERATOR, World
from web.search import Hit, search

pytestmark = pytest.mark.django_db


def labels(world: World, login: str, text: str) -> list[str]:
    return [hit.label for hit in search(world.administrators[login], text)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("JOHNDOE@acme", "johndoe@acme.example"),
        ("ndoe@acm", "johndoe@acme.example"),
        ("john24", "john24 → johndoe@acme.example"),
        ("sales@acme", "sales@acme.example"),
        ("4912345624", "+49.1234.5624 → johndoe@acme.example"),
        ("+49.1234.5624", "+49.1234.5624 → johndoe@acme.example"),
        ("acme.exa", "acme.example"),
        ("PHA_AC", "alpha_acme"),
        ("24", "alpha_acme"),
        ("alphakid", "alphakid"),
        ("outside@", "outside@elsewhere.example → sales@acme.example"),
    ],
)
def test_search__own_things_are_found_by_prefix_and_by_part(world: World, text: str, label: str) -> None:
    assert label in labels(world, "alpha", text)


@pytest.mark.parametrize("text", ["echo", "johndoe@echo.example", "john44", "4912345644", "44", "beta", "gold"])
def test_search__foreign_things_are_not_found(world: World, text: str) -> None:
    assert labels(world, "alpha", text) == []
    assert labels(world, "root", text) != []


def test_search__a_child_finds_nothing_of_its_parent(world: World) -> None:
    assert labels(world, "alphakid", "acme") == []
    assert labels(world, "alphakid", "cafe") != []


def test_search__a_context_admin_finds_no_domain_and_no_reseller(world: World) -> None:
    kinds = {str(hit.kind) for hit in search(world.administrators["admin@alpha_acme"], "a")}
    assert kinds.isdisjoint({"Domain", "Reseller"})
    assert "User" in kinds


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "\ud800", "x" * 255])
def test_search__what_can_match_nothing_asks_nothing(world: World, text: str, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        assert labels(world, "alpha", text) == []


def test_search__wildcards_are_text(world: World) -> None:
    assert labels(world, "alpha", "%") == []
    assert labels(world, "alpha", "j_hn") == []


def test_search__a_tenant_finds_nothing(world: World) -> None:
    assert labels(world, "portal-alpha", "acme") == []


def test_search__hits_lead_to_pages_of_the_web_admin(world: World) -> None:
    assert {urlsplit(hit.url).path.split("/")[1] for hit in search(world.administrators["alpha"], "acme")} == {"admin"}


@pytest.mark.parametrize(
    "text",
    [
        "info@bücher-kranich.example",
        "INFO@BÜCHER-KRANICH.example",
        "bücher-kranich.example",
        "Bücher-Kranich",
        "bücher-kra",
        "xn--bcher-kranich-wob.example",
        "info@xn--bcher",
    ],
)
def test_search__an_international_address_is_found_in_either_form(world: World, alpha: Person, text: str) -> None:
    address, context = "info@bücher-kranich.example", world.contexts[24]
    add_domain(actor=OPERATOR, context=context, name="bücher-kranich.example")
    create_forward(actor=OPERATOR, context=context, alias=address, recipients=["a@far.example"])
    assert address in {hit.label for hit in search(world.administrators["alpha"], text)}
    assert [row.address for row in rows_of(alpha.get(page(ForwardingAlias), q=text))] == [address]


@pytest.mark.parametrize("text", ["bücher-kranich.example", "BÜCHER-KRANICH.example", "xn--bcher-kranich-wob"])
def test_search__an_international_domain_is_found_in_either_form(world: World, alpha: Person, text: str) -> None:
    add_domain(actor=OPERATOR, context=world.contexts[24], name="bücher-kranich.example")
    domain = ExplicitDomain.objects.get(context=24, name__startswith="xn--")
    assert domain.name in {hit.label for hit in search(world.administrators["alpha"], text)}
    assert rows_of(alpha.get(page(ExplicitDomain), q=text)) == [domain]


@pytest.mark.parametrize("text", ["müller öl", "MÜLLER ÖL", "üller"])
def test_search__umlauts_are_found_in_any_case(world: World, alpha: Person, text: str) -> None:
    context = world.contexts[24]
    update_context(actor=OPERATOR, context=context, name="Müller Öl")
    assert "Müller Öl" in {hit.label for hit in search(world.administrators["alpha"], text)}
    assert rows_of(alpha.get(page(Context), q=text)) == [context]


@pytest.mark.parametrize(
    "text", ["0151 23456789", "(0151) 23456789", "0049 151 23456789", "+49 151 23456789", "0151/2345", "3456789"]
)
def test_search__a_phone_number_is_found_as_people_write_it(world: World, alpha: Person, text: str) -> None:
    user = update_user(actor=OPERATOR, user=world.users[24], msisdn="+49 151-23456789")
    assert f"{user.msisdn} → {user.uidname}" in {hit.label for hit in search(world.administrators["alpha"], text)}
    assert user in rows_of(alpha.get(page(User), q=text))


def test_search__marks_what_was_found_and_shows_the_numbers(world: World) -> None:
    def hit(text: str, kind: str) -> Hit:
        return next(one for one in search(world.administrators["alpha"], text) if str(one.kind) == kind)

    user = hit("NDOE@acm", "User")
    assert user.marked == "joh<mark>ndoe@acm</mark>e.example"
    assert user.detail == f"24 alpha_acme · {world.users[24].number} · +49.1234.5624"
    assert hit("5624", "Phone number").marked == "+49.1234.<mark>5624</mark> → johndoe@acme.example"
    assert hit("3456", "Phone number").found[1] == "34.56"
    assert hit("pha_ac", "Context").detail == "24"
    assert hit("24", "Context").detail == "24"


def test_search__alias_shows_where_it_leads(world: World) -> None:
    def leads() -> str:
        (hit,) = [one for one in search(world.administrators["alpha"], "sales@acme") if str(one.kind) == "Alias"]
        return hit.leads

    assert leads() == "johndoe@, outside@elsewhere.example"
    add_recipients(actor=OPERATOR, context=world.contexts[24], alias="sales@acme.example", recipients=["a@far.example"])
    assert leads() == "johndoe@, outside@elsewhere.example, +1"


def test_search_page__groups_the_hits_by_list_with_totals(world: World, alpha: Person) -> None:
    create_forward(
        actor=OPERATOR, context=world.contexts[24], alias="o'neil&co@acme.example", recipients=["a@far.example"]
    )
    groups = alpha.get("/admin/search", q="acme").context["groups"]
    assert [group.title for group in groups] == ["contexts", "users", "forwarding aliases", "explicit domains"]
    assert [group.total.words for group in groups] == [
        "1 context",
        "1 user",
        "2 forwarding aliases",
        "1 explicit domain",
    ]
    shown = alpha.get("/admin/search", q="neil&co").content.decode()
    assert "o&#x27;<mark>neil&amp;co</mark>@acme.example" in shown


def test_search__costs_as_many_statements_for_few_hits_as_for_many(world: World) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            search(world.administrators["alpha"], "acme")
        return len(captured)

    few = statements()
    for number in range(20):
        alias = f"n{number}@acme.example"
        create_forward(actor=OPERATOR, context=world.contexts[24], alias=alias, recipients=["a@far.example"])
    assert statements() <= few
