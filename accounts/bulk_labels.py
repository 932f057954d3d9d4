"""The bulk edits that put labels on users and contexts, and take them off."""

from __future__ import annotations

from accounts.bulk import UserEdit
from accounts.bulk_contexts import ContextEdit
from accounts.marked import PutLabel, TakeLabel, in_words
from accounts.models import Context, User
from accounts.services.context_plans import ContextWish
from accounts.services.plans import UserWish
from bulk.edits import Params
from changelog.plan import Planned


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

    def wish(self, row: Context, params: Params) -> ContextWish:
        return ContextWish(row, labels=self.labels(params))

    def before(self, row: Context, planned: Planned) -> str:
        return in_words(row.labels)


class UnlabelContexts(TakeLabel, LabelContexts):
    """One label less."""

    name = "contexts.unlabel"


EDITS = (LabelUsers, UnlabelUsers, LabelContexts, UnlabelContexts)
