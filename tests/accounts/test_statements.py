"""How many SQL statements the wire's most frequent call costs, authentication included."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiFamily
from accounts.services.api_passwords import create_api_password
from tests.client import Api
from tests.world import CONTEXTS, OPERATOR, PASSWORD, World

ALIAS = "/api/oxaas/v1/admin/forwards/{}/sales@{}"


@pytest.mark.parametrize("key", [False, True], ids=["password", "API password"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("place", "login", "domain", "status"),
    [
        ("24", "alpha", "acme.example", 200),
        ("34", "alpha", "cafe.example", 200),
        ("34", "alphakid", "cafe.example", 200),
        ("24", "admin", "acme.example", 200),
        ("24", "admin@alpha_acme", "acme.example", 200),
        ("alpha_acme", "alpha", "acme.example", 200),
        ("kid_cafe", "alpha", "cafe.example", 200),
        ("alpha_acme", "admin", "acme.example", 200),
        ("54", "admin", "gold.example", 200),
        ("24", "alpha", "none.example", 404),
        ("24", "beta", "acme.example", 403),
    ],
)
def test_get_forward__takes_two_statements_at_most(
    api: Api,
    world: World,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    method: str,
    key: bool,
    place: str,
    login: str,
    domain: str,
    status: int,
) -> None:
    password, path = PASSWORD, ALIAS.format(place, domain)
    names = {str(number): name for number, (name, _owner, _domain) in CONTEXTS.items()}
    if key:
        owner = world.administrators.get(login) or world.administrators[f"{login}@{names.get(place, place)}"]
        _row, password = create_api_password(
            actor=OPERATOR, administrator=owner, name="machine", families=[ApiFamily.FORWARDS]
        )
    # The first call of some minutes is also noted.
    api(method, path, login, password=password)

    with django_assert_max_num_queries(2):
        response = api(method, path, login, password=password)

    assert response.status_code == status


@pytest.mark.parametrize(
    ("method", "path", "body", "most"),
    [
        ("POST", "/api/oxaas/v1/admin/forwards/24/new{}@acme.example", ["a@far.example", "b@far.example"], 6),
        ("POST", "/api/oxaas/v1/admin/forwards/24/sales@acme.example", ["a@far.example"], 4),
        ("PUT", "/api/oxaas/v1/admin/forwards/24/sales@acme.example", ["a{}@far.example"], 8),
        ("PUT", "/api/oxaas/v1/admin/forwards/24/sales@acme.example", ["a0@far.example"], 7),
    ],
    ids=["new alias", "known alias", "new recipient", "known recipient"],
)
def test_write__takes_so_many_ways_to_the_database_at_most(
    api: Api,
    world: World,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    method: str,
    path: str,
    body: list[str],
    most: int,
) -> None:
    """The savepoint of a test stands for the beginning of a transaction and its end. SQLite needs no way, but calls."""
    more = 0 if connection.vendor == "postgresql" else 1
    api(method, path.format(0), "alpha", [one.format(0) for one in body])

    with django_assert_max_num_queries(most + more):
        response = api(method, path.format(1), "alpha", [one.format(1) for one in body])

    assert response.status_code in {201, 204}
