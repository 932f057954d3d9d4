"""The Mail family."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.api import MAIL, ContractViewSet, answer
from accounts.models import User
from core.errors import NotFound
from core.openapi.answers import FAILED, MAIL_ALL, MAIL_QUOTA, MESSAGE_COUNT, RECENT_MAILS, UNAUTHORIZED, success
from core.openapi.operations import operation
from mailstats.services import open_figures


class MailViewSet(ContractViewSet):
    """Figures of one user's mail, for tenant credentials."""

    scheme = "tennantAuth"
    family = MAIL
    context_kwarg = None

    @operation("getMail", success(MAIL_ALL), UNAUTHORIZED, FAILED)
    def everything(self, request: Request, uid: str) -> HttpResponse:
        """get all data in one request"""
        with open_figures(self._user(uid)) as figures:
            return answer(figures.everything())

    @operation("getNewmessages", success(MESSAGE_COUNT), UNAUTHORIZED, FAILED)
    def newmessages(self, request: Request, uid: str) -> HttpResponse:
        """get the number of new messages since last login"""
        with open_figures(self._user(uid)) as figures:
            return answer(figures.newmessages())

    @operation("getQuota", success(MAIL_QUOTA), UNAUTHORIZED, FAILED)
    def quota(self, request: Request, uid: str) -> HttpResponse:
        """get the current user quota"""
        with open_figures(self._user(uid)) as figures:
            return answer(figures.quota())

    @operation("getRecentmails", success(RECENT_MAILS), UNAUTHORIZED, FAILED)
    def recentmails(self, request: Request, uid: str) -> HttpResponse:
        """get 5 recent mails from user"""
        with open_figures(self._user(uid)) as figures:
            return answer(figures.recentmails())

    @operation("getRecentmessages", success(MESSAGE_COUNT), UNAUTHORIZED, FAILED)
    def recentmessages(self, request: Request, uid: str) -> HttpResponse:
        """get the number of unread mails in all folders"""
        with open_figures(self._user(uid)) as figures:
            return answer(figures.recentmessages())

    @operation("getUnread", success(MESSAGE_COUNT), UNAUTHORIZED, FAILED)
    def unread(self, request: Request, uid: str) -> HttpResponse:
        """get the unread message count from INBOX for user"""
        with open_figures(self._user(uid)) as figures:
            return answer(figures.unread())

    def _user(self, uid: str) -> User:
        """The user that the identifier names among those of the tenant's reseller. NotFound."""
        user = User.objects.visible_to(self.caller).identified_by(uid)
        if user is None:
            raise NotFound("There is no such user.")
        return user
