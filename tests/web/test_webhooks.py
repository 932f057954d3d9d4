"""The pages of webhooks: made, shown once, changed, tried, and the log of their deliveries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client
from django.utils import timezone

from changelog.models import Change
from tests.web.conftest import Login
from tests.world import OPERATOR, World
from webhooks.models import Delivery, Webhook
from webhooks.services import create_webhook, send_test

pytestmark = [pytest.mark.django_db]

LIST: Final = "/admin/webhooks/webhook/"
LOG: Final = "/admin/webhooks/delivery/"
SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")
HOSTILE: Final = "<script>alert(1)</script>"


def made(world: World, login: str = "alpha", name: str = "billing") -> Webhook:
    values: dict[str, Any] = {"name": name, "url": "https://hooks.example/x?token=hidden"}
    row, _secret = create_webhook(actor=OPERATOR, administrator=world.administrators[login], **values)
    return row


def form(world: World, **changes: Any) -> dict[str, Any]:
    own = world.administrators["alpha"].pk
    return {"administrator": own, "name": "billing", "url": "https://hooks.example/x", "is_active": "on", **changes}


def test_add__makes_it_and_shows_the_secret_once(world: World, logged_in: Login) -> None:
    client = logged_in("alpha")
    page = client.post(f"{LIST}add/", form(world, only_kinds=["user", "forward"], of_context="24"))
    assert SECRET.search(page.content.decode())
    assert "no-store" in page.headers["Cache-Control"]
    row = Webhook.objects.get()
    assert (row.kinds.split(), row.of_context) == (["forward", "user"], 24)
    for path in (f"{LIST}{row.pk}/change/", LIST, f"{LIST}{row.pk}/history/"):
        assert not SECRET.search(client.get(path, follow=True).content.decode())
    assert Change.objects.filter(kind="webhook", key=row.pk, channel="web", action="create").exists()


@pytest.mark.parametrize("url", ["http://hooks.example/", "https://127.0.0.1/", "javascript:alert(1)", "nothing"])
def test_add__refuses_an_address_beside_its_field(world: World, logged_in: Login, url: str) -> None:
    page = logged_in("alpha").post(f"{LIST}add/", form(world, url=url))
    assert page.context["adminform"].form.errors["url"]
    assert not Webhook.objects.exists()


def test_add__of_a_context_administrator_is_their_own(world: World, logged_in: Login) -> None:
    client = logged_in("admin@alpha_acme")
    page = client.get(f"{LIST}add/").content.decode()
    assert 'name="administrator"' not in page
    assert 'name="of_reseller"' not in page
    client.post(f"{LIST}add/", {"name": "mine", "url": "https://hooks.example/x", "is_active": "on"})
    assert Webhook.objects.get().administrator == world.administrators["admin@alpha_acme"]


def test_change__saves_by_the_service(world: World, logged_in: Login) -> None:
    row, client = made(world), logged_in("alpha")
    address = f"{LIST}{row.pk}/change/"
    client.post(address, form(world, name="renamed", url=row.url, only_kinds=["user"], is_active=""))
    row.refresh_from_db()
    assert (row.name, row.kinds, row.is_active, row.url) == (
        "renamed", "user", False, "https://hooks.example/x?token=hidden"
    )  # fmt: skip
    assert Change.objects.filter(kind="webhook", key=row.pk, action="update").exists()


def test_steps__a_new_secret_is_shown_once_and_a_test_waits(world: World, logged_in: Login) -> None:
    row, client = made(world), logged_in("alpha")
    page = client.post(f"{LIST}{row.pk}/secret/now")
    assert SECRET.search(page.content.decode())
    page = client.post(f"{LIST}{row.pk}/test/now", follow=True)
    assert "The message is on its way." in page.content.decode()
    assert Delivery.objects.get().event == "webhook.test"
    assert client.get(f"{LIST}{row.pk}/test/now").status_code == 405
    assert client.post(f"{LIST}{row.pk}/other/now").status_code == 404


def test_log__is_read_and_a_message_is_sent_again(world: World, logged_in: Login) -> None:
    row, client = made(world), logged_in("alpha")
    delivery = send_test(actor=OPERATOR, webhook=row)
    Delivery.objects.update(state="given_up", attempts=10, outcome=HOSTILE)
    page = client.get(f"{LOG}?webhook__id__exact={row.pk}").content.decode()
    assert "given up" in page
    assert HOSTILE not in page
    address = f"{LOG}{delivery.pk}/change/"
    assert "Send again" in client.get(address).content.decode()
    assert client.post(address, {"state": "delivered"}).status_code == 403
    client.post(f"{LOG}{delivery.pk}/again")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)
    assert client.get(f"{LOG}?change_id=x").context["cl"].result_count == 0


@pytest.mark.parametrize("login", ["beta", "alphakid", "admin@alpha_acme"])
def test_scope__nobody_elses_is_reached(world: World, logged_in: Login, login: str) -> None:
    row = made(world)
    delivery = send_test(actor=OPERATOR, webhook=row)
    client = logged_in(login)
    assert client.get(LIST).context["cl"].result_count == client.get(LOG).context["cl"].result_count == 0
    for path in (f"{LIST}{row.pk}/secret/now", f"{LIST}{row.pk}/test/now", f"{LOG}{delivery.pk}/again"):
        assert client.post(path).status_code == 404
    assert client.get(f"{LIST}{row.pk}/change/").status_code == 302


def test_overview__says_which_fail(world: World, logged_in: Login) -> None:
    row = made(world)
    assert attention(logged_in("alpha")) == {}
    for values in ({"failing_since": timezone.now() - timedelta(hours=2)}, {"switched_off": "failed"}):
        Webhook.objects.update(**({"failing_since": None, "switched_off": ""} | values))
        assert attention(logged_in("alpha")) == {f"{LIST}?attention=failing": 1}
        assert logged_in("alpha").get(f"{LIST}?attention=failing").context["cl"].result_count == 1
    assert attention(logged_in("beta")) == {}
    assert "token=hidden" not in logged_in("alpha").get(LIST).content.decode()
    assert row.pk


def attention(client: Client) -> dict[str, int]:
    """What of it the overview says."""
    tiles = client.get("/admin/").context["dashboard"].attention
    return {tile.url: tile.count for tile in tiles if "webhook" in tile.url}
