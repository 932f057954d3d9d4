"""What becomes of the aliases to a mailbox that is deleted, renamed or suspended: asked in forms and in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import leads
from accounts.leads import Choice, Redirect
from accounts.models import User
from bulk.edits import BulkForm
from core.addresses import normalize_uidname, parse_address
from core.admin.questions import Asking, Doubt, Question
from core.errors import Invalid
from core.scoping import Viewer

SUSPENDED, DELETED = "suspended", "deleted"


class _RedirectFields(Asking, forms.Form):
    """The choice, and the address that the aliases are handed to."""

    administrator: Viewer
    leads = forms.ChoiceField(label=_("These aliases"), choices=Choice.choices, widget=forms.RadioSelect)
    address = forms.CharField(
        label=_("Other address"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "email"}),
    )

    def clean_address(self) -> str:
        """The address; it is needed where the aliases are handed to it."""
        text = str(self.cleaned_data["address"])
        if self.cleaned_data.get("leads") != Choice.HAND_OVER:
            return ""
        if not text:
            raise ValidationError(gettext("Say which address they go to."))
        try:
            return parse_address(text).written
        except Invalid as error:
            raise ValidationError(str(error)) from error

    def ask(self) -> Question | None:
        """Whether an address that does not exist is meant."""
        address, own = self.cleaned_data["address"], self.will_exist()
        if not address or parse_address(address).normalized in own:
            return None
        sentence = leads.source().doubt(self.administrator, [address])
        return Doubt(self.data, sentence, prefix=f"{self.prefix}-doubt") if sentence else None

    def will_exist(self) -> set[str]:
        """Addresses (normalized) that are not there yet and will be."""
        return set()


class RedirectQuestion(_RedirectFields, Question):
    """The question on the page of one mailbox. `renamed` is the address that it is about to have."""

    def __init__(self, data: Mapping[str, Any] | None, sentence: str, administrator: Viewer, renamed: str = "") -> None:
        self.administrator, self._renamed = administrator, renamed
        super().__init__(data, sentence)
        if renamed:
            self.initial = {"leads": Choice.HAND_OVER, "address": renamed}

    def will_exist(self) -> set[str]:
        return {normalize_uidname(self._renamed)} if self._renamed else set()

    @property
    def redirect(self) -> Redirect:
        """The answer."""
        return Redirect(Choice(self.cleaned_data["leads"]), self.cleaned_data["address"])


class RedirectBulkForm(_RedirectFields, BulkForm):
    """The question about many mailboxes; `about` says which aliases lead to them."""


class LeaveForm(BulkForm):
    """What becomes of the mailboxes of people who leave."""

    mailbox = forms.ChoiceField(
        label=_("Their mailboxes"),
        choices=[(SUSPENDED, _("are suspended: kept, and closed")), (DELETED, _("are deleted"))],
        initial=SUSPENDED,
        widget=forms.RadioSelect,
    )


def question(data: Mapping[str, Any] | None, administrator: Viewer, user: User, renamed: str = "") -> Any:
    """The question about the aliases to a mailbox; None where there are none that the person sees."""
    sentence = leads.sentence(administrator, User.objects.filter(pk=user.pk))
    return RedirectQuestion(data, sentence, administrator, renamed) if sentence else None


def bulk_form(administrator: Viewer, chosen: QuerySet[User], base: type[BulkForm] = BulkForm) -> type[BulkForm]:
    """The base's form, which asks about the aliases to these mailboxes too, where there are any."""
    users = User.objects.visible_to(administrator).filter(pk__in=chosen.order_by().values("pk"))
    sentence = leads.sentence(administrator, users)
    return type(base.__name__, (RedirectBulkForm, base), {"about": sentence}) if sentence else base
