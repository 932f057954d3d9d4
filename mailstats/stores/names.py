"""Names of mailboxes and folders on a disk, as Maildir++ and Dovecot have them."""

from __future__ import annotations

import base64
import itertools
import re

_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")


def is_folder_name(name: str) -> bool:
    """Whether a uidname can be the name of a folder directly below the root."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return False
    return 0 < len(encoded) <= 255 and not name.startswith(".") and "/" not in name and "\0" not in name


def folder_directory(folder: str) -> str:
    """Where Maildir++ keeps a folder, below the user's own: "" for INBOX, ".Work.Plans" for "Work/Plans"."""
    if folder in ("", "INBOX"):
        return ""
    return "".join("." + modified_utf7(part) for part in folder.split("/"))


def is_folder_directory(name: str) -> bool:
    """Whether Dovecot takes a directory of this name, beside INBOX's own, for a folder that it can open."""
    first, *parts = name.split(".")
    if first or not all(parts) or not parts or parts[0].startswith("~"):
        return False
    # INBOX is the directory above, and what is below it is only found by its name in capitals.
    if parts[0].upper() == "INBOX" and (len(parts) == 1 or parts[0] != "INBOX"):
        return False
    return all(_is_modified_utf7(part) for part in parts)


def modified_utf7(text: str) -> str:
    """IMAP's spelling of folder names (RFC 3501, 5.1.3)."""
    pieces = []
    for printable, group in itertools.groupby(text, lambda character: " " <= character <= "~"):
        run = "".join(group)
        if printable:
            pieces.append(run.replace("&", "&-"))
        else:
            encoded = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            pieces.append(f"&{encoded}-")
    return "".join(pieces)


def _is_modified_utf7(name: str) -> bool:
    """Whether this is the one right spelling of some name."""
    try:
        return modified_utf7(_SHIFTED.sub(_unshifted, name)) == name
    except ValueError:
        return False


def _unshifted(shifted: re.Match[str]) -> str:
    encoded = shifted[1].replace(",", "/")
    data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    return data.decode("utf-16-be") if encoded else "&"
