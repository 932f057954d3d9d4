"""OX's reseller limits and the context's own. Race-free: whoever counts holds the rows that the limit stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Context, Reseller, User
from core.access import Role
from core.actor import Actor
from core.errors import NotAllowed, NotFound
from core.locks import locked
from core.numbers import counted
from core.sizes import format_exact


def lock_resellers(reseller_id: int | None) -> list[Reseller]:
    """The reseller and its parent, locked until the transaction ends; the parent first, so nobody waits in a circle.

    NotFound when the reseller was deleted meanwhile.
    """
    if reseller_id is None:
        return []
    parent_id = Reseller.objects.filter(pk=reseller_id).values_list("parent", flat=True).first()
    return [_lock_reseller(pk) for pk in (parent_id, reseller_id) if pk is not None]


def lock_reseller_rows(resellers: QuerySet[Reseller]) -> None:
    """Lock these resellers and their parents, in the order in which `lock_resellers` locks each."""
    keys = list(resellers.order_by().values_list("pk", flat=True))
    chain = Reseller.objects.filter(Q(pk__in=keys) | Q(children__in=keys)).values("pk")
    rows = Reseller.objects.filter(pk__in=chain).order_by(F("parent").asc(nulls_first=True), "pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _lock_reseller(reseller_id: int) -> Reseller:
    return locked(Reseller.objects.all(), reseller_id, _("The reseller does not exist any more."))


def check_room_for_context(actor: Actor, chain: list[Reseller]) -> None:
    """Refuse one more context where a reseller of `chain` has reached Subadmin.MaxContext."""
    for reseller in chain:
        limit = reseller.max_context
        if limit is not None and _contexts_of(reseller).count() >= limit:
            raise _refused(
                actor,
                reseller,
                ngettext(
                    "The reseller %(reseller)s has reached its limit of %(limit)s context.",
                    "The reseller %(reseller)s has reached its limit of %(limit)s contexts.",
                    limit,
                )
                % {"reseller": reseller, "limit": counted(limit)},
            )


def check_context_quota(
    actor: Actor, chain: list[Reseller], *, quota: int | None, except_context: int | None = None
) -> None:
    """Refuse a context quota that would make the sum exceed Subadmin.MaxOverallContextQuota."""
    for reseller in chain:
        if reseller.max_overall_context_quota is not None:
            others = _contexts_of(reseller).exclude(pk__in=[except_context or 0])
            _check_quota_of_one(actor, reseller, quota, others.aggregate(total=Sum("quota"))["total"] or 0)


class QuotaRoom:
    """Whether contexts that are there may have other quotas, told of many at once. The caller holds their resellers."""

    def __init__(self, actor: Actor, contexts: Collection[Context]) -> None:
        self._actor = actor
        self._sums: Counter[int] = Counter()
        above = {one.pk: one for context in contexts for one in chain_of(context.reseller)}
        if any(one.max_overall_context_quota is not None for one in above.values()):
            theirs = Q(reseller__in=above) | Q(reseller__parent__in=above)
            rows = Context.objects.filter(theirs).order_by().values_list("reseller", "reseller__parent")
            for reseller, parent, total in rows.annotate(total=Sum("quota")):
                self._sums.update({one: total or 0 for one in (reseller, parent) if one is not None})

    def check(self, context: Context, quota: int | None) -> None:
        """Refuse a quota that would make the sum exceed Subadmin.MaxOverallContextQuota. NotAllowed."""
        for reseller in chain_of(context.reseller):
            if reseller.max_overall_context_quota is not None:
                _check_quota_of_one(self._actor, reseller, quota, self._sums[reseller.pk] - (context.quota or 0))

    def take(self, context: Context, quota: int | None) -> None:
        """Count the context with this quota from now on."""
        more = (quota or 0) - (context.quota or 0)
        self._sums.update({reseller.pk: more for reseller in chain_of(context.reseller)})


def _check_quota_of_one(actor: Actor, reseller: Reseller, quota: int | None, others: int) -> None:
    limit = reseller.max_overall_context_quota or 0
    if quota is None:
        raise _refused(
            actor,
            reseller,
            _("The reseller %(reseller)s has a limit on quota, so each of its contexts needs one.")
            % {"reseller": reseller},
            _("There is a limit on quota, so each context needs one."),
        )
    if others + quota > limit:
        raise _refused(
            actor,
            reseller,
            _("The contexts of the reseller %(reseller)s may have %(limit)s of quota together.")
            % {"reseller": reseller, "limit": format_exact(limit)},
        )


class Room:
    """How many more users some contexts may have. The caller holds their rows and those of their resellers."""

    def __init__(self, actor: Actor, contexts: Collection[int]) -> None:
        self._actor = actor
        rows = Context.objects.select_related("reseller__parent").filter(pk__in=contexts) if contexts else ()
        self._contexts = {context.pk: context for context in rows}
        self._in_context: Counter[int] = Counter()
        self._of_reseller: Counter[int] = Counter()
        self._count()

    def _count(self) -> None:
        """Count the users where a limit asks for it: one statement for contexts, one for resellers."""
        limited = [context.pk for context in self._contexts.values() if _most_in(context) is not None]
        if limited:
            in_contexts = User.objects.filter(context__in=limited).order_by().values_list("context")
            self._in_context.update(dict(in_contexts.annotate(count=Count("pk"))))
        resellers = {one.pk for context in self._contexts.values() for one in chain_of(context.reseller)}
        if any(
            one.max_overall_user is not None
            for context in self._contexts.values()
            for one in chain_of(context.reseller)
        ):
            theirs = Q(context__reseller__in=resellers) | Q(context__reseller__parent__in=resellers)
            counts = (
                User.objects.filter(theirs).order_by().values_list("context__reseller", "context__reseller__parent")
            )
            for reseller, parent, count in counts.annotate(count=Count("pk")):
                self._of_reseller.update({reseller: count, **({parent: count} if parent is not None else {})})

    def check(self, context_id: int) -> None:
        """Refuse one more user where the context or a reseller above it is full. NotFound when the context is gone."""
        context = self._contexts.get(context_id)
        if context is None:
            raise NotFound(_("The context does not exist any more."))
        most = _most_in(context)
        if most is not None and self._in_context[context_id] >= most:
            sentence = ngettext(
                "The context %(context)s has reached its limit of %(limit)s user.",
                "The context %(context)s has reached its limit of %(limit)s users.",
                most,
            )
            words = sentence % {"context": context, "limit": counted(most)}
            ask = _("Ask your reseller.") if _is_company(self._actor) else ""
            raise NotAllowed(f"{words} {ask}".strip())
        for reseller in chain_of(context.reseller):
            limit = reseller.max_overall_user
            if limit is not None and self._of_reseller[reseller.pk] >= limit:
                raise _refused(
                    self._actor,
                    reseller,
                    ngettext(
                        "The reseller %(reseller)s has reached its limit of %(limit)s user.",
                        "The reseller %(reseller)s has reached its limit of %(limit)s users.",
                        limit,
                    )
                    % {"reseller": reseller, "limit": counted(limit)},
                )

    def take(self, context_id: int) -> None:
        """Count one more user of the context."""
        self._in_context[context_id] += 1
        self._of_reseller.update(one.pk for one in chain_of(self._contexts[context_id].reseller))


def check_room_for_users(actor: Actor, resellers: list[Reseller], context: Context) -> None:
    """Refuse a context that comes to these resellers with more users than one of them may have."""
    users = context.users.count()
    for reseller in resellers:
        _check_users_of_one(actor, reseller, context, users)
        limit = reseller.max_overall_user
        if limit is None:
            continue
        together = users + User.objects.filter(context__in=_contexts_of(reseller)).count()
        if together > limit:
            sentence = _(
                "The reseller %(reseller)s may have %(limit)s users; with this context it would have %(users)s."
            )
            words = {"reseller": reseller, "limit": counted(limit), "users": counted(together)}
            raise _refused(actor, reseller, sentence % words)


def _check_users_of_one(actor: Actor, reseller: Reseller, context: Context, users: int) -> None:
    most = reseller.max_user_per_context
    if most is not None and users > most:
        sentence = _("A context of the reseller %(reseller)s may have %(limit)s users; %(context)s has %(users)s.")
        words = {"reseller": reseller, "limit": counted(most), "context": context, "users": counted(users)}
        raise _refused(actor, reseller, sentence % words)


def room_in_words(reseller: Reseller) -> str:
    """“brightmail: contexts 4 of 12, users 80 of 100”; nothing where no limit is set."""
    contexts = _contexts_of(reseller)
    numbers = []
    if (most := reseller.max_context) is not None:
        words = {"count": counted(contexts.count()), "limit": counted(most)}
        numbers.append(_("contexts %(count)s of %(limit)s") % words)
    if (most := reseller.max_overall_user) is not None:
        words = {"count": counted(User.objects.filter(context__in=contexts).count()), "limit": counted(most)}
        numbers.append(_("users %(count)s of %(limit)s") % words)
    return f"{reseller}: {', '.join(numbers)}" if numbers else ""


def lock_rooms(contexts: Collection[int]) -> None:
    """Hold what the limits of these contexts stand in: their resellers' rows, then their own."""
    lock_reseller_rows(Reseller.objects.filter(contexts__in=contexts))
    rows = Context.objects.filter(pk__in=contexts).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def chain_of(reseller: Reseller | None) -> list[Reseller]:
    """The reseller's parent and the reseller, as far as there are any."""
    return [] if reseller is None else [one for one in (reseller.parent, reseller) if one is not None]


