"""Lists cost the same number of statements for one row as for fifty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Administrator, ConfigProperty, Context, CustomId, Reseller, User
from bulk.models import BulkJob
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.web.conftest import Enter
from tests.web.person import Person, page, rows_of
from tests.world import World

ROWS: Final = 50


def _resellers(world: World) -> None:
    parent = world.resellers["alpha"]
    Reseller.objects.bulk_create(Reseller(name=f"many{n:02}", parent=parent) for n in range(ROWS))


def _contexts(world: World) -> None:
    reseller = world.resellers["alphakid"]
    Context.objects.bulk_create(Context(id=1000 + n, name=f"many{n:02}", reseller=reseller) for n in range(ROWS))


def _users(world: World) -> None:
    _contexts(world)
    names = [f"many{n:02}@x.example" for n in range(ROWS)]
    made = User.objects.bulk_create(
        User(context_id=1000 + n, number=1, uidname=name, uidname_normalized=name) for n, name in enumerate(names)
    )
    CustomId.objects.bulk_create(
        CustomId(user=user, value=f"x{user.pk}", value_normalized=f"x{user.pk}", position=0) for user in made
    )


def _aliases(world: World) -> None:
    _contexts(world)
    names = [f"many{n:02}@x.example" for n in range(ROWS)]
    made = ForwardingAlias.objects.bulk_create(
        ForwardingAlias(context_id=1000 + n, address=name, normalized=name, domain="x.example")
        for n, name in enumerate(names)
    )
    Recipient.objects.bulk_create(
        Recipient(alias=alias, address=f"r{n}@y.example", normalized=f"r{n}@y.example", domain="y.example")
        for alias in made
        for n in range(7)
    )


def _domains(world: World) -> None:
    _contexts(world)
    ExplicitDomain.objects.bulk_create(ExplicitDomain(context_id=1000 + n, name=f"many{n:02}.ex") for n in range(ROWS))


def _properties(world: World) -> None:
    _users(world)
    users = list(User.objects.filter(uidname__startswith="many"))
    ConfigProperty.objects.bulk_create(
        ConfigProperty(name=f"many{n:02}", value="x", user=users[n]) for n in range(ROWS)
    )


def _administrators(world: World) -> None:
    if not Context.objects.filter(pk=1000).exists():
        _contexts(world)
    Administrator.objects.bulk_create(
        Administrator(login=f"many{n:02}", role="context", context_id=1000 + n) for n in range(ROWS)
    )


def _changes(world: World) -> None:
    reseller, administrator = world.resellers["alpha"], world.administrators["alpha"]
    Change.objects.bulk_create(
        Change(
            actor="alpha", administrator_id=administrator.pk, channel="web", action="create", kind="user",
            label=f"many{n:02}", key=n,
            reseller_id=reseller.pk,
        )
        for n in range(ROWS)
    )  # fmt: skip


MAKERS: Final[list[tuple[type[Any], Callable[[World], None], int]]] = [
    (Reseller, _resellers, 7),
    (Context, _contexts, 7),
    (User, _users, 8),
    (ConfigProperty, _properties, 8),
    (Administrator, _administrators, 8),
    (Change, _changes, 8),
    (ForwardingAlias, _aliases, 9),
    (ExplicitDomain, _domains, 8),
]


def statements(person: Person, url: str, rows: int, **query: str) -> int:
    """How many statements the page takes; it must have this many rows."""
    with CaptureQueriesContext(connection) as captured:
        response = person.get(url, **query)
    assert len(rows_of(response)) == rows
    return len(captured)


@pytest.mark.parametrize(("model", "make", "most"), MAKERS, ids=[model.__name__ for model, _make, _most in MAKERS])
def test_list__statements_do_not_grow_with_the_rows(
    world: World, enter: Enter, model: type[Any], make: Callable[[World], None], most: int
) -> None:
    make(world)
    for who in ("alpha", "root"):
        person = enter(who)
        one = statements(person, page(model), 1, q="many07")
        assert statements(person, page(model), ROWS, q="many") == one
        assert one <= most, (who, one)


@pytest.mark.parametrize(
    ("source", "field"),
    [(User, "context"), (ConfigProperty, "user"), (BulkJob, "administrator"), (Context, "reseller")],
)
def test_autocomplete__statements_do_not_grow_with_the_rows(
    world: World, alpha: Person, source: type[Any], field: str
) -> None:
    _properties(world)
    _administrators(world)
    options = source._meta
    url = f"/admin/autocomplete/?app_label={options.app_label}&model_name={options.model_name}&field_name={field}"
    counts = set()
    for term in ("24", "a"):
        with CaptureQueriesContext(connection) as captured:
            assert alpha.client.get(f"{url}&term={term}").status_code == 200
        counts.add(len(captured))
    assert max(counts) <= 4


def test_form__statements_do_not_grow_with_the_contexts(world: World, alpha: Person) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            alpha.get(page(world.users[24], "change"))
            alpha.get(page(User, "add"))
        return len(captured)

    count()  # what is looked up once in the life of a process
    before = count()
    _users(world)
    assert count() == before


def test_delete_page__statements_do_not_grow_with_what_falls(world: World, alpha: Person) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            alpha.get(page(world.contexts[24], "delete"))
        return len(captured)

    before = count()
    names = [f"many{n:02}@x.example" for n in range(ROWS)]
    User.objects.bulk_create(
        User(context_id=24, number=100 + n, uidname=name, uidname_normalized=name) for n, name in enumerate(names)
    )
    assert count() == before
