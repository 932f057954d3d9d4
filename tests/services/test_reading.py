"""Uploaded files are kept in the database, and read by the worker some lines at a time."""

from __future__ import annotations

import io
import signal
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.imports import lines as imports
from accounts.models import User
from accounts.services.administrators import update_administrator
from bulk import batches, edits, jobs, reading, uploads
from bulk.models import BulkJob, BulkJobItem, ImportLine, Upload, UploadPart
from bulk.reading import ABANDONED, Desk
from core import retention
from core.errors import Invalid
from core.spreadsheets import write_xlsx
from forwards.models import ForwardingAlias
from tests.services.bulk import run, upload
from tests.services.test_worker import PATIENCE, wait_until, worker_process
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db
State = BulkJob.State


def users(count: int) -> str:
    return "context,id,uidname\n" + "".join(f"24,{n},u{n}@acme.example\n" for n in range(100, 100 + count))


def packed(text: str) -> bytes:
    file = io.BytesIO()
    write_xlsx([line.split(",") for line in text.splitlines()], file)
    return file.getvalue()


def nothing_is_left() -> bool:
    return not any(model.objects.exists() for model in (Upload, UploadPart, ImportLine, BulkJobItem))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every piece of a file, of a hundred lines of CSV, is a batch."""
    monkeypatch.setattr(reading, "_LINES", 1)


@pytest.fixture
def job(world: World, few: None) -> BulkJob:
    """The import of a thousand lines, and one at the top."""
    return upload(world.administrators["alpha"], "users", users(1000))


def test_read__in_parts_whose_end_is_estimated(job: BulkJob) -> None:
    seen = []
    while job.state == State.READING:
        assert jobs.work_once() is True
        job.refresh_from_db()
        seen.append((job.done, job.total))
    assert [done for done, _total in seen] == [99, 199, 299, 399, 499, 599, 699, 799, 899, 999, 1000, 0]
    assert all(done <= total <= 1000 for done, total in seen)
    assert (job.state, job.total, job.params["encoding"]) == (State.PREVIEWING, 1000, "UTF-8")
    assert not Upload.objects.exists()
    assert not UploadPart.objects.exists()


def test_read__the_lines_are_the_jobs_rows_in_their_order(job: BulkJob) -> None:
    call_command("worker", once=True)
    job.refresh_from_db()
    assert (job.state, job.changed) == (State.READY, 1000)
    lines = dict(ImportLine.objects.values_list("pk", "number"))
    rows = list(job.items.values_list("position", "object_pk"))
    assert [lines[key] for _position, key in rows] == list(range(2, 1002))
    assert [position for position, _key in rows] == list(range(1000))


@pytest.mark.parametrize("name", ["file.csv", "file.xlsx"])
def test_read__somebody_else_goes_on_where_a_killed_worker_was(world: World, few: None, name: str) -> None:
    text = users(2000) + "24,100,again@acme.example\n"
    content = text if name == "file.csv" else packed(text)
    job = upload(world.administrators["alpha"], "users", content, name)
    for _ in range(3):
        jobs.work_once(Desk())
        BulkJob.objects.update(touched_at=timezone.now() - ABANDONED)
    job.refresh_from_db()
    assert 0 < job.done < 2001
    call_command("worker", once=True)
    job.refresh_from_db()
    assert (job.state, job.changed, job.refused) == (State.READY, 2000, 1)
    assert list(ImportLine.objects.values_list("number", flat=True)) == list(range(2, 2003))
    assert ImportLine.objects.get(number=2002).problem == "It is the same as line 2."


def test_read__a_batch_that_was_undone_is_read_again(job: BulkJob, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, freeze = Desk(), batches.freeze

    def failing(*arguments: Any) -> int:
        monkeypatch.setattr(batches, "freeze", freeze)
        raise OperationalError("no room")

    jobs.work_once(desk)
    monkeypatch.setattr(batches, "freeze", failing)
    with pytest.raises(OperationalError):
        jobs.work_once(desk)
    while jobs.work_once(desk):
        pass
    assert list(ImportLine.objects.values_list("number", flat=True)) == list(range(2, 1002))


def test_read__a_file_that_broke_off_is_not_at_its_end(job: BulkJob, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database may go while the file is fetched from it."""
    desk = Desk()

    def failing(_upload: Upload) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(reading, "opened", failing)
    with pytest.raises(OperationalError):
        jobs.work_once(desk)
    monkeypatch.setattr(reading, "opened", uploads.opened)
    while jobs.work_once(desk):
        pass
    job.refresh_from_db()
    assert (job.state, job.total) == (State.READY, 1000)


