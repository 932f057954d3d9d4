from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.resolving import Resolver
from mailstats.stores import Mailbox, Message, StoreError, Usage, imap, imap_values, imap_wire, store_from_url
from tests.certificates import self_signed
from tests.mail.imap_server import (
    ARRIVALS,
    ENVELOPES,
    FOLDERS,
    GREETING,
    INBOX,
    LOGGED_IN,
    Dribble,
    FakeServer,
    Reply,
    envelope_line,
    flood,
    hang_up,
)
from tests.mail.stack import wait_until

USER = "john@acme.example"
SECRET = "hunter2"
STEPS = ["", "AUTHENTICATE", "LIST", "EXAMINE", "INTERNALDATE", "BODY.PEEK"]
ANSWERS = dict(zip(STEPS, (GREETING, LOGGED_IN, FOLDERS, INBOX, ARRIVALS, ENVELOPES), strict=True))

LATE = "The mail server does not answer in time."
UNREACHABLE = "The mail server cannot be reached."
UNEXPECTED = "The mail server answers in an unexpected way."
UNKNOWN = "The mail server does not know this mailbox."
REFUSED = "The mail server refuses the login of the mail statistics."
UNAVAILABLE = "The mail server cannot open this mailbox at the moment."
LIMIT = "The mail server has too many connections to this mailbox."
INSECURE = "No secure connection to the mail server can be made."


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """Its end of every connection must have been closed when the test is over."""
    with FakeServer() as running:
        yield running


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "REQUEST_SECONDS", 0.3)


def answer(server: FakeServer, step: str, reply: Reply) -> None:
    if step:
        server.replies[step] = reply
    else:
        server.greeting = reply


def figures(url: str, user: str = USER, moment: float | None = 1_700_000_000) -> tuple[Any, ...]:
    with store_from_url(url).open(Mailbox(user)) as opened:
        return (
            opened.unread(),
            opened.new_since(moment),
            opened.unread_everywhere(),
            opened.usage(),
            [message.subject for message in opened.recent(5)],
        )


def failure(url: str, user: str = USER) -> StoreError:
    with pytest.raises(StoreError) as caught:
        figures(url, user)
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown + caught.value.cause
    return caught.value


def outcome(url: str) -> StoreError | None:
    try:
        figures(url)
    except StoreError as error:
        return error
    return None


# The figures


def test_figures__all_come_over_one_connection(server: FakeServer) -> None:
    assert figures(server.url) == (2, 2, 7, Usage(4601, 14), ["message 3", "message 2", "message 1"])
    assert server.connections == 1
    assert [command.split()[0] for command in server.commands] == ["AUTHENTICATE", "LIST", "EXAMINE", "FETCH", "FETCH"]


def test_figures__what_is_not_asked_is_not_fetched(server: FakeServer) -> None:
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        assert opened.unread() == opened.unread() == 2
    assert [command.split()[0] for command in server.commands] == ["AUTHENTICATE", "LIST"]


def test_figures__an_empty_mailbox(server: FakeServer) -> None:
    server.replies["LIST"] = b"* STATUS inbox (MESSAGES 0 UNSEEN 0 SIZE 0)\r\nTAG OK\r\n"
    server.replies["EXAMINE"] = b"* 0 EXISTS\r\nTAG OK\r\n"
    assert figures(server.url) == (0, 0, 0, Usage(0, 0), [])
    assert "FETCH" not in " ".join(server.commands)


def test_recent__the_whole_envelope(server: FakeServer) -> None:
    server.replies["EXAMINE"] = b"* 1 EXISTS\r\nTAG OK\r\n"
    server.replies["INTERNALDATE"] = b'* 1 FETCH (INTERNALDATE " 4-feb-2024 01:02:03 -0330")\r\nTAG OK\r\n'
    fields = {
        "subject": b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n und mehr",
        "from": "Jürgen <j@b.example>".encode(),
        "to": b'a@b.example, "C, D" <c@b.example>',
        "date": b"Tue, 14 Nov 2023 22:13:20 +0000",
    }
    line = envelope_line(1, flags=b"\\Seen \\flagged $Label", size=4321, **fields)
    server.replies["BODY.PEEK"] = line + b"TAG OK\r\n"
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        assert opened.recent(5) == [
            Message(
                id="101",
                folder_id="INBOX",
                subject="Grüße und mehr",
                sender=[("Jürgen", "j@b.example")],
                to=[(None, "a@b.example"), ("C, D", "c@b.example")],
                size=4321,
                received_ms=1_707_021_123_000,
                sent_ms=1_700_000_000_000,
                flags=40,
            )
        ]


