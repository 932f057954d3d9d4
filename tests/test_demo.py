"""`manage.py demo`: the same believable world each time, and never where somebody works."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, Reseller, User
from changelog.models import Change
from core.access import Role
from demo.people import COMPANIES, PASSWORD
from demo.world import NEARLY_FULL
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from mailstats.models import MailboxUse
from mailstats.services import open_figures
from tests.client import FORWARDS, MAIL, Api
from tests.emptying import clear
from tests.world import World

MODELS = [
    Administrator,
    Change,
    ConfigProperty,
    Context,
    ExplicitDomain,
    ForwardingAlias,
    LastLogin,
    MailboxUse,
    Recipient,
    Reseller,
    User,
]


def rows() -> list[list[dict[str, Any]]]:
    return [list(model._default_manager.order_by("pk").values()) for model in MODELS]


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Path:
    settings.MAIL_STORE = f"maildir://{tmp_path}/maildir"
    return tmp_path / "maildir"


@pytest.fixture
def demo(db: None, store: Path) -> str:
    """What the command says, in a database that holds the demo alone."""
    clear()
    out = io.StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def test_demo__is_what_it_promises(demo: str, store: Path, api: Api) -> None:
    _check_world()
    _check_logins(demo)
    _check_change_log()
    _check_mail(store)
    answer: Any = api("GET", f"{MAIL}/amelia.hart@harbour-coffee.example", "portal-brightmail", password=PASSWORD)
    assert answer.status_code == 200


def _check_world() -> None:
    counts = [model._default_manager.count() for model in (Reseller, Context, User, ForwardingAlias)]
    assert counts == [3, 8, 60, 200]
    assert Reseller.objects.get(name="lakeside").parent == Reseller.objects.get(name="brightmail")
    assert ForwardingAlias.objects.suspended().count() == 3
    assert ForwardingAlias.objects.dangling(Administrator.objects.get(login="root")).count() > 3
    assert [one.name for one in Context.objects.suspended()] == ["nordpost_fjordlicht"]
    assert {one.scope for one in ConfigProperty.objects.all()} == {"server", "reseller", "context", "user"}
    assert {one.uidname for one in User.objects.near_quota()} == set(NEARLY_FULL)


def _check_logins(said: str) -> None:
    """Every role has one, and the password works."""
    assert {one.role for one in Administrator.objects.all()} == set(Role)
    for one in Administrator.objects.with_owner():
        assert one.check_password(PASSWORD)
        assert str(one) in said or one.role in {Role.CONTEXT, Role.TENANT}


def _check_change_log() -> None:
    """It is told in order, over a year, up to now."""
    moments = list(Change.objects.order_by("pk").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] < timezone.now()
    assert (moments[-1] - moments[0]).days > 330
    assert Context.objects.get(pk=101).created_at == Change.objects.get(kind="context", context_id=101).at


def _check_mail(store: Path) -> None:
    folders = {path.name for path in (store / "juergen.krueger@kranich.example").iterdir()}
    assert folders & {".Entw&APw-rfe", ".Archiv.&AMQ-ltere"}
    for user in User.objects.all():
        with open_figures(user) as figures:
            assert figures.mailbox.usage().messages >= 8
            assert all(mail["subject"] and "=?" not in mail["subject"] for mail in figures.recentmails())
    flags = {path.name.partition(":2,")[2] for path in store.rglob("cur/*")}
    assert {"", "S", "RS", "FS", "DS"} <= flags


def test_demo__a_second_time_adds_only_what_an_interruption_left_out(demo: str, store: Path) -> None:
    User.objects.filter(context=101, number=3).update(quota=7)
    ForwardingAlias.objects.filter(context=102).delete()
    before, files = rows(), sorted(store.rglob("*"))

    call_command("demo", stdout=io.StringIO())

    assert rows() == before
    assert sorted(store.rglob("*")) == files

    (store / "mia.koehler@kranich.example").rename(store / ".demo")
    call_command("demo", stdout=io.StringIO())

    assert not (store / ".demo").exists()
    assert len(list((store / "mia.koehler@kranich.example").rglob("*,S=*"))) >= 8


def test_demo__refuses_a_data_base_that_somebody_uses(world: World, store: Path) -> None:
    before = rows()

    with pytest.raises(CommandError, match="data that are not the demo's"):
        call_command("demo", stdout=io.StringIO())

    assert rows() == before
    assert not store.exists()


def test_demo__force_adds_it_beside_what_is_there(world: World, store: Path, api: Api) -> None:
    Administrator.objects.filter(login="root").delete()

    call_command("demo", "--force", stdout=io.StringIO())

    assert api("GET", f"{FORWARDS}/24", "alpha").status_code == 200
    assert api("GET", f"{FORWARDS}/101", "brightmail", password=PASSWORD).status_code == 200


@pytest.fixture
def as_if_there(db: None) -> None:
    """Enough for the command to think that the demo was made before."""
    Context.objects.create(pk=COMPANIES[0].id, name=COMPANIES[0].name)


def test_demo__only_a_maildir_store_is_written_to(as_if_there: None, settings: Any, tmp_path: Path) -> None:
    settings.MAIL_STORE = "imap://master:secret@127.0.0.1:1"

    call_command("demo", stdout=io.StringIO())

    assert list(tmp_path.iterdir()) == []


def test_demo__store_that_cannot_be_written_is_a_sentence(as_if_there: None, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.MAIL_STORE = f"maildir://{tmp_path}/file"

    with pytest.raises(CommandError, match="The demo's mail cannot be written"):
        call_command("demo", stdout=io.StringIO())
