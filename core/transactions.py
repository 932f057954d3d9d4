"""The one way in which services open a transaction."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import Error, connection, transaction

from core.database_errors import DatabaseState, state_of
from core.errors import Busy

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_TRIES: Final = 5
# Seconds before the second try; later ones wait longer, each by chance a little more or less than its opponent.
_PAUSE: Final = 0.05


def atomic(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Run `function` in a transaction, again when the database gave it up for another one's sake.

    Inside another transaction it is a savepoint of that one, and whoever opened that one tries again. Busy when all
    tries failed.
    """
    return retried(transaction.atomic(function))


def go_by_indexes() -> None:
    """Have no statement of the present transaction read a whole table where it could go by an index (PostgreSQL).

    For work on many rows by their keys. It makes tables grow faster than the database counts them, and plans that were
    right for a few rows, those of foreign keys' checks are kept for a whole session, would take minutes for many.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # What cannot go by an index after all would look so dear that it is compiled first.
            cursor.execute("SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)")


def retried(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Call `function`, which opens a transaction, again after a deadlock or serialization failure. Busy in the end."""

    @wraps(function)
    def call(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        for attempt in range(1, _TRIES + 1):
            try:
                return function(*args, **kwargs)
            except Error as error:
                if state_of(error) is not DatabaseState.GAVE_WAY:
                    raise
                if attempt == _TRIES:
                    raise Busy from error
            time.sleep(_PAUSE * attempt * random.uniform(0.5, 1.5))  # noqa: S311  (no secret)
        raise AssertionError("the last try returns or raises")

    return call
