"""What becomes of many domains: the rules, asked for all of them with a number of statements that does not grow.

`plan_domains` decides, and the plan's `write` does it. A list of one is a list like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ownership import Objections, hold_domains, objections
from changelog.entries import Entry, Snapshot
from changelog.plan import Planned, refuse_strangers
from changelog.record import record_all
from core.access import Role
from core.actor import Actor, Channel
from core.addresses import is_public_suffix, parse_domain
from core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from core.keep import Keep
from core.prepared import insert_rows
from core.updates import update_rows
from domains.models import Answer, ExplicitDomain, Proof
from domains.wishes import DomainWish

OFF: Final = "off"
DNS: Final = "dns"
GONE: Final = gettext_lazy("The domain does not exist any more.")
_OPERATOR: Final = Actor(None, Channel.COMMAND)
_PROOF: Final = ("proof", "proven_at", "answer", "found", "looks", "next_look_at")


class ContestedError(Conflict):
    """Another declaration waits too, and the proof does not tell which is right."""

    def __init__(self) -> None:
        super().__init__(str(Answer.CONTESTED.label))


@dataclass(slots=True)
class _Draft:
    """One domain on its way. `rivals` are the declarations that waited for the same, as they were, and go."""

    row: ExplicitDomain
    is_new: bool
    planned: Planned = field(default_factory=Planned)
    deleted: bool = False
    rivals: list[tuple[ExplicitDomain, Snapshot]] = field(default_factory=list)


class DomainPlan:
    """What becomes of many domains."""

    def __init__(self, drafts: Sequence[_Draft]) -> None:
        self._drafts = drafts
        self.rows = [draft.planned for draft in drafts]
        self.domains = [draft.row for draft in drafts]

    def write(self, actor: Actor) -> None:
        """Do it, with statements whose number does not grow, and record it."""
        due = [draft for draft in self._drafts if draft.planned.changed]
        changed = [draft.row for draft in due if not draft.is_new and not draft.deleted]
        _delete(draft.row for draft in due if draft.deleted)
        # What one gives up another may get.
        update_rows([row for row in changed if not row.is_proven], _PROOF)
        new = [draft for draft in due if draft.is_new]
        insert_rows([draft.row for draft in new], keys=True)
        for draft in new:
            draft.planned.entries = [replace(one, key=draft.row.pk) for one in draft.planned.entries]
        rivals = [one for draft in due for one in draft.rivals]
        _delete(row for row, _was in rivals)
        update_rows([row for row in changed if row.is_proven], _PROOF)
        if actor.batch is None and any(len(draft.planned.entries) > 1 for draft in due):
            actor = actor.in_batch()
        record_all(actor, chain.from_iterable(draft.planned.entries for draft in due))
        if rivals:
            # Whoever loses theirs is not told by whom.
            record_all(_OPERATOR, [entry(row, was, None) for row, was in rivals])


def plan_domains(actor: Actor, wishes: Sequence[DomainWish], *, hold: bool = False) -> DomainPlan:
    """What becomes of each wish, in their order, as if they were fulfilled one after the other.

    No two may be about one row. With `hold` all that is to be written is held first until the transaction ends.
    """
    if hold:
        # Whoever only gives a domain up has no name to hold: nobody is refused for what is still there.
        hold_domains({wish.row.name for wish in wishes if not wish.delete})
    wishes, declared = _looked_at(wishes, hold=hold)
    claims = {(wish.row.context_id, wish.row.name) for wish in wishes if wish.claims}
    rules = _Rules(actor, declared, objections(claims, hold=hold) if _belong_at_once(wishes) else [])
    drafts = []
    for wish in wishes:
        draft = _Draft(wish.row, wish.is_new, Planned(None if wish.is_new else snapshot(wish.row)))
        try:
            rules.decide(wish, draft)
        except DomainError as error:
            draft.planned.refusal = error
        drafts.append(draft)
    refuse_strangers(actor, [draft.planned for draft in drafts])
    return DomainPlan(drafts)


def snapshot(row: ExplicitDomain) -> Snapshot:
    """What the change log keeps of a domain; of its proof only where one is asked for."""
    return {"domain": row.name} | ({} if row.proof == Proof.NOT_ASKED else {"proof": row.proof, "token": row.token})


def entry(row: ExplicitDomain, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's entry about this domain."""
    return Entry("domain", row.pk or 0, row.name, before, after, row.context.owners)


def reserved_domains() -> list[str]:
    """RESERVED_DOMAINS in the form in which domains are compared; their subdomains are reserved too."""
    return [parse_domain(one) for one in settings.RESERVED_DOMAINS]


def refuse_others_than_the_master(actor: Actor) -> None:
    """Only the master and the operator decide over a proof. NotAllowed."""
    if actor.administrator is not None and Role(actor.administrator.role) is not Role.MASTER:
        raise NotAllowed(_("Only the master administrator says without a record that a domain is proven."))


