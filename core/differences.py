"""What differs between two texts, marked in both for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# A text is compared part by part as people read it, and a part that changed word by word.
_BETWEEN: Final = re.compile(r"(?<=, )|(?<=; )")
_WORD: Final = re.compile(r"[\w-]+|\s+|[^\w\s]")
# Longer parts are marked as a whole: comparing costs with the square.
_MAX_WORDS: Final = 200
# A piece of a part, and whether it differs.
_Piece = tuple[str, bool]


def marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both texts as HTML, `<del>` around what goes and `<ins>` around what comes. Lines break between parts only."""
    old, new = _BETWEEN.split(before), _BETWEEN.split(after)
    was: list[list[_Piece]] = []
    now: list[list[_Piece]] = []
    for tag, a, b, c, d in SequenceMatcher(None, _bare(old), _bare(new), autojunk=False).get_opcodes():
        if tag == "equal":
            was += [[(part, False)] for part in old[a:b]]
            now += [[(part, False)] for part in new[c:d]]
            continue
        for gone, come in zip_longest(old[a:b], new[c:d]):
            one, other = _compared(gone, come)
            was += [one] if gone is not None else []
            now += [other] if come is not None else []
    return _html(was, "del"), _html(now, "ins")


def _bare(parts: Sequence[str]) -> list[str]:
    """The parts without what is between them."""
    return [part.rstrip(" ,;") for part in parts]


def _compared(gone: str | None, come: str | None) -> tuple[list[_Piece], list[_Piece]]:
    """The pieces of two parts of which one takes the place of the other."""
    if gone is None or come is None:
        return [(gone or "", True)], [(come or "", True)]
    old, new = _WORD.findall(gone), _WORD.findall(come)
    if max(len(old), len(new)) > _MAX_WORDS:
        return [(gone, True)], [(come, True)]
    was: list[_Piece] = []
    now: list[_Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was.append(("".join(old[a:b]), tag != "equal"))
        now.append(("".join(new[c:d]), tag != "equal"))
    return was, now


def _html(parts: Iterable[list[_Piece]], tag: str) -> SafeString:
    return format_html_join("", '<span class="nowrap">{}</span>{}', [_part(pieces, tag) for pieces in parts])


def _part(pieces: list[_Piece], tag: str) -> tuple[SafeString, str]:
    """A part, and what is between it and the next one, where a line may break."""
    text = "".join(piece for piece, _differs in pieces)
    end = text[len(text.rstrip(" ,;")) :] if text.endswith(" ") else ""
    shown: list[SafeString] = []
    left = len(text) - len(end)
    for differs, group in groupby(pieces, key=lambda piece: piece[1]):
        piece = "".join(one for one, _differs in group)[:left]
        left -= len(piece)
        if piece:
            shown.append(format_html("<{0}>{1}</{0}>", tag, piece) if differs else format_html("{}", piece))
    return format_html_join("", "{}", [(one,) for one in shown]), end
