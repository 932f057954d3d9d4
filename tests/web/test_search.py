"""The search box: what is found, and that nobody finds what is not theirs."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from accounts.models import Context, User
from accounts.services.contexts import update_context
from accounts.services.users import update_user
from domains.models import ExplicitDomain
from domains.services import add_domain
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.web.person import Person, page, rows_of
from tests.world import OPERATOR, World
from web.search import search

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
