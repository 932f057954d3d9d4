"""Who writes, and through which channel: what every service is told, and what the change log keeps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.scoping import Viewer


class Channel(models.TextChoices):
    """The ways into the product."""

    API = "api", _("API")
    WEB = "web", _("web admin")
    IMPORT = "import", _("import")
    PROVISION = "provision", _("provision")
    COMMAND = "command", _("command line")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Without an administrator it is the operator at the command line. `batch` groups a bulk edit.

    `credential` is what they logged in with, in the words of the change log.

    A caller that wants to see the new lines of the change log passes a list, `made`, to which they are appended.
    """

    administrator: Viewer | None
    channel: Channel
    batch: UUID | None = None
    credential: str = ""
    made: list[Any] | None = field(default=None, compare=False, repr=False)

    def in_batch(self) -> Actor:
        """The same actor, whose changes from now on belong together."""
        return replace(self, batch=uuid4())

    def __str__(self) -> str:
        return "operator" if self.administrator is None else str(self.administrator)
