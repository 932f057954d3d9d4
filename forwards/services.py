"""Every write to forwarding aliases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Context
from changelog.plan import Planned
from core.actor import Actor
from core.addresses import Address, parse_address
from core.errors import Invalid, NotFound
from core.iteration import batched
from core.transactions import atomic
from forwards.facts import Facts
from forwards.graph import lock_graph, locking_edges
from forwards.models import ForwardingAlias
from forwards.plans import AliasPlan, facts_about, plan_aliases
from forwards.wishes import AliasEdit, NewAlias, Wish, parse_recipients

_CHUNK: Final = 1000


@atomic
def write_aliases(*, actor: Actor, wishes: Sequence[Wish]) -> list[Planned]:
    """Fulfil the wishes, no two about one alias, and say what became of each; what is refused spoils no other."""
    return _write(actor, wishes)


def hold_and_plan(actor: Actor, wishes: Sequence[Wish]) -> AliasPlan:
    """What becomes of each wish, with all that is to be written held until the transaction ends."""
    facts = _lock_names(wishes)
    return plan_aliases(actor, _held(wishes), facts)


@atomic
def create_forward(
    *, actor: Actor, context: Context, alias: str, recipients: Sequence[str], key: int | None = None
) -> bool:
    """True when the alias is new; False when the context has it already, and then nothing changes, whatever was asked.

    `key` is the former primary key of an alias that is restored. Invalid; Conflict when the address is in another
    context's domain.
    """
    return _one(actor, NewAlias(context, alias, recipients, key=key))


@atomic
def add_recipients(*, actor: Actor, context: Context, alias: str, recipients: Sequence[str]) -> bool:
    """True when at least one recipient was added, False when all were there. NotFound, Invalid."""
    return _one(actor, adding(find_forward(context, alias), recipients))


@atomic
def remove_recipient(*, actor: Actor, context: Context, alias: str, recipient: str) -> None:
    """Take one recipient away; with the last one the alias goes. NotFound."""
    _one(actor, without(find_forward(context, alias), _normalized(recipient)))


@atomic
def set_recipients(*, actor: Actor, forward: ForwardingAlias, recipients: Sequence[str]) -> bool:
    """Make these the alias's recipients, the new ones in this order; whether anything changed. Invalid, NotFound."""
    return _one(actor, setting(forward, recipients))


@atomic
def replace_recipient(*, actor: Actor, forward: ForwardingAlias, old: str, new: str) -> bool:
    """Put `new` in place of `old`; False when the alias has no `old`. Invalid, NotFound."""
    return _one(actor, replacing(forward, parse_address(old, field="old"), parse_address(new, field="new")))


@atomic
def set_forward_active(*, actor: Actor, forward: ForwardingAlias, is_active: bool) -> bool:
    """Suspend or resume an alias; whether anything changed. NotFound."""
    return _one(actor, AliasEdit(forward, is_active=is_active))


@atomic
def delete_forward(*, actor: Actor, context: Context, alias: str) -> None:
    """Delete one alias. NotFound."""
    _one(actor, deleting(find_forward(context, alias)))


@atomic
def delete_forwards(*, actor: Actor, context: Context) -> int:
    """Delete all aliases of the context as one batch, in bounded memory, and say how many there were."""
    batch = actor if actor.batch else actor.in_batch()
    rows = ForwardingAlias.objects.select_for_update(of=("self",)).select_related("context__reseller")
    count = 0
    while chunk := list(rows.filter(context=context).order_by("pk")[:_CHUNK]):
        plan = plan_aliases(batch, [deleting(row) for row in chunk])
        for planned in plan.rows:
            count += planned.outcome()
        plan.write(batch)
    return count


def find_forward(context: Context, alias: str) -> ForwardingAlias:
    """The context's alias of this address. NotFound, also for what is no address."""
    rows = ForwardingAlias.objects.select_related("context__reseller")
    row = rows.filter(context=context, normalized=_normalized(alias)).first()
    if row is None:
        raise NotFound(_("Forwarding alias does not exist."))
    return row


def visible_context(actor: Actor, context_id: int) -> Context:
    """The context of this id, if the actor sees it. NotFound."""
    rows = Context.objects.select_related("reseller")
    visible = rows if actor.administrator is None else rows.visible_to(actor.administrator)
    context = visible.filter(pk=context_id).first()
    if context is None:
        raise NotFound(_("There is no such context."))
    return context


# Wishes.


def adding(forward: ForwardingAlias, recipients: Sequence[str]) -> AliasEdit:
    """More recipients. Invalid."""
    new = parse_recipients(recipients)
    return AliasEdit(forward, lambda present: [*present, *new], new)


def setting(
    forward: ForwardingAlias,
    recipients: Sequence[str],
    *,
    is_active: bool | None = None,
    **columns: Any,
) -> AliasEdit:
    """These recipients and no others; `columns` are further ones of `AliasEdit`. Invalid."""
    new = parse_recipients(recipients)
    return AliasEdit(forward, lambda present: new, new, is_active=is_active, **columns)


