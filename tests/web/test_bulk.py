"""The three steps of a bulk edit in the web admin, and who sees what of them."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any, Final

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Administrator, ConfigProperty, Context, User
from bulk import jobs, notices
from bulk.models import BulkJob
from bulk.planned import PlannedEdit
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from forwards.services import create_forward, set_forward_active
from tests.services.bulk import prepare, preview
from tests.web.conftest import Enter
from tests.web.person import Person, everything, page
from tests.world import OPERATOR, World

NEW: Final = "new@elsewhere.example"
LIST: Final = page(ForwardingAlias)
MODELS: Final = {"contexts": Context, "users": User, "aliases": ForwardingAlias, "domains": ExplicitDomain}


def keys(*addresses: str) -> list[int]:
    return list(ForwardingAlias.objects.filter(address__in=addresses).values_list("pk", flat=True))


def choose(
    person: Person, edit: str, selected: list[Any], *, url: str = LIST, across: bool = False, status: int = 200
) -> Any:
    """Step one: the action of the list."""
    data = {"action": edit, "_selected_action": selected, "select_across": int(across), "index": 0}
    return person.post(url, data, status)


def fill_in(person: Person, response: Any, *, url: str = LIST, status: int = 302, **fields: Any) -> Any:
    """The edit's form as the browser would send it, hidden fields and all."""
    hidden = re.findall(
        r'<input type="hidden" name="(action|select_across|_selected_action)" value="([^"]*)"', _text(response)
    )
    data: dict[str, Any] = {"bulk": "Preview", **{f"edit-{name}": value for name, value in fields.items()}}
    for name, value in hidden:
        data.setdefault(name, []).append(value)
    return person.post(url, data, status)


def decide(person: Person, job: BulkJob, **data: Any) -> BulkJob:
    """Step two: run it."""
    person.post(page(job, "start"), data)
    return BulkJob.objects.get(pk=job.pk)


def _text(response: Any) -> str:
    return str(response.content.decode())


def rows(response: Any) -> dict[str, tuple[str, str]]:
    """Outcome and reason by object, as the page shows them."""
    return {row.item.label: (str(row.outcome), row.item.detail) for row in response.context["items"]}


def recipients_of(alias: str) -> list[str]:
    return list(Recipient.objects.filter(alias__address=alias).order_by("pk").values_list("address", flat=True))


# --- the three steps ---------------------------------------------------------------------------------------------


def test_three_steps__choose_preview_result(alpha: Person) -> None:
    chosen = keys("sales@acme.example", "sales@bolt.example", "sales@cafe.example")
    form = choose(alpha, "forwards.add_recipient", chosen)
    assert "3 rows are selected" in _text(form)
    response = fill_in(alpha, form, recipient=NEW)
    job = BulkJob.objects.get()
    assert response.url == page(job, "change")
    shown = alpha.get(response.url)
    assert rows(shown) == {f"sales@{one}.example": ("will change", "") for one in ("acme", "bolt", "cafe")}
    assert "nothing has changed yet" in _text(shown)
    assert not Recipient.objects.filter(address=NEW).exists()

    job = decide(alpha, job)

    assert job.state == BulkJob.State.DONE
    assert Recipient.objects.filter(address=NEW).count() == 3
    assert rows(alpha.get(page(job, "change"))) == {
        f"sales@{one}.example": ("changed", "") for one in ("acme", "bolt", "cafe")
    }
    assert set(Change.objects.filter(batch=job.batch).values_list("label", flat=True)) == set(rows(shown))


def test_preview__says_why_a_row_is_refused(alpha: Person, world: World) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="one@acme.example", recipients=[NEW])
    form = choose(alpha, "forwards.remove_recipient", keys("one@acme.example", "sales@acme.example"))
    shown = alpha.get(fill_in(alpha, form, recipient=NEW).url)
    assert rows(shown) == {
        "one@acme.example": ("will be refused", "This is the only recipient. Delete the alias, or suspend it."),
        "sales@acme.example": ("no change", ""),
    }
    assert "There is nothing to change." in _text(shown)
    assert page(BulkJob.objects.get(), "start") not in _text(shown)


