"""Modoboa 2: quotas are in MiB, 0 is unlimited. Rows refer to each other by numbers; roles are groups.

A mailbox has an internal alias of its own, and an alias a row for each recipient.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from importers.ledger import quoted
from importers.rivals.others import leave_others
from importers.sources import Cell, Row, Source, Wanted
from importers.world import (
    MEBIBYTE,
    Administrator,
    Alias,
    Domain,
    DomainAlias,
    Grant,
    Mailbox,
    Origin,
    Target,
    World,
    quota_of,
    text,
    truth,
)

WANTED: Final[Wanted] = {
    "admin_domain": ("id", "name", "enabled", "type", "quota", "message_limit", "transport_id"),
    "admin_domainalias": ("id", "name", "enabled", "target_id"),
    "admin_mailbox": ("id", "address", "domain_id", "user_id", "quota", "message_limit", "is_send_only"),
    "admin_alias": ("id", "address", "enabled", "internal", "expire_at"),
    "modoboa_admin_aliasrecipient": ("id", "address", "alias_id"),
    "core_user": ("id", "username", "password", "is_active", "is_superuser", "phone_number"),
    "core_user_groups": ("id", "user_id", "group_id"),
    "auth_group": ("id", "name"),
    "django_content_type": ("id", "app_label", "model"),
    "core_objectaccess": ("id", "user_id", "object_id", "content_type_id"),
}
_ROLES: Final = ("DomainAdmins", "Resellers")
_CATALOGUE: Final = "Modoboa's own catalogue"
_NOT_HERE: Final = {
    "admin_quota": "how full a mailbox is, is measured anew",
    "admin_alarm": "alarms are raised anew",
    "admin_senderaddress": "who may send as whom is the mail server's business",
    "transport_transport": "the way out is Postfix's business",
    "relaydomains_recipientaccess": "the way in is Postfix's business",
    "postfix_autoreply_armessage": "answers of absence are Sieve's here, each owner's own",
    "limits_domainobjectlimit": "limits of a domain do not exist here; a context has its own",
    "limits_userobjectlimit": "limits of an account do not exist here; a context and a reseller have theirs",
    "reversion_revision": "the change log begins here",
    "reversion_version": "the change log begins here",
    "core_log": "the change log begins here",
    "maillog_maillog": "statistics of the mail log",
    "django_session": "logins that are still open",
    "authtoken_token": "API passwords are made anew",
    "core_localconfig": "the settings of Modoboa itself",
    "django_migrations": _CATALOGUE,
    "django_site": _CATALOGUE,
    "auth_permission": _CATALOGUE,
    "auth_group_permissions": _CATALOGUE,
    "oauth2_provider_application": _CATALOGUE,
    "core_extensionupdatehistory": _CATALOGUE,
}
_CALENDAR: Final = "calendars and address books are Radicale's"


def read(source: Source, megabyte: int) -> World:
    """Everything, row by row. The unit of quotas is always MiB."""
    return _Reader(source).world()


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._domains = {row["id"]: text(row["name"]) for row in source.rows("admin_domain")}
        self._users = {row["id"]: row for row in source.rows("core_user")}
        groups = {row["id"]: text(row["name"]) for row in source.rows("auth_group")}
        self._roles: dict[Cell, set[str]] = {}
        for row in source.rows("core_user_groups"):
            self._roles.setdefault(row["user_id"], set()).add(groups.get(row["group_id"], ""))
        self._domain_type = next(
            (
                row["id"]
                for row in source.rows("django_content_type")
                if (row["app_label"], row["model"]) == ("admin", "domain")
            ),
            None,
        )
        self._sellers: dict[Cell, list[str]] = {}
        self._has_mailbox: set[Cell] = set()

    def world(self) -> World:
        world = World()
        world.grants = list(self._grants(world))
        world.domains = [self._domain(row) for row in self._source.rows("admin_domain")]
        world.mailboxes = [self._mailbox(row) for row in self._source.rows("admin_mailbox")]
        world.aliases = list(self._aliases(world))
        world.domain_aliases = [
            DomainAlias(
                Origin("admin_domainalias", text(row["name"])),
                text(row["name"]),
                self._domains.get(row["target_id"], ""),
                truth(row["enabled"]),
            )
            for row in self._source.rows("admin_domainalias")
        ]
        world.administrators = [
            self._administrator(row) for row in self._users.values() if row["id"] not in self._has_mailbox
        ]
        world.administrators += list(self._double_accounts())
        for table in ("auth_group", "core_user_groups", "django_content_type"):
            world.elsewhere.append((table, self._source.count(table), "read for what other rows mean"))
        prefixes = ("radicale_", "modoboa_contacts_")
        calendars = {table: _CALENDAR for table in self._source.tables() if table.startswith(prefixes)}
        leave_others(world, self._source, WANTED, _NOT_HERE | calendars)
        return world

    def _role(self, user: Row) -> str:
        """The role that lets somebody administer, or nothing."""
        roles = self._roles.get(user["id"], set())
        return next((role for role in reversed(_ROLES) if role in roles), "") if not truth(user["is_superuser"]) else ""

    def _grants(self, world: World) -> Iterator[Grant]:
        others = 0
        for row in self._source.rows("core_objectaccess"):
            user = self._users.get(row["user_id"])
            role = self._role(user) if user and row["content_type_id"] == self._domain_type else ""
            if not role or user is None:
                others += 1
                continue
            login, domain = text(user["username"]), self._domains.get(row["object_id"], "")
            if role == "Resellers":
                self._sellers.setdefault(row["object_id"], []).append(login)
            yield Grant(Origin("core_objectaccess", f"{login} {domain}"), login, domain)
        world.elsewhere.append(("core_objectaccess", others, "who may see what follows from the context here"))

    def _domain(self, row: Row) -> Domain:
        name = text(row["name"])
        quota, notes = quota_of(row["quota"], unit=MEBIBYTE, what="its quota")
        if row["message_limit"] is not None:
            notes += (
                f"it may send {quoted(text(row['message_limit']))} messages a day there; that is Postfix's business",
            )
        if text(row["type"]) == "relaydomain" or row["transport_id"] is not None:
            why_not = "the server only relays for it: the mailboxes are elsewhere"
        else:
            why_not = ""
        sellers = tuple(sorted(self._sellers.get(row["id"], ())))
        return Domain(
            Origin("admin_domain", name),
            name,
            truth(row["enabled"]),
            quota,
            resellers=sellers,
            why_not=why_not,
            notes=notes,
        )

    def _mailbox(self, row: Row) -> Mailbox:
        user = self._users.get(row["user_id"])
        address = f"{text(row['address'])}@{self._domains.get(row['domain_id'], '')}"
        quota, notes = quota_of(row["quota"], unit=MEBIBYTE, what="its quota")
        if truth(row["is_send_only"]):
            notes += ("it only sends there; here it also receives",)
        if row["message_limit"] is not None:
            notes += (
                f"it may send {quoted(text(row['message_limit']))} messages a day there; that is Postfix's business",
            )
        if user is None:
            return Mailbox(Origin("admin_mailbox", address), address, quota=quota, notes=notes)
        own_row = not self._role(user) and not truth(user["is_superuser"])
        self._has_mailbox.add(user["id"])
        return Mailbox(
            Origin("admin_mailbox", address),
            address,
            text(user["password"]),
            quota,
            truth(user["is_active"]),
            phone=text(user["phone_number"]).strip(),
            notes=notes,
            more_rows=(Origin("core_user", text(user["username"])),) if own_row else (),
        )

    def _aliases(self, world: World) -> Iterator[Alias]:
        recipients: dict[Cell, list[Target]] = {}
        aliases = {row["id"]: row for row in self._source.rows("admin_alias")}
        lost = 0
        for row in self._source.rows("modoboa_admin_aliasrecipient"):
            alias = aliases.get(row["alias_id"])
            if alias is None:
                lost += 1
                continue
            origin = Origin("modoboa_admin_aliasrecipient", f"{text(alias['address'])} {text(row['address'])}")
            recipients.setdefault(row["alias_id"], []).append(Target(text(row["address"]), origin))
        if lost:
            world.elsewhere.append(("modoboa_admin_aliasrecipient", lost, "recipients of aliases that do not exist"))
        # The internal one of a mailbox and another of the same address count together.
        by_address: dict[tuple[str, bool, str], list[Row]] = {}
        for row in sorted(aliases.values(), key=lambda row: not truth(row["internal"])):
            why_not = _expired(row["expire_at"])
            by_address.setdefault((text(row["address"]).lower(), truth(row["enabled"]), why_not), []).append(row)
        for (_address, is_active, why_not), rows in by_address.items():
            first, *others = (Origin("admin_alias", text(row["address"])) for row in rows)
            targets = tuple(target for row in rows for target in recipients.get(row["id"], ()))
            yield Alias(
                first,
                text(rows[0]["address"]),
                targets,
                is_active,
                why_not,
                notes=tuple(note for row in rows for note in _ends(row["expire_at"])),
                more_rows=tuple(others),
            )

    def _administrator(self, user: Row) -> Administrator:
        login, role = text(user["username"]), self._role(user)
        why_not = ""
        if truth(user["is_superuser"]):
            why_not = "a server administrator: `manage.py administrator create` makes those"
        elif not role:
            why_not = "an account without a mailbox that administers nothing"
        return Administrator(Origin("core_user", login), login, truth(user["is_active"]), role == "Resellers", why_not)

    def _double_accounts(self) -> Iterator[Administrator]:
        """Those who administer something and have a mailbox as well: one row there, two things here."""
        for key in self._has_mailbox:
            user = self._users[key]
            if self._role(user) or truth(user["is_superuser"]):
                yield self._administrator(user)


def _moment(cell: Cell) -> datetime | None:
    try:
        moment = parse_datetime(text(cell)[:40])
    except ValueError:
        return None
    if moment is None:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment, timezone.get_default_timezone())


def _expired(cell: Cell) -> str:
    moment = _moment(cell)
    return "it has expired" if moment is not None and moment <= timezone.now() else ""


def _ends(cell: Cell) -> tuple[str, ...]:
    return (f"it ends there at {quoted(text(cell))}; here it stays",) if _moment(cell) is not None else ()
