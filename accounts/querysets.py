"""Named filters, and the scopes of those models that do not hang on exactly one context."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Q

from oxaas.access import Role
from oxaas.addresses import digits_of, normalize_identifier, normalize_uidname, printable
from oxaas.scoping import ScopedQuerySet, resellers_in_charge

if TYPE_CHECKING:
    # Named in quotes below, where the linter does not look.
    from accounts.models import Administrator, Change, ConfigProperty, CustomId, Reseller, User  # noqa: F401

NOTHING: Final = Q(pk__in=())
IdentifierField = Literal["UIDNAME", "MSISDN", "CUSTOM", "ANY"]
_PHONE: Final = re.compile(r"[+ ]?[0-9][0-9 .\-]{4,63}")


class ResellerQuerySet(ScopedQuerySet["Reseller"]):
    """A reseller's staff see their own reseller and its direct children."""

    def reseller_scope(self, reseller_id: int) -> Q:
        return Q(pk=reseller_id) | Q(parent=reseller_id)

    def context_scope(self, administrator: Administrator) -> Q:
        return NOTHING


class UserQuerySet(ScopedQuerySet["User"]):
    """Users are what a tenant credential sees: those of its reseller's and the direct children's contexts."""

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
