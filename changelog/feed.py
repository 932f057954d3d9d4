"""Following the change log: every line once, none left out, however many write at the same time.

A line with a lower id may be committed after one with a higher id: whoever only remembers the last id that they saw
loses it. On PostgreSQL each line knows the transaction that wrote it (a default of the database's, see
`migrations/0003_transaction_id.py`). Transactions below the horizon, the oldest that is still at work, are over for
ever; lines are given out only of those, by transaction and id. SQLite has one writer, and ids in the order of commits.

Transactions are counted by a cluster. When the log was restored elsewhere or to an earlier moment, or a standby was
promoted, the count may begin again below what somebody has seen, so that is another epoch. The lines that were there
when it was noticed are its past, ordered by their ids alone; a place of another epoch is looked for by its time, some
lines before it come again, and none is missed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from changelog.models import Change, Feed
from core.errors import Busy, DomainError
from core.numbers import MAX_BIGINT

# No transaction that writes lines takes so long.
LONGEST: Final = timedelta(hours=1)
_TRANSACTION: Final = '"changelog_change"."transaction_id"'
# Which cluster counts, since it was last restored or promoted, and for which database.
_ORIGIN: Final = """
    SELECT concat_ws(':', system_identifier, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
                     (SELECT oid FROM pg_database WHERE datname = current_database()))
    FROM pg_control_system()
"""
_HORIZON: Final = f"""
    WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS at)
    SELECT horizon.at, last.transaction_id, last.id,
        (SELECT min(at) FROM changelog_change WHERE {_TRANSACTION} >= horizon.at AND id > %s)
    FROM horizon LEFT JOIN LATERAL (
        SELECT transaction_id, id FROM changelog_change WHERE {_TRANSACTION} < horizon.at AND id > %s
        ORDER BY transaction_id DESC, id DESC LIMIT 1
    ) AS last ON true
"""  # noqa: S608  (constants)


class Forgotten(DomainError):
    """Lines behind the place were deleted, as their time was up."""


@dataclass(frozen=True, slots=True)
class Place:
    """Between two lines: behind the one of this transaction and key. The past of an epoch has the transaction 0.

    Nothing behind it is older than `since`, in seconds, but for `LONGEST`.
    """

    epoch: str
    transaction: int
    key: int
    since: int

    @property
    def mark(self) -> tuple[str, int, int]:
        """What differs between places."""
        return self.epoch, self.transaction, self.key


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines in their order, and the place behind them. `is_last`: there were no more at that moment."""

    lines: list[Change]
    place: Place
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Now:
    """The feed at a moment: what is settled, and the last place of it."""

    feed: Feed
    horizon: int
    end: Place

    @property
    def knows_past(self) -> bool:
        """Whether all who were at work when the epoch began are done."""
        return self.horizon > self.feed.past_settled


def last() -> Place:
    """Behind everything that is settled now. Busy for a moment when an epoch has only begun."""
    now = _now()
    if not now.knows_past:
        raise Busy
    return now.end


def mark() -> tuple[str, int, int]:
    """What is another one as soon as more is settled."""
    return _now().end.mark


def lines_after(lines: QuerySet[Change], place: Place | None, most: int) -> Part:
    """At most so many of the lines that come behind the place; None is before the oldest that is kept. Forgotten."""
    now = _now()
    begun = Place(now.feed.epoch, 0, 0, _seconds(timezone.now())) if place is None else _resumed(place, now.feed)
    found = _of_past(lines, begun, now, most)
    if len(found) < most and now.knows_past and connection.vendor == "postgresql":
        found += _settled(lines, begun, now, most - len(found))
    if place is not None:
        _refuse_forgotten(begun)
    if len(found) == most:
        return Part(found, _place_of(found[-1], now.feed), is_last=False)
    if not now.knows_past:
        return Part(found, begun, is_last=True)
    end = max(begun, now.end, key=lambda one: one.mark)
    return Part(found, replace(end, since=now.end.since), is_last=True)


def _of_past(lines: QuerySet[Change], place: Place, now: _Now, most: int) -> list[Change]:
    past = now.feed.past
    if not now.knows_past or place.transaction or place.key >= past:
        return []
    return list(lines.filter(pk__gt=place.key, pk__lte=past).order_by("pk")[:most])


def _settled(lines: QuerySet[Change], place: Place, now: _Now, most: int) -> list[Change]:
    rows = _with_transaction(lines).filter(
        Q(transaction__gt=place.transaction) | Q(pk__gt=place.key),
        pk__gt=now.feed.past,
        transaction__gte=place.transaction,
        transaction__lt=now.horizon,
    )
    return list(rows.order_by("transaction", "pk")[:most])


