"""The demo's world as documents for `accounts.provision`: month by month, as it would have grown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.contrib.auth.hashers import make_password

from demo.people import COMPANIES, MONTHS, PASSWORD, RESELLERS, SERVER_CONFIG, Company, Person, plain

Document = dict[str, list[dict[str, Any]]]

GIB: Final = 1024**3
# Mailboxes that are nearly full: their quota is small enough for a demo to fill it.
SMALL_QUOTA: Final = 3 * 1024**2
NEARLY_FULL: Final = {
    "zoe.lindqvist@harbour-coffee.example": 0.97,
    "daniel.weiss@tessera.example": 0.93,
    "lena.jaeger@weber-soehne.example": 0.99,
}
# What every company has, each with the places in its staff of those who read it.
ROLES: Final[dict[str, tuple[int, ...]]] = {
    "info": (0, 1),
    "office": (1,),
    "sales": (0, 2, 3),
    "support": (2, 3),
    "billing": (1,),
    "orders": (2,),
    "jobs": (0,),
    "press": (0, 3),
    "privacy": (1,),
    "events": (2, 3),
    "partners": (0,),
    "returns": (3,),
    "management": (0, 1),
    "newsletter": (2,),
    "abuse": (1,),
}
SUSPENDED_ROLES: Final = {"events": "oakline.example", "returns": "tessera.example", "jobs": "kranich.example"}
# Aliases of aliases, and some whose recipient left long ago.
CHAINS: Final = [("hello", "contact"), ("contact", "info")]
CHAINED: Final = ["harbour-coffee.example", "tessera.example", "kranich.example", "ferryman.example"]
LEFT_LONG_AGO: Final = {
    "harbour-coffee.example": "beatrice.long",
    "oakline.example": "gordon.pym",
    "weber-soehne.example": "horst.weber",
    "bluegate.example": "donna.ray",
}


@cache
def _password_hash() -> str:
    """The rules for passwords would refuse one that everybody knows; a hash is taken as it is. Always the same."""
    return make_password(PASSWORD, salt="oxaas demo world")


def beginning() -> Document:
    """What the operator sets up before anybody else can act."""
    masters = [{"login": "root", "role": "master", "password_hash": _password_hash()}]
    staff = [
        {"login": login, "role": role, "reseller": one["name"], "password_hash": _password_hash()}
        for one in RESELLERS
        for login, role in ((one["name"], "reseller"), (f"portal-{one['name']}", "tenant"))
    ]
    return {"config": SERVER_CONFIG, "resellers": RESELLERS, "administrators": [*masters, *staff]}


def growth() -> Iterator[tuple[int, Company, Document]]:
    """What came in each month, company by company."""
    for month in range(MONTHS):
        for company in COMPANIES:
            document = _of_month(company, month)
            if any(document.values()):
                yield month, company, document


def _of_month(company: Company, month: int) -> Document:
    people = [person for person in company.people if person.month == month]
    forwards = [_forward(company, person.alias, person.address) for person in people]
    document: Document = {"users": [_user(person) for person in people]}
    if month == company.start:
        document |= {
            "contexts": [_context(company)],
            "administrators": [
                {"login": "admin", "role": "context", "context": company.id, "password_hash": _password_hash()}
            ],
            "domains": [{"context": company.id, "domain": domain} for domain in (company.domain, *company.more)],
        }
    # The role addresses come in two halves, the rest with the second.
    roles = list(ROLES)
    half = len(roles) // 2
    later = min(company.start + 3, MONTHS - 1)
    if month == company.start:
        forwards += [_role(company, role) for role in roles[:half]]
    if month == later:
        forwards += [*(_role(company, role) for role in roles[half:]), *_specials(company)]
    return document | {"forwards": forwards}


def _context(company: Company) -> dict[str, Any]:
    return {
        "id": company.id,
        "name": company.name,
        "reseller": company.reseller,
        "quota": 100 * GIB,
        "max_user": company.max_user,
        "config": [{"name": "com.openexchange.appsuite.productName", "value": f"{company.title} Mail"}],
    }


def _user(person: Person) -> dict[str, Any]:
    place = person.number
    entry: dict[str, Any] = {"context": person.company.id, "id": place, "uidname": person.address, "quota": 2 * GIB}
    if person.address in NEARLY_FULL:
        entry["quota"] = SMALL_QUOTA
    elif place % 5 == 3:
        entry["quota"] = 10 * GIB
    if place % 3:
        entry["msisdn"] = _phone(person)
    if place % 4 == 0:
        entry["custom"] = [f"{plain(person.given)[0]}{plain(person.family)}", f"{person.company.id}-{place}"]
    if place == 3:
        entry["config"] = [{"name": "com.openexchange.mail.maxMailSize", "value": "209715200"}]
    return entry


def _phone(person: Person) -> str:
    """A number that the German or the British regulator keeps free for stories."""
    company = person.company.id
    if person.company.language == "de":
        return f"+49.171.39200{company % 10 * 10 + person.number % 10:02}"
    return f"+44 7700 900{company // 10 % 10 * 3 + company % 10}{person.number:02}"


def _role(company: Company, role: str) -> dict[str, Any]:
    recipients = [company.people[place].address for place in ROLES[role] if place < len(company.people)]
    if role == "billing":
        recipients.append(f"{company.domain.split('.')[0]}@bookkeeping.example")
    active = SUSPENDED_ROLES.get(role) != company.domain
    return _forward(company, f"{role}@{company.domain}", *recipients) | {"is_active": active}


def _specials(company: Company) -> Iterator[dict[str, Any]]:
    """Second domains, chains, and recipients that are no more."""
    for domain in company.more:
        for role in ("info", "sales") if domain.isascii() else ("info",):
            yield _forward(company, f"{role}@{domain}", f"{role}@{company.domain}")
    if company.domain in CHAINED:
        for alias, recipient in CHAINS:
            yield _forward(company, f"{alias}@{company.domain}", f"{recipient}@{company.domain}")
    if company.domain in LEFT_LONG_AGO:
        recipient = f"{LEFT_LONG_AGO[company.domain]}@{company.domain}"
        yield _forward(company, f"reception@{company.domain}", recipient)


def _forward(company: Company, alias: str, *recipients: str) -> dict[str, Any]:
    return {"context": company.id, "alias": alias, "recipients": list(recipients)}
