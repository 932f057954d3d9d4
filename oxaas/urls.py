"""The contract's prefixes, the web admin and the API's documentation."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from oxaas import converters
from oxaas.schema import docs_urlpatterns
from oxaas.views import not_found

converters.register()

urlpatterns = [
    path("oxaas/v1/admin/", include("accounts.urls")),
    path("api/oxaas/v1/admin/forwards/", include("forwards.urls")),
    path("api/oxaas/v1/admin/explicitmaildomains/", include("domains.urls")),
    path("api/oxaas/mail/", include("mailstats.urls")),
    path("api/v2/", include("apiv2.urls")),
    re_path(r"^(?:(?:api/)?oxaas|api/v2)(?:/|$)", not_found),
    *docs_urlpatterns,
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]

handler400 = "oxaas.views.bad_request"
handler500 = "oxaas.views.server_error"
