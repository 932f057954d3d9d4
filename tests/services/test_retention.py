"""What is kept, and for how long: deleted in small batches by the worker, each kind as its setting says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import KnownAddress, LoginEvent
from bulk.models import ImportLine
from changelog.models import Change
from changelog.services import purge_changes
from core import chores, retention
from core.retention import Kept, all_kept, purge_some
from tests.world import World


@pytest.fixture
def aged(world: World) -> list[int]:
    """The keys of three lines of the change log that are older than the others, the oldest first."""
    keys = list(Change.objects.order_by("pk").values_list("pk", flat=True)[:3])
    for place, key in enumerate(keys):
        Change.objects.filter(pk=key).update(at=timezone.now() - timedelta(days=400 - place))
    return keys


def test_change_log__is_kept_for_ever_unless_told_otherwise(aged: list[int], settings: Any) -> None:
    settings.CHANGE_LOG_KEEP_DAYS = 0
    purge_some()
    assert Change.objects.filter(pk__in=aged).count() == 3


def test_change_log__older_lines_go_the_oldest_first_and_a_batch_at_a_time(
    aged: list[int], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHANGE_LOG_KEEP_DAYS = 365
    monkeypatch.setattr(retention, "BATCH", 2)
    young = Change.objects.count() - 3
    assert purge_some() is True
    assert list(Change.objects.filter(pk__in=aged).values_list("pk", flat=True)) == [aged[2]]
    assert purge_some() is False
    assert Change.objects.count() == young
    assert purge_changes(timezone.now() - timedelta(days=365), 5) == 0


def test_sessions__that_have_ended_go(db: None) -> None:
    now = timezone.now()
    for name, days in (("ended", -1), ("open", 1)):
        Session.objects.create(session_key=name * 6, session_data="", expire_date=now + timedelta(days=days))
    purge_some()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open" * 6]


@pytest.mark.parametrize(("days", "left"), [(30, ["young"]), (0, ["old", "young"])])
def test_uploads__go_with_the_bulk_edits(world: World, settings: Any, days: int, left: list[str]) -> None:
    settings.BULK_KEEP_DAYS = days
    for number, (label, age) in enumerate((("old", 31), ("young", 29))):
        ImportLine.objects.create(
            administrator=world.administrators["alpha"],
            upload=uuid4(),
            number=number,
            label=label,
            data={},
            created_at=timezone.now() - timedelta(days=age),
        )
    purge_some()
    assert list(ImportLine.objects.order_by("label").values_list("label", flat=True)) == left


def test_log_of_logins__and_known_addresses_go_in_time(world: World, settings: Any) -> None:
    settings.LOGIN_LOG_KEEP_DAYS = 30
    now = timezone.now()
    for name, days in (("old", 31), ("young", 29)):
        at = now - timedelta(days=days)
        LoginEvent.objects.create(name=name, address="192.0.2.1", channel="api", outcome="wrong", at=at)
    for site, days in (("192.0.2.1", 91), ("192.0.2.2", 89)):
        KnownAddress.objects.create(
            administrator=world.administrators["alpha"], site=site, last_at=now - timedelta(days=days)
        )
    purge_some()
    assert list(LoginEvent.objects.values_list("name", flat=True)) == ["young"]
    assert list(KnownAddress.objects.values_list("site", flat=True)) == ["192.0.2.2"]


def test_kept__every_kind_has_a_setting_or_an_end_of_its_own(settings: Any) -> None:
    assert {one.name for one in all_kept()} >= {"lines of the change log", "bulk edits and uploads", "ended sessions"}
    for one in all_kept():
        assert one.setting is None or isinstance(getattr(settings, one.setting), int), one


def test_worker__purges(aged: list[int], settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHANGE_LOG_KEEP_DAYS = 365
    (chore,) = [one for one in chores.all_chores() if one.name == "what is kept no longer"]
    assert chore.run() is False
    assert not Change.objects.filter(pk__in=aged).exists()


def test_purge__goes_on_after_a_full_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept("many", None, lambda _before, most: most)
    monkeypatch.setattr(retention, "_kept", {"many": kept})
    assert purge_some() is True


# Rows that come by themselves, and what takes them away; the worker's kinds are registered under these names.
GROWING = {
    "changelog.Change": "lines of the change log",
    "accounts.LoginEvent": "log of logins",
    "accounts.KnownAddress": "known addresses",
    "bulk.BulkJob": "bulk edits and uploads",
    "bulk.BulkJobItem": "bulk edits and uploads",
    "bulk.ImportLine": "bulk edits and uploads",
    "bulk.Upload": "bulk edits and uploads",
    "bulk.UploadPart": "bulk edits and uploads",
    "sessions.Session": "ended sessions",
    "webhooks.Delivery": "webhook deliveries",
    "apiv2.KeptAnswer": "answers to repeated calls",
}
# What somebody makes, or one row for each of such: there until it is deleted, with what it belongs to.
KEPT_UNTIL_DELETED = {
    *("accounts.Administrator", "accounts.ApiPassword", "accounts.ConfigProperty", "accounts.Context"),
    *(
        "accounts.CustomId",
        "accounts.Label",
        "accounts.LastLogin",
        "accounts.Passkey",
        "accounts.RecoveryCode",
        "accounts.Reseller",
        "accounts.SavedFilter",
    ),
    *("accounts.TotpDevice", "accounts.User", "domains.ExplicitDomain", "forwards.ForwardingAlias"),
    *("forwards.Recipient", "mailstats.MailboxUse", "web.Figures", "bulk.Heartbeat", "changelog.LastWrite"),
    *("changelog.Feed", "webhooks.Webhook"),
    # Of Django; nothing is written to the last one (`ScopedModelAdmin.log_addition` and so on).
    *("auth.Group", "auth.Permission", "contenttypes.ContentType", "admin.LogEntry"),
}
# Deleted by whoever writes the next ones, five minutes later.
DELETED_BY_WRITERS = {"accounts.LoginFailures"}


def test_every_table_that_grows_by_itself_is_tidied() -> None:
    tables = {model._meta.label for model in apps.get_models()}

    assert tables == GROWING.keys() | KEPT_UNTIL_DELETED | DELETED_BY_WRITERS
    assert set(GROWING.values()) <= {one.name for one in all_kept()}
