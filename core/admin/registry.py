"""What higher floors add to every model's pages in the web admin, from their AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from django.db import models

from core.scoping import Viewer

# What gives a list its actions: a function of the model and of whoever is logged in.
ActionProvider = Callable[[type[models.Model], Viewer], dict[str, Any]]
action_providers: Final[list[ActionProvider]] = []


class History(Protocol):
    """What the pages must know of the change log, to tell a person what was changed while a form was open."""

    def version_of(self, kind: str, key: int) -> int:
        """The number of the object's last change; 0 for none."""

    def changed_since(self, kind: str, key: int, version: int, viewer: Viewer) -> list[str]:
        """What was changed after `version`, as sentences."""


histories: Final[list[History]] = []


def register_actions(provider: ActionProvider) -> None:
    """Offer what `provider` returns (name -> Django's (function, name, label)) as actions of every model's list."""
    action_providers.append(provider)


def register_history(history: History) -> None:
    """Make the change log known."""
    histories.append(history)
