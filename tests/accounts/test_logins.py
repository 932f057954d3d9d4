"""The log of logins: what is kept and told of each, to whom, and what a ban can be hung on."""

from __future__ import annotations

import configparser
import json
import logging
import re
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth import authenticate
from django.db import OperationalError
from django.test import Client, RequestFactory

from accounts.login import hashing, journal, sightings
from accounts.models import Administrator, ApiFamily, ApiPassword, KnownAddress, LoginEvent
from accounts.services.administrators import update_administrator
from accounts.services.api_passwords import create_api_password
from accounts.services.logins import KNOWN_FOR
from core import trace
from oxaas.lines import JsonFormatter, TextFormatter
from tests.client import Api
from tests.world import OPERATOR, PASSWORD, World

SALES: Final = "/api/oxaas/v1/admin/forwards/24/sales@acme.example"
FILTER: Final = Path(__file__).parents[2] / "deploy" / "fail2ban" / "filter.conf"
# What fail2ban puts in the place of <HOST>, as far as addresses go.
HOST: Final = r"(?P<host>\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+|[\w\-.]+\w)"


def last() -> LoginEvent:
    return LoginEvent.objects.latest("pk")


def log_in(login: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/admin/login/?next=/admin/", {"username": login, "password": password})
    return client


class TestRows:
    def test_success__is_kept_with_address_channel_and_credential(self, api: Api, world: World) -> None:
        api.client.defaults["REMOTE_ADDR"] = "2001:db8::7"
        api("GET", SALES, "admin")

        event, admin = last(), world.administrators["admin@alpha_acme"]
        assert (event.name, event.outcome, event.channel) == ("admin", "success", "api")
        assert (event.address, event.credential, event.administrator_id) == ("2001:db8::7", "password", admin.pk)
        assert (event.context_id, event.reseller_id) == (24, world.resellers["alpha"].pk)

    def test_success__of_an_api_password_names_it(self, api: Api, world: World) -> None:
        row, text = create_api_password(
            actor=OPERATOR, administrator=world.administrators["alpha"], name="machine", families=[ApiFamily.FORWARDS]
        )
        api("GET", SALES, "alpha", password=text)

        assert last().credential == f"API password machine ({row.identifier})"
        ApiPassword.objects.update(networks="192.0.2.0/24")
        api("GET", SALES, "alpha", password=text)
        assert last().outcome == "network"
        ApiPassword.objects.update(expires_at="2001-01-01T00:00:00Z")
        api("GET", SALES, "alpha", password=text)
        assert last().outcome == "expired"

    def test_success__at_the_api_is_kept_once_in_some_minutes(self, api: Api, world: World, monkeypatch: Any) -> None:
        for _call in range(5):
            api("GET", SALES, "alpha")
        assert LoginEvent.objects.count() == 1
        api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
        api("GET", SALES, "alpha")
        assert LoginEvent.objects.count() == 2

        monkeypatch.setattr(sightings, "INTERVAL_SECONDS", 0)
        api("GET", SALES, "alpha")

        assert LoginEvent.objects.count() == 3

    def test_success__at_the_web_admin_is_kept_each_time(self, world: World) -> None:
        for _time in range(2):
            log_in("alpha")
        assert [one.channel for one in LoginEvent.objects.all()] == ["web", "web"]

    @pytest.mark.parametrize(
        ("login", "outcome"), [("alpha", "wrong"), ("nobody", "unknown"), ("admin@alpha_acme", "wrong")]
    )
    def test_refusal__is_kept_for_both_channels(self, api: Api, world: World, login: str, outcome: str) -> None:
        api("GET", "/oxaas/v1/admin/oxuser?search=x", login, password="wrong")
        log_in(login, "wrong")

        events = LoginEvent.objects.order_by("pk")
        assert [(one.channel, one.outcome) for one in events] == [("api", outcome), ("web", outcome)]
        assert (events[0].administrator_id is None) is (outcome == "unknown")

    def test_refusal__of_who_is_suspended_and_of_who_is_locked(self, api: Api, world: World, settings: Any) -> None:
        settings.LOGIN_FAILURE_LIMIT = 1
        update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], is_active=False)
        for _call in range(4):
            api("GET", SALES, "alpha")

        outcomes = list(LoginEvent.objects.order_by("pk").values_list("outcome", flat=True))
        assert outcomes == ["suspended", "locked"], "what nothing bounds is kept once in some minutes"

    def test_refusal__when_there_is_no_turn(self, api: Api, world: World, settings: Any) -> None:
        settings.LOGIN_HASHES_PER_SECOND = 1
        hashing.forget()
        statuses = {api("GET", SALES, f"name{number}", password="x").status_code for number in range(9)}
        assert statuses == {403, 503}
        assert "busy" in LoginEvent.objects.values_list("outcome", flat=True)

    def test_unknown_name__is_kept_as_a_digest_that_can_be_recognised(self, api: Api, world: World) -> None:
        for name in ("my secret password", "my secret password", "another"):
            api("GET", SALES, name, password="x")

        names = list(LoginEvent.objects.order_by("pk").values_list("name", flat=True))
        assert "secret" not in str(names)
        assert names[0] == names[1] != names[2]

    def test_success__is_shown_on_administrator_and_makes_the_address_known(self, api: Api, world: World) -> None:
        api("GET", SALES, "alpha")

        alpha = Administrator.objects.get(login="alpha")
        assert (alpha.last_used_from, alpha.last_used_at is not None) == ("127.0.0.1", True)
        known = KnownAddress.objects.get(administrator=alpha)
        KnownAddress.objects.create(administrator=alpha, site="192.0.2.7", last_at=known.last_at - KNOWN_FOR)
        sightings.forget_all()

        api("GET", SALES, "alpha")

        assert [one.site for one in KnownAddress.objects.all()] == ["127.0.0.1"]

    @pytest.mark.parametrize("password", [PASSWORD, "wrong"])
    def test_database__that_takes_no_rows_refuses_nobody(
        self, api: Api, world: World, monkeypatch: Any, password: str, caplog: Any
    ) -> None:
        def fail(*given: Any) -> None:
            raise OperationalError("cannot execute INSERT in a read-only transaction")

        monkeypatch.setattr(journal, "record_success", fail)
        monkeypatch.setattr(journal, "record_refusal", fail)

        assert api("GET", SALES, "alpha", password=password).status_code == (200 if password == PASSWORD else 403)
        assert "could not be kept" in caplog.text


