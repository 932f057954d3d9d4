"""Named filters, and the scopes of those models that do not hang on exactly one context."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Least, NullIf

from oxaas.access import Role
from oxaas.addresses import digits_of, normalize_identifier, normalize_uidname, printable
from oxaas.scoping import ScopedQuerySet, resellers_in_charge

if TYPE_CHECKING:
    # Named in quotes below, where the linter does not look.
    from accounts.models import Administrator, Change, ConfigProperty, Context, CustomId, Reseller, User  # noqa: F401

# A part of a limit from which on a person should look, and a number that stands for "no limit" while comparing.
_NEAR: Final = 0.9
_NO_LIMIT: Final = 2**31 - 1
NOTHING: Final = Q(pk__in=())
IdentifierField = Literal["UIDNAME", "MSISDN", "CUSTOM", "ANY"]
_PHONE: Final = re.compile(r"[+ ]?[0-9][0-9 .\-]{4,63}")


class ResellerQuerySet(ScopedQuerySet["Reseller"]):
    """A reseller's staff see their own reseller and its direct children."""

    def reseller_scope(self, reseller_id: int) -> Q:
        return Q(pk=reseller_id) | Q(parent=reseller_id)

    def context_scope(self, administrator: Administrator) -> Q:
        return NOTHING


class ContextQuerySet(ScopedQuerySet["Context"]):
    """Contexts, with what the lists show of them."""

    def with_use(self) -> Self:
        """Adds `user_count`, and `user_limit`: the least of its own, its reseller's, that one's parent's (or null)."""
        users = apps.get_model("accounts", "User").objects.filter(context=OuterRef("pk")).order_by()
        limits = [F("max_user"), F("reseller__max_user_per_context"), F("reseller__parent__max_user_per_context")]
        return self.annotate(
            user_count=Coalesce(Subquery(users.values("context").annotate(n=Count("*")).values("n")), 0),
            user_limit=NullIf(Least(*(Coalesce(limit, _NO_LIMIT) for limit in limits)), Value(_NO_LIMIT)),
        )

    def near_limit(self) -> Self:
        """Those that have at least nine tenths of the users that they may have."""
        return self.with_use().filter(user_count__gte=F("user_limit") * _NEAR)

    def suspended(self) -> Self:
        """Those that are not active themselves."""
        return self.filter(is_active=False)


class UserQuerySet(ScopedQuerySet["User"]):
    """Users are what a tenant credential sees: those of its reseller's and the direct children's contexts."""

    def near_quota(self) -> Self:
        """Those whose mailbox, when it was last measured, held at least nine tenths of its quota."""
        return self.filter(quota__isnull=False, mailbox_use__bytes__gte=F("quota") * _NEAR)

    def suspended(self) -> Self:
        """Those that are not active themselves."""
        return self.filter(is_active=False)

    def identified_by(self, text: str, field: IdentifierField = "ANY") -> User | None:
        """The user of exactly this identifier, without case: a uidname, else an msisdn, else a custom id."""
        if not printable(text):
            return None
        for one in ("UIDNAME", "MSISDN", "CUSTOM"):
            found = self.filter(_identified(one, text)).first() if field in {one, "ANY"} else None
            if found is not None:
                return found
        return None

    def tenant_scope(self, reseller_id: int) -> Q:
        return self.reseller_scope(reseller_id)


class CustomIdQuerySet(ScopedQuerySet["CustomId"]):
    """Custom ids lead to users, so they have the users' scope."""

    def tenant_scope(self, reseller_id: int) -> Q:
        return self.reseller_scope(reseller_id)


def _identified(field: str, text: str) -> Q:
    match field:
        case "UIDNAME":
            return Q(uidname_normalized=normalize_uidname(text))
        case "MSISDN":
            # A plus sign in a query string is a blank by the time it arrives here.
            return Q(msisdn_digits=digits_of(text)) if _PHONE.fullmatch(text) else NOTHING
        case "CUSTOM":
            return Q(custom_ids__value_normalized=normalize_identifier(text))
    raise ValueError(f"unknown field {field!r}")


class ConfigPropertyQuerySet(ScopedQuerySet["ConfigProperty"]):
    """A property is seen by who is in charge of its owner; the server's are the master's."""

    def reseller_scope(self, reseller_id: int) -> Q:
        mine = resellers_in_charge(reseller_id)
        return Q(reseller__in=mine) | Q(context__reseller__in=mine) | Q(user__context__reseller__in=mine)

    def context_scope(self, administrator: Administrator) -> Q:
        return Q(context_id=administrator.context_id) | Q(user__context_id=administrator.context_id)


class AdministratorQuerySet(ScopedQuerySet["Administrator"]):
    """Staff see the administrators of what they are in charge of."""

    def reseller_scope(self, reseller_id: int) -> Q:
        mine = resellers_in_charge(reseller_id)
        return Q(reseller__in=mine) | Q(context__reseller__in=mine)

    def context_scope(self, administrator: Administrator) -> Q:
        return Q(context_id=administrator.context_id)

    def with_owner(self) -> Self:
        """All that `Administrator.may_act` looks at, in the same statement."""
        return self.select_related("reseller__parent", "context__reseller__parent")


class AdministratorManager(BaseUserManager.from_queryset(AdministratorQuerySet)):  # type: ignore[misc]
    """Administrators by login. Django's `createsuperuser` makes a master administrator, never a Django superuser."""

    def get_by_natural_key(self, username: str | None) -> Administrator:
        administrator: Administrator = self.get(login=username, context=None)
        return administrator

    def create_superuser(self, login: str, password: str | None = None, **fields: Any) -> Administrator:
        """A master administrator, for `manage.py createsuperuser`."""
        from accounts.services.administrators import create_administrator
        from oxaas.changes import Actor, Door

        return create_administrator(
            actor=Actor(None, Door.PROVISION), login=login, password=password or "", role=Role.MASTER
        )


class ChangeQuerySet(ScopedQuerySet["Change"]):
    """A change belongs to the reseller which was in charge when it was made.

    Contexts come and go, and an id may be given again: a change is never found by the context's id alone.
    """

    def reseller_scope(self, reseller_id: int) -> Q:
        return Q(reseller__in=resellers_in_charge(reseller_id))

    def context_scope(self, administrator: Administrator) -> Q:
        context = administrator.context
        if context is None:
            return NOTHING
        return Q(context_number=context.pk, reseller_id=context.reseller_id, at__gte=context.created_at)
