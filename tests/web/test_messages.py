"""What is said after a form: what was done, with counts, and the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import Administrator, ConfigProperty, Context, User
from accounts.services.administrators import update_administrator
from accounts.services.contexts import update_context
from bulk.models import BulkJob
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from tests.web.conftest import Enter
from tests.web.person import Person, page
from tests.web.test_unhappy import text_of
from tests.world import OPERATOR, World


def said(person: Person, response: Any) -> tuple[str, str]:
    """The one sentence, and the address of its button; "" for none."""
    (message,) = person.messages(response)
    button = re.search(r'formaction="([^"]+)"', message)
    return re.sub(r"<[^>]*>.*", "", message).strip(), button[1] if button else ""


def undone(person: Person, url: str) -> None:
    """Go by the button, and start what it shows."""
    job = BulkJob.objects.get(pk=int(person.post(url, {}).url.split("/")[-3]))
    assert (job.refused, job.changed) == (0, job.total)
    person.post(page(job, "start"), {"count": str(job.changed)})


def test_change__names_the_fields_and_is_undone(alpha: Person, world: World) -> None:
    user = world.users[24]
    words, undo = said(alpha, alpha.change(user, {"quota": "7", "quota_unit": "MB", "msisdn": "+49 30 1234567"}))
    assert words == "User “johndoe@acme.example” changed: phone number, quota."
    undone(alpha, undo)
    user.refresh_from_db()
    assert (user.quota, user.msisdn) == (1_048_576, "+49.1234.5624")


def test_change__of_nothing_says_so(alpha: Person, world: World) -> None:
    words, undo = said(alpha, alpha.change(world.users[24], {}))
    assert (words, undo) == ("User “johndoe@acme.example” is as it was: nothing was changed.", "")


def test_add__is_undone(alpha: Person) -> None:
    words, undo = said(alpha, alpha.add(User, {"context": 24, "uidname": "anna@acme.example", "is_active": "on"}))
    assert words == "User “anna@acme.example” added."
    undone(alpha, undo)
    assert not User.objects.filter(uidname="anna@acme.example").exists()


def test_delete__counts_what_went_with_it_and_brings_all_back(alpha: Person, world: World) -> None:
    response = alpha.client.post(page(world.contexts[24], "delete"), {"post": "yes", "typed": "alpha_acme"})
    words, undo = said(alpha, response)
    assert words.startswith("Context “alpha_acme” deleted. With it: ")
    for part in (
        "user: 1",
        "forwarding alias: 1",
        "explicit domain: 1",
        "administrator: 1",
        "configuration property: 1",
    ):
        assert part in words
    undone(alpha, undo)
    assert Context.objects.get(pk=24).users.count() == 1
    assert ForwardingAlias.objects.filter(context=24).count() == 1


def test_leaving__counts_the_aliases(alpha: Person, world: World) -> None:
    words, undo = said(alpha, alpha.delete(world.users[24], leads="take_out"))
    assert words == "User “johndoe@acme.example” deleted. With it: forwarding alias: 1."
    undone(alpha, undo)
    assert User.objects.filter(uidname="johndoe@acme.example").exists()


def test_password__offers_no_way_back(alpha: Person, world: World) -> None:
    clerk = world.administrators["admin@alpha_acme"]
    new = {"new_password": "a rather new secret", "repeated_password": "a rather new secret"}
    words, undo = said(alpha, alpha.change(clerk, new))
    assert (words, undo) == ("Administrator “admin@alpha_acme” changed: password.", "")


def test_suspension__is_one_message_with_what_else_was_changed(alpha: Person, world: World) -> None:
    words, undo = said(alpha, alpha.change(world.contexts[24], {"is_active": "", "max_user": "9"}))
    assert words.startswith("“alpha_acme” suspended: 1 mailbox, 1 alias out of service. Context “alpha_acme” changed: ")
    undone(alpha, undo)
    assert Context.objects.get(pk=24).is_active


@pytest.mark.parametrize("model", [ConfigProperty, ExplicitDomain, Administrator, ForwardingAlias])
def test_names_from_outside__are_text(alpha: Person, world: World, model: type[Any]) -> None:
    evil = "<b>x</b>"
    if model is ConfigProperty:
        response = alpha.add(model, {"name": evil, "value": "1", "context": 24})
        assert "&lt;b&gt;" in alpha.client.get(response.url).content.decode()
        assert evil not in alpha.client.get(page(Change)).content.decode()


def test_company__is_told_whom_to_ask(enter: Enter, world: World) -> None:
    update_context(actor=OPERATOR, context=world.contexts[24], max_user=1)
    person = enter("admin@alpha_acme")
    answer = person.add(User, {"uidname": "anna@acme.example", "is_active": "on"}, 200)
    assert "has reached its limit of 1 user. Ask your reseller." in text_of(answer)
    assert "Ask your reseller, who can do it for you." in text_of(person.get("/admin/domains/explicitdomain/", 403))
    alpha = enter("alpha").add(User, {"context": 24, "uidname": "anna@acme.example", "is_active": "on"}, 200)
    assert "Ask your reseller" not in text_of(alpha)


def test_in_german(alpha: Person, world: World) -> None:
    update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], language="de")
    words, _undo = said(alpha, alpha.change(world.users[24], {"quota": "7", "quota_unit": "MB"}))
    assert words == "Benutzer „johndoe@acme.example“ geändert: Quota."
    words, _undo = said(alpha, alpha.delete(world.users[24], leads="take_out"))
    assert words == "Benutzer „johndoe@acme.example“ gelöscht. Dazu: Weiterleitung: 1."
