"""The second version of the API, as an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiV2Config(AppConfig):
    name = "apiv2"
    verbose_name = _("API")

    def ready(self) -> None:
        """Give the floors below what they need to know of this app."""
        from apiv2 import schema  # noqa: F401  (importing the schema registers it)
        from apiv2.services import purge_answers
        from apiv2.table import ACTIONS
        from core import access, retention

        for resource, actions in ACTIONS.items():
            access.register_api(resource, actions)
        retention.register(retention.Kept("answers to repeated calls", None, purge_answers))
