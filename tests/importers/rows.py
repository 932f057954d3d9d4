"""A few hundred believable rows for each rival, the odd ones among them, as plain tables: name → columns and rows.

The same rows fill the tests' own tables and, in scripts/try-importers, the rivals' real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

Value = str | int | bool | None
Rows = list[dict[str, Value]]
Tables = dict[str, Rows]

COMPANIES: Final = ("harbour", "lindqvist", "brightmail", "nordwind", "atelier", "quarry", "sundial", "tannery")
FIRST: Final = ("anna", "ben", "carla", "dirk", "eva", "farid", "grete", "hugo", "ines", "jan", "kim", "lea")
LAST: Final = ("hart", "meyer", "lindqvist", "novak", "okafor")
MD5: Final = "$1$abcdefgh$0123456789abcdefghijkl"
SHA512: Final = "{SHA512-CRYPT}$6$rounds=70000$saltsaltsalt$" + "h" * 86
BCRYPT: Final = "$2y$05$" + "b" * 53
MIB: Final = 2**20
PFA_MB: Final = 1_024_000


def domains() -> list[str]:
    """The companies' ordinary domains."""
    return [f"{company}.example" for company in COMPANIES]


def people(domain: str, staff: int = 3) -> list[str]:
    """The addresses of a company's people; the first company has those to whom something special happened."""
    count = max(staff, 13) if domain == COMPANIES[0] + ".example" else staff
    return [f"{FIRST[i % len(FIRST)]}.{LAST[i % len(LAST)]}@{domain}" for i in range(count)]


@dataclass
class Odd:
    """An alias that is not like the others: what it is written as, and a word of why it is left out ("" is taken)."""

    address: str
    goto: str
    active: bool = True
    reason: str = ""
    recipients: list[str] = field(default_factory=list)

    @property
    def fits_a_row(self) -> bool:
        """Whether it can be told where every recipient has a row, and a short one."""
        return len(self.goto) < 250 and " " not in self.goto.strip().replace(", ", "").replace("  ", "")


_H: Final = "harbour.example"
ODD: Final = (
    Odd(f"@{_H}", f"anna.hart@{_H}", reason="catch-all"),
    Odd("@quarry.example", "@sundial.example", reason="catch-all"),
    Odd(
        f"lines@{_H}",
        "a@out.example\nb@out.example\r\n  c@out.example",
        recipients=["a@out.example", "b@out.example", "c@out.example"],
    ),
    Odd(f"spaces@{_H}", " a@out.example ,  b@out.example, ,", recipients=["a@out.example", "b@out.example"]),
    Odd(f"named@{_H}", "Anna Hart <a@out.example>", recipients=["a@out.example"]),
    Odd(f"halfbad@{_H}", "a@out.example,not an address@", recipients=["a@out.example"]),
    Odd(f"local@{_H}", "root", reason="no domain"),
    Odd(f"empty@{_H}", "", reason="no recipient"),
    Odd(f"pipe@{_H}", '"|/usr/bin/procmail -t"', reason="a command"),
    Odd(f"include@{_H}", ":include:/etc/lists/all", reason="a command"),
    Odd(f"extension@{_H}", f"anna.hart+news@{_H}", recipients=[f"anna.hart@{_H}"]),
    Odd(f"self@{_H}", f"self@{_H}", reason="its own recipient"),
    Odd(f"selfandmore@{_H}", f"selfandmore@{_H},a@out.example", recipients=["a@out.example"]),
    Odd(f"loop1@{_H}", f"loop2@{_H}", recipients=[f"loop2@{_H}"]),
    Odd(f"loop2@{_H}", f"loop3@{_H}", recipients=[f"loop3@{_H}"]),
    Odd(f"loop3@{_H}", f"loop1@{_H}", reason="closes a loop"),
    Odd(f"suspended@{_H}", "a@out.example", active=False, recipients=["a@out.example"]),
    Odd(f"crowd@{_H}", ",".join(f"m{i}@out.example" for i in range(150)), reason="150 recipients"),
    Odd("stray@nowhere.example", "a@out.example", reason="not among the source's domains"),
    Odd("no-address", "a@out.example", reason="no mail address"),
    Odd(f"ctrl\x07@{_H}", "a@out.example", reason="no mail address"),
    Odd(f"quote'\"`;--@{_H}", "a@out.example", reason="no mail address"),
    Odd(f"huge@{_H}", "x" * 60_000, reason="more than anybody reads"),
    Odd(f"dead@{_H}", f"nobody@{_H}", recipients=[f"nobody@{_H}"]),
    Odd(f"bücher@{_H}", "a@out.example", recipients=["a@out.example"]),
    Odd("info@bücher.example", "a@out.example", recipients=["a@out.example"]),
    Odd(f"deep5@{_H}", f"deep6@{_H}", reason="more than 20 aliases"),
    *(Odd(f"deep{i}@{_H}", f"deep{i + 1}@{_H}", recipients=[f"deep{i + 1}@{_H}"]) for i in range(6, 25)),
    Odd(f"deep25@{_H}", "a@out.example", recipients=["a@out.example"]),
)


