"""Resellers, contexts, users and administrators, as an app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Give the floors below what they need to know of this app."""
        from accounts import (
            bulk,
            bulk_changes,
            bulk_contexts,
            bulk_labels,
            bulk_properties,
            filter_keeper,
            histories,
            resources,
            schema,  # noqa: F401  (importing it registers it)
            undo,
        )
        from accounts.imports import edit
        from accounts.provision import SECTIONS, section
        from accounts.services import logins, preferences, saved_filters
        from accounts.services import persons as services
        from bulk import edits
        from changelog import record, words
        from changelog.undo import register, register_lock
        from core import access, persons, retention, tables
        from core.admin import registry

        everything, reading, nothing = access.EDIT, access.VIEW, access.NOTHING
        for model, context in {
            "reseller": nothing,
            "label": nothing,
            "context": reading,
            "user": everything,
            "customid": everything,
            "configproperty": reading,
            "administrator": reading,
        }.items():
            access.register_web(f"accounts.{model}", master=everything, reseller=everything, context=context)
        own = access.VIEW | {"add", "delete"}
        access.register_web("accounts.apipassword", master=own, reseller=own, context=own)
        access.register_web("accounts.loginevent", master=reading, reseller=reading, context=reading)
        record.register_part("context_marks", of="context")
        record.register_context_kinds("user", "last_login", "api_password", "second_factor")
        words.register_words(KINDS, FIELDS)
        register(undo.KINDS)
        histories.register_all()
        register_lock(undo.lock_owners)
        section.register(*SECTIONS)
        tables.register(*resources.RESOURCES)
        for some in (bulk, bulk_contexts, bulk_changes, bulk_labels, bulk_properties, edit):
            edits.register(*some.EDITS)
        persons.register(*services.HOLDINGS, *logins.HOLDINGS, *saved_filters.HOLDINGS)
        retention.register(*logins.KEPT)
        registry.register_keeper(preferences.Keeper())
        registry.register_filter_keeper(filter_keeper.Keeper())


# What the change log calls these kinds of objects, and the values that it keeps of them. Names that are OX's own, such
# as uidname, stay as they are.
KINDS = {
    "context": _("context"),
    "context_marks": _("note and labels of the context"),
    "label": _("label"),
    "user": _("user"),
    "config": _("configuration property"),
    "administrator": _("administrator"),
    "api_password": _("API password"),
    "second_factor": _("second factor"),
    "reseller": _("reseller"),
    "mail": _("recent mails"),
    "last_login": _("last login"),
    "person": _("data of a person"),
}
FIELDS = {
    "contexts": _("contexts"),
    "expires_at": _("expires"),
    "expires_on": _("expires on"),
    "families": _("families"),
    "identifier": _("identifier"),
    "may_write": _("may change"),
    "networks": _("networks"),
    "colour": _("colour"),
    "created_at": _("created"),
    "custom": _("custom ids"),
    "display_name": _("display name"),
    "hide_subjects": _("hide subjects"),
    "is_active": _("active"),
    "labels": _("labels"),
    "language": _("language"),
    "note": _("note"),
    "time_zone": _("time zone"),
    "last_login": _("last login"),
    "login": _("login"),
    "max_user": _("user limit"),
    "msisdn": _("phone number"),
    "name": _("name"),
    "number": _("user id"),
    "parent": _("parent"),
    "password": _("password"),
    "product_name": _("product name"),
    "quota": _("quota"),
    "reseller": _("reseller"),
    "second_factor": _("second factor"),
    "email": _("mail address"),
    "must_change_password": _("must change the password"),
    "demand_second_factor": _("demand a second factor"),
    "role": _("role"),
    "value": _("value"),
}
