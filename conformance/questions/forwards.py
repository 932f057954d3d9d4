"""Aliases and their recipients."""

from __future__ import annotations

from typing import Any, Final

from conformance.catalogue import alias, expect, expect_json, fresh, question, same
from conformance.contract import require
from conformance.server import Server, SkipError

OUTSIDE: Final = "somebody@elsewhere.example"
OTHER: Final = "other@elsewhere.example"
NO_RECIPIENTS: Final[tuple[Any, ...]] = (
    *("x", "a@b", "a@b c.example", "@b.example", "a@"),
    *([OUTSIDE, "x"], [], "", None, [None], {}, 1),
)


@question("postForward", "A new alias is 201 and is read back; again it is 204 and changes nothing, whatever is asked")
def made_once(server: Server) -> None:
    own = server.target.own
    with alias(server, OUTSIDE) as name:
        again = server.ask("postForward", own.id, name, login="reseller", body={"recipient": OTHER})
        expect(again, 204)
        expect_json(server.ask("getForward", own.id, name, login="reseller"), [OUTSIDE])


@question("postForward", "The body is one recipient, a list of them, or the bare list")
def three_bodies(server: Server) -> None:
    own = server.target.own
    for body in ({"recipient": OUTSIDE}, {"recipient": [OUTSIDE]}, [OUTSIDE]):
        name = f"{fresh()}@{own.domain}"
        expect(server.ask("postForward", own.id, name, login="reseller", body=body), 201)
        expect_json(server.ask("getForward", own.id, name, login="reseller"), [OUTSIDE])
        expect(server.ask("deleteForward", own.id, name, login="reseller"), 204)


@question("postForward", "A bad address, a bad one among good, no recipient at all: 400 and nothing is made")
def bad_recipients(server: Server) -> None:
    own = server.target.own
    for recipients in NO_RECIPIENTS:
        name = f"{fresh()}@{own.domain}"
        expect(server.ask("postForward", own.id, name, login="reseller", body={"recipient": recipients}), 400)
        expect(server.ask("headForward", own.id, name, login="reseller"), 404)


@question("postForward", "An alias that is no address, or a wildcard, is 400")
def bad_alias(server: Server) -> None:
    own = server.target.own
    for name in ("x", f"*@{own.domain}", f"@{own.domain}", f"{fresh()}@localhost", f"a..b@{own.domain}"):
        expect(server.ask("postForward", own.id, name, login="reseller", body={"recipient": OUTSIDE}), 400)


@question("postForward", "An alias that is its own recipient, or would close a loop, is 400")
def loops(server: Server) -> None:
    own = server.target.own
    name = f"{fresh()}@{own.domain}"
    expect(server.ask("postForward", own.id, name, login="reseller", body={"recipient": name.upper()}), 400)
    with alias(server, OUTSIDE) as first, alias(server, first) as second:
        expect(server.ask("putForward", own.id, first, login="reseller", body={"recipient": second}), 400)
        expect_json(server.ask("getForward", own.id, first, login="reseller"), [OUTSIDE])


@question("postForward", "More than a hundred recipients, or whatever the limit is set to, are 400 and nothing is made")
def too_many(server: Server) -> None:
    own = server.target.own
    name = f"{fresh()}@{own.domain}"
    body = {"recipient": [f"r{number}@elsewhere.example" for number in range(2000)]}
    expect(server.ask("postForward", own.id, name, login="reseller", body=body), 400)
    expect(server.ask("headForward", own.id, name, login="reseller"), 404)


@question("postForward", "An alias in another context's explicit domain is 403, whether it is there or not")
def foreign_domain(server: Server) -> None:
    own, foreign = server.target.own, server.target.foreign
    expect(server.ask("listForwards", own.id, login="reseller"), 200)
    for name in (f"{fresh()}@{foreign.domain}", f"{fresh()}@{foreign.domain.upper()}"):
        expect(server.ask("postForward", own.id, name, login="reseller", body={"recipient": OUTSIDE}), 403)


@question("getForward", "Aliases are compared without regard to case and shown as first written")
def case(server: Server) -> None:
    own = server.target.own
    name = f"Conformance.{fresh()}@{own.domain}"
    expect(server.ask("postForward", own.id, name, login="reseller", body={"recipient": OUTSIDE}), 201)
    for spelling in (name.lower(), name.upper()):
        expect(server.ask("getForward", own.id, spelling, login="reseller"), 200)
        expect(server.ask("postForward", own.id, spelling, login="reseller", body={"recipient": OTHER}), 204)
    every = expect(server.ask("listForwards", own.id, login="reseller"), 200)
    require(name in every.json, f"{name} is not shown as first written", every)
    expect(server.ask("deleteForward", own.id, name.upper(), login="reseller"), 204)


@question("getForward", "Any legal character may be in an alias, percent-encoded once")
def legal_characters(server: Server) -> None:
    own = server.target.own
    for char in "/+%!#$&'*=?^`{|}~é":
        name = f"{fresh()}{char}x@{own.domain}"
        expect(server.ask("postForward", own.id, name, login="reseller", body={"recipient": OUTSIDE}), 201)
        expect_json(server.ask("getForward", own.id, name, login="reseller"), [OUTSIDE])
        expect(server.ask("headRecipient", own.id, name, OUTSIDE, login="reseller"), 200)
        expect(server.ask("deleteForward", own.id, name, login="reseller"), 204)


