"""Who is near the quota: used bytes and their part of the quota in the list of users, sortable, and in exports."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.admin.templatetags.admin_list import result_headers
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from accounts.services.users import create_user
from core.admin.base import ScopedModelAdmin
from mailstats.models import MailboxUse
from tests.web.person import Person, page
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

GIB = 1024**3


@pytest.fixture(autouse=True)
def measured(world: World) -> None:
    """Five mailboxes: full to 25, 90 and 150 per cent, without a quota, and never measured."""
    for number, (name, quota, used) in enumerate(
        [("low", 4 * GIB, GIB), ("high", 10 * GIB, 9 * GIB), ("over", 2 * GIB, 3 * GIB), ("free", None, 2 * GIB)], 60
    ):
        user = create_user(
            actor=OPERATOR, context=world.contexts[24], number=number, uidname=f"{name}@acme.example", quota=quota
        )
        MailboxUse.objects.create(user=user, bytes=used, messages=7)


def shown(person: Person, order: str = "") -> list[tuple[str, str]]:
    """Names and cells of the context's users in the order of the list."""
    query = {"context__id__exact": "24", **({"o": order} if order else {})}
    rows = person.get(page(User), **query).context["cl"].result_list
    admin = person.get(page(User)).context["cl"].model_admin
    return [(row.uidname.partition("@")[0], admin.use_column(row)) for row in rows]


def test_list__shows_bytes_and_part(alpha: Person) -> None:
    assert dict(shown(alpha)) == {
        "johndoe": "1 MB",
        "low": "25 % of 4 GB",
        "high": "90 % of 10 GB",
        "over": "150 % of 2 GB",
        "free": "2 GB / unlimited",
    }


@pytest.mark.parametrize(("order", "first"), [("5", ["low", "high", "over"]), ("-5", ["over", "high", "low"])])
def test_list__is_sorted_by_the_part(alpha: Person, order: str, first: list[str]) -> None:
    rows = shown(alpha, order)
    assert [name for name, used in rows if "%" in used] == first
    # Of two there is no part: they are no fuller than the emptiest, on every database.
    least = [name for name, _used in (rows if order == "5" else rows[::-1])[:2]]
    assert set(least) == {"johndoe", "free"}


def test_list__first_click_shows_the_fullest(alpha: Person) -> None:
    def heading(order: str) -> str:
        return next(
            str(header["url_toggle" if header["sorted"] else "url_primary"])
            for header in result_headers(alpha.get(page(User), **({"o": order} if order else {})).context["cl"])
            if header["text"] == "mail quota"
        )

    assert heading("") == "?o=-5"
    assert heading("-5") == "?o=5"
    assert heading("5") == "?o=-5"


def test_list__pages_walk_through_it_by_the_part(alpha: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScopedModelAdmin, "list_per_page", 2)
    seen, url = [], f"{page(User)}?o=-5&context__id__exact=24"
    while url:
        changes = alpha.get(url).context["cl"]
        seen += [row.uidname.partition("@")[0] for row in changes.result_list]
        url = f"{page(User)}{changes.next_url}" if changes.next_url else ""
    assert sorted(seen) == ["free", "high", "johndoe", "low", "over"]
    assert [name for name in seen if name in {"low", "high", "over"}] == ["over", "high", "low"]


def exported(person: Person) -> bytes:
    answer: Any = person.get(f"{page(User)}export/csv?context__id__exact=24")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_export__has_both_and_an_import_passes_over_them(alpha: Person) -> None:
    content = exported(alpha)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    figures = {row["uidname"].partition("@")[0]: (row["used"], row["used_percent"]) for row in rows}
    assert figures == {
        "johndoe": ("", ""),
        "low": (str(GIB), "25"),
        "high": (str(9 * GIB), "90"),
        "over": (str(3 * GIB), "150"),
        "free": (str(2 * GIB), ""),
    }
    file = SimpleUploadedFile("users.csv", content.replace(b",25", b",99"))
    answer = alpha.client.post(f"{page(User)}import", {"file": file}, follow=True)
    job = answer.context["job"]
    assert (job.total, job.unchanged) == (5, 5)