@pytest.mark.parametrize(
    ("flags", "bits"),
    [
        (b"", 0),
        (b"\\Answered", 1),
        (b"\\Deleted", 2),
        (b"\\Draft", 4),
        (b"\\Flagged", 8),
        (b"\\Recent", 16),
        (b"\\Seen", 32),
        (b"\\Answered \\Deleted \\Draft \\Flagged \\Recent \\Seen Other", 63),
    ],
)
def test_recent__flags_are_numbered_as_in_ox(server: FakeServer, flags: bytes, bits: int) -> None:
    server.replies["BODY.PEEK"] = envelope_line(3, flags=flags) + b"TAG OK\r\n"
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        assert opened.recent(1)[0].flags == bits


def test_recent__a_header_without_the_fields_is_empty_text(server: FakeServer) -> None:
    server.replies["BODY.PEEK"] = (
        b"* 3 FETCH (UID 7 FLAGS () RFC822.SIZE 0 BODY[HEADER.FIELDS (SUBJECT)]<0> NIL "
        b'BODY[HEADER.FIELDS ("FROM")]<0> "" BODY[HEADER.FIELDS (TO)]<0> {2}\r\n\r\n)\r\nTAG OK\r\n'
    )
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        (message,) = opened.recent(5)
    assert (message.subject, message.sender, message.to, message.sent_ms) == ("", [], [], None)


@pytest.mark.parametrize("end", [b"TAG OK done\r\n", b"TAG NO [EXPUNGEISSUED] Some messages no longer exist.\r\n"])
def test_recent__messages_that_go_meanwhile_are_left_out(server: FakeServer, end: bytes) -> None:
    changed = b"* 2 FETCH (FLAGS (\\Seen))\r\n"
    server.replies["BODY.PEEK"] = envelope_line(3, subject=b"there") + changed + end
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        assert [message.subject for message in opened.recent(5)] == ["there"]


# New mail, counted without looking at every message


def mailbox_of(arrivals: list[int]) -> Callable[[socket.socket, str], None]:
    """A FETCH reply of a mailbox whose messages arrived at these moments."""

    def reply(connection: socket.socket, line: str) -> None:
        tag, _, numbers, *_ = line.split()
        first, last = (int(number) for number in numbers.split(":"))
        dates = (time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime(moment)) for moment in arrivals[first - 1 : last])
        lines = [f'* {number} FETCH (INTERNALDATE "{date}")\r\n' for number, date in enumerate(dates, first)]
        connection.sendall(("".join(lines) + f"{tag} OK done\r\n").encode())

    return reply


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), size=st.integers(0, 1500))
def test_new_since__is_exact_for_mail_in_order_of_arrival(server: FakeServer, data: st.DataObject, size: int) -> None:
    step = data.draw(st.integers(0, 3))
    arrivals = [1_000_000 + number * step for number in range(size)]
    moment = data.draw(st.sampled_from(arrivals) if arrivals else st.just(0)) + data.draw(st.floats(-2, 2))
    server.replies |= {"EXAMINE": b"* %d EXISTS\r\nTAG OK\r\n" % size, "INTERNALDATE": mailbox_of(arrivals)}
    server.commands.clear()
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        assert opened.new_since(moment) == sum(arrival > int(moment) for arrival in arrivals)
        assert opened.new_since(None) == size
    assert len(server.commands) < 15


def test_new_since__the_last_messages_count_in_any_order(server: FakeServer) -> None:
    arrivals = [500] * 1000 + [2000, 500, 3000, 999, 1000, 1001] * 20
    server.replies |= {"EXAMINE": b"* 1120 EXISTS\r\nTAG OK\r\n", "INTERNALDATE": mailbox_of(arrivals)}
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        assert opened.new_since(1000) == 60


