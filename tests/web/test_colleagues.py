"""Bulk edits of colleagues: who sees them, who undoes them, and from where."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Administrator, User
from accounts.services.administrators import create_administrator
from bulk.models import BulkJob
from changelog.models import Change
from core.access import Role
from forwards.models import ForwardingAlias
from tests.services.bulk import prepare, preview, run
from tests.web.conftest import Enter
from tests.web.person import Person, page, rows_of
from tests.web.test_unhappy import text_of
from tests.world import OPERATOR, PASSWORD, World


@pytest.fixture
def colleague(world: World) -> Administrator:
    """Another clerk of alpha's."""
    return create_administrator(
        actor=OPERATOR, login="betty", role=Role.RESELLER, reseller=world.resellers["alpha"], password=PASSWORD
    )


def suspended(by: Administrator, *addresses: str) -> BulkJob:
    """A job that has suspended these aliases."""
    chosen = ForwardingAlias.objects.filter(address__in=addresses)
    return run(preview(by, "forwards.suspend", chosen))


def undo_url(job: BulkJob) -> str:
    return f"/admin/bulk/bulkjob/undo/batch/{job.batch}/"


def test_colleagues_edit__is_on_the_overview_and_in_the_list_with_the_way_back(
    alpha: Person, colleague: Administrator
) -> None:
    job = suspended(colleague, "sales@acme.example", "sales@bolt.example")
    for url in ("/admin/", page(BulkJob)):
        text = text_of(alpha.get(url))
        assert f'formaction="{undo_url(job)}"' in text, url
        assert "betty" in text, url
    alpha.post(undo_url(job), {})
    undo = BulkJob.objects.get(edit="changes.undo")
    assert (str(undo.administrator), undo.changed) == ("alpha", 2)
    alpha.post(page(undo, "start"), {"count": "2"})
    assert ForwardingAlias.objects.filter(address__startswith="sales@", is_active=False).count() == 0


@pytest.mark.parametrize("who", ["beta", "alphakid", "admin@alpha_acme", "portal-alpha"])
def test_colleagues_edit__is_hidden_from_everybody_else(
    world: World, enter: Enter, colleague: Administrator, who: str
) -> None:
    job = suspended(colleague, "sales@acme.example")
    assert not BulkJob.objects.visible_to(world.administrators[who]).exists()
    if who != "portal-alpha":
        person = enter(who)
        assert "formaction" not in text_of(person.get(page(BulkJob)))
        assert "betty" not in text_of(person.get(page(BulkJob)))
        for name in ("change", "progress", "csv"):
            answer = person.client.get(page(job, name), follow=True)
            assert answer.status_code == 404 or "betty" not in answer.content.decode()


def test_parent__sees_and_undoes_what_its_childs_staff_did(world: World, alpha: Person) -> None:
    job = suspended(world.administrators["alphakid"], "sales@cafe.example")
    assert f'formaction="{undo_url(job)}"' in text_of(alpha.get("/admin/"))
    alpha.post(undo_url(job), {})
    assert BulkJob.objects.get(edit="changes.undo").changed == 1


def test_company__administrators_see_each_others_edits_and_not_their_resellers(world: World, enter: Enter) -> None:
    other = create_administrator(
        actor=OPERATOR, login="second", role=Role.CONTEXT, context=world.contexts[24], password=PASSWORD
    )
    job = suspended(other, "sales@acme.example")
    resellers = run(preview(world.administrators["alpha"], "users.suspend", User.objects.filter(context=24)))
    person = enter("admin@alpha_acme")
    text = text_of(person.get(page(BulkJob)))
    assert undo_url(job) in text
    assert undo_url(resellers) not in text
    # What the reseller did in the company is in the company's log; that it may undo, as it may change its users.
    person.post(undo_url(resellers), {})
    assert BulkJob.objects.get(edit="changes.undo").changed == 1


def test_undo__of_what_somebody_else_did_is_no_way_in(world: World, enter: Enter, colleague: Administrator) -> None:
    job = suspended(colleague, "sales@acme.example")
    change = Change.objects.get(batch=job.batch)
    for who in ("beta", "alphakid"):
        person = enter(who)
        for url in (undo_url(job), f"/admin/bulk/bulkjob/undo/change/{change.pk}/"):
            assert person.messages(person.post(url, {})) == ["There is nothing that you could undo."]
    assert not BulkJob.objects.filter(edit="changes.undo").exists()


def test_undo__is_never_done_by_a_link(alpha: Person, colleague: Administrator) -> None:
    job = suspended(colleague, "sales@acme.example")
    alpha.get(undo_url(job), 405)


def test_preview_of_a_colleague__is_theirs_to_start_and_says_who_stopped_it(
    world: World, alpha: Person, colleague: Administrator
) -> None:
    job = preview(colleague, "forwards.suspend", ForwardingAlias.objects.filter(address="sales@acme.example"))
    assert "Prepared by betty." in text_of(alpha.get(page(job, "change")))
    alpha.post(page(job, "start"), {})
    assert BulkJob.objects.get(pk=job.pk).state == BulkJob.State.READY
    alpha.post(page(job, "cancel"), {})
    job.refresh_from_db()
    assert (job.state, job.note) == (BulkJob.State.CANCELLED, "Stopped by alpha.")


@pytest.mark.parametrize("url", ["/admin/", "/admin/bulk/bulkjob/"])
def test_pages__statements_do_not_grow_with_the_edits(world: World, alpha: Person, url: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            response = alpha.get(url)
        if url != "/admin/":
            assert len(rows_of(response)) == min(BulkJob.objects.count(), 50)
        return len(captured)

    made: dict[str, Any] = {"administrator": world.administrators["alpha"], "language": "en", "changed": 3}
    job = prepare(world.administrators["alpha"], "users.suspend", User.objects.filter(context=24))
    BulkJob.objects.update(state="done", started_at=job.created_at, changed=1)
    count()
    one = count()
    BulkJob.objects.bulk_create(
        BulkJob(edit="users.suspend", state="done", started_at=job.created_at, **made) for _ in range(49)
    )
    assert count() == one
