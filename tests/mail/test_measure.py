"""`manage.py measure` does what it can, and names the rest."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.services.users import update_user
from mailstats import services
from mailstats.models import MailboxUse
from mailstats.services import measure_all
from mailstats.stores.delivery import deliver
from tests.mail.imap_server import FakeServer
from tests.world import OPERATOR, World


@pytest.fixture
def root(settings: Any, tmp_path: Path, world: World) -> Path:
    """A store in which each user has a message."""
    settings.MAIL_STORE = f"maildir://{tmp_path}"
    for user in world.users.values():
        deliver(tmp_path, user.uidname, b"x" * 100)
    return tmp_path


def measure() -> tuple[str, list[str], int]:
    """What it prints on each output, and its exit status."""
    out, err = StringIO(), StringIO()
    try:
        call_command("measure", stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue().splitlines(), error.returncode
    return out.getvalue(), err.getvalue().splitlines(), 0


def test_measure__everything(root: Path, world: World) -> None:
    assert measure() == (f"{len(world.users)} mailboxes measured.\n", [], 0)
    assert {(one.bytes, one.messages) for one in MailboxUse.objects.all()} == {(100, 1)}


def test_measure__goes_on_after_a_mailbox_that_cannot_be_read(
    root: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_CHUNK", 2)
    broken = [world.users[24], world.users[44]]
    for user in broken:
        path = root / user.uidname.lower() / ".Broken"
        path.mkdir()
        (path / "cur").write_text("a file where a folder should be")
    out, err, status = measure()
    assert out == f"{len(world.users) - 2} mailboxes measured.\n"
    assert err == [f"{user.uidname}: The user's mailbox cannot be read." for user in broken]
    assert status == 1
    assert MailboxUse.objects.count() == len(world.users) - 2


def test_measure__goes_on_after_suspended_companies_and_names_their_mailboxes(root: Path, world: World) -> None:
    suspended = world.contexts[24]
    suspended.is_active = False
    suspended.save()
    child = world.users[34].context.reseller
    assert child is not None
    child.is_active = False
    child.save()
    out, err, status = measure()
    assert status == 1
    assert [line for line in err if "company" in line] == err
    assert f"{world.users[24].uidname}: the company {suspended.name} (24) is suspended." in err
    of_the_child = world.users[34]
    sentence = f"the reseller of the company {of_the_child.context.name} ({of_the_child.context.pk}) is suspended."
    assert f"{of_the_child.uidname}: {sentence}" in err
    in_service = sum(user.context.in_service for user in User.objects.all())
    assert MailboxUse.objects.count() == in_service == len(world.users) - len(err)
    assert out == f"{in_service} mailboxes measured.\n"


def test_measure__a_suspended_user_is_nobodys_concern(root: Path, world: World) -> None:
    update_user(actor=OPERATOR, user=world.users[24], is_active=False)
    assert measure() == (f"{len(world.users) - 1} mailboxes measured.\n", [], 0)


def test_measure__keeps_the_last_figures_of_what_cannot_be_measured_now(root: Path, world: World) -> None:
    measure()
    home = root / world.users[24].uidname.lower()
    home.rename(home.with_name("away"))
    home.write_text("")
    assert measure()[2] == 1
    assert MailboxUse.objects.get(user=world.users[24]).messages == 1


def test_measure__gives_up_where_the_store_is_away(settings: Any, tmp_path: Path, world: World) -> None:
    settings.MAIL_STORE = f"maildir://{tmp_path}/nowhere"
    out, err, status = measure()
    assert (out, status) == ("0 mailboxes measured.\n", 1)
    assert [line.partition(": ")[2] for line in err[:-1]] == ["The mail store cannot be read."] * 3
    assert err[-1] == "The mail store does not answer: nothing more was measured."


def test_measure__goes_on_where_the_store_was_away_for_a_moment(settings: Any, world: World) -> None:
    with FakeServer() as server:
        settings.MAIL_STORE = server.url
        answers = [b"TAG NO [UNAVAILABLE] for a moment\r\n"] * 2
        told = server.replies["AUTHENTICATE"]
        assert isinstance(told, bytes)

        def reply(connection: Any, line: str) -> None:
            answer = answers.pop() if answers else told
            connection.sendall(answer.replace(b"TAG", line.partition(" ")[0].encode()))

        server.replies["AUTHENTICATE"] = reply
        out, err, status = measure()
    assert (out, status) == (f"{len(world.users) - 2} mailboxes measured.\n", 1)
    assert [line.partition(": ")[2] for line in err] == ["The mail server cannot open this mailbox at the moment."] * 2


def test_measure__users_that_the_mail_server_does_not_know_stop_nothing(settings: Any, world: World) -> None:
    with FakeServer() as server:
        settings.MAIL_STORE = server.url
        server.replies["AUTHENTICATE"] = b"TAG NO [AUTHORIZATIONFAILED] who?\r\n"
        out, err, status = measure()
    assert (out, status, len(err)) == ("0 mailboxes measured.\n", 1, len(world.users))
    assert {line.partition(": ")[2] for line in err} == {"The mail server does not know this mailbox."}


def test_measure__a_size_beyond_the_column_is_the_largest(root: Path, world: World) -> None:
    cur = root / world.users[24].uidname.lower() / "cur"
    for number in range(9300):
        (cur / f"{number},S=999999999999999:2,").touch()
    assert measure_all().left_out == []
    assert MailboxUse.objects.get(user=world.users[24]).bytes == 2**63 - 1


def test_measure__one_who_is_deleted_meanwhile_is_left_out(
    root: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = services._measured

    def measured(user: Any) -> MailboxUse:
        found = real(user)
        if user.pk == world.users[24].pk:
            type(user).objects.filter(pk=user.pk).delete()
        return found

    monkeypatch.setattr(services, "_measured", measured)
    assert measure()[0] == f"{len(world.users) - 1} mailboxes measured.\n"
