"""The bulk edits of configuration properties: of users, contexts and resellers, and of properties that are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy

from accounts.models import ConfigProperty, Context, Reseller, User
from accounts.services.config import Owner, check_name, check_value
from accounts.services.property_plans import PropertyWish, Where, plan_properties
from bulk.edits import NOTHING, BulkForm, Params
from bulk.planned import PlannedEdit
from changelog.entries import Snapshot
from changelog.plan import Plan
from core.actor import Actor
from core.admin.forms import VerbatimField
from core.errors import Invalid
from core.scoping import Viewer, may

_Row = TypeVar("_Row", bound=Model)
# Of a value, so many characters are shown in a line.
_SHOWN = 200


class ValueForm(BulkForm):
    """A property's new value."""

    value = VerbatimField(
        label=gettext_lazy("Value"), required=False, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
    )

    def clean_value(self) -> str:
        """The value; ValidationError with the rule's sentence."""
        return _checked(check_value, self.cleaned_data["value"])


class PropertyForm(ValueForm):
    """A property, its value, and whose it shall be set for."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    where = forms.ChoiceField(
        label=gettext_lazy("Set it"), choices=Where.choices, initial=Where.EVERYWHERE, widget=forms.RadioSelect
    )
    field_order = ("name", "value", "where")

    def clean_name(self) -> str:
        """The name; ValidationError with the rule's sentence."""
        return _checked(check_name, self.cleaned_data["name"])


class _PropertyEdit(PlannedEdit[_Row]):
    """Shows a row by the property's value, which the preview puts beside the new one."""

    form = PropertyForm
    also_writes = (ConfigProperty,)

    def allowed(self, administrator: Viewer) -> bool:
        """Whoever may set properties; changing the row itself is another matter."""
        return may(administrator, "add", ConfigProperty) and may(administrator, "change", ConfigProperty)

    def describe(self, params: Params) -> str:
        return gettext("Set the property %(name)s") % params

    def owner(self, row: _Row) -> Owner:
        """Whose property it is."""
        raise NotImplementedError

    def plan(self, actor: Actor, rows: Sequence[_Row], params: Params, *, hold: bool) -> Plan:
        name, value, where = params["name"], params["value"], Where(params["where"])
        return plan_properties(actor, [PropertyWish(self.owner(row), name, value, where) for row in rows], hold=hold)

    def words(self, snapshot: Snapshot | None) -> str:
        return NOTHING if snapshot is None else Truncator(snapshot["value"]).chars(_SHOWN)


class SetOfUsers(_PropertyEdit[User]):
    """One property for each of the users."""

    name = "users.set_property"
    label = gettext_lazy("Set a configuration property")
    model = User

    def related(self, rows: QuerySet[User]) -> QuerySet[User]:
        return rows.select_related("context__reseller")

    def owner(self, row: User) -> Owner:
        return Owner(user=row)


class SetOfContexts(_PropertyEdit[Context]):
    """One property for each of the contexts; it holds for their users, unless one has a value of its own."""

    name = "contexts.set_property"
    label = SetOfUsers.label
    model = Context

    def related(self, rows: QuerySet[Context]) -> QuerySet[Context]:
        return rows.select_related("reseller")

    def owner(self, row: Context) -> Owner:
        return Owner(context=row)


class SetOfResellers(_PropertyEdit[Reseller]):
    """One property for each of the resellers; nobody's own, which are set by whoever stands above."""

    name = "resellers.set_property"
    label = SetOfUsers.label
    model = Reseller

    def related(self, rows: QuerySet[Reseller]) -> QuerySet[Reseller]:
        return rows.select_related("parent")

    def owner(self, row: Reseller) -> Owner:
        return Owner(reseller=row)


class ReplaceValues(PlannedEdit[ConfigProperty]):
    """Another value for properties that are there."""

    name = "config.set_value"
    label: ClassVar[Any] = gettext_lazy("Replace the value")
    model = ConfigProperty
    form = ValueForm

    def related(self, rows: QuerySet[ConfigProperty]) -> QuerySet[ConfigProperty]:
        return rows.select_related("reseller__parent", "context__reseller", "user__context__reseller")

    def plan(self, actor: Actor, rows: Sequence[ConfigProperty], params: Params, *, hold: bool) -> Plan:
        def wish(row: ConfigProperty) -> PropertyWish:
            owner = Owner(row.reseller, row.context, row.user)
            return PropertyWish(owner, row.name, params["value"], Where.PRESENT)

        return plan_properties(actor, list(map(wish, rows)), hold=hold)

    def words(self, snapshot: Snapshot | None) -> str:
        return NOTHING if snapshot is None else Truncator(snapshot["value"]).chars(_SHOWN)


def _checked(check: Any, text: str) -> str:
    try:
        check(text)
    except Invalid as error:
        raise forms.ValidationError(str(error)) from error
    return text


EDITS = (SetOfUsers, SetOfContexts, SetOfResellers, ReplaceValues)
