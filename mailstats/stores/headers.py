"""A message's header as text: bounded, clean, and never an error, whatever the sender wrote."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from mailstats.stores.base import MailAddress
from mailstats.stores.charsets import decode
from mailstats.stores.dates import sent_moment

FIELDS = ("subject", "from", "to", "date")
FIELD_BYTES = 16 * 1024
"""So much of each field is looked at, its name included."""
HEADER_BYTES = 2 * 1024 * 1024
HEADER_LINES = 30_000
"""So much of a message is read in search of the fields: a field may stand behind another one of a megabyte."""
SUBJECT_LENGTH = 1000
NAME_LENGTH = 256
ADDRESS_LENGTH = 320
ADDRESS_COUNT = 100
_LINE_BYTES = 64 * 1024

_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?]*)?\?([bq])\?([^?]*)\?=", re.IGNORECASE | re.ASCII)
# Control characters but for the blanks, marks that turn the reading direction of what follows, lone surrogates.
_UNCLEAN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TOKEN = re.compile(
    r'"(?P<quoted>[^"\\]*(?:\\.[^"\\]*)*)"?|<(?P<angle>[^>]*)>?|(?P<open>\()|(?P<mark>[,;:])|(?P<text>[^"<(,;:]+)',
    re.DOTALL,
)
_QUOTED_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
_BARE_ADDRESS = re.compile(r'(?:"[^"]*"|[^\s"@<>]+)@[^\s"@<>]+')
_PARENTHESIS = re.compile(r"\\.|[()]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a header says; `sent_ms` is milliseconds since 1970 UTC, None where no date can be read."""

    subject: str
    sender: list[MailAddress]
    to: list[MailAddress]
    sent_ms: int | None


def read_envelope(stream: BinaryIO) -> Envelope:
    """Reads a header up to its end. May raise OSError from the stream, nothing else."""
    return envelope(read_fields(stream))


def envelope(fields: Mapping[str, bytes]) -> Envelope:
    """The envelope from raw fields, by their names in lower case; any may be missing."""
    return Envelope(
        subject=clean(decode_words(_text(fields.get("subject", b""))), SUBJECT_LENGTH),
        sender=_addresses(fields.get("from", b"")),
        to=_addresses(fields.get("to", b"")),
        sent_ms=sent_moment(clean(_text(fields.get("date", b"")), 200)),
    )


def read_fields(stream: BinaryIO) -> dict[str, bytes]:
    """The first of each of FIELDS with the folds left in, cut to FIELD_BYTES; reads no further than the header."""
    fields: dict[str, bytes] = {}
    name = ""
    room, left = 0, HEADER_BYTES
    starts_line = True
    for _ in range(HEADER_LINES):
        piece = stream.readline(min(left, _LINE_BYTES))
        left -= len(piece)
        if starts_line:
            if piece in (b"", b"\n", b"\r\n"):
                break
            if piece[:1] not in b" \t":
                name, piece = _field_start(piece)
                room = 0 if name not in FIELDS or name in fields else FIELD_BYTES - len(name) - 1
        if room > 0:
            fields[name] = fields.get(name, b"") + piece[:room]
            room -= len(piece)
        starts_line = piece.endswith(b"\n")
    return fields


def _field_start(line: bytes) -> tuple[str, bytes]:
    name, colon, value = line.partition(b":")
    return (name.strip().lower().decode("latin-1"), value) if colon else ("", line)


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters that any UTF-8 writer, page or terminal can take."""
    return " ".join(_UNCLEAN.sub("", text).split())[:limit].rstrip()


def decode_words(text: str) -> str:
    """Decodes RFC 2047's encoded words wherever they stand; what cannot be decoded stays readable as far as it can."""
    pieces: list[str | tuple[str, bytes]] = []
    end = 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[end : word.start()]
        if not pieces or between.strip():
            pieces.append(between)
        charset, data = word[1].lower(), _word_bytes(word[2].lower(), word[3])
        # Some writers split a character between two words: their bytes belong together.
        if isinstance(last := pieces[-1], tuple) and last[0] == charset:
            pieces[-1] = (charset, last[1] + data)
        else:
            pieces.append((charset, data))
        end = word.end()
    pieces.append(text[end:])
    return "".join(piece if isinstance(piece, str) else _decoded(*piece) for piece in pieces)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding == "q":
        return _QUOTED_BYTE.sub(lambda byte: bytes.fromhex(byte[1].decode()), data.replace(b"_", b" "))
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    usable = data[:-1] if len(data) % 4 == 1 else data
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def _decoded(charset: str, data: bytes) -> str:
    text = decode(charset, data)
    return _guess(data) if text is None else text