class _Rules:
    """The rules for one batch, with all that they look at read beforehand."""

    def __init__(
        self, actor: Actor, declared: dict[str, list[ExplicitDomain]], objections: Sequence[Objections]
    ) -> None:
        self._actor, self._declared, self._objections = actor, declared, objections
        self._reserved = reserved_domains()
        self._lost: set[int] = set()

    def decide(self, wish: DomainWish, draft: _Draft) -> None:
        """Write into the draft what becomes of it. DomainError."""
        row, proof = wish.row, wish.proof
        if wish.is_new:
            self._declare(draft)
        elif wish.gone or id(row) in self._lost:
            raise _gone(wish)
        elif wish.delete:
            draft.deleted = True
            self._give_up(row)
            self._declared[row.name].remove(row)
            draft.planned.entries = [entry(row, draft.planned.before, None)]
        elif proof is Proof.WAITING:
            self._withdraw(draft)
        if not isinstance(proof, Keep) and proof is not Proof.WAITING:
            self._prove(draft, proof)

    def _declare(self, draft: _Draft) -> None:
        row, waits = draft.row, settings.DOMAIN_PROOF == DNS
        self._refuse_nobodys(row.name)
        there = self._declared.setdefault(row.name, [])
        if any(not waits or one.is_proven or one.context_id == row.context_id for one in there):
            raise _taken(row)
        if waits:
            row.proof, row.proven_at, row.next_look_at = Proof.WAITING, None, timezone.now()
        else:
            self._refuse_objections(row)
        there.append(row)
        draft.planned.entries = [entry(row, None, snapshot(row))]

    def _prove(self, draft: _Draft, proof: Proof) -> None:
        """Make the domain its context's. Other contexts' declarations, which waited for the same, go.

        An MX record says that the mail is meant for this hoster, not for which of its customers: it decides nothing
        between two declarations.
        """
        row = draft.row
        if row.is_proven:
            return
        there = self._declared[row.name]
        rivals = [one for one in there if one is not row]
        try:
            if proof is Proof.MASTER:
                refuse_others_than_the_master(self._actor)
            if any(one.is_proven for one in rivals):
                raise _taken(row)
            if rivals and proof is Proof.MX:
                raise ContestedError
            self._refuse_objections(row)
        except DomainError:
            if draft.is_new:
                there.remove(row)
            raise
        before = snapshot(row)
        row.proof, row.proven_at, row.next_look_at = proof, timezone.now(), None
        draft.rivals = [(one, snapshot(one)) for one in rivals]
        draft.planned.entries.append(entry(row, before, snapshot(row)))
        self._lost.update(map(id, rivals))
        self._declared[row.name] = [row]

    def _withdraw(self, draft: _Draft) -> None:
        """Have a proven domain wait for its proof again."""
        row = draft.row
        refuse_others_than_the_master(self._actor)
        if settings.DOMAIN_PROOF != DNS:
            raise Invalid(_("No proof is asked for."))
        if not row.is_proven:
            return
        self._give_up(row)
        row.proof, row.proven_at, row.answer, row.found = Proof.WAITING, None, Answer.UNKNOWN, ""
        row.looks, row.next_look_at = 0, timezone.now()
        draft.planned.entries = [entry(row, draft.planned.before, snapshot(row))]

    def _give_up(self, row: ExplicitDomain) -> None:
        if row.is_proven:
            for one in self._objections:
                one.forget(row.context_id, row.name)

    def _refuse_objections(self, row: ExplicitDomain) -> None:
        refusal = next(filter(None, (one.against(row.context_id, row.name) for one in self._objections)), None)
        if refusal is not None:
            raise refusal

    def _refuse_nobodys(self, domain: str) -> None:
        """Invalid for a public suffix, under which everybody has domains, and for what the hoster keeps."""
        if is_public_suffix(domain):
            raise Invalid(
                _("%(domain)s is a public suffix, such as com: nobody owns it.") % {"domain": domain}, field="name"
            )
        if any(domain == one or domain.endswith(f".{one}") for one in self._reserved):
            raise Invalid(_("The domain %(domain)s is reserved.") % {"domain": domain}, field="name")


def _belong_at_once(wishes: Sequence[DomainWish]) -> bool:
    """Whether any of the domains may begin to belong to its context: not while all wait for their proof."""
    return settings.DOMAIN_PROOF != DNS or any(wish.claims and not isinstance(wish.proof, Keep) for wish in wishes)


def _looked_at(wishes: Sequence[DomainWish], *, hold: bool) -> tuple[list[DomainWish], dict[str, list[ExplicitDomain]]]:
    """The wishes, about the rows as they are now, and all declarations of their domains, by their names."""
    keys = [wish.row.pk for wish in wishes if not wish.is_new]
    names = list({wish.row.name for wish in wishes if not wish.delete})
    rows = ExplicitDomain.objects.filter(Q(pk__among=keys) | Q(name__among=names)).order_by("pk")
    rows = rows.select_related("context__reseller")
    found = {row.pk: row for row in (rows.select_for_update(of=("self",)) if hold else rows)}
    declared: dict[str, list[ExplicitDomain]] = {}
    for row in found.values():
        declared.setdefault(row.name, []).append(row)

    def now(wish: DomainWish) -> DomainWish:
        if wish.is_new:
            return wish
        row = found.get(wish.row.pk)
        return replace(wish, gone=True) if row is None else replace(wish, row=row)

    return [now(wish) for wish in wishes], declared


def _gone(wish: DomainWish) -> DomainError:
    if wish.delete:
        return Conflict(_("The context does not have the domain %(domain)s.") % {"domain": wish.row.name})
    return NotFound(str(GONE))


def _taken(row: ExplicitDomain) -> Conflict:
    return Conflict(_("The domain %(domain)s is taken.") % {"domain": row.name}, field="name")


def _delete(rows: Iterable[ExplicitDomain]) -> None:
    if keys := [row.pk for row in rows]:
        ExplicitDomain.objects.filter(pk__among=keys).delete()
