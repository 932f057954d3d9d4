"""Exports are whole before their first byte is sent: their length is known, and a failure is an answer of its own."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.db import OperationalError
from django.test import Client
from openpyxl import load_workbook

from core import whole
from core.tables import TableResource
from tests.web.conftest import Login

pytestmark = pytest.mark.django_db

URL: Final = "/admin/forwards/forwardingalias/export/"
FORMS: Final = ("csv", "xlsx")


def body(answer: Any) -> bytes:
    """What is sent, to its end."""
    return b"".join(answer)


def get(client: Client, form: str, **headers: str) -> Any:
    return client.get(f"{URL}{form}", headers=headers)


@pytest.fixture(params=[False, True], ids=["in memory", "on disk"])
def spooled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the answer waits on the disk."""
    if request.param:
        monkeypatch.setattr(whole, "IN_MEMORY", 10)
    return bool(request.param)


@pytest.mark.parametrize("form", FORMS)
def test_export__has_its_length_and_name(logged_in: Login, spooled: bool, form: str) -> None:
    answer = get(logged_in("alpha"), form)

    assert answer.status_code == 200
    assert answer.streaming is spooled
    assert int(answer["Content-Length"]) == len(body(answer))
    assert answer["Content-Disposition"] == f'attachment; filename="forwards.{form}"'


def test_export__csv_is_compressed_where_that_is_accepted(logged_in: Login, spooled: bool) -> None:
    client = logged_in("alpha")
    plain, packed = get(client, "csv"), get(client, "csv", accept_encoding="br, gzip")

    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain["Vary"]
    assert "Accept-Encoding" in packed["Vary"]
    content = body(packed)
    assert int(packed["Content-Length"]) == len(content)
    assert gzip.decompress(content) == body(plain)


def test_export__xlsx_is_a_zip_and_not_compressed_again(logged_in: Login, spooled: bool) -> None:
    answer = get(logged_in("alpha"), "xlsx", accept_encoding="gzip")

    assert "Content-Encoding" not in answer
    (sheet,) = load_workbook(io.BytesIO(body(answer))).worksheets
    assert sheet["B2"].value == "sales@acme.example"


@pytest.mark.parametrize("form", FORMS)
def test_export__head_has_the_length_and_no_body(logged_in: Login, spooled: bool, form: str) -> None:
    client = logged_in("alpha")
    head = client.head(f"{URL}{form}")

    assert head.status_code == 200
    assert body(head) == b""
    # An XLSX file says when it was made, in as many bytes as any other.
    assert head["Content-Length"] == str(len(body(get(client, form))))


@pytest.mark.parametrize("form", FORMS)
def test_export__that_fails_on_the_way_is_503_and_never_half_of_it(
    logged_in: Login, spooled: bool, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table: Callable[..., Any] = TableResource.table

    def failing(self: TableResource, rows: Any) -> Any:
        cells = table(self, rows)
        yield next(cells)
        yield next(cells)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(TableResource, "table", failing)
    answer = get(logged_in("alpha"), form)

    assert answer.status_code == 503
    assert "sales@acme.example" not in answer.content.decode()
    assert "Content-Disposition" not in answer


def test_export__its_bytes_are_utf_8_with_a_mark(logged_in: Login) -> None:
    content = body(get(logged_in("alpha"), "csv"))

    assert content.startswith(b"\xef\xbb\xbfcontext,alias,recipients")
    assert len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) > 1
