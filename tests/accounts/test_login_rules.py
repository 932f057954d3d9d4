"""Whose credentials they are: the order of the look-up, the long form, encodings, and what a credential opens."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import Client, RequestFactory

from accounts.login.backends import LoginBackend, PathContextBackend, TenantBackend
from accounts.login.lockout import PathContext
from accounts.models import Administrator
from accounts.services.administrators import create_administrator, delete_administrator, update_administrator
from accounts.services.contexts import create_context, update_context
from accounts.services.resellers import update_reseller
from core.access import Role
from core.actor import Actor, Channel
from core.errors import Conflict
from tests.client import Api, basic
from tests.world import OPERATOR, PASSWORD, World

SALES = "/api/oxaas/v1/admin/forwards/24/sales@acme.example"
SALES_BY_NAME = "/api/oxaas/v1/admin/forwards/alpha_acme/sales@acme.example"
NAME = "/oxaas/v1/admin/contexts/24/users/42/uidname"
SEARCH = "/oxaas/v1/admin/oxuser?search=johndoe@acme.example"
UNREAD = "/api/oxaas/mail/unread/johndoe@acme.example"
REQUEST = RequestFactory().get("/")


def _make(world: World, login: str, *, context: int | None = None, reseller: str | None = None, password: str) -> None:
    """A context's admin, a reseller's staff, or else a master."""
    role = Role.CONTEXT if context else Role.RESELLER if reseller else Role.MASTER
    create_administrator(
        actor=OPERATOR,
        login=login,
        role=role,
        context=world.contexts[context] if context else None,
        reseller=world.resellers[reseller] if reseller else None,
        password=password,
    )


def _who(login: str, password: str, world: World, number: int | None, *, by_name: bool = False) -> str:
    """Who decided at a path that names this context."""
    name = world.contexts[number].name if number and by_name else ""
    place = PathContext(name=name) if name else PathContext(number=number or 999)
    found = authenticate(REQUEST, login=login, password=password, path_context=place)
    return f"{found.role} {found}" if isinstance(found, Administrator) else "nobody"


class TestOrder:
    """Master, then the reseller in charge of the context, then the context's own admin; no second try."""

    def test_login__a_masters_name_hides_the_context_admin(self, world: World) -> None:
        _make(world, "root", context=24, password="of the context")

        assert _who("root", PASSWORD, world, 24) == "master root"
        assert _who("root", "of the context", world, 24) == "nobody"
        assert _who("root@alpha_acme", "of the context", world, 24) == "context root@alpha_acme"

    @pytest.mark.parametrize(("number", "login"), [(24, "alpha"), (34, "alpha"), (34, "alphakid")])
    @pytest.mark.parametrize("by_name", [False, True])
    def test_login__a_reseller_in_charge_hides_the_context_admin(
        self, world: World, number: int, login: str, by_name: bool
    ) -> None:
        _make(world, login, context=number, password="of the context")

        assert _who(login, PASSWORD, world, number, by_name=by_name) == f"reseller {login}"
        assert _who(login, "of the context", world, number, by_name=by_name) == "nobody"

    @pytest.mark.parametrize(("number", "login"), [(24, "alphakid"), (24, "beta"), (54, "alpha")])
    @pytest.mark.parametrize("by_name", [False, True])
    def test_login__a_reseller_not_in_charge_leaves_the_name_to_the_context_admin(
        self, world: World, number: int, login: str, by_name: bool
    ) -> None:
        _make(world, login, context=number, password="of the context")

        name = world.contexts[number].name
        assert _who(login, "of the context", world, number, by_name=by_name) == f"context {login}@{name}"

    def test_login__an_inactive_reseller_in_charge_still_decides(self, world: World) -> None:
        _make(world, "alpha", context=24, password="of the context")
        update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], is_active=False)

        assert _who("alpha", "of the context", world, 24) == "nobody"
        assert _who("alpha", PASSWORD, world, 24) == "nobody"

    def test_login__a_tenants_name_hides_nobody(self, world: World) -> None:
        _make(world, "portal-alpha", context=24, password="of the context")

        assert _who("portal-alpha", "of the context", world, 24) == "context portal-alpha@alpha_acme"
        assert _who("portal-alpha", PASSWORD, world, 24) == "nobody"

    def test_call__the_same_password_of_both_is_the_resellers(self, api: Api, world: World) -> None:
        """With the override off a reseller is refused where its namesake of the context would be let in."""
        _make(world, "alpha", context=24, password=PASSWORD)

        assert api("GET", NAME, "alpha").status_code == 401
        assert api("GET", NAME, "alpha@alpha_acme").status_code == 200


