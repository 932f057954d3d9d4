"""Moving mailboxes from one domain to another: the names change, the aliases to them follow, mail to the old arrives.

The number of statements does not grow with the mailboxes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import leads
from accounts.models import User
from accounts.ownership import owners_of
from accounts.services.plans import UserPlan, UserWish, plan_users
from accounts.services.users import hold_and_plan as hold_and_plan_users
from changelog.plan import Planned
from core.actor import Actor
from core.addresses import Address, parse_domain, parse_uidname
from core.iteration import batched
from core.numbers import counted
from forwards.models import ForwardingAlias, Recipient
from forwards.plans import AliasPlan, plan_aliases
from forwards.services import hold_and_plan
from forwards.wishes import AliasEdit, NewAlias, Wish

_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class _Move:
    """A mailbox on its way: what it was called, and the address that it gets."""

    user: User
    old: str
    new: Address


class RenamePlan:
    """What becomes of mailboxes, of the aliases to them, and of their old addresses."""

    def __init__(self, users: UserPlan, aliases: AliasPlan | None) -> None:
        self.rows = users.rows
        self._users, self._aliases = users, aliases

    def write(self, actor: Actor) -> None:
        """Do it. The aliases' lines come first: undone backwards, the mailboxes have their names back by then."""
        actor = actor if actor.batch is not None else actor.in_batch()
        if self._aliases is not None:
            self._aliases.write(actor)
        self._users.write(actor)


def plan_renames(actor: Actor, users: Sequence[User], old: str, new: str, *, keep: bool, hold: bool) -> RenamePlan:
    """What becomes of these users when `@old` becomes `@new`; those of other domains stay as they are.

    With `keep` there is an alias at each old address that leads to the new one. A mailbox of which an alias cannot
    follow or be made is refused, and nothing of it changes. Invalid for what is no domain.
    """
    moves = _moves(users, parse_domain(old, field="old"), new)
    leading = _leading(actor, moves)
    wishes = [
        UserWish(user, uidname=moves[user.pk].new.written) if user.pk in moves else UserWish(user) for user in users
    ]
    keys = [user.pk for user in users]
    plan = hold_and_plan_users(actor, wishes) if hold else plan_users(actor, wishes)
    rows = dict(zip(keys, plan.rows, strict=True))
    due = {key: move for key, move in moves.items() if rows[key].changed}
    aliases = _planned_aliases(actor, due, rows, keep=keep, hold=hold)
    _say(due, rows, leading, parse_domain(new, field="new"))
    return RenamePlan(plan, aliases)


def _moves(users: Iterable[User], old: str, new: str) -> dict[int, _Move]:
    """The users whose address is in the old domain, by key."""
    found = {}
    for user in users:
        if user.domain == old:
            local = user.uidname.rpartition("@")[0]
            found[user.pk] = _Move(user, user.uidname, parse_uidname(f"{local}@{new}"))
    return found


def _leading(actor: Actor, moves: Mapping[int, _Move]) -> dict[int, list[str]]:
    """The aliases that lead to each of them."""
    names = {parse_uidname(move.old).normalized: key for key, move in moves.items()}
    found = leads.leading_to(actor.administrator, User.objects.filter(pk__in=list(moves)))
    return {names[name]: aliases for name, aliases in found.items() if name in names}


def _planned_aliases(
    actor: Actor, due: dict[int, _Move], rows: Mapping[int, Planned], *, keep: bool, hold: bool
) -> AliasPlan | None:
    """The plan for the aliases of those mailboxes whose aliases can all be had; the others are refused, and not due."""
    while due:
        wishes, about = _wishes(actor, due, keep=keep)
        plan = hold_and_plan(actor, wishes) if hold else plan_aliases(actor, wishes)
        refused = {
            key: row.refusal
            for row, keys in zip(plan.rows, about, strict=True)
            for key in keys
            if row.refusal is not None
        }
        if not refused:
            return plan
        for key, refusal in refused.items():
            rows[key].refusal = refusal
            del due[key]
    return None


def _wishes(actor: Actor, due: Mapping[int, _Move], *, keep: bool) -> tuple[list[Wish], list[Collection[int]]]:
    """What shall become of the aliases, and whose mailboxes each is about."""
    moves = {parse_uidname(move.old).normalized: (key, move.new) for key, move in due.items()}
    aliases, names = _aliases_to(actor, moves)
    wishes: list[Wish] = [_following(alias, {name: moves[name][1] for name in names[alias.pk]}) for alias in aliases]
    about: list[Collection[int]] = [{moves[name][0] for name in names[alias.pk]} for alias in aliases]
    if keep:
        for key, move in due.items():
            wishes.append(NewAlias(move.user.context, move.old, [move.new.written], must_be_new=True))
            about.append({key})
    return wishes, about


def _aliases_to(actor: Actor, moves: Mapping[str, Any]) -> tuple[list[ForwardingAlias], dict[int, set[str]]]:
    """The aliases that the actor sees with any of these recipients (normalized), and with which."""
    writer = actor.administrator
    visible = Recipient.objects.all() if writer is None else Recipient.objects.visible_to(writer)
    names: dict[int, set[str]] = {}
    for some in batched(moves, _CHUNK):
        for alias, name in visible.filter(normalized__in=some).order_by("alias").values_list("alias_id", "normalized"):
            names.setdefault(alias, set()).add(name)
    aliases: list[ForwardingAlias] = []
    for keys in batched(sorted(names), _CHUNK):
        aliases += ForwardingAlias.objects.select_related("context__reseller").filter(pk__in=keys).order_by("pk")
    return aliases, names


def _following(alias: ForwardingAlias, moves: Mapping[str, Address]) -> AliasEdit:
    """The alias with the new addresses in place of the old ones.

    One that has the new address itself, and leads nowhere else, has done its duty: it goes.
    """
    heir = [new for new in moves.values() if new.normalized == alias.normalized]

    def followed(present: list[Address]) -> list[Address]:
        found = [moves.get(one.normalized, one) for one in present]
        return [] if heir and len(present) == 1 else found

    return AliasEdit(alias, followed, list(moves.values()), may_delete=bool(heir))


def _say(due: Mapping[int, _Move], rows: Mapping[int, Planned], leading: Mapping[int, list[str]], domain: str) -> None:
    """Say of each mailbox which aliases follow, and where the new address is not served yet."""
    owner = owners_of([domain]).get(domain)
    undeclared = _("Nothing arrives at the new address before the company declares %(domain)s.") % {"domain": domain}
    for key, move in due.items():
        count = len(leading.get(key, []))
        words = ngettext("%(count)s alias follows.", "%(count)s aliases follow.", count) % {"count": counted(count)}
        follow = words if count else ""
        warning = "" if owner == move.user.context_id else undeclared
        rows[key].detail = " ".join(filter(None, [follow, warning]))
