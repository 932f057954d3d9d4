"""Which domains are taken over, and which contexts they come into."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import Invalid
from importers import here
from importers.draft import Draft, PlannedContext, context_name, domain_name
from importers.here import KnownContext
from importers.world import Domain, DomainAlias

_NO_DOMAIN = "its domain is not taken over"


def choose_domains(draft: Draft) -> None:
    """Settle which domains can be had here. Their rows are taken or left."""
    for domain in draft.world.domains:
        why_not, name = domain.why_not, domain.name.strip().lower()
        try:
            name = domain_name(domain.name) if not why_not else name
        except Invalid as error:
            why_not = str(error)
        if not why_not and name in draft.domains:
            why_not = "the same domain as another one, written differently"
        if why_not:
            draft.ledger.leave(domain.origin, why_not)
            draft.why_no_domain.setdefault(name, _NO_DOMAIN)
        else:
            draft.domains[name] = domain
    _choose_domain_aliases(draft)
    draft.here = here.owners([*draft.domains, *draft.domain_aliases])
    if not draft.options.merge:
        _leave_what_is_here(draft)
    for domain in draft.domains.values():
        draft.ledger.take(domain.origin)
        draft.ledger.note(domain.origin, domain.notes)
        if not domain.is_active:
            draft.ledger.note(domain.origin, ["it is switched off: suspended here, with all its addresses"])


def _choose_domain_aliases(draft: Draft) -> None:
    candidates: dict[str, DomainAlias] = {}
    for alias in draft.world.domain_aliases:
        try:
            name = domain_name(alias.name)
        except Invalid as error:
            draft.ledger.leave(alias.origin, str(error))
            continue
        if not draft.options.expand:
            draft.ledger.leave(alias.origin, "aliases of domains were not wanted (--domain-aliases)")
        elif name in candidates:
            draft.ledger.leave(alias.origin, "another row has it already")
        else:
            candidates[name] = alias
    targets = {name: _end_of(name, candidates) for name in candidates}
    for name, alias in candidates.items():
        # One whose way leads on may be a domain as well, with a row of its own, and need not be.
        if targets[name] not in draft.domains or targets[name] in candidates:
            draft.ledger.leave(alias.origin, "the domain that it stands for is not taken over")
            draft.why_no_domain.setdefault(name, _NO_DOMAIN)
        else:
            draft.domain_aliases[name] = (alias, targets[name])
    for name in draft.domain_aliases:
        if name in draft.domains:
            draft.rows_of_domain_aliases[name] = draft.domains.pop(name)


def _end_of(name: str, aliases: dict[str, DomainAlias]) -> str:
    """The domain that a domain alias leads to in the end; nothing when it leads round in a circle."""
    seen: set[str] = set()
    while name in aliases:
        if name in seen:
            return ""
        seen.add(name)
        try:
            name = domain_name(aliases[name].target)
        except Invalid:
            return ""
    return name


def _leave_what_is_here(draft: Draft) -> None:
    for name, context in draft.here.items():
        reason = f"it belongs to the context {context.id} {context.name} here; --merge would add to that"
        if name in draft.domains:
            draft.why_no_domain[name] = _NO_DOMAIN
            draft.ledger.leave(draft.domains.pop(name).origin, reason)
        else:
            _drop_domain_alias(draft, name, reason)
    for name, (_alias, target) in list(draft.domain_aliases.items()):
        if target not in draft.domains:
            _drop_domain_alias(draft, name, "the domain that it stands for is not taken over")


def _drop_domain_alias(draft: Draft, name: str, reason: str) -> None:
    alias, _target = draft.domain_aliases.pop(name)
    draft.why_no_domain[name] = _NO_DOMAIN
    draft.ledger.leave(alias.origin, reason)
    if name in draft.rows_of_domain_aliases:
        draft.ledger.leave(draft.rows_of_domain_aliases.pop(name).origin, reason)


def plan_contexts(draft: Draft) -> None:
    """Give every domain its context: one that has it already, else a new one by the rule that was chosen."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for name, domain in sorted(draft.domains.items()):
        groups.setdefault(_group(draft, name, domain), []).append(name)
    known: dict[int, PlannedContext] = {}
    for names in groups.values():
        _place(draft, names, known)
    _name_new_ones(draft)
    for name, (alias, target) in sorted(draft.domain_aliases.items()):
        _place_domain_alias(draft, name, alias, draft.context_of[target])


def _group(draft: Draft, name: str, domain: Domain) -> tuple[object, ...]:
    """What the domains of one context have in common."""
    seller = _reseller(draft, domain)
    if draft.options.contexts == "domain":
        return (name,)
    administrators = frozenset(login for login, domains in draft.administers.items() if name in domains)
    # Nobody gets more than they had: only domains with exactly the same administrators come together.
    return (administrators, seller) if administrators else (name,)


def _reseller(draft: Draft, domain: Domain) -> str | None:
    sellers = [seller for seller in domain.resellers if seller in draft.resellers]
    return sellers[0] if len(sellers) == 1 else draft.options.reseller


def _place(draft: Draft, names: list[str], known: dict[int, PlannedContext]) -> None:
    already = {name: draft.here[name] for name in names if name in draft.here}
    fallback = min(already.values(), key=lambda one: one.id, default=None)
    new: PlannedContext | None = None
    for name in names:
        found = already.get(name, fallback)
        if found is not None:
            context = _known(draft, found, known)
        else:
            if new is None:
                new = PlannedContext(0, context_name(name), _reseller(draft, draft.domains[name]), is_new=True)
                draft.contexts.append(new)
            context = new
        context.domains[name] = draft.domains[name]
        draft.context_of[name] = context


def _known(draft: Draft, found: KnownContext, known: dict[int, PlannedContext]) -> PlannedContext:
    if found.id not in known:
        known[found.id] = PlannedContext(found.id, found.name, found.reseller, is_new=False)
        draft.contexts.append(known[found.id])
    return known[found.id]


def _name_new_ones(draft: Draft) -> None:
    """Number the new contexts in the order of their names; a name that is taken gets a number behind it."""
    new = sorted((one for one in draft.contexts if one.is_new), key=lambda one: one.name)
    taken = here.taken_context_names(_with_numbers(one.name for one in new))
    following = max(here.greatest_context_id() + 1, draft.options.first_id)
    for key, context in enumerate(new, start=following):
        context.id = key
        context.name = next(name for name in _with_numbers([context.name]) if name not in taken)
        taken.add(context.name)
    draft.contexts.sort(key=lambda one: one.id)


def _with_numbers(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        yield name
        yield from (f"{name}-{number}" for number in range(2, 10))


def _place_domain_alias(draft: Draft, name: str, alias: DomainAlias, context: PlannedContext) -> None:
    known = draft.here.get(name)
    if known is not None and known.id != context.id:
        _drop_domain_alias(draft, name, f"it belongs to another context here, {known.id} {known.name}")
        return
    context.domain_aliases.append(name)
    draft.context_of[name] = context
    own = draft.rows_of_domain_aliases.get(name)
    draft.ledger.take(alias.origin, own.origin if own else None)
    draft.ledger.note(
        alias.origin, ["its addresses are aliases of their own here: new ones must be made in both domains"]
    )
