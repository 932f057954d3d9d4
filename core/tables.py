"""Resources: what is exported and imported, declared with django-import-export.

The columns are named as `provision` names its keys, and rows by natural keys, never by an id of the database. Apps
register their resources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import BooleanWidget, CharWidget, IntegerWidget, Widget

from core.errors import Invalid
from core.numbers import whole_number

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from core.scoping import Viewer


class TextWidget(CharWidget):
    """Text as it stands there; an empty cell is None."""

    holds: ClassVar[StrOrPromise] = gettext_lazy("text")
    holds_or_nothing: ClassVar[StrOrPromise] = gettext_lazy("text or empty")

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str | None:
        return value or None


class NumberWidget(IntegerWidget):
    """Digits, and as many as the database can keep. The library's takes 1.5 for 1, and what 1.000 is by the locale."""

    holds: ClassVar[StrOrPromise] = gettext_lazy("number")
    holds_or_nothing: ClassVar[StrOrPromise] = gettext_lazy("number or empty")

    def clean(self, value: str, row: Any = None, *, name: str = "", **kwargs: Any) -> int | None:
        digits = value.strip()
        if not digits:
            return None
        number = whole_number(digits)
        if number is None:
            raise ValueError(_("%(name)s must be a whole number.") % {"name": name})
        return number

    def render(self, value: int | None, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class FlagWidget(BooleanWidget):
    """True or false, as people and spreadsheets write them. To the library all that is not true is false."""

    TRUE_VALUES = ["true", "yes", "1", "wahr", "ja"]
    FALSE_VALUES = ["false", "no", "0", "falsch", "nein"]
    holds: ClassVar[StrOrPromise] = gettext_lazy("true or false")

    def clean(self, value: str, row: Any = None, *, name: str = "", **kwargs: Any) -> bool | None:
        word = value.strip().lower()
        if word not in {"", *self.TRUE_VALUES, *self.FALSE_VALUES}:
            raise ValueError(_("%(name)s must be true or false.") % {"name": name})
        flag: bool | None = super().clean(word)
        return flag


class LinesWidget(Widget):
    """A list, one a line: `attribute` of each of the related rows."""

    holds: ClassVar[StrOrPromise] = gettext_lazy("one a line")

    def __init__(self, attribute: str) -> None:
        super().__init__()
        self.attribute = attribute

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> list[str]:
        return [part.strip() for part in value.splitlines() if part.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "\n".join(getattr(row, self.attribute) for row in value.all())


class Column(Field):
    """A column. Its cell becomes a value of an entry of `provision` instead of an attribute of a model's instance.

    Where it does not save null values, an empty cell leaves things as they are, as a missing column does.
    """

    def save(self, instance: dict[str, Any], row: Mapping[str, str], is_m2m: bool = False, **kwargs: Any) -> None:
        value = self.clean(row, name=self.column_name)
        if value is not None or self.saves_null_values:
            instance[self.column_name] = value

    @property
    def holds(self) -> StrOrPromise:
        """What the cells hold, for a person."""
        holds: StrOrPromise = self.widget.holds
        return getattr(self.widget, "holds_or_nothing", holds) if self.saves_null_values else holds


class TableResource(Resource):
    """One kind of table, as the administrator sees it. A line is an entry of the section of provision of this name.

    No ModelResource, and without `import_data`: those save models past the services, look each row up once more, and
    make of an error of the database a finding about a row. The bulk edit of an import calls the section itself.
    """

    class Meta:
        chunk_size = 2000

    def __init__(self, administrator: Viewer) -> None:
        super().__init__()
        self.administrator = administrator

    @property
    def section(self) -> str:
        """The section of provision that takes the lines."""
        return str(self._meta.name)

    @property
    def importable(self) -> bool:
        """Whether a line says which object it is about."""
        return bool(self.get_import_id_fields())

    def get_queryset(self) -> QuerySet[Any]:
        """What the administrator sees."""
        rows: QuerySet[Any] = self._meta.model.objects.visible_to(self.administrator)
        return rows

    def iter_queryset(self, queryset: QuerySet[Any]) -> Iterator[Any]:
        """Django's iterator prefetches by now; the library's pages would skip more rows for each."""
        return queryset.iterator(chunk_size=self.get_chunk_size())

    def table(self, queryset: QuerySet[Any]) -> Iterator[list[str]]:
        """The rows of `queryset` as cells, one after the other; the heads first."""
        yield self.get_export_headers()
        for row in self.iter_queryset(self.filter_export(queryset)):
            yield self.export_resource(row)

    def entry(self, line: Mapping[str, str]) -> dict[str, Any]:
        """A line as an entry of provision. Invalid names all that is wrong with its cells."""
        entry: dict[str, Any] = {}
        try:
            self.import_instance(entry, line)
        except ValidationError as error:
            raise Invalid(" ".join(error.messages)) from error
        for name in self.get_import_id_fields():
            if name not in entry:
                raise Invalid(_("%(column)s is empty.") % {"column": name})
        return entry


_resources: Final[dict[str, type[TableResource]]] = {}


def register(*resources: type[TableResource]) -> None:
    """Make tables known by the name in their Meta."""
    _resources.update({one._meta.name: one for one in resources})


def resource_named(name: str) -> type[TableResource]:
    """The table of this name. KeyError when there is none."""
    return _resources[name]
