"""From the change log's feed to messages that wait, and what becomes of them. Each step is one transaction.

A webhook is its place in the feed: messages are made and the place moves on in the same transaction, so that nothing
is lost between them, whoever is killed. One worker at a time has the claim on a webhook; what a message's outcome is,
is kept only by who still has it. Who was killed is followed by another one, which sends again what it knows nothing of.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from changelog import feed
from changelog.feed import Forgotten, Part
from changelog.models import Change
from changelog.told import told
from core.transactions import atomic
from core.zones import as_rfc3339
from webhooks.models import Delivery, Webhook
from webhooks.sending import Message, Outcome
from webhooks.services import stored
from webhooks.upkeep import switch_off

LEASE: Final = timedelta(seconds=60)
"""For how long a webhook is a worker's that says nothing."""
SCHEDULE: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""The pauses after the first failure of a message, the second and so on, as Standard Webhooks has them."""
LONGEST_PAUSE: Final = timedelta(minutes=30)
"""Of a receiver: after so long it is asked again, with whichever message is due."""
OFF_AFTER: Final = timedelta(days=5)
OUTAGE: Final = timedelta(minutes=10)
"""Whoever is back after so long gets at once what it could not take."""
MOST_WAITING: Final = 1000
"""Messages of one webhook; the others wait in the feed."""
_PART: Final = 200
_BATCH: Final = 100
# Statuses that speak of the receiver and not of the message.
_UNAVAILABLE: Final = (429, 502, 503, 504)
_CHANGED: Final = ("state", "attempts", "next_at", "last_at", "status", "outcome")


def candidates(most: int) -> list[Webhook]:
    """Webhooks for which there is something to do, those first that nobody was at for longest."""
    now = timezone.now()
    due = Delivery.objects.filter(webhook=OuterRef("pk"), state=Delivery.State.WAITING, next_at__lte=now)
    rows: Any = (
        Webhook.objects.filter(is_active=True, claimed_until__lte=now, paused_until__lte=now)
        .select_related("administrator__reseller__parent", "administrator__context__reseller__parent")
        .annotate(has_due=Exists(due))
        .order_by("claimed_until", "pk")
    )
    found: list[Any] = [row for row in rows if row.administrator.may_act]
    if not found:
        return []
    end = feed.mark()
    return [row for row in found if row.has_due or row.at.mark != end][:most]


def claimed(row: Webhook) -> bool:
    """Whether nobody else is at it from now on; `claim` of the row says that it is ours."""
    now, row.claim = timezone.now(), secrets.token_hex(16)
    free = Webhook.objects.filter(pk=row.pk, is_active=True, claimed_until__lte=now)
    return bool(free.update(claim=row.claim, claimed_until=now + LEASE))


def take_in(row: Webhook) -> None:
    """Make messages of what came in the feed."""
    room = MOST_WAITING - row.deliveries.filter(state=Delivery.State.WAITING).count()
    if room <= 0:
        return
    part, missed_at = _part(row, min(room, _PART)), row.missed_at
    if part is None:
        part, missed_at = feed.lines_after(_lines(row), None, min(room, _PART)), timezone.now()
    _take(row, part, missed_at)


def _part(row: Webhook, most: int) -> Part | None:
    try:
        return feed.lines_after(_lines(row), row.at, most)
    except Forgotten:
        return None


@atomic
def _take(row: Webhook, part: Part, missed_at: datetime | None) -> None:
    mine = Webhook.objects.filter(pk=row.pk, claim=row.claim)
    if mine.update(place=stored(part.place), missed_at=missed_at):
        Delivery.objects.bulk_create([_message_of(row, line) for line in part.lines])


def _message_of(row: Webhook, line: Change) -> Delivery:
    return Delivery(
        webhook=row,
        # The log may be restored to an earlier moment, and the same id be given to another line.
        message=f"change_{line.pk}_{int(line.at.timestamp() * 1_000_000)}",
        event=f"{line.kind}.{line.action}",
        change_id=line.pk,
        kind=line.kind,
        key=line.key,
    )


def _lines(row: Webhook) -> QuerySet[Change]:
    """The lines that the webhook is about, of those that its owner sees."""
    lines = Change.objects.visible_to(row.administrator).order_by()
    if kinds := row.kinds.split():
        lines = lines.filter(kind__in=kinds)
    for name, value in (("reseller_id", row.of_reseller), ("context_id", row.of_context)):
        if value is not None:
            lines = lines.filter(**{name: value})
    return lines


def due_messages(row: Webhook) -> tuple[list[Delivery], list[Message]]:
    """What is to be sent now, in the order of each object. What its owner does not see any more is left out for ever.

    What failed before comes last, and alone of its object: it must not keep the others from their turn.
    """
    now, found, held = timezone.now(), list[Delivery](), set[tuple[str, int]]()
    for one in row.deliveries.filter(state=Delivery.State.WAITING).order_by("pk")[:MOST_WAITING]:
        about = (one.kind, one.key)
        if about not in held and one.next_at <= now:
            found.append(one)
        if one.attempts or one.next_at > now:
            held.add(about)
    found = sorted(found, key=lambda one: one.attempts)[:_BATCH]
    seen = Change.objects.visible_to(row.administrator).filter(pk__in=[one.change_id for one in found if one.change_id])
    lines = {line.pk: line for line in seen.order_by()}
    unseen = [one.pk for one in found if one.change_id is not None and one.change_id not in lines]
    Delivery.objects.filter(pk__in=unseen).update(state=Delivery.State.LEFT_OUT, last_at=now)
    found = [one for one in found if one.pk not in set(unseen)]
    return found, [Message(one.message, _body(row, one, lines.get(one.change_id or 0))) for one in found]


def _body(row: Webhook, delivery: Delivery, line: Change | None) -> str:
    data: dict[str, Any] = {"webhook": row.pk, "name": row.name} if line is None else told(line, row.administrator)
    at = delivery.created_at if line is None else line.at
    body = {"type": delivery.event, "timestamp": as_rfc3339(at), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


@atomic
def keep_outcomes(row: Webhook, sent: Sequence[tuple[Delivery, Outcome]], *, done: bool) -> bool:
    """Keep what became of messages; `done` gives the webhook back. False when it is not ours any more."""
    now = timezone.now()
    mine = Webhook.objects.select_for_update(of=("self",)).select_related(
        "administrator__reseller__parent", "administrator__context__reseller__parent"
    )
    kept = mine.filter(pk=row.pk, claim=row.claim).first()
    if kept is None:
        return False
    for delivery, outcome in sent:
        _settle(kept, delivery, outcome, now)
    Delivery.objects.bulk_update([delivery for delivery, _outcome in sent], _CHANGED)
    kept.claimed_until, kept.claim = (now, "") if done else (now + LEASE, kept.claim)
    names = ["failures", "failing_since", "paused_until", "succeeded_at", "claim", "claimed_until"]
    kept.save(update_fields=names)
    if not sent or sent[-1][1].is_delivered:
        return True
    if sent[-1][1].is_gone:
        switch_off(kept, Webhook.Reason.GONE)
    elif kept.failing_since is not None and now - kept.failing_since >= OFF_AFTER:
        switch_off(kept, Webhook.Reason.FAILED)
    return True


def _settle(row: Webhook, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    delivery.attempts += 1
    delivery.last_at, delivery.status, delivery.outcome = now, outcome.status, outcome.text[:200]
    if outcome.is_delivered:
        delivery.state = Delivery.State.DELIVERED
        if row.failing_since is not None and now - row.failing_since >= OUTAGE:
            _hurry(row, now)
        row.failures, row.failing_since, row.succeeded_at, row.paused_until = 0, None, now, now
        return
    pause = SCHEDULE[min(delivery.attempts, len(SCHEDULE)) - 1]
    delivery.next_at = now + pause * random.uniform(1, 1.1)  # noqa: S311  (no secret)
    # While nothing at all gets through, nothing is given up.
    alone = row.succeeded_at is not None and row.succeeded_at > delivery.created_at
    if delivery.attempts > len(SCHEDULE) and alone:
        delivery.state = Delivery.State.GIVEN_UP
    row.failures += 1
    row.failing_since = row.failing_since or now
    row.paused_until = now + min(SCHEDULE[min(row.failures, len(SCHEDULE)) - 1], LONGEST_PAUSE)


def _hurry(row: Webhook, now: datetime) -> None:
    """The receiver is back: what it could not take it gets now."""
    of_receiver = Q(status=None) | Q(status__in=_UNAVAILABLE)
    row.deliveries.filter(of_receiver, state=Delivery.State.WAITING, attempts__gt=0).update(next_at=now)
