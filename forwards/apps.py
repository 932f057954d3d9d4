"""Forwarding aliases, as an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForwardsConfig(AppConfig):
    name = "forwards"
    verbose_name = _("Forwards")

    def ready(self) -> None:
        """Give the floors below what they need to know of this app."""
        from accounts import contents, leads, ownership
        from accounts.provision import section
        from bulk import edits
        from changelog import history, record, words
        from changelog.undo import register
        from core import access, tables
        from core import persons as core_persons
        from forwards import bulk, bulk_users, graph, histories, persons, provision, redirection, resources, undo
        from forwards.models import ForwardingAlias

        for model in ("forwardingalias", "recipient"):
            access.register_web(f"forwards.{model}", master=access.EDIT, reseller=access.EDIT, context=access.EDIT)
        record.register_context_kinds("forward")
        words.register_words({"forward": _("forwarding alias")}, {"alias": _("alias"), "recipients": _("recipients")})
        register(undo.KINDS)
        history.register("forwards.forwardingalias", histories.of_alias)
        history.register("accounts.user", histories.of_user)
        contents.register(
            contents.Content(
                ForwardingAlias,
                undo.cascade_entries,
                bulk.count_aliases,
                undo.lock_aliases,
                in_service=ForwardingAlias.objects.answering,
            )
        )
        leads.register(redirection.Aliases())
        ownership.register_belonging_check(graph.Loops)
        core_persons.register(*persons.HOLDINGS)
        section.register(*provision.SECTIONS)
        tables.register(*resources.RESOURCES)
        edits.register(*bulk.EDITS, *bulk_users.EDITS)