def test_preview__shows_the_row_before_and_after(alpha: Person) -> None:
    shown = alpha.get(choose(alpha, "forwards.suspend", keys("sales@acme.example"), status=302).url)
    first = '<span class="nowrap">johndoe@acme.example</span>, <span class="nowrap">outside@elsewhere.example'
    text = " ".join(_text(shown).split())
    assert f'<td class="before" data-label="Before">{first}</span></td>' in text
    assert f'<td class="after" data-label="After">{first}<ins> (suspended)</ins></span></td>' in text


def test_preview_and_result__lead_to_the_objects_that_are_there(alpha: Person, world: World) -> None:
    (key,) = keys("sales@acme.example")
    link = f'<a href="{page(ForwardingAlias.objects.get(pk=key), "change")}">sales@acme.example</a>'
    job = preview(world.administrators["alpha"], "forwards.delete", ForwardingAlias.objects.filter(pk=key))
    assert link in _text(alpha.get(page(job, "change")))
    decide(alpha, job)
    assert link not in _text(alpha.get(page(job, "change")))


def test_job_page__counts_once_and_says_in_the_title_how_it_is(alpha: Person, world: World) -> None:
    job = preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    text = _text(alpha.get(page(job, "change")))
    assert "".join(text.split()).count("<strong>4</strong>") == 2  # all, and those that will change
    assert re.search(r"<title>\s*✓ preview: ", text)
    decide(alpha, job)
    assert re.search(r"<title>\s*✓ done: ", _text(alpha.get(page(job, "change"))))


# --- the mail when it is done ------------------------------------------------------------------------------------


@pytest.fixture
def mailing(settings: Any, world: World) -> None:
    settings.EMAIL_HOST, settings.BULK_REQUEST_ROWS = "mail.example", 1
    Administrator.objects.filter(login="alpha").update(email="clerk@hoster.example")


@pytest.mark.django_db(transaction=True)
def test_notice__is_mailed_when_the_preview_and_the_run_are_done(
    alpha: Person, world: World, mailing: None, mailoutbox: list[Any]
) -> None:
    choose(alpha, "forwards.suspend", keys("sales@acme.example"), across=True, status=302)
    job = BulkJob.objects.get()
    assert "Mail me when it is done (clerk@hoster.example)" in _text(alpha.get(page(job, "change")))
    alpha.post(page(job, "notice"), {"wanted": "1"})
    assert "You get a mail at clerk@hoster.example" in _text(alpha.get(page(job, "change")))
    while jobs.work_once():
        pass
    decide(alpha, job)
    while jobs.work_once():
        pass
    first, second = mailoutbox
    assert (first.subject, first.to) == ("Bulk edit “Suspend”: the preview is ready", ["clerk@hoster.example"])
    assert second.subject == "Bulk edit “Suspend”: done"
    assert "Changed: 4. No change: 0. Refused: 0." in second.body
    assert f"http://testserver{page(job, 'change')}" in second.body
    assert "acme" not in second.body


@pytest.mark.django_db(transaction=True)
def test_notice__is_taken_back_and_no_mail_comes(
    alpha: Person, world: World, mailing: None, mailoutbox: list[Any]
) -> None:
    choose(alpha, "forwards.suspend", keys("sales@acme.example"), across=True, status=302)
    job = BulkJob.objects.get()
    alpha.post(page(job, "notice"), {"wanted": "1"})
    alpha.post(page(job, "notice"), {"wanted": ""})
    while jobs.work_once():
        pass
    assert mailoutbox == []


