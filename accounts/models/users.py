"""Users with their identifiers, and how they are found by these."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar, Final, Literal, Self

from django.db import models
from django.db.models import Case, F, FloatField, Q, Subquery, When
from django.db.models.functions import Cast, Length
from django.utils.translation import gettext_lazy as _

from accounts.models.contexts import Context
from accounts.models.labels import MAX_NOTE
from changelog.entries import Owners
from core.addresses import digits_of, normalize_uidname
from core.labelled import LabelsField
from core.names import is_name, normalize_identifier
from core.scoping import ScopedQuerySet, Viewer

models.CharField.register_lookup(Length)

_NEAR: Final = 0.9
IdentifierField = Literal["UIDNAME", "MSISDN", "CUSTOM", "ANY"]
_PHONE: Final = re.compile(r"[+ ]?[0-9][0-9 .\-]{4,63}")


class UserQuerySet(ScopedQuerySet["User"]):
    """Users are what a tenant credential sees: those of its reseller's and the direct children's contexts."""

    def near_quota(self) -> Self:
        """Those whose mailbox, when it was last measured, held at least nine tenths of its quota."""
        return self.filter(quota__isnull=False, mailbox_use__bytes__gte=F("quota") * _NEAR)

    def with_use(self) -> Self:
        """With `used_bytes` and `used_percent` of the quota, as last measured; None where it never was.

        Without a quota, or with none at all, there is no percentage.
        """
        used = F("mailbox_use__bytes")
        percent = Cast(used, FloatField()) * 100 / Cast("quota", FloatField())
        return self.annotate(used_bytes=used, used_percent=Case(When(quota__gt=0, then=percent)))

    def suspended(self) -> Self:
        """Those that are not active themselves."""
        return self.filter(is_active=False)

    def identified_by(self, text: str, field: IdentifierField = "ANY") -> User | None:
        """The user of exactly this identifier, without case: a uidname, else an msisdn, else a custom id."""
        return self.of_identifiers(**identifiers(text, field)).first()

    def of_identifiers(self, *, uidname: str, digits: str, custom: str) -> Self:
        """The users of these normalized identifiers, that of the uidname first; an empty one is nobody's."""
        owner = CustomId.objects.filter(value_normalized=custom).order_by().values("user")
        wanted = Q(uidname_normalized=uidname) | Q(msisdn_digits=digits) | Q(pk=Subquery(owner))
        rank = Case(When(uidname_normalized=uidname, then=0), When(msisdn_digits=digits, then=1), default=2)
        return self.filter(wanted).order_by(rank)

    def tenant_scope(self, viewer: Viewer) -> Q:
        return self.reseller_scope(viewer)


class User(models.Model):
    """A mailbox. `number` is the user id of the wire, unique in its context."""

    CONTEXT_PATH = "context"

    # Its constraints begin with it: another index would say the same again. So elsewhere.
    context = models.ForeignKey(
        Context, models.CASCADE, related_name="users", db_index=False, verbose_name=_("context")
    )
    number = models.PositiveBigIntegerField(_("user id"))
    uidname = models.CharField("uidname", max_length=254)
    uidname_normalized = models.CharField(max_length=508, unique=True, editable=False)
    domain = models.CharField(max_length=253, blank=True, default="", db_index=True, editable=False)
    msisdn = models.CharField("msisdn", max_length=64, null=True, blank=True)  # noqa: DJ001  (unset is not empty)
    msisdn_digits = models.CharField(max_length=15, null=True, unique=True, editable=False)  # noqa: DJ001
    quota = models.PositiveBigIntegerField(
        _("mail quota"), null=True, blank=True, help_text=_("Bytes; empty: unlimited.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    note = models.CharField(_("note"), max_length=MAX_NOTE, null=True, blank=True)  # noqa: DJ001  (unset is not empty)
    labels = LabelsField(_("labels"))

    objects = UserQuerySet.as_manager()

    class Meta:
        ordering = ["context_id", "number"]
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["context", "number"], name="user_number_is_unique_in_context"),
            models.CheckConstraint(condition=Q(number__gt=0), name="user_number_is_positive"),
            models.CheckConstraint(condition=~Q(uidname=""), name="user_uidname_is_not_empty"),
            models.CheckConstraint(
                condition=Q(msisdn=None, msisdn_digits=None)
                # Both said to be there: the length of what is not there would be neither right nor wrong.
                | Q(
                    msisdn__isnull=False,
                    msisdn_digits__isnull=False,
                    msisdn_digits__length__gte=5,
                    msisdn_digits__length__lte=15,
                ),
                name="user_msisdn_has_its_digits",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["id"], condition=Q(note__isnull=False), name="user_with_a_note")]

    def __str__(self) -> str:
        return self.uidname

    @property
    def owners(self) -> Owners:
        """Whose it is, as the change log keeps it."""
        return replace(self.context.owners, user_id=self.pk)

    @property
    def suspended_by(self) -> str:
        """What takes it out of service: "itself", its "context", that one's "reseller", or nothing."""
        if not self.is_active:
            return "itself"
        return {"itself": "context"}.get(self.context.suspended_by, self.context.suspended_by)


class CustomIdQuerySet(ScopedQuerySet["CustomId"]):
    """Custom ids lead to users, so they have the users' scope."""

    def tenant_scope(self, viewer: Viewer) -> Q:
        return self.reseller_scope(viewer)


class CustomId(models.Model):
    """A login identifier of a user's own choice; a user has them in an order."""

    CONTEXT_PATH = "user__context"

    user = models.ForeignKey(User, models.CASCADE, related_name="custom_ids", db_index=False, verbose_name=_("user"))
    value = models.CharField(_("custom id"), max_length=254)
    value_normalized = models.CharField(max_length=508, unique=True, editable=False)
    position = models.PositiveIntegerField(_("position"))

    objects = CustomIdQuerySet.as_manager()

    class Meta:
        ordering = ["user_id", "position"]
        verbose_name = _("custom id")
        verbose_name_plural = _("custom ids")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "position"], name="custom_id_position_is_unique"),
            models.CheckConstraint(condition=~Q(value=""), name="custom_id_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.value


class LastLogin(models.Model):
    """When a mailbox's owner last logged in. Exactly the two columns that Dovecot's last_login plugin upserts."""

    username = models.CharField(max_length=508, primary_key=True)
    last_login = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "last_login"

    def __str__(self) -> str:
        return self.username


def identifiers(text: str, field: IdentifierField) -> dict[str, str]:
    """The normalized forms of `text` as a uidname, an msisdn and a custom id; empty where it is or should be none."""
    if not is_name(text):
        return {"uidname": "", "digits": "", "custom": ""}
    # A plus sign in a query string is a space by the time it arrives here.
    is_phone = field in {"MSISDN", "ANY"} and _PHONE.fullmatch(text)
    return {
        "uidname": normalize_uidname(text) if field in {"UIDNAME", "ANY"} else "",
        "digits": digits_of(text) if is_phone else "",
        "custom": normalize_identifier(text) if field in {"CUSTOM", "ANY"} else "",
    }
