"""What the contract says of the Mail family, on a Maildir store with real files."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from email.header import Header
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import LastLogin
from accounts.services.users import create_user, update_user
from mailstats.guard import guard_of
from mailstats.stores.delivery import deliver
from tests.api.answers import answered, body_of, refused
from tests.client import MAIL, Api
from tests.mail.imap_server import FakeServer, envelope_line
from tests.world import OPERATOR, World

JOHN = "johndoe@acme.example"
TENANT = "portal-alpha"
FIGURES = ["newmessages", "quota", "recentmails", "recentmessages"]
MOMENT = 1_700_000_000
NO_MAIL = {
    "recentmails": [],
    "quota": {"mailQuota": {"quota": 1_048_576, "use": 0, "countquota": -1, "countuse": 0}},
    "newmessages": {"newmessages": 0},
    "recentmessages": {"newmessages": 0},
}


class Box:
    """John's mailbox in a store of this test's own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def deliver(self, message: bytes = b"Subject: hello\r\n\r\nbody\r\n", *, user: str = JOHN, **how: Any) -> Path:
        return deliver(self.root, user, message, **({"received": MOMENT} | how))


@pytest.fixture
def box(settings: Any, tmp_path: Path) -> Box:
    root = tmp_path / "maildir"
    root.mkdir()
    settings.MAIL_STORE = f"maildir://{root}"
    return Box(root)


def figures(api: Api, name: str, uid: str = JOHN) -> Any:
    path = f"{MAIL}/unread/{quote(uid)}" if name == "unread" else f"{MAIL}/{quote(uid)}/{name}"
    return answered(api("GET", path, TENANT), 200)


def paths_of(uid: str) -> list[str]:
    return [f"{MAIL}/{uid}", f"{MAIL}/unread/{uid}", *[f"{MAIL}/{uid}/{name}" for name in FIGURES]]


# --- who is meant ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uid", [JOHN, "JohnDoe@Acme.example", "johndoe%40acme.example", "+49.1234.5624", "%2B4912345624", "john24", "DOE24"]
)
def test_uid__is_the_uidname_or_else_msisdn_or_a_custom_id(world: World, api: Api, box: Box, uid: str) -> None:
    box.deliver()
    for path in paths_of(uid):
        assert b"1" in body_of(api("GET", path, TENANT))
    assert answered(api("GET", f"{MAIL}/unread/{uid}", TENANT), 200) == {"newmessages": 1}


def test_uid__uidname_before_msisdn_before_custom(world: World, api: Api, box: Box) -> None:
    for number, (uidname, custom) in enumerate([("third", ["+4912345624"]), ("+4912345624", [])]):
        box.deliver(user=uidname)
        if number:
            box.deliver(user=uidname)
        create_user(actor=OPERATOR, context=world.contexts[25], number=7 + number, uidname=uidname, custom=custom)
        expected = {0: 0, 1: 2}[number]  # John, who has the msisdn, has no mail
        assert figures(api, "unread", "+4912345624") == {"newmessages": expected}


@pytest.mark.parametrize(
    "uid", ["nobody", "admin", "admin@alpha_acme", "alpha", "root", TENANT, "alpha_acme", "24", "%00", "x" * 3000]
)
def test_uid__of_no_user_is_500_with_a_sentence(world: World, api: Api, box: Box, uid: str) -> None:
    for path in paths_of(uid):
        assert refused(api("GET", path, TENANT), 500) == "There is no such user."


@pytest.mark.parametrize("uid", ["johndoe@echo.example", "+49.1234.5644", "john44", "johndoe@gold.example"])
def test_uid__of_another_tenants_user_answers_exactly_like_an_unknown_one(
    world: World, api: Api, box: Box, uid: str
) -> None:
    box.deliver(user="johndoe@echo.example")
    for foreign, unknown in zip(paths_of(uid), paths_of("nobody"), strict=True):
        one, other = api("GET", foreign, TENANT), api("GET", unknown, TENANT)
        assert (one.status_code, body_of(one)) == (other.status_code, body_of(other))
        assert one.headers == other.headers


