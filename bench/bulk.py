"""What bulk work costs beside hand-written SQL for the same rows: `python -m bench.bulk`.

On a PostgreSQL of its own: an import of aliases (preview and run), a recipient replaced in each of them, their
deletion and the undoing of both, `provision` of 10,000 aliases. The SQL writes the same rows, change lines included,
from a table that COPY filled. Each in the same run, one after the other.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg2

from bench import cluster
from bench.api import machine

ROWS: Final = int(os.environ.get("ROWS", "100000"))
DECLARED: Final = 10_000
RESULTS: Final = Path(__file__).parent / "results" / "bulk.md"
# At least so many rows a second of those that the SQL writes, and the aim.
WANTED: Final = {
    "import, run": (0.25, 0.5),
    "replace a recipient": (0.15, 0.4),
    "delete": (0.15, 0.4),
    "undo the deletion": (0.15, 0.4),
    "undo the replacement": (0.15, 0.4),
}
_CHANGE: Final = """
INSERT INTO changelog_change (at, actor, administrator_id, channel, action, kind, key, label, context_id, context_name,
    reseller_id, reseller_parent_id, user_id, before, after, batch{more})
SELECT now(), 'r1', 1, 'web', %(action)s, 'forward', a.id, a.address, a.context_id, 'bench_c10', 1, NULL, NULL,
    {before}, {after}, %(batch)s{values}
