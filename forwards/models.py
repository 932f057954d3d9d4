"""Forwarding aliases and their recipients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import ClassVar, Final, Self

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from accounts import ownership
from accounts.models import Context, User
from accounts.models.labels import MAX_NOTE
from core.addresses import Address
from core.days import today
from core.iteration import batched
from core.labelled import LabelsField
from core.scoping import ScopedQuerySet, Viewer

# Recipients that are read at once.
CHUNK: Final = 2000
# So long before its end an alias needs attention.
_SOON: Final = timedelta(days=7)


class ForwardingAliasQuerySet(ScopedQuerySet["ForwardingAlias"]):
    """Aliases; they belong to their context."""

    def dangling(self, viewer: Viewer) -> Self:
        """Those with a recipient in a domain of the viewer's that no active mailbox and no active alias answers to."""
        recipients = Recipient.objects.filter(alias=OuterRef("pk"))
        return self.filter(Exists(recipients.dangling(viewer)))

    def at(self, contexts: list[int], names: list[str]) -> Self:
        """Those in one of the contexts with one of the normalized addresses.

        Looked up by the addresses. By the context it would be all that it has, and it may have got many just now.
        """
        return self.alias(place=F("context_id") + 0).filter(normalized__among=names, place__among=contexts)

    def with_contexts(self, known: Iterable[Context] = ()) -> list[ForwardingAlias]:
        """The rows, with their contexts and these with their resellers; each of them is read once, if it is not known.

        Joined, it would be read and made anew for each row.
        """
        rows, contexts = list(self), {context.pk: context for context in known}
        if missing := {row.context_id for row in rows} - contexts.keys():
            contexts |= Context.objects.select_related("reseller").in_bulk(missing)
        # What went meanwhile took its aliases along.
        rows = [row for row in rows if row.context_id in contexts]
        for row in rows:
            row.context = contexts[row.context_id]
        return rows

    def served(self) -> Self:
        """Those that the mail servers would serve if nothing were suspended: their domain is their context's."""
        return self.filter(ownership.is_served())

    def suspended(self) -> Self:
        """Those that are not active themselves."""
        return self.filter(is_active=False)

    def answering(self) -> Self:
        """Those that are active and whose end, if they have one, has not come."""
        return self.filter(Q(expires_on=None) | Q(expires_on__gt=today()), is_active=True)

    def expired(self) -> Self:
        """Those whose end has come."""
        return self.filter(expires_on__lte=today())

    def ending(self) -> Self:
        """Those that are served now and will not be any more within a week."""
        return self.filter(expires_on__gt=today(), expires_on__lte=today() + _SOON, is_active=True)


