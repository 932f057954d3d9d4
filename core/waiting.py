"""An answer that may wait for news: what the view says to whoever lets callers in and out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

ATTRIBUTE: Final = "oxaas_wait"
"""Of a response, its `Wait`."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is there for this caller yet: for so many seconds they would wait, and are answered anew after news.

    `look` says what is newest, of which the answer knows `seen`; it is the same for all callers.
    """

    seconds: float
    caller: int
    seen: Any
    look: Callable[[], Any]
