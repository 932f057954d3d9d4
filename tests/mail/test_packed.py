"""Compressed messages: read like others, and harmless whatever is in them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import time
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstats.stores.headers import read_envelope
from mailstats.stores.packed import PACKED_BYTES, UNPACKED_BYTES, unpacked
from tests.mail.maildirs import Maildirs

Compress = Callable[[bytes], bytes]
HEADER = (
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFrom: Jane <jane@acme.example>\r\nDate: 14 Nov 2023 22:13:20 GMT\r\n\r\n"
)
MESSAGE = HEADER + os.urandom(40_000).hex().encode()
KINDS: dict[str, Compress] = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "plain": bytes}


def opened(data: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(data))


@pytest.fixture(params=KINDS)
def compress(request: pytest.FixtureRequest) -> Compress:
    return KINDS[request.param]


def test_message__has_its_envelope(tmp_path: Path, compress: Compress) -> None:
    with ExitStack() as stack:
        mail = Maildirs(tmp_path, stack)
        for flags in (None, "S", "SZ"):
            mail.deliver(compress(MESSAGE), flags=flags)
        for message in mail.open().recent(5):
            assert (message.subject, message.sender) == ("Grüße", [("Jane", "jane@acme.example")])
            assert message.sent_ms == 1_700_000_000_000


def test_message__is_all_there(compress: Compress) -> None:
    assert unpacked(opened(compress(MESSAGE))).read() == MESSAGE
    pieces = b"".join(compress(MESSAGE[start : start + 7000]) for start in range(0, len(MESSAGE), 7000))
    assert unpacked(opened(pieces)).read() == MESSAGE


def test_message__that_is_cut_is_read_up_to_there(compress: Compress) -> None:
    packed = compress(MESSAGE)
    for end in range(20, len(packed), 1733):
        assert MESSAGE.startswith(unpacked(opened(packed[:end])).read())
    if compress is not bz2.compress:  # of that, a block is there as a whole or not at all
        assert read_envelope(unpacked(opened(packed[: len(packed) - 20]))).subject == "Grüße"


def test_message__that_only_begins_like_a_compressed_one_is_plain() -> None:
    for text in (b"BZhello: world\n\n", b"BZh9", b"\x1f\x8b", b"\xfd7zX", b"", b"\x1f\x8bnothing"):
        assert unpacked(opened(text)).read() == text


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(b"x" * 200_000_000, 9),
        gzip.compress(b"a: b\n" * 20_000_000, 9),
        bz2.compress(b"\0" * 200_000_000),
        lzma.compress(b"\0" * 100_000_000),
        gzip.compress(b"") * 300_000,
        bz2.compress(b"a") + bz2.compress(b"") * 300_000,
        lzma.compress(b"") * 100_000,
        b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"\0\0\0\xff\xff" * 3_000_000,
        b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + b"n" * 10_000_000,
    ],
    ids=["gzip", "lines", "bzip2", "xz", "empty gzips", "empty bzip2s", "empty xzs", "empty blocks", "a long name"],
)  # fmt: skip
def test_bomb__costs_nothing(bomb: bytes) -> None:
    stream = opened(bomb)
    started = time.process_time()
    read_envelope(unpacked(stream))
    assert time.process_time() - started < 2
    assert stream.tell() <= PACKED_BYTES
    assert len(unpacked(opened(bomb)).read()) <= UNPACKED_BYTES


def test_xz__does_not_get_more_memory_than_its_highest_level_needs() -> None:
    assert unpacked(opened(lzma.compress(HEADER, preset=9))).read() == HEADER
    # The size of the dictionary stands in the second header's only property byte: 0x28 is 4 GB.
    greedy = bytearray(lzma.compress(HEADER, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]))
    header = greedy[12 : 12 + (greedy[12] + 1) * 4]
    header[4] = 0x28
    header[-4:] = zlib.crc32(header[:-4]).to_bytes(4, "little")
    greedy[12 : 12 + len(header)] = header
    with pytest.raises(lzma.LZMAError, match="Memory usage limit"):
        lzma.decompress(bytes(greedy), memlimit=1 << 27)
    assert unpacked(opened(bytes(greedy))).read() == b""


@given(st.sampled_from([b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\0", b""]), st.binary(max_size=300))
def test_garbage__is_an_empty_or_a_readable_envelope(mark: bytes, rest: bytes) -> None:
    read_envelope(unpacked(opened(mark + rest))).subject.encode()


@given(st.sampled_from(sorted(KINDS)), st.integers(0, 300), st.integers(1, 255))
def test_damage__is_an_empty_or_a_readable_envelope(kind: str, position: int, change: int) -> None:
    packed = bytearray(KINDS[kind](HEADER + b"x" * 500))
    packed[position % len(packed)] ^= change
    read_envelope(unpacked(opened(bytes(packed)))).subject.encode()
