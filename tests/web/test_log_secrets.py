"""What is in no line of the log, whatever happens and however much is told: passwords, credentials, subjects."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
import yaml
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection
from django.test import Client

from accounts.models import Administrator
from accounts.services.administrators import update_administrator
from core import trace
from mailstats.guard import guard_of
from mailstats.stores.delivery import deliver
from oxaas.lines import JsonFormatter, TextFormatter
from oxaas.settings import LOGGING
from tests.client import FORWARDS, MAIL, Api, basic
from tests.mail.imap_server import FakeServer, envelope_line
from tests.web.test_forgotten import link_of
from tests.world import OPERATOR, PASSWORD, World
from web import forgotten

pytestmark = pytest.mark.django_db

RIGHT: Final = "a-right-one-7Hq2"
WRONG: Final = "a-wrong-one-9Zk4"
NEW: Final = "a-new-one-5Tm8"
SUBJECT: Final = "subject-3Wp6"
JOHN: Final = "johndoe@acme.example"
SECRET: Final = (RIGHT, WRONG, NEW, SUBJECT, "hunter2", "md5$")
Channel = Callable[[World, Api, Any, Path], None]


class Everything(logging.Handler):
    """Each record in both formats, and whatever else hangs on it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.filters = [_made(one) for one in LOGGING["filters"].values()]  # type: ignore[attr-defined]
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written += [TextFormatter().format(record), JsonFormatter().format(record)]


def _made(entry: dict[str, Any]) -> logging.Filter:
    module, _dot, name = entry["()"].rpartition(".")
    made: logging.Filter = getattr(__import__(module, fromlist=[name]), name)()
    return made


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Everything]:
    """All that is written with LOG_LEVEL=DEBUG and DEBUG=true, slow or not."""
    handler, root, django = Everything(), logging.getLogger(), logging.getLogger("django")
    before = [(one, one.level) for one in (root, django)]
    for one, _level in before:
        one.addHandler(handler)
        one.setLevel(logging.DEBUG)
    monkeypatch.setattr(trace, "_slow", [0.000_000_1])
    connection.force_debug_cursor = True
    yield handler
    connection.force_debug_cursor = False
    for one, level in before:
        one.removeHandler(handler)
        one.setLevel(level)


@pytest.fixture
def clerk(world: World) -> Administrator:
    """Who has a password of their own, and an address."""
    row = world.administrators["alpha"]
    return update_administrator(actor=OPERATOR, administrator=row, password=RIGHT, email="clerk@acme.example")


def calls(world: World, api: Api, settings: Any, folder: Path) -> None:
    path = f"{FORWARDS}/24/new@acme.example"
    for password in (RIGHT, WRONG):
        for method in ("POST", "GET", "DELETE"):
            api(method, path, "alpha", {"recipient": "a@b.example"}, password=password)
    # As a name, as a method, in the path, in the query, in the body, in an unreadable header.
    api("GET", path, RIGHT, password="x")
    api("GET", path, "nobody", password=WRONG)
    api("GET", path, headers={"Authorization": f"Bearer {RIGHT}"})
    api("GET", path, headers={"Authorization": f"Basic {RIGHT}"})
    Client().generic("GET", f"/api/oxaas/{RIGHT}/?password={WRONG}", headers={"X-Request-ID": f"{NEW} {NEW}"})


