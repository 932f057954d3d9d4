"""What the mail store says."""

from __future__ import annotations

from conformance.catalogue import expect, fresh, question, same
from conformance.contract import require
from conformance.server import Server, SkipError

OPERATIONS = ("getMail", "getNewmessages", "getQuota", "getRecentmails", "getRecentmessages", "getUnread")
MAIL_KEYS = {"id", "folder_id", "subject", "from", "to", "size", "received_date", "sent_date", "flags"}


def _user(server: Server) -> str:
    if not server.target.mail:
        raise SkipError("the target has no mail store")
    return server.target.own.uidname


@question("getMail", "A tenant's credentials read, those of a reseller and of an administrator do not")
def tenant_alone(server: Server) -> None:
    uid = _user(server)
    for operation in OPERATIONS:
        expect(server.ask(operation, uid, login="tenant"), 200)
        expect(server.ask(operation, uid, login="reseller"), 401)
        expect(server.ask(operation, uid, login="admin"), 401)


@question("getMail", "Another tenant's user answers exactly like an unknown one: 500 with a sentence")
def foreign_is_unknown(server: Server) -> None:
    for operation in OPERATIONS:
        abroad = server.ask(operation, server.target.foreign.uidname, login="tenant")
        nobody = server.ask(operation, f"{fresh()}@{server.target.own.domain}", login="tenant")
        same(expect(abroad, 500), expect(nobody, 500))


@question("getMail", "Holds the bodies of the four other operations")
def whole(server: Server) -> None:
    uid = _user(server)
    answer = expect(server.ask("getMail", uid, login="tenant"), 200)
    parts = {"quota": "getQuota", "newmessages": "getNewmessages", "recentmessages": "getRecentmessages"}
    for key, operation in parts.items():
        part = expect(server.ask(operation, uid, login="tenant"), 200).json
        require(answer.json[key] == part, f"{key} is not {part}", answer)
    mails = expect(server.ask("getRecentmails", uid, login="tenant"), 200).json
    require(answer.json["recentmails"] == mails, "other mails", answer)


@question("getQuota", "Bytes and messages, as whole numbers; -1 where there is no limit")
def quota(server: Server) -> None:
    answer = expect(server.ask("getQuota", _user(server), login="tenant"), 200)
    found = answer.json["mailQuota"]
    require(found.keys() == {"quota", "use", "countquota", "countuse"}, "other keys", answer)
    require(all(type(value) is int and value >= -1 for value in found.values()), "no whole numbers", answer)


@question("getRecentmails", "Up to five of INBOX, the newest first, each with its nine keys")
def recent(server: Server) -> None:
    answer = expect(server.ask("getRecentmails", _user(server), login="tenant"), 200)
    mails = answer.json
    require(all(mail.keys() == MAIL_KEYS for mail in mails), "other keys", answer)
    times = [mail["received_date"] for mail in mails]
    require(times == sorted(times, reverse=True), "not the newest first", answer)


@question("getUnread", "A user is found without regard to case")
def without_case(server: Server) -> None:
    uid = _user(server)
    same(
        server.ask("getUnread", uid.upper(), login="tenant"), expect(server.ask("getUnread", uid, login="tenant"), 200)
    )
