"""The Maildir store counts what the real Dovecot counts in the same folders."""

from __future__ import annotations

import bz2
import gzip
import itertools
import lzma
import random
import re
import shutil
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from mailstats.stores import Mailbox, OpenMailbox, store_from_url
from tests.mail.storage import Dovecot

pytestmark = [pytest.mark.mail, pytest.mark.postgres, pytest.mark.xdist_group("mail")]

STORAGE = """
mail_plugins = zlib
namespace inbox {
  inbox = yes
  separator = /
  location = maildir:~/
}
"""
MESSAGE = b"Subject: hello\r\nFrom: Jane <jane@acme.example>\r\n\r\nbody\r\n"
SIZE = len(MESSAGE)
Answer = TypeVar("Answer")
Files = dict[str, bytes]
_number = itertools.count()


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """Its configuration alone: no server need run for doveadm to read a Maildir."""
    described = Dovecot(STORAGE)
    try:
        yield described
    finally:
        described.stop()


class Both:
    """The same folders for Dovecot and for the store, each with a copy: Dovecot moves and renames what it reads."""

    def __init__(self, dovecot: Dovecot, files: Files) -> None:
        self._dovecot = dovecot
        name = f"user{next(_number)}"
        self._root = dovecot.folder / "root" / name
        self._home = dovecot.folder / "homes" / name
        self._name = name
        for part in ("new", "cur", "tmp"):
            (self._root / part).mkdir(parents=True)
        for path, text in files.items():
            (self._root / path).parent.mkdir(parents=True, exist_ok=True)
            (self._root / path).write_bytes(text)
        shutil.copytree(self._root, self._home)
        dovecot.give_away(self._home)

    def of_dovecot(self) -> tuple[int, int, int, int]:
        """Messages and unseen in INBOX, and in all folders; asked twice, as the first time repairs."""
        question = ("mailbox", "status", "messages unseen", "*")
        self._dovecot.doveadm(self._home, *question)
        listed = self._dovecot.doveadm(self._home, *question)
        rows = {
            line.rpartition(" messages=")[0]: [int(number) for number in re.findall(r"=(\d+)", line)]
            for line in listed.splitlines()
        }
        messages, unseen = rows["INBOX"]
        return messages, unseen, sum(row[0] for row in rows.values()), sum(row[1] for row in rows.values())

    def of_store(self) -> tuple[int, int, int, int]:
        return self.ask(
            lambda mailbox: (
                mailbox.new_since(None), mailbox.unread(), mailbox.usage().messages, mailbox.unread_everywhere()
            )
        )  # fmt: skip

    def ask(self, question: Callable[[OpenMailbox], Answer]) -> Answer:
        with store_from_url(f"maildir://{self._root.parent}").open(Mailbox(self._name)) as mailbox:
            return question(mailbox)

    def sizes(self) -> tuple[list[int], list[int]]:
        """Of every message in INBOX: as Dovecot has it, and as the store has it."""
        listed = self._dovecot.doveadm(self._home, "fetch", "size.physical", "all")
        own = self.ask(lambda mailbox: [message.size for message in mailbox.recent(100)])
        return sorted(int(size) for size in re.findall(r"size\.physical: (\d+)", listed)), sorted(own)


