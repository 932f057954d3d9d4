"""What the history of an object has in it, for whom, and how it is found."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Administrator, Context, User
from accounts.services.config import Owner, set_property
from accounts.services.contexts import update_context
from accounts.services.resellers import update_reseller
from accounts.services.users import update_user
from changelog import history
from changelog.history import Group, Wanted, history_of
from changelog.models import Change
from core.actor import Actor, Channel
from forwards.models import ForwardingAlias
from forwards.services import add_recipients, create_forward, remove_recipient, set_forward_active, set_recipients
from tests.services.bulk import preview, run
from tests.services.test_plans import plans
from tests.world import OPERATOR, World

MAILBOX: Final = "johndoe@acme.example"


def groups(world: World, row: Any, who: str = "alpha", **wanted: Any) -> list[Group]:
    return history_of(world.administrators[who], row, Wanted(**wanted)).groups


def labels(world: World, row: Any, who: str = "alpha", **wanted: Any) -> list[str]:
    """The history in short, the latest first."""
    return [f"{one.change.kind} {one.change.label} {one.change.action}" for one in groups(world, row, who, **wanted)]


@pytest.fixture
def user(world: World) -> User:
    """johndoe of alpha_acme, whose lines so far are gone."""
    Change.objects.all().delete()
    return world.users[24]


def test_user__aliases_that_begin_and_cease_to_lead_there(world: World, user: User) -> None:
    context = world.contexts[24]
    create_forward(actor=OPERATOR, context=context, alias="info@acme.example", recipients=["a@far.example"])
    add_recipients(actor=OPERATOR, context=context, alias="info@acme.example", recipients=["JohnDoe@acme.example"])
    add_recipients(actor=OPERATOR, context=context, alias="info@acme.example", recipients=["b@far.example"])
    remove_recipient(actor=OPERATOR, context=context, alias="info@acme.example", recipient=MAILBOX)
    remove_recipient(actor=OPERATOR, context=context, alias="info@acme.example", recipient="b@far.example")
    create_forward(actor=OPERATOR, context=context, alias="new@acme.example", recipients=[MAILBOX])
    # Of the six lines the three in which they came or went.
    assert labels(world, user) == [
        "forward new@acme.example create",
        "forward info@acme.example update",
        "forward info@acme.example update",
    ]


def test_user__an_alias_that_leads_there_is_suspended_and_deleted(world: World, user: User) -> None:
    sales = ForwardingAlias.objects.select_related("context__reseller").get(address="sales@acme.example")
    set_forward_active(actor=OPERATOR, forward=sales, is_active=False)
    set_recipients(actor=OPERATOR, forward=sales, recipients=["other@far.example"])
    assert labels(world, user) == ["forward sales@acme.example update"] * 2


def test_user__by_the_names_that_it_has_had(world: World, user: User) -> None:
    context = world.contexts[24]
    create_forward(actor=OPERATOR, context=context, alias="old@acme.example", recipients=[MAILBOX])
    user = update_user(actor=OPERATOR, user=user, uidname="jane@acme.example")
    create_forward(actor=OPERATOR, context=context, alias="new@acme.example", recipients=["jane@acme.example"])
    assert labels(world, user) == [
        "forward new@acme.example create",
        "user 42 jane@acme.example update",
        "forward old@acme.example create",
    ]


def test_user__in_an_international_domain_is_found_however_it_was_written(world: World) -> None:
    context = world.contexts[24]
    user = update_user(actor=OPERATOR, user=world.users[24], uidname="jane@xn--bcher-kva.example")
    create_forward(actor=OPERATOR, context=context, alias="u@acme.example", recipients=["Jane@bücher.example"])
    create_forward(actor=OPERATOR, context=context, alias="a@acme.example", recipients=["jane@xn--bcher-kva.example"])
    found = labels(world, user)
    assert {"forward u@acme.example create", "forward a@acme.example create"} <= set(found)


def test_user__its_properties_and_what_took_it_out_of_service(world: World, user: User) -> None:
    set_property(actor=OPERATOR, owner=Owner(user=user), name="x.y", value="1")
    update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    update_context(actor=OPERATOR, context=world.contexts[24], max_user=9)
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], is_active=False)
    update_user(actor=OPERATOR, user=world.users[25], quota=1)
    assert labels(world, user, "root") == [
        "reseller alpha update",
        "context 24 alpha_acme update",
        f"config x.y (user {MAILBOX}) create",
    ]


def test_user__scoped_as_the_log_is(world: World, user: User) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[44], alias="theirs@echo.example", recipients=[MAILBOX])
    create_forward(actor=OPERATOR, context=world.contexts[25], alias="ours@bolt.example", recipients=[MAILBOX])
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], is_active=False)
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], is_active=True)
    seen = {who: set(labels(world, user, who)) for who in ("root", "alpha", "admin@alpha_acme", "alphakid", "beta")}
    everything = {"forward theirs@echo.example create", "forward ours@bolt.example create", "reseller alpha update"}
    assert seen["root"] == everything
    assert seen["alpha"] == everything - {"forward theirs@echo.example create"}
    assert seen["admin@alpha_acme"] == set()
    assert seen["alphakid"] == set()
    assert seen["beta"] == {"forward theirs@echo.example create"}


def test_context__a_batch_is_one_line_with_its_count(world: World, user: User) -> None:
    alpha, context = world.administrators["alpha"], world.contexts[24]
    for number in range(3):
        create_forward(actor=OPERATOR, context=context, alias=f"a{number}@acme.example", recipients=[MAILBOX])
    run(preview(alpha, "forwards.suspend", ForwardingAlias.objects.filter(context__in=[24, 25])))
    suspended, *others = groups(world, context)
    assert (suspended.count, suspended.whole) == (4, 5)
    assert [one.count for one in others] == [1, 1, 1]
    # In the mailbox's history too: all of them lead there.
    assert groups(world, user)[0].count == 4
    assert groups(world, ForwardingAlias.objects.get(address="a1@acme.example"))[0].whole == 5


def test_context__an_id_that_was_given_again_has_its_own_history(world: World) -> None:
    Change.objects.filter(context_id=24).update(at=timezone.now() - timedelta(days=1))
    Context.objects.filter(pk=24).update(created_at=timezone.now())
    assert labels(world, Context.objects.get(pk=24)) == []


def test_administrator__its_own_lines(world: World) -> None:
    row = Administrator.objects.with_owner().get(pk=world.administrators["admin@alpha_acme"].pk)
    assert labels(world, row) == ["administrator admin@alpha_acme create"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"text": "old.example"}, 1),
        ({"text": "OLD.example"}, 1),
        ({"text": "7 MB"}, 1),
        ({"text": 'say "hi"'}, 1),
        ({"text": "bücher"}, 1),
        ({"text": "nowhere"}, 0),
        ({"text": "%"}, 0),
        ({"who": "alph"}, 1),
        ({"channel": "web"}, 1),
        ({"channel": "api"}, 0),
    ],
)
def test_search__old_and_new_values_who_and_how(world: World, user: User, wanted: Any, found: int) -> None:
    context = world.contexts[24]
    set_property(actor=OPERATOR, owner=Owner(user=user), name="x.y", value='say "hi"')
    create_forward(
        actor=OPERATOR,
        context=context,
        alias="i@acme.example",
        recipients=[MAILBOX, "x@old.example", "y@bücher.example"],
    )
    user = update_user(actor=Actor(world.administrators["alpha"], Channel.WEB), user=user, quota=7 * 1024**2)
    assert len(history_of(world.administrators["alpha"], user, Wanted(**wanted)).groups) == found


def test_search__from_and_to(world: World, user: User) -> None:
    now = timezone.now()
    for days in range(4):
        user = update_user(actor=OPERATOR, user=user, quota=days + 1)
        Change.objects.filter(pk=Change.objects.latest("pk").pk).update(at=now - timedelta(days=days))
    since, until = now - timedelta(days=2, hours=1), now - timedelta(hours=1)
    found = groups(world, user, since=since, until=until)
    assert [one.change.after["quota"] for one in found if one.change.after] == [3, 2]


def test_pages__every_line_is_on_one_of_them_once(world: World, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "WINDOW", 7)
    monkeypatch.setattr(history, "SHOWN", 3)
    batches = [None, uuid4(), uuid4()]
    # Two batches at the same time and single lines among them; one batch is longer than a page looks at.
    for number in range(60):
        batch = batches[2] if 20 < number < 40 else batches[number % 3]
        Change.objects.create(
            actor="x", channel="web", action="update", kind="user", key=user.pk, label=str(number), batch=batch,
            user_id=user.pk, context_id=24, reseller_id=world.resellers["alpha"].pk, before={"a": 1}, after={"a": 2},
        )  # fmt: skip
    shown: list[int] = []
    page = history_of(world.administrators["alpha"], user, Wanted())
    for _turn in range(60):
        shown += [one.change.pk for one in page.groups]
        if page.next_before is None:
            break
        page = history_of(world.administrators["alpha"], user, Wanted(before=page.next_before, seen=page.next_seen))
    newest: dict[Any, int] = {}
    for key, batch in Change.objects.order_by("pk").values_list("pk", "batch"):
        newest[batch or key] = key
    assert shown == sorted(newest.values(), reverse=True)


GROWN: Final = """
    INSERT INTO changelog_change (at, actor, channel, credential, action, kind, key, label, context_id, context_name,
        reseller_id, user_id, before, after, batch, request_id, is_masked)
    SELECT now(), 'x', 'api', '', 'update', CASE i %% 3 WHEN 0 THEN 'user' ELSE 'forward' END, 1000 + i, 'l' || i,
        CASE i %% 100 WHEN 0 THEN 24 ELSE 1000 + i %% 100 END, '', CASE i %% 4 WHEN 0 THEN %s ELSE 900 END,
        CASE i %% 3 WHEN 0 THEN 5000 + i %% 1000 END,
        jsonb_build_object('recipients', jsonb_build_array('a' || i || '@x.example'), 'is_active', true),
        jsonb_build_object('recipients', jsonb_build_array('b' || i || '@x.example'), 'is_active', true),
        CASE i %% 5 WHEN 0 THEN md5((i / 100)::text)::uuid END, '', false
    FROM generate_series(1, 60000) i
