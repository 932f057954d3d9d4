"""The Mail family's paths, as published. `unread/` comes first: it wins over the figures of a user called unread."""

from django.urls import path

from mailstats.views import MailViewSet

urlpatterns = [
    path("unread/<rest:uid>", MailViewSet.as_view({"get": "unread"}), name="mail-unread"),
    path("<rest:uid>/newmessages", MailViewSet.as_view({"get": "newmessages"}), name="mail-newmessages"),
    path("<rest:uid>/quota", MailViewSet.as_view({"get": "quota"}), name="mail-quota"),
    path("<rest:uid>/recentmails", MailViewSet.as_view({"get": "recentmails"}), name="mail-recentmails"),
    path("<rest:uid>/recentmessages", MailViewSet.as_view({"get": "recentmessages"}), name="mail-recentmessages"),
    path("<rest:uid>", MailViewSet.as_view({"get": "everything"}), name="mail"),
]
