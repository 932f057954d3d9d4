"""What is deleted together with users: their properties and last logins, as lines of the change log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from accounts.models import ConfigProperty, LastLogin, User
from accounts.services import config
from changelog.entries import Entry
from core.iteration import batched

_CHUNK: Final = 500


def cascade_entries(users: Sequence[User]) -> Mapping[int, list[Entry]]:
    """The lines for the properties and the last logins that are deleted together with these users, by user."""
    found: dict[int, list[Entry]] = {}
    for some in batched(users, _CHUNK):
        for user, line in _cascades(some):
            found.setdefault(user.pk, []).append(line)
    return found


def _cascades(users: Sequence[User]) -> Iterator[tuple[User, Entry]]:
    by_key = {user.pk: user for user in users}
    for row in ConfigProperty.objects.filter(user__in=by_key).order_by("user", "name"):
        row.user = by_key[row.user_id or 0]
        yield row.user, config.entry(row, config.snapshot(row), None)
    by_name = {user.uidname.lower(): user for user in users}
    for login in LastLogin.objects.filter(username__in=by_name, last_login__gt=0).order_by("username"):
        user = by_name[login.username]
        yield user, last_login_entry(user, login.last_login, None)


def last_login_entry(user: User, before: int | None, after: int | None) -> Entry:
    """The change log's entry about the last login (epoch seconds) of this user."""
    then, now = (None if at is None else {"last_login": at} for at in (before, after))
    return Entry("last_login", user.pk, f"{user.number} {user.uidname}", then, now, user.owners)
