"""What becomes of messages, with a real receiver that is down, slow, wrong, and then well."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from accounts.models import Administrator
from accounts.services.administrators import update_administrator
from changelog.models import Change, Feed
from core.actor import Actor, Channel
from core.errors import Invalid
from forwards.services import add_recipients, create_forward, delete_forward
from tests.certificates import self_signed
from tests.serving import free_port
from tests.webhooks.receiver import LOOPBACK, Receiver, receiving
from tests.world import OPERATOR, World
from webhooks import queue, sending
from webhooks.delivering import Deliverer
from webhooks.models import Delivery, Webhook
from webhooks.services import create_webhook, rotate_secret, send_again, send_test, update_webhook

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

Made = tuple[Webhook, Receiver]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """It listens on loopback, which is allowed here."""
    settings.WEBHOOK_NETWORKS = [LOOPBACK]
    with receiving() as found:
        yield found


def made(owner: Administrator, receiver: Receiver, **values: Any) -> Webhook:
    row, receiver.secret = create_webhook(
        actor=OPERATOR, administrator=owner, name="hook", url=receiver.url, **{"kinds": ["forward"]} | values
    )
    return row


@pytest.fixture
def webhook(world: World, receiver: Receiver) -> Webhook:
    """Alpha's, of aliases."""
    return made(world.administrators["alpha"], receiver)


def alias(world: World, name: str, context: int = 24) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[context], alias=name, recipients=["a@b.example"])


def deliver(deliverer: Deliverer | None = None) -> None:
    """One round of the worker, to its end."""
    deliverer = deliverer or Deliverer()
    deliverer.run()
    deliverer.finish()


def let_time_pass() -> None:
    """All pauses are over."""
    Webhook.objects.update(paused_until=timezone.now(), claimed_until=timezone.now())
    Delivery.objects.update(next_at=timezone.now())


def states(webhook: Webhook) -> list[str]:
    return list(webhook.deliveries.order_by("pk").values_list("state", flat=True))


