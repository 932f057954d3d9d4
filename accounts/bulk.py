"""The bulk edits of users and contexts."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

import accounts.bulk_import  # noqa: F401  (registers the imports)
from accounts.kinds import field_name, kind_name, value_in_words
from accounts.models import Administrator, Change, Context, Reseller, User
from accounts.services.contexts import delete_context, update_context
from accounts.services.history import undo_change
from accounts.services.limits import hold_resellers
from accounts.services.users import delete_user, update_user
from oxaas.bulk import NOTHING, BulkEdit, BulkForm, Params, Result, register
from oxaas.changes import Actor
from oxaas.forms import SizeField
from oxaas.sizes import exactly

# Of a value in the change log, so many characters are shown in a line.
_SHOWN: Final = 200


class QuotaForm(BulkForm):
    """A mail quota, or none. To leave it empty by mistake must not make thousands of mailboxes unlimited."""

    quota = SizeField(label=gettext_lazy("Mail quota"))
    unlimited = forms.BooleanField(label=gettext_lazy("Unlimited"), required=False)

    def clean(self) -> dict[str, Any]:
        """Exactly one of quota and "unlimited"."""
        data = super().clean() or {}
        if "quota" in data and (data["quota"] is None) is not data["unlimited"]:
            raise forms.ValidationError(gettext("Give either a quota or “unlimited”."))
        return data

    def params(self) -> Params:
        return {"quota": self.cleaned_data["quota"]}


class _UserEdit(BulkEdit[User]):
    """Shows a user by quota and state."""

    model = User

    def related(self, rows: QuerySet[User]) -> QuerySet[User]:
        return rows.select_related("context")

    def before(self, row: User) -> str:
        return ", ".join([exactly(row.quota), gettext("active") if row.is_active else gettext("suspended")])


class SuspendUsers(_UserEdit):
    """A suspended user keeps mailbox and data, and cannot log in."""

    name = "users.suspend"
    label = gettext_lazy("Suspend")
    is_active: ClassVar[bool] = False

    def apply(self, actor: Actor, row: User, params: Params) -> Result:
        update_user(actor=actor, user=row, is_active=self.is_active)
        return Result.of(row.is_active != self.is_active)


class ResumeUsers(SuspendUsers):
    """In use again."""

    name = "users.resume"
    label = gettext_lazy("Resume")
    is_active = True


class SetQuota(_UserEdit):
    """The same mail quota for each."""

    name = "users.set_quota"
    label = gettext_lazy("Set the mail quota")
    form = QuotaForm

    def describe(self, params: Params) -> str:
        return gettext("Set the mail quota to %(quota)s") % {"quota": exactly(params["quota"])}

    def apply(self, actor: Actor, row: User, params: Params) -> Result:
        update_user(actor=actor, user=row, quota=params["quota"])
        return Result.of(row.quota != params["quota"])


class DeleteUsers(_UserEdit):
    """Gone with identifiers and configuration; the mailbox's files are the mail store's."""

    name = "users.delete"
    label = gettext_lazy("Delete")
    permission = "delete"

    def apply(self, actor: Actor, row: User, params: Params) -> Result:
        delete_user(actor=actor, user=row)
        return Result.of(True)


class _ContextEdit(BulkEdit[Context]):
    """Shows a context by its users and state."""

    model = Context

    def lock(self, rows: QuerySet[Context], params: Params) -> None:
        hold_resellers(Reseller.objects.filter(contexts__in=rows.order_by()))

    def related(self, rows: QuerySet[Context]) -> QuerySet[Context]:
        return rows.select_related("reseller")

    def before(self, row: Context) -> str:
        return gettext("active") if row.is_active else gettext("suspended")


class SuspendContexts(_ContextEdit):
    """Nobody of a suspended context can log in; it keeps its data."""

    name = "contexts.suspend"
    label = gettext_lazy("Suspend")
    is_active: ClassVar[bool] = False

    def apply(self, actor: Actor, row: Context, params: Params) -> Result:
        update_context(actor=actor, context=row, is_active=self.is_active)
        return Result.of(row.is_active != self.is_active)


class ResumeContexts(SuspendContexts):
    """In use again."""

    name = "contexts.resume"
    label = gettext_lazy("Resume")
    is_active = True


class DeleteContexts(_ContextEdit):
    """Gone with everything in them: so the preview says how much that is, and the number must always be typed."""

    name = "contexts.delete"
    label = gettext_lazy("Delete")
    permission = "delete"
    batch_rows = 10
    request_rows = 20
    always_confirm = True

    def before(self, row: Context) -> str:
        # The apps above hang their rows on the context by these names.
        held: Any = row
        counts = [(held.users, _users), (held.forwards, _aliases), (held.domains, _domains)]
        return ", ".join(say(rows.count()) for rows, say in counts)

    def apply(self, actor: Actor, row: Context, params: Params) -> Result:
        delete_context(actor=actor, context=row)
        return Result.of(True)


class UndoChanges(BulkEdit[Change]):
    """Back to what it was before: by whoever could have made the opposite change, where nothing has changed since."""

    name = "changes.undo"
    label = gettext_lazy("Undo")
    model = Change
    # What came last is undone first: a deleted context comes back before its users do.
    newest_first = True
    holds_everything = True

    def allowed(self, administrator: Administrator) -> bool:
        """Whoever reads the log may try; the log's own lines are never changed, new ones are written."""
        return administrator.has_perm("accounts.view_change")

    def related(self, rows: QuerySet[Change]) -> QuerySet[Change]:
        return rows.select_related("reseller")

    def before(self, row: Change) -> str:
        what = f"{kind_name(row.kind)}, {row.get_action_display()}"
        changed = _changed(row, row.after) if row.before is not None else ""
        return f"{what}: {changed}" if changed else what

    def after(self, row: Change) -> str:
        return NOTHING if row.before is None else _changed(row, row.before)

    def apply(self, actor: Actor, row: Change, params: Params) -> Result:
        undo_change(actor=actor, change=row)
        return Result.of(True)


def _changed(change: Change, side: dict[str, Any] | None) -> str:
    """One side's values of those that the change changed, by name: PostgreSQL orders JSON its own way."""
    before, after = change.before or {}, change.after or {}
    return "; ".join(
        f"{field_name(name)}: {_short(value_in_words(name, value, between=', '))}"
        for name, value in sorted((side or {}).items())
        if before.get(name) != after.get(name)
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _users(count: int) -> str:
    return ngettext("%(count)s user", "%(count)s users", count) % {"count": count}


def _aliases(count: int) -> str:
    return ngettext("%(count)s alias", "%(count)s aliases", count) % {"count": count}


def _domains(count: int) -> str:
    return ngettext("%(count)s domain", "%(count)s domains", count) % {"count": count}


register(SuspendUsers, ResumeUsers, SetQuota, DeleteUsers, SuspendContexts, ResumeContexts, DeleteContexts, UndoChanges)
