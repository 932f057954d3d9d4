"""The second factor: set up, asked for, demanded, reset; and what the API then still takes."""

from __future__ import annotations

import base64
from typing import Any, Final

import pytest
from django.test import Client

from accounts import machine_secrets, totp
from accounts.models import Administrator, ApiFamily, LoginEvent, Passkey, RecoveryCode, Reseller, TotpDevice
from accounts.services import second_factors
from accounts.services.administrators import create_administrator, update_administrator
from accounts.services.api_passwords import create_api_password
from accounts.services.resellers import update_reseller
from changelog.models import Change
from core.access import Role
from core.actor import Actor, Channel
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.client import Api
from tests.web.person import LOGIN
from tests.world import OPERATOR, PASSWORD, World

SECOND: Final = "/admin/login/second-factor"
PAGE: Final = "/admin/account/second-factor"
SALES: Final = "/api/oxaas/v1/admin/forwards/24/sales@acme.example"
SECRET: Final = b"12345678901234567890"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of the codes, which the test moves."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(second_factors.time, "time", lambda: now[0])  # type: ignore[attr-defined]
    return now


def code(clock: list[float]) -> str:
    return totp.code_at(SECRET, int(clock[0]) // totp.SECONDS)


@pytest.fixture
def app(world: World, clock: list[float]) -> Administrator:
    """Alpha, with an authenticator app that has shown its first code some time ago."""
    alpha = world.administrators["alpha"]
    actor = Actor(alpha, Channel.WEB)
    second_factors.set_totp(actor=actor, administrator=alpha, secret=SECRET, code=code(clock))
    clock[0] += 10 * totp.SECONDS
    return alpha


def password_step(login: str = "alpha", target: str = "/admin/") -> Client:
    client = Client()
    client.post(f"{LOGIN}?next={target}", {"username": login, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


class TestTotp:
    @pytest.mark.parametrize(
        ("at", "expected"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
    )
    def test_code__is_that_of_rfc_6238(self, at: int, expected: str) -> None:
        assert totp.code_at(SECRET, at // 30) == expected

    def test_uri__names_issuer_and_login(self) -> None:
        found = totp.uri(SECRET, login="admin@alpha_acme", issuer="Über Mail")
        assert found.startswith("otpauth://totp/%C3%9Cber%20Mail%3Aadmin%40alpha_acme?secret=")
        assert base64.b32encode(SECRET).decode() in found

    def test_secret__is_sealed_and_outlives_a_change_of_the_key(
        self, app: Administrator, settings: Any, clock: list[float]
    ) -> None:
        assert totp.as_text(SECRET) not in str(TotpDevice.objects.values())
        before, settings.SECRET_KEY = settings.SECRET_KEY, "another one"
        assert second_factors.take_code(app, code(clock)) == ""
        settings.SECRET_KEY_FALLBACKS = [before]
        assert second_factors.take_code(app, code(clock)) == "totp"


class TestLogin:
    def test_login__asks_for_the_code_before_anything_opens(self, app: Administrator, clock: list[float]) -> None:
        client = password_step(target="/admin/accounts/context/")
        assert not is_in(client)
        assert client.get(SECOND).status_code == 200
        assert not LoginEvent.objects.filter(outcome="success").exists()

        response = client.post(SECOND, {"code": code(clock)})

        assert response["Location"] == "/admin/accounts/context/"
        assert is_in(client)
        event = LoginEvent.objects.latest("pk")
        assert (event.outcome, event.second_factor) == ("success", "totp")

    def test_login__a_code_is_taken_once(self, app: Administrator, clock: list[float]) -> None:
        shown = code(clock)
        password_step().post(SECOND, {"code": shown})
        again = password_step()
        again.post(SECOND, {"code": shown})
        assert not is_in(again)

    def test_login__clocks_may_differ_by_one_step(self, app: Administrator, clock: list[float]) -> None:
        for steps, opens in ((-2, False), (2, False), (-1, True), (0, True), (1, True)):
            client = password_step()
            shown = totp.code_at(SECRET, int(clock[0]) // totp.SECONDS + steps)
            client.post(SECOND, {"code": shown})
            assert is_in(client) is opens, steps

    @pytest.mark.parametrize("given", ["", "000000", "x" * 41, "a\x00b", "１２３４５６"])
    def test_login__anything_else_is_refused(self, app: Administrator, given: str) -> None:
        client = password_step()
        assert client.post(SECOND, {"code": given}).status_code == 200
        assert not is_in(client)

    @pytest.mark.parametrize("answer", ["{}", "x", '{"id": "a", "rawId": "a", "response": {}}', "[1]", "9" * 5000])
    def test_login__a_passkey_that_is_none_is_refused(self, app: Administrator, answer: str) -> None:
        Passkey.objects.create(administrator=app, name="key", credential_id="YWJj", public_key=b"x")
        client = password_step()
        assert "data-options" in client.get(SECOND).content.decode()
        assert client.post(SECOND, {"passkey": answer}).status_code == 200
        assert not is_in(client)

    def test_login__wrong_codes_lock_sooner_than_wrong_passwords(
        self, app: Administrator, settings: Any, clock: list[float]
    ) -> None:
        settings.LOGIN_FAILURE_LIMIT = 8
        client = password_step()
        for _time in range(2):
            client.post(SECOND, {"code": "000000"})

        page = client.post(SECOND, {"code": code(clock)})

        assert "Too many failed logins" in page.content.decode()
        assert list(LoginEvent.objects.order_by("pk").values_list("outcome", flat=True)) == [
            "second-factor",
            "second-factor",
            "locked",
        ]

    def test_second_step__without_the_first_goes_back_to_it(self, app: Administrator, clock: list[float]) -> None:
        assert Client().get(SECOND)["Location"] == LOGIN
        assert Client().post(SECOND, {"code": code(clock)})["Location"] == LOGIN

    def test_second_step__ends_with_time_and_with_the_password(
        self, app: Administrator, clock: list[float], monkeypatch: Any
    ) -> None:
        client = password_step()
        update_administrator(actor=OPERATOR, administrator=app, password="another secret one")
        assert client.post(SECOND, {"code": code(clock)})["Location"] == LOGIN
        update_administrator(actor=OPERATOR, administrator=app, password=PASSWORD)
        client = password_step()
        clock[0] += 601
        assert client.post(SECOND, {"code": code(clock)})["Location"] == LOGIN

    def test_recovery_code__opens_once(self, app: Administrator) -> None:
        first, *rest = second_factors.make_recovery_codes(actor=Actor(app, Channel.WEB), administrator=app)
        assert len(rest) == second_factors.RECOVERY_CODES - 1
        assert first not in str(RecoveryCode.objects.values())
        for given, opens in ((first.upper().replace("-", " "), True), (first, False), (rest[0], True)):
            client = password_step()
            client.post(SECOND, {"code": given})
            assert is_in(client) is opens

    def test_session__of_before_the_second_factor_ends(self, world: World, clock: list[float]) -> None:
        client, alpha = password_step(), world.administrators["alpha"]
        assert is_in(client)
        actor = Actor(alpha, Channel.WEB)
        second_factors.set_totp(actor=actor, administrator=alpha, secret=SECRET, code=code(clock))
        assert not is_in(client)

    def test_changes__name_the_factor_that_was_shown(self, app: Administrator, clock: list[float]) -> None:
        client = password_step()
        client.post(SECOND, {"code": code(clock)})
        client.post("/admin/account", {"language": "de"})
        assert Change.objects.latest("pk").credential == "password and totp"


class TestApi:
    def test_call__wants_an_api_password_of_who_has_a_second_factor(self, api: Api, app: Administrator) -> None:
        _row, text = create_api_password(
            actor=OPERATOR, administrator=app, name="machine", families=[ApiFamily.FORWARDS]
        )
        assert api("GET", SALES, "alpha").status_code == 403
        assert LoginEvent.objects.latest("pk").outcome == "api-password-needed"
        assert api("GET", SALES, "alpha", password=text).status_code == 200
        assert api("GET", SALES, "admin").status_code == 200

    def test_call__a_right_password_that_opens_nothing_is_a_failure(
        self, api: Api, app: Administrator, settings: Any
    ) -> None:
        settings.LOGIN_FAILURE_LIMIT = 2
        assert [api("GET", SALES, "alpha").status_code for _time in range(3)] == [403, 403, 429]

    @pytest.mark.parametrize(
        ("demand", "login", "path", "status"),
        [
            ("alpha", "alpha", SALES, 403),
            ("alpha", "admin", SALES, 403),
            ("alpha", "alphakid", "/api/oxaas/v1/admin/forwards/34/sales@cafe.example", 403),
            ("alpha", "admin", "/api/oxaas/v1/admin/forwards/34/sales@cafe.example", 403),
            ("alpha", "beta", "/api/oxaas/v1/admin/forwards/44/sales@echo.example", 200),
            ("alphakid", "alpha", SALES, 200),
            ("alphakid", "admin", SALES, 200),
            ("reseller", "alpha", SALES, 403),
            ("reseller", "admin", SALES, 200),
        ],
    )
    def test_call__wants_one_where_it_is_demanded(
        self, api: Api, world: World, settings: Any, demand: str, login: str, path: str, status: int
    ) -> None:
        if demand in world.resellers:
            update_reseller(actor=OPERATOR, reseller=world.resellers[demand], demand_second_factor=True)
        else:
            settings.SECOND_FACTOR_FOR = [demand]
        assert api("GET", path, login).status_code == status

    def test_call__tenant_credentials_have_no_second_factor(
        self, api: Api, world: World, settings: Any, tmp_path: Any
    ) -> None:
        settings.MAIL_STORE = f"maildir://{tmp_path}"
        update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], demand_second_factor=True)
        assert api("GET", "/api/oxaas/mail/unread/johndoe@acme.example", "portal-alpha").status_code == 200


class TestDemand:
    def test_page__every_one_leads_to_setting_it_up(self, world: World) -> None:
        update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], demand_second_factor=True)
        client = password_step()
        for path in ("/admin/", "/admin/accounts/user/", "/admin/account", "/admin/search"):
            assert client.get(path)["Location"] == PAGE, path
        for path in (PAGE, f"{PAGE}/app", f"{PAGE}/passkey", "/admin/password_change/"):
            assert client.get(path).status_code == 200, path
        assert is_in(password_step("beta"))

    def test_demand__is_set_by_who_is_in_charge_of_the_reseller(self, world: World) -> None:
        for who, whose, may in (("alpha", "alpha", True), ("alpha", "alphakid", True), ("alphakid", "alpha", False)):
            actor = Actor(world.administrators[who], Channel.WEB)
            reseller = Reseller.objects.select_related("parent").get(name=whose)
            if may:
                update_reseller(actor=actor, reseller=reseller, demand_second_factor=True)
            else:
                with pytest.raises(NotAllowed):
                    update_reseller(actor=actor, reseller=reseller, demand_second_factor=False)


class TestPages:
    def test_app__is_set_up_with_its_first_code(self, world: World, clock: list[float]) -> None:
        client = password_step()
        secret = base64.b32decode(client.get(f"{PAGE}/app").context["secret"])
        image = client.get(f"{PAGE}/app.svg")
        assert image["Content-Type"] == "image/svg+xml"
        assert b"<svg" in image.content
        assert b"style=" not in image.content
        assert client.post(f"{PAGE}/app", {"code": "000000"}).context["form"].errors["code"]

        shown = totp.code_at(secret, int(clock[0]) // totp.SECONDS)
        assert client.post(f"{PAGE}/app", {"code": shown})["Location"] == PAGE

        assert is_in(client), "the session has shown the factor"
        page = client.post(f"{PAGE}/recovery-codes")
        assert len(page.context["codes"]) == second_factors.RECOVERY_CODES
        assert "no-store" in page["Cache-Control"]
        assert client.get(f"{PAGE}/app.svg").status_code == 404

    def test_remove__wants_the_password(self, app: Administrator, clock: list[float]) -> None:
        client = password_step()
        client.post(SECOND, {"code": code(clock)})
        client.post(PAGE, {"what": "totp", "password": "wrong"})
        assert TotpDevice.objects.exists()
        client.post(PAGE, {"what": "totp", "password": PASSWORD})
        assert not TotpDevice.objects.exists()

    def test_app__in_place_of_another_takes_removing_that_first(self, app: Administrator, clock: list[float]) -> None:
        client = password_step()
        client.post(SECOND, {"code": code(clock)})
        assert client.get(f"{PAGE}/app")["Location"] == PAGE
        assert client.post(f"{PAGE}/app", {"code": code(clock)})["Location"] == PAGE
        with pytest.raises(Conflict):
            second_factors.set_totp(actor=Actor(app, Channel.WEB), administrator=app, secret=SECRET, code=code(clock))

    def test_recovery_codes__in_place_of_others_want_the_password(self, app: Administrator, clock: list[float]) -> None:
        client = password_step()
        client.post(SECOND, {"code": code(clock)})
        first = client.post(f"{PAGE}/recovery-codes").context["codes"]
        assert b"password-codes" in client.get(PAGE).content

        for sent in ({}, {"password": "wrong"}):
            assert client.post(f"{PAGE}/recovery-codes", sent)["Location"] == PAGE
        assert second_factors.take_code(app, first[0]) == "recovery"

        assert client.post(f"{PAGE}/recovery-codes", {"password": PASSWORD}).context["codes"] != first
        assert not second_factors.take_code(app, first[1])

    @pytest.mark.parametrize("what", ["999", "x", "-1", "", "٣"])
    def test_remove__what_is_not_there_is_a_sentence(self, app: Administrator, clock: list[float], what: str) -> None:
        client = password_step()
        client.post(SECOND, {"code": code(clock)})
        assert client.post(PAGE, {"what": what, "password": PASSWORD}).status_code == 302
        assert TotpDevice.objects.exists()

    def test_remove__somebody_elses_passkey_stays(self, app: Administrator, clock: list[float], world: World) -> None:
        beta = world.administrators["beta"]
        passkey = Passkey.objects.create(administrator=beta, name="key", credential_id="YWJj", public_key=b"x")
        client = password_step()
        client.post(SECOND, {"code": code(clock)})
        client.post(PAGE, {"what": str(passkey.pk), "password": PASSWORD})
        assert Passkey.objects.exists()

    @pytest.mark.parametrize("answer", ["", "{}", "x"])
    def test_passkey__that_is_none_is_refused(self, world: World, answer: str) -> None:
        client = password_step()
        client.get(f"{PAGE}/passkey")
        page = client.post(f"{PAGE}/passkey", {"name": "key", "passkey": answer})
        assert "no passkey that holds" in page.content.decode()
        assert not Passkey.objects.exists()


class TestReset:
    @pytest.mark.parametrize(
        ("who", "may"), [("root", True), ("alphakid", False), ("beta", False), ("admin@alpha_acme", False)]
    )
    def test_reset__by_who_is_in_charge_and_logged(self, app: Administrator, world: World, who: str, may: bool) -> None:
        actor = Actor(world.administrators[who], Channel.WEB)
        if not may:
            with pytest.raises(NotAllowed):
                second_factors.reset_second_factor(actor=actor, administrator=app)
            return
        second_factors.reset_second_factor(actor=actor, administrator=app)
        assert not TotpDevice.objects.exists()
        change = Change.objects.latest("pk")
        assert (change.kind, change.actor, change.before) == (
            "second_factor",
            who,
            {"second_factor": ["authenticator app"]},
        )
        with pytest.raises(NotFound):
            second_factors.reset_second_factor(actor=actor, administrator=app)

    def test_reset__nobody_does_it_for_themselves(self, app: Administrator) -> None:
        with pytest.raises(NotAllowed):
            second_factors.reset_second_factor(actor=Actor(app, Channel.WEB), administrator=app)

    def test_reset__in_the_administrators_form(self, app: Administrator) -> None:
        client = password_step("root")
        path = f"/admin/accounts/administrator/{app.pk}/change/"
        assert "reset_second_factor" in client.get(path).content.decode()
        client.post(path, {"is_active": "on", "language": "", "reset_second_factor": "on"})
        assert not TotpDevice.objects.exists()
        assert "reset_second_factor" not in client.get(path).content.decode()

    def test_set_up__nobody_does_it_for_others(self, world: World) -> None:
        actor = Actor(world.administrators["root"], Channel.WEB)
        with pytest.raises(NotAllowed):
            second_factors.set_totp(actor=actor, administrator=world.administrators["alpha"], secret=SECRET, code="1")


class TestPasswords:
    def test_must_change__leads_to_the_page_until_it_is_done(self, world: World) -> None:
        alpha = world.administrators["alpha"]
        update_administrator(actor=OPERATOR, administrator=alpha, must_change_password=True)
        client = password_step()
        assert client.get("/admin/accounts/user/")["Location"] == "/admin/password_change/"
        new = {"old_password": PASSWORD, "new_password1": "a rather new secret", "new_password2": "a rather new secret"}
        client.post("/admin/password_change/", new)
        assert is_in(client)
        assert not Administrator.objects.get(pk=alpha.pk).must_change_password

    def test_must_change__stays_when_somebody_else_sets_the_password(self, world: World) -> None:
        alpha = world.administrators["alpha"]
        actor = Actor(world.administrators["root"], Channel.WEB)
        update_administrator(
            actor=actor, administrator=alpha, password="a password to begin with", must_change_password=True
        )
        assert Administrator.objects.get(pk=alpha.pk).must_change_password

    @pytest.mark.parametrize("password", ["short", "1234567890123", "password123456"[:8]])
    def test_rules__hold_for_every_channel(self, world: World, password: str) -> None:
        values: dict[str, Any] = {"login": "new", "role": Role.MASTER, "password": password}
        with pytest.raises(Invalid, match="password"):
            create_administrator(actor=OPERATOR, **values)
        with pytest.raises(Invalid, match="password"):
            update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], password=password)

    def test_form__offers_a_look_and_a_password_made_by_chance(self, world: World) -> None:
        client = password_step()
        for path in ("/admin/accounts/administrator/add/", "/admin/password_change/"):
            page = client.get(path).content.decode()
            assert "data-new-password" in page
            assert "oxaas/passwords.js" in page


def test_recovery_codes__are_random_enough() -> None:
    codes = machine_secrets.recovery_codes(500)
    assert len(set(codes)) == 500
    assert all(len(one) == 11 for one in codes)