def _alias_rows(persons: list[str]) -> list[tuple[str, str]]:
    """The ordinary aliases of a company: one recipient, several, one outside."""
    domain = persons[0].partition("@")[2]
    return [
        (f"info@{domain}", persons[0]),
        (f"team@{domain}", ",".join(persons[:8])),
        (f"sales@{domain}", f"{persons[1]},agency@partner.example"),
        (f"all@{domain}", f"team@{domain}"),
        *((f"desk{i}@{domain}", person) for i, person in enumerate(persons[2:10])),
    ]


def _quota(i: int) -> int:
    """In MB: mostly some, sometimes unlimited."""
    return 0 if i % 7 == 0 else 512 * (1 + i % 5)


def _company_of_postfixadmin(tables: Tables, name: str, staff: int) -> None:
    for i, address in enumerate(people(name, staff)):
        quota = -1 if (name, i) == (_H, 3) else _quota(i) * PFA_MB
        hashed = "secret" if (name, i) == (_H, 4) else (MD5, SHA512, BCRYPT)[i % 3]
        phone = "+49 30 1234567" if (name, i) == (_H, 0) else "030/1234" if (name, i) == (_H, 1) else ""
        box: dict[str, Value] = {"username": address, "password": hashed, "name": "Somebody", "maildir": f"{name}/{i}/"}
        more: dict[str, Value] = {
            "quota": quota,
            "local_part": address.partition("@")[0],
            "domain": name,
            "phone": phone,
        }
        tables["mailbox"].append({**box, **more, "active": i != 5})
        goto = address
        if i == 6:  # a copy stays
            goto = f"{address},outside@partner.example"
        if i == 7:  # everything goes on
            goto = "elsewhere@partner.example"
        if i == 8:  # absent
            goto = f"{address},{address.replace('@', '#')}@autoreply.example"
        tables["alias"].append({"address": address, "goto": goto, "domain": name, "active": i != 5})
    for address, goto in _alias_rows(people(name, staff)):
        tables["alias"].append({"address": address, "goto": goto, "domain": name, "active": True})


