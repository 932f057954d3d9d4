"""The words for suspending and resuming rows in bulk."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy

SUSPEND: Final = gettext_lazy("Suspend")
RESUME: Final = gettext_lazy("Resume")
