"""Mail flows by the application's tables: from the API's POST to the figures of both mailboxes, or to a refusal."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.services.contexts import update_context
from accounts.services.resellers import update_reseller
from accounts.services.users import create_user, update_user
from core.days import today
from domains.models import ExplicitDomain
from domains.proof import look_again
from domains.services import add_domain, remove_domain
from forwards.models import ForwardingAlias
from forwards.services import create_forward, set_forward_active, write_aliases
from forwards.wishes import AliasEdit
from tests.client import FORWARDS, Api
from tests.dns_server import dns_server
from tests.mail.mailing import MAIL_TESTS, Figures, letter
from tests.mail.stack import Stack
from tests.world import OPERATOR, World

pytestmark = MAIL_TESTS

JOHN, JANE, ALIAS = "johndoe@acme.example", "jane@acme.example", "team@acme.example"
ADMIN = "admin@alpha_acme"
OK, NO_SUCH_USER, FULL, NOT_OURS = 250, 550, 552, 554


@pytest.fixture
def jane(world: World) -> Any:
    """A second mailbox in context 24."""
    return create_user(actor=OPERATOR, context=world.contexts[24], number=43, uidname="Jane@acme.example")


def create_alias(api: Api, *recipients: str, alias: str = ALIAS) -> None:
    response = api("POST", f"{FORWARDS}/24/{alias}", ADMIN, {"recipient": list(recipients)})
    assert response.status_code == 201


def test_alias__mail_reaches_both_mailboxes_and_their_figures(
    stack: Stack, api: Api, figures: Figures, jane: Any
) -> None:
    create_alias(api, JOHN, JANE)
    before = {user: figures.all(user) for user in (JOHN, JANE)}
    stack.send("Team@ACME.example", letter("Grüße an alle"))
    for user in (JOHN, JANE):
        after = figures.wait_for(user, 1)
        assert before[user]["unread"] == before[user]["recentmessages"]["newmessages"] == 0
        assert after["unread"] == after["recentmessages"]["newmessages"] == after["newmessages"]["newmessages"] == 1
        (mail,) = after["recentmails"]
        assert mail["subject"] == "Grüße an alle"
        assert mail["from"] == [["A Writer", "writer@far.example"]]
        assert after["quota"]["mailQuota"]["use"] == mail["size"] > before[user]["quota"]["mailQuota"]["use"] == 0


def test_delete_alias__its_address_is_refused(stack: Stack, api: Api, figures: Figures) -> None:
    create_alias(api, JOHN)
    assert stack.rcpt(ALIAS) == OK
    assert api("DELETE", f"{FORWARDS}/24/{ALIAS}", ADMIN).status_code == 204
    assert stack.rcpt(ALIAS) == NO_SUCH_USER


def test_inactive_alias__is_refused_until_it_is_active_again(stack: Stack, api: Api, world: World) -> None:
    create_alias(api, JOHN)
    forward = ForwardingAlias.objects.get(normalized=ALIAS)
    for is_active, answer in ((False, NO_SUCH_USER), (True, OK)):
        set_forward_active(actor=OPERATOR, forward=forward, is_active=is_active)
        assert stack.rcpt(ALIAS) == answer


def test_expired_alias__is_refused_until_it_gets_another_end(stack: Stack, api: Api, world: World) -> None:
    """By the clock of the database: nobody is told, and nothing runs at midnight."""
    create_alias(api, JOHN)
    forward = ForwardingAlias.objects.get(normalized=ALIAS)
    for days, answer in ((0, NO_SUCH_USER), (1, OK)):
        write_aliases(actor=OPERATOR, wishes=[AliasEdit(forward, expires_on=today() + timedelta(days=days))])
        assert stack.rcpt(ALIAS) == answer


def test_suspended_user__is_refused_until_resumed(stack: Stack, world: World, figures: Figures) -> None:
    for is_active, answer in ((True, OK), (False, NO_SUCH_USER), (True, OK)):
        update_user(actor=OPERATOR, user=world.users[24], is_active=is_active)
        assert stack.rcpt(JOHN) == answer
    stack.send(JOHN, letter("back"))
    assert figures.wait_for(JOHN, 1)["unread"] == 1


def test_suspended_user__mail_to_an_alias_of_theirs_comes_back_to_the_sender(
    stack: Stack, api: Api, world: World
) -> None:
    create_alias(api, JOHN)
    update_user(actor=OPERATOR, user=world.users[24], is_active=False)
    stack.send(ALIAS, letter("nobody is there"), sender="returns@far.example")
    assert stack.outside_mail("X-Rcpt-Args: <returns@far.example>", JOHN, "User doesn't exist")


@pytest.mark.parametrize("level", ["context", "reseller", "parent"])
def test_suspended_owner__all_its_addresses_are_refused(stack: Stack, world: World, level: str) -> None:
    context, user = world.contexts[34], "johndoe@cafe.example"
    assert stack.rcpt(user) == stack.rcpt("sales@cafe.example") == OK
    for is_active, answer in ((False, NOT_OURS), (True, OK)):
        if level == "context":
            update_context(actor=OPERATOR, context=context, is_active=is_active)
        else:
            reseller = world.resellers["alphakid" if level == "reseller" else "alpha"]
            update_reseller(actor=OPERATOR, reseller=reseller, is_active=is_active)
        assert stack.rcpt(user) == stack.rcpt("sales@cafe.example") == answer


def test_over_quota__is_refused_at_once(stack: Stack, world: World, figures: Figures) -> None:
    update_user(actor=OPERATOR, user=world.users[24], quota=20_000)
    stack.send(JOHN, letter("nearly full", size=15_000))
    figures.wait_for(JOHN, 1)
    with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) as refused:
        stack.send(JOHN, letter("too much", size=15_000))
    assert str(FULL) in str(refused.value)
    assert figures.count(JOHN) == 1


def test_over_quota__mail_to_an_alias_comes_back_to_the_sender(
    stack: Stack, api: Api, world: World, figures: Figures
) -> None:
    create_alias(api, JOHN)
    update_user(actor=OPERATOR, user=world.users[24], quota=1_000)
    stack.send(ALIAS, letter("too much", size=15_000), sender="returns-full@far.example")
    assert stack.outside_mail("X-Rcpt-Args: <returns-full@far.example>", JOHN, "Quota exceeded")
    assert figures.count(JOHN) == 0


def test_quota_zero__is_no_room_and_not_no_limit(stack: Stack, world: World) -> None:
    update_user(actor=OPERATOR, user=world.users[24], quota=0)
    with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)):
        stack.send(JOHN, letter("anything"))


def test_outside_recipient__gets_the_mail_with_the_sender_kept(stack: Stack, api: Api, world: World) -> None:
    create_alias(api, "Somebody@outside.example")
    stack.send(ALIAS, letter("for the outside"), sender="kept@far.example")
    envelope = ("X-Mail-Args: <kept@far.example>", "X-Rcpt-Args: <Somebody@outside.example>")
    assert stack.outside_mail(*envelope, "for the outside")["Subject"] == "for the outside"


def test_domains__are_those_of_the_active(stack: Stack, api: Api, world: World) -> None:
    assert stack.rcpt("anybody@nowhere.example") == NOT_OURS
    assert stack.rcpt("anybody@acme.example") == NO_SUCH_USER
    create_alias(api, JOHN, alias="info@second.example")
    assert stack.rcpt("info@second.example") == NOT_OURS
    add_domain(actor=OPERATOR, context=world.contexts[24], name="second.example")
    assert stack.rcpt("info@second.example") == OK
    assert stack.rcpt("other@second.example") == NO_SUCH_USER
    remove_domain(actor=OPERATOR, context=world.contexts[24], name="second.example")
    assert stack.rcpt("info@second.example") == NOT_OURS


def test_thief__gets_nothing_of_a_domain_that_nobody_declared(stack: Stack, world: World, figures: Figures) -> None:
    """An alias and a mailbox in gmail.com make it no domain of ours; a rival's forward there goes outside."""
    thief, rival = world.contexts[24], world.contexts[44]
    create_forward(actor=OPERATOR, context=rival, alias="boss@echo.example", recipients=["ceo@gmail.com"])
    create_forward(actor=OPERATOR, context=thief, alias="ceo@gmail.com", recipients=[JOHN])
    create_user(actor=OPERATOR, context=thief, number=66, uidname="cfo@gmail.com")
    for address in ("ceo@gmail.com", "cfo@gmail.com"):
        assert stack.rcpt(address) == NOT_OURS
    stack.send("boss@echo.example", letter("for the boss"))
    assert stack.outside_mail("X-Rcpt-Args: <ceo@gmail.com>", "for the boss")["Subject"] == "for the boss"
    assert figures.count(JOHN) == 0


