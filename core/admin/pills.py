"""What stands beside a row in a coloured pill."""

from __future__ import annotations

from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_SUSPENDED: Final = {
    "itself": _("suspended"),
    "end": _("expired"),
    "context": _("company suspended"),
    "reseller": _("reseller suspended"),
}


def label_pill(name: str, colour: str) -> SafeString:
    """A label; its name is there beside its colour."""
    return format_html('<span class="pill label {}">{}</span>', colour, name)


def status_pill(suspended_by: str) -> SafeString:
    """A row's `suspended_by` in words."""
    if not suspended_by:
        return format_html('<span class="pill good">{}</span>', gettext("active"))
    return format_html('<span class="pill bad">{}</span>', _SUSPENDED[suspended_by])
