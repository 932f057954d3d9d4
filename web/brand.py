"""In whose name the web admin appears."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control

from accounts.models import Administrator, Reseller


@dataclass(frozen=True, slots=True)
class Brand:
    """In whose name the web admin appears: its product's name and colour; both may be empty."""

    name: str = ""
    colour: str = ""

    @property
    def text_colour(self) -> str:
        """Black or white, whichever can be read on the colour (WCAG's relative luminance)."""
        channels = [int(self.colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return "#000000" if luminance > 0.179 else "#ffffff"

    @property
    def version(self) -> str:
        """Changes when the colour does, so that the stylesheet may be kept by browsers."""
        return hashlib.sha256(self.colour.encode()).hexdigest()[:8]


def brand_for(user: object) -> Brand:
    """The brand of the reseller that this person belongs to; a child without one shows its parent's."""
    if not isinstance(user, Administrator):
        return Brand()
    reseller = user.reseller or (user.context.reseller if user.context else None)
    chain: list[Reseller | None] = [reseller, reseller.parent if reseller else None]
    names = [one.product_name for one in chain if one is not None and one.product_name]
    colours = [one.colour for one in chain if one is not None and one.colour]
    return Brand(next(iter(names), ""), next(iter(colours), ""))


@cache_control(private=True, max_age=86_400)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The brand's colour as a stylesheet of its own: no page carries inline style."""
    brand = brand_for(request.user)
    rule = f":root{{--brand:{brand.colour};--brand-text:{brand.text_colour}}}" if brand.colour else ""
    return HttpResponse(rule, content_type="text/css; charset=utf-8")
