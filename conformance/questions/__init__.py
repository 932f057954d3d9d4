"""The questions, one module for each chapter of the contract's rulings."""

from __future__ import annotations


def load() -> None:
    """Put the questions of all chapters into the catalogue, in the order of the contract."""
    from conformance.questions import everywhere, names, roles, admin, forwards, mail, domains  # noqa: F401, I001
