"""The Explicit Domains family's paths, as published."""

from django.urls import path

from domains.views import ContextDomainsViewSet, DomainViewSet

urlpatterns = [
    path("<str:contextid>", ContextDomainsViewSet.as_view({"get": "list"}), name="context-domains"),
    path(
        "<str:contextid>/<rest:domain>",
        DomainViewSet.as_view({"head": "exists", "post": "create", "delete": "destroy"}),
        name="domain",
    ),
]
