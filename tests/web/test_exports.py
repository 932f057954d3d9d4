"""Every list can be exported, as far as whoever asks sees it, with the names of companies and with dates."""

from __future__ import annotations

import csv
import io
from typing import Final

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Administrator, ConfigProperty, LastLogin, LoginEvent, User
from accounts.services.api_passwords import create_api_password
from accounts.services.config import Owner, set_property
from accounts.services.labels import create_label
from bulk.models import BulkJob
from core.admin.export import ExportModelAdmin
from forwards.models import ForwardingAlias
from tests.services.bulk import preview, run
from tests.web.conftest import Login
from tests.web.test_transfer import body
from tests.world import OPERATOR, PASSWORD, World
from webhooks.models import Delivery, Webhook

pytestmark = pytest.mark.django_db

LISTS: Final = {
    "accounts/reseller": "name",
    "accounts/context": "name",
    "accounts/user": "uidname",
    "accounts/administrator": "login",
    "accounts/configproperty": "value",
    "accounts/apipassword": "name",
    "accounts/label": "name",
    "accounts/loginevent": "name",
    "bulk/bulkjob": "what",
    "changelog/change": "label",
    "domains/explicitdomain": "domain",
    "forwards/forwardingalias": "alias",
    "webhooks/webhook": "name",
    "webhooks/delivery": "event",
}


