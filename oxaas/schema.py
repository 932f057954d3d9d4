"""The OpenAPI document of both APIs at `/api/schema`, and its page at `/api/docs`."""

from __future__ import annotations

from typing import Any

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

from oxaas.examples.calls import calls
from oxaas.examples.forms import illustrated, samples
from oxaas.examples.table import FIRST_HOUR


class SchemaView(APIView):
    """YAML, or JSON for `Accept: application/json` and `?format=json`."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer, OpenApiJsonRenderer2)
    schema = None

    def get(self, request: Request) -> Response:
        """The document."""
        return Response(illustrated())


class DocsView(TemplateView):
    """An introduction, a first hour, and Swagger UI; from this host alone, with nothing inline, as the content security
    policy wants it.
    """

    template_name = "docs/api.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the steps of the first hour, and this server's own address."""
        steps = [(sentence, samples(calls()[name])) for name, sentence in FIRST_HOUR]
        address = self.request.build_absolute_uri("/").rstrip("/")
        return super().get_context_data(**kwargs, steps=steps, address=address)


docs_urlpatterns = [
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("api/docs", DocsView.as_view(), name="docs"),
]
