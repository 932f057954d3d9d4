"""Bulk edits, as an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulkConfig(AppConfig):
    name = "bulk"
    verbose_name = _("Bulk edits")

    def ready(self) -> None:
        """Offer the edits as the actions of the web admin's lists, and undoing as one of them."""
        from bulk import edits, heartbeat, notices, pages, resources, services, undo
        from core import access, chores, persons, retention, tables
        from core.admin import registry

        # Whoever edits in bulk sees their own jobs; they come from the lists, and nobody writes them by hand.
        access.register_web("bulk.bulkjob", master=access.VIEW, reseller=access.VIEW, context=access.VIEW)
        tables.register(*resources.RESOURCES)
        edits.register(undo.UndoChanges)
        registry.register_actions(pages.actions_of)
        chores.register(heartbeat.HEARTBEAT, notices.OWED)
        chores.register(chores.Chore("what is kept no longer", retention.SECONDS, retention.purge_some))
        retention.register(retention.Kept("bulk edits and uploads", "BULK_KEEP_DAYS", services.purge_jobs))
        persons.register(persons.Holding("bulk edits and uploads", 5, services.exported_jobs, services.erase_from_jobs))
