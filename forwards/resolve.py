"""Where does mail to an address go? The way through the aliases, as the mail servers follow it.

The viewer learns of an address that belongs to somebody else only what the rest of the world is told: that it is not
theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import ownership
from accounts.models import Context, User
from core.addresses import Address, parse_address
from core.iteration import batched
from core.scoping import Viewer
from forwards.models import ForwardingAlias, Recipient

# So many different addresses are followed; one alias may have a hundred recipients, and each of them again.
MAX_ADDRESSES: Final = 2000
_CHUNK: Final = 500
_Row = TypeVar("_Row", ForwardingAlias, User)


class Stop(StrEnum):
    """What is found at an address."""

    ALIAS = "alias"
    MAILBOX = "mailbox"
    SUSPENDED_ALIAS = "suspended alias"
    EXPIRED_ALIAS = "expired alias"
    SUSPENDED_MAILBOX = "suspended mailbox"
    NOWHERE = "nowhere"
    OUTSIDE = "outside"
    TOO_MANY = "too many"

    @property
    def label(self) -> str | Promise:
        """For a person."""
        return _LABELS[self]

    @property
    def is_reached(self) -> bool:
        """Whether mail goes on from here, or is kept here, or is handed to another server."""
        return self in {Stop.ALIAS, Stop.MAILBOX, Stop.OUTSIDE}


_LABELS: Final[dict[Stop, str | Promise]] = {
    Stop.ALIAS: _("forwarding alias"),
    Stop.MAILBOX: _("mailbox"),
    Stop.SUSPENDED_ALIAS: _("suspended alias: the mail is refused"),
    Stop.EXPIRED_ALIAS: _("expired alias: the mail is refused"),
    Stop.SUSPENDED_MAILBOX: _("suspended mailbox: the mail is refused"),
    Stop.NOWHERE: _("nothing here has this address: the mail is refused"),
    Stop.OUTSIDE: _("none of your addresses: the mail goes on to whoever has it"),
    Stop.TOO_MANY: _("not followed any further"),
}


@dataclass(slots=True)
class Step:
    """An address on the way. `again` is one that was followed already where it was met first."""

    address: str
    stop: Stop
    notes: list[str | Promise] = field(default_factory=list)
    context: Context | None = None
    alias: ForwardingAlias | None = None
    user: User | None = None
    again: bool = False
    next: list[Step] = field(default_factory=list)

    def walk(self, level: int = 0) -> Iterator[tuple[int, Step]]:
        """This step and all that follow from it, each with its depth."""
        yield level, self
        for step in self.next:
            yield from step.walk(level + 1)

    def ends(self) -> list[Step]:
        """Where the mail ends, each address once."""
        return list({step.address: step for _level, step in self.walk() if not step.next and not step.again}.values())


def resolve(viewer: Viewer | None, text: str) -> Step:
    """The way of mail to this address; without an viewer, as the operator sees it. Invalid for what is no address."""
    start = parse_address(text)
    found = _Found(viewer)
    found.follow(start)
    return _step(found, start, set())


class _Found:
    """What the viewer may see of all addresses on the way, read level by level.

    Only what is served is on the way: what has an address in a domain that belongs to its own context. Of the viewer's
    own the rest is kept apart, to say why it gets nothing.
    """

    def __init__(self, viewer: Viewer | None) -> None:
        self.viewer = viewer
        self.aliases: dict[str, ForwardingAlias] = {}
        self.users: dict[str, User] = {}
        self.waiting: dict[str, ForwardingAlias | User] = {}
        self.domains: set[str] = set()
        self.recipients: dict[int, list[Address]] = {}
        self.seen: set[str] = set()

    def follow(self, start: Address) -> None:
        """Read everything on the way from `start`."""
        frontier = {start.normalized: start}
        while frontier and len(self.seen) < MAX_ADDRESSES:
            self.seen.update(frontier)
            beyond: dict[str, Address] = {}
            for chunk in batched(frontier.values(), _CHUNK):
                beyond |= {one.normalized: one for one in self._read(chunk)}
            room = MAX_ADDRESSES - len(self.seen)
            frontier = dict([item for item in beyond.items() if item[0] not in self.seen][:room])

    def _read(self, addresses: list[Address]) -> Iterable[Address]:
        """Read what is at these addresses, and return where the active aliases among them lead."""
        names = [one.normalized for one in addresses]
        aliases = ForwardingAlias.objects.select_related("context__reseller__parent").filter(normalized__in=names)
        users = User.objects.select_related("context__reseller__parent").filter(uidname_normalized__in=names)
        owned = ownership.domains_of(self.viewer).filter(name__in={one.domain for one in addresses})
        owners = dict(owned.values_list("name", "context_id"))
        self.domains.update(owners)
        if self.viewer is not None:
            aliases, users = aliases.visible_to(self.viewer), users.visible_to(self.viewer)
        found = self._sorted(((one.normalized, one) for one in aliases), self.aliases, owners)
        self._sorted(((one.uidname_normalized, one) for one in users), self.users, owners)
        open_aliases = [one for one in found if one.answers and one.context.in_service]
        for row in Recipient.objects.filter(alias__in=open_aliases).order_by("pk"):
            recipient = Address(row.address, row.normalized, row.domain)
            self.recipients.setdefault(row.alias_id, []).append(recipient)
        return [one for alias in open_aliases for one in self.recipients.get(alias.pk, [])]

    def _sorted(
        self, rows: Iterable[tuple[str, _Row]], served: dict[str, _Row], owners: Mapping[str, int]
    ) -> list[_Row]:
        """Put each row among those that are served or those that wait for a declaration; the served ones."""
        found = []
        for name, row in rows:
            if owners.get(row.domain) == row.context_id:
                served[name] = row
                found.append(row)
            else:
                self.waiting.setdefault(name, row)
        return found


def _step(found: _Found, address: Address, followed: set[str]) -> Step:
    name = address.normalized
    alias, user = found.aliases.get(name), found.users.get(name)
    step = Step(address.written, Stop.OUTSIDE, alias=alias, user=user)
    owner = alias or user
    step.context = owner.context if owner else None
    alias_open = alias is not None and alias.answers and alias.context.in_service
    user_open = user is not None and user.is_active and user.context.in_service
    if alias is not None and alias_open:
        step.stop = Stop.ALIAS
        if user is not None:
            step.notes.append(_("the mailbox of the same address gets nothing"))
        step.again = name in followed
        if not step.again:
            followed.add(name)
            step.next = [_step(found, one, followed) for one in found.recipients.get(alias.pk, [])]
    elif user_open:
        step.stop = Stop.MAILBOX
        if alias is not None:
            expired = alias.is_active and alias.has_expired
            step.notes.append(
                _("the alias of the same address has expired")
                if expired
                else _("the alias of the same address is suspended")
            )
    else:
        step.stop = _end(found, address)
        if owner is not None and owner.is_active and not owner.context.in_service:
            step.notes.append(_("its context or reseller is suspended"))
        if owner is None and step.stop is not Stop.TOO_MANY and name in found.waiting:
            step.notes.append(
                _("what has this address here gets nothing: its context has not declared the domain, or not proven it")
            )
    return step


def _end(found: _Found, address: Address) -> Stop:
    """What there is at an address that nobody answers to."""
    if address.normalized not in found.seen:
        return Stop.TOO_MANY
    if (alias := found.aliases.get(address.normalized)) is not None:
        return Stop.EXPIRED_ALIAS if alias.is_active and alias.has_expired else Stop.SUSPENDED_ALIAS
    if address.normalized in found.users:
        return Stop.SUSPENDED_MAILBOX
    return Stop.NOWHERE if address.domain in found.domains else Stop.OUTSIDE
