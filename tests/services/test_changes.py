"""The change log: one line for each object that changed, true, without secrets, and none for what did not happen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps

from accounts.models import Administrator, ConfigProperty
from accounts.services.administrators import create_administrator, delete_administrator, update_administrator
from accounts.services.config import Owner, delete_property, set_property
from accounts.services.contexts import create_context, delete_context, update_context
from accounts.services.resellers import create_reseller, delete_reseller, update_reseller
from accounts.services.users import create_user, delete_user, set_uids, update_user
from changelog.entries import Snapshot
from changelog.models import Change
from core.access import Role
from core.actor import Actor, Channel
from core.errors import DomainError
from domains.services import add_domain, remove_domain
from forwards.models import ForwardingAlias
from forwards.services import (
    add_recipients,
    create_forward,
    delete_forward,
    delete_forwards,
    remove_recipient,
    replace_recipient,
    set_forward_active,
    set_recipients,
)
from tests.client import DOMAINS, FORWARDS, Api
from tests.services.aliases import drop_recipient, move_forward
from tests.world import OPERATOR, World

JOHN = "johndoe@acme.example"
OUTSIDE = "outside@elsewhere.example"
USER = {
    "number": 42,
    "uidname": JOHN,
    "msisdn": "+49.1234.5624",
    "custom": ["john24", "doe24"],
    "quota": 1_048_576,
    "is_active": True,
}
NEW_USER: Snapshot = {"number": 7, "uidname": "jane", "msisdn": None, "custom": [], "quota": None, "is_active": True}
ALIAS = {"alias": "sales@acme.example", "recipients": [JOHN, OUTSIDE], "is_active": True}
BRAND = {"name": "com.openexchange.brand", "value": "alpha_acme"}
CONTEXT = {"name": "alpha_acme", "reseller": "alpha", "quota": None, "max_user": None, "is_active": True}

Service = Callable[[Actor, World], Any]


def sales() -> ForwardingAlias:
    return ForwardingAlias.objects.get(normalized="sales@acme.example")


@dataclass(frozen=True)
class Case:
    """A call of a service by reseller alpha's staff, and what the log then says beside its constant parts."""

    name: str
    service: Service
    kind: str
    label: str
    before: Any
    after: Any
    context: int | None = 24

    @property
    def action(self) -> str:
        return "create" if self.before is None else "delete" if self.after is None else "update"


