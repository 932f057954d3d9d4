"""Every write to second factors: set up, used, removed by oneself, and reset by who is in charge."""

from __future__ import annotations

import time
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import machine_secrets, totp
from accounts.models import Administrator, Passkey, RecoveryCode, TotpDevice
from accounts.services.administrators import check_in_charge
from changelog.entries import Entry, Snapshot
from changelog.record import record
from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.locks import lock_names
from core.names import clean_identifier
from core.transactions import atomic

RECOVERY_CODES: Final = 10
MAX_PASSKEYS: Final = 20
_APP: Final = "authenticator app"


@atomic
def set_totp(*, actor: Actor, administrator: Administrator, secret: bytes, code: str) -> None:
    """Have an authenticator app from now on. Invalid for a wrong code; Conflict where there is one already."""
    _check_own(actor, administrator)
    lock_names([f"second-factor:{administrator.pk}"])
    if TotpDevice.objects.filter(administrator=administrator).exists():
        raise Conflict(_("There is an authenticator app already. Remove it first."))
    step = totp.step_of(secret, code, time.time())
    if step is None:
        raise Invalid(_("That is not the code that the app shows now."), field="code")
    TotpDevice.objects.create(
        administrator=administrator, secret=machine_secrets.seal(secret), last_step=step, created_at=timezone.now()
    )
    _record(actor, administrator, None, {"second_factor": _APP})


@atomic
def add_passkey(
    *, actor: Actor, administrator: Administrator, name: str, credential_id: str, public_key: bytes, sign_count: int
) -> Passkey:
    """One more passkey, which the caller has verified. Invalid, Conflict."""
    _check_own(actor, administrator)
    clean_identifier(name, what=_("name"), field="name", limit=64)
    lock_names([f"second-factor:{administrator.pk}"])
    if administrator.passkeys.count() >= MAX_PASSKEYS:
        raise Invalid(_("There can be %(most)d passkeys.") % {"most": MAX_PASSKEYS}, field="name")
    if Passkey.objects.filter(credential_id=credential_id).exists():
        raise Conflict(_("That passkey is known already."), field="name")
    row = Passkey.objects.create(
        administrator=administrator,
        name=name,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
    )
    _record(actor, administrator, None, {"second_factor": f"passkey {name}"})
    return row


@atomic
def make_recovery_codes(*, actor: Actor, administrator: Administrator) -> list[str]:
    """New recovery codes in place of those of before; they are nowhere afterwards."""
    _check_own(actor, administrator)
    codes = machine_secrets.recovery_codes(RECOVERY_CODES)
    administrator.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(administrator=administrator, digest=machine_secrets.recovery_digest(code)) for code in codes
    )
    _record(actor, administrator, None, {"second_factor": "recovery codes"})
    return codes


@atomic
def remove_totp(*, actor: Actor, administrator: Administrator) -> None:
    """Forget one's authenticator app. NotFound."""
    _check_own(actor, administrator)
    if not TotpDevice.objects.filter(administrator=administrator).delete()[0]:
        raise NotFound(_("There is no authenticator app."))
    _record(actor, administrator, {"second_factor": _APP}, None)
    _forget_codes_without_factor(administrator)


@atomic
def remove_passkey(*, actor: Actor, administrator: Administrator, key: int) -> None:
    """Forget one of one's passkeys. NotFound."""
    _check_own(actor, administrator)
    row = administrator.passkeys.filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such passkey."))
    row.delete()
    _record(actor, administrator, {"second_factor": f"passkey {row.name}"}, None)
    _forget_codes_without_factor(administrator)


@atomic
def reset_second_factor(*, actor: Actor, administrator: Administrator) -> None:
    """Forget all of somebody's second factors, who has lost them: for who is in charge. NotAllowed, NotFound."""
    if actor.administrator is not None and actor.administrator.pk == administrator.pk:
        raise NotAllowed(_("Nobody resets their own second factor."))
    check_in_charge(actor, administrator.role, administrator.reseller, administrator.context)
    before = [_APP] if TotpDevice.objects.filter(administrator=administrator).exists() else []
    before += [f"passkey {one.name}" for one in administrator.passkeys.all()]
    if not before:
        raise NotFound(_("There is no second factor."))
    for rows in (TotpDevice.objects, Passkey.objects, RecoveryCode.objects):
        rows.filter(administrator=administrator).delete()
    _record(actor, administrator, {"second_factor": before}, None)


def take_code(administrator: Administrator, code: str) -> str:
    """Which second factor this code is, "totp" or "recovery"; empty for a wrong one. Each is taken once."""
    device = TotpDevice.objects.filter(administrator=administrator).first()
    secret = machine_secrets.unseal(device.secret) if device is not None else None
    step = totp.step_of(secret, code, time.time()) if secret is not None else None
    if step is not None:
        fresh = TotpDevice.objects.filter(administrator=administrator, last_step__lt=step)
        return "totp" if fresh.update(last_step=step) else ""
    digests = machine_secrets.recovery_digests(code)
    return "recovery" if administrator.recovery_codes.filter(digest__in=digests).delete()[0] else ""


def note_passkey(passkey: Passkey, sign_count: int) -> bool:
    """Keep that a passkey was used; False where its counter went back, as that of a copy does."""
    rows = Passkey.objects.filter(Q(sign_count__lt=sign_count) | Q(sign_count=0), pk=passkey.pk)
    return bool(rows.update(sign_count=sign_count, last_used_at=timezone.now()))


def _check_own(actor: Actor, administrator: Administrator) -> None:
    """Nobody sets up somebody else's."""
    if actor.administrator is None or actor.administrator.pk != administrator.pk:
        raise NotAllowed(_("Everybody sets up their own second factor."))


def _forget_codes_without_factor(administrator: Administrator) -> None:
    """Recovery codes recover something."""
    if not (TotpDevice.objects.filter(administrator=administrator).exists() or administrator.passkeys.exists()):
        administrator.recovery_codes.all().delete()


def _record(actor: Actor, administrator: Administrator, before: Snapshot | None, after: Snapshot | None) -> None:
    owners = administrator.owners
    record(actor, Entry("second_factor", administrator.pk, str(administrator), before, after, owners))
