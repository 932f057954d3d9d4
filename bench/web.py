"""What the pages of the web admin cost at any size: `python -m bench.web` (REPEATS: how often; FULL=1: 10 million too).

A master administrator opens first and last pages of the long lists, searches for a part of a name, and looks at the
overview, at 10,000 users and aliases and at 1 million, in turns in one run, each page by Django's test client: without
the network, but with everything else. What counts is the slowest page. Writes bench/results/web.md, and what all
that takes on the disk (`bench.sizes`).
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import closing
from typing import Final

import psycopg2

from bench import cluster, sizes
from bench.api import BASE, RESULTS, SIZES, machine

REPEATS: Final = int(os.environ.get("REPEATS", "3"))
REQUESTS: Final = 5
MOST_TIMES: Final = 4.0
MOST_MILLISECONDS: Final = 300.0
LISTS: Final = {
    "aliases": "/admin/forwards/forwardingalias/",
    "users": "/admin/accounts/user/",
    "contexts": "/admin/accounts/context/",
    "changes": "/admin/changelog/change/",
}
PAGES: Final = {
    "overview": "/admin/",
    **{f"{name}, first page": url for name, url in LISTS.items()},
    **{f"{name}, last page": f"{url}?last=1" for name, url in LISTS.items()},
    "aliases, search: part of a name": f"{LISTS['aliases']}?q=lias123",
    "aliases, search: part of a recipient": f"{LISTS['aliases']}?q=r2.77",
    "aliases, search: what all have": f"{LISTS['aliases']}?q=alias",
    "aliases, search: what none has": f"{LISTS['aliases']}?q=nobody",
    "users, search: part of a name": f"{LISTS['users']}?q=ser123",
    "users, search: part of a phone number": f"{LISTS['users']}?q=0170 000123",
    "changes, search: a name": f"{LISTS['changes']}?q=user123@",
    "search box: part of a name": "/admin/search?q=lias123",
}
_KNOWN: Final = {
    *("id", "at", "actor", "channel", "action", "kind", "key", "label", "after"),
    *("context_id", "context_name", "reseller_id", "user_id"),
}
# One line for each user, made over the last two years.
_CHANGES: Final = """
INSERT INTO changelog_change (at, actor, channel, action, kind, key, label, context_id, context_name, reseller_id,
        user_id, after{columns})
    SELECT now() - interval '730 days' * ((%(rows)s - u.id)::float / %(rows)s), 'r' || c.reseller_id,
        'import', 'create', 'user', u.id, u.uidname, c.id, c.name, c.reseller_id, u.id,
        json_build_object('uidname', u.uidname){values}
    FROM accounts_user u JOIN accounts_context c ON c.id = u.context_id ORDER BY u.id
"""


def add_changes(url: str) -> None:
    """The change log that making the users would have written."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        columns, values = cluster.further(cursor, "changelog_change", _KNOWN, flag="false")
        cursor.execute("SELECT count(*) FROM accounts_user")
        (rows,) = cursor.fetchone()
        with cluster.filling(cursor, "changelog_change"):
            cursor.execute(_CHANGES.format(columns=columns, values=values), {"rows": rows})
        cursor.execute("VACUUM ANALYZE changelog_change")


def environment(url: str) -> dict[str, str]:
    """For a process that imports Django and measures."""
    return cluster.environment(url) | {"DJANGO_SETTINGS_MODULE": "oxaas.settings", "DEBUG": "true"}


def child() -> None:
    """Milliseconds of each page against the database of the environment, as JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from accounts.models import Administrator

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    root = Administrator.objects.get(login="root")
    client.force_login(root, backend="accounts.login.backends.LoginBackend")
    found: dict[str, list[float]] = {name: [] for name in PAGES}
    for one in range(-1, REQUESTS):  # the first time for what is loaded once
        if one == 0:
            gc.freeze()  # as oxaas.wsgi does
        for name, url in PAGES.items():
            start = time.perf_counter()
            answer = client.get(url)
            passed = (time.perf_counter() - start) * 1000
            if answer.status_code != 200:
                sys.exit(f"{url}: {answer.status_code}")
            if one >= 0:
                found[name].append(passed)
    sys.stdout.write(json.dumps(found))


def measure(urls: dict[int, str]) -> dict[tuple[str, int], list[float]]:
    """Milliseconds of each page at each size, the sizes in turns."""
    found: dict[tuple[str, int], list[float]] = {}
    for _ in range(REPEATS):
        for rows, url in urls.items():
            command = [sys.executable, "-m", "bench.web", "child"]
            done = subprocess.run(command, check=True, cwd=BASE, env=environment(url), capture_output=True, text=True)
            for name, times in json.loads(done.stdout).items():
                found.setdefault((name, rows), []).extend(times)
    return found


def report(found: dict[tuple[str, int], list[float]], counts: list[int], load: str) -> str:
    """The tables as Markdown."""
    medians = {key: statistics.median(times) for key, times in found.items()}
    slowest = {rows: max(medians[name, rows] for name in PAGES) for rows in counts}
    lines = [
        "# Pages of the web admin, as master",
        "",
        f"Written by `python -m bench.web` on {machine()}",
        f"{REPEATS} times {REQUESTS} requests for each page, the sizes in turns; a hundredth as many contexts,",
        f"the change log has a line for each user. Load of the machine, before and after: {load}.",
        "",
        "| promise | measured | bound | kept |",
        "|---|---|---|---|",
    ]
    for rows in counts[1:]:
        promises = [
            (
                f"slowest page, {rows:,} against {counts[0]:,} rows, times",
                slowest[rows] / slowest[counts[0]],
                MOST_TIMES,
            ),
            (f"slowest page at {rows:,} rows, ms", slowest[rows], MOST_MILLISECONDS),
        ]
        for name, measured, most in promises:
            lines.append(f"| {name} | {measured:.1f} | {most} | {'yes' if measured <= most else 'no'} |")
    heads = "".join(f" {rows:,} rows, ms | spread |" for rows in counts)
    lines += ["", f"| page |{heads}", "|---|" + "---|---|" * len(counts)]
    for name in PAGES:
        cells = [(medians[name, rows], min(found[name, rows]), max(found[name, rows])) for rows in counts]
        lines.append(f"| {name} |" + "".join(f" {one:.0f} | {least:.0f}-{most:.0f} |" for one, least, most in cells))
    return "\n".join([*lines, ""])


def main() -> None:
    """Build, measure, print, write."""
    with cluster.running() as server:
        urls = {rows: cluster.build(server, rows) for rows in SIZES}
        for url in urls.values():
            add_changes(url)
            # The overview's figures of many rows, as every hour.
            subprocess.run([sys.executable, "manage.py", "figures"], check=True, cwd=BASE, env=environment(url))
        before = os.getloadavg()[0]
        found = measure(urls)
        text = report(found, list(urls), f"{before:.1f} and {os.getloadavg()[0]:.1f}")
        on_disk = sizes.report(urls[max(urls)])
    (RESULTS / "web.md").write_text(text)
    (RESULTS / "sizes.md").write_text(on_disk)
    sys.stdout.write(text)


if __name__ == "__main__":
    child() if sys.argv[1:] == ["child"] else main()
