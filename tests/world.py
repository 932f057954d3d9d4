"""One small world for every test: the master, a reseller with a child, a rival, two contexts each, every role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from accounts.models import Administrator, Context, Reseller, User
from accounts.services.administrators import create_administrator
from accounts.services.config import Owner, set_property
from accounts.services.contexts import create_context
from accounts.services.resellers import create_reseller
from accounts.services.users import create_user
from changelog import feed
from core.access import Role
from core.actor import Actor, Channel
from domains.services import add_domain
from forwards.services import create_forward

PASSWORD: Final = "wörld:pass word"
OPERATOR: Final = Actor(None, Channel.PROVISION)

# Context id -> its name, its owner, its domain. Each has a user 42, an alias sales@<domain> and its explicit domain.
CONTEXTS: Final[dict[int, tuple[str, str | None, str]]] = {
    24: ("alpha_acme", "alpha", "acme.example"),
    25: ("alpha_bolt", "alpha", "bolt.example"),
    34: ("kid_cafe", "alphakid", "cafe.example"),
    35: ("kid_dock", "alphakid", "dock.example"),
    44: ("beta_echo", "beta", "echo.example"),
    45: ("beta_farm", "beta", "farm.example"),
    54: ("own_gold", None, "gold.example"),
}
RESELLERS: Final[dict[str, str | None]] = {"alpha": None, "alphakid": "alpha", "beta": None}
USER: Final = 42


@dataclass(frozen=True)
class World:
    """The rows, by the names that the tests use."""

    resellers: dict[str, Reseller]
    contexts: dict[int, Context]
    users: dict[int, User]
    administrators: dict[str, Administrator]

    @classmethod
    def load(cls) -> World:
        """What `build` made, as it is in the database now."""
        users = User.objects.filter(number=USER).select_related("context__reseller__parent")
        return cls(
            resellers={one.name: one for one in Reseller.objects.select_related("parent")},
            contexts={one.pk: one for one in Context.objects.select_related("reseller__parent")},
            users={one.context_id: one for one in users},
            administrators={str(one): one for one in Administrator.objects.with_owner()},
        )


def build() -> None:
    """Make the world, and its feed before somebody's transaction could begin it."""
    feed.begin()
    made: dict[str | None, Reseller | None] = {None: None}
    for name, parent in RESELLERS.items():
        made[name] = create_reseller(
            actor=OPERATOR,
            name=name,
            parent=made[parent],
            can_create_subadmin=parent is None,
            display_name=name.title(),
        )
    create_administrator(actor=OPERATOR, login="root", role=Role.MASTER, password=PASSWORD)
    for name in RESELLERS:
        create_administrator(actor=OPERATOR, login=name, role=Role.RESELLER, reseller=made[name], password=PASSWORD)
        create_administrator(
            actor=OPERATOR, login=f"portal-{name}", role=Role.TENANT, reseller=made[name], password=PASSWORD
        )
    for number, (name, reseller, domain) in CONTEXTS.items():
        context = create_context(actor=OPERATOR, context_id=number, name=name, reseller=made[reseller])
        create_administrator(actor=OPERATOR, login="admin", role=Role.CONTEXT, context=context, password=PASSWORD)
        create_user(
            actor=OPERATOR,
            context=context,
            number=USER,
            uidname=f"johndoe@{domain}",
            msisdn=f"+49.1234.56{number}",
            custom=[f"john{number}", f"doe{number}"],
            quota=1_048_576,
        )
        add_domain(actor=OPERATOR, context=context, name=domain)
        create_forward(
            actor=OPERATOR,
            context=context,
            alias=f"sales@{domain}",
            recipients=[f"johndoe@{domain}", "outside@elsewhere.example"],
        )
        set_property(actor=OPERATOR, owner=Owner(context=context), name="com.openexchange.brand", value=name)
    set_property(actor=OPERATOR, owner=Owner(), name="com.openexchange.brand", value="server")
    set_property(actor=OPERATOR, owner=Owner(), name="com.openexchange.capability.webmail", value="true")
