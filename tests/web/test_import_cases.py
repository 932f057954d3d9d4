"""Files as people have them: what a cell says, what it does not say, and that nothing goes that was not asked for."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from accounts.imports import lines as imports
from accounts.models import Context, User
from accounts.services.users import create_user
from bulk.models import BulkJob, ImportLine
from core import xlsx
from core.addresses import split_addresses
from core.errors import Invalid
from core.sizes import parse_size
from core.spreadsheets import DayCell, NoValue, csv_lines, read_table, write_xlsx
from core.xlsx_cells import BEGINNING, BEGINNING_1904, counted_day
from forwards.models import ForwardingAlias
from tests.web.conftest import Login
from tests.web.test_spreadsheets import rows_of, sheet
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/import"
CONTEXTS = "/admin/accounts/context/import"
ALIASES = "/admin/forwards/forwardingalias/import"


def posted(client: Client, url: str, content: str | bytes, name: str = "file.csv", **ticked: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(url, {"file": SimpleUploadedFile(name, raw), **ticked}, follow=True)


def previewed(client: Client, url: str, content: str | bytes, name: str = "file.csv") -> list[tuple[str, str, str]]:
    page = posted(client, url, content, name)
    assert "job" in page.context, page.context["form"].errors
    return list(page.context["job"].items.order_by("position").values_list("label", "outcome", "detail"))


def started(client: Client) -> None:
    job = BulkJob.objects.latest("pk")
    client.post(f"/admin/bulk/bulkjob/{job.pk}/start/", {"count": str(job.changed)})


@pytest.fixture
def full(world: World) -> User:
    """A user with all that an import could remove."""
    return create_user(
        actor=OPERATOR,
        context=world.contexts[24],
        number=4,
        uidname="four@acme.example",
        msisdn="+44 7700 900150",
        custom=["a", "-"],
        quota=2**30,
    )


def state(user: User) -> tuple[Any, ...]:
    user.refresh_from_db()
    return user.msisdn, user.quota, sorted(user.custom_ids.values_list("value", flat=True)), user.is_active


@pytest.mark.parametrize(
    "lines",
    [
        "context,id,msisdn,quota\n24,4,+44 7700 900150,\n",
        "context,id,quota,msisdn,custom\n24,4\n",
        "context,id,quota,msisdn,custom,is_active,uidname\n24,4, ,\u00a0,,,\n",
    ],
)
def test_import__an_empty_or_missing_cell_leaves_things_as_they_are(logged_in: Login, full: User, lines: str) -> None:
    before = state(full)
    assert [outcome for _label, outcome, _detail in previewed(logged_in("alpha"), USERS, lines)] == ["unchanged"]
    assert state(full) == before


def test_import__an_empty_limit_of_a_context_stays(world: World, logged_in: Login) -> None:
    Context.objects.filter(pk=24).update(max_user=9, quota=2**31)
    client = logged_in("alpha")
    assert previewed(client, CONTEXTS, "id,max_user,quota\n24,\n")[0][1] == "unchanged"
    assert previewed(client, CONTEXTS, "id,max_user,quota\n24,-,-\n")[0][1:] == (
        "changed",
        "quota: 2 GB → unlimited, max_user: 9 → —",
    )


def test_import__the_word_removes(logged_in: Login, full: User) -> None:
    client = logged_in("alpha")
    [(_label, outcome, detail)] = previewed(client, USERS, "context,id,msisdn,quota,custom\n24,4,-, - ,-\n")
    assert (outcome, "quota: 1 GB → unlimited" in detail, "custom: a, - → —" in detail) == ("changed", True, True)
    started(client)
    assert state(full) == (None, None, [], True)


@pytest.mark.parametrize(("url", "heads"), [(USERS, "context,id,uidname"), (ALIASES, "context,alias,recipients")])
def test_import__what_must_be_there_cannot_be_removed(logged_in: Login, full: User, url: str, heads: str) -> None:
    key = "4" if url == USERS else "x@acme.example"
    [(_label, outcome, detail)] = previewed(logged_in("alpha"), url, f"{heads}\n24,{key},-\n")
    assert (outcome, "cannot be removed" in detail) == ("refused", True)


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ('<c r="C2"><f>CONCATENATE("+44","77")</f><v/></c>', "the cell holds a formula without a value"),
        ('<c r="C2"><f>B2</f></c>', "the cell holds a formula without a value"),
        ('<c r="C2" t="e"><v>#REF!</v></c>', "the error #REF!"),
        ('<c r="C2" t="d"><v>2026-01-01</v></c>', "a date"),
        ('<c r="C2" t="b"><v>1</v></c>', "true or false, not text"),
        ('<c r="C2"><v>4477009001501234</v></c>', "more than 15 digits"),
        ('<c r="C2"><v>1e400</v></c>', "more than 15 digits"),
        ('<c r="C2"><v>4.477009E+11</v></c>', "is not a phone number"),
        ('<c r="C2" t="str"><v>#N/A</v></c>', "the error #N/A"),
        ('<c r="C2" t="str"><v>4,477E+11</v></c>', "shortened"),
        ('<c r="C2" t="str"><v>####</v></c>', "the error ####"),
    ],
)
def test_import__a_cell_that_holds_no_value_refuses_its_line(
    logged_in: Login, full: User, cell: str, word: str
) -> None:
    heads = "".join(f'<c t="inlineStr"><is><t>{head}</t></is></c>' for head in ("context", "id", "msisdn"))
    rows = f'<row r="1">{heads}</row><row r="2"><c><v>24</v></c><c><v>4</v></c>{cell}</row>'
    before = state(full)
    [(label, outcome, detail)] = previewed(logged_in("alpha"), USERS, sheet(rows), "x.xlsx")
    assert (outcome, label[:2], word in detail) == ("refused", "2:", True), detail
    assert state(full) == before


def test_xlsx__dates_and_times_are_no_values() -> None:
    book = Workbook()
    book.active.append([date(2026, 1, 1), time(1, 2), timedelta(hours=30), 2.5, 8.0, True])
    content = io.BytesIO()
    book.save(content)
    [(_number, cells)] = rows_of("x.xlsx", content.getvalue())
    assert [isinstance(cell, NoValue) for cell in cells] == [True] * 3 + [False] * 3
    assert cells[3:] == ["2.5", "8", "true"]
    assert [isinstance(cell, DayCell) for cell in cells] == [True] + [False] * 5


def of_days(rows: list[list[Any]], *, epoch: datetime = WINDOWS_EPOCH, form: str = "") -> bytes:
    """A workbook with these cells; `form` is how those of days are shown."""
    book = Workbook()
    book.epoch = epoch
    for row in rows:
        book.active.append(row)
    for cell in book.active["C"]:
        if form and cell.is_date:
            cell.number_format = form
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("epoch", [WINDOWS_EPOCH, MAC_EPOCH])
@pytest.mark.parametrize(
    ("day", "form"),
    [
        (date(2027, 12, 31), ""),
        (datetime(2027, 12, 31, 23, 59, 59), ""),  # noqa: DTZ001  (spreadsheets know no zones)
        (date(2027, 12, 31), "dd.mm.yyyy"),
        (date(2027, 12, 31), '[$-407]d. mmmm yyyy "h";@'),
        (datetime(2027, 12, 31, 8), "yyyy-mm-dd hh:mm"),  # noqa: DTZ001  (spreadsheets know no zones)
    ],
)
def test_import__a_date_is_a_day_of_expiry(
    world: World, logged_in: Login, day: date, form: str, epoch: datetime
) -> None:
    alias = ForwardingAlias.objects.get(address="sales@acme.example")
    client = logged_in("alpha")
    content = of_days([["context", "alias", "expires_on"], [24, alias.address, day]], epoch=epoch, form=form)
    [(_label, outcome, detail)] = previewed(client, ALIASES, content, "x.xlsx")
    assert (outcome, "2027-12-31" in detail) == ("changed", True), detail
    started(client)
    alias.refresh_from_db()
    assert alias.expires_on == date(2027, 12, 31)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="C2" t="d"><v>2027-13-31</v></c>',
        '<c r="C2" t="d"><v>noon</v></c>',
        '<c r="C2" t="b"><v>1</v></c>',
        '<c r="C2"><v>46752</v></c>',
    ],
)
def test_import__what_is_no_day_is_no_day_of_expiry(world: World, logged_in: Login, cell: str) -> None:
    heads = "".join(f'<c t="inlineStr"><is><t>{head}</t></is></c>' for head in ("context", "alias", "expires_on"))
    alias = '<c t="inlineStr"><is><t>sales@acme.example</t></is></c>'
    rows = f'<row r="1">{heads}</row><row r="2"><c><v>24</v></c>{alias}{cell}</row>'
    [(_label, outcome, _detail)] = previewed(logged_in("alpha"), ALIASES, sheet(rows), "x.xlsx")
    assert outcome == "refused"


def test_import__a_time_is_no_day_and_a_day_no_phone_number(world: World, logged_in: Login, full: User) -> None:
    client, heads = logged_in("alpha"), ["context", "alias", "expires_on"]
    for wrong in (time(8, 30), timedelta(hours=30)):
        content = of_days([heads, [24, "sales@acme.example", wrong]])
        [(_label, outcome, detail)] = previewed(client, ALIASES, content, "x.xlsx")
        assert (outcome, "a date or a time" in detail) == ("refused", True)
    content = of_days([["context", "id", "msisdn"], [24, 4, date(2027, 12, 31)]])
    [(_label, outcome, detail)] = previewed(client, USERS, content, "x.xlsx")
    assert (outcome, "msisdn: the cell holds a date or a time." in detail) == ("refused", True)


def test_import__a_bad_line_is_given_back_with_its_day(world: World, logged_in: Login) -> None:
    content = of_days([["context", "alias", "expires_on"], ["x", "sales@acme.example", date(2027, 12, 31)]])
    previewed(logged_in("alpha"), ALIASES, content, "x.xlsx")
    assert ImportLine.objects.latest("pk").cells == ["x", "sales@acme.example", "2027-12-31"]


@pytest.mark.parametrize(
    ("number", "beginning", "day"),
    [
        (61.0, BEGINNING, "1900-03-01"),
        (46752.999, BEGINNING, "2027-12-31"),
        (0.0, BEGINNING_1904, "1904-01-01"),
        (60.0, BEGINNING, None),
        (0.5, BEGINNING, None),
        (-1.0, BEGINNING_1904, None),
        (1e12, BEGINNING, None),
        (float("nan"), BEGINNING, None),
        (float("inf"), BEGINNING_1904, None),
    ],
)
def test_day_of_a_number__is_what_a_spreadsheet_shows(number: float, beginning: date, day: str | None) -> None:
    cell = counted_day(number, beginning)
    assert (cell.day if isinstance(cell, DayCell) else None) == day


@pytest.mark.parametrize(
    "content",
    [
        "sep=,\r\ncontext,alias,recipients\r\n24,s@acme.example,x@agency.example\r\n",
        "\ufeffsep=;\r\ncontext;alias;recipients\r\n24;s@acme.example;x@agency.example\r\n",
    ],
)
def test_import__the_line_of_the_delimiter_is_skipped(logged_in: Login, content: str) -> None:
    assert [row[:2] for row in previewed(logged_in("alpha"), ALIASES, content)] == [
        ("3: 24 s@acme.example x@agency.example", "changed")
    ]


def test_import__lines_are_numbered_as_a_spreadsheet_does(logged_in: Login) -> None:
    """Blank rows count, and so do the lines of a cell with several."""
    lines = (
        "context,alias,recipients\r\n24,a@acme.example,x@agency.example\r\n,,\r\n\r\n24,not an address,x@y.example\r\n"
    )
    lines += '24,b@acme.example,"x@agency.example\ny@agency.example"\r\n24,b@acme.example,z@agency.example\r\n'
    rows = previewed(logged_in("alpha"), ALIASES, lines)
    assert [label.partition(":")[0] for label, _outcome, _detail in rows] == ["2", "5", "6", "8"]
    assert "line 6" in rows[3][2]
    book = '<row r="1"><c><v>1</v></c></row><row r="2"><c t="inlineStr"><is><t>\u00a0</t></is></c></row>'
    assert [number for number, _cells in rows_of("x.xlsx", sheet(f'{book}<row r="7"><c><v>2</v></c></row>'))] == [1, 7]


def test_import__cells_are_trimmed(logged_in: Login) -> None:
    lines = "context,alias,recipients\n24 , one@acme.example ,x@agency.example \n"
    lines += "24\u00a0,\u2003two@acme.example\u00a0 ,x@agency.example\n"
    rows = previewed(logged_in("alpha"), ALIASES, lines)
    assert [(outcome, detail.split(",")[0]) for _label, outcome, detail in rows] == [
        ("changed", "new: alias: one@acme.example"),
        ("changed", "new: alias: two@acme.example"),
    ]
    lines = "context,id,uidname,msisdn\n24,9401, sp3@acme.example , +44 7700 900777 \n"
    assert previewed(logged_in("alpha"), USERS, lines)[0][1] == "changed"


@pytest.mark.parametrize(
    ("codec", "shown"), [("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("cp1252", "Windows-1252")]
)
def test_import__the_encoding_that_was_assumed_is_said(logged_in: Login, codec: str, shown: str) -> None:
    page = posted(logged_in("alpha"), USERS, "context,id,uidname\n24,8,zoë@acme.example\n".encode(codec))
    assert f"read as {shown}" in page.content.decode()
    assert "uidname: zoë@acme.example" in page.context["job"].items.get().detail


def test_import__unknown_heads_are_named(logged_in: Login) -> None:
    page = posted(logged_in("alpha"), USERS, "context,id,e-mail\n24,8,x\n")
    assert "“e-mail”" in str(page.context["form"].errors["file"])


def test_import__recipients_as_people_write_them(logged_in: Login) -> None:
    client = logged_in("alpha")
    lines = 'context,alias,recipients\n24,c@acme.example,"x@agency.example, Anna <y@agency.example>"\n'
    assert "recipients: x@agency.example, y@agency.example" in previewed(client, ALIASES, lines)[0][2]
    started(client)
    assert ForwardingAlias.objects.get(address="c@acme.example").recipients.count() == 2


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("a@x.de, b@x.de;c@x.de d@x.de\ne@x.de", ["a@x.de", "b@x.de", "c@x.de", "d@x.de", "e@x.de"]),
        ('Anna <a@x.de>; "Hart, Amelia" <b@x.de>', ["a@x.de", "b@x.de"]),
        ("Anna Hart <a@x.de> Bob <b@x.de>", ["a@x.de", "b@x.de"]),
        ("a@x.de <a@x.de>", ["a@x.de"]),
        ("a@x.de <b@x.de>", ["a@x.de <b@x.de>"]),
        ('"a b"@x.de', ['"a b"@x.de']),
        ("Anna <>", ["Anna <>"]),
        ("Anna a@x.de", ["Anna", "a@x.de"]),
        ("<a@x.de", ["<a@x.de"]),
        (" ,; ", []),
    ],
)
def test_split_addresses(text: str, addresses: list[str]) -> None:
    assert split_addresses(text) == addresses


def test_alias_form__recipients_between_commas(world: World, logged_in: Login) -> None:
    data = {"context": "24", "address": "web@acme.example", "recipients": "a@far.example, Bob <b@far.example>"}
    client = logged_in("alpha")
    client.post("/admin/forwards/forwardingalias/add/", {**data, "is_active": "on"})
    rows = ForwardingAlias.objects.get(address="web@acme.example").recipients
    assert sorted(rows.values_list("address", flat=True)) == ["a@far.example", "b@far.example"]


def test_import__a_small_quota_is_asked_about(logged_in: Login, full: User) -> None:
    client, lines = logged_in("alpha"), "context,id,quota\n24,4,500\n"
    [(_label, outcome, detail)] = previewed(client, USERS, lines)
    assert (outcome, "500 bytes is less than 1 MB" in detail) == ("refused", True)
    job = posted(client, USERS, lines, small_quotas="on").context["job"]
    assert job.items.get().detail == "quota: 1 GB → 500 bytes"


def test_import__too_many_uploads_are_refused(logged_in: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_UPLOADS", 1)
    client, lines = logged_in("alpha"), "context,id,uidname\n24,8,x@acme.example\n"
    assert "job" in posted(client, USERS, lines).context
    assert "within an hour" in str(posted(client, USERS, lines).context["form"].errors["file"])


def test_xlsx__one_cell_that_fills_the_memory_is_refused_at_once() -> None:
    """Packed it is a few kilobytes."""
    for body in (
        f'<row><c t="inlineStr"><is><t>{"A" * 40_000_000}</t></is></c></row>',
        f'<row a="{"A" * 40_000_000}"/>',
        f"<!--{'A' * 40_000_000}-->",
        "<a>" * 1_000_000,
        f"<row>{'<c><v>1</v></c>' * 1_000_000}</row>",
    ):
        with pytest.raises(Invalid, match="too large when unpacked"):
            rows_of("x.xlsx", packed(sheet(body)))


def test_xlsx__entities_are_refused() -> None:
    content = sheet("<row><c><v>1</v></c></row>")
    hostile = replaced(content, "xl/worksheets/sheet1.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>')
    with pytest.raises(Invalid):
        rows_of("x.xlsx", hostile)


def test_xlsx__shared_texts_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = with_strings(["a", "b"], '<row><c t="s"><v>1</v></c></row>')
    assert rows_of("x.xlsx", file) == [(1, ["b"])]
    monkeypatch.setattr(xlsx, "MAX_STRINGS", 1_000_000)
    with pytest.raises(Invalid, match="too large when unpacked"):
        rows_of("x.xlsx", with_strings(["ab"] * 100_000, "<row/>"))


def with_strings(texts: list[str], rows: str) -> bytes:
    """An XLSX file whose texts are in a part of their own, as spreadsheets write them."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        f'<Relationships><Relationship Type="{kind}/worksheet" Target="/xl/worksheets/sheet1.xml" Id="rId1"/>'
        f'<Relationship Type="{kind}/sharedStrings" Target="sharedStrings.xml" Id="rId2"/></Relationships>'
    )
    content = replaced(sheet(rows), "xl/_rels/workbook.xml.rels", relations.encode())
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
    return file.getvalue()


