"""What the search offers before anything is typed: favourites and what was opened last, of the person alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Administrator, Context, User
from accounts.services import preferences
from accounts.services.administrators import create_administrator
from accounts.services.handover import hand_over
from accounts.services.preferences import FAVOURITES, RECENT, note_opened, set_favourite
from accounts.services.users import delete_user
from changelog.models import Change
from core.access import Role
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from tests.web.conftest import Enter
from tests.web.person import Person, page
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db


def offered(person: Person) -> list[tuple[str, str]]:
    """What the empty box shows: which of the two it is, and the name."""
    hits = person.get("/admin/search", format="json", q=" ").json()["hits"]
    return [(hit["kind"], hit["label"]) for hit in hits]


def star(person: Person, row: Any, wanted: bool = True) -> Any:
    return person.post(page(row, "favourite"), {"favourite": "yes" if wanted else "no"})


def of_every_kind(world: World) -> list[Any]:
    return [
        world.administrators["admin@alpha_acme"],
        world.resellers["alphakid"],
        ExplicitDomain.objects.get(context=24),
        ForwardingAlias.objects.get(context=24),
        world.users[24],
        world.contexts[24],
    ]


def test_recent__has_objects_of_every_kind_the_latest_first(world: World, alpha: Person) -> None:
    rows = of_every_kind(world)
    for row in rows:
        alpha.get(page(row, "change"))
    assert offered(alpha) == [("Recent", str(row)) for row in reversed(rows)]
    alpha.get(page(rows[1], "change"))
    assert offered(alpha)[:2] == [("Recent", "alphakid"), ("Recent", "alpha_acme")]


def test_recent__says_what_it_is_and_leads_there(world: World, alpha: Person) -> None:
    alpha.get(page(world.users[24], "change"))
    alpha.get(page(ForwardingAlias.objects.get(context=24), "change"))
    alias, user = alpha.get("/admin/search", format="json").json()["hits"]
    assert user["detail"] == "User · 24 alpha_acme · 42 · +49.1234.5624"
    assert user["url"] == page(world.users[24], "change")
    assert alias["leads"] == "johndoe@, outside@elsewhere.example"


def test_recent__is_bounded_and_nobody_elses(world: World, alpha: Person, enter: Enter) -> None:
    names = [f"many{number:02}" for number in range(RECENT + 2)]
    rows = Context.objects.bulk_create(
        Context(id=1000 + number, name=name, reseller=world.resellers["alpha"]) for number, name in enumerate(names)
    )
    before = Change.objects.count()
    for row in rows:
        alpha.get(page(row, "change"))
    assert [name for _kind, name in offered(alpha)] == names[::-1][:RECENT]
    assert len(Administrator.objects.get(login="alpha").preferences["recent"]) == RECENT
    assert offered(enter("root")) == []
    assert Change.objects.count() == before


def test_recent__lists_popups_forms_and_refusals_leave_nothing(world: World, alpha: Person) -> None:
    alpha.get(page(User))
    alpha.get(page(User, "add"))
    alpha.get(page(world.users[24], "change"), _popup="1")
    alpha.get(page(world.users[44], "change"), 302)
    alpha.get(page(world.users[24], "history"))
    assert offered(alpha) == []


def test_recent__the_newest_again_costs_no_statement(world: World, alpha: Person) -> None:
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            alpha.get(page(world.users[24], "change"))
        return [one["sql"] for one in captured]

    alpha.get(page(world.contexts[24], "change"))
    first = statements()
    assert any(one.startswith("UPDATE") and "preferences" in one for one in first)
    again = statements()
    assert not any(one.startswith(("UPDATE", "INSERT")) for one in again)
    assert len(again) < len(first)


def test_recent__that_cannot_be_written_leaves_the_page(
    world: World, alpha: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_kwargs: Any) -> None:
        raise OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(preferences, "note_opened", fail)
    assert "johndoe@acme.example" in alpha.get(page(world.users[24], "change")).content.decode()


def test_shortcuts__show_nothing_that_is_gone_or_foreign(world: World, alpha: Person) -> None:
    alias = ForwardingAlias.objects.get(context=25)
    for row in (world.contexts[24], world.users[24], alias):
        alpha.get(page(row, "change"))
    star(alpha, world.users[25])
    star(alpha, alias)
    delete_user(actor=OPERATOR, user=world.users[25])
    hand_over(actor=OPERATOR, context=world.contexts[24], reseller=world.resellers["beta"])
    assert offered(alpha) == [("Favourites", "sales@bolt.example")]
    text = alpha.get("/admin/search").content.decode()
    assert "acme" not in text
    assert "johndoe@acme" not in text


@pytest.mark.parametrize("kind", ["accounts.reseller", "accounts.label", "bulk.bulkjob", "accounts.administrator"])
def test_shortcuts__a_context_administrator_meets_no_kind_that_is_not_theirs(
    world: World, enter: Enter, kind: str
) -> None:
    admin = world.administrators["admin@alpha_acme"]
    set_favourite(administrator=admin, listed=kind, key=world.resellers["alpha"].pk, wanted=True)
    names = {name for _kind, name in offered(enter("admin@alpha_acme"))}
    assert names <= {"admin@alpha_acme"}


def test_favourite__is_set_and_taken_back_by_the_star(world: World, alpha: Person) -> None:
    user, before = world.users[24], Change.objects.count()
    assert "Add to favourites" in alpha.get(page(user, "change")).content.decode()
    assert star(alpha, user).url == page(user, "change")
    text = alpha.get(page(user, "change")).content.decode()
    assert "“johndoe@acme.example” is a favourite now." in text
    assert "Remove from favourites" in text
    assert offered(alpha) == [("Favourites", "johndoe@acme.example")]
    star(alpha, user, wanted=False)
    assert "is no favourite any more." in alpha.get(page(user, "change")).content.decode()
    assert offered(alpha) == [("Recent", "johndoe@acme.example")]
    assert Change.objects.count() == before


def test_favourite__leads_back_to_where_the_page_was_opened_from(world: World, alpha: Person) -> None:
    back = page(world.contexts[24], "change")
    answer = alpha.post(page(world.users[24], "favourite"), {"favourite": "yes", "_back": back})
    assert answer.url == f"{page(world.users[24], 'change')}?_back=%2Fadmin%2Faccounts%2Fcontext%2F24%2Fchange%2F"


def test_favourite__of_somebody_else_is_refused(world: World, alpha: Person, enter: Enter) -> None:
    assert alpha.client.post(page(world.users[44], "favourite"), {"favourite": "yes"}).status_code == 404
    assert alpha.client.get(page(world.users[24], "favourite")).status_code == 405
    assert "/admin/login/" in star(enter(None), world.users[24]).url
    assert "favourites" not in Administrator.objects.get(login="alpha").preferences


def test_favourites__are_bounded_and_the_oldest_gives_way(world: World) -> None:
    alpha = world.administrators["alpha"]
    for key in range(1, FAVOURITES + 3):
        set_favourite(administrator=alpha, listed="accounts.user", key=key, wanted=True)
    kept = Administrator.objects.get(login="alpha").preferences["favourites"]
    assert len(kept) == FAVOURITES
    assert [kept[0][1], kept[-1][1]] == [FAVOURITES + 2, 3]


def test_shortcuts__keep_what_else_was_chosen(world: World, alpha: Person) -> None:
    alpha.post("/admin/account/density", {"density": "roomy"})
    star(alpha, world.users[24])
    alpha.get(page(world.users[24], "change"))
    alpha.post("/admin/account/hints", {})
    kept = Administrator.objects.get(login="alpha").preferences
    assert kept["density"] == "roomy"
    assert kept["favourites"] == kept["recent"] == [["accounts.user", world.users[24].pk]]


def test_search_page__without_words_shows_both(world: World, alpha: Person) -> None:
    text = alpha.get("/admin/search").content.decode()
    assert "What you mark with the star on its page appears here." in text
    assert ">Nothing found.<" not in text.replace("\n", "").replace("  ", "")
    star(alpha, world.users[24])
    alpha.get(page(world.contexts[24], "change"))
    shortcuts = alpha.get("/admin/search").context["shortcuts"]
    assert [hit.label for hit in shortcuts.favourites] == ["johndoe@acme.example"]
    assert [hit.label for hit in shortcuts.recent] == ["alpha_acme"]


def test_search_page__costs_as_many_statements_for_one_shortcut_as_for_fifty(world: World, alpha: Person) -> None:
    who = world.administrators["alpha"]

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            alpha.get("/admin/search")
        return len(captured)

    users = User.objects.bulk_create(
        User(context_id=24, number=100 + n, uidname=f"n{n}@x.example", uidname_normalized=f"n{n}@x.example")
        for n in range(FAVOURITES)
    )
    set_favourite(administrator=who, listed="accounts.user", key=users[0].pk, wanted=True)
    one = statements()
    for user in users:
        set_favourite(administrator=who, listed="accounts.user", key=user.pk, wanted=True)
    assert statements() == one


@pytest.mark.parametrize("role", [Role.RESELLER, Role.CONTEXT])
def test_shortcuts__go_with_their_administrator(world: World, role: Role) -> None:
    """They are in the administrator's row: nothing is left to be kept or erased by itself."""
    owner = {"reseller": world.resellers["alpha"]} if role is Role.RESELLER else {"context": world.contexts[24]}
    who = create_administrator(actor=OPERATOR, login="short", role=role, password="wörld:pass word", **owner)
    note_opened(administrator=who, listed="accounts.user", key=world.users[24].pk)
    assert Administrator.objects.get(pk=who.pk).preferences == {"recent": [["accounts.user", world.users[24].pk]]}
