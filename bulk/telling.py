"""What the worker tells of the batches that it does: a line in the log, and figures for whoever measures."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings

from bulk.models import BulkJob
from core import trace

logger = logging.getLogger("oxaas.job")


def told(job: BulkJob, work: Callable[[BulkJob], BulkJob]) -> None:
    """Do one batch of the job. The end of a phase is a line for everybody, a batch within it for whoever debugs."""
    phase, done = job.state, job.done
    with trace.traced(f"job-{job.pk}") as one:
        job = work(job)
        goes_on, kind = job.state == phase, {"edit": job.edit, "phase": phase}
        stopped = job.state in {BulkJob.State.FAILED, BulkJob.State.CANCELLED}
        rows = (job.done if goes_on or stopped else job.total) - done
        trace.count("job_rows", rows, **kind)
        trace.took("job_batch", one.seconds, **kind)
        trace.measure_database(one)
        slow = one.seconds * 1000 >= settings.LOG_SLOW_JOB_MS > 0
        trace.tell(
            logger,
            logging.WARNING if slow else logging.DEBUG if goes_on else logging.INFO,
            "slow batch" if slow else "batch",
            **kind,
            state=job.state,
            rows=rows,
            total=job.total,
            batch=str(job.batch),
            administrator=job.administrator_id,
            **one.figures(),
        )
