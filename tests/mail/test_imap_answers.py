"""Whatever the norms (RFC 3501, RFC 9051 and their extensions) let a server say is understood."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailstats.stores import Mailbox, Message, StoreError, Usage, store_from_url
from mailstats.stores.imap_values import Line, Value, parse
from tests.mail.imap_server import FakeServer, envelope_line

USER = "john@acme.example"
ONE = b"* 1 EXISTS\r\nTAG OK\r\n"
ARRIVED = b'* 1 FETCH (INTERNALDATE "14-Nov-2023 22:13:20 +0000")\r\nTAG OK\r\n'
CAPABLE = b"TAG OK [CAPABILITY IMAP4rev1 NAMESPACE LIST-STATUS SPECIAL-USE] Logged in\r\n"
# The characters of an atom: all of ASCII that can be seen, but for the specials (RFC 3501, 9).
ATOM_CHARACTERS = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '(){%*"\\]')


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as running:
        running.replies |= {"EXAMINE": ONE, "INTERNALDATE": ARRIVED}
        yield running


def recent(server: FakeServer) -> list[Message]:
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        return opened.recent(5)


def only(server: FakeServer, answer: bytes) -> Message:
    server.replies["BODY.PEEK"] = answer + b"TAG OK\r\n"
    (message,) = recent(server)
    return message


def usage(server: FakeServer) -> tuple[int, Usage]:
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        return opened.unread_everywhere(), opened.usage()


# Flags and keywords


@pytest.mark.parametrize(
    "keyword",
    [b"[todo", b"[", b"to]do", b"BODY[x", b"body[", b"BINARY[1", b"NIL", b"nil", b"$Label1", b"{x", b"a<b>", b"~x",
     b"+x", b"-", b"5", b"\\Custom", b"\\*", b"a'b", b"#1", b"x|y", b"todo;", b"\xff\xfe", b"a" * 300],
)  # fmt: skip
def test_keyword__any_is_only_a_keyword(server: FakeServer, keyword: bytes) -> None:
    for flags in (b"\\Seen %b" % keyword, b"%b \\Seen" % keyword, b"%b %b \\seen" % (keyword, keyword)):
        message = only(server, envelope_line(1, flags=flags, subject=b"hello"))
        assert (message.flags, message.subject, message.id) == (32, "hello", "101")


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keywords=st.lists(st.text(ATOM_CHARACTERS, min_size=1, max_size=12), max_size=5))
def test_keyword__of_any_characters_of_an_atom(server: FakeServer, keywords: list[str]) -> None:
    flags = " ".join(["\\Flagged", *keywords, "\\Seen"]).encode()
    message = only(server, envelope_line(1, flags=flags, subject=b"hello"))
    assert (message.flags, message.subject) == (40, "hello")


# Items of FETCH


@pytest.mark.parametrize(
    "answer",
    [
        b'* 1 FETCH (UID 101 FLAGS () RFC822.SIZE 100 BODY[HEADER.FIELDS (SUBJECT)]<0> "Subject: hello")\r\n',
        b'* 1 fetch (uid 101 flags () rfc822.size 100 body[header.fields ("subject")]<0> "Subject: hello")\r\n',
        b"* 1 FETCH (UID 101 FLAGS () RFC822.SIZE 100 BODY[HEADER.FIELDS ({7}\r\nSUBJECT)]<0> {14}\r\n"
        b"Subject: hello)\r\n",
        b'* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)] "Subject: hello" RFC822.SIZE 100 UID 101 FLAGS ())\r\n',
        b'* 1 FETCH (UID 101 FLAGS () RFC822.SIZE 100 BODY[HEADER.FIELDS ("SUB]JECT")] NIL '
        b'BODY[HEADER.FIELDS (SUBJECT)]<0.9> "Subject: hello")\r\n',
        b"* 1 FETCH (UID 101 FLAGS () RFC822.SIZE 100 BODY[HEADER.FIELDS (SUBJECT)]<0> ~{14}\r\nSubject: hello)\r\n",
        b"* 1 FETCH (UID 00101 MODSEQ (12) EMAILID (M1) THREADID NIL PREVIEW NIL X-GM-LABELS (\\Inbox \"a b\" [x) "
        b'BINARY.SIZE[1.2] 5 BINARY[1] NIL SAVEDATE "14-Nov-2023 22:13:20 +0000" FLAGS () RFC822.SIZE 100 '
        b'BODY[HEADER.FIELDS (SUBJECT)]<0> "Subject: hello" ENVELOPE (NIL "x" ((NIL NIL "a" "b")) {3}\r\n)"( NIL))\r\n',
        b'* 1 FETCH (UID 101 RFC822.SIZE 100 BODYSTRUCTURE ("TEXT" "PLAIN" ("CHARSET" "[") NIL NIL "7BIT" 1 1) '
        b'FLAGS () BODY[HEADER.FIELDS (SUBJECT)]<0> "Subject: hello")\r\n',
        b"* 1 FETCH (UID 101)\r\n* 1 FETCH (FLAGS () RFC822.SIZE 100)\r\n"
        b'* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)]<0> "Subject: hello")\r\n',
        b'* 1 FETCH (UID 101 FLAGS () RFC822.SIZE 100 BODY[HEADER.FIELDS (FROM)]<0> {0}\r\n '
        b'BODY[HEADER.FIELDS (SUBJECT)]<0> "Subject: \\"hello\\\\")\r\n',
    ],
)  # fmt: skip
def test_fetch__in_every_form(server: FakeServer, answer: bytes) -> None:
    message = only(server, answer)
    assert (message.id.lstrip("0"), message.flags, message.size, message.sender) == ("101", 0, 100, [])
    assert message.subject.strip('"\\') == "hello"


@pytest.mark.parametrize(
    "between",
    [
        b"* OK still here {3}\r\n", b"* NO [ALERT] disk nearly full (98%\r\n", b"* BAD what \"was that\r\n",
        b"* ok [X-NOTE (1 2] {99}\r\n", b"* 5 EXISTS\r\n* 0 RECENT\r\n", b"* FLAGS (\\Seen [todo)\r\n",
        b"* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (FLAGS ())\r\n", b"* 2 FETCH (UID 7 FLAGS (\\Seen))\r\n",
        b"* 2 FETCH (MODSEQ (5))\r\n", b"* VANISHED (EARLIER) 41,43:116\r\n", b"* CAPABILITY IMAP4rev2 X-[A\r\n",
        b'* ESEARCH (TAG "S9") UID COUNT 5 ALL 4:19,21,28\r\n', b'* ID ("name" "Dovecot" "os" NIL)\r\n',
        b'* METADATA "" (/shared/comment {3}\r\n)"()\r\n', b"* X-UNHEARD-OF ((( \"\r\n",
        b'* STATUS "FETCH" (MESSAGES 1)\r\n', b'* LIST () "/" {5}\r\nFETCH\r\n', b"* SEARCH\r\n",
    ],
)  # fmt: skip
def test_unasked__responses_in_between_change_nothing(server: FakeServer, between: bytes) -> None:
    server.replies["EXAMINE"] = between.replace(b"5 EXISTS", b"0 EXISTS") + ONE
    server.replies["INTERNALDATE"] = between + ARRIVED
    message = only(server, between + envelope_line(1, subject=b"hello") + between)
    assert (message.subject, message.flags, message.id) == ("hello", 0, "101")


def test_login__capabilities_are_asked_for_where_they_are_not_told(server: FakeServer) -> None:
    server.greeting = b"* OK ready\r\n"
    server.replies["AUTHENTICATE"] = lambda connection, line: connection.sendall(b"+ \r\n")
    server.replies["am9obk"] = b"S1 OK Logged in\r\n"  # the beginning of the login in base64
    server.replies["CAPABILITY"] = b"* capability imap4rev2\r\nTAG OK done\r\n"
    server.replies["NAMESPACE"] = b'* NAMESPACE (("" "/")) NIL NIL\r\nTAG OK\r\n'
    server.replies["LIST"] = b'* LIST () "/" INBOX\r\n* STATUS INBOX (MESSAGES 3 UNSEEN 2 SIZE 600)\r\nTAG OK\r\n'
    assert usage(server) == (2, Usage(600, 3))
    assert [one.split()[0] for one in server.commands][2:] == ["CAPABILITY", "LIST", "NAMESPACE"]


# Folders


def listed(server: FakeServer, folders: bytes, namespaces: bytes = b'(("" "/")) NIL NIL') -> None:
    server.replies["AUTHENTICATE"] = CAPABLE
    server.replies["LIST"] = folders + b"TAG OK done\r\n"
    server.replies["NAMESPACE"] = b"* NAMESPACE %b\r\nTAG OK\r\n" % namespaces


def folder(name: bytes, messages: int = 1, *, attributes: bytes = b"", unseen: int = 1, status: bool = True) -> bytes:
    told = b"* STATUS %b (MESSAGES %d UNSEEN %d SIZE %d)\r\n" % (name, messages, unseen, messages * 100)
    return b'* LIST (%b) "/" %b\r\n' % (attributes, name) + (told if status else b"")


@pytest.mark.parametrize(
    ("more", "messages"),
    [
        (folder(b"Work"), 1),
        (folder(b"NIL"), 1),
        (folder(b'"nil"'), 1),
        (folder(b"{4}\r\nWork") + folder(b"Work"), 1),
        (folder(b"[todo"), 1),
        (folder(b'"a \\"b\\" \\\\ {3}"'), 1),
        (folder(b"{6}\r\nB\xff)\"\r\n"), 1),
        (b'* list (\\hasNoChildren) nil work\r\n* status work (unseen 1 messages 1 size 100 deleted 0)\r\n', 1),
        (b'* LIST (\\Subscribed) "/" W ("CHILDINFO" ("SUBSCRIBED") OLDNAME ("V"))\r\n'
         b"* STATUS W (MESSAGES 1 UNSEEN 1 SIZE 100 MAILBOXID (F1) HIGHESTMODSEQ 7)\r\n", 1),
        (folder(b"Gone", attributes=b"\\NonExistent", status=False), 0),
        (folder(b"Top", attributes=b"\\NOSELECT \\HasChildren"), 0),
        (folder(b"All", attributes=b"\\All"), 0),
        (folder(b"Starred", attributes=b"\\flagged \\HasNoChildren"), 0),
        (folder(b"Important", attributes=b"\\Important"), 0),
        (folder(b"Trash", attributes=b"\\Trash") + folder(b"Spam", attributes=b"\\Junk"), 2),
        (folder(b"Public/Team") + folder(b"Public"), 0),
        (folder(b"Others/jane/INBOX"), 0),
        (folder(b"Publications"), 1),
        (folder(b"Others/jane/Mine/x"), 1),
    ],
)  # fmt: skip
def test_folders__only_the_users_own_count(server: FakeServer, more: bytes, messages: int) -> None:
    namespaces = (
        b'(("" "/")("Others/jane/Mine/" "/" "X-PARAM" ("A" "B"))) (("Others/" "/")) (("Public/" "/")("#news." "."))'
    )
    listed(server, folder(b"INBOX", 3, unseen=2) + more, namespaces)
    assert usage(server) == (2 + messages, Usage(300 + 100 * messages, 3 + messages))


@pytest.mark.parametrize("prefix", [b"INBOX.", b"inbox."])
def test_folders__below_inbox(server: FakeServer, prefix: bytes) -> None:
    folders = folder(b"Inbox", 3) + folder(b"INBOX.Sent") + folder(b"user.jane.INBOX") + folder(b"elsewhere")
    listed(server, folders, b'(("%b" ".")) (("user." ".")) NIL' % prefix)
    assert usage(server)[1].messages == 4


def test_folders__without_a_namespace_of_the_users_own_only_inbox_counts(server: FakeServer) -> None:
    listed(server, folder(b"INBOX", 3) + folder(b"Team"), b'NIL NIL (("" "/"))')
    assert usage(server)[1].messages == 3


def test_folders__a_virtual_namespace_does_not_count(server: FakeServer) -> None:
    namespaces = b'(("" "/")("Virtual/" "/")("Archive/" "/")) NIL NIL'
    folders = (
        folder(b"INBOX", 3) + folder(b"Virtual/Empty", 0) + folder(b'"Virtual/New \\"1\\""') + folder(b"Virtual/x", 7)
    )
    listed(server, folders + folder(b"Archive/2020", 2), namespaces)
    server.replies |= {'EXAMINE "Virtual/New \\"1\\""': ONE, "EXAMINE INBOX": ONE, "EXAMINE": b"TAG OK\r\n"}

    def real(connection: socket.socket, line: str) -> None:
        inside = b'"Archive/2020"' if "Archive" in " ".join(server.commands[-2:]) else b"INBOX"
        connection.sendall(b"* 1 FETCH (X-MAILBOX %b)\r\n%b OK\r\n" % (inside, line.split()[0].encode()))

    server.replies["X-MAILBOX"] = real
    assert usage(server)[1].messages == 5
    assert 'EXAMINE "Virtual/New \\"1\\""' in server.commands


def test_folders__a_namespace_of_a_server_that_does_not_know_virtual_ones_counts(server: FakeServer) -> None:
    listed(server, folder(b"INBOX", 3) + folder(b"Archive/1", 2), b'(("" "/")("Archive/" "/")) NIL NIL')
    server.replies["X-MAILBOX"] = b"TAG BAD unknown item\r\n"
    assert usage(server)[1].messages == 5


@pytest.mark.parametrize(
    ("answer", "messages"),
    [
        (b"* STATUS Late (MESSAGES 2 UNSEEN 0 SIZE 5)\r\nTAG OK\r\n", 5),
        (b"TAG NO [NONEXISTENT] gone\r\n", 3),
        (b"TAG NO [NOPERM] not for you\r\n", 3),
        (b"TAG NO [SERVERBUG] Internal error\r\n", None),
        (b"TAG NO it is broken\r\n", None),
    ],
)
def test_folders__one_that_is_listed_without_figures_is_asked_again(
    server: FakeServer, answer: bytes, messages: int | None
) -> None:
    listed(server, folder(b"INBOX", 3) + folder(b"Late", status=False) + b"* NO [SERVERBUG] Internal error\r\n")
    server.replies = {'STATUS "Late"': answer, **server.replies}
    if messages is not None:
        assert usage(server)[1].messages == messages
        return
    with pytest.raises(StoreError):
        usage(server)
    with store_from_url(server.url).open(Mailbox(USER)) as opened:
        assert opened.unread() == 1


def test_folders__a_foreign_one_that_cannot_be_opened_spoils_nothing(server: FakeServer) -> None:
    listed(server, folder(b"INBOX", 3) + folder(b"Public/x", status=False), b'(("" "/")) NIL (("Public/" "/"))')
    refused = folder(b"INBOX", 3) + folder(b"Public/x", status=False) + b"TAG NO [SERVERBUG] Internal error\r\n"
    server.replies["LIST"] = refused
    assert usage(server)[1].messages == 3


def test_folders__a_list_that_is_refused_without_a_reason_is_an_error(server: FakeServer) -> None:
    listed(server, b"")
    server.replies["LIST"] = folder(b"INBOX", 3) + b"TAG NO [SERVERBUG] Internal error\r\n"
    with pytest.raises(StoreError):
        usage(server)


# Answers about folders that are anything but legal

PIECES = st.sampled_from(
    [b"* LIST ", b"* STATUS ", b"* NAMESPACE ", b"* 1 FETCH (", b"X-MAILBOX ", b"(", b")", b'"', b"NIL ", b"INBOX ",
     b'"/" ', b'(("" "/")) ', b"(MESSAGES 1 UNSEEN 1 SIZE 1)", b"\\All ", b"Virtual/x ", b"\r\n", b"{3}\r\n", b"5 ",
     b"[", b"]", b"\xff", b"* OK ", b"* NO [SERVERBUG] x\r\n", b"* CAPABILITY X\r\n", b"9" * 30,
     b"* LIST () NIL INBOX\r\n"]
)  # fmt: skip
OWN_AND_VIRTUAL = folder(b"INBOX", 3) + folder(b"Virtual/x", 2) + folder(b"Late", status=False)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    step=st.sampled_from(["LIST", "NAMESPACE", "EXAMINE", "X-MAILBOX", "STATUS", "CAPABILITY"]),
    pieces=st.lists(PIECES, max_size=25),
    status=st.sampled_from([b"OK", b"NO", b"NO [NOPERM]", b"BAD"]),
)
def test_garbage__about_folders_is_figures_or_a_sentence(
    server: FakeServer, step: str, pieces: list[bytes], status: bytes
) -> None:
    listed(server, OWN_AND_VIRTUAL, b'(("" "/")("Virtual/" "/")) NIL NIL')
    if step == "CAPABILITY":
        server.replies["AUTHENTICATE"] = b"TAG OK\r\n"

    def reply(connection: socket.socket, line: str) -> None:
        tag = line.partition(" ")[0].encode()
        connection.sendall(b"".join(pieces) + b"\r\n%b %b done\r\n" % (tag, status))
        connection.shutdown(socket.SHUT_WR)

    key = 'STATUS "Late"' if step == "STATUS" else step
    server.replies = {key: reply, **server.replies} if key not in server.replies else server.replies | {key: reply}
    with contextlib.suppress(StoreError):
        unseen, used = usage(server)
        assert unseen >= 0 <= used.bytes
    server.replies.pop(key)
    server.replies |= {"EXAMINE": ONE, "INTERNALDATE": ARRIVED}


# Any value in any of its spellings

WORDS = st.binary(max_size=12)
VALUES = st.recursive(st.none() | WORDS, lambda inner: st.lists(inner, max_size=5), max_leaves=12)


@st.composite
def spelled(draw: st.DrawFn, value: Value) -> Line:
    """The parts of a line that has this value: as an atom, in quotes, as a literal."""
    if value is None:
        return [draw(st.sampled_from([b"NIL", b"nil", b"Nil"]))]
    if isinstance(value, list):
        parts: Line = [b"("]
        for position, one in enumerate(value):
            join(parts, [b" "] if position else [b""])
            join(parts, draw(spelled(one)))
        join(parts, [b")"])
        return parts
    forms = ["literal"]
    if not {*b"\r\n\0"} & {*value}:
        forms.append("quoted")
    if value and value.upper() != b"NIL" and {*value.decode("latin-1")} <= {*ATOM_CHARACTERS}:
        forms.append("atom")
    match draw(st.sampled_from(forms)):
        case "atom":
            return [value]
        case "quoted":
            return [b'"%b"' % value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')]
    return [b"", value, b""]


def join(parts: Line, more: Line) -> None:
    """Literals are every second part."""
    parts[-1] += more[0]
    parts += more[1:]


@given(data=st.data(), values=st.lists(VALUES, max_size=5))
def test_parse__any_value_in_any_spelling(data: st.DataObject, values: list[Value]) -> None:
    line: Line = [b"* X"]
    for value in values:
        join(line, [b" "])
        join(line, data.draw(spelled(value)))
    assert parse(line) == [b"X", *values]