def _guess(data: bytes) -> str:
    if b"\x1b$" in data:  # nothing else in a header begins so
        return decode("iso-2022-jp", data) or ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decode("windows-1252", data) or ""


def _text(field: bytes) -> str:
    """A field's bytes as text. One that was cut may end inside a character, which must not spoil the rest."""
    if len(field) >= FIELD_BYTES - 16:
        try:
            return codecs.getincrementaldecoder("utf-8")().decode(field)
        except UnicodeDecodeError:
            pass
    return _guess(field)


def _addresses(field: bytes) -> list[MailAddress]:
    if len(field) >= FIELD_BYTES - 16:
        field = field.rpartition(b",")[0]  # the last one may be cut, and half an address is a wrong one
    return parse_addresses(_text(field))


def parse_addresses(text: str) -> list[MailAddress]:
    """The addresses of a From or To field, groups dissolved, at most ADDRESS_COUNT.

    A text without any address is a name with the address "".
    """
    found: list[MailAddress] = []
    current = _Address()
    for kind, value in _tokens(text):
        if kind == "mark" and value != ":":
            current.add_to(found)
            current = _Address()
            if len(found) >= ADDRESS_COUNT:
                break
        elif kind == "mark" and "@" not in current.bare:
            current = _Address()  # that was a group's name
        else:
            current.take(kind, value)
    current.add_to(found)
    return found[:ADDRESS_COUNT]


class _Address:
    """One address while its tokens come in."""

    def __init__(self) -> None:
        self.bare = ""
        self.phrase = ""
        self.comment = ""
        self.angle: str | None = None

    def take(self, kind: str, value: str) -> None:
        match kind:
            case "angle":
                self.angle = value
            case "comment":
                self.comment += value
            case "quoted":
                self.bare += f'"{value}"'
                self.phrase += re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
            case _:
                self.bare += value
                self.phrase += value

    def add_to(self, found: list[MailAddress]) -> None:
        phrase = clean(decode_words(self.phrase), NAME_LENGTH)
        comment = clean(decode_words(self.comment), NAME_LENGTH)
        bare = clean(self.bare, ADDRESS_LENGTH)
        if self.angle is None:
            name, address = _without_brackets(bare, phrase, comment)
        else:
            name, address = phrase or comment, clean(self.angle, ADDRESS_LENGTH).replace(" ", "")
        if name or address:
            found.append((name or None, address))


def _without_brackets(bare: str, phrase: str, comment: str) -> MailAddress:
    if " " not in bare and "=?" not in bare:
        return comment, bare
    if len(addresses := _BARE_ADDRESS.findall(bare)) == 1:
        rest = bare.replace(addresses[0], "").strip(' "<>')
        return clean(decode_words(rest), NAME_LENGTH) or comment, addresses[0]
    if "@" in bare:
        return comment, bare.replace(" ", "")
    return phrase or comment, ""


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while token := _TOKEN.match(text, position):
        position = token.end()
        kind = token.lastgroup or ""
        if kind == "open":
            start, position = position, _comment_end(text, position)
            yield "comment", text[start:position].removesuffix(")")
        else:
            yield kind, token[kind]


def _comment_end(text: str, start: int) -> int:
    """Where the comment that was opened before `start` is over; comments nest, and some never end."""
    depth = 1
    for parenthesis in _PARENTHESIS.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(parenthesis[0], 0)
        if depth == 0:
            return parenthesis.end()
    return len(text)
