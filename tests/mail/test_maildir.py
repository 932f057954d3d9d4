from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mailstats.stores import Mailbox, MailFlag, StoreError, Usage, delivery, maildir, names, store_from_url
from tests.mail.maildirs import USER, Maildirs

SENTENCES = {"The mail store cannot be read.", "The user's mailbox cannot be read."}


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[Maildirs]:
    with ExitStack() as opened:
        root = tmp_path / "mail"
        root.mkdir()
        yield Maildirs(root, opened)


def figures(mail: Maildirs, user: str = USER) -> tuple[int, int, int, Usage]:
    opened = mail.open(user)
    return opened.unread(), opened.new_since(None), opened.unread_everywhere(), opened.usage()


EMPTY = (0, 0, 0, Usage(0, 0))


# The figures


def test_figures__one_scan_answers_all(mail: Maildirs) -> None:
    message = b"x" * 100
    mail.deliver(message)
    mail.deliver(message, flags="")
    mail.deliver(message, flags="S")
    mail.deliver(message, folder="Work/Plans")
    mail.deliver(message, folder="Entwürfe & mehr", flags="DS")
    mail.deliver(message, user="other@acme.example")
    assert figures(mail) == (2, 3, 3, Usage(500, 5))


def test_figures__a_user_without_a_mailbox_has_an_empty_one(mail: Maildirs) -> None:
    assert figures(mail) == EMPTY
    assert mail.open().recent(5) == []


def test_figures__a_mailbox_that_was_never_used_is_empty(mail: Maildirs) -> None:
    (mail.root / USER).mkdir()
    assert figures(mail) == EMPTY


def test_figures__only_files_in_new_and_cur_are_messages(mail: Maildirs) -> None:
    seen = mail.deliver(flags="S")
    home = mail.root / USER
    for name in ("dovecot-uidlist", "maildirsize", "subscriptions", "cur/.hidden", "tmp/unfinished"):
        (home / name).write_bytes(b"x")
    for name in ("cur/folder", "..DOVECOT-TRASHED/cur", ".NoMaildir", "plain/cur"):
        (home / name).mkdir(parents=True)
    (home / "..DOVECOT-TRASHED/cur/1:2,").write_bytes(b"x")
    (home / "plain/cur/1:2,").write_bytes(b"x")
    (home / ".file").write_bytes(b"x")
    assert figures(mail) == (0, 1, 0, Usage(seen.stat().st_size, 1))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("1.a.host,S=1234:2,S", 1234),
        ("1.a.host,S=1234,W=1260:2,", 1234),
        ("1.a.host,W=1260,S=1234", 1234),
        ("1.a.host:2,", 7),
        ("1.a.host,S=:2,", 7),
        ("1.a.host,S=12x:2,", 7),
        ("1.a.host,S=٣:2,", 7),
        (f"1.a.host,S={'9' * 40}:2,", 7),
    ],
)
def test_usage__size_from_the_name_or_else_the_file(mail: Maildirs, name: str, size: int) -> None:
    mail.deliver().unlink()
    (mail.root / USER / "cur" / name).write_bytes(b"content")
    assert mail.open().usage() == Usage(size, 1)


def test_new_since__counts_whole_seconds_after_the_moment(mail: Maildirs) -> None:
    for received in (99.5, 100.0, 100.9, 101.0, 250.0):
        mail.deliver(received=received)
    mail.deliver(received=300, folder="Work")
    opened = mail.open()
    assert [opened.new_since(moment) for moment in (None, 0, 99, 100, 100.5, 101, 250, 1e12, -5)] == [
        5,
        5,
        4,
        2,
        2,
        1,
        0,
        0,
        5,
    ]


def test_recent__newest_of_inbox_first(mail: Maildirs) -> None:
    for number in (3, 1, 6, 2, 5, 4, 7):
        mail.deliver(f"Subject: {number}\n\n".encode(), received=1000 + number, flags="S" if number % 2 else None)
    mail.deliver(b"Subject: elsewhere\n\n", received=2000, folder="Work")
    opened = mail.open()
    assert [message.subject for message in opened.recent(5)] == ["7", "6", "5", "4", "3"]
    assert opened.recent(0) == []


