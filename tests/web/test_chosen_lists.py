"""Lists as each person has them: columns, rows on a page, density; and what their heads say of the order."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import Administrator, Context, User
from accounts.services.preferences import keep_preferences
from accounts.services.users import create_user
from changelog.models import Change
from core.errors import Invalid
from forwards.models import ForwardingAlias
from tests.web.conftest import Enter
from tests.web.person import Person, page
from tests.world import OPERATOR, World


def _head(person: Person, url: str, **query: Any) -> list[str]:
    """The columns that the list shows, but for the links to change a row."""
    text = person.get(url, **query).content.decode().partition('id="result_list"')[2]
    names = re.findall(r"[ \"]column-(\w+)", text.partition("</thead>")[0])
    return [name for name in names if name != "quick_link"]


def _text(person: Person, url: str, **query: Any) -> str:
    return " ".join(person.get(url, **query).content.decode().split())


def keep(person: Person, model: Any = User, **data: Any) -> Any:
    return person.post(page(model, "view"), data)


def test_columns__are_those_that_the_person_has_chosen_and_nobody_elses(alpha: Person, enter: Enter) -> None:
    usual = _head(alpha, page(User))
    answer = keep(alpha, column=["status", "uidname", "nothing", "password"], query="q=john&o=2")
    assert answer.url == f"{page(User)}?q=john"
    assert _head(alpha, page(User)) == ["uidname", "status"]
    assert _head(enter("root"), page(User)) == usual


def test_columns__first_stays_and_none_is_the_usual_ones(alpha: Person) -> None:
    usual = _head(alpha, page(User))
    keep(alpha, column=["status"])
    assert _head(alpha, page(User)) == ["uidname", "status"]
    keep(alpha)
    assert _head(alpha, page(User)) == usual


def test_columns__that_a_role_does_not_see_cannot_be_chosen(enter: Enter) -> None:
    person = enter("admin@alpha_acme")
    keep(person, Context, column=["id", "reseller", "status"])
    assert _head(person, page(Context)) == ["id", "status"]
    assert 'value="reseller"' not in _text(person, page(Context))


@pytest.mark.parametrize("rows", [25, 50, 100])
def test_rows__on_a_page_are_as_many_as_were_chosen(alpha: Person, world: World, rows: int) -> None:
    for number in range(60):
        create_user(actor=OPERATOR, context=world.contexts[24], number=100 + number, uidname=f"r{number}@acme.example")
    keep(alpha, rows=str(rows))
    shown = alpha.get(page(User)).context["cl"]
    assert len(shown.result_list) == min(rows, 64)


def test_view__what_is_no_choice_is_not_kept(alpha: Person, world: World) -> None:
    keep(alpha, rows="7", density="huge", query="x" * 5000)
    assert Administrator.objects.get(login="alpha").preferences == {"columns": {"accounts.user": []}}
    for odd in ([1], {"columns": 3}, "x"):
        Administrator.objects.filter(login="alpha").update(preferences=odd)
        assert alpha.get(page(User)).status_code == 200


def test_view__is_no_change_of_anybodys_data(alpha: Person) -> None:
    count = Change.objects.count()
    keep(alpha, rows="25", density="roomy", column=["status"])
    assert Change.objects.count() == count
    assert '<body class="roomy' in _text(alpha, page(User))


def test_view__looking_keeps_nothing(alpha: Person) -> None:
    alpha.get(page(User, "view"), status=405)


def test_keep_preferences__no_endless_lists(world: World) -> None:
    with pytest.raises(Invalid):
        keep_preferences(administrator=world.administrators["alpha"], columns={"a": ["b"] * 101})


@pytest.mark.parametrize(
    ("back", "goes"),
    [
        ("/admin/accounts/user/?q=a", "/admin/accounts/user/?q=a"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example/", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_density__is_kept_and_leads_back_to_where_one_was(alpha: Person, back: str, goes: str) -> None:
    answer = alpha.post("/admin/account/density", {"density": "roomy", "next": back})
    assert answer.url == goes
    assert Administrator.objects.get(login="alpha").preferences["density"] == "roomy"


@pytest.mark.parametrize(
    ("model", "order", "sorted_by"),
    [
        (ForwardingAlias, "", ("address", "ascending")),
        (ForwardingAlias, "-1", ("address", "descending")),
        (User, "", None),  # by context and number: no column is the first of the order
        (User, "2", ("number", "ascending")),
    ],
)
def test_head__says_what_the_list_is_sorted_by_and_nothing_else(
    alpha: Person, model: Any, order: str, sorted_by: tuple[str, str] | None
) -> None:
    text = _text(alpha, page(model), **({"o": order} if order else {}))
    found = re.findall(r'column-(\w+)[^>]*aria-sort="(\w+)"', text)
    assert found == ([] if sorted_by is None else [sorted_by])
    assert text.count('class="arrow"') == len(found)
