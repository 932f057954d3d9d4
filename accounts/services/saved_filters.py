"""Every write to the filters that somebody has given a name.

They are in no change log: a filter is a question, not anybody's data, and opens nothing to whoever asks it.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote_plus

from django.utils.translation import gettext as _

from accounts.models import SavedFilter
from accounts.models.saved_filters import MAX_FILTER_NAME, MAX_QUERY
from core.actor import Actor
from core.addresses import printable
from core.errors import Invalid, NotFound
from core.locks import lock_names
from core.persons import Holding, Person
from core.scoping import Viewer
from core.transactions import atomic

# So many filters of one list somebody may have.
MOST: Final = 30


@atomic
def save_filter(*, administrator: Viewer, listed: str, name: str, query: str, is_shared: bool) -> None:
    """Give the query this name; a filter of one's own that has it becomes this one. Invalid."""
    name = name.strip()
    if not name or len(name) > MAX_FILTER_NAME or not printable(name):
        raise Invalid(_("Give the filter a name of at most %(limit)s characters.") % {"limit": MAX_FILTER_NAME})
    if not query or len(query) > MAX_QUERY or not printable(query):
        raise Invalid(_("There is nothing to save: filter or search first."))
    lock_names([f"saved filters:{administrator.pk}:{listed}"])
    own = SavedFilter.objects.filter(administrator=administrator.pk, listed=listed)
    if own.exclude(name=name).count() >= MOST:
        raise Invalid(_("You have %(limit)s filters of this list already: delete one first.") % {"limit": MOST})
    own.update_or_create(
        name=name,
        defaults={"query": query, "is_shared": is_shared},
        create_defaults={
            "administrator_id": administrator.pk,
            "listed": listed,
            "query": query,
            "is_shared": is_shared,
        },
    )


@atomic
def delete_filter(*, administrator: Viewer, key: int) -> None:
    """Delete a filter of one's own. NotFound, also for a colleague's."""
    deleted, _models = SavedFilter.objects.filter(administrator=administrator.pk, pk=key).delete()
    if not deleted:
        raise NotFound(_("There is no such filter of yours."))


def _naming(person: Person) -> list[SavedFilter]:
    """Those with the person in their name or in what they ask for. Queries are percent-encoded, so each is read."""
    rows = SavedFilter.objects.order_by("pk").iterator()
    return [row for row in rows if person.is_named_in([row.name, unquote_plus(row.query)])]


def _export(person: Person) -> list[dict[str, Any]]:
    return [{"list": row.listed, "name": row.name, "query": unquote_plus(row.query)} for row in _naming(person)]


@atomic
def _erase(actor: Actor, person: Person) -> int:
    keys = [row.pk for row in _naming(person)]
    SavedFilter.objects.filter(pk__in=keys).delete()
    return len(keys)


HOLDINGS: Final = (Holding("saved filters that name them", 60, _export, _erase),)
