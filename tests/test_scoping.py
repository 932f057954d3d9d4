"""Which rows whom: model x administrator -> exactly what `visible_to` gives, each row once and in one statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from pytest_django import DjangoAssertNumQueries

from accounts.models import (
    Administrator,
    ApiPassword,
    ConfigProperty,
    Context,
    Credential,
    CustomId,
    Label,
    LoginEvent,
    Reseller,
    SavedFilter,
    User,
)
from accounts.services.administrators import update_administrator
from accounts.services.config import Owner, set_property
from accounts.services.contexts import create_context, delete_context, update_context
from accounts.services.logins import Login, record_refusal
from accounts.services.resellers import update_reseller
from accounts.services.users import create_user
from bulk.models import BulkJob, ImportLine
from changelog.models import Change
from core.access import Role
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from mailstats.models import MailboxUse
from tests.world import CONTEXTS, OPERATOR, World
from webhooks.models import Delivery, Webhook

# Once, and where the product lives.
pytestmark = pytest.mark.postgres

OURS: Final = ("changelog", "bulk", "accounts", "forwards", "domains", "webhooks", "mailstats", "apiv2")
# Not in any list: counters of failed logins, known addresses, the mail server's last logins; the items of a job (its
# page shows them); second factors (their owner's page does); when a worker was last alive, and when
# somebody last wrote;
# answers of calls that may come again, which are looked up by their administrator.
UNSCOPED: Final = {
    *("accounts.LoginFailures", "accounts.LastLogin", "accounts.KnownAddress", "bulk.BulkJobItem"),
    *("bulk.Heartbeat", "bulk.Upload", "bulk.UploadPart", "changelog.LastWrite", "changelog.Feed"),
    *("accounts.TotpDevice", "accounts.Passkey", "accounts.RecoveryCode"),
    "apiv2.KeptAnswer",
}

EVERY: Final = set(CONTEXTS)
ALPHAS: Final = {24, 25, 34, 35}
# Who -> the contexts that they are in charge of.
STAFF: Final[dict[str, set[int]]] = {
    "root": EVERY,
    "alpha": ALPHAS,
    "alphakid": {34, 35},
    "beta": {44, 45},
    **{f"admin@{name}": {number} for number, (name, _reseller, _domain) in CONTEXTS.items()},
}
TENANTS: Final[dict[str, set[int]]] = {"portal-alpha": ALPHAS, "portal-alphakid": {34, 35}, "portal-beta": {44, 45}}

# Models that hang on one context: how a row says which.
OF_CONTEXT: Final[dict[type[models.Model], Callable[[Any], int]]] = {
    Context: lambda row: row.pk,
    User: lambda row: row.context_id,
    CustomId: lambda row: row.user.context_id,
    ForwardingAlias: lambda row: row.context_id,
    Recipient: lambda row: row.alias.context_id,
    ExplicitDomain: lambda row: row.context_id,
    MailboxUse: lambda row: row.user.context_id,
}
FOR_TENANTS: Final = {User, CustomId}


@pytest.fixture
def rows(world: World) -> World:
    """Something of every model in every context, and of every owner."""
    for number, user in world.users.items():
        MailboxUse.objects.create(user=user, **_filled(MailboxUse, {"user"}))
        set_property(actor=OPERATOR, owner=Owner(user=user), name="x.y", value=str(number))
    for reseller in world.resellers.values():
        set_property(actor=OPERATOR, owner=Owner(reseller=reseller), name="x.y", value=reseller.name)
        Label.objects.create(reseller=reseller, name="x")
    Label.objects.create(name="x")
    for administrator in [*world.administrators.values(), None]:
        record_refusal(Login("x", "192.0.2.7", "192.0.2.7", "web", "wrong"), administrator)
    for administrator in world.administrators.values():
        BulkJob.objects.create(administrator=administrator, edit="users.suspend", language="en")
        values = {"name": "x", "identifier": administrator.pk, "families": "Admin"}
        ApiPassword.objects.create(administrator=administrator, **values)
        webhook = Webhook.objects.create(administrator=administrator, name="x", url="https://x.example", place=[])
        Delivery.objects.create(webhook=webhook, message="x", event="x", kind="x", key=1)
        ImportLine.objects.create(administrator=administrator, upload=uuid4(), number=1, label="x", data={})
    return world


def _filled(model: type[models.Model], given: set[str]) -> dict[str, Any]:
    """A value for each further field that wants one: all of these are numbers."""
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and field.name == "id")]
    return {one.name: 1 for one in fields if one.name not in given and not one.null and not one.has_default()}


def _seen(model: type[models.Model], administrator: Any) -> list[Any]:
    manager: Any = model._default_manager
    return sorted(manager.visible_to(administrator).values_list("pk", flat=True))


def _all(model: type[models.Model], wanted: Callable[[Any], bool]) -> list[Any]:
    return sorted(row.pk for row in model._default_manager.all() if wanted(row))


@pytest.mark.parametrize("name", [*STAFF, *TENANTS])
@pytest.mark.parametrize("model", OF_CONTEXT, ids=lambda model: model.__name__)
def test_visible__rows_of_the_contexts_in_charge(
    rows: World, model: type[models.Model], name: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    contexts = STAFF.get(name, TENANTS.get(name, set()) if model in FOR_TENANTS else set())
    expected = _all(model, lambda row: OF_CONTEXT[model](row) in contexts)
    assert len(expected) >= len(contexts)

    with django_assert_num_queries(1 if expected else 0 if name in TENANTS else 1):
        assert _seen(model, rows.administrators[name]) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("root", {"alpha", "alphakid", "beta"}),
        ("alpha", {"alpha", "alphakid"}),
        ("alphakid", {"alphakid"}),
        ("beta", {"beta"}),
        ("admin@alpha_acme", set()),
        ("admin@own_gold", set()),
        ("portal-alpha", set()),
    ],
)
def test_visible__resellers(rows: World, name: str, expected: set[str]) -> None:
    assert _seen(Reseller, rows.administrators[name]) == _all(Reseller, lambda row: row.name in expected)


@pytest.mark.parametrize("name", [*STAFF, *TENANTS])
def test_visible__administrators(rows: World, name: str) -> None:
    resellers = {"root": {"alpha", "alphakid", "beta"}, "alpha": {"alpha", "alphakid"}}.get(name, {name})
    contexts = STAFF.get(name, set())

    def mine(row: Administrator) -> bool:
        if name in TENANTS:
            return False
        if row.context_id:
            return row.context_id in contexts
        return name == "root" or (row.reseller is not None and row.reseller.name in resellers)

    assert _seen(Administrator, rows.administrators[name]) == _all(Administrator, mine)


@pytest.mark.parametrize("name", [*STAFF, *TENANTS])
def test_visible__configuration(rows: World, name: str) -> None:
    """The server's is the master's; a reseller's staff see their own reseller's and its children's."""
    resellers = {"root": {"alpha", "alphakid", "beta"}, "alpha": {"alpha", "alphakid"}}.get(name, {name})
    contexts = STAFF.get(name, set())

    def mine(row: ConfigProperty) -> bool:
        if name in TENANTS:
            return False
        if row.user or row.context_id:
            return (row.user.context_id if row.user else row.context_id) in contexts
        return row.reseller.name in resellers if row.reseller else name == "root"

    expected = _all(ConfigProperty, mine)
    assert bool(expected) is (name not in TENANTS)
    assert _seen(ConfigProperty, rows.administrators[name]) == expected


