"""The section of users, with their identifiers, configuration and last logins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import LastLogin, User
from accounts.provision.owners import all_config, set_config
from accounts.provision.section import Entry, References, Section, given, needed
from accounts.provision.shapes import EntrySerializer, Flag, Text, Texts, Whole, properties
from accounts.services.config import Owner
from accounts.services.marks import marks_of
from accounts.services.plans import UserWish, plan_users
from accounts.services.users import hold_and_plan, new_user, set_last_login
from changelog.plan import PartPlan, Plan, plan_what_can_be
from core.actor import Actor
from core.errors import Conflict
from core.keep import KEEP


class UserSerializer(EntrySerializer):
    """An entry of a user."""

    context: Any = Whole()  # the base class has a property of this name
    id = Whole()
    uidname = Text(required=False)
    msisdn = Text(required=False, allow_null=True)
    custom = Texts(required=False)
    quota = Whole(required=False, allow_null=True)
    is_active = Flag(required=False)
    note = Text(required=False, allow_null=True)
    labels = Texts(required=False)
    last_login = Whole(required=False, allow_null=True)
    config = properties()


class _Plan:
    """The plan for users, and what is set for them afterwards: their last logins and configuration."""

    def __init__(self, references: References, entries: Sequence[Entry], inner: PartPlan) -> None:
        self.rows, self._inner = inner.rows, inner
        self._references, self._entries = references, entries

    def write(self, actor: Actor) -> None:
        """Do it."""
        self._inner.write(actor)
        more = [entry for entry in self._entries if "last_login" in entry or entry.get("config")]
        users = _present(more)
        for entry in more:
            user = users[entry["context"], entry["id"]]
            if "last_login" in entry:
                set_last_login(actor=actor, user=user, at=entry["last_login"])
            if entry.get("config"):
                set_config(self._references, Owner(user=user), entry["config"])


def _plan(references: References, entries: Sequence[Entry], hold: bool) -> Plan:
    """An entry that is `new`, as no file of provision can say, makes a user and changes none."""
    references.load_contexts(entry["context"] for entry in entries)
    present = _present(entries)

    def wish(entry: Entry) -> UserWish:
        context = references.context(entry["context"])
        row = present.get((context.pk, entry["id"]))
        if row is not None and entry.get("new"):
            raise Conflict(_("The user id %(id)s is that of %(user)s.") % {"id": row.number, "user": row}, field="id")
        values = given(entry, "msisdn", "custom", "quota", "is_active", "note", "labels")
        if row is None:
            return new_user(context, entry["id"], needed(entry, "uidname", _("the user")), **values)
        return UserWish(row, entry.get("uidname", KEEP), **values)

    plan = hold_and_plan if hold else plan_users
    return _Plan(references, entries, plan_what_can_be(entries, wish, lambda wishes: plan(references.actor, wishes)))


def _present(entries: Sequence[Entry]) -> dict[tuple[int, int], User]:
    """The users that the entries are about and that are there, by context and number."""
    contexts, numbers = {entry["context"] for entry in entries}, {entry["id"] for entry in entries}
    rows = User.objects.filter(context__in=contexts, number__in=numbers).select_related("context__reseller")
    return {(row.context_id, row.number): row for row in rows}


def _export() -> Iterator[Entry]:
    config = all_config("user")
    logins = dict(LastLogin.objects.filter(last_login__gt=0).values_list("username", "last_login"))
    rows = User.objects.order_by("context_id", "number").prefetch_related("custom_ids")
    for row in rows.iterator(chunk_size=2000):
        properties = config.get(row.pk)
        yield {
            "context": row.context_id,
            "id": row.number,
            "uidname": row.uidname,
            "msisdn": row.msisdn,
            "custom": [one.value for one in sorted(row.custom_ids.all(), key=lambda one: one.position)],
            "quota": row.quota,
            "is_active": row.is_active,
            **marks_of(row),
            "last_login": logins.get(row.uidname.lower()),
            **({"config": properties} if properties else {}),
        }


SECTIONS: Final = [
    Section(
        "users",
        50,
        UserSerializer,
        {"context": "context", "id": "user"},
        _export,
        plan=_plan,
    )
]