def failing_calls(world: World, api: Api, settings: Any, folder: Path) -> None:
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    client = Client(raise_request_exception=False)
    path, sent = f"{FORWARDS}/24/new@acme.example", {"Authorization": basic("alpha", RIGHT)}
    row = f"new row refused\nDETAIL:  Failing row contains (1, {RIGHT}, md5$x).\n"
    for error in (OperationalError(row), IntegrityError(row), RuntimeError("broken")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("forwards.services.create_forward", _raising(error))
            client.post(path, {"recipient": "a@b.example"}, "application/json", headers=sent)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("accounts.login.backends.LoginBackend.authenticate", _raising(error))
            client.post("/admin/login/", {"username": "alpha", "password": RIGHT})


def _raising(error: Exception) -> Callable[..., None]:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise error

    return fail


def pages(world: World, api: Api, settings: Any, folder: Path) -> None:
    client = Client(raise_request_exception=False)
    for password in (WRONG, RIGHT):
        client.post("/admin/login/", {"username": "alpha", "password": password})
    client.post("/admin/login/", {"username": RIGHT, "password": WRONG})
    form = {"old_password": WRONG, "new_password1": NEW, "new_password2": NEW}
    for old in (WRONG, RIGHT):
        assert client.post("/admin/password_change/", form | {"old_password": old}).status_code in {200, 302}
    assert Administrator.objects.get(login="alpha").check_password(NEW)
    client.get(f"/admin/nothing?password={NEW}")
    Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "alpha", "password": RIGHT})


def links(world: World, api: Api, settings: Any, folder: Path) -> None:
    client = Client(raise_request_exception=False)
    settings.EMAIL_HOST = "localhost"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forgotten, "threading", SimpleNamespace(Thread=_AtOnce))
        client.post("/admin/login/forgotten", {"login": "alpha"})
    link = link_of(mail.outbox[0])
    token = link.rsplit("/", 1)[1]
    client.get(link)
    client.post("/admin/login/password", {"new_password1": NEW, "new_password2": NEW})
    assert Administrator.objects.get(login="alpha").check_password(NEW)
    client.get(link)
    client.delete(f"{link}/more")
    handler = next(one for one in logging.getLogger().handlers if isinstance(one, Everything))
    assert token not in "".join(handler.written)


class _AtOnce:
    def __init__(self, *, target: Callable[..., None], args: Any, daemon: bool) -> None:
        self.start = partial(target, *args)


def commands(world: World, api: Api, settings: Any, folder: Path) -> None:
    document = {"administrators": [{"login": "made", "role": "reseller", "reseller": "alpha", "password": NEW}]}
    broken = {"administrators": [{"login": "m", "role": "nonsense", "reseller": "alpha", "password": NEW}]}
    for number, one in enumerate((document, broken)):
        file = folder / f"{number}.yaml"
        file.write_text(yaml.safe_dump(one))
        try:
            call_command("provision", str(file), stdout=StringIO())
        except Exception as error:
            logging.getLogger("test").exception("refused: %s", error)
    assert Administrator.objects.get(login="made").check_password(NEW)


def mail_figures(world: World, api: Api, settings: Any, folder: Path) -> None:
    settings.MAIL_STORE = f"maildir://{folder}"
    deliver(folder, JOHN, f"Subject: {SUBJECT}\r\n\r\nbody\r\n".encode(), received=1_700_000_000)
    response: Any = api("GET", f"{MAIL}/{JOHN}", "portal-alpha")
    assert response.json()["recentmails"][0]["subject"] == SUBJECT


def failing_mail_figures(world: World, api: Api, settings: Any, folder: Path) -> None:
    good = envelope_line(3, subject=SUBJECT.encode())
    with FakeServer() as server:
        settings.MAIL_STORE = server.url
        for answer in (good + b"TAG OK\r\n", good + b"TAG NO\r\n", good.replace(b"{2", b"{1"), b"* 3 FETCH"):
            guard_of.cache_clear()
            server.replies["BODY.PEEK"] = answer + b"\r\nTAG OK\r\n"
            api("GET", f"{MAIL}/{JOHN}", "portal-alpha")


@pytest.mark.parametrize("channel", [calls, failing_calls, pages, links, commands, mail_figures, failing_mail_figures])
def test_log__holds_no_secret(
    channel: Channel, world: World, clerk: Administrator, api: Api, settings: Any, tmp_path: Path, log: Everything
) -> None:
    channel(world, api, settings, tmp_path)

    everything = "\n".join(log.written)
    assert "oxaas.statement" in everything
    for secret in SECRET:
        assert secret not in everything
        assert base64.b64encode(f"alpha:{secret}".encode()).decode() not in everything
    assert basic("portal-alpha", PASSWORD).removeprefix("Basic ") not in everything
