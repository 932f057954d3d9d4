"""Recipients as rivals write them: in one field, between commas, blanks and line ends, and not always addresses."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings

from core.addresses import MAX_ADDRESS, Address, parse_address, split_addresses
from core.errors import Invalid
from importers.ledger import quoted
from importers.world import Target

# Characters; no alias has so many recipients as to need more, unless MAX_RECIPIENTS was raised.
_LONGEST: Final = 50_000
_AUTOREPLY: Final = re.compile(r"([^@#]+)#([^@#]+)@")
_DISCARDED: Final = {
    "null@localhost": "it discards the mail, which no alias does here",
    "spam@localhost": "it teaches the spam filter, which is not part of this system",
    "ham@localhost": "it teaches the spam filter, which is not part of this system",
}


def split_targets(written: str) -> tuple[tuple[Target, ...], str]:
    """The recipients of a field, and why they cannot be read at all."""
    if len(written) > max(_LONGEST, 2 * MAX_ADDRESS * settings.MAX_RECIPIENTS):
        return (), f"its recipients take {len(written):,} characters, which is more than anybody reads"
    # A command in quotes is one recipient, with all that stands in it.
    if written.strip().strip('"').startswith(("|", ":include:")):
        return (Target(written.strip()),), ""
    return tuple(Target(one) for one in split_addresses(written)), ""


def judge(written: str, alias: str) -> Address:
    """The recipient as an address. Invalid says why it is none that mail can go to here."""
    low = written.strip().lower()
    if low in _DISCARDED:
        raise Invalid(_DISCARDED[low])
    if low.startswith(("|", '"|', "/", ":include:")):
        raise Invalid("a command or a file is no recipient here")
    if (match := _AUTOREPLY.match(low)) and f"{match[1]}@{match[2]}" == alias:
        raise Invalid("it sends the answer of absence, which is Sieve's here")
    if low and "@" not in low:
        raise Invalid(f"{quoted(written)} has no domain: accounts of the server itself are no recipients")
    try:
        return parse_address(written)
    except Invalid as error:
        raise Invalid(f"{quoted(written)} is no mail address") from error


def without_extension(address: Address) -> str:
    """`anna@acme.example` of `anna+news@acme.example`, normalized; empty when there is no extension."""
    local, _at, domain = address.normalized.rpartition("@")
    base, plus, _extension = local.partition("+")
    return f"{base}@{domain}" if base and plus else ""
