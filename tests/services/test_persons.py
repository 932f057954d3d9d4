"""`manage.py person`: a copy of everything that is held of a person, and that it goes, and that nobody else's does."""

from __future__ import annotations

import io
import json
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import CharField, JSONField, Model, TextField

from accounts.models import CustomId, LastLogin, LoginEvent, SavedFilter, User
from accounts.services.administrators import create_administrator
from accounts.services.config import Owner, set_property
from accounts.services.persons import erase_person, export_person
from accounts.services.saved_filters import save_filter
from accounts.services.users import create_user, update_user
from bulk.models import BulkJob, ImportLine, UploadPart
from changelog.models import Change
from changelog.undo import undo_change
from core import persons
from core.access import Role
from core.addresses import parse_address
from core.errors import Invalid
from core.persons import MASK, Person
from core.spreadsheets import write_xlsx
from forwards.models import ForwardingAlias, Recipient
from forwards.services import add_recipients, create_forward
from tests.services.bulk import preview, upload
from tests.world import OPERATOR, World

ANNA = "Anna.Berg@acme.example"
NAMES = ("anna.berg", "4917012345", "+49.170.12345", "annie-the-great", "192.0.2.70")


@pytest.fixture
def anna(world: World) -> User:
    """Somebody who is everywhere: mailbox, alias, recipient, last login, a bulk edit, an upload, the change log."""
    context = world.contexts[24]
    user = create_user(
        actor=OPERATOR, context=context, number=70, uidname=ANNA, msisdn="+49.170.12345", custom=["annie-the-great"]
    )
    update_user(actor=OPERATOR, user=user, quota=5)
    set_property(actor=OPERATOR, owner=Owner(user=user), name="com.example.a", value="1")
    create_forward(actor=OPERATOR, context=context, alias="anna.berg@ACME.example", recipients=["x@far.example"])
    create_forward(actor=OPERATOR, context=context, alias="only@acme.example", recipients=[ANNA])
    add_recipients(actor=OPERATOR, context=context, alias="sales@acme.example", recipients=[ANNA])
    # In another company's list too.
    create_forward(
        actor=OPERATOR, context=world.contexts[44], alias="news@echo.example", recipients=[ANNA, "y@far.example"]
    )
    LastLogin.objects.create(username=ANNA.lower(), last_login=5)
    LoginEvent.objects.create(name=ANNA, address="192.0.2.70", channel="web", outcome="wrong")
    ImportLine.objects.create(
        administrator=world.administrators["alpha"],
        upload=uuid4(),
        number=1,
        label=f"24 {ANNA}",
        data={"context": 24, "uidname": ANNA},
    )
    preview(
        world.administrators["alpha"],
        "forwards.add_recipient",
        ForwardingAlias.objects.filter(normalized="sales@acme.example"),
        recipient=ANNA,
    )
    return user


