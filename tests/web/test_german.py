"""The web admin in German: no page has an English text left or an empty place, whoever looks at it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from types import NoneType
from typing import Any, Final

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import VariableDoesNotExist
from django.template.context import BaseContext
from django.test import Client
from django.utils.translation import override

from accounts.services.administrators import update_administrator
from accounts.services.contexts import update_context
from bulk.jobs import work_once
from bulk.models import BulkJob
from changelog.models import Change
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.web.conftest import Login
from tests.web.test_language import catalogue_of
from tests.web.texts import Texts, english_in, english_texts
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

Read = Callable[..., str]
ALIASES: Final = "/admin/forwards/forwardingalias/"
PAGES: Final = {
    "root": ["accounts/reseller", "accounts/administrator", "accounts/configproperty", "domains/explicitdomain"],
    "alpha": ["accounts/context", "accounts/user", "changelog/change", "forwards/forwardingalias"],
    "admin@alpha_acme": ["accounts/context", "accounts/user", "changelog/change", "forwards/forwardingalias"],
}


@pytest.fixture(autouse=True)
def no_template_asks_an_object_for_what_it_lacks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Django shows nothing for an attribute that was renamed. It only notes it, in this log."""
    caplog.set_level(logging.DEBUG, "django.template")
    yield
    errors = [(record.args, record.exc_info[1]) for record in caplog.get_records("call") if record.exc_info]
    assert [
        (args, error.params[0])
        for args, error in errors
        if isinstance(error, VariableDoesNotExist) and not isinstance(error.params[1], dict | BaseContext | NoneType)
    ] == []


@pytest.fixture
def german(world: World, logged_in: Login) -> Login:
    """`german("alpha")` is a client of that administrator, whose profile says German and whose browser English."""

    def enter(login: str) -> Client:
        update_administrator(actor=OPERATOR, administrator=world.administrators[login], language="de")
        client = logged_in(login)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return enter


@pytest.fixture
def read() -> Read:
    """`read(client, url)` is the page, which must be German throughout; with data it is posted."""
    known = english_texts(catalogue_of("de"))

    def get(client: Client, url: str, data: dict[str, Any] | None = None) -> str:
        answer: Any = client.get(url, follow=True) if data is None else client.post(url, data, follow=True)
        assert answer.status_code == 200, url
        page: str = answer.content.decode()
        assert english_in(page, known) == [], url
        assert Texts(page).language == "de" or "<html" not in page, url
        return page

    return get


@pytest.mark.parametrize(("login", "name"), [(login, name) for login, names in PAGES.items() for name in names])
def test_models__every_page(world: World, german: Login, read: Read, login: str, name: str) -> None:
    client, base = german(login), f"/admin/{name}/"
    model: Any = apps.get_model(name.replace("/", "."))
    row = model.objects.visible_to(world.administrators[login]).first()
    for page in ("", "?q=acme", f"{row.pk}/change/"):
        read(client, base + page)
    for page in ("add/", f"{row.pk}/delete/", f"{row.pk}/history/"):
        if client.get(base + page).status_code not in {403, 404}:
            read(client, base + page)


@pytest.mark.parametrize("login", PAGES)
def test_pages__of_the_whole_site(world: World, german: Login, read: Read, login: str) -> None:
    update_context(actor=OPERATOR, context=world.contexts[24], max_user=1, is_active=False)
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="x@acme.example", recipients=["y@acme.example"])
    update_context(actor=OPERATOR, context=world.contexts[24], is_active=True)
    client = german(login)
    for page in ("", "account", "password_change/", "search?q=acme", "search?q=nowhere", "resolve"):
        read(client, f"/admin/{page}")
    for address in ("sales@acme.example", "x@acme.example", "a@elsewhere.example", "nonsense"):
        read(client, f"/admin/resolve?address={address}")


