"""Puts messages into a Maildir store, as a mail server would: for the demo and for trying things out."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

from mailstats.stores.names import folder_directory, is_folder_name

_count = itertools.count()


def deliver(
    root: Path,
    uidname: str,
    message: bytes,
    *,
    folder: str = "",
    flags: str | None = None,
    received: float | None = None,
) -> Path:
    """Stores one message and returns its file; whoever reads the folder sees all of it or nothing.

    `folder` is INBOX or a path like "Work/Plans". `flags` are Maildir's letters: without them (None) the message is
    new, with them ("", "S", "RS") it was listed before. `received` is epoch seconds, now by default.
    Raises ValueError for a uidname that cannot be the name of a folder, OSError as files do.
    """
    name = uidname.lower()
    if not is_folder_name(name):
        raise ValueError(f"{uidname!r} cannot be the name of a mail folder.")
    home = root / name
    target = home / folder_directory(folder)
    for directory in (home, target):
        for part in ("tmp", "new", "cur"):
            (directory / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    if target != home:
        (target / "maildirfolder").touch(mode=0o600)
    moment = time.time() if received is None else received
    file_name = f"{int(moment)}.P{os.getpid()}Q{next(_count)}R{os.urandom(4).hex()}.oxaas,S={len(message)}"
    temporary = target / "tmp" / file_name
    temporary.write_bytes(message)
    os.utime(temporary, (moment, moment))
    place = target / "new" / file_name if flags is None else target / "cur" / f"{file_name}:2,{flags}"
    return temporary.rename(place)
