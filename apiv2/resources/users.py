"""Users: mailboxes with their identifiers, the configuration that holds for them, and their mail in figures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import CharFilter, FilterSet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Administrator, ApiFamily, Context, User, identifiers
from accounts.services.config import effective_config
from accounts.services.plans import UserWish
from accounts.services.users import create_user, delete_user, hold_and_plan, last_login_of, new_user, update_user
from apiv2.base import Include, visible
from apiv2.reading import FlagFilter, LabelFilter, Shape, WholeFilter
from apiv2.resources.batches import BatchedViewSet
from apiv2.resources.contexts import V2ContextSerializer, context_of
from apiv2.shapes import LABELS, Flag, Key, Moment, Texts, Whole
from core.access import Role
from core.actor import Actor
from core.openapi.fields import Text
from core.zones import as_rfc3339
from mailstats.services import open_figures


class V2UserSerializer(serializers.Serializer[Any]):
    """A user."""

    id = Key()
    context: Any = Key(help_text="The id of its context.")
    number = Key(help_text="The user id of the published API, unique in the context.")
    uidname = Text()
    msisdn = Text(allow_null=True)
    custom = Texts(help_text="Login identifiers of its own choice, in their order.")
    quota = Whole(allow_null=True, help_text="Bytes; null: unlimited.")
    is_active = Flag()
    note = Text(allow_null=True)
    labels = Texts(help_text="Sorted.")


class V2UserEditSerializer(serializers.Serializer[Any]):
    """What of a user can be changed."""

    uidname = Text()
    msisdn = Text(allow_null=True, default=None)
    custom = Texts(default=list)
    quota = Whole(allow_null=True, default=None)
    is_active = Flag(default=True)
    note = Text(allow_null=True, default=None)
    labels = Texts(default=list, help_text=LABELS)


class V2NewUserSerializer(V2UserEditSerializer):
    """A new user."""

    context: Any = Key()
    number = Key()


class V2EffectiveSerializer(serializers.Serializer[Any]):
    """A property that holds for the user, and where its value comes from."""

    name = Text()
    value = Text(allow_blank=True)
    scope = serializers.ChoiceField(choices=["user", "context", "reseller", "server"])


class V2EffectiveConfigSerializer(serializers.Serializer[Any]):
    """All of them."""

    data: Any = V2EffectiveSerializer(many=True)


class V2MailSerializer(serializers.Serializer[Any]):
    """A mailbox in figures; sizes are bytes."""

    quota = Whole(allow_null=True, help_text="null: unlimited.")
    used = Whole()
    messages = Whole()
    unread = Whole(help_text="In INBOX.")
    unread_everywhere = Whole()
    new = Whole(help_text="In INBOX since the last login.")
    last_login = Moment(allow_null=True)


class UserFilters(FilterSet):
    """Users by what identifies them."""

    context = WholeFilter(field_name="context")
    number = WholeFilter(field_name="number")
    uidname = CharFilter(method="of_identifier", help_text="Exactly this uidname.")
    msisdn = CharFilter(method="of_identifier", help_text="Exactly this phone number, however it is written.")
    custom = CharFilter(method="of_identifier", help_text="With exactly this custom id.")
    is_active = FlagFilter()
    label = LabelFilter()

    def of_identifier(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """As the published search finds them."""
        found = User.objects.of_identifiers(**identifiers(value, name.upper()))  # type: ignore[arg-type]
        return rows.filter(pk__in=found.order_by().values("pk"))


class UserViewSet(BatchedViewSet):
    """Users of the contexts that the caller sees."""

    resource = "users"
    one = "user"
    family = ApiFamily.ADMIN
    model = User
    kind = "user"
    output = V2UserSerializer
    new = V2NewUserSerializer
    edit = V2UserEditSerializer
    filters = UserFilters
    searched = ("uidname_normalized", "msisdn_digits", "custom_ids__value_normalized")
    sorts = {"uidname": "uidname_normalized", "number": "number", "context": "context_id", "quota": "quota"}
    includes = {"context": Include(lambda view, row: context_of(view, row.context), V2ContextSerializer)}
    answers: ClassVar = BatchedViewSet.answers | {
        "properties": {200: V2EffectiveConfigSerializer},
        "mail": {200: V2MailSerializer},
    }

    def family_of(self, caller: Administrator) -> str:
        """A tenant credential has Mail and nothing else."""
        return ApiFamily.MAIL if Role(caller.role) is Role.TENANT else self.family

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With custom ids and contexts where they are shown."""
        if "context" in shape.include or shape == self.whole():
            rows = rows.select_related("context__reseller__parent")
        return rows.prefetch_related("custom_ids") if shape.wants("custom") else rows

    def represent(self, row: User, shape: Shape) -> dict[str, Any]:
        custom = row.custom_ids.all() if shape.wants("custom") else ()
        return {
            "id": row.pk,
            "context": row.context_id,
            "number": row.number,
            "uidname": row.uidname,
            "msisdn": row.msisdn,
            "custom": [one.value for one in sorted(custom, key=lambda one: one.position)],
            "quota": row.quota,
            "is_active": row.is_active,
            "note": row.note,
            "labels": row.labels or [],
        }

    def make(self, actor: Actor, data: dict[str, Any]) -> User:
        context = visible(self, Context, data.pop("context"), "context", related=["reseller"])
        return create_user(actor=actor, context=context, **data)

    def change(self, actor: Actor, row: User, data: dict[str, Any], *, whole: bool) -> None:
        update_user(actor=actor, user=row, **data)

    def remove(self, actor: Actor, row: User) -> None:
        delete_user(actor=actor, user=row)

    def wish_new(self, context: Context, data: dict[str, Any]) -> UserWish:
        return new_user(context, **data)

    def wish_change(self, row: User, data: dict[str, Any]) -> UserWish:
        return UserWish(row, **data)

    def wish_deletion(self, row: User) -> UserWish:
        return UserWish(row, delete=True)

    def written(self, actor: Actor, wishes: list[Any]) -> list[tuple[Any, int]]:
        plan = hold_and_plan(actor, wishes)
        plan.write(actor)
        return [(planned, user.pk or 0) for planned, user in zip(plan.rows, plan.users, strict=True)]

    def properties(self, request: Request) -> Response:
        """Every property that holds for the user, with the value that wins and its source."""
        self.only_parameters()
        return Response({"data": effective_config(self.row(self.key, self.whole()))})

    def mail(self, request: Request) -> Response:
        """The user's mail in figures, asked from the store now."""
        self.only_parameters()
        user = self.row(self.key, self.whole())
        with open_figures(user) as figures:
            new, unread, everywhere = figures.newmessages(), figures.unread(), figures.recentmessages()
            usage = figures.mailbox.usage()
        login = last_login_of(user)
        return Response(
            {
                "quota": user.quota,
                "used": usage.bytes,
                "messages": usage.messages,
                "unread": unread["newmessages"],
                "unread_everywhere": everywhere["newmessages"],
                "new": new["newmessages"],
                "last_login": of_epoch(login),
            }
        )


def of_epoch(seconds: int | None) -> str | None:
    """A moment in seconds since 1970; what no calendar has is never."""
    try:
        return None if seconds is None else as_rfc3339(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None
