"""Dashboard, search page, brand, the context's overview and the user's mail panel, as different people see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import ConfigProperty, Context, Reseller
from accounts.services.contexts import update_context
from accounts.services.resellers import update_reseller
from accounts.services.users import create_user, update_user
from bulk.models import BulkJob
from changelog.models import Change
from forwards.services import create_forward
from mailstats.services import measure_all
from mailstats.stores.delivery import deliver
from tests.web.conftest import Login
from tests.world import OPERATOR, World
from web.brand import Brand

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def maildir(tmp_path: Path, settings: Any) -> Path:
    """An empty mail store."""
    settings.MAIL_STORE = f"maildir://{tmp_path}"
    return tmp_path


def user_mail(world: World, context: int) -> str:
    return f"/admin/accounts/user/{world.users[context].pk}/mail"


def test_dashboard__figures_are_those_of_what_is_seen(logged_in: Login) -> None:
    for login, contexts in (("root", 7), ("alpha", 4), ("alphakid", 2), ("admin@alpha_acme", 1)):
        dashboard = logged_in(login).get("/admin/").context["dashboard"]
        figures = {str(tile.label): tile.count for tile in dashboard.tiles}
        names = ["contexts", "users", "forwarding aliases"] if contexts > 1 else ["context", "user", "forwarding alias"]
        assert [figures[name] for name in names] == [contexts] * 3, login
        assert ("explicit domains" in figures) is (login != "admin@alpha_acme")


def test_dashboard__what_needs_work_leads_to_a_list_of_just_that(world: World, logged_in: Login, maildir: Path) -> None:
    context, user = world.contexts[24], world.users[24]
    update_context(actor=OPERATOR, context=context, max_user=1)
    update_user(actor=OPERATOR, user=user, quota=100)
    deliver(maildir, user.uidname, b"Subject: x\n\n" + b"x" * 95)
    measure_all()
    create_forward(actor=OPERATOR, context=context, alias="lost@acme.example", recipients=["gone@acme.example"])
    client = logged_in("alpha")
    attention = {tile.url: tile.count for tile in client.get("/admin/").context["dashboard"].attention}
    assert attention == {
        "/admin/accounts/context/?attention=near_limit": 1,
        "/admin/accounts/user/?attention=near_quota": 1,
        "/admin/forwards/forwardingalias/?attention=dangling": 1,
    }
    for url in attention:
        assert client.get(url).context["cl"].result_count == 1, url
    assert logged_in("beta").get("/admin/").context["dashboard"].attention == []


@pytest.mark.parametrize(
    ("who", "told"), [("beta", False), ("admin@beta_echo", False), ("alphakid", False), ("root", True)]
)
def test_attention__does_not_tell_which_foreign_addresses_there_are(
    world: World, logged_in: Login, who: str, told: bool
) -> None:
    """Whoever makes an alias to an address of others' would know by it that there is no such address."""
    context = world.contexts[34 if who == "alphakid" else 44]
    for number, address in enumerate(["nobody@acme.example", "johndoe@acme.example"]):
        alias = f"probe{number}@probe.example"
        create_forward(actor=OPERATOR, context=context, alias=alias, recipients=[address])
    client = logged_in(who)
    page = client.get("/admin/forwards/forwardingalias/?attention=dangling")
    assert [row.address for row in page.context["cl"].result_list] == (["probe0@probe.example"] if told else [])
    tiles = [tile.url for tile in client.get("/admin/").context["dashboard"].attention]
    assert any("dangling" in url for url in tiles) is told


def test_dashboard__growth_goes_back_by_the_change_log(world: World, logged_in: Login) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="new@acme.example")
    bars = logged_in("alpha").get("/admin/").context["dashboard"].growth
    assert [bar.value for bar in bars] == [0] * 11 + [5]


def test_dashboard__query_count_does_not_grow(
    world: World, logged_in: Login, django_assert_max_num_queries: Any
) -> None:
    client = logged_in("alpha")
    with django_assert_max_num_queries(24):
        client.get("/admin/")


def test_search__page_and_json_say_the_same(logged_in: Login) -> None:
    client = logged_in("alpha")
    page = client.get("/admin/search", {"q": "acme"})
    answer = json.loads(client.get("/admin/search", {"q": "acme", "format": "json"}).content)
    hits = [hit for group in page.context["groups"] for hit in group.hits]
    assert {hit.url for hit in hits} == {hit["url"] for hit in answer["hits"]} != set()


def test_search__asks_for_a_login(client: Any) -> None:
    assert client.get("/admin/search", {"q": "acme"}).status_code == 302
    assert client.get("/admin/accounts/user/1/mail").status_code == 302


def test_brand__a_reseller_and_its_contexts_have_its_name_and_colour(world: World, logged_in: Login) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], product_name=HOSTILE, colour="#ffcc00")
    for login in ("alpha", "alphakid", "admin@alpha_acme", "admin@kid_cafe"):
        client = logged_in(login)
        page = client.get("/admin/").content.decode()
        assert HOSTILE not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert client.get("/admin/brand.css").content == b":root{--brand:#ffcc00;--brand-text:#000000}"
    assert "alert(1)" not in logged_in("beta").get("/admin/").content.decode()


def test_brand__text_can_be_read_on_the_colour() -> None:
    assert Brand(colour="#000080").text_colour == "#ffffff"
    assert Brand(colour="#ffffff").text_colour == "#000000"


