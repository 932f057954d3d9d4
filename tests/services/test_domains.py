"""Explicit domains. Their rules are tested with their family of operations; here is what happens around them."""

from __future__ import annotations

import pytest

from accounts.services.contexts import delete_context
from accounts.services.users import create_user
from core.actor import Actor, Channel
from core.errors import Conflict, NotAllowed
from domains.models import ExplicitDomain
from domains.services import add_domain, remove_domain
from forwards.services import create_forward
from tests.world import OPERATOR, World


def test_domain__closes_itself_to_the_addresses_of_others(world: World) -> None:
    add_domain(actor=OPERATOR, context=world.contexts[44], name="neutral.example")
    with pytest.raises(Conflict):
        create_forward(
            actor=OPERATOR, context=world.contexts[24], alias="b@neutral.example", recipients=["c@d.example"]
        )
    with pytest.raises(Conflict):
        create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="a@NEUTRAL.example")
    remove_domain(actor=OPERATOR, context=world.contexts[44], name="NEUTRAL.example")
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="b@neutral.example", recipients=["c@d.example"])


def test_domain__goes_with_its_context(world: World) -> None:
    delete_context(actor=OPERATOR, context=world.contexts[44])
    add_domain(actor=OPERATOR, context=world.contexts[24], name="echo.example")


@pytest.mark.parametrize("login", ["beta", "admin@alpha_bolt", "portal-alpha"])
def test_domain__of_a_context_that_is_not_the_actors_is_refused(world: World, login: str) -> None:
    actor = Actor(world.administrators[login], Channel.WEB)
    with pytest.raises(NotAllowed):
        add_domain(actor=actor, context=world.contexts[24], name="neutral.example")
    with pytest.raises(NotAllowed):
        remove_domain(actor=actor, context=world.contexts[24], name="acme.example")
    assert list(ExplicitDomain.objects.filter(context=24).values_list("name", flat=True)) == ["acme.example"]
