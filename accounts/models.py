"""Resellers, contexts, users, administrators, configuration and the change log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# The models of a module of their own, which Django looks for here.
from accounts.imports import ImportLine as ImportLine
from accounts.jobs import BulkJob as BulkJob
from accounts.jobs import BulkJobItem as BulkJobItem
from accounts.kinds import kind_name
from accounts.querysets import (
    AdministratorManager,
    ChangeQuerySet,
    ConfigPropertyQuerySet,
    ContextQuerySet,
    CustomIdQuerySet,
    ResellerQuerySet,
    UserQuerySet,
)
from oxaas.access import WEB_ROLES, Role
from oxaas.changes import Door

models.CharField.register_lookup(Length)


class Reseller(models.Model):
    """Who sells contexts. Resellers nest one level: a child has no children."""

    name = models.CharField(_("name"), max_length=128, unique=True)
    display_name = models.CharField(_("display name"), max_length=254, blank=True, default="")
    parent = models.ForeignKey(
        "self", models.PROTECT, related_name="children", null=True, blank=True, verbose_name=_("parent")
    )
    is_active = models.BooleanField(_("active"), default=True)
    # OX's restrictions; null: no limit. They hold for the reseller and its children together.
    max_context = models.PositiveIntegerField("Subadmin.MaxContext", null=True, blank=True)
    max_overall_user = models.PositiveIntegerField("Subadmin.MaxOverallUser", null=True, blank=True)
    max_overall_context_quota = models.PositiveBigIntegerField(
        "Subadmin.MaxOverallContextQuota", null=True, blank=True, help_text=_("Bytes, over all contexts.")
    )
    can_create_subadmin = models.BooleanField("Subadmin.CanCreateSubadmin", default=False)
    max_subadmin = models.PositiveIntegerField("Subadmin.MaxSubadmin", null=True, blank=True)
    max_user_per_context = models.PositiveIntegerField("Context.MaxUser", null=True, blank=True)
    # The web admin in the reseller's own name.
    product_name = models.CharField(_("product name"), max_length=60, blank=True, default="")
    colour = models.CharField(_("colour"), max_length=7, blank=True, default="", help_text=_("Such as #1f6feb."))
    hide_subjects = models.BooleanField(
        _("hide subjects"),
        default=False,
        help_text=_("The web admin shows no subjects of this reseller's users' mail."),
    )

    objects = ResellerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("reseller")
        verbose_name_plural = _("resellers")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="reseller_is_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(can_create_subadmin=False), name="reseller_child_has_no_children"
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$"), name="reseller_colour_is_six_hex_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_service(self) -> bool:
        """Active, and its parent too: suspending a reseller suspends its children."""
        return self.is_active and (self.parent is None or self.parent.is_active)


class Context(models.Model):
    """A company: it has users, forwarding aliases and explicit mail domains."""

    CONTEXT_PATH = ""

    id = models.PositiveBigIntegerField(_("context id"), primary_key=True)
    name = models.CharField(_("name"), max_length=128, unique=True)
    reseller = models.ForeignKey(
        Reseller, models.PROTECT, related_name="contexts", null=True, blank=True, verbose_name=_("reseller")
    )
    is_active = models.BooleanField(_("active"), default=True)
    quota = models.PositiveBigIntegerField(_("quota"), null=True, blank=True, help_text=_("Bytes; empty: unlimited."))
    max_user = models.PositiveIntegerField(_("most users"), null=True, blank=True, help_text=_("Empty: unlimited."))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = ContextQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("context")
        verbose_name_plural = _("contexts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id__gt=0), name="context_id_is_positive"),
            models.CheckConstraint(
                condition=~Q(name__regex=r"^[0-9]*$"), name="context_name_is_not_empty_or_all_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_service(self) -> bool:
        """Active, and its reseller too."""
        return self.is_active and (self.reseller is None or self.reseller.in_service)


class User(models.Model):
    """A mailbox. `number` is the user id of the wire, unique in its context."""

    CONTEXT_PATH = "context"

    context = models.ForeignKey(Context, models.CASCADE, related_name="users", verbose_name=_("context"))
    number = models.PositiveBigIntegerField(_("user id"))
    uidname = models.CharField("uidname", max_length=254)
    uidname_normalized = models.CharField(max_length=508, unique=True, editable=False)
    domain = models.CharField(max_length=253, blank=True, default="", db_index=True, editable=False)
    msisdn = models.CharField("msisdn", max_length=64, null=True, blank=True)  # noqa: DJ001  (unset is not empty)
    msisdn_digits = models.CharField(max_length=15, null=True, unique=True, editable=False)  # noqa: DJ001
    quota = models.PositiveBigIntegerField(
        _("mail quota"), null=True, blank=True, help_text=_("Bytes; empty: unlimited.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = UserQuerySet.as_manager()

    class Meta:
        ordering = ["context_id", "number"]
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["context", "number"], name="user_number_is_unique_in_context"),
            models.CheckConstraint(condition=Q(number__gt=0), name="user_number_is_positive"),
            models.CheckConstraint(condition=~Q(uidname=""), name="user_uidname_is_not_empty"),
            models.CheckConstraint(
                condition=Q(msisdn=None, msisdn_digits=None)
                # Both said to be there: the length of what is not there would be neither right nor wrong.
                | Q(
                    msisdn__isnull=False,
                    msisdn_digits__isnull=False,
                    msisdn_digits__length__gte=5,
                    msisdn_digits__length__lte=15,
                ),
                name="user_msisdn_has_its_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.uidname


class CustomId(models.Model):
    """A login identifier of a user's own choice; a user has them in an order."""

    CONTEXT_PATH = "user__context"

    user = models.ForeignKey(User, models.CASCADE, related_name="custom_ids", verbose_name=_("user"))
    value = models.CharField(_("custom id"), max_length=254)
    value_normalized = models.CharField(max_length=508, unique=True, editable=False)
    position = models.PositiveIntegerField(_("position"))

    objects = CustomIdQuerySet.as_manager()

    class Meta:
        ordering = ["user_id", "position"]
        verbose_name = _("custom id")
        verbose_name_plural = _("custom ids")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "position"], name="custom_id_position_is_unique"),
            models.CheckConstraint(condition=~Q(value=""), name="custom_id_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.value


class ConfigProperty(models.Model):
    """A setting of the mail platform for one owner: a user, a context, a reseller, or (none of them) the server."""

    name = models.CharField(_("name"), max_length=254)
    value = models.TextField(_("value"), blank=True)
    reseller = models.ForeignKey(
        Reseller, models.CASCADE, related_name="config", null=True, blank=True, verbose_name=_("reseller")
    )
    context = models.ForeignKey(
        Context, models.CASCADE, related_name="config", null=True, blank=True, verbose_name=_("context")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="config", null=True, blank=True, verbose_name=_("user"))

    objects = ConfigPropertyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("configuration property")
        verbose_name_plural = _("configuration properties")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reseller=None, context=None) | Q(context=None, user=None) | Q(reseller=None, user=None),
                name="config_property_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(reseller=None, context=None, user=None),
                name="config_property_is_unique_on_server",
            ),
            models.UniqueConstraint(fields=["reseller", "name"], name="config_property_is_unique_in_reseller"),
            models.UniqueConstraint(fields=["context", "name"], name="config_property_is_unique_in_context"),
            models.UniqueConstraint(fields=["user", "name"], name="config_property_is_unique_in_user"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """Whose property it is, in the wire's words."""
        owners = {"user": self.user_id, "context": self.context_id, "reseller": self.reseller_id}
        return next((scope for scope, owner in owners.items() if owner is not None), "server")


class Administrator(AbstractBaseUser):
    """Who may log in: master, reseller and context administrators, and tenant credentials.

    Nobody is a Django superuser; what a role may do is in `oxaas.access`.
    """

    login = models.CharField(_("login"), max_length=254)
    role = models.CharField(_("role"), max_length=16, choices=Role)
    reseller = models.ForeignKey(
        Reseller, models.CASCADE, related_name="administrators", null=True, blank=True, verbose_name=_("reseller")
    )
    context = models.ForeignKey(
        Context, models.CASCADE, related_name="administrators", null=True, blank=True, verbose_name=_("context")
    )
    is_active = models.BooleanField(_("active"), default=True)
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=settings.LANGUAGES,
        blank=True,
        default="",
        help_text=_("Empty: the browser's."),
    )

    objects = AdministratorManager()

    USERNAME_FIELD = "login"

    class Meta:
        ordering = ["login", "id"]
        verbose_name = _("administrator")
        verbose_name_plural = _("administrators")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role=Role.MASTER, reseller=None, context=None)
                | Q(role__in=[Role.RESELLER, Role.TENANT], reseller__isnull=False, context=None)
                | Q(role=Role.CONTEXT, reseller=None, context__isnull=False),
                name="administrator_has_what_the_role_demands",
            ),
            models.CheckConstraint(condition=~Q(login=""), name="administrator_login_is_not_empty"),
            models.UniqueConstraint(
                fields=["login"], condition=Q(context=None), name="administrator_login_is_unique_outside_contexts"
            ),
            models.UniqueConstraint(fields=["context", "login"], name="administrator_login_is_unique_in_context"),
        ]

    def __str__(self) -> str:
        return f"{self.login}@{self.context.name}" if self.context is not None else self.login

    @property
    def may_act(self) -> bool:
        """Active, and so is the reseller or context that this administrator serves."""
        owner = self.reseller or self.context
        return self.is_active and (owner is None or owner.in_service)

    @property
    def is_staff(self) -> bool:
        """Whether the web admin's door opens; a tenant credential never logs in there."""
        return self.may_act and Role(self.role) in WEB_ROLES

    def in_charge_of(self, context: Context) -> bool:
        """Whether `context` is among those that this administrator sees."""
        match Role(self.role):
            case Role.MASTER:
                return True
            case Role.RESELLER | Role.TENANT:
                return context.reseller is not None and self._serves(context.reseller)
            case Role.CONTEXT:
                return self.context_id is not None and self.context_id == context.pk
        raise ValueError(f"unknown role {self.role!r}")

    def manages(self, reseller: Reseller) -> bool:
        """Whether it is the reseller whose staff this is, or a direct child of that; the master manages all."""
        role = Role(self.role)
        return role is Role.MASTER or (role is Role.RESELLER and self._serves(reseller))

    def stands_above(self, reseller: Reseller) -> bool:
        """Whether it is a direct child of the reseller whose staff this is; the master stands above all."""
        return self.manages(reseller) and (Role(self.role) is Role.MASTER or self.reseller_id != reseller.pk)

    def _serves(self, reseller: Reseller) -> bool:
        # Without the first condition nobody's staff would serve every reseller that has no parent.
        return self.reseller_id is not None and self.reseller_id in {reseller.pk, reseller.parent_id}

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Asks the authentication backends, as Django's own user model does, but with no superuser's short cut."""
        return any(backend.has_perm(self, perm, obj) for backend in auth.get_backends() if hasattr(backend, "has_perm"))

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the role may do anything in this app of the web admin."""
        return any(
            backend.has_module_perms(self, app_label)
            for backend in auth.get_backends()
            if hasattr(backend, "has_module_perms")
        )


