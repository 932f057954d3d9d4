"""Too many failed logins: who is locked out, where, from where, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.http import HttpResponseBase
from django.test import RequestFactory
from django.utils import timezone

from accounts.login import hashing
from accounts.login.addresses import client_address, site_of
from accounts.login.lockout import EVERYWHERE, WINDOW, Attempt
from accounts.login.remembered import forget_all
from accounts.models import ApiFamily, LoginFailures
from accounts.services.administrators import update_administrator
from accounts.services.api_passwords import create_api_password
from tests.client import Api
from tests.world import OPERATOR, PASSWORD, World

LIMIT = 3
SALES = "/api/oxaas/v1/admin/forwards/24/sales@acme.example"
NAME = "/oxaas/v1/admin/contexts/24/users/42/uidname"
SEARCH = "/oxaas/v1/admin/oxuser?search=johndoe@acme.example"
UNREAD = "/api/oxaas/mail/unread/johndoe@acme.example"
DOMAINS = "/api/oxaas/v1/admin/explicitmaildomains/24"


@pytest.fixture(autouse=True)
def limit(settings: Any) -> None:
    settings.LOGIN_FAILURE_LIMIT = LIMIT


def _fail(api: Api, path: str, login: str, times: int = LIMIT) -> list[int]:
    return [api("GET", path, login, password="wrong").status_code for _ in range(times)]


def _seen(response: HttpResponseBase) -> tuple[int, dict[str, str], bytes]:
    return response.status_code, dict(response.headers), response.getvalue()


@pytest.mark.parametrize(
    ("path", "login", "denied"),
    [
        (SALES, "alpha", 403),
        (SALES, "admin", 403),
        (SALES, "nobody", 403),
        (NAME, "root", 401),
        (NAME, "admin", 401),
        (SEARCH, "alpha", 401),
        (SEARCH, "admin@alpha_acme", 401),
        (SEARCH, "nobody", 401),
        (UNREAD, "portal-alpha", 401),
        (UNREAD, "nobody", 401),
        (DOMAINS, "alpha", 401),
    ],
)
def test_login__after_the_limit_the_right_password_is_refused_too(
    api: Api, world: World, path: str, login: str, denied: int, override: None
) -> None:
    assert _fail(api, path, login) == [denied] * LIMIT

    response = api("GET", path, login)

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= WINDOW.total_seconds()
    assert b"Too many failed logins" in response.getvalue()


def test_login__below_the_limit_the_right_password_is_taken(api: Api, world: World) -> None:
    _fail(api, SALES, "alpha", LIMIT - 1)

    assert api("GET", SALES, "alpha").status_code == 200


def test_login__no_limit_locks_nobody(api: Api, world: World, settings: Any) -> None:
    settings.LOGIN_FAILURE_LIMIT = 0
    _fail(api, SALES, "alpha", 30)

    assert api("GET", SALES, "alpha").status_code == 200
    assert not LoginFailures.objects.exists()


@pytest.mark.parametrize("path", [SALES, NAME, SEARCH, UNREAD])
def test_login__unknown_names_are_locked_like_known_ones(api: Api, world: World, path: str, monkeypatch: Any) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)  # Retry-After counts from it
    known = {SEARCH: "admin@alpha_acme", UNREAD: "portal-alpha"}.get(path, "admin")
    for login in (known, "nobody"):
        _fail(api, path, login)

    first, second = _seen(api("GET", path, known)), _seen(api("GET", path, "nobody"))

    assert first == second
    assert first[0] == 429


def test_login__other_names_other_contexts_and_other_addresses_are_not_locked(api: Api, world: World) -> None:
    _fail(api, SALES, "admin")

    assert api("GET", SALES, "admin").status_code == 429
    assert api("GET", SALES, "alpha").status_code == 200
    assert api("GET", "/api/oxaas/v1/admin/forwards/25", "admin").status_code == 200
    api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert api("GET", SALES, "admin").status_code == 200


def _at(number: int) -> str:
    return f"/oxaas/v1/admin/contexts/{number}/users/1/uidname"


def test_login__an_account_is_one_whatever_the_path_and_the_spelling(api: Api, world: World) -> None:
    """A master is counted over all contexts, also those that do not exist; a context's admin under both its names."""
    assert [_fail(api, _at(number), "root", 1) for number in range(1000, 1000 + LIMIT)] == [[401]] * LIMIT
    assert api("GET", NAME, "root").status_code == 429
    assert api("GET", SEARCH, "root").status_code == 429

    for path, login in [(SALES, "admin"), ("/api/oxaas/v1/admin/forwards/alpha_acme", "admin@alpha_acme")]:
        _fail(api, path, login, 1)
    _fail(api, SEARCH, "admin@alpha_acme", LIMIT - 2)

    for path, login in [(SALES, "admin"), (NAME, "admin@alpha_acme"), (SEARCH, "admin@alpha_acme")]:
        assert api("GET", path, login).status_code == 429


