"""mailcow: a mailbox's quota is in bytes, a domain's in MiB. `active` may be 2: mail comes in, nobody logs in."""

from __future__ import annotations

from typing import Final

from importers.ledger import quoted
from importers.recipients import split_targets
from importers.rivals.others import leave_others
from importers.sources import Row, Source, Wanted
from importers.world import (
    MEBIBYTE,
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
    "domain": ("domain", "active", "quota", "maxquota", "aliases", "mailboxes", "backupmx", "relayhost"),
    "mailbox": ("username", "password", "quota", "active", "kind", "authsource"),
    "alias": ("address", "goto", "active", "internal"),
    "alias_domain": ("alias_domain", "target_domain", "active"),
    "spamalias": ("address", "goto", "permanent"),
    "admin": ("username", "active", "superadmin"),
    "domain_admins": ("username", "domain", "active"),
}
_ALL: Final = "ALL"
_NO_LOGIN: Final = "2"
_NOT_HERE: Final = {
    "sieve_filters": "filters are Sieve scripts: copy them to where Dovecot looks for them",
    "app_passwd": "passwords for single programs do not exist here",
    "imapsync": "nothing fetches mail from other servers here",
    "bcc_maps": "copies to a third party do not exist here",
    "recipient_maps": "rewriting of recipients does not exist here; an alias does the same for an address of its own",
    "sender_acl": "who may send as whom is the mail server's business",
    "quota2": "how full a mailbox is, is measured anew",
    "quota2replica": "how full a mailbox is, is measured anew",
    "quarantine": "held mail stays where it is",
    "sasl_log": "last logins begin here",
    "logs": "the change log begins here",
    "tfa": "second factors do not move",
    "fido2": "second factors do not move",
    "api": "API passwords are made anew",
    "relayhosts": "the way out is Postfix's business",
    "transports": "the way out is Postfix's business",
    "tls_policy_override": "the way out is Postfix's business",
    "forwarding_hosts": "the way in is Postfix's business",
    "user_acl": "roles are fixed here",
    "da_acl": "roles are fixed here",
    "versions": "the version of the database",
}
_CALENDAR: Final = "calendars and address books are SOGo's"


def read(source: Source, megabyte: int) -> World:
    """Everything, row by row. The unit of quotas is always MiB."""
    world = World(
        domains=[_domain(row) for row in source.rows("domain")],
        mailboxes=[_mailbox(row) for row in source.rows("mailbox")],
        aliases=[*map(_alias, source.rows("alias")), *map(_spam_alias, source.rows("spamalias"))],
        domain_aliases=[_domain_alias(row) for row in source.rows("alias_domain")],
        administrators=[_administrator(row) for row in source.rows("admin")],
        grants=[_grant(row) for row in source.rows("domain_admins")],
    )
    calendars = {table: _CALENDAR for table in source.tables() if table.startswith(("sogo_", "_sogo"))}
    leave_others(world, source, WANTED, _NOT_HERE | calendars)
    return world


def _domain(row: Row) -> Domain:
    name = text(row["domain"])
    quota, notes = quota_of(row["quota"], unit=MEBIBYTE, what="its quota")
    limits = (("maxquota", "MiB for one mailbox are"), ("aliases", "aliases are"))
    notes += tuple(
        f"{number(row[column])} {what} its limit there; there is no such limit here"
        for column, what in limits
        if (number(row[column]) or 0) > 0
    )
    if text(row["relayhost"]) not in {"", "0"}:
        notes += ("it sends through a relay of its own there; the way out is Postfix's business here",)
    return Domain(
        Origin("domain", name),
        name,
        is_active=truth(row["active"]),
        quota=quota,
        most_mailboxes=number(row["mailboxes"]) or None,
        why_not="the server only relays for it: the mailboxes are elsewhere" if truth(row["backupmx"]) else "",
        notes=notes,
    )


def _mailbox(row: Row) -> Mailbox:
    address, kind = text(row["username"]), text(row["kind"])
    quota, notes = quota_of(row["quota"], unit=1, what="its quota")
    password_hash, source = text(row["password"]), text(row["authsource"])
    if text(row["active"]) == _NO_LOGIN:
        password_hash = ""
        notes += ("it receives mail but nobody may log in: it has no line in the file of owners",)
    elif source not in {"", "mailcow"}:
        password_hash = ""
        notes += (f"its owner logs in through {quoted(source)}: connect Dovecot with that",)
    return Mailbox(
        Origin("mailbox", address),
        address,
        password_hash,
        quota,
        is_active=text(row["active"]) == _NO_LOGIN or truth(row["active"]),
        why_not="a room, a thing or a group of the calendar, not a mailbox" if kind else "",
        notes=notes,
    )


def _alias(row: Row) -> Alias:
    address = text(row["address"])
    targets, why_not = split_targets(text(row["goto"]))
    notes = (
        ("only this server's own users may write to it there; here everybody may",) if truth(row["internal"]) else ()
    )
    is_active = text(row["active"]) == _NO_LOGIN or truth(row["active"])
    return Alias(Origin("alias", address), address, targets, is_active, why_not, notes)


def _spam_alias(row: Row) -> Alias:
    address = text(row["address"])
    targets, why_not = split_targets(text(row["goto"]))
    if not truth(row["permanent"]):
        why_not = "an address for a limited time; those do not exist here"
    return Alias(Origin("spamalias", address), address, targets, why_not=why_not)


def _domain_alias(row: Row) -> DomainAlias:
    name = text(row["alias_domain"])
    target, is_active = text(row["target_domain"]), truth(row["active"])
    return DomainAlias(Origin("alias_domain", name), name, target, is_active, mailboxes_alone=True)


def _administrator(row: Row) -> Administrator:
    login = text(row["username"])
    why_not = "a server administrator: `manage.py administrator create` makes those" if truth(row["superadmin"]) else ""
    return Administrator(Origin("admin", login), login, truth(row["active"]), why_not=why_not)


def _grant(row: Row) -> Grant:
    login, domain = text(row["username"]), text(row["domain"])
    why_not = "it makes a server administrator" if domain == _ALL else ""
    return Grant(Origin("domain_admins", f"{login} {domain}"), login, domain, truth(row["active"]), why_not)
