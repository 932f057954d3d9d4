"""Writes of the API's own: answers that are kept, and changes that are made only of what the caller has read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.machine_secrets import seal, unseal
from accounts.models import Administrator
from apiv2.models import KeptAnswer
from changelog.record import kinds_of
from changelog.versions import last_line
from core.actor import Actor
from core.errors import DomainError
from core.transactions import atomic

_Result = TypeVar("_Result")
KEPT: Final = timedelta(days=1)
# No call is at work for so long: whoever was, has been killed, and the call may come again.
_AT_WORK: Final = timedelta(hours=1)


class PreconditionFailed(DomainError):
    """The object is not any more what `If-Match` names."""


class KeyInUse(DomainError):
    """A call with the same `Idempotency-Key` is still at work."""


class KeyReused(DomainError):
    """The `Idempotency-Key` was used for something else."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: its status, its headers and its body."""

    status: int
    headers: dict[str, str]
    content: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A call that may come again: whose it is, its key, and what it asks."""

    administrator: Administrator
    key: str
    fingerprint: str


@atomic
def together(work: Callable[[], _Result]) -> _Result:
    """What `work` returns; what it does and what it looks at afterwards are one transaction."""
    return work()


@atomic
def once(call: Repeatable, work: Callable[[], Kept]) -> Kept:
    """The answer of `work`, or the one that it had before. What is refused is kept no answer of.

    All in one transaction: what is done and that it was done are there together or not at all. KeyReused; KeyInUse.
    """
    row = _taken(call)
    if row is None:
        return _found(call)
    answer = work()
    _keep(row, answer)
    return answer


def once_at_length(call: Repeatable, work: Callable[[], Kept]) -> Kept:
    """`once` for work that is more than one transaction: while it is done, who comes again is refused. KeyInUse."""
    row = _taken(call)
    if row is None:
        return _found(call)
    try:
        answer = work()
    except BaseException:
        row.delete()
        raise
    _keep(row, answer)
    return answer


def _taken(call: Repeatable) -> KeptAnswer | None:
    """The row of a call that is new; None for one that comes again."""
    now = timezone.now()
    over = Q(created_at__lt=now - KEPT) | Q(status=None, created_at__lt=now - _AT_WORK)
    KeptAnswer.objects.filter(over, administrator=call.administrator, key=call.key).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(
                administrator=call.administrator, key=call.key, fingerprint=call.fingerprint
            )
    except IntegrityError:
        return None


def _found(call: Repeatable) -> Kept:
    row = KeptAnswer.objects.filter(administrator=call.administrator, key=call.key).first()
    if row is None or row.status is None:
        raise KeyInUse("A call with this Idempotency-Key is still at work. Try again shortly.")
    if row.fingerprint != call.fingerprint:
        raise KeyReused("This Idempotency-Key was used for another call.")
    content = unseal(row.sealed)
    if content is None:
        raise KeyReused("The answer to this Idempotency-Key cannot be read any more.")
    return Kept(row.status, row.headers, content, replayed=True)


def _keep(row: KeptAnswer, answer: Kept) -> None:
    row.status, row.headers, row.sealed = answer.status, answer.headers, seal(answer.content)
    row.save(update_fields=["status", "headers", "sealed"])


@atomic
def purge_answers(before: datetime, most: int) -> int:
    """Delete at most so many answers that were kept for a day at `before`, and say how many."""
    oldest = KeptAnswer.objects.filter(created_at__lt=before - KEPT).order_by("created_at")
    count, _by_model = KeptAnswer.objects.filter(pk__in=list(oldest.values_list("pk", flat=True)[:most])).delete()
    return count


@atomic
def changed_from(
    actor: Actor, kind: str, key: int, versions: frozenset[int] | None, change: Callable[[Actor], _Result]
) -> _Result:
    """What `change` returns, when the object's version before it is one of `versions`; None: whatever it is.

    The version is looked at again when the change is made, and the services hold the row: nobody's change lies between.
    PreconditionFailed undoes it.
    """
    made: list[Any] = []
    if versions is not None:
        _check_version(kind, key, versions, made)
    result = change(replace(actor, made=made))
    if versions is not None:
        _check_version(kind, key, versions, made)
    return result


def _check_version(kind: str, key: int, versions: frozenset[int], made: list[Any]) -> None:
    own = [one.pk for one in made]
    if max(last_line(one, key, besides=own) for one in kinds_of(kind)) not in versions:
        raise PreconditionFailed("It was changed since you read it. Read it again.")
