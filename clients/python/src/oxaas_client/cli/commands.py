"""What each command does, with the client and nothing else."""

from __future__ import annotations

import json
import sys
import uuid
from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final

from oxaas_client.cli import output, profiles
from oxaas_client.cli.profiles import Misused
from oxaas_client.client import Client, Item
from oxaas_client.problems import Forbidden, Invalid

_MOST_ON_A_PAGE: Final = 1000
_MOST_BYTES: Final = 4 * 1024 * 1024
_JOB_COLUMNS: Final = ("id", "edit", "state", "total", "done", "changed", "refused", "created_at")


def client_of(profile: Mapping[str, Any], timeout: float) -> Client:
    """The client of a profile. Misused."""
    secrets = {name: profile[name] for name in ("token", "login", "password") if name in profile}
    trusted = profile.get("ca", True)
    try:
        return Client(
            profile["url"],
            **secrets,
            timeout=timeout,
            verify=trusted,
            plain_http=bool(profile.get("plain_http", False)),
        )
    except OSError as error:
        raise Misused(f"{trusted} cannot be read: {error.strerror or error}.") from error


def _client(given: Namespace) -> Client:
    return client_of(profiles.chosen(given.profile), given.timeout)


def login(given: Namespace) -> int:
    """Try it, then keep it."""
    profile: dict[str, Any] = {"url": given.url}
    name, prompt = ("password", f"Password of {given.login}: ") if given.login else ("token", "API password: ")
    if given.login:
        profile["login"] = given.login
    if given.ca:
        profile["ca"] = str(Path(given.ca).resolve())
    if given.plain_http:
        profile["plain_http"] = True
    profile[name] = _secret(given.password_file, prompt)
    # Who may not read contexts may log in all the same, and do other things.
    with client_of(profile, given.timeout) as client, suppress(Forbidden):
        next(client.list("contexts", limit=1, fields=["id"]), None)
    kept = given.profile or "default"
    profiles.write(profiles.read() | {kept: profile})
    output.told(f"Logged in; kept as profile {kept} in {profiles.path()}.")
    return 0


def _secret(file: str | None, prompt: str) -> str:
    secret = profiles.asked_for(prompt) if file is None else _text_of(file).strip("\r\n")
    if not secret:
        raise Misused("The password is empty.")
    return secret


def logout(given: Namespace) -> int:
    """Forget it."""
    name, known = given.profile or "default", profiles.read()
    if known.pop(name, None) is None:
        raise Misused(f"There is no profile {name}.")
    profiles.write(known)
    return 0


def list_(given: Namespace) -> int:
    """A collection."""
    filters = dict(_pair(one) for one in given.filters)
    columns = given.fields.split(",") if given.fields else []
    page = min(given.limit or _MOST_ON_A_PAGE, _MOST_ON_A_PAGE)
    asked = {"search": given.search, "sort": given.sort, "fields": given.fields, "include": given.include}
    with _client(given) as client:
        found = client.list(given.resource, **asked, **({"limit": page} | filters))
        output.rows(islice(found, given.limit), given.output, columns)
    return 0


def get(given: Namespace) -> int:
    """An object, or what hangs on it."""
    more = [given.part] if given.part else []
    asked = {name: value for name, value in (("fields", given.fields), ("include", given.include)) if value}
    with _client(given) as client:
        found = client.get(given.resource, given.id, *more, **asked)
    if isinstance(found.get("data"), list) and given.output != "json":
        output.rows(found["data"], given.output)
    else:
        _show(found, given)
    return 0


def _show(item: Item, given: Namespace) -> None:
    """An object with its version."""
    output.one(item, given.output)
    if item.etag and given.output == "table":
        output.told(f"ETag: {item.etag}")


def create(given: Namespace) -> int:
    """A new object."""
    values = _values(given)
    with _client(given) as client:
        _show(client.create(given.resource, values, key=given.key), given)
    return 0


def update(given: Namespace) -> int:
    """An object, changed."""
    values = _values(given)
    with _client(given) as client:
        _show(client.change(given.resource, given.id, values, if_match=given.if_match), given)
    return 0


