"""What a load balancer is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from bulk import heartbeat
from bulk.models import Heartbeat
from core.chores import all_chores
from mailstats.guard import FAILURES
from mailstats.services import guard
from mailstats.stores import StoreError

pytestmark = pytest.mark.django_db


def ask(path: str = "/health/ready") -> tuple[int, dict[str, str]]:
    """Status and answer, asked for under a name that is nobody's."""
    response: Any = Client().get(path, headers={"host": "10.1.2.3"})
    assert response.status_code == 200 or response["Retry-After"] == "5"
    return response.status_code, response.json()


def test_ready__with_all_that_it_takes() -> None:
    heartbeat.beat()
    assert ask() == (
        200,
        {"status": "ready", "database": "writable", "migrations": "applied", "worker": "alive", "mail_store": "ok"},
    )


def test_ready__without_a_worker_is_not() -> None:
    assert ask()[1]["worker"] == "not seen"
    Heartbeat.objects.create(name="worker", seen_at=timezone.now() - heartbeat.ALIVE - timedelta(seconds=1))
    status, answer = ask()
    assert (status, answer["status"], answer["worker"]) == (503, "not ready", "not seen")


def test_ready__worker_says_that_it_is_there() -> None:
    assert heartbeat.HEARTBEAT in all_chores()
    assert not heartbeat.worker_is_alive()
    for _ in range(2):
        assert heartbeat.HEARTBEAT.run() is False
    assert heartbeat.worker_is_alive()
    assert Heartbeat.objects.count() == 1


def test_ready__without_a_migration_is_not() -> None:
    heartbeat.beat()
    MigrationRecorder(connection).record_unapplied("forwards", "0001_initial")
    status, answer = ask()
    assert (status, answer["migrations"]) == (503, "missing")


@pytest.mark.postgres
def test_ready__read_only_database_is_not() -> None:
    heartbeat.beat()
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    status, answer = ask()
    assert (status, answer["database"]) == (503, "read-only")


def test_ready__mail_store_that_does_not_answer_is_named_and_no_obstacle(settings: Any) -> None:
    heartbeat.beat()
    for _ in range(FAILURES):
        with pytest.raises(StoreError), guard(settings.MAIL_STORE).call():
            raise StoreError("away", whole=True)
    status, answer = ask()
    assert (status, answer["mail_store"]) == (200, "no answer")


@pytest.mark.parametrize(("path", "status"), [("/health/live", 200), ("/health", 503), ("/health/ready", 503)])
def test_database_away__is_said_by_all_but_live(monkeypatch: pytest.MonkeyPatch, path: str, status: int) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", fail)
    assert ask(path)[0] == status


def test_health__is_not_led_to_https(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert ask("/health") == ask("/health/live") == (200, {"status": "ok"})
