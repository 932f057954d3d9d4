"""Every page of the web admin beside stock Django's: `python -m bench.pages` (TURNS and ROWS).

A reseller's clerk and a master open each list, form and history of the site and each of its own pages, at 10,000
users and aliases; and each list and form of a stock `ModelAdmin` of the same models: the same rows, the columns that
are fields of ours, Django's own templates. By turns in one run, each in a process of its own, by Django's test client:
without the network, but with everything else. Writes bench/results/pages.md, and fails where a page takes longer than
it may.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

from bench import cluster
from bench.api import BASE, RESULTS, machine
from bench.web import add_changes, environment

TURNS: Final = int(os.environ.get("TURNS", "3"))
REQUESTS: Final = 5
ROWS: Final = int(os.environ.get("ROWS", "10000"))
MOST_MILLISECONDS: Final = 200.0
WHO: Final = {"reseller": "r1", "master": "root"}
STOCK: Final = "/stock/"
# What is no page to look at, or not of one's own: files, answers to scripts, the way out.
_NO_PAGES: Final = {None, "index", "logout", "brand", "jsi18n", "totp_code"}
# Page -> ours or stock -> milliseconds.
Measured = dict[str, dict[str, list[float]]]


def stock_site() -> Any:
    """A site of plain pages for all our models."""
    from django.contrib import admin
    from django.db.models import ForeignKey

    site = admin.AdminSite(name="stock")
    for model, ours in admin.site._registry.items():
        fields = {one.name for one in model._meta.concrete_fields}
        columns = [name for name in ours.list_display if name in fields] or ["__str__"]
        related = [one.name for one in model._meta.concrete_fields if isinstance(one, ForeignKey)]
        options = {
            "list_display": columns,
            "list_select_related": [name for name in columns if name in related] or False,
            "raw_id_fields": related,
            "search_fields": [name for name in columns if name in fields and name not in related],
            "ordering": ["pk"],
        }
        site.register(model, type(f"Stock{model.__name__}", (admin.ModelAdmin,), options))
    return site


def our_pages(who: Any) -> Iterator[tuple[str, str, str]]:
    """Name, address, and the stock page beside it ("" for none) of each of our pages that wants a row or nothing."""
    from django.contrib import admin

    yield "overview", "/admin/", STOCK
    for model in admin.site._registry:
        options = model._meta
        base, words = f"{options.app_label}/{options.model_name}/", str(options.verbose_name_plural)
        yield f"{words}: list", f"/admin/{base}", f"{STOCK}{base}"
        yield f"{words}: new", f"/admin/{base}add/", f"{STOCK}{base}add/"
        # What this person sees, whoever they are.
        rows: Any = model._default_manager
        row = rows.visible_to(who).order_by("pk").first()
        if row is None:
            continue
        for page in ("change", "history", "delete"):
            yield f"{words}: {page}", f"/admin/{base}{row.pk}/{page}/", f"{STOCK}{base}{row.pk}/{page}/"
    yield from ((name, f"/admin/{url}", "") for name, url in _own_pages())


def _own_pages() -> Iterator[tuple[str, str]]:
    """The site's pages that are no model's, and take nothing."""
    from django.contrib import admin
    from django.urls import URLPattern

    from accounts.models import Context

    for pattern in admin.site.get_urls():
        if not isinstance(pattern, URLPattern) or pattern.pattern.converters:
            continue
        if pattern.name not in _NO_PAGES:
            yield str(pattern.name), str(pattern.pattern)
    yield "search: a part of a name", "search?q=user123"
    context = Context.objects.order_by("-pk")[0].pk
    yield "company sheet", f"accounts/context/{context}/sheet"


def child(role: str, kind: str) -> None:
    """Milliseconds of each page, ours or stock, against the database of the environment, as JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from accounts.models import Administrator

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]
    if kind == "stock":
        settings.ROOT_URLCONF = "bench.pages_urls"
        settings.TEMPLATES[0]["DIRS"] = []
    who = Administrator.objects.with_owner().get(login=WHO[role])
    client = Client(raise_request_exception=False)
    client.force_login(who, backend="accounts.login.backends.LoginBackend")
    asked = {name: ours if kind == "ours" else stock for name, ours, stock in our_pages(who)}
    # What is loaded once, and what is no page for this person.
    pages = {name: url for name, url in asked.items() if url and client.get(url).status_code == 200}
    gc.freeze()  # as oxaas.wsgi does
    found: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(REQUESTS):
        for name, url in pages.items():
            start = time.perf_counter()
            client.get(url)
            found[name].append((time.perf_counter() - start) * 1000)
    sys.stdout.write(f"{json.dumps(found)}\n")


