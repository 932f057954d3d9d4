"""What differs between two texts, as bulk edits show it."""

from __future__ import annotations

import re

import pytest
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from core.differences import marked


def _plain(html: str) -> str:
    """The HTML without what only keeps lines together."""
    return re.sub(r'<span class="nowrap">|</span>', "", html)


@pytest.mark.parametrize(
    ("before", "after", "was", "now"),
    [
        ("same", "same", "same", "same"),
        ("", "new", "", "<ins>new</ins>"),
        ("old", "", "<del>old</del>", ""),
        ("a@old.example", "a@new.example", "a@<del>old</del>.example", "a@<ins>new</ins>.example"),
        ("1 GB, active", "3 GB, active", "<del>1</del> GB, active", "<ins>3</ins> GB, active"),
        ("a@x, b@x", "a@x, b@x, c@x", "a@x, b@x", "a@x, b@x, <ins>c@x</ins>"),
        ("a@x, b@x, c@x", "a@x, c@x", "a@x, <del>b@x</del>, c@x", "a@x, c@x"),
        ("<i>", "<b>", "&lt;<del>i</del>&gt;", "&lt;<ins>b</ins>&gt;"),
    ],
)
def test_marked__exactly_what_differs(before: str, after: str, was: str, now: str) -> None:
    shown = marked(before, after)
    assert tuple(map(_plain, shown)) == (was, now)


def test_marked__long_parts_are_marked_as_a_whole() -> None:
    before, after = marked("a " * 300, "b " * 300)
    assert before.count("<del>") == after.count("<ins>") == 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_marked__loses_nothing_of_either_text(before: str, after: str) -> None:
    for text, shown in zip((before, after), marked(before, after), strict=True):
        escaped = re.sub(r"</?(span|del|ins)[^>]*>", "", shown)
        for mark, char in (("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&quot;", '"'), ("&amp;", "&")):
            escaped = escaped.replace(mark, char)
        assert escaped == text


def test_marked__hostile_text_stays_text() -> None:
    before, after = marked("<script>alert(1)</script>, x", "<img src=x onerror=alert(1)>, x")
    assert "<script" not in before
    assert "<img" not in after
    assert strip_tags(after).endswith(", x")