FOLDERS: dict[str, Files] = {
    "new and cur": {"new/1.a.h": MESSAGE, "cur/2.a.h:2,S": MESSAGE, "cur/3.a.h:2,": MESSAGE, "tmp/4.a.h": MESSAGE},
    "no info": {"cur/1.a.h": MESSAGE, "cur/2.a.h:1,S": MESSAGE, "cur/3.a.h:S": MESSAGE, "cur/4!2,S": MESSAGE},
    "a flag in new": {"new/1.a.h:2,S": MESSAGE},
    "more behind the flags": {"cur/1.h:2,,S": MESSAGE, "cur/2.h:2,S,x": MESSAGE, "cur/3.h:2,aSZ": MESSAGE},
    "more colons": {"cur/1.b:2:3,S": MESSAGE, "cur/2.b:2,S:x": MESSAGE, "cur/3.b::2,S": MESSAGE},
    "names with commas and dots": {"cur/1,b.c.d,x=5:2,S": MESSAGE, "cur/....": MESSAGE, "cur/a.b": MESSAGE},
    "the server's own files": {"cur/.hidden": MESSAGE, "dovecot-uidlist": b"", "dovecot-keywords": b"", "new/.x": b""},
    "a stray index in cur": {"cur/dovecot.index": MESSAGE},
    "one name in new and cur": {"new/1.a.h": MESSAGE + b"more", "cur/1.a.h:2,S": MESSAGE},
    "one name twice in cur": {"cur/1.a.h:2,": MESSAGE, "cur/1.a.h:2,S": MESSAGE + b"more"},
    "one name in all places": {"cur/1.a:2,": MESSAGE, "cur/1.a:2,S": MESSAGE + b"x", "new/1.a": MESSAGE + b"xy"},
    "one name with and without a size": {f"cur/1.a.h,S={SIZE}:2,": MESSAGE, "cur/1.a.h:2,S": MESSAGE},
    "folders": {
        ".Sent/cur/1:2,S": MESSAGE, ".Work.Plans/new/1": MESSAGE, ".Only new/new/1": MESSAGE, ".%/cur/1": MESSAGE,
        ".Only cur/cur/1:2,": MESSAGE, ".Empty/maildirfolder": b"", ".INBOX.sub/cur/1:2,": MESSAGE,
        ".f*/cur/1": MESSAGE, ".a~b/cur/1": MESSAGE, ".&AOQ-/cur/1": MESSAGE, ".&-/cur/1": MESSAGE,
        ".&U,BTFw-/cur/1": MESSAGE, ".&2D3eAA-/cur/1": MESSAGE, ".dovecot.sieve/cur/1": MESSAGE,
        "subscriptions": b"Sent\nGone\n",
    },
    "what is no folder": {
        "plain/cur/1:2,": MESSAGE, "..DOVECOT-TRASHED/cur/1:2,": MESSAGE, ".a..b/cur/1": MESSAGE, ".a./cur/1": MESSAGE,
        ".INBOX/cur/1": MESSAGE, ".inbox/cur/1": MESSAGE, ".Inbox.sub/cur/1": MESSAGE, ".~foo/cur/1": MESSAGE,
        ".Größe/cur/1": MESSAGE, ".a&b/cur/1": MESSAGE, ".&AGE-/cur/1": MESSAGE, ".&AOQ/cur/1": MESSAGE,
        ".&/cur/1": MESSAGE, ".a\tb/cur/1": MESSAGE, ".&2D0-/cur/1": MESSAGE, ".&U,BTFw-&ZeVnLIqe-/cur/1": MESSAGE,
        ".file": b"", ".Work/.Sub/cur/1": MESSAGE,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_figures__are_those_of_dovecot(dovecot: Dovecot, name: str) -> None:
    both = Both(dovecot, FOLDERS[name])
    assert both.of_store() == both.of_dovecot()


@pytest.mark.parametrize("seed", range(6))
def test_figures__are_those_of_dovecot_for_names_at_random(dovecot: Dovecot, seed: int) -> None:
    chance = random.Random(seed)
    files = {}
    for number in range(40):
        folder = chance.choice(["", "", ".Sent/", ".a.b/", ".a..b/", ".INBOX/", ".&AOQ-/", ".&A/", "..x/", "x/"])
        pieces = [chance.choice([",S=5", ",W=7", ".h", ":2,", ":2", ":", ",", "S", "T", "x", "!"]) for _ in range(5)]
        files[f"{folder}{chance.choice(['new', 'cur'])}/{number}{''.join(pieces)}"] = MESSAGE
    both = Both(dovecot, files)
    assert both.of_store() == both.of_dovecot()


def test_sizes__are_those_of_dovecot(dovecot: Dovecot) -> None:
    both = Both(
        dovecot,
        {
            f"cur/1.h,S={SIZE}:2,": MESSAGE, f"cur/2.h,W=99,S={SIZE}": MESSAGE, "cur/3.h,S=12x:2,": MESSAGE,
            f"cur/4.h,S=12x,S={SIZE + 1}:2,": MESSAGE, f"cur/5.h,s={SIZE + 1}:2,": MESSAGE, "cur/6.h": MESSAGE,
            f"cur/7.h,S={SIZE},S=5:2,": MESSAGE, f"cur/S={SIZE + 1}:2,": MESSAGE, f"new/9.h,S={SIZE}": MESSAGE,
        },
    )  # fmt: skip
    found, own = both.sizes()
    assert own == found == [SIZE] * 9


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
def test_compressed__messages_are_those_that_dovecot_reads(
    dovecot: Dovecot, compress: Callable[[bytes], bytes]
) -> None:
    both = Both(dovecot, {f"cur/1.h,S={SIZE}:2,S": compress(MESSAGE), "cur/2.h:2,": MESSAGE})
    assert both.of_store() == both.of_dovecot() == (2, 1, 2, 1)
    found, own = both.sizes()
    assert own == found == [SIZE] * 2
    read = both.ask(lambda mailbox: [(one.subject, one.sender) for one in mailbox.recent(5)])
    assert read == [("hello", [("Jane", "jane@acme.example")])] * 2
