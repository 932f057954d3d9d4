"""The Admin family: identifiers and configuration of users."""

from __future__ import annotations

from typing import Any, Final, cast, get_args

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import status
from rest_framework.request import Request

from accounts.api import ADMIN, ContractViewSet, answer, body_of, from_replica, read_body
from accounts.models import Administrator, IdentifierField, User, identifiers
from accounts.queries import NamedQuery
from accounts.serializers import (
    CustomInputSerializer,
    MsisdnSerializer,
    UidnameSerializer,
    UidsInputSerializer,
    user_body,
)
from accounts.services.config import effective_config
from accounts.services.users import set_uids, update_user
from core.errors import Invalid, NotFound
from core.numbers import whole_number
from core.openapi.answers import (
    CHANGED,
    CUSTOM,
    NO_USER,
    NOT_SET,
    REMOVED,
    UNAUTHORIZED,
    USER,
    USERCONFIG,
    WRONG,
    error,
    success,
)
from core.openapi.operations import Answer, operation


class UserViewSet(ContractViewSet):
    """One user of the path's context."""

    scheme = "contextAdminAuth"
    family = ADMIN

    @operation("getCustom", success(CUSTOM), UNAUTHORIZED, NOT_SET)
    def retrieve_custom(self, request: Request, userid: str) -> HttpResponse:
        """get custom name of user"""
        values = list(self._user(userid).custom_ids.order_by("position").values_list("value", flat=True))
        if not values:
            raise NotFound("The user has no custom id.")
        return answer({"custom": values})

    @operation("putCustom", *CHANGED, body=CustomInputSerializer, example={"custom": "string"})
    def update_custom(self, request: Request, userid: str) -> HttpResponse:
        """change custom id(s)"""
        user = self._user(userid)
        body = body_of(request, CustomInputSerializer)
        return answer(_changed(update_user(actor=self.actor, user=user, custom=body["custom"])))

    @operation("deleteCustom", *REMOVED)
    def destroy_custom(self, request: Request, userid: str) -> HttpResponse:
        """delete custom id(s)"""
        return answer(_changed(update_user(actor=self.actor, user=self._user(userid), custom=[])))

    @operation("getMsisdn", success(MsisdnSerializer), UNAUTHORIZED, NOT_SET)
    def retrieve_msisdn(self, request: Request, userid: str) -> HttpResponse:
        """get msisdn of user"""
        msisdn = self._user(userid).msisdn
        if msisdn is None:
            raise NotFound("The user has no msisdn.")
        return answer({"msisdn": msisdn})

    @operation("putMsisdn", *CHANGED, body=MsisdnSerializer)
    def update_msisdn(self, request: Request, userid: str) -> HttpResponse:
        """change msisdn"""
        user = self._user(userid)
        body = body_of(request, MsisdnSerializer)
        return answer(_changed(update_user(actor=self.actor, user=user, msisdn=body["msisdn"])))

    @operation("deleteMsisdn", *REMOVED)
    def destroy_msisdn(self, request: Request, userid: str) -> HttpResponse:
        """delete msisdn"""
        return answer(_changed(update_user(actor=self.actor, user=self._user(userid), msisdn=None)))

    @operation("getUidname", success(UidnameSerializer), UNAUTHORIZED, NO_USER)
    def retrieve_uidname(self, request: Request, userid: str) -> HttpResponse:
        """get uidname of user"""
        found = UIDNAME.rows(self.caller, context=self.context.pk, number=whole_number(userid) or 0)
        if not found:
            raise NotFound("User does not exist.")
        return answer({"uidname": found[0][0]})

    @operation("putUidname", *CHANGED, error(409, "User does already exist"), body=UidnameSerializer)
    def update_uidname(self, request: Request, userid: str) -> HttpResponse:
        """change uidname"""
        user = self._user(userid)
        body = body_of(request, UidnameSerializer)
        return answer(_changed(update_user(actor=self.actor, user=user, uidname=body["uidname"])))

    @operation(
        "postUids", *CHANGED, Answer(201, "At least one setting has been created", USER), body=UidsInputSerializer
    )
    def create_uids(self, request: Request, userid: str) -> HttpResponse:
        """change or remove msisdn or custom id(s)"""
        user = self._user(userid)
        body = read_body(request, UidsInputSerializer)
        outcome = set_uids(actor=self.actor, user=user, **body.changes())
        code = status.HTTP_201_CREATED if outcome.created else status.HTTP_200_OK
        return answer(_changed(outcome.user), status=code)

    @operation("getUserconfig", success(USERCONFIG), UNAUTHORIZED, NO_USER)
    def retrieve_config(self, request: Request, userid: str) -> HttpResponse:
        """get whole config of the user"""
        return answer({"userconfig": effective_config(self._user(userid), "")})

    @operation("searchUserconfig", success(USERCONFIG), UNAUTHORIZED, NO_USER)
    @from_replica
    def search_config(self, request: Request, userid: str, searchpattern: str) -> HttpResponse:
        """get whole config of the user"""
        return answer({"userconfig": effective_config(self._user(userid), searchpattern)})

    def _user(self, userid: str) -> User:
        """The user of the path, which the caller may see. NotFound."""
        rows = User.objects.visible_to(self.caller).select_related("context__reseller")
        user = rows.filter(context=self.context, number=whole_number(userid) or 0).first()
        if user is None:
            raise NotFound("User does not exist.")
        return user


class UserSearchViewSet(ContractViewSet):
    """Search among the users that the caller sees."""

    scheme = "basicAuth"
    family = ADMIN
    context_kwarg = None

    @operation(
        "searchUser", success(USER), WRONG, UNAUTHORIZED, error(404, "User not found"), query=("search", "field")
    )
    @from_replica
    def search(self, request: Request) -> HttpResponse:
        """search for users using given query parameters"""
        text: str = request.query_params.get("search", "")
        field: Any = request.query_params.get("field", "ANY")
        if not text:
            raise Invalid("The parameter search is missing or empty.")
        if field not in get_args(IdentifierField):
            raise Invalid("The parameter field must be UIDNAME, MSISDN, CUSTOM or ANY.")
        found = FOUND.rows(self.caller, **identifiers(text, cast(IdentifierField, field)))
        if not found:
            raise NotFound("User not found.")
        return answer(user_body(*found[0]))


def _changed(user: User) -> dict[str, Any]:
    return user_body(user.context_id, user.number, user.uidname, user.msisdn)


def _found(viewer: Administrator, *, uidname: str, digits: str, custom: str) -> QuerySet[User, tuple[Any, ...]]:
    rows = User.objects.visible_to(viewer).of_identifiers(uidname=uidname, digits=digits, custom=custom)
    return rows.values_list("context", "number", "uidname", "msisdn")[:1]


def _uidname(viewer: Administrator, *, context: int, number: int) -> QuerySet[User, tuple[Any, ...]]:
    return User.objects.visible_to(viewer).filter(context=context, number=number).order_by().values_list("uidname")


FOUND: Final = NamedQuery(_found, uidname=str, digits=str, custom=str)
UIDNAME: Final = NamedQuery(_uidname, context=int, number=int)
