"""Saying that a value stays as it is."""

from __future__ import annotations

from typing import Final


class Keep:
    """Says that a value stays as it is, where None means that it is removed."""


KEEP: Final = Keep()
