"""The real Dovecot with public, shared and virtual folders beside the user's own."""

from __future__ import annotations

import imaplib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstats.stores import Mailbox, MailFlag, StoreError, Usage, store_from_url
from tests.mail.storage import Dovecot

pytestmark = [pytest.mark.mail, pytest.mark.postgres, pytest.mark.xdist_group("mail")]

STORAGE = """
mail_plugins = virtual quota
mailbox_list_index = yes
namespace inbox {
  inbox = yes
  prefix = PREFIX
  separator = /
  location = maildir:~/Maildir
}
namespace archive {
  prefix = Archive/
  separator = /
  location = maildir:~/Archive
}
namespace virtual {
  prefix = Virtual/
  separator = /
  location = virtual:{folder}/virtual:INDEX=~/virtual
  mailbox All {
    special_use = \\All
  }
}
namespace public {
  type = public
  prefix = Public/
  separator = /
  location = maildir:{folder}/public:INDEXPVT=~/public
  subscriptions = no
}
namespace shared {
  type = shared
  prefix = Others/%%u/
  separator = /
  location = maildir:{folder}/others/%%u:INDEXPVT=~/others/%%u
  list = yes
}
protocol imap {
  mail_plugins = $mail_plugins imap_quota
}
"""
MESSAGE = b"Subject: one of twenty bytes\r\n\r\nbody\r\n"
VIRTUAL = {
    "All": "INBOX\nPREFIXSent\nArchive/2020\n  all\n",
    "Unread": "INBOX\n  unseen\n",
    "New/Deep": "INBOX\n  all\n",
}


@pytest.fixture(scope="module", params=["", "INBOX/"], ids=["no prefix", "INBOX as prefix"])
def dovecot(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    """Two messages in INBOX, one in Sent, one in an archive; three more in public, which are nobody's own."""
    running = Dovecot(STORAGE.replace("PREFIX", request.param))
    try:
        for path in ("Maildir/new/1", "Maildir/cur/2:2,S", "Maildir/.Sent/cur/3:2,", "Archive/.2020/cur/4:2,"):
            put(running.home / path)
        for number in range(3):
            put(running.folder / "public" / ".Team" / "cur" / f"{number}:2,")
        for name, rules in VIRTUAL.items():
            folder = running.folder / "virtual" / name
            folder.mkdir(parents=True)
            (folder / "dovecot-virtual").write_text(rules.replace("PREFIX", request.param))
        for path in ("public", "virtual"):
            running.give_away(running.folder / path)
        running.start()
        yield running
    finally:
        running.stop()


def put(path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (path.parent.parent / part).mkdir(parents=True, exist_ok=True)
    path.write_bytes(MESSAGE)


def test_figures__are_of_the_users_own_folders_alone(dovecot: Dovecot) -> None:
    with store_from_url(dovecot.url).open(Mailbox("john@acme.example")) as mailbox:
        assert mailbox.usage() == Usage(4 * len(MESSAGE), 4)
        assert mailbox.unread_everywhere() == 3
        assert mailbox.unread() == 1
        assert len(mailbox.recent(5)) == mailbox.new_since(0) == 2


def test_figures__inbox_is_still_open_after_others_were_looked_at(dovecot: Dovecot) -> None:
    with store_from_url(dovecot.url).open(Mailbox("john@acme.example")) as mailbox:
        assert mailbox.new_since(None) == 2
        assert mailbox.usage().messages == 4
        assert [message.size for message in mailbox.recent(5)] == [len(MESSAGE)] * 2


def test_figures__a_public_folder_that_cannot_be_opened_spoils_nothing(dovecot: Dovecot) -> None:
    closed = dovecot.folder / "public" / ".Closed" / "cur"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    with store_from_url(dovecot.url).open(Mailbox("john@acme.example")) as mailbox:
        assert mailbox.usage().messages == 4


def test_figures__an_own_folder_that_cannot_be_opened_is_an_error(dovecot: Dovecot) -> None:
    closed = dovecot.home / "Maildir" / ".Closed"
    closed.mkdir()
    dovecot.give_away(closed)
    (closed / "cur").mkdir(0o700)
    sentence = r"^The mail server cannot open this mailbox at the moment\.$"
    with (
        store_from_url(dovecot.url).open(Mailbox("john@acme.example")) as mailbox,
        pytest.raises(StoreError, match=sentence),
    ):
        mailbox.usage()
    shutil.rmtree(closed)


def test_recent__keywords_of_dovecot_are_only_keywords(dovecot: Dovecot) -> None:
    message = b"Subject: with keywords\r\nFrom: a@b.example\r\n\r\nbody\r\n"
    with imaplib.IMAP4("127.0.0.1", dovecot.port) as client:
        client.login("jane@acme.example", "any")
        client.create('"Archive/[todo"')
        client.append("INBOX", r"(\Seen [todo BODY[x $Label1 NIL)", imaplib.Time2Internaldate(2_000_000_000), message)
        client.select()
        assert "[todo" in str(client.fetch("1:*", "(FLAGS)")[1])
    with store_from_url(dovecot.url).open(Mailbox("jane@acme.example")) as mailbox:
        newest = mailbox.recent(1)[0]
        assert (newest.subject, newest.flags & MailFlag.SEEN) == ("with keywords", MailFlag.SEEN)
        assert mailbox.usage().messages == mailbox.new_since(None) + 2
