"""OX's reseller limits and the context's own. Race-free: whoever counts holds the rows that the limit stands in."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import Context, Reseller, User
from core.actor import Actor
from core.errors import NotAllowed
from core.locks import locked


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


def lock_context(context_id: int) -> Context:
    """The context, locked until the transaction ends. NotFound when it was deleted meanwhile."""
    return locked(Context.objects.all(), context_id, _("The context does not exist any more."))


def check_room_for_context(actor: Actor, chain: list[Reseller]) -> None:
    """Refuse one more context where a reseller of `chain` has reached Subadmin.MaxContext."""
    for reseller in chain:
        limit = reseller.max_context
        if limit is not None and _contexts_of(reseller).count() >= limit:
            raise _refused(
                actor,
                reseller,
                _("The reseller %(reseller)s has reached its limit of %(limit)s contexts.")
                % {"reseller": reseller, "limit": limit},
            )


def check_context_quota(
    actor: Actor, chain: list[Reseller], *, quota: int | None, except_context: int | None = None
) -> None:
    """Refuse a context quota that would make the sum exceed Subadmin.MaxOverallContextQuota."""
    for reseller in chain:
        limit = reseller.max_overall_context_quota
        if limit is None:
            continue
        if quota is None:
            raise _refused(
                actor,
                reseller,
                _("The reseller %(reseller)s has a limit on quota, so each of its contexts needs one.")
                % {"reseller": reseller},
                _("There is a limit on quota, so each context needs one."),
            )
        others = _contexts_of(reseller).exclude(pk__in=[except_context or 0])
        if (others.aggregate(total=Sum("quota"))["total"] or 0) + quota > limit:
            raise _refused(
                actor,
                reseller,
                _("The contexts of the reseller %(reseller)s may have %(limit)s bytes of quota together.")
                % {"reseller": reseller, "limit": limit},
            )


def check_room_for_user(actor: Actor, chain: list[Reseller], context: Context) -> None:
    """Refuse one more user where the context or a reseller of `chain` is full."""
    limits = [reseller.max_user_per_context for reseller in chain] + [context.max_user]
    most = min((limit for limit in limits if limit is not None), default=None)
    if most is not None and context.users.count() >= most:
        raise NotAllowed(
            _("The context %(context)s has reached its limit of %(limit)s users.") % {"context": context, "limit": most}
        )
    for reseller in chain:
        limit = reseller.max_overall_user
        if limit is not None and User.objects.filter(context__in=_contexts_of(reseller)).count() >= limit:
            raise _refused(
                actor,
                reseller,
                _("The reseller %(reseller)s has reached its limit of %(limit)s users.")
                % {"reseller": reseller, "limit": limit},
            )


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
            _("The reseller %(parent)s has reached its limit of %(limit)s children.")
            % {"parent": parent, "limit": parent.max_subadmin}
        )


def _refused(actor: Actor, reseller: Reseller, sentence: str, to_others: str = "") -> NotAllowed:
    """The refusal: `sentence` for who manages the reseller; whoever is below it learns neither its name nor numbers."""
    writer = actor.administrator
    if writer is None or writer.manages(reseller):
        return NotAllowed(sentence)
    return NotAllowed(to_others or _("A limit that is set above you has been reached."))


def _contexts_of(reseller: Reseller) -> QuerySet[Context]:
    """What counts against a reseller's limits: its own and its children's contexts."""
    return Context.objects.filter(reseller__in=[reseller.pk, *reseller.children.values_list("pk", flat=True)])
