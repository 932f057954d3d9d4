"""Tracing an address: every role gets the same answer, as far as it may see, and what is beyond that looks alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from accounts.services.contexts import update_context
from accounts.services.resellers import update_reseller
from accounts.services.users import create_user, update_user
from forwards.models import ForwardingAlias
from forwards.resolve import Step, Stop, resolve
from forwards.services import create_forward, set_forward_active
from tests.web.person import SEES
from tests.world import CONTEXTS, OPERATOR, World

pytestmark = pytest.mark.django_db

JOHN, SALES, OUTSIDE = "johndoe@acme.example", "sales@acme.example", "outside@elsewhere.example"
ABOVE: Final = "its context or reseller is suspended"
WAITING: Final = "what has this address here gets nothing: its context has not declared the domain, or not proven it"
HIDDEN: Final = "the mailbox of the same address gets nothing"
ROLES: Final = ["root", "alpha", "alphakid", "beta", "admin@alpha_acme", "admin@alpha_bolt"]
OWNER: Final = {domain: number for number, (_name, _owner, domain) in CONTEXTS.items()}

# The way of a mail as the master sees it: level, address, what is there, and what is said of it.
Way = list[tuple[int, str, Stop, tuple[str, ...]]]


def alias(world: World, address: str, *recipients: str, context: int = 24) -> ForwardingAlias:
    create_forward(actor=OPERATOR, context=world.contexts[context], alias=address, recipients=list(recipients))
    return ForwardingAlias.objects.get(address=address, context=context)


def user(world: World, address: str, context: int = 24) -> None:
    create_user(actor=OPERATOR, context=world.contexts[context], number=7, uidname=address)


def nothing(world: World) -> None:
    """The world as it is."""


def suspended_mailbox(world: World) -> None:
    update_user(actor=OPERATOR, user=world.users[24], is_active=False)


def suspended_alias(world: World) -> None:
    set_forward_active(actor=OPERATOR, forward=ForwardingAlias.objects.get(normalized=SALES), is_active=False)


def suspended_context(world: World) -> None:
    update_context(actor=OPERATOR, context=world.contexts[25], is_active=False)
    alias(world, "all@acme.example", JOHN, "johndoe@bolt.example", "nobody@bolt.example")


def suspended_reseller(world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alphakid"], is_active=False)
    alias(world, "all@acme.example", "sales@cafe.example", "johndoe@cafe.example")


def suspended_parent(world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], is_active=False)


def undeclared(world: World) -> None:
    user(world, "x@undeclared.example")
    alias(world, "all@acme.example", "x@undeclared.example")


def foreign(world: World) -> None:
    alias(world, "all@acme.example", "johndoe@echo.example", "nobody@echo.example", "stranger@far.example")


def through_a_foreigner(world: World) -> None:
    alias(world, "back@echo.example", JOHN, context=44)
    alias(world, "all@acme.example", "back@echo.example")


def through_a_sibling(world: World) -> None:
    alias(world, "back@bolt.example", JOHN, "johndoe@cafe.example", context=25)
    alias(world, "all@acme.example", "back@bolt.example")


def alias_before_mailbox(world: World) -> None:
    user(world, "both@acme.example")
    alias(world, "both@acme.example", OUTSIDE)


MAILBOX, ALIAS, OUT = Stop.MAILBOX, Stop.ALIAS, Stop.OUTSIDE
SITUATIONS: Final[list[tuple[Callable[[World], None], str, Way]]] = [
    (nothing, JOHN, [(0, JOHN, MAILBOX, ())]),
    (nothing, SALES, [(0, SALES, ALIAS, ()), (1, JOHN, MAILBOX, ()), (1, OUTSIDE, OUT, ())]),
    (nothing, "nobody@acme.example", [(0, "nobody@acme.example", Stop.NOWHERE, ())]),
    (nothing, OUTSIDE, [(0, OUTSIDE, OUT, ())]),
    (suspended_mailbox, SALES, [(0, SALES, ALIAS, ()), (1, JOHN, Stop.SUSPENDED_MAILBOX, ()), (1, OUTSIDE, OUT, ())]),
    (suspended_alias, SALES, [(0, SALES, Stop.SUSPENDED_ALIAS, ())]),
    (
        suspended_context,
        "all@acme.example",
        [
            (0, "all@acme.example", ALIAS, ()),
            (1, JOHN, MAILBOX, ()),
            (1, "johndoe@bolt.example", Stop.SUSPENDED_MAILBOX, (ABOVE,)),
            (1, "nobody@bolt.example", Stop.NOWHERE, ()),
        ],
    ),
    (
        suspended_reseller,
        "all@acme.example",
        [
            (0, "all@acme.example", ALIAS, ()),
            (1, "sales@cafe.example", Stop.SUSPENDED_ALIAS, (ABOVE,)),
            (1, "johndoe@cafe.example", Stop.SUSPENDED_MAILBOX, (ABOVE,)),
        ],
    ),
    (suspended_parent, "johndoe@cafe.example", [(0, "johndoe@cafe.example", Stop.SUSPENDED_MAILBOX, (ABOVE,))]),
    (
        undeclared,
        "all@acme.example",
        [(0, "all@acme.example", ALIAS, ()), (1, "x@undeclared.example", OUT, (WAITING,))],
    ),
    (
        foreign,
        "all@acme.example",
        [
            (0, "all@acme.example", ALIAS, ()),
            (1, "johndoe@echo.example", MAILBOX, ()),
            (1, "nobody@echo.example", Stop.NOWHERE, ()),
            (1, "stranger@far.example", OUT, ()),
        ],
    ),
    (
        through_a_foreigner,
        "all@acme.example",
        [(0, "all@acme.example", ALIAS, ()), (1, "back@echo.example", ALIAS, ()), (2, JOHN, MAILBOX, ())],
    ),
    (
        through_a_sibling,
        "all@acme.example",
        [
            (0, "all@acme.example", ALIAS, ()),
            (1, "back@bolt.example", ALIAS, ()),
            (2, JOHN, MAILBOX, ()),
            (2, "johndoe@cafe.example", MAILBOX, ()),
        ],
    ),
    (
        alias_before_mailbox,
        "both@acme.example",
        [(0, "both@acme.example", ALIAS, (HIDDEN,)), (1, OUTSIDE, OUT, ())],
    ),
]


def way(step: Step) -> Way:
    return [(level, one.address, one.stop, tuple(map(str, one.notes))) for level, one in step.walk()]


def as_far_as(seen: set[int], whole: Way) -> Way:
    """The master's answer for somebody who sees these contexts: what is not theirs is one of the world's addresses."""
    found: Way = []
    hidden_below = 99
    for level, address, stop, notes in whole:
        if level > hidden_below:
            continue
        hidden_below = 99
        owner = OWNER.get(address.partition("@")[2], 24 if "undeclared" in address else 0)
        if owner in seen:
            found.append((level, address, stop, notes))
        else:
            found.append((level, address, Stop.OUTSIDE, ()))
            hidden_below = level
    return found


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("situation", "address", "whole"), SITUATIONS, ids=[one[0].__name__ for one in SITUATIONS])
def test_resolve__each_role_gets_the_master_s_answer_as_far_as_it_sees(
    world: World, role: str, situation: Callable[[World], None], address: str, whole: Way
) -> None:
    situation(world)
    viewer = type(world.administrators[role]).objects.with_owner().get(pk=world.administrators[role].pk)
    # Who is suspended, or whose reseller is, does not get in at all.
    seen = SEES.get(role, {25}) if viewer.may_act else set()
    assert way(resolve(viewer, address)) == as_far_as(seen, whole)


@pytest.mark.parametrize(("situation", "address", "whole"), SITUATIONS, ids=[one[0].__name__ for one in SITUATIONS])
def test_resolve__the_operator_gets_it_whole(
    world: World, situation: Callable[[World], None], address: str, whole: Way
) -> None:
    situation(world)
    assert way(resolve(None, address)) == whole


def test_resolve__what_waits_in_a_sibling_s_domain_is_told_to_who_sees_both(world: World) -> None:
    user(world, "x@later.example", context=25)
    from domains.services import add_domain

    add_domain(actor=OPERATOR, context=world.contexts[24], name="later.example")
    assert way(resolve(world.administrators["alpha"], "x@later.example")) == [
        (0, "x@later.example", Stop.NOWHERE, (WAITING,))
    ]
    assert way(resolve(world.administrators["admin@alpha_bolt"], "x@later.example")) == [
        (0, "x@later.example", OUT, (WAITING,))
    ]
    assert way(resolve(world.administrators["admin@alpha_acme"], "x@later.example")) == [
        (0, "x@later.example", Stop.NOWHERE, ())
    ]