def test_tenant__sees_its_own_and_its_direct_childrens_users(world: World, api: Api, box: Box) -> None:
    seen = {
        login: {
            number
            for number, user in world.users.items()
            if api("GET", f"{MAIL}/{user.uidname}/quota", login).status_code == 200
        }
        for login in (TENANT, "portal-alphakid", "portal-beta")
    }
    assert seen == {TENANT: {24, 25, 34, 35}, "portal-alphakid": {34, 35}, "portal-beta": {44, 45}}


def test_unread__wins_over_the_quota_of_a_user_called_unread(world: World, api: Api, box: Box) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="unread")
    create_user(actor=OPERATOR, context=world.contexts[24], number=8, uidname="quota")
    box.deliver(user="quota")
    assert answered(api("GET", f"{MAIL}/unread/quota", TENANT), 200) == {"newmessages": 1}
    assert answered(api("GET", f"{MAIL}/unread", TENANT), 200)["newmessages"] == {"newmessages": 0}


def test_uid__may_hold_any_character(world: World, api: Api, box: Box) -> None:
    for number, uidname in enumerate(["a/b", "100%", "two words", "jürgen", "a?b#c", "x/quota/y"]):
        create_user(actor=OPERATOR, context=world.contexts[24], number=100 + number, uidname=uidname)
        answered(api("GET", f"{MAIL}/{quote(uidname, safe='')}/quota", TENANT), 200)
        answered(api("GET", f"{MAIL}/unread/{quote(uidname, safe='')}", TENANT), 200)


# --- the store ---------------------------------------------------------------------------------------------------


def test_mailbox__that_is_not_there_yet_is_an_empty_one(world: World, api: Api, box: Box) -> None:
    assert answered(api("GET", f"{MAIL}/{JOHN}", TENANT), 200) == NO_MAIL
    assert figures(api, "unread") == {"newmessages": 0}


