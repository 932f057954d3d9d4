"""The bulk edits of forwarding aliases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib.admin import site
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.models import Context
from bulk.activity import Resume, Suspend
from bulk.deletion import Delete
from bulk.edits import BulkEdit, BulkForm, Params, Result
from core.actor import Actor
from core.addresses import parse_address
from core.admin.widgets import Autocomplete
from core.errors import Invalid
from core.scoping import Viewer
from forwards.graph import lock_edges_of_many, lock_graph
from forwards.models import ForwardingAlias
from forwards.services import (
    add_recipients,
    delete_forward,
    drop_recipient,
    move_forward,
    replace_recipient,
    set_forward_active,
)

# More of an alias's recipients than this are only counted where the alias is shown in a line.
_SHOWN: Final = 5


class AddressField(forms.CharField):
    """A mail address by the product's own rules, as it was written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}), **kwargs)

    def clean(self, value: Any) -> str:
        """The address; ValidationError with the rule's sentence."""
        text = super().clean(value)
        try:
            return parse_address(text).written
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error


class RecipientForm(BulkForm):
    """One recipient."""

    recipient = AddressField(label=gettext_lazy("Recipient"))


class ReplaceForm(BulkForm):
    """A recipient and the one that takes its place."""

    old = AddressField(label=gettext_lazy("Recipient"))
    new = AddressField(label=gettext_lazy("New recipient"))


class MoveForm(BulkForm):
    """The context that the aliases go to."""

    context = forms.ModelChoiceField(Context.objects.none(), label=gettext_lazy("Context"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, administrator: Viewer) -> None:
        super().__init__(data, administrator=administrator)
        field: Any = self.fields["context"]
        field.queryset = Context.objects.visible_to(administrator)
        field.widget = Autocomplete(ForwardingAlias._meta.get_field("context"), site, choices=field.choices)

    def params(self) -> Params:
        return {"context": self.cleaned_data["context"].pk, "name": self.cleaned_data["context"].name}


class _AliasEdit(BulkEdit[ForwardingAlias]):
    """Shows an alias by its recipients."""

    model = ForwardingAlias

    def related(self, rows: QuerySet[ForwardingAlias]) -> QuerySet[ForwardingAlias]:
        return rows.select_related("context").prefetch_related("recipients")

    def before(self, row: ForwardingAlias) -> str:
        recipients = [one.address for one in row.recipients.all()]
        shown = ", ".join(recipients[:_SHOWN])
        if len(recipients) > _SHOWN:
            shown = gettext("%(addresses)s and %(count)s more") % {
                "addresses": shown,
                "count": len(recipients) - _SHOWN,
            }
        return shown if row.is_active else gettext("%(state)s (suspended)") % {"state": shown}


class _EdgeEdit(_AliasEdit):
    """Writes recipients or the alias's place: it holds all that the services lock for that, before the first row."""

    def lock(self, rows: QuerySet[ForwardingAlias], params: Params) -> None:
        new = [parse_address(params[name]).normalized for name in ("recipient", "new") if name in params]
        lock_edges_of_many(dict(rows.values_list("normalized", "domain")), new)


class AddRecipient(_EdgeEdit):
    """One more recipient for each alias."""

    name = "forwards.add_recipient"
    label = gettext_lazy("Add a recipient")
    form = RecipientForm

    def describe(self, params: Params) -> str:
        return gettext("Add the recipient %(recipient)s") % params

    def apply(self, actor: Actor, row: ForwardingAlias, params: Params) -> Result:
        return Result.of(
            add_recipients(actor=actor, context=row.context, alias=row.address, recipients=[params["recipient"]])
        )


class RemoveRecipient(_AliasEdit):
    """One recipient less, but never the last."""

    name = "forwards.remove_recipient"
    label = gettext_lazy("Remove a recipient")
    form = RecipientForm

    def describe(self, params: Params) -> str:
        return gettext("Remove the recipient %(recipient)s") % params

    def apply(self, actor: Actor, row: ForwardingAlias, params: Params) -> Result:
        return Result.of(drop_recipient(actor=actor, forward=row, recipient=params["recipient"]))


class ReplaceRecipient(_EdgeEdit):
    """Another recipient in place of one."""

    name = "forwards.replace_recipient"
    label = gettext_lazy("Replace a recipient")
    form = ReplaceForm

    def describe(self, params: Params) -> str:
        return gettext("Replace the recipient %(old)s by %(new)s") % params

    def apply(self, actor: Actor, row: ForwardingAlias, params: Params) -> Result:
        return Result.of(replace_recipient(actor=actor, forward=row, old=params["old"], new=params["new"]))


class SuspendAliases(_AliasEdit, Suspend[ForwardingAlias]):
    """The mail servers do not see suspended aliases; they keep their data."""

    name = "forwards.suspend"

    def set_active(self, actor: Actor, row: ForwardingAlias, *, is_active: bool) -> None:
        set_forward_active(actor=actor, forward=row, is_active=is_active)


class ResumeAliases(Resume[ForwardingAlias], SuspendAliases):
    """In use again."""

    name = "forwards.resume"


class MoveAliases(_EdgeEdit):
    """To another context, with their recipients."""

    name = "forwards.move"
    label = gettext_lazy("Move to another context")
    form = MoveForm

    def lock(self, rows: QuerySet[ForwardingAlias], params: Params) -> None:
        super().lock(rows, params)
        lock_graph()

    def describe(self, params: Params) -> str:
        return gettext("Move to the context %(name)s") % params

    def before(self, row: ForwardingAlias) -> str:
        return row.context.name

    def apply(self, actor: Actor, row: ForwardingAlias, params: Params) -> Result:
        return Result.of(move_forward(actor=actor, forward=row, context=Context(pk=params["context"])))


class DeleteAliases(_AliasEdit, Delete[ForwardingAlias]):
    """Gone with their recipients."""

    name = "forwards.delete"

    def delete(self, actor: Actor, row: ForwardingAlias) -> None:
        delete_forward(actor=actor, context=row.context, alias=row.address)


def count_aliases(count: int) -> str:
    """The number in words."""
    return ngettext("%(count)s alias", "%(count)s aliases", count) % {"count": count}


EDITS = (
    AddRecipient,
    RemoveRecipient,
    ReplaceRecipient,
    SuspendAliases,
    ResumeAliases,
    MoveAliases,
    DeleteAliases,
)
