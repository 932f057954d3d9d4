"""The project itself as an app: it registers the system checks."""

from django.apps import AppConfig


class OxaasConfig(AppConfig):
    name = "oxaas"

    def ready(self) -> None:
        from core import sqlite  # noqa: F401  (importing connects its receiver)
        from oxaas import checks  # noqa: F401  (importing registers them)
