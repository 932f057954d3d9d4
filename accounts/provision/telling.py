"""What a declared world changes, in words: the plan that a dry run shows."""

from __future__ import annotations

from accounts.provision.reading import shown
from changelog.models import Change


def told(change: Change) -> str:
    """One line of the plan: `create user 42 john@acme.example (context alpha_acme)`, or what changes from what."""
    place = f" (context {change.context_name})" if change.context_name else ""
    if change.kind == "context" or change.label.endswith(place):
        place = ""
    before, after = change.before or {}, change.after or {}
    details = ""
    if change.action == Change.Action.UPDATE:
        keys = [key for key in after if before.get(key) != after[key]]
        details = ": " + ", ".join(f"{key} {shown(before.get(key))} → {shown(after[key])}" for key in keys)
    return f"{change.action} {change.kind} {shown(change.label, 300)}{place}{details}"


def counted(changes: int, *, dry_run: bool) -> str:
    """The last line of it."""
    return f"{'1 change' if changes == 1 else f'{changes} changes'} {'would be made' if dry_run else 'made'}."
