"""Every write to webhooks by those whose they are: made, changed, deleted, a new secret, and messages asked for."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.machine_secrets import seal, unseal
from accounts.models import Administrator
from accounts.services.api_passwords import check_in_charge_or_own
from changelog import feed
from changelog.entries import Entry, Snapshot
from changelog.feed import Place
from changelog.record import record
from changelog.words import kinds as known_kinds
from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.locks import lock_names
from core.names import clean_identifier
from core.transactions import atomic
from webhooks import networks
from webhooks.models import MAX_NAME, MAX_URL, Delivery, Webhook

OVERLAP: Final = timedelta(days=1)
"""For how long messages are signed with the old secret too."""
MAX_OF_ONE: Final = 20
PREFIX: Final = "whsec_"
TEST: Final = "webhook.test"
_SECRET_BYTES: Final = 32
_FIELDS: Final = ("name", "url", "kinds", "of_reseller", "of_context", "is_active")


@atomic
def create_webhook(
    *,
    actor: Actor,
    administrator: Administrator,
    name: str,
    url: str,
    kinds: Collection[str] = (),
    of_reseller: int | None = None,
    of_context: int | None = None,
    is_active: bool = True,
) -> tuple[Webhook, str]:
    """A new webhook, told of what happens from now on, and its secret, which is nowhere afterwards.

    Invalid, Conflict (name taken), NotAllowed; Busy for a moment after the log was restored.
    """
    _check_may(actor, administrator)
    lock_names([f"webhooks:{administrator.pk}"])
    if Webhook.objects.filter(administrator=administrator).count() >= MAX_OF_ONE:
        raise Invalid(_("One administrator can have %(most)d webhooks.") % {"most": MAX_OF_ONE})
    secret = _new_secret()
    row = Webhook(administrator=administrator, secret=seal(secret.encode()), place=stored(feed.last()))
    values = {"name": name, "url": url, "kinds": kinds, "of_reseller": of_reseller, "of_context": of_context}
    _fill(row, values | {"is_active": is_active})
    row.save(force_insert=True)
    record(actor, _entry(row, None, snapshot(row)))
    return row, secret


@atomic
def update_webhook(*, actor: Actor, webhook: Webhook, **values: Any) -> Webhook:
    """Change what is given of it. Switched on again, it goes on where it was. Invalid, Conflict, NotFound."""
    row = _held(actor, webhook)
    before, was_active = snapshot(row), row.is_active
    _fill(row, values)
    if row.is_active and not was_active:
        row.switched_off, row.failures, row.failing_since, row.paused_until = "", 0, None, timezone.now()
        row.deliveries.filter(state=Delivery.State.WAITING).update(next_at=timezone.now())
    row.save()
    record(actor, _entry(row, before, snapshot(row)))
    return row


@atomic
def delete_webhook(*, actor: Actor, webhook: Webhook) -> None:
    """Nothing is sent any more, and the log of its deliveries goes too. NotFound."""
    row = _held(actor, webhook)
    record(actor, _entry(row, snapshot(row), None))
    row.delete()


@atomic
def rotate_secret(*, actor: Actor, webhook: Webhook) -> str:
    """A new secret, shown this once. For `OVERLAP` messages are signed with the one before too. NotFound."""
    row, secret = _held(actor, webhook), _new_secret()
    row.old_secret, row.old_secret_until = row.secret, timezone.now() + OVERLAP
    row.secret = seal(secret.encode())
    row.save(update_fields=["secret", "old_secret", "old_secret_until"])
    state = snapshot(row)
    record(actor, _entry(row, state, state | {"secret": "changed"}))
    return secret


@atomic
def send_test(*, actor: Actor, webhook: Webhook) -> Delivery:
    """Have a message without a change sent by the worker. Invalid where nothing is sent; NotFound."""
    row = _running(actor, webhook)
    message = f"test_{secrets.token_hex(12)}"
    delivery = Delivery(webhook=row, message=message, event=TEST, kind="webhook", key=row.pk)
    delivery.save(force_insert=True)
    state = snapshot(row)
    record(actor, _entry(row, state, state | {"sent": TEST}))
    return delivery


@atomic
def send_again(*, actor: Actor, delivery: Delivery) -> Delivery:
    """Have the message sent once more, with the same id, by the worker. Invalid, NotFound."""
    row = _running(actor, delivery.webhook)
    found = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery.pk, webhook=row).first()
    if found is None:
        raise NotFound(_("There is no such delivery any more."))
    found.state, found.attempts, found.next_at = Delivery.State.WAITING, 0, timezone.now()
    found.save(update_fields=["state", "attempts", "next_at"])
    state = snapshot(row)
    record(actor, _entry(row, state, state | {"sent": found.message}))
    return found


def secrets_of(webhook: Webhook) -> list[str]:
    """What messages are signed with now. Empty where the secret cannot be read any more."""
    found = [webhook.secret]
    if webhook.old_secret_until is not None and webhook.old_secret_until > timezone.now():
        found.append(webhook.old_secret)
    opened = [unseal(one) for one in found if one]
    return [one.decode() for one in opened if one is not None]


def stored(place: Place) -> list[Any]:
    """A place as the row keeps it."""
    return [place.epoch, place.transaction, place.key, place.since]


def snapshot(row: Webhook) -> Snapshot:
    """What the change log keeps of it: of the address nothing that may open something."""
    return {
        "name": row.name,
        "url": row.shown_url,
        "kinds": row.kinds.split(),
        "of_reseller": row.of_reseller,
        "of_context": row.of_context,
        "is_active": row.is_active,
    }


def record_switch(actor: Actor, row: Webhook, before: Snapshot) -> None:
    """Append that it was switched off."""
    record(actor, _entry(row, before, snapshot(row) | {"switched_off": row.switched_off}))


def _entry(row: Webhook, before: Snapshot | None, after: Snapshot | None) -> Entry:
    label = f"{row.administrator}: {row.name}"
    return Entry("webhook", row.pk, label, before, after, row.administrator.owners)


def _fill(row: Webhook, values: dict[str, Any]) -> None:
    if unknown := values.keys() - set(_FIELDS):
        raise TypeError(f"a webhook has no {unknown}")
    if "name" in values:
        clean_identifier(values["name"], what=_("name"), field="name", limit=MAX_NAME)
        others = Webhook.objects.filter(administrator=row.administrator, name=values["name"])
        if others.exclude(pk=row.pk).exists():
            raise Conflict(_("There is a webhook of that name already."), field="name")
    if "url" in values:
        if len(values["url"]) > MAX_URL:
            raise Invalid(_("The address is too long."), field="url")
        networks.check(values["url"])
    if "kinds" in values:
        values["kinds"] = "\n".join(_kinds(values["kinds"]))
    for name, value in values.items():
        setattr(row, name, value)


def _kinds(given: Collection[str]) -> list[str]:
    known = sorted(known_kinds())
    if unknown := sorted(set(given) - set(known)):
        sentence = _("There is no such kind: %(names)s. There are: %(known)s.")
        raise Invalid(sentence % {"names": ", ".join(unknown), "known": ", ".join(known)}, field="kinds")
    return sorted(set(given))


def _new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _held(actor: Actor, webhook: Webhook) -> Webhook:
    """The row as it is now, until the end of the transaction. NotFound, NotAllowed."""
    rows = Webhook.objects.select_for_update(of=("self",)).select_related(
        "administrator__reseller__parent", "administrator__context__reseller__parent"
    )
    row = rows.filter(pk=webhook.pk).first()
    if row is None:
        raise NotFound(_("The webhook does not exist any more."))
    _check_may(actor, row.administrator)
    return row


def _running(actor: Actor, webhook: Webhook) -> Webhook:
    row = _held(actor, webhook)
    if not row.is_active:
        raise Invalid(_("The webhook is switched off: nothing is sent."))
    return row


def _check_may(actor: Actor, administrator: Administrator) -> None:
    """NotAllowed, also for a credential that opens less than the webhook would be told."""
    check_in_charge_or_own(actor, administrator)
    if actor.administrator is not None and actor.administrator.context_limit is not None:
        raise NotAllowed(_("This API password is limited to contexts, and a webhook is not."))
