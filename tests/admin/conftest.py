"""People at the web admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.admin.web import Person
from tests.world import World

Enter = Callable[[str | None], Person]


@pytest.fixture
def enter(world: World) -> Enter:
    """`enter("alpha")` is alpha's clerk, logged in."""
    return lambda who: Person(None if who is None else world.administrators[who])


@pytest.fixture
def alpha(enter: Enter) -> Person:
    """A clerk of the reseller alpha."""
    return enter("alpha")


@pytest.fixture
def root(enter: Enter) -> Person:
    """A master administrator."""
    return enter("root")
