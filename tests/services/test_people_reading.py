"""A company's own spreadsheet that is too large for a request: whichever worker reads it, the outcome is the same."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.imports.lines import lines_of
from accounts.imports.people import Mapping, people_of
from accounts.models import User
from accounts.services.users import create_user
from bulk import edits, jobs, reading
from bulk.bad_lines import bad_lines
from bulk.models import BulkJob, ImportLine, Upload, UploadPart
from bulk.reading import ABANDONED, Desk
from core.errors import Invalid, NotAllowed
from core.tables import resource_named
from tests.services.bulk import run
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db
State = BulkJob.State
HEADS = ["First", "Last", "Mail"]


def mapping(**more: Any) -> Mapping:
    values: dict[str, Any] = {"context": 24, "heads": HEADS, "columns": ["first", "last", "address"], "head_row": 1}
    return Mapping(**{**values, "domain": "acme.example", "first_id": 100, **more})


def kept(world: World, text: str) -> BulkJob:
    """The job of a file that waits for its columns."""
    return jobs.create_upload_job(
        administrator=world.administrators["alpha"],
        edit=edits.edit_named("import.users"),
        params={"file": "staff.csv", "skip_bad": True, "people": {"context": 24}, "sample": []},
        name="staff.csv",
        file=io.BytesIO(text.encode()),
        language="en",
        asks_for_columns=True,
    )


def staff(count: int) -> str:
    return "First,Last,Mail\n" + "".join(f"Ann,Lee,{'x' * (n % 7 == 0) and f'x{n}@'}\n" for n in range(count))


def test_read__is_not_begun_before_the_columns_are_known(world: World) -> None:
    job = kept(world, staff(3))
    assert jobs.work_once(Desk()) is False
    with pytest.raises(NotAllowed):
        jobs.read_by(administrator=world.administrators["root"], job=job, params=mapping().params())
    jobs.read_by(administrator=world.administrators["alpha"], job=job, params=mapping().params())
    assert jobs.work_once(Desk()) is True


def test_read__somebody_else_goes_on_with_the_same_ids_and_addresses(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LINES", 1)
    job = kept(world, staff(300))
    jobs.read_by(administrator=world.administrators["alpha"], job=job, params=mapping().params())
    jobs.work_once(Desk())
    BulkJob.objects.update(touched_at=timezone.now() - ABANDONED)
    job.refresh_from_db()
    assert 0 < job.done < 300
    call_command("worker", once=True)
    job.refresh_from_db()
    assert (job.state, job.changed, job.refused) == (State.READY, 257, 43)
    data = [line.data for line in ImportLine.objects.order_by("number") if line.data]
    assert [one["id"] for one in data] == list(range(100, 357))
    assert len({one["uidname"] for one in data}) == 257
    # The file stays for a second thought about its columns, and goes with the decision.
    assert Upload.objects.exists()
    run(job)
    assert not Upload.objects.exists()
    assert not UploadPart.objects.exists()
    call_command("worker", once=True)
    assert User.objects.filter(context=24, number__gte=100).count() == 257


def test_read__again_by_other_columns_leaves_nothing_of_the_first_time(world: World) -> None:
    job = kept(world, staff(30))
    alpha = world.administrators["alpha"]
    jobs.finish_in_request(jobs.read_by(administrator=alpha, job=job, params=mapping().params()))
    other = mapping(columns=["first", "last", ""], pattern="first")
    job = jobs.finish_in_request(jobs.read_by(administrator=alpha, job=job, params=other.params()))
    assert (job.state, job.total, job.changed) == (State.READY, 30, 30)
    assert ImportLine.objects.count() == job.items.count() == 30
    run(job)
    with pytest.raises(Invalid):
        jobs.read_by(administrator=alpha, job=job, params=mapping().params())


def test_read__of_a_file_that_was_kept_too_long(world: World) -> None:
    job = kept(world, staff(3))
    Upload.objects.all().delete()
    with pytest.raises(Invalid, match="gone"):
        jobs.read_by(administrator=world.administrators["alpha"], job=job, params=mapping().params())


def test_lines__statements_do_not_grow(world: World) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="ann0.lee@acme.example")
    resource = resource_named("users")(world.administrators["alpha"])

    def count(people: int) -> int:
        rows = [(1, HEADS), *((n + 2, [f"Ann{n}", "Lee", ""]) for n in range(people))]
        with CaptureQueriesContext(connection) as captured:
            lines = [line for piece in people_of(resource, mapping(), [rows], Upload().pk) for line in piece]
        assert len(lines) == people
        assert lines[0].data["uidname"] == "ann0.lee2@acme.example"
        return len(captured)

    assert count(2) == count(50)


def test_lines__of_a_company_that_is_not_ones_own(world: World) -> None:
    resource = resource_named("users")(world.administrators["beta"])
    with pytest.raises(Invalid, match="no context 24"):
        list(people_of(resource, mapping(), [[(1, HEADS)]], Upload().pk))


def test_bad_lines__have_no_second_column_of_what_is_wrong(world: World) -> None:
    resource = resource_named("users")(world.administrators["alpha"])
    rows = [(1, ["was falsch ist", "context", "id"]), (2, ["old", "24", "42"])]
    [[line]] = list(lines_of(resource, [rows], Upload().pk))
    assert (line.problem, line.data) == ("", {"context": 24, "id": 42})
    job = BulkJob(params={"heads": ["was falsch ist", "context", "id"]}, administrator=world.administrators["alpha"])
    job.edit, job.language = "import.users", "en"
    job.save()
    assert list(bad_lines(job)) == [["what is wrong", "context", "id"]]
