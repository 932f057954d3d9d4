"""The bulk edits of forwarding aliases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, cast

from django import forms
from django.contrib.admin import site
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.marked import PutLabel, TakeLabel
from accounts.models import Context
from bulk.activity import RESUME, SUSPEND
from bulk.changes import ChangesForm
from bulk.deletion import DELETE
from bulk.edits import NOTHING, BulkForm, Params
from bulk.planned import PlannedEdit
from changelog.entries import Snapshot
from changelog.plan import Plan, Planned
from changelog.words import value_in_words
from core.actor import Actor
from core.addresses import parse_address
from core.admin.forms import DayField
from core.admin.questions import Doubt, Question
from core.admin.widgets import Autocomplete
from core.days import day_of
from core.errors import Invalid
from core.numbers import counted
from core.scoping import Viewer
from forwards.doubts import doubt
from forwards.models import ForwardingAlias, ForwardingAliasQuerySet
from forwards.plans import plan_aliases
from forwards.services import adding, changing, deleting, dropping, hold_and_plan, replacing, visible_context
from forwards.wishes import AliasEdit

# More of an alias's recipients than this are only counted where the alias is shown in a line.
_SHOWN: Final = 5


class AddressField(forms.CharField):
    """A mail address by the product's own rules, as it was written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}), **kwargs)

    def clean(self, value: Any) -> str:
        """The address; ValidationError with the rule's sentence."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_address(text).written
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error


class RecipientForm(BulkForm):
    """One recipient."""

    recipient = AddressField(label=gettext_lazy("Recipient"))


class NewRecipientForm(RecipientForm):
    """One recipient that is new."""

    def ask(self) -> Question | None:
        return _doubt(self, "recipient")


class ReplaceForm(BulkForm):
    """A recipient and the one that takes its place."""

    old = AddressField(label=gettext_lazy("Old recipient"))
    new = AddressField(label=gettext_lazy("New recipient"))

    def ask(self) -> Question | None:
        return _doubt(self, "new")


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


class EndForm(BulkForm):
    """The day on which the aliases expire."""

    expires_on = DayField(
        label=gettext_lazy("Expires on"), help_text=ForwardingAlias._meta.get_field("expires_on").help_text
    )

    def params(self) -> Params:
        day = self.cleaned_data["expires_on"]
        return {"expires_on": None if day is None else day.isoformat()}


class _AliasEdit(PlannedEdit[ForwardingAlias]):
    """Shows an alias by its recipients. A subclass says what shall become of one."""

    model = ForwardingAlias

    def loaded(self, rows: QuerySet[ForwardingAlias]) -> list[ForwardingAlias]:
        return cast(ForwardingAliasQuerySet, rows).with_contexts()

    def plan(self, actor: Actor, rows: Sequence[ForwardingAlias], params: Params, *, hold: bool) -> Plan:
        wish = self.wish(actor, params)
        wishes = [wish(row) for row in rows]
        return hold_and_plan(actor, wishes) if hold else plan_aliases(actor, wishes)

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        """What makes of an alias the wish about it. DomainError."""
        raise NotImplementedError

    def words(self, snapshot: Snapshot | None) -> str:
        if snapshot is None:
            return NOTHING
        recipients = snapshot["recipients"]
        shown = ", ".join(recipients[:_SHOWN])
        if len(recipients) > _SHOWN:
            shown = gettext("%(addresses)s and %(count)s more") % {
                "addresses": shown,
                "count": len(recipients) - _SHOWN,
            }
        if "expires_on" in snapshot:
            words = {"state": shown, "day": value_in_words("expires_on", snapshot["expires_on"])}
            shown = gettext("%(state)s (expires on %(day)s)") % words
        return shown if snapshot["is_active"] else gettext("%(state)s (suspended)") % {"state": shown}


class AddRecipient(_AliasEdit):
    """One more recipient for each alias."""

    name = "forwards.add_recipient"
    label = gettext_lazy("Add a recipient")
    form = NewRecipientForm

    def describe(self, params: Params) -> str:
        return gettext("Add the recipient %(recipient)s") % params

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        return lambda row: adding(row, [params["recipient"]])


class RemoveRecipient(_AliasEdit):
    """One recipient less, but never the last."""

    name = "forwards.remove_recipient"
    label = gettext_lazy("Remove a recipient")
    form = RecipientForm

    def describe(self, params: Params) -> str:
        return gettext("Remove the recipient %(recipient)s") % params

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        recipient = parse_address(params["recipient"], field="recipient")
        return lambda row: dropping(row, recipient)


class ReplaceRecipient(_AliasEdit):
    """Another recipient in place of one."""

    name = "forwards.replace_recipient"
    label = gettext_lazy("Replace a recipient")
    form = ReplaceForm

    def describe(self, params: Params) -> str:
        return gettext("Replace the recipient %(old)s by %(new)s") % params

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        old, new = parse_address(params["old"], field="old"), parse_address(params["new"], field="new")
        return lambda row: replacing(row, old, new)


class SuspendAliases(_AliasEdit):
    """The mail servers do not see suspended aliases; they keep their data."""

    name = "forwards.suspend"
    label = SUSPEND
    is_active: ClassVar[bool] = False

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        return lambda row: AliasEdit(row, is_active=self.is_active)


class ResumeAliases(SuspendAliases):
    """In use again."""

    name = "forwards.resume"
    label = RESUME
    is_active = True


class ChangesOfAliasesForm(ChangesForm):
    """Status, a recipient more and one less."""

    add = AddressField(label=gettext_lazy("Add the recipient"), required=False)
    remove = AddressField(label=gettext_lazy("Remove the recipient"), required=False)

    def ask(self) -> Question | None:
        return _doubt(self, "add") if self.cleaned_data["add"] else None


class ChangeAliases(_AliasEdit):
    """Several fields at once."""

    name = "forwards.change"
    label = gettext_lazy("Change several fields")
    form = ChangesOfAliasesForm

    def describe(self, params: Params) -> str:
        told = []
        if "is_active" in params:
            told.append(str(RESUME if params["is_active"] else SUSPEND))
        if "add" in params:
            told.append(gettext("Add the recipient %(recipient)s") % {"recipient": params["add"]})
        if "remove" in params:
            told.append(gettext("Remove the recipient %(recipient)s") % {"recipient": params["remove"]})
        return "; ".join(told)

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        new = [parse_address(params["add"], field="add")] if "add" in params else []
        gone = parse_address(params["remove"], field="remove") if "remove" in params else None
        return lambda row: changing(row, new, gone, is_active=params.get("is_active"))


class SetEnd(_AliasEdit):
    """The mail servers stop to serve them on a day, or not any more."""

    name = "forwards.set_end"
    label = gettext_lazy("Set the day on which they expire")
    form = EndForm

    def describe(self, params: Params) -> str:
        if params["expires_on"] is None:
            return gettext("Take away the day on which they expire")
        return gettext("Expire on %(day)s") % {"day": value_in_words("expires_on", params["expires_on"])}

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        expires_on = day_of(params["expires_on"])
        return lambda row: AliasEdit(row, expires_on=expires_on)


class LabelAliases(PutLabel, _AliasEdit):
    """One more label."""

    name = "forwards.label"

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        labels = self.labels(params)
        return lambda row: AliasEdit(row, labels=labels)


class UnlabelAliases(TakeLabel, LabelAliases):
    """One label less."""

    name = "forwards.unlabel"


class MoveAliases(_AliasEdit):
    """To another context, with their recipients."""

    name = "forwards.move"
    label = gettext_lazy("Move to another context")
    form = MoveForm

    def describe(self, params: Params) -> str:
        return gettext("Move to the context %(name)s") % params

    def before(self, row: ForwardingAlias, planned: Planned) -> str:
        return row.context.name

    def after(self, row: ForwardingAlias, planned: Planned) -> str:
        return planned.entries[-1].owners.context_name

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        context = visible_context(actor, params["context"])
        return lambda row: AliasEdit(row, context=context)


class DeleteAliases(_AliasEdit):
    """Gone with their recipients."""

    name = "forwards.delete"
    label = DELETE
    permission = "delete"

    def wish(self, actor: Actor, params: Params) -> Callable[[ForwardingAlias], AliasEdit]:
        return deleting


def _doubt(form: BulkForm, field: str) -> Question | None:
    """Whether the address in this field, which does not exist, is meant."""
    sentence = doubt(form.administrator, [form.cleaned_data[field]])
    return Doubt(form.data, sentence) if sentence else None


def count_aliases(count: int) -> str:
    """The number in words."""
    return ngettext("%(count)s alias", "%(count)s aliases", count) % {"count": counted(count)}


EDITS = (
    AddRecipient,
    RemoveRecipient,
    ReplaceRecipient,
    SuspendAliases,
    ResumeAliases,
    ChangeAliases,
    SetEnd,
    LabelAliases,
    UnlabelAliases,
    MoveAliases,
    DeleteAliases,
)