def test_read__one_worker_leaves_the_file_of_another_alone(job: BulkJob) -> None:
    first, second = Desk(), Desk()
    assert jobs.work_once(first) is True
    assert jobs.work_once(second) is False
    assert jobs.work_once(first) is True
    BulkJob.objects.update(touched_at=timezone.now() - 2 * ABANDONED)
    assert jobs.work_once(second) is True
    # Whose lines were kept meanwhile by somebody else goes on behind them.
    assert jobs.work_once(first) is True
    job.refresh_from_db()
    assert list(ImportLine.objects.values_list("number", flat=True)) == list(range(2, job.done + 2))


def test_read__other_jobs_have_their_turn(job: BulkJob, world: World) -> None:
    alpha = world.administrators["alpha"]
    other = jobs.create_job(
        administrator=alpha,
        edit=edits.edit_named("users.suspend"),
        params={},
        chosen=User.objects.filter(context=24),
        language="en",
    )
    desk = Desk()
    jobs.work_once(desk)
    jobs.work_once(desk)
    other.refresh_from_db()
    job.refresh_from_db()
    assert (other.state, job.state) == (State.READY, State.READING)


def test_read__cancelled_in_the_middle_leaves_nothing(job: BulkJob) -> None:
    desk = Desk()
    jobs.work_once(desk)
    assert ImportLine.objects.exists()
    jobs.cancel_job(job=job)
    assert nothing_is_left()
    assert jobs.work_once(desk) is False
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (State.CANCELLED, 0, 0)


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (users(500) + '24,1,"', "x.csv", "not CSV"),
        (users(500) + "x," * 2**20, "x.csv", "a line is too long"),
        ("context,id,secret\n", "x.csv", "There is no column “secret”"),
        (b"\xff\xfe1,2", "x.csv", "UTF-8"),
        (b"no zip", "x.xlsx", "XLSX"),
        (packed("context,id,uidname\n"), "x.xlsx", "no lines"),
    ],
)
def test_read__a_refused_file_is_a_sentence_and_leaves_nothing(
    world: World, few: None, content: str | bytes, name: str, word: str
) -> None:
    job = upload(world.administrators["alpha"], "users", content, name)
    while jobs.work_once():
        pass
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (State.FAILED, 0, 0)
    assert word in job.note
    assert nothing_is_left()


def test_read__too_many_lines_are_refused_when_they_are_met(
    world: World, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_LINES", 500)
    job = upload(world.administrators["alpha"], "users", users(501))
    while jobs.work_once():
        pass
    job.refresh_from_db()
    assert (job.state, job.note) == (State.FAILED, "The file has more than 500 lines.")
    assert nothing_is_left()


def test_read__lines_of_an_hour_are_counted_but_those_of_the_file_itself(
    world: World, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_KEPT", 200)
    alpha, desk = world.administrators["alpha"], Desk()
    first = upload(alpha, "users", users(1000))
    for _ in range(4):
        jobs.work_once(desk)
    BulkJob.objects.update(touched_at=None)
    call_command("worker", once=True)
    second = upload(alpha, "users", users(1))
    call_command("worker", once=True)
    states = [BulkJob.objects.get(pk=one.pk) for one in (first, second)]
    assert [one.state for one in states] == [State.READY, State.FAILED]
    assert "lines within an hour" in states[1].note


def test_read__ends_when_its_administrator_may_no_more(job: BulkJob, world: World) -> None:
    jobs.work_once()
    update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], is_active=False)
    jobs.work_once()
    job.refresh_from_db()
    assert (job.state, "no longer has permission" in job.note) == (State.FAILED, True)
    assert nothing_is_left()


