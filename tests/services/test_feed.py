"""The feed of the change log: every line once, none left out, whatever becomes of the database behind it."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from django.db import connection, transaction
from django.utils import timezone

from changelog.entries import Entry, Owners
from changelog.feed import Forgotten, Part, Place, last, lines_after
from changelog.models import Change, Feed
from changelog.record import record, record_all
from changelog.services import purge_changes
from core.errors import Busy
from tests.mail.stack import run
from tests.postgres import find_binaries
from tests.world import OPERATOR, World

REAL: Final = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PATIENCE: Final = 60


def write(key: int, reseller: int | None = None) -> None:
    record(OPERATOR, Entry("user", key, str(key), None, {"a": key}, Owners(reseller_id=reseller)))


def until_settled() -> Place:
    """The end, once all who were at work before are done: in the whole cluster, which other tests may use too."""
    end, mine = time.monotonic() + PATIENCE, number("pg_current_xact_id()")
    while number("pg_snapshot_xmin(pg_current_snapshot())") <= mine:
        assert time.monotonic() < end, "never settled"
        time.sleep(0.02)
    while True:
        with suppress(Busy):
            return last()
        assert time.monotonic() < end, "never settled"
        time.sleep(0.02)


def number(function: str) -> int:
    """What the function says."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}::text::bigint")
        return int(cursor.fetchone()[0])


def keys_after(place: Place | None, most: int = 1000) -> tuple[list[int], Place]:
    part = lines_after(Change.objects.all(), place, most)
    return [one.key for one in part.lines], part.place


def all_after(place: Place | None, count: int) -> tuple[list[int], Place]:
    """The keys of the last so many lines. Whoever else is at work in the cluster is waited for."""
    until_settled()
    keys, place = keys_after(place)
    assert len(keys) >= count, keys
    return keys[-count:], place


class Writer:
    """A transaction of somebody else's, which ends when it is told."""

    def __init__(self, *keys: int) -> None:
        self._go, self._wrote = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(keys,))
        self._thread.start()
        assert self._wrote.wait(PATIENCE)

    def commit(self) -> None:
        """It is over now."""
        self._go.set()
        self._thread.join(PATIENCE)

    def _run(self, keys: tuple[int, ...]) -> None:
        try:
            with transaction.atomic():
                for key in keys:
                    write(key)
                self._wrote.set()
                assert self._go.wait(PATIENCE)
        finally:
            connection.close()


