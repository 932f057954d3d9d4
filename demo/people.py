"""Who lives in the demo: resellers, their companies, and the people there. All domains are reserved ones (.example)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

PASSWORD: Final = "demo"  # noqa: S105 - printed on every start, and only ever for the demo
MONTHS: Final = 12
FIRST_USER: Final = 3  # 2 is the context's own administrator in OX

RESELLERS: Final[list[dict[str, Any]]] = [
    {
        "name": "brightmail",
        "display_name": "Brightmail Hosting",
        "product_name": "Brightmail Control",
        "colour": "#0f766e",
        "restrictions": {
            "Subadmin.CanCreateSubadmin": True,
            "Subadmin.MaxSubadmin": 5,
            "Subadmin.MaxContext": 12,
            "Subadmin.MaxOverallUser": 100,
        },
        "config": [
            {"name": "com.openexchange.capability.drive", "value": "true"},
            {"name": "com.openexchange.mail.maxMailSize", "value": "52428800"},
        ],
    },
    {
        "name": "nordpost",
        "display_name": "Nordpost GmbH",
        "product_name": "Nordpost",
        "colour": "#9a3412",
        "restrictions": {"Subadmin.MaxContext": 5, "Context.MaxUser": 20},
        "config": [{"name": "com.openexchange.capability.drive", "value": "false"}],
    },
    {
        "name": "lakeside",
        "display_name": "Lakeside IT Services",
        "parent": "brightmail",
        "product_name": "Lakeside Mail",
        "colour": "#1d4ed8",
        "config": [{"name": "com.openexchange.mail.maxMailSize", "value": "26214400"}],
    },
]
SERVER_CONFIG: Final = [
    {"name": "com.openexchange.capability.calendar", "value": "true"},
    {"name": "com.openexchange.capability.drive", "value": "false"},
    {"name": "com.openexchange.capability.webmail", "value": "true"},
    {"name": "com.openexchange.mail.maxMailSize", "value": "104857600"},
]
# What no decomposition of Unicode tells.
_ASCII: Final = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "ä": "ae", "ö": "oe", "ü": "ue", "ı": "i"})


@dataclass(frozen=True)
class Person:
    """Somebody with a mailbox; `month` is when they came, 0 the first of the demo's MONTHS."""

    company: Company
    number: int
    given: str
    family: str
    month: int

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def alias(self) -> str:
        """The short address, which is an alias."""
        return f"{plain(self.given)}@{self.company.domain}"

    @property
    def address(self) -> str:
        """The mailbox."""
        return f"{plain(self.given)}.{plain(self.family)}@{self.company.domain}"


@dataclass(frozen=True)
class Company:
    """A context. `start` is the month of its coming; `more` are domains beside the first."""

    id: int
    name: str
    reseller: str
    title: str
    domain: str
    start: int
    staff: str
    language: str = "en"
    more: tuple[str, ...] = ()
    max_user: int | None = None

    @cached_property
    def people(self) -> list[Person]:
        """The first three are there from the start, the others come one by one."""
        names = [name.strip().split(" ", 1) for name in self.staff.split(",")]
        left = MONTHS - 1 - self.start
        late = max(len(names) - 3, 1)
        return [
            Person(self, FIRST_USER + place, given, family, self.start + max(0, -(-(place - 2) * left // late)))
            for place, (given, family) in enumerate(names)
        ]


def plain(name: str) -> str:
    """A name as it stands in an address: lower case, ASCII, without spaces."""
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(_ASCII))
    return "".join(char for char in decomposed if char.isascii() and (char.isalnum() or char == "-"))


COMPANIES: Final = [
    Company(
        101, "brightmail_harbour-coffee", "brightmail", "Harbour Coffee Roasters", "harbour-coffee.example", 0,
        "Amelia Hart, Owen Pryce, Zoë Lindqvist, Mateo Álvarez, Priya Raman, Tomasz Wójcik, Grace Okafor, "
        "Hana Nováková, Liam O’Connell, Yuki Tanaka",
        more=("harbourroasters.example",),
    ),
    Company(
        102, "brightmail_tessera", "brightmail", "Tessera Architects", "tessera.example", 1,
        "Chiara Bianchi, Rafael Moreira, Ingrid Sørensen, Daniel Weiss, Leïla Benali, Marco Ferri, Nora Kaya, "
        "Piotr Zieliński, Sofia Andersson",
        more=("tessera-studio.example",),
    ),
    Company(
        201, "nordpost_kranich", "nordpost", "Kranich Verlag", "kranich.example", 0,
        "Jürgen Krüger, Anneliese Vogt, Björn Hansen, Katrin Schäfer, Emre Yılmaz, Renate Großmann, Uwe Lange, "
        "Mia Köhler, Oskar Brandt",
        language="de", more=("bücher-kranich.example",),
    ),
    Company(
        103, "brightmail_oakline", "brightmail", "Oakline Legal", "oakline.example", 3,
        "Charlotte Mbeki, Edward Finch, Saoirse Byrne, Vikram Shah, Isabel Duarte, Noah Levi",
    ),
    Company(
        202, "nordpost_weber", "nordpost", "Weber & Söhne", "weber-soehne.example", 2,
        "Markus Weber, Stefan Weber, Lena Jäger, Dilara Öztürk, Peter Müller, Hannah Böhm, Paweł Nowak",
        language="de", more=("weber-söhne.example",), max_user=7,
    ),
    Company(
        111, "lakeside_bluegate", "lakeside", "Bluegate Dental", "bluegate.example", 4,
        "Fiona Campbell, Kwame Mensah, Aoife Kelly, Nikos Papadopoulos, Elena Petrova, Samuel Grant, Thảo Nguyễn, "
        "Ruth Abrams",
        max_user=10,
    ),
    Company(
        112, "lakeside_ferryman", "lakeside", "Ferryman Logistics", "ferryman.example", 6,
        "Callum Reid, Jasper de Vries, Ana Kovač, Ibrahim Diallo, Marta Lis, Søren Holm, Tessa Brandão",
        more=("ferryman-tracking.example",),
    ),
    Company(
        203, "nordpost_fjordlicht", "nordpost", "Fjordlicht Outdoor", "fjordlicht.example", 5,
        "Eirik Dahl, Solveig Berg, Timo Laine, Greta Falk",
        language="de",
    ),
]  # fmt: skip
PEOPLE: Final = [person for company in COMPANIES for person in company.people]
