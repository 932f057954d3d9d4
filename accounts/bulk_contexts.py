"""The bulk edits of contexts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.contents import contents, decided_by_themselves, held, held_by, with_held
from accounts.models import Context, Reseller
from accounts.services.context_plans import ContextWish, plan_contexts
from accounts.services.contexts import delete_context
from accounts.services.handover import hand_over
from accounts.services.limits import lock_reseller_rows, room_in_words
from bulk.activity import RESUME, SUSPEND
from bulk.deletion import Delete
from bulk.edits import NOTHING, BulkForm, Outcome, Params, Result
from bulk.planned import PlannedEdit
from bulk.rowwise import RowEdit
from changelog.entries import Snapshot
from changelog.plan import Plan, Planned
from core.access import Role
from core.actor import Actor
from core.admin.widgets import Autocomplete
from core.numbers import counted
from core.scoping import Viewer


class ContextEdit(PlannedEdit[Context]):
    """Shows a context by its state. A subclass says what shall become of one."""

    model = Context

    def related(self, rows: QuerySet[Context]) -> QuerySet[Context]:
        return rows.select_related("reseller__parent")

    def plan(self, actor: Actor, rows: Sequence[Context], params: Params, *, hold: bool) -> Plan:
        return plan_contexts(actor, [self.wish(row, params) for row in rows], hold=hold)

    def wish(self, row: Context, params: Params) -> ContextWish:
        """What shall become of the context."""
        raise NotImplementedError

    def words(self, snapshot: Snapshot | None) -> str:
        if snapshot is None:
            return NOTHING
        return gettext("active") if snapshot["is_active"] else gettext("suspended")


class SuspendContexts(ContextEdit):
    """Nobody of a suspended context can log in; it keeps its data."""

    name = "contexts.suspend"
    label = SUSPEND
    is_active: ClassVar[bool] = False
    # Of each it is counted what goes out of service with it.
    batch_rows = 100

    def related(self, rows: QuerySet[Context]) -> QuerySet[Context]:
        return with_held(super().related(rows))

    def wish(self, row: Context, params: Params) -> ContextWish:
        return ContextWish(row, is_active=self.is_active)

    def result(self, row: Context, label: str, planned: Planned) -> Result:
        result = super().result(row, label, planned)
        in_service = row.reseller is None or row.reseller.in_service
        words = held_by(row) if in_service and result.outcome is Outcome.CHANGED else ""
        return replace(result, detail=self.told(words)) if words else result

    def told(self, words: str) -> str:
        """What comes of it, in words that hold before and after."""
        return gettext("out of service: %(held)s") % {"held": words}

    def summary(self, keys: QuerySet[Any, int]) -> str:
        words = held(decided_by_themselves(Context.objects.filter(pk__in=keys, is_active=self.is_active)))
        return self.told(words) if words else ""


class ResumeContexts(SuspendContexts):
    """In use again."""

    name = "contexts.resume"
    label = RESUME
    is_active = True

    def told(self, words: str) -> str:
        return gettext("in service again: %(held)s") % {"held": words}


class _WholeContext(RowEdit[Context]):
    """Contexts with everything in them: each is a long piece of work, done by itself."""

    model = Context

    def lock(self, rows: QuerySet[Context], params: Params) -> None:
        lock_reseller_rows(Reseller.objects.filter(contexts__in=rows.order_by()))

    def related(self, rows: QuerySet[Context]) -> QuerySet[Context]:
        return rows.select_related("reseller__parent")


class HandOverForm(BulkForm):
    """Who gets the contexts: a reseller that the person sees; a master may also take them from all resellers."""

    reseller = forms.ModelChoiceField(Reseller.objects.none(), label=gettext_lazy("New reseller"), required=False)
    nobody = forms.BooleanField(label=gettext_lazy("No reseller (the hoster itself)"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, administrator: Viewer) -> None:
        super().__init__(data, administrator=administrator)
        choice: Any = self.fields["reseller"]
        choice.widget = Autocomplete(Context._meta.get_field("reseller"), admin.site)
        choice.queryset = Reseller.objects.visible_to(administrator)
        if Role(administrator.role) is not Role.MASTER:
            del self.fields["nobody"]

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        data = super().clean() or {}
        if "reseller" in data and (data["reseller"] is None) is not data.get("nobody", False):
            raise forms.ValidationError(gettext("Say who gets them."))
        return data

    def params(self) -> Params:
        reseller = self.cleaned_data["reseller"]
        return {"reseller": None if reseller is None else reseller.pk, "name": str(reseller or "")}


class HandOverContexts(_WholeContext):
    """To another reseller, with everything in them; the preview says what goes along and how much room is left."""

    name = "contexts.hand_over"
    label = gettext_lazy("Hand over to another reseller")
    form = HandOverForm
    always_confirm = True
    batch_rows = 20
    request_rows = 50

    def allowed(self, administrator: Viewer) -> bool:
        """A child has nobody to give anything to."""
        own = administrator.reseller
        return super().allowed(administrator) and (own is None or own.parent_id is None)

    def describe(self, params: Params) -> str:
        return gettext("Hand over to %(reseller)s") % {"reseller": params["name"] or gettext("the hoster")}

    def lock(self, rows: QuerySet[Context], params: Params) -> None:
        lock_reseller_rows(Reseller.objects.filter(Q(contexts__in=rows.order_by()) | Q(pk=params["reseller"])))

    def before(self, row: Context) -> str:
        return str(row.reseller or gettext("the hoster"))

    def apply(self, actor: Actor, row: Context, params: Params) -> Result:
        key, giving = params["reseller"], row.reseller
        resellers = Reseller.objects.select_related("parent")
        taking = None if key is None else resellers.visible_to(actor.administrator).filter(pk=key).first()
        if key is not None and taking is None:
            return Result.refused(gettext("The reseller does not exist any more."))
        if giving == taking:
            return Result.of(False)
        hand_over(actor=actor, context=row, reseller=taking)
        rooms = [room_in_words(one) for one in (giving, taking) if one is not None]
        along = gettext("goes along: %(what)s") % {"what": _everything_in(row)}
        return Result(Outcome.CHANGED, "; ".join([along, *filter(None, rooms)]))


class DeleteContexts(_WholeContext, Delete[Context]):
    """Gone with everything in them: so the preview says how much that is, and the number must always be typed."""

    name = "contexts.delete"
    batch_rows = 10
    request_rows = 20
    always_confirm = True
    confirms_by_name = True

    def before(self, row: Context) -> str:
        return _everything_in(row)

    def delete(self, actor: Actor, row: Context) -> None:
        delete_context(actor=actor, context=row)


def _everything_in(context: Context) -> str:
    """How many users, aliases, domains and administrators, for a person."""
    administrators = context.administrators.count()
    counts = [_users(context.users.count()), *(one.counted(one.of(context).count()) for one in contents())]
    told = ngettext("%(count)s administrator", "%(count)s administrators", administrators)
    return ", ".join([*counts, told % {"count": counted(administrators)}])


def _users(count: int) -> str:
    return ngettext("%(count)s user", "%(count)s users", count) % {"count": counted(count)}


EDITS = (SuspendContexts, ResumeContexts, HandOverContexts, DeleteContexts)
