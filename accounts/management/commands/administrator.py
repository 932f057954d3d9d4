"""`manage.py administrator list|create|password|disable|enable|reset-second-factor`: for whoever runs the machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.lookup import find_administrator, find_context, find_reseller
from accounts.management.passwords import add_password_arguments, new_password
from accounts.models import Administrator
from accounts.services.administrators import create_administrator, update_administrator
from accounts.services.second_factors import reset_second_factor
from core.access import Role
from core.actor import Actor, Channel
from core.errors import DomainError
from core.keep import KEEP

_LOGIN = "as it is typed in the web admin, admin@<context name> included"


class Command(BaseCommand):
    help = (
        "List administrators and tenant credentials, make one, give one a new password, suspend or resume one, or "
        "forget a lost second factor. Every change is a line of the change log. No password is an argument: it is "
        "asked for, read from standard input, or generated and shown once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        listing = steps.add_parser("list", help="those there are, a line each; tabs between the columns")
        listing.add_argument("--role", choices=[role.value for role in Role])
        create = steps.add_parser("create", help="make one")
        create.add_argument("login", metavar="LOGIN")
        create.add_argument("--role", required=True, choices=[role.value for role in Role])
        create.add_argument("--reseller", metavar="NAME", help="whose staff or tenant credential it is")
        create.add_argument("--email", default="", help="where a link for a forgotten password is sent")
        password = steps.add_parser("password", help="set a new password")
        for one in (create, password):
            add_password_arguments(one)
            one.add_argument("--must-change", action="store_true", help="at the next login to the web admin")
        others = [
            steps.add_parser("disable", help="suspend one: sessions and API passwords open nothing any more"),
            steps.add_parser("enable", help="resume one"),
            steps.add_parser("reset-second-factor", help="forget authenticator app, passkeys and recovery codes"),
        ]
        for one in (password, *others):
            one.add_argument("login", metavar="LOGIN", help=_LOGIN)
        for one in (listing, create, password, *others):
            one.add_argument("--context", metavar="CONTEXT", help="the id or name of the context that it belongs to")

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        """A refusal is a CommandError with its sentence."""
        actor = Actor(None, Channel.COMMAND)
        try:
            match step:
                case "list":
                    self._list(**options)
                case "create":
                    self._create(actor, **options)
                case "password":
                    self._password(actor, **options)
                case "reset-second-factor":
                    self._reset_second_factor(actor, **options)
                case _:
                    self._suspend(actor, active=step == "enable", **options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self, *, role: str | None, context: str | None, **options: Any) -> None:
        rows = Administrator.objects.with_owner().order_by("role", "login_normalized", "pk")
        if role is not None:
            rows = rows.filter(role=role)
        if context is not None:
            rows = rows.filter(context=find_context(context))
        for one in rows.iterator(chunk_size=2000):
            owner = f"context {one.context_id}" if one.context is not None else str(one.reseller or "-")
            used = f"{one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never used"
            self.stdout.write("\t".join([str(one), one.role, owner, _state(one), used]))

    def _create(
        self,
        actor: Actor,
        *,
        login: str,
        role: str,
        reseller: str | None,
        context: str | None,
        email: str,
        must_change: bool,
        generate: bool,
        stdin: bool,
        **options: Any,
    ) -> None:
        owner = None if reseller is None else find_reseller(reseller)
        company = None if context is None else find_context(context)
        password = new_password(generate=generate, stdin=stdin)
        made = create_administrator(
            actor=actor,
            login=login,
            role=role,
            reseller=owner,
            context=company,
            password=password,
            email=email,
            must_change_password=must_change,
        )
        kind = "tenant credential" if made.role == Role.TENANT else f"{made.role} administrator"
        self.stdout.write(f"The {kind} {made} was created." + _shown(password, generate=generate))

    def _password(
        self,
        actor: Actor,
        *,
        login: str,
        context: str | None,
        must_change: bool,
        generate: bool,
        stdin: bool,
        **options: Any,
    ) -> None:
        administrator = find_administrator(login, context)
        password = new_password(generate=generate, stdin=stdin)
        before = administrator.password
        after = update_administrator(
            actor=actor,
            administrator=administrator,
            password=password,
            must_change_password=True if must_change else KEEP,
        )
        if after.password == before:
            self.stdout.write(f"That is the password of {after} already.")
            return
        self.stdout.write(f"The password of {after} was changed." + _shown(password, generate=generate))
        if after.suspended_by:
            self.stderr.write(f"{after} still cannot log in: {_state(after)}.")
        elif after.has_second_factor:
            self.stderr.write(f"{after} is asked for a second factor too; reset-second-factor forgets a lost one.")

    def _suspend(self, actor: Actor, *, login: str, context: str | None, active: bool, **options: Any) -> None:
        administrator = find_administrator(login, context)
        update_administrator(actor=actor, administrator=administrator, is_active=active)
        self.stdout.write(f"{administrator} was {'enabled' if active else 'disabled'}.")
        masters = Administrator.objects.filter(role=Role.MASTER, is_active=True)
        if not masters.exists():
            self.stderr.write("No master administrator is active any more; `administrator enable LOGIN` resumes one.")

    def _reset_second_factor(self, actor: Actor, *, login: str, context: str | None, **options: Any) -> None:
        administrator = find_administrator(login, context)
        reset_second_factor(actor=actor, administrator=administrator)
        self.stdout.write(f"The second factor of {administrator} was forgotten.")


def _state(administrator: Administrator) -> str:
    return {"": "active", "itself": "disabled"}.get(
        administrator.suspended_by, f"its {administrator.suspended_by} is suspended"
    )


def _shown(password: str, *, generate: bool) -> str:
    return f"\nPassword, shown this once: {password}" if generate else ""
