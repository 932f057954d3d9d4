"""What higher floors add to every model's pages in the web admin, from their AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from core.scoping import Viewer

# What gives a list its actions: a function of the model and of whoever is logged in.
ActionProvider = Callable[[type[models.Model], Viewer], dict[str, Any]]
action_providers: Final[list[ActionProvider]] = []


class History(Protocol):
    """What the pages must know of the change log, to tell a person what was changed while a form was open."""

    def version_of(self, kind: str, key: int) -> int:
        """The number of the object's last change; 0 for none."""

    def changed_since(self, kind: str, key: int, version: int, viewer: Viewer) -> list[str]:
        """What was changed after `version`, as sentences."""


histories: Final[list[History]] = []


class Teller(Protocol):
    """Says what was done, in a sentence of the change log's new lines, with the way back."""

    def __call__(self, lines: Sequence[Any], kind: str, key: int, name: str, viewer: Viewer) -> SafeString:
        """Of the object `kind`, `key`, which is called `name`."""


tellers: Final[list[Teller]] = []


def register_teller(teller: Teller) -> None:
    """Have messages made by this one."""
    tellers.append(teller)


class HistoryPage(Protocol):
    """The page of what happened to one object."""

    def covers(self, model: type[models.Model]) -> bool:
        """Whether there is such a page for the model's objects."""

    def page(self, request: HttpRequest, model_admin: Any, row: models.Model) -> HttpResponse:
        """The page of this object, which whoever is logged in may see."""


history_pages: Final[list[HistoryPage]] = []


def register_history_page(page: HistoryPage) -> None:
    """Show objects' histories by this page."""
    history_pages.append(page)


def history_page(model: type[models.Model]) -> HistoryPage | None:
    """The page for the model's objects; None where the list of changes serves."""
    return next((page for page in history_pages if page.covers(model)), None)


class Keeper(Protocol):
    """Who keeps what somebody has chosen for themselves."""

    def keep(self, viewer: Viewer, **choices: Any) -> None:
        """Keep these choices, beside those that were made before; of `columns` those of the lists that are named."""

    def opened(self, viewer: Viewer, listed: str, key: int) -> None:
        """Keep that the viewer has opened the object. No statement where it is the latest already."""

    def is_favourite(self, viewer: Viewer, listed: str, key: int) -> bool:
        """Whether the object is one of the viewer's favourites. No statement."""

    def favour(self, viewer: Viewer, listed: str, key: int, *, wanted: bool) -> None:
        """Make the object a favourite of the viewer, or none any longer. DomainError."""


keepers: Final[list[Keeper]] = []


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter with a name; `owner` is the colleague's whose it is, empty for one's own."""

    key: int
    name: str
    query: str
    owner: str
    is_shared: bool


class FilterKeeper(Protocol):
    """Who keeps filters that somebody has given a name."""

    def offered(self, viewer: Viewer, listed: str) -> Iterable[SavedFilter]:
        """The viewer's own of this list, and those that colleagues share. One statement."""

    def keep(self, viewer: Viewer, *, listed: str, name: str, query: str, is_shared: bool) -> None:
        """Keep the query under this name. DomainError."""

    def forget(self, viewer: Viewer, key: int) -> None:
        """Delete one of the viewer's own. DomainError."""


filter_keepers: Final[list[FilterKeeper]] = []


def register_actions(provider: ActionProvider) -> None:
    """Offer what `provider` returns (name -> Django's (function, name, label)) as actions of every model's list."""
    action_providers.append(provider)


def register_history(history: History) -> None:
    """Make the change log known."""
    histories.append(history)


def register_keeper(keeper: Keeper) -> None:
    """Make known who keeps choices."""
    keepers.append(keeper)


def register_filter_keeper(keeper: FilterKeeper) -> None:
    """Make known who keeps filters."""
    filter_keepers.append(keeper)
