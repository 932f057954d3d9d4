"""Named filters of aliases and recipients."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Self

from django.apps import apps
from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Collate

from oxaas.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Administrator, Context

    # Named in quotes below, where the linter does not look.
    from forwards.models import ForwardingAlias, Recipient  # noqa: F401

_CHUNK: Final = 2000


class ForwardingAliasQuerySet(ScopedQuerySet["ForwardingAlias"]):
    """Aliases; they hang on their context."""

    def dangling(self, asker: Administrator) -> Self:
        """Those with a recipient in a domain of the asker's that no active mailbox and no active alias answers to."""
        recipients = apps.get_model("forwards", "Recipient").objects.filter(alias=OuterRef("pk"))
        return self.filter(Exists(recipients.dangling(asker)))

    def suspended(self) -> Self:
        """Those that are not active themselves."""
        return self.filter(is_active=False)


class RecipientQuerySet(ScopedQuerySet["Recipient"]):
    """Recipients; they hang on their alias."""

    def dangling(self, asker: Administrator) -> Self:
        """Those in a domain of the asker's that no active mailbox and no active alias answers to.

        In other people's domains it would tell which addresses there are: an alias to any of them is soon made.
        """
        same = OuterRef("normalized")
        domains = apps.get_model("domains", "ExplicitDomain").objects.visible_to(asker).filter(name=OuterRef("domain"))
        users = apps.get_model("accounts", "User").objects.filter(uidname_normalized=same, is_active=True)
        aliases = apps.get_model("forwards", "ForwardingAlias").objects.filter(normalized=same, is_active=True)
        return self.filter(Exists(domains), ~Exists(users), ~Exists(aliases))

    def of_alias(self, context: Context, normalized: str) -> Self:
        """The recipients of one alias of a context, in the order in which they were added."""
        return self.filter(alias__context=context, alias__normalized=normalized).order_by("pk")

    def by_alias(self, context: Context) -> Iterator[tuple[str, list[str]]]:
        """Every alias of the context with its recipients, sorted by alias; read in chunks, never as a whole."""
        # Sorted by code points, whatever the data base's own language is.
        binary = Collate(F("alias__normalized"), "C" if connection.vendor == "postgresql" else "BINARY")
        rows = self.filter(alias__context=context).order_by(binary, "pk").values_list("alias__address", "address")
        for alias, pairs in groupby(rows.iterator(chunk_size=_CHUNK), key=itemgetter(0)):
            yield alias, [recipient for _alias, recipient in pairs]