def test_login__follows_the_browser(read: Read) -> None:
    client = Client(headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"})
    read(client, "/admin/login/")
    assert "ist falsch" in read(client, "/admin/login/", {"username": "root", "password": "wrong"})


def test_mailbox__with_figures_and_without_an_answer(
    world: World, german: Login, read: Read, settings: Any, tmp_path: Any
) -> None:
    client, panel = german("admin@alpha_acme"), f"/admin/accounts/user/{world.users[24].pk}/mail"
    settings.MAIL_STORE = f"maildir://{tmp_path}"
    assert "Ungelesen" in read(client, panel)
    settings.MAIL_STORE = f"maildir://{tmp_path}/nowhere"
    assert "Der Mailspeicher lässt sich nicht lesen." in read(client, panel)


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("accounts/user/add/", {"context": 24, "uidname": "johndoe@acme.example"}, "ist vergeben"),
        ("accounts/user/add/", {"context": 24, "uidname": "x", "msisdn": "1"}, "ist keine Telefonnummer"),
        ("accounts/context/add/", {"id": 24, "name": "a/b", "reseller": ""}, "zwingend erforderlich"),
        (
            "forwards/forwardingalias/add/",
            {"context": 24, "address": "x@acme.example", "recipients": "x"},
            "ist keine Mailadresse",
        ),
        (
            "domains/explicitdomain/add/",
            {"context": 24, "name": "bolt.example"},
            "Die Domain bolt.example ist vergeben",
        ),
    ],
)
def test_refusals__of_services_stand_in_the_form(
    german: Login, read: Read, path: str, data: dict[str, Any], sentence: str
) -> None:
    assert sentence in read(german("alpha"), f"/admin/{path}", {"is_active": "on", **data})


def test_bulk_edit__from_the_form_to_the_result(world: World, german: Login, read: Read) -> None:
    client = german("alpha")
    chosen = {"_selected_action": list(ForwardingAlias.objects.filter(context=24).values_list("pk", flat=True))}
    form = read(client, ALIASES, {"action": "forwards.add_recipient", **chosen})
    assert "1 Zeile ist ausgewählt." in form
    filled_in = {"bulk": "x", "edit-recipient": "outside@elsewhere.example"}
    assert "keine Änderung" in read(client, ALIASES, {"action": "forwards.add_recipient", **chosen, **filled_in})
    assert "ist kein" in read(
        client, ALIASES, {"action": "forwards.add_recipient", **chosen, "bulk": "x", "edit-recipient": "nonsense"}
    )
    assert "wird geändert" in read(client, ALIASES, {"action": "forwards.suspend", **chosen})
    job = BulkJob.objects.latest("pk")
    assert "geändert" in read(client, f"/admin/bulk/bulkjob/{job.pk}/start/", {"count": "1"})
    read(client, "/admin/bulk/bulkjob/")
    undone = {"action": "changes.undo", "_selected_action": [Change.objects.latest("pk").pk]}
    read(client, "/admin/changelog/change/", undone)


def test_import__names_what_is_wrong_with_a_line(german: Login, read: Read) -> None:
    client, url = german("alpha"), "/admin/accounts/user/import"
    read(client, url)
    assert "Die erste Zeile muss die Spalten nennen" in read(
        client, url, {"file": SimpleUploadedFile("a.csv", b"x\n1")}
    )
    lines = (
        b"context,id,uidname,quota\n24,x,,\n99,1,a@b.example,\n24,77,,\n24,78,n@acme.example,\n24,78,m@acme.example,"
    )
    page = read(client, url, {"file": SimpleUploadedFile("a.csv", lines)})
    for sentence in (
        "id muss eine ganze Zahl sein.",
        "Es gibt keinen Kontext 99.",
        "der Benutzer ist neu.",
        "Sie gleicht",
    ):
        assert sentence in page


def test_worker__writes_in_the_language_of_whoever_asked(german: Login, read: Read, settings: Any) -> None:
    settings.BULK_REQUEST_ROWS = 0
    client = german("alpha")
    alias = ForwardingAlias.objects.get(address="sales@acme.example")
    alias.recipients.exclude(address="outside@elsewhere.example").delete()
    wanted = {"bulk": "x", "edit-recipient": "outside@elsewhere.example", "_selected_action": [alias.pk]}
    read(client, ALIASES, {"action": "forwards.remove_recipient", **wanted})
    with override("en"):
        while work_once():
            pass
    job = BulkJob.objects.latest("pk")
    assert "Das ist der einzige Empfänger." in read(client, f"/admin/bulk/bulkjob/{job.pk}/change/")
