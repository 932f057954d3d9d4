"""The real Dovecot's figures: equal to the Maildir store's and to its own, true to logins, safe from hostile mail."""

from __future__ import annotations

import imaplib
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from accounts.models import LastLogin
from accounts.services.users import create_user, update_user
from mailstats.stores import Mailbox, MailFlag, Message, OpenMailbox, store_from_url
from mailstats.stores.delivery import deliver
from mailstats.stores.names import modified_utf7
from tests.mail.mailing import MAIL_TESTS, Figures, letter, owner_login
from tests.mail.stack import MASTER, SECRET, Stack, wait_until
from tests.world import OPERATOR, World

pytestmark = MAIL_TESTS

JOHN = "johndoe@acme.example"
FOLDERS = ("INBOX", "Sent", "Archive/2026/Q1", "Entwürfe & Größe")
FROM = b"From: a@far.example\r\n"
HOSTILE = {
    "no header at all": b"just text\r\n",
    "no From": b"Subject: nobody wrote this\r\n\r\nbody\r\n",
    "HTML and script": b"From: <script>alert(1)</script> <x@y.example>\r\nSubject: <img src=x onerror=f()>\r\n\r\n",
    "a subject of 1 MB": FROM + b"Subject: " + b"\r\n ".join([b"x" * 70] * 14_000) + b"\r\n\r\nb\r\n",
    "bytes of no encoding": b"From: \xff\xfe <a@far.example>\r\nSubject: \x80\x81\xfe\xff\r\n\r\nb\r\n",
    "latin-1 unencoded": "From: Jörg <a@far.example>\r\nSubject: Grüße\r\n\r\nb\r\n".encode("latin-1"),
    "broken encoded words": b"From: =?utf-8?b?####?= <a@far.example>\r\nSubject: =?utf-8?q?=Z?= =?x?b?YQ==?=\r\n\r\n",
    "Shift-JIS": FROM + b"Subject: =?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=\r\n\r\nb\r\n",
    "UTF-7": FROM + b"Subject: =?utf-7?q?+ADw-script+AD4-?=\r\n\r\nb\r\n",
    "NUL": FROM + b"Subject: be\0fore\r\n\r\nb\0ody\r\n",
    "broken MIME": FROM + b"Subject: parts\r\nContent-Type: multipart/mixed; boundary=\"\r\n\r\n--\r\n\r\n",
    "control characters": b"From: \x1b[31mred <a@far.example>\r\nSubject: bell\x07 \x1b]0;title\x07\r\n\r\nb\r\n",
    "right-to-left": "From: a@far.example\r\nSubject: \u202egnp.exe\r\n\r\nb\r\n".encode(),
    "many recipients": FROM + b"To: " + b",\r\n ".join([b"a@b.example"] * 3_000) + b"\r\nSubject: to\r\n\r\n",
    "a date of no calendar": FROM + b"Date: Fri, 99 Foo 0000 77:77:77 +9999\r\nSubject: when\r\n\r\nb\r\n",
}  # fmt: skip


@pytest.fixture
def filled(stack: Stack, figures: Figures) -> list[tuple[str, bytes, str, int]]:
    """Messages in four folders, seen and unseen, of different ages; what they are: folder, text, flags, received."""
    now = int(time.time())
    kept = []
    for number in range(24):
        folder = FOLDERS[number % len(FOLDERS)]
        flags = ("", "S", "FS", "RS", "DST")[number % 5]
        kept.append(
            (
                folder,
                letter(f"Nummer {number} – ü", size=100 * number).replace(b"\n", b"\r\n"),
                flags,
                now - 60 * number,
            )
        )
    names = {"S": r"\Seen", "F": r"\Flagged", "R": r"\Answered", "D": r"\Draft", "T": r"\Deleted"}
    stack.set_owners(JOHN)
    with owner_login(stack, JOHN) as client:
        for folder in FOLDERS[1:]:
            client.create(quoted(folder))
        for folder, text, flags, received in kept:
            letters = " ".join(names[one] for one in flags)
            assert client.append(quoted(folder), f"({letters})", imaplib.Time2Internaldate(received), text)[0] == "OK"
    return kept


def quoted(folder: str) -> str:
    """A folder's name as IMAP writes it."""
    return '"' + "/".join(modified_utf7(part) for part in folder.split("/")) + '"'


def everything(mailbox: OpenMailbox, moments: list[float | None]) -> dict[str, Any]:
    """All figures of one store. Only Maildir knows no difference between recent and new."""

    def comparable(mail: Message) -> tuple[Any, ...]:
        flags = mail.flags & ~MailFlag.RECENT
        return mail.subject, mail.sender, mail.to, mail.received_ms, mail.sent_ms, mail.size, int(flags)

    return {
        "unread": mailbox.unread(),
        "everywhere": mailbox.unread_everywhere(),
        "usage": mailbox.usage(),
        "recent": [comparable(mail) for mail in mailbox.recent(5)],
        "new": [mailbox.new_since(moment) for moment in moments],
    }


def test_figures__are_those_of_the_maildir_store_on_the_same_messages(
    stack: Stack, filled: list[tuple[str, bytes, str, int]], tmp_path: Path
) -> None:
    for folder, text, flags, received in filled:
        deliver(tmp_path, JOHN, text, folder=folder, flags=flags, received=received)
    moments: list[float | None] = [None, 0, *(received for _folder, _text, _flags, received in filled)]
    found = []
    for url in (stack.store_url, f"maildir://{tmp_path}"):
        with store_from_url(url).open(Mailbox(JOHN)) as mailbox:
            found.append(everything(mailbox, moments))
    assert found[0] == found[1]
    assert found[0]["unread"] > 0
    assert found[0]["usage"].messages == len(filled)


