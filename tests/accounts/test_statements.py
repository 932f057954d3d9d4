"""How many SQL statements the wire's most frequent call costs, authentication included."""

from __future__ import annotations

import pytest
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