def postfixadmin(staff: int = 3) -> Tables:
    """PostfixAdmin's tables, filled as its forms fill them: every mailbox has an alias to itself."""
    tables: Tables = {name: [] for name in ("domain", "admin", "domain_admins", "mailbox", "alias", "alias_domain")}
    text: dict[str, Value] = {"description": "", "transport": "virtual"}
    for i, name in enumerate([*domains(), "bücher.example"]):
        row: dict[str, Value] = {"domain": name, **text, "aliases": 0, "mailboxes": 0, "maxquota": 0, "quota": 10_240}
        if i == 1:
            row |= {"quota": 0, "mailboxes": 50, "aliases": 100, "maxquota": 2048, "transport": "smtp:[10.0.0.9]"}
        if i == 2:
            row |= {"quota": -1, "mailboxes": -1, "aliases": -1, "maxquota": -1}
        tables["domain"].append({**row, "backupmx": False, "active": name != "tannery.example"})
    last: dict[str, Value] = {"aliases": 0, "mailboxes": 0, "maxquota": 0, "quota": 0}
    tables["domain"].append({"domain": "ALL", **text, **last, "backupmx": False, "active": True})
    tables["domain"].append({"domain": "backup.example", **text, **last, "backupmx": True, "active": True})
    tables["domain"].append({"domain": "com", **text, **last, "backupmx": False, "active": True})
    for name, _target in _DOMAIN_ALIASES:  # which are domains there as well
        tables["domain"].append({"domain": name, **text, **last, "backupmx": False, "active": True})
    for name in domains():
        _company_of_postfixadmin(tables, name, staff)
    for odd in ODD:
        tables["alias"].append({"address": odd.address, "goto": odd.goto, "domain": _H, "active": odd.active})
    for login, where, superadmin in _ADMINISTRATORS:
        rights: dict[str, Value] = {"superadmin": superadmin, "active": login != "gone@quarry.example"}
        tables["admin"].append({"username": login, "password": MD5, **rights})
        for name in where:
            tables["domain_admins"].append({"username": login, "domain": name, "active": True})
    tables["domain_admins"].append({"username": "nobody@x.example", "domain": _H, "active": True})
    tables["domain_admins"].append({"username": "admin@harbour.example", "domain": "backup.example", "active": True})
    for name, target in _DOMAIN_ALIASES:
        tables["alias_domain"].append({"alias_domain": name, "target_domain": target, "active": name != "off.example"})
    absent: dict[str, Value] = {"subject": "away", "body": "back soon", "cache": "", "active": True}
    tables["vacation"] = [{"email": people(_H)[8], "domain": _H, **absent}]
    fetch: dict[str, Value] = {"mailbox": people(_H)[0], "src_server": "pop.example", "src_auth": "password"}
    fetch |= {"src_user": "u", "src_password": "cA==", "src_folder": "", "protocol": "POP3", "mda": ""}
    tables["fetchmail"] = [fetch]
    return tables


# Who administers which domains, and whether they administer the server.
_ADMINISTRATORS: Final = (
    ("admin@harbour.example", ("harbour.example",), False),
    ("agency@elsewhere.example", ("harbour.example", "lindqvist.example", "brightmail.example", "off.example"), False),
    ("both@nordwind.example", ("nordwind.example", "atelier.example"), False),
    ("gone@quarry.example", ("quarry.example",), False),
    ("root@hoster.example", ("ALL",), True),
    ("idle@hoster.example", (), False),
)
# A chain of two, one that is switched off, one of a domain that is not there, a circle.
_DOMAIN_ALIASES: Final = (
    ("harbour-alias.example", "harbour.example"),
    ("harbour-second.example", "harbour-alias.example"),
    ("off.example", "sundial.example"),
    ("lost.example", "backup.example"),
    ("round1.example", "round2.example"),
    ("round2.example", "round1.example"),
)


