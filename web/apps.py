"""The pages of the web admin that look across the apps, and its site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class WebConfig(AppConfig):
    name = "web"
    default = True

    def ready(self) -> None:
        """Show the histories of objects by the page of this app."""
        from core.admin import registry
        from web import history_page

        registry.register_history_page(history_page)


class SiteConfig(admin_apps.AdminConfig):
    """Django's admin with the product's own site and without groups: what a role may do is in `core.access`."""

    default = False
    default_site = "web.site.Site"

    def ready(self) -> None:
        from django.contrib.admin import site
        from django.contrib.auth.models import Group

        super().ready()
        site.unregister(Group)