class TestLongForm:
    """`admin@<context name>`"""

    @pytest.mark.parametrize("path", [SALES, SALES_BY_NAME, NAME, SEARCH])
    def test_login__opens_its_own_context(self, api: Api, world: World, path: str) -> None:
        assert api("GET", path, "admin@alpha_acme").status_code == 200

    @pytest.mark.parametrize("login", ["admin@alpha_bolt", "admin@beta_echo", "admin@no_such", "admin@", "@alpha_acme"])
    @pytest.mark.parametrize(("path", "denied"), [(SALES, 403), (SALES_BY_NAME, 403), (NAME, 401)])
    def test_login__of_another_context_is_refused(
        self, api: Api, world: World, login: str, path: str, denied: int
    ) -> None:
        assert api("GET", path, login).status_code == denied

    @pytest.mark.parametrize("login", ["admin@ALPHA_ACME", "ADMIN@alpha_acme", "ａdmin＠alpha_acme", "ADMIN"])
    def test_login__is_found_without_case_and_width(self, api: Api, world: World, login: str) -> None:
        assert api("GET", NAME, login).status_code == 200

    @pytest.mark.parametrize("login", ["admin@alpha_acm", "adm\u200bin", "admin@alpha_acme\u2060", "\u0301admin"])
    def test_login__nothing_is_left_out_of_a_name(self, api: Api, world: World, login: str) -> None:
        assert api("GET", NAME, login).status_code == 401

    def test_oxuser__the_short_form_is_refused(self, api: Api, world: World) -> None:
        assert api("GET", SEARCH, "admin").status_code == 401

    def test_oxuser__a_resellers_name_that_looks_like_a_long_form_cannot_be_made(self, world: World) -> None:
        """Otherwise a reseller would shut out the admin of a context that is none of its business."""
        with pytest.raises(Conflict):
            _make(world, "admin@alpha_acme", reseller="beta", password=PASSWORD)

    def test_oxuser__a_context_admin_whose_long_form_is_a_resellers_name_cannot_be_made(self, world: World) -> None:
        _make(world, "clerk@alpha_acme", reseller="beta", password=PASSWORD)

        with pytest.raises(Conflict):
            _make(world, "clerk", context=24, password=PASSWORD)

    def test_oxuser__renaming_a_context_does_not_make_a_long_form_a_resellers_name(self, world: World) -> None:
        _make(world, "admin@alpha_new", reseller="beta", password=PASSWORD)

        with pytest.raises(Conflict):
            update_context(actor=OPERATOR, context=world.contexts[24], name="alpha_new")

    def test_login__a_login_may_hold_an_at_sign(self, api: Api, world: World) -> None:
        _make(world, "eve@mail.example", context=24, password="secret one")

        for login in ("eve@mail.example", "eve@mail.example@alpha_acme"):
            assert api("GET", NAME, login, password="secret one").status_code == 200
        assert api("GET", SEARCH, "eve@mail.example@alpha_acme", password="secret one").status_code == 200
        assert api("GET", SEARCH, "eve@mail.example", password="secret one").status_code == 401


