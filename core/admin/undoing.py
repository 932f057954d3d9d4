"""The button “Undo” wherever it stands: in a list, on a page, in a message."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

# The form without fields that every page has: a button that names it can stand in another form, or in a message.
FORM: Final = "undo"


def undo_button(*, batch: UUID | str | None = None, change: int | None = None) -> SafeString:
    """A button that leads to the preview of undoing the changes of a batch, or one change."""
    url = (
        reverse("admin:bulk_undo_batch", args=[batch])
        if batch is not None
        else reverse("admin:bulk_undo_change", args=[change])
    )
    return format_html(
        '<button type="submit" form="{}" class="button undo" formaction="{}" title="{}">{}</button>',
        FORM,
        url,
        gettext("You see first what will happen."),
        gettext("Undo …"),
    )