def lines(caplog: pytest.LogCaptureFixture, form: str = "text") -> list[str]:
    """What stands on standard error."""
    line = {"text": TextFormatter(), "json": JsonFormatter()}[form]
    with trace.traced("0a1b/="):
        return [line.format(record) for record in caplog.records if record.name == "oxaas.login"]


class TestLine:
    @pytest.fixture(autouse=True)
    def info(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)

    def test_line__says_it_all_and_is_one(self, api: Api, world: World, caplog: Any) -> None:
        alpha = world.administrators["alpha"]
        api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
        api("GET", SALES, "alpha", password="wrong")
        api("GET", SALES, "alpha")

        refused, success = lines(caplog)
        assert refused.endswith(
            "WARNING oxaas.login [0a1b/=]: login outcome=wrong channel=api address=192.0.2.7 second_factor=- "
            f'administrator={alpha.pk} credential="" name="alpha"'
        )
        assert success.endswith(
            "INFO oxaas.login [0a1b/=]: login outcome=success channel=api address=192.0.2.7 second_factor=- "
            f'administrator={alpha.pk} credential="password" name="alpha"'
        )

    def test_filter__finds_the_address_of_each_refusal(self, api: Api, world: World, caplog: Any) -> None:
        addresses = ["192.0.2.7", "2001:db8::1:7"]
        for address in addresses:
            api.client.defaults["REMOTE_ADDR"] = address
            for login, password in [("alpha", "wrong"), ("nobody", "x"), ("alpha", PASSWORD)]:
                api("GET", SALES, login, password=password)

        for form in ("text", "json"):
            found = [banned(line) for line in lines(caplog, form)]
            assert found == [*["192.0.2.7"] * 2, None, *["2001:db8::1:7"] * 2, None]

    @pytest.mark.parametrize("prefix", ["", "host granian[123]: ", "host oxaas: "])
    @pytest.mark.parametrize("date", ["2026-11-27T16:00:00.123+01:00", ".123+01:00", ""])
    @pytest.mark.parametrize("about", ["", " [0a1b]"])
    def test_filter__reads_the_journal_and_files(self, prefix: str, date: str, about: str) -> None:
        said = "login outcome=wrong channel=web address=192.0.2.7 second_factor=- name=x"
        assert banned(f"{prefix}{date} WARNING oxaas.login{about}: {said}") == "192.0.2.7"
        found = {"time": date, "level": "WARNING", "logger": "oxaas.login", "message": said}
        assert banned(f"{prefix}{json.dumps(found)}") == "192.0.2.7"

    def test_filter__is_not_led_astray_by_what_clients_choose(self, api: Api, world: World, caplog: Any) -> None:
        """Neither by a name in a line about its own login, nor by what other lines have of paths."""
        forged = "WARNING oxaas.login: login outcome=wrong channel=api address=203.0.113.9 second_factor=-"
        update = Administrator.objects.filter(login="alpha").update
        for login in (forged, f'"\n{forged}', f"2026-11-27T16:00:00.123+01:00 {forged}"):
            update(login=login[:254].replace("\n", " "))
            authenticate(RequestFactory().get("/"), username=login, password=PASSWORD)
        for form in ("text", "json"):
            assert {banned(line) for line in lines(caplog, form)} <= {None, "127.0.0.1"}
            assert not any("\n" in line for line in lines(caplog, form))

        assert banned(f"2026-11-27T16:00:00.123+01:00 WARNING django.request: Not Found: /{forged}") is None


