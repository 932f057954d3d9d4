"""Notes and labels: who puts them on what, who reads them, where they are found again, and how they get back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
import yaml
from django.core.management import call_command

from accounts.models import Context, Label, User
from accounts.services.contexts import delete_context, mark_context
from accounts.services.handover import hand_over
from accounts.services.labels import create_label, delete_label, update_label
from accounts.services.marks import MAX_LABELS, LabelChange
from accounts.services.plans import UserWish, plan_users
from accounts.services.users import delete_user, update_user
from bulk import edits as bulk
from changelog.models import Change
from changelog.undo import undo_batch, undo_change
from core.actor import Actor, Channel
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from forwards.models import ForwardingAlias
from forwards.services import write_aliases
from forwards.wishes import AliasEdit
from tests.services.test_imports import imported, kept
from tests.services.test_provision import exported
from tests.web.conftest import Enter
from tests.web.person import page
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

SALES: Final = "sales@acme.example"
JOHN: Final = "johndoe@acme.example"


def by(world: World, login: str) -> Actor:
    return Actor(world.administrators[login], Channel.WEB)


@pytest.fixture
def labels(world: World) -> dict[str, Label]:
    """Two labels of alpha, one of its child, one of a rival and one of the hoster."""
    owners = {"vip": "alpha", "old": "alpha", "kid": "alphakid", "rival": "beta", "house": None}
    return {
        name: create_label(
            actor=OPERATOR, reseller=world.resellers[owner] if owner else None, name=name, colour=Label.Colour.RED
        )
        for name, owner in owners.items()
    }


def mark(world: World, actor: Actor, kind: str, **marks: Any) -> Any:
    """Mark the company 24, its user or its alias; the row as it is then."""
    if kind == "context":
        return mark_context(actor=actor, context=Context.objects.get(pk=24), **marks)
    if kind == "user":
        return update_user(actor=actor, user=world.users[24], **marks)
    row = ForwardingAlias.objects.select_related("context__reseller").get(address=SALES)
    (planned,) = write_aliases(actor=actor, wishes=[AliasEdit(row, **marks)])
    planned.outcome()
    row.refresh_from_db()
    return row


def row_of(kind: str) -> Any:
    rows: dict[str, Callable[[], Any]] = {
        "context": lambda: Context.objects.get(pk=24),
        "user": lambda: User.objects.get(uidname=JOHN),
        "alias": lambda: ForwardingAlias.objects.get(address=SALES),
    }
    return rows[kind]()


KINDS: Final = ("context", "user", "alias")


# --- what may be one -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("labels")
@pytest.mark.parametrize("kind", KINDS)
def test_marks__are_kept_as_their_labels_are_written(world: World, kind: str) -> None:
    row = mark(world, by(world, "alpha"), kind, note="  two\r\nlines ", labels=["VIP", "old", "vip"])
    assert (row.note, row.labels) == ("two\nlines", ["old", "vip"])
    row = mark(world, by(world, "alpha"), kind, note=" ", labels=[])
    assert (row.note, row.labels) == (None, None)


@pytest.mark.usefixtures("labels")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("marks", "field"),
    [
        ({"labels": ["none"]}, "labels"),
        ({"labels": ["rival"]}, "labels"),
        ({"labels": ["kid"]}, "labels"),
        ({"labels": ["house"]}, "labels"),
        ({"note": "x" * 1001}, "note"),
        ({"note": "a\x00b"}, "note"),
    ],
)
def test_marks__that_cannot_be_are_refused(world: World, kind: str, marks: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        mark(world, by(world, "alpha"), kind, **marks)
    assert refused.value.field == field


def test_labels__of_one_row_are_few(world: World) -> None:
    names = [f"l{number}" for number in range(MAX_LABELS + 1)]
    for name in names:
        create_label(actor=OPERATOR, reseller=world.resellers["alpha"], name=name, colour="blue")
    mark(world, OPERATOR, "user", labels=names[1:])
    with pytest.raises(Invalid):
        mark(world, OPERATOR, "user", labels=names)


@pytest.mark.parametrize("kind", ["user", "alias"])
def test_companys_administrator__writes_notes_and_leaves_labels(
    world: World, labels: dict[str, Label], kind: str
) -> None:
    mark(world, by(world, "alpha"), kind, labels=["vip"])
    admin = by(world, "admin@alpha_acme")
    assert mark(world, admin, kind, note="ours", labels=["vip"]).note == "ours"
    for wish in ([], ["vip", "old"]):
        with pytest.raises(NotAllowed):
            mark(world, admin, kind, labels=wish)


def test_labels__cost_no_statement_where_none_are_given(world: World, django_assert_num_queries: Any) -> None:
    wishes = [UserWish(world.users[24], quota=1)]
    with django_assert_num_queries(1):  # its custom ids
        plan_users(by(world, "alpha"), wishes)


# --- labels themselves ---------------------------------------------------------------------------------------------


def test_label__is_its_resellers(world: World, labels: dict[str, Label]) -> None:
    seen = {
        who: {one.name for one in Label.objects.visible_to(world.administrators[who])}
        for who in ("root", "alpha", "alphakid", "beta", "admin@alpha_acme", "portal-alpha")
    }
    assert seen == {
        "root": set(labels),
        "alpha": {"vip", "old", "kid"},
        "alphakid": {"kid"},
        "beta": {"rival"},
        "admin@alpha_acme": set(),
        "portal-alpha": set(),
    }


@pytest.mark.parametrize(("who", "owner"), [("alpha", "beta"), ("alphakid", "alpha"), ("alpha", None)])
def test_label__for_others_is_refused(world: World, who: str, owner: str | None) -> None:
    reseller = world.resellers[owner] if owner else None
    with pytest.raises(NotAllowed):
        create_label(actor=by(world, who), reseller=reseller, name="x", colour="blue")


@pytest.mark.parametrize(("name", "colour"), [("", "blue"), ("x" * 41, "blue"), ("a\u200bb", "blue"), ("x", "pink")])
def test_label__that_cannot_be_is_refused(world: World, name: str, colour: str) -> None:
    with pytest.raises(Invalid):
        create_label(actor=OPERATOR, reseller=world.resellers["alpha"], name=name, colour=colour)


@pytest.mark.usefixtures("labels")
@pytest.mark.parametrize("owner", ["alpha", None])
def test_label__of_the_same_name_is_refused(world: World, owner: str | None) -> None:
    name, reseller = ("VIP", world.resellers["alpha"]) if owner else ("House", None)
    with pytest.raises(Conflict):
        create_label(actor=OPERATOR, reseller=reseller, name=name, colour="blue")


@pytest.mark.parametrize("kind", KINDS)
def test_label__goes_only_when_nothing_has_it(world: World, labels: dict[str, Label], kind: str) -> None:
    mark(world, OPERATOR, kind, labels=["vip"])
    with pytest.raises(Conflict):
        delete_label(actor=by(world, "alpha"), label=labels["vip"])
    mark(world, OPERATOR, kind, labels=LabelChange(remove="VIP"))
    delete_label(actor=by(world, "alpha"), label=labels["vip"])
    assert not Label.objects.filter(name="vip")


def test_undo__label_that_was_made_coloured_and_deleted(world: World) -> None:
    actor = by(world, "alpha")

    def undone() -> list[tuple[str, str]]:
        undo_change(actor=actor, change=Change.objects.latest("pk"))
        return list(Label.objects.values_list("name", "colour"))

    label = create_label(actor=actor, reseller=world.resellers["alpha"], name="vip", colour="blue")
    assert undone() == []
    label = create_label(actor=actor, reseller=world.resellers["alpha"], name="vip", colour="blue")
    update_label(actor=actor, label=label, colour="red")
    assert undone() == [("vip", "blue")]
    delete_label(actor=actor, label=label)
    assert undone() == [("vip", "blue")]


# --- undo, channels ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("labels")
@pytest.mark.parametrize("kind", KINDS)
def test_undo__gives_marks_back_and_takes_them_away(world: World, kind: str) -> None:
    actor = by(world, "alpha")

    def undone() -> tuple[Any, Any]:
        undo_change(actor=actor, change=Change.objects.latest("pk"))
        return row_of(kind).note, row_of(kind).labels

    mark(world, actor, kind, note="a", labels=["vip"])
    assert undone() == (None, None)
    mark(world, actor, kind, note="a", labels=["vip"])
    mark(world, actor, kind, note=None, labels=["old"])
    assert undone() == ("a", ["vip"])


@pytest.mark.usefixtures("labels")
def test_undo__what_was_deleted_comes_back_with_its_marks(world: World) -> None:
    actor = by(world, "alpha")
    for kind in KINDS:
        mark(world, actor, kind, note=kind, labels=["vip"])
    delete_user(actor=actor, user=world.users[24])
    undo_change(actor=actor, change=Change.objects.latest("pk"))
    assert (row_of("user").note, row_of("user").labels) == ("user", ["vip"])
    delete_context(actor=actor, context=Context.objects.get(pk=24))
    batch = Change.objects.latest("pk").batch
    assert batch is not None
    undo_batch(actor=OPERATOR, batch=batch)
    for kind in KINDS:
        assert (row_of(kind).note, row_of(kind).labels) == (kind, ["vip"])


@pytest.mark.usefixtures("labels")
def test_companys_marks__are_not_in_the_log_of_its_own_administrators(world: World, enter: Enter) -> None:
    mark(world, by(world, "alpha"), "context", note="pays late", labels=["old"])
    line = Change.objects.latest("pk")
    seen = {
        who: Change.objects.visible_to(world.administrators[who]).filter(pk=line.pk).exists()
        for who in ("root", "alpha", "alphakid", "admin@alpha_acme")
    }
    assert seen == {"root": True, "alpha": True, "alphakid": False, "admin@alpha_acme": False}
    admin = enter("admin@alpha_acme")
    for url in ("/admin/accounts/context/", page(Context.objects.get(pk=24), "change"), "/admin/"):
        assert "pays late" not in admin.get(url).content.decode()
    export = admin.get("/admin/accounts/context/export/csv")
    assert b"pays late" not in export.content


@pytest.mark.usefixtures("labels")
def test_handover__whoever_takes_it_learns_nothing_of_what_was_noted(world: World) -> None:
    mark(world, by(world, "alpha"), "context", note="pays late", labels=["old"])
    hand_over(actor=OPERATOR, context=Context.objects.get(pk=24), reseller=world.resellers["beta"])
    assert (row_of("context").note, row_of("context").labels) == (None, None)
    lines = Change.objects.visible_to(world.administrators["beta"])
    assert not [one for one in lines if "pays late" in f"{one.before} {one.after}"]


@pytest.mark.usefixtures("labels")
def test_import__sets_and_keeps_them(world: World) -> None:
    def bring(section: str, key: dict[str, str], **cells: str) -> str:
        table = [[*key, *cells], [*key.values(), *cells.values()]]
        ((outcome, _detail),) = imported(world, section, kept(world, section, table))
        return str(outcome)

    user, alias = {"context": "24", "id": "42"}, {"context": "24", "alias": SALES}
    number = str(world.users[24].number)
    assert bring("users", user | {"id": number}, note="hi", labels="vip\nold") == "changed"
    assert bring("users", user | {"id": number}, note="", labels="") == "unchanged"
    assert bring("forwards", alias, labels="vip") == "changed"
    assert bring("forwards", alias, labels="none") == "refused"
    assert bring("contexts", {"id": "24"}, note="late", labels="old") == "changed"
    assert (row_of("user").labels, row_of("alias").labels, row_of("context").labels) == (
        ["old", "vip"],
        ["vip"],
        ["old"],
    )


@pytest.mark.usefixtures("labels")
def test_provision__what_is_exported_comes_back(world: World, tmp_path: Any) -> None:
    for kind in KINDS:
        mark(world, OPERATOR, kind, note=kind, labels=["vip"])
    text = exported()
    assert {"reseller": "alpha", "name": "vip", "colour": "red"} in yaml.safe_load(text)["labels"]
    for kind in KINDS:
        mark(world, OPERATOR, kind, note=None, labels=[])
    Label.objects.all().delete()
    (tmp_path / "world.yaml").write_text(text)
    call_command("provision", str(tmp_path / "world.yaml"))
    assert exported() == text


# --- the web admin -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("labels")
def test_lists__show_labels_by_name_and_colour_and_filter_by_them(world: World, enter: Enter) -> None:
    for kind in KINDS:
        mark(world, OPERATOR, kind, note="look <here>", labels=["vip"])
    alpha = enter("alpha")
    for model, kind in ((Context, "context"), (User, "user"), (ForwardingAlias, "alias")):
        url = page(model)
        shown = alpha.get(url).content.decode()
        assert '<span class="pill label red">vip</span>' in shown
        assert "look &lt;here&gt;" in shown
        for query, there in (("label=vip", True), ("label=old", False), ("note=yes", True), ("note=no", False)):
            rows = alpha.get(f"{url}?{query}").context["cl"].result_list
            assert (row_of(kind) in rows) is there, query
    assert "rival" not in alpha.get(page(User)).content.decode()


@pytest.mark.usefixtures("labels")
def test_forms__offer_the_labels_of_the_rows_reseller(world: World, enter: Enter) -> None:
    alpha, user = enter("alpha"), world.users[24]
    form = alpha.get(page(user, "change")).context["adminform"].form
    assert [name for name, _shown in form.fields["labels"].choices] == ["old", "vip"]
    alpha.change(user, {"note": "call first", "labels": ["vip"]})
    user.refresh_from_db()
    assert (user.note, user.labels) == ("call first", ["vip"])
    alpha.change(user, {"labels": []})
    user.refresh_from_db()
    assert (user.note, user.labels) == ("call first", None)
    admin = enter("admin@alpha_acme")
    assert "labels" not in admin.get(page(user, "change")).context["adminform"].form.fields
    assert "call first" in admin.get(page(user, "change")).content.decode()


@pytest.mark.usefixtures("labels")
def test_forms__mark_a_company_new_and_old(world: World, enter: Enter) -> None:
    alpha = enter("alpha")
    data = {"id": 77, "name": "marked", "reseller": world.resellers["alpha"].pk, "note": "new", "labels": ["vip"]}
    alpha.add(Context, data)
    row = Context.objects.get(pk=77)
    assert (row.note, row.labels) == ("new", ["vip"])
    alpha.change(row, {"note": "", "labels": ["old"]})
    row.refresh_from_db()
    assert (row.note, row.labels) == (None, ["old"])


def test_label_pages__make_colour_and_delete_one(world: World, enter: Enter) -> None:
    alpha = enter("alpha")
    alpha.add(Label, {"reseller": world.resellers["alpha"].pk, "name": "vip", "colour": "red"})
    label = Label.objects.get()
    alpha.change(label, {"colour": "green"})
    mark(world, OPERATOR, "user", labels=["vip"])
    assert "users: 1" in alpha.get(page(label, "delete")).content.decode()
    mark(world, OPERATOR, "user", labels=[])
    alpha.post(page(label, "delete"), {"post": "yes"})
    assert not Label.objects.exists()
    assert enter("admin@alpha_acme").client.get(page(Label)).status_code == 403


@pytest.mark.usefixtures("labels")
@pytest.mark.parametrize(("edit", "kind"), [("users", "user"), ("contexts", "context"), ("forwards", "alias")])
def test_bulk__puts_a_label_and_takes_it_off(world: World, edit: str, kind: str) -> None:
    actor = by(world, "alpha").in_batch()

    def work(name: str, label: str) -> tuple[str, str, str]:
        params = {"label": label}
        (result,) = bulk.edit_named(f"{edit}.{name}").work(actor, [row_of(kind).pk], params, preview=False).values()
        return str(result.outcome), result.before, result.after

    assert work("label", "vip") == ("changed", "no label", "vip")
    assert work("label", "old") == ("changed", "vip", "old, vip")
    assert work("label", "vip")[0] == "unchanged"
    assert work("label", "kid")[0] == "refused"
    assert work("unlabel", "vip") == ("changed", "old, vip", "old")
    assert not bulk.edit_named(f"{edit}.label").allowed(world.administrators["admin@alpha_acme"])


def test_every_refusal__is_a_sentence(world: World) -> None:
    with pytest.raises(DomainError, match="There is no label “x”"):
        mark(world, by(world, "alpha"), "user", labels=["x"])
