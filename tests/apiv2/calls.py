"""What there is of every resource in the world, and one call of each action that succeeds for whoever may make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from accounts.models import Administrator, ApiPassword, ConfigProperty, Label
from accounts.services.api_passwords import create_api_password
from accounts.services.config import Owner, set_property
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from tests.world import CONTEXTS, OPERATOR, World
from webhooks.services import create_webhook, send_test

METHODS: Final = {
    "list": "GET",
    "retrieve": "GET",
    "create": "POST",
    "update": "PUT",
    "partial_update": "PATCH",
    "destroy": "DELETE",
    "properties": "GET",
    "mail": "GET",
    "check": "POST",
    "prove": "POST",
    "withdraw": "POST",
    "batch": "POST",
    "start": "POST",
    "cancel": "POST",
    "undo": "POST",
    "items": "GET",
    "rotate": "POST",
    "test": "POST",
    "again": "POST",
}
SUCCESS: Final = {"create": 201, "destroy": 204, "test": 202, "again": 202}
# Of these there is nothing at a reseller, and of the others something at each place.
PLACES: Final = ("24", "25", "34", "44", "54")
RESELLERS: Final = ("alpha", "alphakid", "beta")


@dataclass(frozen=True)
class Call:
    """One call of an action at a place."""

    method: str
    path: str
    body: Any = None


class Things:
    """The ids of what there is, by resource and place."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids: dict[str, dict[str, int]] = {name: {} for name in BODIES}
        for number, (_name, _reseller, domain) in CONTEXTS.items():
            place = str(number)
            context = world.contexts[number]
            self.ids["contexts"][place] = number
            self.ids["users"][place] = world.users[number].pk
            self.ids["aliases"][place] = ForwardingAlias.objects.get(context=number).pk
            self.ids["domains"][place] = ExplicitDomain.objects.get(context=number, name=domain).pk
            self.ids["administrators"][place] = Administrator.objects.get(context=number, login="admin").pk
            self.ids["properties"][place] = ConfigProperty.objects.get(context=number).pk
            self.ids["changes"][place] = Change.objects.filter(context_id=context.pk).latest("pk").pk
            owner = Administrator.objects.with_owner().get(context=number, login="admin")
            self.ids["api-passwords"][place] = _api_password(owner)
            self._add_webhook(place, owner)
        for name, reseller in world.resellers.items():
            self.ids["resellers"][name] = reseller.pk
            self.ids["labels"][name] = Label.objects.create(reseller=reseller, name="vip").pk
            self.ids["administrators"][name] = world.administrators[f"portal-{name}"].pk
            self.ids["api-passwords"][name] = _api_password(world.administrators[name])
            self._add_webhook(name, world.administrators[name])
            row = set_property(actor=OPERATOR, owner=Owner(reseller=reseller), name="x.y", value="1")
            self.ids["properties"][name] = row.pk

    def _add_webhook(self, place: str, owner: Administrator) -> None:
        row, _secret = create_webhook(
            actor=OPERATOR, administrator=owner, name="made", url="https://hooks.example/made"
        )
        self.ids["webhooks"][place] = row.pk
        self.ids["webhook-deliveries"][place] = send_test(actor=OPERATOR, webhook=row).pk

    def call(self, resource: str, action: str, place: str) -> Call:
        """The call of the action at the place."""
        method = METHODS[action]
        if action in {"list", "create"}:
            return Call(method, f"/{resource}", self._body(resource, place) if action == "create" else None)
        path = f"/{resource}/{self.ids[resource][place]}"
        if action in {"properties", "mail", "check", "prove", "withdraw", "rotate", "test", "again"}:
            return Call(method, f"{path}/{action}")
        if action not in {"update", "partial_update"}:
            return Call(method, path)
        own: dict[str, Any] = {"aliases": {"context": int(place)}} if place.isdecimal() else {}
        own["resellers"] = {"can_create_subadmin": place != "alphakid"}
        return Call(method, path, EDITS[resource] | own.get(resource, {}))

    def _body(self, resource: str, place: str) -> Any:
        domain = CONTEXTS[int(place)][2] if place.isdecimal() else ""
        reseller = self.world.resellers[place].pk if place in self.world.resellers else None
        context = int(place) if place.isdecimal() else None
        owner = self.world.administrators[f"portal-{place}" if reseller else f"admin@{CONTEXTS[int(place)][0]}"].pk
        values = {"<domain>": domain, "<context>": context, "<reseller>": reseller, "<owner>": owner}
        return _filled(BODIES[resource], values)


def _filled(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values) for one in value]
    if isinstance(value, str):
        return values[value] if value in values else value.replace("<domain>", str(values["<domain>"]))
    return value


def _api_password(owner: Administrator) -> int:
    row, _text = create_api_password(
        actor=OPERATOR, administrator=owner, name="machine", families=["Admin"], may_write=True
    )
    assert isinstance(row, ApiPassword)
    return row.pk


# Bodies of new objects; at a place.
BODIES: Final[dict[str, Any]] = {
    "resellers": {"name": "fresh", "parent": "<reseller>"},
    "labels": {"name": "fresh", "reseller": "<reseller>"},
    "contexts": {"id": 900, "name": "fresh_company", "reseller": "<reseller>"},
    "users": {"context": "<context>", "number": 900, "uidname": "fresh@<domain>"},
    "aliases": {"context": "<context>", "address": "fresh@<domain>", "recipients": ["a@remote.example"]},
    "domains": {"context": "<context>", "name": "fresh.<domain>"},
    "administrators": {
        "login": "fresh-login",
        "password": "a long password",
        "role": "context",
        "context": "<context>",
    },
    "api-passwords": {"administrator": "<owner>", "name": "fresh", "families": ["Admin"]},
    "properties": {"name": "fresh.name", "value": "1", "context": "<context>"},
    "changes": {},
    "webhooks": {"administrator": "<owner>", "name": "fresh", "url": "https://hooks.example/fresh"},
    "webhook-deliveries": {},
}
EDITS: Final[dict[str, Any]] = {
    "resellers": {"name": "renamed", "display_name": "Renamed"},
    "contexts": {"name": "renamed_company"},
    "labels": {"colour": "red"},
    "users": {"uidname": "renamed", "quota": 4096},
    "aliases": {"recipients": ["b@remote.example"]},
    "administrators": {"email": "a@b.example"},
    "properties": {"value": "2"},
    "webhooks": {"name": "renamed", "url": "https://hooks.example/renamed"},
}
