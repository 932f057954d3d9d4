"""Messages for the demo's mailboxes, in the store's own format. The same mail each time; the dates lead up to today."""

from __future__ import annotations

import base64
import random
import shutil
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from demo.people import PEOPLE, Company, Person
from demo.world import NEARLY_FULL, SMALL_QUOTA
from mailstats.stores.delivery import deliver

OUTSIDE: Final = [
    ("Nina Petersen", "nina.petersen@northwind.example"),
    ("Søren Møller", "s.moeller@nordlys.example"),
    ("Łukasz Kowalski", "lukasz@drukarnia.example"),
    ("Zahnärztekammer Süd", "info@kammer-sued.example"),
    ("Ravi Menon", "ravi.menon@cloudyard.example"),
    ("", "no-reply@parcels.example"),
    ("The Weekly Grind", "newsletter@weeklygrind.example"),
    ("山田 花子", "hanako@yamada-trading.example"),
    ("Boekhouding", "facturen@bookkeeping.example"),
]
SUBJECTS: Final[dict[str, list[str]]] = {
    "en": [
        "Minutes of Tuesday’s meeting", "Re: Offer 2024-118", "Your parcel is on its way", "Invoice 30417",
        "Lunch on Friday?", "Re: Re: Samples for Oslo", "Café opening — photos", "Contract, signed copy",
        "Reminder: fire drill at 11:00", "Draft of the brochure", "Holiday plan for the summer",
        "Fwd: Travel to Genève",
        "New keys for the side door", "Quarterly figures", "Thank you! 🎉", "Question about the last delivery",
    ],
    "de": [
        "Protokoll der Sitzung vom Dienstag", "AW: Angebot 2024-118", "Ihre Sendung ist unterwegs", "Rechnung 30417",
        "Mittagessen am Freitag?", "Druckfahnen für das Frühjahr", "Grüße aus Zürich", "Vertrag, unterschrieben",
        "Erinnerung: Brandschutzübung um 11 Uhr", "Entwurf des Prospekts", "Urlaubsplanung für den Sommer",
        "WG: Reise nach Genève", "Schlüssel für die Seitentür", "Zahlen des Quartals", "Herzlichen Dank! 🎉",
        "Frage zur letzten Lieferung",
    ],
}  # fmt: skip
FOLDERS: Final = {"en": ["Sent", "Drafts", "Archive"], "de": ["Gesendet", "Entwürfe", "Archiv/Ältere"]}
BODY: Final = "Hello,\r\n\r\nthis message belongs to the demo. Nobody wrote it.\r\n"
_LETTERS: Final = {"Sent": "S", "Gesendet": "S", "Drafts": "DS", "Entwürfe": "DS"}
_READ: Final = ["S", "S", "S", "S", "RS", "FS", "FRS", ""]
_ATTACHMENTS: Final = 9


def fill(root: Path, now: datetime) -> int:
    """Deliver the demo's mail below `root` to everybody who has no mailbox there yet, and say how many messages."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    # No uidname begins with a dot here: what lies in it is nobody's mailbox until it is complete and moved.
    staging, count = root / ".demo", 0
    shutil.rmtree(staging, ignore_errors=True)
    for person in PEOPLE:
        if not (root / person.address).exists():
            count += _fill(staging, person, now)
            (staging / person.address).rename(root / person.address)
    shutil.rmtree(staging, ignore_errors=True)
    return count


def _fill(root: Path, person: Person, now: datetime) -> int:
    chance = random.Random(person.address)  # noqa: S311 - no secret, but the same demo each time
    used, count = 0, chance.randint(8, 22)
    for number in range(count):
        age = timedelta(hours=min(0.3 + chance.expovariate(1 / 150), 24 * 55))
        folder = _folder(chance, person.company, age)
        message = _message(chance, person, now - age, number, sent=folder in {"Sent", "Gesendet"})
        flags = _LETTERS.get(folder) if folder in _LETTERS else _flags(chance, age, folder)
        deliver(root, person.address, message, folder=folder, flags=flags, received=(now - age).timestamp())
        used += len(message)
    if person.address not in NEARLY_FULL:
        return count
    return count + _attach(root, chance, person, now, room=int(SMALL_QUOTA * NEARLY_FULL[person.address]) - used)


def _attach(root: Path, chance: random.Random, person: Person, now: datetime, *, room: int) -> int:
    """Large messages which together take `room` bytes, give or take their headers."""
    for number in range(_ATTACHMENTS):
        received = now - timedelta(days=3 + 5 * number)
        # base64 makes four bytes of three, and lines of 76 characters end with two more.
        payload = chance.randbytes(room // _ATTACHMENTS * 3 // 4 * 76 // 78)
        message = _message(chance, person, received, 100 + number, attachment=payload)
        deliver(root, person.address, message, flags="S", received=received.timestamp())
    return _ATTACHMENTS


def _folder(chance: random.Random, company: Company, age: timedelta) -> str:
    """INBOX for most, the others for what is older."""
    if age < timedelta(days=1) or chance.random() < 0.7:
        return ""
    return chance.choice(FOLDERS[company.language])


def _flags(chance: random.Random, age: timedelta, folder: str) -> str | None:
    """Maildir's letters; what came in the last hours has mostly not been seen by anybody."""
    if folder:
        return "S"
    if age < timedelta(hours=20):
        return chance.choice([None, None, "", "S"])
    return chance.choice(_READ)


def _message(
    chance: random.Random,
    person: Person,
    at: datetime,
    number: int,
    *,
    sent: bool = False,
    attachment: bytes = b"",
) -> bytes:
    """One message to `person`, or from them."""
    others = [(one.name, one.address) for one in person.company.people if one is not person]
    other, me = chance.choice([*others, *OUTSIDE]), (person.name, person.address)
    sender, to = (me, other) if sent else (other, me)
    charset = chance.choice(["utf-8", "iso-8859-1"])
    headers = [
        ("From", _mailbox(*sender, charset)),
        ("To", _mailbox(*to, charset)),
        ("Subject", _encoded(chance.choice(SUBJECTS[person.company.language]), charset)),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{number}.{chance.getrandbits(48):012x}@demo.example>"),
        ("MIME-Version", "1.0"),
    ]
    content = _with_attachment(attachment) if attachment else ("text/plain; charset=utf-8", BODY)
    headers.append(("Content-Type", content[0]))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{head}\r\n{content[1]}".encode("ascii")


def _with_attachment(payload: bytes) -> tuple[str, str]:
    encoded = base64.encodebytes(payload).decode().replace("\n", "\r\n")
    disposition = "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    body = f"--demo\r\nContent-Type: text/plain\r\n\r\n{BODY}\r\n--demo\r\n{disposition}\r\n{encoded}\r\n--demo--\r\n"
    return "multipart/mixed; boundary=demo", body


def _mailbox(name: str, address: str, charset: str) -> str:
    return f"{_encoded(name, charset)} <{address}>" if name else address


def _encoded(text: str, charset: str) -> str:
    """The text as a header has it: as it is, or in an encoded word of `charset` where that knows all its letters."""
    if text.isascii():
        return text
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    return Header(text, charset, maxlinelen=70).encode(linesep="\r\n")