def editing(forward: ForwardingAlias, values: Mapping[str, Any]) -> AliasEdit:
    """What these values make of it, by the names of its columns and "recipients"; "context" is a row. Invalid."""
    new = parse_recipients(values["recipients"]) if "recipients" in values else []
    context = values.get("context")
    return AliasEdit(
        forward,
        (lambda _present: new) if new else None,
        new,
        is_active=values.get("is_active"),
        context=context if context is not None and context.pk != forward.context_id else None,
        **{name: values[name] for name in ("expires_on", "note", "labels") if name in values},
    )


def replacing(forward: ForwardingAlias, old: Address, new: Address) -> AliasEdit:
    """`new` in place of `old`, where that is a recipient."""

    def replaced(present: list[Address]) -> list[Address]:
        if old.normalized not in {one.normalized for one in present}:
            return present
        return [new if one.normalized == old.normalized else one for one in present]

    return AliasEdit(forward, replaced, [new])


def dropping(forward: ForwardingAlias, recipient: Address) -> AliasEdit:
    """Without this recipient, where it is one; the last one cannot go."""

    def left(present: list[Address]) -> list[Address]:
        others = [one for one in present if one.normalized != recipient.normalized]
        if not others:
            raise Invalid(_("This is the only recipient. Delete the alias, or suspend it."), field="recipient")
        return others

    return AliasEdit(forward, left)


def changing(
    forward: ForwardingAlias, new: Sequence[Address], gone: Address | None, *, is_active: bool | None
) -> AliasEdit:
    """More recipients and one less, suspended or resumed; there must be a recipient left."""

    def changed(present: list[Address]) -> list[Address]:
        left = [one for one in [*present, *new] if gone is None or one.normalized != gone.normalized]
        if not left:
            raise Invalid(_("This is the only recipient. Delete the alias, or suspend it."), field="recipient")
        return left

    return AliasEdit(forward, changed if new or gone else None, new, is_active=is_active)


def without(forward: ForwardingAlias, normalized: str) -> AliasEdit:
    """Without this recipient, and gone with the last one. It must be one."""

    def left(present: list[Address]) -> list[Address]:
        others = [one for one in present if one.normalized != normalized]
        if len(others) == len(present):
            raise NotFound(_("The alias has no such recipient."))
        return others

    return AliasEdit(forward, left, may_delete=True)


def deleting(forward: ForwardingAlias) -> AliasEdit:
    """No alias any more."""
    return AliasEdit(forward, lambda present: [], may_delete=True)


def _lock_names(wishes: Sequence[Wish]) -> Facts:
    """Hold the names that the wishes' new edges could make a loop with; what the rules look at, as it is then."""
    aliases: dict[str, str] = {}
    recipients: set[str] = set()
    for wish in wishes:
        if (address := wish.address) is not None and wish.makes_edges:
            aliases[address.normalized] = address.domain
            recipients.update(one.normalized for one in wish.new)
    facts = facts_about(wishes, behind=locking_edges(aliases, recipients) if aliases else ())
    if facts.continues:
        lock_graph()
    return facts


def _held(wishes: Sequence[Wish]) -> list[Wish]:
    """The wishes, about the rows as they are now, held until the transaction ends."""
    edits = [wish for wish in wishes if isinstance(wish, AliasEdit)]
    no_key = not any(wish.may_delete for wish in edits)
    known = {wish.row.context_id: wish.row.context for wish in edits}.values()
    rows: dict[int, ForwardingAlias] = {}
    for keys in batched(sorted(wish.row.pk for wish in edits), _CHUNK):
        found = ForwardingAlias.objects.filter(pk__among=keys).order_by("pk").select_for_update(no_key=no_key)
        rows.update((row.pk, row) for row in found.with_contexts(known))

    def now(wish: Wish) -> Wish:
        if isinstance(wish, NewAlias):
            return wish
        row = rows.get(wish.row.pk)
        return replace(wish, recipients=_refuse_gone) if row is None else replace(wish, row=row)

    return [now(wish) for wish in wishes]


def _refuse_gone(present: list[Address]) -> list[Address]:
    raise NotFound(_("The alias does not exist any more."))


def _write(actor: Actor, wishes: Sequence[Wish]) -> list[Planned]:
    plan = hold_and_plan(actor, wishes)
    plan.write(actor)
    return plan.rows


def _one(actor: Actor, wish: Wish) -> bool:
    (planned,) = _write(actor, [wish])
    return planned.outcome()


def _normalized(text: str) -> str:
    """The form in which an alias or recipient of a path is looked up; NotFound for what is no address."""
    try:
        return parse_address(text).normalized
    except Invalid as error:
        raise NotFound(_("Forwarding alias does not exist.")) from error
