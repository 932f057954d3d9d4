"""The bulk edit of users that is about aliases too: to another domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy

from accounts.models import User
from bulk.edits import NOTHING, BulkForm, Params
from bulk.planned import PlannedEdit
from changelog.entries import Snapshot
from changelog.plan import Plan
from core.actor import Actor
from core.addresses import parse_domain
from core.errors import Invalid
from core.scoping import Viewer, may
from forwards.models import ForwardingAlias
from forwards.renames import plan_renames

_KEEP: Final = "keep"
_GIVE_UP: Final = "give_up"


class DomainField(forms.CharField):
    """A mail domain as it was written; with or without the @ before it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}
        super().__init__(max_length=254, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        """The domain; ValidationError with the rule's sentence."""
        text = str(super().clean(value)).removeprefix("@")
        try:
            parse_domain(text)
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error
        return text


class DomainsForm(BulkForm):
    """From which domain to which, and what becomes of the old addresses."""

    hint = gettext_lazy(
        "Aliases that lead to the mailboxes will lead to the new addresses. The mail that is there already stays in"
        " folders of the old names until whoever runs the mail server moves them."
    )
    old = DomainField(label=gettext_lazy("Old domain"))
    new = DomainField(label=gettext_lazy("New domain"))
    old_addresses = forms.ChoiceField(
        label=gettext_lazy("The old addresses"),
        choices=[
            (_KEEP, gettext_lazy("become aliases that lead to the new ones")),
            (_GIVE_UP, gettext_lazy("are given up")),
        ],
        initial=_KEEP,
        widget=forms.RadioSelect,
    )


class MoveUsers(PlannedEdit[User]):
    """To another domain, with what leads to them."""

    name = "users.move_domain"
    label = gettext_lazy("Move to another domain")
    model = User
    form = DomainsForm
    also_writes = (ForwardingAlias,)

    def allowed(self, administrator: Viewer) -> bool:
        return super().allowed(administrator) and all(
            may(administrator, action, ForwardingAlias) for action in ("add", "change", "delete")
        )

    def describe(self, params: Params) -> str:
        return gettext("Move from @%(old)s to @%(new)s") % params

    def related(self, rows: QuerySet[User]) -> QuerySet[User]:
        return rows.select_related("context__reseller")

    def plan(self, actor: Actor, rows: Sequence[User], params: Params, *, hold: bool) -> Plan:
        keep = params["old_addresses"] == _KEEP
        return plan_renames(actor, rows, params["old"], params["new"], keep=keep, hold=hold)

    def words(self, snapshot: Snapshot | None) -> str:
        return NOTHING if snapshot is None else str(snapshot["uidname"])


EDITS = (MoveUsers,)