def test_recent__the_whole_envelope(mail: Maildirs) -> None:
    raw = (
        b"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@b.example>\r\n"
        b"To: a@b.example, C <c@b.example>\r\nSubject: Hi\r\n\r\nbody"
    )
    path = mail.deliver(raw, received=1_700_000_100.75, flags="FRS")
    (message,) = mail.open().recent(5)
    assert message.id == path.name.partition(",")[0]
    assert message.folder_id == "INBOX"
    assert message.subject == "Hi"
    assert message.sender == [("Jürgen", "j@b.example")]
    assert message.to == [(None, "a@b.example"), ("C", "c@b.example")]
    assert message.size == len(raw)
    assert message.received_ms == 1_700_000_100_000
    assert message.sent_ms == 1_700_000_000_000
    assert message.flags == 1 + 8 + 32


@pytest.mark.parametrize(
    ("flags", "bits"),
    [(None, 16), ("", 0), ("S", 32), ("R", 1), ("T", 2), ("D", 4), ("F", 8), ("P", 0), ("abcz", 0), ("DFPRST", 47)],
)
def test_recent__flags_are_numbered_as_in_ox(mail: Maildirs, flags: str | None, bits: int) -> None:
    mail.deliver(flags=flags)
    assert mail.open().recent(1)[0].flags == bits


def test_recent__a_flag_in_new_counts_as_for_dovecot(mail: Maildirs) -> None:
    path = mail.deliver()
    path.rename(f"{path}:2,S")
    opened = mail.open()
    assert opened.unread() == 0
    assert opened.recent(1)[0].flags == MailFlag.RECENT | MailFlag.SEEN


# Another process works on the same files


