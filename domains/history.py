"""The history of explicit domains: how their changes are undone, what goes with a context."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from accounts.models import Change, Context
from accounts.services.changes import Entry, Snapshot
from accounts.services.history import Kind, context_of
from domains.models import ExplicitDomain
from domains.services import add_domain, remove_domain
from oxaas.changes import Actor


def lost_with(context: Context) -> Iterator[Entry]:
    """The context's explicit domains."""
    for name in ExplicitDomain.objects.filter(context=context).order_by("name").values_list("name", flat=True):
        yield Entry("domain", name, {"domain": name}, None, context=context)


def _current(change: Change) -> Snapshot | None:
    there = ExplicitDomain.objects.filter(context=context_of(change), name=change.label).exists()
    return {"domain": change.label} if there else None


def _restore(actor: Actor, change: Change) -> None:
    undo = remove_domain if change.before is None else add_domain
    undo(actor=actor, context=context_of(change), name=change.label)


KINDS: Final = {"domain": Kind("domains.explicitdomain", _current, _restore)}
