"""Mailboxes on an IMAP server (Dovecot), read with a master login.

Each request has a connection of its own, which is closed with it, and all figures of the request come over that one.
Needs LIST-STATUS (RFC 5819), STATUS=SIZE (RFC 8438) and SASL PLAIN with an authorization identity.
"""

from __future__ import annotations

import base64
import io
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property

from django.utils.translation import gettext_noop

from mailstats.stores.base import Mailbox, MailFlag, Message, OpenMailbox, StoreError, Usage
from mailstats.stores.headers import FIELD_BYTES, FIELDS, clean, envelope, read_fields
from mailstats.stores.imap_folders import FIGURES, PROBE, Folder, Listing, Namespaces, is_virtual, quoted
from mailstats.stores.imap_values import GarbledError, Value, number_of, pairs, text_of, word
from mailstats.stores.imap_wire import Connection, RefusedError, connect, secured

REQUEST_SECONDS = 4.0
"""The whole request, from the name look-up to the last byte."""
WINDOW = 128
"""So many of INBOX's last messages are asked one by one when they arrived."""

_SENTENCES = {
    b"AUTHENTICATIONFAILED": gettext_noop("The mail server refuses the login of the mail statistics."),
    b"AUTHORIZATIONFAILED": gettext_noop("The mail server does not know this mailbox."),
    b"LIMIT": gettext_noop("The mail server has too many connections to this mailbox."),
    b"SERVERBUG": gettext_noop("The mail server cannot open this mailbox at the moment."),
    b"UNAVAILABLE": gettext_noop("The mail server cannot open this mailbox at the moment."),
}
_OF_THE_SERVER = (b"AUTHENTICATIONFAILED", b"UNAVAILABLE")
_NOT_THERE = (b"NOPERM", b"NONEXISTENT")
_UNEXPECTED = gettext_noop("The mail server answers in an unexpected way.")
_FLAGS = {
    b"\\ANSWERED": MailFlag.ANSWERED,
    b"\\DELETED": MailFlag.DELETED,
    b"\\DRAFT": MailFlag.DRAFT,
    b"\\FLAGGED": MailFlag.FLAGGED,
    b"\\RECENT": MailFlag.RECENT,
    b"\\SEEN": MailFlag.SEEN,
}
_MONTHS = {name: number for number, name in enumerate(b"JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}
_DATE = re.compile(
    rb" ?(\d\d?)-(%b)-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d\d)([0-5]\d)" % b"|".join(_MONTHS), re.IGNORECASE
)
# Each field apart, so that a long one cannot hide the others.
_ENVELOPE_ITEMS = [f"BODY.PEEK[HEADER.FIELDS ({name.upper()})]<0.{FIELD_BYTES}>" for name in FIELDS]

Items = dict[bytes, Value]


@dataclass(frozen=True)
class ImapStore:
    """An IMAP server; `context` is None for a server on this machine that is spoken to without TLS."""

    host: str
    port: int
    master: str
    secret: str = field(repr=False)
    context: ssl.SSLContext | None = field(repr=False)

    @contextmanager
    def open(self, mailbox: Mailbox) -> Iterator[OpenMailbox]:
        """Logs in to the user's mail. Every failure, here and later, is a StoreError within REQUEST_SECONDS."""
        asked = _Asked(self, mailbox.name, time.monotonic() + REQUEST_SECONDS)
        with ExitStack() as opened:
            with asked.explained():
                connection = asked.connect(opened)
            yield _OpenImap(connection, asked)


@dataclass(frozen=True)
class _Asked:
    """One request to the server: whose mail, until when (monotonic seconds), and how its failures are told."""

    store: ImapStore
    name: str
    end: float

    def connect(self, opened: ExitStack) -> Connection:
        """A connection that is logged in; `opened` closes its socket."""
        store = self.store
        user = self.name.encode()
        # Without a name the server would open the master's own mail.
        if not user or b"\0" in user:
            raise RefusedError("uidname", b"AUTHORIZATIONFAILED", b"cannot be the name of a mailbox")
        plain = opened.enter_context(connect(store.host, store.port, self.end - time.monotonic()))
        encrypted = store.context and opened.enter_context(secured(plain, store.context, store.host, self.end))
        connection = Connection(encrypted or plain, self.end)
        connection.greeting()
        connection.log_in(user, store.master.encode(), store.secret.encode())
        return connection

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns what can go wrong on the wire into a StoreError that holds nothing of the secret."""
        try:
            yield
        except RefusedError as error:
            whole = error.code in _OF_THE_SERVER or error.command == "greeting"
            raise self._error(_SENTENCES.get(error.code, _UNEXPECTED), error, whole=whole) from None
        except GarbledError as error:
            raise self._error(_UNEXPECTED, error) from None
        except TimeoutError as error:
            raise self._error(gettext_noop("The mail server does not answer in time."), error, whole=True) from None
        except ssl.SSLError as error:
            sentence = gettext_noop("No secure connection to the mail server can be made.")
            raise self._error(sentence, error, whole=True) from None
        except OSError as error:
            raise self._error(gettext_noop("The mail server cannot be reached."), error, whole=True) from None
        except UnicodeEncodeError as error:
            raise self._error(_SENTENCES[b"AUTHORIZATIONFAILED"], error) from None

    def _error(self, sentence: str, error: Exception, *, whole: bool = False) -> StoreError:
        detail = str(error)
        # What the server says is quoted, but some repeat what they were sent.
        login = base64.b64encode(self.name.encode(errors="replace") + b"\0").decode()
        if self.store.secret in detail or login[:8] in detail:
            detail = "the answer repeats the login, so it is not shown"
        where = f"{self.store.host}:{self.store.port}, mailbox {self.name!r}"
        return StoreError(sentence, cause=f"{where}: {type(error).__name__}: {clean(detail, 300)}", whole=whole)


class _OpenImap:
    def __init__(self, connection: Connection, asked: _Asked) -> None:
        self._connection = connection
        self._asked = asked

    def unread(self) -> int:
        _, listing = self._listed
        inbox = listing.folders.get(b"INBOX")
        return inbox.unseen if inbox else 0

    def unread_everywhere(self) -> int:
        return sum(folder.unseen for folder in self._folders)

    def usage(self) -> Usage:
        return Usage(sum(folder.size for folder in self._folders), sum(folder.messages for folder in self._folders))

    def new_since(self, moment: float | None) -> int:
        """Looks at the last WINDOW messages one by one. Where all of them are new, the mail before them is taken to be
        in the order in which it arrived: a handful of questions instead of one for each message.
        """
        if moment is None:
            return self._inbox
        new = sum(received > int(moment) for received, _ in self._arrivals)
        low, high = 0, max(0, self._inbox - WINDOW)
        if new < len(self._arrivals) or not high:
            return new
        before = high
        while low < high:
            middle = (low + high) // 2
            found = self._arrived(middle + 1, middle + 1)
            if found and found[0][0] > int(moment):
                high = middle
            else:
                low = middle + 1
        return new + before - low

    def recent(self, limit: int) -> list[Message]:
        newest = sorted(self._arrivals, reverse=True)[:limit]
        if not newest:
            return []
        numbers = ",".join(str(number) for _, number in newest)
        with self._asked.explained():
            fetched = self._fetch(numbers, "UID", "FLAGS", "RFC822.SIZE", *_ENVELOPE_ITEMS)
            return [_message(received, fetched[number]) for received, number in newest if number in fetched]

    @cached_property
    def _folders(self) -> list[Folder]:
        """All the user's folders."""
        namespaces, listing = self._listed
        with self._asked.explained():
            probes = listing.to_probe(namespaces)
            virtual = {namespace for namespace, name in probes.items() if self._is_virtual(name)}
            if probes and "_inbox" in self.__dict__:
                self._connection.command(b"EXAMINE INBOX")
            own = listing.without(namespaces, virtual)
            late = [folder for name in sorted(own.missing) for folder in self._status(name, namespaces)]
            return [*own.folders.values(), *late]

    @cached_property
    def _listed(self) -> tuple[Namespaces, Listing]:
        capabilities = self._connection.capabilities
        special = b"SPECIAL-USE " if capabilities & {b"SPECIAL-USE", b"IMAP4REV2"} else b""
        ask = [b'LIST "" "*" RETURN (%bSTATUS (%b))' % (special, FIGURES)]
        if capabilities & {b"NAMESPACE", b"IMAP4REV2"}:
            ask.append(b"NAMESPACE")
        with self._asked.explained():
            answers, (refused, *others) = self._connection.commands(ask, b"LIST", b"STATUS", b"NAMESPACE")
            namespaces = Namespaces.of(answers)
            listing = Listing.of(answers, namespaces)
            # One folder that cannot be opened may spoil the whole answer; it shall only where it is the user's own.
            explained = b"INBOX" in listing.folders and not listing.whole
            for refusal in others if explained else [refused, *others]:
                if refusal is not None:
                    raise refusal
            return namespaces, listing

    def _status(self, name: bytes, namespaces: Namespaces) -> Iterable[Folder]:
        """What a folder holds of which LIST did not tell; nothing for one that is gone, or not the user's to read."""
        if not quoted(name):
            raise GarbledError("LIST: no figures of a folder")
        try:
            answers = self._connection.command(b"STATUS %b (%b)" % (quoted(name), FIGURES), b"STATUS")
        except RefusedError as error:
            if error.final or error.code not in _NOT_THERE:
                raise
            return ()
        return Listing.of(answers, namespaces).folders.values()

    def _is_virtual(self, name: bytes) -> bool:
        answers, _refused = self._connection.commands([b"EXAMINE " + quoted(name), PROBE], b"FETCH")
        return is_virtual(name, answers)

    @cached_property
    def _inbox(self) -> int:
        """The number of messages in INBOX, which is open from then on."""
        with self._asked.explained():
            answers = self._connection.command(b"EXAMINE INBOX", b"EXISTS")
            counts = [number_of(answer[0]) for answer in answers if word(answer[1]) == b"EXISTS"]
            if not counts:
                raise GarbledError("EXAMINE: no number of messages")
            return counts[-1]

    @cached_property
    def _arrivals(self) -> list[tuple[int, int]]:
        return self._arrived(max(1, self._inbox - WINDOW + 1), self._inbox) if self._inbox else []

    def _arrived(self, first: int, last: int) -> list[tuple[int, int]]:
        """When the messages with these numbers arrived (epoch seconds), and their numbers."""
        with self._asked.explained():
            fetched = self._fetch(f"{first}:{last}", "INTERNALDATE")
            return [
                (_moment(items[b"INTERNALDATE"]), number)
                for number, items in fetched.items()
                if first <= number <= last
            ]

    def _fetch(self, numbers: str, *items: str) -> dict[int, Items]:
        """What was asked of each message. One that is gone is missing, and so is one that only had a flag changed."""
        wanted = {item.encode() for item in items if not item.startswith("BODY")}
        fetched: dict[int, Items] = {}
        for answer in self._connection.command(f"FETCH {numbers} ({' '.join(items)})".encode(), b"FETCH"):
            match answer:
                case [bytes(number), bytes(kind), list(values)] if kind.upper() == b"FETCH":
                    fetched.setdefault(number_of(number), {}).update(pairs(values))
        return {number: found for number, found in fetched.items() if wanted <= found.keys()}


def _message(received: int, items: Items) -> Message:
    fields: dict[str, bytes] = {}
    for name, value in items.items():
        if name.startswith(b"BODY[") and value is not None:
            fields |= read_fields(io.BytesIO(text_of(value)))
    flags = items.get(b"FLAGS")
    bits = MailFlag(0)
    for flag in flags if isinstance(flags, list) else []:
        bits |= _FLAGS.get(b"" if flag is None else text_of(flag).upper(), MailFlag(0))  # a keyword may be called NIL
    header = envelope(fields)
    return Message(
        id=str(number_of(items.get(b"UID"))),
        folder_id="INBOX",
        subject=header.subject,
        sender=header.sender,
        to=header.to,
        size=number_of(items.get(b"RFC822.SIZE")),
        received_ms=received * 1000,
        sent_ms=header.sent_ms,
        flags=int(bits),
    )


def _moment(value: Value) -> int:
    found = _DATE.fullmatch(text_of(value))
    try:
        if found is None:
            raise ValueError
        day, month, year, hour, minute, second, zone_hours, zone_minutes = found.groups()
        offset = timedelta(hours=int(zone_hours), minutes=int(zone_hours[:1] + zone_minutes))
        written = datetime(
            int(year),
            _MONTHS[month.upper()],
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),
            tzinfo=timezone(offset),
        )
        return int(written.timestamp())
    except (ValueError, OverflowError):
        raise GarbledError("FETCH: no date") from None