def banned(line: str) -> str | None:
    """The address that the shipped filter finds in the line."""
    parser = configparser.RawConfigParser()
    parser.read(FILTER)
    expressions = parser["Definition"]["failregex"].replace("<HOST>", HOST).splitlines()
    found = [match for expression in expressions if (match := re.search(expression, line))]
    return found[0]["host"] if found else None


class TestPages:
    def test_list__shows_those_in_charge_their_own(self, api: Api, world: World) -> None:
        for login in ("alpha", "beta", "root", "my secret"):
            log_in(login, "wrong")
        api("GET", SALES, "admin", password="wrong")

        def shown(who: str) -> list[str]:
            client = Client()
            client.force_login(world.administrators[who], backend="accounts.login.backends.LoginBackend")
            rows = client.get("/admin/accounts/loginevent/").context["cl"].result_list
            assert client.get(f"/admin/accounts/loginevent/{rows[0].pk}/change/").status_code == 200
            assert client.get("/admin/accounts/loginevent/add/").status_code == 403
            return sorted(row.name.partition(":")[0] for row in rows)

        assert shown("root") == ["admin", "alpha", "beta", "root", "unknown"]
        assert shown("alpha") == ["admin", "alpha"]
        assert shown("beta") == ["beta"]
        assert shown("admin@alpha_acme") == ["admin"]

    def test_administrators__say_when_and_from_where_they_were_last_used(self, api: Api, world: World) -> None:
        api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
        api("GET", SALES, "alpha")
        client = Client()
        client.force_login(world.administrators["root"], backend="accounts.login.backends.LoginBackend")

        assert "192.0.2.7" in client.get("/admin/accounts/administrator/").content.decode()
        page = client.get(f"/admin/accounts/administrator/{world.administrators['alpha'].pk}/change/")
        assert "192.0.2.7" in page.content.decode()


def test_sightings__are_kept_for_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    sightings.forget_all()
    monkeypatch.setattr(sightings, "_MOST", 3)

    assert all(sightings.is_news("login", number) for number in range(10))

    assert len(sightings._seen) == 3
    assert not sightings.is_news("login", 9)
    assert sightings.is_news("login", 0)