class ForwardingAlias(models.Model):
    """An address whose mail goes to its recipients. An inactive one stays here; the mail servers do not see it."""

    CONTEXT_PATH = "context"

    # Its constraint begins with it: another index would say the same again. So with the recipients' alias.
    context = models.ForeignKey(
        Context, models.CASCADE, related_name="forwards", db_index=False, verbose_name=_("context")
    )
    address = models.CharField(_("alias"), max_length=254)
    normalized = models.CharField(max_length=508, db_index=True, editable=False)
    domain = models.CharField(max_length=253, db_index=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    # From the beginning of this day on, in UTC, the mail servers do not see it.
    expires_on = models.DateField(
        _("expires on"),
        null=True,
        blank=True,
        help_text=_(
            "Year, month and day, as in 2027-12-31. From that day on the mail servers refuse its mail (from midnight, "
            "in UTC); it keeps its data. Empty: it does not expire."
        ),
    )
    note = models.CharField(_("note"), max_length=MAX_NOTE, null=True, blank=True)  # noqa: DJ001  (unset is not empty)
    labels = LabelsField(_("labels"))

    objects = ForwardingAliasQuerySet.as_manager()

    class Meta:
        ordering = ["normalized"]
        verbose_name = _("forwarding alias")
        verbose_name_plural = _("forwarding aliases")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["context", "normalized"], name="alias_is_unique_in_context"),
            models.CheckConstraint(condition=~Q(address="") & ~Q(domain=""), name="alias_is_an_address"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_on"], condition=Q(expires_on__isnull=False), name="alias_with_an_end"),
            models.Index(fields=["id"], condition=Q(note__isnull=False), name="alias_with_a_note"),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def has_expired(self) -> bool:
        """Whether its end has come."""
        return self.expires_on is not None and self.expires_on <= today()

    @property
    def ends_soon(self) -> bool:
        """Whether its end comes within a week, or has come."""
        return self.expires_on is not None and self.expires_on <= today() + _SOON

    @property
    def answers(self) -> bool:
        """Whether the mail servers would serve it, for all that it says itself."""
        return self.is_active and not self.has_expired

    @property
    def suspended_by(self) -> str:
        """What takes it out of service: "itself", its "end", its "context", that one's "reseller", or nothing."""
        if not self.is_active:
            return "itself"
        if self.has_expired:
            return "end"
        return {"itself": "context"}.get(self.context.suspended_by, self.context.suspended_by)


class RecipientQuerySet(ScopedQuerySet["Recipient"]):
    """Recipients; they belong to their alias."""

    def dangling(self, viewer: Viewer) -> Self:
        """Those in a domain of the viewer's that no active mailbox and no active alias answers to.

        In other people's domains it would tell which addresses there are: an alias to any of them is soon made.
        """
        same = OuterRef("normalized")
        domains = ownership.domains_of(viewer).filter(name=OuterRef("domain"))
        users = User.objects.filter(ownership.is_served(), uidname_normalized=same, is_active=True)
        aliases = ForwardingAlias.objects.served().answering().filter(normalized=same)
        return self.filter(Exists(domains), ~Exists(users), ~Exists(aliases))

    def of_alias(self, context_id: int, normalized: str) -> Self:
        """The recipients of one alias of a context, in the order in which they were added."""
        return self.filter(alias__context=context_id, alias__normalized=normalized).order_by("pk")

    def of_aliases(self, keys: Iterable[int]) -> dict[int, dict[str, tuple[int, Address]]]:
        """The recipients of the aliases with these keys, by their normalized form, each with its key.

        In the order in which they were added.
        """
        found: dict[int, dict[str, tuple[int, Address]]] = {}
        for some in batched(keys, CHUNK):
            rows = self.filter(alias__among=some).order_by("pk")
            for key, alias, *address in rows.values_list("pk", "alias_id", "address", "normalized", "domain"):
                one = Address(*address)
                found.setdefault(alias, {})[one.normalized] = (key, one)
        return found

    def by_alias(self, context: Context) -> Iterator[tuple[str, list[str]]]:
        """Every alias of the context with its recipients, sorted by alias; read in chunks, never as a whole."""
        return by_alias(self.of_context(context.pk).iterator(chunk_size=CHUNK))

    def of_context(self, context_id: int) -> models.QuerySet[Recipient, tuple[str, str]]:
        """Pairs of alias and recipient, sorted by alias, each alias's in the order in which they were added."""
        # Sorted by code points, whatever the database's own language is.
        binary = Collate(F("alias__normalized"), "C" if connection.vendor == "postgresql" else "BINARY")
        rows = self.filter(alias__context=context_id).order_by(binary, "pk")
        return rows.values_list("alias__address", "address")


class Recipient(models.Model):
    """Where an alias's mail goes; the order is that in which they were added."""

    CONTEXT_PATH = "alias__context"

    alias = models.ForeignKey(
        ForwardingAlias,
        models.CASCADE,
        related_name="recipients",
        db_index=False,
        verbose_name=_("forwarding alias"),
    )
    address = models.CharField(_("recipient"), max_length=254)
    normalized = models.CharField(max_length=508, db_index=True, editable=False)
    domain = models.CharField(max_length=253, db_index=True, editable=False)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alias", "normalized"], name="recipient_is_unique_in_alias"),
            models.CheckConstraint(condition=~Q(address=""), name="recipient_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.address


def by_alias(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Each alias of these sorted pairs with its recipients."""
    for alias, rows in groupby(pairs, key=itemgetter(0)):
        yield alias, [recipient for _alias, recipient in rows]
