"""Lists as each person has them: which columns, how many rows on a page, how dense. It is kept with the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core.admin import registry
from core.numbers import whole_number

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROWS: Final = (25, 50, 100, 200)
DENSE: Final = "dense"
ROOMY: Final = "roomy"
DENSITIES: Final[dict[str, StrOrPromise]] = {DENSE: _("dense"), ROOMY: _("comfortable")}
_COLUMNS: Final = "columns"
_MAX_QUERY: Final = 2000


def rows_a_page(choices: Mapping[str, Any], usual: int) -> int:
    """How many rows a list shows at once."""
    rows = choices.get("rows")
    return rows if rows in ROWS else usual


def density_of(choices: Mapping[str, Any]) -> str:
    """How dense the rows are."""
    density = choices.get("density")
    return density if density in DENSITIES else DENSE


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list can show; one that is `fixed` it always shows."""

    name: str
    label: str
    shown: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class View:
    """How a list is seen, for the form that changes it."""

    url: str
    query: str
    columns: Sequence[Column]
    rows: Sequence[tuple[int, bool]]
    densities: Sequence[tuple[str, StrOrPromise, bool]]


class ChosenAdmin(admin.ModelAdmin):
    """Lists whose columns each person chooses. The first column leads to the row, so it stays."""

    # Columns that a list shows to whoever asks for them.
    more_columns: ClassVar[tuple[str, ...]] = ()

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns that this person has chosen, in the list's own order."""
        usual = tuple(super().get_list_display(request))
        if getattr(request, "offers_all", False):
            return (*usual, *self.more_columns)
        columns = choices_of(request).get(_COLUMNS)
        chosen = columns.get(self.opts.label_lower) if isinstance(columns, dict) else None
        if not chosen:
            return usual
        return (usual[0], *(one for one in (*usual[1:], *self.more_columns) if _name(one) in chosen))

    def get_urls(self) -> list[Any]:
        """Adds where a view is kept."""
        keep = self.admin_site.admin_view(require_POST(self.keep_view))
        return [path("view/", keep, name=self._view_name), *super().get_urls()]

    def view_of(self, request: HttpRequest) -> View | None:
        """How the list is seen now, and how it could be; None in a window that only chooses a row."""
        if IS_POPUP_VAR in request.GET:
            return None
        shown, choices = self.get_list_display(request), choices_of(request)
        density, rows = density_of(choices), rows_a_page(choices, self.list_per_page)
        return View(
            reverse(f"admin:{self._view_name}", current_app=self.admin_site.name),
            request.GET.urlencode(),
            [
                Column(_name(one), str(label_for_field(one, self.model, self)), one in shown, place == 0)
                for place, one in enumerate(self._offered(request))
            ],
            [(one, one == rows) for one in ROWS],
            [(one, label, one == density) for one, label in DENSITIES.items()],
        )

    def keep_view(self, request: HttpRequest) -> HttpResponse:
        """Keep how this person wants to see the list, and show it so."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        rows, density = whole_number(request.POST.get("rows", "")), request.POST.get("density")
        choices: dict[str, Any] = {"rows": rows} if rows in ROWS else {}
        choices |= {"density": density} if density in DENSITIES else {}
        wanted = set(request.POST.getlist("column"))
        columns = [name for name in map(_name, self._offered(request)) if name in wanted]
        (keeper,) = registry.keepers
        viewer: Any = request.user
        keeper.keep(viewer, **choices, columns={self.opts.label_lower: columns})
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(f"{url}?{_without_order(request.POST.get('query', ''))}")

    @property
    def _view_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_view"

    def _offered(self, request: HttpRequest) -> Sequence[Any]:
        """All columns that this person may see."""
        request.offers_all = True  # type: ignore[attr-defined]
        try:
            return list(self.get_list_display(request))
        finally:
            request.offers_all = False  # type: ignore[attr-defined]


def _name(column: Any) -> str:
    """What a column is called; it may be a function."""
    return column if isinstance(column, str) else str(column.__name__)


def choices_of(request: HttpRequest) -> Mapping[str, Any]:
    """What this person has chosen."""
    choices: Any = getattr(request.user, "preferences", None)
    return choices if isinstance(choices, dict) else {}


def _without_order(text: str) -> str:
    """A list's query without the order, which names columns by their places."""
    query = QueryDict(text[:_MAX_QUERY], mutable=True)
    query.pop(ORDER_VAR, None)
    return query.urlencode()