def measure(url: str) -> dict[str, Measured]:
    """Both kinds of pages as each role, by turns."""
    found: dict[str, Measured] = {role: {} for role in WHO}
    for _ in range(TURNS):
        for role, kind in product(WHO, ("ours", "stock")):
            command = [sys.executable, "-m", "bench.pages", role, kind]
            told = subprocess.check_output(command, cwd=BASE, env=environment(url), text=True)
            for name, times in json.loads(told.splitlines()[-1]).items():
                found[role].setdefault(name, {}).setdefault(kind, []).extend(times)
    return found


def medians(pages: Measured) -> dict[str, dict[str, float]]:
    """Of each page that is ours: what it takes, and the stock one beside it."""
    return {
        name: {kind: statistics.median(times) for kind, times in kinds.items()}
        for name, kinds in pages.items()
        if "ours" in kinds
    }


def report(found: dict[str, dict[str, dict[str, float]]], load: str) -> str:
    """The tables as Markdown."""
    lines = [
        "# Every page of the web admin, beside stock Django's",
        "",
        f"Written by `python -m bench.pages` on {machine()}",
        f"{ROWS:,} users and aliases, the median of {TURNS} times {REQUESTS} requests, ours and stock by turns.",
        "The stock page is a plain `ModelAdmin` of the same rows, which every role sees whole; where there is none,",
        f"Django has no such page. Load of the machine, before and after: {load}.",
        "",
        "| promise | measured | bound | kept |",
        "|---|---|---|---|",
    ]
    for role, pages in found.items():
        name, slowest = max(((name, kinds["ours"]) for name, kinds in pages.items()), key=lambda one: one[1])
        kept = "yes" if slowest <= MOST_MILLISECONDS else "no"
        lines.append(f"| slowest page as {role} ({name}), ms | {slowest:.0f} | {MOST_MILLISECONDS:.0f} | {kept} |")
    for role, pages in found.items():
        lines += [
            "",
            f"## As {role}",
            "",
            "| page | ours, ms | stock, ms | times | under 200 ms |",
            "|---|---|---|---|---|",
        ]
        lines += [_line(name, kinds) for name, kinds in pages.items()]
    return "\n".join([*lines, ""])


def _line(name: str, kinds: dict[str, float]) -> str:
    ours, stock = kinds["ours"], kinds.get("stock")
    beside = "| - | -" if stock is None else f"| {stock:.0f} | {ours / stock:.1f}"
    return f"| {name} | {ours:.0f} {beside} | {'yes' if ours <= MOST_MILLISECONDS else 'no'} |"


def main() -> int:
    """Build, measure, print, write; whether every page is quick enough."""
    with cluster.running() as server:
        url = cluster.build(server, ROWS)
        add_changes(url)
        # The overview's figures of many rows, as every hour.
        subprocess.run([sys.executable, "manage.py", "figures"], check=True, cwd=BASE, env=environment(url))
        before = os.getloadavg()[0]
        found = {role: medians(pages) for role, pages in measure(url).items()}
    text = report(found, f"{before:.1f} and {os.getloadavg()[0]:.1f}")
    (RESULTS / "pages.md").write_text(text)
    sys.stdout.write(text)
    slow = [kinds for pages in found.values() for kinds in pages.values() if kinds["ours"] > MOST_MILLISECONDS]
    return 1 if slow else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(*sys.argv[1:])
    else:
        sys.exit(main())
