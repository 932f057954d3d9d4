"""A new password for another administrator: made and shown once, or chosen behind a link that was mailed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Administrator
from accounts.services.administrators import update_administrator
from changelog.models import Change
from tests.web.conftest import Enter
from tests.web.person import Person, page
from tests.web.test_language import catalogue_of
from tests.web.test_unhappy import text_of
from tests.web.texts import english_in, english_texts
from tests.world import OPERATOR, PASSWORD, World

NEW = "a rather new secret"


def url_of(administrator: Administrator) -> str:
    return f"/admin/accounts/administrator/{administrator.pk}/password"


def shown(response: Any) -> str:
    """The password on the page."""
    found = re.search(r'id="shown-secret"[^>]* value="([^"]+)"', text_of(response))
    assert found
    return found[1]


@pytest.fixture
def clerk(world: World) -> Administrator:
    """A context's administrator with an address."""
    row = world.administrators["admin@alpha_acme"]
    return update_administrator(actor=OPERATOR, administrator=row, email="clerk@acme.example")


def test_generated__is_shown_once_works_and_must_be_changed(alpha: Person, clerk: Administrator) -> None:
    before = Client()
    before.force_login(clerk, backend="accounts.login.backends.LoginBackend")
    answer = alpha.post(url_of(clerk), {"way": "make"}, 200)
    password = shown(answer)
    assert "no-store" in answer["Cache-Control"]
    assert password not in text_of(alpha.get(url_of(clerk)))
    clerk.refresh_from_db()
    assert clerk.check_password(password)
    assert not clerk.check_password(PASSWORD)
    assert clerk.must_change_password
    # Whoever was logged in with the old one is not any more.
    assert before.get("/admin/").status_code == 302
    login = Client().post(
        "/admin/login/", {"username": str(clerk), "password": password, "next": "/admin/"}, follow=True
    )
    assert login.redirect_chain[-1][0].startswith("/admin/password_change/")
    line = Change.objects.latest("pk")
    assert (line.actor, line.kind, (line.after or {})["password"]) == ("alpha", "administrator", "changed")
    assert password not in str(line.after)


def test_mailed__link_sets_a_password_and_the_old_one_must_be_changed_meanwhile(
    alpha: Person, clerk: Administrator, settings: Any
) -> None:
    settings.EMAIL_HOST = "localhost"
    said = alpha.messages(alpha.post(url_of(clerk), {"way": "mail"}))
    assert said == ["A link to set a new password was mailed to clerk@acme.example. It works once, within an hour."]
    (message,) = mail.outbox
    assert message.to == ["clerk@acme.example"]
    assert "Whoever manages your account asks you" in message.body
    assert "alpha" not in message.body.replace("admin@alpha_acme", "")
    clerk.refresh_from_db()
    assert (clerk.must_change_password, clerk.check_password(PASSWORD)) == (True, True)
    found = re.search(r"http://testserver(\S+)", str(message.body))
    assert found
    client = Client()
    form = client.get(found[1])["Location"]
    client.post(form, {"new_password1": NEW, "new_password2": NEW})
    clerk.refresh_from_db()
    assert (clerk.must_change_password, clerk.check_password(NEW)) == (False, True)


def test_mailed__that_the_mail_server_refuses__changes_nothing(
    alpha: Person, clerk: Administrator, settings: Any
) -> None:
    settings.EMAIL_HOST = "localhost"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    (said,) = alpha.messages(alpha.post(url_of(clerk), {"way": "mail"}))
    assert said.startswith("The mail server did not take the mail")
    clerk.refresh_from_db()
    assert not clerk.must_change_password


def test_mail__is_offered_only_where_it_can_go(
    alpha: Person, world: World, clerk: Administrator, settings: Any
) -> None:
    assert "this installation sends no mail" in text_of(alpha.get(url_of(clerk)))
    alpha.post(url_of(clerk), {"way": "mail"}, 404)
    settings.EMAIL_HOST = "localhost"
    assert "To clerk@acme.example." in text_of(alpha.get(url_of(clerk)))
    without = world.administrators["admin@alpha_bolt"]
    assert "has a mail address" in text_of(alpha.get(url_of(without)))
    alpha.post(url_of(without), {"way": "mail"}, 404)
    tenant = world.administrators["portal-alpha"]
    assert "for those who log in here" in text_of(alpha.get(url_of(tenant)))


def test_tenant_credential__gets_a_password_that_stays(alpha: Person, world: World) -> None:
    tenant = world.administrators["portal-alpha"]
    password = shown(alpha.post(url_of(tenant), {"way": "make"}, 200))
    tenant.refresh_from_db()
    assert (tenant.check_password(password), tenant.must_change_password) == (True, False)


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("root", "root", 403),
        ("root", "alpha", 200),
        ("root", "admin@own_gold", 200),
        ("alpha", "alpha", 403),
        ("alpha", "root", 404),
        ("alpha", "alphakid", 200),
        ("alpha", "admin@kid_cafe", 200),
        ("alpha", "beta", 404),
        ("alpha", "admin@beta_echo", 404),
        ("alphakid", "alpha", 404),
        ("alphakid", "admin@alpha_acme", 404),
        ("alphakid", "admin@kid_cafe", 200),
        ("admin@alpha_acme", "admin@alpha_acme", 403),
        ("admin@alpha_acme", "alpha", 403),
    ],
)
def test_who_may_reset_whose(world: World, enter: Enter, who: str, whose: str, status: int) -> None:
    person, administrator = enter(who), world.administrators[whose]
    before = administrator.password
    person.get(url_of(administrator), status)
    person.post(url_of(administrator), {"way": "make"}, status)
    administrator.refresh_from_db()
    assert (administrator.password != before) is (status == 200)


def test_nobody__is_asked_to_log_in(world: World) -> None:
    answer = Client().get(url_of(world.administrators["alpha"]))
    assert answer["Location"].startswith("/admin/login/")


def test_list_and_page__lead_there_for_who_may(enter: Enter, world: World, clerk: Administrator) -> None:
    alpha, own = enter("alpha"), world.administrators["alpha"]
    assert f'href="{url_of(clerk)}"' in text_of(alpha.get(page(Administrator)))
    assert f'href="{url_of(clerk)}"' in text_of(alpha.get(page(clerk, "change")))
    for text in (text_of(alpha.get(page(Administrator))), text_of(alpha.get(page(own, "change")))):
        assert f'href="{url_of(own)}"' not in text
    assert f'href="{url_of(clerk)}"' not in text_of(enter("admin@alpha_acme").get(page(clerk, "change")))


def test_page__in_german(alpha: Person, world: World, clerk: Administrator, settings: Any) -> None:
    settings.EMAIL_HOST = "localhost"
    update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], language="de")
    known = english_texts(catalogue_of("de"))
    for answer in (alpha.get(url_of(clerk)), alpha.post(url_of(clerk), {"way": "make"}, 200)):
        assert english_in(answer.content.decode(), known) == []
    world.administrators["admin@alpha_acme"].refresh_from_db()
    update_administrator(actor=OPERATOR, administrator=clerk, language="de")
    alpha.post(url_of(clerk), {"way": "mail"})
    assert "Dieser Link" in mail.outbox[0].body
