"""People from their company's own spreadsheet: any columns, ids and addresses made, the good lines imported."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from accounts.services.users import create_user, delete_user
from bulk.models import BulkJob, ImportLine, Upload
from changelog.models import Change
from forwards.models import ForwardingAlias
from tests.web.conftest import Login
from tests.web.test_spreadsheets import sheet
from tests.web.test_transfer import body
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

PAGE = "/admin/people?context=24"
GERMAN = (
    "Vorname\tNachname\tE-Mail\tHandy\tKontingent (GB)\tAbteilung\n"
    "Änne\tMüller-Groß\t\t0170 / 123 45-67\t2\tVertrieb\n"
    "Jürgen\tvon der Höh\t\t\t1,5\tLager\n"
    "Zoë\tLind\tzoe@acme.example\t+49 (0) 30 1234567\t\t-\n"
)


def pasted(client: Client, text: str, page: str = PAGE, **data: str) -> Any:
    """The page of the columns of what was pasted."""
    return client.post(page, {"pasted": text, **data}, follow=True)


def filled(page: Any, **changes: str) -> dict[str, str]:
    """What the form of the columns has in it."""
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data |= {"quota_unit": "GB", "has_heads": "on" if data["has_heads"] else ""} | changes
    return {name: "" if value is None else str(value) for name, value in data.items()}


def previewed(client: Client, text: str, **changes: str) -> BulkJob:
    page = pasted(client, text)
    assert "columns" in page.context, page.context["form"].errors
    answer = client.post(page.redirect_chain[-1][0], filled(page, **changes), follow=True)
    assert "columns" not in answer.context, answer.context["form"].errors
    job: BulkJob = answer.context["job"]
    return job


def imported(client: Client, job: BulkJob) -> BulkJob:
    client.post(f"/admin/bulk/bulkjob/{job.pk}/start/")
    return BulkJob.objects.get(pk=job.pk)


def outcomes(job: BulkJob) -> list[tuple[str, str]]:
    return list(job.items.order_by("position").values_list("outcome", "detail"))


def made(context: int = 24) -> dict[str, tuple[int, str | None, int | None]]:
    users = User.objects.filter(context=context).exclude(number=42)
    return {user.uidname: (user.number, user.msisdn, user.quota) for user in users}


def test_people__from_a_german_spreadsheet(logged_in: Login) -> None:
    client = logged_in("alpha")
    page = pasted(client, GERMAN)
    form = page.context["form"]
    assert [field.value() for field in form.columns] == ["first", "last", "address", "phone", "quota", ""]
    assert (form["unit"].value(), form["domain"].value()) == ("GB", "acme.example")
    job = previewed(client, GERMAN, calling_code="+49")
    assert [outcome for outcome, _detail in outcomes(job)] == ["changed"] * 3, outcomes(job)
    assert made() == {}
    assert imported(client, job).state == BulkJob.State.DONE
    assert made() == {
        "aenne.mueller-gross@acme.example": (43, "+49 170 123 45-67", 2 * 2**30),
        "juergen.vonderhoeh@acme.example": (44, None, 3 * 2**29),
        "zoe@acme.example": (45, "+49 30 1234567", None),
    }
    assert set(Change.objects.filter(batch=job.batch).values_list("channel", flat=True)) == {"import"}


def test_people__bad_lines_do_not_stop_and_come_back_in_their_own_columns(logged_in: Login) -> None:
    client = logged_in("alpha")
    lines = "Name,Mail,Phone,Room\nAnna Becker,,+4930123456,=1+1\nBob,bob@@acme.example,,7\nCarl Cole,,12,-\n"
    job = previewed(client, lines)
    assert [outcome for outcome, _detail in outcomes(job)] == ["changed", "refused", "refused"]
    shown = client.get(f"/admin/bulk/bulkjob/{job.pk}/change/").content.decode()
    assert "Import the 1 good line" in shown
    answer = client.get(f"/admin/bulk/bulkjob/{job.pk}/bad-lines/csv")
    assert answer["Content-Disposition"] == 'attachment; filename="pasted rows bad lines.csv"'
    rows = list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))
    assert [row[1:] for row in rows] == [
        ["Name", "Mail", "Phone", "Room"],
        ["Bob", "bob@@acme.example", "", "7"],
        ["Carl Cole", "", "12", "-"],
    ]
    assert rows[0][0] == "what is wrong"
    assert [row[0].partition(" is ")[2][:11] for row in rows[1:]] == ["not a mail ", "not a phone"]
    imported(client, job)
    assert list(made()) == ["anna.becker@acme.example"]
    sheet = load_workbook(io.BytesIO(body(client.get(f"/admin/bulk/bulkjob/{job.pk}/bad-lines/xlsx")))).active
    assert [[cell.value for cell in row][1:3] for row in sheet.iter_rows()] == [
        ["Name", "Mail"],
        ["Bob", "bob@@acme.example"],
        ["Carl Cole", None],
    ]


def test_people__the_mended_file_is_read_as_the_first_was(logged_in: Login) -> None:
    client = logged_in("alpha")
    job = previewed(client, "Wer,Wo,Was\nAnna Becker,12,x\n", column_0="name", column_1="phone", pattern="flast")
    assert outcomes(job)[0][0] == "refused"
    text = body(client.get(f"/admin/bulk/bulkjob/{job.pk}/bad-lines/csv")).replace(b",12,", b",+49 30 12345,")
    page = client.post(PAGE, {"pasted": "", "file": SimpleUploadedFile("mended.csv", text)}, follow=True)
    form = page.context["form"]
    assert [field.value() for field in form.columns] == ["", "name", "phone", ""]
    again = client.post(page.redirect_chain[-1][0], filled(page), follow=True).context["job"]
    imported(client, again)
    assert made() == {"abecker@acme.example": (43, "+49 30 12345", None)}


def test_people__bad_lines_of_any_import_come_back(logged_in: Login) -> None:
    client = logged_in("alpha")
    text = "context,id,msisdn,custom\n24,42,-,'-\n24,4242,-,'-\n44,1,,\n"
    answer = client.post(
        "/admin/accounts/user/import", {"file": SimpleUploadedFile("a.csv", text.encode())}, follow=True
    )
    job = answer.context["job"]
    assert job.refused == 2
    rows = body(client.get(f"/admin/bulk/bulkjob/{job.pk}/bad-lines/csv")).decode("utf-8-sig").splitlines()
    assert [row[1:] for row in csv.reader(rows[1:])] == [["24", "4242", "-", "'-"], ["44", "1", "", ""]]
    again = client.post(
        "/admin/accounts/user/import", {"file": SimpleUploadedFile("b.csv", "\n".join(rows).encode())}, follow=True
    )
    [first, _second] = again.context["job"].items.order_by("position").values_list("object_pk", flat=True)
    data = {"context": 24, "id": 4242, "msisdn": None, "custom": ["-"]}
    assert ImportLine.objects.get(pk=first).data == data


def test_people__an_address_that_is_taken_gets_a_number(logged_in: Login, world: World) -> None:
    client = logged_in("alpha")
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="ann.lee@acme.example")
    ForwardingAlias.objects.filter(address="sales@acme.example").update(
        address="bo.lee@acme.example", normalized="bo.lee@acme.example"
    )
    job = previewed(client, "First name\tLast name\nAnn\tLee\nBo\tLee\nBo\tLee\nCy\tLee\n")
    imported(client, job)
    assert sorted(made()) == [
        "ann.lee2@acme.example",
        "ann.lee@acme.example",
        "bo.lee2@acme.example",
        "bo.lee3@acme.example",
        "cy.lee@acme.example",
    ]
    assert "(ann.lee@acme.example is taken)" in outcomes(job)[0][1]


def test_people__who_is_there_already_is_not_made_again(logged_in: Login, world: World) -> None:
    client = logged_in("alpha")
    job = previewed(
        client, "E-mail\tPhone\nJohnDoe@acme.example\t\njohndoe@acme.example\t+491234567\nx@acme.example\t\n"
    )
    assert [one for one, _detail in outcomes(job)] == ["unchanged", "refused", "changed"]
    assert outcomes(job)[1][1] == "It is the same as line 2."
    job = previewed(client, "E-mail\tPhone\njohndoe@acme.example\t+491234567\n")
    imported(client, job)
    world.users[24].refresh_from_db()
    assert (world.users[24].msisdn, world.users[24].quota) == ("+491234567", 1_048_576)


def test_people__a_user_id_never_leads_to_somebody_else(logged_in: Login, world: World) -> None:
    client = logged_in("alpha")
    lines = (
        "User ID\tE-mail\n42\tnew@acme.example\n7\tjohndoe@acme.example\n7\tseven@acme.example\n\teight@acme.example\n"
    )
    job = previewed(client, lines)
    assert [one for one, _detail in outcomes(job)] == ["refused", "refused", "changed", "changed"]
    assert "johndoe@acme.example" in outcomes(job)[0][1]
    # What is taken between preview and run, too.
    create_user(actor=OPERATOR, context=world.contexts[24], number=43, uidname="first@acme.example")
    done = imported(client, job)
    assert (done.state, done.changed, done.refused) == (BulkJob.State.DONE, 1, 3)
    assert made()["first@acme.example"][0] == 43
    assert "eight@acme.example" not in made()


def test_people__columns_can_be_changed_from_the_preview(logged_in: Login) -> None:
    client = logged_in("alpha")
    job = previewed(client, "Name\tHandy\nBecker Anna\t\n")
    assert "anna" in outcomes(job)[0][1]
    url = client.get(f"/admin/bulk/bulkjob/{job.pk}/change/").context["columns_url"]
    page = client.get(url)
    assert page.context["form"]["column_1"].value() == "phone"
    data = filled(page, pattern="flast")
    again = client.post(url, data, follow=True).context["job"]
    assert (again.pk, again.state, again.total) == (job.pk, BulkJob.State.READY, 1)
    assert "uidname: banna@acme.example" in outcomes(again)[0][1]
    assert ImportLine.objects.count() == 1
    imported(client, again)
    assert not Upload.objects.exists()
    assert client.get(url).status_code == 302


def test_people__an_undone_import_is_gone(logged_in: Login) -> None:
    client = logged_in("alpha")
    job = imported(client, previewed(client, GERMAN, calling_code="+49"))
    assert len(made()) == 3
    data = {"action": "changes.undo", "select_across": "1", "_selected_action": "0"}
    undo = client.post(f"/admin/changelog/change/?batch={job.batch}", data, follow=True).context["job"]
    client.post(f"/admin/bulk/bulkjob/{undo.pk}/start/", {"count": str(undo.changed)})
    assert made() == {}


def test_people__hostile_cells_are_given_back_as_text(logged_in: Login) -> None:
    client = logged_in("alpha")
    job = previewed(client, "Mail\tNotiz\n=cmd()\t=1+1\n@x\t\x07\n", column_1="custom")
    assert job.refused == 2
    text = body(client.get(f"/admin/bulk/bulkjob/{job.pk}/bad-lines/csv")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[1:] for row in rows[1:]] == [["'=cmd()", "'=1+1"], ["'@x", "\N{REPLACEMENT CHARACTER}"]]


def test_people__cells_that_no_database_keeps(logged_in: Login) -> None:
    client = logged_in("alpha")
    row = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("Mail_xD800_", "Mail", "x_x0000_y"))
    content = sheet(f"<row>{row}</row><row>{row}</row>")
    page = client.post(PAGE, {"pasted": "", "file": SimpleUploadedFile("a.xlsx", content)}, follow=True)
    job = client.post(page.redirect_chain[-1][0], filled(page), follow=True).context["job"]
    assert outcomes(job) == [("refused", "The line contains a control character.")]
    assert client.get(f"/admin/bulk/bulkjob/{job.pk}/bad-lines/csv").status_code == 200


def test_people__a_phone_number_without_its_country(logged_in: Login) -> None:
    client = logged_in("alpha")
    lines = "Mail\tTel\na@acme.example\t0170 123456\n"
    assert "country code" in outcomes(previewed(client, lines, calling_code=""))[0][1]
    assert "msisdn: +43 170 123456" in outcomes(previewed(client, lines, calling_code="+43"))[0][1]


@pytest.mark.parametrize(
    ("login", "page", "company"),
    [
        ("alpha", PAGE, "alpha_acme"),
        ("alphakid", PAGE, None),
        ("alphakid", "/admin/people?context=34", "kid_cafe"),
        ("beta", PAGE, None),
        ("root", PAGE, "alpha_acme"),
        ("admin@alpha_acme", "/admin/people", "alpha_acme"),
        ("admin@alpha_acme", "/admin/people?context=25", "alpha_acme"),
    ],
)
def test_people__only_into_ones_own_companies(logged_in: Login, login: str, page: str, company: str | None) -> None:
    client = logged_in(login)
    assert str(client.get(page).context["company"]) == str(company)
    answer = client.post(page, {"pasted": GERMAN, "context": "24"}, follow=True)
    if company is None:
        assert "context" in answer.context["form"].errors
    else:
        assert str(answer.context["company"]) == company
        assert "columns" in answer.context, answer.context["form"].errors


def test_people__a_colleagues_file_is_nobody_elses(logged_in: Login) -> None:
    page = pasted(logged_in("alpha"), GERMAN)
    url = page.redirect_chain[-1][0]
    for other in ("alphakid", "beta", "root", "admin@alpha_acme"):
        assert logged_in(other).get(url).status_code == 404
        assert logged_in(other).post(url, filled(page)).status_code == 404
    assert BulkJob.objects.get().state == BulkJob.State.COLUMNS


def test_people__a_company_that_is_gone_or_handed_over(logged_in: Login, world: World) -> None:
    client = logged_in("alpha")
    url = pasted(client, GERMAN).redirect_chain[-1][0]
    world.contexts[24].reseller = world.resellers["beta"]
    world.contexts[24].save()
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste the rows"),
        ("\n \n", "Paste the rows"),
        ("x," * 200, "more than 100 columns"),
        ('a,b\n"', "not CSV"),
    ],
)
def test_people__what_is_no_table_is_refused_at_once(logged_in: Login, text: str, sentence: str) -> None:
    page = pasted(logged_in("alpha"), text)
    assert sentence in str(page.context["form"].errors)
    assert not BulkJob.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"column_0": "", "column_1": "", "column_2": ""}, "which column has the mail address"),
        ({"column_0": "last"}, "Two columns are"),
        ({"calling_code": "49"}, "plus sign"),
        ({"column_0": "secret"}, "not one of the available choices"),
        ({"domain": "echo.example"}, "not one of the available choices"),
    ],
)
def test_people__columns_that_cannot_be(logged_in: Login, changes: dict[str, str], sentence: str) -> None:
    client = logged_in("alpha")
    page = pasted(client, GERMAN)
    answer = client.post(page.redirect_chain[-1][0], filled(page, **changes))
    assert sentence in answer.content.decode()
    assert BulkJob.objects.get().state == BulkJob.State.COLUMNS


def test_people__a_job_that_waits_for_its_columns_can_be_found_and_discarded(logged_in: Login) -> None:
    client = logged_in("alpha")
    url = pasted(client, GERMAN).redirect_chain[-1][0]
    job = BulkJob.objects.get()
    assert client.get(f"/admin/bulk/bulkjob/{job.pk}/change/")["Location"] == url
    assert "waiting for its columns" in client.get("/admin/bulk/bulkjob/").content.decode()
    assert "waiting for its columns" in logged_in("root").get(f"/admin/bulk/bulkjob/{job.pk}/change/").content.decode()
    client.post(f"/admin/bulk/bulkjob/{job.pk}/cancel/")
    assert not Upload.objects.exists()
    assert client.get(url).status_code == 302


def test_people__a_title_above_and_no_names_at_all(logged_in: Login) -> None:
    client = logged_in("alpha")
    titled = "Staff of Acme 2026\n\nVorname\tNachname\nAnn\tLee\n"
    assert outcomes(previewed(client, titled))[0][0] == "changed"
    file = SimpleUploadedFile("staff.csv", titled.replace("\t", ";").encode("cp1252"))
    page = client.post(PAGE, {"pasted": "", "file": file}, follow=True)
    assert [field.value() for field in page.context["form"].columns] == ["first", "last"]
    page = pasted(client, "Ann\tLee\t+49 30 1234567\nBo\tPark\t\n")
    assert [field.value() for field in page.context["form"].columns] == ["first", "last", "phone"]
    job = client.post(page.redirect_chain[-1][0], filled(page), follow=True).context["job"]
    assert job.changed == 2


def test_people__limits_hold(logged_in: Login, world: World) -> None:
    world.contexts[24].max_user = 2
    world.contexts[24].save()
    job = previewed(logged_in("alpha"), "E-Mail\na@acme.example\nb@acme.example\n")
    assert [one for one, _detail in outcomes(job)] == ["changed", "refused"]


def test_people__quotas_in_their_unit_and_for_those_without(logged_in: Login, world: World) -> None:
    client = logged_in("alpha")
    lines = "Mail\tQuota\na@acme.example\t500\nb@acme.example\t2 GB\nc@acme.example\t\njohndoe@acme.example\t\n"
    job = previewed(client, lines, unit="MB", quota="1,5")
    imported(client, job)
    assert [quota for _id, _phone, quota in made().values()] == [500 * 2**20, 2 * 2**30, 3 * 2**29]
    world.users[24].refresh_from_db()
    assert world.users[24].quota == 1_048_576
    job = previewed(client, "Mail\tQuota\nd@acme.example\t500\n", unit="bytes")
    assert outcomes(job)[0][0] == "refused"
    assert "in which unit" in outcomes(job)[0][1]


def test_people__a_deleted_user_does_not_shift_the_others(logged_in: Login, world: World) -> None:
    """Ids are counted from what was the next one when the columns were said."""
    client = logged_in("alpha")
    create_user(actor=OPERATOR, context=world.contexts[24], number=60, uidname="sixty@acme.example")
    job = previewed(client, "Mail\na@acme.example\n")
    delete_user(actor=OPERATOR, user=User.objects.get(number=60))
    imported(client, job)
    assert made()["a@acme.example"][0] == 61