"""


@pytest.mark.postgres
def test_history__goes_by_indexes(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GROWN, [world.resellers["alpha"].pk])
        cursor.execute("ANALYZE changelog_change")
    alias = ForwardingAlias.objects.select_related("context__reseller").get(address="sales@acme.example")
    reseller = world.resellers["alpha"]
    rows = [world.users[24], world.contexts[24], reseller, world.administrators["admin@alpha_acme"]]
    for who in ("root", "alpha", "alphakid", "admin@alpha_acme"):
        for row in [*rows, alias]:
            for wanted in (Wanted(), Wanted(text="nowhere", who="alpha"), Wanted(before=50_000, seen=(uuid4(),))):
                with CaptureQueriesContext(connection) as captured:
                    history_of(world.administrators[who], row, wanted)
                for plan in plans(captured):
                    assert not re.search(r"Seq Scan on changelog_change", plan), (who, row, plan)
                    # A reseller may have so many of all lines that looking at the latest finds its own soonest.
                    if row is not reseller:
                        assert "changelog_change_pkey" not in plan or "Index Cond" in plan, (who, row, plan)


@pytest.mark.parametrize("number", [1, 50])
def test_history__statements_do_not_grow(world: World, user: User, number: int) -> None:
    for _one in range(number):
        actor = OPERATOR.in_batch()
        user = update_user(actor=actor, user=user, quota=(user.quota or 0) + 1)
        set_property(actor=actor, owner=Owner(user=user), name="x.y", value=str(user.quota))
    with CaptureQueriesContext(connection) as captured:
        assert len(groups(world, user)) == number
    assert len(captured) == 4
