"""Requests that no browser sends, at the web admin's door."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.spreadsheets import MAX_FILE

pytestmark = pytest.mark.django_db
_FORM = 1024 * 1024


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/accounts/user/import", "/admin/", "/nowhere"])
def test_body__that_is_larger_than_any_import_is_not_read(client: Client, path: str) -> None:
    """Nobody needs a login to have a file written to disk: that its form has a token is seen after reading it."""

    def sent(length: int) -> Any:
        return client.generic("POST", path, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=str(length))

    answer = sent(MAX_FILE + _FORM + 1)
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "text/plain; charset=utf-8")
    assert b"more than can be sent" in answer.content
    assert client.generic("GET", "/admin/login/", b"", CONTENT_LENGTH=str(MAX_FILE + _FORM)).status_code == 200


def test_body__of_the_api_is_refused_in_its_own_words(client: Client) -> None:
    path = "/api/oxaas/v1/admin/forwards/24/a@acme.example"
    answer = client.generic("POST", path, b"", "application/json", CONTENT_LENGTH=str(2 * MAX_FILE))
    assert answer.status_code == 403
    assert "error" in answer.json()


@pytest.mark.parametrize("key", [r'"\000\000\000\000\000\000\000\000"', "../../etc/passwd", "x" * 5000, "ä" * 20, '""'])
def test_session__a_key_that_is_none_is_a_visitor(client: Client, key: str) -> None:
    """A cookie in quotes may hold any character, also NUL, which PostgreSQL takes for a mistake of the program."""
    answer = client.get("/admin/", headers={"cookie": f"sessionid={key}"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/login/?next=/admin/")


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/nowhere/"])
def test_page__runs_nothing_inline_and_is_framed_by_nobody(client: Client, path: str) -> None:
    headers = client.get(path, follow=True).headers
    policy = headers["Content-Security-Policy"]
    for directive in ("default-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "object-src 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert headers["Referrer-Policy"] == "same-origin"
