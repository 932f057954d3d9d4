"""The lines of the change log, and who sees which of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changelog.words import kind_name
from core.actor import Channel
from core.scoping import ScopedQuerySet, Viewer
from core.trace import MAX_ID


class ChangeQuerySet(ScopedQuerySet["Change"]):
    """A change belongs to the reseller which was in charge when it was made.

    Contexts come and go, and an id may be given again: a change is never found by the context's id alone.
    """

    def reseller_scope(self, viewer: Viewer) -> Q:
        return Q(reseller_id=viewer.reseller_id) | Q(reseller_parent_id=viewer.reseller_id)

    def context_scope(self, viewer: Viewer) -> Q:
        context = viewer.context
        if context is None:
            return Q(pk__in=())
        return Q(context_id=context.pk, reseller_id=context.reseller_id, at__gte=context.created_at)


class Change(models.Model):
    """One line of the change log: who did what through which channel, before and after.

    The object and its owners are kept as plain numbers, so that a line outlives them; the label is for people. A line
    is never edited, but to mask a person; it is deleted only when it is older than the log is kept.
    """

    class Action(models.TextChoices):
        CREATE = "create", _("created")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")
        READ = "read", _("read")
        HAND_OVER = "handover", _("handed over")

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    actor = models.CharField(_("who"), max_length=400)
    administrator_id = models.BigIntegerField(_("administrator"), null=True)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    # Of an API password its name and identifier; empty where nobody logged in: the command line, bulk jobs.
    credential = models.CharField(_("credential"), max_length=128, blank=True, default="")
    action = models.CharField(_("what"), max_length=16, choices=Action)
    kind = models.CharField(_("kind"), max_length=32)
    key = models.BigIntegerField(_("key"))
    label = models.CharField(_("object"), max_length=600)
    context_id = models.BigIntegerField(_("context id"), null=True)
    context_name = models.CharField(_("context"), max_length=128, blank=True, default="")
    reseller_id = models.BigIntegerField(_("reseller"), null=True)
    reseller_parent_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(_("user"), null=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    batch = models.UUIDField(_("batch"), null=True, db_index=True)
    # Of a change by a request; one that is part of a large bulk edit has its batch.
    request_id = models.CharField(_("request"), max_length=MAX_ID, blank=True, default="", db_default="")
    # Whether a person was taken out of the line, who had asked to be forgotten.
    is_masked = models.BooleanField(default=False, db_default=False, editable=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes: ClassVar = [
            models.Index(fields=["reseller_id", "-id"], name="change_of_reseller"),
            models.Index(
                fields=["reseller_parent_id", "-id"],
                condition=Q(reseller_parent_id__isnull=False),
                name="change_of_reseller_parent",
            ),
            models.Index(fields=["context_id", "-id"], name="change_of_context"),
            models.Index(fields=["request_id"], condition=~Q(request_id=""), name="change_of_request"),
            models.Index(fields=["kind", "key", "-id"], name="change_of_object"),
            models.Index(fields=["user_id", "-id"], condition=Q(user_id__isnull=False), name="change_of_user"),
        ]

    def __str__(self) -> str:
        return f"{kind_name(self.kind)} {self.label}"


class LastWrite(models.Model):
    """When an administrator last wrote: for a while they read nothing from a replica (`changelog/writes.py`)."""

    administrator_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.administrator_id)


class Feed(models.Model):
    """The one row that says what the places in the change log's feed count from, and what was deleted of it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=16)
    origin = models.CharField(max_length=100)
    # Lines up to this id were there when the epoch began; all are known once this transaction is over.
    past = models.BigIntegerField()
    past_settled = models.BigIntegerField()
    deleted_transaction = models.BigIntegerField(default=0)
    deleted_key = models.BigIntegerField(default=0)
    deleted_before = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="feed_is_one_row")]

    def __str__(self) -> str:
        return self.epoch
