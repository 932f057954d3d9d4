"""What is wished for aliases: that one be there, or what shall become of one that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import ClassVar, TypeVar

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Context
from accounts.services.marks import Labels, Note
from core.addresses import Address, parse_address, parse_alias
from core.errors import Invalid
from core.keep import KEEP, Keep
from core.numbers import counted
from forwards.models import ForwardingAlias

_Text = TypeVar("_Text")
_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True)
class NewAlias:
    """An alias that shall be there; where the context has it already, nothing changes, whatever is asked.

    Unless it `must_be_new`: then it is refused. `key` is the former primary key of one that is restored.
    """

    context: Context
    alias: str
    recipients: Sequence[str]
    is_active: bool = True
    key: int | None = None
    must_be_new: bool = False
    expires_on: date | None = None
    note: str | None = None
    labels: Sequence[str] = ()
    makes_edges: ClassVar[bool] = True

    @cached_property
    def parsed(self) -> Address | Invalid:
        """The alias, or what is wrong with it."""
        return _parsed(parse_alias, self.alias)

    @cached_property
    def wanted(self) -> list[Address] | Invalid:
        """The recipients, or what is wrong with them."""
        return _parsed(parse_recipients, self.recipients)

    @property
    def address(self) -> Address | None:
        """The alias, if it is an address."""
        return None if isinstance(self.parsed, Invalid) else self.parsed

    @property
    def place(self) -> int:
        """The context that it shall be in."""
        return self.context.pk

    @property
    def new(self) -> Sequence[Address]:
        """The recipients, if they are addresses."""
        return () if isinstance(self.wanted, Invalid) else self.wanted


@dataclass(frozen=True, slots=True)
class AliasEdit:
    """What shall become of an alias that is there.

    `recipients` makes of the present recipients those that shall be, and may raise a DomainError; an alias that is left
    without any is deleted, which `may_delete` announces. `new` are those that it may add.
    """

    row: ForwardingAlias
    recipients: Callable[[list[Address]], Sequence[Address]] | None = None
    new: Sequence[Address] = ()
    is_active: bool | None = None
    context: Context | None = None
    may_delete: bool = False
    expires_on: date | Keep | None = KEEP
    note: Note = KEEP
    labels: Labels = KEEP

    @property
    def address(self) -> Address:
        """The alias."""
        return address_of(self.row)

    @property
    def place(self) -> int:
        """The context that it shall be in."""
        return self.row.context_id if self.context is None else self.context.pk

    @property
    def makes_edges(self) -> bool:
        """Whether edges may come to be served that were not."""
        return bool(self.new) or self.context is not None


Wish = NewAlias | AliasEdit


def address_of(row: ForwardingAlias) -> Address:
    """The alias as an address."""
    return Address(row.address, row.normalized, row.domain)


def parse_recipients(recipients: Sequence[str]) -> list[Address]:
    """The addresses, each once, in order; one bad address spoils the list. Invalid."""
    if not recipients:
        raise Invalid(_("There must be at least one recipient."), field="recipients")
    check_count(len(recipients))
    return once([parse_address(one, field="recipients") for one in recipients])


def once(addresses: Iterable[Address]) -> list[Address]:
    """The addresses without those that are the same as one before."""
    first: dict[str, Address] = {}
    for one in addresses:
        first.setdefault(one.normalized, one)
    return list(first.values())


def _parsed(parse: Callable[[_Text], _Parsed], text: _Text) -> _Parsed | Invalid:
    try:
        return parse(text)
    except Invalid as error:
        return error


def check_count(count: int) -> None:
    """Refuse more recipients than MAX_RECIPIENTS. Invalid."""
    if count > settings.MAX_RECIPIENTS:
        raise Invalid(
            ngettext(
                "An alias has at most %(limit)s recipient.",
                "An alias has at most %(limit)s recipients.",
                settings.MAX_RECIPIENTS,
            )
            % {"limit": counted(settings.MAX_RECIPIENTS)},
            field="recipients",
        )