def test_hub__shows_what_the_context_has_and_links_to_add_it_there(logged_in: Login) -> None:
    page = logged_in("alpha").get("/admin/accounts/context/24/change/").content.decode()
    for text in ("johndoe@acme.example", "sales@acme.example", "acme.example", "com.openexchange.brand"):
        assert text in page
    for model in ("accounts/user", "forwards/forwardingalias", "domains/explicitdomain", "accounts/administrator"):
        assert f"/admin/{model}/add/?context=24" in page
        assert f"/admin/{model}/?context__id__exact=24" in page


def test_hub__a_context_admin_has_no_domains_and_adds_no_administrator(logged_in: Login) -> None:
    page = logged_in("admin@alpha_acme").get("/admin/accounts/context/24/change/").content.decode()
    assert "/admin/domains/" not in page
    assert "/admin/accounts/administrator/add/" not in page
    assert "/admin/accounts/user/add/?context=24" in page


def test_hub__stored_text_is_shown_as_text(world: World, logged_in: Login) -> None:
    ConfigProperty.objects.create(name=HOSTILE, value=HOSTILE, context=world.contexts[24])
    Context.objects.filter(pk=24).update(name=HOSTILE)
    assert HOSTILE not in logged_in("alpha").get("/admin/accounts/context/24/change/").content.decode()


def test_mail_panel__figures_are_live(world: World, logged_in: Login, maildir: Path) -> None:
    client = logged_in("alpha")
    assert "<strong>0</strong>" in client.get(user_mail(world, 24)).content.decode()
    deliver(maildir, "johndoe@acme.example", b"Subject: secret\nFrom: a@b.example\n\nx")
    page = client.get(user_mail(world, 24)).content.decode()
    assert page.count("<strong>1</strong>") == 3
    assert "secret" not in page


def test_mail_panel__a_silent_store_is_no_zero(world: World, logged_in: Login, settings: Any, tmp_path: Path) -> None:
    settings.MAIL_STORE = f"maildir://{tmp_path}/missing"
    page = logged_in("alpha").get(user_mail(world, 24)).content.decode()
    assert "no answer" in page
    assert "<strong>" not in page


def test_mail_panel__subjects_are_shown_on_request_and_that_is_logged(
    world: World, logged_in: Login, maildir: Path
) -> None:
    deliver(maildir, "johndoe@acme.example", f"Subject: {HOSTILE}\nFrom: {HOSTILE} <a@b.example>\n\nx".encode())
    page = logged_in("alpha").post(user_mail(world, 24)).content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    change = Change.objects.latest("pk")
    assert (change.action, change.kind, change.actor, change.context_id) == ("read", "mail", "alpha", 24)
    assert "alert" not in f"{change.label}{change.before}{change.after}"


@pytest.mark.parametrize("hiding", ["alpha", None])
def test_mail_panel__subjects_hidden_by_the_reseller_or_the_role(
    world: World, logged_in: Login, maildir: Path, hiding: str | None
) -> None:
    deliver(maildir, "johndoe@cafe.example", b"Subject: secret\n\nx")
    Reseller.objects.filter(name=hiding).update(hide_subjects=True)
    count = Change.objects.count()
    for login in ("alpha", "alphakid", "admin@kid_cafe") if hiding else ("root",):
        assert "secret" not in logged_in(login).post(user_mail(world, 34)).content.decode()
    assert Change.objects.count() == count


def test_mail_panel__a_foreign_user_is_not_found(world: World, logged_in: Login, maildir: Path) -> None:
    assert logged_in("alpha").get(user_mail(world, 44)).status_code == 404
    assert logged_in("alpha").post(user_mail(world, 44)).status_code == 404
    assert logged_in("admin@alpha_acme").get(user_mail(world, 25)).status_code == 404


def test_undo__from_the_changes_own_page_by_way_of_a_preview(world: World, logged_in: Login) -> None:
    context = world.contexts[24]
    create_forward(actor=OPERATOR, context=context, alias="new@acme.example", recipients=["a@far.example"])
    change = Change.objects.latest("pk")
    client = logged_in("alpha")
    undoing = f"/admin/bulk/bulkjob/undo/change/{change.pk}/"
    assert undoing in client.get(f"/admin/changelog/change/{change.pk}/change/").content.decode()
    preview = client.post(undoing, follow=True)
    job = preview.context["job"]
    assert (job.changed, job.refused) == (1, 0)
    assert context.forwards.filter(address="new@acme.example").exists()
    client.post(f"/admin/bulk/bulkjob/{job.pk}/start/")
    assert not context.forwards.filter(address="new@acme.example").exists()
    undone = Change.objects.latest("pk")
    assert (undone.action, undone.actor, undone.batch) == ("delete", "alpha", job.batch)


def test_undo__a_foreign_change_cannot_even_be_chosen(world: World, logged_in: Login) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="new@acme.example", recipients=["a@far.example"])
    change = Change.objects.latest("pk")
    client = logged_in("beta")
    client.post("/admin/changelog/change/", {"action": "changes.undo", "_selected_action": change.pk}, follow=True)
    assert not BulkJob.objects.exists()


def test_log__is_filtered_by_context(logged_in: Login) -> None:
    client = logged_in("alpha")
    for text, contexts in (("24", {24}), ("44", set()), ("x", set()), ("9" * 30, set())):
        page = client.get("/admin/changelog/change/", {"context_id": text, "channel": "provision"})
        assert {change.context_id for change in page.context["cl"].result_list} == contexts, text
    html = client.get("/admin/changelog/change/", {"context_id": "24", "channel": "provision"}).content.decode()
    assert 'name="context_id" value="24"' in html
    assert '<input type="hidden" name="channel" value="provision">' in html
