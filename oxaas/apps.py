"""The project itself as an app: it registers the system checks, and for how long sessions are kept."""

from django.apps import AppConfig


class OxaasConfig(AppConfig):
    name = "oxaas"

    def ready(self) -> None:
        from core import (
            retention,
            sqlite,  # noqa: F401  (importing connects its receiver)
        )
        from oxaas import checks, sessions  # noqa: F401  (importing the checks registers them)

        retention.register(retention.Kept("ended sessions", None, sessions.purge_sessions))
