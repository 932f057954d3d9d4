"""Which web permission each action takes: what somebody may do is the same in the web admin and here."""

from __future__ import annotations

from typing import Final

_ITEM: Final = {"retrieve": "view", "list": "view", "update": "change", "partial_update": "change", "destroy": "delete"}


_UNCHANGED: Final = ("update", "partial_update")


def _item(model: str, *, leaving_out: tuple[str, ...] = (), **more: str) -> dict[str, str]:
    """The actions of a collection with its items; `more` are others, with what they come to."""
    app, _dot, name = model.partition(".")
    actions = {"create": "add", **_ITEM, **more}
    return {action: f"{app}.{what}_{name}" for action, what in actions.items() if action not in leaving_out}


ACTIONS: Final[dict[str, dict[str, str]]] = {
    "resellers": _item("accounts.reseller"),
    "labels": _item("accounts.label"),
    "contexts": _item("accounts.context"),
    "users": _item("accounts.user", batch="change", properties="view", mail="view"),
    "aliases": _item("forwards.forwardingalias", batch="change"),
    "domains": _item(
        "domains.explicitdomain", leaving_out=_UNCHANGED, check="change", prove="change", withdraw="change"
    ),
    "administrators": _item("accounts.administrator"),
    "api-passwords": _item("accounts.apipassword", leaving_out=_UNCHANGED),
    "properties": _item("accounts.configproperty"),
    "changes": _item("changelog.change", leaving_out=("create", "destroy", *_UNCHANGED)),
    # What each section of a document takes, its entries are asked for one by one.
    "provision": {"apply": "accounts.change_user"},
    "trace": {"follow": "forwards.view_forwardingalias"},
    "webhooks": _item("webhooks.webhook", rotate="change", test="change"),
    "webhook-deliveries": _item("webhooks.delivery", leaving_out=("create", "destroy", *_UNCHANGED), again="change"),
    # Whoever edits in bulk sees their own jobs; each edit has its own permission.
    "jobs": dict.fromkeys(("list", "retrieve", "create", "start", "cancel", "undo", "items"), "bulk.view_bulkjob"),
}
