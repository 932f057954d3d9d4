"""Import and export: what goes out comes in again unchanged, bad lines are named, nobody reaches what is not theirs."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse
from openpyxl import Workbook, load_workbook

from accounts.models import Context, User
from accounts.services.config import Owner, set_property
from accounts.services.users import create_user, update_user
from bulk import reading
from bulk.jobs import work_once
from bulk.models import BulkJob, ImportLine
from changelog.models import Change
from core.errors import Invalid
from core.spreadsheets import Removal, escape_formulas, unescape_formulas
from core.tables import resource_named
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.web.conftest import Login
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

LISTS = {
    "contexts": "/admin/accounts/context/",
    "users": "/admin/accounts/user/",
    "forwards": "/admin/forwards/forwardingalias/",
    "domains": "/admin/domains/explicitdomain/",
}


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def exported(client: Client, table: str, query: str = "") -> list[list[str]]:
    answer = client.get(f"{LISTS[table]}export/csv{query}")
    assert answer.status_code == 200, answer
    return list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))


def importable(rows: list[list[str]], table: str) -> list[list[str]]:
    """The rows without what is only told, such as when something was made."""
    return [row[: len(resource_named(table).columns)] for row in rows]


def upload(
    client: Client, table: str, content: str | bytes, *, name: str = "file.csv", skip: bool = False, small: bool = False
) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    data: dict[str, Any] = {"file": SimpleUploadedFile(name, raw)}
    data |= {name: "on" for name, ticked in (("skip_bad", skip), ("small_quotas", small)) if ticked}
    return client.post(f"{LISTS[table]}import", data, follow=True)


def prepared(client: Client, table: str, content: str | bytes, **options: Any) -> BulkJob:
    page = upload(client, table, content, **options)
    assert "job" in page.context, page.content.decode()[-2000:]
    job: BulkJob = page.context["job"]
    return job


def start(client: Client, job: BulkJob) -> BulkJob:
    client.post(f"/admin/bulk/bulkjob/{job.pk}/start/", {"count": str(job.changed)})
    return BulkJob.objects.get(pk=job.pk)


def outcomes(job: BulkJob) -> list[tuple[str, str]]:
    return list(job.items.order_by("position").values_list("outcome", "detail"))


@pytest.fixture
def odd_data(world: World) -> None:
    """Texts that a spreadsheet, CSV or a careless reader would break."""
    context = world.contexts[24]
    create_user(
        actor=OPERATOR,
        context=context,
        number=7,
        uidname='=cmd|"x",;',
        msisdn="+49 170 1234567",
        custom=["'+1", "-2", "Zoë; “quoted”, comma"],
        is_active=False,
    )
    create_forward(
        actor=OPERATOR, context=context, alias="-x@acme.example", recipients=["=y@far.example", "'=z@far.example"]
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("login", ["alpha", "alphakid", "root"])
def test_what_is_exported_imports_unchanged(logged_in: Login, odd_data: None, login: str, form: str) -> None:
    client = logged_in(login)
    for table, url in LISTS.items():
        content = body(client.get(f"{url}export/{form}"))
        job = prepared(client, table, content, name=f"x.{form}")
        assert job.total == job.unchanged > 0, (table, outcomes(job))


def test_what_is_exported_can_be_deleted_and_imported_again(world: World, logged_in: Login, odd_data: None) -> None:
    client = logged_in("alpha")
    before = {table: importable(exported(client, table), table) for table in LISTS}
    files = {table: body(client.get(f"{url}export/csv")) for table, url in LISTS.items()}
    for context in Context.objects.visible_to(world.administrators["alpha"]):
        context.delete()
    for table, content in files.items():
        done = start(client, prepared(client, table, content))
        assert (done.state, done.refused) == ("done", 0), outcomes(done)
    assert {table: importable(exported(client, table), table) for table in LISTS} == before
    assert set(Change.objects.filter(action="create", actor="alpha").values_list("channel", flat=True)) == {"import"}


def test_export__only_what_is_seen_and_filtered(logged_in: Login) -> None:
    assert {row[0] for row in exported(logged_in("alphakid"), "users")[1:]} == {"34", "35"}
    assert {row[0] for row in exported(logged_in("admin@alpha_acme"), "users")[1:]} == {"24"}
    filtered = exported(logged_in("alpha"), "users", "?context__id__exact=25")
    assert [row[2] for row in filtered[1:]] == ["johndoe@bolt.example"]
    assert exported(logged_in("alpha"), "users", "?context__id__exact=44")[1:] == []


@pytest.mark.parametrize("query", ["context__reseller__id__exact=zz", "context__id__exact=zz"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export__a_filter_that_cannot_be_is_answered_as_by_the_list(logged_in: Login, query: str, form: str) -> None:
    client = logged_in("alpha")
    answers = [client.get(f"{LISTS['users']}{page}?{query}") for page in ("", f"export/{form}")]
    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(302, f"{LISTS['users']}?e=1")] * 2


def test_export__cells_that_begin_a_formula_are_text(logged_in: Login, odd_data: None) -> None:
    client = logged_in("alpha")
    for url in LISTS.values():
        sheet = load_workbook(io.BytesIO(body(client.get(f"{url}export/xlsx")))).worksheets[0]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    sheet = load_workbook(io.BytesIO(body(client.get(f"{LISTS['users']}export/xlsx")))).worksheets[0]
    assert "+49 170 1234567" in [row[3].value for row in sheet.iter_rows()]
    assert not [c for row in exported(client, "users") for c in row if c.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("text", ["", "a", "=1", "+49", "'=1", "''=", "'a", "-", "@x", "\t1", "'", "it's"])
def test_formula_guard__is_undone_exactly(text: str) -> None:
    assert unescape_formulas(escape_formulas(text)) == text
    assert not escape_formulas(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_import__creates_changes_and_leaves(world: World, logged_in: Login) -> None:
    client = logged_in("alpha")
    job = prepared(
        client,
        "users",
        "context,id,uidname,quota\n24,42,johndoe@acme.example,5\n24,7,new@acme.example,\n25,42,johndoe@bolt.example,1048576\n",
        small=True,
    )
    assert [outcome for outcome, _detail in outcomes(job)] == ["changed", "changed", "unchanged"]
    assert outcomes(job)[0][1] == "quota: 1 MB → 5 bytes"
    assert not User.objects.filter(number=7).exists()
    done = start(client, job)
    assert (done.state, done.changed) == ("done", 2)
    assert User.objects.get(context=24, number=42).quota == 5
    # A column that is not there leaves things as they are; so does an empty cell; a new user without a quota has none.
    assert User.objects.get(context=24, number=42).msisdn == "+49.1234.5624"
    assert User.objects.get(context=24, number=7).quota is None
    change = Change.objects.latest("pk")
    assert (change.channel, change.actor, change.batch) == ("import", "alpha", job.batch)


def test_import__a_bad_line_is_named_and_nothing_is_written(world: World, logged_in: Login) -> None:
    client = logged_in("alpha")
    before = Change.objects.count()
    lines = [
        "24,8,good@acme.example,5 MB",
        "24,x,a@acme.example,",
        "24,9,johndoe@acme.example,",
        "44,9,b@echo.example,",
        "24,10,c@acme.example,much",
        "24,8,again@acme.example,",
        "24,11,d@acme.example,1,extra",
        ",12,e@acme.example,",
    ]
    job = prepared(client, "users", "context,id,uidname,quota\n" + "\n".join(lines))
    assert [outcome for outcome, _detail in outcomes(job)] == ["changed", *["refused"] * 7]
    reasons = [detail for _outcome, detail in outcomes(job)][1:]
    for reason, word in zip(
        reasons,
        ["id must", "taken", "no context 44", "quota must", "line 2", "more cells", "context is empty"],
        strict=True,
    ):
        assert word in reason, reasons
    labels = list(job.items.order_by("position").values_list("label", flat=True))
    assert labels[1] == "3: 24 x a@acme.example"
    assert start(client, job).state == "ready"
    assert Change.objects.count() == before


def test_import__bad_lines_are_skipped_when_asked(logged_in: Login) -> None:
    client = logged_in("alpha")
    job = prepared(client, "users", "context,id,uidname\n24,8,good@acme.example\n24,9,\n", skip=True)
    done = start(client, job)
    assert (done.state, done.changed, done.refused) == ("done", 1, 1)
    assert User.objects.filter(uidname="good@acme.example").exists()


def test_import__what_became_bad_since_the_preview_stops_it(world: World, logged_in: Login) -> None:
    client = logged_in("alpha")
    job = prepared(client, "users", "context,id,uidname\n24,8,one@acme.example\n24,9,two@acme.example\n")
    update_user(actor=OPERATOR, user=world.users[24], uidname="two@acme.example")
    done = start(client, job)
    assert done.state == "failed"
    assert "two@acme.example" in done.note
    assert not User.objects.filter(uidname="one@acme.example").exists()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("x.csv", b"", "empty"),
        ("x.csv", b"\n", "columns"),
        ("x.csv", b"\xff\xfe1,2", "UTF-8"),
        ("x.csv", b"context,id,secret\n", "columns"),
        ("x.csv", b"context,context\n", "columns"),
        ("x.csv", b"context,uidname\n", "id is missing"),
        ("x.csv", b'context,id\n"1', "CSV"),
        ("x.xlsx", b"no zip", "XLSX"),
        ("x.csv", b"context,id\n", "no lines"),
        ("x.csv", b"context,id\n\n,\n", "no lines"),
    ],
)
def test_import__a_file_that_cannot_be_read_is_a_sentence(
    logged_in: Login, name: str, content: bytes, word: str
) -> None:
    page = upload(logged_in("alpha"), "users", content, name=name)
    assert page.status_code == 200
    assert any(word in str(error) for error in page.context["form"].errors.get("file", [])), page.context["form"].errors
    assert not BulkJob.objects.exists()


def test_import__a_file_that_breaks_off_leaves_no_lines(logged_in: Login) -> None:
    """Lines without a job would fill the database, unseen, one upload after the other."""
    lines = "".join(f"24,{number},u{number}@acme.example\n" for number in range(1000, 3500))
    page = upload(logged_in("alpha"), "users", f'context,id,uidname\n{lines}24,1,"')
    assert "CSV" in str(page.context["form"].errors["file"])
    assert not ImportLine.objects.exists()


def test_import__semicolons_and_a_spreadsheets_numbers(logged_in: Login) -> None:
    client = logged_in("alpha")
    assert prepared(client, "users", "\ufeffcontext;id;uidname\r\n24;8;a@acme.example\r\n").changed == 1
    book = Workbook()
    book.active.append(["context", "id", "uidname", "quota", "is_active"])
    book.active.append([24, 8.0, "a@acme.example", None, True])
    content = io.BytesIO()
    book.save(content)
    assert prepared(client, "users", content.getvalue(), name="a.xlsx").changed == 1


def test_import__a_new_context_is_the_uploaders_own(logged_in: Login) -> None:
    client = logged_in("alpha")
    rows = "id,name,reseller\n90,mine,\n91,kids,alphakid\n92,theirs,beta\n44,beta_echo,\n"
    job = prepared(client, "contexts", rows, skip=True)
    assert [outcome for outcome, _detail in outcomes(job)] == ["changed", "changed", "refused", "refused"]
    start(client, job)
    owners = dict(Context.objects.filter(pk__gte=90).values_list("pk", "reseller__name"))
    assert owners == {90: "alpha", 91: "alphakid"}


def test_import__forwards_and_domains(logged_in: Login) -> None:
    client = logged_in("alpha")
    rows = "context,alias,recipients,is_active\n"
    rows += '24,n@acme.example,"a@far.example\nb@far.example",false\n44,x@echo.example,a@b.example,\n'
    done = start(client, prepared(client, "forwards", rows, skip=True))
    assert (done.changed, done.refused) == (1, 1)
    alias = ForwardingAlias.objects.get(address="n@acme.example")
    assert (alias.recipients.count(), alias.is_active) == (2, False)
    done = start(client, prepared(client, "domains", "context,domain\n24,Neu.Example\n24,echo.example\n", skip=True))
    assert (done.changed, done.refused) == (1, 1)
    assert ExplicitDomain.objects.filter(context=24, name="neu.example").exists()


@pytest.mark.parametrize("table", ["contexts", "domains"])
def test_import__a_context_admin_may_not(logged_in: Login, table: str) -> None:
    assert upload(logged_in("admin@alpha_acme"), table, "context,id\n").status_code == 403


def test_import__a_context_admin_reaches_its_own_users_only(logged_in: Login) -> None:
    client = logged_in("admin@alpha_acme")
    job = prepared(client, "users", "context,id,quota\n24,42,7\n25,42,7\n", skip=True, small=True)
    assert [outcome for outcome, _detail in outcomes(job)] == ["changed", "refused"]
    start(client, job)
    assert list(User.objects.filter(quota=7).values_list("context_id", flat=True)) == [24]


def test_import__stored_text_is_shown_as_text(logged_in: Login) -> None:
    hostile = "<script>alert(1)</script>"
    page = upload(logged_in("alpha"), "users", f"context,id,uidname\n24,8,{hostile}\n", name=f"{hostile}.csv")
    assert hostile not in page.content.decode()


def test_import__a_large_file_is_the_workers(logged_in: Login, settings: Any) -> None:
    settings.BULK_REQUEST_ROWS = 10
    rows = "context,id,uidname\n" + "\n".join(f"24,{n},u{n}@acme.example" for n in range(100, 700))
    client = logged_in("alpha")
    job = prepared(client, "users", rows)
    assert (job.state, job.done) == ("reading", 0)
    while work_once():
        pass
    job.refresh_from_db()
    assert (job.state, job.changed) == ("ready", 600)
    start(client, job)
    while work_once():
        pass
    assert User.objects.filter(number__gte=100).count() == 600


def test_import__a_large_file_has_a_bar_from_the_first_line(
    logged_in: Login, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BULK_REQUEST_ROWS = 0
    monkeypatch.setattr(reading, "_LINES", 1)
    client = logged_in("alpha")
    job = prepared(
        client, "users", "context,id,uidname\n" + "".join(f"24,{n},u{n}@x.example\n" for n in range(100, 400))
    )
    url = f"/admin/bulk/bulkjob/{job.pk}"
    waiting = client.get(f"{url}/progress/").json()
    assert (waiting["state"], waiting["done"], waiting["text"]) == (
        "reading",
        0,
        "The first line has not been read yet.",
    )
    work_once()
    state = client.get(f"{url}/progress/").json()
    assert (state["state"], state["done"], state["text"]) == ("reading", 99, f"99 of about {state['total']} lines")
    page = client.get(f"{url}/change/").content.decode()
    assert f'value="99" max="{state["total"]}"' in page
    assert 'http-equiv="refresh"' in page
    assert 'id="result_list"' not in page
    assert body(client.get(f"{url}/csv/")).count(b"not reached") == 99
    client.post(f"{url}/cancel/")
    assert BulkJob.objects.get().state == "cancelled"
    assert client.get(f"{url}/change/").status_code == 200


def test_import__a_large_file_that_is_refused_says_so_on_its_page_and_leads_back(
    logged_in: Login, settings: Any
) -> None:
    settings.BULK_REQUEST_ROWS = 0
    client = logged_in("alpha")
    job = prepared(client, "users", "context,id,e-mail\n24,1,x\n")
    while work_once():
        pass
    page = client.get(f"/admin/bulk/bulkjob/{job.pk}/change/").content.decode()
    assert "There is no column “e-mail”" in page
    assert "The file was refused: nothing has changed." in page
    assert f'href="{LISTS["users"]}import"' in page
    assert f'href="{LISTS["users"]}"' in page


def test_import__bad_lines_lead_back_to_the_form(logged_in: Login) -> None:
    page = upload(logged_in("alpha"), "users", "context,id,uidname\n24,8,\n").content.decode()
    assert "Some lines are bad" in page
    assert f'href="{LISTS["users"]}import"' in page


def test_changes_can_be_exported_but_not_imported(world: World, logged_in: Login) -> None:
    set_property(actor=OPERATOR, owner=Owner(context=world.contexts[24]), name="x", value="=1")
    client = logged_in("alpha")
    rows = list(csv.reader(io.StringIO(body(client.get("/admin/changelog/change/export/csv")).decode("utf-8-sig"))))
    assert rows[0][:3] == ["at", "actor", "channel"]
    assert {row[7] for row in rows[1:] if row[6]} == {"alpha_acme", "alpha_bolt", "kid_cafe", "kid_dock"}, rows
    with pytest.raises(NoReverseMatch):
        reverse("admin:changelog_change_import")


@pytest.mark.parametrize("name", LISTS)
def test_resource__exports_what_its_administrator_sees_and_no_id_of_the_data_base(world: World, name: str) -> None:
    resource = resource_named(name)(world.administrators["alphakid"])
    column = "id" if name == "contexts" else "context"
    seen: Any = resource.model._default_manager
    rows = list(resource.table(seen.visible_to(resource.administrator)))
    assert {row[rows[0].index(column)] for row in rows[1:]} == {"34", "35"}
    # A context's id is given by people, and so natural.
    keys = {step for one in resource.columns for step in one.path} & {"id", "pk"}
    assert keys == ({"id"} if name == "contexts" else set())


@pytest.mark.parametrize(
    ("cells", "entry"),
    [
        (
            {"uidname": "", "msisdn": "", "custom": "", "quota": "", "is_active": ""},
            {},
        ),
        (
            {"msisdn": Removal("-"), "custom": Removal("-"), "quota": Removal("-")},
            {"msisdn": None, "custom": [], "quota": None},
        ),
        ({"quota": "2,5 GB"}, {"quota": 5 * 2**29}),
        ({"quota": "500\u00a0mb"}, {"quota": 500 * 2**20}),
        ({"custom": "-"}, {"custom": ["-"]}),
        (
            {"quota": "7", "is_active": "Ja", "custom": " a \n\nb"},
            {"quota": 7, "is_active": True, "custom": ["a", "b"]},
        ),
        ({"quota": "0", "is_active": "FALSCH"}, {"quota": 0, "is_active": False}),
        ({"uidname": "=1"}, {"uidname": "=1"}),
    ],
)
def test_resource__what_a_cell_says(world: World, cells: dict[str, str], entry: dict[str, Any]) -> None:
    resource = resource_named("users")(world.administrators["alpha"])
    assert resource.entry({"context": "24", "id": "1", **cells}) == {"context": 24, "id": 1, **entry}


def test_resource__all_that_is_wrong_with_a_line_is_named(world: World) -> None:
    resource = resource_named("users")(world.administrators["alpha"])
    line = {"context": "1.5", "id": "²", "quota": "-1", "is_active": "perhaps"}
    with pytest.raises(Invalid) as refusal:
        resource.entry(line)
    assert str(refusal.value) == (
        "context must be a whole number. id must be a whole number. "
        "quota must be a size such as “500 MB” or “2.5 GB”, or a whole number of bytes. "
        "is_active must be true or false."
    )


def test_export__of_a_whole_number_is_the_same_in_every_language(logged_in: Login, settings: Any) -> None:
    settings.USE_THOUSAND_SEPARATOR = True
    page = logged_in("alpha").get(f"{LISTS['users']}export/csv", headers={"accept-language": "de"})
    rows = list(csv.DictReader(io.StringIO(body(page).decode("utf-8-sig"))))
    assert {row["quota"] for row in rows} == {"1048576"}
