"""The Forwards family's paths, as published."""

from django.urls import path

from forwards.views import ContextForwardsViewSet, ForwardViewSet

urlpatterns = [
    path(
        "<str:contextId>",
        ContextForwardsViewSet.as_view({"get": "list", "delete": "destroy_all"}),
        name="context-forwards",
    ),
    path(
        "<str:contextId>/<address:alias>",
        ForwardViewSet.as_view(
            {"get": "retrieve", "post": "create", "put": "update", "delete": "destroy", "head": "exists"}
        ),
        name="forward",
    ),
    path(
        "<str:contextId>/<address:alias>/<rest:recipient>",
        ForwardViewSet.as_view({"head": "recipient_exists", "delete": "destroy_recipient"}),
        name="forward-recipient",
    ),
]
