"""Which rows an administrator may see: `Model.objects.visible_to(administrator)`, and nothing else.

Every view, list, filter, choice, import and export starts from it. Whether a role may act at all is `oxaas.access`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from oxaas.access import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Administrator

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[_Row]):
    """A queryset that knows the way from its model to the context: `CONTEXT_PATH` on the model ("" for Context itself).

    A model that does not hang on a context overrides `reseller_scope` and `context_scope`.
    """

    def visible_to(self, administrator: Administrator | AnonymousUser | None) -> Self:
        """The rows that `administrator` may see; unknown, inactive and anonymous see nothing."""
        from accounts.models import Administrator

        if not isinstance(administrator, Administrator) or not administrator.may_act:
            return self.none()
        match Role(administrator.role):
            case Role.MASTER:
                return self.all()
            case Role.RESELLER if administrator.reseller_id is not None:
                return self.filter(self.reseller_scope(administrator.reseller_id))
            case Role.CONTEXT if administrator.context_id is not None:
                return self.filter(self.context_scope(administrator))
            case Role.TENANT if administrator.reseller_id is not None:
                return self.filter(self.tenant_scope(administrator.reseller_id))
            case _:
                # A reseller without a reseller: `None` would compile to IS NULL and match the master's own rows.
                return self.none()

    def reseller_scope(self, reseller_id: int) -> Q:
        """What a reseller's staff see: the rows of its own and its direct children's contexts."""
        return Q(**{self._path("reseller__in"): resellers_in_charge(reseller_id)})

    def context_scope(self, administrator: Administrator) -> Q:
        """What a context's admin sees: the rows of that context."""
        return Q(**{self._path("pk") if not self._prefix else f"{self._prefix}_id": administrator.context_id})

    def tenant_scope(self, reseller_id: int) -> Q:
        """What a tenant credential sees: nothing, unless the model says otherwise."""
        return Q(pk__in=())

    @property
    def _prefix(self) -> str:
        path: Any = self.model.CONTEXT_PATH  # type: ignore[attr-defined]
        return str(path)

    def _path(self, lookup: str) -> str:
        return f"{self._prefix}__{lookup}" if self._prefix else lookup


def resellers_in_charge(reseller_id: int) -> models.QuerySet[Any, Any]:
    """The ids of a reseller and its direct children, as a subquery."""
    from accounts.models import Reseller

    return Reseller.objects.filter(Q(pk=reseller_id) | Q(parent=reseller_id)).values("pk")