@pytest.mark.parametrize("name", [*STAFF, *TENANTS])
def test_visible__labels(rows: World, name: str) -> None:
    """The hoster's are the master's; a company's administrators see the labels of their users, and no others."""
    sees: dict[str, set[str | None]] = {"root": {"alpha", "alphakid", "beta", None}, "alpha": {"alpha", "alphakid"}}
    resellers = sees.get(name, {name})

    def mine(row: Label) -> bool:
        return name not in TENANTS and (row.reseller.name if row.reseller else None) in resellers

    expected = _all(Label, mine)
    assert bool(expected) is (name not in TENANTS and not name.startswith("admin@"))
    assert _seen(Label, rows.administrators[name]) == expected


@pytest.mark.parametrize("name", [*STAFF, *TENANTS])
def test_visible__changes(rows: World, name: str) -> None:
    resellers = {"root": {"alpha", "alphakid", "beta"}, "alpha": {"alpha", "alphakid"}}.get(name, {name})
    contexts = STAFF.get(name, set())

    def mine(row: Change) -> bool:
        if name == "root":
            return True
        if name.startswith("admin@"):
            return row.context_id in contexts
        return row.reseller_id is not None and names[row.reseller_id] in resellers

    names = {reseller.pk: reseller.name for reseller in Reseller.objects.all()}
    expected = _all(Change, mine)
    assert bool(expected) is (name not in TENANTS)
    assert _seen(Change, rows.administrators[name]) == expected


@pytest.mark.parametrize("name", [*STAFF, *TENANTS])
def test_visible__logins_are_those_of_the_administrators_in_charge_and_of_unknown_names_the_masters(
    rows: World, name: str
) -> None:
    seen = set(_seen(Administrator, rows.administrators[name])) | ({None} if name == "root" else set())
    expected = _all(LoginEvent, lambda row: row.administrator_id in seen)
    assert bool(expected) is (name not in TENANTS)
    assert _seen(LoginEvent, rows.administrators[name]) == expected


