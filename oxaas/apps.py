"""The project itself as an app: it registers the system checks, how long sessions are kept, and what is slow."""

from django.apps import AppConfig


class OxaasConfig(AppConfig):
    name = "oxaas"

    def ready(self) -> None:
        from django.conf import settings

        from core import (
            retention,
            sqlite,  # noqa: F401  (importing connects its receiver)
            trace,
        )
        from oxaas import checks, metrics, sessions  # noqa: F401  (importing the checks registers them)
        from oxaas.environment import process_name

        retention.register(retention.Kept("ended sessions", None, sessions.purge_sessions))
        if process_name() == "worker":
            metrics.begin()
        trace.tell_slow_statements(settings.LOG_SLOW_STATEMENT_MS / 1000)
