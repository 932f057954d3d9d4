"""Webhooks, as an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        """Give the floors below what they need to know of this app."""
        from changelog import record, words
        from core import access, chores, retention, tables
        from webhooks import delivering, resources, upkeep

        access.register_web("webhooks.webhook", master=access.EDIT, reseller=access.EDIT, context=access.EDIT)
        log = access.VIEW | {"change"}
        access.register_web("webhooks.delivery", master=log, reseller=log, context=log)
        record.register_context_kinds("webhook")
        words.register_words({"webhook": _("webhook")}, FIELDS)
        tables.register(resources.WebhookResource, resources.DeliveryResource)
        chores.register(delivering.CHORE)
        retention.register(retention.Kept("webhook deliveries", "WEBHOOK_LOG_KEEP_DAYS", upkeep.purge_deliveries))


FIELDS = {
    "kinds": _("kinds"),
    "of_context": _("context"),
    "of_reseller": _("reseller"),
    "secret": _("secret"),
    "sent": _("sent"),
    "switched_off": _("switched off"),
    "url": _("address"),
}