class LoginFailures(models.Model):
    """Failed logins of one name from one address in the current window.

    The key is a digest: people type passwords as names.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:%H:%M:%S}"


class LastLogin(models.Model):
    """When a mailbox's owner last logged in. Exactly the two columns that Dovecot's last_login plugin upserts."""

    username = models.CharField(max_length=508, primary_key=True)
    last_login = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "last_login"

    def __str__(self) -> str:
        return self.username


class Change(models.Model):
    """One line of the change log: who did what through which door, before and after. Never edited, never deleted."""

    class Action(models.TextChoices):
        CREATE = "create", _("created")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")
        READ = "read", _("read")

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    actor = models.CharField(_("who"), max_length=400)
    administrator = models.ForeignKey(
        Administrator, models.SET_NULL, related_name="+", null=True, verbose_name=_("administrator")
    )
    door = models.CharField(_("door"), max_length=16, choices=Door)
    action = models.CharField(_("what"), max_length=16, choices=Action)
    kind = models.CharField(_("kind"), max_length=32)
    label = models.CharField(_("object"), max_length=600)
    context_number = models.BigIntegerField(_("context id"), null=True)
    context_name = models.CharField(_("context"), max_length=128, blank=True, default="")
    reseller = models.ForeignKey(Reseller, models.SET_NULL, related_name="+", null=True, verbose_name=_("reseller"))
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    batch = models.UUIDField(_("batch"), null=True, db_index=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes: ClassVar = [
            models.Index(fields=["reseller", "-id"], name="change_of_reseller"),
            models.Index(fields=["context_number", "-id"], name="change_of_context"),
        ]

    def __str__(self) -> str:
        return f"{kind_name(self.kind)} {self.label}"
