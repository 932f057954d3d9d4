"""How many SQL statements the wire's most frequent call costs, authentication included."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.client import Api
from tests.world import World

ALIAS = "/api/oxaas/v1/admin/forwards/{}/sales@{}"


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
    place: str,
    login: str,
    domain: str,
    status: int,
) -> None:
    with django_assert_max_num_queries(2):
        response = api(method, ALIAS.format(place, domain), login)

    assert response.status_code == status
