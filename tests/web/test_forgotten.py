"""A forgotten password: the mail, its link, and what nobody is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Administrator
from accounts.services.administrators import update_administrator
from changelog.models import Change
from core.errors import Invalid
from tests.world import OPERATOR, PASSWORD, World
from web import forgotten

FORGOTTEN = "/admin/login/forgotten"
NEW = "a rather new secret"


@pytest.fixture(autouse=True)
def mailing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail is set up, and sent at once."""
    settings.EMAIL_HOST = "localhost"

    class AtOnce:
        def __init__(self, *, target: Callable[..., None], args: Any, daemon: bool) -> None:
            self.target, self.args = target, args

        def start(self) -> None:
            self.target(*self.args)

    monkeypatch.setattr(forgotten.threading, "Thread", AtOnce)  # type: ignore[attr-defined]


@pytest.fixture
def clerk(world: World) -> Administrator:
    """A context's administrator with an address."""
    row = world.administrators["admin@alpha_acme"]
    return update_administrator(actor=OPERATOR, administrator=row, email="clerk@acme.example")


def link_of(message: Any) -> str:
    found = re.search(r"http://testserver(\S+)", message.body)
    assert found
    return found[1]


def ask(login: str, client: Client | None = None) -> Any:
    return (client or Client()).post(FORGOTTEN, {"login": login})


def test_link__sets_a_password_once_and_names_the_long_form(clerk: Administrator) -> None:
    ask("admin@alpha_acme")
    (message,) = mail.outbox
    assert message.to == ["clerk@acme.example"]
    assert "admin@alpha_acme" in message.subject
    assert "admin@alpha_acme" in message.body
    link, client = link_of(message), Client()

    page = client.get(link)
    assert page["Location"] == "/admin/login/password"
    assert "data-new-password" in client.get(page["Location"]).content.decode()
    done = client.post(page["Location"], {"new_password1": NEW, "new_password2": NEW})

    assert done["Location"] == "/admin/login/"
    assert Administrator.objects.get(pk=clerk.pk).check_password(NEW)
    change = Change.objects.latest("pk")
    assert (change.actor, change.credential) == ("admin@alpha_acme", "link by mail")
    again = Client()
    assert again.get(again.get(link)["Location"]).context["form"] is None
    assert (
        client.post("/admin/login/password", {"new_password1": PASSWORD, "new_password2": PASSWORD}).context["form"]
        is None
    )


@pytest.mark.parametrize(
    "login", ["nobody", "admin", "alpha", "portal-alpha", "a\u202eb", "x" * 300, "root@alpha_acme"]
)
def test_answer__is_the_same_for_every_name(clerk: Administrator, login: str) -> None:
    expected = ask("admin@alpha_acme").content
    sent = len(mail.outbox)
    token = re.compile(rb'value="[A-Za-z0-9]{64}"')
    assert token.sub(b"", ask(login).content) == token.sub(b"", expected)
    assert len(mail.outbox) == sent


def test_mail__is_sent_once_in_some_minutes(clerk: Administrator) -> None:
    for number in range(4):
        ask("admin@alpha_acme", Client(REMOTE_ADDR=f"192.0.2.{number}"))
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("change", [{"password": "yet another secret"}, {"is_active": False}, {"email": "x@y.example"}])
def test_link__ends_with_what_it_was_made_for(clerk: Administrator, change: dict[str, Any]) -> None:
    ask("admin@alpha_acme")
    update_administrator(actor=OPERATOR, administrator=clerk, **change)
    client = Client()
    assert client.get(client.get(link_of(mail.outbox[0]))["Location"]).context["form"] is None


@pytest.mark.parametrize("path", ["x/y", "MQ/abc-def", "%00/x", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5/x"])
def test_link__made_up_opens_nothing(world: World, path: str) -> None:
    client = Client()
    client.get(f"{FORGOTTEN}/{path}")
    assert client.get("/admin/login/password").context["form"] is None


def test_link__obeys_the_rules_for_passwords(clerk: Administrator) -> None:
    ask("admin@alpha_acme")
    client = Client()
    page = client.get(link_of(mail.outbox[0]))["Location"]
    assert client.post(page, {"new_password1": "short", "new_password2": "short"}).context["form"].errors


def test_pages__are_not_there_without_mail(world: World, settings: Any) -> None:
    assert FORGOTTEN in Client().get("/admin/login/").content.decode()
    settings.EMAIL_HOST = ""
    assert Client().get(FORGOTTEN).status_code == 404
    assert FORGOTTEN not in Client().get("/admin/login/").content.decode()


def test_own_address__wants_the_password(world: World) -> None:
    alpha = world.administrators["alpha"]
    client = Client()
    client.force_login(alpha, backend="accounts.login.backends.LoginBackend")
    for password, email in (("wrong", ""), ("", ""), (PASSWORD, "me@alpha.example")):
        client.post("/admin/account", {"language": "", "email": "me@alpha.example", "password": password})
        assert Administrator.objects.get(pk=alpha.pk).email == email
    client.post("/admin/account", {"language": "", "email": "me@alpha.example"})
    assert Administrator.objects.get(pk=alpha.pk).email == "me@alpha.example"


def test_address__that_is_none_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], email="no address")