@question("getForward", "International domains are one in both of their forms")
def international(server: Server) -> None:
    with alias(server, "info@bücher.example") as name:
        own = server.target.own
        for spelling in ("info@bücher.example", "info@xn--bcher-kva.example", "INFO@BÜCHER.example"):
            expect(server.ask("headRecipient", own.id, name, spelling, login="reseller"), 200)


@question("getForward", "An unknown alias is 404; the context may be called by its name")
def context_by_name(server: Server) -> None:
    own = server.target.own
    expect(server.ask("getForward", own.id, f"{fresh()}@{own.domain}", login="reseller"), 404)
    with alias(server, OUTSIDE) as name:
        expect_json(server.ask("getForward", own.name, name, login="reseller"), [OUTSIDE])


@question("putForward", "Adds recipients: 201 where one is new, 204 where none is, 404 without the alias")
def added(server: Server) -> None:
    own = server.target.own
    with alias(server, OUTSIDE) as name:
        expect(server.ask("putForward", own.id, name, login="reseller", body={"recipient": [OUTSIDE, OTHER]}), 201)
        expect(server.ask("putForward", own.id, name, login="reseller", body={"recipient": OTHER.upper()}), 204)
        expect_json(server.ask("getForward", own.id, name, login="reseller"), [OUTSIDE, OTHER])
    expect(server.ask("putForward", own.id, f"{fresh()}@{own.domain}", login="reseller", body=[OTHER]), 404)


@question("putForward", "One bad address in the list: 400, and none of them is added")
def added_all_or_none(server: Server) -> None:
    own = server.target.own
    with alias(server, OUTSIDE) as name:
        expect(server.ask("putForward", own.id, name, login="reseller", body=[OTHER, "x"]), 400)
        expect_json(server.ask("getForward", own.id, name, login="reseller"), [OUTSIDE])


@question("headForward", "200 where the alias is, 404 where not, without a body")
def head(server: Server) -> None:
    own = server.target.own
    with alias(server, OUTSIDE) as name:
        expect(server.ask("headForward", own.id, name, login="reseller"), 200)
    expect(server.ask("headForward", own.id, name, login="reseller"), 404)


@question("headRecipient", "200 for a recipient of the alias, 404 for another, and where there is no alias")
def head_recipient(server: Server) -> None:
    own = server.target.own
    with alias(server, OUTSIDE) as name:
        expect(server.ask("headRecipient", own.id, name, OUTSIDE, login="reseller"), 200)
        expect(server.ask("headRecipient", own.id, name, OTHER, login="reseller"), 404)
    expect(server.ask("headRecipient", own.id, name, OUTSIDE, login="reseller"), 404)


@question("deleteRecipient", "Takes one recipient away; with the last the alias goes")
def last_recipient(server: Server) -> None:
    own = server.target.own
    with alias(server, OUTSIDE, OTHER) as name:
        expect(server.ask("deleteRecipient", own.id, name, OUTSIDE, login="reseller"), 204)
        expect_json(server.ask("getForward", own.id, name, login="reseller"), [OTHER])
        expect(server.ask("deleteRecipient", own.id, name, OUTSIDE, login="reseller"), 404)
        expect(server.ask("deleteRecipient", own.id, name, OTHER, login="reseller"), 204)
        expect(server.ask("headForward", own.id, name, login="reseller"), 404)


@question("deleteForward", "204, and 404 the second time")
def deleted_once(server: Server) -> None:
    with alias(server, OUTSIDE) as name:
        own = server.target.own
        expect(server.ask("deleteForward", own.id, name, login="reseller"), 204)
        expect(server.ask("deleteForward", own.id, name, login="reseller"), 404)


@question("listForwards", "One object, alias to recipients in their order, sorted by alias")
def listed(server: Server) -> None:
    own = server.target.own
    with alias(server, OTHER, OUTSIDE) as one, alias(server, OUTSIDE) as other:
        answer = expect(server.ask("listForwards", own.id, login="reseller"), 200)
        require(answer.json.get(one) == [OTHER, OUTSIDE], f"{one} has other recipients", answer)
        require(answer.json.get(other) == [OUTSIDE], f"{other} has other recipients", answer)
        folded = [name.lower() for name in answer.json]
        require(folded == sorted(folded), "not sorted", answer)


@question("listForwards", "By id and by name it is the same list")
def listed_by_name(server: Server) -> None:
    own = server.target.own
    with alias(server, OUTSIDE) as name:
        one = expect(server.ask("listForwards", own.id, login="reseller"), 200)
        require(name in one.json, f"{name} is missing", one)
        same(one, server.ask("listForwards", own.name, login="reseller"))


@question(
    "deleteForwards", "Takes away every alias of the context: 204, also where there is none; the list is empty then"
)
def deleted_all(server: Server) -> None:
    if not server.target.delete_all:
        raise SkipError("delete_all is not set, as it takes away what is there")
    own = server.target.own
    before = expect(server.ask("listForwards", own.id, login="reseller"), 200).json
    try:
        for _twice in range(2):
            expect(server.ask("deleteForwards", own.id, login="reseller"), 204)
        expect_json(server.ask("listForwards", own.id, login="reseller"), {})
    finally:
        for name, recipients in before.items():
            expect(server.ask("postForward", own.id, name, login="reseller", body=recipients), 201)
