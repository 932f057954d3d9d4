"""Bulk edits of several fields, of properties, and of domains of mailboxes."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import Administrator, ConfigProperty, Reseller, User
from accounts.services.config import Owner, set_property
from accounts.services.users import create_user
from bulk import edits as bulk
from bulk.edits import Outcome
from core.actor import Actor, Channel
from domains.services import add_domain
from forwards.models import ForwardingAlias, Recipient
from forwards.services import create_forward
from tests.services.bulk import changes, details, outcomes, preview, run
from tests.world import OPERATOR, World

OLD, NEW = "acme.example", "acme-new.example"
JOHN, NEW_JOHN = f"johndoe@{OLD}", f"johndoe@{NEW}"
OUTSIDE: Final = "outside@elsewhere.example"


def alias(world: World, context: int, address: str, *recipients: str) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[context], alias=address, recipients=recipients)


def recipients_of(address: str) -> list[str]:
    return list(Recipient.objects.filter(alias__address=address).order_by("pk").values_list("address", flat=True))


def john(world: World) -> QuerySet[User]:
    return User.objects.filter(pk=world.users[24].pk)


def move(world: World, who: str = "alpha", old: str = OLD, new: str = NEW, old_addresses: str = "keep") -> Any:
    return preview(
        world.administrators[who], "users.move_domain", john(world), old=old, new=new, old_addresses=old_addresses
    )


# --- to another domain -------------------------------------------------------------------------------------------


def test_move_domain__old_address_becomes_an_alias_and_aliases_follow(world: World) -> None:
    add_domain(actor=OPERATOR, context=world.contexts[24], name=NEW)
    job = run(move(world))
    assert john(world).get().uidname == NEW_JOHN
    assert recipients_of(JOHN) == [NEW_JOHN]
    assert sorted(recipients_of(f"sales@{OLD}")) == [NEW_JOHN, OUTSIDE]
    assert details(job) == {JOHN: "1 alias follows."}
    assert job.items.values_list("before", "after").get() == (JOHN, NEW_JOHN)


def test_move_domain__is_undone_as_one(world: World) -> None:
    alias(world, 24, NEW_JOHN, JOHN)
    before = list(Recipient.objects.order_by("alias__address", "address").values_list("alias__address", "address"))
    job = run(move(world))
    undone = run(preview(world.administrators["alpha"], "changes.undo", changes(job)))
    assert (undone.refused, undone.changed) == (0, changes(job).count())
    assert john(world).get().uidname == JOHN
    rows = Recipient.objects.order_by("alias__address", "address").values_list("alias__address", "address")
    assert list(rows) == before


def test_move_domain__without_the_old_address_only_the_aliases_follow(world: World) -> None:
    run(move(world, old_addresses="give_up"))
    assert not ForwardingAlias.objects.filter(address=JOHN).exists()
    assert NEW_JOHN in recipients_of(f"sales@{OLD}")


def test_move_domain__alias_at_the_new_address_that_led_there_alone_goes(world: World) -> None:
    alias(world, 24, NEW_JOHN, JOHN)
    run(move(world))
    assert recipients_of(JOHN) == [NEW_JOHN]
    assert not ForwardingAlias.objects.filter(address=NEW_JOHN).exists()


def test_move_domain__alias_at_the_new_address_that_leads_elsewhere_too_refuses_the_mailbox(world: World) -> None:
    alias(world, 24, NEW_JOHN, JOHN, OUTSIDE)
    job = move(world)
    assert details(job) == {JOHN: "An alias cannot be its own recipient."}
    assert outcomes(job) == {JOHN: Outcome.REFUSED}
    assert recipients_of(NEW_JOHN) == [JOHN, OUTSIDE]


def test_move_domain__alias_at_the_old_address_refuses_the_mailbox(world: World) -> None:
    alias(world, 24, JOHN, OUTSIDE)
    assert details(move(world)) == {JOHN: "The context has this alias already."}


def test_move_domain__to_another_companys_domain_is_refused(world: World) -> None:
    job = move(world, new="echo.example")
    assert details(job) == {JOHN: "The domain echo.example belongs to another context."}


def test_move_domain__undeclared_domain_is_refused_where_the_hoster_is_strict(world: World, settings: Any) -> None:
    settings.UNDECLARED_DOMAINS = "refuse"
    assert details(move(world)) == {JOHN: f"The domain {NEW} is not declared."}
    add_domain(actor=OPERATOR, context=world.contexts[24], name=NEW)
    assert outcomes(move(world)) == {JOHN: Outcome.CHANGED}


def test_move_domain__international_domain_is_found_in_either_form(world: World) -> None:
    user = create_user(actor=OPERATOR, context=world.contexts[24], number=9, uidname="Jürgen@bücher.example")
    rows = User.objects.filter(pk=user.pk)
    asked = {"old": "xn--bcher-kva.example", "new": "Müller.example", "old_addresses": "keep"}
    run(preview(world.administrators["alpha"], "users.move_domain", rows, **asked))
    assert rows.get().uidname == "Jürgen@Müller.example"
    assert recipients_of("Jürgen@bücher.example") == ["Jürgen@Müller.example"]


def test_move_domain__what_is_no_domain_refuses_every_row(world: World) -> None:
    edit = bulk.edit_named("users.move_domain")
    actor = Actor(world.administrators["alpha"], Channel.WEB)
    asked = {"old": OLD, "new": "not a domain", "old_addresses": "keep"}
    (result,) = edit.work(actor, [world.users[24].pk], asked, preview=True).values()
    assert result.outcome is Outcome.REFUSED


def test_move_domain__administrator_of_a_company_moves_its_own(world: World) -> None:
    run(move(world, who="admin@alpha_acme"))
    assert john(world).get().uidname == NEW_JOHN


# --- statements --------------------------------------------------------------------------------------------------


def _users(world: World, number: int) -> list[int]:
    actor, context = OPERATOR, world.contexts[24]
    made = [
        create_user(actor=actor, context=context, number=number * 100 + index, uidname=f"u{number}-{index}@{OLD}")
        for index in range(number)
    ]
    for user in made:
        alias(world, 24, f"a-{user.uidname}", user.uidname)
        set_property(actor=OPERATOR, owner=Owner(user=user), name="there", value="1")
    return [user.pk for user in made]


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("users.move_domain", {"old": OLD, "new": NEW, "old_addresses": "keep"}),
        ("users.change", {"quota": 7, "custom": [], "msisdn": None}),
        ("users.change", {"is_active": False, "leads": "take_out", "address": ""}),
        ("users.set_property", {"name": "new", "value": "1", "where": "missing"}),
        ("users.set_property", {"name": "there", "value": "2", "where": "everywhere"}),
    ],
)
def test_work__of_users_statements_do_not_grow(world: World, name: str, params: Any, preview: bool) -> None:
    edit = bulk.edit_named(name)
    actor, counts = Actor(world.administrators["alpha"], Channel.WEB).in_batch(), []
    # SQLite takes fewer than a hundred rows in a statement.
    for number in (2, 25 if connection.vendor == "sqlite" else 50):
        keys = _users(world, number)
        with CaptureQueriesContext(connection) as queries:
            results = edit.work(actor, keys, params, preview=preview)
        assert {result.outcome for result in results.values()} == {Outcome.CHANGED}
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_work__of_aliases_statements_do_not_grow(world: World) -> None:
    edit, counts = bulk.edit_named("forwards.change"), []
    actor = Actor(world.administrators["alpha"], Channel.WEB).in_batch()
    for number in (2, 25):
        for index in range(number):
            alias(world, 24, f"a{number}-{index}@free.example", OUTSIDE)
        keys = list(ForwardingAlias.objects.filter(address__startswith=f"a{number}-").values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as queries:
            results = edit.work(actor, keys, {"is_active": False, "add": f"b@{NEW}", "remove": OUTSIDE}, preview=False)
        assert {result.outcome for result in results.values()} == {Outcome.CHANGED}
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- who may, and what the forms take ----------------------------------------------------------------------------


@pytest.mark.parametrize("edit", ["users.set_property", "contexts.set_property", "config.set_value", "contexts.change"])
def test_allowed__a_companys_administrator_sets_no_properties_and_no_limits(world: World, edit: str) -> None:
    assert not bulk.edit_named(edit).allowed(world.administrators["admin@alpha_acme"])
    assert bulk.edit_named(edit).allowed(world.administrators["alpha"])


def test_set_property__of_another_resellers_rows_is_refused(world: World) -> None:
    edit = bulk.edit_named("users.set_property")
    actor = Actor(world.administrators["alpha"], Channel.WEB)
    results = edit.work(actor, [world.users[44].pk], {"name": "a", "value": "1", "where": "everywhere"}, preview=False)
    assert {result.outcome for result in results.values()} == {Outcome.REFUSED}
    assert not ConfigProperty.objects.filter(name="a").exists()


def test_set_property__server_is_the_masters(world: World) -> None:
    rows = ConfigProperty.objects.filter(user=None, context=None, reseller=None, name="com.openexchange.brand")
    run(preview(world.administrators["root"], "config.set_value", rows, value="other"))
    assert rows.get().value == "other"


def _form(edit: str, administrator: Administrator, model: Any, fields: dict[str, str]) -> Any:
    asked = bulk.edit_named(edit).form_for(administrator, model.objects.all())
    return asked({f"edit-{name}": value for name, value in fields.items()}, administrator=administrator)


@pytest.mark.parametrize(
    ("edit", "model", "fields", "params"),
    [
        ("users.change", User, {"quota": "2", "quota_unit": "GB"}, {"quota": 2 * 2**30}),
        ("users.change", User, {"quota": "0", "quota_unit": "GB"}, {"quota": 0}),
        ("users.change", User, {"no_quota": "on", "status": "active"}, {"quota": None, "is_active": True}),
        ("users.change", User, {"no_msisdn": "on", "no_custom": "on"}, {"msisdn": None, "custom": []}),
        (
            "users.change",
            User,
            {"status": "suspended", "leads": "hand_over", "address": OUTSIDE},
            {"is_active": False, "leads": "hand_over", "address": OUTSIDE},
        ),
        ("users.change", User, {"status": "active", "leads": "take_out"}, {"is_active": True}),
        (
            "resellers.change",
            Reseller,
            {"max_context": "0", "no_max_overall_user": "on"},
            {"max_context": 0, "max_overall_user": None},
        ),
        ("forwards.change", ForwardingAlias, {"add": OUTSIDE}, {"add": OUTSIDE}),
    ],
)
def test_form__params_are_what_shall_change_and_nothing_else(
    world: World, edit: str, model: Any, fields: dict[str, str], params: Any
) -> None:
    form = _form(edit, world.administrators["alpha"], model, fields)
    assert form.is_valid(), form.errors
    assert form.params() == params


@pytest.mark.parametrize(
    ("edit", "model", "fields"),
    [
        ("users.change", User, {}),
        ("users.change", User, {"quota": "1", "quota_unit": "GB", "no_quota": "on"}),
        ("users.change", User, {"quota_unit": "GB"}),
        ("resellers.change", Reseller, {"max_context": "-1"}),
        ("forwards.change", ForwardingAlias, {"add": "not an address"}),
        ("users.set_property", User, {"name": "", "value": "1", "where": "everywhere"}),
        ("users.set_property", User, {"name": "a", "value": "\x07", "where": "everywhere"}),
        ("users.set_property", User, {"name": "a", "value": "1"}),
        ("users.move_domain", User, {"old": "a b", "new": NEW, "old_addresses": "keep"}),
        ("users.move_domain", User, {"old": OLD, "new": NEW}),
    ],
)
def test_form__nothing_to_change_and_what_contradicts_itself_are_refused(
    world: World, edit: str, model: Any, fields: dict[str, str]
) -> None:
    assert not _form(edit, world.administrators["alpha"], model, fields).is_valid()
