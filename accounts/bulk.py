"""The bulk edits of users, and what is deleted of resellers, administrators and configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy

from accounts.leads import Choice, Redirect
from accounts.models import Administrator, ConfigProperty, Reseller, User
from accounts.redirect_forms import DELETED, LeaveForm, bulk_form
from accounts.services.administrators import delete_administrator
from accounts.services.config import Owner, delete_property
from accounts.services.limits import lock_reseller_rows
from accounts.services.mailboxes import plan_mailboxes
from accounts.services.plans import UserWish, plan_users
from accounts.services.resellers import delete_reseller
from accounts.services.users import hold_and_plan
from bulk.activity import RESUME, SUSPEND
from bulk.deletion import DELETE, Delete
from bulk.edits import NOTHING, BulkForm, Params
from bulk.planned import PlannedEdit
from changelog.entries import Snapshot
from changelog.plan import Plan
from core.actor import Actor
from core.admin.forms import SizeField
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


EDITS = (
    SuspendUsers,
    ResumeUsers,
    Leave,
    SetQuota,
    DeleteUsers,
    DeleteResellers,
    DeleteAdministrators,
    DeleteProperties,
)