def mailcow(staff: int = 3) -> Tables:
    """mailcow's tables: MiB for domains, bytes for mailboxes, `active` 2, calendar resources, addresses for a while."""
    tables: Tables = {name: [] for name in ("domain", "admin", "domain_admins", "mailbox", "alias", "alias_domain")}
    for i, name in enumerate([*domains(), "bücher.example", "relay.example"]):
        limits: dict[str, Value] = {
            "aliases": 400,
            "mailboxes": 0 if i == 2 else 100,
            "maxquota": 10_240,
            "quota": 0 if i == 1 else 10_240,
        }
        flags: dict[str, Value] = {"backupmx": name == "relay.example", "active": name != "tannery.example"}
        tables["domain"].append(
            {"domain": name, "description": "", "relayhost": "1" if i == 3 else "0", **limits, **flags}
        )
    for name in domains():
        for i, address in enumerate(people(name, staff)):
            box: dict[str, Value] = {
                "username": address,
                "password": "{BLF-CRYPT}" + BCRYPT,
                "name": "Somebody",
                "kind": "",
            }
            more: dict[str, Value] = {"quota": _quota(i) * MIB, "local_part": address.partition("@")[0], "domain": name}
            active = {5: 0, 6: 2}.get(i, 1)
            tables["mailbox"].append({**box, **more, "authsource": "ldap" if i == 9 else "mailcow", "active": active})
            tables["alias"].append(
                {"address": address, "goto": address, "domain": name, "internal": False, "active": 1}
            )
        for address, goto in _alias_rows(people(name, staff)):
            tables["alias"].append({"address": address, "goto": goto, "domain": name, "internal": False, "active": 1})
    room: dict[str, Value] = {"username": f"room@{_H}", "password": "", "name": "Room", "kind": "location", "quota": 0}
    tables["mailbox"].append({**room, "local_part": "room", "domain": _H, "authsource": "mailcow", "active": 1})
    for odd in (*ODD, *MAILCOW_ODD):
        row: dict[str, Value] = {"address": odd.address, "goto": odd.goto, "domain": _H, "active": int(odd.active)}
        tables["alias"].append({**row, "internal": odd.address.startswith("staff@")})
    for login, where, superadmin in _ADMINISTRATORS:
        rights: dict[str, Value] = {"superadmin": superadmin, "active": login != "gone@quarry.example"}
        tables["admin"].append({"username": login, "password": "{SSHA256}x", **rights})
        for name in where:
            tables["domain_admins"].append({"username": login, "domain": name, "active": True})
    for name, target in _DOMAIN_ALIASES:
        tables["alias_domain"].append({"alias_domain": name, "target_domain": target, "active": name != "off.example"})
    for local, permanent in (("for-a-while", False), ("for-good", True)):
        spam: dict[str, Value] = {"address": f"{local}@{_H}", "goto": people(_H)[0], "description": "shop"}
        tables.setdefault("spamalias", []).append({**spam, "validity": 1_800_000_000, "permanent": permanent})
    script: dict[str, Value] = {
        "script_desc": "x",
        "script_name": "active",
        "script_data": "keep;",
        "filter_type": "prefilter",
    }
    tables["sieve_filters"] = [{"username": people(_H)[0], **script}]
    return tables


MAILCOW_ODD: Final = (
    Odd(f"trash@{_H}", "null@localhost", reason="discards"),
    Odd(f"learn@{_H}", "spam@localhost", reason="spam filter"),
    Odd(f"staff@{_H}", "a@out.example", recipients=["a@out.example"]),
)
_NOW: Final = "2026-01-01 00:00:00+00:00"
_STAMPS: Final[dict[str, Value]] = {"creation": _NOW, "last_modification": _NOW}


