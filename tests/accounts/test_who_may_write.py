"""Services as the last line: whatever a door lets through, nobody writes what is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Administrator, ConfigProperty, Context, Reseller
from accounts.services.administrators import create_administrator, delete_administrator, update_administrator
from accounts.services.config import Owner, delete_property, set_property
from accounts.services.contexts import create_context, delete_context, update_context
from accounts.services.resellers import create_reseller, delete_reseller, update_reseller
from accounts.services.users import create_user, delete_user, set_uids, update_user
from changelog.models import Change
from changelog.undo import undo_change
from core.access import Role
from core.actor import Actor, Channel
from core.errors import Conflict, NotAllowed
from domains.services import add_domain, remove_domain
from forwards.services import add_recipients, create_forward, delete_forward, delete_forwards, remove_recipient
from tests.world import PASSWORD, World

# The same on every database.
pytestmark = pytest.mark.sqlite

STAFF = ["root", "alpha", "alphakid", "beta", "admin@alpha_acme"]
Write = Callable[[Actor, World, int], Any]

# Every service that writes something of a context, and a call of it at the context's id.
WRITES: dict[str, Write] = {
    "create_user": lambda actor, world, id_: create_user(
        actor=actor, context=world.contexts[id_], number=7, uidname="new"
    ),
    "update_user": lambda actor, world, id_: update_user(actor=actor, user=world.users[id_], quota=1),
    "set_uids": lambda actor, world, id_: set_uids(actor=actor, user=world.users[id_], msisdn=None),
    "delete_user": lambda actor, world, id_: delete_user(actor=actor, user=world.users[id_]),
    "create_forward": lambda actor, world, id_: create_forward(
        actor=actor, context=world.contexts[id_], alias=f"new@{_domain(id_)}", recipients=["a@b.example"]
    ),
    "add_recipients": lambda actor, world, id_: add_recipients(
        actor=actor, context=world.contexts[id_], alias=_sales(id_), recipients=["a@b.example"]
    ),
    "remove_recipient": lambda actor, world, id_: remove_recipient(
        actor=actor, context=world.contexts[id_], alias=_sales(id_), recipient="outside@elsewhere.example"
    ),
    "delete_forward": lambda actor, world, id_: delete_forward(
        actor=actor, context=world.contexts[id_], alias=_sales(id_)
    ),
    "delete_forwards": lambda actor, world, id_: delete_forwards(actor=actor, context=world.contexts[id_]),
    "add_domain": lambda actor, world, id_: add_domain(
        actor=actor, context=world.contexts[id_], name=f"new.{_domain(id_)}"
    ),
    "remove_domain": lambda actor, world, id_: remove_domain(
        actor=actor, context=world.contexts[id_], name=_domain(id_)
    ),
    "update_context": lambda actor, world, id_: update_context(actor=actor, context=world.contexts[id_], quota=1),
    "delete_context": lambda actor, world, id_: delete_context(actor=actor, context=world.contexts[id_]),
}


def _domain(number: int) -> str:
    from tests.world import CONTEXTS

    return CONTEXTS[number][2]


def _sales(number: int) -> str:
    return f"sales@{_domain(number)}"


def _as(world: World, name: str) -> Actor:
    return Actor(world.administrators[name], Channel.WEB)


# What a context's own admin leaves to who sold them the context.
NOT_THEIRS = {"add_domain", "remove_domain", "update_context", "delete_context"}


@pytest.mark.parametrize("service", WRITES)
@pytest.mark.parametrize(
    ("name", "number", "allowed"),
    [
        ("root", 24, True),
        ("root", 54, True),
        ("alpha", 24, True),
        ("alpha", 34, True),
        ("alpha", 44, False),
        ("alpha", 54, False),
        ("alphakid", 34, True),
        ("alphakid", 24, False),
        ("alphakid", 54, False),
        ("admin@alpha_acme", 24, True),
        ("admin@alpha_acme", 25, False),
        ("portal-alpha", 24, False),
    ],
)
def test_service__writes_only_for_who_is_in_charge_of_the_context(
    world: World, service: str, name: str, number: int, allowed: bool
) -> None:
    before = Change.objects.count()
    allowed = allowed and not (name.startswith("admin@") and service in NOT_THEIRS)

    if allowed:
        WRITES[service](_as(world, name), world, number)
    else:
        with pytest.raises(NotAllowed):
            WRITES[service](_as(world, name), world, number)

    assert (Change.objects.count() > before) is allowed


class TestAdministrators:
    """Who may make, change and delete whom."""

    ROLES: dict[str, tuple[str, str | None, int | None]] = {
        "master": (Role.MASTER, None, None),
        "alpha": (Role.RESELLER, "alpha", None),
        "alphakid": (Role.RESELLER, "alphakid", None),
        "beta": (Role.RESELLER, "beta", None),
        "tenant of alpha": (Role.TENANT, "alpha", None),
        "tenant of alphakid": (Role.TENANT, "alphakid", None),
        "tenant of beta": (Role.TENANT, "beta", None),
        "admin of 24": (Role.CONTEXT, None, 24),
        "admin of 34": (Role.CONTEXT, None, 34),
        "admin of 44": (Role.CONTEXT, None, 44),
        "admin of 54": (Role.CONTEXT, None, 54),
    }
    MAY: dict[str, set[str]] = {
        "root": set(ROLES),
        "alpha": {"alpha", "alphakid", "tenant of alpha", "tenant of alphakid", "admin of 24", "admin of 34"},
        "alphakid": {"alphakid", "tenant of alphakid", "admin of 34"},
        "beta": {"beta", "tenant of beta", "admin of 44"},
        "admin@alpha_acme": set(),
        "portal-alpha": set(),
    }

    def _create(self, world: World, actor: Actor, kind: str) -> Administrator:
        role, reseller, context = self.ROLES[kind]
        return create_administrator(
            actor=actor,
            login="newcomer",
            role=role,
            password=PASSWORD,
            reseller=world.resellers[reseller] if reseller else None,
            context=world.contexts[context] if context else None,
        )

    @pytest.mark.parametrize("kind", ROLES)
    @pytest.mark.parametrize("writer", MAY)
    def test_administrator__is_made_changed_and_deleted_by_who_is_in_charge(
        self, world: World, writer: str, kind: str
    ) -> None:
        actor = _as(world, writer)
        if kind in self.MAY[writer]:
            row = self._create(world, actor, kind)
            update_administrator(actor=actor, administrator=row, password="another one")
            delete_administrator(actor=actor, administrator=row)
            return
        with pytest.raises(NotAllowed):
            self._create(world, actor, kind)
        row = self._create(world, Actor(None, Channel.PROVISION), kind)
        with pytest.raises(NotAllowed):
            update_administrator(actor=actor, administrator=row, password="another one")
        with pytest.raises(NotAllowed):
            update_administrator(actor=actor, administrator=row, is_active=False)
        with pytest.raises(NotAllowed):
            delete_administrator(actor=actor, administrator=row)
        row.refresh_from_db()
        assert row.is_active
        assert row.check_password(PASSWORD)

    @pytest.mark.parametrize("name", [*STAFF, "portal-alpha"])
    def test_administrator__nobody_suspends_or_deletes_themselves(self, world: World, name: str) -> None:
        own = world.administrators[name]
        with pytest.raises(NotAllowed):
            update_administrator(actor=_as(world, name), administrator=own, is_active=False)
        with pytest.raises(NotAllowed):
            delete_administrator(actor=_as(world, name), administrator=own)

    @pytest.mark.parametrize("name", STAFF)
    def test_password__everybody_changes_their_own(self, world: World, name: str) -> None:
        client = Client()
        client.post("/admin/login/", {"username": name, "password": PASSWORD})
        new = "correct horse battery"
        form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

        response = client.post("/admin/password_change/", form)

        assert response.status_code == 302
        own = Administrator.objects.get(pk=world.administrators[name].pk)
        assert own.check_password(new)
        assert client.get("/admin/").status_code == 200

    def test_changes__hold_no_password(self, world: World) -> None:
        actor = _as(world, "alpha")
        row = self._create(world, actor, "alphakid")
        update_administrator(actor=actor, administrator=row, password="quite another")
        stored = Administrator.objects.get(pk=row.pk).password
        delete_administrator(actor=actor, administrator=row)

        log = str(list(Change.objects.values_list()))
        assert PASSWORD not in log
        assert "quite another" not in log
        assert stored not in log


class TestResellers:
    """Nobody edits their own or their parent's limits."""

    LIMITS: dict[str, Any] = {
        "max_context": 99,
        "max_overall_user": 99,
        "max_overall_context_quota": 99,
        "max_subadmin": 99,
        "max_user_per_context": 99,
        "is_active": False,
    }

    @pytest.mark.parametrize("limit", LIMITS)
    @pytest.mark.parametrize(
        ("writer", "reseller", "allowed"),
        [
            ("root", "alpha", True),
            ("root", "alphakid", True),
            ("alpha", "alphakid", True),
            ("alpha", "alpha", False),
            ("alpha", "beta", False),
            ("alphakid", "alphakid", False),
            ("alphakid", "alpha", False),
            ("beta", "alphakid", False),
            ("admin@alpha_acme", "alpha", False),
            ("portal-alpha", "alpha", False),
            ("portal-alpha", "alphakid", False),
        ],
    )
    def test_limit__is_set_from_above(
        self, world: World, writer: str, reseller: str, allowed: bool, limit: str
    ) -> None:
        row, change = world.resellers[reseller], {limit: self.LIMITS[limit]}
        if allowed:
            update_reseller(actor=_as(world, writer), reseller=row, **change)
        else:
            with pytest.raises(NotAllowed):
                update_reseller(actor=_as(world, writer), reseller=row, **change)
        stored = getattr(Reseller.objects.get(pk=row.pk), limit)
        assert (stored == self.LIMITS[limit]) is allowed

    @pytest.mark.parametrize(
        ("writer", "reseller", "allowed"),
        [
            ("root", "beta", True),
            ("alpha", "alpha", True),
            ("alpha", "alphakid", True),
            ("alpha", "beta", False),
            ("alphakid", "alphakid", True),
            ("alphakid", "alpha", False),
            ("admin@alpha_acme", "alpha", False),
            ("portal-alpha", "alpha", False),
        ],
    )
    def test_name__is_set_by_its_own_staff_and_from_above(
        self, world: World, writer: str, reseller: str, allowed: bool
    ) -> None:
        row = world.resellers[reseller]
        if allowed:
            update_reseller(actor=_as(world, writer), reseller=row, display_name="New")
        else:
            with pytest.raises(NotAllowed):
                update_reseller(actor=_as(world, writer), reseller=row, display_name="New")
        assert (Reseller.objects.get(pk=row.pk).display_name == "New") is allowed

    @pytest.mark.parametrize(
        ("writer", "parent", "allowed"),
        [
            ("root", None, True),
            ("root", "beta", True),
            ("alpha", "alpha", True),
            ("alpha", None, False),
            ("alpha", "beta", False),
            ("alpha", "alphakid", False),
            ("alphakid", "alphakid", False),
            ("alphakid", "alpha", False),
            ("admin@alpha_acme", "alpha", False),
            ("portal-alpha", "alpha", False),
        ],
    )
    def test_child__is_made_by_the_parents_staff(
        self, world: World, writer: str, parent: str | None, allowed: bool
    ) -> None:
        owner = world.resellers[parent] if parent else None
        if allowed:
            create_reseller(actor=_as(world, writer), name="newcomer", parent=owner)
        else:
            with pytest.raises(NotAllowed):
                create_reseller(actor=_as(world, writer), name="newcomer", parent=owner)

    @pytest.mark.parametrize("writer", ["alpha", "alphakid", "admin@alpha_acme", "portal-alpha"])
    @pytest.mark.parametrize("reseller", ["alpha", "beta"])
    def test_reseller__is_not_deleted_from_below_or_beside(self, world: World, writer: str, reseller: str) -> None:
        with pytest.raises(NotAllowed):
            delete_reseller(actor=_as(world, writer), reseller=world.resellers[reseller])

    def test_limits__a_childs_contexts_count_against_its_parent(self, world: World) -> None:
        """A reseller gets round its limits neither by a child nor by raising the child's own."""
        update_reseller(actor=_as(world, "root"), reseller=world.resellers["alpha"], max_context=4)
        update_reseller(actor=_as(world, "alpha"), reseller=world.resellers["alphakid"], max_context=1000)

        for writer in ("alpha", "alphakid"):
            with pytest.raises(NotAllowed):
                create_context(
                    actor=_as(world, writer), context_id=900, name="more", reseller=world.resellers["alphakid"]
                )

    @pytest.mark.parametrize(
        ("writer", "reseller"),
        [
            ("alpha", None),
            ("alpha", "beta"),
            ("alphakid", "alpha"),
            ("admin@alpha_acme", "alpha"),
            ("portal-alpha", "alpha"),
        ],
    )
    def test_context__is_made_only_below_ones_own_reseller(
        self, world: World, writer: str, reseller: str | None
    ) -> None:
        owner = world.resellers[reseller] if reseller else None
        with pytest.raises(NotAllowed):
            create_context(actor=_as(world, writer), context_id=900, name="more", reseller=owner)
        assert not Context.objects.filter(pk=900).exists()


