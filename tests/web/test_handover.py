"""Handing a context over in the web admin: from its page, and from the list."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Context
from bulk.models import BulkJob
from tests.web.person import Person, page
from tests.world import World

pytestmark = pytest.mark.django_db

EDIT = "contexts.hand_over"


def ask(person: Person, number: int, answers: dict[str, str] | None = None) -> Any:
    data = {"action": EDIT, "_selected_action": str(number), "select_across": "0"}
    data |= {} if answers is None else {"bulk": "1", **answers}
    return person.client.post(page(Context), data)


def test_page_of_a_context__offers_it(alpha: Person, world: World) -> None:
    text = alpha.get(page(world.contexts[24], "change")).content.decode()
    assert f'name="action" value="{EDIT}"' in text
    form = ask(alpha, 24).content.decode()
    assert "Hand over to another reseller" in form
    assert 'name="edit-reseller"' in form
    assert 'name="edit-nobody"' not in form


def test_form__asks_who_gets_it(alpha: Person, world: World) -> None:
    assert "Say who gets them." in ask(alpha, 24, {}).content.decode()
    beta = str(world.resellers["beta"].pk)
    refused = ask(alpha, 24, {"edit-reseller": beta}).content.decode()
    assert "That choice is not one of the available choices" in refused
    assert not BulkJob.objects.exists()


def test_whole_way__preview_number_done(alpha: Person, world: World) -> None:
    kid = str(world.resellers["alphakid"].pk)
    assert ask(alpha, 24, {"edit-reseller": kid}).status_code == 302
    job = BulkJob.objects.get()
    text = alpha.get(f"/admin/bulk/bulkjob/{job.pk}/change/").content.decode()
    assert "goes along: 1 user" in text
    alpha.post(f"/admin/bulk/bulkjob/{job.pk}/start/", {"count": "1"})
    assert Context.objects.get(pk=24).reseller == world.resellers["alphakid"]


def test_master__may_take_it_from_all_resellers(root: Person, world: World) -> None:
    assert ask(root, 24, {"edit-nobody": "on"}).status_code == 302
    assert "the hoster" in root.get(f"/admin/bulk/bulkjob/{BulkJob.objects.get().pk}/change/").content.decode()


@pytest.mark.parametrize("who", ["alphakid", "admin@alpha_acme"])
def test_nobody_to_give_it_to__no_such_action(world: World, who: str) -> None:
    person = Person(world.administrators[who])
    number = 34 if who == "alphakid" else 24
    assert EDIT not in person.get(page(world.contexts[number], "change")).content.decode()
    ask(person, number, {"edit-reseller": str(world.resellers["alpha"].pk)})
    assert not BulkJob.objects.exists()