def test_login__names_sprayed_from_one_address_meet_its_limit(api: Api, world: World, settings: Any) -> None:
    settings.LOGIN_ADDRESS_LIMIT = 12
    statuses = [api("GET", SALES, f"name{number}", password="x").status_code for number in range(15)]
    assert statuses == [403] * 12 + [429] * 3

    assert api("GET", SALES, "alpha").status_code == 429
    api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert api("GET", SALES, "alpha").status_code == 200


def test_login__nobody_locks_an_account_out_of_an_address_that_it_is_known_at(
    api: Api, world: World, settings: Any
) -> None:
    """Neither by other names from the same address, nor by its own name from everywhere else."""
    settings.LOGIN_ADDRESS_LIMIT = 6
    api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert api("GET", SALES, "alpha").status_code == 200
    for number in range(8):
        api("GET", SALES, f"name{number}", password="x")
    for number in range(LIMIT * EVERYWHERE):
        api.client.defaults["REMOTE_ADDR"] = f"198.51.100.{number}"
        _fail(api, SALES, "alpha", 1)

    assert api("GET", SALES, "alpha").status_code == 429
    api.client.defaults["REMOTE_ADDR"] = "203.0.113.1"
    assert api("GET", SALES, "alpha").status_code == 429
    assert api("GET", SALES, "beta").status_code == 403
    api.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert api("GET", SALES, "beta").status_code == 429
    assert api("GET", SALES, "alpha").status_code == 200


def test_login__a_known_address_has_its_own_limit_nevertheless(api: Api, world: World) -> None:
    assert api("GET", SALES, "alpha").status_code == 200
    _fail(api, SALES, "alpha")

    assert api("GET", SALES, "alpha").status_code == 429


def test_login__a_right_api_password_is_not_locked_out(api: Api, world: World) -> None:
    """Nobody guesses one, and its machine often shares the address of one that goes on with an old password."""
    _row, text = create_api_password(
        actor=OPERATOR, administrator=world.administrators["alpha"], name="x", families=[ApiFamily.FORWARDS]
    )
    _fail(api, SALES, "alpha")

    assert api("GET", SALES, "alpha").status_code == 429
    assert api("GET", SALES, "alpha", password=text).status_code == 200


def test_login__the_lock_tells_nothing_of_a_name(api: Api, world: World) -> None:
    """A name that nobody has is locked as a reseller's is, or as that of a context's admin, when it is tried around."""
    places = [25, 44, 24, 25, 44, 24, 25, 44, 24, 25, 44, 24, 25]

    def seen(login: str) -> list[bool]:
        api.client.defaults["REMOTE_ADDR"] = f"192.0.2.{len(seen_of)}"
        return [api("GET", _at(place), login, password="x").status_code == 429 for place in places]

    seen_of: dict[str, list[bool]] = {}
    for login in ["root", "admin", *(f"nobody{number}" for number in range(20))]:
        seen_of[login] = seen(login)

    assert seen_of["root"] == [False] * LIMIT + [True] * 10
    assert seen_of["admin"] == [False] * LIMIT * 3 + [True] * 4
    kinds = {tuple(kind) for login, kind in seen_of.items() if login.startswith("nobody")}
    assert kinds == {tuple(seen_of["root"]), tuple(seen_of["admin"])}


def test_login__a_name_that_nobody_has_is_one_under_both_its_names_too(api: Api, world: World) -> None:
    names = [f"nobody{number}" for number in range(20)]
    for name in names:
        _fail(api, SALES, f"{name}@alpha_acme", LIMIT - 1)
        _fail(api, SALES, name, 1)

    locked = {name for name in names if _fail(api, SALES, f"{name}@alpha_acme", 1) == [429]}
    # The others count as names that no context has, such as a reseller's: those have no long form.
    assert 0 < len(locked) < len(names)


def test_hashing__ever_new_names_from_ever_new_addresses_are_bounded(
    api: Api, world: World, settings: Any, hashed: list[str]
) -> None:
    assert api("GET", SALES, "alpha").status_code == 200
    settings.LOGIN_HASHES_PER_SECOND = 1
    hashing.forget()
    hashed.clear()
    answers = []
    for number in range(100):
        api.client.defaults["REMOTE_ADDR"] = f"198.51.{number}.1"
        answers.append(api("GET", SALES, f"name{number}", password="x"))

    assert len(hashed) < 20
    assert {answer.status_code for answer in answers} == {403, 503}
    assert (answers[-1].status_code, answers[-1].headers["Retry-After"]) == (503, "5")
    # Neither a remembered login nor one from a known address waits for a turn.
    api.client.defaults["REMOTE_ADDR"] = "127.0.0.1"
    assert api("GET", SALES, "alpha").status_code == 200
    forget_all()
    assert api("GET", SALES, "alpha").status_code == 200


def test_login__leading_zeros_name_the_same_place(api: Api, world: World) -> None:
    for zeros in range(LIMIT):
        _fail(api, f"/oxaas/v1/admin/contexts/{'0' * zeros}24/users/42/uidname", "admin", 1)

    assert api("GET", NAME, "admin").status_code == 429


