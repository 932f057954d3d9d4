"""The project itself as an app: it registers the system checks and the apps' bulk edits. And the web admin's site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules


class OxaasConfig(AppConfig):
    name = "oxaas"

    def ready(self) -> None:
        from oxaas import checks  # noqa: F401  (importing registers them)

        autodiscover_modules("bulk")


class SiteConfig(AdminConfig):
    """Django's admin with our own site, and without Django's groups: what a role may do is in `oxaas.access`."""

    default_site = "oxaas.admin.Site"

    def ready(self) -> None:
        from django.contrib.admin import site
        from django.contrib.auth.models import Group

        super().ready()
        site.unregister(Group)
