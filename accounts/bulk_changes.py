"""The bulk edits that change several fields of users, contexts and resellers at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.bulk import UserEdit
from accounts.bulk_contexts import ContextEdit
from accounts.leads import Choice, Redirect
from accounts.models import Context, Reseller, User
from accounts.services.context_plans import ContextWish
from accounts.services.limits import lock_reseller_rows
from accounts.services.plans import UserWish
from accounts.services.resellers import snapshot as reseller_snapshot
from accounts.services.resellers import update_reseller
from bulk.changes import ChangesForm
from bulk.edits import Params, Result
from bulk.rowwise import RowEdit
from changelog.words import field_name, value_in_words
from core.actor import Actor
from core.admin.forms import SizeField, WholeNumberField
from core.keep import KEEP
from core.numbers import counted
from core.scoping import Viewer
from core.sizes import format_exact

CHANGE = gettext_lazy("Change several fields")
_NO_LIMIT = gettext_lazy("no limit")


class UsersForm(ChangesForm):
    """Quota, status, and what can be taken from many mailboxes; nothing that is one's own can be given to many."""

    quota = SizeField(label=gettext_lazy("Mail quota"))
    no_msisdn = forms.BooleanField(label=gettext_lazy("Remove the phone number"), required=False)
    no_custom = forms.BooleanField(label=gettext_lazy("Remove the custom ids"), required=False)
    field_order = ("status", "quota", "no_quota", "no_msisdn", "no_custom", "leads", "address")
    emptied: ClassVar = {"quota": gettext_lazy("Unlimited")}

    def __init__(self, data: Mapping[str, Any] | None = None, *, administrator: Viewer) -> None:
        super().__init__(data, administrator=administrator)
        if "leads" in self.fields:
            question: Any = self.fields["leads"]
            question.required, question.initial = False, Choice.LEAVE
            question.label = gettext("If they are suspended, these aliases")

    def changing(self) -> list[str]:
        return ["quota"]

    def _changes(self) -> Params:
        data, found = self.cleaned_data, super()._changes()
        found |= {"msisdn": None} if data.get("no_msisdn") else {}
        found |= {"custom": []} if data.get("no_custom") else {}
        if found.get("is_active") is False and data.get("leads"):
            found |= Redirect(Choice(data["leads"]), data.get("address", "")).params()
        return found


class ContextsForm(ChangesForm):
    """Quota, the limit of users, status."""

    quota = SizeField(label=gettext_lazy("Quota"))
    max_user = WholeNumberField(label=gettext_lazy("User limit"), required=False, min_value=0)
    emptied: ClassVar = {"quota": gettext_lazy("Unlimited"), "max_user": gettext_lazy("No limit of users")}


class ResellersForm(ChangesForm):
    """The limits, and status."""

    max_context = WholeNumberField(label=gettext_lazy("Contexts"), required=False, min_value=0)
    max_overall_user = WholeNumberField(label=gettext_lazy("Users"), required=False, min_value=0)
    max_user_per_context = WholeNumberField(label=gettext_lazy("Users in one context"), required=False, min_value=0)
    max_overall_context_quota = SizeField(label=gettext_lazy("Quota"))
    emptied: ClassVar = dict.fromkeys(
        ("max_context", "max_overall_user", "max_user_per_context", "max_overall_context_quota"), _NO_LIMIT
    )


class ChangeUsers(UserEdit):
    """Several fields at once."""

    name = "users.change"
    label = CHANGE
    form = UsersForm
    breaks_mail_flow = True

    def breaks(self, params: Params) -> bool:
        return params.get("is_active") is False

    def describe(self, params: Params) -> str:
        return _described(params)

    def wish(self, row: User, params: Params) -> UserWish:
        asked = {name: params.get(name, KEEP) for name in ("quota", "msisdn", "custom", "is_active")}
        return UserWish(row, **asked)

    def words(self, snapshot: Any) -> str:
        told = super().words(snapshot)
        if snapshot is None:
            return told
        custom = len(snapshot["custom"])
        ids = ngettext("%(count)s custom id", "%(count)s custom ids", custom) % {"count": counted(custom)}
        return ", ".join([told, snapshot["msisdn"] or gettext("no phone number"), ids])


class ChangeContexts(ContextEdit):
    """Several fields at once."""

    name = "contexts.change"
    label = CHANGE
    form = ContextsForm

    def describe(self, params: Params) -> str:
        return _described(params)

    def wish(self, row: Context, params: Params) -> ContextWish:
        return ContextWish(row, **params)

    def words(self, snapshot: Any) -> str:
        told = super().words(snapshot)
        if snapshot is None:
            return told
        users = _NO_LIMIT if snapshot["max_user"] is None else counted(snapshot["max_user"])
        limit = gettext("user limit: %(limit)s") % {"limit": users}
        return ", ".join([told, gettext("quota: %(quota)s") % {"quota": format_exact(snapshot["quota"])}, limit])


class ChangeResellers(RowEdit[Reseller]):
    """Several fields at once; nobody's own limits."""

    name = "resellers.change"
    label = CHANGE
    model = Reseller
    form = ResellersForm

    def describe(self, params: Params) -> str:
        return _described(params)

    def lock(self, rows: QuerySet[Reseller], params: Params) -> None:
        lock_reseller_rows(rows.order_by())

    def related(self, rows: QuerySet[Reseller]) -> QuerySet[Reseller]:
        return rows.select_related("parent")

    def before(self, row: Reseller) -> str:
        limits = []
        for name in ResellersForm.emptied:
            value = getattr(row, name)
            label = ResellersForm.base_fields[name].label
            shown = format_exact(value) if name.endswith("quota") else _NO_LIMIT if value is None else counted(value)
            limits.append(f"{label}: {shown}")
        return "; ".join([gettext("active") if row.is_active else gettext("suspended"), *limits])

    def apply(self, actor: Actor, row: Reseller, params: Params) -> Result:
        was = reseller_snapshot(row)
        return Result.of(reseller_snapshot(update_reseller(actor=actor, reseller=row, **params)) != was)


def _described(params: Params) -> str:
    """The fields with their new values."""
    redirect = Redirect.of(params)
    told = [
        f"{field_name(name)}: {value_in_words(name, value, between=', ') or '—'}"
        for name, value in params.items()
        if name not in ("leads", "address")
    ]
    told += [redirect.of_aliases()] if redirect.choice is not Choice.LEAVE else []
    return "; ".join(told)


EDITS = (ChangeUsers, ChangeContexts, ChangeResellers)
