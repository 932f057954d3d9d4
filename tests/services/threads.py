"""Running services at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from core.errors import DomainError

# Only so that a test that hangs fails in the end; nothing here waits for time to pass.
PATIENCE = 60

Task = Callable[[], Any]


def race(*tasks: Task) -> list[Any]:
    """What each task returns, or the refusal that it raises; any other error, a deadlock's too, fails the test."""
    return compete(tasks)[0]


def compete(*rounds: Sequence[Task]) -> list[list[Any]]:
    """Several races one after the other, all with the same threads, so that the start is close."""
    width = len(rounds[0])
    barrier = Barrier(width)

    def run(lane: int) -> list[Any]:
        connection.ensure_connection()
        try:
            return [_outcome(tasks[lane], barrier) for tasks in rounds]
        except BaseException:
            barrier.abort()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(width) as pool:
        lanes = [future.result(PATIENCE) for future in [pool.submit(run, lane) for lane in range(width)]]
    return [list(outcomes) for outcomes in zip(*lanes, strict=True)]


def _outcome(task: Task, barrier: Barrier) -> Any:
    barrier.wait(PATIENCE)
    try:
        return task()
    except DomainError as error:
        return error


def kinds(outcomes: Sequence[Any]) -> Counter[Any]:
    """How many outcomes of each kind: values as they are, refusals by their class."""
    return Counter(type(one) if isinstance(one, DomainError) else one for one in outcomes)
