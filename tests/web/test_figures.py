"""The overview's figures where there is too much to count while somebody waits."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Context
from accounts.services.contexts import update_context
from changelog.models import Change
from core import counts
from forwards.services import create_forward
from tests.web.conftest import Enter
from tests.web.person import Person
from tests.world import OPERATOR, World
from web.figures import counted, last_months
from web.models import Figures
from web.services import refresh

pytestmark = pytest.mark.django_db


def overview(person: Person) -> Any:
    return person.get("/admin/").context["dashboard"]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are more than can be counted."""
    monkeypatch.setattr(counts, "EXACT_UP_TO", 1)


def test_figures__of_few_rows_are_those_of_the_moment(world: World, root: Person) -> None:
    update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    dashboard = overview(root)
    assert {tile.url: tile.count for tile in dashboard.attention} == {"/admin/accounts/context/?attention=suspended": 1}
    assert dashboard.counted_at is None
    assert refresh() == 0 or connection.vendor == "postgresql"


@pytest.mark.postgres
@pytest.mark.usefixtures("many")
def test_figures__of_many_rows_are_those_counted_beforehand(
    world: World, enter: Enter, capsys: pytest.CaptureFixture[str]
) -> None:
    for who in ("root", "alpha"):
        dashboard = overview(enter(who))
        assert not dashboard.is_counted
        assert "manage.py figures" in enter(who).get("/admin/").content.decode()
    create_forward(
        actor=OPERATOR, context=world.contexts[24], alias="lost@acme.example", recipients=["gone@acme.example"]
    )
    call_command("figures")
    assert "overviews counted" in capsys.readouterr().out
    for who in ("root", "alpha"):
        dashboard, now = overview(enter(who)), counted(world.administrators[who])
        assert dashboard.counted_at is not None
        assert {tile.url: tile.count for tile in dashboard.attention} == {
            "/admin/forwards/forwardingalias/?attention=dangling": 1
        }
        assert [bar.value for bar in dashboard.users_by_context] == [count for _key, count in now.largest]


@pytest.mark.postgres
@pytest.mark.usefixtures("many")
def test_figures__are_each_reseller_s_own(world: World, enter: Enter) -> None:
    update_context(actor=OPERATOR, context=world.contexts[44], is_active=False)
    refresh()
    assert overview(enter("alpha")).attention == []
    assert [tile.count for tile in overview(enter("beta")).attention] == [1]
    assert [tile.count for tile in overview(enter("root")).attention] == [1]


@pytest.mark.postgres
@pytest.mark.usefixtures("many")
def test_figures__name_no_context_that_belongs_to_somebody_else_by_now(world: World, enter: Enter) -> None:
    refresh()
    names = {bar.label for bar in overview(enter("alpha")).users_by_context}
    assert "alpha_acme" in names
    Context.objects.filter(pk=24).update(reseller=world.resellers["beta"])
    assert {bar.label for bar in overview(enter("alpha")).users_by_context} == names - {"alpha_acme"}


@pytest.mark.postgres
@pytest.mark.usefixtures("many")
def test_figures__that_nobody_needs_any_more_go(world: World) -> None:
    Figures.objects.create(owner=999_999, figures={})
    refresh()
    assert not Figures.objects.filter(owner=999_999).exists()


@pytest.mark.postgres
@pytest.mark.usefixtures("many")
def test_overview__reads_no_table_to_its_end_where_there_is_much(world: World, root: Person) -> None:
    refresh()
    with CaptureQueriesContext(connection) as captured:
        root.get("/admin/")
    counting = [one["sql"] for one in captured if "COUNT(" in one["sql"]]
    assert counting
    assert all("LIMIT 2" in sql for sql in counting), counting


@pytest.mark.postgres
def test_growth__finds_its_changes_by_an_index(world: World) -> None:
    Change.objects.bulk_create(
        Change(actor="x", channel="web", action="create", kind="user", label="x", key=1) for _ in range(50)
    )
    with CaptureQueriesContext(connection) as captured:
        counted(world.administrators["root"])
    statement = next(one["sql"] for one in captured if "DATE_TRUNC" in one["sql"])
    # A date of `at` would be another expression than the index has.
    assert re.search(r'WHERE .*"at" >= \'[0-9-]+T00:00:00', statement), statement
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX change_of_object")  # as good for so few
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond: (at >= " in plan, plan


def test_growth__counts_from_the_first_moment_of_its_first_month(world: World) -> None:
    first = last_months(timezone.localdate())[0]
    begin = timezone.make_aware(datetime.combine(first, time.min))
    for at in (begin, begin - timedelta(microseconds=1)):
        Change.objects.create(actor="x", channel="web", action="create", kind="user", label="x", key=1, at=at)
    assert counted(world.administrators["root"]).growth[first.isoformat()] == 1