def test_scan__a_message_that_moves_to_cur_meanwhile_counts_once(
    mail: Maildirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mail.deliver()
    real = maildir._files

    def files(directory: Any, *, is_new: bool) -> Iterator[Any]:
        found = list(real(directory, is_new=is_new))
        if is_new and path.exists():
            path.rename(path.parent.parent / "cur" / f"{path.name}:2,S")
        return iter(found)

    monkeypatch.setattr(maildir, "_files", files)
    opened = mail.open()
    assert (opened.unread(), opened.new_since(None), opened.usage().messages) == (0, 1, 1)
    assert [message.flags for message in opened.recent(5)] == [MailFlag.SEEN]


def test_scan__a_message_that_gets_flags_meanwhile_counts_once(mail: Maildirs, monkeypatch: pytest.MonkeyPatch) -> None:
    path = mail.deliver(flags="")
    real = maildir._files

    def files(directory: Any, *, is_new: bool) -> Iterator[Any]:
        yield from real(directory, is_new=is_new)
        if not is_new:
            path.rename(f"{path}S")
            yield from real(directory, is_new=is_new)

    monkeypatch.setattr(maildir, "_files", files)
    opened = mail.open()
    assert (opened.new_since(None), opened.unread()) == (1, 0)


def test_scan__many_files_of_one_name_are_as_many_messages_and_take_no_longer(mail: Maildirs) -> None:
    path = mail.deliver(flags="")
    for number in range(5000):
        path.with_name(f"{path.name}{number}").touch()
    started = time.process_time()
    assert mail.open().usage().messages == 5001
    assert time.process_time() - started < 1


def test_scan__files_that_vanish_after_it_are_left_out(mail: Maildirs) -> None:
    gone = mail.deliver(b"Subject: gone\n\n", received=3000)
    mail.deliver(b"Subject: there\n\n", received=2000)
    late = mail.deliver(b"Subject: late\n\n", received=2500)
    opened = mail.open()
    assert opened.unread() == 3
    gone.unlink()
    assert opened.new_since(0) == 2
    late.unlink()
    assert [message.subject for message in opened.recent(5)] == ["there"]


def test_scan__folders_that_vanish_are_left_out(mail: Maildirs, monkeypatch: pytest.MonkeyPatch) -> None:
    mail.deliver(folder="Work")
    monkeypatch.setattr(maildir._OpenMaildir, "_folder_names", lambda self: [".Gone", ".Work"])
    assert mail.open().unread_everywhere() == 1


def test_scan__gives_up_after_its_time(mail: Maildirs, monkeypatch: pytest.MonkeyPatch) -> None:
    mail.deliver()
    monkeypatch.setattr(maildir, "SCAN_SECONDS", -1.0)
    with pytest.raises(StoreError, match=r"^The mailbox takes too long to read\.$"):
        mail.open().unread()


# What cannot be read


def refuse(error: StoreError, *, cause: str) -> None:
    assert str(error) in SENTENCES
    assert cause in error.cause


def test_open__a_missing_root_is_an_error_even_for_a_user_without_mail(tmp_path: Path) -> None:
    store = store_from_url(f"maildir://{tmp_path}/nothing")
    for name in (USER, "no/folder"):
        with pytest.raises(StoreError) as caught, store.open(Mailbox(name)):
            pass
        assert str(caught.value) == "The mail store cannot be read."
        refuse(caught.value, cause=f"'{tmp_path}/nothing' does not exist")


def test_open__a_root_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught, store_from_url(f"maildir://{tmp_path}/file").open(Mailbox(USER)):
        pass
    refuse(caught.value, cause="Not a directory")


@pytest.mark.parametrize("name", [USER, f"{USER}/new", f"{USER}/cur", f"{USER}/.Work/cur"])
def test_figures__a_file_in_place_of_a_directory_is_an_error(mail: Maildirs, name: str) -> None:
    path = mail.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        figures(mail)
    refuse(caught.value, cause="Not a directory")
    assert path.name in caught.value.cause


@pytest.mark.parametrize("call", ["open", "scandir", "stat"])
def test_figures__a_refusal_of_the_file_system_is_an_error(
    mail: Maildirs, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    mail.deliver()
    opened = mail.open()

    def refused(*args: Any, **kwargs: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, call, refused)
    with pytest.raises(StoreError) as caught:
        opened.recent(1)
    monkeypatch.undo()
    refuse(caught.value, cause="Permission denied")
    assert str(mail.root) in caught.value.cause


def test_recent__a_message_that_cannot_be_opened_is_an_error(mail: Maildirs, monkeypatch: pytest.MonkeyPatch) -> None:
    path = mail.deliver()
    opened = mail.open()
    opened.new_since(0)

    def refused(*args: Any, **kwargs: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(StoreError) as caught:
        opened.recent(1)
    monkeypatch.undo()
    refuse(caught.value, cause=path.name)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_open__leaves_no_descriptor_open(mail: Maildirs) -> None:
    mail.deliver()
    mail.deliver(folder="Work")
    (mail.root / USER / ".Bad").mkdir()
    (mail.root / USER / ".Bad" / "cur").write_bytes(b"")
    before = descriptors()
    for _ in range(3):
        with store_from_url(f"maildir://{mail.root}").open(Mailbox(USER)) as opened:
            opened.recent(5)
            with pytest.raises(StoreError):
                opened.usage()
    assert descriptors() == before


# Hostile names and files


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../secret",
        "a/../../secret",
        "/etc",
        ".hidden",
        "a\0b",
        "a" * 256,
        "é" * 128,
        "\ud800",
        "..\0",
        "a/b",
    ],
)
def test_open__a_name_that_is_no_folder_has_no_mail(mail: Maildirs, name: str) -> None:
    for secret in (mail.root.parent / "secret" / "new", mail.root / ".hidden" / "new", mail.root / "a" / "b" / "new"):
        secret.mkdir(parents=True)
        (secret / "1").write_bytes(b"x")
    (mail.root / "new").mkdir()
    (mail.root / "new" / "1").write_bytes(b"x")
    assert figures(mail, name) == EMPTY


@pytest.mark.parametrize(
    "name", ["o'hara@acme.example", 'a b"%s$*', "ünï@acme.example", "-rf", "~root", "a\nb", "a" * 254]
)
def test_open__an_odd_name_is_a_folder_like_any_other(mail: Maildirs, name: str) -> None:
    mail.deliver(user=name)
    assert figures(mail, name)[0] == 1


def test_figures__links_to_other_peoples_mail_are_not_followed(mail: Maildirs) -> None:
    victim = mail.deliver(b"Subject: secret\n\n", user="victim@acme.example")
    own = mail.deliver(b"Subject: own\n\n", received=1)
    inbox = mail.root / USER / "new"
    (inbox / "9999.link").symlink_to(victim)
    (mail.root / USER / ".Theirs").symlink_to(victim.parent.parent)
    assert figures(mail) == (1, 1, 1, Usage(own.stat().st_size, 1))
    assert [message.subject for message in mail.open().recent(5)] == ["own"]


@pytest.mark.parametrize("name", ["cur", "new", ".Work/cur"])
def test_figures__a_linked_directory_is_an_error(mail: Maildirs, name: str) -> None:
    victim = mail.deliver(user="victim@acme.example")
    path = mail.root / USER / name
    path.parent.mkdir(parents=True)
    path.symlink_to(victim.parent)
    with pytest.raises(StoreError) as caught:
        figures(mail)
    refuse(caught.value, cause=path.name)


def test_recent__a_message_that_becomes_a_link_is_left_out(mail: Maildirs) -> None:
    victim = mail.deliver(b"Subject: secret\n\n", user="victim@acme.example")
    swapped = mail.deliver(received=3000)
    opened = mail.open()
    assert opened.new_since(0) == 1
    swapped.unlink()
    swapped.symlink_to(victim)
    assert opened.recent(5) == []


def test_figures__pipes_sockets_and_devices_are_no_messages(mail: Maildirs) -> None:
    mail.deliver(flags="S")
    inbox = mail.root / USER / "cur"
    os.mkfifo(inbox / "1.fifo,S=5:2,")
    (inbox / "2.zero:2,").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(inbox / "3:2,"))
        assert figures(mail)[:3] == (0, 1, 0)
        assert len(mail.open().recent(5)) == 1


