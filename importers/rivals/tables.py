"""CSV or XLSX files of our own form, for whoever comes from any other system: docs/coming-from/csv.md."""

from __future__ import annotations

from typing import Final

from core.sizes import parse_size
from importers.recipients import split_targets
from importers.sources import Row, Source, Wanted
from importers.world import (
    Administrator,
    Alias,
    Domain,
    DomainAlias,
    Grant,
    Mailbox,
    Origin,
    World,
    number,
    text,
    truth,
)

WANTED: Final[Wanted] = {
    "domains": ("domain", "active", "quota", "mailboxes", "alias_of"),
    "mailboxes": ("address", "password_hash", "quota", "active", "phone"),
    "aliases": ("address", "recipients", "active"),
    "administrators": ("login", "domain", "active"),
}
_UNLIMITED: Final = frozenset({"", "0", "-1", "-", "unlimited"})


def read(source: Source, megabyte: int) -> World:
    """Everything, line by line. Domains that have no line of their own are those of the mailboxes."""
    domains = list(source.rows("domains"))
    mailboxes = [_mailbox(row) for row in source.rows("mailboxes")]
    world = World(
        domains=[_domain(row) for row in domains if not row["alias_of"]],
        mailboxes=mailboxes,
        aliases=[_alias(row) for row in source.rows("aliases")],
        domain_aliases=[
            DomainAlias(
                Origin("domains", text(row["domain"])), text(row["domain"]), text(row["alias_of"]), _active(row)
            )
            for row in domains
            if row["alias_of"]
        ],
    )
    if not domains:
        names = {mailbox.address.rpartition("@")[2].lower() for mailbox in mailboxes}
        world.domains = [Domain(Origin("", name), name) for name in sorted(names - {""})]
    logins: dict[str, bool] = {}
    for row in source.rows("administrators"):
        login, domain = text(row["login"]), text(row["domain"])
        logins[login] = logins.get(login, False) or _active(row)
        origin = Origin("administrators", f"{login} {domain}")
        world.grants.append(Grant(origin, login, domain, _active(row)))
    world.administrators = [Administrator(Origin("", login), login, active) for login, active in logins.items()]
    return world


def _active(row: Row) -> bool:
    return row["active"] is None or truth(row["active"])


def _size(written: str) -> tuple[int | None, tuple[str, ...]]:
    if written.strip().lower() in _UNLIMITED:
        return None, ()
    size = parse_size(written.strip())
    return size, () if size is not None else ("its quota is no size that can be taken: unlimited",)


def _domain(row: Row) -> Domain:
    name, (quota, notes) = text(row["domain"]), _size(text(row["quota"]))
    most = number(row["mailboxes"]) or None
    return Domain(Origin("domains", name), name, _active(row), quota, most, notes=notes)


def _mailbox(row: Row) -> Mailbox:
    address, (quota, notes) = text(row["address"]), _size(text(row["quota"]))
    password_hash, phone = text(row["password_hash"]), text(row["phone"])
    origin = Origin("mailboxes", address)
    return Mailbox(origin, address, password_hash, quota, _active(row), phone, notes=notes)


def _alias(row: Row) -> Alias:
    address = text(row["address"])
    targets, why_not = split_targets(text(row["recipients"]))
    return Alias(Origin("aliases", address), address, targets, _active(row), why_not)
