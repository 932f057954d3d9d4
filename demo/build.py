"""Making the demo: its world grows through the services, and its change log is told over a year."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, Reseller, User
from accounts.provision import provision
from accounts.services.contexts import update_context
from accounts.services.users import update_user
from changelog.models import Change
from core.actor import Actor, Channel
from core.errors import NotAllowed
from demo.people import COMPANIES, MONTHS, PEOPLE, Company
from demo.world import beginning, growth
from domains.models import ExplicitDomain
from domains.services import mark_proven
from forwards.models import ForwardingAlias
from forwards.services import (
    add_recipients,
    create_forward,
    delete_forward,
    remove_recipient,
    replace_recipient,
    set_forward_active,
)

_MONTH: Final = timedelta(days=30)
# The last days belong to the edits by hand, two a day.
_EDITS: Final = timedelta(days=10)
_MORNING, _AFTERNOON = 9, 14


def is_there() -> bool:
    """Whether this database holds the demo, whatever was done to it since: one of its contexts tells."""
    return any(Context.objects.filter(pk=one.id, name=one.name).exists() for one in COMPANIES)


def is_empty() -> bool:
    """Whether nobody's data are here."""
    models = (Administrator, Context, Reseller, ConfigProperty)
    return not any(model._default_manager.exists() for model in models)


@transaction.atomic
def build(now: datetime, *, force: bool = False) -> None:
    """Make the demo as it is at `now`. NotAllowed on a database that holds anything, unless `force`.

    The demo's logins have a known password: they must not get into an installation that somebody uses.
    """
    if not force and not is_empty():
        raise NotAllowed(
            "This database holds data that are not the demo's. The demo has logins whose password everybody knows; "
            "it is only for an empty database. (--force adds it all the same.)"
        )
    start = (now - _EDITS - MONTHS * _MONTH).replace(hour=0)
    _date(provision(beginning(), actor=Actor(None, Channel.PROVISION)), start - timedelta(days=1), start)
    for month, company, document in growth():
        actor = Actor(Administrator.objects.with_owner().get(login=company.reseller), Channel.API)
        # Each company of a month has a day of its own.
        begin = start + month * _MONTH + COMPANIES.index(company) * _MONTH / len(COMPANIES)
        begin = begin.replace(hour=_MORNING)
        changes = [*provision(document, actor=actor), *_prove(company)]
        _date(changes, begin, begin + timedelta(hours=6))
    _edit_by_hand(now)
    _log_in(now)


def _prove(company: Company) -> list[Change]:
    """Mark the company's domains as proven where that is asked for: those of the demo are in no DNS."""
    operator = Actor(None, Channel.COMMAND, made=[])
    rows = ExplicitDomain.objects.waiting().filter(context=company.id).select_related("context__reseller")
    for row in rows:
        mark_proven(actor=operator, domain=row)
    return operator.made or []


def _date(changes: Sequence[Change], begin: datetime, end: datetime) -> None:
    """Tell these changes as if they had been made from `begin` to `end`; contexts are as old as their making."""
    for place, change in enumerate(changes):
        change.at = begin + (end - begin) * (place + 1) / (len(changes) + 1)
        if change.kind == "context" and change.action == Change.Action.CREATE:
            Context.objects.filter(pk=change.context_id or 0).update(created_at=change.at)
    Change.objects.bulk_update(changes, ["at"])


def _edit_by_hand(now: datetime) -> None:
    """What staff did in the last days, in the web admin and through the API."""
    edits = list(_edits())
    for place, edit in enumerate(edits):
        last = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        edit()
        days = (len(edits) - place + 1) // 2
        hour = _AFTERNOON if place % 2 else _MORNING
        moment = (now - timedelta(days=days)).replace(hour=hour, minute=5 * place)
        _date(list(Change.objects.filter(pk__gt=last).order_by("pk")), moment, moment + timedelta(seconds=2))


def _edits() -> Iterator[Callable[[], object]]:
    """One small change each."""
    bright, lake, nord = (_actor(login) for login in ("brightmail", "lakeside", "nordpost"))
    harbour, kranich, ferryman, weber = (Context.objects.get(pk=pk) for pk in (101, 201, 112, 202))
    office = Actor(Administrator.objects.with_owner().get(context=harbour), Channel.WEB)
    api = Actor(bright.administrator, Channel.API)
    fair = "fair@harbour-coffee.example"

    yield lambda: create_forward(actor=office, context=harbour, alias=fair, recipients=[_mailbox(harbour, 5)])
    yield lambda: add_recipients(actor=office, context=harbour, alias=fair, recipients=["stand@fairs.example"])
    yield lambda: update_user(actor=api, user=_user(harbour, 4), msisdn="+44 7700 900150")
    yield lambda: _bulk(nord, kranich, ["sales", "press", "events"], "agency@presswerk.example")
    yield lambda: set_forward_active(actor=lake, forward=_alias(ferryman, "partners"), is_active=False)
    yield lambda: update_user(actor=lake, user=_user(ferryman, 6), quota=5 * 1024**3)
    yield lambda: remove_recipient(
        actor=nord, context=kranich, alias="events@kranich.example", recipient="agency@presswerk.example"
    )
    yield lambda: replace_recipient(
        actor=bright,
        forward=_alias(harbour, "orders"),
        old=_mailbox(harbour, 5),
        new=_mailbox(harbour, 7),
    )
    yield lambda: delete_forward(actor=office, context=harbour, alias=fair)
    yield lambda: update_user(actor=nord, user=_user(weber, 9), is_active=False)
    yield lambda: update_context(actor=nord, context=Context.objects.get(pk=203), is_active=False)
    yield lambda: set_forward_active(actor=lake, forward=_alias(ferryman, "partners"), is_active=True)


def _actor(login: str) -> Actor:
    return Actor(Administrator.objects.with_owner().get(login=login), Channel.WEB)


def _user(context: Context, number: int) -> User:
    return User.objects.select_related("context").get(context=context, number=number)


def _mailbox(context: Context, number: int) -> str:
    return _user(context, number).uidname


def _alias(context: Context, role: str) -> ForwardingAlias:
    return ForwardingAlias.objects.get(context=context, address__startswith=f"{role}@")


def _bulk(actor: Actor, context: Context, roles: Iterable[str], recipient: str) -> None:
    batch = actor.in_batch()
    for role in roles:
        alias = _alias(context, role).address
        add_recipients(actor=batch, context=context, alias=alias, recipients=[recipient])


def _log_in(now: datetime) -> None:
    """Who last read their mail when. Written as Dovecot writes it, which leaves nothing in the change log."""
    chance: Any = random.Random("last logins")  # noqa: S311 - no secret, but the same demo each time
    logins = [
        LastLogin(username=person.address, last_login=int(now.timestamp() - 3600 * chance.expovariate(1 / 40)))
        for person in PEOPLE
        if chance.random() < 0.85
    ]
    LastLogin.objects.bulk_create(logins, ignore_conflicts=True)
