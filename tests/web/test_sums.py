"""What the web admin says of how many and of when: sums that are true, words that fit them, times with their zone."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import translation

from accounts.models import Administrator, Context, Reseller, User
from accounts.services.administrators import update_administrator
from accounts.services.limits import Room, check_room_for_child, check_room_for_context
from accounts.services.users import create_user
from bulk.models import BulkJob
from changelog.models import Change
from core.errors import Invalid, NotAllowed, TooManyAttempts
from core.numbers import counted
from core.sizes import format_exact
from core.zones import COOKIE, zone_choices, zone_named, zone_names
from forwards.services import create_forward
from tests.web.conftest import Enter
from tests.web.person import Person, page, rows_of
from tests.world import OPERATOR, World
from web import usage
from web.context_page import overview_of

pytestmark = pytest.mark.django_db

GB = 2**30
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def content(response: Any) -> str:
    return " ".join(response.content.decode().split())


# How many


def totals(person: Person, text: str) -> dict[str, str]:
    groups = person.get("/admin/search", q=text).context["groups"]
    return {group.total.words: group.total.url for group in groups if group.total}


@pytest.mark.parametrize("text", ["acme", "johndoe", " sales@ ", "24", "alpha", "+49.1234.5624", "nobody-at-all", ""])
@pytest.mark.parametrize("who", ["root", "alpha", "admin@alpha_acme"])
def test_search__says_how_many_each_list_finds(enter: Enter, who: str, text: str) -> None:
    person = enter(who)
    for words, url in totals(person, text).items():
        listed = person.get(url)
        assert words == f"{len(rows_of(listed))} {words.partition(' ')[2]}"
        assert listed.context["cl"].query == text.strip()
    assert bool(totals(person, text)) is (text not in {"nobody-at-all", ""})


def test_search__counts_past_what_it_shows(alpha: Person, world: World) -> None:
    for number in range(100, 120):
        create_user(actor=OPERATOR, context=world.contexts[24], number=number, uidname=f"many{number}@acme.example")
    response = alpha.get("/admin/search", q="many1")
    (group,) = response.context["groups"]
    assert len(group.hits) == 6
    assert group.total.words == "20 users"
    assert '<a href="/admin/accounts/user/?q=many1">' in content(response)
    assert list(totals(alpha, "many119")) == ["1 user"]


def test_search__counts_nothing_of_others(enter: Enter) -> None:
    assert totals(enter("alpha"), "echo") == {}
    assert set(totals(enter("admin@alpha_acme"), "a")) == {"1 context", "1 user", "1 forwarding alias"}


@pytest.mark.parametrize(
    ("used", "limit", "promised", "words"),
    [
        (None, 9, False, ""),
        (5, None, False, ""),
        (5, 9, False, ""),
        (9, 10, False, "nearly full"),
        (10, 10, False, "full"),
        (0, 0, False, "full"),
        (11, 10, False, "over the limit"),
        (50, 10, True, "overbooked 5 times"),
        (25, 10, True, "overbooked 2.5 times"),
        (12_000, 10, True, "overbooked 1,200 times"),
        (104, 100, True, "slightly overbooked"),
        (1, 0, True, "overbooked"),
        (10, 10, True, "full"),
    ],
)
def test_usage__is_said_as_it_is(used: int | None, limit: int | None, promised: bool, words: str) -> None:
    assert usage.in_words(used, limit, promised=promised) == words


def test_usage__in_german() -> None:
    with translation.override("de"):
        assert usage.in_words(25, 10, promised=True) == "2,5-fach überbucht"


def test_context__overbooked_quota_is_not_nearly_full(alpha: Person, world: World) -> None:
    Context.objects.filter(pk=24).update(quota=GB)
    User.objects.filter(context=24).update(quota=5 * GB)
    for number in (100, 101):
        create_user(actor=OPERATOR, context=world.contexts[24], number=number, uidname=f"free{number}")
    response = alpha.get(page(Context.objects.get(pk=24), "change"))
    assert "overbooked 5 times" in content(response)
    assert "nearly full" not in content(response)
    limits = overview_of(world.administrators["alpha"], Context.objects.get(pk=24)).limits
    assert limits[1].note == "and 2 mailboxes without limit"


def test_tiles__one_is_not_many(enter: Enter) -> None:
    tiles = enter("admin@alpha_acme").get("/admin/").context["dashboard"].tiles
    assert [(str(tile.label), tile.count) for tile in tiles] == [("context", 1), ("user", 1), ("forwarding alias", 1)]
    assert str(enter("root").get("/admin/").context["dashboard"].tiles[1].label) == "users"


def refusal(call: Any, *arguments: Any) -> str:
    with pytest.raises((NotAllowed, Invalid)) as refused:
        call(*arguments)
    return str(refused.value)


def test_limits__of_one_are_said_in_the_singular(world: World, settings: Any) -> None:
    Reseller.objects.filter(name="alpha").update(max_context=1, max_overall_user=1, max_subadmin=1)
    Context.objects.filter(pk=24).update(max_user=1)
    alpha, acme = Reseller.objects.get(name="alpha"), Context.objects.get(pk=24)
    settings.MAX_RECIPIENTS = 1
    assert refusal(check_room_for_context, OPERATOR, [alpha]).endswith("its limit of 1 context.")
    assert refusal(Room(OPERATOR, [24]).check, 24) == "The context alpha_acme has reached its limit of 1 user."
    assert refusal(Room(OPERATOR, [25]).check, 25) == "The reseller alpha has reached its limit of 1 user."
    assert refusal(check_room_for_child, alpha).endswith("its limit of 1 child.")
    two = ["a@far.example", "b@far.example"]
    assert refusal(lambda: create_forward(actor=OPERATOR, context=acme, alias="n@acme.example", recipients=two)) == (
        "An alias has at most 1 recipient."
    )
    assert str(TooManyAttempts(1)).endswith("in 1 second.")
    Context.objects.filter(pk=24).update(max_user=0)
    assert refusal(Room(OPERATOR, [24]).check, 24).endswith("its limit of 0 users.")


@pytest.mark.parametrize(
    ("language", "shown", "size"), [("en", "1,234,567", "1,234,567 bytes"), ("de", "1.234.567", "1.234.567 Bytes")]
)
def test_number__has_the_separators_of_the_language(language: str, shown: str, size: str) -> None:
    with translation.override(language):
        assert counted(1_234_567) == shown
        assert format_exact(1_234_567) == size


@pytest.fixture
def thousands(world: World) -> None:
    """Context 12345 of alpha with more than a thousand users."""
    Context.objects.create(id=12345, name="alpha_large", reseller=world.resellers["alpha"])
    User.objects.bulk_create(
        User(context_id=12345, number=10_000 + n, uidname=f"u{n}", uidname_normalized=f"u{n}") for n in range(1200)
    )


@pytest.mark.parametrize(("language", "shown"), [("en", "1,200"), ("de", "1.200")])
def test_pages__separate_the_thousands_of_sums_and_never_of_ids(
    alpha: Person, thousands: None, language: str, shown: str
) -> None:
    update_administrator(actor=OPERATOR, administrator=Administrator.objects.get(login="alpha"), language=language)
    contexts = content(alpha.get(page(Context)))
    assert f">{shown}</td>" in contexts
    assert ">12345</a>" in contexts
    users = content(alpha.get(page(User), context__id__exact="12345"))
    assert f"{shown} " in users
    assert ">10000</" in users
    overview = content(alpha.get(page(Context.objects.get(pk=12345), "change")))
    assert f'<span class="quiet">{shown}</span>' in overview
    assert 'value="12345"' in overview or ">12345<" in overview
    assert f">{shown}</td>" in content(alpha.get("/admin/"))
    assert f"{shown} " in content(alpha.get("/admin/search", q="alpha_large"))
    form = content(alpha.get(page(User.objects.get(number=10_001), "change")))
    assert "10001" in form
    assert "10,001" not in form
    assert "10.001" not in form


def test_bulk_edit__counts_with_separators(alpha: Person, thousands: None, settings: Any) -> None:
    settings.BULK_REQUEST_ROWS = 0
    data = {"action": "users.suspend", "select_across": "1", "_selected_action": "0"}
    response: Any = alpha.client.post(f"{page(User)}?context__id__exact=12345", data)
    shown = content(alpha.get(response.url))
    assert "0 of 1,200" in shown
    assert 'max="1200"' in shown
    assert ">1,200<" in content(alpha.get("/admin/bulk/bulkjob/"))


# When


@pytest.fixture
def change(world: World) -> Change:
    """A line of the change log, written at noon UTC in summer."""
    row = create_user(actor=OPERATOR, context=world.contexts[24], number=77, uidname="late@acme.example")
    Change.objects.filter(kind="user", key=row.pk).update(at=NOON)
    return Change.objects.get(kind="user", key=row.pk)


def zone(login: str, name: str) -> None:
    update_administrator(actor=OPERATOR, administrator=Administrator.objects.get(login=login), time_zone=name)


def seen(person: Person, change: Change) -> str:
    return content(person.get(page(change, "change")))


def test_time__is_the_installations_unless_anything_else_is_known(alpha: Person, change: Change, settings: Any) -> None:
    assert "1 Jul 2026, 12:00 UTC" in seen(alpha, change)
    settings.TIME_ZONE = "America/New_York"
    assert "1 Jul 2026, 08:00 EDT" in seen(alpha, change)


def test_time__is_the_browsers_where_it_says_one(alpha: Person, change: Change) -> None:
    alpha.client.cookies[COOKIE] = "Asia/Tokyo"
    assert "1 Jul 2026, 21:00 JST" in seen(alpha, change)
    alpha.client.cookies[COOKIE] = "../../etc/passwd"
    assert "1 Jul 2026, 12:00 UTC" in seen(alpha, change)


def test_time__is_the_one_chosen_and_the_browsers_can_be_chosen_again(alpha: Person, change: Change) -> None:
    alpha.client.cookies[COOKIE] = "Asia/Tokyo"
    alpha.post("/admin/account", {"language": "", "time_zone": "Europe/Berlin"})
    assert "1 Jul 2026, 14:00 CEST" in seen(alpha, change)
    assert '<option value="Europe/Berlin" selected>Europe/Berlin</option>' in content(alpha.get("/admin/account"))
    assert " CE" in content(alpha.get("/admin/account"))
    alpha.post("/admin/account", {"language": "", "time_zone": ""})
    assert "1 Jul 2026, 21:00 JST" in seen(alpha, change)
    before, after = Change.objects.filter(kind="administrator").latest("pk").before, ""
    assert (before or {})["time_zone"] == "Europe/Berlin"
    assert Administrator.objects.get(login="alpha").time_zone == after


@pytest.mark.parametrize("name", ["Mars/Olympus", "<script>", "/etc/localtime", "Europe/Berlin\x00", "x" * 100])
def test_time_zone__that_is_none_is_refused(alpha: Person, name: str) -> None:
    assert alpha.post("/admin/account", {"language": "", "time_zone": name}, 200).context["form"].errors
    with pytest.raises(Invalid, match="time zone"):
        zone("alpha", name)
    assert zone_named(name) is None


def test_time_zones__to_choose_from_are_known() -> None:
    offered = {name for _continent, places in zone_choices() for name, _place in places}
    assert {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"} <= offered <= zone_names()


def test_time__in_german_has_its_zone_too(alpha: Person, change: Change) -> None:
    update_administrator(
        actor=OPERATOR, administrator=Administrator.objects.get(login="alpha"), language="de", time_zone="Europe/Berlin"
    )
    assert "1. Juli 2026, 14:00 CEST" in seen(alpha, change)


def test_time__of_the_log_is_exported_with_its_zone(alpha: Person, change: Change) -> None:
    zone("alpha", "Europe/Berlin")
    response = alpha.get("/admin/changelog/change/export/csv", key=str(change.key), kind="user")
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    (row,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    assert row["at"] == "2026-07-01T14:00:00+02:00"


def test_time__of_a_bulk_edit_is_shown_and_written_as_its_owner_reads(alpha: Person, change: Change) -> None:
    zone("alpha", "Europe/Berlin")
    User.objects.filter(pk=change.key).update(quota=7)
    Change.objects.create(
        actor="root", channel="web", action="update", kind="user", label="x", key=change.key, context_id=24,
        reseller_id=change.reseller_id, at=NOON,
    )  # fmt: skip
    response: Any = alpha.client.post(page(Change), {"action": "changes.undo", "_selected_action": str(change.pk)})
    job = BulkJob.objects.get(pk=int(urlsplit(response.url).path.rstrip("/").split("/")[-2]))
    assert job.time_zone == "Europe/Berlin"
    assert "by root on 1 Jul 2026, 14:00 CEST" in job.items.get().detail
    BulkJob.objects.filter(pk=job.pk).update(created_at=NOON, finished_at=NOON)
    shown = content(alpha.get(response.url))
    assert "Prepared on 1 Jul 2026, 14:00 CEST." in shown
    assert "Ended on 1 Jul 2026, 14:00 CEST." in shown
    assert parse_qs(urlsplit(response.url).query) == {}
