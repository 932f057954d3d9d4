"""A suspension says what it takes out of service, on the page and in bulk, and there is a way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Context, Reseller
from accounts.services.contexts import update_context
from accounts.services.resellers import update_reseller
from accounts.services.users import create_user, update_user
from changelog.models import Change
from core.days import today
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.services.bulk import details, preview, run
from tests.web.conftest import Enter, Login
from tests.web.person import Person, everything, page
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

BANNER = re.compile(r'<div class="banner">.*?</div>', re.DOTALL)


def banner(person: Person, row: Any) -> str:
    """The banner of the row's page in one line; empty where there is none."""
    found = BANNER.search(person.get(page(row, "change")).content.decode())
    return " ".join(found[0].split()) if found else ""


def resume_url(row: Any) -> str:
    return page(row, "change").replace("change/", "resume/")


def test_context__suspended__says_how_much_and_offers_undo(alpha: Person, world: World) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="anna@acme.example")
    update_user(actor=OPERATOR, user=world.users[24], is_active=False)
    (first,) = alpha.messages(alpha.change(world.contexts[24], {"is_active": ""}))
    change = Change.objects.latest("pk")
    assert first.startswith("“alpha_acme” suspended: 1 mailbox, 1 alias out of service. <button ")
    assert f'formaction="/admin/bulk/bulkjob/undo/change/{change.pk}/"' in first
    assert "Undo …" in alpha.get(f"/admin/changelog/change/{change.pk}/change/").content.decode()
    assert (change.kind, change.label, (change.after or {})["is_active"]) == ("context", "24 alpha_acme", False)


def test_context__suspended__aliases_whose_end_has_come_are_not_counted(alpha: Person, world: World) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="gone@acme.example", recipients=["a@far.example"])
    ForwardingAlias.objects.filter(normalized="gone@acme.example").update(expires_on=today())
    (first,) = alpha.messages(alpha.change(world.contexts[24], {"is_active": ""}))
    assert first.startswith("“alpha_acme” suspended: 1 mailbox, 1 alias out of service. ")


def test_context__resumed__says_how_much_is_back(alpha: Person, world: World) -> None:
    update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    (first,) = alpha.messages(alpha.change(world.contexts[24], {"is_active": "on"}))
    assert first.startswith("“alpha_acme” resumed: 1 mailbox, 1 alias in service again. <button ")


def test_context__other_changes_say_nothing_of_it(alpha: Person, world: World) -> None:
    assert len(alpha.messages(alpha.change(world.contexts[24], {"max_user": "9"}))) == 1


def test_reseller__suspended__counts_what_is_below_and_in_service(root: Person, world: World) -> None:
    update_context(actor=OPERATOR, context=world.contexts[25], is_active=False)
    (first,) = root.messages(root.change(world.resellers["alpha"], {"is_active": ""}))
    # Contexts 24, and those of the child, 34 and 35; 25 was out of service before.
    assert first.startswith("“alpha” suspended: 3 mailboxes, 3 aliases out of service. <button ")


def test_reseller__child_of_a_suspended_one__takes_nothing_more(root: Person, world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], is_active=False)
    (first,) = root.messages(root.change(world.resellers["alphakid"], {"is_active": ""}))
    assert first.startswith("“alphakid” suspended: nothing of it was in service. <button ")


def test_bulk__suspended_contexts__each_row_and_the_sum(alpha: Person, world: World) -> None:
    job = preview(world.administrators["alpha"], "contexts.suspend", Context.objects.filter(pk__in=[24, 25]))
    assert details(job) == dict.fromkeys(["alpha_acme", "alpha_bolt"], "out of service: 1 mailbox, 1 alias")
    job = run(job)
    url = f"/admin/bulk/bulkjob/{job.pk}/change/"
    assert "Out of service: 2 mailboxes, 2 aliases." in alpha.get(url).content.decode()
    assert "Undo …" in alpha.get(url).content.decode()
    back = run(preview(world.administrators["alpha"], "contexts.resume", Context.objects.filter(pk__in=[24, 25])))
    text = alpha.get(f"/admin/bulk/bulkjob/{back.pk}/change/").content.decode()
    assert "In service again: 2 mailboxes, 2 aliases." in text


def test_bulk__of_a_suspended_reseller__says_nothing_false(world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alphakid"], is_active=False)
    job = preview(world.administrators["alpha"], "contexts.suspend", Context.objects.filter(pk__in=[34, 35]))
    assert details(job) == {}


def test_bulk__the_words_take_no_statement_a_row(world: World) -> None:
    counts = []
    for keys in ([24], [24, 25, 34, 35]):
        with CaptureQueriesContext(connection) as queries:
            preview(world.administrators["alpha"], "contexts.suspend", Context.objects.filter(pk__in=keys))
        counts.append(sum("COUNT(" in query["sql"] and "accounts_user" in query["sql"] for query in queries))
    assert counts[0] == counts[1]


def test_banner__of_a_suspended_context__has_resume(alpha: Person, world: World) -> None:
    assert banner(alpha, world.contexts[24]) == ""
    update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    text = banner(alpha, world.contexts[24])
    assert "alpha_acme is suspended." in text
    assert "Out of service with it: 1 mailbox, 1 alias." in text
    assert f'action="{resume_url(world.contexts[24])}"' in text
    response = alpha.post(resume_url(world.contexts[24]), {})
    assert alpha.messages(response)[0].startswith("“alpha_acme” resumed: 1 mailbox, 1 alias in service again.")
    assert Context.objects.get(pk=24).is_active
    assert banner(alpha, world.contexts[24]) == ""
    line = Change.objects.latest("pk")
    assert (line.actor, line.channel, line.kind, line.key) == ("alpha", "web", "context", 24)


def test_banner__below_a_suspended_reseller__has_no_resume(alpha: Person, world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alphakid"], is_active=False)
    text = banner(alpha, world.contexts[34])
    assert "Its reseller is suspended." in text
    assert "<form" not in text


def test_banner__of_a_suspended_reseller__has_resume_for_who_stands_above(alpha: Person, world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alphakid"], is_active=False)
    assert "Resume" in banner(alpha, world.resellers["alphakid"])
    alpha.post(resume_url(world.resellers["alphakid"]), {})
    assert Reseller.objects.get(name="alphakid").is_active


@pytest.mark.parametrize(
    ("who", "context", "status"),
    [
        (None, 24, 302),
        ("beta", 24, 404),
        ("alphakid", 24, 404),
        ("admin@alpha_bolt", 24, 404),
        ("admin@alpha_acme", 24, 403),
        ("alpha", 999, 404),
    ],
)
def test_resume__who_may_not_change_it_changes_nothing(
    enter: Enter, world: World, who: str | None, context: int, status: int
) -> None:
    # Its own administrator cannot log in while it is suspended: so it is asked of one that is active.
    if who != "admin@alpha_acme":
        update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    person, before = enter(who), everything()
    person.post(f"/admin/accounts/context/{context}/resume/", {}, status)
    assert everything() == before


def test_resume__own_reseller_is_nobody_s_to_switch(alpha: Person, world: World) -> None:
    alpha.post(resume_url(world.resellers["alpha"]), {}, 403)


def test_resume__is_no_link(logged_in: Login, world: World) -> None:
    update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    assert logged_in("alpha").get(resume_url(world.contexts[24])).status_code == 405
    assert not Context.objects.get(pk=24).is_active
