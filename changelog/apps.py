"""The change log, as an app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ChangelogConfig(AppConfig):
    name = "changelog"
    verbose_name = _("Change log")

    def ready(self) -> None:
        """Say who may read the change log in the web admin."""
        from changelog import feed, resources, saying, services, versions, writes
        from core import access, persons, replica, retention, tables
        from core.admin import registry

        access.register_web("changelog.change", master=access.VIEW, reseller=access.VIEW, context=access.VIEW)
        tables.register(resources.ChangeResource)
        registry.register_history(versions)
        registry.register_teller(saying.said)
        retention.register(retention.Kept("lines of the change log", "CHANGE_LOG_KEEP_DAYS", services.purge_changes))
        replica.register_writes(writes.note, writes.wrote_lately)
        post_migrate.connect(feed.begin, sender=self)
        persons.register(persons.Holding("change log", 90, services.exported_lines, services.mask_lines))
