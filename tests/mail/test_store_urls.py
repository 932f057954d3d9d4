from __future__ import annotations

import ssl
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstats.stores import Mailbox, delivery, store_from_url
from mailstats.stores.imap import ImapStore

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "starts with maildir://"),
        ("maildir", "maildir:///absolute/path"),
        ("/hunter2", "starts with maildir://"),
        ("mbox:///hunter2", "starts with maildir://"),
        ("http://user:hunter2@host", "starts with maildir://"),
        ("maildir:", "maildir:///absolute/path"),
        ("maildir://", "maildir:///absolute/path"),
        ("maildir://host/path", "maildir:///absolute/path"),
        ("maildir:relative", "maildir:///absolute/path"),
        ("maildir:///path?query=hunter2", "maildir:///absolute/path"),
        ("maildir:///path#hunter2", "written as %23"),
        ("maildir:///a%00hunter2", "NUL"),
        ("maildir:///%ffhunter2", "UTF-8"),
        ("maildir:///a\nhunter2", "control character"),
        ("imaps://stats:hunter2", "cannot be read"),
        ("imaps://stats:hunter2@", "imaps://master:secret@host:port"),
        ("imaps://stats:hunter2@.host", "imaps://master:secret@host:port"),
        ("imaps://stats:hunter2@ho st", "imaps://master:secret@host:port"),
        ("imaps://stats:hunter2@höst", "imaps://master:secret@host:port"),
        ("imaps://stats:hunter2@host/INBOX", "imaps://master:secret@host:port"),
        ("imaps://stats:hunter2@host:port", "cannot be read"),
        ("imaps://stats:hunter2@host:99999", "cannot be read"),
        ("imaps://stats:hunter2@[host", "cannot be read"),
        ("imaps://stats:hunter2/@host", "cannot be read"),
        ("imaps://stats:hunter2#@host", "cannot be read"),
        ("imaps://stats:hunter2@host#x", "written as %23"),
        ("imaps://stats:hunter2\t@host", "control character"),
        ("imaps://stats:%ffhunter2@host", "UTF-8"),
        ("imaps://stats:%00hunter2@host", "NUL"),
        ("imaps://stats@host", "lacks"),
        ("imaps://:hunter2@host", "lacks"),
        ("imaps://stats:@host", "lacks"),
        ("imaps://host", "lacks"),
        ("imaps://stats:hunter2@host?verify=no", "takes one setting"),
        ("imaps://stats:hunter2@host?cafile", "takes one setting"),
        ("imaps://stats:hunter2@host?cafile=/a&cafile=/b", "takes one setting"),
        ("imaps://stats:hunter2@host?cafile=/a&x=1", "takes one setting"),
        ("imaps://stats:hunter2@host?cafile=/nothing/there", "cafile cannot be used: .*No such file"),
        ("imaps://stats:hunter2@host?cafile=/dev/null", "cafile cannot be used"),
        ("imap://stats:hunter2@mail.acme.example", "imap:// is for a mail server on this machine"),
        ("imap://stats:hunter2@10.0.0.1", "imap:// is for a mail server on this machine"),
        ("imap://stats:hunter2@localhost.acme.example", "imap:// is for a mail server on this machine"),
        ("imap://stats:hunter2@127.0.0.1?cafile=/a", "no settings"),
    ],
)
def test_store_from_url__what_names_no_store_is_refused_without_the_secret(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        store_from_url(url)
    assert str(caught.value).endswith(".")
    assert SECRET not in "".join(traceback.format_exception_only(caught.value))
    assert caught.value.__cause__ is None


@given(st.text(max_size=60) | st.from_regex(r"(imaps?|maildir)://[a:%@\[\]/?#\x00 ]{0,20}", fullmatch=True))
def test_store_from_url__any_text_is_a_store_or_a_sentence(url: str) -> None:
    try:
        assert store_from_url(url) is not None
    except ValueError as error:
        sentence = str(error)
    else:
        sentence = "fine."
    assert sentence.endswith(".")


def imap(url: str) -> ImapStore:
    store = store_from_url(url)
    assert isinstance(store, ImapStore)
    return store


def test_imaps__is_verified_on_port_993() -> None:
    store = imap("imaps://stats:hunter2@mail.acme.example/")
    assert (store.host, store.port, store.master, store.secret) == ("mail.acme.example", 993, "stats", SECRET)
    assert store.context is not None
    assert store.context.verify_mode == ssl.CERT_REQUIRED
    assert store.context.check_hostname
    assert store is store_from_url("imaps://stats:hunter2@mail.acme.example/")


def test_imap__name_and_secret_are_decoded() -> None:
    store = imap("IMAP://stats%40acme:p%3A%2F%23%25%20w%C3%B6rd:+@[::1]:1143")
    assert (store.host, store.port, store.master, store.secret) == ("::1", 1143, "stats@acme", "p:/#% wörd:+")
    assert store.context is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]", "LOCALHOST"])
def test_imap__is_for_this_machine(host: str) -> None:
    assert imap(f"imap://stats:hunter2@{host}").port == 143


def test_maildir__a_path_is_decoded_and_the_store_kept(tmp_path: Path) -> None:
    delivery.deliver(tmp_path / "my mail", "john@acme.example", b"x")
    store = store_from_url(f"maildir://{tmp_path}/my%20mail")
    assert store is store_from_url(f"maildir://{tmp_path}/my%20mail")
    with store.open(Mailbox("john@acme.example")) as opened:
        assert opened.unread() == 1