def packed(content: bytes) -> bytes:
    return replaced(content, "", b"")


def replaced(content: bytes, part: str, body: bytes) -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, body if name == part else old.read(name))
    return file.getvalue()


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), max_size=12)


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_round_trip__every_cell_comes_back_and_none_removes(cells: list[str]) -> None:
    table = [["head", *cells], ["row", *cells]]
    book = io.BytesIO()
    write_xlsx(table, book)
    for name, content in (("x.csv", "".join(csv_lines(table)).encode()), ("x.xlsx", book.getvalue())):
        rows = rows_of(name, content)
        texts = [[str(cell) for cell in row] for _number, row in rows]
        ends = len(texts[0])
        assert [[*row, *[""] * (len(table[0]) - len(row))] for row in texts] == table, (name, ends)
        assert {type(cell).__name__ for _number, row in rows for cell in row} == {"str"}


@given(st.text(max_size=30))
def test_size__is_a_whole_number_of_bytes_or_nothing(text: str) -> None:
    size = parse_size(text)
    assert size is None or (0 <= size < 2**63 and text[0].isdigit())


@given(st.binary(max_size=200), st.sampled_from(["x.csv", "x.xlsx"]))
def test_read__any_bytes_are_rows_or_a_sentence(content: bytes, name: str) -> None:
    with suppress(Invalid):
        list(read_table(name, io.BytesIO(content)).rows)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    cells=st.lists(st.text(max_size=8) | st.sampled_from(["", " ", "2 GB", "1,5", "+49 170 123456", "ja"]), max_size=5)
)
def test_import__any_cells_are_shown_and_remove_nothing(logged_in: Login, full: User, cells: list[str]) -> None:
    before, text = state(full), io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["context", "id", "msisdn", "quota", "custom", "is_active", "uidname"])
    writer.writerow(["24", "4", *cells])
    page = posted(logged_in("alpha"), USERS, text.getvalue().encode("utf-8", "replace"))
    assert page.status_code == 200
    if "job" in page.context and "-" not in [cell.strip() for cell in cells]:
        details = page.context["job"].items.values_list("outcome", "detail")
        assert not [one for one in details if one[0] == "changed" and one[1].endswith(("→ —", "→ unlimited"))]
    assert state(full) == before
