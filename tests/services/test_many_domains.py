"""Many domains at once: each has its own outcome, as if they came one by one, and the statements do not grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bulk import edits as bulk
from bulk.edits import Outcome
from changelog.models import Change
from core.actor import Actor, Channel
from core.errors import Conflict, NotFound
from core.transactions import atomic
from domains.models import ExplicitDomain, Proof
from domains.plans import DomainPlan, plan_domains
from domains.services import add_domain, remove_domain
from domains.wishes import DomainWish, declaring
from forwards.services import create_forward
from tests.services.test_imports import kept
from tests.world import OPERATOR, World

FEW, MANY = 1, 1000


@atomic
def fulfil(*wishes: DomainWish, actor: Actor = OPERATOR) -> DomainPlan:
    plan = plan_domains(actor, wishes, hold=True)
    plan.write(actor)
    return plan


def outcomes(plan: DomainPlan) -> list[Any]:
    """Whether each changes something, or the sentence that refuses it."""
    return [row.changed if row.refusal is None else str(row.refusal) for row in plan.rows]


def declared(*contexts: int) -> list[str]:
    rows = ExplicitDomain.objects.filter(context__in=contexts).order_by("name")
    return list(rows.values_list("name", flat=True))


def worked(world: World, edit: str, keys: Sequence[int], *, preview: bool = False) -> tuple[int, Actor]:
    """The statements of a batch in which all change."""
    actor = Actor(world.administrators["alpha"], Channel.WEB).in_batch()
    with CaptureQueriesContext(connection) as captured:
        results = bulk.edit_named(edit).work(actor, list(keys), {"file": "x", "skip_bad": True}, preview=preview)
    assert {result.outcome for result in results.values()} == {Outcome.CHANGED}
    # SQLite takes many rows in pieces.
    said = [query["sql"].partition("VALUES")[0] for query in captured.captured_queries]
    inserts = {one for one in said if one.startswith("INSERT")}
    return len(inserts) + sum(not one.startswith("INSERT") for one in said), actor


def lines(actor: Actor) -> list[int]:
    return list(Change.objects.filter(batch=actor.batch).order_by("-pk").values_list("pk", flat=True))


def journey(world: World, number: int) -> list[int]:
    """The statements for so many domains: imported, deleted, and both undone; each previewed and run."""
    table = [["context", "domain"], *(["24", f"n{n}of{number}.example"] for n in range(number))]
    imported = kept(world, "domains", table)
    before = set(ExplicitDomain.objects.values_list("pk", flat=True))
    counts = [worked(world, "import.domains", imported, preview=True)[0]]
    count, making = worked(world, "import.domains", imported)
    made = sorted(set(ExplicitDomain.objects.values_list("pk", flat=True)) - before)
    assert len(made) == number
    counts += [count, worked(world, "domains.delete", made, preview=True)[0]]
    count, deleting = worked(world, "domains.delete", made)
    counts.append(count)
    for batch in (deleting, making):
        counts += [worked(world, "changes.undo", lines(batch), preview=preview)[0] for preview in (True, False)]
    assert set(ExplicitDomain.objects.values_list("pk", flat=True)) == before
    return counts


def test_domains__a_thousand_take_no_more_statements_than_one(world: World) -> None:
    journey(world, 2)  # what is looked up once and kept
    few, many = journey(world, FEW), journey(world, MANY)
    assert many == few
    assert max(few) <= 16


def test_domains__an_undone_deletion_gives_them_their_keys_again(world: World) -> None:
    row = ExplicitDomain.objects.get(name="acme.example")
    _count, actor = worked(world, "domains.delete", [row.pk])
    worked(world, "changes.undo", lines(actor))
    assert ExplicitDomain.objects.get(name="acme.example").pk == row.pk


def test_domains__each_has_its_own_outcome(world: World) -> None:
    acme, echo = world.contexts[24], world.contexts[44]
    plan = fulfil(
        declaring(acme, "one.example"),
        declaring(echo, "one.example"),
        declaring(acme, "echo.example"),
        declaring(acme, "co.uk"),
        declaring(echo, "two.example"),
    )
    assert outcomes(plan) == [
        True,
        "The domain one.example is taken.",
        "The domain echo.example is taken.",
        "co.uk is a public suffix, such as com: nobody owns it.",
        True,
    ]
    assert declared(24, 44) == ["acme.example", "echo.example", "one.example", "two.example"]


def test_domains__one_that_is_given_up_in_the_same_batch_can_be_declared(world: World) -> None:
    row = ExplicitDomain.objects.get(name="acme.example")
    assert outcomes(fulfil(DomainWish(row, delete=True), declaring(world.contexts[44], "acme.example"))) == [True, True]
    assert ExplicitDomain.objects.get(name="acme.example").context_id == 44


def test_domains__one_that_was_deleted_meanwhile_is_refused_alone(world: World) -> None:
    row = add_domain(actor=OPERATOR, context=world.contexts[24], name="gone.example")
    remove_domain(actor=OPERATOR, context=world.contexts[24], name="gone.example")
    row.pk = 10**9
    plan = fulfil(
        DomainWish(row, delete=True), DomainWish(row, Proof.MASTER), declaring(world.contexts[24], "new.example")
    )
    assert [type(one.refusal) for one in plan.rows] == [Conflict, NotFound, type(None)]
    assert declared(24) == ["acme.example", "new.example"]


def test_domains__that_close_a_loop_together_are_refused_from_the_one_that_does(world: World) -> None:
    acme, echo = world.contexts[24], world.contexts[44]
    create_forward(actor=OPERATOR, context=acme, alias="a@one.example", recipients=["b@two.example"])
    create_forward(actor=OPERATOR, context=echo, alias="b@two.example", recipients=["c@three.example"])
    create_forward(actor=OPERATOR, context=acme, alias="c@three.example", recipients=["a@one.example"])
    wishes = [declaring(acme, "one.example"), declaring(echo, "two.example"), declaring(acme, "three.example")]
    refused = "Declaring three.example would close a loop of aliases."
    assert outcomes(plan_domains(OPERATOR, wishes)) == [True, True, refused]
    assert outcomes(fulfil(*wishes, declaring(acme, "four.example"))) == [True, True, refused, True]


def test_domains__one_that_is_given_up_closes_no_loop_any_more(world: World) -> None:
    acme, echo = world.contexts[24], world.contexts[44]
    create_forward(actor=OPERATOR, context=acme, alias="a@one.example", recipients=["b@two.example"])
    create_forward(actor=OPERATOR, context=echo, alias="b@two.example", recipients=["a@one.example"])
    one = add_domain(actor=OPERATOR, context=acme, name="one.example")
    two = declaring(echo, "two.example")
    assert outcomes(plan_domains(OPERATOR, [two])) == ["Declaring two.example would close a loop of aliases."]
    assert outcomes(fulfil(DomainWish(one, delete=True), two)) == [True, True]


def test_domains__a_preview_changes_nothing(world: World) -> None:
    row = ExplicitDomain.objects.get(name="acme.example")
    plan = plan_domains(OPERATOR, [DomainWish(row, delete=True), declaring(world.contexts[24], "new.example")])
    assert outcomes(plan) == [True, True]
    assert declared(24) == ["acme.example"]


@pytest.mark.parametrize("proven_first", [True, False])
def test_domains__the_proven_of_two_that_come_together_gets_it(world: World, settings: Any, proven_first: bool) -> None:
    settings.DOMAIN_PROOF = "dns"
    waiting = declaring(world.contexts[24], "new.example")
    proven = declaring(world.contexts[44], "new.example", proof=Proof.MASTER)
    actor = OPERATOR.in_batch()
    plan = fulfil(*((proven, waiting) if proven_first else (waiting, proven)), actor=actor)
    assert outcomes(plan) == ([True, "The domain new.example is taken."] if proven_first else [True, True])
    row = ExplicitDomain.objects.get(name="new.example")
    assert (row.context_id, row.proof) == (44, Proof.MASTER)
    lost = Change.objects.filter(kind="domain", context_id=24, action="delete")
    assert list(lost.values_list("actor", "key")) == ([] if proven_first else [(str(OPERATOR), plan.domains[0].pk)])


def test_domains__a_withdrawn_proof_makes_room_in_the_same_batch(world: World, settings: Any) -> None:
    settings.DOMAIN_PROOF = "dns"
    row = ExplicitDomain.objects.get(name="acme.example")
    plan = fulfil(DomainWish(row, Proof.WAITING), declaring(world.contexts[44], "acme.example", proof=Proof.MASTER))
    assert outcomes(plan) == [True, True]
    assert ExplicitDomain.objects.get(name="acme.example").context_id == 44, "and whose proof was withdrawn loses it"