def _with_transaction(lines: Any) -> Any:
    # The column is no field of the model.
    return lines.annotate(transaction=RawSQL(_TRANSACTION, []))  # noqa: S611  (a constant)


def _place_of(line: Change, feed: Feed) -> Place:
    return Place(feed.epoch, getattr(line, "transaction", 0), line.pk, _seconds(line.at))


def _now() -> _Now:
    feed = _current()
    now = timezone.now()
    if connection.vendor != "postgresql":
        newest = Change.objects.aggregate(last=Max("pk"))["last"] or 0
        return _Now(feed, MAX_BIGINT, Place(feed.epoch, 0, newest, _seconds(now)))
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON, [feed.past, feed.past])
        horizon, transaction, key, unsettled = cursor.fetchone()
    oldest = _seconds(min(unsettled or now, now))
    if horizon <= feed.past_settled:
        return _Now(feed, horizon, Place(feed.epoch, 0, 0, oldest))
    return _Now(feed, horizon, Place(feed.epoch, transaction or 0, key or feed.past, oldest))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


# --- epochs ------------------------------------------------------------------------------------------------------


def begin(**kwargs: object) -> None:
    """After a migration, and not in somebody's transaction: the first epoch, or another one."""
    _current()


def _current() -> Feed:
    """The epoch that is now; begun, if it is not known yet."""
    origin = _origin()
    feed = Feed.objects.first()
    if feed is not None and feed.origin == origin:
        return feed
    return _begin(feed, origin)


def _origin() -> str:
    if connection.vendor != "postgresql":
        return connection.vendor
    with connection.cursor() as cursor:
        cursor.execute(_ORIGIN)
        ((origin,),) = cursor.fetchall()
    return str(origin)


def _begin(before: Feed | None, origin: str) -> Feed:
    """Another epoch. Whoever comes second finds that of the first."""
    past, settled = MAX_BIGINT, 0
    if connection.vendor == "postgresql":
        past = Change.objects.aggregate(last=Max("pk"))["last"] or 0
        with connection.cursor() as cursor:
            if past:
                # Whoever took a lower id before that was seen has a transaction by the end of the pause.
                cursor.execute("SELECT pg_sleep(0.2)")
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            ((settled,),) = cursor.fetchall()
    values: dict[str, Any] = {"epoch": secrets.token_hex(6), "origin": origin, "past": past, "past_settled": settled}
    values |= {"deleted_transaction": 0, "deleted_key": 0}
    if before is None:
        Feed.objects.bulk_create([Feed(**values)], ignore_conflicts=True)
    else:
        Feed.objects.filter(epoch=before.epoch).update(**values)
    return Feed.objects.get()


def _resumed(place: Place, feed: Feed) -> Place:
    """The place in the present epoch. Forgotten."""
    if place.epoch == feed.epoch:
        return place
    moment = datetime.fromtimestamp(place.since, UTC) - LONGEST
    if feed.deleted_before is not None and moment < feed.deleted_before:
        raise Forgotten("The log was restored, and changes after this place were deleted. Begin anew.")
    oldest = Change.objects.filter(at__gte=moment).aggregate(key=Min("pk"))["key"]
    return Place(feed.epoch, 0, feed.past if oldest is None else min(oldest - 1, feed.past), place.since)


def _refuse_forgotten(place: Place) -> None:
    """Forgotten. To be asked after the lines were read: they may have been deleted just before."""
    feed = Feed.objects.get()
    if place.epoch == feed.epoch and (place.transaction, place.key) < (feed.deleted_transaction, feed.deleted_key):
        raise Forgotten("Changes after this place were deleted, as their time was up. Begin anew.")


def forget(keys: Sequence[int], before: datetime) -> None:
    """Remember that these lines go, which are older than the moment: who has not seen them yet is told."""
    feed = Feed.objects.select_for_update().first()
    if feed is None or not keys:
        return
    places = [(0, key) for key in keys if key <= feed.past]
    if connection.vendor == "postgresql" and len(places) < len(keys):
        lines = _with_transaction(Change.objects.filter(pk__in=keys, pk__gt=feed.past))
        places += lines.order_by().values_list("transaction", "pk")
    known = (feed.deleted_transaction, feed.deleted_key)
    feed.deleted_transaction, feed.deleted_key = max([known, *places])
    feed.deleted_before = max(before, feed.deleted_before or before)
    feed.save(update_fields=["deleted_transaction", "deleted_key", "deleted_before"])