@pytest.mark.django_db(transaction=True)
def test_notice__mail_server_that_fails_stops_no_job(
    alpha: Person, world: World, mailing: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "nowhere.Backend"
    job = prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    alpha.post(page(job, "notice"), {"wanted": "1"})
    while jobs.work_once():
        pass
    assert BulkJob.objects.get().state == BulkJob.State.READY
    assert "was not sent: ModuleNotFoundError" in caplog.text


def _owing(world: World, **fields: Any) -> BulkJob:
    """A job that is done, whose mail nobody sent in time."""
    job = prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    past = timezone.now() - timedelta(seconds=1)
    values = {"state": BulkJob.State.DONE, "notice_url": "http://x.example/", "finished_at": past}
    BulkJob.objects.filter(pk=job.pk).update(notice_due_at=past, **(values | fields))
    return job


@pytest.mark.django_db(transaction=True)
def test_notice__worker_that_dies_before_it_sends_leaves_it_to_the_next(
    alpha: Person, world: World, mailing: None, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the job is committed, and the process is gone."""
    job = prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    alpha.post(page(job, "notice"), {"wanted": "1"})
    with monkeypatch.context() as killed:
        killed.setattr(notices, "_send", lambda key, due: None)
        while jobs.work_once():
            pass
    assert BulkJob.objects.get().state == BulkJob.State.READY
    assert mailoutbox == []
    assert not notices.send_owed()  # whoever ended the job may be about to send it

    BulkJob.objects.update(notice_due_at=timezone.now() - timedelta(seconds=1))
    assert notices.send_owed()
    assert [mail.subject for mail in mailoutbox] == ["Bulk edit “Suspend”: the preview is ready"]
    assert not notices.send_owed()
    assert BulkJob.objects.get().notice_due_at is None


@pytest.mark.django_db(transaction=True)
def test_notice__that_was_sent_is_not_owed(alpha: Person, world: World, mailing: None, mailoutbox: list[Any]) -> None:
    job = prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    alpha.post(page(job, "notice"), {"wanted": "1"})
    while jobs.work_once():
        pass
    assert BulkJob.objects.get().notice_due_at is None
    assert not notices.send_owed()
    assert len(mailoutbox) == 1


def test_notice__that_failed_is_tried_again_until_it_is_sent_or_old(
    world: World, mailing: None, mailoutbox: list[Any], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    job, works = _owing(world), settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "nowhere.Backend"
    assert notices.send_owed()
    assert "was not sent" in caplog.text
    job.refresh_from_db()
    assert job.notice_due_at is not None
    assert job.notice_due_at > timezone.now()
    assert not notices.send_owed()  # it rests

    BulkJob.objects.update(notice_due_at=timezone.now() - timedelta(seconds=1))
    settings.EMAIL_BACKEND = works
    assert notices.send_owed()
    assert [mail.subject for mail in mailoutbox] == ["Bulk edit “Suspend”: done"]

    old = _owing(world, finished_at=timezone.now() - timedelta(days=2))
    settings.EMAIL_BACKEND = "nowhere.Backend"
    assert notices.send_owed()
    old.refresh_from_db()
    assert old.notice_due_at is None


@pytest.mark.parametrize("fields", [{"notice_url": ""}, {"state": BulkJob.State.RUNNING}])
def test_notice__that_has_nothing_to_say_any_more_is_not_owed(
    world: World, mailing: None, mailoutbox: list[Any], fields: dict[str, Any]
) -> None:
    job = _owing(world, **fields)
    assert notices.send_owed()
    job.refresh_from_db()
    assert (job.notice_due_at, mailoutbox) == (None, [])


def test_notice__of_two_workers_one_sends_it(
    world: World, mailing: None, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _owing(world)
    seen = BulkJob.objects.get(pk=job.pk)
    assert notices.send_owed()
    notices._send(seen.pk, seen.notice_due_at)  # type: ignore[arg-type]
    assert len(mailoutbox) == 1


def test_notice__is_nobody_elses_and_none_without_an_address(
    alpha: Person, enter: Enter, world: World, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example"
    job = prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    assert "Mail me" not in _text(alpha.get(page(job, "change")))
    alpha.post(page(job, "notice"), {"wanted": "1"})
    Administrator.objects.update(email="x@hoster.example")
    enter("root").post(page(job, "notice"), {"wanted": "1"})
    assert BulkJob.objects.get().notice_url == ""


def test_import__has_no_columns_for_before_and_after(alpha: Person, world: World) -> None:
    file = SimpleUploadedFile("users.csv", b"context,id,uidname,quota\n24,42,johndoe@acme.example,5\n")
    shown = alpha.get(alpha.post(page(User, "import"), {"file": file}).url)
    text = _text(shown)
    assert "What in detail" in text
    assert 'class="before"' not in text
    assert 'class="after' not in text


def test_edit_without_a_form__goes_straight_to_the_preview(alpha: Person) -> None:
    response = choose(alpha, "forwards.suspend", keys("sales@acme.example"), status=302)
    assert rows(alpha.get(response.url)) == {"sales@acme.example": ("will change", "")}


@pytest.mark.parametrize("recipient", ["", "nobody", "a@b", "x@\x00.example", "a" * 300 + "@b.example"])
def test_form__bad_address_is_shown_again(alpha: Person, recipient: str) -> None:
    form = choose(alpha, "forwards.add_recipient", keys("sales@acme.example"))
    again = fill_in(alpha, form, status=200, recipient=recipient)
    assert again.context["form"].errors["recipient"]
    assert not BulkJob.objects.exists()


def test_form__keeps_what_was_typed_and_escapes_it(alpha: Person) -> None:
    form = choose(alpha, "forwards.add_recipient", keys("sales@acme.example"))
    again = fill_in(alpha, form, status=200, recipient='"><script>alert(1)</script>')
    assert "<script>alert" not in _text(again)
    assert "&lt;script&gt;alert" in _text(again)


@pytest.mark.parametrize(
    ("fields", "quota"),
    [
        ({"quota": "2", "quota_unit": "GB"}, 2 * 2**30),
        ({"quota": "0.5", "quota_unit": "MB"}, 2**19),
        ({"quota": "0", "quota_unit": "MB"}, 0),
        ({"quota_unit": "GB", "unlimited": "on"}, None),
    ],
)
def test_quota__is_set(alpha: Person, world: World, fields: dict[str, Any], quota: int | None) -> None:
    users = page(User)
    form = choose(alpha, "users.set_quota", [world.users[24].pk, world.users[25].pk], url=users)
    fill_in(alpha, form, url=users, **fields)
    decide(alpha, BulkJob.objects.get())
    assert set(User.objects.filter(context__in=[24, 25]).values_list("quota", flat=True)) == {quota}


@pytest.mark.parametrize(
    "fields",
    [
        {"quota_unit": "GB"},
        {"quota": "1", "quota_unit": "GB", "unlimited": "on"},
        {"quota": "-1", "quota_unit": "GB"},
        {"quota": "1", "quota_unit": "PB"},
        {"quota": "many", "quota_unit": "GB"},
        {"quota": "NaN", "quota_unit": "GB"},
        {"quota": "99999999999999", "quota_unit": "GB"},
    ],
)
def test_quota__anything_else_is_refused(alpha: Person, world: World, fields: dict[str, Any]) -> None:
    users = page(User)
    form = choose(alpha, "users.set_quota", [world.users[24].pk], url=users)
    assert fill_in(alpha, form, url=users, status=200, **fields).context["form"].errors
    assert not BulkJob.objects.exists()


def test_change__several_fields_at_once_and_says_what_they_become(alpha: Person, world: World) -> None:
    url, user = page(User), world.users[24]
    response = choose(alpha, "users.change", [user.pk], url=url)
    assert "What you leave empty stays as it is." in _text(response)
    refused = fill_in(alpha, response, url=url, status=200)
    assert "Say what shall change." in _text(refused)
    fill_in(alpha, refused, url=url, status=302, quota="3", quota_unit="GB", no_msisdn="on")
    job = decide(alpha, BulkJob.objects.latest("pk"))
    user.refresh_from_db()
    assert (user.quota, user.msisdn, user.is_active) == (3 * 2**30, None, True)
    assert "quota: 3 GB; phone number: —" in _text(alpha.get(page(job, "change")))


def test_set_property__on_contexts(alpha: Person, world: World) -> None:
    url = page(Context)
    response = choose(alpha, "contexts.set_property", [24, 25], url=url)
    fill_in(alpha, response, url=url, name="a.b", value="1\r\n2", where="missing")
    decide(alpha, BulkJob.objects.latest("pk"))
    rows = ConfigProperty.objects.filter(name="a.b").values_list("context", "value").order_by("context")
    assert list(rows) == [(24, "1\n2"), (25, "1\n2")]


def test_move_domain__from_the_list(alpha: Person, world: World) -> None:
    url = page(User)
    response = choose(alpha, "users.move_domain", [world.users[24].pk], url=url)
    fill_in(alpha, response, url=url, old="@acme.example", new="@acme-new.example", old_addresses="keep")
    decide(alpha, BulkJob.objects.latest("pk"))
    assert recipients_of("johndoe@acme.example") == ["johndoe@acme-new.example"]


def test_move__to_an_own_context(alpha: Person, world: World) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="free@unclaimed.example", recipients=[NEW])
    fill_in(alpha, choose(alpha, "forwards.move", keys("free@unclaimed.example")), context=34)
    decide(alpha, BulkJob.objects.get())
    assert ForwardingAlias.objects.get(address="free@unclaimed.example").context_id == 34


@pytest.mark.parametrize("target", ["44", "54", "999", "", "x", "9" * 30])
def test_move__to_any_other_context_is_no_choice(alpha: Person, target: str) -> None:
    form = choose(alpha, "forwards.move", keys("sales@acme.example"))
    assert fill_in(alpha, form, status=200, context=target).context["form"].errors["context"]
    assert not BulkJob.objects.exists()


# --- which rows --------------------------------------------------------------------------------------------------


def test_select_across__takes_what_the_filter_shows_and_no_more(alpha: Person, world: World) -> None:
    set_forward_active(
        actor=OPERATOR, forward=ForwardingAlias.objects.get(address="sales@bolt.example"), is_active=False
    )
    url = f"{LIST}?status=active&q=sales"
    form = choose(alpha, "forwards.add_recipient", keys("sales@acme.example"), url=url, across=True)
    assert "3 rows are selected" in _text(form)
    shown = alpha.get(fill_in(alpha, form, url=url, recipient=NEW).url)
    assert set(rows(shown)) == {f"sales@{one}.example" for one in ("acme", "cafe", "dock")}


def test_select_across__search_that_joins_rows_takes_each_once(alpha: Person) -> None:
    url = f"{LIST}?q=e"
    response = choose(alpha, "forwards.suspend", keys("sales@acme.example"), url=url, across=True, status=302)
    job = BulkJob.objects.get()
    assert job.total == len(rows(alpha.get(response.url))) == 4


def test_choose__foreign_rows_are_left_out_in_silence(alpha: Person) -> None:
    selected = keys("sales@acme.example", "sales@echo.example", "sales@gold.example")
    response = choose(alpha, "forwards.suspend", selected, status=302)
    assert set(rows(alpha.get(response.url))) == {"sales@acme.example"}
    decide(alpha, BulkJob.objects.get())
    assert ForwardingAlias.objects.filter(is_active=False).count() == 1


@pytest.mark.parametrize("edit", ["forwards.suspend", "forwards.add_recipient"])
def test_choose__nothing_but_foreign_rows_is_nothing(alpha: Person, edit: str) -> None:
    before = everything()
    response = choose(alpha, edit, keys("sales@echo.example"), status=302)
    assert alpha.messages(response) == ["Nothing is selected."]
    assert everything() == before


@pytest.mark.parametrize("key", ["x", "-1", "1e3", "", "9" * 19, "9" * 5000, "١", "1 OR 1=1"])
def test_choose__keys_that_are_none_are_refused(alpha: Person, key: str) -> None:
    before = everything()
    response = choose(alpha, "forwards.suspend", [key], status=302)
    assert alpha.messages(response)
    assert everything() == before


def test_selection__is_frozen_when_the_preview_begins(alpha: Person, world: World) -> None:
    choose(alpha, "forwards.suspend", keys("sales@acme.example"), across=True, status=302)
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="late@acme.example", recipients=[NEW])
    decide(alpha, BulkJob.objects.get())
    assert ForwardingAlias.objects.get(address="late@acme.example").is_active


# --- who ---------------------------------------------------------------------------------------------------------

EDITS: Final = {
    "contexts": {f"contexts.{one}" for one in ("suspend", "resume", "hand_over", "delete", "change", "set_property")}
    | {"contexts.label", "contexts.unlabel"},
    "users": {f"users.{one}" for one in ("suspend", "resume", "leave", "set_quota", "delete", "change")}
    | {"users.move_domain", "users.set_property", "users.label", "users.unlabel"},
    "aliases": {f"forwards.{one}" for one in ("suspend", "resume", "change", "set_end", "move", "delete")}
    | {"forwards.label", "forwards.unlabel"}
    | {f"forwards.{one}_recipient" for one in ("add", "remove", "replace")},
    "domains": {"domains.delete"},
}


@pytest.mark.parametrize("who", ["root", "alpha", "alphakid", "admin@alpha_acme"])
@pytest.mark.parametrize("what", list(MODELS))
def test_list__offers_what_the_role_may_and_nothing_of_djangos(world: World, who: str, what: str) -> None:
    request = RequestFactory().get("/")
    request.user = world.administrators[who]
    offered = set(admin.site.get_model_admin(MODELS[what]).get_actions(request))
    only_views = who.startswith("admin") and what in {"contexts", "domains"}
    # A child has nobody to hand anything over to.
    never = {"contexts.hand_over"} if who == "alphakid" else set()
    # Properties and labels are set by who sold the company its context.
    theirs = {
        "users.set_property",
        *(f"{one}.{edit}" for one in ("users", "forwards") for edit in ("label", "unlabel")),
    }
    never |= theirs if who.startswith("admin") else set()
    assert offered == (set() if only_views else EDITS[what] - never)


def test_role_that_may_only_view__cannot_run_an_edit(enter: Enter, world: World) -> None:
    person = enter("admin@alpha_acme")
    before = everything()
    for edit in EDITS["contexts"]:
        answer = person.client.post(
            page(Context), {"action": edit, "_selected_action": [24], "select_across": 0, "index": 0}
        )
        assert answer.status_code in {200, 302, 403}
    assert everything() == before
    assert person.client.get(page(ExplicitDomain)).status_code == 403


@pytest.mark.parametrize("name", ["change", "progress", "csv"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("alpha", 200), ("root", 200), ("alphakid", 404), ("beta", 404), ("admin@alpha_acme", 404), (None, 302)],
)
def test_job__is_its_owners_and_the_masters(
    enter: Enter, world: World, name: str, who: str | None, status: int
) -> None:
    job = preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    enter(who).get(page(job, name), status)


@pytest.mark.parametrize("name", ["start", "cancel"])
@pytest.mark.parametrize("who", ["alphakid", "beta", "admin@alpha_acme", None])
def test_job__nobody_else_starts_or_cancels_it(enter: Enter, world: World, name: str, who: str | None) -> None:
    job = preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    person, before = enter(who), everything()
    person.post(page(job, name), {}, 302 if who is None else 404)
    assert everything() == before


def test_job__master_cancels_but_does_not_start_anothers(root: Person, world: World) -> None:
    job = preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    assert decide(root, job).state == BulkJob.State.READY
    assert page(job, "start") not in _text(root.get(page(job, "change")))
    root.post(page(job, "cancel"), {})
    assert BulkJob.objects.get().state == BulkJob.State.CANCELLED


@pytest.mark.parametrize("name", ["start", "cancel"])
def test_job__looking_starts_and_cancels_nothing(alpha: Person, world: World, name: str) -> None:
    job = preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    alpha.get(page(job, name), 405)
    assert BulkJob.objects.get().state == BulkJob.State.READY


@pytest.mark.parametrize("key", ["0", "999999", "9" * 19, "9" * 40, "x", "1_2F", "%00"])
def test_job__unknown_ones_are_not_found(alpha: Person, key: str) -> None:
    assert alpha.client.get(f"{page(BulkJob)}{key}/change/").status_code == 404
    assert alpha.client.get(f"{page(BulkJob)}{key}/progress/").status_code in {302, 404}


def test_list_of_jobs__shows_ones_own(alpha: Person, enter: Enter, world: World) -> None:
    preview(world.administrators["alpha"], "forwards.add_recipient", ForwardingAlias.objects.all(), recipient=NEW)
    preview(world.administrators["beta"], "forwards.suspend", ForwardingAlias.objects.all())
    shown = _text(alpha.get(page(BulkJob)))
    assert f"Forwarding aliases: Add the recipient {NEW}" in shown
    assert "Suspend" not in shown
    assert len(enter("root").get(page(BulkJob)).context["cl"].result_list) == 2


def test_list_of_jobs__nobody_adds_or_deletes_one(root: Person, world: World) -> None:
    job = preview(world.administrators["root"], "forwards.suspend", ForwardingAlias.objects.all())
    root.get(page(BulkJob, "add"), 403)
    root.delete(job, 403)
    assert BulkJob.objects.exists()


# --- the count, the progress, the table --------------------------------------------------------------------------


def test_start__wants_the_count_above_the_limit(alpha: Person, world: World, settings: Any) -> None:
    settings.BULK_CONFIRM_ABOVE = 3
    job = preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    assert 'name="count"' in _text(alpha.get(page(job, "change")))
    refused = alpha.post(page(job, "start"), {"count": "5"})
    assert alpha.messages(refused) == ["Type the number of rows that will change: 4."]
    assert decide(alpha, job, count="4").state == BulkJob.State.DONE


def test_start__asks_for_no_count_below_the_limit(alpha: Person, world: World) -> None:
    job = preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    assert 'name="count"' not in _text(alpha.get(page(job, "change")))


def test_delete_contexts__says_what_is_lost_and_wants_the_name(alpha: Person) -> None:
    response = choose(alpha, "contexts.delete", [24], url=page(Context), status=302)
    shown = _text(alpha.get(response.url))
    assert "1 user, 1 alias, 1 domain" in strip_tags(shown)
    assert "will be deleted" in shown
    assert "Delete 1 row" in shown
    assert 'name="count"' in shown
    job = BulkJob.objects.get()
    assert "type its name (alpha_acme)" in shown
    assert decide(alpha, job, count="1").state == BulkJob.State.READY
    assert decide(alpha, job, count="alpha_acme").state == BulkJob.State.DONE
    assert not Context.objects.filter(pk=24).exists()


def test_delete_context__on_its_own_page_wants_the_name_too(alpha: Person, world: World) -> None:
    context = world.contexts[24]
    assert "type its name (alpha_acme)" in _text(alpha.get(page(context, "delete")))
    refused = alpha.post(page(context, "delete"), {"post": "yes", "typed": "alpha"})
    assert alpha.messages(refused) == ["Type the name “alpha_acme” to delete it."]
    assert Context.objects.filter(pk=24).exists()
    alpha.post(page(context, "delete"), {"post": "yes", "typed": "alpha_acme"})
    assert not Context.objects.filter(pk=24).exists()


def test_large_job__is_the_workers_and_the_page_shows_how_far_it_is(
    alpha: Person, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BULK_REQUEST_ROWS = 1
    monkeypatch.setattr(PlannedEdit, "batch_rows", 2)
    choose(alpha, "forwards.suspend", keys("sales@acme.example"), across=True, status=302)
    job = BulkJob.objects.get()
    assert jobs.work_once() is True
    shown = alpha.get(page(job, "change"))
    assert len(rows(shown)) == 2
    assert '<progress id="bulk-bar" value="2" max="4"' in _text(shown)
    assert '<meta http-equiv="refresh"' in _text(shown)
    state = alpha.get(page(job, "progress")).json()
    assert state == {"state": "previewing", "done": 2, "total": 4, "head": "50 %", "text": "2 of 4 rows", "hint": ""}
    assert decide(alpha, job).state == BulkJob.State.PREVIEWING
    assert jobs.work_once() is True
    assert decide(alpha, job).state == BulkJob.State.RUNNING
    alpha.post(page(job, "cancel"), {})
    shown = alpha.get(page(job, "change"))
    assert {outcome for outcome, _why in rows(shown).values()} == {"not reached"}
    assert ForwardingAlias.objects.filter(is_active=False).count() == 0


def test_large_job__without_a_worker_says_what_it_waits_for(alpha: Person, world: World) -> None:
    job = prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    BulkJob.objects.update(created_at=job.created_at.replace(year=job.created_at.year - 1))
    assert "manage.py worker" in alpha.get(page(job, "progress")).json()["hint"]
    assert "manage.py worker" in _text(alpha.get(page(job, "change")))


def test_table__is_paged_and_filtered(alpha: Person, world: World) -> None:
    for number in range(150):
        create_forward(actor=OPERATOR, context=world.contexts[24], alias=f"a{number}@acme.example", recipients=[NEW])
    job = preview(
        world.administrators["alpha"],
        "forwards.add_recipient",
        ForwardingAlias.objects.filter(context=24),
        recipient=NEW,
    )
    url = page(job, "change")
    assert len(rows(alpha.get(url))) == 100
    assert len(rows(alpha.get(url, page="2"))) == 51
    assert rows(alpha.get(url, outcome="changed")) == {"sales@acme.example": ("will change", "")}
    assert len(rows(alpha.get(url, outcome="unchanged", page="2"))) == 50
    assert list(rows(alpha.get(url, q="A14"))) == ["a14@acme.example", *[f"a14{n}@acme.example" for n in range(10)]]
    assert list(rows(alpha.get(url, q="a14", outcome="changed"))) == []
    for odd in (
        {"q": "a\0"},
        {"q": "x" * 300},
        {"outcome": "waiting", "q": "<b>"},
        {"page": "x"},
        {"page": "-1"},
        {"page": "9" * 30},
        {"outcome": "<b>"},
    ):
        assert "<b>" not in _text(alpha.get(url, **odd))


@pytest.mark.parametrize("number", [1, 50])
def test_job_page__number_of_statements_does_not_grow(
    alpha: Person, world: World, number: int, django_assert_num_queries: Any
) -> None:
    for one in range(number):
        create_forward(actor=OPERATOR, context=world.contexts[24], alias=f"a{one}@acme.example", recipients=[NEW])
    job = preview(
        world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.filter(address__startswith="a")
    )
    alpha.get(page(job, "change"))
    with django_assert_num_queries(5, exact=False):
        assert len(rows(alpha.get(page(job, "change")))) == number


def test_csv__has_every_row_and_no_formula(alpha: Person, world: World) -> None:
    for alias in ("=cmd@acme.example", "+plus@acme.example", "-minus@acme.example"):
        create_forward(actor=OPERATOR, context=world.contexts[24], alias=alias, recipients=[NEW])
    job = preview(
        world.administrators["alpha"],
        "forwards.add_recipient",
        ForwardingAlias.objects.filter(context=24),
        recipient=NEW,
    )
    answer = alpha.get(page(job, "csv"))
    assert answer["Content-Type"].startswith("text/csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert lines[0] == ["object", "before", "after", "outcome", "why"]
    assert lines[1][1:3] == [
        "johndoe@acme.example, outside@elsewhere.example",
        f"johndoe@acme.example, outside@elsewhere.example, {NEW}",
    ]
    assert {line[0]: line[3] for line in lines[1:]} == {
        "sales@acme.example": "will change",
        "'=cmd@acme.example": "no change",
        "'+plus@acme.example": "no change",
        "'-minus@acme.example": "no change",
    }


def test_job_page__html_in_stored_text_shows_as_text(alpha: Person, world: World) -> None:
    User.objects.filter(pk=world.users[24].pk).update(uidname="<img src=x onerror=alert(1)>")
    job = preview(world.administrators["alpha"], "users.suspend", User.objects.filter(context=24))
    shown = _text(alpha.get(page(job, "change")))
    assert "<img src=x" not in shown
    assert "&lt;img src=x" in shown


def test_delete_administrators__spares_oneself_and_deletes_the_others(root: Person, world: World) -> None:
    """Once the answer was 500 "nothing was saved", and all but oneself were gone."""
    chosen = [world.administrators[name] for name in ("alpha", "beta", "admin@alpha_acme", "root")]
    response = choose(root, "administrators.delete", [one.pk for one in chosen], url=page(Administrator), status=302)
    shown = root.client.get(response["Location"]).content.decode()
    assert "Nobody deletes themselves." in shown
    assert Administrator.objects.filter(pk__in=[one.pk for one in chosen]).count() == 4
    job = BulkJob.objects.latest("pk")
    decide(root, job, count="3")
    assert list(Administrator.objects.filter(pk__in=[one.pk for one in chosen])) == [world.administrators["root"]]


def test_actions__of_django_itself_are_nowhere(root: Person, rf: Any) -> None:
    for model, model_admin in admin.site._registry.items():
        request = rf.get(page(model))
        request.user = Administrator.objects.get(login="root")
        assert "delete_selected" not in model_admin.get_actions(request), model
