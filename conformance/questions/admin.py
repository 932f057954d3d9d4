"""Users: their names, numbers, custom ids and properties."""

from __future__ import annotations

from conformance.catalogue import expect, expect_json, fresh, own_user, question
from conformance.contract import Answer, require
from conformance.questions.everywhere import UNKNOWN
from conformance.server import Server

NUMBER = "+99.88877"


def _number() -> str:
    """A number that nobody has; +99… is given out to no country."""
    return f"{NUMBER}{int(fresh()[-12:], 16) % 10**7:07}"


def _user(server: Server, **changed: str) -> dict[str, object]:
    own = server.target.own
    return {"context-id": own.id, "user-id": own.user, "uidname": own.uidname, **changed}


def _without_number(answer: Answer) -> dict[str, object]:
    found = dict(answer.json)
    found.pop("msisdn", None)
    return found


@question("getUidname", "Ids are decimal digits; anything else in their place is 404, after authorization")
def ids_are_digits(server: Server) -> None:
    own = server.target.own
    for text in ("x", "-1", f"{own.user}.0", f"+{own.user}", "٣", "9" * 40, f"{own.user} "):
        expect(server.ask("getUidname", own.id, text, login="admin"), 404)
    expect(server.ask("getUidname", own.id, UNKNOWN, login="admin"), 404)
    expect(server.ask("getUidname", own.id, "x"), 401)


@question("getUidname", "The user's name, as it was given")
def uidname(server: Server) -> None:
    own = server.target.own
    expect_json(server.ask("getUidname", own.id, own.user, login="admin"), {"uidname": own.uidname})


@question("putUidname", "A change answers context, user, name and number; setting what is set is 200")
def uidname_is_changed(server: Server) -> None:
    with own_user(server) as at:
        name = f"{fresh()}@{server.target.own.domain}"
        for _twice in range(2):
            answer = expect(server.ask("putUidname", *at, login="admin", body={"uidname": name}), 200)
            require(_without_number(answer) == _user(server, uidname=name), "not the user", answer)
        expect_json(server.ask("getUidname", *at, login="admin"), {"uidname": name})


@question("putMsisdn", "A number is stored as given, found by its digits, and answered with every change")
def msisdn_is_set(server: Server) -> None:
    with own_user(server) as at:
        number = _number()
        answer = server.ask("putMsisdn", *at, login="admin", body={"msisdn": number})
        expect_json(answer, _user(server, msisdn=number))
        expect_json(server.ask("getMsisdn", *at, login="admin"), {"msisdn": number})
        digits = "+" + "".join(char for char in number if char.isdigit())
        found = server.ask("searchUser", login="reseller", query={"search": digits, "field": "MSISDN"})
        expect_json(found, _user(server, msisdn=number))


@question("putMsisdn", "A number has a plus and 5 to 15 digits, with . - or blanks between them")
def msisdn_form(server: Server) -> None:
    own = server.target.own
    for number in (
        "",
        "49",
        "4930123456",
        "+1234",
        "+" + "1" * 16,
        "+49a30123",
        "++4930123456",
        "+٤٩٣٠١٢٣٤٥٦",
        "+-4930123456",
    ):
        expect(server.ask("putMsisdn", own.id, own.user, login="admin", body={"msisdn": number}), 400)


@question("deleteMsisdn", "A number is removed; removing what is not set is 200, reading it 404")
def msisdn_is_removed(server: Server) -> None:
    with own_user(server) as at:
        expect(server.ask("putMsisdn", *at, login="admin", body={"msisdn": _number()}), 200)
        for _twice in range(2):
            expect_json(server.ask("deleteMsisdn", *at, login="admin"), _user(server))
        expect(server.ask("getMsisdn", *at, login="admin"), 404)


@question("putCustom", "A custom id replaces all; a list replaces them by the list")
def custom_is_replaced(server: Server) -> None:
    with own_user(server) as at:
        one, two = fresh(), fresh()
        expect(server.ask("putCustom", *at, login="admin", body={"custom": [one, two]}), 200)
        both = expect(server.ask("getCustom", *at, login="admin"), 200)
        require(sorted(both.json["custom"]) == sorted([one, two]), "not both", both)
        expect(server.ask("putCustom", *at, login="admin", body={"custom": two}), 200)
        expect_json(server.ask("getCustom", *at, login="admin"), {"custom": [two]})


@question("putCustom", "An empty text and an empty list are 400: DELETE is there for that")
def custom_is_not_emptied(server: Server) -> None:
    own = server.target.own
    for value in ("", [], [""], None, [None], 1):
        expect(server.ask("putCustom", own.id, own.user, login="admin", body={"custom": value}), 400)


