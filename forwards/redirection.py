"""What leads to a mailbox: the aliases with it among their recipients, and how they are handed to another address."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from accounts.leads import RedirectPlan
from accounts.models import User
from accounts.ownership import is_served
from core.actor import Actor
from core.addresses import Address
from core.iteration import batched
from core.scoping import Viewer
from forwards.doubts import doubt
from forwards.models import ForwardingAlias, Recipient
from forwards.plans import AliasPlan, plan_aliases
from forwards.services import hold_and_plan
from forwards.wishes import AliasEdit

_CHUNK = 1000


class Redirection:
    """The plan for aliases, with the mailboxes that each leads to."""

    def __init__(self, plan: AliasPlan, labels: list[str], about: list[set[str]]) -> None:
        self.rows, self.labels, self.about = plan.rows, labels, about
        self._plan = plan

    def write(self, actor: Actor) -> None:
        """Do it, and record it."""
        self._plan.write(actor)


class Aliases:
    """Aliases as what leads to mailboxes."""

    def leading_to(self, viewer: Viewer | None, users: QuerySet[User]) -> QuerySet[Recipient, tuple[str, str]]:
        """Only mailboxes that are served get anything: mail to the others goes where their domain is."""
        names = users.order_by().filter(is_served()).values("uidname_normalized")
        rows = _visible(viewer).filter(normalized__in=names).order_by("alias__normalized", "pk")
        return rows.values_list("normalized", "alias__address")

    def plan(self, actor: Actor, names: Collection[str], to: Address | None, *, hold: bool) -> RedirectPlan:
        """One wish for each alias; with `hold` all that is to be written is held first."""
        about: dict[int, set[str]] = {}
        for some in batched(names, _CHUNK):
            rows = _visible(actor.administrator).filter(normalized__in=some).order_by("alias")
            for alias, name in rows.values_list("alias_id", "normalized"):
                about.setdefault(alias, set()).add(name)
        aliases: list[ForwardingAlias] = []
        for keys in batched(sorted(about), _CHUNK):
            aliases += ForwardingAlias.objects.select_related("context__reseller").filter(pk__in=keys).order_by("pk")
        wishes = [_redirecting(alias, about[alias.pk], to) for alias in aliases]
        plan = hold_and_plan(actor, wishes) if hold else plan_aliases(actor, wishes)
        return Redirection(plan, [alias.address for alias in aliases], [about[alias.pk] for alias in aliases])

    def taken(self, context: int, names: Collection[str]) -> set[str]:
        """Which addresses are aliases of the context."""
        aliases = ForwardingAlias.objects.filter(context=context)
        return {
            name
            for some in batched(names, _CHUNK)
            for name in aliases.filter(normalized__in=some).order_by().values_list("normalized", flat=True)
        }

    def doubt(self, viewer: Viewer, addresses: Collection[str]) -> str:
        """Which addresses do not exist in the viewer's domains."""
        return doubt(viewer, addresses)


def _redirecting(alias: ForwardingAlias, names: Collection[str], to: Address | None) -> AliasEdit:
    """The alias with `to`, or with nothing, in place of these recipients."""

    def redirected(present: list[Address]) -> list[Address]:
        replaced = [to if one.normalized in names else one for one in present]
        return [one for one in replaced if one is not None]

    return AliasEdit(alias, redirected, () if to is None else [to], may_delete=to is None)


def _visible(viewer: Viewer | None) -> QuerySet[Recipient]:
    return Recipient.objects.all() if viewer is None else Recipient.objects.visible_to(viewer)
