"""The ruling "Names": what nobody can see is in no name."""

from __future__ import annotations

from typing import Final

from conformance.catalogue import expect, fresh, own_user, question
from conformance.server import Server

# One of each category, and each of the fillers: Cc, Cf, Co, Cn, Zl, Zp, Zs, fillers, a combining mark in front.
INVISIBLE: Final = [
    "\x07",
    "\u200b",
    "\u202e",
    "\ue000",
    "\u0378",
    "\u2028",
    "\u2029",
    "\xa0",
    "\u3000",
    "ᅟ",
    "ᅠ",
    "⠀",
    "ㅤ",
    "ﾠ",
]


@question("putUidname", "Characters that cannot be seen, or change how others are seen, are 400")
def invisible_uidname(server: Server) -> None:
    own = server.target.own
    for char in INVISIBLE:
        uidname = f"{fresh()}{char}x@{own.domain}"
        expect(server.ask("putUidname", own.id, own.user, login="admin", body={"uidname": uidname}), 400)
    combining = {"uidname": f"\u0301{fresh()}@{own.domain}"}
    expect(server.ask("putUidname", own.id, own.user, login="admin", body=combining), 400)


@question("putCustom", "Characters that cannot be seen are 400 in a custom id")
def invisible_custom(server: Server) -> None:
    own = server.target.own
    for char in INVISIBLE:
        answer = server.ask("putCustom", own.id, own.user, login="admin", body={"custom": f"{fresh()}{char}x"})
        expect(answer, 400)


@question("putUidname", "Blanks at either end, an empty name and 255 characters are 400")
def uidname_bounds(server: Server) -> None:
    own = server.target.own
    for uidname in ("", " ", f" {fresh()}", f"{fresh()} ", "x" * 255):
        expect(server.ask("putUidname", own.id, own.user, login="admin", body={"uidname": uidname}), 400)


@question("putUidname", "A uidname need not be an address, and is unique without regard to case and form")
def uidname_is_compared_folded(server: Server) -> None:
    with own_user(server) as at:
        name = fresh()
        answer = server.ask("putUidname", *at, login="admin", body={"uidname": f"{name} Straße"})
        expect(answer, 200)
        for spelling in (f"{name} STRASSE".upper(), f"{name} straße", f"{name} \uff53tra\u00dfe"):
            found = server.ask("searchUser", login="reseller", query={"search": spelling, "field": "UIDNAME"})
            expect(found, 200)


@question("putUidname", "A uidname in another context's explicit domain is 409, whoever owns it")
def uidname_in_foreign_domain(server: Server) -> None:
    own, foreign = server.target.own, server.target.foreign
    for uidname in (f"{fresh()}@{foreign.domain}", foreign.uidname, foreign.uidname.upper()):
        expect(server.ask("putUidname", own.id, own.user, login="admin", body={"uidname": uidname}), 409)