class TestCredentials:
    """UTF-8, else ISO-8859-1; split at the first colon; no empty password."""

    @staticmethod
    def _get(header: str) -> int:
        return Client().get(NAME, headers={"Authorization": header}).status_code

    def test_login__both_encodings(self, world: World) -> None:
        _make(world, "zoë", context=24, password="grün:süß und lang")

        assert self._get(basic("zoë", "grün:süß und lang", "utf-8")) == 200
        assert self._get(basic("zoë", "grün:süß und lang", "iso-8859-1")) == 200
        assert self._get(basic("zoë", "grün", "utf-8")) == 401

    def test_login__the_scheme_is_named_in_any_case(self, world: World) -> None:
        token = basic("admin").removeprefix("Basic ")

        for scheme in ("Basic", "basic", "BASIC"):
            assert self._get(f"{scheme} {token}") == 200

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Basic",
            "Basic ",
            "Basic !!!!",
            "Basic YWRtaW4",
            "Bearer " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode(),
            base64.b64encode(f"admin:{PASSWORD}".encode()).decode(),
            basic("admin") + ", " + basic("admin"),
            basic("admin", ""),
            basic("", PASSWORD),
            basic("admin\0"),
            basic("admin", PASSWORD + "\0"),
            basic(" admin"),
            basic("admin", PASSWORD + " "),
            "Basic " + base64.b64encode(b"admin").decode(),
            "Basic " + "A" * 100_000,
        ],
    )
    def test_login__anything_else_is_refused(self, world: World, header: str) -> None:
        assert self._get(header) == 401

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site"])
    def test_login__another_sites_page_cannot_use_a_browsers_credentials(
        self, api: Api, world: World, override: None, site: str
    ) -> None:
        """A form that posts itself needs no body here, and the browser would add what it remembers."""
        path = "/api/oxaas/v1/admin/explicitmaildomains/24/evil.example"

        assert api("POST", path, "alpha", headers={"Sec-Fetch-Site": site}).status_code == 401
        assert not world.contexts[24].domains.filter(name="evil.example").exists()
        for own in ("same-origin", "none"):
            assert api("GET", SEARCH, "alpha", headers={"Sec-Fetch-Site": own}).status_code == 200

    def test_login__an_empty_password_is_never_asked_for(self, world: World) -> None:
        """Not even of an administrator whose stored hash would match it."""
        row = world.administrators["admin@alpha_acme"]
        row.set_password("")
        row.save()

        assert self._get(basic("admin", "")) == 401
        assert authenticate(REQUEST, username="admin@alpha_acme", password="") is None
        assert authenticate(REQUEST, tenant="portal-alpha", password="") is None


class TestTenant:
    """A tenant credential opens the Mail operations, and nothing else opens them."""

    @pytest.mark.parametrize("path", [SALES, SALES_BY_NAME, NAME, SEARCH])
    def test_call__opens_nothing_else(self, api: Api, world: World, path: str, override: None) -> None:
        assert api("GET", path, "portal-alpha").status_code in {401, 403}

    def test_web__does_not_log_in(self, world: World) -> None:
        client = Client()

        client.post("/admin/login/", {"username": "portal-alpha", "password": PASSWORD})

        assert "_auth_user_id" not in client.session

    def test_session__of_a_tenant_is_nobodys(self, world: World) -> None:
        tenant = world.administrators["portal-alpha"]

        assert LoginBackend().get_user(tenant.pk) is None
        assert TenantBackend().get_user(tenant.pk) is None

    @pytest.mark.parametrize("login", ["root", "alpha", "admin", "admin@alpha_acme"])
    def test_mail__nobody_else_is_let_in(self, api: Api, world: World, login: str, override: None) -> None:
        assert api("GET", UNREAD, login).status_code == 401


