"""The last changes, those of one batch as one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from changelog.models import Change
from changelog.words import kind_name
from core.scoping import Viewer

RECENT: Final = 10
# So many changes are looked at, twice at most: a batch may have any number.
_READ: Final = 50


@dataclass(slots=True)
class Line:
    """A change, or the last one of a batch of `count`."""

    change: Change
    count: int = 1

    @property
    def words(self) -> str:
        """What was done to which kind of object."""
        return f"{kind_name(self.change.kind)} {self.change.get_action_display()}"

    @property
    def url(self) -> str:
        """The change's page, or the list of the batch."""
        if self.count == 1:
            return reverse("admin:changelog_change_change", args=[self.change.pk])
        return f"{reverse('admin:changelog_change_changelist')}?{urlencode({'batch': str(self.change.batch)})}"


def recent_changes(administrator: Viewer) -> list[Line]:
    """The last lines that this person sees; at most three statements."""
    visible = Change.objects.visible_to(administrator).order_by("-id")
    lines: dict[object, Line] = {}
    for _time in range(2):
        batches = [line.change.batch for line in lines.values() if line.change.batch]
        rows = visible.exclude(batch__in=batches) if batches else visible
        last = min((line.change.pk for line in lines.values()), default=None)
        found = list((rows if last is None else rows.filter(pk__lt=last))[:_READ])
        for change in found:
            lines.setdefault(change.batch or change.pk, Line(change))
        if len(lines) >= RECENT or len(found) < _READ:
            break
    shown = list(lines.values())[:RECENT]
    counts = dict(
        Change.objects.visible_to(administrator)
        .filter(batch__in=[line.change.batch for line in shown if line.change.batch])
        .order_by()
        .values_list("batch")
        .annotate(n=Count("pk"))
    )
    for line in shown:
        line.count = counts.get(line.change.batch, 1)
    return shown
