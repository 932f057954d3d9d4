"""What of the change log touched a user, a company, a reseller, an administrator."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from accounts.models import Administrator, ApiPassword, Context, Reseller, User
from changelog.history import Part, register, switched


def of_user(user: User) -> Iterator[Part]:
    """Itself, its properties, what was read of its mail; and what took it out of service from above."""
    yield Part(Q(user_id=user.pk), in_order=True)
    yield from above(user.context)


def of_context(context: Context) -> Iterator[Part]:
    """Everything in it since it was made: its id may have been another one's before."""
    yield Part(Q(context_id=context.pk, at__gte=context.created_at), in_order=True)
    yield Part(Q(kind="context_marks", key=context.pk, at__gte=context.created_at))
    yield from _resellers_of(context)


def of_reseller(reseller: Reseller) -> Iterator[Part]:
    """Everything that it was in charge of."""
    yield Part(Q(reseller_id=reseller.pk), in_order=True)
    if reseller.parent_id is not None:
        yield Part(Q(kind="reseller", key=reseller.parent_id) & switched())


def of_administrator(administrator: Administrator) -> Iterator[Part]:
    """The account, its second factor and its API passwords; and what took it out of service from above."""
    yield Part(Q(kind__in=["administrator", "second_factor"], key=administrator.pk))
    yield Part(Q(kind="api_password", key__in=ApiPassword.objects.filter(administrator=administrator).values("pk")))
    if administrator.context is not None:
        yield from above(administrator.context)
    elif administrator.reseller is not None:
        keys = [pk for pk in (administrator.reseller_id, administrator.reseller.parent_id) if pk is not None]
        yield Part(Q(kind="reseller", key__in=keys) & switched())


def above(context: Context) -> Iterator[Part]:
    """Suspensions of the company, of its reseller and of that one's parent, and their ends."""
    yield Part(Q(kind="context", key=context.pk, at__gte=context.created_at) & switched())
    yield from _resellers_of(context)


def _resellers_of(context: Context) -> Iterator[Part]:
    reseller = context.reseller
    if reseller is not None:
        keys = [pk for pk in (reseller.pk, reseller.parent_id) if pk is not None]
        yield Part(Q(kind="reseller", key__in=keys) & switched())


def register_all() -> None:
    """Make them known to the change log."""
    register("accounts.user", of_user)
    register("accounts.context", of_context)
    register("accounts.reseller", of_reseller)
    register("accounts.administrator", of_administrator)
