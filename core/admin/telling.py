"""What a form's success message says: what was done, with counts, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.actor import Actor

_SAID = "said"


class TellingAdmin(admin.ModelAdmin):
    """Pages that say what was done in the words of the change log, in place of Django's sentences."""

    def say(self, request: HttpRequest, sentence: SafeString) -> None:
        """Have this said of what the request has done."""
        setattr(request, _SAID, sentence)

    def said(self, request: HttpRequest) -> SafeString:
        """What is to be said so far."""
        return getattr(request, _SAID, SafeString())

    def message_user(
        self,
        request: HttpRequest,
        message: Any,
        level: int | str = messages.INFO,
        extra_tags: str = "",
        fail_silently: bool = False,
    ) -> None:
        """Says it where Django says that all went well: of a form that was saved, an object that was deleted."""
        if level == messages.SUCCESS and (said := self.said(request)):
            message = said
        super().message_user(request, message, level, extra_tags, fail_silently)


def watched(actor: Actor) -> tuple[Actor, list[Any]]:
    """The actor, and the list to which the lines of what they do from now on are appended."""
    made: list[Any] = []
    return replace(actor, made=made), made
