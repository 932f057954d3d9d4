"""The bulk edits of users and contexts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.contents import contents, decided_by_themselves, held, held_by, with_held
from accounts.leads import Choice, Redirect
from accounts.models import Administrator, ConfigProperty, Context, Reseller, User
from accounts.redirect_forms import DELETED, LeaveForm, bulk_form
from accounts.services.administrators import delete_administrator
from accounts.services.config import Owner, delete_property
from accounts.services.contexts import delete_context, update_context
from accounts.services.handover import hand_over
from accounts.services.limits import lock_reseller_rows, room_in_words
from accounts.services.mailboxes import plan_mailboxes
from accounts.services.plans import UserWish, plan_users
from accounts.services.resellers import delete_reseller
from accounts.services.users import hold_and_plan
from bulk.activity import RESUME, SUSPEND, Resume, Suspend
from bulk.deletion import DELETE, Delete
from bulk.edits import NOTHING, BulkForm, Outcome, Params, Result
from bulk.planned import PlannedEdit
from bulk.rowwise import RowEdit
from changelog.entries import Snapshot
from changelog.plan import Plan
from core.access import Role
from core.actor import Actor
from core.admin.forms import SizeField
from core.admin.widgets import Autocomplete
from core.numbers import counted
from core.scoping import Viewer, may
from core.sizes import format_exact

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


class UserEdit(PlannedEdit[User]):
    """Shows a user by quota and state. A subclass says what shall become of one.

    What `breaks_mail_flow` takes mailboxes away, and so asks what becomes of the aliases to them.
    """

    model = User
    breaks_mail_flow: ClassVar[bool] = False

    def related(self, rows: QuerySet[User]) -> QuerySet[User]:
        return rows.select_related("context__reseller")

    def plan(self, actor: Actor, rows: Sequence[User], params: Params, *, hold: bool) -> Plan:
        wishes = [self.wish(row, params) for row in rows]
        if self.breaks(params):
            return plan_mailboxes(actor, wishes, Redirect.of(params), hold=hold)
        return hold_and_plan(actor, wishes) if hold else plan_users(actor, wishes)

    def form_for(self, administrator: Viewer, chosen: QuerySet[User]) -> type[BulkForm]:
        return bulk_form(administrator, chosen, self.form) if self.breaks_mail_flow else self.form

    def describe(self, params: Params) -> str:
        told = super().describe(params)
        redirect = Redirect.of(params)
        return f"{told} ({redirect.of_aliases()})" if redirect.choice is not Choice.LEAVE else told

    def breaks(self, params: Params) -> bool:
        """Whether the edit, told this, takes mailboxes away."""
        return self.breaks_mail_flow

    def wish(self, row: User, params: Params) -> UserWish:
        """What shall become of the user."""
        raise NotImplementedError

    def words(self, snapshot: Snapshot | None) -> str:
        if snapshot is None:
            return NOTHING
        state = gettext("active") if snapshot["is_active"] else gettext("suspended")
        return ", ".join([format_exact(snapshot["quota"]), state])


class SuspendUsers(UserEdit):
    """A suspended user keeps mailbox and data, and cannot log in."""

    name = "users.suspend"
    label = SUSPEND
    is_active: ClassVar[bool] = False
    breaks_mail_flow = True

    def wish(self, row: User, params: Params) -> UserWish:
        return UserWish(row, is_active=self.is_active)


class ResumeUsers(SuspendUsers):
    """In use again."""

    name = "users.resume"
    label = RESUME
    is_active = True
    breaks_mail_flow = False


class Leave(UserEdit):
    """Somebody leaves: who gets their mail from now on, and what becomes of the mailbox."""

    name = "users.leave"
    label = gettext_lazy("Somebody leaves")
    form = LeaveForm
    breaks_mail_flow = True

    def allowed(self, administrator: Viewer) -> bool:
        return super().allowed(administrator) and may(administrator, "delete", User)

    def wish(self, row: User, params: Params) -> UserWish:
        return UserWish(row, delete=True) if params["mailbox"] == DELETED else UserWish(row, is_active=False)


class SetQuota(UserEdit):
    """The same mail quota for each."""

    name = "users.set_quota"
    label = gettext_lazy("Set the mail quota")
    form = QuotaForm

    def describe(self, params: Params) -> str:
        return gettext("Set the mail quota to %(quota)s") % {"quota": format_exact(params["quota"])}

    def wish(self, row: User, params: Params) -> UserWish:
        return UserWish(row, quota=params["quota"])


class DeleteUsers(UserEdit):
    """Gone with identifiers and configuration; the mailbox's files are the mail store's."""

    name = "users.delete"
    label = DELETE
    permission = "delete"
    breaks_mail_flow = True

    def wish(self, row: User, params: Params) -> UserWish:
        return UserWish(row, delete=True)


class ContextEdit(RowEdit[Context]):
    """Shows a context by its users and state."""

    model = Context

    def lock(self, rows: QuerySet[Context], params: Params) -> None:
        lock_reseller_rows(Reseller.objects.filter(contexts__in=rows.order_by()))

    def related(self, rows: QuerySet[Context]) -> QuerySet[Context]:
        return rows.select_related("reseller__parent")

    def before(self, row: Context) -> str:
        return gettext("active") if row.is_active else gettext("suspended")


class SuspendContexts(ContextEdit, Suspend[Context]):
    """Nobody of a suspended context can log in; it keeps its data."""

    name = "contexts.suspend"

    def related(self, rows: QuerySet[Context]) -> QuerySet[Context]:
        return with_held(super().related(rows))

    def apply(self, actor: Actor, row: Context, params: Params) -> Result:
        result = super().apply(actor, row, params)
        in_service = row.reseller is None or row.reseller.in_service
        words = held_by(row) if in_service and result.outcome is Outcome.CHANGED else ""
        return replace(result, detail=self.told(words) if words else "")

    def told(self, words: str) -> str:
        """What comes of it, in words that hold before and after."""
        return gettext("out of service: %(held)s") % {"held": words}

    def summary(self, keys: QuerySet[Any, int]) -> str:
        words = held(decided_by_themselves(Context.objects.filter(pk__in=keys, is_active=self.is_active)))
        return self.told(words) if words else ""

    def set_active(self, actor: Actor, row: Context, *, is_active: bool) -> None:
        update_context(actor=actor, context=row, is_active=is_active)


class ResumeContexts(Resume[Context], SuspendContexts):
    """In use again."""

    name = "contexts.resume"

    def told(self, words: str) -> str:
        return gettext("in service again: %(held)s") % {"held": words}


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


class HandOverContexts(ContextEdit):
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


class DeleteContexts(ContextEdit, Delete[Context]):
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


class DeleteResellers(Delete[Reseller]):
    """Only those without contexts and children; their administrators and configuration go with them."""

    name = "resellers.delete"
    model = Reseller
    always_confirm = True

    def lock(self, rows: QuerySet[Reseller], params: Params) -> None:
        lock_reseller_rows(rows.order_by())

    def related(self, rows: QuerySet[Reseller]) -> QuerySet[Reseller]:
        return rows.select_related("parent")

    def before(self, row: Reseller) -> str:
        held = [row.contexts, row.children, row.administrators, row.config]
        counts = [(manager.model._meta.verbose_name_plural, manager.count()) for manager in held]
        return ", ".join(f"{name}: {counted(count)}" for name, count in counts if count)

    def delete(self, actor: Actor, row: Reseller) -> None:
        delete_reseller(actor=actor, reseller=row)


class DeleteAdministrators(Delete[Administrator]):
    """Nobody deletes themselves. What they did stays in the change log."""

    name = "administrators.delete"
    model = Administrator
    always_confirm = True

    def related(self, rows: QuerySet[Administrator]) -> QuerySet[Administrator]:
        return rows.select_related("reseller__parent", "context__reseller__parent")

    def before(self, row: Administrator) -> str:
        return str(row.get_role_display())

    def delete(self, actor: Actor, row: Administrator) -> None:
        delete_administrator(actor=actor, administrator=row)


class DeleteProperties(Delete[ConfigProperty]):
    """The next wider owner's value wins again."""

    name = "config.delete"
    model = ConfigProperty

    def related(self, rows: QuerySet[ConfigProperty]) -> QuerySet[ConfigProperty]:
        return rows.select_related("reseller__parent", "context__reseller", "user__context__reseller")

    def before(self, row: ConfigProperty) -> str:
        return f"{Owner(row.reseller, row.context, row.user)}: {Truncator(row.value).chars(_SHOWN)}"

    def delete(self, actor: Actor, row: ConfigProperty) -> None:
        delete_property(actor=actor, row=row)


def _everything_in(context: Context) -> str:
    """How many users, aliases, domains and administrators, for a person."""
    administrators = context.administrators.count()
    counts = [_users(context.users.count()), *(one.counted(one.of(context).count()) for one in contents())]
    told = ngettext("%(count)s administrator", "%(count)s administrators", administrators)
    return ", ".join([*counts, told % {"count": counted(administrators)}])


def _users(count: int) -> str:
    return ngettext("%(count)s user", "%(count)s users", count) % {"count": counted(count)}


EDITS = (
    SuspendUsers,
    ResumeUsers,
    Leave,
    SetQuota,
    DeleteUsers,
    SuspendContexts,
    ResumeContexts,
    HandOverContexts,
    DeleteContexts,
    DeleteResellers,
    DeleteAdministrators,
    DeleteProperties,
)
