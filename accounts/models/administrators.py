"""Administrators and their failed logins."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.contexts import Context
from accounts.models.credentials import PASSWORD, Credential
from accounts.models.resellers import Reseller
from changelog.entries import Owners
from core.access import WEB_ROLES, Role
from core.fields import NormalizedField
from core.names import normalize_identifier
from core.scoping import ScopedQuerySet, Viewer
from core.zones import MAX_ZONE


class AdministratorQuerySet(ScopedQuerySet["Administrator"]):
    """Staff see the administrators of what they are in charge of."""

    def reseller_scope(self, viewer: Viewer) -> Q:
        mine = viewer.resellers_in_charge()
        return Q(reseller__in=mine) | Q(context__reseller__in=mine)

    def context_scope(self, viewer: Viewer) -> Q:
        return Q(context_id=viewer.context_id)

    def with_protection(self) -> Self:
        """Adds `protected`, in the same statement."""
        related: list[Any] = [self.model._meta.get_field(name).related_model for name in ("totp_device", "passkeys")]
        app, passkey = (one.objects.filter(administrator=OuterRef("pk")).order_by() for one in related)
        return self.annotate(protected=Exists(app) | Exists(passkey))

    def with_owner(self) -> Self:
        """All that `Administrator.may_act` looks at, in the same statement."""
        return self.select_related("reseller__parent", "context__reseller__parent")


class AdministratorManager(BaseUserManager.from_queryset(AdministratorQuerySet)):  # type: ignore[misc]
    """Finds administrators by login."""

    def get_by_natural_key(self, username: str | None) -> Administrator:
        administrator: Administrator = self.get(login_normalized=normalize_identifier(username or ""), context=None)
        return administrator


class Administrator(AbstractBaseUser):
    """Who may log in: master, reseller and context administrators, and tenant credentials.

    Nobody is a Django superuser; what a role may do is in `core.access`.
    """

    login = models.CharField(_("login"), max_length=254)
    login_normalized = NormalizedField(source="login", max_length=508)
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
    # The name of a zone; which there are is the system's to say.
    time_zone = models.CharField(_("time zone"), max_length=MAX_ZONE, blank=True, default="", db_default="")

    email = models.EmailField(
        _("mail address"),
        blank=True,
        default="",
        help_text=_("Where a link for a forgotten password is sent."),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    last_used_from = models.CharField(_("last used from"), max_length=64, blank=True, default="", editable=False)

    must_change_password = models.BooleanField(
        _("must change the password"), default=False, help_text=_("At the next login to the web admin.")
    )

    # What they have chosen for themselves, such as the columns of lists; read with the row, which every page needs.
    preferences = models.JSONField(default=dict, blank=True, editable=False)

    # Whether there is a second factor, where the look-up asked for it.
    protected: bool | None = None
    # The context that the path of the request names, where a login was looked up beside one.
    path_context: Context | None = None
    # What the login was made with.
    credential: Credential = PASSWORD

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
                fields=["login_normalized"],
                condition=Q(context=None),
                name="administrator_login_is_unique_outside_contexts",
            ),
            models.UniqueConstraint(
                fields=["context", "login_normalized"], name="administrator_login_is_unique_in_context"
            ),
        ]

    @classmethod
    def stand_in(cls, role: Role, *, reseller_id: int, context_id: int) -> Administrator:
        """An active administrator of this role that is no row: for whoever compiles what such a one may see."""
        if role is Role.CONTEXT:
            return cls(role=role, context=Context(pk=context_id))
        return cls(role=role, reseller=None if role is Role.MASTER else Reseller(pk=reseller_id))

    def __str__(self) -> str:
        return f"{self.login}@{self.context.name}" if self.context is not None else self.login

    @property
    def owners(self) -> Owners:
        """Whose it is, as the change log keeps it."""
        owner = self.context or self.reseller
        return Owners() if owner is None else owner.owners

    @property
    def suspended_by(self) -> str:
        """What takes it out of service: "itself", its "context" or "reseller", or nothing."""
        if not self.is_active:
            return "itself"
        if self.context is not None:
            return {"itself": "context"}.get(self.context.suspended_by, self.context.suspended_by)
        return "reseller" if self.reseller is not None and not self.reseller.in_service else ""

    @property
    def may_act(self) -> bool:
        """Active, and so is the reseller or context that this administrator serves."""
        owner = self.reseller or self.context
        return self.is_active and (owner is None or owner.in_service)

    @property
    def is_staff(self) -> bool:
        """Whether the web admin admits it; a tenant credential never logs in there."""
        return self.may_act and Role(self.role) in WEB_ROLES

    @property
    def has_second_factor(self) -> bool:
        """Whether an authenticator app or a passkey is set up."""
        if self.protected is None:
            self.protected = hasattr(self, "totp_device") or self.passkeys.exists()
        return self.protected

    @property
    def must_have_second_factor(self) -> bool:
        """Whether the hoster demands one of the role, or a reseller in charge of its administrators."""
        if Role(self.role) not in WEB_ROLES:
            return False
        reseller = self.reseller or (self.context.reseller if self.context is not None else None)
        return self.role in settings.SECOND_FACTOR_FOR or (reseller is not None and reseller.demands_second_factor)

    @property
    def machines_only(self) -> bool:
        """Whether the API takes API passwords alone: nobody types a second factor there."""
        return Role(self.role) in WEB_ROLES and (self.must_have_second_factor or self.has_second_factor)

    @property
    def context_limit(self) -> frozenset[int] | None:
        """The ids of the contexts that the credential is limited to; None: it is not."""
        return self.credential.contexts

    def resellers_in_charge(self) -> models.QuerySet[Reseller, int]:
        """The keys of the reseller that this administrator serves and of its direct children, as a subquery."""
        return Reseller.objects.filter(Q(pk=self.reseller_id) | Q(parent=self.reseller_id)).values_list("pk", flat=True)

    def in_charge_of(self, context: Context) -> bool:
        """Whether `context` is among those that this administrator sees with this credential."""
        if self.context_limit is not None and context.pk not in self.context_limit:
            return False
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
    """Failed logins of an account, an address, both together, or a name that nobody has, in the current window.

    What the keys are is in `accounts.login.lockout`; names in them are digested.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:%H:%M:%S}"
