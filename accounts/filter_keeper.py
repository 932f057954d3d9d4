"""The filters with names, as the web admin's lists ask for them."""

from __future__ import annotations

from accounts.models import SavedFilter
from accounts.services.saved_filters import delete_filter, save_filter
from core.admin.registry import SavedFilter as Offered
from core.scoping import Viewer


class Keeper:
    """Keeps the filters of lists."""

    def offered(self, viewer: Viewer, listed: str) -> list[Offered]:
        """The viewer's own, and those that colleagues share."""
        rows = SavedFilter.objects.visible_to(viewer).filter(listed=listed).select_related("administrator__context")
        return [
            Offered(
                row.pk,
                row.name,
                row.query,
                "" if row.administrator_id == viewer.pk else str(row.administrator),
                row.is_shared,
            )
            for row in rows
        ]

    def keep(self, viewer: Viewer, *, listed: str, name: str, query: str, is_shared: bool) -> None:
        """Keep it as the viewer's own."""
        save_filter(administrator=viewer, listed=listed, name=name, query=query, is_shared=is_shared)

    def forget(self, viewer: Viewer, key: int) -> None:
        """Delete it, if it is the viewer's own."""
        delete_filter(administrator=viewer, key=key)
