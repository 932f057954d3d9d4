"""Explicit mail domains, as an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DomainsConfig(AppConfig):
    name = "domains"
    verbose_name = _("Domains")

    def ready(self) -> None:
        """Give the floors below what they need to know of this app."""
        from accounts import contents, ownership
        from accounts.provision import section
        from bulk import edits
        from changelog import words
        from changelog.undo import register
        from core import access, chores, tables
        from domains import bulk, proof, provision, resources, undo
        from domains.models import ExplicitDomain

        # The contract keeps explicit domains from context administrators altogether.
        access.register_web("domains.explicitdomain", master=access.EDIT, reseller=access.EDIT, context=access.NOTHING)
        words.register_words(
            {"domain": _("explicit domain")},
            {"domain": _("domain"), "proof": _("proof"), "token": _("content of the TXT record")},
        )
        register(undo.KINDS)
        contents.register(
            contents.Content(ExplicitDomain, undo.cascade_entries, bulk.count_domains, others_rely_on=True)
        )
        ownership.register_domains(ExplicitDomain.objects.proven, ExplicitDomain.objects.waiting)
        section.register(*provision.SECTIONS)
        tables.register(*resources.RESOURCES)
        edits.register(*bulk.EDITS)
        chores.register(chores.Chore("proof of domains", proof.SECONDS, proof.look_again))
