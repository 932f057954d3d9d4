"""What a person reads on a page, and what a page may not say to somebody who reads German."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from django.utils.translation import gettext, override

# Words that no German sentence has, whatever it is about. The names of columns and kinds are data: they are not among
# them, but are found where they are a text of their own.
_ENGLISH: Final = re.compile(
    r"\b(the|of|and|or|to|is|are|this|that|it|its|you|your|with|have|by|for|from|not|be|been|cannot|what|who|whose|when"
    r"|no|yes|there|which|change|changed|delete|deleted|suspended|active)\b",
    re.IGNORECASE,
)
_READ_OUT: Final = frozenset({"title", "aria-label", "placeholder", "alt", "data-nothing", "data-failed"})
_SILENT: Final = frozenset({"script", "style", "code"})


class Texts(HTMLParser):
    """Collects the texts of a page, and those attributes that are shown or read out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.language = ""
        self._silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        self._silent += tag in _SILENT
        shown = set(_READ_OUT)
        if tag == "input" and given.get("type") in {"submit", "button", "reset"}:
            shown.add("value")
        self.found.extend(value for name, value in attrs if name in shown and value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._silent:
            self.found.append(text)


def english_in(page: str, known: frozenset[str]) -> list[str]:
    """The page's texts that are one of our `known` English ones, or have an English word in them."""
    return sorted({text for text in Texts(page).found if text.casefold() in known or _ENGLISH.search(text)})


def english_texts(catalogue: Path) -> frozenset[str]:
    """Our English texts that read otherwise in German, in small letters."""
    lines = re.findall(r'^msgid (".+")$', catalogue.read_text(), re.MULTILINE)
    texts = [str(ast.literal_eval(line)) for line in lines]
    with override("de"):
        german = {gettext(text).casefold() for text in texts}
    # What is English in one place may be German in another: a German text is never a leftover.
    return frozenset(text.casefold() for text in texts) - german
