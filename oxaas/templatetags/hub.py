"""Template tags of the pages that look across the apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.kinds import kind_name
from accounts.models import Change, Context
from accounts.services import history
from oxaas.admin import administrator_of
from oxaas.web.hub import Hub, hub_for

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

register = template.Library()


@register.simple_tag(takes_context=True)
def context_hub(context: Any, row: Context) -> Hub:
    """The hub of the context `row` for whoever is logged in: `{% context_hub original as hub %}`.

    Django keeps the name `context` for the template's own.
    """
    return hub_for(administrator_of(context["request"]), row)


@register.filter
def kind(change: Change) -> StrOrPromise:
    """What was changed, for a person."""
    return kind_name(change.kind)


@register.filter
def unbroken(text: str) -> SafeString:
    """A list in a line, which breaks only behind its commas: never inside an address."""
    parts = [(part,) for part in text.split(", ")]
    return format_html_join(", ", '<span class="unbroken">{}</span>', parts)


@register.filter
def can_be_undone(change: Change) -> bool:
    """Whether there is a way back from this change at all."""
    return history.can_be_undone(change)
