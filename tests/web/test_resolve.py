"""Trace an address The module, the command and the page."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.services.contexts import update_context
from accounts.services.users import create_user, update_user
from forwards.models import ForwardingAlias
from forwards.resolve import Stop, resolve
from forwards.services import create_forward, set_forward_active
from tests.web.conftest import Login
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

JOHN, SALES, OUTSIDE = "johndoe@acme.example", "sales@acme.example", "outside@elsewhere.example"
PAGE = "/admin/resolve"


def way(world: World, login: str | None, address: str) -> list[tuple[int, str, Stop]]:
    viewer = world.administrators[login] if login else None
    return [(level, step.address, step.stop) for level, step in resolve(viewer, address).walk()]


def alias(world: World, address: str, *recipients: str, context: int = 24) -> ForwardingAlias:
    create_forward(actor=OPERATOR, context=world.contexts[context], alias=address, recipients=list(recipients))
    return ForwardingAlias.objects.get(address=address)


def test_resolve__follows_aliases_to_every_end(world: World) -> None:
    alias(world, "all@acme.example", SALES, "gone@acme.example")
    assert way(world, "alpha", "All@ACME.example") == [
        (0, "All@ACME.example", Stop.ALIAS),
        (1, SALES, Stop.ALIAS),
        (2, JOHN, Stop.MAILBOX),
        (2, OUTSIDE, Stop.OUTSIDE),
        (1, "gone@acme.example", Stop.NOWHERE),
    ]


def test_resolve__an_alias_met_twice_is_followed_once(world: World) -> None:
    alias(world, "one@acme.example", SALES)
    alias(world, "both@acme.example", "one@acme.example", SALES)
    start = resolve(None, "both@acme.example")
    assert [step.again for _level, step in start.walk() if step.address == SALES] == [False, True]
    assert [step.address for step in start.ends()] == [JOHN, OUTSIDE]


def test_resolve__suspended_ends_say_what_is_suspended(world: World) -> None:
    update_user(actor=OPERATOR, user=world.users[24], is_active=False)
    assert (1, JOHN, Stop.SUSPENDED_MAILBOX) in way(world, "alpha", SALES)
    set_forward_active(actor=OPERATOR, forward=ForwardingAlias.objects.get(normalized=SALES), is_active=False)
    assert way(world, "alpha", SALES) == [(0, SALES, Stop.SUSPENDED_ALIAS)]


def test_resolve__everything_of_a_suspended_context_is_refused(world: World) -> None:
    update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    step = resolve(world.administrators["alpha"], SALES)
    assert (step.stop, step.next) == (Stop.SUSPENDED_ALIAS, [])
    assert [str(note) for note in step.notes] == ["its context or reseller is suspended"]


def test_resolve__an_alias_goes_before_the_mailbox_of_its_address(world: World) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="both@acme.example")
    forward = alias(world, "both@acme.example", OUTSIDE)
    step = resolve(None, "both@acme.example")
    assert (step.stop, [one.address for one in step.next]) == (Stop.ALIAS, [OUTSIDE])
    assert "gets nothing" in str(step.notes)
    set_forward_active(actor=OPERATOR, forward=forward, is_active=False)
    step = resolve(None, "both@acme.example")
    assert (step.stop, step.next) == (Stop.MAILBOX, [])


@pytest.mark.parametrize("foreign", ["johndoe@echo.example", "sales@echo.example", "nobody@echo.example"])
def test_resolve__what_is_somebody_else_s_looks_like_the_rest_of_the_world(world: World, foreign: str) -> None:
    alias(world, "far@acme.example", foreign, "stranger@far.example")
    (_start, own, far) = way(world, "alpha", "far@acme.example")
    assert own[2] is far[2] is Stop.OUTSIDE
    assert way(world, "alpha", foreign) == [(0, foreign, Stop.OUTSIDE)]
    assert way(world, "root", foreign)[0][2] is not Stop.OUTSIDE


def test_resolve__a_context_admin_sees_no_further_than_the_context(world: World) -> None:
    alias(world, "over@acme.example", "sales@bolt.example")
    assert way(world, "admin@alpha_acme", "over@acme.example")[1:] == [(1, "sales@bolt.example", Stop.OUTSIDE)]
    assert len(way(world, "alpha", "over@acme.example")) == 4


def test_resolve__a_hundred_recipients_take_as_many_statements_as_one(world: World) -> None:
    alias(world, "many@acme.example", *(f"r{n}@far.example" for n in range(99)), JOHN)
    alias(world, "few@acme.example", JOHN)
    counts = []
    for address in ("few@acme.example", "many@acme.example"):
        with CaptureQueriesContext(connection) as queries:
            resolve(world.administrators["root"], address)
        counts.append(len(queries))
    assert counts[0] == counts[1] < 15


def test_command__prints_the_tree(world: World) -> None:
    out = StringIO()
    call_command("resolve", SALES, stdout=out)
    assert out.getvalue().splitlines() == [
        f"{SALES}: forwarding alias in 24 alpha_acme",
        f"  {JOHN}: mailbox in 24 alpha_acme",
        f"  {OUTSIDE}: none of your addresses: the mail goes on to whoever has it",
    ]


def test_command__as_somebody_sees_what_they_see(world: World) -> None:
    out = StringIO()
    call_command("resolve", SALES, "--as", "admin@beta_echo", stdout=out)
    assert out.getvalue() == f"{SALES}: none of your addresses: the mail goes on to whoever has it\n"


@pytest.mark.parametrize("arguments", [["no address"], [SALES, "--as", "nobody"], [SALES, "--as", "admin@nowhere"]])
def test_command__wrong_arguments_end_with_a_sentence(world: World, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("resolve", *arguments)


def test_page__shows_the_way_with_links_to_what_is_ones_own(logged_in: Login, world: World) -> None:
    content = logged_in("alpha").get(PAGE, {"address": SALES}).content.decode()
    assert f"/admin/accounts/user/{world.users[24].pk}/change/" in content
    assert "none of your addresses" in content


def test_page__without_an_address_is_a_form(logged_in: Login) -> None:
    response = logged_in("admin@alpha_acme").get(PAGE)
    assert response.status_code == 200
    assert "way" not in response.context


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a\x00b@c.example", "x" * 3000, "@acme.example"])
def test_page__what_is_no_address_gets_a_sentence(logged_in: Login, text: str) -> None:
    response = logged_in("alpha").get(PAGE, {"address": text})
    told = "an invisible or control character (U+0000)" if "\x00" in text else "is not a mail address"
    assert told in response.content.decode()
    assert b"<script>alert" not in response.content


def test_page__a_foreign_address_tells_nothing(logged_in: Login) -> None:
    answers = [
        logged_in("beta")
        .get(PAGE, {"address": address})
        .content.decode()
        .partition("<section")[2]
        .replace(address, "…")
        for address in (SALES, JOHN, "nobody@acme.example", "nobody@far.example")
    ]
    assert len(set(answers)) == 1
    assert "none of your addresses" in answers[0]


def test_page__is_behind_the_login() -> None:
    assert Client().get(PAGE, {"address": SALES}).status_code == 302