def delete(given: Namespace) -> int:
    """An object less."""
    if not given.yes:
        if not sys.stdin.isatty():
            raise Misused("Nobody is there to be asked: say --yes.")
        sys.stderr.write(f"Delete {given.id} of {given.resource}? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise Misused("Nothing was deleted.")
    with _client(given) as client:
        client.delete(given.resource, given.id, if_match=given.if_match)
    return 0


def apply(given: Namespace) -> int:
    """A declared world."""
    text = _text_of(given.file)
    with _client(given) as client:
        try:
            found = client.provision(text, preview=given.dry_run, key=given.key)
        except Invalid as error:
            if given.output in {"json", "ndjson"}:
                raise
            for wrong in error.errors:
                output.told(wrong.detail)
            output.told("Nothing was changed.")
            return 1
    if given.output != "table":
        output.one(found, given.output) if given.output == "json" else output.rows(found["data"], given.output)
        return 0
    if given.dry_run:
        for change in found["data"]:
            output.line(output.printable(change["line"]))
    what = "1 change" if found["changes"] == 1 else f"{found['changes']} changes"
    output.line(f"{what} {'would be made' if given.dry_run else 'made'}.")
    return 0


def trace(given: Namespace) -> int:
    """The way of mail."""
    with _client(given) as client:
        steps = client.trace(given.address)
    if given.output != "table":
        output.rows(steps, given.output)
        return 0
    for step in steps:
        context = f" in context {step['context']}" if step["context"] else ""
        remarks = [*step["notes"], *(["followed above"] if step["again"] else [])]
        more = f" ({'; '.join(remarks)})" if remarks else ""
        output.line("  " * step["depth"] + output.printable(f"{step['address']}: {step['detail']}{context}{more}"))
    return 0


def follow(given: Namespace) -> int:
    """The change log as it grows; the place is kept when its lines are printed."""
    filters = dict(_pair(one) for one in given.filters)
    place = _place_of(given.place) or given.after
    with _client(given) as client:
        for lines, after in client.follow(place, wait=0 if given.once else 25, **filters):
            for change in lines:
                _tell_change(change, given.output)
            sys.stdout.flush()
            if given.place:
                profiles.replace(Path(given.place), after)
            if given.once and not lines:
                break
    return 0


def _place_of(file: str | None) -> str:
    return _text_of(file).strip() if file and Path(file).exists() else ""


def _tell_change(change: Mapping[str, Any], form: str) -> None:
    if form == "table":
        words = (change["at"], change["actor"], change["action"], change["kind"], change["label"])
        output.line(output.printable(" ".join(map(str, words))))
    else:
        output.line(output.as_json(change))


def jobs(given: Namespace) -> int:
    """Bulk edits."""
    wanted = [name for name in ("watch", "start", "cancel", "undo") if getattr(given, name)]
    if given.id is None:
        if wanted:
            raise Misused(f"Which job? --{wanted[0]} goes with an id.")
        with _client(given) as client:
            output.rows(client.list("jobs", sort="-created_at"), given.output, _JOB_COLUMNS)
        return 0
    if len(wanted) > 1:
        raise Misused(f"Either --{wanted[0]} or --{wanted[1]}.")
    with _client(given) as client:
        job = _looked_after(client, given, wanted[0] if wanted else "")
    output.one(job, given.output)
    return 1 if wanted in (["watch"], ["start"]) and job["state"] in {"failed", "cancelled"} else 0


def _looked_after(client: Client, given: Namespace, wanted: str) -> Item:
    match wanted:
        case "cancel":
            return client.do("jobs", given.id, "cancel")
        case "undo":
            return client.do("jobs", given.id, "undo", {"preview": True}, key=str(uuid.uuid4()))
        case "start":
            client.do("jobs", given.id, "start", {"confirm": given.confirm} if given.confirm else {})
        case "":
            return client.get("jobs", given.id)
    return _watched(client, given.id)


def _watched(client: Client, key: int) -> Item:
    """The job when it rests; until then its progress is told."""
    before, job = "", Item()
    for job in client.watch(key):
        progress = f"{job['state']}: {job['done']} of {job['total']}"
        if progress != before:
            output.told(progress)
        before = progress
    return job


def _values(given: Namespace) -> dict[str, Any]:
    """The values of an object: of a file, then those that are named. Misused."""
    values: dict[str, Any] = {}
    if given.file:
        try:
            values = json.loads(_text_of(given.file))
        except ValueError as error:
            raise Misused(f"{given.file} is no JSON: {error}.") from error
        if not isinstance(values, dict):
            raise Misused(f"{given.file} is no JSON object.")
    values |= dict(_typed(one) for one in given.values)
    if not values:
        raise Misused("There are no values: give some as NAME=VALUE, or a --file.")
    return values


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Misused(f"{text} is no NAME=VALUE.")
    return name, value


def _typed(text: str) -> tuple[str, Any]:
    """A name with its text, or with what its JSON says. Misused."""
    name, value = _pair(text)
    if not name.endswith(":"):
        return name, value
    try:
        return name[:-1], json.loads(value)
    except ValueError as error:
        raise Misused(f"{value} of {name[:-1]} is no JSON; a text is given as {name[:-1]}={value}.") from error


def _text_of(file: str) -> str:
    """A file's text, or that of standard input. Misused."""
    try:
        if file == "-":
            content = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise Misused(f"{file} is larger than {_MOST_BYTES // 1024 // 1024} MiB.")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise Misused(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Misused(f"{file} is not UTF-8 (byte {error.start}).") from error
