"""What holds when several write at the same moment. On PostgreSQL, with real transactions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import Count

from accounts.models import Administrator, Context, Reseller, User
from accounts.ownership import is_served
from accounts.services.administrators import create_administrator, delete_administrator, update_administrator
from accounts.services.config import Owner, set_property
from accounts.services.contexts import create_context, delete_context, update_context
from accounts.services.logins import Login, record_success
from accounts.services.resellers import create_reseller, delete_reseller, update_reseller
from accounts.services.users import create_user, set_uids, update_user
from changelog.models import Change
from core.access import Role
from core.actor import Actor, Channel
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from domains.models import ExplicitDomain
from domains.services import add_domain
from forwards.models import ForwardingAlias, Recipient
from forwards.services import (
    add_recipients,
    create_forward,
    delete_forward,
    delete_forwards,
    remove_recipient,
    replace_recipient,
    set_forward_active,
)
from tests.client import DOMAINS, FORWARDS, Api
from tests.services.bulk import preview, run
from tests.services.threads import compete, kinds, race
from tests.world import OPERATOR, PASSWORD, World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 50
OUTSIDE = "outside@elsewhere.example"


def status_of(method: str, path: str, login: str, body: Any = None) -> Callable[[], int]:
    return lambda: Api()(method, path, login, body).status_code


def forward(context: Context, alias: str, *recipients: str) -> Callable[[], bool]:
    return partial(create_forward, actor=OPERATOR, context=context, alias=alias, recipients=recipients)


def recipients_of(alias: str) -> list[str]:
    return list(Recipient.objects.filter(alias__normalized=alias).order_by("pk").values_list("address", flat=True))


# --- aliases and domains -----------------------------------------------------------------------------------------


def test_post_alias__twice_at_once_is_one_201_and_one_204(world: World) -> None:
    paths = [f"{FORWARDS}/24/race{number}@acme.example" for number in range(ROUNDS)]
    outcomes = compete(
        *[
            (
                status_of("POST", path, "alpha", {"recipient": "first@elsewhere.example"}),
                status_of("POST", path.replace("race", "RACE"), "admin", ["second@elsewhere.example"]),
            )
            for path in paths
        ]
    )
    assert [sorted(one) for one in outcomes] == [[201, 204]] * ROUNDS
    aliases = ForwardingAlias.objects.filter(normalized__startswith="race").annotate(number=Count("recipients"))
    assert list(aliases.values_list("number", flat=True)) == [1] * ROUNDS
    assert Change.objects.filter(kind="forward", label__istartswith="race").count() == ROUNDS


def test_post_alias__by_two_contexts_at_once_in_nobodys_domain_is_201_twice(world: World) -> None:
    outcomes = compete(
        *[
            [
                status_of("POST", f"{FORWARDS}/{number}/race{turn}@neutral.example", login, [OUTSIDE])
                for number, login in ((24, "alpha"), (44, "beta"))
            ]
            for turn in range(20)
        ]
    )
    assert [sorted(one) for one in outcomes] == [[201, 201]] * 20


def test_post_domain__by_two_contexts_at_once_is_one_200_and_one_409(world: World, override: None) -> None:
    outcomes = compete(
        *[
            [
                status_of("POST", f"{DOMAINS}/{number}/race{turn}.example", login)
                for number, login in ((24, "alpha"), (44, "beta"))
            ]
            for turn in range(ROUNDS)
        ]
    )
    assert [sorted(one) for one in outcomes] == [[200, 409]] * ROUNDS
    assert ExplicitDomain.objects.filter(name__startswith="race").count() == ROUNDS


def test_alias__beside_somebody_elses_declaration_is_refused_or_never_served(world: World, override: None) -> None:
    outcomes = compete(
        *[
            (
                status_of("POST", f"{FORWARDS}/24/info@race{turn}.example", "alpha", [OUTSIDE]),
                status_of("POST", f"{DOMAINS}/44/race{turn}.example", "beta"),
            )
            for turn in range(ROUNDS)
        ]
    )
    assert {domain for _alias, domain in outcomes} == {200}
    assert {alias for alias, _domain in outcomes} <= {201, 403}
    assert not ForwardingAlias.objects.served().filter(domain__startswith="race").exists()
    # Nobody gets in once it is declared.
    assert status_of("POST", f"{FORWARDS}/24/late@race0.example", "alpha", [OUTSIDE])() == 403


def test_user__beside_somebody_elses_declaration_is_refused_or_never_served(world: World) -> None:
    outcomes = compete(
        *[
            (
                partial(
                    create_user,
                    actor=OPERATOR,
                    context=world.contexts[24],
                    number=100 + turn,
                    uidname=f"info@race{turn}.example",
                ),
                partial(add_domain, actor=OPERATOR, context=world.contexts[44], name=f"race{turn}.example"),
            )
            for turn in range(20)
        ]
    )
    for user, domain in outcomes:
        assert isinstance(user, User | Conflict)
        assert isinstance(domain, ExplicitDomain)
    assert not User.objects.filter(is_served(), domain__startswith="race").exists()


def test_declaration__beside_the_edge_that_would_close_a_loop_with_it_never_both(world: World) -> None:
    context = world.contexts[24]
    for turn in range(20):
        create_forward(
            actor=OPERATOR, context=context, alias=f"a@race{turn}.example", recipients=[f"b{turn}@acme.example"]
        )
    outcomes = compete(
        *[
            (
                forward(context, f"b{turn}@acme.example", f"a@race{turn}.example"),
                partial(add_domain, actor=OPERATOR, context=context, name=f"race{turn}.example"),
            )
            for turn in range(20)
        ]
    )
    for alias, domain in outcomes:
        assert isinstance(alias, Invalid) != isinstance(domain, Conflict)


# --- identifiers -------------------------------------------------------------------------------------------------


def test_uidname__wanted_by_two_at_once_is_one_users(world: World) -> None:
    outcomes = compete(
        *[
            [
                partial(update_user, actor=OPERATOR, user=world.users[number], uidname=f"Race{turn}")
                for number in (24, 44)
            ]
            for turn in range(20)
        ]
    )
    for one in outcomes:
        assert kinds([type(outcome) for outcome in one]) == {User: 1, Conflict: 1}


def test_msisdn_and_custom__wanted_by_two_at_once_are_one_users(world: World) -> None:
    outcomes = compete(
        *[
            [
                partial(
                    set_uids,
                    actor=OPERATOR,
                    user=world.users[number],
                    msisdn=f"+49 555 {turn:04}",
                    custom=[f"first{turn}{number}", f"race{turn}"],
                )
                for number in (24, 44)
            ]
            for turn in range(20)
        ]
    )
    for one in outcomes:
        assert [isinstance(outcome, Invalid) for outcome in one].count(True) == 1


# --- loops -------------------------------------------------------------------------------------------------------


def test_loop__two_edges_at_once_are_never_both_there(world: World) -> None:
    outcomes = compete(
        *[
            (
                forward(world.contexts[24], f"a{turn}@acme.example", f"b{turn}@echo.example"),
                forward(world.contexts[44], f"b{turn}@echo.example", f"a{turn}@acme.example"),
            )
            for turn in range(ROUNDS)
        ]
    )
    assert all(kinds(one) == {True: 1, Invalid: 1} for one in outcomes)


def test_loop__edges_connected_only_through_existing_ones_are_never_both_there(world: World) -> None:
    for turn in range(ROUNDS):
        forward(world.contexts[24], f"a{turn}@acme.example", f"b{turn}@acme.example")()
        forward(world.contexts[44], f"c{turn}@echo.example", f"d{turn}@echo.example")()
    outcomes = compete(
        *[
            (
                forward(world.contexts[24], f"b{turn}@acme.example", f"c{turn}@echo.example"),
                forward(world.contexts[44], f"d{turn}@echo.example", f"a{turn}@acme.example"),
            )
            for turn in range(ROUNDS)
        ]
    )
    assert all(kinds(one) == {True: 1, Invalid: 1} for one in outcomes)


def test_loop__many_edges_at_once_never_close_it(world: World) -> None:
    size = 8
    for turn in range(10):
        names = [f"n{turn}x{number}@acme.example" for number in range(size)]
        edges = pairwise([*names, names[0]])
        outcomes = race(*[forward(world.contexts[24], left, right) for left, right in edges])
        assert kinds(outcomes) == {True: size - 1, Invalid: 1}


def test_chain__grown_at_both_ends_at_once_is_never_too_long(world: World) -> None:
    context = world.contexts[24]
    for turn in range(10):
        names = [f"c{turn}x{number}@acme.example" for number in range(1, 21)]
        for left, right in pairwise(names):
            forward(context, left, right)()
        # 19 aliases stand; each of the two would be the twentieth.
        outcomes = race(
            forward(context, f"c{turn}x0@acme.example", names[0]),
            forward(context, names[-1], OUTSIDE),
        )
        assert kinds(outcomes) == {True: 1, Invalid: 1}


# --- recipients --------------------------------------------------------------------------------------------------


def test_put_alias__recipients_added_at_once_are_all_there(world: World) -> None:
    added = [f"r{number}@elsewhere.example" for number in range(20)]
    statuses = race(
        *[status_of("PUT", f"{FORWARDS}/24/sales@acme.example", "alpha", {"recipient": one}) for one in added]
    )
    assert statuses == [201] * 20
    recipients = recipients_of("sales@acme.example")
    assert recipients[:2] == ["johndoe@acme.example", OUTSIDE]
    assert sorted(recipients[2:]) == sorted(added)


def test_put_alias__the_same_recipient_at_once_is_added_once(world: World) -> None:
    outcomes = compete(
        *[
            [status_of("PUT", f"{FORWARDS}/24/sales@acme.example", "alpha", [f"r{turn}@elsewhere.example"])] * 2
            for turn in range(20)
        ]
    )
    assert [sorted(one) for one in outcomes] == [[201, 204]] * 20


def test_put_alias__additions_and_removals_at_once_lose_nothing(world: World) -> None:
    context = world.contexts[24]
    old = [f"old{number}@elsewhere.example" for number in range(10)]
    new = [f"new{number}@elsewhere.example" for number in range(10)]
    add_recipients(actor=OPERATOR, context=context, alias="sales@acme.example", recipients=old)
    how: dict[str, Any] = {"actor": OPERATOR, "context": context, "alias": "sales@acme.example"}
    race(
        *[partial(remove_recipient, recipient=one, **how) for one in old],
        *[partial(add_recipients, recipients=[one], **how) for one in new],
    )
    assert sorted(recipients_of("sales@acme.example")) == sorted(["johndoe@acme.example", OUTSIDE, *new])


def test_put_alias__replacing_and_adding_at_once_lose_nothing(world: World) -> None:
    alias = ForwardingAlias.objects.get(normalized="sales@acme.example")
    for turn in range(10):
        race(
            partial(
                replace_recipient,
                actor=OPERATOR,
                forward=alias,
                old=OUTSIDE if turn == 0 else f"to{turn - 1}@elsewhere.example",
                new=f"to{turn}@elsewhere.example",
            ),
            partial(
                add_recipients,
                actor=OPERATOR,
                context=world.contexts[24],
                alias=alias.address,
                recipients=[f"new{turn}@elsewhere.example"],
            ),
        )
    expected = [
        "johndoe@acme.example",
        "to9@elsewhere.example",
        *[f"new{turn}@elsewhere.example" for turn in range(10)],
    ]
    assert sorted(recipients_of("sales@acme.example")) == sorted(expected)


def test_put_alias__the_limit_holds_for_additions_at_once(world: World, settings: Any) -> None:
    settings.MAX_RECIPIENTS = 10
    how: dict[str, Any] = {"actor": OPERATOR, "context": world.contexts[24], "alias": "sales@acme.example"}
    outcomes = race(
        *[partial(add_recipients, recipients=[f"r{number}@elsewhere.example"], **how) for number in range(20)]
    )
    assert kinds(outcomes) == {True: 8, Invalid: 12}
    assert len(recipients_of("sales@acme.example")) == 10


def test_last_recipient__removed_while_another_is_added_leaves_no_empty_alias(world: World) -> None:
    context = world.contexts[24]
    aliases = [f"last{turn}@acme.example" for turn in range(ROUNDS)]
    for alias in aliases:
        forward(context, alias, OUTSIDE)()
    outcomes = compete(
        *[
            (
                partial(remove_recipient, actor=OPERATOR, context=context, alias=alias, recipient=OUTSIDE),
                partial(
                    add_recipients, actor=OPERATOR, context=context, alias=alias, recipients=["b@elsewhere.example"]
                ),
            )
            for alias in aliases
        ]
    )
    for alias, (removed, added) in zip(aliases, outcomes, strict=True):
        assert removed is None
        if added is True:
            assert recipients_of(alias) == ["b@elsewhere.example"]
        else:
            assert isinstance(added, NotFound)
            assert not ForwardingAlias.objects.filter(normalized=alias).exists()


def test_both_last_recipients__removed_at_once_delete_the_alias_once(world: World) -> None:
    context = world.contexts[24]
    aliases = [f"last{turn}@acme.example" for turn in range(20)]
    for alias in aliases:
        forward(context, alias, OUTSIDE, "b@elsewhere.example")()
    outcomes = compete(
        *[
            [
                partial(remove_recipient, actor=OPERATOR, context=context, alias=alias, recipient=recipient)
                for recipient in (OUTSIDE, "b@elsewhere.example")
            ]
            for alias in aliases
        ]
    )
    assert [kinds(one) for one in outcomes] == [{None: 2}] * 20
    assert not ForwardingAlias.objects.filter(normalized__startswith="last").exists()
    assert Change.objects.filter(label__startswith="last", action=Change.Action.DELETE).count() == 20


def test_delete_alias__twice_at_once_is_one_204_and_one_404(world: World) -> None:
    for turn in range(20):
        forward(world.contexts[24], f"gone{turn}@acme.example", OUTSIDE)()
    outcomes = compete(
        *[[status_of("DELETE", f"{FORWARDS}/24/gone{turn}@acme.example", "alpha")] * 2 for turn in range(20)]
    )
    assert [sorted(one) for one in outcomes] == [[204, 404]] * 20


# --- limits ------------------------------------------------------------------------------------------------------


def exactly(limit: int, tasks: list[Callable[[], Any]]) -> None:
    """Of these creations at the same moment `limit` succeed, and all others are refused."""
    outcomes = race(*tasks)
    assert [isinstance(one, NotAllowed) for one in outcomes].count(True) == len(tasks) - limit


def new_user(context: Context, number: int) -> Callable[[], User]:
    return partial(
        create_user, actor=OPERATOR, context=context, number=number, uidname=f"user{number}@context{context.pk}.example"
    )


def new_context(reseller: Reseller, number: int, **fields: Any) -> Callable[[], Context]:
    return partial(
        create_context, actor=OPERATOR, context_id=number, name=f"context_{number}", reseller=reseller, **fields
    )


def test_max_context__under_20_creations_at_once(world: World) -> None:
    alpha, child = world.resellers["alpha"], world.resellers["alphakid"]
    update_reseller(actor=OPERATOR, reseller=alpha, max_context=4 + 5)
    exactly(5, [new_context(child if number % 2 else alpha, 1000 + number) for number in range(20)])
    assert Context.objects.filter(reseller__in=[alpha, child]).count() == 9


def test_max_overall_user__under_20_creations_at_once(world: World) -> None:
    alpha = world.resellers["alpha"]
    update_reseller(actor=OPERATOR, reseller=alpha, max_overall_user=4 + 5)
    contexts = [world.contexts[number] for number in (24, 25, 34, 35)]
    exactly(5, [new_user(contexts[number % 4], 100 + number) for number in range(20)])
    assert User.objects.filter(context__in=contexts).count() == 9


@pytest.mark.parametrize("holder", ["context", "reseller", "parent"])
def test_max_user_of_a_context__under_20_creations_at_once(world: World, holder: str) -> None:
    context = world.contexts[34]
    if holder == "context":
        update_context(actor=OPERATOR, context=context, max_user=6)
    else:
        reseller = world.resellers["alphakid" if holder == "reseller" else "alpha"]
        update_reseller(actor=OPERATOR, reseller=reseller, max_user_per_context=6)
    exactly(5, [new_user(context, 100 + number) for number in range(20)])
    assert context.users.count() == 6


def test_max_subadmin__under_20_creations_at_once(world: World) -> None:
    alpha = world.resellers["alpha"]
    update_reseller(actor=OPERATOR, reseller=alpha, max_subadmin=6)
    exactly(5, [partial(create_reseller, actor=OPERATOR, name=f"child{number}", parent=alpha) for number in range(20)])
    assert alpha.children.count() == 6


def test_max_overall_context_quota__under_20_creations_at_once(world: World) -> None:
    beta = world.resellers["beta"]
    update_reseller(actor=OPERATOR, reseller=beta, max_overall_context_quota=599)
    exactly(5, [new_context(beta, 1000 + number, quota=100) for number in range(20)])


def test_right_to_children__withdrawn_while_one_is_made_leaves_no_child_without_it(world: World) -> None:
    for turn in range(10):
        parent = create_reseller(actor=OPERATOR, name=f"parent{turn}", can_create_subadmin=True)
        withdrawn, child = race(
            partial(update_reseller, actor=OPERATOR, reseller=parent, can_create_subadmin=False),
            partial(create_reseller, actor=OPERATOR, name=f"child{turn}", parent=parent),
        )
        assert isinstance(withdrawn, Conflict) != isinstance(child, NotAllowed)


# --- deletion ----------------------------------------------------------------------------------------------------


def test_delete_context__while_it_is_filled_leaves_nothing_and_never_a_500(world: World) -> None:
    for turn in range(10):
        context = new_context(world.resellers["alpha"], 1000 + turn)()
        deleted, user, *statuses = race(
            partial(delete_context, actor=OPERATOR, context=context),
            new_user(context, 7),
            *[
                status_of("POST", f"{FORWARDS}/{context.pk}/new{number}@gone{turn}.example", "alpha", [OUTSIDE])
                for number in range(4)
            ],
        )
        assert deleted is None
        assert isinstance(user, User | NotFound)
        assert set(statuses) <= {201, 404, 503}
    assert not Context.objects.filter(pk__gte=1000).exists()
    assert not ForwardingAlias.objects.filter(domain__startswith="gone").exists()


def test_delete_context__while_its_own_administrator_works_in_it_never_deadlocks(world: World) -> None:
    for turn in range(10):
        context = new_context(world.resellers["alpha"], 1000 + turn)()
        create_administrator(actor=OPERATOR, login="admin", role=Role.CONTEXT, context=context, password=PASSWORD)
        aliases = [f"a{number}@gone{turn}.example" for number in range(6)]
        for alias in aliases:
            forward(context, alias, OUTSIDE)()
        deleted, *statuses = race(
            partial(delete_context, actor=OPERATOR, context=context),
            *[
                status_of("PUT", f"{FORWARDS}/{context.pk}/{alias}", "admin", ["b@elsewhere.example"])
                for alias in aliases
            ],
        )
        assert deleted is None
        assert set(statuses) <= {201, 403, 404, 503}
    assert not Context.objects.filter(pk__gte=1000).exists()


@pytest.mark.parametrize("with_it", ["administrator", "context"])
def test_delete_administrator__while_they_log_in_from_new_addresses_leaves_nothing(world: World, with_it: str) -> None:
    for turn in range(15):
        context = new_context(world.resellers["alpha"], 1000 + turn)()
        admin = create_administrator(
            actor=OPERATOR, login="admin", role=Role.CONTEXT, context=context, password=PASSWORD
        )
        delete = (
            partial(delete_administrator, actor=OPERATOR, administrator=admin)
            if with_it == "administrator"
            else partial(delete_context, actor=OPERATOR, context=context)
        )
        outcomes = race(
            delete,
            *[
                partial(record_success, Login("admin", site, site, Channel.WEB, "success"), admin)
                for site in (f"192.0.2.{number}" for number in range(5))
            ],
        )
        assert outcomes == [None] * 6
    assert not Administrator.objects.filter(context__gte=1000).exists()


def test_delete_reseller__while_it_gets_a_context_or_a_child_is_one_of_them(world: World) -> None:
    for turn in range(10):
        for make in ("context", "child"):
            reseller = create_reseller(actor=OPERATOR, name=f"{make}{turn}", can_create_subadmin=True)
            task: Callable[[], Any] = (
                new_context(reseller, 1000 + turn)
                if make == "context"
                else partial(create_reseller, actor=OPERATOR, name=f"kid{turn}", parent=reseller)
            )
            deleted, made = race(partial(delete_reseller, actor=OPERATOR, reseller=reseller), task)
            assert isinstance(deleted, Conflict) != isinstance(made, NotFound)


def test_delete_all_aliases__while_they_are_changed_leaves_none_of_the_old(world: World) -> None:
    context = world.contexts[24]
    for turn in range(5):
        aliases = [f"all{turn}x{number}@acme.example" for number in range(10)]
        for alias in aliases:
            forward(context, alias, OUTSIDE)()
        race(
            partial(delete_forwards, actor=OPERATOR, context=context),
            *[
                partial(add_recipients, actor=OPERATOR, context=context, alias=one, recipients=["b@elsewhere.example"])
                for one in aliases[:5]
            ],
            *[partial(delete_forward, actor=OPERATOR, context=context, alias=one) for one in aliases[5:]],
        )
        assert not ForwardingAlias.objects.filter(context=context).exists()


# --- deadlocks ---------------------------------------------------------------------------------------------------


def test_all_kinds_of_writes_at_once__wait_for_each_other_in_no_circle(world: World) -> None:
    context, user, alpha = world.contexts[24], world.users[24], world.resellers["alpha"]
    alias = ForwardingAlias.objects.get(normalized="sales@acme.example")
    actor = Actor(world.administrators["alpha"], Channel.API)
    update_reseller(actor=OPERATOR, reseller=alpha, max_context=10_000, max_overall_user=10_000)

    def tasks(turn: int) -> list[Callable[[], Any]]:
        return [
            partial(
                create_user, actor=actor, context=context, number=1000 + turn, uidname=f"shared{turn}@acme.example"
            ),
            partial(update_user, actor=actor, user=user, uidname=f"shared{turn}@acme.example", custom=[f"own{turn}"]),
            partial(set_uids, actor=actor, user=user, msisdn=f"+49 777 {turn:03}", custom=[f"own{turn}"]),
            forward(context, f"shared{turn}@acme.example", f"next{turn}@acme.example"),
            forward(context, f"next{turn}@acme.example", OUTSIDE),
            partial(replace_recipient, actor=actor, forward=alias, old=OUTSIDE, new=f"next{turn}@acme.example"),
            partial(add_recipients, actor=actor, context=context, alias=alias.address, recipients=[OUTSIDE]),
            partial(set_forward_active, actor=actor, forward=alias, is_active=bool(turn % 2)),
            partial(add_domain, actor=actor, context=context, name=f"shared{turn}.example"),
            partial(update_context, actor=actor, context=context, quota=turn),
            partial(set_property, actor=OPERATOR, owner=Owner(user=user), name="shared", value=str(turn)),
            new_context(alpha, 1000 + turn),
            partial(update_reseller, actor=OPERATOR, reseller=alpha, max_context=10_000 + turn),
        ]

    compete(*[tasks(turn) for turn in range(15)])
    assert Context.objects.filter(pk__gte=1000).count() == 15


def test_user_and_identifiers__of_one_reseller_at_once_wait_in_no_circle(world: World) -> None:
    context, user = world.contexts[24], world.users[24]
    actor = Actor(world.administrators["alpha"], Channel.API)
    compete(
        *[
            (
                partial(
                    create_user,
                    actor=actor,
                    context=context,
                    number=1000 + turn,
                    uidname=f"new{turn}@acme.example",
                    custom=[f"same{turn}"],
                ),
                partial(set_uids, actor=actor, user=user, custom=[f"same{turn}"]),
                forward(context, f"new{turn}@acme.example", OUTSIDE),
            )
            for turn in range(ROUNDS)
        ]
    )


def test_administrators__who_change_each_other_wait_in_no_circle(world: World) -> None:
    one, other = (Administrator.objects.with_owner().get(login=login) for login in ("alpha", "alphakid"))
    root = world.administrators["root"]
    compete(
        *[
            [
                partial(update_administrator, actor=Actor(actor, Channel.WEB), administrator=who, language=language)
                for actor, who in ((one, other), (root, one), (one, other))
                for language in ("de", "en")
            ]
            for _turn in range(20)
        ]
    )


# --- undoing -----------------------------------------------------------------------------------------------------


def test_undo__beside_new_users_of_the_same_context_waits_and_meets_nobody_in_a_circle(world: World) -> None:
    """Undoing held names before rows once, everybody else rows before names."""
    alpha, context = world.administrators["alpha"], world.contexts[24]
    chosen = []
    for turn in range(10):
        update_user(actor=Actor(alpha, Channel.WEB), user=world.users[24], quota=turn)
        chosen.append(Change.objects.latest("pk"))

    def undo(change: Change) -> str:
        job = preview(alpha, "changes.undo", Change.objects.filter(pk=change.pk))
        return run(job).state

    def add(number: int) -> str:
        create_user(actor=OPERATOR, context=context, number=number, uidname=f"race{number}@acme.example")
        return "created"

    outcomes = compete(*[(partial(undo, change), partial(add, 100 + turn)) for turn, change in enumerate(chosen[::-1])])
    assert [[str(one) for one in pair] for pair in outcomes] == [["done", "created"]] * 10
