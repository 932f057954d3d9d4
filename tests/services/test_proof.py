"""DOMAIN_PROOF=dns: a declared domain belongs to its context when a real name server, on loopback, proves it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import dns.message
import dns.rcode
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.ownership import is_served
from changelog.models import Change
from changelog.undo import undo_change
from core.actor import Actor, Channel
from core.chores import all_chores
from core.errors import Conflict, Invalid, NotAllowed
from domains import lookup, proof
from domains.lookup import look_up
from domains.models import Answer, ExplicitDomain, Proof
from domains.proof import check_now, look_again
from domains.services import MAX_LOOKS, add_domain, mark_proven, remove_domain, withdraw_proof
from forwards.models import ForwardingAlias
from forwards.resolve import Stop, resolve
from forwards.services import create_forward
from tests.dns_server import DnsServer, dns_server
from tests.services.threads import race
from tests.world import OPERATOR, World

NAME = "new.example"


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with dns_server() as running:
        yield running


@pytest.fixture
def asked(settings: Any, server: DnsServer) -> DnsServer:
    """The proof is asked for, of this server."""
    settings.DOMAIN_PROOF = "dns"
    settings.DNS_RESOLVERS = [server.address]
    return server


def declare(world: World, number: int = 24, name: str = NAME) -> ExplicitDomain:
    return add_domain(actor=OPERATOR, context=world.contexts[number], name=name)


def publish(server: DnsServer, row: ExplicitDomain) -> None:
    server.records[row.record_name, "TXT"] = [f'"{row.token}"']


def again(row: ExplicitDomain) -> ExplicitDomain:
    """Look now, however soon after the last time."""
    ExplicitDomain.objects.filter(pk=row.pk).update(checked_at=None)
    return check_now(actor=OPERATOR, domain=row)


# --- what proves a domain ------------------------------------------------------------------------------------------


def test_off__a_declared_domain_belongs_to_its_context_at_once(world: World) -> None:
    row = declare(world)
    assert (row.proof, row.is_proven, row.next_look_at) == (Proof.NOT_ASKED, True, None)
    assert list(Change.objects.filter(kind="domain", key=row.pk).values_list("after", flat=True)) == [{"domain": NAME}]


def test_txt__proves_and_before_it_nothing_is_served(world: World, asked: DnsServer) -> None:
    row = declare(world)
    create_forward(actor=OPERATOR, context=world.contexts[24], alias=f"a@{NAME}", recipients=["johndoe@acme.example"])
    served = ForwardingAlias.objects.filter(is_served(), domain=NAME)
    assert not served.exists()
    assert resolve(None, f"a@{NAME}").stop is Stop.OUTSIDE

    row = check_now(actor=OPERATOR, domain=row)
    assert (row.is_proven, row.answer) == (False, Answer.NOTHING)
    publish(asked, row)
    row = again(row)

    assert (row.proof, row.answer, row.next_look_at) == (Proof.TXT, Answer.FOUND, None)
    assert served.exists()
    assert resolve(None, f"a@{NAME}").stop is Stop.ALIAS
    assert asked.asked == [(f"_oxaas-proof.{NAME}", "TXT")] * 2
    states: Any = Change.objects.filter(kind="domain", key=row.pk).order_by("pk").values_list("after", flat=True)
    assert [one["proof"] for one in states] == ["", "txt"]


def test_txt__of_another_context_or_domain_proves_nothing(world: World, asked: DnsServer) -> None:
    mine, theirs = declare(world), declare(world, name="other.example")
    asked.records[mine.record_name, "TXT"] = [f'"{theirs.token}"', '"v=spf1 -all"']
    row = check_now(actor=OPERATOR, domain=mine)
    assert (row.is_proven, row.answer) == (False, Answer.OTHER)
    assert set(row.found.split(", ")) == {theirs.token, "v=spf1 -all"}


@pytest.mark.parametrize("form", ['"{a}" "{b}"', '" {token} "', '"\\"{token}\\""'])
def test_txt__may_come_in_pieces_or_in_quotes(world: World, asked: DnsServer, form: str) -> None:
    row = declare(world)
    text = form.format(token=row.token, a=row.token[:7], b=row.token[7:])
    asked.records[row.record_name, "TXT"] = ['"something else"', text]
    assert check_now(actor=OPERATOR, domain=row).proof == Proof.TXT


def test_mx__proves_where_it_leads_to_the_hoster(world: World, asked: DnsServer, settings: Any) -> None:
    row = declare(world)
    asked.records[NAME, "MX"] = ["10 MX.Hoster.example.", "20 elsewhere.example."]
    assert not check_now(actor=OPERATOR, domain=row).is_proven
    settings.MX_HOSTS = ["mx.hoster.EXAMPLE"]
    row = again(row)
    assert (row.proof, row.found) == (Proof.MX, "mx.hoster.example")


def test_mx__of_somebody_elses_host_proves_nothing(world: World, asked: DnsServer, settings: Any) -> None:
    settings.MX_HOSTS = ["mx.hoster.example"]
    asked.records[NAME, "MX"] = ["10 mx.hoster.example.evil.example.", "10 evil-mx.hoster.example."]
    assert not check_now(actor=OPERATOR, domain=declare(world)).is_proven


# --- what name servers do to one -----------------------------------------------------------------------------------


def test_look_up__a_large_answer_comes_over_tcp(asked: DnsServer) -> None:
    asked.records[f"_oxaas-proof.{NAME}", "TXT"] = [f'"{number}{"x" * 200}"' for number in range(200)] + ['"token"']
    assert look_up(NAME, "token").proof is Proof.TXT
    finding = look_up(NAME, "another")
    assert finding.answer is Answer.OTHER
    assert len(finding.found) <= 400


def test_look_up__silence_ends_at_the_deadline(
    asked: DnsServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "DEADLINE", 0.4)
    settings.MX_HOSTS = ["mx.hoster.example"]
    asked.respond = lambda _asked, _answer: None
    assert look_up(NAME, "token").answer is Answer.SILENT


@pytest.mark.parametrize("answer", [b"", b"\x00" * 30, b"\xff" * 400, b"no DNS at all"])
def test_look_up__rubbish_is_no_answer(asked: DnsServer, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(lookup, "DEADLINE", 0.6)
    asked.respond = lambda question, _answer: question[:2] + answer
    assert look_up(NAME, "token").answer in {Answer.SILENT, Answer.FAILED}


def test_look_up__a_failing_server_is_told_from_a_missing_record(asked: DnsServer) -> None:
    def refuse(question: bytes, _answer: bytes) -> bytes:
        response = dns.message.make_response(dns.message.from_wire(question))
        response.set_rcode(dns.rcode.SERVFAIL)
        return response.to_wire()

    asked.respond = refuse
    assert look_up(NAME, "token").answer is Answer.FAILED


def test_look_up__a_chain_of_names_that_never_ends_is_a_failure(asked: DnsServer) -> None:
    asked.records[f"_oxaas-proof.{NAME}", "CNAME"] = [f"_oxaas-proof.{NAME}."]

    def circle(question: bytes, _answer: bytes) -> bytes:
        response = dns.message.make_response(dns.message.from_wire(question))
        name = response.question[0].name
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", name.to_text()))
        return response.to_wire()

    asked.respond = circle
    assert look_up(NAME, "token").proof is Proof.WAITING


def test_look_up__hostile_text_is_cut_and_has_nothing_that_cannot_be_seen(asked: DnsServer) -> None:
    asked.records[f"_oxaas-proof.{NAME}", "TXT"] = ['"<script>\\000\\027\\226\\128\\174\\255"', f'"{"y" * 255}"']
    finding = look_up(NAME, "token")
    assert finding.answer is Answer.OTHER
    assert finding.found.isprintable()
    assert "<script>" in finding.found
    assert len(finding.found) < 200


def test_look_up__a_name_too_long_for_its_label_is_a_failure(asked: DnsServer) -> None:
    name = ".".join(["a" * 60] * 4) + ".example"
    assert look_up(name, "token").answer is Answer.FAILED
    assert asked.asked == []


# --- whose it is ---------------------------------------------------------------------------------------------------


def test_waiting__declaration_of_another_is_in_nobodys_way_and_goes_when_one_is_proven(
    world: World, asked: DnsServer
) -> None:
    thief, owner = declare(world, 44), declare(world, 24)
    create_forward(actor=OPERATOR, context=world.contexts[44], alias=f"a@{NAME}", recipients=["x@far.example"])
    publish(asked, owner)
    assert not check_now(actor=OPERATOR, domain=thief).is_proven

    assert check_now(actor=Actor(world.administrators["alpha"], Channel.WEB), domain=owner).is_proven

    assert not ExplicitDomain.objects.filter(pk=thief.pk).exists()
    line = Change.objects.filter(kind="domain", key=thief.pk).latest("pk")
    assert (line.actor, line.action, line.reseller_id) == ("operator", "delete", world.resellers["beta"].pk)
    with pytest.raises(Conflict, match="taken"):
        declare(world, 44)
    with pytest.raises(Conflict):
        create_forward(actor=OPERATOR, context=world.contexts[44], alias=f"b@{NAME}", recipients=["x@far.example"])


def test_waiting__the_same_context_declares_once(world: World, asked: DnsServer) -> None:
    declare(world)
    with pytest.raises(Conflict):
        declare(world)


def test_mx__decides_nothing_between_two_declarations(world: World, asked: DnsServer, settings: Any) -> None:
    """It leads to the hoster, whose customers both are."""
    settings.MX_HOSTS = ["mx.hoster.example"]
    asked.records[NAME, "MX"] = ["10 mx.hoster.example."]
    thief, owner = declare(world, 44), declare(world, 24)
    for row in (thief, owner):
        assert check_now(actor=OPERATOR, domain=row).answer == Answer.CONTESTED
    publish(asked, owner)
    assert again(owner).proof == Proof.TXT


@pytest.mark.parametrize("undeclared", ["allow", "refuse"])
def test_waiting__addresses_may_be_prepared_by_who_declared_it(
    world: World, asked: DnsServer, settings: Any, undeclared: str
) -> None:
    settings.UNDECLARED_DOMAINS = undeclared
    declare(world)
    create_forward(actor=OPERATOR, context=world.contexts[24], alias=f"a@{NAME}", recipients=["x@far.example"])
    if undeclared == "refuse":
        with pytest.raises(Invalid):
            create_forward(actor=OPERATOR, context=world.contexts[44], alias=f"a@{NAME}", recipients=["x@far.example"])


def test_proof__that_would_close_a_loop_waits_with_a_sentence(world: World, asked: DnsServer) -> None:
    row = declare(world)
    context = world.contexts[24]
    create_forward(actor=OPERATOR, context=context, alias=f"a@{NAME}", recipients=["loop@acme.example"])
    create_forward(actor=OPERATOR, context=context, alias="loop@acme.example", recipients=[f"a@{NAME}"])
    publish(asked, row)
    row = check_now(actor=OPERATOR, domain=row)
    assert (row.is_proven, row.answer) == (False, Answer.LOOP)
    with pytest.raises(Conflict, match="loop"):
        mark_proven(actor=OPERATOR, domain=row)


def test_mark__is_the_masters_alone(world: World, asked: DnsServer) -> None:
    row = declare(world)
    for login in ("alpha", "beta", "admin@alpha_acme"):
        for service in (mark_proven, withdraw_proof):
            with pytest.raises(NotAllowed):
                service(actor=Actor(world.administrators[login], Channel.WEB), domain=row)
    master = Actor(world.administrators["root"], Channel.WEB)
    assert mark_proven(actor=master, domain=row).proof == Proof.MASTER
    row = withdraw_proof(actor=master, domain=row)
    assert (row.is_proven, row.looks) == (False, 0)
    undo_change(actor=master, change=Change.objects.filter(kind="domain").latest("pk"))
    row.refresh_from_db()
    assert row.proof == Proof.MASTER


def test_check__of_somebody_elses_domain_is_refused(world: World, asked: DnsServer) -> None:
    with pytest.raises(NotAllowed):
        check_now(actor=Actor(world.administrators["beta"], Channel.WEB), domain=declare(world))
    assert asked.asked == []


def test_check__twice_in_a_moment_asks_once(world: World, asked: DnsServer) -> None:
    row = check_now(actor=OPERATOR, domain=declare(world))
    with pytest.raises(Invalid, match="a moment ago"):
        check_now(actor=OPERATOR, domain=row)
    assert len(asked.asked) == 1


def test_check__keeps_no_more_than_one_request_of_a_process_waiting(world: World, asked: DnsServer) -> None:
    row = declare(world)
    assert proof._asking.acquire(blocking=False)
    try:
        with pytest.raises(Invalid, match="another domain"):
            check_now(actor=OPERATOR, domain=row)
    finally:
        proof._asking.release()
    assert asked.asked == []
    assert check_now(actor=OPERATOR, domain=row).answer == Answer.NOTHING


def test_undo__of_a_deletion_brings_it_back_to_be_proven_again(world: World, asked: DnsServer) -> None:
    row = declare(world)
    publish(asked, row)
    assert check_now(actor=OPERATOR, domain=row).is_proven
    remove_domain(actor=OPERATOR, context=world.contexts[24], name=NAME)
    undo_change(actor=OPERATOR, change=Change.objects.filter(kind="domain").latest("pk"))
    back = ExplicitDomain.objects.get(pk=row.pk)
    assert (back.is_proven, back.token) == (False, row.token)
    look_again()
    back.refresh_from_db()
    assert back.is_proven


# --- the worker ----------------------------------------------------------------------------------------------------


def test_worker__looks_with_growing_pauses_and_gives_up(world: World, asked: DnsServer) -> None:
    row = declare(world)
    pauses: list[int] = []
    due: Any = row.next_look_at
    while due:
        ExplicitDomain.objects.filter(pk=row.pk).update(next_look_at=timezone.now())
        look_again()
        row.refresh_from_db()
        due, looked = row.next_look_at, row.checked_at
        pauses += [round((due - looked).total_seconds() / 60)] if due and looked else []
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert pauses[-1] == 12 * 60
    assert row.looks == MAX_LOOKS == len(asked.asked)
    assert look_again() is False
    assert again(row).next_look_at is not None


def test_worker__proves_and_outlives_what_went_meanwhile(
    world: World, asked: DnsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [declare(world, name=f"n{number}.example") for number in range(12)]
    for row in rows:
        publish(asked, row)
    while look_again():
        pass
    assert ExplicitDomain.objects.waiting().count() == 0
    assert {one.name for one in all_chores()} >= {"proof of domains"}


def test_worker__proves_everything_that_waits_once_no_proof_is_asked_for(
    world: World, asked: DnsServer, settings: Any
) -> None:
    first, second = declare(world, 44), declare(world, 24)
    settings.DOMAIN_PROOF = "off"
    with pytest.raises(Conflict):
        declare(world, 25)
    look_again()
    assert set(ExplicitDomain.objects.filter(name=NAME).values_list("pk", "proof")) == {(first.pk, "declared")}
    assert asked.asked == []
    assert not ExplicitDomain.objects.filter(pk=second.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_look__is_outside_of_every_transaction(world: World, asked: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    row = declare(world)
    inside: list[bool] = []

    def looked(domain: str, token: str) -> lookup.Finding:
        inside.append(connection.in_atomic_block)
        return look_up(domain, token)

    monkeypatch.setattr("domains.proof.look_up", looked)
    check_now(actor=OPERATOR, domain=row)
    assert inside == [False]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_proof__raced_by_two_declarations_is_one_contexts(world: World, asked: DnsServer) -> None:
    rows = [declare(world, number) for number in (24, 25, 34, 44)]
    asked.records[rows[0].record_name, "TXT"] = [f'"{row.token}"' for row in rows]
    race(*[partial(_attempt, row) for row in rows])
    assert ExplicitDomain.objects.filter(name=NAME).count() == 1
    assert ExplicitDomain.objects.get(name=NAME).is_proven


def _attempt(row: ExplicitDomain) -> None:
    try:
        mark_proven(actor=OPERATOR, domain=row)
    except (Conflict, Invalid, NotAllowed):
        return
    except Exception as error:
        assert "does not exist any more" in str(error)  # noqa: PT017


# --- provision -----------------------------------------------------------------------------------------------------


def test_provision__proven_is_declared_and_exported(
    world: World, asked: DnsServer, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(f"domains: [{{context: 24, domain: {NAME}, proven: true}}, {{context: 24, domain: w.example}}]\n")
    for _time in range(2):
        call_command("provision", str(path))
    assert ExplicitDomain.objects.get(name=NAME).proof == Proof.MASTER
    assert not ExplicitDomain.objects.get(name="w.example").is_proven
    capsys.readouterr()
    call_command("provision", export=True)
    text = capsys.readouterr().out
    assert text.count("proven: true") == 1


def test_look_up__takes_no_longer_than_its_deadline(asked: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that answer each question a little, and never well: the whole ends all the same."""
    monkeypatch.setattr(lookup, "DEADLINE", 0.5)

    def slow(question: bytes, answer: bytes) -> bytes:
        time.sleep(0.2)
        return question[:2] + b"\x00" * 20

    asked.respond = slow
    assert look_up(NAME, "token").proof is Proof.WAITING
