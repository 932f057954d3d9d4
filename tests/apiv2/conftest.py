"""What the tests of the second version have beside the world."""

from __future__ import annotations

import pytest

from tests.apiv2.client import V2


@pytest.fixture
def v2() -> V2:
    """A caller."""
    return V2()
