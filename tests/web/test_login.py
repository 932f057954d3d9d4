"""Who gets in at the web admin's door, what the others are told, and when a session ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Administrator, LoginFailures
from changelog.models import Change
from tests.web.conftest import Enter
from tests.web.person import LOGIN
from tests.world import PASSWORD, World

NEW = "a rather new secret"
REFUSED = "The login or the password is wrong."


def log_in(client: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"username": login, "password": password, **more})


def refusal(response: Any) -> list[str]:
    assert response.status_code == 200
    return [str(one) for one in response.context["form"].non_field_errors()]


@pytest.mark.parametrize(
    ("login", "who"),
    [
        ("root", "root"),
        ("alpha", "alpha"),
        ("alphakid", "alphakid"),
        ("admin@alpha_acme", "admin@alpha_acme"),
        ("ALPHA", "alpha"),
        ("Admin@Alpha_Acme", "admin@alpha_acme"),
        ("admin@own_gold", "admin@own_gold"),
    ],
)
def test_login__opens_to_every_web_role(world: World, client: Client, login: str, who: str) -> None:
    assert log_in(client, login, next="/admin/accounts/context/").url == "/admin/accounts/context/"
    assert client.get("/admin/").context["user"] == world.administrators[who]


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("alpha", "wrong"),
        ("nobody", PASSWORD),
        ("portal-alpha", PASSWORD),
        ("portal-alpha", "wrong"),
        ("admin", PASSWORD),
        ("admin@", PASSWORD),
        ("admin@beta", PASSWORD),
        ("alpha@alpha_acme", PASSWORD),
        ("root@alpha_acme", PASSWORD),
        ("suspended", PASSWORD),
        ("x" * 100_000, PASSWORD),
        ("al\u202epha", PASSWORD),
    ],
)
def test_login__everybody_else_is_told_the_same(world: World, client: Client, login: str, password: str) -> None:
    kid = world.administrators["alphakid"]
    Administrator.objects.filter(pk=kid.pk).update(login="suspended", login_normalized="suspended", is_active=False)
    assert refusal(log_in(client, login, password)) == [REFUSED]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("field", ["username", "password"])
def test_login__nul_and_nothing_are_form_errors(world: World, client: Client, field: str) -> None:
    for value in ("", "a\x00b"):
        response = client.post(LOGIN, {"username": "alpha", "password": PASSWORD, field: value})
        assert field in response.context["form"].errors


def test_login__too_many_attempts_are_a_form_error(world: World, client: Client, settings: Any) -> None:
    settings.LOGIN_FAILURE_LIMIT = 3
    for _attempt in range(3):
        assert refusal(log_in(client, "alpha", "wrong")) == [REFUSED]
    (sentence,) = refusal(log_in(client, "alpha"))
    assert sentence.startswith("Too many failed logins. Try again in ")
    assert log_in(client, "beta").status_code == 302


def test_login__counts_a_tenant_credential_as_a_failure(world: World, client: Client) -> None:
    log_in(client, "portal-alpha")
    assert LoginFailures.objects.filter(count=1).exists()


def test_login_page__says_how_a_context_administrator_logs_in(world: World, client: Client) -> None:
    text = client.get(LOGIN).content.decode()
    assert "login@context name" in text
    assert 'maxlength="383"' in text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_login__goes_nowhere_else(world: World, client: Client, target: str) -> None:
    assert log_in(client, "alpha", next=target).url == "/admin/"


def test_login_and_logout__want_the_csrf_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert log_in(client, "alpha").status_code == 403
    token = client.get(LOGIN).cookies["csrftoken"].value
    assert log_in(client, "alpha", csrfmiddlewaretoken=token).status_code == 302
    assert client.post("/admin/logout/").status_code == 403
    token = client.cookies["csrftoken"].value
    assert client.post("/admin/logout/", {"csrfmiddlewaretoken": token}).status_code == 200
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("who", ["alpha", "alphakid", "admin@alpha_acme"])
@pytest.mark.parametrize("what", ["administrator", "owner"])
def test_session__ends_when_its_person_is_suspended(world: World, enter: Enter, who: str, what: str) -> None:
    person, administrator = enter(who), world.administrators[who]
    person.get("/admin/")
    suspended = administrator if what == "administrator" else administrator.reseller or administrator.context
    assert suspended is not None
    suspended.is_active = False
    suspended.save()
    assert person.get("/admin/", 302).url.startswith(LOGIN)


@pytest.mark.parametrize("who", ["alphakid", "admin@alpha_acme", "admin@kid_cafe"])
def test_session__ends_when_the_reseller_above_is_suspended(world: World, enter: Enter, who: str) -> None:
    person = enter(who)
    world.resellers["alpha"].is_active = False
    world.resellers["alpha"].save()
    assert person.get("/admin/", 302).url.startswith(LOGIN)


@pytest.mark.parametrize("who", ["root", "alpha", "alphakid", "admin@alpha_acme"])
def test_own_password__is_changed_by_the_service(world: World, enter: Enter, who: str) -> None:
    person = enter(who)
    new = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert person.post("/admin/password_change/", new).url == "/admin/password_change/done/"
    person.get("/admin/password_change/done/")
    change = Change.objects.first()
    assert change is not None
    assert (change.actor, change.channel, change.action, change.label) == (who, "web", "update", who)
    assert NEW not in str(change.after) + str(change.before)
    administrator = Administrator.objects.get(pk=world.administrators[who].pk)
    assert administrator.check_password(NEW)
    assert log_in(Client(), who, NEW).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"old_password": "wrong"}, "old_password"),
        ({"new_password2": "another secret"}, "new_password2"),
        ({"new_password1": "short", "new_password2": "short"}, "new_password2"),
        ({"new_password1": "12345678901", "new_password2": "12345678901"}, "new_password2"),
        ({"new_password1": "a rather\x00new", "new_password2": "a rather\x00new"}, "new_password1"),
    ],
)
def test_own_password__bad_input_changes_nothing(
    world: World, enter: Enter, changes: dict[str, str], field: str
) -> None:
    new = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW, **changes}
    response = enter("alpha").post("/admin/password_change/", new, 200)
    assert field in response.context["form"].errors
    assert PASSWORD not in response.content.decode()
    assert Administrator.objects.get(pk=world.administrators["alpha"].pk).check_password(PASSWORD)


def test_own_password__other_sessions_end(world: World, enter: Enter) -> None:
    here, there = enter("alpha"), enter("alpha")
    here.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    here.get("/admin/")
    there.get("/admin/", 302)


def test_own_password__the_old_one_cannot_be_guessed(world: World, enter: Enter, settings: Any) -> None:
    """An open session is not the password: it must not be the place to find it out."""
    settings.LOGIN_FAILURE_LIMIT = 3
    person = enter("admin@alpha_acme")
    new = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    for _time in range(3):
        response = person.post("/admin/password_change/", new, 200)
        assert "incorrectly" in str(response.context["form"].errors["old_password"])
    response = person.post("/admin/password_change/", {**new, "old_password": PASSWORD}, 200)
    assert "Too many failed logins" in str(response.context["form"].errors["old_password"])
    assert "Too many failed logins" in str(refusal(log_in(Client(), "admin@alpha_acme")))
    assert log_in(Client(), "admin@alpha_bolt").status_code == 302


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/admin/account", {"language": "", "time_zone": "", "email": "thief@far.example"}),
        ("/admin/account/second-factor", {"what": "totp"}),
    ],
)
def test_own_password__is_guessed_nowhere_that_asks_for_it_once_more(
    enter: Enter, settings: Any, path: str, sent: dict[str, str]
) -> None:
    settings.LOGIN_FAILURE_LIMIT = 3
    client = enter("alpha").client
    for _guess in range(3):
        client.post(path, {**sent, "password": "wrong"})

    page = client.post(path, {**sent, "password": PASSWORD}, follow=True)

    assert "Too many failed logins" in page.content.decode()
    assert not Administrator.objects.get(login="alpha").email
