"""What holds for all operations."""

from __future__ import annotations

from conformance.catalogue import expect, fresh, question
from conformance.contract import require
from conformance.server import WHERE, Server

UNKNOWN = 987_654_321


def _values(server: Server, operation: str) -> list[object]:
    """Something that is there, for each parameter of the operation's path."""
    own = server.target.own
    known: dict[str, object] = {
        "{contextid}": own.id,
        "{contextId}": own.id,
        "{userid}": own.user,
        "{uid}": own.uidname,
        "{alias}": f"{fresh()}@{own.domain}",
        "{recipient}": own.uidname,
        "{domain}": own.domain,
        "{searchpattern}": "mail",
    }
    return [known[part] for part in WHERE[operation][0].split("/") if part.startswith("{")]


def _denied(operation: str) -> int:
    return 403 if "/forwards/" in WHERE[operation][0] else 401


@question("Everywhere", "Without credentials every operation is 401 with a challenge; Forwards 403 with one")
def no_credentials(server: Server) -> None:
    for operation in WHERE:
        expect(server.ask(operation, *_values(server, operation)), _denied(operation))


@question("Everywhere", "Unknown credentials are 401, Forwards 403, for every operation")
def unknown_credentials(server: Server) -> None:
    for operation in ("getCustom", "searchUser", "getForward", "listForwards", "getMail", "listDomains"):
        answer = server.ask(operation, *_values(server, operation), login=f"{fresh()}:wrong")
        expect(answer, _denied(operation))


@question("Everywhere", "An empty password is refused")
def empty_password(server: Server) -> None:
    login = server.target.logins["reseller"][0]
    expect(server.ask("listForwards", server.target.own.id, login="reseller"), 200)
    expect(server.ask("listForwards", server.target.own.id, login=f"{login}:"), 403)


@question("Everywhere", "Credentials that are no Basic, or cannot be decoded, are as none")
def broken_credentials(server: Server) -> None:
    expect(server.ask("listForwards", server.target.own.id, login="reseller"), 200)
    for value in ("Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Digest username=x", "Bearer x"):
        answer = server.send(
            "GET", f"/api/oxaas/v1/admin/forwards/{server.target.own.id}", headers={"Authorization": value}
        )
        expect(answer, 403)


@question("Everywhere", "Authorization comes before what the body says")
def authorization_before_body(server: Server) -> None:
    for operation in ("putCustom", "putMsisdn", "putUidname", "postUids", "postForward", "putForward"):
        expect(server.ask(operation, *_values(server, operation), body=b"{"), _denied(operation))


@question("Everywhere", "Malformed JSON, another type, NUL and an over-long value are 400")
def unreadable_bodies(server: Server) -> None:
    own = server.target.own
    for body in (
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"1",
        b"null",
        b'{"msisdn": 1}',
        b'{"msisdn": "\\u0000"}',
        b'{"msisdn": {}}',
    ):
        expect(server.ask("putMsisdn", own.id, own.user, login="admin", body=body), 400)
    expect(server.ask("putUidname", own.id, own.user, login="admin", body={"uidname": "x" * 5000}), 400)


@question("Everywhere", "A body that is not called JSON is 415")
def other_media_type(server: Server) -> None:
    own = server.target.own
    headers = {"Content-Type": "text/plain"}
    answer = server.ask(
        "putMsisdn", own.id, own.user, login="admin", body=b'{"msisdn": "+4930123456"}', headers=headers
    )
    expect(answer, 415)


@question("Everywhere", "JSON with a charset is JSON")
def charset(server: Server) -> None:
    own = server.target.own
    headers = {"Content-Type": "application/json; charset=utf-8"}
    body = f'{{"uidname": "{own.uidname}"}}'.encode()
    expect(server.ask("putUidname", own.id, own.user, login="admin", body=body, headers=headers), 200)


@question("Everywhere", "A method that a path does not have is 405 and names in Allow those that it has")
def other_method(server: Server) -> None:
    own = server.target.own
    expect(server.ask("getUidname", own.id, own.user, login="admin", method="DELETE"), 405)
    expect(server.ask("searchUser", login="reseller", method="POST"), 405)
    expect(server.ask("listForwards", own.id, login="reseller", method="PUT"), 405)
    expect(server.ask("getMail", own.uidname, login="tenant", method="POST"), 405)


@question("Everywhere", "Paths are exact: a trailing slash, the other prefix and what is not in the document are 404")
def exact_paths(server: Server) -> None:
    own = server.target.own
    expect(server.ask("listForwards", own.id, login="reseller"), 200)
    for path in (
        f"/api/oxaas/v1/admin/forwards/{own.id}/",
        f"/oxaas/v1/admin/contexts/{own.id}/users/{own.user}/uidname/",
        f"/oxaas/v1/admin/forwards/{own.id}",
        f"/api/oxaas/v1/admin/contexts/{own.id}/users/{own.user}/uidname",
        "/oxaas/v1/admin/contexts",
        "/oxaas/v2/admin/oxuser",
    ):
        expect(server.ask_outside("GET", path, login="reseller"), 404)


@question("Everywhere", "HEAD of a GET has its status and no body, and the length of GET or none")
def head_of_get(server: Server) -> None:
    own = server.target.own
    for operation, login in (("getUidname", "admin"), ("listForwards", "reseller")):
        values = _values(server, operation)
        whole = expect(server.ask(operation, *values, login=login), 200)
        head = expect(server.ask(operation, *values, login=login, method="HEAD"), 200)
        length = head.headers.get("content-length")
        require(length in {None, str(len(whole.body))}, f"GET has {len(whole.body)} bytes", head)
    expect(server.ask("getUidname", own.id, UNKNOWN, login="admin", method="HEAD"), 404)


@question("Everywhere", "Answers do not depend on the caller's language")
def one_language(server: Server) -> None:
    own = server.target.own
    expect(server.ask("getUidname", own.id, own.user, login="admin"), 200)
    for language in ("de", "en", "fr;q=0.5, *"):
        headers = {"Accept-Language": language}
        answer = server.ask("getUidname", own.id, UNKNOWN, login="admin", headers=headers)
        require(
            answer.body == server.ask("getUidname", own.id, UNKNOWN, login="admin").body, "another sentence", answer
        )
        require("accept-language" not in answer.headers.get("vary", "").lower(), "varies with the language", answer)