def test_store__missing_as_a_whole_is_500_and_the_log_says_why(
    world: World, api: Api, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_STORE = f"maildir://{tmp_path}/nowhere"
    for path in paths_of(JOHN):
        # A store that has failed several times in a row is left alone for a while.
        guard_of.cache_clear()
        sentence = refused(api("GET", path, TENANT), 500)
        assert sentence == "The mail store cannot be read."
    assert f"{tmp_path}/nowhere" in caplog.text
    assert "Traceback" not in caplog.text


def test_mailbox__that_cannot_be_read_is_500_and_the_log_says_why(
    world: World, api: Api, box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    (box.root / JOHN).write_text("a file where a folder should be")
    for path in paths_of(JOHN):
        sentence = refused(api("GET", path, TENANT), 500)
        assert str(box.root) not in sentence
    assert JOHN in caplog.text
    assert "Not a directory" in caplog.text
    assert "Traceback" not in caplog.text


def test_mailbox__is_named_by_the_uidname_in_lower_case(world: World, api: Api, box: Box) -> None:
    update_user(actor=OPERATOR, user=world.users[24], uidname="John.Doe@ACME.example")
    box.deliver(user="john.doe@acme.example")
    assert figures(api, "unread", "john24") == {"newmessages": 1}


# --- the figures -------------------------------------------------------------------------------------------------


def test_unread__counts_unseen_in_inbox(world: World, api: Api, box: Box) -> None:
    box.deliver()
    box.deliver(flags="")
    box.deliver(flags="RF")
    box.deliver(flags="S")
    box.deliver(folder="Work")
    assert figures(api, "unread") == {"newmessages": 3}


def test_recentmessages__counts_unseen_in_all_folders(world: World, api: Api, box: Box) -> None:
    box.deliver()
    box.deliver(flags="S")
    box.deliver(folder="Work/Pläne", flags="")
    box.deliver(folder="Work", flags="S")
    assert figures(api, "recentmessages") == {"newmessages": 2}


@pytest.mark.parametrize(
    ("last_login", "number"), [(None, 4), (0, 4), (MOMENT - 1, 3), (MOMENT, 1), (MOMENT + 59, 1), (MOMENT + 60, 0)]
)
def test_newmessages__counts_what_arrived_in_inbox_after_the_last_login(
    world: World, api: Api, box: Box, last_login: int | None, number: int
) -> None:
    box.deliver(received=MOMENT - 60)
    box.deliver()
    box.deliver(flags="S")
    box.deliver(received=MOMENT + 60)
    box.deliver(received=MOMENT + 60, folder="Work")
    if last_login is not None:
        LastLogin.objects.create(username=JOHN, last_login=last_login)
    assert figures(api, "newmessages") == {"newmessages": number}


def test_newmessages__the_last_login_follows_a_new_uidname(world: World, api: Api, box: Box) -> None:
    LastLogin.objects.create(username=JOHN, last_login=MOMENT)
    update_user(actor=OPERATOR, user=world.users[24], uidname="Jane@acme.example")
    box.deliver(user="jane@acme.example")
    assert figures(api, "newmessages", "jane@acme.example") == {"newmessages": 0}


def test_quota__sums_the_sizes_that_the_store_knows(world: World, api: Api, box: Box) -> None:
    box.deliver(b"x" * 1000)
    box.deliver(b"x" * 200, folder="Work", flags="S")
    named = box.deliver(b"x" * 50)
    named.rename(named.with_name("1.named,S=7000"))
    plain = box.deliver(b"x" * 30)
    plain.rename(plain.with_name("2.plain"))
    assert figures(api, "quota") == {"mailQuota": {"quota": 1_048_576, "use": 8230, "countquota": -1, "countuse": 4}}


@pytest.mark.parametrize(("quota", "shown"), [(None, -1), (0, 0), (2**60, 2**60)])
def test_quota__is_minus_one_where_there_is_no_limit(
    world: World, api: Api, box: Box, quota: int | None, shown: int
) -> None:
    update_user(actor=OPERATOR, user=world.users[24], quota=quota)
    assert figures(api, "quota")["mailQuota"]["quota"] == shown


def test_recentmails__up_to_five_of_inbox_newest_first(world: World, api: Api, box: Box) -> None:
    for number in (3, 1, 6, 2, 5, 4, 7):
        box.deliver(f"Subject: number {number}\r\n\r\n".encode(), received=MOMENT + number, flags="S")
    box.deliver(b"Subject: elsewhere\r\n\r\n", received=MOMENT + 99, folder="Work")
    mails = figures(api, "recentmails")
    assert [mail["subject"] for mail in mails] == [f"number {number}" for number in (7, 6, 5, 4, 3)]


def test_recentmails__has_the_documented_keys_and_no_body(world: World, api: Api, box: Box) -> None:
    subject = Header("Grüße aus Köln", "utf-8").encode()
    message = (
        f"From: =?iso-8859-1?q?J=FCrgen?= <jürgen@acme.example>\r\nTo: a@b.example, Bob <bob@b.example>\r\n"
        f"Subject: {subject}\r\nDate: Tue, 14 Nov 2023 23:13:20 +0100\r\n\r\nsecret body\r\n"
    ).encode()
    file = box.deliver(message, flags="FRS")
    (mail,) = figures(api, "recentmails")
    assert mail == {
        "id": file.name.partition(",")[0],
        "folder_id": "INBOX",
        "subject": "Grüße aus Köln",
        "from": [["Jürgen", "jürgen@acme.example"]],
        "to": [[None, "a@b.example"], ["Bob", "bob@b.example"]],
        "size": len(message),
        "received_date": MOMENT * 1000,
        "sent_date": 1_700_000_000_000,
        "flags": 1 + 8 + 32,
    }


@pytest.mark.parametrize(
    ("letters", "flags"),
    [(None, 16), ("", 0), ("R", 1), ("T", 2), ("D", 4), ("F", 8), ("S", 32), ("DFRST", 47), ("Pabc", 0)],
)
def test_recentmails__flags_are_ox_bits(world: World, api: Api, box: Box, letters: str | None, flags: int) -> None:
    box.deliver(flags=letters)
    assert figures(api, "recentmails")[0]["flags"] == flags


def test_recentmails__received_date_is_the_files_time(world: World, api: Api, box: Box) -> None:
    file = box.deliver(b"Date: Mon, 01 Jan 2001 00:00:00 +0000\r\n\r\n")
    os.utime(file, (1_234_567_890.9, 1_234_567_890.9))
    (mail,) = figures(api, "recentmails")
    assert (mail["received_date"], mail["sent_date"]) == (1_234_567_890_000, 978_307_200_000)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00" * 5000,
        b"Subject: \x00\x1b[31m\xff\r\n\r\n",
        b"Subject: =?utf-8?b?!!!?=\r\nFrom: <<<\r\nDate: never\r\n\r\n",
        b"Subject:" + b" x" * 500_000,
    ],
    ids=["empty", "NUL", "control characters", "broken", "huge"],
)
def test_everything__hostile_mail_is_no_error(world: World, api: Api, box: Box, message: bytes) -> None:
    box.deliver(message)
    body = answered(api("GET", f"{MAIL}/{JOHN}", TENANT), 200)
    (mail,) = body["recentmails"]
    assert "\x00" not in mail["subject"]
    assert "\x1b" not in mail["subject"]
    assert len(mail["subject"]) <= 1000


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("=?iso-8859-1?B?k1ByZWlzlCA1IIA=?=", "“Preis” 5 €"),
        ("=?gb2312?B?6Ea7+SCA?=", "鐵基 €"),
        ("=?gb2312?Q?=E9F=BB=F9_=80?=", "镕基 €"),
        ("=?iso-8859-8-i?Q?=F9=EC=E5=ED?=", "שלום"),
        ("=?windows-31j?B?h0CHig==?=", "①㈱"),
        ("=?iso-2022-jp?B?GyRCLSEtahsoQg==?=", "①㈱"),
    ],
)
def test_recentmails__charset_labels_mean_what_browsers_take_them_for(
    world: World, api: Api, box: Box, word: str, shown: str
) -> None:
    box.deliver(f"Subject: {word}\r\nFrom: {word} <a@b.example>\r\n\r\n".encode())
    (mail,) = figures(api, "recentmails")
    assert (mail["subject"], mail["from"]) == (shown, [[shown, "a@b.example"]])


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_recentmails__a_compressed_message_has_its_envelope(
    world: World, api: Api, box: Box, compress: Callable[[bytes], bytes]
) -> None:
    plain = b"Subject: hello\r\nFrom: A <a@b.example>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\nbody\r\n"
    file = box.deliver(compress(plain), flags="S")
    file.rename(file.with_name(f"1.packed,S={len(plain)}:2,S"))
    (mail,) = figures(api, "recentmails")
    assert (mail["subject"], mail["from"], mail["size"]) == ("hello", [["A", "a@b.example"]], len(plain))
    assert mail["sent_date"] == 1_767_225_600_000


