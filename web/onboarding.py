"""Setting up a company in one go: the context, its domain, its administrator and its first users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from accounts.machine_secrets import first_password
from accounts.models import Administrator, Context, Reseller
from accounts.services.administrators import create_administrator
from accounts.services.contexts import create_context
from accounts.services.users import create_user
from core.access import Role
from core.actor import Actor
from core.errors import DomainError
from core.transactions import atomic
from domains.services import add_domain

# 2 is the context's own administrator in OX.
FIRST_USER: Final = 3


class StepError(Exception):
    """What one of the steps was refused with; `field` is the form's."""

    def __init__(self, field: str, refusal: DomainError) -> None:
        super().__init__(str(refusal))
        self.field = field


@dataclass(frozen=True, slots=True)
class Onboarded:
    """What was made; `password` is the administrator's first one, which is kept nowhere."""

    context: Context
    administrator: Administrator
    password: str
    users: int
    batch: UUID


@atomic
def onboard(
    *,
    actor: Actor,
    reseller: Reseller | None,
    context_id: int,
    name: str,
    domain: str,
    login: str,
    email: str,
    quota: int | None,
    max_user: int | None,
    users: Sequence[str],
    user_quota: int | None,
) -> Onboarded:
    """All of it or nothing, as one batch of the change log. StepError says which value was refused, and why."""
    actor = actor.in_batch()
    with _step(id="context_id", name="name", quota="quota", max_user="max_user", otherwise="reseller"):
        context = create_context(
            actor=actor, context_id=context_id, name=name, reseller=reseller, quota=quota, max_user=max_user
        )
    with _step(otherwise="domain"):
        add_domain(actor=actor, context=context, name=domain)
    password = first_password()
    with _step(email="email", otherwise="login"):
        administrator = create_administrator(
            actor=actor,
            login=login,
            role=Role.CONTEXT,
            context=context,
            password=password,
            must_change_password=True,
            email=email,
        )
    with _step(otherwise="users"):
        for number, uidname in enumerate(users, FIRST_USER):
            create_user(actor=actor, context=context, number=number, uidname=uidname, quota=user_quota)
    return Onboarded(context, administrator, password, len(users), cast(UUID, actor.batch))


def next_context_id() -> int:
    """An id that is free at this moment."""
    last = Context.objects.order_by("-pk").values_list("pk", flat=True).first()
    return 1 + (last or 0)


@contextmanager
def _step(*, otherwise: str, **fields: str) -> Iterator[None]:
    """Names the form's field of what is refused inside."""
    try:
        yield
    except DomainError as refusal:
        raise StepError(fields.get(getattr(refusal, "field", None) or "", otherwise), refusal) from refusal
