"""Administrators and their API passwords."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter, FilterSet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Administrator, ApiFamily, ApiPassword, Context, Reseller
from accounts.services.administrators import create_administrator, delete_administrator, update_administrator
from accounts.services.api_passwords import create_api_password, revoke_api_password
from apiv2.base import ResourceViewSet, visible
from apiv2.reading import FlagFilter, Shape, WholeFilter
from apiv2.shapes import Flag, Key, Moment, Texts
from core.access import Role
from core.actor import Actor
from core.names import normalize_identifier
from core.openapi.fields import Text
from core.zones import as_rfc3339

_ROLES: Final = [(role.value, role.value) for role in Role]
_LANGUAGES: Final = ["", *(code for code, _name in settings.LANGUAGES)]


class V2AdministratorSerializer(serializers.Serializer[Any]):
    """An administrator."""

    id = Key()
    login = Text()
    role = serializers.ChoiceField(choices=_ROLES)
    reseller = Key(allow_null=True)
    context: Any = Key(allow_null=True)
    is_active = Flag()
    language = serializers.ChoiceField(choices=_LANGUAGES)
    time_zone = Text(allow_blank=True)
    email = Text(allow_blank=True)
    must_change_password = Flag()
    last_used_at = Moment(allow_null=True)


class V2AdministratorEditSerializer(serializers.Serializer[Any]):
    """What of an administrator can be changed. The password is only written, and stays when it is left out."""

    password = Text(required=False, write_only=True)
    is_active = Flag(default=True)
    language = serializers.ChoiceField(choices=_LANGUAGES, default="", allow_blank=True)
    time_zone = Text(allow_blank=True, default="")
    email = Text(allow_blank=True, default="")
    must_change_password = Flag(default=False)


class V2NewAdministratorSerializer(V2AdministratorEditSerializer):
    """A new administrator, with what its role demands."""

    login = Text()
    password = Text(write_only=True)
    role = serializers.ChoiceField(choices=_ROLES)
    reseller = Key(allow_null=True, default=None)
    context: Any = Key(allow_null=True, default=None)


class AdministratorFilters(FilterSet):
    """Administrators by whom they serve."""

    login = CharFilter(method="of_login", help_text="Exactly this login.")
    role = ChoiceFilter(choices=_ROLES)
    reseller = WholeFilter(field_name="reseller")
    context = WholeFilter(field_name="context")
    is_active = FlagFilter()

    def of_login(self, rows: QuerySet[Administrator], name: str, value: str) -> QuerySet[Administrator]:
        """Compared as names are."""
        return rows.filter(login_normalized=normalize_identifier(value))


class AdministratorViewSet(ResourceViewSet):
    """Administrators of what the caller is in charge of."""

    resource = "administrators"
    one = "administrator"
    family = ApiFamily.ADMINISTRATORS
    model = Administrator
    kind = "administrator"
    output = V2AdministratorSerializer
    new = V2NewAdministratorSerializer
    edit = V2AdministratorEditSerializer
    filters = AdministratorFilters
    searched = ("login_normalized",)
    sorts = {"login": "login_normalized"}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With whom they serve."""
        return rows.select_related("reseller__parent", "context__reseller__parent")

    def represent(self, row: Administrator, shape: Shape) -> dict[str, Any]:
        return {
            "id": row.pk,
            "login": row.login,
            "role": row.role,
            "reseller": row.reseller_id,
            "context": row.context_id,
            "is_active": row.is_active,
            "language": row.language,
            "time_zone": row.time_zone,
            "email": row.email,
            "must_change_password": row.must_change_password,
            "last_used_at": as_rfc3339(row.last_used_at),
        }

    def make(self, actor: Actor, data: dict[str, Any]) -> Administrator:
        owners: dict[str, Any] = {"reseller": None, "context": None}
        for name, model, related in (("reseller", Reseller, ["parent"]), ("context", Context, ["reseller__parent"])):
            if (key := data.pop(name)) is not None:
                owners[name] = visible(self, model, key, name, related=related)
        return create_administrator(actor=actor, **owners, **data)

    def change(self, actor: Actor, row: Administrator, data: dict[str, Any], *, whole: bool) -> None:
        update_administrator(actor=actor, administrator=row, **data)

    def remove(self, actor: Actor, row: Administrator) -> None:
        delete_administrator(actor=actor, administrator=row)