"""
_NEW: Final = """jsonb_build_object('alias', a.address, 'is_active', a.is_active, 'recipients',
    (SELECT jsonb_agg(r.address ORDER BY r.id) FROM forwards_recipient r WHERE r.alias_id = a.id))"""


def main() -> int:
    """Measure, write the table, and say whether a ratio is too small."""
    with cluster.running() as server, tempfile.TemporaryDirectory() as folder:
        url = cluster.build(server, 10_000)
        os.environ.update(cluster.environment(url), DJANGO_SETTINGS_MODULE="oxaas.settings", HOME=folder)
        import django

        django.setup()
        from bulk.management.commands.worker import settle

        settle()
        figures = _product() | {"provision": _provision()}
        by_hand = _by_hand(url)
    lines = [
        "| work | rows | product, rows a second | by hand | ratio | at least | aim |",
        "|---|---|---|---|---|---|---|",
    ]
    missed = []
    for name, seconds in figures.items():
        rows = DECLARED if name == "provision" else ROWS
        least, aim = WANTED.get(name, (None, None))
        other = by_hand.get(name)
        ratio = None if other is None else other / seconds
        if ratio is not None and least is not None and ratio < least:
            missed.append(name)
        shown = [name, f"{rows:,}", f"{rows / seconds:,.0f}", f"{rows / other:,.0f}" if other else ""]
        shown += [f"{ratio:.2f}" if ratio else "", str(least or ""), str(aim or "")]
        lines.append(f"| {' | '.join(shown)} |")
    RESULTS.write_text("\n".join(["# Bulk work beside hand-written SQL", "", *lines, "", machine(), ""]))
    print("\n".join(lines))
    print(f"too slow: {', '.join(missed)}" if missed else "all within what is wanted")
    return 1 if missed else 0


def _product() -> dict[str, float]:
    """Seconds for each piece of work, done as a reseller does it in the web admin."""
    from accounts.models import Administrator
    from changelog.models import Change
    from forwards.models import ForwardingAlias

    root: Any = Administrator.objects.with_owner().get(login="root")
    made = ForwardingAlias.objects.filter(address__startswith="new")
    figures = _import(root)
    replaced = {"old": "a1@far.example", "new": "c@far.example"}
    # The same recipient in each, so that one edit meets all.
    _same_recipient()
    figures |= _job(root, "forwards.replace_recipient", made, "replace a recipient", **replaced)
    batch = Change.objects.latest("pk").batch
    figures |= _job(root, "changes.undo", Change.objects.filter(batch=batch), "undo the replacement")
    figures |= _job(root, "forwards.delete", made, "delete")
    batch = Change.objects.latest("pk").batch
    figures |= _job(root, "changes.undo", Change.objects.filter(batch=batch), "undo the deletion")
    return figures


def _same_recipient() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE forwards_recipient SET address = 'a1@far.example', normalized = 'a1@far.example'"
            " WHERE address LIKE 'a%%@far.example'"
        )
        cursor.execute("VACUUM ANALYZE forwards_recipient")


def upload_of_aliases(administrator: Any, name: str, rows: int) -> Any:
    """The job of a file with so many new aliases in context 10, each with two recipients; nothing of it is read yet."""
    from bulk import edits, jobs

    lines = (f'10,{name}{n}@d10.example,"a{n}@far.example, b{n}@far.example"\n' for n in range(rows))
    return jobs.create_upload_job(
        administrator=administrator,
        edit=edits.edit_named("import.forwards"),
        params={"file": "x.csv", "skip_bad": True},
        name="x.csv",
        file=io.BytesIO("".join(["context,alias,recipients\n", *lines]).encode()),
        language="en",
    )


def _import(administrator: Any) -> dict[str, float]:
    """A file of new aliases, each with two recipients: read, previewed and run."""
    job = upload_of_aliases(administrator, "new", ROWS)
    reading = _seconds(lambda: _finish(job.pk))
    return {
        "import, reading the file": reading,
        **_both(administrator, job, "import.forwards", "import, run", "import"),
    }


def _job(administrator: Any, edit: str, chosen: Any, name: str, **params: Any) -> dict[str, float]:
    """Preview and run of an edit of rows."""
    from bulk import edits, jobs

    job = jobs.create_job(
        administrator=administrator, edit=edits.edit_named(edit), params=params, chosen=chosen, language="en"
    )
    return _both(administrator, job, edit, name, name)


def _both(administrator: Any, job: Any, edit: str, run_name: str, name: str) -> dict[str, float]:
    """Preview and run; the preview under a name of its own."""
    from bulk import jobs

    preview = _seconds(lambda: _finish(job.pk))
    job.refresh_from_db()
    jobs.start_job(administrator=administrator, job=job, typed=str(job.changed))
    run = _seconds(lambda: _finish(job.pk))
    job.refresh_from_db()
    if (job.state, job.changed) != ("done", ROWS):
        raise SystemExit(f"{edit}: {job.state}, {job.changed} changed, {job.refused} refused: {job.note}")
    return {f"{name}, preview": preview, run_name: run}


def _finish(key: int) -> None:
    from bulk.batches import advance
    from bulk.reading import Desk

    desk = Desk()
    while advance(key, desk):
        pass


def _provision() -> float:
    from accounts.provision.run import provision
    from core.actor import Actor, Channel

    forwards = [
        {"context": 11, "alias": f"declared{n}@d11.example", "recipients": [f"a{n}@far.example", f"b{n}@far.example"]}
        for n in range(DECLARED)
    ]
    return _seconds(lambda: provision({"forwards": forwards}, actor=Actor(None, Channel.PROVISION)))


def _by_hand(url: str) -> dict[str, float]:
    """Seconds for the same rows in SQL."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        known = set(re.findall(r"\w+", _CHANGE.split("(", 1)[1].split("{", 1)[0])) | {"id"}
        columns, values = cluster.further(cursor, "changelog_change", known, flag="false")
        extra = {"more": columns, "values": values}
    steps: dict[str, Callable[[Any], None]] = {
        "import, run": lambda cursor: _import_by_hand(cursor, extra),
        "replace a recipient": lambda cursor: _replace_by_hand(cursor, extra, "h@far.example", "c@far.example"),
        "undo the replacement": lambda cursor: _replace_by_hand(cursor, extra, "c@far.example", "h@far.example"),
        "delete": lambda cursor: _delete_by_hand(cursor, extra),
        "undo the deletion": lambda cursor: _import_by_hand(cursor, extra),
    }
    found = {}
    for name, step in steps.items():
        found[name] = _seconds(partial(_in_a_transaction, url, step))
    return found


def _in_a_transaction(url: str, step: Callable[[Any], None]) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        step(cursor)


def _import_by_hand(cursor: Any, extra: dict[str, str]) -> None:
    cursor.execute("CREATE TEMP TABLE lines (alias text, first text, second text) ON COMMIT DROP")
    text = "".join(f"hand{n}@d12.example\th@far.example\tb{n}@far.example\n" for n in range(ROWS))
    cursor.copy_expert("COPY lines FROM STDIN", io.StringIO(text))
    cursor.execute(
        "INSERT INTO forwards_forwardingalias (context_id, address, normalized, domain, is_active)"
        " SELECT 12, alias, alias, 'd12.example', true FROM lines"
    )
    cursor.execute(
        "INSERT INTO forwards_recipient (alias_id, address, normalized, domain)"
        " SELECT a.id, one, one, 'far.example' FROM lines JOIN forwards_forwardingalias a ON a.normalized = alias,"
        " unnest(ARRAY[first, second]) AS one"
    )
    statement = _CHANGE.format(before="NULL", after=_NEW, **extra)
    cursor.execute(f"{statement} FROM forwards_forwardingalias a WHERE a.context_id = 12", _line("create"))


def _replace_by_hand(cursor: Any, extra: dict[str, str], old: str, new: str) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE was ON COMMIT DROP AS SELECT a.id, {_NEW} AS state FROM forwards_forwardingalias a"
        " WHERE a.context_id = 12"
    )
    cursor.execute(
        "DELETE FROM forwards_recipient r USING forwards_forwardingalias a WHERE a.id = r.alias_id"
        " AND a.context_id = 12 AND r.normalized = %s",
        [old],
    )
    cursor.execute(
        "INSERT INTO forwards_recipient (alias_id, address, normalized, domain)"
        " SELECT id, %s, %s, 'far.example' FROM forwards_forwardingalias WHERE context_id = 12",
        [new, new],
    )
    statement = _CHANGE.format(before="was.state", after=_NEW, **extra)
    cursor.execute(f"{statement} FROM forwards_forwardingalias a JOIN was ON was.id = a.id", _line("update"))


def _delete_by_hand(cursor: Any, extra: dict[str, str]) -> None:
    statement = _CHANGE.format(before=_NEW, after="NULL", **extra)
    cursor.execute(f"{statement} FROM forwards_forwardingalias a WHERE a.context_id = 12", _line("delete"))
    cursor.execute(
        "DELETE FROM forwards_recipient r USING forwards_forwardingalias a"
        " WHERE a.id = r.alias_id AND a.context_id = 12"
    )
    cursor.execute("DELETE FROM forwards_forwardingalias WHERE context_id = 12")


def _line(action: str) -> dict[str, Any]:
    return {"action": action, "batch": "00000000-0000-4000-8000-000000000000"}


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
