"""Lines of the change log that name somebody in a list of addresses: an alias's recipients, before or after."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import BooleanField, F, Func, Q

# The migration's index has the same expression, of the lines of this kind alone.
_KIND = "forward"
_ON_POSTGRESQL = "(LOWER(%(expressions)s ->> 'recipients')::jsonb ?| %%s)"
_ON_SQLITE = "EXISTS (SELECT 1 FROM json_each(%(expressions)s, '$.recipients') WHERE LOWER(value) IN (%(places)s))"


class _Names(Func):
    """Whether the side has one of the names, which are in lower case; `without` turns it round, and has no index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, side: str, names: Collection[str], *, without: bool = False, **extra: Any) -> None:
        super().__init__(F(side), **extra)
        self.names, self.without = sorted(names), without

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """By an operator that the index answers."""
        sql, parameters = super().as_sql(compiler, connection, template=self._turned(_ON_POSTGRESQL), **context)
        return sql, [*parameters, self.names]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """By looking at each."""
        template = self._turned(_ON_SQLITE)
        places = ", ".join(["%s"] * len(self.names))
        sql, parameters = super().as_sql(compiler, connection, template=template, places=places, **context)
        return sql, [*parameters, *self.names]

    def _turned(self, template: str) -> str:
        return f"({template} IS NOT TRUE)" if self.without else template


def mentioning(names: Collection[str]) -> Q:
    """The lines that put one of these addresses into an alias or took it out, or changed an alias that leads there.

    That others come and go in the same alias is no matter of theirs.
    """
    then, now = Q(_Names("before", names)), Q(_Names("after", names))
    not_then, not_now = Q(_Names("before", names, without=True)), Q(_Names("after", names, without=True))
    same = then & now & Q(before__recipients=F("after__recipients"))
    return Q(kind=_KIND) & ((then & not_now) | (now & not_then) | same)
