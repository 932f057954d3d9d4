"""What the overview shows of many rows, counted beforehand."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Figures(models.Model):
    """The figures of one overview: that of a reseller's staff, or that of the masters (`owner` 0)."""

    owner = models.PositiveBigIntegerField(primary_key=True)
    counted_at = models.DateTimeField(default=timezone.now)
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"{self.owner} at {self.counted_at:%Y-%m-%d %H:%M}"
