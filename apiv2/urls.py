"""The paths of the second version."""

from __future__ import annotations

from typing import Any, Final

from django.urls import URLPattern, path

from apiv2.base import ResourceViewSet
from apiv2.resources.administrators import AdministratorViewSet, ApiPasswordViewSet
from apiv2.resources.aliases import AliasViewSet
from apiv2.resources.changes import ChangeViewSet
from apiv2.resources.contexts import ContextViewSet
from apiv2.resources.domains import DomainViewSet
from apiv2.resources.jobs import JobViewSet
from apiv2.resources.labels import LabelViewSet
from apiv2.resources.properties import PropertyViewSet
from apiv2.resources.provision import ProvisionViewSet
from apiv2.resources.resellers import ResellerViewSet
from apiv2.resources.trace import TraceViewSet
from apiv2.resources.users import UserViewSet
from apiv2.resources.webhooks import DeliveryViewSet, WebhookViewSet
from apiv2.table import ACTIONS

_COLLECTION: Final = {"get": "list", "post": "create"}
_ITEM: Final = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}


def _resource(view: type[ResourceViewSet], **more: dict[str, str]) -> list[URLPattern]:
    """The collection and the item; `more` are paths below the item, with their actions by method."""
    name = view.resource
    known = ACTIONS[name]

    def routed(actions: dict[str, str]) -> Any:
        return {method: action for method, action in actions.items() if action in known}

    return [
        path(name, view.as_view(routed(_COLLECTION)), name=f"v2-{name}"),
        path(f"{name}/<str:id>", view.as_view(routed(_ITEM)), name=f"v2-{name}-item"),
        *(
            path(f"{name}/<str:id>/{part}", view.as_view(routed(actions)), name=f"v2-{name}-{part}")
            for part, actions in more.items()
        ),
    ]


urlpatterns = [
    *_resource(ResellerViewSet),
    *_resource(LabelViewSet),
    *_resource(ContextViewSet),
    path("users/batch", UserViewSet.as_view({"post": "batch"}), name="v2-users-batch"),
    path("aliases/batch", AliasViewSet.as_view({"post": "batch"}), name="v2-aliases-batch"),
    *_resource(UserViewSet, properties={"get": "properties"}, mail={"get": "mail"}),
    *_resource(AliasViewSet),
    *_resource(DomainViewSet, check={"post": "check"}, prove={"post": "prove"}, withdraw={"post": "withdraw"}),
    *_resource(AdministratorViewSet),
    *_resource(ApiPasswordViewSet),
    *_resource(PropertyViewSet),
    *_resource(ChangeViewSet),
    *_resource(WebhookViewSet, rotate={"post": "rotate"}, test={"post": "test"}),
    *_resource(DeliveryViewSet, again={"post": "again"}),
    path("provision", ProvisionViewSet.as_view({"post": "apply"}), name="v2-provision"),
    path("trace", TraceViewSet.as_view({"get": "follow"}), name="v2-trace"),
    *_resource(
        JobViewSet, start={"post": "start"}, cancel={"post": "cancel"}, undo={"post": "undo"}, rows={"get": "items"}
    ),
]