@pytest.mark.parametrize("name", [*STAFF, *TENANTS])
def test_visible__api_passwords_are_those_of_the_administrators_in_charge_and_ones_own(rows: World, name: str) -> None:
    seen = set(_seen(Administrator, rows.administrators[name])) if not name.startswith("admin@") else set()
    mine = seen | ({rows.administrators[name].pk} if name not in TENANTS else set())
    expected = _all(ApiPassword, lambda row: row.administrator_id in mine)
    assert bool(expected) is (name not in TENANTS)
    assert _seen(ApiPassword, rows.administrators[name]) == expected


@pytest.mark.parametrize("name", [*STAFF, *TENANTS])
def test_visible__webhooks_are_those_of_the_administrators_in_charge_and_ones_own(rows: World, name: str) -> None:
    seen = set(_seen(Administrator, rows.administrators[name])) if not name.startswith("admin@") else set()
    mine = seen | ({rows.administrators[name].pk} if name not in TENANTS else set())
    expected = _all(Webhook, lambda row: row.administrator_id in mine)
    assert bool(expected) is (name not in TENANTS)
    assert _seen(Webhook, rows.administrators[name]) == expected
    assert _seen(Delivery, rows.administrators[name]) == _all(Delivery, lambda row: row.webhook_id in expected)


@pytest.mark.parametrize("model", OF_CONTEXT, ids=lambda model: model.__name__)
def test_visible__a_credential_for_some_contexts_sees_those_alone(rows: World, model: type[models.Model]) -> None:
    for name, contexts in STAFF.items():
        viewer = rows.administrators[name]
        viewer.credential = Credential(contexts=frozenset({24, 34}))
        expected = [row.pk for row in model._default_manager.all() if OF_CONTEXT[model](row) in contexts & {24, 34}]
        assert _seen(model, viewer) == sorted(expected)


@pytest.mark.parametrize(
    "model",
    [Reseller, Administrator, ConfigProperty, Change, ApiPassword, LoginEvent, Webhook, Delivery],
    ids=lambda one: one.__name__,
)
def test_visible__a_credential_for_some_contexts_sees_nothing_that_hangs_on_no_context(
    rows: World, model: type[models.Model]
) -> None:
    viewer = rows.administrators["root"]
    viewer.credential = Credential(contexts=frozenset({24}))
    assert _seen(model, viewer) == []


@pytest.mark.parametrize("name", STAFF)
def test_visible__bulk_edits_are_ones_own_and_ones_colleagues(rows: World, name: str) -> None:
    """Of the same reseller or of its child, of the same context; never a context's for its reseller."""
    viewer = rows.administrators[name]
    mine = set(viewer.resellers_in_charge()) if viewer.role == Role.RESELLER else set()

    def wanted(row: BulkJob) -> bool:
        by = row.administrator
        if name == "root" or by.pk == viewer.pk:
            return True
        return by.reseller_id in mine or (by.context_id is not None and by.context_id == viewer.context_id)

    assert _seen(BulkJob, viewer) == _all(BulkJob, wanted)


@pytest.mark.parametrize("name", STAFF)
def test_visible__with_a_credential_for_some_contexts_bulk_edits_are_ones_own(rows: World, name: str) -> None:
    viewer = rows.administrators[name]
    viewer.credential = Credential(contexts=frozenset({24}))
    assert _seen(BulkJob, viewer) == _all(BulkJob, lambda row: name == "root" or row.administrator_id == viewer.pk)


@pytest.mark.parametrize("name", STAFF)
def test_visible__uploaded_lines_are_ones_own_and_nobody_elses(rows: World, name: str) -> None:
    own = rows.administrators[name].pk
    assert _seen(ImportLine, rows.administrators[name]) == _all(ImportLine, lambda row: row.administrator_id == own)


SCOPED: Final = [
    model for label in OURS for model in apps.get_app_config(label).get_models() if model._meta.label not in UNSCOPED
]


def test_models__all_of_them_are_tested_here() -> None:
    tested = {
        *OF_CONTEXT,
        Reseller,
        Administrator,
        ConfigProperty,
        Change,
        BulkJob,
        ImportLine,
        ApiPassword,
        LoginEvent,
        Webhook,
        Delivery,
        Label,
        SavedFilter,
    }
    assert set(SCOPED) == tested


