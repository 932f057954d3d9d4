"""The button in the head that makes rows and text denser or more comfortable, and keeps that for the person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.services.preferences import keep_preferences
from core.admin.base import administrator_of
from core.admin.chosen import DENSE, ROOMY


@require_POST
def density_page(request: HttpRequest) -> HttpResponse:
    """The density that was asked for from now on, and back to where the person was."""
    density = ROOMY if request.POST.get("density") == ROOMY else DENSE
    keep_preferences(administrator=administrator_of(request), density=density)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("admin:index")
    return HttpResponseRedirect(back)
