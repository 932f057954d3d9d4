"""Answers of any length that are complete before their first byte is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from gzip import GzipFile
from tempfile import SpooledTemporaryFile
from typing import IO, Final, cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.request import Request

# What is kept in memory and given to the server at once; a longer answer waits on the disk.
IN_MEMORY: Final = 2 * 1024 * 1024
_GZIP: Final = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)", re.IGNORECASE)


def whole_json(request: Request | HttpRequest, pieces: Iterable[bytes]) -> HttpResponseBase:
    """The JSON text of `pieces`, compressed for a client that takes gzip.

    Whatever fails while it is read raises here, where it can still be answered: there is never half a list.
    """
    spool = cast(IO[bytes], SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  (the response closes it)
    compressed = _GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None
    try:
        length = _write(spool, pieces, compressed=compressed)
        response = _response(spool, length, head=request.method == "HEAD")
    except BaseException:
        spool.close()
        raise
    response["Content-Length"] = str(length)
    response["Vary"] = "Accept-Encoding"
    if compressed:
        response["Content-Encoding"] = "gzip"
    return response


def _write(spool: IO[bytes], pieces: Iterable[bytes], *, compressed: bool) -> int:
    if compressed:
        # The fastest level: what the others save in bytes they cost in time.
        with GzipFile(fileobj=spool, mode="wb", compresslevel=1, mtime=0) as packed:
            packed.writelines(pieces)
    else:
        for piece in pieces:  # `writelines` would look at the limit only when everything is in memory
            spool.write(piece)
    return spool.tell()


def _response(spool: IO[bytes], length: int, *, head: bool) -> HttpResponseBase:
    spool.seek(0)
    if length > IN_MEMORY and not head:
        return FileResponse(spool, content_type="application/json")
    with spool:
        return HttpResponse(b"" if head else spool.read(), content_type="application/json")
