"""The handbook: short pages in Markdown, in each language, as HTML. They are files of the product, nobody's input.

Links among them are relative, so that they work in the repository as well as below `/admin/help/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise
    from markdown_it.token import Token

# All pages, as the list of them has them.
SECTIONS: Final[tuple[tuple[StrOrPromise, tuple[str, ...]], ...]] = (
    (_("First steps"), ("overview", "search", "lists", "account", "second-factor")),
    (_("Mail"), ("users", "leaving", "mailboxes", "aliases", "trace", "domains")),
    (_("Customers"), ("companies", "new-company", "labels", "resellers")),
    (_("Many at once"), ("bulk-edits", "imports", "exports")),
    (_("Settings"), ("administrators", "api-passwords", "webhooks", "configuration")),
    (_("Activity"), ("changes", "logins")),
)
NAMES: Final = tuple(name for _label, names in SECTIONS for name in names)
_FALLBACK: Final = "en"
# Raw HTML stays text.
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the handbook in one language: its HTML without the title, and its paragraphs as plain text."""

    name: str
    title: str
    html: SafeString
    paragraphs: tuple[str, ...]


@cache
def languages() -> list[str]:
    """The languages that there is a handbook in."""
    return [code for code, _name in settings.LANGUAGES if (settings.HANDBOOK_DIR / code).is_dir()]


def page_of(name: str) -> Page:
    """The page in the reader's language. KeyError for a name that no page has."""
    if name not in NAMES:
        raise KeyError(name)
    wanted = (get_language() or _FALLBACK).split("-")[0]
    return rendered(wanted if wanted in languages() else _FALLBACK, name)


@cache
def rendered(language: str, name: str) -> Page:
    """The page in that language, read once."""
    text = (settings.HANDBOOK_DIR / language / f"{name}.md").read_text(encoding="utf-8")
    # The first three tokens are the title: its beginning, its words, its end.
    _start, title, _end, *tokens = _MARKDOWN.parse(text)
    return Page(name, title.content, _html(tokens), tuple(_plain(tokens)))


def _html(tokens: Sequence[Token]) -> SafeString:
    return format_html_join("", "{}", ((_piece(token),) for token in tokens))


def _piece(token: Token) -> str:
    """The token as HTML, escaped by Django; links and pictures lead to where they are below the web admin."""
    match token.type:
        case "inline":
            return _html(token.children or ())
        case "text":
            return token.content
        case "softbreak":
            return "\n"
        case "code_inline":
            return format_html("<code>{}</code>", token.content)
        case "image":
            source = static(f"handbook/{str(token.attrs['src']).removeprefix('../images/')}")
            return format_html('<img src="{}" alt="{}">', source, token.content)
        case "link_open":
            return format_html('<a href="{}">', str(token.attrs["href"]).removesuffix(".md"))
        case _ if token.hidden:
            return ""
        case _:
            return format_html("<{}>" if token.nesting == 1 else "</{}>", token.tag)


def _plain(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(" " if one.type == "softbreak" else one.content for one in token.children or ())


@dataclass(frozen=True, slots=True)
class Find:
    """A page with the words, and the first paragraph that has one of them."""

    page: Page
    excerpt: str


def find(text: str) -> list[Find]:
    """The pages with all of the words; first those with the words in their titles."""
    words = text.casefold().split()
    found = [_find(page, words) for page in map(page_of, NAMES)] if words else []
    hits = [one for one in found if one is not None]
    return sorted(hits, key=lambda hit: not all(word in hit.page.title.casefold() for word in words))


def _find(page: Page, words: list[str]) -> Find | None:
    whole = "\n".join((page.title, *page.paragraphs)).casefold()
    if not all(word in whole for word in words):
        return None
    texts = [one for one in page.paragraphs if any(word in one.casefold() for word in words)]
    return Find(page, texts[0] if texts else page.paragraphs[0])