def test_read__statements_do_not_grow_with_the_lines(world: World) -> None:
    counts = []
    for number in (1, 90):
        upload(
            world.administrators["alpha"], "forwards", "context,alias,recipients\n" + "24,a@acme.example,x\n" * number
        )
        # A desk of its own: one with another file on it looks whether that is still wanted.
        with CaptureQueriesContext(connection) as captured:
            jobs.work_once(Desk())
        assert not Upload.objects.exists()
        BulkJob.objects.all().delete()
        counts.append([one["sql"][:200] for one in captured])
    assert len(counts[0]) == len(counts[1]), counts


def test_upload__is_kept_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_PART", 1000)
    text = users(200)
    job = upload(world.administrators["alpha"], "users", text)
    assert UploadPart.objects.count() == -(-len(text) // 1000)
    with uploads.opened(job.upload) as file:
        file.seek(0)
        assert file.read().decode() == text


def test_upload__more_than_may_wait_is_refused(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_MB", 1)
    settings.UPLOADS_WAITING_MB = 1000
    upload(world.administrators["alpha"], "users", users(0).ljust(200))
    with pytest.raises(Invalid, match="Your earlier files"):
        upload(world.administrators["alpha"], "users", users(0))
    for name in ("beta", "alphakid", "root", "admin@alpha_acme"):
        upload(world.administrators[name], "users", users(0).ljust(200))
    with pytest.raises(Invalid, match="Too many files"):
        upload(world.administrators["admin@kid_cafe"], "users", users(0))
    call_command("worker", once=True)
    assert upload(world.administrators["alpha"], "users", users(0)).state == State.READING


def test_upload__that_nobody_read_goes_in_time(job: BulkJob, settings: Any) -> None:
    settings.BULK_KEEP_DAYS = 30
    Upload.objects.update(created_at=timezone.now() - timedelta(days=31))
    retention.purge_some()
    assert not UploadPart.objects.exists()
    jobs.work_once()
    job.refresh_from_db()
    assert (job.state, "gone" in job.note) == (State.FAILED, True)


@pytest.mark.parametrize("rows", [0, 1])
def test_finish_in_request__reads_small_files_alone(world: World, settings: Any, rows: int) -> None:
    settings.BULK_REQUEST_ROWS = rows
    job = jobs.finish_in_request(upload(world.administrators["alpha"], "users", users(1)))
    assert job.state == (State.READY if rows else State.READING)


def test_finish_in_request__a_packed_file_is_as_large_as_what_comes_out(world: World) -> None:
    content = packed(users(5000))
    assert len(content) < 200 * 1024
    job = jobs.finish_in_request(upload(world.administrators["alpha"], "users", content, "x.xlsx"))
    assert job.state == State.READING


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_worker__killed_while_it_reads_is_continued_and_no_line_is_there_twice(world: World) -> None:
    count = 20_000
    text = "context,alias,recipients\n" + "".join(f"24,a{n}@acme.example,x@far.example\n" for n in range(count))
    job = upload(world.administrators["alpha"], "forwards", text)
    with worker_process() as first:
        wait_until(lambda: BulkJob.objects.get(pk=job.pk).done > 0, first)
        first.send_signal(signal.SIGKILL)
        first.wait(PATIENCE)
    job.refresh_from_db()
    assert job.state == State.READING
    # As if the time had passed after which the file is nobody's.
    BulkJob.objects.update(touched_at=None)
    with worker_process() as second:
        wait_until(lambda: BulkJob.objects.get(pk=job.pk).state != State.READING, second)
    assert ImportLine.objects.count() == job.items.count() == count
    assert list(ImportLine.objects.values_list("number", flat=True)) == list(range(2, count + 2))


def test_import__from_the_file_to_the_rows(world: World) -> None:
    text = "context,alias,recipients\n24,one@acme.example,x@far.example\n24,two@acme.example,x@far.example\n"
    done = run(jobs.finish_in_request(upload(world.administrators["alpha"], "forwards", text)))
    assert (done.state, done.changed) == (State.DONE, 2)
    assert ForwardingAlias.objects.filter(address__in=["one@acme.example", "two@acme.example"]).count() == 2
