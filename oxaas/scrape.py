"""`/metrics`: what the machine's processes have measured, and how the database is, for who shows the token."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.conf import settings
from django.db import Error, connection
from django.db.models import Count, F, Min, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

import oxaas
from accounts.login.lockout import locked_out
from bulk.heartbeat import last_seen
from bulk.models import ACTIVE, BulkJob
from oxaas.metrics import PREFIX, forget_the_dead

if TYPE_CHECKING:
    from prometheus_client import Metric

logger = logging.getLogger(__name__)

PATH: Final = "/metrics"
_SIZES: Final = """
    SELECT relname, greatest(reltuples, 0), pg_total_relation_size(oid)
    FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname = ANY (%s)
"""
Sample = tuple[dict[str, str], float]


def metrics(request: HttpRequest, refused: bool) -> HttpResponse:
    """The figures; 404 where there are none, and for who shows another token.

    `refused` is who finds others waiting for the database already.
    """
    given = request.META.get("HTTP_AUTHORIZATION", "").partition("Bearer ")[2]
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=404)
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
    from prometheus_client.multiprocess import MultiProcessCollector

    folder, registry = Path(settings.METRICS_FOLDER), CollectorRegistry()
    registry.register(_Database(refused))
    if folder.is_dir():
        forget_the_dead(folder)
        MultiProcessCollector(registry, str(folder))
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"}
    )


class _Database:
    """What is asked of the database each time: the same whichever machine is asked."""

    def __init__(self, refused: bool) -> None:
        self._refused = refused

    def describe(self) -> list[Metric]:
        """Nothing is asked while the collector is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The version that is asked, and all of the figures, or that the database does not answer."""
        yield _gauge("build_info", "Always 1; the version is the label", [({"version": oxaas.__version__}, 1.0)])
        try:
            found = [] if self._refused else list(_figures())
        except Error as error:
            logger.warning("the database gives no figures: %s", error)
            found = []
        yield _gauge("database_up", "Whether the database answers", [({}, float(bool(found)))])
        yield from found


def _figures() -> Iterator[Metric]:
    yield from _jobs()
    seen = last_seen()
    if seen is not None:
        yield _gauge("worker_seen_seconds", "Seconds since a worker was seen", [({}, _age(seen))])
    yield _gauge("locked_out", "Accounts, names and addresses that are locked out now", [({}, float(locked_out()))])
    sizes = list(_sizes())
    yield _gauge("table_rows", "Rows of a table, about", [({"table": name}, rows) for name, rows, _size in sizes])
    if any(size is not None for _name, _rows, size in sizes):
        found = [({"table": name}, size or 0.0) for name, _rows, size in sizes]
        yield _gauge("table_bytes", "Size of a table with its indexes", found)


def _jobs() -> Iterator[Metric]:
    """The queue: what the worker has to do. A preview that waits for a person is not in it."""
    by_state = dict(BulkJob.objects.order_by().values_list("state").annotate(number=Count("pk")))
    states = [({"state": str(state)}, float(by_state.get(state, 0))) for state in (*ACTIVE, BulkJob.State.READY)]
    waiting = BulkJob.objects.filter(state__in=ACTIVE).aggregate(
        rows=Sum(F("total") - F("done")),
        begun=Min(Coalesce("started_at", "created_at")),
        touched=Min(Coalesce("touched_at", "started_at", "created_at")),
    )
    yield _gauge("jobs", "Bulk edits by state", states)
    yield _gauge("job_rows_waiting", "Rows that the worker has yet to do", [({}, float(waiting["rows"] or 0))])
    yield _gauge("job_oldest_seconds", "Age of the oldest bulk edit that is at work", [({}, _age(waiting["begun"]))])
    yield _gauge("job_untouched_seconds", "Since a worker turned to each of them", [({}, _age(waiting["touched"]))])


def _age(since: datetime | None) -> float:
    return 0.0 if since is None else (timezone.now() - since).total_seconds()


def _sizes() -> Iterator[tuple[str, float, float | None]]:
    """Name, rows and bytes of our tables: what grows, grows in one of them."""
    models = [one for one in apps.get_models() if one._meta.managed]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_SIZES, [[one._meta.db_table for one in models]])
            rows: list[Any] = cursor.fetchall()
        yield from ((name, float(count), float(size)) for name, count, size in sorted(rows))
        return
    for model in models:
        yield model._meta.db_table, float(model._default_manager.count()), None


def _gauge(name: str, words: str, samples: list[Sample]) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    found = GaugeMetricFamily(f"{PREFIX}_{name}", words, labels=list(samples[0][0]) if samples else [])
    for labels, value in samples:
        found.add_metric(list(labels.values()), value)
    return found
