"""Aliases: the graph that they make, and edits that the API does not have."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Context
from accounts.services.users import create_user
from core.actor import Actor, Channel
from core.errors import Conflict, Invalid, NotFound
from domains.services import add_domain
from forwards.graph import MAX_CHAIN
from forwards.models import ForwardingAlias, Recipient
from forwards.services import (
    add_recipients,
    create_forward,
    delete_forward,
    delete_forwards,
    find_forward,
    remove_recipient,
    replace_recipient,
    set_forward_active,
    set_recipients,
)
from tests.services.aliases import drop_recipient, move_forward
from tests.world import OPERATOR, World

OUTSIDE = "outside@elsewhere.example"


def forward(context: Context, alias: str, *recipients: str, actor: Actor = OPERATOR) -> None:
    assert create_forward(actor=actor, context=context, alias=alias, recipients=recipients)


def add(context: Context, alias: str, *recipients: str, actor: Actor = OPERATOR) -> bool:
    return add_recipients(actor=actor, context=context, alias=alias, recipients=recipients)


def recipients_of(alias: str) -> list[str]:
    return list(Recipient.objects.filter(alias__normalized=alias).order_by("pk").values_list("address", flat=True))


def chain(context: Context, *names: str) -> None:
    """Aliases, each the recipient of the one before; the last name is no alias."""
    for left, right in pairwise(names):
        forward(context, left, right)


@pytest.fixture
def acme(world: World) -> Context:
    return world.contexts[24]


# --- loops -------------------------------------------------------------------------------------------------------


def test_loop__of_two(acme: Context) -> None:
    forward(acme, "a@acme.example", "b@acme.example")
    with pytest.raises(Invalid, match=r"loop: b@acme.example → a@acme.example → b@acme.example"):
        forward(acme, "b@acme.example", "a@acme.example")


@pytest.mark.parametrize("length", [3, 10, MAX_CHAIN])
def test_loop__across_several_aliases_is_named_as_a_whole(acme: Context, length: int) -> None:
    names = [f"n{number}@acme.example" for number in range(length)]
    chain(acme, *names)
    with pytest.raises(Invalid) as refused:
        forward(acme, names[-1], names[0])
    assert str(refused.value) == f"That would make a loop: {' → '.join([names[-1], *names])}."
    assert not ForwardingAlias.objects.filter(normalized=names[-1]).exists()


@pytest.mark.parametrize("spelling", ["A@ACME.example", "a@Acme.EXAMPLE"])
def test_loop__is_seen_whatever_the_spelling(acme: Context, spelling: str) -> None:
    forward(acme, "a@acme.example", "b@acme.example")
    with pytest.raises(Invalid, match="loop"):
        forward(acme, "B@acme.example", spelling)


def test_loop__of_internationalized_spellings(acme: Context) -> None:
    add_domain(actor=OPERATOR, context=acme, name="bücher.example")
    forward(acme, "a@bücher.example", "b@acme.example")
    with pytest.raises(Invalid, match="loop"):
        forward(acme, "b@acme.example", "a@xn--bcher-kva.example")


def test_loop__behind_one_of_many_recipients(acme: Context) -> None:
    chain(acme, "b@acme.example", "c@acme.example", "a@acme.example")
    with pytest.raises(Invalid, match=r"loop: a@acme.example → b@acme.example → c@acme.example → a@acme.example"):
        forward(acme, "a@acme.example", "x@y.example", "b@acme.example", "z@y.example")


def test_loop__by_every_edit_that_adds_a_recipient(acme: Context) -> None:
    forward(acme, "a@acme.example", "b@acme.example")
    forward(acme, "b@acme.example", OUTSIDE)
    row = find_forward(acme, "b@acme.example")
    with pytest.raises(Invalid, match="loop"):
        add(acme, "b@acme.example", "a@acme.example")
    with pytest.raises(Invalid, match="loop"):
        set_recipients(actor=OPERATOR, forward=row, recipients=["a@acme.example"])
    with pytest.raises(Invalid, match="loop"):
        replace_recipient(actor=OPERATOR, forward=row, old=OUTSIDE, new="a@acme.example")
    assert recipients_of("b@acme.example") == [OUTSIDE]


def test_loop__through_an_inactive_alias_counts(acme: Context) -> None:
    forward(acme, "a@acme.example", "b@acme.example")
    set_forward_active(actor=OPERATOR, forward=find_forward(acme, "a@acme.example"), is_active=False)
    with pytest.raises(Invalid, match="loop"):
        forward(acme, "b@acme.example", "a@acme.example")


def test_loop__across_contexts_names_no_address_of_another_customer(world: World) -> None:
    alpha = Actor(world.administrators["alpha"], Channel.API)
    forward(world.contexts[24], "a@acme.example", "secret1@echo.example")
    forward(world.contexts[44], "secret1@echo.example", "secret2@echo.example")
    forward(world.contexts[44], "secret2@echo.example", "b@acme.example")
    forward(world.contexts[25], "b@acme2.example", OUTSIDE)
    with pytest.raises(Invalid) as refused:
        forward(world.contexts[24], "b@acme.example", "a@acme.example", actor=alpha)
    hidden = "(another customer's alias)"
    assert str(refused.value) == (
        f"That would make a loop: b@acme.example → a@acme.example → {hidden} → {hidden} → b@acme.example."
    )
    with pytest.raises(Invalid, match=r"secret1@echo.example → secret2@echo.example"):
        forward(world.contexts[24], "b@acme.example", "a@acme.example")


def test_loop__the_recipient_that_was_given_is_named_whosever_it_is(world: World) -> None:
    alpha = Actor(world.administrators["alpha"], Channel.API)
    forward(world.contexts[44], "theirs@echo.example", "mine@acme.example")
    with pytest.raises(Invalid, match=r"mine@acme.example → theirs@echo.example → mine@acme.example"):
        forward(world.contexts[24], "mine@acme.example", "theirs@echo.example", actor=alpha)


def test_loop__gone_with_the_edge_that_would_close_it(acme: Context) -> None:
    forward(acme, "a@acme.example", "b@acme.example", OUTSIDE)
    remove_recipient(actor=OPERATOR, context=acme, alias="a@acme.example", recipient="b@acme.example")
    forward(acme, "b@acme.example", "a@acme.example")


# --- chains ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["front", "back", "middle"])
def test_chain__of_20_is_well_and_of_21_is_refused(acme: Context, place: str) -> None:
    names = [f"n{number}@acme.example" for number in range(MAX_CHAIN + 2)]
    missing = {"front": 0, "back": MAX_CHAIN, "middle": MAX_CHAIN // 2}[place]
    for number, (left, right) in enumerate(pairwise(names)):
        if number != missing:
            forward(acme, left, right)
    with pytest.raises(Invalid, match="chain of more than 20 aliases"):
        forward(acme, names[missing], names[missing + 1])
    delete_forward(actor=OPERATOR, context=acme, alias=names[0] if place == "back" else names[MAX_CHAIN])
    forward(acme, names[missing], names[missing + 1])


def test_chain__its_longest_way_counts(acme: Context) -> None:
    names = [f"n{number}@acme.example" for number in range(MAX_CHAIN)]
    chain(acme, *names, OUTSIDE)
    # Each of them is also one step away from the end.
    for name in names[:-2]:
        add(acme, name, names[-1])
    with pytest.raises(Invalid, match="chain"):
        forward(acme, "first@acme.example", names[0])
    forward(acme, "first@acme.example", names[1])


# --- shapes that are well ----------------------------------------------------------------------------------------


def test_diamond__is_no_loop(acme: Context) -> None:
    forward(acme, "d@acme.example", OUTSIDE)
    forward(acme, "b@acme.example", "d@acme.example")
    forward(acme, "c@acme.example", "d@acme.example")
    forward(acme, "a@acme.example", "b@acme.example", "c@acme.example", "d@acme.example")
    assert not add(acme, "a@acme.example", "d@acme.example")


def test_diamonds__in_a_row_take_few_statements(acme: Context) -> None:
    """2^18 ways lead through them: who walks each would never end."""
    layers = [[f"n{layer}x{number}@acme.example" for number in range(2)] for layer in range(MAX_CHAIN - 1)]
    for upper, lower in reversed(list(pairwise([*layers, [OUTSIDE]]))):
        for name in upper:
            forward(acme, name, *lower)
    with CaptureQueriesContext(connection) as queries:
        forward(acme, "top@acme.example", *layers[0])
    assert len(queries) < 60


@pytest.mark.parametrize("width", [10, 30_000])
def test_wide__an_address_that_many_aliases_forward_to_can_become_an_alias(acme: Context, width: int) -> None:
    rows = ForwardingAlias.objects.bulk_create(
        [
            ForwardingAlias(
                context=acme, address=f"w{one}@acme.example", normalized=f"w{one}@acme.example", domain="acme.example"
            )
            for one in range(width)
        ],
        batch_size=5000,
    )
    hub = "hub@acme.example"
    Recipient.objects.bulk_create(
        [Recipient(alias=row, address=hub, normalized=hub, domain="acme.example") for row in rows], batch_size=5000
    )
    with CaptureQueriesContext(connection) as queries:
        forward(acme, hub, OUTSIDE)
    assert len(queries) < 20 + width / 500
    with pytest.raises(Invalid, match="loop"):
        add(acme, hub, f"w{width - 1}@acme.example")


def test_create__takes_the_same_number_of_statements_for_1_and_50_recipients(acme: Context) -> None:
    counts = []
    for number in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            forward(acme, f"n{number}@acme.example", *[f"r{one}@b.example" for one in range(number)])
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- edits -------------------------------------------------------------------------------------------------------


def test_set_recipients__those_that_stay_keep_their_place(acme: Context) -> None:
    row = find_forward(acme, "sales@acme.example")
    assert set_recipients(actor=OPERATOR, forward=row, recipients=["z@b.example", OUTSIDE.upper(), "a@b.example"])
    assert recipients_of("sales@acme.example") == [OUTSIDE, "z@b.example", "a@b.example"]
    assert not set_recipients(actor=OPERATOR, forward=row, recipients=["a@b.example", OUTSIDE, "z@b.example"])
    with pytest.raises(Invalid, match="at least one"):
        set_recipients(actor=OPERATOR, forward=row, recipients=[])


def test_replace_recipient__by_one_that_is_there_leaves_it_once(acme: Context) -> None:
    row = find_forward(acme, "sales@acme.example")
    assert replace_recipient(actor=OPERATOR, forward=row, old="JohnDoe@acme.example", new=OUTSIDE)
    assert recipients_of("sales@acme.example") == [OUTSIDE]
    assert not replace_recipient(actor=OPERATOR, forward=row, old="none@b.example", new="x@b.example")
    assert not replace_recipient(actor=OPERATOR, forward=row, old=OUTSIDE, new=OUTSIDE)


def test_drop_recipient__never_the_last(acme: Context) -> None:
    row = find_forward(acme, "sales@acme.example")
    assert not drop_recipient(actor=OPERATOR, forward=row, recipient="none@b.example")
    assert drop_recipient(actor=OPERATOR, forward=row, recipient=OUTSIDE)
    with pytest.raises(Invalid, match="only recipient"):
        drop_recipient(actor=OPERATOR, forward=row, recipient="johndoe@acme.example")


def test_edits__of_an_alias_that_is_gone_are_refused(acme: Context) -> None:
    row = find_forward(acme, "sales@acme.example")
    delete_forward(actor=OPERATOR, context=acme, alias="sales@acme.example")
    with pytest.raises(NotFound):
        set_recipients(actor=OPERATOR, forward=row, recipients=[OUTSIDE])
    with pytest.raises(NotFound):
        replace_recipient(actor=OPERATOR, forward=row, old=OUTSIDE, new="a@b.example")
    with pytest.raises(NotFound):
        set_forward_active(actor=OPERATOR, forward=row, is_active=False)
    with pytest.raises(NotFound):
        delete_forward(actor=OPERATOR, context=acme, alias="sales@acme.example")


def test_set_forward_active__says_whether_it_was_news(acme: Context) -> None:
    row = find_forward(acme, "sales@acme.example")
    assert set_forward_active(actor=OPERATOR, forward=row, is_active=False)
    assert not set_forward_active(actor=OPERATOR, forward=row, is_active=False)
    assert recipients_of("sales@acme.example") == ["johndoe@acme.example", OUTSIDE]


def test_move_forward__into_a_context_whose_domain_or_mailbox_it_is_not_in_conflict_with(world: World) -> None:
    forward(world.contexts[24], "a@neutral.example", OUTSIDE)
    row = find_forward(world.contexts[24], "a@neutral.example")
    assert move_forward(actor=OPERATOR, forward=row, context=world.contexts[25])
    assert find_forward(world.contexts[25], "a@neutral.example").pk == row.pk
    add_domain(actor=OPERATOR, context=world.contexts[25], name="neutral.example")
    with pytest.raises(Conflict):
        move_forward(actor=OPERATOR, forward=row, context=world.contexts[24])
    create_user(actor=OPERATOR, context=world.contexts[25], number=7, uidname="box@bolt.example")
    forward(world.contexts[25], "box@bolt.example", OUTSIDE)
    with pytest.raises(Conflict):
        move_forward(
            actor=OPERATOR, forward=find_forward(world.contexts[25], "box@bolt.example"), context=world.contexts[24]
        )


def test_move_forward__to_where_it_is_served_closes_no_loop(world: World) -> None:
    acme, bolt = world.contexts[24], world.contexts[25]
    forward(bolt, "there@bolt.example", "here@acme.example")
    ForwardingAlias.objects.create(
        context=bolt, address="here@acme.example", normalized="here@acme.example", domain="acme.example"
    ).recipients.create(address="there@bolt.example", normalized="there@bolt.example", domain="bolt.example")
    row = find_forward(bolt, "here@acme.example")
    with pytest.raises(Invalid, match="loop"):
        move_forward(actor=OPERATOR, forward=row, context=acme)
    add_recipients(actor=OPERATOR, context=bolt, alias="there@bolt.example", recipients=[OUTSIDE])
    remove_recipient(actor=OPERATOR, context=bolt, alias="there@bolt.example", recipient="here@acme.example")
    assert move_forward(actor=OPERATOR, forward=row, context=acme)


def test_delete_forwards__keeps_a_batch_that_it_is_part_of_and_counts(acme: Context) -> None:
    assert delete_forwards(actor=OPERATOR.in_batch(), context=acme) == 1
    assert delete_forwards(actor=OPERATOR, context=acme) == 0


def test_loop__of_what_is_not_served_is_none(acme: Context) -> None:
    forward(acme, "a@nobodys.example", "b@acme.example")
    forward(acme, "b@acme.example", "a@nobodys.example")


def test_loop__through_another_contexts_alias_in_a_domain_that_is_not_its_own_is_none(world: World) -> None:
    """Anybody can make such an alias; it must not refuse what the domain's owner does."""
    forward(world.contexts[44], "a@later.example", "sales@acme.example")
    add_domain(actor=OPERATOR, context=world.contexts[24], name="later.example")
    forward(world.contexts[24], "x@acme.example", "a@later.example")
    forward(world.contexts[24], "a@later.example", "sales@acme.example")
