"""The database holds the rules also when the services are passed by: every constraint, once violated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from accounts.models import (
    Administrator,
    ApiPassword,
    ConfigProperty,
    Context,
    CustomId,
    KnownAddress,
    Label,
    Passkey,
    RecoveryCode,
    Reseller,
    SavedFilter,
    TotpDevice,
    User,
)
from apiv2.models import KeptAnswer
from bulk.models import BulkJob, BulkJobItem, ImportLine, Upload, UploadPart
from changelog.models import Feed
from core.access import Role
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.world import World
from webhooks.models import Webhook

OURS: Final = ("changelog", "bulk", "accounts", "forwards", "domains", "webhooks", "mailstats", "apiv2", "web")
Violation = Callable[[World], Any]


def _user(world: World, **fields: Any) -> User:
    values = {"context": world.contexts[24], "number": 7, "uidname": "new", "uidname_normalized": "new"}
    return User.objects.create(**(values | fields))


def _custom(world: World, **fields: Any) -> CustomId:
    values = {"user": world.users[24], "value": "new", "value_normalized": "new", "position": 9}
    return CustomId.objects.create(**(values | fields))


def _administrator(**fields: Any) -> Administrator:
    row: Administrator = Administrator.objects.create(**({"login": "new", "password": "!"} | fields))
    return row


def _alias(world: World, **fields: Any) -> ForwardingAlias:
    values = {"context": world.contexts[24], "address": "a@b.example", "normalized": "a@b.example"}
    return ForwardingAlias.objects.create(**(values | {"domain": "b.example"} | fields))


def _webhook(world: World, **fields: Any) -> Webhook:
    values = {"administrator": world.administrators["alpha"], "name": "x", "url": "https://x.example", "place": []}
    return Webhook.objects.create(**(values | fields))


def _recipient(world: World, **fields: Any) -> Recipient:
    values = {"alias": ForwardingAlias.objects.get(context=24), "address": "a@b.example", "normalized": "a@b.example"}
    return Recipient.objects.create(**(values | {"domain": "b.example"} | fields))


def _api_password(world: World, **fields: Any) -> ApiPassword:
    values = {"administrator": world.administrators["root"], "name": "new", "identifier": "new", "families": "Admin"}
    return ApiPassword.objects.create(**(values | fields))


def _twice(make: Callable[..., Any], **fields: Any) -> None:
    make(**fields)
    make(**fields)


def _saved_filter(world: World, name: str = "x") -> SavedFilter:
    alpha = world.administrators["alpha"]
    return SavedFilter.objects.create(administrator=alpha, listed="accounts.user", name=name, query="q=a")


def _job(world: World, **fields: Any) -> BulkJob:
    return BulkJob.objects.create(administrator=world.administrators["root"], edit="x", language="en", **fields)


def _items(world: World) -> None:
    _twice(BulkJobItem.objects.create, job=_job(world), position=0, object_pk=1, label="x")


def _lines(world: World) -> None:
    upload = "12345678-1234-5678-1234-567812345678"
    administrator = world.administrators["root"]
    _twice(ImportLine.objects.create, administrator=administrator, upload=upload, number=1, label="x", data={})


def _upload(job: BulkJob) -> Upload:
    return Upload.objects.create(job=job, form=Upload.Form.CSV, bytes=1, size=1)


def _uploads(world: World) -> None:
    _twice(_upload, job=_job(world))


def _parts(world: World) -> None:
    _twice(UploadPart.objects.create, upload=_upload(_job(world)), number=0, content=b"x")


CHECKS: Final[dict[str, list[Violation]]] = {
    "reseller_is_not_its_own_parent": [
        lambda w: Reseller.objects.filter(name="alphakid").update(parent=models.F("pk"))
    ],
    "webhook_has_a_name": [lambda w: _webhook(w, name="")],
    "webhook_has_an_address": [lambda w: _webhook(w, url="")],
    "feed_is_one_row": [lambda w: Feed.objects.create(id=2, epoch="a", origin="b", past=0, past_settled=0)],
    "reseller_child_has_no_children": [
        lambda w: Reseller.objects.filter(name="alphakid").update(can_create_subadmin=True)
    ],
    "reseller_colour_is_six_hex_digits": [
        lambda w: Reseller.objects.filter(name="beta").update(colour="red"),
        lambda w: Reseller.objects.filter(name="beta").update(colour="#12345"),
        lambda w: Reseller.objects.filter(name="beta").update(colour="#FFFFFF"),
    ],
    "context_id_is_positive": [lambda w: Context.objects.create(id=0, name="zero")],
    "context_name_is_not_empty_or_all_digits": [
        lambda w: Context.objects.create(id=9, name="123"),
        lambda w: Context.objects.create(id=9, name="１２３"),
        lambda w: Context.objects.create(id=9, name=""),
        lambda w: Context.objects.filter(pk=24).update(name="0"),
    ],
    "user_number_is_positive": [lambda w: _user(w, number=0)],
    "user_uidname_is_not_empty": [lambda w: _user(w, uidname="")],
    "user_msisdn_has_its_digits": [
        lambda w: _user(w, msisdn="+491234"),
        lambda w: _user(w, msisdn_digits="491234"),
        lambda w: _user(w, msisdn="+1234", msisdn_digits="1234"),
    ],
    "custom_id_is_not_empty": [lambda w: _custom(w, value="")],
    "config_property_has_one_owner": [
        lambda w: ConfigProperty.objects.create(name="x", context=w.contexts[24], user=w.users[24]),
        lambda w: ConfigProperty.objects.create(name="x", context=w.contexts[24], reseller=w.resellers["alpha"]),
        lambda w: ConfigProperty.objects.create(name="x", user=w.users[24], reseller=w.resellers["alpha"]),
    ],
    "administrator_has_what_the_role_demands": [
        lambda w: _administrator(role=Role.MASTER, reseller=w.resellers["alpha"]),
        lambda w: _administrator(role=Role.MASTER, context=w.contexts[24]),
        lambda w: _administrator(role=Role.RESELLER),
        lambda w: _administrator(role=Role.RESELLER, context=w.contexts[24]),
        lambda w: _administrator(role=Role.RESELLER, reseller=w.resellers["alpha"], context=w.contexts[24]),
        lambda w: _administrator(role=Role.TENANT),
        lambda w: _administrator(role=Role.TENANT, context=w.contexts[24]),
        lambda w: _administrator(role=Role.CONTEXT),
        lambda w: _administrator(role=Role.CONTEXT, reseller=w.resellers["alpha"]),
        lambda w: _administrator(role=Role.CONTEXT, reseller=w.resellers["alpha"], context=w.contexts[24]),
        lambda w: _administrator(role="wizard"),
        lambda w: _administrator(role=""),
    ],
    "administrator_login_is_not_empty": [lambda w: _administrator(login="", role=Role.MASTER)],
    "saved_filter_has_a_name": [lambda w: _saved_filter(w, name="")],
    "api_password_has_a_name": [lambda w: _api_password(w, name="")],
    "api_password_has_a_family": [lambda w: _api_password(w, families="")],
    "alias_is_an_address": [lambda w: _alias(w, address=""), lambda w: _alias(w, domain="")],
    "recipient_is_not_empty": [lambda w: _recipient(w, address="")],
    "domain_is_proven_somehow": [
        lambda w: ExplicitDomain.objects.create(context=w.contexts[24], name="x.example", proof="dns", proven_at=None),
        lambda w: ExplicitDomain.objects.create(
            context=w.contexts[24], name="x.example", proof="", proven_at=timezone.now()
        ),
    ],
    "label_is_not_empty": [lambda w: Label.objects.create(name="")],
    "domain_is_not_empty": [lambda w: ExplicitDomain.objects.create(context=w.contexts[24], name="")],
}

UNIQUE: Final[dict[str, list[Violation]]] = {
    "user_number_is_unique_in_context": [lambda w: _user(w, number=42)],
    "custom_id_position_is_unique": [lambda w: _custom(w, position=0)],
    "config_property_is_unique_on_server": [lambda w: _twice(ConfigProperty.objects.create, name="x")],
    "config_property_is_unique_in_reseller": [
        lambda w: _twice(ConfigProperty.objects.create, name="x", reseller=w.resellers["beta"])
    ],
    "config_property_is_unique_in_context": [
        lambda w: _twice(ConfigProperty.objects.create, name="x", context=w.contexts[24])
    ],
    "config_property_is_unique_in_user": [lambda w: _twice(ConfigProperty.objects.create, name="x", user=w.users[24])],
    "administrator_login_is_unique_outside_contexts": [
        lambda w: _administrator(login="root", role=Role.MASTER),
        lambda w: _administrator(login="ROOT", role=Role.MASTER),
        lambda w: _administrator(login="root", role=Role.RESELLER, reseller=w.resellers["alpha"]),
        lambda w: _administrator(login="beta", role=Role.TENANT, reseller=w.resellers["alpha"]),
    ],
    "administrator_login_is_unique_in_context": [
        lambda w: _administrator(login="admin", role=Role.CONTEXT, context=w.contexts[24])
    ],
    "saved_filter_name_is_unique": [lambda w: [_saved_filter(w), _saved_filter(w)]],
    "api_password_name_is_unique": [
        lambda w: [_api_password(w), _api_password(w, identifier="other")],
    ],
    "ApiPassword.identifier": [lambda w: [_api_password(w), _api_password(w, name="other")]],
    "Passkey.credential_id": [
        lambda w: _twice(
            Passkey.objects.create, administrator=w.administrators["root"], credential_id="x", public_key=b""
        )
    ],
    "TotpDevice.administrator": [
        lambda w: _twice(TotpDevice.objects.create, administrator=w.administrators["root"], secret="x")
    ],
    "recovery_code_is_unique": [
        lambda w: _twice(RecoveryCode.objects.create, administrator=w.administrators["root"], digest="x")
    ],
    "known_address_is_unique": [
        lambda w: _twice(
            KnownAddress.objects.create,
            administrator=w.administrators["root"],
            site="192.0.2.7",
            last_at=timezone.now(),
        )
    ],
    "recipient_is_unique_in_alias": [lambda w: _recipient(w, normalized="outside@elsewhere.example")],
    "bulk_job_item_position_is_unique": [_items],
    "import_line_number_is_unique": [_lines],
    "Upload.job": [_uploads],
    "upload_part_number_is_unique": [_parts],
    "Reseller.name_normalized": [lambda w: Reseller.objects.create(name="ＡLPHA")],
    "Context.name_normalized": [lambda w: Context.objects.create(id=9, name="Alpha_acme")],
    "User.uidname_normalized": [lambda w: _user(w, uidname_normalized="johndoe@echo.example")],
    "User.msisdn_digits": [lambda w: _user(w, msisdn="+49 1234 5644", msisdn_digits="4912345644")],
    "CustomId.value_normalized": [lambda w: _custom(w, value_normalized="john44")],
    "alias_is_unique_in_context": [lambda w: _alias(w, normalized="sales@acme.example")],
    "domain_is_declared_once": [
        lambda w: _twice(
            ExplicitDomain.objects.create, context=w.contexts[24], name="x.example", proof="", proven_at=None
        )
    ],
    "domain_belongs_to_one_context": [
        lambda w: [
            ExplicitDomain.objects.create(
                context=w.contexts[number], name="x.example", proof="dns", proven_at=timezone.now()
            )
            for number in (24, 44)
        ]
    ],
    "label_is_unique_in_reseller": [
        lambda w: _twice(Label.objects.create, name="x", reseller=w.resellers["alpha"]),
    ],
    "label_is_unique_of_the_hoster": [lambda w: [Label.objects.create(name=name) for name in ("x", "X")]],
    "kept_answer_key_is_unique": [
        lambda w: _twice(KeptAnswer.objects.create, administrator=w.administrators["root"], key="x", fingerprint="y"),
    ],
    "webhook_name_is_unique": [lambda w: _twice(_webhook, world=w)],
    "BulkJob.batch": [lambda w: _twice(_job, world=w, batch="12345678-1234-5678-1234-567812345678")],
}


def _of_models() -> tuple[set[str], set[str]]:
    """The names of all checks, and of all that is unique, in our models."""
    ours = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    constraints = [one for model in ours for one in model._meta.constraints]
    unique = {one.name for one in constraints if isinstance(one, models.UniqueConstraint)}
    unique |= {
        f"{model.__name__}.{field.name}"
        for model in ours
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key
    }
    return {one.name for one in constraints if isinstance(one, models.CheckConstraint)}, unique


def test_constraints__each_has_a_violation_here() -> None:
    assert _of_models() == (set(CHECKS), set(UNIQUE))


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        pytest.param(name, one, id=f"{name}-{number}")
        for name, all_ in CHECKS.items()
        for number, one in enumerate(all_)
    ],
)
def test_check__holds(world: World, name: str, violate: Violation) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        violate(world)


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        pytest.param(name, one, id=f"{name}-{number}")
        for name, all_ in UNIQUE.items()
        for number, one in enumerate(all_)
    ],
)
def test_unique__holds(world: World, name: str, violate: Violation) -> None:
    """PostgreSQL names the constraint; of SQLite, and for a single column, it is the columns."""
    named = connection.vendor == "postgresql" and "." not in name
    column = name.partition(".")[2]
    with pytest.raises(IntegrityError, match=name if named else f"(?i)unique.*{column}"), transaction.atomic():
        violate(world)


@pytest.mark.parametrize("child", [Context, Reseller])
def test_reseller__with_contexts_or_children_cannot_be_deleted(world: World, child: type[models.Model]) -> None:
    """Neither by way of Django, nor past it."""
    if child is Reseller:
        Context.objects.filter(reseller=world.resellers["alpha"]).update(reseller=None)
    with pytest.raises(models.ProtectedError):
        world.resellers["alpha"].delete()
    if connection.vendor == "postgresql":
        # Deferred, so that it is said at the end of the transaction: asked for now.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute("DELETE FROM accounts_reseller WHERE name = 'alpha'")


def test_names__that_only_look_like_numbers_are_allowed(world: World) -> None:
    for number, name in enumerate(["1a", "a1", "1.0", "1_2", "-1", "١٢"], start=100):
        Context.objects.create(id=number, name=name)