def test_proof__mail_is_refused_before_it_and_delivered_after(
    stack: Stack, world: World, settings: Any, figures: Figures
) -> None:
    """With DOMAIN_PROOF=dns a declaration alone makes nobody's domain ours; a rival's forward to it goes outside."""
    owner, rival = world.contexts[24], world.contexts[44]
    with dns_server() as server:
        settings.DOMAIN_PROOF, settings.DNS_RESOLVERS = "dns", [server.address]
        domain = add_domain(actor=OPERATOR, context=owner, name="proved.example")
        create_forward(actor=OPERATOR, context=owner, alias="boss@proved.example", recipients=[JOHN])
        create_forward(actor=OPERATOR, context=rival, alias="boss@echo.example", recipients=["boss@proved.example"])
        look_again()
        assert stack.rcpt("boss@proved.example") == NOT_OURS
        stack.send("boss@echo.example", letter("goes outside"))
        assert stack.outside_mail("X-Rcpt-Args: <boss@proved.example>", "goes outside")["Subject"] == "goes outside"
        assert figures.count(JOHN) == 0

        server.records[domain.record_name, "TXT"] = [f'"{domain.token}"']
        ExplicitDomain.objects.filter(pk=domain.pk).update(next_look_at=timezone.now())
        look_again()
        stack.send("boss@proved.example", letter("now it is ours"))
        figures.wait_for(JOHN, 1)