class V2ApiPasswordSerializer(serializers.Serializer[Any]):
    """An API password without its text; empty lists are no limit."""

    id = Key()
    administrator = Key()
    name = Text()
    identifier = Text()
    families = serializers.ListField(child=serializers.ChoiceField(choices=ApiFamily.choices))
    may_write = Flag()
    contexts = serializers.ListField(child=Key())
    networks = Texts()
    expires_at = Moment(allow_null=True)
    created_at = Moment()
    last_used_at = Moment(allow_null=True)
    last_used_from = Text(allow_blank=True)


class V2MadeApiPasswordSerializer(V2ApiPasswordSerializer):
    """A new one, with its text, which is nowhere afterwards."""

    secret = Text()


class V2NewApiPasswordSerializer(serializers.Serializer[Any]):
    """A new API password; for oneself where no administrator is named."""

    administrator = Key(required=False)
    name = Text()
    families = serializers.ListField(child=serializers.ChoiceField(choices=ApiFamily.choices), allow_empty=False)
    may_write = Flag(default=False)
    contexts = serializers.ListField(child=Key(), default=list)
    networks = Texts(default=list)
    expires_at = Moment(allow_null=True, default=None)


class ApiPasswordFilters(FilterSet):
    """API passwords by whose they are."""

    administrator = WholeFilter(field_name="administrator")


class ApiPasswordViewSet(ResourceViewSet):
    """API passwords of the administrators that the caller is in charge of, and the caller's own."""

    resource = "api-passwords"
    one = "API password"
    family = ApiFamily.ADMINISTRATORS
    model = ApiPassword
    kind = "api_password"
    output = V2ApiPasswordSerializer
    new = V2NewApiPasswordSerializer
    filters = ApiPasswordFilters
    searched = ("name", "identifier")
    sorts = {name: name for name in ("name", "created_at", "expires_at", "last_used_at")}
    wire_names = {"scope_families": "families", "scope_contexts": "contexts", "scope_networks": "networks"}
    answers = {"create": {201: V2MadeApiPasswordSerializer}}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With the administrator."""
        return rows.select_related("administrator__reseller__parent", "administrator__context__reseller__parent")

    def represent(self, row: ApiPassword, shape: Shape) -> dict[str, Any]:
        return {
            "id": row.pk,
            "administrator": row.administrator_id,
            "name": row.name,
            "identifier": row.identifier,
            "families": row.families.split("\n"),
            "may_write": row.may_write,
            "contexts": [int(one) for one in row.contexts.split()],
            "networks": row.networks.split(),
            "expires_at": as_rfc3339(row.expires_at),
            "created_at": as_rfc3339(row.created_at),
            "last_used_at": as_rfc3339(row.last_used_at),
            "last_used_from": row.last_used_from,
        }

    def make(self, actor: Actor, data: dict[str, Any]) -> tuple[ApiPassword, str]:
        key = data.pop("administrator", self.caller.pk)
        administrator = self.caller
        if key != self.caller.pk:
            related = ["reseller__parent", "context__reseller__parent"]
            administrator = visible(self, Administrator, key, "administrator", related=related)
        contexts = list(map(str, data.pop("contexts")))
        return create_api_password(actor=actor, administrator=administrator, contexts=contexts, **data)

    def created(self, row: tuple[ApiPassword, str]) -> Response:
        """With the text, this once."""
        made, secret = row
        response = super().created(made)
        response.data["secret"] = secret
        return response

    def remove(self, actor: Actor, row: ApiPassword) -> None:
        revoke_api_password(actor=actor, api_password=row)
