"""Explicit mail domains."""

from __future__ import annotations

import secrets
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Context
from core.scoping import ScopedQuerySet

# The label of the TXT record, in front of the domain.
PROOF_LABEL: Final = "_oxaas-proof"
MAX_FOUND: Final = 400


class Proof(models.TextChoices):
    """Why a domain belongs to the context that has declared it; WAITING where it does not yet."""

    WAITING = "", _("waiting for proof")
    NOT_ASKED = "declared", _("no proof asked for")
    TXT = "txt", _("proven by its TXT record")
    MX = "mx", _("proven by its MX record")
    MASTER = "master", _("marked as proven")


class Answer(models.TextChoices):
    """What the last look into the DNS found, as a sentence."""

    UNKNOWN = "", _("Nobody has looked yet.")
    FOUND = "found", _("The proof is there.")
    NOTHING = "nothing", _("There is no such TXT record.")
    OTHER = "other", _("The TXT record holds something else.")
    SILENT = "silent", _("The name servers did not answer in time.")
    FAILED = "failed", _("The name servers do not answer for it.")
    CONTESTED = "contested", _("Its MX record leads here, but another declaration waits too: the TXT record decides.")
    LOOP = "loop", _("The proof is there, but serving the domain would close a loop of aliases.")


class ExplicitDomainQuerySet(ScopedQuerySet["ExplicitDomain"]):
    """Declared domains."""

    def proven(self) -> Self:
        """Those that belong to the context that has declared them."""
        return self.exclude(proven_at=None)

    def waiting(self) -> Self:
        """Those whose proof is still to come."""
        return self.filter(proven_at=None)

    def due(self) -> Self:
        """Those that are to be looked at now."""
        return self.filter(next_look_at__lte=timezone.now())


def new_token() -> str:
    """What the TXT record must hold; 128 bits that nobody guesses, though it is no secret."""
    return secrets.token_hex(16)


class ExplicitDomain(models.Model):
    """A domain that a context has declared; `name` is its lower-case A-label form.

    It belongs to the context once it is proven, at once where no proof is asked for. Several may declare a domain and
    wait; it belongs to one. The mail servers' views read `proven_at`.
    """

    CONTEXT_PATH = "context"

    context = models.ForeignKey(Context, models.CASCADE, related_name="domains", verbose_name=_("context"))
    name = models.CharField(_("domain"), max_length=253)
    token = models.CharField(max_length=64, default=new_token, editable=False)
    proof = models.CharField(
        _("proof"), max_length=16, choices=Proof, blank=True, default=Proof.NOT_ASKED, editable=False
    )
    proven_at = models.DateTimeField(_("proven"), null=True, default=timezone.now, editable=False)
    checked_at = models.DateTimeField(_("last look"), null=True, editable=False)
    answer = models.CharField(_("last answer"), max_length=16, choices=Answer, blank=True, default="", editable=False)
    # Text from outside: what the records held, cut.
    found = models.CharField(max_length=MAX_FOUND, blank=True, default="", editable=False)
    looks = models.PositiveIntegerField(default=0, editable=False)
    next_look_at = models.DateTimeField(_("next look"), null=True, editable=False)

    objects = ExplicitDomainQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("explicit domain")
        verbose_name_plural = _("explicit domains")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="domain_is_not_empty"),
            models.UniqueConstraint(fields=["name", "context"], name="domain_is_declared_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(proven_at__isnull=False), name="domain_belongs_to_one_context"
            ),
            models.CheckConstraint(
                condition=Q(proof="", proven_at__isnull=True) | (~Q(proof="") & Q(proven_at__isnull=False)),
                name="domain_is_proven_somehow",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_look_at"], condition=Q(next_look_at__isnull=False), name="domain_to_look_at"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_proven(self) -> bool:
        """Whether the domain belongs to the context."""
        return self.proven_at is not None

    @property
    def record_name(self) -> str:
        """The name of the TXT record that proves it."""
        return f"{PROOF_LABEL}.{self.name}"
