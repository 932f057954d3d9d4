"""What mailboxes held when they were last measured."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.scoping import ScopedQuerySet


class MailboxUse(models.Model):
    """One mailbox's use, for lists over many: the figures of one user are always asked from the store itself."""

    CONTEXT_PATH = "user__context"

    user = models.OneToOneField(
        User, models.CASCADE, related_name="mailbox_use", primary_key=True, verbose_name=_("user")
    )
    bytes = models.PositiveBigIntegerField(_("bytes"))
    messages = models.PositiveBigIntegerField(_("messages"))
    measured_at = models.DateTimeField(_("measured"), default=timezone.now)

    objects = ScopedQuerySet["MailboxUse"].as_manager()

    class Meta:
        verbose_name = _("mailbox use")
        verbose_name_plural = _("mailbox uses")

    def __str__(self) -> str:
        return f"{self.bytes} bytes in {self.messages} messages"
