"""Named queries answer as their querysets do, whoever asks and whatever the world is like."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import views as account_views
from accounts.login import backends
from accounts.login.api_passwords import Accounts
from accounts.login.lockout import Attempt
from accounts.models import Administrator, ApiFamily, Context, KnownAddress, LoginFailures, Reseller, User, identifiers
from accounts.ownership import owners_of
from accounts.queries import NamedQuery
from accounts.services.api_passwords import create_api_password
from core.access import Role
from core.patience import PatientConnection
from domains.models import ExplicitDomain
from forwards import facts
from forwards import views as forward_views
from forwards.models import ForwardingAlias, Recipient
from tests.world import CONTEXTS, OPERATOR, World

LOGINS: Final = ["root", "alpha", "alphakid", "beta", "portal-alpha", "admin", "admin@alpha_acme", "nobody", "a@b", "@"]
PLACES: Final = [*CONTEXTS, 0, 999]
TEXTS: Final = ["johndoe@acme.example", "JohnDoe@CAFE.example", "+49.1234.5624", "john34", "nobody", "'; --", "%s", "☃"]
ADDRESSES: Final = [
    *(f"sales@{domain}" for _name, _owner, domain in CONTEXTS.values()),
    *("johndoe@acme.example", "nobody@none.example", "'; --@x.example"),
]
ATTEMPT: Final = Attempt("x", "127.0.0.1").slots() | {"most_here": 3, "most_site": 9, "most": 30}


@st.composite
def worlds(draw: st.DrawFn) -> list[tuple[QuerySet[Any], dict[str, Any]]]:
    """What is changed of the world: who is suspended, whose contexts are whose, and what is locked."""
    names = st.sampled_from(["alpha", "alphakid", "beta"])
    suspended = draw(st.sets(names, max_size=2))
    changes: list[tuple[QuerySet[Any], dict[str, Any]]] = [
        (Reseller.objects.filter(name__in=suspended), {"is_active": False})
    ]
    for number in draw(st.sets(st.sampled_from(list(CONTEXTS)), max_size=3)):
        changes.append((Context.objects.filter(pk=number), {"is_active": draw(st.booleans())}))
        owner = Reseller.objects.filter(name=draw(names)).first()
        changes.append((Context.objects.filter(pk=number), {"reseller": owner if draw(st.booleans()) else None}))
    if draw(st.booleans()):
        changes.append((Administrator.objects.filter(login=draw(st.sampled_from(LOGINS))), {"is_active": False}))
    changes.append((ForwardingAlias.objects.filter(context=24), {"is_active": draw(st.booleans())}))
    return changes


def same(query: NamedQuery[Any], viewer: Administrator | None, **values: Any) -> None:
    """The same rows in the same order, each with all that was read of it."""
    expected = list(query.queryset(viewer, **values))
    found = query.rows(viewer, **values)
    assert [_content(one) for one in found] == [_content(one) for one in expected]


def _content(row: Any) -> Any:
    if isinstance(row, tuple):
        return row
    loaded = {name: value for name, value in vars(row).items() if name != "_state"}
    return type(row), loaded, {name: _content(one) for name, one in row._state.fields_cache.items() if one is not None}


def apply(changes: list[tuple[QuerySet[Any], dict[str, Any]]]) -> None:
    for rows, values in changes:
        rows.update(**values)


hypothetical = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@hypothetical
@given(worlds(), st.sampled_from(LOGINS), st.sampled_from(PLACES), st.booleans())
def test_accounts__are_those_of_the_orm(world: World, changes: list[Any], login: str, place: int, locked: bool) -> None:
    apply(changes)
    if locked:
        for key in ("s:127.0.0.1", *(f"a:{one.pk}:127.0.0.1" for one in world.administrators.values())):
            LoginFailures.objects.update_or_create(key=key, defaults={"count": 9, "ends_at": "2100-01-01T00:00:00Z"})
        for one in world.administrators.values():
            KnownAddress.objects.update_or_create(
                administrator=one, site="127.0.0.1", defaults={"last_at": timezone.now()}
            )
    found = world.administrators.get(login)
    identifier = "none"
    if found is not None:
        families = [ApiFamily.MAIL if found.role == Role.TENANT else ApiFamily.ADMIN]
        made, _text = create_api_password(actor=OPERATOR, administrator=found, name=str(uuid4()), families=families)
        identifier = made.identifier
    short, _at, suffix = login.rpartition("@")
    name = CONTEXTS[place][0] if place in CONTEXTS else "none"
    lookups: dict[Accounts, dict[str, Any]] = {
        backends.BY_LOGIN: {"short": short, "name": suffix},
        backends.BY_NUMBER: {"short": short, "suffix": suffix, "place": place},
        backends.BY_NAME: {"short": short, "suffix": suffix, "place": name},
        backends.TENANTS: {},
    }
    for who, values in lookups.items():
        same(who.plain, None, login=login, **values, **ATTEMPT)
        same(who.keyed, None, login=login, identifier=identifier, **values, **ATTEMPT)


@hypothetical
@given(
    worlds(), st.sampled_from(PLACES), st.sampled_from(TEXTS), st.sampled_from(["UIDNAME", "MSISDN", "CUSTOM", "ANY"])
)
def test_users_and_aliases__are_those_of_the_orm(
    world: World, changes: list[Any], place: int, text: str, field: Any
) -> None:
    apply(changes)
    domain = CONTEXTS[place][2] if place in CONTEXTS else "none.example"
    for viewer in Administrator.objects.with_owner():
        same(account_views.FOUND, viewer, **identifiers(text, field))
        same(account_views.UIDNAME, viewer, context=place, number=42)
        same(forward_views.OF_ALIAS, viewer, context=place, alias=f"sales@{domain}")
        same(forward_views.FIRST_OF_CONTEXT, viewer, context=place)


@hypothetical
@given(
    worlds(), st.sets(st.sampled_from(PLACES)), st.sets(st.sampled_from(ADDRESSES)), st.sets(st.sampled_from(ADDRESSES))
)
def test_facts__are_those_of_the_orm(
    world: World, changes: list[Any], contexts: set[int], names: set[str], recipients: set[str]
) -> None:
    apply(changes)
    ExplicitDomain.objects.filter(context=44).update(proof="", proven_at=None)
    domains = {one.partition("@")[2] for one in names}
    values: dict[str, Any] = {"contexts": contexts, "names": names, "domains": domains, "recipients": recipients}
    lists = {name: sorted(listed) for name, listed in values.items()}
    assert sorted(facts.FACTS.rows_behind((), **lists)) == sorted(facts.FACTS.queryset(None, **lists))

    found = facts.look_up(**values)

    aliases, declared = ForwardingAlias.objects.order_by(), ExplicitDomain.objects.filter(name__in=domains).order_by()
    present = aliases.filter(context__in=contexts, normalized__in=names)
    assert set(found.present) == set(present.values_list("context", "normalized"))
    assert found.owners == owners_of(domains) == dict(declared.proven().values_list("name", "context"))
    assert set(found.waiting) == set(declared.waiting().values_list("context", "name"))
    below, above = aliases.filter(normalized__in=recipients), Recipient.objects.filter(normalized__in=names)
    assert found.continues == (below.exists() or above.exists())


@pytest.mark.parametrize("login", ["root", "alpha", "alphakid", "admin@alpha_acme", "portal-alpha"])
def test_rows__takes_one_statement_and_builds_none(world: World, login: str) -> None:
    viewer = world.administrators[login]
    values = identifiers("johndoe@acme.example", "ANY")
    account_views.FOUND.rows(viewer, **values)

    with CaptureQueriesContext(connection) as captured:
        account_views.FOUND.rows(viewer, **values)

    assert len(captured) == 1
    if connection.vendor == "postgresql":
        assert captured[0]["sql"].startswith("EXECUTE ")


@pytest.mark.postgres
def test_rows__are_the_same_without_prepared_statements(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientConnection, "is_pooled", True)
    with CaptureQueriesContext(connection) as captured:
        same(forward_views.OF_ALIAS, world.administrators["alpha"], context=24, alias="sales@acme.example")
    assert not any(one["sql"].startswith("EXECUTE") for one in captured)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_rows__are_prepared_anew_in_another_session() -> None:
    query = NamedQuery(lambda _viewer, *, number: Context.objects.filter(pk=number), number=int)
    for _session in range(2):
        assert query.rows(None, number=999) == []
        connection.close()


def test_named_query__whose_value_is_changed_on_the_way_raises(world: World) -> None:
    query = NamedQuery(lambda _viewer, *, text: User.objects.filter(uidname__icontains=text), text=str)

    with pytest.raises(ValueError, match="changes the value"):
        query.rows(None, text="a")


def test_attempt__names_all_slots_of_its_statement() -> None:
    assert set(Attempt.SLOTS) == set(ATTEMPT)
