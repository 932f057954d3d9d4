"""What of their company its administrators see first: limits and use, and who is nearly full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from accounts.models import Context, User
from core.access import Role
from core.scoping import Viewer
from core.sizes import format_short
from web import usage
from web.context_page import Limit, limits_of
from web.search import page_of

FULLEST: Final = 8


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox, and how full it was when it was last measured."""

    label: str
    url: str
    percent: float
    is_near: bool
    words: str


@dataclass(frozen=True, slots=True)
class Company:
    """The company of a context's administrator."""

    name: str
    limits: list[Limit]
    fullest: list[Mailbox]


def company_of(administrator: Viewer) -> Company | None:
    """The company whose administrator this is; None for those who have many."""
    context: Context | None = administrator.context
    if Role(administrator.role) is not Role.CONTEXT or context is None:
        return None
    # What is annotated, the type of the queryset does not know.
    users: Any = User.objects.visible_to(administrator).with_use()
    rows = users.filter(used_percent__isnull=False).order_by("-used_percent", "pk")[:FULLEST]
    return Company(context.name, limits_of(context), [_mailbox(row) for row in rows])


def _mailbox(row: Any) -> Mailbox:
    words = f"{format_short(row.used_bytes)} / {format_short(row.quota)}"
    near = usage.is_near(row.used_bytes, row.quota)
    return Mailbox(str(row), page_of(row), usage.percent(row.used_bytes, row.quota), near, words)