class _Nobody:
    """Looks like an administrator, and is none."""

    role, is_active, is_authenticated, is_superuser, may_act, reseller_id, context_id = "master", 1, 1, 1, 1, 1, 24


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    "nobody",
    [
        None,
        AnonymousUser(),
        _Nobody(),
        Administrator(pk=-1, login="x", role=Role.MASTER, is_active=False),
        Administrator(pk=-1, login="x", role=Role.RESELLER),
        Administrator(pk=-1, login="x", role=Role.TENANT),
        Administrator(pk=-1, login="x", role=Role.CONTEXT),
    ],
    ids=["None", "anonymous", "imposter", "inactive", "no reseller", "tenant of none", "no context"],
)
def test_visible__nobody_sees_nothing(rows: World, model: type[models.Model], nobody: Any) -> None:
    """Above all staff without a reseller: compared with the master's own contexts, which have none either."""
    assert _seen(model, nobody) == []


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_visible__an_unknown_role_raises(rows: World, model: type[models.Model]) -> None:
    if model not in {BulkJob, ImportLine, SavedFilter}:
        with pytest.raises(ValueError, match="wizard"):
            _seen(model, Administrator(login="x", role="wizard"))


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_visible__whoever_is_suspended_sees_nothing(rows: World, model: type[models.Model]) -> None:
    update_administrator(actor=OPERATOR, administrator=rows.administrators["root"], is_active=False)
    update_reseller(actor=OPERATOR, reseller=rows.resellers["alpha"], is_active=False)
    update_context(actor=OPERATOR, context=rows.contexts[44], is_active=False)
    suspended = World.load().administrators

    for name in ("root", "alpha", "alphakid", "portal-alpha", "admin@alpha_acme", "admin@kid_cafe", "admin@beta_echo"):
        assert _seen(model, suspended[name]) == [], name


@pytest.mark.parametrize("model", OF_CONTEXT, ids=lambda model: model.__name__)
def test_visible__a_suspended_context_is_still_its_resellers(rows: World, model: type[models.Model]) -> None:
    before = _seen(model, rows.administrators["alpha"])
    update_context(actor=OPERATOR, context=rows.contexts[24], is_active=False)
    update_reseller(actor=OPERATOR, reseller=rows.resellers["alphakid"], is_active=False)

    assert _seen(model, World.load().administrators["alpha"]) == before


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_visible__narrows_what_was_filtered_before(rows: World, model: type[models.Model]) -> None:
    manager: Any = model._default_manager
    for name in ("root", "alpha", "admin@alpha_acme", "portal-alpha"):
        assert not manager.none().visible_to(rows.administrators[name]).exists()
        assert not manager.filter(pk=-1).visible_to(rows.administrators[name]).exists()


class TestChangesOfAContextThatCameAgain:
    """An id is free again once its context is deleted: the log goes with who was in charge, not with the id."""

    @pytest.fixture
    def again(self, world: World) -> World:
        delete_context(actor=OPERATOR, context=world.contexts[24])
        context = create_context(actor=OPERATOR, context_id=24, name="beta_new", reseller=world.resellers["beta"])
        create_user(actor=OPERATOR, context=context, number=1, uidname="new@acme.example")
        Administrator.objects.create(login="admin", role=Role.CONTEXT, context=context, password="!")
        return World.load()

    @staticmethod
    def _labels(again: World, name: str) -> set[str]:
        return set(
            Change.objects.visible_to(again.administrators[name])
            .filter(context_id=24)
            .values_list("context_name", flat=True)
        )

    @pytest.mark.parametrize(
        ("name", "names"),
        [
            ("root", {"alpha_acme", "beta_new"}),
            ("alpha", {"alpha_acme"}),
            ("beta", {"beta_new"}),
            ("admin@beta_new", {"beta_new"}),
            ("alphakid", set()),
            ("admin@alpha_bolt", set()),
        ],
    )
    def test_changes__are_seen_by_who_was_in_charge(self, again: World, name: str, names: set[str]) -> None:
        assert self._labels(again, name) == names

    def test_changes__the_same_reseller_makes_it_again(self, world: World) -> None:
        """The new context's own admin does not read the old one's history."""
        delete_context(actor=OPERATOR, context=world.contexts[24])
        context = create_context(actor=OPERATOR, context_id=24, name="alpha_new", reseller=world.resellers["alpha"])
        Administrator.objects.create(login="admin", role=Role.CONTEXT, context=context, password="!")

        again = World.load()
        assert self._labels(again, "admin@alpha_new") == {"alpha_new"}
        assert self._labels(again, "alpha") == {"alpha_acme", "alpha_new"}

    def test_changes__of_the_masters_own_context(self, world: World) -> None:
        """Without a reseller "the same reseller" is no reason to show them."""
        delete_context(actor=OPERATOR, context=world.contexts[54])
        context = create_context(actor=OPERATOR, context_id=54, name="own_new", reseller=None)
        Administrator.objects.create(login="admin", role=Role.CONTEXT, context=context, password="!")

        own = World.load().administrators["admin@own_new"]
        assert set(Change.objects.visible_to(own).values_list("context_name", flat=True)) == {"own_new"}
