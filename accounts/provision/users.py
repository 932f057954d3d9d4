"""The section of users, with their identifiers, configuration and last logins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import LastLogin, User
from accounts.provision.owners import all_config, set_config
from accounts.provision.section import Entry, References, Section, different, given, needed
from accounts.provision.shapes import EntrySerializer, Flag, Text, Texts, Whole, properties
from accounts.services.config import Owner
from accounts.services.users import create_user, set_last_login, snapshot, update_user


class UserSerializer(EntrySerializer):
    """An entry of a user."""

    context: Any = Whole()  # the base class has a property of this name
    id = Whole()
    uidname = Text(required=False)
    msisdn = Text(required=False, allow_null=True)
    custom = Texts(required=False)
    quota = Whole(required=False, allow_null=True)
    is_active = Flag(required=False)
    last_login = Whole(required=False, allow_null=True)
    config = properties()


def _apply(references: References, entry: Entry) -> None:
    context = references.context(entry["context"])
    values = given(entry, "uidname", "msisdn", "custom", "quota", "is_active")
    user = User.objects.filter(context=context, number=entry["id"]).first()
    if user is None:
        needed(entry, "uidname", _("the user"))
        user = create_user(actor=references.actor, context=context, number=entry["id"], **values)
    elif changes := different(values, snapshot(user)):
        user = update_user(actor=references.actor, user=user, **changes)
    user.context = context
    if "last_login" in entry:
        set_last_login(actor=references.actor, user=user, at=entry["last_login"])
    if entry.get("config"):
        set_config(references, Owner(user=user), entry["config"])


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
            "last_login": logins.get(row.uidname.lower()),
            **({"config": properties} if properties else {}),
        }


SECTIONS: Final = [
    Section(
        "users",
        50,
        UserSerializer,
        {"context": "context", "id": "user"},
        _apply,
        _export,
    )
]
