"""What of the change log touched an alias, and which aliases touched a mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import idna
from django.db.models import Q

from accounts.histories import above
from accounts.models import User
from changelog.history import Part
from changelog.mentions import mentioning
from changelog.models import Change
from forwards.models import ForwardingAlias

# As many of its lines are looked at for the names that a mailbox has had.
_MOST_LINES = 200


def of_alias(alias: ForwardingAlias) -> Iterator[Part]:
    """Itself, and what took it out of service from above."""
    yield Part(Q(kind="forward", key=alias.pk), in_order=True)
    yield from above(alias.context)


def of_user(user: User) -> Iterator[Part]:
    """Aliases that began or ceased to lead to the mailbox, by any name that it has had."""
    yield Part(mentioning(_names_of(user)))


def _names_of(user: User) -> set[str]:
    """All that it is or was called, as aliases may have been written, in lower case."""
    names = {user.uidname, user.uidname_normalized}
    lines = Change.objects.filter(kind="user", key=user.pk).order_by("-pk")
    for before, after in lines.values_list("before__uidname", "after__uidname")[:_MOST_LINES]:
        names |= {before, after}
    written = {name.lower() for name in names if name}
    return written | {_unicode_form(name) for name in written}


def _unicode_form(name: str) -> str:
    local, at, domain = name.rpartition("@")
    with suppress(UnicodeError):
        return f"{local}{at}{idna.decode(domain)}" if "xn--" in domain else name
    return name
