"""`manage.py mailcheck` on the running servers: silent while they know what the web admin shows, exact where not."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from accounts.services.contexts import update_context
from accounts.services.users import create_user, update_user
from domains.services import add_domain
from forwards.models import ForwardingAlias
from forwards.services import create_forward, set_forward_active
from mailstats import mailcheck
from mailstats.mailservers import recipients_of
from tests.mail.mailing import MAIL_TESTS
from tests.mail.stack import Stack
from tests.world import OPERATOR, World

pytestmark = MAIL_TESTS


def check(stack: Stack, *arguments: Any) -> tuple[int, list[str]]:
    """Exit status and lines."""
    out, status = StringIO(), 0
    where = ["--postfix", str(stack.folder / "postfix"), "--dovecot", str(stack.folder / "dovecot" / "dovecot.conf")]
    try:
        call_command("mailcheck", *arguments, *where, stdout=out, stderr=StringIO())
    except SystemExit as end:
        status = int(str(end.code))
    return status, out.getvalue().splitlines()


def odd_world(world: World) -> None:
    """Suspended things, odd names and every kind of quota: all of which the servers must have right."""
    context = world.contexts[24]
    for number, (name, quota) in enumerate(
        {
            "o'brien@acme.example": None,
            "Grüße*?@acme.example": 0,
            "no address at all": 5,
            '"quoted, name"@acme.example': 2**60,
            "İstanbul ΣΑΣ": 7,
            "info@bücher.example": 9,
        }.items(),
        100,
    ):
        create_user(actor=OPERATOR, context=context, number=number, uidname=name, quota=quota)
    recipients = ["Upper@Far.EXAMPLE", '"a, b"@far.example', "müller@far.example", "x@bücher.example"]
    create_forward(actor=OPERATOR, context=context, alias="Ümlaut@acme.example", recipients=recipients)
    create_forward(actor=OPERATOR, context=context, alias="asleep@acme.example", recipients=["johndoe@acme.example"])
    asleep = ForwardingAlias.objects.get(normalized="asleep@acme.example")
    set_forward_active(actor=OPERATOR, forward=asleep, is_active=False)
    update_user(actor=OPERATOR, user=world.users[25], is_active=False)
    update_context(actor=OPERATOR, context=world.contexts[44], is_active=False)


def test_mailcheck__finds_no_difference_in_an_odd_world(stack: Stack, world: World) -> None:
    odd_world(world)
    assert check(stack, "--all") == (0, [])
    assert check(stack, "--sample", 3) == (0, [])


def test_mailcheck__reports_each_difference(stack: Stack, world: World) -> None:
    """The servers read views; one that shows something else stands for a server that is out of step."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_viewdef('mail.mailbox'), pg_get_viewdef('mail.alias')")
        mailbox, alias = cursor.fetchone()
        try:
            cursor.execute(
                "CREATE OR REPLACE VIEW mail.mailbox AS SELECT id, context_id, "
                "CASE number WHEN 42 THEN CASE context_id WHEN 25 THEN 'stranger' ELSE lower(uidname) END END "
                'COLLATE "C" AS uidname, CASE WHEN true THEN uidname_normalized END::varchar AS address, domain, '
                "quota + 1 AS quota_bytes FROM accounts_user"
            )
            cursor.execute(
                "CREATE OR REPLACE VIEW mail.alias AS SELECT a.normalized AS address, "
                "'else@where.example'::text AS recipient, a.domain FROM forwards_forwardingalias a "
                "WHERE a.domain <> 'bolt.example'"
            )
            status, lines = check(stack, "--all")
        finally:
            cursor.execute(f"CREATE OR REPLACE VIEW mail.mailbox AS {mailbox}")
            cursor.execute(f"CREATE OR REPLACE VIEW mail.alias AS {alias}")
    assert status == 1
    assert "user johndoe@acme.example: Dovecot's quota is 1048577, not 1048576" in lines
    assert any(line.startswith("user johndoe@bolt.example: Dovecot does not know it") for line in lines)
    assert "user stranger: Dovecot knows it, the web admin does not" in lines
    shown = "johndoe@acme.example, outside@elsewhere.example"
    assert f"alias sales@acme.example: Postfix has else@where.example, the web admin {shown}" in lines
    assert any(line.startswith("alias sales@bolt.example: Postfix has nothing, the web admin ") for line in lines)
    assert check(stack, "--all") == (0, [])


def test_mailcheck__a_domain_without_proof_waits_and_one_that_is_served_all_the_same_is_reported(
    stack: Stack, world: World, settings: Any
) -> None:
    settings.DOMAIN_PROOF = "dns"
    context = world.contexts[24]
    add_domain(actor=OPERATOR, context=context, name="proved.example")
    create_forward(actor=OPERATOR, context=context, alias="a@proved.example", recipients=["x@far.example"])
    assert check(stack, "--all") == (0, [])
    assert mailcheck._waiting() == ["domain proved.example: 1 address of context 24 waits for its proof"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_viewdef('mail.domain')")
        (view,) = cursor.fetchone()
        try:
            cursor.execute("CREATE OR REPLACE VIEW mail.domain AS SELECT name FROM domains_explicitdomain")
            assert check(stack, "--all") == (1, ["domain proved.example: Postfix knows it, though it is not proven"])
        finally:
            cursor.execute(f"CREATE OR REPLACE VIEW mail.domain AS {view}")


def test_mailcheck__what_is_suspended_behind_the_servers_back_is_none(stack: Stack, world: World) -> None:
    User.objects.filter(pk=world.users[24].pk).update(is_active=False)
    assert check(stack, "--all") == (0, [])


def test_mailcheck__a_server_that_does_not_answer_is_status_2(stack: Stack, world: World) -> None:
    stack.stop_dovecot()
    try:
        with pytest.raises(CommandError) as failed:
            check(stack)
    finally:
        stack.start_dovecot()
    assert failed.value.returncode == 2
    assert "doveadm" in str(failed.value)


def test_mailcheck__a_wrong_configuration_is_status_2(stack: Stack, world: World) -> None:
    with pytest.raises(CommandError) as failed:
        call_command("mailcheck", "--postfix", "/nonexistent")
    assert failed.value.returncode == 2


def test_mailcheck__a_sample_of_nothing_is_refused(stack: Stack, world: World) -> None:
    with pytest.raises(CommandError):
        check(stack, "--sample", 0)


def test_recipients__a_comma_in_quotes_is_part_of_an_address() -> None:
    assert recipients_of('a@b.c,"d, \\"e"@f.g,h@i.j') == {"a@b.c", '"d, \\"e"@f.g', "h@i.j"}
