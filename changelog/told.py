"""A line of the change log as other systems are told it: by the API and by webhooks, in the same shape."""

from __future__ import annotations

from typing import Any

from changelog.models import Change
from core.access import Role
from core.scoping import Viewer
from core.zones import as_rfc3339


def told(line: Change, viewer: Viewer) -> dict[str, Any]:
    """What this viewer, who sees the line, is told of it."""
    # A context's own administrator need not know who sold it.
    knows_seller = Role(viewer.role) is not Role.CONTEXT
    return {
        "id": line.pk,
        "at": as_rfc3339(line.at),
        "actor": line.actor,
        "administrator": line.administrator_id if knows_seller else None,
        "channel": line.channel,
        "credential": line.credential,
        "action": line.action,
        "kind": line.kind,
        "object": line.key,
        "label": line.label,
        "context": line.context_id,
        "reseller": line.reseller_id if knows_seller else None,
        "user": line.user_id,
        "before": line.before,
        "after": line.after,
        "batch": None if line.batch is None else str(line.batch),
    }