@question("putCustom", "A custom id that is an address in another context's domain is 400")
def custom_in_foreign_domain(server: Server) -> None:
    own, foreign = server.target.own, server.target.foreign
    answer = server.ask("putCustom", own.id, own.user, login="admin", body={"custom": f"{fresh()}@{foreign.domain}"})
    expect(answer, 400)


@question("deleteCustom", "Custom ids are removed; removing what is not set is 200, reading it 404")
def custom_is_removed(server: Server) -> None:
    with own_user(server) as at:
        expect(server.ask("putCustom", *at, login="admin", body={"custom": fresh()}), 200)
        for _twice in range(2):
            expect(server.ask("deleteCustom", *at, login="admin"), 200)
        expect(server.ask("getCustom", *at, login="admin"), 404)


@question("postUids", "201 where something unset is set, 200 where not; an absent key stays, null removes")
def uids(server: Server) -> None:
    with own_user(server) as at:
        number, word = _number(), fresh()
        expect(server.ask("postUids", *at, login="admin", body={"msisdn": None, "custom": []}), 200)
        expect(server.ask("postUids", *at, login="admin", body={"msisdn": number}), 201)
        expect(server.ask("postUids", *at, login="admin", body={"custom": [word]}), 201)
        expect(server.ask("postUids", *at, login="admin", body={"custom": [word], "msisdn": number}), 200)
        expect(server.ask("postUids", *at, login="admin", body={"custom": ""}), 200)
        expect_json(server.ask("getMsisdn", *at, login="admin"), {"msisdn": number})
        expect(server.ask("getCustom", *at, login="admin"), 404)


@question("postUids", "Both or nothing: a bad value changes nothing")
def uids_both_or_nothing(server: Server) -> None:
    with own_user(server) as at:
        expect(server.ask("postUids", *at, login="admin", body={"msisdn": None}), 200)
        expect(server.ask("postUids", *at, login="admin", body={"msisdn": _number(), "custom": ["\u200b"]}), 400)
        expect(server.ask("getMsisdn", *at, login="admin"), 404)


@question("searchUser", "Exact, without regard to case; name, number and custom ids by field, ANY where none is named")
def search(server: Server) -> None:
    with own_user(server) as at:
        number, word = _number(), fresh()
        expect(server.ask("postUids", *at, login="admin", body={"msisdn": number, "custom": [word]}), 200, 201)
        wanted = _user(server, msisdn=number)
        own = server.target.own
        for field, text in (("UIDNAME", own.uidname), ("MSISDN", number), ("CUSTOM", word)):
            expect_json(server.ask("searchUser", login="reseller", query={"search": text, "field": field}), wanted)
            expect_json(server.ask("searchUser", login="reseller", query={"search": text.upper()}), wanted)
        for field, text in (("MSISDN", own.uidname), ("CUSTOM", number), ("UIDNAME", word), ("ANY", word[:-1])):
            expect(server.ask("searchUser", login="reseller", query={"search": text, "field": field}), 404)


@question("searchUser", "Without search, with an empty one, or an unknown field: 400")
def search_needs_its_parameters(server: Server) -> None:
    for query in ({}, {"search": ""}, {"search": "x", "field": "NAME"}, {"search": "x", "field": "uidname "}):
        expect(server.ask("searchUser", login="reseller", query=query), 400)


@question("getUserconfig", "One entry for each property, sorted by name, with the scope that wins")
def userconfig(server: Server) -> None:
    own = server.target.own
    answer = expect(server.ask("getUserconfig", own.id, own.user, login="admin"), 200)
    found = answer.json["userconfig"]
    names = [one["name"] for one in found]
    require(names == sorted(set(names)), "not sorted, or a name twice", answer)
    for one in found:
        require(one.keys() == {"name", "value", "scope"}, "not name, value and scope", answer)
        require(one["scope"] in {"user", "context", "reseller", "server"}, "an unknown scope", answer)


@question("searchUserconfig", "A part of the name, without regard to case, taken literally; no match is an empty list")
def userconfig_search(server: Server) -> None:
    own = server.target.own
    every = expect(server.ask("getUserconfig", own.id, own.user, login="admin"), 200).json["userconfig"]
    for part in ("MAIL", "com.", "%", ".*", "_", fresh()):
        wanted = [one for one in every if part.lower() in one["name"].lower()]
        answer = server.ask("searchUserconfig", own.id, own.user, part, login="admin")
        expect_json(answer, {"userconfig": wanted})
