"""The overview: what a company's own administrators see first, and batches as one line."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.users import create_user, update_user
from mailstats.models import MailboxUse
from tests.web.conftest import Enter
from tests.world import OPERATOR, World
from web.recent_changes import recent_changes

pytestmark = pytest.mark.django_db


def filled(user: User, used: int) -> None:
    MailboxUse.objects.create(user=user, bytes=used, messages=1)


def test_company__its_administrator_sees_limits_and_who_is_nearly_full(world: World, enter: Enter) -> None:
    john = update_user(actor=OPERATOR, user=world.users[24], quota=1000)
    jane = create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="jane@acme.example", quota=1000)
    without = create_user(actor=OPERATOR, context=world.contexts[24], number=8, uidname="un@acme.example", quota=None)
    for user, used in ((john, 100), (jane, 950), (without, 10**6), (world.users[25], 10**6)):
        filled(user, used)
    company = enter("admin@alpha_acme").get("/admin/").context["dashboard"].company
    assert [(one.label, one.is_near) for one in company.fullest] == [
        ("jane@acme.example", True),
        ("johndoe@acme.example", False),
    ]
    assert [limit.used for limit in company.limits][:2] == [3, 2000]
    for who in ("root", "alpha"):
        assert enter(who).get("/admin/").context["dashboard"].company is None


def test_changes__of_a_batch_are_one_line(world: World, enter: Enter) -> None:
    batch = OPERATOR.in_batch()
    for number in range(100, 230):
        create_user(actor=batch, context=world.contexts[24], number=number, uidname=f"n{number}@acme.example")
    update_user(actor=OPERATOR, user=world.users[24], quota=5)
    one, many, *others = recent_changes(world.administrators["alpha"])
    assert (one.count, many.count, many.change.batch) == (1, 130, batch.batch)
    assert all(line.count == 1 or line.change.batch != batch.batch for line in others)
    shown = enter("alpha").get("/admin/").content.decode()
    assert f"?batch={batch.batch}" in shown
    assert "130 changes at once" in " ".join(shown.split())


def test_changes__take_as_many_statements_for_many_as_for_few(world: World) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            recent_changes(world.administrators["alpha"])
        return len(captured)

    update_user(actor=OPERATOR, user=world.users[24], quota=5)
    assert statements() <= 3
    batch = OPERATOR.in_batch()
    for number in range(100, 160):
        create_user(actor=batch, context=world.contexts[24], number=number, uidname=f"n{number}@acme.example")
    assert statements() <= 3


def test_menu__has_the_labels(enter: Enter) -> None:
    assert 'href="/admin/accounts/label/"' in enter("alpha").get("/admin/").content.decode()
    assert 'href="/admin/accounts/label/"' not in enter("admin@alpha_acme").get("/admin/").content.decode()
