"""API passwords: how they are made and kept, what they open, and where they are refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from accounts import machine_secrets
from accounts.models import ApiFamily, ApiPassword, LoginFailures
from accounts.services.administrators import update_administrator
from accounts.services.api_passwords import MAX_OF_ONE, create_api_password, revoke_api_password
from changelog.models import Change
from core.actor import Actor, Channel
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.client import Api
from tests.world import OPERATOR, World

SALES: Final = "/api/oxaas/v1/admin/forwards/24/sales@acme.example"
NAME: Final = "/oxaas/v1/admin/contexts/24/users/42/uidname"
SEARCH: Final = "/oxaas/v1/admin/oxuser?search=johndoe@{}"
UNREAD: Final = "/api/oxaas/mail/unread/johndoe@{}"
EVERYTHING: Final = {"families": [ApiFamily.ADMIN, ApiFamily.FORWARDS, ApiFamily.EXPLICIT_DOMAINS], "may_write": True}


def make(world: World, login: str, **scope: Any) -> str:
    """The text of a new API password."""
    owner = world.administrators[login]
    values: dict[str, Any] = {"name": "machine", **EVERYTHING, **scope}
    _row, text = create_api_password(actor=OPERATOR, administrator=owner, **values)
    return text


class TestSecret:
    def test_make__is_recognisable_long_and_kept_as_a_digest_alone(self, world: World) -> None:
        text = make(world, "alpha")

        row = ApiPassword.objects.get()
        assert text.startswith(f"oxaas_{row.identifier}_")
        secret = text.rpartition("_")[2]
        assert len(secret) == 40  # of 36 characters: 206 bits
        assert text not in str(ApiPassword.objects.values())
        assert secret not in str(Change.objects.values_list("before", "after"))
        assert row.digest == machine_secrets.digest_of(text)

    def test_make__no_two_are_the_same(self) -> None:
        assert len({machine_secrets.make() for _time in range(1000)}) == 1000

    @pytest.mark.parametrize("text", ["", "oxaas_", "oxaas_ABC_def", "secret", "oxaas_" + "a" * 12 + "_" + "b" * 39])
    def test_identifier__of_anything_else_is_none(self, text: str) -> None:
        assert machine_secrets.identifier_of(text) is None

    def test_secret_key__rotates_with_fallbacks(self, api: Api, world: World, settings: Any) -> None:
        text = make(world, "alpha")
        old = ApiPassword.objects.get().digest
        before, settings.SECRET_KEY = settings.SECRET_KEY, "another one"
        assert api("GET", SALES, "alpha", password=text).status_code == 403

        settings.SECRET_KEY_FALLBACKS = [before]

        assert api("GET", SALES, "alpha", password=text).status_code == 200
        assert ApiPassword.objects.get().digest != old
        settings.SECRET_KEY_FALLBACKS = []
        assert api("GET", SALES, "alpha", password=text).status_code == 200


class TestLogin:
    @pytest.mark.parametrize("login", ["admin", "admin@alpha_acme"])
    def test_login__takes_it_as_basic_password_of_the_same_login(self, api: Api, world: World, login: str) -> None:
        text = make(world, "admin@alpha_acme")

        assert api("GET", SALES, login, password=text).status_code == 200
        assert api("GET", "/api/oxaas/v1/admin/forwards/alpha_acme", login, password=text).status_code == 200
        assert api("GET", NAME, login, password=text).status_code == 200

    def test_login__computes_no_slow_hash(self, api: Api, world: World, monkeypatch: Any) -> None:
        text = make(world, "alpha")
        monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *given: pytest.fail("hashed"))

        assert api("GET", SALES, "alpha", password=text).status_code == 200
        for login in ("alpha", "nobody", "beta"):
            assert api("GET", SALES, login, password=machine_secrets.make()[0]).status_code == 403

    def test_login__another_ones_is_refused(self, api: Api, world: World) -> None:
        text = make(world, "beta")

        for login in ("alpha", "root", "admin", "admin@alpha_acme", "nobody"):
            assert api("GET", SALES, login, password=text).status_code == 403

    def test_login__one_character_off_is_refused_and_counted(self, api: Api, world: World) -> None:
        text = make(world, "alpha")
        off = text[:-1] + ("a" if text[-1] != "a" else "b")

        assert api("GET", SALES, "alpha", password=off).status_code == 403
        assert LoginFailures.objects.exists()

    def test_login__a_revoked_one_opens_nothing_at_once(self, api: Api, world: World) -> None:
        text, other = make(world, "alpha"), make(world, "alpha", name="other")
        assert api("GET", SALES, "alpha", password=text).status_code == 200

        revoke_api_password(actor=OPERATOR, api_password=ApiPassword.objects.get(name="machine"))

        assert api("GET", SALES, "alpha", password=text).status_code == 403
        assert api("GET", SALES, "alpha", password=other).status_code == 200

    def test_login__an_expired_one_opens_nothing(self, api: Api, world: World) -> None:
        text = make(world, "alpha", expires_at=timezone.now() + timedelta(hours=1))
        assert api("GET", SALES, "alpha", password=text).status_code == 200

        ApiPassword.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        assert api("GET", SALES, "alpha", password=text).status_code == 403

    @pytest.mark.parametrize(
        ("networks", "address", "status"),
        [
            (["192.0.2.0/24"], "192.0.2.7", 200),
            (["192.0.2.0/24"], "192.0.3.7", 403),
            (["2001:db8::/32", "192.0.2.7"], "2001:db8:1::9", 200),
            (["2001:db8::/32"], "2001:db9::1", 403),
            (["192.0.2.7"], "::ffff:192.0.2.7", 200),
            (["192.0.2.7"], "unknown", 403),
            ([], "198.51.100.1", 200),
        ],
    )
    def test_login__only_from_its_networks(
        self, api: Api, world: World, networks: list[str], address: str, status: int
    ) -> None:
        text = make(world, "alpha", networks=networks)
        api.client.defaults["REMOTE_ADDR"] = address

        assert api("GET", SALES, "alpha", password=text).status_code == status

    def test_login__of_a_suspended_owner_is_refused(self, api: Api, world: World) -> None:
        text = make(world, "alpha")
        update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], is_active=False)

        assert api("GET", SALES, "alpha", password=text).status_code == 403

    def test_login__survives_a_new_password(self, api: Api, world: World) -> None:
        text = make(world, "alpha")
        update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], password="another one")

        assert api("GET", SALES, "alpha", password=text).status_code == 200

    def test_web__refuses_it(self, world: World) -> None:
        text = make(world, "alpha")
        response = Client().post("/admin/login/?next=/admin/", {"username": "alpha", "password": text})

        assert response.status_code == 200
        assert "is wrong" in response.content.decode()

    def test_use__is_kept_with_its_address_once_in_some_minutes(self, api: Api, world: World) -> None:
        text = make(world, "alpha")
        api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
        api("GET", SALES, "alpha", password=text)
        first = ApiPassword.objects.get()
        assert (first.last_used_from, first.last_used_at is not None) == ("192.0.2.7", True)

        api("GET", SALES, "alpha", password=text)

        assert ApiPassword.objects.get().last_used_at == first.last_used_at


class TestScope:
    def test_contexts__others_answer_as_somebody_elses(self, api: Api, world: World) -> None:
        text = make(world, "alpha", contexts=["24"])

        def status(path: str) -> int:
            return api("GET", path, "alpha", password=text).status_code

        assert status(SALES) == 200
        assert status("/api/oxaas/v1/admin/forwards/25") == 403
        assert status("/api/oxaas/v1/admin/forwards/alpha_bolt") == 404
        assert status("/api/oxaas/v1/admin/forwards/alpha_acme") == 200
        assert status(SEARCH.format("acme.example")) == 200
        assert status(SEARCH.format("bolt.example")) == 404

    def test_contexts__limit_what_a_tenant_finds(self, api: Api, world: World, tmp_path: Any, settings: Any) -> None:
        settings.MAIL_STORE = f"maildir://{tmp_path}"
        text = make(world, "portal-alpha", families=[ApiFamily.MAIL], contexts=["alpha_acme"], may_write=False)

        assert api("GET", UNREAD.format("acme.example"), "portal-alpha", password=text).status_code == 200
        assert api("GET", UNREAD.format("bolt.example"), "portal-alpha", password=text).status_code == 500

    def test_contexts__only_those_in_charge_can_be_named(self, world: World) -> None:
        for foreign in ("44", "beta_echo", "999", "x"):
            with pytest.raises(Invalid, match="no such context"):
                make(world, "alpha", contexts=["24", foreign])

    @pytest.mark.parametrize(
        ("login", "families"), [("alpha", ["Mail"]), ("portal-alpha", ["Admin"]), ("alpha", []), ("alpha", ["Wizards"])]
    )
    def test_families__are_those_of_the_role(self, world: World, login: str, families: list[str]) -> None:
        with pytest.raises(Invalid):
            make(world, login, families=families)

    @pytest.mark.parametrize("network", ["x", "192.0.2.0/33", "192.0.2.1/24", ""])
    def test_networks__what_is_none_is_refused(self, world: World, network: str) -> None:
        with pytest.raises(Invalid, match="no address or network"):
            make(world, "alpha", networks=[network])


class TestWhoMay:
    @pytest.mark.parametrize(
        ("who", "whose", "may"),
        [
            ("root", "alpha", True),
            ("alpha", "alpha", True),
            ("alpha", "alphakid", True),
            ("alpha", "admin@kid_cafe", True),
            ("alpha", "portal-alpha", True),
            ("alpha", "root", False),
            ("alpha", "beta", False),
            ("alpha", "admin@beta_echo", False),
            ("alphakid", "alpha", False),
            ("admin@alpha_acme", "admin@alpha_acme", True),
            ("admin@alpha_acme", "alpha", False),
            ("admin@alpha_acme", "admin@alpha_bolt", False),
        ],
    )
    def test_create_and_revoke__who_is_in_charge(self, world: World, who: str, whose: str, may: bool) -> None:
        actor, owner = Actor(world.administrators[who], Channel.WEB), world.administrators[whose]
        families = [ApiFamily.MAIL] if whose.startswith("portal") else [ApiFamily.ADMIN]
        row, _text = create_api_password(actor=OPERATOR, administrator=owner, name="given", families=families)
        if may:
            create_api_password(actor=actor, administrator=owner, name="x", families=families)
            revoke_api_password(actor=actor, api_password=row)
            return
        with pytest.raises(NotAllowed):
            create_api_password(actor=actor, administrator=owner, name="x", families=families)
        with pytest.raises(NotAllowed):
            revoke_api_password(actor=actor, api_password=row)

    def test_create__names_are_ones_own(self, world: World) -> None:
        make(world, "alpha")
        make(world, "beta")

        with pytest.raises(Conflict):
            make(world, "alpha")

    def test_create__there_is_an_end(self, world: World) -> None:
        for number in range(MAX_OF_ONE):
            make(world, "alpha", name=str(number))

        with pytest.raises(Invalid):
            make(world, "alpha", name="one more")

    @pytest.mark.parametrize("scope", [{"name": ""}, {"name": "a\0b"}, {"expires_at": timezone.now()}])
    def test_create__refuses_what_makes_no_sense(self, world: World, scope: dict[str, Any]) -> None:
        with pytest.raises(Invalid):
            make(world, "alpha", **scope)

    def test_revoke__twice_is_refused(self, world: World) -> None:
        make(world, "alpha")
        row = ApiPassword.objects.get()
        revoke_api_password(actor=OPERATOR, api_password=ApiPassword.objects.get())

        with pytest.raises(NotFound):
            revoke_api_password(actor=OPERATOR, api_password=row)


class TestChangeLog:
    def test_changes__name_the_credential(self, api: Api, world: World) -> None:
        text = make(world, "alpha")
        row = ApiPassword.objects.get()
        forward = "/api/oxaas/v1/admin/forwards/24/{}@acme.example"
        api("POST", forward.format("one"), "alpha", {"recipient": "a@b.example"}, password=text)
        assert Change.objects.latest("pk").credential == f"API password machine ({row.identifier})"

        api("POST", forward.format("two"), "alpha", {"recipient": "a@b.example"})

        assert Change.objects.latest("pk").credential == "password"

    def test_changes__say_who_made_and_revoked_it_and_what_it_opened(self, world: World) -> None:
        make(world, "admin@alpha_acme", contexts=["24"], networks=["192.0.2.7"])
        revoke_api_password(actor=OPERATOR, api_password=ApiPassword.objects.get())

        made, revoked = Change.objects.filter(kind="api_password").order_by("pk")
        assert (made.action, revoked.action) == ("create", "delete")
        assert made.after == revoked.before
        kept = made.after or {}
        assert (kept["contexts"], kept["networks"]) == (["24"], ["192.0.2.7/32"])
        assert (made.context_id, made.label) == (24, "admin@alpha_acme: machine")


class TestPages:
    def _form(self, **changes: Any) -> dict[str, Any]:
        return {"name": "backup", "scope_families": ["Admin", "Forwards"], "may_write": "on", **changes}

    def _client(self, world: World, login: str) -> Client:
        client = Client()
        client.force_login(world.administrators[login], backend="accounts.login.backends.LoginBackend")
        return client

    def test_add__shows_it_once_and_keeps_it_out_of_caches(self, api: Api, world: World) -> None:
        client, owner = self._client(world, "alpha"), world.administrators["alpha"]
        made = client.post("/admin/accounts/apipassword/add/", self._form(administrator=owner.pk))
        text = made.context["made"].text
        assert text in made.content.decode()
        assert "no-store" in made["Cache-Control"]
        assert api("GET", SALES, "alpha", password=text).status_code == 200

        for path in ("", f"{ApiPassword.objects.get().pk}/change/"):
            page = client.get(f"/admin/accounts/apipassword/{path}").content.decode()
            assert "backup" in page
            assert text not in page
        assert "backup" in client.get("/admin/account").content.decode()

    def test_add__a_context_admin_makes_its_own(self, world: World) -> None:
        client = self._client(world, "admin@alpha_acme")
        assert "id_administrator" not in client.get("/admin/accounts/apipassword/add/").content.decode()
        other = world.administrators["admin@alpha_bolt"]

        client.post("/admin/accounts/apipassword/add/", self._form(administrator=other.pk))

        assert ApiPassword.objects.get().administrator == world.administrators["admin@alpha_acme"]

    def test_add__for_somebody_elses_administrator_is_refused(self, world: World) -> None:
        client = self._client(world, "alpha")
        for login in ("root", "beta", "admin@beta_echo"):
            form = self._form(administrator=world.administrators[login].pk)
            assert client.post("/admin/accounts/apipassword/add/", form).status_code == 200
        assert not ApiPassword.objects.exists()

    def test_add__shows_a_refusal_at_its_field(self, world: World) -> None:
        client, owner = self._client(world, "alpha"), world.administrators["alpha"]
        form = self._form(administrator=owner.pk, scope_networks="nowhere", last_day="2001-01-01")
        page = client.post("/admin/accounts/apipassword/add/", form)
        assert "That day is over." in page.content.decode()

        page = client.post("/admin/accounts/apipassword/add/", form | {"last_day": ""})

        assert "no address or network" in str(page.context["adminform"].form.errors["scope_networks"])

    def test_delete__revokes_and_nothing_changes_one(self, world: World) -> None:
        make(world, "alphakid")
        row, client = ApiPassword.objects.get(), self._client(world, "alpha")
        assert client.post(f"/admin/accounts/apipassword/{row.pk}/change/", {"name": "x"}).status_code == 403

        client.post(f"/admin/accounts/apipassword/{row.pk}/delete/", {"post": "yes"})

        assert not ApiPassword.objects.exists()

    def test_pages__foreign_ones_are_not_there(self, world: World) -> None:
        make(world, "alpha")
        row = ApiPassword.objects.get()
        for login in ("beta", "alphakid", "admin@alpha_acme"):
            client = self._client(world, login)
            assert "machine" not in client.get("/admin/accounts/apipassword/").content.decode()
            assert client.get(f"/admin/accounts/apipassword/{row.pk}/change/").status_code == 302
            assert client.post(f"/admin/accounts/apipassword/{row.pk}/delete/", {"post": "yes"}).status_code == 302
        assert ApiPassword.objects.exists()
