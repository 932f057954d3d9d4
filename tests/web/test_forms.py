"""A clerk's work in forms: what is written, what the change log says, and where a refusal is shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from accounts.admin import ResellerAdmin
from accounts.models import Administrator, ConfigProperty, Context, Reseller, User
from accounts.services.users import delete_user
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from tests.web.conftest import Enter
from tests.web.person import Person, errors, everything, filled, page, rows_of
from tests.world import OPERATOR, World

SECRET = "correct horse battery"


def log(number: int = 1) -> list[tuple[str, str, str, str]]:
    """The newest lines of the change log: who, channel, what, object. Newest first."""
    changes = Change.objects.order_by("-pk")[:number]
    return [(one.actor, one.channel, one.action, f"{one.kind} {one.label}") for one in changes]


def only_error(response: Any) -> tuple[str, str]:
    """The one field that has an error, and its sentence."""
    ((field, (sentence,)),) = errors(response).items()
    return field, sentence


def refused(person: Person, model: type[Any], data: dict[str, Any]) -> tuple[str, str]:
    """Fill in a form that is refused: the same form with what was typed, and nothing changed."""
    before = everything()
    response = person.add(model, data, 200)
    form = response.context["adminform"].form
    assert {name: form.data[name] for name in data} == {name: str(value) for name, value in data.items()}
    assert everything() == before
    return only_error(response)


# Contexts


def test_context__is_created(alpha: Person, world: World) -> None:
    data = {
        "id": 99,
        "name": "new_co",
        "reseller": world.resellers["alphakid"].pk,
        "quota": 3,
        "quota_unit": "MB",
        "max_user": 5,
    }
    response = alpha.add(Context, {**data, "is_active": "on"})
    assert "new_co" in alpha.messages(response)[0]
    row = Context.objects.get(pk=99)
    assert (row.name, row.reseller, row.quota, row.max_user) == ("new_co", world.resellers["alphakid"], 3 * 2**20, 5)
    assert row.is_active
    assert log() == [("alpha", "web", "create", "context 99 new_co")]


def test_context__is_for_the_own_reseller_unless_said_otherwise(alpha: Person, world: World) -> None:
    form = alpha.get(page(Context, "add")).context["adminform"].form
    assert form["reseller"].value() == world.resellers["alpha"].pk


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": 24}, "id"),
        ({"id": 44}, "id"),
        ({"id": 0}, "id"),
        ({"id": 2**63}, "id"),
        ({"name": "beta_echo"}, "name"),
        ({"name": "12345"}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": ""}, "name"),
        ({"quota": -1, "quota_unit": "GB"}, "quota"),
        ({"max_user": 2**31}, "max_user"),
        ({"reseller": ""}, "reseller"),
    ],
)
def test_context__refusal_is_on_its_field(alpha: Person, world: World, change: dict[str, Any], field: str) -> None:
    data = {"id": 99, "name": "new_co", "reseller": world.resellers["alpha"].pk, "quota": "", "max_user": ""}
    assert refused(alpha, Context, {**data, **change})[0] == field


def test_context__at_the_resellers_limit_is_refused_above_the_form(alpha: Person, world: World) -> None:
    Reseller.objects.filter(name="alpha").update(max_context=4)
    data = {"id": 99, "name": "new_co", "reseller": world.resellers["alpha"].pk}
    assert refused(alpha, Context, data) == ("__all__", "The reseller alpha has reached its limit of 4 contexts.")


def test_context__without_a_reseller_is_the_masters(root: Person) -> None:
    root.add(Context, {"id": 99, "name": "gold2"})
    assert Context.objects.get(pk=99).reseller is None


def test_context__is_renamed_and_suspended(alpha: Person, world: World) -> None:
    alpha.change(world.contexts[24], {"name": "acme2", "is_active": ""})
    row = Context.objects.get(pk=24)
    assert (row.name, row.is_active) == ("acme2", False)
    assert log() == [("alpha", "web", "update", "context 24 acme2")]


def test_context__saved_without_a_change_leaves_no_line(alpha: Person, world: World) -> None:
    before = everything()
    alpha.change(world.contexts[24], {})
    assert everything() == before


def test_context__renamed_to_a_taken_name_is_refused(alpha: Person, world: World) -> None:
    before = everything()
    response = alpha.change(world.contexts[24], {"name": "beta_echo"}, 200)
    assert only_error(response) == ("name", "The context name beta_echo is taken.")
    assert everything() == before


def test_context__is_deleted_with_all_that_is_in_it(alpha: Person, world: World) -> None:
    alpha.post(page(world.contexts[24], "delete"), {"post": "yes", "typed": "alpha_acme"})
    assert not Context.objects.filter(pk=24).exists()
    assert not User.objects.filter(context_id=24).exists()
    assert log()[0] == ("alpha", "web", "delete", "context 24 alpha_acme")
    assert set(Context.objects.values_list("pk", flat=True)) == {25, 34, 35, 44, 45, 54}


# Users


def test_user__is_created_with_the_next_number_and_ordered_custom_ids(alpha: Person) -> None:
    data = {
        "context": 24,
        "number": "",
        "uidname": "jane@acme.example",
        "msisdn": "+49 30 123456",
        "quota": 2,
        "quota_unit": "KB",
    }
    alpha.add(User, {**data, "custom": " zoe \r\n\r\nanna\r\n", "is_active": "on"})
    row = User.objects.get(uidname="jane@acme.example")
    assert (row.number, row.msisdn, row.msisdn_digits, row.quota) == (43, "+49 30 123456", "4930123456", 2048)
    assert [one.value for one in row.custom_ids.all()] == ["zoe", "anna"]
    assert log() == [("alpha", "web", "create", "user 43 jane@acme.example")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": 42}, "number"),
        ({"number": 0}, "number"),
        ({"uidname": "JOHNDOE@acme.example"}, "uidname"),
        ({"uidname": "johndoe@echo.example"}, "uidname"),
        ({"uidname": "jane@echo.example"}, "uidname"),
        ({"uidname": "ja\x00ne"}, "uidname"),
        ({"uidname": "x" * 255}, "uidname"),
        ({"msisdn": "030-123"}, "msisdn"),
        ({"msisdn": "+49.1234.5644"}, "msisdn"),
        ({"custom": "john24"}, "custom"),
        ({"custom": "john44"}, "custom"),
        ({"custom": "a\nb\nA"}, "custom"),
        ({"custom": "a\x07"}, "custom"),
        ({"quota": -1, "quota_unit": "GB"}, "quota"),
        ({"quota": "many", "quota_unit": "GB"}, "quota"),
        ({"quota": 1}, "quota"),
        ({"quota": 9_000_000, "quota_unit": "TB"}, "quota"),
        ({"context": ""}, "context"),
    ],
)
def test_user__refusal_is_on_its_field(alpha: Person, change: dict[str, Any], field: str) -> None:
    data = {"context": 24, "number": "", "uidname": "jane@acme.example", "msisdn": "", "custom": "", "quota": ""}
    assert refused(alpha, User, {**data, **change})[0] == field


def test_user__of_others_is_taken_like_an_own_one(alpha: Person) -> None:
    """The sentence does not tell to whom a name belongs."""
    sentences = {
        refused(alpha, User, {"context": 24, "uidname": "new", "msisdn": f"+49.1234.56{other}"})[1].replace(other, "?")
        for other in ("44", "25")
    }
    assert len(sentences) == 1


def test_user__at_the_contexts_limit_is_refused_above_the_form(alpha: Person, world: World) -> None:
    Context.objects.filter(pk=24).update(max_user=1)
    field, sentence = refused(alpha, User, {"context": 24, "uidname": "jane"})
    assert (field, sentence) == ("__all__", "The context alpha_acme has reached its limit of 1 user.")


def test_user__is_changed_in_every_field(alpha: Person, world: World) -> None:
    user = world.users[24]
    form = alpha.get(page(user, "change")).context["adminform"].form
    assert form["custom"].value() == "john24\ndoe24"
    changes = {"uidname": "jane@acme.example", "msisdn": "", "custom": "doe24\njohn24", "quota": ""}
    alpha.change(user, changes, leads="leave")
    user.refresh_from_db()
    assert (user.uidname, user.msisdn, user.quota) == ("jane@acme.example", None, None)
    assert [one.value for one in user.custom_ids.all()] == ["doe24", "john24"]
    assert log() == [("alpha", "web", "update", "user 42 jane@acme.example")]


def test_user__change_is_written_all_or_nothing(alpha: Person, world: World) -> None:
    before = everything()
    response = alpha.change(world.users[24], {"quota": 1, "custom": "john25"}, 200)
    assert only_error(response)[0] == "custom"
    assert response.context["adminform"].form["custom"].value() == "john25"
    assert everything() == before


def test_user__change_leaves_alone_what_was_not_touched(alpha: Person, world: World) -> None:
    """Two clerks have the same form open: the second does not undo what the first wrote in another field."""
    user = world.users[24]
    stale = {"uidname": user.uidname, "msisdn": user.msisdn, "custom": "john24\ndoe24", "quota": 1_048_576}
    User.objects.filter(pk=user.pk).update(quota=7)
    form = {**stale, "quota": 7, "quota_unit": "bytes", "is_active": "on", "uidname": "JohnDoe@acme.example"}
    alpha.post(page(user, "change"), form)
    assert Change.objects.latest("pk").after == {
        "number": 42,
        "uidname": "JohnDoe@acme.example",
        "msisdn": user.msisdn,
        "custom": ["john24", "doe24"],
        "quota": 7,
        "is_active": True,
    }


def test_user__is_suspended_and_deleted(alpha: Person, world: World) -> None:
    alpha.change(world.users[24], {"is_active": ""}, leads="leave")
    assert not User.objects.get(pk=world.users[24].pk).is_active
    confirmation = alpha.get(page(world.users[24], "delete"))
    assert dict(confirmation.context["model_count"]) == {"custom ids": 2}
    alpha.delete(world.users[24], leads="leave")
    assert log(2) == [
        ("alpha", "web", "delete", "user 42 johndoe@acme.example"),
        ("alpha", "web", "update", "user 42 johndoe@acme.example"),
    ]


def test_user__that_goes_while_the_form_is_open_is_no_error(
    alpha: Person, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.users[24]
    delete_user(actor=OPERATOR, user=user)
    response = alpha.client.post(page(User, "change", user.pk), {"uidname": "x"}, follow=True)
    assert "doesn’t exist" in str(next(iter(response.context["messages"])))


def test_context_administrator__creates_in_their_own_context(enter: Enter) -> None:
    person = enter("admin@alpha_acme")
    assert "context" not in person.get(page(User, "add")).context["adminform"].form.fields
    person.add(User, {"context": 25, "uidname": "jane@acme.example"})
    person.add(ForwardingAlias, {"context": 25, "address": "info@acme.example", "recipients": "a@b.example"})
    assert User.objects.get(uidname="jane@acme.example").context_id == 24
    assert ForwardingAlias.objects.get(address="info@acme.example").context_id == 24


# Aliases


def test_alias__is_created_with_several_recipients(alpha: Person) -> None:
    recipients = "johndoe@acme.example\r\n\r\n  outside@elsewhere.example \r\nOUTSIDE@elsewhere.example"
    data = {"context": 24, "address": "Info@acme.example", "recipients": recipients, "is_active": "on"}
    alpha.add(ForwardingAlias, data)
    row = ForwardingAlias.objects.get(normalized="info@acme.example")
    assert [one.address for one in row.recipients.all()] == ["johndoe@acme.example", "outside@elsewhere.example"]
    assert row.is_active
    assert log() == [("alpha", "web", "create", "forward Info@acme.example")]


def test_alias__is_created_suspended(alpha: Person) -> None:
    alpha.add(ForwardingAlias, {"context": 24, "address": "info@acme.example", "recipients": "a@b.example"})
    assert not ForwardingAlias.objects.get(address="info@acme.example").is_active


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"address": "sales@acme.example"}, "address"),
        ({"address": "SALES@ACME.example"}, "address"),
        ({"address": "info@echo.example"}, "address"),
        ({"address": "sales@echo.example"}, "address"),
        ({"address": "*@acme.example"}, "address"),
        ({"address": "no address"}, "address"),
        ({"address": ""}, "address"),
        ({"recipients": ""}, "recipients"),
        ({"recipients": " \r\n "}, "recipients"),
        ({"recipients": "a@b.example\nno address"}, "recipients"),
        ({"recipients": "info@acme.example"}, "recipients"),
        ({"recipients": "a\x00@b.example"}, "recipients"),
        ({"recipients": "\n".join(f"a{n}@b.example" for n in range(101))}, "recipients"),
        ({"context": ""}, "context"),
    ],
)
def test_alias__refusal_is_on_its_field(alpha: Person, change: dict[str, Any], field: str) -> None:
    data = {"context": 24, "address": "info@acme.example", "recipients": "a@b.example"}
    assert refused(alpha, ForwardingAlias, {**data, **change})[0] == field


def test_alias__of_others_is_refused_like_a_domain_of_others(alpha: Person) -> None:
    def sentence(address: str) -> str:
        return refused(alpha, ForwardingAlias, {"context": 24, "address": address, "recipients": "a@b.example"})[1]

    assert sentence("sales@echo.example").replace("sales", "?") == sentence("none@echo.example").replace("none", "?")


def test_alias__recipients_are_changed_in_one_field(alpha: Person, world: World) -> None:
    row = ForwardingAlias.objects.get(address="sales@acme.example")
    form = alpha.get(page(row, "change")).context["adminform"].form
    assert form["recipients"].value() == "johndoe@acme.example\noutside@elsewhere.example"
    alpha.change(row, {"recipients": "outside@elsewhere.example\nnew@b.example", "is_active": ""})
    row.refresh_from_db()
    assert [one.address for one in row.recipients.all()] == ["outside@elsewhere.example", "new@b.example"]
    assert not row.is_active
    assert {line[1:] for line in log(1)} == {("web", "update", "forward sales@acme.example")}


def test_alias__loop_is_named_on_the_field_and_nothing_is_written(alpha: Person) -> None:
    alpha.add(ForwardingAlias, {"context": 24, "address": "b@acme.example", "recipients": "sales@acme.example"})
    before = everything()
    row = ForwardingAlias.objects.get(address="sales@acme.example")
    response = alpha.change(row, {"recipients": "b@acme.example", "is_active": ""}, 200)
    field, sentence = only_error(response)
    assert field == "recipients"
    assert "loop" in sentence
    assert everything() == before


def test_alias__list_shows_its_recipients_and_how_many_more(alpha: Person) -> None:
    recipients = "\n".join(f"a{n}@b.example" for n in range(8))
    alpha.add(ForwardingAlias, {"context": 24, "address": "many@acme.example", "recipients": recipients})
    text = alpha.get(page(ForwardingAlias), q="many").content.decode()
    assert ">a0@b.example, a1@b.example</span>" in text
    assert ">6 more</span>" in text


def test_alias__is_deleted(alpha: Person) -> None:
    row = ForwardingAlias.objects.get(address="sales@acme.example")
    assert dict(alpha.get(page(row, "delete")).context["model_count"]) == {"recipients": 2}
    alpha.delete(row)
    assert not ForwardingAlias.objects.filter(pk=row.pk).exists()
    assert log() == [("alpha", "web", "delete", "forward sales@acme.example")]


# Domains


def test_domain__comes_and_goes_and_is_not_changed(alpha: Person) -> None:
    alpha.add(ExplicitDomain, {"context": 24, "name": "Straße.example"})
    row = ExplicitDomain.objects.get(name="xn--strae-oqa.example")
    response = alpha.get(page(row, "change"))
    assert b'name="_save"' not in response.content
    alpha.post(page(row, "change"), {"context": 25, "name": "other.example"}, 403)
    alpha.delete(row)
    assert log(2) == [
        ("alpha", "web", "delete", "domain xn--strae-oqa.example"),
        ("alpha", "web", "create", "domain xn--strae-oqa.example"),
    ]


@pytest.mark.parametrize("name", ["echo.example", "acme.example", "no domain", "", "x" * 254, "a\x00.example"])
def test_domain__refusal_is_on_its_field(alpha: Person, name: str) -> None:
    assert refused(alpha, ExplicitDomain, {"context": 24, "name": name})[0] == "name"


# Configuration


def test_property__is_set_changed_and_deleted(alpha: Person, world: World) -> None:
    alpha.add(ConfigProperty, {"name": "x.y", "value": "one\ntwo", "user": world.users[24].pk})
    row = ConfigProperty.objects.get(name="x.y")
    assert row.user == world.users[24]
    alpha.change(row, {"value": "three"})
    alpha.delete(row)
    label = "config x.y (user johndoe@acme.example)"
    assert log(3) == [("alpha", "web", action, label) for action in ("delete", "update", "create")]


def test_property__bad_input_is_refused(alpha: Person, root: Person, world: World) -> None:
    assert refused(alpha, ConfigProperty, {"name": "x.y", "value": "1"})[0] == "__all__"
    two = {"name": "x.y", "value": "1", "context": 24, "user": world.users[24].pk}
    assert refused(alpha, ConfigProperty, two)[0] == "__all__"
    there = {"name": "com.openexchange.brand", "value": "mine"}
    assert refused(alpha, ConfigProperty, {**there, "context": 24})[0] == "name"
    assert refused(root, ConfigProperty, there)[0] == "name"
    assert refused(alpha, ConfigProperty, {"name": "x.y", "value": "a\x07b", "context": 24})[0] == "value"
    assert refused(alpha, ConfigProperty, {"name": "", "value": "a", "context": 24})[0] == "name"


def test_property__of_the_server_is_the_masters(root: Person, alpha: Person) -> None:
    row = ConfigProperty.objects.get(name="com.openexchange.brand", reseller=None, context=None, user=None)
    root.change(row, {"value": "new"})
    assert log() == [("root", "web", "update", "config com.openexchange.brand (server)")]
    assert row not in rows_of(alpha.get(page(ConfigProperty)))


# Administrators


def account(role: str, login: str = "newbie", password: str = SECRET, **more: Any) -> dict[str, Any]:
    return {"role": role, "login": login, "new_password": password, "repeated_password": password, **more}


@pytest.mark.parametrize(
    ("who", "role"), [("root", "master"), ("alpha", "context"), ("alpha", "reseller"), ("alpha", "tenant")]
)
def test_administrator__is_created_with_a_password(world: World, enter: Enter, who: str, role: str) -> None:
    owner: dict[str, Any] = {"context": {"context": 24}, "master": {}}.get(
        role, {"reseller": world.resellers["alphakid"].pk}
    )
    enter(who).add(Administrator, account(role, is_active="on", **owner))
    row = Administrator.objects.get(login="newbie")
    assert row.role == role
    assert row.check_password(SECRET)
    assert log()[0][:3] == (who, "web", "create")
    assert SECRET not in str(list(Change.objects.values()))


def refused_account(person: Person, data: dict[str, Any]) -> set[str]:
    """The fields with errors; passwords are not shown again, and nothing changes."""
    before = everything()
    response = person.add(Administrator, data, 200)
    assert everything() == before
    for password in {data["new_password"], data["repeated_password"]} - {""}:
        assert f'value="{password}"' not in response.content.decode()
    return set(errors(response))


def test_administrator__bad_input_is_refused(alpha: Person, world: World) -> None:
    own = world.resellers["alpha"].pk
    assert refused_account(alpha, account("master")) == {"role"}
    assert refused_account(alpha, account("reseller", context=24)) == {"role"}
    assert refused_account(alpha, account("context", context=24, login="admin")) == {"login"}
    assert refused_account(alpha, account("reseller", reseller=own, login="beta")) == {"login"}
    assert refused_account(alpha, account("context", context=24, login="a:b")) == {"login"}
    assert refused_account(alpha, account("context", context=24, password="short")) == {"new_password"}
    assert refused_account(alpha, account("context", context=24, password="2718281828459")) == {"new_password"}
    assert refused_account(alpha, account("context", context=24, password="qwertyuiop")) == {"new_password"}
    assert refused_account(alpha, account("context", context=24, password="")) == {"new_password", "repeated_password"}
    assert refused_account(alpha, account("context", context=24) | {"repeated_password": "another"}) == {
        "repeated_password"
    }


def test_administrator__role_offered_is_one_that_may_be_given(alpha: Person, root: Person) -> None:
    def roles(person: Person) -> set[str]:
        field = person.get(page(Administrator, "add")).context["adminform"].form.fields["role"]
        return {value for value, _label in field.choices if value}

    assert roles(alpha) == {"reseller", "context", "tenant"}
    assert roles(root) == {"master", "reseller", "context", "tenant"}


def test_administrator__gets_a_new_password_and_is_suspended(alpha: Person, world: World) -> None:
    row = world.administrators["admin@alpha_acme"]
    text = alpha.get(page(row, "change")).content.decode()
    assert row.password not in text
    alpha.change(row, {"new_password": "", "is_active": ""})
    alpha.change(row, {"new_password": SECRET, "repeated_password": SECRET, "language": "de"})
    changed = Administrator.objects.get(pk=row.pk)
    assert changed.check_password(SECRET)
    assert (changed.is_active, changed.language) == (False, "de")
    assert log(2) == [("alpha", "web", "update", "administrator admin@alpha_acme")] * 2
    latest = Change.objects.latest("pk")
    assert latest.after is not None
    assert latest.after["password"] == "changed"
    response = alpha.change(row, {"new_password": "short", "repeated_password": "short"}, 200)
    assert set(errors(response)) == {"new_password"}


def test_administrator__neither_suspends_nor_deletes_themselves(alpha: Person, world: World) -> None:
    me, before = world.administrators["alpha"], everything()
    form = alpha.get(page(me, "change")).context["adminform"].form
    assert set(form.fields) & {"is_active", "new_password"} <= {"new_password"}
    alpha.change(me, {"is_active": "", "role": "master"})
    alpha.delete(me, 403)
    assert everything() == before
    alpha.change(me, {"language": "de"})
    assert Administrator.objects.get(pk=me.pk).language == "de"


def test_administrator__is_deleted(alpha: Person, world: World) -> None:
    alpha.delete(world.administrators["portal-alphakid"])
    assert log() == [("alpha", "web", "delete", "administrator portal-alphakid")]


# Resellers


def test_child__is_created_below_the_own_reseller(alpha: Person, world: World) -> None:
    form = alpha.get(page(Reseller, "add")).context["adminform"].form
    assert not {"parent", "can_create_subadmin"} & set(form.fields)
    tampered = {"name": "kid2", "parent": "", "can_create_subadmin": "on", "max_context": 3, "is_active": "on"}
    alpha.add(Reseller, tampered)
    row = Reseller.objects.get(name="kid2")
    assert (row.parent, row.can_create_subadmin, row.max_context) == (world.resellers["alpha"], False, 3)
    assert log() == [("alpha", "web", "create", "reseller kid2")]


def test_child__has_no_children(enter: Enter) -> None:
    kid = enter("alphakid")
    kid.get(page(Reseller, "add"), 403)
    kid.post(page(Reseller, "add"), {"name": "x"}, 403)


def test_child__at_the_limit_is_refused(alpha: Person) -> None:
    Reseller.objects.filter(name="alpha").update(max_subadmin=1)
    assert refused(alpha, Reseller, {"name": "kid2"})[0] == "__all__"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "beta"}, "name"),
        ({"name": ""}, "name"),
        ({"colour": "red"}, "colour"),
        ({"max_context": -1}, "max_context"),
    ],
)
def test_reseller__refusal_is_on_its_field(root: Person, change: dict[str, Any], field: str) -> None:
    assert refused(root, Reseller, {"name": "new", "colour": "", "max_context": "", **change})[0] == field


def test_reseller__own_limits_are_shown_and_not_edited(alpha: Person, world: World) -> None:
    Reseller.objects.filter(name="alpha").update(max_context=17)
    own = world.resellers["alpha"]
    text = alpha.get(page(own, "change")).content.decode()
    assert '<div class="readonly">17</div>' in text
    before = everything()
    alpha.change(own, {"max_context": 99, "can_create_subadmin": "", "is_active": "", "max_subadmin": 9, "parent": ""})
    assert everything() == before
    alpha.change(own, {"product_name": "Alpha Mail", "colour": "#1f6feb"})
    assert Reseller.objects.get(pk=own.pk).product_name == "Alpha Mail"


def test_reseller__limits_are_set_by_who_stands_above(alpha: Person, root: Person, world: World) -> None:
    alpha.change(world.resellers["alphakid"], {"max_context": 5})
    root.change(world.resellers["alpha"], {"max_overall_user": 50})
    assert Reseller.objects.get(name="alphakid").max_context == 5
    assert Reseller.objects.get(name="alpha").max_overall_user == 50


def test_reseller__that_has_contexts_is_not_deleted(
    root: Person, alpha: Person, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()
    response = root.delete(world.resellers["beta"], 200)
    assert response.context["protected"] == ["contexts: 2"]
    assert "“beta” cannot be deleted as long as it has:" in response.content.decode()
    alpha.delete(world.resellers["alpha"], 403)
    # As when the context came between the page and the answer to it: the service refuses.
    monkeypatch.setattr(ResellerAdmin, "blocked_by", lambda self, row: [])
    response = root.delete(world.resellers["beta"])
    assert response.url == page(world.resellers["beta"], "change")
    assert root.messages(response) == ["The reseller beta still has contexts or children."]
    assert everything() == before


def test_reseller__without_contexts_is_deleted(alpha: Person, world: World) -> None:
    alpha.add(Reseller, {"name": "kid2"})
    alpha.delete(Reseller.objects.get(name="kid2"))
    assert log() == [("alpha", "web", "delete", "reseller kid2")]


# The change log


def test_log__is_read_only_and_newest_first(root: Person) -> None:
    row, before = Change.objects.latest("pk"), everything()
    for url in (page(row, "change"), page(row, "delete"), page(Change, "add")):
        root.post(url, {"post": "yes", "label": "x"}, 403)
    assert everything() == before
    keys = [one.pk for one in rows_of(root.get(page(Change)))]
    assert keys == sorted(keys, reverse=True)


def test_log__is_filtered_by_channel_action_kind_who_and_date(alpha: Person, world: World) -> None:
    alpha.change(world.users[24], {"quota": 7, "quota_unit": "bytes"})
    filters = {
        "channel__exact": "web",
        "action__exact": "update",
        "kind": "user",
        "at__gte": "2000-01-01 00:00:00+00:00",
    }
    who = {"administrator_id": world.administrators["alpha"].pk}
    (row,) = rows_of(alpha.get(page(Change), **filters, **who))
    assert row.label == "42 johndoe@acme.example"
    assert rows_of(alpha.get(page(Change), **filters, administrator_id=999)) == []
    assert rows_of(alpha.get(page(Change), kind="nonsense")) == []


def test_log__shows_before_and_after(alpha: Person, world: World) -> None:
    alpha.change(world.users[24], {"quota": 7, "quota_unit": "bytes", "custom": "x\ny"})
    text = alpha.get(page(Change.objects.latest("pk"), "change")).content.decode()
    assert '<th scope="row">quota</th><td>1 MB</td><td>7 bytes</td>' in text
    assert '<th scope="row">custom ids</th><td>john24<br>doe24</td><td>x<br>y</td>' in text
    assert '<th scope="row">uidname</th>' not in text


def test_history__is_the_objects_part_of_the_log(root: Person, world: World) -> None:
    """Every row of the world was made once, and its history says so; its namesakes elsewhere are not in it."""
    for model in (ExplicitDomain, ConfigProperty):
        for row in model.objects.all():
            (change,) = rows_of(root.client.get(page(row, "history"), follow=True))
            assert change.action == "create", row
    # What has a page of its own for its history; of aliases, each mailbox has the one to it.
    people = [*Administrator.objects.with_owner(), *ForwardingAlias.objects.all(), *world.users.values()]
    for row in people:
        lines = [line.group.change for line in root.get(page(row, "history")).context["lines"]]
        assert {line.action for line in lines} == {"create"}, row
        assert {line.kind for line in lines} <= {"administrator", "forward", "user"}, row
        assert len(lines) == (2 if isinstance(row, User) else 1), row


def test_history__stays_after_a_rename(alpha: Person, world: World) -> None:
    alpha.change(world.users[24], {"uidname": "jane@acme.example"}, leads="leave")
    alpha.change(world.contexts[24], {"name": "acme2"})
    alpha.change(world.resellers["alphakid"], {"name": "kid2"})
    for row in (world.users[24], world.contexts[24], world.resellers["alphakid"]):
        kind = row._meta.model_name
        lines = [line.group.change for line in alpha.get(page(row, "history")).context["lines"]]
        assert [one.action for one in lines if one.kind == kind] == ["update", "create"]


def test_log_entries_of_django__are_not_written(alpha: Person, world: World) -> None:
    alpha.add(ExplicitDomain, {"context": 24, "name": "new.example"})
    alpha.change(world.users[24], {"quota": 7, "quota_unit": "bytes"})
    alpha.delete(world.users[24], leads="leave")
    assert not LogEntry.objects.exists()


def test_overview__shows_the_last_changes_of_the_own_world(alpha: Person, enter: Enter, world: World) -> None:
    alpha.change(world.contexts[24], {"name": "renamed_by_alpha"})
    assert "renamed_by_alpha" in alpha.get("/admin/").content.decode()
    assert "renamed_by_alpha" in enter("admin@alpha_acme").get("/admin/").content.decode()
    assert "renamed_by_alpha" not in enter("beta").get("/admin/").content.decode()


# Hostile text


def test_html_in_stored_text__is_text_on_every_page(alpha: Person, world: World) -> None:
    evil = "<script>alert(1)</script>"
    alpha.add(ConfigProperty, {"name": evil, "value": evil, "context": 24})
    alpha.add(User, {"context": 24, "uidname": evil, "custom": evil + "2"})
    alpha.change(world.contexts[25], {"name": "<b>bold<b>"})
    alpha.change(world.resellers["alphakid"], {"name": evil, "display_name": evil, "product_name": evil})
    alpha.add(Administrator, account("context", login=evil, context=24))
    address = '"<img src=x>"@acme.example'
    alpha.add(ForwardingAlias, {"context": 24, "address": address, "recipients": '"<img src=y>"@far.example'})
    rows = [
        ConfigProperty.objects.get(name=evil),
        User.objects.get(uidname=evil),
        world.contexts[25],
        world.resellers["alphakid"],
        Administrator.objects.get(login=evil),
        ForwardingAlias.objects.get(address=address),
        *Change.objects.order_by("-pk")[:6],
    ]
    urls = ["/admin/", *(page(type(row)) for row in rows), *(page(row, "change") for row in rows)]
    urls += [page(row, "delete") for row in rows if not isinstance(row, Change)]
    for url in urls:
        text = alpha.get(url).content.decode()
        assert not [bad for bad in ("<script>alert", "<b>bold", "<img src=x", "<img src=y") if bad in text], url


def _opened(person: Person, row: Any) -> dict[str, str]:
    """The hidden version of a form as it is opened now."""
    text = person.get(page(row, "change")).content.decode()
    (version,) = re.findall(r'name="_version" value="([0-9]+)"', text)
    return {"_version": version}


def test_two_people_on_one_form__the_later_one_is_told_and_overwrites_nothing(
    alpha: Person, enter: Enter, world: World
) -> None:
    """A saved a phone number; B's older form changed the quota alone, and the phone number was gone."""
    user, other = world.users[24], enter("admin@alpha_acme")
    stale = {
        "uidname": user.uidname, "msisdn": user.msisdn, "custom": "john24\ndoe24", "quota": "1", "quota_unit": "MB",
        "is_active": "on",
    }  # fmt: skip
    opened = _opened(alpha, user)
    other.post(page(user, "change"), {**stale, "msisdn": "+49 30 999999", **_opened(other, user)})

    response = alpha.post(page(user, "change"), {**stale, "quota": "2", **opened}, 200)
    sentence = errors(response)["__all__"][0]
    assert "It was changed while you had this form open" in sentence
    assert "admin@alpha_acme" in sentence
    assert "phone number: +49.1234.5624 → +49 30 999999" in sentence
    user.refresh_from_db()
    assert (user.msisdn, user.quota) == ("+49 30 999999", 2**20)

    (version,) = re.findall(r'name="_version" value="([0-9]+)"', response.content.decode())
    alpha.post(page(user, "change"), {**stale, "msisdn": "+49 30 999999", "quota": "2", "_version": version})
    user.refresh_from_db()
    assert (user.msisdn, user.quota) == ("+49 30 999999", 2 * 2**20)