def test_recentmails__any_keyword_is_only_a_keyword(world: World, api: Api, settings: Any) -> None:
    with FakeServer() as server:
        settings.MAIL_STORE = server.url
        server.replies["BODY.PEEK"] = envelope_line(3, flags=b"\\Seen [todo", subject=b"hello") + b"TAG OK\r\n"
        (mail,) = figures(api, "recentmails")
        assert (mail["subject"], mail["flags"]) == ("hello", 32)
        assert answered(api("GET", f"{MAIL}/{JOHN}", TENANT), 200)["recentmails"] == [mail]


def test_everything__is_made_of_the_bodies_of_the_other_operations(world: World, api: Api, box: Box) -> None:
    LastLogin.objects.create(username=JOHN, last_login=MOMENT)
    for number in range(7):
        box.deliver(received=MOMENT + number - 3, flags="S" if number % 2 else None)
        box.deliver(folder="Work")
    body = answered(api("GET", f"{MAIL}/{JOHN}", TENANT), 200)
    assert body == {name: figures(api, name) for name in FIGURES}
    assert body["quota"]["mailQuota"]["countuse"] == 14


def test_everything__takes_the_same_number_of_statements_for_1_and_50_messages(
    world: World, api: Api, box: Box
) -> None:
    answered(api("GET", f"{MAIL}/{JOHN}", TENANT), 200)  # the first login of some minutes is also noted
    counts = []
    for number in (1, 50):
        for _ in range(number):
            box.deliver()
        with CaptureQueriesContext(connection) as queries:
            answered(api("GET", f"{MAIL}/{JOHN}", TENANT), 200)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3
