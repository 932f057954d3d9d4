"""The overview's panel of the latest bulk edits, one's own and one's colleagues', each with the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bulk.models import BulkJob
from bulk.pages import title_of
from core.scoping import Viewer
from web.search import page_of

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class RecentJob:
    """One bulk edit: what it did, its page, and itself."""

    title: str
    url: str
    job: BulkJob


def recent_jobs_of(administrator: Viewer) -> list[RecentJob]:
    """The latest that were run, or are running."""
    jobs = BulkJob.objects.visible_to(administrator).filter(started_at__isnull=False)
    latest = jobs.select_related("administrator__context").order_by("-pk")[:SHOWN]
    return [RecentJob(title_of(job), page_of(job), job) for job in latest]
