"""Explicit domains. They need MASTER_ACCOUNT_OVERRIDE: without it nobody may."""

from __future__ import annotations

from conformance.catalogue import expect, expect_json, fresh, question
from conformance.contract import require
from conformance.questions.everywhere import UNKNOWN
from conformance.server import Server, SkipError


def _own(server: Server) -> int:
    if not server.target.override:
        raise SkipError("MASTER_ACCOUNT_OVERRIDE is not set on the target")
    return server.target.own.id


@question("listDomains", "Sorted, and the declared one is among them")
def listed(server: Server) -> None:
    answer = expect(server.ask("listDomains", _own(server), login="reseller"), 200)
    found = answer.json["domains"]
    require(found == sorted(found), "not sorted", answer)
    require(server.target.own.domain in found, "the context's own domain is missing", answer)


@question("listDomains", "An unknown context is 400, a foreign one 401")
def other_contexts(server: Server) -> None:
    _own(server)
    expect(server.ask("listDomains", UNKNOWN, login="reseller"), 400)
    expect(server.ask("listDomains", server.target.foreign.id, login="reseller"), 401)


@question("postDomain", "Declared once: 200 and the lower-case A-label form; again 409; taken away 200, again 409")
def declared(server: Server) -> None:
    own, word = _own(server), fresh()
    name, shown = f"{word}.BÜCHER.example", f"{word}.xn--bcher-kva.example"
    expect_json(server.ask("postDomain", own, name, login="reseller"), {"domain": shown})
    try:
        for spelling in (name, shown, shown.upper()):
            expect(server.ask("headDomain", own, spelling, login="reseller"), 200)
            expect(server.ask("postDomain", own, spelling, login="reseller"), 409)
    finally:
        expect(server.ask("deleteDomain", own, shown, login="reseller"), 200)
    expect(server.ask("deleteDomain", own, shown, login="reseller"), 409)
    expect(server.ask("headDomain", own, shown, login="reseller"), 404)


@question("postDomain", "409 where another context has it")
def taken(server: Server) -> None:
    expect(server.ask("postDomain", _own(server), server.target.foreign.domain, login="reseller"), 409)


@question("postDomain", "What is no domain name of at least two labels, or a public suffix, is 400")
def no_domains(server: Server) -> None:
    own = _own(server)
    for name in (
        "localhost",
        "-a.example",
        "a-.example",
        "a..example",
        "a b.example",
        "a.123",
        "x" * 64 + ".example",
        "com",
    ):
        expect(server.ask("postDomain", own, name, login="reseller"), 400)


@question("postDomain", "After it is declared, nobody else can put an address into it")
def closed_to_others(server: Server) -> None:
    own, domain = _own(server), f"{fresh()}.example"
    expect(server.ask("postDomain", own, domain, login="reseller"), 200)
    try:
        foreign = server.target.foreign.id
        answer = server.ask(
            "postForward", foreign, f"x@{domain}", login="rival", body={"recipient": "a@elsewhere.example"}
        )
        expect(answer, 403)
    finally:
        expect(server.ask("deleteDomain", own, domain, login="reseller"), 200)