def test_recent__newest_by_arrival_then_by_number(server: FakeServer) -> None:
    server.replies["EXAMINE"] = b"* 5 EXISTS\r\nTAG OK\r\n"
    server.replies["INTERNALDATE"] = mailbox_of([5000, 1000, 3000, 3000, 2000])
    server.replies["BODY.PEEK"] = b"".join(envelope_line(number) for number in range(1, 6)) + b"TAG OK\r\n"
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        assert [message.id for message in opened.recent(4)] == ["101", "104", "103", "105"]


# Logging in


@pytest.mark.parametrize(
    "name",
    [USER, "o'hara@acme.example", 'quo"te\\', "a*stats", "stats", "a b {3}", "jürgen@acme.example", "%s(", "a" * 254],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_login__any_name_is_only_a_name(server: FakeServer, name: str, at_once: bool) -> None:
    if not at_once:
        server.greeting = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"
        # The answer to the challenge is a line without a tag.
        server.replies |= {"AUTHENTICATE": b"* OK wait\r\n+ \r\n", login_blob(name): b"S1 OK in\r\n"}
    assert figures(server.url, name)[0] == 2
    sent = server.commands[0].removeprefix("AUTHENTICATE PLAIN").strip() or server.commands[1]
    assert base64.b64decode(sent) == name.encode() + b"\0stats\0hunter2"


def login_blob(name: str) -> str:
    return base64.b64encode(f"{name}\0stats\0{SECRET}".encode()).decode()


@pytest.mark.parametrize("name", ["", "a\0stats2", "\ud800"])
def test_login__a_name_that_cannot_be_one_is_not_sent(server: FakeServer, name: str) -> None:
    """An empty one would open the master's own mail, a NUL would be read as the end of the name."""
    assert str(failure(server.url, name)) == UNKNOWN
    assert server.commands == []


# Every way to fail


@pytest.mark.parametrize(
    ("step", "reply", "sentence", "cause"),
    [
        ("AUTHENTICATE", b"TAG NO [AUTHENTICATIONFAILED] Authentication failed.", REFUSED, "AUTHENTICATIONFAILED"),
        ("AUTHENTICATE", b"TAG NO [AUTHORIZATIONFAILED] Authorization failed", UNKNOWN, "AUTHORIZATIONFAILED"),
        ("AUTHENTICATE", b"TAG NO [UNAVAILABLE] Temporary authentication failure.", UNAVAILABLE, "Temporary"),
        ("AUTHENTICATE", b"TAG NO [LIMIT] Maximum number of connections exceeded", LIMIT, "Maximum number"),
        ("AUTHENTICATE", b"* BYE [unavailable] Auth process is away", UNAVAILABLE, "Auth process is away"),
        ("AUTHENTICATE", b"* BYE Shutting down", UNAVAILABLE, "Shutting down"),
        ("AUTHENTICATE", b"TAG BAD what?", UNEXPECTED, "AUTHENTICATE: BAD what?"),
        ("AUTHENTICATE", b"+ go on\r\nTAG OK in", UNEXPECTED, "GarbledError"),
        ("", b"* BYE Too many connections", UNAVAILABLE, "greeting: BYE Too many connections"),
        ("", b"* PREAUTH hello", UNEXPECTED, "greeting"),
        ("", b"220 smtp.acme.example ESMTP", UNEXPECTED, "220 smtp.acme.example ESMTP"),
        ("", b"HTTP/1.1 400 Bad Request", UNEXPECTED, "HTTP/1.1 400"),
        ("LIST", b"TAG BAD Unknown command", UNEXPECTED, "LIST: BAD Unknown command"),
        ("LIST", b"TAG NO [SERVERBUG] Internal error", UNAVAILABLE, "SERVERBUG"),
        ("LIST", b"* STATUS INBOX (MESSAGES 1 UNSEEN 1)\r\nTAG OK", UNEXPECTED, "a number was expected"),
        ("LIST", b"* STATUS INBOX (MESSAGES 1 UNSEEN -1 SIZE 1)\r\nTAG OK", UNEXPECTED, "a number was expected"),
        ("LIST", b"* STATUS INBOX (MESSAGES 1 UNSEEN " + b"9" * 5000 + b" SIZE 1)\r\nTAG OK", UNEXPECTED, "a number"),
        ("LIST", b"* STATUS INBOX\r\nTAG OK", UNEXPECTED, "no figures"),
        ("LIST", b"* STATUS (INBOX) ()\r\nTAG OK", UNEXPECTED, "no figures"),
        ("LIST", b"* STATUS INBOX ((A) 1)\r\nTAG OK", UNEXPECTED, "a word was expected"),
        ("LIST", b"* STATUS INBOX (MESSAGES 1))\r\nTAG OK", UNEXPECTED, "a parenthesis too many"),
        ("LIST", b'* STATUS "INBOX (MESSAGES 1)\r\nTAG OK', UNEXPECTED, "a string without an end"),
        ("LIST", b"S9 OK somebody else's", UNEXPECTED, "LIST: 21 bytes that are no answer"),
        ("LIST", b"TAG PERHAPS", UNEXPECTED, "LIST: 10 bytes that are no answer"),
        ("EXAMINE", b"TAG NO [NONEXISTENT] No INBOX", UNEXPECTED, "NONEXISTENT"),
        ("EXAMINE", b"TAG OK", UNEXPECTED, "no number of messages"),
        ("EXAMINE", b"* many EXISTS\r\nTAG OK", UNEXPECTED, "a number was expected"),
        ("INTERNALDATE", b'* 3 FETCH (INTERNALDATE "31-Feb-2023 00:00:00 +0000")\r\nTAG OK', UNEXPECTED, "no date"),
        ("INTERNALDATE", b'* 3 FETCH (INTERNALDATE "1-Jan-0001 00:00:00 +9900")\r\nTAG OK', UNEXPECTED, "no date"),
        ("INTERNALDATE", b"* 3 FETCH (INTERNALDATE NIL)\r\nTAG OK", UNEXPECTED, "a word was expected"),
        ("INTERNALDATE", b"* x FETCH (INTERNALDATE NIL)\r\nTAG OK", UNEXPECTED, "a number was expected"),
        ("BODY.PEEK", b"* 3 FETCH (UID x FLAGS () RFC822.SIZE 1)\r\nTAG OK", UNEXPECTED, "a number was expected"),
        ("BODY.PEEK", b"* 3 FETCH (UID 1 FLAGS () RFC822.SIZE (1))\r\nTAG OK", UNEXPECTED, "a number was expected"),
        ("BODY.PEEK", b"* 3 FETCH (UID 1 FLAGS ((x)) RFC822.SIZE 1)\r\nTAG OK", UNEXPECTED, "a word was expected"),
        ("BODY.PEEK", b"* 3 FETCH (UID 1 BODY[] {999999}\r\nTAG OK", UNEXPECTED, "a literal of 999999 bytes"),
        ("LIST", b"\0" * 200_000, UNEXPECTED, "a line of more than"),
        ("LIST", b"* " + b"(" * 60_000 + b"\r\n* STATUS\r\nTAG OK", UNEXPECTED, "no figures"),
        ("AUTHENTICATE", b"TAG NO \x1b[2J\x00\xff", UNEXPECTED, "AUTHENTICATE: NO [2J\ufffd"),
    ],
)
def test_failure__has_a_sentence_and_a_precise_cause(
    server: FakeServer, step: str, reply: bytes, sentence: str, cause: str
) -> None:
    answer(server, step, reply + b"\r\n")
    error = failure(server.url)
    assert str(error) == sentence
    assert cause in error.cause
    assert error.cause.startswith(f"127.0.0.1:{server.port}, mailbox {USER!r}: ")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.usefixtures("short")
def test_failure__a_silent_server(server: FakeServer, step: str) -> None:
    answer(server, step, None)
    assert str(failure(server.url)) == LATE


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.usefixtures("short")
def test_failure__a_server_that_dribbles_is_not_waited_for(server: FakeServer, step: str) -> None:
    """Each byte comes in time and the answer is right in the end: only a deadline for the whole request helps."""
    slow = Dribble(ANSWERS[step])
    answer(server, step, slow)
    assert str(failure(server.url)) == LATE
    assert not slow.finished


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("before", [b"", b"* ", b"* OK half a li"])
def test_failure__a_server_that_hangs_up(server: FakeServer, step: str, before: bytes) -> None:
    answer(server, step, hang_up(before))
    assert str(failure(server.url)) == UNREACHABLE


@pytest.mark.parametrize(
    "piece", [b"* 1 EXISTS\r\n", b"* OK still here\r\n", b"* 1 FETCH (FLAGS ())\r\n" * 1000, b"x" * 1000]
)
@pytest.mark.parametrize("step", ["", "LIST", "INTERNALDATE"])
def test_failure__a_server_that_never_stops(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, step: str, piece: bytes
) -> None:
    monkeypatch.setattr(imap_wire, "ANSWER_BYTES", 500_000)
    answer(server, step, flood(piece))
    assert str(failure(server.url)) == UNEXPECTED


def test_failure__no_server(server: FakeServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = failure(f"imap://stats:hunter2@127.0.0.1:{unused.getsockname()[1]}")
    assert str(error) == UNREACHABLE
    assert "Connection refused" in error.cause


def test_failure__an_error_of_the_caller_stays_its_own(server: FakeServer) -> None:
    with pytest.raises(TimeoutError, match="mine"), store_from_url(server.url).open(Mailbox(USER)):
        raise TimeoutError("mine")


@pytest.mark.parametrize(
    "echo",
    [
        f"TAG BAD no such command: AUTHENTICATE PLAIN {login_blob(USER)}",
        f"TAG BAD no such command: AUTHENTICATE PLAIN {login_blob(USER)[:30]}",
        f"TAG NO [AUTHENTICATIONFAILED] {SECRET} is wrong",
        f"{login_blob(USER)}",
    ],
)
def test_failure__the_login_is_never_repeated(server: FakeServer, echo: str) -> None:
    server.replies["AUTHENTICATE"] = f"{echo}\r\n".encode()
    error = failure(server.url)
    assert login_blob(USER)[:12] not in "".join(traceback.format_exception(error)) + error.cause
    # What is no answer at all is never shown, whatever is in it.
    assert "the answer repeats the login" in error.cause or "44 bytes that are no answer" in error.cause


def test_store__shows_no_secret() -> None:
    store = store_from_url("imap://stats:hunter2@127.0.0.1:143")
    assert SECRET not in repr(store) + str(store)
    assert "stats" in repr(store)


# Names of servers


def address_of(server: FakeServer) -> tuple[Any, ...]:
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))


