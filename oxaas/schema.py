"""The generated OpenAPI document at `/api/schema`, and its page at `/api/docs`. Both show the public contract only."""

from __future__ import annotations

from django.urls import path
from django.views.generic import TemplateView
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.openapi.inspection import document


class SchemaView(APIView):
    """YAML, or JSON for `Accept: application/json` and `?format=json`."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer, OpenApiJsonRenderer2)
    schema = None

    def get(self, request: Request) -> Response:
        """The document."""
        return Response(document())


class DocsView(TemplateView):
    """Swagger UI from this host alone, with nothing inline, so that it works under a strict content security policy."""

    template_name = "docs/api.html"
    http_method_names = ["get", "head"]


docs_urlpatterns = [
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("api/docs", DocsView.as_view(), name="docs"),
]