def everything() -> str:
    """All that the database holds, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found.append(repr(cursor.fetchall()))
    return "\n".join(found).lower()


def person(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("person", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_export__has_everything_that_is_held(anna: User) -> None:
    held = json.loads(person("export", ANNA.upper())[0])["held"]
    assert {name: len(rows) for name, rows in held.items() if name != "change log"} == {
        "aliases": 1,
        "recipients": 3,
        "mailboxes": 2,
        "administrators": 0,
        "configuration that names them": 0,
        "notes that name them": 0,
        "saved filters that name them": 0,
        "notes on aliases that name them": 0,
        "log of logins": 1,
        "bulk edits and uploads": 3,
    }
    assert held["mailboxes"][0]["msisdn"] == "+49.170.12345"
    assert held["mailboxes"][0]["custom"] == ["annie-the-great"]
    assert len(held["change log"]) == Change.objects.filter(user_id=anna.pk).count() + 4


def test_export__changes_nothing_and_knows_no_strangers(anna: User) -> None:
    before = everything()
    assert not any(json.loads(person("export", "nobody@acme.example")[0])["held"].values())
    person("export", ANNA)
    assert everything() == before


def test_erase__leaves_no_trace_of_the_person_and_all_of_the_others(anna: User, world: World) -> None:
    lines = Change.objects.count()
    out, err = person("erase", ANNA, "--yes")

    left = everything()
    for name in NAMES:
        assert name not in left
    assert "mail store" in err
    assert ANNA not in out + err
    assert not User.objects.filter(pk=anna.pk).exists()
    assert not CustomId.objects.filter(user_id=anna.pk).exists()
    assert not ForwardingAlias.objects.filter(address="only@acme.example").exists()
    assert set(Recipient.objects.filter(alias__address="news@echo.example").values_list("address", flat=True)) == {
        "y@far.example"
    }
    assert User.objects.filter(uidname="johndoe@acme.example").exists()
    assert Change.objects.count() > lines
    assert Change.objects.filter(label__contains="johndoe@acme.example").exists()


def test_erase__is_in_the_log_without_the_person(anna: User) -> None:
    person("erase", ANNA, "--yes")
    line = Change.objects.latest("pk")
    assert (line.kind, line.action, line.actor, line.label, line.after) == (
        "person", "delete", "operator", MASK, None
    )  # fmt: skip
    assert isinstance(line.before, dict)
    assert line.before["change log"] > 5


def test_erase__needs_to_be_told_twice(anna: User) -> None:
    before = everything()
    out, _err = person("erase", ANNA)
    assert "mailboxes: 2" in out
    assert "--yes" in out
    assert everything() == before


def test_erase__what_is_masked_cannot_be_undone(anna: User) -> None:
    person("erase", ANNA, "--yes")
    masked = list(Change.objects.filter(is_masked=True))
    assert len(masked) > 8
    for line in masked:
        with pytest.raises(Invalid, match="erased"):
            undo_change(actor=OPERATOR, change=line)


def test_erase__a_bulk_edit_that_would_bring_the_person_back_is_cancelled(anna: User) -> None:
    person("erase", ANNA, "--yes")
    job = BulkJob.objects.get()
    assert (job.state, job.params) == (BulkJob.State.CANCELLED, {"recipient": MASK})
    assert not ImportLine.objects.exists()


@pytest.mark.parametrize("name", ["file.csv", "utf-16.csv", "file.xlsx"])
def test_erase__a_file_that_is_still_to_be_read_goes_when_it_names_the_person(
    anna: User, world: World, name: str
) -> None:
    def file(address: str) -> bytes:
        packed = io.BytesIO()
        write_xlsx([["context", "id", "uidname"], ["24", "70", address]], packed)
        text = f"context,id,uidname\n24,70,{address}\n"
        return packed.getvalue() if name == "file.xlsx" else text.encode("utf-16" if name == "utf-16.csv" else "utf-8")

    alpha = world.administrators["alpha"]
    named, other = (upload(alpha, "users", file(one), name) for one in (ANNA, "bert@acme.example"))
    exported, _err = person("export", ANNA)
    assert exported.count("not read yet") == 1
    person("erase", ANNA, "--yes")
    states = [BulkJob.objects.get(pk=one.pk).state for one in (named, other)]
    assert states == [BulkJob.State.CANCELLED, BulkJob.State.READING]
    assert UploadPart.objects.get().upload.job_id == other.pk


def test_erase__a_file_that_cannot_be_read_goes_too(anna: User, world: World) -> None:
    upload(world.administrators["alpha"], "users", b"no archive", "file.xlsx")
    person("erase", ANNA, "--yes")
    assert not UploadPart.objects.exists()


def test_erase__looks_through_all_of_the_log_in_parts(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests before this one have taken ids, so the lines may lie far apart.
    ids = Change.objects.order_by("-pk").values_list("pk", flat=True)
    monkeypatch.setattr(persons, "_WINDOW", max(1, (ids[0] - ids[20]) // 5))
    person("erase", ANNA, "--yes")
    left = everything()
    assert not [name for name in NAMES if name in left]


def test_erase__twice_finds_nothing(anna: User) -> None:
    person("erase", ANNA, "--yes")
    out, _err = person("erase", ANNA, "--yes")
    assert {line.split(": ")[1] for line in out.splitlines()} == {"0 erased"}


def test_erase__says_what_it_leaves_to_people(anna: User, world: World) -> None:
    create_administrator(
        actor=OPERATOR, login=ANNA, role=Role.CONTEXT, context=world.contexts[24], password="a long enough password"
    )
    set_property(actor=OPERATOR, owner=Owner(context=world.contexts[24]), name="contact", value=f"ask {ANNA}")
    _out, err = person("erase", ANNA, "--yes")
    assert "administrators: 1 left" in err
    assert "configuration that names them: 1 left" in err


def test_erase__by_a_custom_id_reaches_the_mailboxs_own_name(world: World) -> None:
    user = create_user(
        actor=OPERATOR, context=world.contexts[24], number=71, uidname="b71@acme.example", custom=["bert@acme.example"]
    )
    person("erase", "bert@acme.example", "--yes")
    left = everything()
    assert "bert@" not in left
    assert "b71@" not in left
    assert not User.objects.filter(pk=user.pk).exists()


def test_person__what_is_no_address_is_refused(db: None) -> None:
    for step in ("export", "erase"):
        with pytest.raises(CommandError, match="not a mail address"):
            person(step, "anna")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ann@x.example", MASK),
        ("42 Ann@X.example (a)", f"42 {MASK} (a)"),
        ("joann@x.example", "joann@x.example"),
        ("b.ann@x.example", "b.ann@x.example"),
        ("ann@x.example.org", "ann@x.example.org"),
        ("ann@x.examples", "ann@x.examples"),
        ("Write to ann@x.example.", f"Write to {MASK}."),
        ("<ann@x.example>,ann@x.example", f"<{MASK}>,{MASK}"),
        (["ann@x.example", 5, None], [MASK, 5, None]),
        (
            {"uidname": "ANN@x.example", "msisdn": "+49", "custom": ["a"], "quota": 1},
            {"uidname": MASK, "msisdn": MASK, "custom": [MASK], "quota": 1},
        ),
        ({"uidname": "bob@x.example", "custom": ["ann@x.example"]}, {"uidname": "bob@x.example", "custom": [MASK]}),
        ({"a": {"b": ["ann@x.example"]}}, {"a": {"b": [MASK]}}),
        (7, 7),
    ],
)
def test_masked__is_the_person_and_nobody_of_a_longer_address(text: Any, masked: Any) -> None:
    someone = Person(parse_address("ann@x.example"))
    assert someone.masked(text) == masked
    assert someone.is_named_in(text) is (text != masked)


@pytest.mark.parametrize("form", ["jörg@bücher.example", "JÖRG@xn--bcher-kva.example", "Jörg@BÜCHER.example"])
def test_masked__every_spelling_of_an_international_address(world: World, form: str) -> None:
    create_forward(
        actor=OPERATOR, context=world.contexts[24], alias="j@acme.example", recipients=["jörg@bücher.example"]
    )
    person("erase", form, "--yes")
    left = everything()
    assert "bücher" not in left
    assert "bcher" not in left
    assert "b\\u00fccher" not in left


def test_saved_filter__that_asks_for_the_person_is_shown_and_goes(world: World) -> None:
    alpha = world.administrators["alpha"]
    for name, query in {"hers": "q=anna%40acme.example&all=", "all": "is_active__exact=1"}.items():
        save_filter(administrator=alpha, listed="accounts.user", name=name, query=query, is_shared=False)
    shown = export_person("anna@acme.example")["held"]["saved filters that name them"]
    assert shown == [{"list": "accounts.user", "name": "hers", "query": "q=anna@acme.example&all="}]
    erase_person(actor=OPERATOR, address="anna@acme.example")
    assert [one.name for one in SavedFilter.objects.all()] == ["all"]


def test_holdings__every_table_that_holds_addresses_is_told_of() -> None:
    """A new model with an address in it must say what becomes of it: this list is what was thought of."""
    from django.apps import apps

    told = {
        "accounts.User", "accounts.CustomId", "accounts.LastLogin", "accounts.Administrator", "accounts.Context",
        "accounts.ConfigProperty", "accounts.SavedFilter", "forwards.ForwardingAlias", "forwards.Recipient",
        "changelog.Change", "accounts.LoginEvent", "bulk.BulkJob", "bulk.BulkJobItem", "bulk.ImportLine",
        "bulk.UploadPart",
    }  # fmt: skip
    # Names of companies, domains, machines and devices; digests, sealed secrets; figures.
    nobody = {
        "accounts.Reseller", "accounts.Label", "accounts.ApiPassword", "accounts.LoginFailures",
        "accounts.KnownAddress", "accounts.Passkey", "accounts.RecoveryCode", "accounts.TotpDevice",
        "domains.ExplicitDomain", "mailstats.MailboxUse", "web.Figures", "changelog.Feed",
        "webhooks.Webhook", "webhooks.Delivery",
    }  # fmt: skip
    ours = {"accounts", "bulk", "changelog", "domains", "forwards", "mailstats", "web", "webhooks"}
    models = {one._meta.label for one in apps.get_models() if one._meta.app_label in ours and _has_room(one)}
    assert models - told - nobody == set()


def _has_room(model: type[Model]) -> bool:
    """Whether one of its texts is long enough for an address."""
    texts = [one for one in model._meta.concrete_fields if isinstance(one, CharField | TextField | JSONField)]
    return any(one.max_length is None or one.max_length >= 64 for one in texts)
