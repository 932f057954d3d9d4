"""How MAIL_STORE is written. No error repeats the URL: there may be a secret in it."""

from __future__ import annotations

import ipaddress
import re
import ssl
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from mailstats.stores.base import MailStore
from mailstats.stores.imap import ImapStore
from mailstats.stores.maildir import MaildirStore

_HOST = re.compile(r"[A-Za-z0-9:](?:[A-Za-z0-9.:_-]{0,253}[A-Za-z0-9.:])?")


def read_url(url: str) -> MailStore:
    """maildir:///path, imaps://master:secret@host:port[?cafile=/path], imap://… for this machine; else ValueError."""
    scheme = url.partition(":")[0].lower()
    if scheme not in ("maildir", "imap", "imaps"):
        raise ValueError("A mail store's URL starts with maildir://, imaps:// or imap://.")
    if not url.isprintable():
        raise ValueError(f"The {scheme}:// URL of the mail store has a control character in it.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(
            f"The {scheme}:// URL of the mail store cannot be read: "
            "special characters in its name and secret are written as %40, and the port is a number."
        ) from None
    if parts.fragment:
        raise ValueError(f"The {scheme}:// URL of the mail store has a # in it, which is written as %23.")
    if scheme == "maildir":
        return _maildir(parts)
    return _imap(parts, port)


def _maildir(parts: SplitResult) -> MaildirStore:
    path = _decoded(parts.path)
    if parts.netloc or parts.query or not path.startswith("/"):
        raise ValueError("A maildir store is written as maildir:///absolute/path and nothing more.")
    return MaildirStore(path)


def _imap(parts: SplitResult, port: int | None) -> ImapStore:
    encrypted = parts.scheme == "imaps"
    host = parts.hostname or ""
    master, secret = _decoded(parts.username or ""), _decoded(parts.password or "")
    if parts.path not in ("", "/") or not _HOST.fullmatch(host):
        raise ValueError(f"An IMAP store is written as {parts.scheme}://master:secret@host:port and nothing more.")
    if not master or not secret:
        raise ValueError(f"The {parts.scheme}:// URL of the mail store lacks the master's name or its secret.")
    if not encrypted and not _is_loopback(host):
        raise ValueError("imap:// is for a mail server on this machine (127.0.0.1); others need imaps://.")
    if parts.query and not encrypted:
        raise ValueError("An imap:// URL takes no settings after a question mark.")
    return ImapStore(
        host=host,
        port=port or (993 if encrypted else 143),
        master=master,
        secret=secret,
        context=_context(parts.query) if encrypted else None,
    )


def _context(query: str) -> ssl.SSLContext:
    try:
        settings = parse_qs(query, strict_parsing=True, keep_blank_values=True, errors="strict") if query else {}
    except ValueError:
        settings = {"": []}
    if not settings:
        return ssl.create_default_context()
    match settings:
        case {"cafile": [path], **others} if not others:
            try:
                return ssl.create_default_context(cafile=path)
            except (OSError, ValueError) as error:
                raise ValueError(f"The mail store's cafile cannot be used: {error}.") from None
    raise ValueError("An imaps:// URL takes one setting, ?cafile=/path/to/ca.pem.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _decoded(text: str) -> str:
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("The mail store's URL has a % that does not stand for UTF-8.") from None
    if "\0" in decoded:
        raise ValueError("The mail store's URL has a NUL in it.")
    return decoded
