"""Bulk edits: each edit and its outcomes, what a preview promises, who may, how a job stops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Administrator, ConfigProperty, Context, Reseller, User
from accounts.services.administrators import update_administrator
from accounts.services.config import Owner, set_property
from accounts.services.contexts import create_context
from accounts.services.labels import create_label
from accounts.services.resellers import create_reseller
from accounts.services.users import create_user, update_user
from bulk import edits as bulk
from bulk import jobs
from bulk.edits import Outcome
from bulk.models import BulkJob, BulkJobItem
from bulk.planned import PlannedEdit
from bulk.services import purge_jobs
from changelog.models import Change
from core.actor import Actor, Channel
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from forwards.services import create_forward, delete_forward, set_forward_active, write_aliases
from forwards.wishes import AliasEdit
from tests.services.aliases import move_forward
from tests.services.bulk import changes, details, outcomes, prepare, preview, run
from tests.world import CONTEXTS, OPERATOR, World

OUTSIDE: Final = "outside@elsewhere.example"
NEW: Final = "new@elsewhere.example"
State = BulkJob.State


def forward(world: World, context: int, alias: str, *recipients: str) -> ForwardingAlias:
    create_forward(actor=OPERATOR, context=world.contexts[context], alias=alias, recipients=recipients or [OUTSIDE])
    return ForwardingAlias.objects.get(address=alias)


def aliases(*addresses: str) -> QuerySet[ForwardingAlias]:
    return ForwardingAlias.objects.filter(address__in=addresses)


def recipients_of(alias: str) -> list[str]:
    return list(Recipient.objects.filter(alias__address=alias).order_by("pk").values_list("address", flat=True))


def state() -> list[Any]:
    """All that a preview must leave alone."""
    models = [ForwardingAlias, Recipient, User, Context, ExplicitDomain, Change, Administrator]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


# --- each edit: a selection with every outcome that it can have --------------------------------------------------

Case = tuple[str, Any, Callable[[World], QuerySet[Any]], dict[str, tuple[str, str]]]


def _three_aliases(world: World) -> QuerySet[Any]:
    forward(world, 24, "has@acme.example", NEW, OUTSIDE)
    forward(world, 24, "only@acme.example", NEW)
    return aliases("sales@acme.example", "has@acme.example", "only@acme.example")


def _suspended_alias(world: World) -> QuerySet[Any]:
    set_forward_active(actor=OPERATOR, forward=forward(world, 24, "off@acme.example"), is_active=False)
    return aliases("sales@acme.example", "off@acme.example")


def _ending_alias(world: World) -> QuerySet[Any]:
    wish = AliasEdit(forward(world, 24, "fair@acme.example"), expires_on=date(2031, 5, 1))
    write_aliases(actor=OPERATOR, wishes=[wish])
    return aliases("sales@acme.example", "fair@acme.example")


def _movable(world: World) -> QuerySet[Any]:
    forward(world, 24, "free@unclaimed.example")
    forward(world, 25, "there@unclaimed.example")
    return aliases("free@unclaimed.example", "there@unclaimed.example", "sales@acme.example")


def _two_users(world: World) -> QuerySet[Any]:
    user = create_user(
        actor=OPERATOR, context=world.contexts[24], number=7, uidname="off@acme.example", quota=2**30, is_active=False
    )
    return User.objects.filter(pk__in=[user.pk, world.users[24].pk])


def _users_with_property(world: World) -> QuerySet[Any]:
    chosen = _two_users(world) | User.objects.filter(pk=world.users[25].pk)
    for user, value in zip(chosen.order_by("-pk"), ("1", "2"), strict=False):
        set_property(actor=OPERATOR, owner=Owner(user=user), name="a.b", value=value)
    return chosen


def _three_users(world: World) -> QuerySet[Any]:
    """One that can move, one whose new address is taken, one of another domain."""
    create_user(actor=OPERATOR, context=world.contexts[25], number=7, uidname="off@acme-new.example")
    return _two_users(world) | User.objects.filter(pk=world.users[25].pk)


def _two_contexts(world: World) -> QuerySet[Any]:
    create_context(actor=OPERATOR, context_id=26, name="alpha_off", reseller=world.resellers["alpha"], is_active=False)
    return Context.objects.filter(pk__in=[24, 26])


def _two_resellers(world: World) -> QuerySet[Any]:
    create_reseller(actor=OPERATOR, name="spare", parent=world.resellers["alpha"])
    return Reseller.objects.filter(name__in=["alphakid", "spare"])


def _labelled(select: Callable[[World], QuerySet[Any]]) -> Callable[[World], QuerySet[Any]]:
    """Those that are suspended have a label."""

    def labelled(world: World) -> QuerySet[Any]:
        rows = select(world)
        create_label(actor=OPERATOR, reseller=world.resellers["alpha"], name="vip", colour="blue")
        rows.filter(is_active=False).update(labels=["vip"])
        return rows

    return labelled


VIP: Final = {"label": "vip"}
_LED_TO: Final = ("changed", "1 alias leads here: sales@acme.example. They stay as they are.")
_STILL_HAS: Final = ("refused", "The reseller alphakid still has contexts or children.")
_UNDECLARED: Final = "Nothing arrives at the new address before the company declares acme-new.example."
_NOT_ONES_OWN: Final = "Nobody edits the limits of their own reseller, suspends it or deletes it."
CHANGED, UNCHANGED, REFUSED = ("changed", ""), ("unchanged", ""), "refused"
CASES: Final[list[Case]] = [
    (
        "forwards.add_recipient",
        {"recipient": NEW},
        _three_aliases,
        {"sales@acme.example": CHANGED, "has@acme.example": UNCHANGED, "only@acme.example": UNCHANGED},
    ),
    (
        "forwards.add_recipient",
        {"recipient": "sales@acme.example"},
        _three_aliases,
        {
            "sales@acme.example": (REFUSED, "An alias cannot be its own recipient."),
            "has@acme.example": CHANGED,
            "only@acme.example": CHANGED,
        },
    ),
    (
        "forwards.remove_recipient",
        {"recipient": NEW},
        _three_aliases,
        {
            "sales@acme.example": UNCHANGED,
            "has@acme.example": CHANGED,
            "only@acme.example": (REFUSED, "This is the only recipient. Delete the alias, or suspend it."),
        },
    ),
    (
        "forwards.replace_recipient",
        {"old": NEW, "new": "only@acme.example"},
        _three_aliases,
        {
            "sales@acme.example": UNCHANGED,
            "has@acme.example": CHANGED,
            "only@acme.example": (REFUSED, "An alias cannot be its own recipient."),
        },
    ),
    (
        "forwards.suspend",
        {},
        _suspended_alias,
        {"sales@acme.example": CHANGED, "off@acme.example": UNCHANGED},
    ),
    (
        "forwards.resume",
        {},
        _suspended_alias,
        {"sales@acme.example": UNCHANGED, "off@acme.example": CHANGED},
    ),
    (
        "forwards.change",
        {"is_active": False, "add": "only@acme.example", "remove": OUTSIDE},
        _three_aliases,
        {
            "sales@acme.example": CHANGED,
            "has@acme.example": CHANGED,
            "only@acme.example": (REFUSED, "An alias cannot be its own recipient."),
        },
    ),
    (
        "forwards.change",
        {"remove": NEW},
        _three_aliases,
        {
            "sales@acme.example": UNCHANGED,
            "has@acme.example": CHANGED,
            "only@acme.example": (REFUSED, "This is the only recipient. Delete the alias, or suspend it."),
        },
    ),
    (
        "forwards.set_end",
        {"expires_on": "2031-05-01"},
        _ending_alias,
        {"sales@acme.example": CHANGED, "fair@acme.example": UNCHANGED},
    ),
    (
        "forwards.set_end",
        {"expires_on": None},
        _ending_alias,
        {"sales@acme.example": UNCHANGED, "fair@acme.example": CHANGED},
    ),
    (
        "forwards.label",
        VIP,
        _labelled(_suspended_alias),
        {"sales@acme.example": CHANGED, "off@acme.example": UNCHANGED},
    ),
    (
        "forwards.unlabel",
        VIP,
        _labelled(_suspended_alias),
        {"sales@acme.example": UNCHANGED, "off@acme.example": CHANGED},
    ),
    ("users.label", VIP, _labelled(_two_users), {"johndoe@acme.example": CHANGED, "off@acme.example": UNCHANGED}),
    ("users.unlabel", VIP, _labelled(_two_users), {"johndoe@acme.example": UNCHANGED, "off@acme.example": CHANGED}),
    ("contexts.label", VIP, _labelled(_two_contexts), {"alpha_acme": CHANGED, "alpha_off": UNCHANGED}),
    ("contexts.unlabel", VIP, _labelled(_two_contexts), {"alpha_acme": UNCHANGED, "alpha_off": CHANGED}),
    (
        "forwards.move",
        {"context": 25, "name": "alpha_bolt"},
        _movable,
        {
            "free@unclaimed.example": CHANGED,
            "there@unclaimed.example": UNCHANGED,
            "sales@acme.example": (REFUSED, "The domain acme.example belongs to another context."),
        },
    ),
    (
        "forwards.delete",
        {},
        _three_aliases,
        {"sales@acme.example": CHANGED, "has@acme.example": CHANGED, "only@acme.example": CHANGED},
    ),
    ("users.suspend", {}, _two_users, {"johndoe@acme.example": _LED_TO, "off@acme.example": UNCHANGED}),
    ("users.resume", {}, _two_users, {"johndoe@acme.example": UNCHANGED, "off@acme.example": CHANGED}),
    (
        "users.leave",
        {"mailbox": "suspended"},
        _two_users,
        {"johndoe@acme.example": _LED_TO, "off@acme.example": UNCHANGED},
    ),
    ("users.set_quota", {"quota": 2**30}, _two_users, {"johndoe@acme.example": CHANGED, "off@acme.example": UNCHANGED}),
    ("users.set_quota", {"quota": None}, _two_users, {"johndoe@acme.example": CHANGED, "off@acme.example": CHANGED}),
    (
        "users.change",
        {"quota": 2**30, "is_active": True, "msisdn": None},
        _two_users,
        {"johndoe@acme.example": CHANGED, "off@acme.example": CHANGED},
    ),
    (
        "users.change",
        {"is_active": False},
        _two_users,
        {"johndoe@acme.example": _LED_TO, "off@acme.example": UNCHANGED},
    ),
    (
        "users.set_property",
        {"name": "a.b", "value": "1", "where": "everywhere"},
        _users_with_property,
        {"johndoe@acme.example": CHANGED, "off@acme.example": UNCHANGED, "johndoe@bolt.example": CHANGED},
    ),
    (
        "users.set_property",
        {"name": "a.b", "value": "3", "where": "present"},
        _users_with_property,
        {"johndoe@acme.example": UNCHANGED, "off@acme.example": CHANGED, "johndoe@bolt.example": CHANGED},
    ),
    (
        "users.set_property",
        {"name": "a.b", "value": "3", "where": "missing"},
        _users_with_property,
        {"johndoe@acme.example": CHANGED, "off@acme.example": UNCHANGED, "johndoe@bolt.example": UNCHANGED},
    ),
    (
        "users.move_domain",
        {"old": "acme.example", "new": "acme-new.example", "old_addresses": "keep"},
        _three_users,
        {
            "johndoe@acme.example": (
                "changed",
                "1 alias follows. " + _UNDECLARED,
            ),
            "off@acme.example": (REFUSED, "The uidname off@acme-new.example is taken."),
            "johndoe@bolt.example": UNCHANGED,
        },
    ),
    ("users.delete", {}, _two_users, {"johndoe@acme.example": _LED_TO, "off@acme.example": CHANGED}),
    (
        "contexts.suspend",
        {},
        _two_contexts,
        {"alpha_acme": ("changed", "out of service: 1 mailbox, 1 alias"), "alpha_off": UNCHANGED},
    ),
    (
        "contexts.change",
        {"is_active": False, "quota": 2**30, "max_user": None},
        _two_contexts,
        {"alpha_acme": CHANGED, "alpha_off": CHANGED},
    ),
    (
        "contexts.set_property",
        {"name": "com.openexchange.brand", "value": "alpha_acme", "where": "everywhere"},
        _two_contexts,
        {"alpha_acme": UNCHANGED, "alpha_off": CHANGED},
    ),
    ("contexts.resume", {}, _two_contexts, {"alpha_acme": UNCHANGED, "alpha_off": CHANGED}),
    (
        "contexts.hand_over",
        lambda world: {"reseller": world.resellers["alphakid"].pk, "name": "alphakid"},
        _two_contexts,
        {
            "alpha_acme": (CHANGED[0], "goes along: 1 user, 1 alias, 1 domain, 1 administrator"),
            "alpha_off": (CHANGED[0], "goes along: 0 users, 0 aliases, 0 domains, 0 administrators"),
        },
    ),
    ("contexts.delete", {}, _two_contexts, {"alpha_acme": CHANGED, "alpha_off": CHANGED}),
    (
        "resellers.change",
        {"max_context": 7, "is_active": False},
        lambda world: Reseller.objects.filter(name__in=["alpha", "alphakid"]),
        {"alpha": (REFUSED, _NOT_ONES_OWN), "alphakid": CHANGED},
    ),
    (
        "resellers.set_property",
        {"name": "a.b", "value": "1", "where": "everywhere"},
        lambda world: Reseller.objects.filter(name__in=["alpha", "alphakid"]),
        {"alpha": (REFUSED, "A reseller's configuration is set by whoever stands above it."), "alphakid": CHANGED},
    ),
    ("resellers.delete", {}, _two_resellers, {"alphakid": _STILL_HAS, "spare": CHANGED}),
    (
        "administrators.delete",
        {},
        lambda world: Administrator.objects.filter(login__in=["alpha", "admin", "portal-alpha"]),
        {
            "alpha": (REFUSED, "Nobody deletes themselves."),
            "portal-alpha": CHANGED,
            **{f"admin@{CONTEXTS[number][0]}": CHANGED for number in (24, 25, 34, 35)},
        },
    ),
    (
        "config.set_value",
        {"value": "alpha_acme"},
        lambda world: ConfigProperty.objects.filter(context__in=[24, 25]).order_by("context"),
        {"com.openexchange.brand": CHANGED},
    ),
    (
        "config.delete",
        {},
        lambda world: ConfigProperty.objects.filter(context__in=[24, 34]),
        {"com.openexchange.brand": CHANGED},
    ),
    (
        "domains.delete",
        {},
        lambda world: ExplicitDomain.objects.filter(name__in=["acme.example", "cafe.example"]),
        {"acme.example": CHANGED, "cafe.example": CHANGED},
    ),
]


def test_cases__there_is_one_for_every_edit() -> None:
    """Undoing and importing go the same way, and have tests of their own."""
    others = ("changes.", "import")
    assert {name for name, *_rest in CASES} == {name for name in bulk.known() if not name.startswith(others)}


@pytest.mark.parametrize(("edit", "params", "select", "expected"), CASES)
def test_edit__preview_changes_nothing_and_run_does_what_it_said(
    world: World, edit: str, params: Any, select: Any, expected: dict[str, tuple[str, str]]
) -> None:
    chosen = select(world)
    params = params(world) if callable(params) else params
    before = state()
    job = preview(world.administrators["alpha"], edit, chosen, **params)
    assert job.state == State.READY
    assert state() == before
    assert {label: (outcome, details(job).get(label, "")) for label, outcome in outcomes(job).items()} == expected
    counts = (job.changed, job.unchanged, job.refused)

    job = run(job)

    assert job.state == State.DONE
    assert {label: (outcome, details(job).get(label, "")) for label, outcome in outcomes(job).items()} == expected
    assert (job.changed, job.unchanged, job.refused) == counts
    assert state() != before
    written = changes(job)
    assert {change.administrator_id for change in written} == {world.administrators["alpha"].pk}
    assert {change.channel for change in written} == {Channel.WEB}
    # Moving an alias is one line in each context; a context takes along what it holds, which has lines of its own.
    # So do the aliases that follow a mailbox.
    kind = {"contexts.delete": "context", "users.move_domain": "user"}.get(edit)
    own = [change for change in written if kind is None or change.kind == kind]
    assert len(own) == job.changed + (edit == "forwards.move")


def test_add_recipient__ends_up_behind_the_others(world: World) -> None:
    run(preview(world.administrators["alpha"], "forwards.add_recipient", aliases("sales@acme.example"), recipient=NEW))
    assert recipients_of("sales@acme.example") == ["johndoe@acme.example", OUTSIDE, NEW]


def test_remove_recipient__leaves_the_last_one(world: World) -> None:
    forward(world, 24, "only@acme.example", OUTSIDE)
    chosen = aliases("sales@acme.example", "only@acme.example")
    run(preview(world.administrators["alpha"], "forwards.remove_recipient", chosen, recipient=OUTSIDE))
    assert recipients_of("sales@acme.example") == ["johndoe@acme.example"]
    assert recipients_of("only@acme.example") == [OUTSIDE]


def test_replace_recipient__keeps_the_others(world: World) -> None:
    chosen = aliases("sales@acme.example")
    run(preview(world.administrators["alpha"], "forwards.replace_recipient", chosen, old=OUTSIDE.upper(), new=NEW))
    assert recipients_of("sales@acme.example") == ["johndoe@acme.example", NEW]


def test_preview__shows_what_the_rows_are_like(world: World) -> None:
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.add_recipient", aliases("sales@acme.example"), recipient=NEW)
    assert job.items.get().before == f"johndoe@acme.example, {OUTSIDE}"
    job = preview(alpha, "users.suspend", User.objects.filter(pk=world.users[24].pk))
    assert job.items.get().before == "1 MB, active"
    job = preview(alpha, "contexts.delete", Context.objects.filter(pk=24))
    assert job.items.get().before == "1 user, 1 alias, 1 domain, 1 administrator"


_SALES: Final = "sales@acme.example"
_OF_SALES: Final = f"johndoe@acme.example, {OUTSIDE}"


@pytest.mark.parametrize(
    ("edit", "params", "before", "after"),
    [
        ("forwards.add_recipient", {"recipient": NEW}, _OF_SALES, f"{_OF_SALES}, {NEW}"),
        ("forwards.remove_recipient", {"recipient": OUTSIDE}, _OF_SALES, "johndoe@acme.example"),
        ("forwards.remove_recipient", {"recipient": NEW}, _OF_SALES, _OF_SALES),
        ("forwards.replace_recipient", {"old": OUTSIDE, "new": NEW}, _OF_SALES, f"johndoe@acme.example, {NEW}"),
        ("forwards.suspend", {}, _OF_SALES, f"{_OF_SALES} (suspended)"),
        ("forwards.delete", {}, _OF_SALES, "—"),
    ],
)
def test_preview__shows_what_the_rows_become(
    world: World, edit: str, params: dict[str, Any], before: str, after: str
) -> None:
    job = preview(world.administrators["alpha"], edit, aliases(_SALES), **params)
    assert job.items.values_list("before", "after").get() == (before, after)
    if job.changed:
        run(job)
        assert job.items.values_list("before", "after").get() == (before, after)


def test_preview__of_a_move_shows_the_contexts(world: World) -> None:
    forward(world, 24, "free@unclaimed.example")
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.move", aliases("free@unclaimed.example"), context=34, name="")
    assert job.items.values_list("before", "after").get() == ("alpha_acme", "kid_cafe")


def test_preview__of_users_contexts_and_undoing_shows_what_they_become(world: World) -> None:
    alpha = world.administrators["alpha"]
    users, contexts = User.objects.filter(pk=world.users[24].pk), Context.objects.filter(pk=24)
    job = preview(alpha, "users.set_quota", users, quota=3 * 2**30)
    assert job.items.values_list("before", "after").get() == ("1 MB, active", "3 GB, active")
    run(job)
    undo = preview(alpha, "changes.undo", changes(job))
    assert undo.items.values_list("before", "after").get() == ("user, changed: quota: 3 GB", "quota: 1 MB")
    job = preview(alpha, "contexts.suspend", contexts)
    assert job.items.values_list("before", "after").get() == ("active", "suspended")
    job = preview(alpha, "contexts.delete", contexts)
    assert job.items.get().after == "—"


def test_undo_preview__of_what_was_made_and_what_was_deleted(world: World) -> None:
    alpha = world.administrators["alpha"]
    actor = Actor(alpha, Channel.WEB)
    create_forward(actor=actor, context=world.contexts[24], alias="made@acme.example", recipients=[NEW])
    delete_forward(actor=actor, context=world.contexts[24], alias=_SALES)
    rows = Change.objects.filter(label__in=["made@acme.example", _SALES], administrator_id=alpha.pk)
    job = preview(alpha, "changes.undo", rows)
    assert dict(job.items.values_list("label", "after")) == {
        str(rows.get(action="create")): "—",
        str(rows.get(action="delete")): f"alias: {_SALES}; active: yes; recipients: {_OF_SALES}",
    }


def test_run__row_that_is_refused_after_all_is_shown_as_it_stays(world: World) -> None:
    forward(world, 24, "two@acme.example", OUTSIDE, NEW)
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.remove_recipient", aliases("two@acme.example"), recipient=NEW)
    assert job.items.get().after == OUTSIDE
    Recipient.objects.filter(alias__address="two@acme.example", address=OUTSIDE).delete()
    run(job)
    assert job.items.values_list("before", "after", "outcome").get() == (NEW, NEW, REFUSED)


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("forwards.suspend", {}),
        ("forwards.add_recipient", {"recipient": NEW}),
        ("forwards.replace_recipient", {"old": OUTSIDE, "new": NEW}),
        ("forwards.move", {"context": 25}),
        ("forwards.delete", {}),
    ],
)
def test_work__statements_do_not_grow_with_the_rows(
    world: World, name: str, params: dict[str, Any], preview: bool
) -> None:
    edit = bulk.edit_named(name)
    actor, counts = Actor(world.administrators["alpha"], Channel.WEB).in_batch(), []
    # SQLite takes fewer than a hundred rows in a statement.
    for number in (2, 25):
        keys = [forward(world, 24, f"a{number}{index}@free.example", OUTSIDE).pk for index in range(number)]
        with CaptureQueriesContext(connection) as queries:
            results = edit.work(actor, keys, params, preview=preview)
        assert {result.outcome for result in results.values()} == {Outcome.CHANGED}
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- moving an alias ---------------------------------------------------------------------------------------------


def test_move_forward__takes_the_recipients_along_and_writes_a_line_in_each_context(world: World) -> None:
    row = forward(world, 24, "free@unclaimed.example", OUTSIDE)
    actor = Actor(world.administrators["alpha"], Channel.WEB)
    assert move_forward(actor=actor, forward=row, context=world.contexts[25]) is True
    assert ForwardingAlias.objects.get(pk=row.pk).context_id == 25
    assert recipients_of("free@unclaimed.example") == [OUTSIDE]
    went, came = Change.objects.filter(label="free@unclaimed.example").order_by("-pk")[:2][::-1]
    assert (went.action, went.context_id, came.action, came.context_id) == ("delete", 24, "create", 25)
    assert went.before == came.after == {"alias": "free@unclaimed.example", "recipients": [OUTSIDE], "is_active": True}
    assert went.batch is not None
    assert went.batch == came.batch


def test_move_forward__onto_an_alias_of_the_same_address_is_refused(world: World) -> None:
    row = forward(world, 24, "boss@unclaimed.example")
    create_forward(
        actor=OPERATOR, context=world.contexts[25], alias="boss@unclaimed.example", recipients=["a@far.example"]
    )
    with pytest.raises(Conflict, match="has this alias already"):
        move_forward(actor=OPERATOR, forward=row, context=world.contexts[25])
    assert ForwardingAlias.objects.get(pk=row.pk).context_id == 24


@pytest.mark.parametrize("target", [44, 54, 999])
def test_move_forward__foreign_and_unknown_contexts_do_not_exist(world: World, target: int) -> None:
    row = forward(world, 24, "free@unclaimed.example")
    actor = Actor(world.administrators["alpha"], Channel.WEB)
    with pytest.raises(NotFound):
        move_forward(actor=actor, forward=row, context=Context(pk=target))
    assert ForwardingAlias.objects.get(pk=row.pk).context_id == 24


def test_move_job__target_that_is_out_of_sight_refuses_every_row(world: World) -> None:
    forward(world, 24, "free@unclaimed.example")
    job = preview(
        world.administrators["alpha"], "forwards.move", aliases("free@unclaimed.example"), context=44, name=""
    )
    assert details(job) == {"free@unclaimed.example": "There is no such context."}


# --- preview equals run ------------------------------------------------------------------------------------------

_POOL: Final = [f"{name}@pool.example" for name in "abcde"] + [OUTSIDE, NEW]
_ADDRESS: Final = st.sampled_from(_POOL)
_EDITS: Final[st.SearchStrategy[Any]] = st.one_of(
    st.tuples(st.just("forwards.add_recipient"), st.fixed_dictionaries({"recipient": _ADDRESS})),
    st.tuples(st.just("forwards.remove_recipient"), st.fixed_dictionaries({"recipient": _ADDRESS})),
    st.tuples(st.just("forwards.replace_recipient"), st.fixed_dictionaries({"old": _ADDRESS, "new": _ADDRESS})),
    st.tuples(st.sampled_from(["forwards.suspend", "forwards.resume", "forwards.delete"]), st.just({})),
    st.tuples(st.just("forwards.move"), st.fixed_dictionaries({"context": st.sampled_from([24, 25, 44])})),
)
_GRAPH: Final = st.dictionaries(
    st.sampled_from(_POOL[:5]), st.lists(_ADDRESS, min_size=1, max_size=4, unique=True), min_size=1
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=_GRAPH, edit=_EDITS, elsewhere=st.sampled_from([24, 25]))
def test_preview__says_what_the_run_does(
    world: World, graph: dict[str, list[str]], edit: tuple[str, dict[str, Any]], elsewhere: int
) -> None:
    name, params = edit
    actor = Actor(world.administrators["alpha"], Channel.WEB)
    with transaction.atomic():
        for alias, recipients in graph.items():
            context = world.contexts[elsewhere if alias < "c" else 24]
            try:
                create_forward(actor=OPERATOR, context=context, alias=alias, recipients=recipients)
            except Invalid:
                continue
        keys = list(aliases(*graph).values_list("pk", flat=True))
        before = state()
        promised = bulk.edit_named(name).work(actor, keys, params, preview=True)
        assert state() == before
        assert bulk.edit_named(name).work(actor, keys, params, preview=False) == promised
        untouched = {key for key, result in promised.items() if result.outcome != Outcome.CHANGED}
        now = {row["id"]: row for row in ForwardingAlias.objects.values()}
        assert all(now[row["id"]] == row for row in before[0] if row["id"] in untouched)
        transaction.set_rollback(True)


# --- who, and which rows -----------------------------------------------------------------------------------------


def test_create_job__foreign_rows_are_no_part_of_it(world: World) -> None:
    job = preview(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.all())
    assert set(outcomes(job)) == {f"sales@{name}.example" for name in ("acme", "bolt", "cafe", "dock")}
    run(job)
    assert set(aliases("sales@echo.example").values_list("is_active", flat=True)) == {True}


@pytest.mark.parametrize("who", ["beta", "admin@kid_cafe"])
def test_create_job__only_foreign_rows_is_nothing_selected(world: World, who: str) -> None:
    with pytest.raises(Invalid):
        prepare(world.administrators[who], "forwards.suspend", aliases("sales@acme.example"))
    assert not BulkJob.objects.exists()


def test_create_job__empty_selection_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.none())


@pytest.mark.parametrize(
    ("who", "edit"),
    [
        ("admin@alpha_acme", "contexts.suspend"),
        ("admin@alpha_acme", "contexts.delete"),
        ("admin@alpha_acme", "domains.delete"),
        ("portal-alpha", "forwards.suspend"),
        ("portal-alpha", "users.delete"),
    ],
)
def test_create_job__role_that_may_not_edit_is_refused(world: World, who: str, edit: str) -> None:
    model: Any = bulk.edit_named(edit).model
    with pytest.raises(NotAllowed):
        prepare(world.administrators[who], edit, model.objects.all())
    assert not BulkJob.objects.exists()


def test_job__administrator_suspended_after_the_preview_stops_it(world: World) -> None:
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.suspend", ForwardingAlias.objects.all())
    jobs.start_job(administrator=alpha, job=job)
    update_administrator(actor=OPERATOR, administrator=alpha, is_active=False)
    before = state()
    job = jobs.finish_in_request(job)
    assert job.state == State.FAILED
    assert job.note == "alpha no longer has permission to do this."
    assert state() == before


def test_start_job__suspended_administrator_is_refused(world: World) -> None:
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.suspend", ForwardingAlias.objects.all())
    alpha.is_active = False
    with pytest.raises(NotAllowed):
        jobs.start_job(administrator=alpha, job=job)


def test_job__row_that_is_foreign_or_gone_by_then_is_refused(world: World) -> None:
    alpha = world.administrators["alpha"]
    forward(world, 24, "gone@acme.example")
    forward(world, 24, "lost@unclaimed.example")
    chosen = aliases("sales@acme.example", "gone@acme.example", "lost@unclaimed.example")
    job = preview(alpha, "forwards.suspend", chosen)
    aliases("gone@acme.example").delete()
    aliases("lost@unclaimed.example").update(context=world.contexts[44])
    job = run(job)
    gone = "It does not exist any more, or it is not yours any more."
    assert details(job) == {"gone@acme.example": gone, "lost@unclaimed.example": gone}
    assert (job.changed, job.refused) == (1, 2)
    assert aliases("lost@unclaimed.example").get().is_active


def test_job__touches_no_row_that_the_preview_did_not_announce(world: World) -> None:
    alpha = world.administrators["alpha"]
    forward(world, 24, "other@acme.example", NEW)
    chosen = aliases("sales@acme.example", "other@acme.example")
    job = preview(alpha, "forwards.add_recipient", chosen, recipient=NEW)
    Recipient.objects.filter(alias__address="other@acme.example").update(address=OUTSIDE, normalized=OUTSIDE)
    job = run(job)
    assert outcomes(job) == {"sales@acme.example": "changed", "other@acme.example": "unchanged"}
    assert recipients_of("other@acme.example") == [OUTSIDE]


def test_job__what_the_run_cannot_do_any_more_is_refused_with_the_reason(world: World) -> None:
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.remove_recipient", aliases("sales@acme.example"), recipient=OUTSIDE)
    Recipient.objects.filter(alias__address="sales@acme.example").exclude(address=OUTSIDE).delete()
    job = run(job)
    assert outcomes(job) == {"sales@acme.example": "refused"}
    assert "only recipient" in details(job)["sales@acme.example"]


@pytest.mark.parametrize(
    ("who", "sees"), [("alpha", True), ("root", True), ("alphakid", False), ("beta", False), ("portal-alpha", False)]
)
def test_visible_to__jobs_are_their_administrators_own(world: World, who: str, sees: bool) -> None:
    job = prepare(world.administrators["alpha"], "forwards.suspend", aliases("sales@acme.example"))
    assert BulkJob.objects.visible_to(world.administrators[who]).filter(pk=job.pk).exists() is sees


def test_visible_to__suspended_administrator_sees_no_job(world: World) -> None:
    alpha = world.administrators["alpha"]
    prepare(alpha, "forwards.suspend", aliases("sales@acme.example"))
    alpha.is_active = False
    assert not BulkJob.objects.visible_to(alpha).exists()
    assert not BulkJob.objects.visible_to(None).exists()


# --- starting, typing the count, cancelling ----------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "3", "5", "four", "-4", "４"])
def test_start_job__above_the_limit_the_count_must_be_typed(world: World, settings: Any, typed: str) -> None:
    settings.BULK_CONFIRM_ABOVE = 3
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.suspend", ForwardingAlias.objects.all())
    with pytest.raises(Invalid, match="4"):
        jobs.start_job(administrator=alpha, job=job, typed=typed)
    assert BulkJob.objects.get().state == State.READY


def test_start_job__count_may_be_typed_with_separators(world: World, settings: Any) -> None:
    settings.BULK_CONFIRM_ABOVE = 3
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.suspend", ForwardingAlias.objects.all())
    assert jobs.start_job(administrator=alpha, job=job, typed=" 4 ").state == State.RUNNING


def test_start_job__deleting_contexts_always_wants_the_count(world: World) -> None:
    alpha = world.administrators["alpha"]
    job = preview(alpha, "contexts.delete", Context.objects.filter(pk=24))
    with pytest.raises(Invalid):
        jobs.start_job(administrator=alpha, job=job)
    assert Context.objects.filter(pk=24).exists()


def test_start_job__other_administrators_cannot(world: World) -> None:
    job = preview(world.administrators["alpha"], "forwards.suspend", aliases("sales@acme.example"))
    with pytest.raises(NotAllowed):
        jobs.start_job(administrator=world.administrators["root"], job=job)


def test_start_job__unfinished_preview_and_nothing_to_change_are_refused(world: World) -> None:
    alpha = world.administrators["alpha"]
    with pytest.raises(Invalid, match="not finished"):
        jobs.start_job(administrator=alpha, job=prepare(alpha, "forwards.suspend", aliases("sales@acme.example")))
    with pytest.raises(Invalid, match="nothing to change"):
        jobs.start_job(administrator=alpha, job=preview(alpha, "forwards.resume", aliases("sales@acme.example")))


def test_start_job__twice_runs_once(world: World) -> None:
    alpha = world.administrators["alpha"]
    job = run(preview(alpha, "forwards.suspend", aliases("sales@acme.example")))
    again = jobs.start_job(administrator=alpha, job=job)
    assert again.state == State.DONE
    assert changes(job).count() == 1


def test_cancel_job__takes_effect_between_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlannedEdit, "batch_rows", 2)
    alpha = world.administrators["alpha"]
    job = jobs.start_job(administrator=alpha, job=preview(alpha, "forwards.suspend", ForwardingAlias.objects.all()))
    assert jobs.work_once() is True
    job = jobs.cancel_job(job=job)
    assert jobs.work_once() is False
    assert (job.state, job.done, job.changed) == (State.CANCELLED, 2, 2)
    assert ForwardingAlias.objects.filter(is_active=False).count() == changes(job).count() == 2


def test_cancel_job__preview_is_thrown_away_and_what_is_done_stays_done(world: World) -> None:
    alpha = world.administrators["alpha"]
    job = jobs.cancel_job(job=preview(alpha, "forwards.suspend", aliases("sales@acme.example")))
    assert job.state == State.CANCELLED
    with pytest.raises(Invalid):
        jobs.start_job(administrator=alpha, job=job)
    done = run(preview(alpha, "forwards.suspend", aliases("sales@acme.example")))
    assert jobs.cancel_job(job=done).state == State.DONE


def test_job__unexpected_error_stops_it_and_undoes_that_batch(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(PlannedEdit, "batch_rows", 2)
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.suspend", ForwardingAlias.objects.all())
    last = job.items.order_by("position").last()
    assert last is not None
    edit: Any = bulk.edit_named("forwards.suspend")
    result = edit.result

    def faulty(row: Any, label: str, planned: Any) -> Any:
        if row.pk == last.object_pk:
            raise ZeroDivisionError
        return result(row, label, planned)

    monkeypatch.setattr(edit, "result", faulty)
    job = run(job)
    assert (job.state, job.done, job.changed) == (State.FAILED, 2, 2)
    assert changes(job).count() == 2
    assert "ZeroDivisionError" in caplog.text
    assert jobs.work_once() is False


def test_job__of_an_edit_that_is_no_more_stops(world: World, caplog: pytest.LogCaptureFixture) -> None:
    job = prepare(world.administrators["alpha"], "forwards.suspend", aliases("sales@acme.example"))
    BulkJob.objects.update(edit="forwards.forgotten")
    assert jobs.work_once() is True
    job.refresh_from_db()
    assert job.state == State.FAILED


# --- large selections and tidying --------------------------------------------------------------------------------


def test_create_job__number_of_statements_does_not_grow(world: World) -> None:
    alpha = world.administrators["alpha"]
    counts = []
    for chosen in (aliases("sales@acme.example"), ForwardingAlias.objects.all()):
        with CaptureQueriesContext(connection) as queries:
            prepare(alpha, "forwards.suspend", chosen)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_finish_in_request__leaves_large_jobs_to_the_worker(world: World, settings: Any) -> None:
    settings.BULK_REQUEST_ROWS = 3
    alpha = world.administrators["alpha"]
    job = preview(alpha, "forwards.suspend", ForwardingAlias.objects.all())
    assert (job.state, job.done, job.total) == (State.PREVIEWING, 0, 4)


def test_create_job__selection_with_search_and_order_is_frozen_once_each(world: World) -> None:
    found = ForwardingAlias.objects.filter(recipients__normalized__contains="e").order_by("-recipients__address")
    job = prepare(world.administrators["alpha"], "forwards.suspend", found.distinct())
    frozen = list(job.items.values_list("position", "object_pk"))
    visible = ForwardingAlias.objects.visible_to(world.administrators["alpha"]).order_by("pk")
    assert frozen == list(enumerate(visible.values_list("pk", flat=True)))


def test_purge_jobs__keeps_what_is_young_or_at_work(world: World) -> None:
    alpha = world.administrators["alpha"]
    old = preview(alpha, "forwards.suspend", aliases("sales@acme.example"))
    at_work = prepare(alpha, "forwards.suspend", aliases("sales@acme.example"))
    young = preview(alpha, "forwards.suspend", aliases("sales@acme.example"))
    long_ago = young.created_at.replace(year=young.created_at.year - 1)
    BulkJob.objects.filter(pk__in=[old.pk, at_work.pk]).update(created_at=long_ago)
    before = young.created_at - timedelta(days=30)
    assert [purge_jobs(before, 1), purge_jobs(before, 5), purge_jobs(before, 5)] == [1, 1, 0]
    assert set(BulkJob.objects.values_list("pk", flat=True)) == {at_work.pk, young.pk}
    assert not BulkJobItem.objects.filter(job_id=old.pk).exists()


def test_update_user__in_bulk_leaves_the_rest_of_the_user_alone(world: World) -> None:
    user = update_user(actor=OPERATOR, user=world.users[24], quota=5)
    run(preview(world.administrators["alpha"], "users.suspend", User.objects.filter(pk=user.pk)))
    user.refresh_from_db()
    assert (user.is_active, user.quota, user.msisdn) == (False, 5, "+49.1234.5624")