def named(server: FakeServer) -> str:
    return server.url.replace("127.0.0.1", "localhost")


def test_name__is_looked_up(server: FakeServer) -> None:
    assert figures(named(server))[0] == 2


def test_name__a_dead_address_is_passed_over(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = (socket.AF_INET, socket.SOCK_STREAM, 6, "", unused.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [dead, address_of(server)])
        assert figures(named(server))[0] == 2


def test_name__unknown(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failure(named(server))
    assert str(error) == UNREACHABLE
    assert "localhost: [Errno -2] Name or service not known" in error.cause


@pytest.mark.usefixtures("short")
def test_name__a_look_up_that_hangs_is_left_behind(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = threading.Event()

    def hangs(*args: Any, **kwargs: Any) -> Any:
        hanging.wait(30)
        return [address_of(server)]

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    error = failure(named(server))
    hanging.set()
    assert str(error) == LATE
    assert "not resolved in time" in error.cause


@pytest.mark.usefixtures("short")
def test_name__look_ups_that_hang_do_not_pile_up(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = threading.Event()

    def hangs(*args: Any, **kwargs: Any) -> Any:
        hanging.wait(30)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    monkeypatch.setattr(imap_wire, "_look_ups", Resolver("mail-server-name", 2))
    before = threading.active_count()
    causes = [failure(named(server)).cause for _ in range(4)]
    assert threading.active_count() == before + 2
    hanging.set()
    wait_until(lambda: threading.active_count() == before, "the look-ups have ended")
    assert "hang already" in causes[-1]
    assert "not resolved in time" in causes[0]


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, and its key, in one file."""
    return self_signed(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[FakeServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FakeServer(context) as running:
        yield running


def test_tls__a_trusted_server_answers(tls_server: FakeServer, certificate: Path) -> None:
    assert figures(f"{tls_server.url}?cafile={certificate}")[0] == 2


def test_tls__an_unknown_authority_is_refused_before_the_login(tls_server: FakeServer) -> None:
    error = failure(tls_server.url)
    assert str(error) == INSECURE
    assert "self-signed certificate" in error.cause
    assert tls_server.commands == []


def test_tls__another_name_is_refused_before_the_login(tls_server: FakeServer, certificate: Path) -> None:
    error = failure(f"{named(tls_server)}?cafile={certificate}")
    assert str(error) == INSECURE
    assert "Hostname mismatch" in error.cause
    assert tls_server.commands == []


def test_tls__a_server_without_it_is_refused(server: FakeServer) -> None:
    assert str(failure(server.url.replace("imap:", "imaps:"))) == INSECURE
    assert not [command for command in server.commands if "AUTHENTICATE" in command]


@pytest.mark.usefixtures("short")
def test_tls__a_handshake_that_never_begins(server: FakeServer) -> None:
    server.greeting, server.replies = None, {"": None}
    assert str(failure(server.url.replace("imap:", "imaps:"))) == LATE


@pytest.mark.usefixtures("short")
def test_tls__a_handshake_that_dribbles(server: FakeServer) -> None:
    server.greeting = slow = Dribble(b"\x16\x03\x03\x40\x00" + b"x" * 200)
    assert str(failure(server.url.replace("imap:", "imaps:"))) == LATE
    assert not slow.finished


@pytest.mark.usefixtures("short")
def test_tls__a_server_that_dribbles(tls_server: FakeServer, certificate: Path) -> None:
    slow = Dribble(FOLDERS)
    tls_server.replies["LIST"] = slow
    assert str(failure(f"{tls_server.url}?cafile={certificate}")) == LATE
    assert not slow.finished


# Garbage

PIECES = re.findall(rb"[\s\S]{1,9}", FOLDERS + INBOX + ARRIVALS + ENVELOPES)
MARKS = [b"* ", b"\r\n", b"TAG OK\r\n", b"{3}\r\n", b"(", b")", b'"', b"\\", b"[", b"]", b"NIL", b"\0", b"\xff", b" "]
WORDS = [b"* STATUS ", b"* 1 FETCH (", b"INTERNALDATE ", b"UID 1 ", b"BODY[HEADER.FIELDS (TO)]<0> ", b"* 3 EXISTS\r\n"]
TOKENS = st.sampled_from(PIECES + MARKS + WORDS)
GARBAGE = st.binary(max_size=200) | st.lists(TOKENS, max_size=40).map(b"".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(step=st.sampled_from(STEPS), garbage=GARBAGE)
def test_garbage__is_figures_or_a_sentence(server: FakeServer, step: str, garbage: bytes) -> None:
    def reply(connection: socket.socket, line: str) -> None:
        tag = line.partition(" ")[0].encode()
        connection.sendall(garbage.replace(b"TAG", tag) + b"\r\n%b OK\r\n" % tag)
        connection.shutdown(socket.SHUT_RDWR)

    answer(server, step, reply)
    error = outcome(server.url)
    assert error is None or str(error) in (UNEXPECTED, UNREACHABLE, UNAVAILABLE)
    assert error is None or SECRET not in error.cause
    answer(server, step, ANSWERS[step])


@pytest.mark.parametrize("shape", [b"[ ", b'"\\', b"(", b")(", b"a[", b"[]", b'"" ', b"[" * 50 + b" "])
def test_parse__long_lines_are_read_in_a_moment(shape: bytes) -> None:
    """No quadratic pattern: a line of the largest size takes milliseconds."""
    line = b"* " + shape * (imap_wire.LINE_BYTES // len(shape))
    for _ in range(10):
        try:
            imap_values.parse([line])
        except imap_values.GarbledError:
            continue
