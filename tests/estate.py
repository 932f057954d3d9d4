"""The world of the role rules: what `tests.world` has, and beside it everybody who must be refused."""

from __future__ import annotations

from typing import Final

from accounts.models import Context, Reseller
from accounts.services.administrators import create_administrator, update_administrator
from accounts.services.contexts import create_context, update_context
from accounts.services.resellers import create_reseller, update_reseller
from accounts.services.users import create_user
from core.access import Role
from domains.services import add_domain
from forwards.services import create_forward
from tests import world
from tests.world import OPERATOR, PASSWORD, USER

# alphasib is a second child of alpha; gone is suspended, gonekid is its active child; context 26 is suspended.
RESELLERS: Final[dict[str, str | None]] = {"alphasib": "alpha", "gone": None, "gonekid": "gone"}
CONTEXTS: Final[dict[int, tuple[str, str | None, str]]] = {
    26: ("alpha_shut", "alpha", "shut.example"),
    36: ("sib_gate", "alphasib", "gate.example"),
    64: ("gone_hill", "gone", "hill.example"),
    65: ("gonekid_isle", "gonekid", "isle.example"),
}
DOMAINS: Final[dict[int, str]] = {
    number: domain for number, (_name, _reseller, domain) in (world.CONTEXTS | CONTEXTS).items()
}


def build() -> None:
    """Make it beside the world."""
    resellers = {one.name: one for one in Reseller.objects.all()}
    for name, parent in RESELLERS.items():
        resellers[name] = create_reseller(
            actor=OPERATOR, name=name, parent=resellers[parent] if parent else None, can_create_subadmin=parent is None
        )
        _staff(resellers[name], name)
    for number, (name, owner, domain) in CONTEXTS.items():
        context = create_context(
            actor=OPERATOR, context_id=number, name=name, reseller=resellers[owner] if owner else None
        )
        _fill(context, domain)
        _clerk(context, "keeper")
    acme = Context.objects.get(pk=24)
    _clerk(acme, "clerk")
    _inactive(acme, resellers["alpha"])
    update_reseller(actor=OPERATOR, reseller=resellers["gone"], is_active=False)
    update_context(actor=OPERATOR, context=Context.objects.get(pk=26), is_active=False)


def _staff(reseller: Reseller, login: str) -> None:
    create_administrator(actor=OPERATOR, login=login, role=Role.RESELLER, reseller=reseller, password=PASSWORD)
    create_administrator(
        actor=OPERATOR, login=f"portal-{login}", role=Role.TENANT, reseller=reseller, password=PASSWORD
    )


def _clerk(context: Context, login: str) -> None:
    create_administrator(actor=OPERATOR, login=login, role=Role.CONTEXT, context=context, password=PASSWORD)


def _fill(context: Context, domain: str) -> None:
    create_user(
        actor=OPERATOR,
        context=context,
        number=USER,
        uidname=f"johndoe@{domain}",
        msisdn=f"+49.1234.56{context.pk}",
        custom=[f"john{context.pk}"],
    )
    add_domain(actor=OPERATOR, context=context, name=domain)
    recipients = [f"johndoe@{domain}", "outside@elsewhere.example"]
    create_forward(actor=OPERATOR, context=context, alias=f"sales@{domain}", recipients=recipients)


def _inactive(context: Context, reseller: Reseller) -> None:
    """One administrator of each role who is suspended."""
    owners: dict[str, tuple[Role, Reseller | None, Context | None]] = {
        "root-off": (Role.MASTER, None, None),
        "alpha-off": (Role.RESELLER, reseller, None),
        "clerk-off": (Role.CONTEXT, None, context),
        "portal-off": (Role.TENANT, reseller, None),
    }
    for login, (role, owner, home) in owners.items():
        row = create_administrator(
            actor=OPERATOR, login=login, role=role, reseller=owner, context=home, password=PASSWORD
        )
        update_administrator(actor=OPERATOR, administrator=row, is_active=False)
