"""Locks by name, held until the transaction ends: for rules between rows that no constraint can hold.

PostgreSQL keeps them as advisory locks. SQLite needs none: its transactions begin with the database's only write lock
(`transaction_mode` in the settings).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from core.errors import NotFound
from core.prepared import Call, Statement, send

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_Row = TypeVar("_Row", bound=Model)

_EVERYTHING: Final = "everything"
_SQL: Final = (
    "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number"
)
_LOCK: Final = Statement.of(_SQL, ["everything", "names"])
# The second part runs after the first, whose rows come before its own.
_LOCK_THEN_SHARED: Final = Statement.of(
    " UNION ALL ".join([_SQL, "SELECT NULL, pg_advisory_xact_lock_shared(number) FROM unnest(%s::bigint[]) AS number"]),
    ["everything", "names", "shared"],
)
_LOCK_SHARED: Final = Statement.of(
    "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock_shared(number) FROM unnest(%s::bigint[]) AS number",
    ["everything", "names"],
)
_holds_everything: ContextVar[bool] = ContextVar("holds_everything", default=False)


def lock_names(names: Iterable[str], *, shared: bool = False, then_shared: Iterable[str] = ()) -> None:
    """Wait for and hold every one of `names`; shared locks exclude only exclusive ones.

    `then_shared` are names of the next kind, held shared, by the same statement.

    Names of one kind are locked in one call, which sorts them, and the kinds always in this order: rows of resellers
    and contexts; the row of a user; uidname; address; domain; the alias graph; msisdn; custom; others; the row of an
    alias. So nobody waits in a circle. Rows are locked with `no_key`, unless they are to be deleted: a foreign key to a
    row that is locked more strongly makes others, who may hold what we wait for, wait at their commit.
    """
    if calls := locking(names, shared=shared, then_shared=then_shared):
        send(calls)


def locking(names: Iterable[str], *, shared: bool = False, then_shared: Iterable[str] = ()) -> list[Call]:
    """What `lock_names` sends, for who has more to send with it; nothing where nothing is left to wait for."""
    if all_are_held():
        return []
    following = _numbers(then_shared)
    statement = _LOCK_THEN_SHARED if following else _LOCK_SHARED if shared else _LOCK
    return [statement.call({"everything": _number(_EVERYTHING), "names": _numbers(names), "shared": following})]


def all_are_held() -> bool:
    """Whether no name is left to wait for."""
    return connection.vendor != "postgresql" or _holds_everything.get()


@contextmanager
def lock_everything() -> Iterator[None]:
    """Hold all names at once, inside the caller's transaction: within, `lock_names` has nothing left to wait for.

    For long transactions such as imports. Their names would not fit into the database's table of locks (6400 for all
    connections together as PostgreSQL comes), and they name them in their own order. Others who write wait meanwhile.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(_EVERYTHING)])
    token = _holds_everything.set(True)
    try:
        yield
    finally:
        _holds_everything.reset(token)


def _numbers(names: Iterable[str]) -> list[int]:
    return sorted({_number(name) for name in names})


def _number(name: str) -> int:
    """The 64-bit number by which PostgreSQL knows this lock."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


def locked(rows: QuerySet[_Row], key: object, gone: StrOrPromise, *, no_key: bool = True) -> _Row:
    """The row with this primary key as it is now, held until the transaction ends. NotFound with the sentence `gone`.

    `no_key` leaves foreign keys to it alone; a row that is to be deleted is held without.
    """
    row = rows.select_for_update(of=("self",), no_key=no_key).filter(pk=key).first()
    if row is None:
        raise NotFound(str(gone))
    return row