def test_stranger__cannot_send_through_us(stack: Stack, world: World) -> None:
    for recipient in ("victim@far.example", "victim%far.example@acme.example", "far.example!victim@acme.example"):
        assert stack.rcpt(recipient) in {NO_SUCH_USER, NOT_OURS}
    assert stack.rcpt("@acme.example:victim@far.example") != OK


@pytest.mark.parametrize(
    "alias",
    ["o'brien@acme.example", "a%b@acme.example", "a!b@acme.example", "-dash@acme.example", "{x}|$y`@acme.example",
     "a+b@acme.example", "back/slash=?*@acme.example", "info@xn--strae-oqa.example", '"two words"@acme.example'],
)  # fmt: skip
def test_alias__every_legal_address_works(stack: Stack, world: World, figures: Figures, alias: str) -> None:
    if not alias.endswith("@acme.example"):
        add_domain(actor=OPERATOR, context=world.contexts[24], name=alias.rpartition("@")[2])
    create_forward(actor=OPERATOR, context=world.contexts[24], alias=alias, recipients=[JOHN])
    stack.send(alias, letter("odd"))
    figures.wait_for(JOHN, 1)


def test_address_extension__is_another_address(stack: Stack, world: World, figures: Figures) -> None:
    assert stack.rcpt("johndoe+news@acme.example") == NO_SUCH_USER
    assert stack.rcpt("sales+x@acme.example") == NO_SUCH_USER
    create_user(actor=OPERATOR, context=world.contexts[24], number=44, uidname="johndoe+news@acme.example")
    stack.send("johndoe+news@acme.example", letter("for the other"))
    figures.wait_for("johndoe+news@acme.example", 1)
    assert figures.count(JOHN) == 0


def test_smtputf8__is_not_offered_and_an_international_local_part_arrives_all_the_same(
    stack: Stack, world: World, figures: Figures
) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="Müller@acme.example", recipients=[JOHN])
    with smtplib.SMTP("127.0.0.1", stack.smtp, timeout=20) as client:
        client.ehlo("client.far.example")
        assert not client.has_extn("smtputf8")
        # Some send such an address all the same.
        client.command_encoding = "utf-8"
        client.sendmail("writer@far.example", ["müller@acme.example"], letter("für Müller"))
    figures.wait_for(JOHN, 1)


def test_smtputf8__would_mix_up_domains(stack: Stack, world: World) -> None:
    """The reason why it is not offered. Where this fails, Postfix has learned better: docs/mail-servers.md."""
    owner, other = world.contexts[24], world.contexts[25]
    for context, domain in ((owner, "straße.example"), (other, "strasse.example"), (owner, "bücher.example")):
        add_domain(actor=OPERATOR, context=context, name=domain)
    create_forward(actor=OPERATOR, context=owner, alias="info@straße.example", recipients=["ours@far.example"])
    create_forward(actor=OPERATOR, context=other, alias="info@strasse.example", recipients=["theirs@far.example"])
    create_forward(actor=OPERATOR, context=owner, alias="info@bücher.example", recipients=["ours@far.example"])

    def recipient(address: str) -> str:
        return stack.look_up_offering_smtputf8("aliases", address)

    assert recipient("info@xn--strae-oqa.example") == recipient("info@xn--bcher-kva.example") == "ours@far.example"
    assert recipient("info@straße.example") == "theirs@far.example"
    assert recipient("info@bücher.example") == ""


def test_wide_letters__are_the_plain_ones_to_the_mail_servers(stack: Stack, world: World, figures: Figures) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="ｉnfo@acme.example", recipients=[JOHN])
    create_user(actor=OPERATOR, context=world.contexts[24], number=77, uidname="ℍans@acme.example")
    for asked in ("info@acme.example", "INFO@acme.example", "Ｉnfo@acme.example", "ｉnfo@acme.example"):
        assert stack.look_up_offering_smtputf8("aliases", asked) == JOHN
    assert stack.look_up_offering_smtputf8("mailboxes", "ℍans@acme.example") == "ℍans@acme.example"
    stack.send("info@acme.example", letter("for John"))
    stack.send("hans@acme.example", letter("for Hans"))
    figures.wait_for(JOHN, 1)
    figures.wait_for("ℍans@acme.example", 1)
