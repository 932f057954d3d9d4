"""What happens when a server of the installation fails, and that all recovers by itself; nothing is lost."""

from __future__ import annotations

import gzip
import json
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import quote

import psycopg2
import pytest

from accounts.services.users import create_user
from mailstats.stores import Mailbox, StoreError, store_from_url
from tests.client import MAIL, Api, basic
from tests.mail.mailing import MAIL_TESTS, TENANT, Figures, letter, owner_login
from tests.mail.platform import JANE, JOHN, PASSWORD, TEAM, Platform
from tests.mail.stack import SECRET, Stack, wait_until
from tests.world import OPERATOR, World

pytestmark = MAIL_TESTS

USER = "johndoe@acme.example"
WITHIN = 5.0
FORWARD = "/api/oxaas/v1/admin/forwards/24"


@pytest.fixture(scope="session")
def platform(postgres_url: str) -> Iterator[Platform]:
    """An installation of its own, whose database can be stopped."""
    platform = Platform()
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()


class Traffic:
    """Mail and API requests that go on while servers fail. Mail is sent again until it is accepted, as servers do."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._over = threading.Event()
        self.accepted: list[str] = []
        self.refusals: set[int] = set()
        self.answers: list[tuple[int, Any, dict[str, str]]] = []
        self._threads = [threading.Thread(target=one) for one in (self._send, self._ask)]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while not self._over.is_set():
            subject = f"letter {len(self.accepted)}"
            try:
                self._platform.stack.send(TEAM, letter(subject))
            except smtplib.SMTPRecipientsRefused as refused:
                self.refusals |= {code for code, _text in refused.recipients.values()}
            except smtplib.SMTPResponseException as refused:
                self.refusals.add(refused.smtp_code)
            else:
                self.accepted.append(subject)
            self._over.wait(0.1)

    def _ask(self) -> None:
        while not self._over.is_set():
            self.answers.append(self._platform.ask("GET", FORWARD, "admin"))
            self._over.wait(0.05)

    def wait_for_mail(self) -> None:
        """Until another message was accepted."""
        before = len(self.accepted)
        wait_until(lambda: len(self.accepted) > before + 2, "mail is accepted", seconds=70)


def subjects(platform: Platform, user: str) -> list[str]:
    """The subjects of everything in a mailbox."""
    listed = platform.stack.doveadm("fetch", "-u", user, "hdr.subject", "all")
    return sorted(line.partition(": ")[2] for line in listed.splitlines() if line.startswith("hdr.subject"))


def test_data_base_restarts_under_traffic__no_mail_is_lost_and_the_api_recovers(platform: Platform) -> None:
    with Traffic(platform) as traffic:
        traffic.wait_for_mail()
        platform.postgres.stop()
        answers = traffic.answers
        wait_until(lambda: traffic.refusals and answers and answers[-1][0] == 503, "mail and API notice")
        _status, body, headers = traffic.answers[-1]
        assert body == {"error": "The database is not reachable at the moment. Try again shortly."}
        assert {name.lower(): value for name, value in headers.items()}["retry-after"] == "5"
        platform.postgres.start()
        wait_until(lambda: traffic.answers[-1][0] == 200, "the API answers again", seconds=WITHIN)
        traffic.wait_for_mail()
    assert {status for status, _body, _headers in traffic.answers} <= {200, 503}
    assert all(400 <= code < 500 for code in traffic.refusals), "only 'later', never 'no'"

    def delivered() -> bool:
        platform.stack.flush()
        return not platform.stack.queue()

    wait_until(delivered, "everything is delivered", seconds=60)
    for user in (JOHN, JANE):
        assert subjects(platform, user) == sorted(traffic.accepted)


def test_data_base_down__every_operation_and_the_health_check_say_so(platform: Platform) -> None:
    asked = [("GET", f"/api/oxaas/mail/{JOHN}"), ("GET", FORWARD), ("POST", f"{FORWARD}/new@acme.example")]
    platform.postgres.stop()
    try:
        for method, path in asked:
            status, body, headers = platform.ask(method, path, "admin", {"recipient": JOHN})
            assert (status, set(body)) == (503, {"error"})
            assert "retry-after" in {name.lower() for name in headers}
        assert platform.ask("GET", "/health")[0] == 503
        assert platform.ask("GET", "/admin/")[0] in {302, 503}
    finally:
        platform.postgres.start()
    wait_until(lambda: platform.ask("GET", "/health")[0] == 200, "healthy again", seconds=WITHIN)
    assert platform.ask("GET", FORWARD, "admin")[0] == 200


def test_data_base_hangs__is_503_and_recovers_without_a_restart(platform: Platform) -> None:
    """Its processes are stopped: connections are accepted, and nothing is ever answered."""
    assert platform.ask("GET", FORWARD, "admin")[0] == 200
    with platform.postgres.paused():
        for path in (FORWARD, "/health", "/health/ready"):
            status, _body, headers = platform.ask("GET", path, "admin")
            assert (path, status) == (path, 503)
            assert {name.lower(): value for name, value in headers.items()}["retry-after"] == "5"
        assert platform.ask("GET", "/health/live")[0] == 200
    wait_until(lambda: platform.ask("GET", FORWARD, "admin")[0] == 200, "the API answers again", seconds=WITHIN)


def test_proxy__slow_bodies_and_one_address_too_many_hold_up_nobody_else(platform: Platform) -> None:
    """nginx sends a body on when all of it is here, and an address has so many connections and no more."""
    head = f"POST {FORWARD}/slow@acme.example HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n["
    context = ssl.create_default_context(cafile=str(platform.stack.certificate))
    with ExitStack() as stack:

        def begin(count: int) -> None:
            for _ in range(count):
                plain = socket.create_connection(("localhost", platform.https), timeout=15)
                slow = stack.enter_context(context.wrap_socket(plain, server_hostname="localhost"))
                slow.sendall(head.encode())

        begin(80)
        assert platform.ask("GET", FORWARD, "admin")[0] == 200
        begin(30)
        status, body, headers = platform.ask("GET", FORWARD, "admin")
        assert (status, set(body)) == (429, {"error"})
        assert headers["Retry-After"] == "1"
    wait_until(lambda: platform.ask("GET", FORWARD, "admin")[0] == 200, "the address is served again")


def test_proxy__passes_the_port_on_so_that_forms_are_taken(platform: Platform) -> None:
    status, page, headers = platform.ask("GET", "/admin/login/")
    assert status == 200
    cookie = {name.lower(): value for name, value in headers.items()}["set-cookie"].partition(";")[0]
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
    for sent, answer in ((f"https://localhost:{platform.https}", 302), ("https://elsewhere.example", 403)):
        status, page = platform.send_form(
            "/admin/login/",
            {"username": "admin@alpha_acme", "password": PASSWORD, "csrfmiddlewaretoken": token},
            {"Cookie": cookie, "Origin": sent, "Referer": f"{sent}/admin/login/"},
        )
        assert status == answer, page
    assert "This address is not trusted." in page
    assert "https://elsewhere.example" in page


def test_application_down__nginx_answers_in_the_api_s_form(platform: Platform) -> None:
    platform.granian.stop()
    try:
        status, body, headers = platform.ask("GET", FORWARD, "admin")
        assert (status, set(body)) == (503, {"error"})
        assert headers["Retry-After"] == "5"
    finally:
        platform.granian.start()
    wait_until(lambda: platform.ask("GET", FORWARD, "admin")[0] == 200, "the application is back")


def test_proxy__passes_encoded_aliases_on_as_they_came(platform: Platform) -> None:
    alias = quote("a/b%c+d@acme.example", safe="")
    assert platform.ask("POST", f"{FORWARD}/{alias}", "admin", {"recipient": JOHN})[0] == 201
    status, body, _headers = platform.ask("GET", f"{FORWARD}/{alias}", "admin")
    assert (status, body) == (200, [JOHN])
    assert platform.ask("GET", f"{FORWARD}/{alias}/", "admin")[0] == 404


@pytest.fixture
def many_aliases(platform: Platform) -> Iterator[int]:
    """So many more aliases of the context that their list is too long for any buffer on the way to a reader."""
    number = 60_000
    with closing(psycopg2.connect(platform.postgres.database.url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(
            "WITH made AS (INSERT INTO forwards_forwardingalias (context_id, address, normalized, domain, is_active)"
            " SELECT 24, name, name, 'acme.example', true FROM generate_series(1, %s) n,"
            " LATERAL (SELECT md5(n::text) || md5((-n)::text) || '@acme.example' AS name) x RETURNING id)"
            " INSERT INTO forwards_recipient (alias_id, address, normalized, domain)"
            " SELECT id, name, name, 'far.example' FROM made, LATERAL (SELECT 'to-' || id || '@far.example' AS name) x",
            [number],
        )
        try:
            yield number
        finally:
            cursor.execute("DELETE FROM forwards_recipient WHERE domain = 'far.example'")
            cursor.execute("DELETE FROM forwards_forwardingalias WHERE length(address) = 64 + 13")


def test_list__readers_that_do_not_read_hold_no_thread(platform: Platform, many_aliases: int) -> None:
    context = ssl.create_default_context(cafile=str(platform.stack.certificate))
    headers = {"Authorization": basic("admin", PASSWORD)}
    with ExitStack() as stack:
        for _ in range(6):  # three times the threads
            reader = HTTPSConnection("localhost", platform.https, timeout=30, context=context)
            stack.callback(reader.close)
            reader.request("GET", FORWARD, headers=headers)
            assert reader.getresponse().status == 200
        assert platform.ask("GET", f"{FORWARD}/{TEAM}", "admin")[:2] == (200, [JOHN, JANE])


def test_list__comes_compressed_through_the_proxy(platform: Platform, many_aliases: int) -> None:
    context = ssl.create_default_context(cafile=str(platform.stack.certificate))
    with closing(HTTPSConnection("localhost", platform.https, timeout=30, context=context)) as connection:
        headers = {"Authorization": basic("admin", PASSWORD), "Accept-Encoding": "gzip"}
        connection.request("GET", FORWARD, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(content)
    assert len(json.loads(gzip.decompress(content))) >= many_aliases


def failure(api: Api, uid: str = USER) -> str:
    """The sentence of a 500 that came in time."""
    started = time.monotonic()
    response: Any = api("GET", f"{MAIL}/{uid}", TENANT)
    assert time.monotonic() - started < WITHIN
    assert response.status_code == 500
    return str(response.json()["error"])


def test_dovecot_stopped__is_500_in_time_then_mail_waits_and_arrives(
    stack: Stack, api: Api, figures: Figures, caplog: pytest.LogCaptureFixture
) -> None:
    assert figures.count(USER) == 0
    stack.stop_dovecot()
    try:
        assert failure(api) == "The mail server cannot be reached."
        (line,) = [one.getMessage() for one in caplog.records if one.name == "mailstats.services"]
        assert f"localhost:{stack.imaps}" in line
        assert SECRET not in line
        stack.send(USER, letter("while it was away"))
        assert stack.queue()
    finally:
        stack.start_dovecot()
    stack.flush()
    assert figures.wait_for(USER, 1)["recentmails"][0]["subject"] == "while it was away"


def test_wrong_secret__is_500_in_time_and_delays_nobody(
    stack: Stack, api: Api, figures: Figures, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_STORE = stack.store_url.replace(quote(SECRET, safe=""), "wr0ng-s3cret")
    for _ in range(2):
        assert failure(api) == "The mail server refuses the login of the mail statistics."
    assert "wr0ng-s3cret" not in caplog.text
    settings.MAIL_STORE = stack.store_url
    started = time.monotonic()
    assert figures.count(USER) == 0
    assert time.monotonic() - started < 1.5


def test_user_unknown_to_the_mail_server__is_500_with_a_sentence(
    stack: Stack, api: Api, figures: Figures, world: World
) -> None:
    world.users[24].is_active = False
    world.users[24].save()
    assert failure(api) == "The mail server does not know this mailbox."


def test_data_base_of_dovecot_down__is_500_in_time_and_leaks_no_connection(platform: Platform) -> None:
    """The application's database is the mail server's too; here only Dovecot loses it."""
    store = store_from_url(platform.stack.store_url)
    platform.postgres.stop()
    try:
        started = time.monotonic()
        with pytest.raises(StoreError) as failed, store.open(Mailbox(JOHN)) as mailbox:
            mailbox.unread()
        assert time.monotonic() - started < WITHIN
        assert str(failed.value) in {
            "The mail server cannot open this mailbox at the moment.",
            "The mail server does not answer in time.",
        }
    finally:
        platform.postgres.start()

    def back() -> bool:
        try:
            with store.open(Mailbox(JOHN)) as mailbox:
                return mailbox.unread() >= 0
        except StoreError:
            return False

    wait_until(back, "Dovecot has its database again", seconds=60)
    wait_until(lambda: len(platform.stack.doveadm("who", "-1").splitlines()) <= 1, "every connection is closed")


def test_too_many_connections_of_one_user__is_500_with_a_sentence(
    stack: Stack, api: Api, figures: Figures, world: World
) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=50, uidname="busy@acme.example")
    stack.set_owners("busy@acme.example")
    open_logins = [owner_login(stack, "busy@acme.example") for _ in range(10)]
    try:
        for one in open_logins:
            one.__enter__()
        assert failure(api, "busy@acme.example") == "The mail server has too many connections to this mailbox."
    finally:
        for one in open_logins:
            one.__exit__(None, None, None)
    assert figures.count("busy@acme.example") == 0


def test_many_requests__leave_no_connection_behind(stack: Stack, figures: Figures) -> None:
    for _ in range(30):
        figures.all(USER)
    wait_until(lambda: len(stack.doveadm("who", "-1").splitlines()) <= 1, "every connection is closed")