CASES = [
    Case("create_user", lambda a, w: create_user(actor=a, context=w.contexts[24], number=7, uidname="jane"),
         "user", "7 jane", None, NEW_USER),
    Case("create_user with all", lambda a, w: create_user(
            actor=a, context=w.contexts[24], number=7, uidname="jane", msisdn="+4912345", custom=["x", "y"], quota=5,
            is_active=False),
         "user", "7 jane", None,
         {"number": 7, "uidname": "jane", "msisdn": "+4912345", "custom": ["x", "y"], "quota": 5, "is_active": False}),
    Case("rename a user", lambda a, w: update_user(actor=a, user=w.users[24], uidname="jane"),
         "user", "42 jane", USER, USER | {"uidname": "jane"}),
    Case("update_user", lambda a, w: update_user(actor=a, user=w.users[24], quota=None, is_active=False),
         "user", f"42 {JOHN}", USER, USER | {"quota": None, "is_active": False}),
    Case("reorder custom ids", lambda a, w: update_user(actor=a, user=w.users[24], custom=["doe24", "john24"]),
         "user", f"42 {JOHN}", USER, USER | {"custom": ["doe24", "john24"]}),
    Case("set_uids", lambda a, w: set_uids(actor=a, user=w.users[24], msisdn=None, custom=[]),
         "user", f"42 {JOHN}", USER, USER | {"msisdn": None, "custom": []}),
    Case("delete_user", lambda a, w: delete_user(actor=a, user=w.users[24]),
         "user", f"42 {JOHN}", USER, None),
    Case("create_forward", lambda a, w: create_forward(
            actor=a, context=w.contexts[24], alias="New@acme.example", recipients=["b@c.example", OUTSIDE]),
         "forward", "New@acme.example", None,
         {"alias": "New@acme.example", "recipients": ["b@c.example", OUTSIDE], "is_active": True}),
    Case("add_recipients", lambda a, w: add_recipients(
            actor=a, context=w.contexts[24], alias="SALES@acme.example", recipients=[OUTSIDE, "b@c.example"]),
         "forward", "sales@acme.example", ALIAS, ALIAS | {"recipients": [JOHN, OUTSIDE, "b@c.example"]}),
    Case("remove_recipient", lambda a, w: remove_recipient(
            actor=a, context=w.contexts[24], alias="sales@acme.example", recipient=JOHN),
         "forward", "sales@acme.example", ALIAS, ALIAS | {"recipients": [OUTSIDE]}),
    Case("drop_recipient", lambda a, w: drop_recipient(actor=a, forward=sales(), recipient=JOHN),
         "forward", "sales@acme.example", ALIAS, ALIAS | {"recipients": [OUTSIDE]}),
    Case("set_recipients", lambda a, w: set_recipients(actor=a, forward=sales(), recipients=["b@c.example", OUTSIDE]),
         "forward", "sales@acme.example", ALIAS, ALIAS | {"recipients": [OUTSIDE, "b@c.example"]}),
    Case("replace_recipient", lambda a, w: replace_recipient(actor=a, forward=sales(), old=JOHN, new="b@c.example"),
         "forward", "sales@acme.example", ALIAS, ALIAS | {"recipients": [OUTSIDE, "b@c.example"]}),
    Case("set_forward_active", lambda a, w: set_forward_active(actor=a, forward=sales(), is_active=False),
         "forward", "sales@acme.example", ALIAS, ALIAS | {"is_active": False}),
    Case("delete_forward", lambda a, w: delete_forward(actor=a, context=w.contexts[24], alias="sales@acme.example"),
         "forward", "sales@acme.example", ALIAS, None),
    Case("delete_forwards", lambda a, w: delete_forwards(actor=a, context=w.contexts[24]),
         "forward", "sales@acme.example", ALIAS, None),
    Case("add_domain", lambda a, w: add_domain(actor=a, context=w.contexts[24], name="Bücher.example"),
         "domain", "xn--bcher-kva.example", None, {"domain": "xn--bcher-kva.example"}),
    Case("remove_domain", lambda a, w: remove_domain(actor=a, context=w.contexts[24], name="acme.example"),
         "domain", "acme.example", {"domain": "acme.example"}, None),
    Case("create_context", lambda a, w: create_context(
            actor=a, context_id=77, name="alpha_new", reseller=w.resellers["alpha"], quota=5, max_user=6),
         "context", "77 alpha_new", None, CONTEXT | {"name": "alpha_new", "quota": 5, "max_user": 6}, 77),
    Case("update_context", lambda a, w: update_context(actor=a, context=w.contexts[24], is_active=False, max_user=3),
         "context", "24 alpha_acme", CONTEXT, CONTEXT | {"is_active": False, "max_user": 3}),
    Case("set a new property", lambda a, w: set_property(
            actor=a, owner=Owner(context=w.contexts[24]), name="com.new", value="x"),
         "config", "com.new (context alpha_acme)", None, {"name": "com.new", "value": "x"}),
    Case("set a user's property", lambda a, w: set_property(
            actor=a, owner=Owner(user=w.users[24]), name="com.new", value="x"),
         "config", f"com.new (user {JOHN})", None, {"name": "com.new", "value": "x"}),
    Case("change a property", lambda a, w: set_property(
            actor=a, owner=Owner(context=w.contexts[24]), name="com.openexchange.brand", value="x"),
         "config", "com.openexchange.brand (context alpha_acme)", BRAND, BRAND | {"value": "x"}),
    Case("delete_property", lambda a, w: delete_property(
            actor=a, row=ConfigProperty.objects.get(context=24, name="com.openexchange.brand")),
         "config", "com.openexchange.brand (context alpha_acme)", BRAND, None),
]  # fmt: skip
UPDATES = [
    case
    for case in CASES
    if case.name in {"set a new property", "set a user's property"}
    or (case.action == "update" and case.name != "remove_recipient")
]


