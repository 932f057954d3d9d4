"""The three hints that the overview shows at first, until the person has read them; never again afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import Administrator
from accounts.services.preferences import keep_preferences
from core.admin.base import administrator_of
from web.handbook import page_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_SEEN: Final = "hints_seen"
# Each with its page of the handbook.
_HINTS: Final[tuple[tuple[StrOrPromise, str], ...]] = (
    (_("Press / on any page to search everything that you may see."), "search"),
    (_("Nothing changes in many rows before you have seen a preview, and what was done can be undone."), "bulk-edits"),
    (_("The question mark at the top opens the help of the page that you are on."), "overview"),
)


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence, and where there is more."""

    words: StrOrPromise
    url: str
    title: str


def hints_for(administrator: object) -> list[Hint]:
    """The hints, for whoever has not put them away."""
    if not isinstance(administrator, Administrator) or administrator.preferences.get(_SEEN):
        return []
    return [Hint(words, reverse("admin:help_page", args=[name]), page_of(name).title) for words, name in _HINTS]


@require_POST
def hints_page(request: HttpRequest) -> HttpResponse:
    """Puts the hints away for good, and shows the overview."""
    keep_preferences(administrator=administrator_of(request), hints_seen=True)
    return HttpResponseRedirect(reverse("admin:index"))
