"""The generated OpenAPI document and its page."""

from __future__ import annotations

from django.urls import URLPattern
from drf_spectacular.openapi import AutoSchema


class ContractAutoSchema(AutoSchema):
    """Describes the contract's operations."""


docs_urlpatterns: list[URLPattern] = []
