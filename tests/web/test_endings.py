"""The day on which an alias expires: mail servers, trace and lists agree on it, and every channel knows it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import pytest
import yaml
from django.core.management import call_command
from django.db import connection
from django.utils.formats import date_format

from changelog.models import Change
from changelog.undo import undo_change
from core.actor import Actor, Channel
from core.days import parse_day, today
from core.spreadsheets import Removal
from forwards.models import ForwardingAlias, Recipient
from forwards.resolve import Stop, resolve
from forwards.services import add_recipients, create_forward, delete_forward, set_forward_active, write_aliases
from forwards.wishes import AliasEdit
from tests.client import FORWARDS, Api
from tests.services.test_imports import imported, kept
from tests.services.test_provision import exported
from tests.web.conftest import Enter
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

SALES: Final = "sales@acme.example"
# From today: never, yesterday, today, tomorrow, in a week, in eight days.
DAYS: Final = (None, -1, 0, 1, 7, 8)


def end(address: str, days: int | None, actor: Actor = OPERATOR) -> ForwardingAlias:
    """The alias, which expires so many days from now."""
    row = ForwardingAlias.objects.select_related("context__reseller").get(address=address)
    day = None if days is None else today() + timedelta(days=days)
    (planned,) = write_aliases(actor=actor, wishes=[AliasEdit(row, expires_on=day)])
    planned.outcome()
    row.refresh_from_db()
    return row


@pytest.fixture
def ending(world: World) -> dict[int | None, ForwardingAlias]:
    """An alias for each of the days."""
    found = {}
    for days in DAYS:
        address = f"end{days}@acme.example".lower()
        create_forward(actor=OPERATOR, context=world.contexts[24], alias=address, recipients=["a@far.example"])
        found[days] = end(address, days)
    return found


def test_end__rows_queries_trace_and_mail_servers_agree(ending: dict[int | None, ForwardingAlias]) -> None:
    expected = {days: days is None or days > 0 for days in DAYS}
    keys = [row.pk for row in ending.values()]
    rows = ForwardingAlias.objects.filter(pk__in=keys)
    answering, expired = (set(some.values_list("pk", flat=True)) for some in (rows.answering(), rows.expired()))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT address FROM mail.alias")
            served = {address for (address,) in cursor.fetchall()}
        else:
            served = {row.normalized for row in ending.values() if row.pk in answering}
    for days, row in ending.items():
        stop = resolve(None, row.address).stop
        assert (row.answers, row.pk in answering, row.pk not in expired) == (expected[days],) * 3
        assert (stop is Stop.ALIAS, row.normalized in served) == (expected[days],) * 2
        assert expected[days] or stop is Stop.EXPIRED_ALIAS


def test_end__within_a_week_needs_attention(ending: dict[int | None, ForwardingAlias]) -> None:
    set_forward_active(actor=OPERATOR, forward=ending[1], is_active=False)
    assert set(ForwardingAlias.objects.ending()) == {ending[7]}
    set_forward_active(actor=OPERATOR, forward=ending[1], is_active=True)
    assert set(ForwardingAlias.objects.ending()) == {ending[1], ending[7]}


def test_end__has_come_so_what_leads_there_dangles(world: World) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="team@acme.example", recipients=[SALES])
    viewer = world.administrators["alpha"]
    assert not Recipient.objects.dangling(viewer).filter(address=SALES)
    end(SALES, 0)
    assert Recipient.objects.dangling(viewer).filter(address=SALES)


def test_end__the_mailbox_of_the_same_address_gets_its_mail_again(world: World) -> None:
    create_forward(
        actor=OPERATOR, context=world.contexts[24], alias="johndoe@acme.example", recipients=["a@far.example"]
    )
    end("johndoe@acme.example", 0)
    step = resolve(None, "johndoe@acme.example")
    assert (step.stop, [str(note) for note in step.notes]) == (
        Stop.MAILBOX,
        ["the alias of the same address has expired"],
    )


def test_published_api__knows_nothing_of_it_and_leaves_it(world: World, api: Api) -> None:
    def answer() -> tuple[int, bytes]:
        response: Any = api("GET", f"{FORWARDS}/24/{SALES}", "admin@alpha_acme")
        return response.status_code, response.content

    before = answer()
    end(SALES, 0)
    assert answer() == before
    add_recipients(actor=OPERATOR, context=world.contexts[24], alias=SALES, recipients=["b@far.example"])
    assert ForwardingAlias.objects.get(address=SALES).expires_on == today()


def test_undo__gives_the_end_back_and_takes_it_away(world: World) -> None:
    actor = Actor(world.administrators["alpha"], Channel.WEB)

    def undone() -> date | None:
        undo_change(actor=actor, change=Change.objects.latest("pk"))
        return ForwardingAlias.objects.get(address=SALES).expires_on

    end(SALES, 30, actor)
    assert undone() is None
    end(SALES, 30, actor)
    end(SALES, None, actor)
    assert undone() == today() + timedelta(days=30)
    delete_forward(actor=actor, context=world.contexts[24], alias=SALES)
    assert undone() == today() + timedelta(days=30)


def test_import__sets_keeps_and_removes_it(world: World) -> None:
    def bring(cell: str) -> Any:
        ((outcome, detail),) = imported(
            world, "forwards", kept(world, "forwards", [["context", "alias", "expires_on"], ["24", SALES, cell]])
        )
        return ForwardingAlias.objects.get(address=SALES).expires_on if outcome != "refused" else detail

    assert bring("2031-05-01") == date(2031, 5, 1)
    assert bring("") == date(2031, 5, 1)
    assert bring("2.6.2031") == date(2031, 6, 2)
    assert "must be a day" in bring("02/06/2031")
    assert bring(Removal("-")) is None


def test_provision__what_is_exported_comes_back(world: World, tmp_path: Any) -> None:
    end(SALES, 30)
    text = exported()
    (entry,) = [one for one in yaml.safe_load(text)["forwards"] if one["alias"] == SALES]
    assert str(entry["expires_on"]) == (today() + timedelta(days=30)).isoformat()
    end(SALES, None)
    (tmp_path / "world.yaml").write_text(text)
    call_command("provision", str(tmp_path / "world.yaml"))
    assert ForwardingAlias.objects.get(address=SALES).expires_on == today() + timedelta(days=30)
    assert exported() == text


@pytest.mark.parametrize("text", ["2027-13-01", "31.2.2027", "01/02/2027", "2027-1-1", "٢٠٢٧-01-01", ""])
def test_parse_day__what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_day(text)


def test_form__sets_the_end_and_the_list_shows_it(world: World, enter: Enter) -> None:
    alpha, row = enter("alpha"), ForwardingAlias.objects.get(address=SALES)
    day = today() + timedelta(days=3)
    alpha.change(row, {"expires_on": f"{day:%d.%m.%Y}"})
    row.refresh_from_db()
    assert row.expires_on == day
    url = "/admin/forwards/forwardingalias/"
    shown = alpha.get(url).content.decode()
    assert f'<span class="pill warn">expires on {date_format(day)}</span>' in shown
    for query, there in (("attention=ending", True), ("status=active", True), ("status=expired", False)):
        rows = alpha.get(f"{url}?{query}").context["cl"].result_list
        assert (row in rows) is there
    tiles = alpha.get("/admin/").context["dashboard"].attention
    assert {tile.url: tile.count for tile in tiles}[f"{url}?attention=ending"] == 1
    end(SALES, 0)
    for query, there in (("attention=ending", False), ("status=active", False), ("status=expired", True)):
        rows = alpha.get(f"{url}?{query}").context["cl"].result_list
        assert (row in rows) is there
    assert '<span class="pill bad">expired</span>' in alpha.get(url).content.decode()


def test_form__half_a_day_is_refused_and_nothing_changed(world: World, enter: Enter) -> None:
    row = ForwardingAlias.objects.get(address=SALES)
    response = enter("alpha").change(row, {"expires_on": "2027-12"}, 200)
    assert response.context["adminform"].form.errors["expires_on"] == ["Enter a day such as 2027-12-31."]


def test_change__is_shown_as_a_day(world: World, enter: Enter) -> None:
    end(SALES, 30)
    page = enter("alpha").get(f"/admin/changelog/change/{Change.objects.latest('pk').pk}/change/")
    assert date_format(today() + timedelta(days=30)) in page.content.decode()