def test_two_people_on_one_note__the_later_one_is_told_and_overwrites_nothing(
    alpha: Person, enter: Enter, world: World
) -> None:
    """A company's note and labels have a kind of line of their own in the change log: it counts here too."""
    context, other = world.contexts[24], enter("root")
    data = filled(alpha.get(page(context, "change")).context["adminform"].form)
    opened = _opened(alpha, context)
    other.post(page(context, "change"), {**data, "note": "Pays late.", **_opened(other, context)})

    sentence = errors(alpha.post(page(context, "change"), {**data, "note": "Pays.", **opened}, 200))["__all__"][0]
    assert "It was changed while you had this form open" in sentence
    assert "note: — → Pays late." in sentence
    context.refresh_from_db()
    assert context.note == "Pays late."

    alpha.post(page(context, "change"), {**data, "note": "Pays.", **_opened(alpha, context)})
    context.refresh_from_db()
    assert context.note == "Pays."


def test_note__that_was_changed_is_nothing_to_a_form_that_was_opened_later(alpha: Person, world: World) -> None:
    context = world.contexts[24]
    for note in ("one", "two"):
        alpha.change(context, {"note": note})
    context.refresh_from_db()
    assert context.note == "two"


def test_version__is_in_every_change_form(root: Person, world: World) -> None:
    rows: list[Any] = [
        world.users[24],
        world.contexts[24],
        world.resellers["alpha"],
        world.administrators["alpha"],
        ForwardingAlias.objects.get(address="sales@acme.example"),
        ConfigProperty.objects.get(context=24),
    ]
    for row in rows:
        assert _opened(root, row)