class TestConfig:
    """Whose configuration one may set: of what one stands above."""

    @staticmethod
    def _owner(world: World, owner: str | int | None) -> Owner:
        if owner is None:
            return Owner()
        return (
            Owner(reseller=world.resellers[owner]) if isinstance(owner, str) else Owner(context=world.contexts[owner])
        )

    @pytest.mark.parametrize(
        ("writer", "may"),
        [
            ("root", {None, "alpha", "alphakid", "beta", 24, 34, 44, 54}),
            ("alpha", {"alphakid", 24, 34}),
            ("alphakid", {34}),
            ("beta", {44}),
            ("admin@alpha_acme", set()),
            ("portal-alpha", set()),
        ],
    )
    @pytest.mark.parametrize("owner", [None, "alpha", "alphakid", "beta", 24, 34, 44, 54])
    def test_property__is_set_and_deleted_from_above(
        self, world: World, writer: str, may: set[Any], owner: str | int | None
    ) -> None:
        of = self._owner(world, owner)
        row = set_property(actor=Actor(None, Channel.PROVISION), owner=of, name="x.y", value="before")
        if owner in may:
            set_property(actor=_as(world, writer), owner=of, name="x.y", value="after")
            delete_property(actor=_as(world, writer), row=row)
            return
        with pytest.raises(NotAllowed):
            set_property(actor=_as(world, writer), owner=of, name="x.y", value="after")
        with pytest.raises(NotAllowed):
            delete_property(actor=_as(world, writer), row=row)
        row.refresh_from_db()
        assert row.value == "before"

    @pytest.mark.parametrize(("writer", "number"), [("alpha", 44), ("alphakid", 24), ("admin@alpha_acme", 24)])
    def test_property__of_a_user_follows_its_context(self, world: World, writer: str, number: int) -> None:
        with pytest.raises(NotAllowed):
            set_property(actor=_as(world, writer), owner=Owner(user=world.users[number]), name="x.y", value="1")