def test_change__arrives_signed_in_the_shape_of_the_feed(world: World, webhook: Webhook, receiver: Receiver) -> None:
    alias(world, "one@acme.example")
    deliver()
    (body,) = receiver.accepted
    line = Change.objects.latest("pk")
    assert (body["type"], body["data"]["id"], body["data"]["label"]) == ("forward.create", line.pk, "one@acme.example")
    ((headers, content),) = receiver.requests
    assert headers["webhook-id"] == f"change_{line.pk}_{int(line.at.timestamp() * 1_000_000)}"
    assert headers["Content-Type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Verifier(receiver.secret).verify(content + b" ", headers)
    assert states(webhook) == ["delivered"]


def test_changes__come_once_and_in_order(world: World, webhook: Webhook, receiver: Receiver) -> None:
    names = [f"n{number}@acme.example" for number in range(30)]
    for name in names:
        alias(world, name)
    deliverer = Deliverer()
    for _ in range(3):
        deliver(deliverer)
    assert receiver.labels == names


def test_scope__only_what_its_owner_sees_and_it_is_about(world: World, receiver: Receiver) -> None:
    made(world.administrators["alpha"], receiver, of_context=24)
    for context, name in ((24, "a@acme.example"), (25, "b@bolt.example"), (44, "c@echo.example")):
        alias(world, name, context)
    deliver()
    assert receiver.labels == ["a@acme.example"]


def test_scope__of_a_reseller(world: World, receiver: Receiver) -> None:
    made(world.administrators["root"], receiver, of_reseller=world.resellers["beta"].pk)
    for context, name in ((24, "a@acme.example"), (44, "c@echo.example")):
        alias(world, name, context)
    deliver()
    assert receiver.labels == ["c@echo.example"]


def test_context_administrator__is_not_told_who_sold_it(world: World, receiver: Receiver) -> None:
    made(world.administrators["admin@alpha_acme"], receiver)
    alias(world, "a@acme.example")
    deliver()
    assert receiver.accepted[0]["data"]["reseller"] is None


def test_owner_who_sees_it_no_more_at_delivery__is_not_told(world: World, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = lambda body: 500
    alias(world, "a@acme.example")
    deliver()
    Change.objects.filter(label="a@acme.example").update(
        reseller_id=world.resellers["beta"].pk, reseller_parent_id=None
    )
    receiver.answer = lambda body: 204
    let_time_pass()
    deliver()
    assert (receiver.accepted, states(webhook)) == ([], ["left_out"])


def test_owner_who_is_suspended__is_told_afterwards(world: World, webhook: Webhook, receiver: Receiver) -> None:
    owner = world.administrators["alpha"]
    update_administrator(actor=OPERATOR, administrator=owner, is_active=False)
    alias(world, "a@acme.example")
    deliver()
    assert receiver.requests == []
    update_administrator(actor=OPERATOR, administrator=owner, is_active=True)
    deliver()
    assert receiver.labels == ["a@acme.example"]


@pytest.mark.parametrize("status", [500, 503, 301, 307, 404, 429])
def test_receiver_that_is_wrong__gets_all_of_it_when_it_is_well(
    world: World, webhook: Webhook, receiver: Receiver, status: int
) -> None:
    receiver.answer, receiver.headers = (lambda body: status), {"Location": "http://127.0.0.1:1/"}
    for name in ("a@acme.example", "b@acme.example"):
        alias(world, name)
    deliver()
    assert len(receiver.requests) == 1, "after a failure nothing else is tried, and no redirect is followed"
    deliver()
    assert len(receiver.requests) == 1, "there is a pause"
    receiver.answer = lambda body: 200
    let_time_pass()
    deliver()
    assert sorted(receiver.labels) == ["a@acme.example", "b@acme.example"]
    assert [(one.attempts, one.status) for one in webhook.deliveries.order_by("pk")] == [(2, 200), (1, 200)]


def test_receiver_that_is_down__gets_all_of_it_when_it_is_back(world: World, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = [LOOPBACK]
    nobody = Receiver(port=free_port())
    webhook = made(world.administrators["alpha"], nobody)
    names = [f"n{number}@acme.example" for number in range(5)]
    for name in names:
        alias(world, name)
        let_time_pass()
        deliver()
    assert webhook.deliveries.exclude(outcome="").first().outcome == "nobody listens there"  # type: ignore[union-attr]
    with receiving(port=nobody.port) as receiver:
        receiver.secret = nobody.secret
        let_time_pass()
        deliver()
    assert sorted(receiver.labels) == names


def test_receiver_that_is_slow__holds_up_neither_the_worker_nor_others(
    world: World, webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "DEADLINE", 1.0)
    deliverer, began = Deliverer(), time.monotonic()
    receiver.before = lambda: time.sleep(3)
    with receiving() as other:
        row, other.secret = create_webhook(
            actor=OPERATOR, administrator=world.administrators["beta"], name="quick", url=other.url
        )
        alias(world, "a@acme.example")
        alias(world, "c@echo.example", 44)
        deliverer.run()
        while not other.accepted:
            deliverer.run()
            assert time.monotonic() - began < 30
        assert receiver.accepted == []
        deliverer.finish()
    assert states(row)[0] == "delivered"
    assert [one.outcome for one in webhook.deliveries.all()] == ["no answer in time"]


def test_receiver_that_drips__is_cut_off_in_time(
    world: World, webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes soon enough; all together would take for ever."""
    monkeypatch.setattr(sending, "DEADLINE", 0.5)
    alias(world, "a@acme.example")
    receiver.drips = True
    deliver()
    assert [(one.state, one.status) for one in webhook.deliveries.all()] == [("waiting", None)]


def test_answer_without_end__is_read_to_a_bound_alone(world: World, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer, receiver.body = (lambda body: 200), b"x" * 5_000_000
    for name in ("a@acme.example", "b@acme.example"):
        alias(world, name)
    deliver()
    assert receiver.labels == ["a@acme.example", "b@acme.example"]


def test_certificate_of_nobody__is_refused(world: World, settings: Any, tmp_path: Path) -> None:
    settings.WEBHOOK_NETWORKS = [LOOPBACK]
    with receiving(self_signed(tmp_path / "own.pem")) as receiver:
        webhook = made(world.administrators["alpha"], receiver)
        alias(world, "a@acme.example")
        deliver()
        assert [one.outcome for one in webhook.deliveries.all()] == ["the certificate is not good for that name"]
        assert receiver.requests == []


def test_certificate_that_is_known__is_taken(
    world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_NETWORKS = [LOOPBACK]
    certificate = self_signed(tmp_path / "own.pem")
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with receiving(certificate) as receiver:
        made(world.administrators["alpha"], receiver)
        alias(world, "a@acme.example")
        deliver()
    assert receiver.labels == ["a@acme.example"]


def test_message_that_is_refused__holds_up_its_own_object_alone(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.answer = lambda body: 500 if body["data"]["label"] == "bad@acme.example" else 200
    alias(world, "bad@acme.example")
    deliver()
    add_recipients(actor=OPERATOR, context=world.contexts[24], alias="bad@acme.example", recipients=["c@d.example"])
    alias(world, "good@acme.example")
    delete_forward(actor=OPERATOR, context=world.contexts[24], alias="bad@acme.example")
    Webhook.objects.update(paused_until=timezone.now())
    deliver()
    assert receiver.labels == ["good@acme.example"]
    receiver.answer = lambda body: 200
    for _ in range(2):
        let_time_pass()
        deliver()
    assert [(one["data"]["label"], one["data"]["action"]) for one in receiver.accepted[1:]] == [
        ("bad@acme.example", "create"),
        ("bad@acme.example", "update"),
        ("bad@acme.example", "delete"),
    ]


def test_message_that_is_refused_for_ever__is_given_up_while_others_arrive(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.answer = lambda body: 500 if body["data"]["label"] == "bad@acme.example" else 200
    alias(world, "bad@acme.example")
    for number in range(len(queue.SCHEDULE) + 2):
        alias(world, f"good{number}@acme.example")
        let_time_pass()
        deliver()
    bad = webhook.deliveries.get(change_id=Change.objects.get(label="bad@acme.example").pk)
    assert (bad.state, bad.attempts) == ("given_up", len(queue.SCHEDULE) + 1)
    receiver.answer = lambda body: 200
    send_again(actor=OPERATOR, delivery=bad)
    deliver()
    assert receiver.labels[-1] == "bad@acme.example"


def test_pauses__grow(world: World, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = lambda body: 500
    alias(world, "a@acme.example")
    pauses = []
    for _ in queue.SCHEDULE:
        let_time_pass()
        deliver()
        one = webhook.deliveries.get()
        assert one.last_at is not None
        pauses.append(one.next_at - one.last_at)
    for pause, expected in zip(pauses, queue.SCHEDULE, strict=True):
        assert expected <= pause <= expected * 1.1
    webhook.refresh_from_db()
    assert webhook.paused_until <= timezone.now() + queue.LONGEST_PAUSE


def test_days_of_failure__switch_it_off_with_a_notice(
    world: World, webhook: Webhook, receiver: Receiver, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example"
    Administrator.objects.filter(pk=webhook.administrator_id).update(email="owner@alpha.example", language="de")
    receiver.answer = lambda body: 500
    alias(world, "a@acme.example")
    deliver()
    Webhook.objects.update(failing_since=timezone.now() - queue.OFF_AFTER)
    let_time_pass()
    with _on_commit():
        deliver()
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.switched_off) == (False, "failed")
    line = Change.objects.filter(kind="webhook").latest("pk")
    assert line.after is not None
    assert (line.after["switched_off"], line.after["is_active"]) == ("failed", False)
    _until(lambda: len(mail.outbox) == 1)
    assert mail.outbox[0].to == ["owner@alpha.example"]
    assert receiver.url not in mail.outbox[0].body

    let_time_pass()
    alias(world, "b@acme.example")
    deliver()
    count = len(receiver.requests)
    receiver.answer = lambda body: 200
    update_webhook(actor=OPERATOR, webhook=webhook, is_active=True)
    deliver()
    assert len(receiver.requests) == count + 2
    assert sorted(receiver.labels) == ["a@acme.example", "b@acme.example"], "nothing of it was lost"


def test_receiver_that_is_gone__is_sent_nothing_more(world: World, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = lambda body: 410
    alias(world, "a@acme.example")
    deliver()
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.switched_off) == (False, "gone")


def test_worker_that_was_killed__is_followed_by_one_that_sends_again(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    alias(world, "a@acme.example")
    killed = Deliverer()
    killed.run()
    _until(lambda: len(receiver.accepted) == 1)
    alias(world, "b@acme.example")
    deliver()
    assert len(receiver.accepted) == 1, "it is still the other one's"
    let_time_pass()
    deliver()
    assert receiver.labels == ["a@acme.example", "a@acme.example", "b@acme.example"]
    ids = [headers["webhook-id"] for headers, _content in receiver.requests]
    assert ids[0] == ids[1], "whoever gets it twice can tell"
    killed.finish()
    assert states(webhook) == ["delivered", "delivered"]


def test_secret__signs_beside_the_old_one_for_a_day(world: World, webhook: Webhook, receiver: Receiver) -> None:
    old = receiver.secret
    new = rotate_secret(actor=OPERATOR, webhook=webhook)
    receiver.secret = ""
    alias(world, "a@acme.example")
    deliver()
    headers, content = receiver.requests[0]
    for secret in (old, new):
        assert Verifier(secret).verify(content, headers)
    Webhook.objects.update(old_secret_until=timezone.now())
    alias(world, "b@acme.example")
    deliver()
    headers, content = receiver.requests[1]
    assert Verifier(new).verify(content, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(content, headers)


def test_secret__is_nowhere_but_in_the_answer(world: World, webhook: Webhook, receiver: Receiver, caplog: Any) -> None:
    new = rotate_secret(actor=OPERATOR, webhook=webhook)
    webhook.refresh_from_db()
    for secret in (receiver.secret, new):
        assert secret not in json.dumps([webhook.secret, webhook.old_secret])
        for line in Change.objects.filter(kind="webhook"):
            assert secret.removeprefix("whsec_") not in json.dumps([line.before, line.after, line.label])
    assert "hidden" not in json.dumps([line.after for line in Change.objects.filter(kind="webhook")])
    assert "whsec_" not in caplog.text


def test_secret_of_another_key__fails_and_loses_nothing(
    world: World, webhook: Webhook, receiver: Receiver, settings: Any
) -> None:
    alias(world, "a@acme.example")
    key, settings.SECRET_KEY = settings.SECRET_KEY, "another key of more than thirty-two characters"
    deliver()
    assert [one.outcome for one in webhook.deliveries.all()] == ["the secret cannot be read: make a new one"]
    settings.SECRET_KEY = key
    let_time_pass()
    deliver()
    assert receiver.labels == ["a@acme.example"]


def test_send_test__arrives_without_a_change(world: World, webhook: Webhook, receiver: Receiver) -> None:
    send_test(actor=Actor(world.administrators["alpha"], Channel.WEB), webhook=webhook)
    deliver()
    assert receiver.accepted[0]["type"] == "webhook.test"
    update_webhook(actor=OPERATOR, webhook=webhook, is_active=False)
    with pytest.raises(Invalid):
        send_test(actor=OPERATOR, webhook=webhook)


def test_changes_that_were_deleted_unsent__are_told_of(world: World, webhook: Webhook, receiver: Receiver) -> None:
    Feed.objects.update(deleted_key=webhook.at.key + 1)
    Webhook.objects.update(kinds="domain")
    deliver()
    webhook.refresh_from_db()
    assert webhook.missed_at is not None
    assert len(receiver.requests) == Change.objects.filter(kind="domain", reseller_id__isnull=False).count() - 2


def test_many_that_wait__stay_in_the_feed(
    world: World, webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    receiver.answer = lambda body: 500
    for number in range(5):
        alias(world, f"n{number}@acme.example")
    for _ in range(4):
        let_time_pass()
        deliver()
    assert webhook.deliveries.count() == 2
    receiver.answer = lambda body: 200
    for _ in range(4):
        let_time_pass()
        deliver()
    assert sorted(receiver.labels) == [f"n{number}@acme.example" for number in range(5)]


def test_receiver_that_is_back_after_long__gets_at_once_what_it_missed(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.answer = lambda body: 503
    alias(world, "a@acme.example")
    deliver()
    Webhook.objects.update(failing_since=timezone.now() - timedelta(hours=1), paused_until=timezone.now())
    Delivery.objects.update(next_at=timezone.now() + timedelta(hours=9))
    receiver.answer = lambda body: 200
    alias(world, "b@acme.example")
    deliver()
    deliver()
    assert receiver.labels == ["b@acme.example", "a@acme.example"]


def test_place_of_another_epoch__goes_on(world: World, webhook: Webhook, receiver: Receiver) -> None:
    Feed.objects.update(epoch="another")
    alias(world, "a@acme.example")
    deliver()
    assert "a@acme.example" in receiver.labels
    assert replace(webhook.at, epoch="x") != webhook.at


def test_no_webhooks__cost_one_statement_a_round(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        Deliverer().run()


def _until(true: Any) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def _on_commit() -> Any:
    from django.test import TestCase

    return TestCase.captureOnCommitCallbacks(execute=True)
