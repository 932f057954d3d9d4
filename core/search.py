"""The forms in which a text that a person types is looked for, in lists and in the search box alike."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import CharField
from django.db.models.lookups import Contains, EndsWith, IContains, PatternLookup, StartsWith

from core.addresses import ascii_form, digits_of
from core.names import normalize_identifier
from core.postgres import SEARCHED

_FEWEST_DIGITS: Final = 3
_PHONE_CHARACTERS: Final = "+0123456789 .-()/"


# In SQL: what is not all ASCII. The migrations have it too: `core.postgres.written_index`.
NOT_ASCII: Final = "[^ -~]"


@CharField.register_lookup
class Written(IContains):
    """`address__written`: contains a text that is not ASCII, without case, in the form in which it was written.

    A part of a label of an international domain has no other form. The few rows in question have an index of their own.
    """

    lookup_name = "written"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """The condition alone."""
        return IContains(self.lhs, self.rhs).as_sql(compiler, connection)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Adds the condition by which the index is chosen."""
        contains, parameters = self.as_sql(compiler, connection)
        column, of_column = compiler.compile(self.lhs)
        return f"({contains} AND {column}::text ~ '{NOT_ASCII}')", [*parameters, *of_column]


class _InTrigrams(PatternLookup):
    """A lookup by LIKE that the trigram indexes answer."""

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        """The column, on PostgreSQL in the indexes' collation."""
        column, parameters = super().process_lhs(compiler, connection, lhs)
        return (f'{column} COLLATE "{SEARCHED}"' if connection.vendor == "postgresql" else column), parameters


@CharField.register_lookup
class _Contains(_InTrigrams, Contains):
    """`contains`."""


@CharField.register_lookup
class _StartsWith(_InTrigrams, StartsWith):
    """`startswith`."""


@CharField.register_lookup
class _EndsWith(_InTrigrams, EndsWith):
    """`endswith`."""


def search_forms(text: str) -> list[str]:
    """`text` as identifiers are compared, and with the domain, or a whole label of it, in its A-label form."""
    local, at, domain = text.rpartition("@")
    # The domain as it was typed: ß is not ss there.
    ascii_domain = ascii_form(domain) if domain else ""
    forms = [normalize_identifier(text)]
    if ascii_domain:
        forms.append(f"{normalize_identifier(local)}{at}{ascii_domain}")
    return list(dict.fromkeys(forms))


def phone_digits(text: str) -> str:
    """The digits by which a phone number is found, however it is written; "" for what is no number.

    Numbers are kept with their country: 0049 151 … and +49 151 … are the same, and 0151 … is a part of them.
    """
    if text.strip(_PHONE_CHARACTERS):
        return ""
    digits = digits_of(text).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS else ""