class _Modoboa:
    """Modoboa's tables, which refer to each other by numbers. Those of roles and content types are its own."""

    def __init__(self, groups: dict[str, int], domain_type: int, first: int, staff: int) -> None:
        self.tables: Tables = {}
        self._groups, self._domain_type, self._first = groups, domain_type, first
        self._domains: dict[str, int] = {}
        self._staff = staff

    def _add(self, table: str, row: dict[str, Value]) -> int:
        rows = self.tables.setdefault(table, [])
        key = self._first + len(rows)
        rows.append({"id": key, **row})
        return key

    def _domain(self, name: str, **more: Value) -> int:
        row: dict[str, Value] = {"name": name, "enabled": True, "type": "domain", "quota": 10_240}
        row |= {
            "default_mailbox_quota": 1024,
            "enable_dns_checks": False,
            "enable_dkim": False,
            "dkim_key_selector": "m",
        }
        row |= {"dkim_private_key_path": "", "dkim_public_key": "", "message_limit": None, **_STAMPS, **more}
        self._domains[name] = self._add("admin_domain", row)
        return self._domains[name]

    def _user(self, login: str, role: str, **more: Value) -> int:
        row: dict[str, Value] = {
            "username": login,
            "email": login,
            "password": SHA512,
            "first_name": "",
            "last_name": "",
        }
        row |= {"is_staff": False, "is_superuser": False, "is_active": True, "is_local": True, "date_joined": _NOW}
        row |= {"master_user": False, "language": "en", "_parameters": "{}", "phone_number": None}
        key = self._add("core_user", row | {"totp_enabled": False, "webauthn_enabled": False} | more)
        if role:
            self._add("core_user_groups", {"user_id": key, "group_id": self._groups[role]})
        return key

    def _see(self, user: int, domain: int) -> None:
        row: dict[str, Value] = {"user_id": user, "object_id": domain, "content_type_id": self._domain_type}
        self._add("core_objectaccess", {**row, "is_owner": False})

    def _alias(self, address: str, goto: list[str], *, expires: str | None = None, **more: Value) -> None:
        known = self._domains.get(address.rpartition("@")[2])
        row: dict[str, Value] = {"address": address, "domain_id": known, "enabled": True, "internal": False}
        key = self._add("admin_alias", row | {"description": "", "expire_at": expires, **_STAMPS, **more})
        for one in goto:
            self._add("modoboa_admin_aliasrecipient", {"address": one, "alias_id": key})

    def fill(self) -> Tables:
        """All of it."""
        for i, name in enumerate([*domains(), "bücher.example"]):
            self._domain(name, quota=0 if i == 1 else 10_240, enabled=name != "tannery.example")
        self._domain("relay.example", type="relaydomain")
        for name in domains():
            self._company(name)
        for odd in (*ODD, *MODOBOA_ODD):
            if odd.fits_a_row:
                goto = [one for one in odd.goto.replace("\r", ",").replace("\n", ",").split(",") if one.strip()]
                self._alias(odd.address, [one.strip() for one in goto], enabled=odd.active)
        self._alias(f"expired@{_H}", ["a@out.example"], expires="2020-01-01 00:00:00+00:00")
        self._alias(f"expires@{_H}", ["a@out.example"], expires="2090-01-01 00:00:00+00:00")
        for login, where, superadmin in _ADMINISTRATORS:
            key = self._user(login, "" if superadmin else "DomainAdmins", is_superuser=superadmin)
            for name in where:
                if name in self._domains:
                    self._see(key, self._domains[name])
        seller = self._user("seller", "Resellers")
        for name in ("quarry.example", "sundial.example"):
            self._see(seller, self._domains[name])
        for name, target in _DOMAIN_ALIASES[:1] + _DOMAIN_ALIASES[2:3]:
            row: dict[str, Value] = {"name": name, "target_id": self._domains[target], "enabled": name != "off.example"}
            self._add("admin_domainalias", row | _STAMPS)
        return self.tables

    def _company(self, name: str) -> None:
        persons = people(name, self._staff)
        for i, address in enumerate(persons):
            phone = "+49301234567" if (name, i) == (_H, 0) else None
            user = self._user(address, "SimpleUsers", is_active=i != 5, phone_number=phone)
            row: dict[str, Value] = {"address": address.partition("@")[0], "domain_id": self._domains[name]}
            row |= {"user_id": user, "quota": _quota(i), "use_domain_quota": False, "message_limit": None}
            self._add("admin_mailbox", row | {"is_send_only": i == 10, **_STAMPS})
            own = {6: [address, "outside@partner.example"], 7: ["elsewhere@partner.example"]}.get(i, [address])
            self._alias(address, own, internal=True, enabled=i != 5)
        for address, goto in _alias_rows(persons):
            self._alias(address, goto.split(","))
        # A second alias, not the mailbox's own, of the same address.
        self._alias(persons[-2], ["second@partner.example"])


MODOBOA_ODD: Final = (Odd(f"nobody-at-all@{_H}", "", reason="no recipient"),)


def modoboa(groups: dict[str, int] | None = None, domain_type: int = 28, first: int = 1000, staff: int = 3) -> Tables:
    """Modoboa's tables; without `groups`, with roles and content types of their own."""
    own: Tables = {}
    if groups is None:
        groups = {"SimpleUsers": 1, "DomainAdmins": 2, "Resellers": 3}
        own["auth_group"] = [{"id": key, "name": name} for name, key in groups.items()]
        own["django_content_type"] = [{"id": domain_type, "app_label": "admin", "model": "domain"}]
    return own | _Modoboa(groups, domain_type, first, staff).fill()


def count(tables: Tables) -> int:
    """How many rows there are."""
    return sum(map(len, tables.values()))


def inserts(tables: Tables, *, quote: str, mark: str) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """For each table a statement and the values for it, as a driver takes them."""
    for table, rows in tables.items():
        for columns in dict.fromkeys(tuple(row) for row in rows):
            names = ", ".join(f"{quote}{name}{quote}" for name in columns)
            marks = ", ".join([mark] * len(columns))
            values = [tuple(row[name] for name in columns) for row in rows if tuple(row) == columns]
            yield f"INSERT INTO {quote}{table}{quote} ({names}) VALUES ({marks})", values
