"""What administrators choose for themselves: how their lists look, and which hints they have read.

It is in no change log. It opens nothing and closes nothing, and is nobody else's to see or to undo.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Administrator
from core.errors import Invalid
from core.locks import locked
from core.scoping import Viewer
from core.transactions import atomic

# So many lists of columns are kept for one administrator, and so many columns of each.
_MOST: Final = 100


@atomic
def keep_preferences(*, administrator: Viewer, **choices: Any) -> None:
    """Keep the choices beside those of before; `columns` are kept for each list by itself. NotFound, Invalid."""
    row = locked(Administrator.objects.all(), administrator.pk, _("The administrator does not exist any more."))
    columns = {**row.preferences.get("columns", {}), **choices.pop("columns", {})}
    if len(columns) > _MOST or any(len(names) > _MOST for names in columns.values()):
        raise Invalid(_("That is too much to keep."))
    row.preferences = {**row.preferences, **choices, "columns": columns}
    row.save(update_fields=["preferences"])


class Keeper:
    """Keeps what is chosen in lists."""

    def keep(self, viewer: Viewer, **choices: Any) -> None:
        """Keep it with the person."""
        keep_preferences(administrator=viewer, **choices)