class TestNobodysStaff:
    """A reseller's staff without a reseller, which the database would refuse, is in charge of nothing."""

    @pytest.mark.parametrize("role", [Role.RESELLER, Role.TENANT])
    def test_in_charge__of_nothing(self, world: World, role: Role) -> None:
        nobody = Administrator(login="nobody", role=role)

        assert not any(nobody.in_charge_of(one) for one in world.contexts.values())
        assert not any(nobody.manages(one) or nobody.stands_above(one) for one in world.resellers.values())

    def test_in_charge__a_context_admin_without_a_context(self, world: World) -> None:
        nobody = Administrator(login="nobody", role=Role.CONTEXT)

        assert not any(nobody.in_charge_of(one) for one in world.contexts.values())
        assert not nobody.in_charge_of(Context(name="unsaved"))


class TestUndo:
    """Undoing reaches the thing that was changed, or nothing."""

    @pytest.mark.parametrize("parent", [None, "alpha"])
    @pytest.mark.parametrize("server", [None, "1"])
    def test_undo__configuration_of_a_deleted_reseller_touches_nobody_elses(
        self, world: World, parent: str | None, server: str | None
    ) -> None:
        """The log of a deleted reseller goes to its parent, else to nobody: neither is the owner of the property."""
        operator = Actor(None, Channel.PROVISION)
        owner = world.resellers[parent] if parent else None
        gone = create_reseller(actor=operator, name="shortlived", parent=owner)
        row = set_property(actor=operator, owner=Owner(reseller=gone), name="x.y", value="1")
        made = Change.objects.latest("pk")
        delete_property(actor=operator, row=row)
        removed = Change.objects.latest("pk")
        delete_reseller(actor=operator, reseller=gone)
        if server:
            set_property(actor=operator, owner=Owner(reseller=owner), name="x.y", value=server)
        before = sorted(ConfigProperty.objects.values_list())

        for change in (made, removed):
            change.refresh_from_db()
            with pytest.raises(Conflict):
                undo_change(actor=_as(world, "root"), change=change)

        assert sorted(ConfigProperty.objects.values_list()) == before
