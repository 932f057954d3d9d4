"""PostfixAdmin 3: a mailbox's quota is in bytes, a domain's in units of `quota_multiplier`; 0 is unlimited, -1 off."""

from __future__ import annotations

from typing import Final

from importers.ledger import quoted
from importers.recipients import split_targets
from importers.rivals.others import leave_others
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
    quota_of,
    text,
    truth,
)

WANTED: Final[Wanted] = {
    "domain": ("domain", "active", "quota", "maxquota", "aliases", "mailboxes", "backupmx", "transport"),
    "mailbox": ("username", "password", "quota", "active", "phone"),
    "alias": ("address", "goto", "active"),
    "alias_domain": ("alias_domain", "target_domain", "active"),
    "admin": ("username", "active", "superadmin"),
    "domain_admins": ("username", "domain", "active"),
}
_ALL: Final = "ALL"
_LOCAL_TRANSPORTS: Final = frozenset({"", "virtual", "virtual:", "lmtp", "dovecot"})
_REASONS: Final = {
    "vacation": "answers of absence are Sieve's here, each owner's own",
    "vacation_notification": "who has had an answer of absence",
    "fetchmail": "nothing fetches mail from other servers here",
    "quota": "how full a mailbox is, is measured anew",
    "quota2": "how full a mailbox is, is measured anew",
    "log": "the change log begins here",
    "config": "the version of the database",
    "mailbox_app_password": "passwords for single programs do not exist here",
    "totp_exception_address": "second factors do not move",
    "dkim": "keys for DKIM belong to what signs, such as OpenDKIM or Rspamd",
    "dkim_signing": "keys for DKIM belong to what signs, such as OpenDKIM or Rspamd",
}


def read(source: Source, megabyte: int) -> World:
    """Everything, row by row."""
    grants = [_grant(row) for row in source.rows("domain_admins")]
    everywhere = {grant.login for grant in grants if grant.domain == _ALL}
    world = World(
        domains=[_domain(row, megabyte) for row in source.rows("domain")],
        mailboxes=[_mailbox(row) for row in source.rows("mailbox")],
        aliases=[_alias(row) for row in source.rows("alias")],
        domain_aliases=[
            DomainAlias(
                Origin("alias_domain", text(row["alias_domain"])),
                text(row["alias_domain"]),
                text(row["target_domain"]),
                truth(row["active"]),
            )
            for row in source.rows("alias_domain")
        ],
        administrators=[_administrator(row, everywhere) for row in source.rows("admin")],
        grants=grants,
    )
    leave_others(world, source, WANTED, _REASONS)
    return world


def _domain(row: Row, megabyte: int) -> Domain:
    name = text(row["domain"])
    origin = Origin("domain", name)
    if name == _ALL:
        return Domain(origin, name, why_not="it stands for all domains, in what server administrators may do")
    quota, notes = quota_of(row["quota"], unit=megabyte, what="its quota")
    if (number(row["maxquota"]) or 0) > 0:
        notes += (f"a mailbox may have at most {number(row['maxquota'])} MB there; there is no such limit here",)
    if number(row["aliases"]) != 0:
        notes += (f"{quoted(text(row['aliases']))} aliases are its limit there; there is no such limit here",)
    if text(row["transport"]).strip() not in _LOCAL_TRANSPORTS:
        notes += ("mail is handed on through a transport of its own there; here it goes to Dovecot",)
    return Domain(
        origin,
        name,
        is_active=truth(row["active"]),
        quota=quota,
        most_mailboxes=number(row["mailboxes"]) or None,
        why_not="the server is only its backup MX: the mailboxes are elsewhere" if truth(row["backupmx"]) else "",
        notes=notes,
    )


def _mailbox(row: Row) -> Mailbox:
    address = text(row["username"])
    quota, notes = quota_of(row["quota"], unit=1, what="its quota")
    return Mailbox(
        Origin("mailbox", address),
        address,
        text(row["password"]),
        quota,
        truth(row["active"]),
        phone=text(row["phone"]).strip(),
        notes=notes,
    )


def _alias(row: Row) -> Alias:
    address = text(row["address"])
    targets, why_not = split_targets(text(row["goto"]))
    return Alias(Origin("alias", address), address, targets, truth(row["active"]), why_not)


def _administrator(row: Row, everywhere: set[str]) -> Administrator:
    login = text(row["username"])
    above = truth(row["superadmin"]) or login in everywhere
    return Administrator(
        Origin("admin", login),
        login,
        truth(row["active"]),
        why_not="a server administrator: `manage.py administrator create` makes those" if above else "",
    )


def _grant(row: Row) -> Grant:
    login, domain = text(row["username"]), text(row["domain"])
    why_not = "it makes a server administrator" if domain == _ALL else ""
    return Grant(Origin("domain_admins", f"{login} {domain}"), login, domain, truth(row["active"]), why_not)
