"""Whom and what an operator names at the command line. NotFound, with a sentence."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import Administrator, Context, Reseller
from core.errors import NotFound
from core.names import normalize_identifier
from core.numbers import whole_number


def find_context(name: str) -> Context:
    """The context with this id, else with this name (a name is never digits alone)."""
    rows = Context.objects.select_related("reseller__parent")
    number = whole_number(name)
    found = rows.filter(Q(name_normalized=normalize_identifier(name)) if number is None else Q(pk=number)).first()
    if found is None:
        raise NotFound(f"There is no context {name}.")
    return found


def find_reseller(name: str) -> Reseller:
    """The reseller with this name."""
    found = Reseller.objects.select_related("parent").filter(name_normalized=normalize_identifier(name)).first()
    if found is None:
        raise NotFound(f"There is no reseller {name}.")
    return found


def find_administrator(login: str, context: str | None) -> Administrator:
    """The administrator with this login in the context, or without one: with this login, or `login@<context name>`."""
    rows: QuerySet[Administrator] = Administrator.objects.with_owner()
    compared = normalize_identifier(login)
    if context is not None:
        which = Q(context=find_context(context), login_normalized=compared)
    else:
        short, _at, name = compared.rpartition("@")
        # No two can be meant: a login like another one's long form is refused.
        which = Q(context=None, login_normalized=compared)
        which |= Q(context__name_normalized=name, login_normalized=short)
    found = rows.filter(which).first()
    if found is None:
        place = "" if context is None else f" in context {context}"
        raise NotFound(f"There is no administrator {login}{place}.")
    return found
