"""The web admin's form for explicit mail domains."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.admin.forms import ServiceForm
from domains.models import ExplicitDomain


class ExplicitDomainForm(ServiceForm):
    class Meta:
        model = ExplicitDomain
        fields = ["context", "name"]
        help_texts = {"name": _("A domain name. It belongs to one context only.")}
