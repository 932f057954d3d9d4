"""Answers that are kept for a day, so that a call that is sent again is not done again."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils import timezone

MAX_KEY: Final = 255


class KeptAnswer(models.Model):
    """What a POST with an `Idempotency-Key` was answered; `fingerprint` is what it asked, `sealed` the body.

    Without a status the call is still at work.
    """

    administrator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=MAX_KEY)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    sealed = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["administrator", "key"], name="kept_answer_key_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
