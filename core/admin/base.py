"""The base of every model's pages in the web admin. Registrations are in the apps.

Rows come from `visible_to`, permissions from `core.access`, and every write is a service's. A service's refusal undoes
the request's transaction; the same form is shown again with the sentence where it belongs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access import Role
from core.actor import Actor, Channel
from core.addresses import printable
from core.admin import registry
from core.admin.chosen import ChosenAdmin
from core.admin.filters import RelatedFilter
from core.admin.forms import DayField, ServiceForm, VerbatimField, WholeNumberField, focus_on_error
from core.admin.lists import KeysetChangeList
from core.admin.pills import status_pill
from core.admin.quick import QuickAdmin
from core.admin.returning import ReturningAdmin
from core.admin.saved import SavedFiltersAdmin
from core.admin.searched import SearchedAdmin
from core.admin.shortcuts import ShortcutAdmin
from core.admin.telling import TellingAdmin, watched
from core.admin.widgets import Autocomplete, DayInput, WholeNumberInput, tick_box
from core.counts import CountedPaginator
from core.errors import Conflict, DomainError, NotAllowed
from core.numbers import whole_number
from core.scoping import Viewer
from core.transactions import retried
from core.zones import breaks_database

# The change log's list, where a row's history is shown.
_CHANGES: Final = "admin:changelog_change_changelist"
# What a filter of a list may put behind its field's name in the address bar.
_LOOKUPS = ("", "__exact", "__id__exact", "__isnull", "__gte", "__lt")


def administrator_of(request: HttpRequest) -> Viewer:
    """Who is logged in to the web admin. Its pages open to nobody else."""
    if not isinstance(request.user, get_user_model()):
        raise PermissionDenied
    administrator: Any = request.user
    return cast(Viewer, administrator)


def role_of(request: HttpRequest) -> Role:
    """The role of whoever is logged in."""
    return Role(administrator_of(request).role)


def actor_of(request: HttpRequest) -> Actor:
    """Whoever is logged in, acting through the web admin."""
    administrator = administrator_of(request)
    return Actor(administrator, Channel.WEB, credential=str(administrator.credential))


# The form's field with the version of the object that it was opened at.
_VERSION: Final = "_version"


class ScopedModelAdmin(
    SearchedAdmin, ReturningAdmin, TellingAdmin, QuickAdmin, ChosenAdmin, SavedFiltersAdmin, ShortcutAdmin
):
    """One model's pages for everybody, each of whom sees and reaches their own rows only.

    A model's admin says how a row is made, changed and removed (`create`, `update`, `remove`: each calls services).
    """

    form = ServiceForm
    list_per_page = 50
    paginator = CountedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False
    save_as = False
    # No widget whose value the browser may empty or round before it sends it.
    formfield_overrides: ClassVar[Any] = {
        models.BigIntegerField: {"form_class": WholeNumberField, "widget": WholeNumberInput},
        models.IntegerField: {"form_class": WholeNumberField, "widget": WholeNumberInput},
        models.TextField: {"form_class": VerbatimField},
        models.DateField: {"form_class": DayField, "widget": DayInput},
    }
    # Whether the name of a row with contents must be typed before it is deleted.
    confirms_by_name: ClassVar[bool] = False
    # What the change log calls these objects.
    change_kind: ClassVar[str]
    # Set when the row is made, shown ever after.
    fixed_fields: ClassVar[tuple[str, ...]] = ()
    # What a list is sorted by -> what it is sorted by instead: the same for a person, but with an index.
    sorted_by: ClassVar[dict[str, str]] = {}
    # Columns whose first click shows the largest first.
    most_first: ClassVar[frozenset[str]] = frozenset()
    # The bulk edits that the page of one row offers as well.
    edits_of_one: ClassVar[frozenset[str]] = frozenset()
    # What an address may filter by beside the list's own filters: links from other pages.
    linkable_lookups: ClassVar[frozenset[str]] = frozenset()

    @admin.display(description=_("status"), ordering="is_active")
    def status(self, row: Any) -> SafeString:
        """Whether the row is in service, and what takes it out, for models that can be suspended."""
        pill = status_pill(row.suspended_by)
        if getattr(row, "declared", True):
            return pill
        waits = getattr(row, "awaits_proof", False)
        why = gettext("domain not proven") if waits else gettext("domain not declared")
        return format_html('{} <span class="pill warn">{}</span>', pill, why)

    def action_checkbox(self, row: Any) -> SafeString:
        """The box by which a row is ticked."""
        return tick_box(row)

    # How a row is written.

    def create(self, actor: Actor, data: dict[str, Any]) -> models.Model:
        """Make the row of a form's cleaned data. DomainError."""
        raise NotImplementedError

    def update(self, actor: Actor, row: Any, data: dict[str, Any]) -> models.Model:
        """Change the row; `data` has what was changed in the form. DomainError."""
        raise NotImplementedError

    def remove(self, actor: Actor, row: Any) -> None:
        """Delete the row. DomainError."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Have the service write, and see that the outcome is a row of the writer's own."""
        actor, made = watched(actor_of(request))
        if change:
            self._refuse_stale(request, obj)
            changed = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
            saved = self.update(actor, obj, changed | form.answers)
        else:
            saved = self.create(actor, form.cleaned_data)
        if not self.get_queryset(request).filter(pk=saved.pk).exists():
            raise NotAllowed(str(_("You can only work on objects in your own contexts.")))
        obj.pk = saved.pk
        self._tell(request, saved, made)

    def _tell(self, request: HttpRequest, row: models.Model, made: list[Any]) -> None:
        """Have it said what was done, as far as it is in the change log."""
        (teller,) = registry.tellers
        self.say(request, teller(made, self.change_kind, row.pk, str(row), administrator_of(request)))

    def _refuse_stale(self, request: HttpRequest, obj: Any) -> None:
        """Conflict when somebody changed the row after this form was opened: shown again, it can be saved knowingly."""
        version = whole_number(request.POST.get(_VERSION, ""))
        if version is None:
            return
        (history,) = registry.histories
        since = history.changed_since(self.change_kind, obj.pk, version, administrator_of(request))
        if since:
            sentence = gettext(
                "It was changed while you had this form open (%(changes)s). "
                "Nothing of yours is saved yet: look at your values, and save again if they are to hold."
            )
            raise Conflict(sentence % {"changes": " | ".join(since)})

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Adds the version of the row, which the form sends back, and whether it is in service."""
        focus_on_error(context["adminform"])
        if obj is not None:
            if hasattr(type(obj), "suspended_by"):
                context["state"] = status_pill(obj.suspended_by)
            (history,) = registry.histories
            context["version"] = history.version_of(self.change_kind, obj.pk)
            context["edits"] = self._edits_of_one(request, obj)
            context["has_history_tab"] = registry.history_page(self.model) is not None
        return super().render_change_form(request, context, add, change, form_url, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Have the service delete."""
        actor, made = watched(actor_of(request))
        key = obj.pk
        self.remove(actor, obj)
        obj.pk = key
        self._tell(request, obj, made)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Runs the view in its transaction; after a refusal runs it again, only to show the sentence."""
        try:
            return retried(super().changeform_view)(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> Any:
        """Titles the list by what it lists, and refuses an action that this person is not offered."""
        if request.method == "POST" and not set(request.POST.getlist("action")) <= {"", *self.get_actions(request)}:
            raise PermissionDenied
        return super().changelist_view(
            request, {"title": capfirst(str(self.opts.verbose_name_plural)), **(extra_context or {})}
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Turns a refusal into a message on the row's own page, and asks for the row's name where that is wanted."""
        name = self._name_to_type(request, object_id)
        if request.method == "POST" and name and request.POST.get("typed", "").strip() != name:
            self.message_user(
                request, gettext("Type the name “%(name)s” to delete it.") % {"name": name}, messages.ERROR
            )
            return HttpResponseRedirect(self._url("delete", object_id))
        try:
            return retried(super().delete_view)(request, object_id, {**(extra_context or {}), "name_to_type": name})
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(self._url("change", object_id))

    def _name_to_type(self, request: HttpRequest, object_id: str) -> str:
        """The name that must be typed before the row is deleted, because much goes with it; empty where none must."""
        row = self.get_object(request, unquote(object_id)) if self.confirms_by_name else None
        if row is None or not self.has_delete_permission(request, row):
            return ""
        return str(row) if any(self.cascade_counts(row).values()) else ""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Tells the form class, which is made for this request alone, who fills it in and what was refused."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.administrator = administrator_of(request)
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The registered actions that this person may run, and no others."""
        if self.actions is None or IS_POPUP_VAR in request.GET:
            return {}
        administrator = administrator_of(request)
        return {
            name: action
            for provider in registry.action_providers
            for name, action in provider(self.model, administrator).items()
        }

    def response_action(  # type: ignore[override]  # the stubs are those of a later Django
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> HttpResponse | None:
        """Refuses a ticked "row" that is no key: such a form did not come from the list."""
        if None not in map(whole_number, request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)):
            return super().response_action(request, queryset)
        self.message_user(request, gettext("That selection cannot be read. Choose again."), messages.ERROR)
        return None

    def _edits_of_one(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Name and label of the actions that the page of one row offers too, as they ask or do what its form cannot."""
        actions = self.get_actions(request) if self.has_change_permission(request, obj) else {}
        return [(name, str(label)) for name, (_act, _name, label) in actions.items() if name in self.edits_of_one]

    def get_action_choices(self, request: HttpRequest, default_choices: Any = None) -> list[tuple[str, str]]:
        """Shows words in place of dashes."""
        return super().get_action_choices(request, default_choices or [("", gettext("Choose …"))])

    # Which rows, and which choices.

    def get_queryset(self, request: HttpRequest) -> Any:
        """The rows that this person may see."""
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are rows that this person may see."""
        kwargs["queryset"] = _visible(db_field, request)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are rows that this person may see."""
        kwargs["queryset"] = _visible(db_field, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offers links beside a choice to look at it and to add one, and none to change or delete it."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = False
        return field

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the list itself offers: any other lookup could ask about rows and columns out of sight."""
        if request is None or not printable(value) or breaks_database(value):
            return False
        allowed = set(self.linkable_lookups)
        for item in self.get_list_filter(request):
            name: Any = item[0] if isinstance(item, tuple | list) else getattr(item, "parameter_name", item)
            allowed.update(f"{name}{lookup}" for lookup in _LOOKUPS)
        if self.date_hierarchy:
            allowed.update(f"{self.date_hierarchy}__{unit}" for unit in ("year", "month", "day"))
        return lookup in allowed

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    # What may be changed.

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, *self.fixed_fields) if obj is not None else fields

    # Deleting, and what happened before.

    def cascade_counts(self, row: Any) -> dict[str, int]:
        """What else is deleted with the row, counted."""
        return {}

    def blocked_by(self, row: Any) -> list[str]:
        """What keeps the row from being deleted, in words."""
        return []

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Counts what is deleted with the rows; a list of it may be long, and not for this person to see."""
        counts: dict[str, int] = {}
        for row in objs:
            for name, number in self.cascade_counts(row).items():
                counts[name] = counts.get(name, 0) + number
        lost = {name: number for name, number in counts.items() if number}
        return [str(row) for row in objs], lost, set(), [reason for row in objs for reason in self.blocked_by(row)]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The service has written the change log."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The service has written the change log."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        """The service writes the change log."""

    def history_query(self, row: Any) -> dict[str, str]:
        """What the list of changes is filtered by to show those of one row."""
        return {"kind": self.change_kind, "key": str(row.pk)}

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """The row's lines of the change log."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            missing: Any = self._get_obj_does_not_exist_redirect  # type: ignore[attr-defined]
            return missing(request, self.opts, object_id)
        if (history := registry.history_page(self.model)) is not None:
            return history.page(request, self, row)
        url = reverse(_CHANGES, current_app=self.admin_site.name)
        return HttpResponseRedirect(f"{url}?{urlencode(self.history_query(row))}")

    @property
    def media(self) -> forms.Media:
        """Adds what a filter with a search box needs."""
        media = super().media
        for item in self.list_filter:
            if isinstance(item, tuple) and item[1] is RelatedFilter:
                media += Autocomplete(item[0], self.admin_site).media
        return media

    def _url(self, page: str, object_id: str) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=(object_id,), current_app=self.admin_site.name)


def _visible(db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
    """The rows of the related model that this person may see. A model without a scope raises."""
    manager: Any = db_field.remote_field.model._default_manager
    visible: models.QuerySet[Any] = manager.visible_to(request.user)
    return visible
