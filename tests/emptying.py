"""An empty database for one test: what it removes is back when the test is over."""

from __future__ import annotations

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, Reseller
from changelog.models import Change


def clear() -> None:
    """Remove the world; what hangs on it goes with it."""
    for model in (Administrator, ConfigProperty, Context, LastLogin, Change):
        model._default_manager.all().delete()
    Reseller.objects.exclude(parent=None).delete()
    Reseller.objects.all().delete()
