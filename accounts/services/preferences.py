"""What administrators choose for themselves: how their lists look, which hints they have read, their favourites.

With them is what they opened last. Objects are kept by model and key alone: whoever shows them looks them up anew.

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
RECENT: Final = 10
"""So many objects that were opened last are kept."""
FAVOURITES: Final = 50
"""So many favourites somebody may have; with one more the oldest is none any longer."""
_RECENT: Final = "recent"
_FAVOURITES: Final = "favourites"

# The label of a model and the key of its row.
Found = tuple[str, int]


@atomic
def keep_preferences(*, administrator: Viewer, **choices: Any) -> None:
    """Keep the choices beside those of before; `columns` are kept for each list by itself. NotFound, Invalid."""
    row = locked(Administrator.objects.all(), administrator.pk, _("The administrator does not exist any more."))
    columns = {**row.preferences.get("columns", {}), **choices.pop("columns", {})}
    if len(columns) > _MOST or any(len(names) > _MOST for names in columns.values()):
        raise Invalid(_("That is too much to keep."))
    row.preferences = {**row.preferences, **choices, "columns": columns}
    row.save(update_fields=["preferences"])


def recent_of(administrator: Viewer) -> list[Found]:
    """What the administrator opened last, the latest first. No statement: it comes with the administrator's row."""
    return _objects(administrator.preferences, _RECENT)


def favourites_of(administrator: Viewer) -> list[Found]:
    """The administrator's favourites, the latest first. No statement."""
    return _objects(administrator.preferences, _FAVOURITES)


@atomic
def note_opened(*, administrator: Viewer, listed: str, key: int) -> None:
    """Put the object first among those that were opened last.

    It is left out while somebody holds the administrator's row: who only looks at a page waits for nobody.
    """
    rows = Administrator.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    row = rows.filter(pk=administrator.pk).first()
    if row is not None:
        _put_first(row, _RECENT, (listed, key), RECENT)


@atomic
def set_favourite(*, administrator: Viewer, listed: str, key: int, wanted: bool) -> None:
    """Make the object a favourite, or none any longer. NotFound."""
    row = locked(Administrator.objects.all(), administrator.pk, _("The administrator does not exist any more."))
    _put_first(row, _FAVOURITES, (listed, key), FAVOURITES if wanted else 0)


def _put_first(row: Administrator, name: str, found: Found, most: int) -> None:
    """Keep the object before `most` - 1 others; with 0 all of the others and not this one."""
    others = [one for one in _objects(row.preferences, name) if one != found]
    row.preferences = {**row.preferences, name: [found, *others][:most] if most else others}
    row.save(update_fields=["preferences"])


def _objects(preferences: Any, name: str) -> list[Found]:
    kept = preferences.get(name) if isinstance(preferences, dict) else None
    return [(str(one[0]), int(one[1])) for one in kept or ()]


class Keeper:
    """Keeps what is chosen in lists and on the pages of objects."""

    def keep(self, viewer: Viewer, **choices: Any) -> None:
        """Keep it with the person."""
        keep_preferences(administrator=viewer, **choices)

    def opened(self, viewer: Viewer, listed: str, key: int) -> None:
        """Keep that the object was opened, unless it is the latest already."""
        if recent_of(viewer)[:1] != [(listed, key)]:
            note_opened(administrator=viewer, listed=listed, key=key)

    def is_favourite(self, viewer: Viewer, listed: str, key: int) -> bool:
        """Whether the object is one of the viewer's favourites."""
        return (listed, key) in favourites_of(viewer)

    def favour(self, viewer: Viewer, listed: str, key: int, *, wanted: bool) -> None:
        """Make the object a favourite, or none any longer."""
        set_favourite(administrator=viewer, listed=listed, key=key, wanted=wanted)
