"""A verified login is remembered for a short time, and nothing that is changed waits for the end of that."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password

from accounts.login import remembered
from accounts.login.hashing import take_turn
from accounts.models import Administrator, LoginFailures
from accounts.services.administrators import update_administrator
from accounts.services.contexts import delete_context, update_context
from accounts.services.resellers import update_reseller
from core.access import Role
from tests.client import Api
from tests.world import OPERATOR, PASSWORD, World

SALES = "/api/oxaas/v1/admin/forwards/24/sales@acme.example"
KID_SALES = "/api/oxaas/v1/admin/forwards/34/sales@cafe.example"
SEARCH = "/oxaas/v1/admin/oxuser?search=johndoe@acme.example"


@pytest.fixture(autouse=True)
def cached(settings: Any) -> None:
    settings.LOGIN_CACHE_SECONDS = 60


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each computation of a hash."""
    done: list[str] = []
    check = check_password

    def counted(password: str, stored: str) -> bool:
        done.append(password)
        return check(password, stored)

    monkeypatch.setattr(remembered, "check_password", counted)
    return done


def _status(api: Api, path: str, login: str, password: str = PASSWORD) -> int:
    return api("GET", path, login, password=password).status_code


def test_login__is_hashed_once_for_many_requests(api: Api, world: World, hashed: list[str]) -> None:
    assert [_status(api, SALES, "alpha") for _ in range(5)] == [200] * 5
    assert [_status(api, SEARCH, "alpha") for _ in range(5)] == [200] * 5

    assert hashed == [PASSWORD]


def test_login__with_the_cache_off_is_hashed_each_time(
    api: Api, world: World, hashed: list[str], settings: Any
) -> None:
    settings.LOGIN_CACHE_SECONDS = 0

    assert [_status(api, SALES, "alpha") for _ in range(3)] == [200] * 3
    assert hashed == [PASSWORD] * 3


def test_login__is_forgotten_after_the_time(
    api: Api, world: World, hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _status(api, SALES, "alpha")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)

    assert _status(api, SALES, "alpha") == 200
    assert hashed == [PASSWORD] * 2


def test_login__a_wrong_password_is_never_remembered_and_counts_each_time(
    api: Api, world: World, hashed: list[str]
) -> None:
    _status(api, SALES, "alpha")

    assert [_status(api, SALES, "alpha", "wrong") for _ in range(3)] == [403] * 3
    assert hashed == [PASSWORD, *["wrong"] * 3]
    assert set(LoginFailures.objects.values_list("count", flat=True)) == {3}


def test_login__a_remembered_one_is_locked_out_like_any_other(api: Api, world: World, settings: Any) -> None:
    settings.LOGIN_FAILURE_LIMIT = 2
    _status(api, SALES, "alpha")
    for _ in range(2):
        _status(api, SALES, "alpha", "wrong")

    assert _status(api, SALES, "alpha") == 429


def test_password__changed_takes_effect_at_once(api: Api, world: World) -> None:
    _status(api, SALES, "alpha")
    update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], password="another long one 77")

    assert _status(api, SALES, "alpha") == 403
    assert _status(api, SALES, "alpha", "another long one 77") == 200


def test_password__the_same_of_two_administrators_opens_each_ones_own(api: Api, world: World) -> None:
    assert _status(api, SALES, "alpha") == 200
    assert _status(api, SALES, "beta") == 403


def test_administrator__suspended_is_refused_at_once(api: Api, world: World) -> None:
    _status(api, SALES, "alpha")
    update_administrator(actor=OPERATOR, administrator=world.administrators["alpha"], is_active=False)

    assert _status(api, SALES, "alpha") == 403


def test_role__changed_takes_effect_at_once(api: Api, world: World) -> None:
    _status(api, SALES, "alpha")
    Administrator.objects.filter(login="alpha").update(role=Role.TENANT)

    assert _status(api, SALES, "alpha") == 403
    assert _status(api, SEARCH, "alpha") == 401


@pytest.mark.parametrize(("login", "path"), [("alpha", SALES), ("alphakid", KID_SALES), ("admin", SALES)])
def test_reseller__suspended_is_refused_at_once(api: Api, world: World, login: str, path: str) -> None:
    _status(api, path, login)
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], is_active=False)

    assert _status(api, path, login) == 403


def test_context__suspended_or_deleted_is_refused_at_once(api: Api, world: World) -> None:
    assert _status(api, SALES, "admin") == 200
    context = update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    assert _status(api, SALES, "admin") == 403

    update_context(actor=OPERATOR, context=context, is_active=True)
    assert _status(api, SALES, "admin") == 200
    delete_context(actor=OPERATOR, context=context)
    assert _status(api, SALES, "admin") == 403


def test_verify__keeps_a_bounded_number_and_nothing_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MAX_REMEMBERED", 3)
    stored = [make_password(f"secret {number}") for number in range(10)]

    assert all(remembered.verify(f"secret {number}", one, take_turn) for number, one in enumerate(stored))

    assert len(remembered._until) == 3
    kept = b"".join(remembered._until)
    assert b"secret" not in kept
    assert not any(one.encode() in kept for one in stored)


def test_verify__one_thread_hashes_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    stored, done = make_password(PASSWORD), []
    check = check_password

    def counted(password: str, hashed: str) -> bool:
        done.append(password)
        time.sleep(0.05)
        return check(password, hashed)

    monkeypatch.setattr(remembered, "check_password", counted)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: remembered.verify(PASSWORD, stored, take_turn), range(8)))

    assert answers == [True] * 8
    assert done == [PASSWORD]
