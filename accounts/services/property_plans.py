"""What becomes of many configuration properties: the rules, with a number of statements that does not grow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy

from accounts.models import ConfigProperty
from accounts.services.config import Owner, check_in_charge, check_name, check_value, entry, lock_of, snapshot
from changelog.plan import Planned, refuse_strangers
from changelog.record import record_all
from core.actor import Actor
from core.errors import DomainError
from core.iteration import batched
from core.locks import lock_names
from core.updates import update_rows

_CHUNK: Final = 500
_Place = tuple[int | None, int | None, int | None, str]


class Where(TextChoices):
    """For which owners a property is set."""

    EVERYWHERE = "everywhere", gettext_lazy("everywhere; a value that is there is replaced")
    MISSING = "missing", gettext_lazy("only where it is not set yet")
    PRESENT = "present", gettext_lazy("only where it is set already")


@dataclass(frozen=True, slots=True)
class PropertyWish:
    """That the owner's property of this name have this value."""

    owner: Owner
    name: str
    value: str
    where: Where = Where.EVERYWHERE

    @property
    def place(self) -> _Place:
        """What there can be one row of."""
        keys = [None if one is None else one.pk for one in (self.owner.reseller, self.owner.context, self.owner.user)]
        return (*keys, self.name)  # type: ignore[return-value]


@dataclass(slots=True)
class _Draft:
    row: ConfigProperty
    planned: Planned = field(default_factory=Planned)


class PropertyPlan:
    """What becomes of many properties."""

    def __init__(self, drafts: Sequence[_Draft]) -> None:
        self._drafts = drafts
        self.rows = [draft.planned for draft in drafts]

    def write(self, actor: Actor) -> None:
        """Do it, with statements whose number does not grow, and record it."""
        due = [draft for draft in self._drafts if draft.planned.changed]
        new = [draft for draft in due if draft.row._state.adding]
        if changed := [draft.row for draft in due if not draft.row._state.adding]:
            update_rows(changed, ["value"])
        ConfigProperty.objects.bulk_create([draft.row for draft in new], batch_size=_CHUNK)
        for draft in new:
            draft.planned.entries = [replace(one, key=draft.row.pk) for one in draft.planned.entries]
        record_all(actor, [one for draft in due for one in draft.planned.entries])


def plan_properties(actor: Actor, wishes: Sequence[PropertyWish], *, hold: bool) -> PropertyPlan:
    """What becomes of each wish, no two about one owner's property; with `hold` what is to be written is held first."""
    if hold:
        lock_names([lock_of(wish.owner, wish.name) for wish in wishes])
    present = _present(wishes)
    drafts = [_draft(actor, wish, present.get(wish.place)) for wish in wishes]
    refuse_strangers(actor, [draft.planned for draft in drafts])
    return PropertyPlan(drafts)


def _draft(actor: Actor, wish: PropertyWish, row: ConfigProperty | None) -> _Draft:
    owner = wish.owner
    before = None if row is None else snapshot(row)
    if row is None:
        row = ConfigProperty(name=wish.name, reseller=owner.reseller, context=owner.context, user=owner.user)
    else:
        row.reseller, row.context, row.user = owner.reseller, owner.context, owner.user
    draft = _Draft(row, Planned(before))
    try:
        check_in_charge(actor, owner)
        check_name(wish.name)
        check_value(wish.value)
    except DomainError as error:
        draft.planned.refusal = error
        return draft
    if wish.where is Where.EVERYWHERE or (wish.where is Where.PRESENT) is (before is not None):
        row.value = wish.value
        draft.planned.entries = [entry(row, before, snapshot(row))]
    return draft


def _present(wishes: Sequence[PropertyWish]) -> dict[_Place, ConfigProperty]:
    """The rows that are there."""
    found: dict[_Place, ConfigProperty] = {}
    for some in batched(wishes, _CHUNK):
        rows = ConfigProperty.objects.filter(_of_owners(some), name__in={wish.name for wish in some})
        found.update(((row.reseller_id, row.context_id, row.user_id, row.name), row) for row in rows)
    return found


def _of_owners(wishes: Collection[PropertyWish]) -> Q:
    wanted = Q()
    for kind in ("reseller", "context", "user"):
        owners: list[Any] = [owner for wish in wishes if (owner := getattr(wish.owner, kind)) is not None]
        if owners:
            wanted |= Q(**{f"{kind}__in": [owner.pk for owner in owners]})
    if any(wish.owner == Owner() for wish in wishes):
        wanted |= Q(reseller=None, context=None, user=None)
    return wanted
