"""The tab “History”: what happened to a person, looked through, and what nobody else learns of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Administrator, LoginEvent, User
from accounts.services.administrators import update_administrator
from accounts.services.users import update_user
from forwards.models import ForwardingAlias
from forwards.services import create_forward, remove_recipient
from tests.services.bulk import preview, run
from tests.web.conftest import Enter
from tests.web.person import Person, foreign_words, page
from tests.web.test_language import catalogue_of
from tests.web.test_unhappy import text_of
from tests.web.texts import english_in, english_texts
from tests.world import OPERATOR, World

MAILBOX = "johndoe@acme.example"


def lines(response: Any) -> list[str]:
    return [f"{one.group.change.kind} {one.group.change.action}" for one in response.context["lines"]]


def test_tab__stands_beside_the_details(alpha: Person, world: World) -> None:
    user = world.users[24]
    details, history = text_of(alpha.get(page(user, "change"))), text_of(alpha.get(page(user, "history")))
    for text in (details, history):
        assert f'<a href="{page(user, "history")}"' in text
        assert f'<a href="{page(user, "change")}"' in text
    assert "historylink" not in details


def test_history__of_a_user_shows_the_alias_and_the_bulk_edit(alpha: Person, world: World) -> None:
    context, user = world.contexts[24], world.users[24]
    create_forward(actor=OPERATOR, context=context, alias="new@acme.example", recipients=[MAILBOX, "x@far.example"])
    remove_recipient(actor=OPERATOR, context=context, alias="new@acme.example", recipient=MAILBOX)
    job = run(
        preview(world.administrators["alpha"], "users.set_quota", User.objects.filter(context__in=[24, 25]), quota=7)
    )
    response = alpha.get(page(user, "history"))
    assert lines(response)[:3] == ["user update", "forward update", "forward create"]
    text = text_of(response)
    assert f"<del>{MAILBOX}, x@far.example</del> <ins>x@far.example</ins>" in text
    assert "1 of 2 changes: Users: Set the mail quota" in text
    assert f"?batch={job.batch}" in text


def test_history__of_a_company_shows_a_batch_as_one_line(alpha: Person, world: World) -> None:
    for number in range(3):
        create_forward(
            actor=OPERATOR, context=world.contexts[24], alias=f"a{number}@acme.example", recipients=[MAILBOX]
        )
    run(preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.filter(context=24)))
    text = text_of(alpha.get(page(world.contexts[24], "history")))
    assert "Forwarding aliases: Suspend" in text
    assert "4 changes together" in text


def test_history__is_looked_through(alpha: Person, world: World) -> None:
    user = world.users[24]
    update_user(actor=OPERATOR, user=user, msisdn="+49 30 1234567")
    url = page(user, "history")
    assert lines(alpha.get(url, q="1234567")) == ["user update"]
    assert lines(alpha.get(url, q="5624")) == ["user update", "user create"]
    assert lines(alpha.get(url, channel="web")) == []
    assert lines(alpha.get(url, since="31.12.2099")) == []
    assert lines(alpha.get(url, until="2000-01-01")) == []
    assert "Nothing matches the search" in text_of(alpha.get(url, q="nowhere"))


@pytest.mark.parametrize(
    "query",
    [
        {"since": "tomorrow"},
        {"channel": "pigeon"},
        {"q": "a\x00b"},
        {"before": "x", "seen": "y,,z"},
        {"before": "9" * 30},
        {"q": "%_\\'"},
        {"q": "x" * 999},
    ],
)
def test_history__takes_any_address(alpha: Person, world: World, query: dict[str, str]) -> None:
    alpha.get(page(world.users[24], "history"), **query)


@pytest.mark.parametrize("who", ["alpha", "alphakid", "beta", "admin@alpha_acme"])
def test_history__has_nothing_of_anybody_elses(world: World, enter: Enter, who: str) -> None:
    for number in world.contexts:
        # Everybody's aliases lead to everybody's mailboxes.
        recipients = [f"johndoe@{domain}" for domain in ("acme.example", "cafe.example", "echo.example")]
        create_forward(
            actor=OPERATOR, context=world.contexts[number], alias=f"all{number}@{number}.example", recipients=recipients
        )
    person, viewer = enter(who), world.administrators[who]
    for row in User.objects.visible_to(viewer):
        text = text_of(person.get(page(row, "history")))
        for name, domain in {(one.name, "") for one in world.contexts.values() if not viewer.in_charge_of(one)}:
            assert name not in text, domain
        for word in foreign_words(who):
            if not word.endswith((".example",)):
                assert word not in text


def test_history__names_the_logins_of_who_is_an_administrator(alpha: Person, world: World) -> None:
    clerk = world.administrators["admin@alpha_acme"]
    LoginEvent.objects.create(
        name="admin@alpha_acme", address="192.0.2.9", channel="web", outcome="success", administrator_id=clerk.pk,
        context_id=24, reseller_id=world.resellers["alpha"].pk,
    )  # fmt: skip
    assert "192.0.2.9" in text_of(alpha.get(page(clerk, "history")))
    assert "192.0.2.9" not in text_of(alpha.get(page(world.users[24], "history")))
    update_administrator(actor=OPERATOR, administrator=clerk, email="JohnDoe@acme.example")
    assert "192.0.2.9" in text_of(alpha.get(page(world.users[24], "history")))
    # The same address elsewhere is somebody else's.
    assert "192.0.2.9" not in text_of(alpha.get(page(world.users[25], "history")))


def test_history__statements_do_not_grow(alpha: Person, world: World) -> None:
    context, user = world.contexts[24], world.users[24]
    rows = [user, context, world.resellers["alpha"], Administrator.objects.get(login="alphakid")]

    def counts() -> list[int]:
        found = []
        for row in rows:
            with CaptureQueriesContext(connection) as captured:
                alpha.get(page(row, "history"))
            found.append(len(captured))
        return found

    create_forward(actor=OPERATOR, context=context, alias="one@acme.example", recipients=[MAILBOX])
    run(preview(world.administrators["alpha"], "users.set_quota", User.objects.filter(context=24), quota=7))
    counts()
    few = counts()
    for number in range(50):
        actor = OPERATOR.in_batch()
        create_forward(actor=actor, context=context, alias=f"a{number}@acme.example", recipients=[MAILBOX])
    assert counts() == few
    assert max(few) <= 12


def test_history__in_german(alpha: Person, world: World) -> None:
    update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], language="de")
    known = english_texts(catalogue_of("de"))
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="new@acme.example", recipients=[MAILBOX])
    run(preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.filter(context=24)))
    for row in (world.users[24], world.contexts[24], world.resellers["alpha"]):
        for query in ({}, {"q": "new"}, {"since": "x"}):
            assert english_in(alpha.get(page(row, "history"), **query).content.decode(), known) == []
