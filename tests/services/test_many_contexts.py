"""Many contexts at once: each has its own outcome, as if they came one by one, and the statements do not grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Context
from accounts.services.context_plans import ContextPlan, ContextWish, plan_contexts
from accounts.services.labels import create_label
from accounts.services.resellers import update_reseller
from bulk import edits as bulk
from bulk.edits import Outcome
from changelog.models import Change
from core.actor import Actor, Channel
from core.errors import NotFound
from core.transactions import atomic
from tests.world import OPERATOR, World

FEW, MANY = 1, 1000
FIRST: Final = 10_000


@pytest.fixture
def many(world: World) -> list[int]:
    """Contexts of alpha's with nothing in them, made without a line in the log."""
    names = [f"many_{number}" for number in range(MANY)]
    rows = [
        Context(id=FIRST + number, name=name, name_normalized=name, reseller=world.resellers["alpha"])
        for number, name in enumerate(names)
    ]
    Context.objects.bulk_create(rows)
    return [row.pk for row in rows]


@atomic
def fulfil(*wishes: ContextWish, actor: Actor = OPERATOR) -> ContextPlan:
    plan = plan_contexts(actor, wishes, hold=True)
    plan.write(actor)
    return plan


def outcomes(plan: ContextPlan) -> list[Any]:
    """Whether each changes something, or the sentence that refuses it."""
    return [row.changed if row.refusal is None else str(row.refusal) for row in plan.rows]


def worked(
    world: World, edit: str, keys: Sequence[int], params: dict[str, Any], *, preview: bool = False
) -> tuple[int, Actor]:
    """The statements of a batch in which all change."""
    actor = Actor(world.administrators["alpha"], Channel.WEB).in_batch()
    with CaptureQueriesContext(connection) as captured:
        results = bulk.edit_named(edit).work(actor, list(keys), params, preview=preview)
    assert {result.outcome for result in results.values()} == {Outcome.CHANGED}
    # SQLite takes many rows in pieces.
    said = [query["sql"].partition("VALUES")[0] for query in captured.captured_queries]
    inserts = {one for one in said if one.startswith("INSERT")}
    return len(inserts) + sum(not one.startswith("INSERT") for one in said), actor


def journey(world: World, edit: str, keys: Sequence[int], params: dict[str, Any]) -> list[int]:
    """The statements of an edit and of its undoing; each previewed and run."""
    before = list(Context.objects.order_by("pk").values())
    counts = [worked(world, edit, keys, params, preview=True)[0]]
    assert list(Context.objects.order_by("pk").values()) == before
    count, actor = worked(world, edit, keys, params)
    lines = list(Change.objects.filter(batch=actor.batch).order_by("-pk").values_list("pk", flat=True))
    assert len(lines) == len(keys)
    counts += [count, *(worked(world, "changes.undo", lines, {}, preview=preview)[0] for preview in (True, False))]
    assert list(Context.objects.order_by("pk").values()) == before
    return counts


@pytest.mark.parametrize(
    ("edit", "params"),
    [
        ("contexts.suspend", {}),
        ("contexts.change", {"quota": 10, "max_user": 5, "is_active": False}),
        ("contexts.label", {"label": "vip"}),
    ],
)
def test_contexts__a_thousand_take_no_more_statements_than_one(
    world: World, many: list[int], edit: str, params: dict[str, Any]
) -> None:
    alpha = update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], max_overall_context_quota=None)
    create_label(actor=OPERATOR, reseller=alpha, name="vip", colour="red")
    journey(world, edit, many[:2], params)  # what is looked up once and kept
    few = journey(world, edit, many[:FEW], params)
    assert journey(world, edit, many, params) == few
    assert max(few) <= 16


def test_contexts__each_has_its_own_outcome_where_the_quota_ends(world: World, many: list[int]) -> None:
    alpha = world.resellers["alpha"]
    Context.objects.filter(pk__lt=FIRST, reseller__in=[alpha, world.resellers["alphakid"]]).update(quota=0)
    update_reseller(actor=OPERATOR, reseller=alpha, max_overall_context_quota=25)
    rows = list(Context.objects.filter(pk__in=many[:5]).order_by("pk"))
    plan = fulfil(
        ContextWish(rows[0], quota=10),
        ContextWish(rows[1], quota=20),
        ContextWish(rows[2], quota=15),
        ContextWish(rows[3], quota=None, is_active=False),
        ContextWish(rows[4], quota=-1),
    )
    too_much = "The contexts of the reseller alpha may have 25 bytes of quota together."
    assert outcomes(plan) == [
        True,
        too_much,
        True,
        True,  # it has none as it is
        "The value must be 0 or more, or empty for no limit.",
    ]
    assert list(Context.objects.filter(pk__in=many[:3]).order_by("pk").values_list("quota", flat=True)) == [
        10,
        None,
        15,
    ]


def test_contexts__one_takes_the_name_that_another_gives_up_before(world: World, many: list[int]) -> None:
    first, second, third = Context.objects.filter(pk__in=many[:3]).order_by("pk")
    plan = fulfil(
        ContextWish(third, name=first.name), ContextWish(first, name="Elsewhere"), ContextWish(second, name=first.name)
    )
    assert outcomes(plan) == [f"The context name {first.name} is taken.", True, True]
    names = Context.objects.filter(pk__in=many[:3]).order_by("pk").values_list("name", "name_normalized")
    assert list(names) == [("Elsewhere", "elsewhere"), ("many_0", "many_0"), ("many_2", "many_2")]


def test_contexts__one_that_is_gone_is_refused_alone(world: World, many: list[int]) -> None:
    rows = list(Context.objects.filter(pk__in=many[:2]).order_by("pk"))
    Context.objects.filter(pk=rows[0].pk).delete()
    plan = fulfil(*(ContextWish(row, is_active=False) for row in rows))
    assert isinstance(plan.rows[0].refusal, NotFound)
    assert not Context.objects.get(pk=rows[1].pk).is_active


def test_contexts__undoing_a_handover_beside_other_changes_undoes_both(world: World) -> None:
    actor = Actor(world.administrators["root"], Channel.WEB).in_batch()
    bulk.edit_named("contexts.change").work(actor, [24, 25], {"max_user": 7}, preview=False)
    beta = world.resellers["beta"]
    bulk.edit_named("contexts.hand_over").work(actor, [24], {"reseller": beta.pk, "name": "beta"}, preview=False)
    lines = list(Change.objects.filter(batch=actor.batch).order_by("-pk").values_list("pk", flat=True))
    results = bulk.edit_named("changes.undo").work(actor.in_batch(), lines, {}, preview=False)
    assert {one.outcome for one in results.values()} == {Outcome.CHANGED}
    rows = Context.objects.filter(pk__in=[24, 25]).order_by("pk").values_list("reseller__name", "max_user")
    assert list(rows) == [("alpha", None), ("alpha", None)]
