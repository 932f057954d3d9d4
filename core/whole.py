"""Answers of any length that are complete before their first byte is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from gzip import GzipFile
from tempfile import SpooledTemporaryFile
from typing import IO, Final, cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.request import Request

# What is kept in memory and given to the server at once; a longer answer waits on the disk.
IN_MEMORY: Final = 2 * 1024 * 1024
_BLOCK: Final = 64 * 1024
_GZIP: Final = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)", re.IGNORECASE)

# Writes an answer to a file.
Writer = Callable[[IO[bytes]], None]


def whole_json(request: Request | HttpRequest, pieces: Iterable[bytes]) -> HttpResponseBase:
    """The JSON text of `pieces`, compressed for a client that takes gzip."""
    return whole_text(request, pieces, "application/json")


def whole_text(request: Request | HttpRequest, pieces: Iterable[bytes], kind: str) -> HttpResponseBase:
    """The text of `pieces`, of this content type, compressed for a client that takes gzip.

    Not for a page: a secret of the reader's beside words of a stranger's could be guessed from the length.
    """
    compressed = _GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None

    def write(file: IO[bytes]) -> None:
        if compressed:
            # The fastest level: what the others save in bytes they cost in time.
            with GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
                packed.writelines(pieces)
        else:
            for piece in pieces:  # `writelines` would look at the limit only when everything is in memory
                file.write(piece)

    response = whole_file(request, write, kind)
    response["Vary"] = "Accept-Encoding"
    if compressed:
        response["Content-Encoding"] = "gzip"
    return response


def whole_file(request: Request | HttpRequest, write: Writer, kind: str) -> HttpResponseBase:
    """What `write` writes, as it is.

    Whatever fails while it is written raises here, where it can still be answered: there is never half a list.
    """
    spool = cast(IO[bytes], SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  (the response closes it)
    try:
        write(spool)
        length = spool.seek(0, 2)
        response = _response(spool, length, kind, head=request.method == "HEAD")
    except BaseException:
        spool.close()
        raise
    response["Content-Length"] = str(length)
    return response


def _response(spool: IO[bytes], length: int, kind: str, *, head: bool) -> HttpResponseBase:
    spool.seek(0)
    if length > IN_MEMORY and not head:
        response = FileResponse(spool, content_type=kind)
        response.block_size = _BLOCK
        return response
    with spool:
        return HttpResponse(b"" if head else spool.read(), content_type=kind)
