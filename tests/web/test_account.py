"""The page "My account": one's own, and no way to another's."""

from __future__ import annotations

import pytest
from django.contrib import admin

from accounts.models import Administrator
from changelog.models import Change
from tests.web.conftest import Login
from tests.world import World

ROLES = ["root", "alpha", "alphakid", "admin@alpha_acme"]


@pytest.mark.parametrize("login", ROLES)
def test_account__sets_the_own_language_alone(world: World, logged_in: Login, login: str) -> None:
    other = world.administrators["beta"]
    response = logged_in(login).post("/admin/account", {"language": "de", "pk": other.pk, "login": "beta"})
    assert (response.status_code, response["Location"]) == (302, "/admin/account")
    changed = Administrator.objects.exclude(language="")
    assert [(one.pk, one.language) for one in changed] == [(world.administrators[login].pk, "de")]
    change = Change.objects.latest("pk")
    assert (change.actor, change.kind, change.before, change.after) == (
        login,
        "administrator",
        {**(change.before or {}), "language": ""},
        {**(change.after or {}), "language": "de"},
    )


def test_account__the_browsers_language_is_shown_and_can_be_chosen_again(world: World, logged_in: Login) -> None:
    client = logged_in("alpha")
    assert '<option value="" selected>the browser&#x27;s</option>' in client.get("/admin/account").content.decode()
    client.post("/admin/account", {"language": "de"})
    assert client.post("/admin/account", {"language": ""}).status_code == 302
    assert Administrator.objects.get(pk=world.administrators["alpha"].pk).language == ""


@pytest.mark.parametrize("language", ["xx", "<script>"])
def test_account__another_language_is_refused(world: World, logged_in: Login, language: str) -> None:
    count = Change.objects.count()
    response = logged_in("alpha").post("/admin/account", {"language": language})
    assert response.status_code == 200
    assert response.context["form"].errors
    assert Change.objects.count() == count


def test_account__leads_to_the_own_password(world: World, logged_in: Login) -> None:
    page = logged_in("alpha").get("/admin/account").content.decode()
    assert 'href="/admin/password_change/"' in page


def test_navigation__shows_each_role_its_pages_by_purpose(world: World, logged_in: Login) -> None:
    apps = logged_in("admin@alpha_acme").get("/admin/").context["app_list"]
    shown = {app["app_label"]: [model["object_name"] for model in app["models"]] for app in apps}
    assert shown["mail"] == ["User", "ForwardingAlias"]
    assert "Reseller" not in shown.get("customers", [])
    everything = logged_in("root").get("/admin/").context["app_list"]
    registered = {model._meta.object_name for model in admin.site._registry}
    assert {model["object_name"] for app in everything for model in app["models"]} == registered