def rows_of(client: Client, name: str, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/admin/{name}/export/csv{query}")
    assert answer.status_code == 200, (name, answer)
    return list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"))))


@pytest.fixture
def full(world: World) -> None:
    """Something in every list, of the rival too."""
    for login in ("admin@alpha_acme", "alpha", "beta"):
        one = world.administrators[login]
        create_api_password(actor=OPERATOR, administrator=one, name=f"key of {login}", families=["Forwards"])
        webhook = Webhook.objects.create(
            administrator=one, name=f"hook of {login}", url="https://x.example/?token=hidden", place=[]
        )
        Delivery.objects.create(webhook=webhook, message="x", event=f"x of {login}", kind="x", key=1)
        run(preview(one, "forwards.suspend", ForwardingAlias.objects.visible_to(one)))
        LoginEvent.objects.create(
            name=login,
            address="192.0.2.1",
            channel="web",
            outcome="success",
            administrator_id=one.pk,
            context_id=one.context_id,
            reseller_id=one.reseller_id or (one.context.reseller_id if one.context else None),
        )
    for name in ("alpha", "beta"):
        create_label(actor=OPERATOR, reseller=world.resellers[name], name=f"label of {name}", colour="blue")
    set_property(actor=OPERATOR, owner=Owner(user=world.users[24]), name="x", value="of a user")
    LastLogin.objects.create(username="johndoe@acme.example", last_login=1_700_000_000)


def test_every_list__has_its_export() -> None:
    """Whatever is registered later has one, too."""
    found = {
        f"{model._meta.app_label}/{model._meta.model_name}": isinstance(one, ExportModelAdmin)
        for model, one in admin.site._registry.items()
    }
    assert all(found.values()), found
    assert set(found) == set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_export__is_offered_and_shows_what_the_list_shows(logged_in: Login, full: None, name: str) -> None:
    client = logged_in("alpha")
    page = client.get(f"/admin/{name}/")
    for form in ("csv", "xlsx"):
        assert f"/admin/{name}/export/{form}" in page.content.decode()
        assert f"Export {form.upper()}" in page.content.decode()
    rows = rows_of(client, name)
    assert len(rows) == page.context["cl"].result_count > 0
    sheet = load_workbook(io.BytesIO(body(client.get(f"/admin/{name}/export/xlsx")))).worksheets[0]
    assert [cell.value for cell in next(sheet.rows)] == list(rows[0])
    assert sheet.max_row == len(rows) + 1


@pytest.mark.parametrize("login", ["alpha", "alphakid", "admin@alpha_acme"])
@pytest.mark.parametrize("name", LISTS)
def test_export__nothing_of_anybody_elses(logged_in: Login, full: None, login: str, name: str) -> None:
    answer = logged_in(login).get(f"/admin/{name}/export/csv")
    if answer.status_code == 403:
        assert login == "admin@alpha_acme"
        assert name in {"accounts/reseller", "accounts/label", "domains/explicitdomain"}
        return
    text = body(answer).decode()
    foreign = ["beta", "echo.example", "gold.example"]
    foreign += {"alphakid": ["alpha_acme", "acme.example"], "admin@alpha_acme": ["bolt.example", "kid_cafe"]}.get(
        login, []
    )
    assert not [one for one in foreign if one in text]
    assert PASSWORD not in text
    assert "hidden" not in text


def test_export__of_a_childs_own_reseller_tells_nothing_of_the_one_above(logged_in: Login, full: None) -> None:
    assert [(row["name"], row["parent"]) for row in rows_of(logged_in("alphakid"), "accounts/reseller")] == [
        ("alphakid", "")
    ]
    rows = {row["name"]: row for row in rows_of(logged_in("alpha"), "accounts/reseller")}
    assert (rows["alphakid"]["parent"], rows["alpha"]["contexts"], rows["alpha"]["users"]) == ("alpha", "2", "2")


def test_export__names_the_company_and_dates(logged_in: Login, full: None, world: World) -> None:
    client = logged_in("alpha")
    for name in ("accounts/user", "domains/explicitdomain", "forwards/forwardingalias"):
        assert {row["context_name"] for row in rows_of(client, name)} == {
            "alpha_acme",
            "alpha_bolt",
            "kid_cafe",
            "kid_dock",
        }, name
    day = timezone.localdate().isoformat()
    for name, column in (
        ("accounts/context", "created_at"),
        ("accounts/apipassword", "created_at"),
        ("accounts/loginevent", "at"),
        ("bulk/bulkjob", "finished_at"),
        ("changelog/change", "at"),
        ("domains/explicitdomain", "proven_at"),
    ):
        assert {row[column][:10] for row in rows_of(client, name)} == {day}, name
    logins = {row["uidname"]: row["last_login"] for row in rows_of(client, "accounts/user")}
    assert logins["johndoe@acme.example"] == "2023-11-14T22:13:20+00:00"
    assert logins["johndoe@bolt.example"] == ""
    owners = {
        (row["value"], row["scope"], row["context_name"], row["user"])
        for row in rows_of(client, "accounts/configproperty")
    }
    assert ("of a user", "user", "alpha_acme", "johndoe@acme.example") in owners
    assert {row["context_name"] for row in rows_of(client, "accounts/administrator") if row["role"] == "context"} == {
        "alpha_acme",
        "alpha_bolt",
        "kid_cafe",
        "kid_dock",
    }


@pytest.mark.parametrize(
    ("name", "query", "values"),
    [
        ("accounts/administrator", "?role__exact=context&context__id__exact=24", {"admin"}),
        ("accounts/reseller", "?q=kid", {"alphakid"}),
        ("accounts/configproperty", "?q=of a user", {"of a user"}),
        ("accounts/apipassword", "?q=acme", {"key of admin@alpha_acme"}),
        ("accounts/loginevent", "?channel__exact=api", set()),
        ("bulk/bulkjob", "?state__exact=cancelled", set()),
    ],
)
def test_export__respects_search_and_filters(
    logged_in: Login, full: None, name: str, query: str, values: set[str]
) -> None:
    assert {row[LISTS[name]] for row in rows_of(logged_in("alpha"), name, query)} == values


@pytest.mark.parametrize("name", LISTS)
def test_export__statements_do_not_grow(logged_in: Login, full: None, world: World, name: str) -> None:
    client = logged_in("root")

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/admin/{name}/export/csv")
        return len(captured)

    count()
    before = count()
    more(world)
    assert count() == before


def more(world: World) -> None:
    """Five more of everything."""
    context, one = world.contexts[24], world.administrators["alpha"]
    for number in range(5):
        User.objects.create(
            context=context, number=500 + number, uidname=f"u{number}@x", uidname_normalized=f"u{number}@x"
        )
        ConfigProperty.objects.create(name=f"n{number}", value="v", context=context)
        administrator = Administrator.objects.create(login=f"a{number}", role="context", context=context)
        create_api_password(actor=OPERATOR, administrator=administrator, name="key", families=["Forwards"])
        create_label(actor=OPERATOR, reseller=world.resellers["alpha"], name=f"label {number}", colour="red")
        LoginEvent.objects.create(name="x", address="192.0.2.1", channel="web", outcome="success", context_id=24)
        preview(one, "forwards.resume", ForwardingAlias.objects.all())


def test_export__of_a_bulk_edit_that_is_no_more(logged_in: Login, full: None, world: World) -> None:
    BulkJob.objects.update(edit="old.edit")
    assert {row["what"] for row in rows_of(logged_in("alpha"), "bulk/bulkjob")} == {"old.edit"}


def test_export__formulas_are_text_everywhere(logged_in: Login, world: World) -> None:
    set_property(actor=OPERATOR, owner=Owner(context=world.contexts[24]), name="x", value="=1+1")
    assert "'=1+1" in {row["value"] for row in rows_of(logged_in("alpha"), "accounts/configproperty")}
