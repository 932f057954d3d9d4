"""The pages of a list: every row once, whatever is added or deleted meanwhile; and how many rows there are."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.db import connection
from django.db.models import Model, Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Context, Reseller, User
from bulk.models import BulkJob
from changelog.models import Change
from core import counts
from core.admin import searching
from core.admin.base import ScopedModelAdmin
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.web.conftest import Enter
from tests.web.person import Person, page, rows_of
from tests.world import World

PER_PAGE: Final = 3
LISTS: Final[list[type[Model]]] = [Reseller, Context, User, ForwardingAlias, ExplicitDomain, Change]


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScopedModelAdmin, "list_per_page", PER_PAGE)
    monkeypatch.setattr(ScopedModelAdmin, "list_max_show_all", 0)


def fill(number: int = 10) -> None:
    """More users, aliases and changes, many of them alike, with and without the values that may be missing."""
    for one in range(number):
        name = f"many{one:02}@acme.example"
        digits = f"49999000{one:02}" if one % 3 else None
        User.objects.create(
            context_id=(24, 25)[one % 2], number=500 + one, domain="acme.example",
            uidname=name, uidname_normalized=name, msisdn=digits, msisdn_digits=digits,
            quota=(None, 1, 2**40)[one % 3], is_active=bool(one % 4),
        )  # fmt: skip
        ForwardingAlias.objects.create(
            context_id=(24, 25, 44)[one % 3], address=name.title(), normalized=name, domain="acme.example",
            is_active=bool(one % 2),
        )  # fmt: skip
        Change.objects.create(actor=f"a{one % 2}", channel="web", action="create", kind="user", label=name, key=one)


def link(response: Any, name: str) -> str:
    """The address of one of the ways to another page; "" for none."""
    return str(getattr(response.context["cl"], f"{name}_url"))


def walk(person: Person, url: str, query: str, way: str) -> Iterator[list[Any]]:
    """The pages from here on, by following the links of this name."""
    while True:
        response = person.get(f"{url}{query}")
        yield rows_of(response)
        query = link(response, way)
        if not query:
            return


@pytest.mark.postgres
@pytest.mark.parametrize("model", LISTS, ids=[model.__name__ for model in LISTS])
def test_pages__show_every_row_once_in_any_order_and_both_ways(world: World, root: Person, model: type[Model]) -> None:
    fill(6)
    url = page(model)
    everything = set(model._default_manager.values_list("pk", flat=True))
    changelist = root.get(url).context["cl"]
    columns = [n for n, name in enumerate(changelist.list_display) if changelist.get_ordering_field(name)]
    orders = [f"{sign}{column}" for column in columns for sign in ("", "-")]
    for order in ("", *orders):
        query = f"?o={order}" if order else ""
        forth = [row.pk for rows in walk(root, url, query, "next") for row in rows]
        assert len(forth) == len(everything), (order, forth)
        assert set(forth) == everything
        last = f"?last=1&o={order}" if order else "?last=1"
        pages = list(walk(root, url, last, "previous"))
        # The page that would reach beyond the beginning is the first one, which shows what the one after it shows, too.
        back = [row.pk for rows in reversed(pages[:-1]) for row in rows]
        assert forth[len(forth) - len(back) :] == back, order
        assert [row.pk for row in pages[-1]] == forth[:PER_PAGE], order


def test_pages__are_those_of_the_whole_list_in_its_order(world: World, root: Person) -> None:
    fill()
    whole = list(User.objects.order_by("uidname_normalized").values_list("uidname", flat=True))
    pages = list(walk(root, page(User), "?o=1", "next"))
    assert [row.uidname for rows in pages for row in rows] == whole
    assert [len(rows) for rows in pages[:-1]] == [PER_PAGE] * (len(pages) - 1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["add", "delete", "none"]), st.integers(0, 99)), max_size=12))
def test_pages__what_stays_is_shown_once_whatever_comes_and_goes(
    world: World, root: Person, steps: list[tuple[str, int]]
) -> None:
    ForwardingAlias.objects.filter(normalized__startswith="many").delete()
    Recipient.objects.all().delete()
    fill(12)
    before = set(ForwardingAlias.objects.values_list("pk", flat=True))
    gone: set[int] = set()
    shown: list[int] = []
    for number, rows in enumerate(walk(root, page(ForwardingAlias), "", "next")):
        shown += [row.pk for row in rows]
        action, where = steps[number] if number < len(steps) else ("none", 0)
        if action == "add":
            name = f"many{where:02}-{number}@acme.example"
            ForwardingAlias.objects.create(context_id=24, address=name, normalized=name, domain="acme.example")
        elif action == "delete":
            victim = ForwardingAlias.objects.order_by("pk")[where % ForwardingAlias.objects.count()]
            gone.add(victim.pk)
            victim.delete()
    assert len(shown) == len(set(shown))
    assert set(shown) >= before - gone
    ForwardingAlias.objects.filter(normalized__startswith="many").delete()
    User.objects.filter(uidname__startswith="many").delete()


def test_links__stay_the_same_when_rows_come_and_go_before_them(world: World, root: Person) -> None:
    fill()
    second = link(root.get(page(ForwardingAlias)), "next")
    before = rows_of(root.get(f"{page(ForwardingAlias)}{second}"))
    name = "a-first-one@acme.example"
    ForwardingAlias.objects.create(context_id=24, address=name, normalized=name, domain="acme.example")
    ForwardingAlias.objects.order_by("normalized")[1].delete()
    assert rows_of(root.get(f"{page(ForwardingAlias)}{second}")) == before


def test_links__keep_search_filters_and_order(world: World, root: Person) -> None:
    fill()
    response = root.get(f"{page(User)}?q=many&o=-1&status=active")
    following = link(response, "next")
    assert {part.partition("=")[0] for part in following.lstrip("?").split("&")} == {"q", "o", "status", "after"}
    rows = rows_of(root.get(f"{page(User)}{following}"))
    assert rows
    assert all(row.is_active and row.uidname.startswith("many") for row in rows)
    # Another order or filter begins with the first page.
    assert (
        "after=" not in root.get(f"{page(User)}{following}").content.decode().split("<thead>")[1].split("</thead>")[0]
    )


@pytest.mark.postgres
@pytest.mark.parametrize("ahead", [1, 1000], ids=["too few looked at", "enough looked at"])
@pytest.mark.parametrize("text", ["many", "MANY acme", "target", "alpha_"])
@pytest.mark.parametrize("who", ["root", "alpha"])
def test_search__of_what_many_have_is_the_same_however_it_is_found(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch, who: str, text: str, ahead: int
) -> None:
    """By looking at what comes next in the order, or by sorting all that is found."""
    fill(20)
    aliases = list(ForwardingAlias.objects.filter(normalized__startswith="many")[:12])
    for alias in aliases:
        for place in (1, 2):
            address = f"target{place}.{alias.pk}@far.example"
            Recipient.objects.create(alias=alias, address=address, normalized=address, domain="far.example")
    person, url = enter(who), page(ForwardingAlias)
    few = [row.pk for rows in walk(person, url, f"?q={text}", "next") for row in rows]
    for name, value in (("_MOST", 2), ("_COST", 0), ("_FEWEST_AHEAD", ahead), ("_MOST_AHEAD", ahead)):
        monkeypatch.setattr(searching, name, value)
    assert search_of(person, url, text).many is not None
    many = [row.pk for rows in walk(person, url, f"?q={text}", "next") for row in rows]
    assert many == few
    back = list(walk(person, url, f"?q={text}&last=1", "previous"))
    assert {row.pk for rows in back for row in rows} == set(few)


def search_of(person: Person, url: str, text: str) -> searching.Search:
    """How the list found the text."""
    search: searching.Search = person.get(f"{url}?q={text}").context["cl"].search
    return search


def test_search__what_is_estimated_to_be_much_is_not_counted(world: World, django_assert_num_queries: Any) -> None:
    rows = ForwardingAlias.objects.all()
    many = searching.Many(rows, Q(), rows.values("pk"), Q(), about=123_456, of=200_000)
    with django_assert_num_queries(0):
        assert str(searching.Search(rows, many).count()) == "about 120,000"


def test_pages__nobody_reaches_what_is_not_theirs_by_a_place(world: World, root: Person, enter: Enter) -> None:
    fill()
    beta = enter("beta")
    for query in [link(root.get(page(User)), "next"), "?last=1"]:
        assert {row.context_id for row in rows_of(beta.get(f"{page(User)}{query}"))} <= {44, 45}


@pytest.mark.parametrize(
    "place",
    ["x", "!", "W10", "ü", urlsafe_b64encode(b'["a"]').decode(), urlsafe_b64encode(b"[1,2,3,4]").decode(),
     urlsafe_b64encode(b'[{"a":1},[2]]').decode(), urlsafe_b64encode(b"[null,null]").decode(),
     urlsafe_b64encode(b"[1e999,1]").decode(), urlsafe_b64encode(b'["\\u0000","\\ud800"]').decode(),
     urlsafe_b64encode(b"[1,99999999999999999999999]").decode(), urlsafe_b64encode(b"\xff[").decode(), "W" * 9000],
)  # fmt: skip
@pytest.mark.parametrize("name", ["after", "before"])
def test_pages__a_place_that_is_none_is_answered_like_any_wrong_address(root: Person, name: str, place: str) -> None:
    for url in (page(User), page(Change)):
        response = root.client.get(url, {name: place})
        assert (response.status_code, response.headers["Location"]) == (302, f"{url}?e=1")


def test_export__is_whole_on_whichever_page_it_is_asked_for(world: World, root: Person) -> None:
    fill()
    second = link(root.get(page(User)), "next")
    lines = b"".join(root.client.get(f"{page(User)}export/csv{second}")).decode().splitlines()
    assert len([line for line in lines if "many" in line]) == 10


def test_action__on_everything_takes_the_rows_of_all_pages(world: World, root: Person) -> None:
    fill()
    second = link(root.get(page(ForwardingAlias), q="many"), "next")
    rows = rows_of(root.get(f"{page(ForwardingAlias)}{second}"))
    data = {"action": "forwards.suspend", "select_across": "1", "index": "0", "_selected_action": str(rows[0].pk)}
    root.post(f"{page(ForwardingAlias)}{second}", data)
    assert BulkJob.objects.latest("pk").total == 10


@pytest.mark.postgres
def test_count__of_many_rows_is_an_estimate_and_says_so(
    world: World, root: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    monkeypatch.setattr(counts, "EXACT_UP_TO", 4)
    response = root.get(page(User))
    assert response.context["cl"].count.about
    html = re.sub(r"\s+", " ", response.content.decode())
    assert f"{response.context['cl'].count} users" in html
    assert f"Select all {response.context['cl'].count} users" in html
    assert str(response.context["cl"].count).startswith("about ")
    with CaptureQueriesContext(connection) as captured:
        root.get(page(User))
    assert not [one["sql"] for one in captured if "COUNT(" in one["sql"] and "LIMIT 5" not in one["sql"]]


@pytest.mark.postgres
def test_action__on_about_so_many_takes_exactly_all(
    world: World, root: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    monkeypatch.setattr(counts, "EXACT_UP_TO", 4)
    url = f"{page(ForwardingAlias)}?q=many"
    data = {"action": "forwards.suspend", "select_across": "1", "index": "0"}
    root.post(url, data | {"_selected_action": str(rows_of(root.get(url))[0].pk)})
    assert BulkJob.objects.latest("pk").total == 10


def test_count__of_few_rows_is_exact(world: World, root: Person) -> None:
    fill()
    count = root.get(page(User)).context["cl"].count
    assert (count.number, count.about) == (User.objects.count(), False)


@pytest.mark.postgres
@pytest.mark.parametrize("model", [User, ForwardingAlias, Context, ExplicitDomain, Change])
def test_page__far_along_begins_where_an_index_begins(world: World, root: Person, model: type[Model]) -> None:
    fill(30)
    following = link(root.get(page(model)), "next")
    with CaptureQueriesContext(connection) as captured:
        root.get(f"{page(model)}{following}")
    table = f'FROM "{model._meta.db_table}"'
    statement = next(one["sql"] for one in captured if table in one["sql"] and "ORDER BY" in one["sql"])
    assert "OFFSET" not in statement
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        # Of so few rows to sort all costs as little.
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    # Of so few rows it may be an index that has another column before the one that is compared.
    assert re.search(r"Index Cond: .*\w\)?(::text)? [<>]=? ", plan), plan


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("model", "text", "indexes"),
    [
        (ForwardingAlias, "any03@acm", {"alias_anywhere", "recipient_anywhere", "context_name_anywhere"}),
        (User, "any03@acm", {"user_uidname_anywhere", "custom_id_anywhere", "context_name_anywhere"}),
        (User, "0999 00003", {"user_msisdn_anywhere"}),
        (ExplicitDomain, "cme.exa", {"domain_anywhere", "context_name_anywhere"}),
        (Change, "many03@acme", {"change_anywhere"}),
        (ForwardingAlias, "Bücher-kra", {"alias_written", "recipient_written"}),
        (User, "bücher-kra", {"user_uidname_written"}),
    ],
)
def test_search__is_answered_by_trigram_indexes(
    world: World, root: Person, model: type[Model], text: str, indexes: set[str]
) -> None:
    fill()
    with CaptureQueriesContext(connection) as captured:
        root.get(page(model), q=text)
    statement = next(one["sql"] for one in captured if "UNION ALL" in one["sql"])
    with connection.cursor() as cursor:
        # Of so few rows anything else would be as good.
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_indexonlyscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert indexes <= set(re.findall(r"Bitmap Index Scan on (\w+)", plan)), plan


def test_search__no_list_reads_rows_twice(world: World, root: Person) -> None:
    for model in LISTS:
        with CaptureQueriesContext(connection) as captured:
            root.get(page(model), q="acme")
        assert not [one["sql"] for one in captured if "DISTINCT" in one["sql"]]


@pytest.mark.parametrize(
    "moment", ["2026-01-01T00:00:00+18:50", "0001-01-01T00:00:00+15:00", "9999-12-31T23:59:59-15:00"]
)
def test_pages__a_moment_that_a_database_does_not_know_is_no_failure(root: Person, moment: str) -> None:
    place = urlsafe_b64encode(f'["{moment}",1]'.encode()).decode()
    for name in ("after", "before"):
        assert root.client.get(page(Change), {"o": "1", name: place}).status_code in {200, 302}
    for lookup in ("at__gte", "at__lt", "at"):
        assert root.client.get(page(Change), {lookup: moment}).status_code == 400