def by(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture
def alpha(world: World) -> Actor:
    """Reseller alpha's staff in the web admin."""
    return Actor(world.administrators["alpha"], Channel.WEB)


def new_lines(known: int) -> list[Change]:
    """The log's lines but for the first `known` ones, oldest first."""
    return list(Change.objects.order_by("pk")[known:])


@by(CASES)
def test_service__writes_one_line_with_who_where_what_before_and_after(world: World, alpha: Actor, case: Case) -> None:
    known, batch = Change.objects.count(), uuid4()
    writer = world.administrators["alpha"]
    case.service(Actor(writer, Channel.WEB, batch), world)
    [line] = new_lines(known)
    assert (line.kind, line.label, line.action) == (case.kind, case.label, case.action)
    assert (line.before, line.after) == (case.before, case.after)
    assert (line.actor, line.administrator_id, line.channel) == ("alpha", writer.pk, Channel.WEB)
    assert (line.context_id, line.reseller_id, line.batch) == (case.context, world.resellers["alpha"].pk, batch)
    assert line.context_name == ("alpha_new" if case.context == 77 else "alpha_acme")


@by([case for case in CASES if case.name != "delete_forwards"])
def test_service__a_single_edit_has_no_batch(world: World, alpha: Actor, case: Case) -> None:
    known = Change.objects.count()
    case.service(alpha, world)
    assert [line.batch for line in new_lines(known)] == [None]


@by(UPDATES)
def test_service__what_is_so_already_writes_nothing(world: World, alpha: Actor, case: Case) -> None:
    case.service(alpha, world)
    known = Change.objects.count()
    case.service(alpha, World.load())
    assert new_lines(known) == []


@by(CASES)
def test_service__refused_to_staff_of_another_reseller_changes_and_writes_nothing(world: World, case: Case) -> None:
    known, before = Change.objects.count(), snapshot_of_all()
    with pytest.raises(DomainError):
        case.service(Actor(world.administrators["beta"], Channel.WEB), world)
    assert new_lines(known) == []
    assert snapshot_of_all() == before


def snapshot_of_all() -> Any:
    return [
        list(model._default_manager.order_by("pk").values())
        for label in ("accounts", "forwards", "domains")
        for model in apps.get_app_config(label).get_models()
    ]


@by(CASES)
def test_service__by_the_operator_is_logged_as_such(world: World, case: Case) -> None:
    known = Change.objects.count()
    case.service(OPERATOR, world)
    [line] = new_lines(known)
    assert (line.actor, line.administrator_id, line.channel) == ("operator", None, Channel.PROVISION)


@pytest.mark.parametrize(
    "service",
    [
        lambda a, w: create_user(actor=a, context=w.contexts[24], number=42, uidname="new"),
        lambda a, w: create_user(actor=a, context=w.contexts[24], number=7, uidname="new", custom=["john44"]),
        lambda a, w: update_user(actor=a, user=w.users[24], quota=5, custom=["john44"]),
        lambda a, w: update_user(actor=a, user=w.users[24], msisdn="+4954321", custom=["a", "A"]),
        lambda a, w: create_forward(actor=a, context=w.contexts[24], alias="a@echo.example", recipients=[OUTSIDE]),
        lambda a, w: set_recipients(actor=a, forward=sales(), recipients=[OUTSIDE, "sales@acme.example"]),
        lambda a, w: replace_recipient(actor=a, forward=sales(), old=JOHN, new="sales@acme.example"),
        lambda a, w: drop_recipient(actor=a, forward=sales(), recipient="bad"),
        lambda a, w: add_domain(actor=a, context=w.contexts[24], name="echo.example"),
        lambda a, w: create_context(actor=a, context_id=24, name="new", reseller=w.resellers["alpha"]),
        lambda a, w: update_context(actor=a, context=w.contexts[24], quota=5, name="alpha_bolt"),
        lambda a, w: set_property(actor=a, owner=Owner(), name="com.new", value="x"),
        lambda a, w: update_reseller(actor=a, reseller=w.resellers["alpha"], display_name="x", max_context=1),
        lambda a, w: delete_reseller(actor=a, reseller=w.resellers["alphakid"]),
        lambda a, w: create_administrator(
            actor=a, login="admin", role=Role.CONTEXT, context=w.contexts[24], password="long enough"
        ),
    ],
)  # fmt: skip
def test_service__refused_changes_and_writes_nothing(world: World, alpha: Actor, service: Service) -> None:
    before = snapshot_of_all()
    with pytest.raises(DomainError):
        service(alpha, world)
    assert snapshot_of_all() == before


def test_resellers__their_lines_are_the_resellers(world: World, alpha: Actor) -> None:
    known = Change.objects.count()
    child = create_reseller(actor=alpha, name="kid2", parent=world.resellers["alpha"], max_context=3)
    update_reseller(actor=alpha, reseller=child, max_context=4)
    update_reseller(actor=alpha, reseller=child, max_context=4)
    delete_reseller(actor=alpha, reseller=child)
    made, changed, gone = new_lines(known)
    assert [(line.kind, line.label, line.action) for line in (made, changed, gone)] == [
        ("reseller", "kid2", action) for action in ("create", "update", "delete")
    ]
    assert made.before is None
    assert made.after is not None
    assert made.after["parent"] == "alpha"
    limits = [[side and side["max_context"] for side in (line.before, line.after)] for line in (made, changed, gone)]
    assert limits == [[None, 3], [3, 4], [4, None]]
    # A deleted reseller's history is its parent's to see.
    assert {line.reseller_parent_id for line in (made, changed, gone)} == {world.resellers["alpha"].pk}
    visible = Change.objects.visible_to(alpha.administrator)
    assert set(visible) >= {made, changed, gone}


def test_administrators__no_password_and_no_hash_is_in_the_log(world: World, alpha: Actor) -> None:
    known = Change.objects.count()
    made = create_administrator(
        actor=alpha, login="second", role=Role.CONTEXT, context=world.contexts[24], password="first secret"
    )
    hashes = [made.password]
    made = update_administrator(actor=alpha, administrator=made, password="second secret")
    hashes.append(made.password)
    update_administrator(actor=alpha, administrator=made, password="second secret")
    update_administrator(actor=alpha, administrator=made, is_active=False)
    delete_administrator(actor=alpha, administrator=made)
    lines = new_lines(known)
    assert [line.action for line in lines] == ["create", "update", "update", "delete"]
    assert {line.label for line in lines} == {"second@alpha_acme"}
    assert lines[1].before != lines[1].after
    text = json.dumps([[line.before, line.after, line.label, line.actor] for line in lines])
    assert not [one for one in (*hashes, "first secret", "second secret", "md5$") if one in text]


def test_delete_administrator__the_log_keeps_the_name(world: World, alpha: Actor) -> None:
    second = create_administrator(
        actor=OPERATOR, login="second", role=Role.RESELLER, reseller=world.resellers["alpha"], password="some secret"
    )
    known = Change.objects.count()
    update_user(
        actor=Actor(Administrator.objects.with_owner().get(pk=second.pk), Channel.WEB), user=world.users[24], quota=1
    )
    key = second.pk
    delete_administrator(actor=alpha, administrator=second)
    changed, deleted = new_lines(known)
    assert (changed.actor, changed.administrator_id) == ("second", key)
    assert (deleted.actor, deleted.label) == ("alpha", "second")


def test_delete_forwards__is_one_batch(world: World, alpha: Actor) -> None:
    for number in range(5):
        create_forward(
            actor=OPERATOR, context=world.contexts[24], alias=f"n{number}@acme.example", recipients=[OUTSIDE]
        )
    known = Change.objects.count()
    assert delete_forwards(actor=alpha, context=world.contexts[24]) == 6
    lines = new_lines(known)
    assert len(lines) == 6
    assert len({line.batch for line in lines} - {None}) == 1
    assert len({line.at for line in lines}) == 1
    assert sorted(line.label for line in lines)[0] == "n0@acme.example"


def test_move_forward__is_a_line_for_each_context_and_neither_learns_of_the_other(world: World, alpha: Actor) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="a@neutral.example", recipients=[OUTSIDE])
    known = Change.objects.count()
    row = ForwardingAlias.objects.get(normalized="a@neutral.example")
    assert move_forward(actor=alpha, forward=row, context=world.contexts[25])
    went, came = new_lines(known)
    assert (went.context_id, went.action, came.context_id, came.action) == (24, "delete", 25, "create")
    assert went.before == came.after == {"alias": "a@neutral.example", "recipients": [OUTSIDE], "is_active": True}
    assert went.batch == came.batch is not None


