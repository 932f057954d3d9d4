"""The web admin's forms for resellers, contexts, users, configuration and administrators."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.marked import MarkedForm
from accounts.models import Administrator, ConfigProperty, Context, Reseller, User
from accounts.redirect_forms import RedirectQuestion, question
from core.access import Role
from core.actor import Actor
from core.addresses import normalize_uidname
from core.admin.forms import LinesField, ServiceForm, SizeField, WholeNumberField
from core.admin.questions import Question
from core.errors import Invalid
from core.numbers import MAX_BIGINT
from core.zones import zone_choices


class ResellerForm(ServiceForm):
    max_overall_context_quota = SizeField(
        label=_("Quota"),
        help_text=_("The most, of all contexts together; empty: no limit (Subadmin.MaxOverallContextQuota)."),
    )

    class Meta:
        model = Reseller
        fields = [
            "name",
            "display_name",
            "parent",
            "is_active",
            "max_context",
            "max_overall_user",
            "max_user_per_context",
            "max_overall_context_quota",
            "can_create_subadmin",
            "max_subadmin",
            "product_name",
            "colour",
            "hide_subjects",
            "demand_second_factor",
        ]
        labels = {
            "max_context": _("Contexts"),
            "max_overall_user": _("Users"),
            "max_user_per_context": _("Users in one context"),
            "can_create_subadmin": _("May have child resellers"),
            "max_subadmin": _("Child resellers"),
        }
        help_texts = {
            "max_context": _("The most; empty: no limit (Subadmin.MaxContext)."),
            "max_overall_user": _("The most, in all contexts together; empty: no limit (Subadmin.MaxOverallUser)."),
            "max_user_per_context": _("The most; empty: no limit (Context.MaxUser)."),
            "can_create_subadmin": _("Subadmin.CanCreateSubadmin."),
            "max_subadmin": _("The most; empty: no limit (Subadmin.MaxSubadmin)."),
            "parent": _("Empty: a reseller of its own. A child has no children."),
        }


class ContextForm(MarkedForm):
    quota = SizeField(label=_("Quota"), help_text=_("Empty: unlimited."))

    class Meta:
        model = Context
        fields = ["id", "name", "reseller", "quota", "max_user", "is_active", "note"]
        help_texts = {
            "id": _("A positive number, yours to choose; it cannot be changed."),
            "name": _("Not all digits, and without / : @ and \\."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reseller" in self.fields:
            # Only the master has contexts of its own, which belong to no reseller.
            self.fields["reseller"].required = self.role is not Role.MASTER

    not_of_companies: ClassVar = ("note", "labels")

    @property
    def shown_to(self) -> Any:
        return _("The administrators of the company do not see it.")


class UserForm(MarkedForm):
    number = WholeNumberField(
        label=_("User id"),
        required=False,
        min_value=1,
        max_value=MAX_BIGINT,
        help_text=_("Empty: the next free one of the context. It cannot be changed."),
    )
    quota = SizeField(label=_("Mail quota"), help_text=_("Empty: unlimited."))
    custom = LinesField(
        label=_("Custom ids"),
        required=False,
        rows=4,
        help_text=_("Other names to log in with, one a line, in their order."),
    )

    class Meta:
        model = User
        fields = ["context", "number", "uidname", "msisdn", "quota", "is_active", "note"]
        labels = {"uidname": _("Uidname"), "msisdn": _("Phone number")}
        help_texts = {
            "uidname": _("The mailbox's name, usually its address."),
            "msisdn": _("With the country's code, such as +49.12345.6789."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial.setdefault("custom", [one.value for one in self.instance.custom_ids.all()])

    def ask(self) -> Question | None:
        """What becomes of the aliases to a mailbox that is renamed or suspended."""
        if self.instance.pk is None or not {"uidname", "is_active"} & set(self.changed_data):
            return None
        suspended = self.initial.get("is_active") and not self.cleaned_data.get("is_active", True)
        name = self.cleaned_data.get("uidname", "")
        renamed = normalize_uidname(name) != normalize_uidname(self.initial.get("uidname", name))
        if not suspended and not renamed:
            return None
        address = name if renamed and not suspended and "@" in name else ""
        asked: Question | None = question(self.data, self.administrator, self.instance, address)
        return asked

    def answered(self, question: Question) -> None:
        self.answers = {"redirect": cast(RedirectQuestion, question).redirect}


class ConfigPropertyForm(ServiceForm):
    class Meta:
        model = ConfigProperty
        fields = ["name", "value", "reseller", "context", "user"]
        help_texts = {
            "name": _("Such as com.openexchange.capability.webmail."),
            "reseller": _("Whose property it is: a reseller's, a context's or a user's."),
        }

    def clean(self) -> dict[str, Any]:
        """One owner at most, and nothing that exists is overwritten."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is not None:
            return data
        owners = {name: data.get(name) for name in ("reseller", "context", "user")}
        if sum(owner is not None for owner in owners.values()) > 1:
            raise ValidationError(_("A property belongs to a reseller, a context or a user: choose one of them."))
        taken = ConfigProperty.objects.visible_to(self.administrator).filter(name=data.get("name", ""), **owners)
        if taken.exists():
            self.add_error("name", _("There is such a property already; change that one."))
        return data


class TimeZoneField(forms.ChoiceField):
    """The zone in which somebody reads times; the browser's for none."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Time zone"), required=False, choices=lambda: [("", _("the browser's")), *zone_choices()]
        )


class AdministratorForm(ServiceForm):
    """Passwords are written, never shown."""

    new_password = forms.CharField(
        label=_("Password"),
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-new-password": ""}),
    )
    repeated_password = forms.CharField(
        label=_("Password again"),
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-new-password": ""}),
    )

    reset_second_factor = forms.BooleanField(
        label=_("Reset the second factor"),
        required=False,
        help_text=_("Forgets the authenticator app, the passkeys and the recovery codes, for who has lost them."),
    )

    time_zone = TimeZoneField()

    class Meta:
        model = Administrator
        widgets = {"email": forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})}
        fields = [
            "role",
            "reseller",
            "context",
            "login",
            "email",
            "must_change_password",
            "is_active",
            "language",
            "time_zone",
        ]
        help_texts = {
            "role": _(
                "Reseller administrators and tenant credentials have a reseller, context administrators a context."
            ),
            "login": _("It cannot be changed. A context administrator logs in here as login@context name."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields and self.role is not Role.MASTER:
            role: Any = self.fields["role"]
            role.choices = [choice for choice in role.choices if choice[0] != Role.MASTER]
        if "new_password" in self.fields:
            new = self.instance.pk is None
            self.fields["new_password"].required = self.fields["repeated_password"].required = new
            self.fields["new_password"].help_text = " ".join(
                [*([] if new else [str(_("Empty: it stays as it is."))]), *password_validators_help_texts()]
            )

    def clean(self) -> dict[str, Any]:
        """The password passes the installation's rules and was typed the same way twice."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        password, again = data.get("new_password") or "", data.get("repeated_password") or ""
        if password != again:
            self.add_error("repeated_password", _("The two passwords differ."))
        elif password:
            try:
                validate_password(password, Administrator(login=data.get("login", self.instance.login)))
            except ValidationError as error:
                self.add_error("new_password", error)
        return data


def context_of(actor: Actor, data: dict[str, Any]) -> Context:
    """The context that a form names; a context's own administrator is not asked. Invalid where there is none."""
    own = actor.administrator.context if actor.administrator is not None else None
    context: Context | None = data.get("context") or own
    if context is None:
        raise Invalid(str(_("Choose a context.")), field="context")
    return context
