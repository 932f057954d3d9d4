"""The bulk edits that put labels on users and contexts, and take them off."""

from __future__ import annotations

from accounts.bulk import ContextEdit, UserEdit
from accounts.marked import PutLabel, TakeLabel, in_words
from accounts.models import Context, User
from accounts.services.contexts import mark_context
from accounts.services.marks import marks_of
from accounts.services.plans import UserWish
from bulk.edits import Params, Result
from core.actor import Actor


class LabelUsers(PutLabel, UserEdit):
    """One more label."""

    name = "users.label"

    def wish(self, row: User, params: Params) -> UserWish:
        return UserWish(row, labels=self.labels(params))


class UnlabelUsers(TakeLabel, LabelUsers):
    """One label less."""

    name = "users.unlabel"


class LabelContexts(PutLabel, ContextEdit):
    """One more label."""

    name = "contexts.label"

    def before(self, row: Context) -> str:
        return in_words(row.labels)

    def apply(self, actor: Actor, row: Context, params: Params) -> Result:
        was = marks_of(row)
        return Result.of(marks_of(mark_context(actor=actor, context=row, labels=self.labels(params))) != was)


class UnlabelContexts(TakeLabel, LabelContexts):
    """One label less."""

    name = "contexts.unlabel"


EDITS = (LabelUsers, UnlabelUsers, LabelContexts, UnlabelContexts)
