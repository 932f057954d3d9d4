"""The company on paper: all that is of it, nothing that is of others, in a number of statements that does not grow."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.administrators import update_administrator
from accounts.services.users import create_user
from forwards.services import create_forward
from tests.web.conftest import Login
from tests.world import OPERATOR, World
from web import company_sheet

pytestmark = pytest.mark.django_db

URL = "/admin/accounts/context/24/sheet"


def test_sheet__has_what_the_company_has(logged_in: Login, world: World) -> None:
    page = logged_in("alpha").get(URL)
    text = page.content.decode()
    for one in ("alpha_acme", "acme.example", "johndoe@acme.example", "+49.1234.5624", "sales@acme.example", "1 MB"):
        assert one in text
    assert "outside@elsewhere.example" in text
    assert "admin@alpha_acme" in text
    assert "bolt.example" not in text
    assert f'href="{URL}"' in logged_in("alpha").get("/admin/accounts/context/24/change/").content.decode()


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("root", 200),
        ("alpha", 200),
        ("admin@alpha_acme", 200),
        ("alphakid", 404),
        ("beta", 404),
        ("admin@kid_cafe", 404),
    ],
)
def test_sheet__only_of_ones_own_companies(logged_in: Login, login: str, status: int) -> None:
    assert logged_in(login).get(URL).status_code == status


def test_sheet__without_a_login_is_nobodys(client: Any) -> None:
    assert client.get(URL).status_code == 302


def test_sheet__a_companys_administrator_need_not_know_who_sold_it(logged_in: Login, world: World) -> None:
    world.resellers["alpha"].display_name = ""
    page = logged_in("admin@alpha_acme").get(URL)
    assert not page.context["shows_reseller"]
    assert page.context["sheet"].domains is None
    assert page.context["sheet"].users.count == 1


def test_sheet__in_german(logged_in: Login, world: World) -> None:
    update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], language="de")
    text = logged_in("alpha").get(URL).content.decode()
    for one in ("Firmenblatt von alpha_acme", "Benutzer-ID", "Weiterleitungen", "Empfänger"):
        assert one in text


def test_sheet__statements_do_not_grow(logged_in: Login, world: World) -> None:
    client = logged_in("alpha")

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    count()
    before = count()
    for number in range(100, 120):
        create_user(actor=OPERATOR, context=world.contexts[24], number=number, uidname=f"u{number}@acme.example")
        create_forward(
            actor=OPERATOR,
            context=world.contexts[24],
            alias=f"a{number}@acme.example",
            recipients=[f"u{number}@acme.example"],
        )
    assert count() == before


def test_sheet__says_what_is_left_out(logged_in: Login, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company_sheet, "MAX_ROWS", 1)
    for number in (100, 101):
        create_user(actor=OPERATOR, context=world.contexts[24], number=number, uidname=f"<u{number}>")
    text = logged_in("alpha").get(URL).content.decode()
    assert "2 more are not printed" in text
    assert User.objects.filter(context=24).count() == 3
    assert "&lt;u100&gt;" in text