def test_delete_context__is_one_batch_with_a_line_for_each_thing_and_its_own_last(world: World, alpha: Actor) -> None:
    known = Change.objects.count()
    delete_context(actor=alpha, context=world.contexts[24])
    lines = new_lines(known)
    assert sorted(line.kind for line in lines) == ["administrator", "config", "context", "domain", "forward", "user"]
    assert lines[-1].kind == "context"
    assert {line.action for line in lines} == {"delete"}
    assert {line.context_id for line in lines} == {24}
    assert len({line.batch for line in lines} - {None}) == 1
    user = next(line for line in lines if line.kind == "user")
    assert user.before == USER


def test_api__lines_name_the_caller_and_the_door(world: World, api: Api, override: None) -> None:
    known = Change.objects.count()
    api("PUT", f"{FORWARDS}/24/sales@acme.example", "admin", ["b@c.example"])
    api("POST", f"{DOMAINS}/24/new.example", "root")
    assert [(line.actor, line.channel, line.label) for line in new_lines(known)] == [
        ("admin@alpha_acme", Channel.API, "sales@acme.example"),
        ("root", Channel.API, "new.example"),
    ]


def test_api__reading_writes_nothing(world: World, api: Api) -> None:
    known = Change.objects.count()
    api("GET", f"{FORWARDS}/24", "alpha")
    api("HEAD", f"{FORWARDS}/24/sales@acme.example", "alpha")
    assert new_lines(known) == []