def test_figures__are_dovecot_s_own(stack: Stack, filled: list[tuple[str, bytes, str, int]], figures: Figures) -> None:
    status = stack.doveadm("mailbox", "status", "-u", JOHN, "messages unseen vsize", "*")
    rows = [dict(re.findall(r"(\w+)=(\d+)", line)) for line in status.splitlines()]
    inbox = next(dict(re.findall(r"(\w+)=(\d+)", line)) for line in status.splitlines() if line.startswith("INBOX "))
    quota = figures.ask(f"{JOHN}/quota")["mailQuota"]
    assert quota["use"] == sum(int(row["vsize"]) for row in rows)
    assert quota["countuse"] == sum(int(row["messages"]) for row in rows)
    assert figures.ask(f"unread/{JOHN}")["newmessages"] == int(inbox["unseen"])
    assert figures.ask(f"{JOHN}/recentmessages")["newmessages"] == sum(int(row["unseen"]) for row in rows)
    counted = stack.doveadm("quota", "get", "-u", JOHN)
    stored, limit = re.findall(r"STORAGE\s+(\d+)\s+(\d+|-)", counted)[0]
    assert int(stored) == -(-quota["use"] // 1024)
    assert int(limit) == quota["quota"] // 1024


def test_new__counts_from_the_owner_s_login_and_not_from_the_statistics(
    stack: Stack, figures: Figures, world: World
) -> None:
    stack.send(JOHN, letter("before"))
    assert figures.wait_for(JOHN, 1)["newmessages"]["newmessages"] == 1
    assert not LastLogin.objects.filter(username=JOHN).exists(), "the statistics' own login must not count"
    stack.set_owners(JOHN)
    with owner_login(stack, JOHN):
        pass

    def last_login() -> int:
        return LastLogin.objects.filter(username=JOHN).values_list("last_login", flat=True).first() or 0

    moment = wait_until(last_login, "Dovecot notes the login")
    assert abs(moment - time.time()) < 20
    assert figures.ask(f"{JOHN}/newmessages")["newmessages"] == 0
    wait_until(lambda: time.time() >= moment + 1, "the second of the login is over")
    stack.send(JOHN, letter("after"))
    assert figures.wait_for(JOHN, 2)["newmessages"]["newmessages"] == 1
    assert last_login() == moment


def test_owner__logs_in_by_the_own_password_alone_and_not_while_suspended(
    stack: Stack, world: World, figures: Figures
) -> None:
    stack.set_owners(JOHN)
    with pytest.raises(imaplib.IMAP4.error), owner_login(stack, JOHN, "wrong"):
        pass
    with pytest.raises(imaplib.IMAP4.error), owner_login(stack, "sales@acme.example"):
        pass
    with pytest.raises(imaplib.IMAP4.error), owner_login(stack, MASTER, SECRET):
        pass
    with owner_login(stack, JOHN) as client:
        assert client.select()[0] == "OK"
    update_user(actor=OPERATOR, user=world.users[24], is_active=False)
    with pytest.raises(imaplib.IMAP4.error), owner_login(stack, JOHN):
        pass


def test_renamed_user__keeps_the_mailbox_and_a_new_one_of_the_old_name_has_none_of_it(
    stack: Stack, world: World, figures: Figures
) -> None:
    stack.send(JOHN, letter("mine"))
    figures.wait_for(JOHN, 1)
    update_user(actor=OPERATOR, user=world.users[24], uidname="renamed@acme.example")
    assert figures.count("renamed@acme.example") == 1
    create_user(actor=OPERATOR, context=world.contexts[24], number=60, uidname=JOHN)
    assert figures.count(JOHN) == 0


@pytest.mark.parametrize("name", ["../../24/1", "a/b\\c'\"%u$(id)", "with blank", "tab*?[x]", "ünï@bücher.example"])
def test_odd_names__are_only_names(stack: Stack, world: World, figures: Figures, name: str) -> None:
    stack.send(JOHN, letter("not for others"))
    figures.wait_for(JOHN, 1)
    update_user(actor=OPERATOR, user=world.users[25], uidname=name)
    assert figures.count(quote(name, safe="")) == 0
    homes = [path for path in stack.mail.glob("*/*") if path.is_dir()]
    assert all(re.fullmatch(r"\d+/\d+", str(home.relative_to(stack.mail))) for home in homes)


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_mail__is_text_everywhere_and_never_an_error(
    stack: Stack, world: World, figures: Figures, what: str
) -> None:
    update_user(actor=OPERATOR, user=world.users[24], quota=None)
    stack.send(JOHN, HOSTILE[what])
    (mail,) = figures.wait_for(JOHN, 1)["recentmails"]
    texts = [mail["subject"], *(part or "" for pair in (*mail["from"], *mail["to"]) for part in pair)]
    assert all(text.isprintable() or "\u202e" in text for text in texts)
    assert len(mail["subject"]) < 10_000
    if what == "HTML and script":
        assert mail["subject"] == "<img src=x onerror=f()>"
    if what == "Shift-JIS":
        assert mail["subject"] == "テスト"
