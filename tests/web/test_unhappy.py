"""What people see when there is nothing to see, when something is refused, and when they want back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import Context, User
from bulk.models import BulkJob
from changelog.models import Change
from forwards.models import ForwardingAlias
from tests.services.bulk import prepare
from tests.web.conftest import Enter
from tests.web.person import Person, everything, page
from tests.web.test_bulk import choose, decide, keys
from tests.world import World


def text_of(response: Any) -> str:
    """The page's source with single blanks."""
    return " ".join(response.content.decode().split())


def test_unknown_page__says_so_in_the_readers_language_and_leads_back(enter: Enter, world: World) -> None:
    world.administrators["alpha"].language = "de"
    world.administrators["alpha"].save()
    text = text_of(enter("alpha").get("/admin/nothing/here/", 404))
    assert '<html lang="de">' in text
    assert "Diese Seite gibt es nicht." in text
    assert 'href="/admin/"' in text


def test_refused_page__says_so_and_leads_back(enter: Enter) -> None:
    text = text_of(enter("admin@alpha_acme").get("/admin/domains/explicitdomain/", 403))
    assert "You do not have permission to do this." in text
    assert 'href="/admin/"' in text


def test_form_without_its_token__says_what_to_do(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.administrators["alpha"], backend="accounts.login.backends.LoginBackend")
    response = client.post(page(User, "add"), {})
    assert response.status_code == 403
    assert "The form is too old." in text_of(response)


def test_failure__says_so_and_shows_nothing_of_the_inside(
    alpha: Person, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("web.site.dashboard_for", fail)
    alpha.client.raise_request_exception = False
    text = text_of(alpha.get("/admin/", 500))
    assert "Something went wrong." in text
    assert "secret" not in text


def test_empty_list__leads_to_the_first_one(alpha: Person) -> None:
    ForwardingAlias.objects.all().delete()
    text = text_of(alpha.get(page(ForwardingAlias)))
    assert "There is nothing here yet." in text
    assert f'href="{page(ForwardingAlias, "add")}"' in text
    assert 'name="action"' not in text


def test_list_without_a_hit__leads_to_all(alpha: Person) -> None:
    text = text_of(alpha.get(page(User), q="nobody-at-all"))
    assert "Nothing matches the search and the filters." in text
    assert "There is nothing here yet." not in text


def test_list_of_bulk_edits__says_how_to_begin(alpha: Person) -> None:
    assert "Tick rows in a list" in text_of(alpha.get(page(BulkJob)))


def test_delete_page__says_what_goes_and_leads_back_without_a_script(alpha: Person, world: World) -> None:
    context = world.contexts[24]
    text = text_of(alpha.get(page(context, "delete")))
    assert f"The context <strong>{context}</strong> will be deleted, and with it: </p>" in text
    assert "<li>Users: 1</li>" in text
    assert f'<a class="closelink" href="{page(context, "change")}">No, take me back</a>' in text
    assert Context.objects.filter(pk=24).exists()


def test_result__undo_goes_to_a_preview_of_the_whole_batch(alpha: Person) -> None:
    before = ForwardingAlias.objects.in_bulk(keys("sales@acme.example"))
    choose(alpha, "forwards.suspend", keys("sales@acme.example", "sales@bolt.example"), status=302)
    job = decide(alpha, BulkJob.objects.get())
    shown = text_of(alpha.get(page(job, "change")))
    undoing = f"/admin/bulk/bulkjob/undo/batch/{job.batch}/"
    assert f'formaction="{undoing}"' in shown
    assert f'href="{page(Change)}?batch={job.batch}"' in shown
    assert '<form id="undo" method="post" hidden>' in shown
    assert f'<a class="closelink" href="{page(ForwardingAlias)}">Back to the list</a>' in shown
    alpha.post(undoing, {})
    undo = BulkJob.objects.get(edit="changes.undo")
    assert (undo.total, undo.changed) == (2, 2)
    decide(alpha, undo)
    for alias in ForwardingAlias.objects.filter(pk__in=before):
        assert alias.is_active is before[alias.pk].is_active


def test_discarded_preview__says_that_nothing_has_changed(alpha: Person) -> None:
    choose(alpha, "forwards.suspend", keys("sales@acme.example"), status=302)
    before = everything()
    job = BulkJob.objects.get()
    alpha.post(page(job, "cancel"), {})
    text = text_of(alpha.get(page(job, "change")))
    assert "It was discarded: nothing has changed." in text
    assert "changes.undo" not in text
    assert {**everything(), "accounts.BulkJob": []} == {**before, "accounts.BulkJob": []}


def test_list_of_bulk_edits__calls_an_import_by_its_file(alpha: Person, world: World) -> None:
    job = prepare(world.administrators["alpha"], "users.suspend", User.objects.filter(context=24))
    job.edit, job.params = "import.users", {"file": "staff.csv", "skip_bad": False}
    job.save()
    text = text_of(alpha.get(page(BulkJob)))
    assert ">Import of staff.csv</a>" in text


@pytest.mark.parametrize(("language", "shown"), [("en", "4 Nov 2026"), ("de", "04.11.2026")])
def test_dates__cannot_be_misread(language: str, shown: str) -> None:
    with translation.override(language):
        assert date_format(date(2026, 11, 4), "SHORT_DATE_FORMAT") == shown
