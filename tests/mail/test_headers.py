from __future__ import annotations

import io
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstats.stores import headers
from mailstats.stores.headers import Envelope, decode_words, parse_addresses, read_envelope


def read(raw: bytes) -> Envelope:
    return read_envelope(io.BytesIO(raw))


def subject(value: bytes) -> str:
    return read(b"Subject: " + value + b"\r\n\r\n").subject


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain", "plain"),
        (b"", ""),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe_aus?= Wien", "Grüße aus Wien"),
        (b"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?iso-8859-1?q?caf=E9?=", "café"),
        (b"=?koi8-r?B?8NLJ18XU?=", "Привет"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?utf-8?q?one?=\r\n =?utf-8?q?two?=", "onetwo"),
        (b"=?utf-8?q?one?= and =?utf-8?q?two?=", "one and two"),
        (b"=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
        (b"=?utf-8?b?4oI=?=\r\n =?iso-8859-1?q?=E9?=", "�é"),
        (b"folded\r\n\tover\r\n  lines", "folded over lines"),
        (b"raw Gr\xc3\xbc\xc3\x9fe", "raw Grüße"),
        (b"raw caf\xe9", "raw café"),
        (b"raw \x1b$B%F%9%H\x1b(B!", "raw テスト!"),
        (b"raw \x93quotes\x94", "raw “quotes”"),
        (b"=?x-unknown?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?unknown-8bit?q?caf=E9?=", "café"),
        (b"=?iso-8859-99?q?caf=E9?=", "café"),
        (b"=?rot13?q?uryyb?=", "uryyb"),
        (b"=?unicode_escape?q?\\q?=", "\\q"),
        (b"=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
        (b"=?utf-8?b?R3LD vMOf!ZQ=?=", "Grüße"),
        (b"=?utf-8?b?A?=", ""),
        (b"=?utf-8?q?=ZZ=?=", "=ZZ="),
        (b"=?utf-8?x?never?=", "=?utf-8?x?never?="),
        (b"=?utf-8?q?open", "=?utf-8?q?open"),
        (b"=?utf-8?b?77+9?= =?utf-7?q?+2AE-?= end", "� end"),
        (b"nul\x00 bell\x07 escape\x1b[31m delete\x7f", "nul bell escape[31m delete"),
        (b"=?utf-8?q?line=0D=0ABcc:_x=00?=", "line Bcc: x"),
        ("turn \u202egnp.exe \u2028 line".encode(), "turn gnp.exe line"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_subject__every_encoding_is_readable_text(raw: bytes, shown: str) -> None:
    assert subject(raw) == shown


def test_subject__a_megabyte_is_cut_and_hides_no_other_field() -> None:
    found = read(b"Subject: " + b"x" * 1_000_000 + b"\r\nFrom: Jane <jane@acme.example>\r\n\r\n")
    assert found.subject == "x" * headers.SUBJECT_LENGTH
    assert found.sender == [("Jane", "jane@acme.example")]


def test_subject__a_cut_inside_a_character_does_not_spoil_the_rest() -> None:
    assert subject(b"x" + "ä".encode() * 500_000) == "x" + "ä" * (headers.SUBJECT_LENGTH - 1)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("jane@acme.example", [(None, "jane@acme.example")]),
        ("<jane@acme.example>", [(None, "jane@acme.example")]),
        ("Jane <jane@acme.example>", [("Jane", "jane@acme.example")]),
        ('"Doe, \\"J\\" Jane" <jane@acme.example>', [('Doe, "J" Jane', "jane@acme.example")]),
        (
            "=?utf-8?q?Doe=2C_J=C3=BCrgen?= <j@acme.example>, b@acme.example",
            [("Doe, Jürgen", "j@acme.example"), (None, "b@acme.example")],
        ),
        ('"=?utf-8?q?J=C3=BCrgen?=" <j@acme.example>', [("Jürgen", "j@acme.example")]),
        ("jane@acme.example (Jane (the boss), Doe)", [("Jane (the boss), Doe", "jane@acme.example")]),
        ('"a b"@acme.example', [(None, '"a b"@acme.example')]),
        ("jane @ acme.example", [(None, "jane@acme.example")]),
        ("Jane jane@acme.example", [("Jane", "jane@acme.example")]),
        ("=?utf-8?q?J=C3=BCrgen?= j@acme.example", [("Jürgen", "j@acme.example")]),
        (
            "friends: a@b.example, C <c@b.example>; d@b.example",
            [(None, "a@b.example"), ("C", "c@b.example"), (None, "d@b.example")],
        ),
        ("undisclosed-recipients:;", []),
        ("a@[IPv6:::1]", [(None, "a@[IPv6:::1]")]),
        ("Mail System", [("Mail System", "")]),
        ("=?utf-8?q?Mail=40System?=", [("Mail@System", "")]),
        ("MAILER-DAEMON", [(None, "MAILER-DAEMON")]),
        ("Jane <>", [("Jane", "")]),
        ("", []),
        (" , ;,<>,() ", []),
        ('"never closed <a@b.example>', [("never closed", "a@b.example")]),
        ("Jane <never@closed.example", [("Jane", "never@closed.example")]),
        ("a@b.example (never closed", [("never closed", "a@b.example")]),
        ('"<img src=x onerror=alert(1)>" <a@b.example>', [("<img src=x onerror=alert(1)>", "a@b.example")]),
    ],
)
def test_addresses__each_name_and_address(raw: str, found: list[tuple[str | None, str]]) -> None:
    assert parse_addresses(raw) == found


def test_addresses__no_more_than_the_limit() -> None:
    many = ", ".join(f"user{number}@acme.example" for number in range(5000)).encode()
    found = read(b"To: " + many + b"\r\n\r\n").to
    assert found == [(None, f"user{number}@acme.example") for number in range(headers.ADDRESS_COUNT)]


def test_addresses__one_that_was_cut_is_left_out() -> None:
    address = "a" * 2000 + "@acme.example"
    found = read(f"From: {', '.join([address] * 20)}\r\n\r\n".encode()).sender
    assert [len(address) for _, address in found] == [headers.ADDRESS_LENGTH] * 8


@pytest.mark.parametrize(
    "shape", ["\x1b$B!", "(", "((a)", '"\\', "<", "=?", "=?utf-8?q?", "a:", "@", "=?a*", ")", "\\", "=?utf-8?q?=3D?= "]
)
def test_headers__repeated_marks_are_read_in_a_moment(shape: str) -> None:
    """Neither recursion nor a quadratic pattern: 16 kB of each take milliseconds."""
    raw = shape.encode() * (16_000 // len(shape))
    found = read(b"Subject: %b\nFrom: %b\nTo: %b\nDate: %b\n\n" % (raw, raw, raw, raw))
    assert len(found.subject) <= headers.SUBJECT_LENGTH


def test_fields__the_first_of_each_counts_and_the_body_is_not_read() -> None:
    found = read(b"From me@mbox\nSUBJECT : one\nSubject: two\nX-Other: a\n Subject: three\n\nFrom: body@acme.example\n")
    assert found == Envelope(subject="one", sender=[], to=[], sent_ms=None)


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"\x00" * 100_000, b"no header at all\nreally", b":\n:", b" folded from nothing\n"]
)
def test_fields__no_header_is_an_empty_envelope(raw: bytes) -> None:
    assert read(raw) == Envelope(subject="", sender=[], to=[], sent_ms=None)


def test_fields__reading_ends_where_no_header_ends() -> None:
    stream = io.BytesIO(b"a: b\n" * 1_000_000)
    read_envelope(stream)
    assert stream.tell() <= headers.HEADER_BYTES
    stream = io.BytesIO(b"a" * 10_000_000)
    read_envelope(stream)
    assert stream.tell() == headers.HEADER_BYTES


def is_clean(text: str, limit: int) -> bool:
    text.encode()
    return len(text) <= limit and text == " ".join(text.split()) and not headers._UNCLEAN.search(text)


@given(
    st.binary(max_size=400) | st.text(alphabet='=?utf-8qbQB*_,;:<>()"\\@. é\r\n\0\u202e', max_size=200).map(str.encode)
)
def test_envelope__any_bytes_are_clean_text(value: bytes) -> None:
    found = read(b"Subject: %b\nFrom: %b\nTo: %b\nDate: %b\n\n" % (value, value, value, value))
    assert is_clean(found.subject, headers.SUBJECT_LENGTH)
    for name, address in found.sender + found.to:
        assert is_clean(name or "", headers.NAME_LENGTH)
        assert is_clean(address, headers.ADDRESS_LENGTH)
        assert name or address


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), max_size=100),
    st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]),
)
def test_decode_words__gives_back_what_was_encoded(text: str, charset: str) -> None:
    encodable = text.encode(charset, "ignore").decode(charset)
    encoded = Header(encodable, charset, maxlinelen=10_000).encode()
    assert decode_words(encoded) == encodable