class TestSession:
    """The web admin's sessions end with the right to act."""

    @staticmethod
    def _clerk(login: str = "alpha") -> Client:
        client = Client()
        response = client.post("/admin/login/?next=/admin/", {"username": login, "password": PASSWORD})
        assert response.status_code == 302
        return client

    @staticmethod
    def _is_in(client: Client) -> bool:
        return client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("login", ["root", "alpha", "alphakid", "admin@alpha_acme"])
    def test_session__opens_for_staff(self, world: World, login: str) -> None:
        assert self._is_in(self._clerk(login))

    @pytest.mark.parametrize("login", ["admin", "nobody", "portal-alpha"])
    def test_session__does_not_open_for_others(self, world: World, login: str) -> None:
        response = Client().post("/admin/login/?next=/admin/", {"username": login, "password": PASSWORD})

        assert response.status_code == 200

    def test_session__ends_when_the_administrator_is_suspended(self, world: World) -> None:
        client = self._clerk()
        update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], is_active=False)

        assert not self._is_in(client)

    @pytest.mark.parametrize("login", ["alpha", "alphakid", "admin@alpha_acme", "admin@kid_cafe"])
    def test_session__ends_when_the_reseller_above_is_suspended(self, world: World, login: str) -> None:
        client = self._clerk(login)
        update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], is_active=False)

        assert not self._is_in(client)

    def test_session__ends_when_the_context_is_suspended(self, world: World) -> None:
        client = self._clerk("admin@alpha_acme")
        update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)

        assert not self._is_in(client)

    def test_session__ends_with_the_password(self, world: World) -> None:
        client = self._clerk()
        update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], password="another one")

        assert not self._is_in(client)

    def test_session__ends_with_the_administrator(self, world: World) -> None:
        client = self._clerk()
        delete_administrator(actor=OPERATOR, administrator=world.administrators["alpha"])

        assert not self._is_in(client)

    def test_session__a_key_from_before_the_login_is_worth_nothing(self, world: World) -> None:
        client = Client()
        client.get("/admin/login/")
        session = client.session
        session["left by"] = "somebody else"
        session.save()
        client.cookies["sessionid"] = before = str(session.session_key)

        client.post("/admin/login/?next=/admin/", {"username": "alpha", "password": PASSWORD})

        assert client.cookies["sessionid"].value != before
        other = Client()
        other.cookies["sessionid"] = before
        assert not self._is_in(other)

    def test_session__opens_no_operation(self, world: World) -> None:
        client = self._clerk("admin@alpha_acme")

        assert client.get(NAME).status_code == 401
        assert client.get(SALES).status_code == 403


def test_backends__take_only_their_own_keywords(world: World) -> None:
    """Else the credentials of one door would be tried at another."""
    assert authenticate(REQUEST, username="portal-alpha", password=PASSWORD) is None
    assert authenticate(REQUEST, tenant="alpha", password=PASSWORD) is None
    assert authenticate(None, username="alpha", password=PASSWORD) is None
    assert PathContextBackend().authenticate(None, "alpha", PASSWORD, PathContext(24)) is None
    assert TenantBackend().authenticate(None, "portal-alpha", PASSWORD) is None


def test_log__holds_no_credentials(api: Api, world: World, caplog: Any) -> None:
    """Neither the header, nor the password, nor what was typed as a name."""
    for login, password in (("my-login-secret", "pw-secret-one"), ("alpha", "pw-secret-two")):
        for path in (SALES, NAME, SEARCH, UNREAD):
            api("GET", path, login, password=password)

    shown = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "secret" not in shown
    assert basic("alpha", "pw-secret-two").removeprefix("Basic ") not in shown


def test_changes__a_context_made_again_gives_old_sessions_nothing(world: World) -> None:
    """The administrators of a deleted context are gone with it, their sessions too."""
    from accounts.services.contexts import delete_context

    client = TestSession._clerk("admin@alpha_acme")
    delete_context(actor=OPERATOR, context=world.contexts[24])
    context = create_context(
        actor=Actor(None, Channel.PROVISION), context_id=24, name="beta_new", reseller=world.resellers["beta"]
    )
    create_administrator(actor=OPERATOR, login="admin", role=Role.CONTEXT, context=context, password=PASSWORD)

    assert not TestSession._is_in(client)
