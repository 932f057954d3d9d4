"""Chains of aliases on the real Postfix: as long as the application allows they are expanded, longer they are not."""

from __future__ import annotations

import smtplib

import pytest

from core.addresses import parse_address
from core.errors import Invalid
from forwards.graph import MAX_CHAIN
from forwards.models import ForwardingAlias, Recipient
from forwards.services import create_forward
from tests.mail.mailing import MAIL_TESTS, Figures, letter
from tests.mail.stack import Stack
from tests.world import OPERATOR, World

pytestmark = MAIL_TESTS

JOHN = "johndoe@acme.example"


def link(number: int) -> str:
    return f"link{number}@acme.example"


def behind_the_services(world: World, alias: str, recipient: str) -> None:
    """An alias that the services would refuse."""
    first, second = parse_address(alias), parse_address(recipient)
    row = ForwardingAlias.objects.create(
        context=world.contexts[24], address=alias, normalized=first.normalized, domain=first.domain
    )
    Recipient.objects.create(alias=row, address=recipient, normalized=second.normalized, domain=second.domain)


def chain(world: World) -> None:
    """The longest chain that is allowed: link20 → link19 → … → link1 → a mailbox."""
    for number in range(1, MAX_CHAIN + 1):
        recipient = JOHN if number == 1 else link(number - 1)
        create_forward(actor=OPERATOR, context=world.contexts[24], alias=link(number), recipients=[recipient])


def test_longest_chain__is_expanded_and_one_more_is_refused_where_it_is_written(
    stack: Stack, world: World, figures: Figures
) -> None:
    chain(world)
    stack.send(link(MAX_CHAIN), letter("from afar"))
    assert figures.wait_for(JOHN, 1)["recentmails"][0]["subject"] == "from afar"
    with pytest.raises(Invalid):
        create_forward(actor=OPERATOR, context=world.contexts[24], alias="more@acme.example", recipients=[link(20)])


@pytest.mark.parametrize("shape", ["one more", "a loop"])
def test_what_the_services_refuse__postfix_could_not_expand(
    stack: Stack, world: World, figures: Figures, shape: str
) -> None:
    """So the services' limit is neither too high nor lower than it must be."""
    if shape == "one more":
        chain(world)
        behind_the_services(world, link(MAX_CHAIN + 1), link(MAX_CHAIN))
        start = link(MAX_CHAIN + 1)
    else:
        start = "round@acme.example"
        behind_the_services(world, start, "about@acme.example")
        behind_the_services(world, "about@acme.example", start)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        stack.send(start, letter("never arrives"))
    assert (refused.value.smtp_code, b"Alias expansion error" in refused.value.smtp_error) == (451, True)
    assert figures.count(JOHN) == 0


def test_extension__makes_no_loop_that_the_services_do_not_see(stack: Stack, world: World, figures: Figures) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="a@acme.example", recipients=["a+x@acme.example"])
    assert stack.rcpt("a+x@acme.example") == 550
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="a+x@acme.example", recipients=[JOHN])
    stack.send("a@acme.example", letter("by way of a+x"))
    figures.wait_for(JOHN, 1)