def test_login__the_window_ends(api: Api, world: World) -> None:
    _fail(api, SALES, "alpha")
    LoginFailures.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    assert api("GET", SALES, "alpha").status_code == 200
    _fail(api, SALES, "alpha", 1)
    assert set(LoginFailures.objects.values_list("count", flat=True)) == {1}


def test_login__failures_while_locked_do_not_move_the_window(api: Api, world: World) -> None:
    _fail(api, SALES, "alpha")
    before = list(LoginFailures.objects.order_by("key").values_list())

    _fail(api, SALES, "alpha")

    assert list(LoginFailures.objects.order_by("key").values_list()) == before


def test_login__expired_windows_of_others_are_cleared_away(api: Api, world: World) -> None:
    LoginFailures.objects.create(key="old", count=9, ends_at=timezone.now() - timedelta(hours=1))

    _fail(api, SALES, "alpha", 1)

    assert not LoginFailures.objects.filter(key="old").exists()


def test_login__keeps_no_name_in_clear(api: Api, world: World) -> None:
    _fail(api, SALES, "my secret password", 1)

    assert "secret" not in str(list(LoginFailures.objects.values_list()))


def test_login__a_suspended_callers_right_password_is_a_failure_as_any_other(
    api: Api, world: World, hashed: list[str]
) -> None:
    """Otherwise the count, or the time that an answer takes, would tell that the password is right."""
    update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], is_active=False)
    hashed.clear()

    assert [api("GET", SALES, "alpha").status_code for _time in range(LIMIT + 1)] == [403] * LIMIT + [429]
    assert hashed == [PASSWORD] * LIMIT


def test_login__a_right_password_that_may_not_counts_nothing(api: Api, world: World) -> None:
    assert {api("GET", NAME, "alpha").status_code for _ in range(LIMIT + 1)} == {401}
    assert {api("GET", "/api/oxaas/v1/admin/forwards/beta_echo", "alpha").status_code} == {404}
    assert not LoginFailures.objects.exists()


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, "", "10.0.0.9"),
        (0, "203.0.113.5", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6,,  ,203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "10.0.0.9"),
        (1, "203.0.113.5:50123", "203.0.113.5"),
        (1, "2001:db8::1", "2001:db8::/64"),
        (1, "[2001:db8::1]:50123", "2001:db8::/64"),
        (1, "2001:db8::ffff:1", "2001:db8::/64"),
        (1, "2001:db8:0:1::1", "2001:db8:0:1::/64"),
        (1, "::ffff:203.0.113.5", "203.0.113.5"),
        (1, "unknown", "unknown"),
    ],
)
def test_client_address__believes_only_our_own_proxies(hops: int, forwarded: str, address: str, settings: Any) -> None:
    settings.TRUSTED_PROXIES = hops
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": forwarded})

    assert site_of(client_address(request)) == address


def test_login__a_made_up_x_forwarded_for_gives_no_more_attempts(api: Api, world: World, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(LIMIT):
        api("GET", SALES, "alpha", password="wrong", headers={"X-Forwarded-For": f"6.6.6.{number}, 203.0.113.5"})

    response = api("GET", SALES, "alpha", headers={"X-Forwarded-For": "6.6.6.99, 203.0.113.5"})

    assert response.status_code == 429


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each computation of a hash."""
    done: list[str] = []
    hasher = hashers.MD5PasswordHasher
    encode: Callable[..., str] = hasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        done.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hasher, "encode", counted)
    return done


@pytest.mark.parametrize("path", [SALES, NAME, SEARCH, UNREAD, "/api/oxaas/v1/admin/forwards/alpha_acme"])
@pytest.mark.parametrize("login", ["root", "alpha", "beta", "admin", "admin@alpha_acme", "portal-alpha", "nobody"])
def test_login__every_name_takes_the_same_work(
    api: Api, world: World, hashed: list[str], path: str, login: str
) -> None:
    api("GET", path, login, password="wrong")

    assert hashed == ["wrong"]


@pytest.mark.parametrize("place", ["24", "44", "999", "alpha_acme", "beta_echo", "no_such"])
def test_login__every_place_takes_the_same_work(api: Api, world: World, hashed: list[str], place: str) -> None:
    api("GET", f"/api/oxaas/v1/admin/forwards/{place}", "alpha")

    assert hashed == [PASSWORD]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_failed__parallel_failures_are_counted_exactly(settings: Any) -> None:
    settings.LOGIN_FAILURE_LIMIT = 1000
    for number in range(20):
        LoginFailures.objects.create(key=f"old {number}", count=9, ends_at=timezone.now() - timedelta(hours=1))
    request = RequestFactory().get("/")

    def fail(number: int) -> None:
        try:
            Attempt.of(request, f"login {number % 4}").failed()
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(fail, range(200)))

    assert sorted(LoginFailures.objects.values_list("count", flat=True)) == [50, 50, 50, 50, 200]
