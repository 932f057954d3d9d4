"""A worker that is killed in the middle, and real writers at the same time: nothing is lost, order is kept."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection

from accounts.models import Administrator, Context
from forwards.services import add_recipients, create_forward
from tests.services.test_feed import until_settled
from tests.serving import BASE, build_world, environment_of
from tests.webhooks.receiver import LOOPBACK, receiving
from tests.world import OPERATOR
from webhooks.delivering import Deliverer
from webhooks.services import create_webhook

PATIENCE: Final = 120
COUNT: Final = 30
# Each alias twice: made, and then changed.
WRITE: Final = """
import django
django.setup()
from accounts.models import Administrator, Context
from forwards.services import add_recipients, create_forward
from tests.world import OPERATOR
from webhooks.services import create_webhook
import os
owner = Administrator.objects.with_owner().get(login="alpha")
wanted = {{"name": "hook", "url": os.environ["URL"], "kinds": ["forward"]}}
_row, secret = create_webhook(actor=OPERATOR, administrator=owner, **wanted)
context = Context.objects.get(pk=24)
for number in range({count}):
    alias = f"n{{number}}@acme.example"
    create_forward(actor=OPERATOR, context=context, alias=alias, recipients=["a@b.example"])
    add_recipients(actor=OPERATOR, context=context, alias=alias, recipients=["c@d.example"])
print(secret)
"""


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)


def per_object(accepted: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What was done with each object, in the order in which it was told first."""
    found: dict[str, list[str]] = {}
    for one in accepted:
        actions = found.setdefault(one["data"]["label"], [])
        if one["data"]["action"] not in actions:
            actions.append(one["data"]["action"])
    return found


@pytest.mark.sqlite
def test_worker_that_is_killed__loses_nothing_and_keeps_the_order(tmp_path: Path) -> None:
    with receiving() as receiver:
        environment = environment_of(tmp_path, WEBHOOK_NETWORKS=LOOPBACK) | {"URL": receiver.url, "DEBUG": "true"}
        build_world(environment)
        made = subprocess.run(
            [sys.executable, "-c", WRITE.format(count=COUNT)],
            env=environment,
            cwd=BASE,
            check=True,
            capture_output=True,
        )
        receiver.secret = made.stdout.decode().strip()
        receiver.before = lambda: time.sleep(0.05)
        command = [sys.executable, "manage.py", "worker", "--poll", "0.2"]
        for turn in range(3):
            worker = subprocess.Popen(command, env=environment, cwd=BASE)
            try:
                until(lambda turn=turn: len(receiver.accepted) >= 15 * (turn + 1), "messages arrive")  # type: ignore[misc]
            finally:
                worker.kill()
                worker.wait()
            # A minute later nobody has it any more.
            with closing(sqlite3.connect(tmp_path / "db.sqlite3", timeout=30)) as database:
                database.execute("UPDATE webhooks_webhook SET claimed_until = created_at")
                database.commit()
        worker = subprocess.Popen(command, env=environment, cwd=BASE)
        try:
            until(lambda: len({one["data"]["id"] for one in receiver.accepted}) == 2 * COUNT, "all of them arrive")
        finally:
            worker.terminate()
            assert worker.wait(PATIENCE) == 0
    assert set(map(tuple, per_object(receiver.accepted).values())) == {("create", "update")}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_writers__each_change_arrives_in_the_order_of_its_object(settings: Any) -> None:
    """On PostgreSQL, with real transactions that end in any order, while two workers deliver and the receiver fails."""
    settings.WEBHOOK_NETWORKS = [LOOPBACK]
    until_settled()
    context = Context.objects.get(pk=24)
    with receiving() as receiver:
        owner = Administrator.objects.with_owner().get(login="alpha")
        webhook, receiver.secret = create_webhook(
            actor=OPERATOR, administrator=owner, name="hook", url=receiver.url, kinds=["forward"]
        )

        def write(lane: int) -> None:
            try:
                for number in range(8):
                    alias = f"n{lane}-{number}@acme.example"
                    create_forward(actor=OPERATOR, context=context, alias=alias, recipients=["a@b.example"])
                    add_recipients(actor=OPERATOR, context=context, alias=alias, recipients=["c@d.example"])
            finally:
                connection.close()

        threads = [threading.Thread(target=write, args=(lane,)) for lane in range(4)]
        for thread in threads:
            thread.start()
        workers = [Deliverer(), Deliverer()]
        turns, messages = itertools.count(), itertools.count()
        receiver.answer = lambda body: 500 if next(messages) % 3 == 0 else 200

        def work() -> bool:
            webhook.__class__.objects.update(paused_until=webhook.created_at)
            webhook.deliveries.update(next_at=webhook.created_at)
            workers[next(turns) % 2].run()
            return len({one["data"]["id"] for one in receiver.accepted}) == 64

        until(work, "all of them arrive")
        for thread in threads:
            thread.join()
        for worker in workers:
            worker.finish()
    assert set(map(tuple, per_object(receiver.accepted).values())) == {("create", "update")}
    assert not webhook.deliveries.exclude(state="delivered").exists()
