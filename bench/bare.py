"""The least that could answer: a WSGI function with the statements of the application, under the same server.

No credentials are checked, nothing is validated, no rule is asked: parse the path, send the statements, write JSON. The
statements are in the file that BENCH_STATEMENTS names (`bench.statements`).
"""

from __future__ import annotations

import json
import os
import threading
from base64 import b64decode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import psycopg2

_STATEMENTS: Final[dict[str, dict[str, Any]]] = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_text())
_local = threading.local()
_ALIAS: Final = (
    "INSERT INTO forwards_forwardingalias (context_id, address, normalized, domain, is_active)"
    " VALUES ($1, $2, $2, $3, true) RETURNING id"
)
_RECIPIENTS: Final = (
    "INSERT INTO forwards_recipient (alias_id, address, normalized, domain)"
    " VALUES ($1, $2, $2, $3), ($1, $4, $4, $5) RETURNING id"
)
_CHANGE: Final = (
    "INSERT INTO changelog_change (at, actor, administrator_id, channel, credential, action, kind, key, label,"
    " context_id, context_name, reseller_id, reseller_parent_id, before, after)"
    " VALUES (now(), $1, $2, 'api', 'password', 'create', 'forward', $3, $4, $5, $6, $7, null, null, $8) RETURNING id"
)


def _cursor() -> Any:
    """The thread's own connection, with everything prepared."""
    if not hasattr(_local, "cursor"):
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        connection.autocommit = True
        _local.cursor = connection.cursor()
        for name, one in _STATEMENTS.items():
            _local.cursor.execute(f"PREPARE {name} AS {one['body']}")
        for name, body in {"alias": _ALIAS, "two_recipients": _RECIPIENTS, "change": _CHANGE}.items():
            _local.cursor.execute(f"PREPARE {name} AS {body}")
    return _local.cursor


def _rows(name: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    slots, cursor = _STATEMENTS[name]["slots"], _cursor()
    cursor.execute(f"EXECUTE {name}({', '.join(['%s'] * len(slots))})", [values[slot] for slot in slots])
    return list(cursor.fetchall())


def _account(environ: dict[str, Any], name: str, **place: Any) -> dict[str, Any]:
    """The administrator's row by the names of its columns; those of the owners, of the same names, come later."""
    login = b64decode(environ["HTTP_AUTHORIZATION"][6:]).decode().partition(":")[0]
    attempt = {
        "at_site": ":127.0.0.1",
        "of_site": "s:127.0.0.1",
        "site": "127.0.0.1",
        "most_here": 20,
        "most_site": 100,
        "most": 200,
    }
    values = {"login": login, "short": "", "suffix": "", "name": "", **place, **attempt}
    (row,) = _rows(name, values)
    names = [one[0] for one in _cursor().description]
    return dict(zip(reversed(names), reversed(row), strict=True))


def _get(environ: dict[str, Any], context: str, alias: str) -> tuple[str, Any]:
    account = _account(environ, "by_number", place=int(context))
    values = {"context": int(context), "alias": alias, "reseller_id": account["reseller_id"]}
    return "200 OK", [row[0] for row in _rows("recipients", values)]


def _post(environ: dict[str, Any], context: str, alias: str) -> tuple[str, Any]:
    account = _account(environ, "by_number", place=int(context))
    body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    one, two = body["recipient"]
    cursor = _cursor()
    cursor.execute("BEGIN")
    cursor.execute("EXECUTE alias(%s, %s, %s)", [context, alias, alias.partition("@")[2]])
    key = cursor.fetchone()[0]
    domains = one.partition("@")[2], two.partition("@")[2]
    cursor.execute("EXECUTE two_recipients(%s, %s, %s, %s, %s)", [key, one, domains[0], two, domains[1]])
    after = json.dumps({"alias": alias, "recipients": [one, two], "is_active": True})
    owners = context, f"bench_c{context}", account["reseller_id"]
    cursor.execute("EXECUTE change(%s, %s, %s, %s, %s, %s, %s, %s)", ["r", account["id"], key, alias, *owners, after])
    cursor.execute("COMMIT")
    return "201 Created", None


def _search(environ: dict[str, Any]) -> tuple[str, Any]:
    account = _account(environ, "by_login")
    query = parse_qs(environ["QUERY_STRING"])
    text, field = query["search"][0], query["field"][0]
    values = {"uidname": "", "digits": "", "custom": "", "reseller_id": account["reseller_id"]}
    values["uidname" if field == "UIDNAME" else "digits"] = text.removeprefix("+")
    ((context, number, uidname, msisdn),) = _rows("found", values)
    return "200 OK", {"context-id": context, "user-id": number, "uidname": uidname, "msisdn": msisdn}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer the three operations that are measured."""
    parts = environ["PATH_INFO"].split("/")
    if parts[-1] == "oxuser":
        status, value = _search(environ)
    elif environ["REQUEST_METHOD"] == "POST":
        status, value = _post(environ, parts[-2], parts[-1])
    else:
        status, value = _get(environ, parts[-2], parts[-1])
    body = b"" if value is None else json.dumps(value, separators=(",", ":")).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
