"""`manage.py administrator`: each change leaves its line, and no password is an argument."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Administrator, TotpDevice
from changelog.models import Change
from tests.client import Api
from tests.world import PASSWORD, World

NEW = "another pass word"


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The command with these words and this standard input; what it says."""

    def command(*words: str, stdin: str | None = None) -> str:
        said = StringIO()
        monkeypatch.setattr("sys.stdin", StringIO(stdin or ""))
        call_command("administrator", *words, stdout=said, stderr=said)
        return said.getvalue()

    return command


def last_change() -> Change:
    return Change.objects.latest("pk")


def test_list__names_everybody_with_their_state(world: World, run: Callable[..., str]) -> None:
    run("disable", "beta")
    lines = [line.split("\t") for line in run("list").splitlines()]

    assert {name for name, *_rest in lines} == set(world.administrators)
    assert ["beta", "reseller", "beta", "disabled", "never used"] in lines
    assert ["admin@alpha_acme", "context", "context 24", "active", "never used"] in lines
    assert run("list", "--context", "alpha_acme") == run("list", "--context", "24")
    assert len(run("list", "--role", "tenant").splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["boss", "--role", "master"], "boss"),
        (["desk", "--role", "reseller", "--reseller", "ALPHA"], "desk"),
        (["shop", "--role", "tenant", "--reseller", "alpha"], "shop"),
        (["second", "--role", "context", "--context", "24"], "second@alpha_acme"),
        (["second", "--role", "context", "--context", "alpha_acme"], "second@alpha_acme"),
    ],
)
def test_create__makes_one_of_each_role(world: World, run: Callable[..., str], words: list[str], made: str) -> None:
    assert made in run("create", *words, "--stdin", "--must-change", stdin=f"{NEW}\n")

    row = next(one for one in Administrator.objects.with_owner() if str(one) == made)
    assert row.check_password(NEW)
    assert row.must_change_password
    line = last_change()
    assert (line.kind, line.action, line.label, line.channel) == ("administrator", "create", made, "command")
    assert NEW not in json.dumps([line.before, line.after])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["boss", "--role", "master", "--reseller", "alpha"], "role does not fit"),
        (["boss", "--role", "reseller"], "role does not fit"),
        (["alpha", "--role", "reseller", "--reseller", "alpha"], "taken"),
        (["boss", "--role", "context", "--context", "99"], "no context 99"),
        (["boss", "--role", "reseller", "--reseller", "nobody"], "no reseller nobody"),
    ],
)
def test_create__refuses_what_the_service_refuses(
    world: World, run: Callable[..., str], words: list[str], why: str
) -> None:
    with pytest.raises(CommandError, match=why):
        run("create", *words, "--generate")
    assert Administrator.objects.count() == len(world.administrators)


def test_create__a_weak_password_is_refused(world: World, run: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match="too short"):
        run("create", "boss", "--role", "master", "--stdin", stdin="short\n")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["root"], "root"),
        (["alpha"], "alpha"),
        (["admin@alpha_acme"], "admin@alpha_acme"),
        (["ADMIN", "--context", "24"], "admin@alpha_acme"),
        (["portal-alpha"], "portal-alpha"),
    ],
)
def test_password__is_set_and_told_in_the_change_log(
    world: World, run: Callable[..., str], words: list[str], name: str
) -> None:
    run("password", *words, "--stdin", stdin=NEW)

    changed = [str(one) for one in Administrator.objects.with_owner() if one.check_password(NEW)]
    assert changed == [name]
    line = last_change()
    assert (line.kind, line.label, line.channel) == ("administrator", name, "command")
    assert line.after is not None
    assert line.after["password"] == "changed"


def test_password__generated_is_shown_once_and_works(world: World, run: Callable[..., str], api: Api) -> None:
    password = run("password", "admin@alpha_acme", "--generate").split("shown this once: ")[1].strip()

    assert len(password) >= 20
    assert api("GET", "/oxaas/v1/admin/contexts/24/users/42/msisdn", "admin", password=password).status_code == 200
    assert not [line for line in Change.objects.all() if password in json.dumps([line.before, line.after])]


def test_password__the_same_again_changes_nothing(world: World, run: Callable[..., str]) -> None:
    before = Change.objects.count()

    assert "already" in run("password", "alpha", "--stdin", stdin=PASSWORD)
    assert Change.objects.count() == before


def test_password__is_not_asked_of_nobody(world: World, run: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match="--generate or --stdin"):
        run("password", "alpha")


def test_password__nobody_of_that_name(world: World, run: Callable[..., str]) -> None:
    for words in (["nobody"], ["admin"], ["alpha", "--context", "24"], ["admin@beta"]):
        with pytest.raises(CommandError, match="no administrator"):
            run("password", *words, "--generate")


def test_disable__ends_all_logins_until_enabled(world: World, run: Callable[..., str], api: Api) -> None:
    path = "/api/oxaas/v1/admin/forwards/24/sales@acme.example"
    assert api("GET", path, "alpha").status_code == 200

    run("disable", "alpha")
    assert api("GET", path, "alpha").status_code == 403
    assert (last_change().label, last_change().after) == ("alpha", {**(last_change().before or {}), "is_active": False})
    assert "still cannot log in" in run("password", "alpha", "--stdin", stdin=NEW)

    run("enable", "alpha")
    assert api("GET", path, "alpha", password=NEW).status_code == 200


def test_disable__the_last_master_is_told(world: World, run: Callable[..., str]) -> None:
    assert "No master administrator is active" in run("disable", "root")
    assert "No master administrator is active" not in run("enable", "root")


def test_reset_second_factor__forgets_it_with_a_line(world: World, run: Callable[..., str]) -> None:
    root = world.administrators["root"]
    TotpDevice.objects.create(administrator=root, secret="sealed")
    assert "second factor too" in run("password", "root", "--stdin", stdin=NEW)

    run("reset-second-factor", "root")
    assert not TotpDevice.objects.exists()
    assert (last_change().kind, last_change().label) == ("second_factor", "root")
    with pytest.raises(CommandError, match="no second factor"):
        run("reset-second-factor", "root")


def test_changepassword__goes_the_same_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    def typed(prompt: str) -> str:
        return NEW

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("accounts.management.passwords.getpass", typed)
    call_command("changepassword", "admin@alpha_acme", stdout=StringIO())

    assert (last_change().label, last_change().channel) == ("admin@alpha_acme", "command")
    row: Any = Administrator.objects.get(context=24, login="admin")
    assert row.check_password(NEW)
