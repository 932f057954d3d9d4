"""Every page of the web admin costs no more statements with fifty rows of everything than with one.

The pages are those of the site, so a new one is asked for as well; what of it needs a key must say which, below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, reverse

from core.admin.base import ScopedModelAdmin
from tests.web.crowd import CONTEXT, MAKERS, examples, fill
from tests.web.person import Person
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

MANY: Final = 50
# A page that names the first few of something counts the others, where there are others.
SUMS: Final = 1
# What is left out: it ends the session, is nobody's who is logged in, or is a button that asks for one thing alone.
NOT_ASKED: Final = {
    *("logout", "password_link", "people_columns", "app_list"),
    *("bulk_undo_batch", "bulk_undo_change", "reseller_resume", "context_resume"),
    *("domains_proof", "webhooks_step", "webhooks_again"),
}
# What finds something in the crowd.
QUERIES: Final = {"search": "?q=many", "resolve": "?address=sales@acme.example", "people": f"?context={CONTEXT}"}


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """All routes of the site, at any depth."""
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns)
        elif one.name and one.name not in NOT_ASKED:
            yield one


def keys(world: World) -> dict[str, Any]:
    """What the site's own pages want in their address, and each model's rows."""
    rows = examples(world)
    found: dict[str, Any] = {f"{model._meta.app_label}_{model._meta.model_name}": rows[model] for model in rows}
    administrator = found["accounts_administrator"]
    return found | {
        "company_sheet": CONTEXT,
        "user_mail": found["accounts_user"],
        "administrator_password": administrator,
        "help_page": "users",
    }


def address(pattern: URLPattern, known: dict[str, Any]) -> str:
    """Where the page is. A page of a model's row is named by the model and what it is."""
    name = str(pattern.name)
    converters = pattern.pattern.converters
    values = {"format": "csv", "form": "csv", "name": "users"}
    key = next((known[one] for one in sorted(known, key=len, reverse=True) if name.startswith(one)), None)
    arguments = {one: values.get(one, key) for one in converters}
    assert None not in arguments.values(), f"say in `keys` what {name} is asked with"
    return reverse(f"admin:{name}", kwargs=arguments) + QUERIES.get(name, "")


def counted(person: Person, urls: list[str]) -> dict[str, int]:
    """Statements of each page. What is no page, such as a button's address, has none."""
    found = {}
    for url in urls:
        with CaptureQueriesContext(connection) as captured:
            answer: Any = person.client.get(url)
            if answer.streaming:
                list(answer.streaming_content)
        if answer.status_code == 200:
            found[url] = len(captured)
    return found


def test_pages__statements_do_not_grow_with_the_rows(
    world: World, alpha: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A list of more than a page counts its rows.
    monkeypatch.setattr(ScopedModelAdmin, "list_per_page", 10 * MANY)
    assert set(MAKERS) == set(admin.site._registry)
    fill(world, range(1))
    known = keys(world)
    urls = [address(pattern, known) for pattern in patterns(admin.site.get_urls())]
    one = counted(alpha, urls)
    assert len(one) >= 5 * len(MAKERS)
    fill(world, range(1, MANY))
    many = counted(alpha, urls)
    assert set(many) == set(one)
    assert {url: (one[url], many[url]) for url in urls if url in one and many[url] > one[url] + SUMS} == {}
