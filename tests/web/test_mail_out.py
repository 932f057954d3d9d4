"""The mails about passwords, sent to a real SMTP server."""

from __future__ import annotations

import email.policy
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.test import Client

from accounts.models import Administrator
from accounts.services.administrators import update_administrator
from tests.certificates import self_signed
from tests.web.test_forgotten import FORGOTTEN, NEW
from tests.world import OPERATOR, World

USER, SECRET = b"oxaas", b"the relay's password"
WITHIN: Final = 10


class Inbox:
    """What arrived, with the sender, the recipients, and whether there was a login."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bool, EmailMessage]] = []
        self.logins = 0

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message: Any = message_from_bytes(envelope.content, policy=email.policy.default)
        sent = (envelope.mail_from, envelope.rcpt_tos, session.authenticated, message)
        self.mails.append(sent)
        return "250 kept"

    def check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: Any, data: Any) -> AuthResult:
        """Whether these are the credentials."""
        self.logins += 1
        return AuthResult(success=(data.login, data.password) == (USER, SECRET))


@pytest.fixture(autouse=True)
def mailing(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "oxaas <oxaas@hoster.example>"


@pytest.fixture
def clerk(world: World) -> Administrator:
    row = world.administrators["admin@alpha_acme"]
    return update_administrator(actor=OPERATOR, administrator=row, email="clerk@acme.example", language="de")


@contextmanager
def serving(settings: Any, **options: Any) -> Iterator[Inbox]:
    """A server on a free port, which the settings name."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, authenticator=inbox.check, **options)
    controller.start()
    settings.EMAIL_PORT = port
    try:
        yield inbox
    finally:
        controller.stop()


def ask() -> None:
    """Ask for a link, and wait until it was sent or was not."""
    before = set(threading.enumerate())
    assert Client().post(FORGOTTEN, {"login": "admin@alpha_acme"}).status_code == 200
    for thread in set(threading.enumerate()) - before:
        thread.join(WITHIN)


def test_link__arrives_and_works(clerk: Administrator, settings: Any) -> None:
    with serving(settings) as inbox:
        ask()
    ((sender, recipients, _login, message),) = inbox.mails
    assert (sender, recipients) == ("oxaas@hoster.example", ["clerk@acme.example"])
    assert "admin@alpha_acme" in message["Subject"]
    found = re.search(r"http://testserver(\S+)", message.get_content())
    assert found
    client = Client()
    page = client.get(found[1])["Location"]
    assert client.post(page, {"new_password1": NEW, "new_password2": NEW})["Location"] == "/admin/login/"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_login__is_over_tls_with_a_server_that_is_known(
    clerk: Administrator, settings: Any, monkeypatch: Any, tmp_path: Path, security: str
) -> None:
    certificate = self_signed(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with secured(settings, certificate, security) as inbox:
        ask()
    ((_sender, _recipients, login, _message),) = inbox.mails
    assert login


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_login__is_not_tried_at_a_server_that_nobody_vouches_for(
    clerk: Administrator, settings: Any, tmp_path: Path, caplog: Any, security: str
) -> None:
    with secured(settings, self_signed(tmp_path / "server.pem"), security) as inbox:
        ask()
    assert (inbox.mails, inbox.logins) == ([], 0)
    assert f"administrator {clerk.pk} was not sent: SSLCertVerificationError" in caplog.text


@contextmanager
def secured(settings: Any, certificate: Path, security: str) -> Iterator[Inbox]:
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = security == "starttls", security == "tls"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER.decode(), SECRET.decode()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if security == "tls":
        options: dict[str, Any] = {"ssl_context": context, "auth_require_tls": False}
    else:
        options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with serving(settings, **options) as inbox:
        yield inbox


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket")  # Django closes it by forgetting it
def test_server__without_starttls_gets_no_password(clerk: Administrator, settings: Any, caplog: Any) -> None:
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER.decode(), SECRET.decode()
    with serving(settings, auth_require_tls=False) as inbox:
        ask()
    assert (inbox.mails, inbox.logins) == ([], 0)
    assert "was not sent: SMTPNotSupportedError" in caplog.text


def test_server__that_hangs_keeps_nobody_waiting_and_its_end_is_one_line(
    clerk: Administrator, settings: Any, caplog: Any
) -> None:
    caplog.set_level(logging.ERROR)
    settings.EMAIL_TIMEOUT = 1
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT = silent.getsockname()[1]
        begun = time.monotonic()
        ask()
        assert time.monotonic() - begun < WITHIN
    (record,) = caplog.records
    assert record.getMessage().startswith(f"the link for a new password of administrator {clerk.pk} was not sent: SMTP")