def _most_in(context: Context) -> int | None:
    """How many users the context may have, None for any number."""
    limits = [*(reseller.max_user_per_context for reseller in chain_of(context.reseller)), context.max_user]
    return min((limit for limit in limits if limit is not None), default=None)


def check_room_for_child(parent: Reseller) -> None:
    """Refuse a child where the parent may have none, is a child itself, or has reached Subadmin.MaxSubadmin."""
    if parent.parent_id is not None:
        raise NotAllowed(_("The reseller %(parent)s is itself a child; resellers nest one level.") % {"parent": parent})
    if not parent.can_create_subadmin:
        raise NotAllowed(
            _("The reseller %(parent)s may not have children (Subadmin.CanCreateSubadmin).") % {"parent": parent}
        )
    if parent.max_subadmin is not None and parent.children.count() >= parent.max_subadmin:
        raise NotAllowed(
            ngettext(
                "The reseller %(parent)s has reached its limit of %(limit)s child.",
                "The reseller %(parent)s has reached its limit of %(limit)s children.",
                parent.max_subadmin,
            )
            % {"parent": parent, "limit": counted(parent.max_subadmin)}
        )


def _is_company(actor: Actor) -> bool:
    """Whether only somebody else can raise a context's limits."""
    return actor.administrator is not None and Role(actor.administrator.role) is Role.CONTEXT


def _refused(actor: Actor, reseller: Reseller, sentence: str, to_others: str = "") -> NotAllowed:
    """The refusal: `sentence` for who manages the reseller; whoever is below it learns neither its name nor numbers."""
    writer = actor.administrator
    if writer is None or writer.manages(reseller):
        return NotAllowed(sentence)
    return NotAllowed(to_others or _("A limit that is set above you has been reached. Ask your reseller."))


def _contexts_of(reseller: Reseller) -> QuerySet[Context]:
    """What counts against a reseller's limits: its own and its children's contexts."""
    return Context.objects.filter(reseller__in=[reseller.pk, *reseller.children.values_list("pk", flat=True)])
