"""The web admin's pages for webhooks and the log of their deliveries."""

from __future__ import annotations

from typing import Any, ClassVar, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import Administrator
from changelog.words import kinds
from core.access import Role
from core.actor import Actor
from core.admin.base import actor_of, administrator_of, role_of
from core.admin.export import ExportModelAdmin
from core.admin.filters import AttentionFilter, NumberFilter, RelatedFilter
from core.admin.forms import ServiceForm
from core.errors import DomainError
from webhooks import services
from webhooks.models import Delivery, Webhook

_ONE_BUTTON: Final = {"show_save_and_add_another": False, "show_save_and_continue": False}
_PILLS: Final = {"waiting": "warn", "delivered": "good", "given_up": "bad", "left_out": "quiet"}


def _kind_choices() -> list[tuple[str, str]]:
    return sorted(((name, str(label)) for name, label in kinds().items()), key=lambda one: one[1])


class WebhookForm(ServiceForm):
    only_kinds = forms.MultipleChoiceField(
        label=_("Kinds"),
        choices=_kind_choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Of which kinds of objects changes are told; none ticked: of all."),
    )

    class Meta:
        model = Webhook
        fields = ["administrator", "name", "url", "of_reseller", "of_context", "is_active"]
        help_texts = {
            "administrator": _("Told is what this administrator sees."),
            "name": _("What it is for, such as the system that is told."),
            "url": _("Where messages are sent, such as https://hooks.example/changes."),
            "of_reseller": _("The id of a reseller, of whose contexts alone changes are told; empty: of all."),
            "of_context": _("The id of a context in which alone changes are told; empty: in all."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["only_kinds"].initial = self.instance.kinds.split()


class WebhookAttention(AttentionFilter):
    kinds: ClassVar = {"failing": _("failing or switched off")}


@admin.register(Webhook)
class WebhookAdmin(ExportModelAdmin):
    table_name = "webhooks"
    change_kind = "webhook"
    form = WebhookForm
    change_form_template = "admin/webhooks/webhook/change_form.html"
    list_display = ("name", "administrator", "address", "state", "succeeded_at")
    list_filter = (WebhookAttention, ("administrator", RelatedFilter))
    list_select_related = ("administrator__context", "administrator__reseller")
    search_fields = ("name", "administrator__login")
    autocomplete_fields = ("administrator",)
    fixed_fields = ("administrator",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A context's administrators make their own alone, and need not know who sold their context."""
        fields = ["administrator", "name", "url", "only_kinds", "of_reseller", "of_context", "is_active"]
        hidden = {"of_reseller", "of_context"} | ({"administrator"} if obj is None else set())
        return [one for one in fields if one not in hidden or role_of(request) is not Role.CONTEXT]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """For oneself, unless another administrator is chosen."""
        own = administrator_of(request)
        return {"administrator": own.pk, **super().get_changeform_initial_data(request)}

    def get_urls(self) -> list[URLPattern]:
        """Adds what is done with a webhook besides."""
        view = self.admin_site.admin_view(require_POST(self.step_view))
        return [path("<int:pk>/<str:step>/now", view, name="webhooks_step"), *super().get_urls()]

    @admin.display(description=_("address"), ordering="url")
    def address(self, row: Webhook) -> str:
        return row.shown_url

    @admin.display(description=_("state"))
    def state(self, row: Webhook) -> SafeString:
        """Whether messages arrive, and what keeps them from it."""
        if row.switched_off:
            return format_html(
                '<span class="pill bad">{}</span> {}', gettext("switched off"), row.get_switched_off_display()
            )
        if not row.is_active:
            return format_html('<span class="pill quiet">{}</span>', gettext("off"))
        kind, said = ("warn", gettext("failing")) if row.failing_since else ("good", gettext("active"))
        return format_html('<span class="pill {}">{}</span>', kind, said)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make it, and keep its secret for the one answer that shows it; or change it."""
        if change:
            super().save_model(request, obj, form, change)
            return
        data = dict(form.cleaned_data)
        administrator = cast(Administrator, data.pop("administrator", None) or administrator_of(request))
        saved, obj.text = services.create_webhook(actor=actor_of(request), administrator=administrator, **_values(data))
        obj.pk, obj.administrator = saved.pk, administrator

    def update(self, actor: Actor, row: Webhook, data: dict[str, Any]) -> Model:
        return services.update_webhook(actor=actor, webhook=row, **_values(data))

    def remove(self, actor: Actor, row: Webhook) -> None:
        services.delete_webhook(actor=actor, webhook=row)

    def cascade_counts(self, row: Webhook) -> dict[str, int]:
        return {str(Delivery._meta.verbose_name_plural): row.deliveries.count()}

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Show its secret, this once."""
        return self._shown_once(request, obj, obj.text)

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """A new secret, or a message without a change."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or step not in {"secret", "test"}:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        try:
            if step == "secret":
                return self._shown_once(request, row, services.rotate_secret(actor=actor_of(request), webhook=row))
            services.send_test(actor=actor_of(request), webhook=row)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            said = gettext("The message is on its way. What becomes of it is in the deliveries.")
            self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(self._url("change", str(pk)))

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Adds what the panel shows. After a new one comes the page with its secret, so there is one button."""
        if obj is None:
            context |= _ONE_BUTTON
        else:
            context["state"] = self.state(obj)
            context["latest"] = list(obj.deliveries.order_by("-pk")[:5])
            context["may_step"] = self.has_change_permission(request, obj)
            context["deliveries_url"] = f"{_list_of_deliveries()}?webhook__id__exact={obj.pk}"
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _shown_once(self, request: HttpRequest, row: Webhook, secret: str) -> HttpResponse:
        page: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("The new secret of the webhook"),
            "opts": self.opts,
            "made": row,
            "secret": secret,
            "back": self._url("change", str(row.pk)),
        }
        response = TemplateResponse(request, "admin/webhooks/webhook_secret.html", page)
        add_never_cache_headers(response)
        return response


class ChangeNumberFilter(NumberFilter):
    """By the number of the change."""

    title = _("change")
    parameter_name = "change_id"


@admin.register(Delivery)
class DeliveryAdmin(ExportModelAdmin):
    """The log of deliveries. It is read; what can be done is to send a message again."""

    table_name = "webhook-deliveries"
    change_kind = "webhook"
    actions = None
    change_form_template = "admin/webhooks/delivery/change_form.html"
    list_display = ("created_at", "webhook", "event", "state_column", "attempts", "status", "outcome")
    list_filter = ("state", ("webhook", RelatedFilter), ChangeNumberFilter)
    list_select_related = ("webhook",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of it, in the order of the list."""
        return ["webhook", "event", "message", "change_id", "state_column", "attempts", *self._times()]

    def get_urls(self) -> list[URLPattern]:
        """Adds sending again."""
        view = self.admin_site.admin_view(require_POST(self.again_view))
        return [path("<int:pk>/again", view, name="webhooks_again"), *super().get_urls()]

    @admin.display(description=_("state"), ordering="state")
    def state_column(self, row: Delivery) -> SafeString:
        return format_html('<span class="pill {}">{}</span>', _PILLS[row.state], row.get_state_display())

    def history_query(self, row: Any) -> dict[str, str]:
        """The changes of its webhook."""
        return {"kind": self.change_kind, "key": str(row.webhook_id)}

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the message again, and show it."""
        row = self.get_queryset(request).select_related("webhook").filter(pk=pk).first()
        if row is None:
            raise Http404
        if not super().has_change_permission(request, row):
            raise PermissionDenied
        try:
            services.send_again(actor=actor_of(request), delivery=row)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, gettext("The message is sent again."), messages.SUCCESS)
        return HttpResponseRedirect(self._url("change", str(pk)))

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Adds whether it can be sent again."""
        context["may_send"] = obj is not None and super().has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @staticmethod
    def _times() -> tuple[str, ...]:
        return "created_at", "last_at", "next_at", "status", "outcome"


def _values(data: dict[str, Any]) -> dict[str, Any]:
    """A form's data by the service's names."""
    return {("kinds" if name == "only_kinds" else name): value for name, value in data.items()}


def _list_of_deliveries() -> str:
    return reverse("admin:webhooks_delivery_changelist")
