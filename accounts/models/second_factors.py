"""What an administrator shows beside the password: an authenticator app, passkeys, and recovery codes for bad days."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models.administrators import Administrator


class TotpDevice(models.Model):
    """An authenticator app: its secret, sealed, and the last step of time whose code was taken."""

    administrator = models.OneToOneField(Administrator, models.CASCADE, related_name="totp_device")
    secret = models.TextField()
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.administrator)


class Passkey(models.Model):
    """A WebAuthn credential: its id and public key, both as the authenticator gave them."""

    administrator = models.ForeignKey(Administrator, models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=64)
    credential_id = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """The digest of a code that opens once."""

    administrator = models.ForeignKey(Administrator, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["administrator", "digest"], name="recovery_code_is_unique"),
        ]

    def __str__(self) -> str:
        return str(self.administrator)
