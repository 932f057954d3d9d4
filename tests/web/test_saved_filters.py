"""Filters with a name: one's own, shared with colleagues, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Administrator, SavedFilter, User
from accounts.services.administrators import create_administrator
from accounts.services.saved_filters import MOST, delete_filter, save_filter
from changelog.models import Change
from core.access import Role
from core.errors import Invalid, NotFound
from tests.web.conftest import Enter
from tests.web.person import Person, page
from tests.world import OPERATOR, PASSWORD, World


def _text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def save(person: Person, name: str, query: str, **more: str) -> Any:
    return person.post(page(User, "filters"), {"name": name, "query": query, **more})


def _colleague(world: World, login: str, **fields: Any) -> None:
    made = create_administrator(actor=OPERATOR, login=login, password=PASSWORD, **fields)
    world.administrators[str(made)] = Administrator.objects.with_owner().get(pk=made.pk)


def test_saved__is_offered_in_its_list_and_leads_to_what_was_seen(alpha: Person) -> None:
    lines = Change.objects.count()
    answer = save(alpha, "Suspended Johns", "status=suspended&q=john&o=2&after=x&p=3")
    assert answer.url == f"{page(User)}?status=suspended&q=john"
    shown = _text(alpha.get(page(User)))
    assert 'href="?status=suspended&amp;q=john"' in shown
    assert "Suspended Johns" in shown
    assert "Suspended Johns" not in _text(alpha.get("/admin/accounts/context/"))
    assert Change.objects.count() == lines


def test_saved__under_the_same_name_takes_the_place_of_the_first(alpha: Person) -> None:
    save(alpha, "mine", "q=a")
    save(alpha, "mine", "q=b", shared="on")
    assert SavedFilter.objects.values_list("query", "is_shared").get() == ("q=b", True)


@pytest.mark.parametrize("shared", [True, False])
def test_shared__with_colleagues_of_the_same_reseller_and_nobody_else(world: World, enter: Enter, shared: bool) -> None:
    _colleague(world, "alpha2", role=Role.RESELLER, reseller=world.resellers["alpha"])
    save(enter("alpha"), "for all of us", "q=a", **({"shared": "on"} if shared else {}))
    for login in ("alpha2", "alphakid", "beta", "root", "admin@alpha_acme"):
        seen = "for all of us" in _text(enter(login).get(page(User)))
        assert seen is (shared and login == "alpha2"), login


def test_shared__in_one_company_and_no_other(world: World, enter: Enter) -> None:
    _colleague(world, "second", role=Role.CONTEXT, context=world.contexts[24])
    save(enter("admin@alpha_acme"), "ours", "q=a", shared="on")
    assert "ours" in _text(enter("second@alpha_acme").get(page(User)))
    assert "ours" not in _text(enter("admin@alpha_bolt").get(page(User)))
    assert "ours" not in _text(enter("alpha").get(page(User)))


def test_delete__is_the_owners_alone(world: World, enter: Enter) -> None:
    _colleague(world, "alpha2", role=Role.RESELLER, reseller=world.resellers["alpha"])
    save(enter("alpha"), "ours", "q=a", shared="on")
    key = SavedFilter.objects.get().pk
    enter("alpha2").post(page(User, "filters"), {"delete": str(key), "query": ""})
    assert SavedFilter.objects.count() == 1
    for odd in ("x", "9" * 40, "-1"):
        enter("alpha").post(page(User, "filters"), {"delete": odd, "query": ""})
    enter("alpha").post(page(User, "filters"), {"delete": str(key), "query": "q=a"})
    assert SavedFilter.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "query"), [("", "q=a"), ("x" * 65, "q=a"), ("a\x07", "q=a"), ("a", ""), ("a", "q=" + "x" * 3000)]
)
def test_save__what_is_no_filter_is_refused(world: World, name: str, query: str) -> None:
    with pytest.raises(Invalid):
        save_filter(
            administrator=world.administrators["alpha"], listed="accounts.user", name=name, query=query, is_shared=False
        )


def test_save__not_without_end(world: World) -> None:
    alpha = world.administrators["alpha"]
    for number in range(MOST):
        save_filter(administrator=alpha, listed="a.b", name=str(number), query="q=a", is_shared=False)
    with pytest.raises(Invalid):
        save_filter(administrator=alpha, listed="a.b", name="one more", query="q=a", is_shared=False)
    save_filter(administrator=alpha, listed="a.b", name="0", query="q=b", is_shared=False)


def test_delete__of_somebody_elses_is_not_found(world: World) -> None:
    save_filter(administrator=world.administrators["alpha"], listed="a.b", name="a", query="q=a", is_shared=True)
    with pytest.raises(NotFound):
        delete_filter(administrator=world.administrators["root"], key=SavedFilter.objects.get().pk)


def test_saved__hostile_names_and_queries_show_as_text(alpha: Person) -> None:
    save(alpha, "<script>alert(1)</script>", 'q="><script>x</script>')
    shown = _text(alpha.get(page(User)))
    assert "<script>alert(1)" not in shown
    assert "<script>x" not in shown


def test_saved__goes_with_its_administrator(world: World, alpha: Person) -> None:
    save(alpha, "mine", "q=a")
    Administrator.objects.filter(login="alpha").delete()
    assert not SavedFilter.objects.exists()
