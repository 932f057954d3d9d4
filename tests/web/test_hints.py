"""The hints at the first login: once for each person, and gone for good."""

from __future__ import annotations

import pytest

from accounts.models import Administrator
from changelog.models import Change
from tests.web.conftest import Enter
from tests.web.person import Person
from tests.world import World

HEADING = "Three hints to begin with"


@pytest.mark.parametrize("who", ["root", "alpha", "alphakid", "admin@alpha_acme"])
def test_overview__shows_three_hints_until_they_are_read_and_never_again(enter: Enter, who: str) -> None:
    person = enter(who)
    first = person.get("/admin/").content.decode()
    assert HEADING in first
    assert first.count("Read more") == 3
    assert HEADING in person.get("/admin/").content.decode()
    before = Change.objects.count()
    assert person.post("/admin/account/hints", {}).url == "/admin/"
    assert HEADING not in person.get("/admin/").content.decode()
    assert HEADING not in enter(who).get("/admin/").content.decode()
    assert Change.objects.count() == before


def test_hints__are_read_by_each_person_for_themselves(alpha: Person, root: Person) -> None:
    alpha.post("/admin/account/hints", {})
    assert HEADING in root.get("/admin/").content.decode()


def test_hints__are_only_on_the_overview_and_in_the_readers_language(alpha: Person) -> None:
    assert HEADING not in alpha.get("/admin/accounts/user/").content.decode()
    german = alpha.client.get("/admin/", headers={"accept-language": "de"}).content.decode()
    assert "Drei Hinweise zu Beginn" in german


def test_hints__put_away_leave_other_choices_as_they_are(alpha: Person, world: World) -> None:
    who = Administrator.objects.get(pk=world.administrators["alpha"].pk)
    alpha.post("/admin/account/density", {"density": "roomy"})
    alpha.post("/admin/account/hints", {})
    who.refresh_from_db()
    assert who.preferences["density"] == "roomy"
    assert who.preferences["hints_seen"] is True


def test_hints__are_put_away_by_a_form_of_those_who_are_logged_in(alpha: Person, enter: Enter) -> None:
    alpha.get("/admin/account/hints", status=405)
    assert "/admin/login/" in enter(None).post("/admin/account/hints", {}).url
    assert HEADING in alpha.get("/admin/").content.decode()
