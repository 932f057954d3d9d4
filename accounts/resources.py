"""What of this app's lists is exported, and of contexts and users imported."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from accounts.models import (
    Administrator,
    ApiPassword,
    ConfigProperty,
    Context,
    Label,
    LastLogin,
    LoginEvent,
    Reseller,
    User,
)
from core.access import Role
from core.actor import Channel
from core.scoping import Viewer
from core.tables import Choice, Column, Flag, Lines, Moment, Names, Number, Size, TableResource


class _Epoch(Moment):
    """A point in time that is kept in seconds since 1970; 0 for none."""

    def written(self, value: Any) -> str:
        return super().written(datetime.fromtimestamp(value, UTC)) if value else ""


class _Owner(Column):
    """What is found in one of two ways."""

    def __init__(self, name: str, attribute: str, otherwise: str) -> None:
        super().__init__(name, attribute)
        self.otherwise = Column(name, otherwise)

    def cell(self, row: Any) -> str:
        return super().cell(row) or self.otherwise.cell(row)


class ContextResource(TableResource):
    name = "contexts"
    model = Context
    keys = ("id",)
    columns: tuple[Column, ...] = (
        Number("id"),
        Column("name"),
        Column("reseller", "reseller.name"),
        Size("quota", removable=True),
        Number("max_user", removable=True),
        Flag("is_active"),
        Column("note", removable=True),
        Names("labels", removable=True),
    )

    figures = (Number("users", "user_count"), Moment("created_at"))

    def __init__(self, administrator: Viewer) -> None:
        super().__init__(administrator)
        if Role(administrator.role) is Role.CONTEXT:
            # What its reseller has noted is not for the company's own administrators.
            self.columns = self.columns[:-2]

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        contexts: Any = queryset
        rows: QuerySet[Any] = contexts.with_user_counts().select_related("reseller")
        return rows


class UserResource(TableResource):
    name = "users"
    model = User
    keys = ("context", "id")
    columns = (
        Number("context", "context_id"),
        Number("id", "number"),
        Column("uidname"),
        Column("msisdn", removable=True),
        Lines("custom", "custom_ids", "value", removable=True),
        Size("quota", removable=True),
        Flag("is_active"),
        Column("note", removable=True),
        Names("labels", removable=True),
    )
    figures = (
        Number("used", "used_bytes"),
        Number("used_percent", "used_percent"),
        Moment("measured_at", "mailbox_measured_at"),
        _Epoch("last_login", "login_at"),
        Column("context_name", "context.name"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        users: Any = queryset
        logins = LastLogin.objects.filter(username=Lower(OuterRef("uidname"))).values("last_login")
        dates = {"mailbox_measured_at": F("mailbox_use__measured_at"), "login_at": Subquery(logins)}
        rows: QuerySet[Any] = users.with_use().annotate(**dates).select_related("context")
        return rows.prefetch_related("custom_ids")


class ResellerResource(TableResource):
    name = "resellers"
    model = Reseller
    columns = (
        Column("name"),
        Column("display_name"),
        Column("parent", "parent_name"),
        Flag("is_active"),
        Number("contexts", "own_contexts"),
        Number("users", "own_users"),
        *(Number(limit) for limit in ("max_context", "max_overall_user", "max_user_per_context")),
        Size("max_overall_context_quota"),
        Flag("can_create_subadmin"),
        Number("max_subadmin"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Nobody sees a parent above their own horizon."""
        seen = Reseller.objects.visible_to(self.administrator).filter(pk=OuterRef("parent")).values("name")
        rows: QuerySet[Any] = queryset.annotate(
            parent_name=Subquery(seen),
            own_contexts=_number(Context.objects.all(), "reseller"),
            own_users=_number(User.objects.all(), "context__reseller"),
        )
        return rows


class AdministratorResource(TableResource):
    name = "administrators"
    model = Administrator
    columns = (
        Column("login"),
        Column("role"),
        Column("reseller", "reseller.name"),
        Number("context", "context_id"),
        Column("context_name", "context.name"),
        Flag("is_active"),
        Moment("last_used", "last_used_at"),
        Column("last_used_from"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("reseller", "context")


class ConfigPropertyResource(TableResource):
    name = "properties"
    model = ConfigProperty
    columns = (
        Column("name"),
        Column("value"),
        Column("scope"),
        Column("reseller", "reseller.name"),
        _Owner("context", "context_id", "user.context_id"),
        _Owner("context_name", "context.name", "user.context.name"),
        Column("user", "user.uidname"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("reseller", "context", "user__context")


class ApiPasswordResource(TableResource):
    name = "api-passwords"
    model = ApiPassword
    columns = (
        Column("name"),
        Column("administrator"),
        Column("identifier"),
        Column("families"),
        Flag("may_write"),
        Column("contexts"),
        Column("networks"),
        Column("context_name", "administrator.context.name"),
        Moment("created_at"),
        Moment("expires_at"),
        Moment("last_used", "last_used_at"),
        Column("last_used_from"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("administrator__context", "administrator__reseller")


class LoginEventResource(TableResource):
    name = "logins"
    model = LoginEvent
    columns = (
        Moment("at"),
        Column("name", "shown_name"),
        Choice("outcome", dict(LoginEvent.Outcome.choices)),
        Choice("channel", dict(Channel.choices)),
        Column("credential"),
        Column("second_factor"),
        Column("address"),
        Number("context", "context_id"),
        Column("context_name"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The name of a company that is somebody else's by now is theirs to tell."""
        names = Context.objects.visible_to(self.administrator).filter(pk=OuterRef("context_id")).values("name")
        rows: QuerySet[Any] = queryset.annotate(context_name=Subquery(names))
        return rows


class LabelResource(TableResource):
    name = "labels"
    model = Label
    columns = (Column("name"), Column("colour"), Column("reseller", "reseller.name"))

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("reseller")


def _number(rows: QuerySet[Any], owner: str) -> Coalesce:
    """How many of the rows belong to each row of a list."""
    counted = rows.order_by().filter(**{owner: OuterRef("pk")}).values(owner).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


RESOURCES = (
    ContextResource,
    UserResource,
    ResellerResource,
    AdministratorResource,
    ConfigPropertyResource,
    ApiPasswordResource,
    LoginEventResource,
    LabelResource,
)
