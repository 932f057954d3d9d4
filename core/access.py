"""Who may act: the table of the contract's schemes, and what each role may do in the web admin.

No queries. What is in neither table raises; nothing falls open.
Which rows somebody may see is another question, answered by `core.scoping`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What an administrator is. A tenant credential opens the Mail operations and nothing else."""

    MASTER = "master", _("master administrator")
    RESELLER = "reseller", _("reseller administrator")
    CONTEXT = "context", _("context administrator")
    TENANT = "tenant", _("tenant credential")


class Grant(Enum):
    """Whether a scheme admits a role."""

    ALWAYS = "always"
    OVERRIDE = "only with MASTER_ACCOUNT_OVERRIDE"
    NEVER = "never"


SCHEMES: Final[dict[str, dict[Role, Grant]]] = {
    "contextAdminAuth": {
        Role.MASTER: Grant.OVERRIDE,
        Role.RESELLER: Grant.OVERRIDE,
        Role.CONTEXT: Grant.ALWAYS,
        Role.TENANT: Grant.NEVER,
    },
    "contextAdminOnlyAuth": {
        Role.MASTER: Grant.NEVER,
        Role.RESELLER: Grant.ALWAYS,
        Role.CONTEXT: Grant.ALWAYS,
        Role.TENANT: Grant.NEVER,
    },
    "resellerAdminAuth": {
        Role.MASTER: Grant.OVERRIDE,
        Role.RESELLER: Grant.OVERRIDE,
        Role.CONTEXT: Grant.NEVER,
        Role.TENANT: Grant.NEVER,
    },
    "basicAuth": {
        Role.MASTER: Grant.ALWAYS,
        Role.RESELLER: Grant.ALWAYS,
        Role.CONTEXT: Grant.ALWAYS,
        Role.TENANT: Grant.NEVER,
    },
    "tennantAuth": {
        Role.MASTER: Grant.NEVER,
        Role.RESELLER: Grant.NEVER,
        Role.CONTEXT: Grant.NEVER,
        Role.TENANT: Grant.ALWAYS,
    },
}

VIEW: Final = frozenset({"view"})
EDIT: Final = frozenset({"view", "add", "change", "delete"})
NOTHING: Final[frozenset[str]] = frozenset()

# Model label -> what each role may do with the rows that it sees in the web admin. The services know the finer rules.
_web: Final[dict[str, Mapping[Role, frozenset[str]]]] = {}
# Whose mail it is, and who answers for it to them; the master runs the machines and has no business in the subjects.
_SUBJECT_ROLES: Final = frozenset({Role.RESELLER, Role.CONTEXT})
WEB_ROLES: Final = frozenset({Role.MASTER, Role.RESELLER, Role.CONTEXT})


def register_web(label: str, *, master: frozenset[str], reseller: frozenset[str], context: frozenset[str]) -> None:
    """Say what each role may do with the rows of the model `label` that it sees in the web admin.

    Apps call it when they are loaded; a model that is not registered is open to nobody. ValueError for unknown actions.
    """
    if not master | reseller | context <= EDIT:
        raise ValueError(f"the web permissions of {label} name an unknown action")
    _web[label] = {Role.MASTER: master, Role.RESELLER: reseller, Role.CONTEXT: context}


def web_grants() -> Mapping[str, Mapping[Role, frozenset[str]]]:
    """Everything that was registered, by the label of the model."""
    return _web


def may_use(scheme: str, role: str, *, override: bool) -> bool:
    """Whether the contract's `scheme` admits `role`. An unknown scheme or role raises KeyError or ValueError."""
    grant = SCHEMES[scheme][Role(role)]
    match grant:
        case Grant.ALWAYS:
            return True
        case Grant.OVERRIDE:
            return override
        case Grant.NEVER:
            return False
    raise ValueError(f"unknown grant {grant!r}")


def permits(role: str, permission: str) -> bool:
    """Whether `role` has a web permission such as `accounts.change_user`. An unknown role, action or model raises."""
    app_label, _dot, codename = permission.partition(".")
    action, _line, model = codename.partition("_")
    grants = _web[f"{app_label}.{model}"]
    if action not in EDIT:
        raise ValueError(f"unknown action in {permission!r}")
    return Role(role) in WEB_ROLES and action in grants[Role(role)]


# Resource of the API's second version -> action -> the web permission that it takes.
_api: Final[dict[str, Mapping[str, str]]] = {}
# The one thing there that a tenant credential opens, as in the published API.
TENANT_ACTIONS: Final = frozenset({("users", "mail")})


def register_api(resource: str, actions: Mapping[str, str]) -> None:
    """Say which web permission, such as `accounts.view_user`, each action of a resource takes.

    What somebody may do must not depend on whether they do it in the web admin or by the API.
    """
    _api[resource] = dict(actions)


def api_actions() -> Mapping[str, Mapping[str, str]]:
    """Everything that was registered, by the name of the resource."""
    return _api


def may_call(role: str, resource: str, action: str) -> bool:
    """Whether `role` may call the action of the resource. An unknown role, resource or action raises."""
    permission = _api[resource][action]
    if Role(role) is Role.TENANT:
        return (resource, action) in TENANT_ACTIONS
    return permits(role, permission)


def may_read_subjects(role: str) -> bool:
    """Whether `role` may see the subjects of the mail of users that it sees, in the web admin."""
    return Role(role) in _SUBJECT_ROLES


def permits_app(role: str, app_label: str) -> bool:
    """Whether `role` may do anything in this app of the web admin."""
    return Role(role) in WEB_ROLES and any(
        grants[Role(role)] for label, grants in _web.items() if label.startswith(f"{app_label}.")
    )
