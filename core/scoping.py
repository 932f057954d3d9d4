"""Which rows an administrator may see: `Model.objects.visible_to(administrator)`, and nothing else.

Every view, list, filter, choice, import and export starts from it. Whether a role may act at all is `core.access`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, cast

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, Q

from core.access import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class Viewer(Protocol):
    """What this floor must know of an administrator; `accounts.models.Administrator` is one."""

    @property
    def pk(self) -> Any: ...

    @property
    def role(self) -> str: ...

    @property
    def reseller_id(self) -> int | None: ...

    @property
    def context_id(self) -> int | None: ...

    @property
    def reseller(self) -> Any: ...

    @property
    def context(self) -> Any: ...

    @property
    def preferences(self) -> Any:
        """What they have chosen for themselves."""

    @property
    def may_act(self) -> bool:
        """Active, and so is the reseller or context that this administrator serves."""

    @property
    def credential(self) -> object:
        """What the login was made with; its text is for the change log."""

    @property
    def context_limit(self) -> frozenset[int] | None:
        """The ids of the contexts that the credential of this request is limited to; None: it is not."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the role has this permission of the web admin."""

    def resellers_in_charge(self) -> models.QuerySet[Any, Any]:
        """The keys of the reseller that this administrator serves and of its direct children, as a subquery."""

    def in_charge_of(self, context: Any) -> bool:
        """Whether this context is among those that the administrator sees."""

    def manages(self, reseller: Any) -> bool:
        """Whether it is the reseller whose staff this is, or a direct child of that one."""

    def stands_above(self, reseller: Any) -> bool:
        """Whether it is a direct child of the reseller whose staff this is."""


class ScopedQuerySet(models.QuerySet[_Row]):
    """A queryset that knows the way from its model to the context: `CONTEXT_PATH` on the model ("" for Context itself).

    A model that does not belong to exactly one context overrides `reseller_scope` and `context_scope`.
    """

    def visible_to(self, viewer: Viewer | AnonymousUser | None) -> Self:
        """The rows that `viewer` may see; unknown, inactive and anonymous see nothing."""
        administrator = acting(viewer)
        if administrator is None:
            return self.none()
        rows = self._of_role(administrator)
        return rows if administrator.context_limit is None else rows.in_contexts(administrator.context_limit)

    def in_contexts(self, contexts: frozenset[int]) -> Self:
        """The rows of these contexts; of a model that does not hang on one context, none."""
        if not hasattr(self.model, "CONTEXT_PATH"):
            return self.none()
        return self.filter(**{f"{self._path('pk')}__in": contexts})

    def _of_role(self, administrator: Viewer) -> Self:
        """What the role sees, by any credential."""
        match Role(administrator.role):
            case Role.MASTER:
                return self.all()
            case Role.RESELLER if administrator.reseller_id is not None:
                return self.filter(self.reseller_scope(administrator))
            case Role.CONTEXT if administrator.context_id is not None:
                return self.filter(self.context_scope(administrator))
            case Role.TENANT if administrator.reseller_id is not None:
                return self.filter(self.tenant_scope(administrator))
            case _:
                # A reseller without a reseller: `None` would compile to IS NULL and match the master's own rows.
                return self.none()

    def reseller_scope(self, viewer: Viewer) -> Q:
        """What a reseller's staff see: the rows of its own and its direct children's contexts."""
        return Q(**{self._path("reseller__in"): viewer.resellers_in_charge()})

    def context_scope(self, viewer: Viewer) -> Q:
        """What a context's administrator sees: the rows of that context."""
        return Q(**{self._path("pk") if not self._prefix else f"{self._prefix}_id": viewer.context_id})

    def tenant_scope(self, viewer: Viewer) -> Q:
        """What a tenant credential sees: nothing, unless the model says otherwise."""
        return Q(pk__in=())

    @property
    def _prefix(self) -> str:
        path: Any = self.model.CONTEXT_PATH  # type: ignore[attr-defined]
        return str(path)

    def _path(self, lookup: str) -> str:
        return f"{self._prefix}__{lookup}" if self._prefix else lookup


class OwnedQuerySet(ScopedQuerySet[_Row]):
    """Rows that belong to the administrator who made them; `sees_all` names the roles that see everybody's."""

    sees_all: frozenset[Role] = frozenset()

    def visible_to(self, viewer: Viewer | AnonymousUser | None) -> Self:
        """The viewer's own rows; unknown, inactive and anonymous see nothing."""
        return self._seen_by(viewer, "administrator_id")

    def visible_among(self, viewer: Viewer | AnonymousUser | None, keys: list[int]) -> Self:
        """Those of `visible_to` that have one of these keys.

        Looked up by the keys. By the administrator it would be all that they have, and they may have got many just now.
        """
        rows = self.alias(whose=F("administrator_id") + 0).filter(pk__among=keys)
        return rows._seen_by(viewer, "whose")

    def _seen_by(self, viewer: Viewer | AnonymousUser | None, column: str) -> Self:
        administrator = acting(viewer)
        if administrator is None:
            return self.none()
        if Role(administrator.role) in self.sees_all:
            return self.all()
        return self.filter(**{column: administrator.pk})


def acting(viewer: object) -> Viewer | None:
    """The viewer, when it is an administrator who may act; whatever else there is sees nothing."""
    if not isinstance(viewer, get_user_model()):
        return None
    administrator = cast(Viewer, viewer)
    return administrator if administrator.may_act else None


def may(viewer: Viewer, action: str, model: type[models.Model]) -> bool:
    """Whether the viewer's role includes `action` (view, add, change or delete) on rows of the model."""
    return viewer.has_perm(f"{model._meta.app_label}.{action}_{model._meta.model_name}")
