"""The web admin's pages for resellers, contexts, users, configuration, administrators and the change log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Case, Count, Max, Model, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import ownership
from accounts.administrator_pages import AdministratorAdmin
from accounts.api_password_pages import ApiPasswordAdmin
from accounts.contents import contents
from accounts.forms import ConfigPropertyForm, ContextForm, ResellerForm, UserForm, context_of
from accounts.imports.pages import ImportModelAdmin
from accounts.label_pages import LabelAdmin
from accounts.leads import Redirect
from accounts.login_pages import LoginEventAdmin
from accounts.marked_pages import LabelFilter, MarkedAdmin, NoteFilter
from accounts.models import Administrator, ApiPassword, ConfigProperty, Context, Label, LoginEvent, Reseller, User
from accounts.redirect_pages import RedirectAdmin
from accounts.services import config, contexts, mailboxes, resellers, users
from accounts.suspension_pages import SuspensionAdmin
from bulk.models import BulkJob
from changelog.pages import register_filters
from core.access import Role
from core.actor import Actor
from core.admin.base import administrator_of, role_of
from core.admin.export import ExportModelAdmin
from core.admin.filters import AttentionFilter, KeyFilter, RelatedFilter, status_filter
from core.admin.searching import Text, text_of
from core.numbers import counted
from core.search import phone_digits
from core.sizes import format_exact, format_short

# The flags of what a user, an alias or a context's administrator goes out of service with.
_ABOVE_CONTENTS = ("context__is_active", "context__reseller__is_active", "context__reseller__parent__is_active")
_MARKS = ("note", "labels")
_OF_ITS_RESELLER = frozenset({"reseller", "labels_column", *_MARKS})
_LIMITS = (
    "max_context",
    "max_overall_user",
    "max_user_per_context",
    "max_overall_context_quota",
    "can_create_subadmin",
    "max_subadmin",
)


@admin.register(Reseller)
class ResellerAdmin(SuspensionAdmin, ExportModelAdmin):
    table_name = "resellers"
    change_kind = "reseller"
    has_shortcuts = True
    form = ResellerForm
    list_display = ("name", "display_name", "parent", "number_of_contexts", "status")
    list_filter = (status_filter("parent__is_active"), ("parent", RelatedFilter))
    list_select_related = ("parent",)
    search_fields = ("name", "display_name")
    autocomplete_fields = ("parent",)
    fixed_fields = ("parent",)
    quick_fields = ("is_active", "max_overall_context_quota")
    fieldsets: ClassVar = [
        (None, {"fields": ["name", "display_name", "parent", "is_active"]}),
        (_("Limits"), {"fields": _LIMITS}),
        (_("Web admin"), {"fields": ["product_name", "colour", "hide_subjects", "demand_second_factor"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(context_count=_number_of("contexts", Reseller))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Reseller staff make children of their own reseller, and its own parent is above their horizon."""
        if role_of(request) is Role.MASTER:
            return super().get_fieldsets(request, obj)
        hidden = {"parent", "can_create_subadmin", "max_subadmin"} if obj is None else {"parent"}
        looking = obj is not None and obj.pk == administrator_of(request).reseller_id
        shown: dict[Any, str] = {"max_overall_context_quota": "quota_limit"} if looking else {}
        return [
            (title, {"fields": [shown.get(name, name) for name in options["fields"] if name not in hidden]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody edits their own limits, and a child has no children."""
        fields = super().get_readonly_fields(request, obj)
        if obj is None:
            return fields
        if obj.pk == administrator_of(request).reseller_id:
            return (*fields, "is_active", "quota_limit", *_LIMITS)
        return (*fields, "can_create_subadmin", "max_subadmin") if obj.parent_id is not None else fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Reseller staff add children, where their reseller may have them."""
        own = administrator_of(request).reseller
        return super().has_add_permission(request) and (own is None or own.can_create_subadmin)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes their own reseller."""
        own = obj is not None and obj.pk == administrator_of(request).reseller_id
        return super().has_delete_permission(request, obj) and not own

    @admin.display(description=_("contexts"), ordering="context_count")
    def number_of_contexts(self, row: Any) -> str:
        return counted(row.context_count)

    @admin.display(description=_("quota"))
    def quota_limit(self, row: Reseller) -> str:
        """For those who may only look."""
        return format_exact(row.max_overall_context_quota)

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        own = actor.administrator.reseller if actor.administrator is not None else None
        return resellers.create_reseller(actor=actor, **{"parent": own, **data})

    def update(self, actor: Actor, row: Reseller, data: dict[str, Any]) -> Model:
        return resellers.update_reseller(actor=actor, reseller=row, **data)

    def remove(self, actor: Actor, row: Reseller) -> None:
        resellers.delete_reseller(actor=actor, reseller=row)

    def cascade_counts(self, row: Reseller) -> dict[str, int]:
        return _counted(row, "administrators", "config")

    def blocked_by(self, row: Reseller) -> list[str]:
        return [
            f"{name}: {counted(number)}" for name, number in _counted(row, "contexts", "children").items() if number
        ]


class ContextAttention(AttentionFilter):
    kinds: ClassVar = {"near_limit": _("near or over the limit of users"), "suspended": _("suspended")}


@admin.register(Context)
class ContextAdmin(MarkedAdmin, SuspensionAdmin, ImportModelAdmin):
    confirms_by_name = True
    change_kind = "context"
    table_name = "contexts"
    form = ContextForm
    list_display = (
        "id",
        "name",
        "reseller",
        "number_of_users",
        "number_of_aliases",
        "quota_column",
        "labels_column",
        "status",
    )
    list_display_links = ("id", "name")
    list_filter = (
        status_filter("reseller__is_active", "reseller__parent__is_active"),
        ("reseller", RelatedFilter),
        ContextAttention,
        LabelFilter,
        NoteFilter,
    )
    list_select_related = ("reseller__parent",)
    search_fields = ("name", "=id")
    autocomplete_fields = ("reseller",)
    fixed_fields = ("id", "reseller")
    edits_of_one = frozenset({"contexts.hand_over"})
    quick_fields = ("is_active", "quota")
    more_columns = ("max_user", "created_at")
    change_list_template = "admin/accounts/context/change_list.html"
    readonly_fields = ("quota_column",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.annotate(user_count=_number_of("users", Context), alias_count=_number_of("forwards", Context))

    def get_list_display(self, request: HttpRequest) -> Any:
        """A context's own administrator need not know who sold it."""
        columns = super().get_list_display(request)
        return [name for name in columns if name not in _OF_ITS_RESELLER or role_of(request) is not Role.CONTEXT]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Nor what they have noted about it."""
        filters = super().get_list_filter(request)
        return [one for one in filters if one not in (LabelFilter, NoteFilter) or role_of(request) is not Role.CONTEXT]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        quota = "quota" if obj is None or self.has_change_permission(request, obj) else "quota_column"
        fields = ["id", "name", "reseller", quota, "max_user", "is_active", "note", "labels"]
        return [name for name in fields if name not in _OF_ITS_RESELLER or role_of(request) is not Role.CONTEXT]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new context is for the person's own reseller unless they choose a child."""
        own = administrator_of(request).reseller_id
        return {"reseller": own, **super().get_changeform_initial_data(request)}

    @admin.display(description=_("users"), ordering="user_count")
    def number_of_users(self, row: Any) -> str:
        return counted(row.user_count)

    @admin.display(description=_("aliases"), ordering="alias_count")
    def number_of_aliases(self, row: Any) -> str:
        return counted(row.alias_count)

    @admin.display(description=_("quota"), ordering="quota")
    def quota_column(self, row: Context) -> str:
        return format_short(row.quota)

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        context = contexts.create_context(actor=actor, context_id=data["id"], **_without(data, "id", *_MARKS))
        return self._marked(actor, context, data)

    def update(self, actor: Actor, row: Context, data: dict[str, Any]) -> Model:
        context = contexts.update_context(actor=actor, context=row, **_without(data, *_MARKS))
        return self._marked(actor, context, data)

    def _marked(self, actor: Actor, context: Context, data: dict[str, Any]) -> Context:
        marks = {name: data[name] for name in _MARKS if name in data and (data[name] or getattr(context, name))}
        return contexts.mark_context(actor=actor, context=context, **marks) if marks else context

    def remove(self, actor: Actor, row: Context) -> None:
        contexts.delete_context(actor=actor, context=row)

    def cascade_counts(self, row: Context) -> dict[str, int]:
        counts = _counted(row, "users", "administrators", "config")
        more = {str(one.model._meta.verbose_name_plural): one.of(row).count() for one in contents()}
        return counts | more


class UserAttention(AttentionFilter):
    kinds: ClassVar = {
        "near_quota": _("near or over the quota"),
        "undeclared": _("domain not declared or not proven"),
        "suspended": _("suspended"),
    }
    functions: ClassVar = {"undeclared": ownership.undeclared}


@admin.register(User)
class UserAdmin(MarkedAdmin, RedirectAdmin):
    change_kind = "user"
    table_name = "users"
    change_list_template = "admin/accounts/user/change_list.html"
    edits_of_one = frozenset({"users.leave"})
    quick_fields = ("is_active", "quota")
    most_first = frozenset({"use_column"})
    more_columns = ("reseller_column",)
    form = UserForm
    list_display = ("uidname", "number", "context", "phone", "use_column", "labels_column", "status")
    list_filter = (
        status_filter(*_ABOVE_CONTENTS),
        ("context", RelatedFilter),
        ("context__reseller", RelatedFilter),
        UserAttention,
        LabelFilter,
        NoteFilter,
    )
    list_select_related = ("context__reseller__parent",)
    search_fields = ("uidname_normalized__contains", "custom_ids__value_normalized__contains", "context__name")
    written_fields = ("uidname__written",)
    sorted_by: ClassVar = {"uidname": "uidname_normalized", "msisdn": "msisdn_digits"}
    autocomplete_fields = ("context",)
    fixed_fields = ("context", "number")

    def search_texts(self, search_term: str) -> list[Text]:
        """Finds phone numbers however they are written."""
        texts, digits = super().search_texts(search_term), phone_digits(search_term)
        return [*texts, text_of(User, ["msisdn_digits__contains"], digits)] if digits else texts

    def get_queryset(self, request: HttpRequest) -> Any:
        declared = Case(When(domain="", then=True), default=ownership.served_flag())
        rows = super().get_queryset(request).with_use()
        # What was never measured counts as the least everywhere; databases disagree on where they put what is unknown.
        fullness = Coalesce("used_percent", Value(-1.0))
        return rows.annotate(fullness=fullness, declared=declared, awaits_proof=ownership.awaits_proof())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A context's own administrator has no other context to choose."""
        fields = [
            "context",
            "number",
            "uidname",
            "msisdn",
            "custom",
            "quota",
            "is_active",
            *self.mark_fields(request, obj),
        ]
        return fields[1:] if obj is None and role_of(request) is Role.CONTEXT else fields

    @admin.display(description=_("phone number"), ordering="msisdn")
    def phone(self, row: User) -> str | None:
        return row.msisdn

    @admin.display(description=_("reseller"))
    def reseller_column(self, row: User) -> str:
        return str(row.context.reseller or "")

    @admin.display(description=_("mail quota"), ordering="fullness")
    def use_column(self, row: Any) -> str:
        """The quota, and what of it the mailbox held when it was last measured; sorted by that part."""
        quota = format_short(row.quota)
        if row.used_percent is not None:
            return gettext("%(percent)s %% of %(quota)s") % {"percent": counted(int(row.used_percent)), "quota": quota}
        return quota if row.used_bytes is None else f"{format_short(row.used_bytes)} / {quota}"

    @admin.display(description=_("custom ids"))
    def custom(self, row: User) -> str:
        """For those who may only look."""
        return "\n".join(one.value for one in row.custom_ids.all())

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        context = context_of(actor, data)
        number = data["number"] or 1 + (context.users.aggregate(last=Max("number"))["last"] or 0)
        return users.create_user(actor=actor, **{**data, "context": context, "number": number})

    def update(self, actor: Actor, row: User, data: dict[str, Any]) -> Model:
        return mailboxes.update_mailbox(actor=actor, user=row, **{"redirect": Redirect(), **data})

    def cascade_counts(self, row: User) -> dict[str, int]:
        return _counted(row, "custom_ids", "config")


@admin.register(ConfigProperty)
class ConfigPropertyAdmin(ExportModelAdmin):
    table_name = "properties"
    change_kind = "config"
    form = ConfigPropertyForm
    list_display = ("name", "short_value", "owner")
    list_filter = (("context", RelatedFilter), ("reseller", RelatedFilter))
    list_select_related = ("reseller", "context", "user")
    search_fields = ("name", "value", "context__name", "user__uidname_normalized__contains")
    autocomplete_fields = ("reseller", "context", "user")
    fixed_fields = ("name", "reseller", "context", "user")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The owner that there is, or those to choose from."""
        owners = ["reseller", "context", "user"]
        if obj is not None:
            owners = [name for name in owners if getattr(obj, f"{name}_id") is not None]
        return ["name", "value", *owners]

    @admin.display(description=_("value"))
    def short_value(self, row: ConfigProperty) -> str:
        return Truncator(row.value).chars(80)

    @admin.display(description=_("owner"))
    def owner(self, row: ConfigProperty) -> str:
        owner: Model | None = row.user or row.context or row.reseller
        return gettext("server") if owner is None else f"{owner._meta.verbose_name} {owner}"

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        owner = config.Owner(data["reseller"], data["context"], data["user"])
        return config.set_property(actor=actor, owner=owner, name=data["name"], value=data["value"])

    def update(self, actor: Actor, row: ConfigProperty, data: dict[str, Any]) -> Model:
        if "value" not in data:
            return row
        owner = config.Owner(row.reseller, row.context, row.user)
        return config.set_property(actor=actor, owner=owner, name=row.name, value=data["value"])

    def remove(self, actor: Actor, row: ConfigProperty) -> None:
        config.delete_property(actor=actor, row=row)


admin.site.register(Administrator, AdministratorAdmin)
admin.site.register(ApiPassword, ApiPasswordAdmin)
admin.site.register(LoginEvent, LoginEventAdmin)
admin.site.register(Label, LabelAdmin)


def _number_of(name: str, model: type[Model]) -> Any:
    """How many rows of a reverse relation there are: a subquery, which neither multiplies rows nor slows counting."""
    relation: Any = model._meta.get_field(name)
    rows = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")}).order_by()
    return Coalesce(Subquery(rows.values(relation.field.name).annotate(n=Count("pk")).values("n")), 0)


def _counted(row: Any, *names: str) -> dict[str, int]:
    """How many rows there are in each of these reverse relations, by the name of their kind."""
    managers = [getattr(row, name) for name in names]
    return {str(manager.model._meta.verbose_name_plural): manager.count() for manager in managers}


def _without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}


class ChangedBy(KeyFilter):
    title = _("administrator")
    parameter_name = "administrator_id"
    key = BulkJob._meta.get_field("administrator")


class ChangedOf(KeyFilter):
    title = _("reseller")
    parameter_name = "reseller_id"
    key = Context._meta.get_field("reseller")


register_filters(ChangedBy, ChangedOf)
