"""The short way of plain addresses answers as the long one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import addresses
from core.addresses import Address, parse_address
from core.errors import Invalid

_LOCAL = st.text("aZ09._+-", min_size=1, max_size=66)
_LABEL = st.text("aZ09-", min_size=1, max_size=65)
_ADDRESSES = st.builds(
    lambda local, labels: f"{local}@{'.'.join(labels)}", _LOCAL, st.lists(_LABEL, min_size=1, max_size=4)
)


def _parsed(text: str) -> Address | str:
    try:
        return parse_address(text)
    except Invalid as refusal:
        return str(refusal)


@given(_ADDRESSES)
def test_parse_address__is_the_same_on_the_short_way(text: str) -> None:
    short = _parsed(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(addresses, "_PLAIN", re.compile(r"(?!)"))
        assert _parsed(text) == short
