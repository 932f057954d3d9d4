"""Messages that the mail server keeps compressed, as Dovecot's zlib plugin writes them.

The files belong to users, who may be hostile. What is read of one is bounded on both sides: neither a small file that
becomes a huge one costs anything, nor a huge one that becomes nothing.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol, cast

PACKED_BYTES: Final = 2 * 1024 * 1024
"""So much of a file is read."""
UNPACKED_BYTES: Final = 4 * 1024 * 1024
"""So much is made of it."""
_PIECE: Final = 16 * 1024
_MEMORY: Final = 80 * 1024 * 1024
"""What xz may use: more than its highest level needs."""


class _Unpacker(Protocol):
    """The part of bz2's and lzma's decompressors that is used here."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decompressor in the form of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        made = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        # Without a tail there may still be output inside: a full answer is asked again.
        self.needs_input = not self._inner.unconsumed_tail and len(made) < max_length
        return made


_KINDS: Final[tuple[tuple[bytes, int, Callable[[], _Unpacker]], ...]] = (
    (b"\x1f\x8b\x08", 0, _Gzip),
    (b"1AY&SY", 4, bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", 0, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)),
)


def unpacked(stream: io.BufferedReader) -> BinaryIO:
    """The message in this file, decompressed where the file's first bytes say that it is compressed."""
    start = stream.peek(16)[:16]
    for mark, position, unpacker in _KINDS:
        if start[position:].startswith(mark) and (not position or start.startswith(b"BZh")):
            return cast(BinaryIO, io.BufferedReader(_Unpacked(stream, unpacker), _PIECE))
    return stream


class _Unpacked(io.RawIOBase):
    """What is damaged ends where the damage begins. May raise the stream's OSError, nothing else."""

    def __init__(self, packed: io.BufferedReader, kind: Callable[[], _Unpacker]) -> None:
        self._packed = packed
        self._kind = kind
        self._unpacker: _Unpacker | None = kind()
        self._rest = b""
        self._packed_left, self._left = PACKED_BYTES, UNPACKED_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        limit = min(len(buffer), self._left)
        while limit and self._unpacker is not None:
            if made := self._more(self._unpacker, limit):
                buffer[: len(made)] = made
                self._left -= len(made)
                return len(made)
        return 0

    def _more(self, unpacker: _Unpacker, limit: int) -> bytes:
        """Some of the message; nothing when there is none yet, or no more."""
        if unpacker.eof:
            # Several compressed pieces in one file are one message.
            self._rest = unpacker.unused_data or self._read()
            self._unpacker = self._kind() if self._rest else None
            return b""
        data, self._rest = (self._rest or self._read(), b"") if unpacker.needs_input else (b"", b"")
        if unpacker.needs_input and not data:
            self._unpacker = None
            return b""
        try:
            return unpacker.decompress(data, limit)
        except (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, MemoryError):
            self._unpacker = None
            return b""

    def _read(self) -> bytes:
        piece = self._packed.read(min(_PIECE, self._packed_left))
        self._packed_left -= len(piece)
        return piece