def test_recent__a_message_that_becomes_a_pipe_does_not_hang(mail: Maildirs) -> None:
    swapped = mail.deliver()
    opened = mail.open()
    assert opened.new_since(0) == 1
    swapped.unlink()
    os.mkfifo(swapped)
    assert opened.recent(5) == []


def test_recent__a_name_that_is_no_text_is_cleaned(mail: Maildirs) -> None:
    mail.deliver().unlink()
    os.close(
        os.open(os.fsencode(mail.root / USER / "cur") + b"/1.\xff\x1b[31m\n.host:2,S", os.O_CREAT | os.O_WRONLY, 0o600)
    )
    (message,) = mail.open().recent(5)
    assert message.id == "1.[31m .host"
    assert message.flags == MailFlag.SEEN


# What the writer leaves


def test_deliver__is_complete_named_by_its_size_and_dated(tmp_path: Path) -> None:
    path = delivery.deliver(tmp_path, "John@Acme.example", b"12345", folder="Work/Plänе", flags="S", received=1000.5)
    assert path.parent == tmp_path / "john@acme.example" / ".Work.Pl&AOQ-n&BDU-" / "cur"
    assert path.name.endswith(",S=5:2,S")
    assert path.read_bytes() == b"12345"
    assert path.stat().st_mtime == 1000.5
    assert list((path.parent.parent / "tmp").iterdir()) == []
    assert (path.parent.parent / "maildirfolder").exists()


@pytest.mark.parametrize("name", ["..", "a/b", "", "."])
def test_deliver__never_leaves_the_root(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="folder"):
        delivery.deliver(tmp_path / "mail", name, b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("Sent", "Sent"),
        ("R&D", "R&-D"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("台北", "&U,BTFw-"),
        ("日本語", "&ZeVnLIqe-"),
        ("😀", "&2D3eAA-"),
    ],
)
def test_modified_utf7__as_in_the_rfc(text: str, encoded: str) -> None:
    assert names.modified_utf7(text) == encoded