class TestRealTransactions:
    pytestmark = REAL

    def test_line_that_is_committed_late__is_not_skipped(self) -> None:
        place = until_settled()
        slow = Writer(1)
        write(2)
        held, place = keys_after(place)
        assert held == [], "a line with a lower id is still to come"
        slow.commit()
        assert all_after(place, 2)[0] == [1, 2]

    def test_transactions_that_end_the_other_way_round__come_once_each(self) -> None:
        place = until_settled()
        writers = [Writer(number, number + 10) for number in range(5)]
        found: list[int] = []
        for writer in reversed(writers):
            writer.commit()
            keys, place = keys_after(place, 3)
            found += keys
        until_settled()
        found += keys_after(place)[0]
        assert sorted(found) == sorted([*range(5), *range(10, 15)])

    def test_transaction_that_is_undone__holds_nothing_back_afterwards(self) -> None:
        place = until_settled()
        with transaction.atomic():
            write(1)
            transaction.set_rollback(True)
        write(2)
        until_settled()
        assert keys_after(place)[0] == [2]

    @pytest.mark.parametrize("seed", range(3))
    def test_many_writers__the_feed_gives_each_line_once(self, seed: int) -> None:
        place = until_settled()
        written: list[list[int]] = [[] for _ in range(6)]

        def work(lane: int) -> None:
            chance = random.Random(seed * 100 + lane)
            try:
                for turn in range(25):
                    _one_transaction(chance, lane * 10_000 + turn * 100, written[lane])
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(lane,)) for lane in range(6)]
        for thread in threads:
            thread.start()
        found: list[int] = []
        chance = random.Random(seed)
        while any(thread.is_alive() for thread in threads):
            keys, place = keys_after(place, chance.choice((1, 3, 1000)))
            found += keys
        until_settled()
        found += keys_after(place)[0]
        expected = [key for lane in written for key in lane]
        assert len(expected) > 50
        assert sorted(found) == sorted(expected)
        for lane in written:
            assert [key for key in found if key in set(lane)] == lane, "a writer's own lines are in order"

    def test_user_who_may_little__is_enough(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE little")
            cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO little")
            until_settled()
            try:
                cursor.execute("SET ROLE little")
                until_settled()
            finally:
                cursor.execute("RESET ROLE")
                cursor.execute("DROP OWNED BY little")
                cursor.execute("DROP ROLE little")


def _one_transaction(chance: random.Random, number: int, written: list[int]) -> None:
    """Some lines, one by one or together, committed after a while or undone."""
    keys = [number + place for place in range(chance.randint(1, 4))]
    undone = chance.random() < 0.2
    with transaction.atomic():
        if chance.random() < 0.5:
            record_all(OPERATOR, [Entry("user", key, str(key), None, {"a": 1}) for key in keys])
        else:
            for key in keys:
                write(key)
                time.sleep(chance.random() * 0.003)
        time.sleep(chance.random() * 0.01)
        transaction.set_rollback(undone)
    written += [] if undone else keys


class TestRestored:
    """The cluster is another one than that of the places: its count of transactions is lower, or lines are gone."""

    pytestmark = REAL

    def test_places_of_before__find_what_came_since(self) -> None:
        place = until_settled()
        write(1)
        _keys, seen = all_after(place, 1)
        _become_another_cluster(transactions_were_ahead=True)
        write(2)
        keys, place = all_after(seen, 2)
        assert keys == [1, 2], "rather again than not at all"
        write(3)
        until_settled()
        assert keys_after(place)[0] == [3]

    def test_lines_that_were_restored__come_before_those_that_are_new(self) -> None:
        until_settled()
        for key in (1, 2):
            write(key)
        _become_another_cluster(transactions_were_ahead=True)
        until_settled()
        write(3)
        keys, place = all_after(None, 3)
        assert keys == [1, 2, 3]
        assert keys_after(place)[0] == []

    def test_who_is_at_work_when_it_is_noticed__is_waited_for(self) -> None:
        until_settled()
        slow = Writer(1)
        write(2)
        _become_another_cluster(transactions_were_ahead=False)
        keys, place = keys_after(None)
        assert keys == []
        slow.commit()
        assert all_after(None, 2)[0] == [1, 2]
        assert all_after(place, 2)[0] == [1, 2]

    def test_standby_that_was_promoted__is_noticed(self) -> None:
        before = until_settled()
        Feed.objects.update(origin=Feed.objects.get().origin.replace(":00000001:", ":00000009:"))
        assert until_settled().epoch != before.epoch

    def test_dump_that_is_restored__loses_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        until_settled()
        write(1)
        _keys, seen = all_after(None, 1)
        write(2)
        until_settled()
        with _restored(monkeypatch):
            write(3)
            keys, place = all_after(seen, 3)
            assert keys == [1, 2, 3], "what was seen may come again, and nothing is missed"
            write(4)
            until_settled()
            assert keys_after(place)[0] == [4]


@contextmanager
def _restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within, the connection is to a copy of the database, made by pg_dump and psql."""
    parameters, name = connection.settings_dict, "restored_feed"
    where = [f"--host={parameters['HOST']}", f"--port={parameters['PORT']}", f"--username={parameters['USER']}"]
    environment = os.environ | {"PGPASSWORD": parameters["PASSWORD"]}
    dumped = run([str(find_binaries() / "pg_dump"), *where, parameters["NAME"]], env=environment).stdout
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        run(["psql", "--no-psqlrc", "--quiet", *where, f"--dbname={name}"], env=environment, input=dumped)
        with monkeypatch.context() as patched:
            connection.close()
            patched.setitem(connection.settings_dict, "NAME", name)
            try:
                yield
            finally:
                connection.close()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def _become_another_cluster(*, transactions_were_ahead: bool) -> None:
    """As after a restore of a dump: the count of transactions that the lines have is not this cluster's."""
    with connection.cursor() as cursor:
        if transactions_were_ahead:
            cursor.execute("UPDATE changelog_change SET transaction_id = transaction_id + 1000000000")
    Feed.objects.update(origin="elsewhere")


@pytest.mark.sqlite
class TestOneWriter:
    """SQLite, and what is the same everywhere."""

    def test_lines__come_in_the_order_of_their_ids(self, world: World) -> None:
        place = last()
        for key in (3, 1, 2):
            write(key)
        keys, middle = keys_after(place, 2)
        assert keys == [3, 1]
        assert keys_after(middle)[0] == [2]
        assert keys_after(keys_after(middle)[1])[0] == []

    def test_first__is_the_oldest_line(self, world: World) -> None:
        assert keys_after(None)[0][0] == Change.objects.earliest("pk").key

    def test_scope__lines_of_others_are_passed_by(self, world: World) -> None:
        place = last()
        write(1, world.resellers["beta"].pk)
        write(2, world.resellers["alpha"].pk)
        part: Part = lines_after(Change.objects.visible_to(world.administrators["alpha"]), place, 10)
        assert [one.key for one in part.lines] == [2]
        assert part.place.mark == last().mark

    def test_lines_that_were_deleted_unseen__are_told_of(self, world: World) -> None:
        place = last()
        write(1)
        write(2)
        Change.objects.filter(pk__gt=place.key).update(at=timezone.now() - timedelta(days=400))
        assert purge_changes(timezone.now() - timedelta(days=365), 100) == 2
        with pytest.raises(Forgotten):
            lines_after(Change.objects.all(), place, 10)
        assert keys_after(None)[0]

    def test_lines_that_were_deleted_after_they_were_seen__are_nobodys_concern(self, world: World) -> None:
        write(1)
        place = last()
        Change.objects.filter(pk=place.key).update(at=timezone.now() - timedelta(days=400))
        assert purge_changes(timezone.now() - timedelta(days=365), 100) == 1
        write(2)
        assert keys_after(place)[0] == [2]

    def test_place_of_another_epoch__begins_anew_where_too_much_was_deleted(self, world: World) -> None:
        place = replace(last(), epoch="another", since=int(timezone.now().timestamp()) - 30 * 86400)
        assert keys_after(place)[0]
        Feed.objects.update(deleted_before=timezone.now() - timedelta(days=2))
        with pytest.raises(Forgotten):
            keys_after(place)
        assert keys_after(replace(place, since=int(timezone.now().timestamp())))[0]
