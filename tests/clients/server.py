"""A server that the tests of one module share, with a login for each role."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.serving import WORLD

TOKENS: Final = """
from accounts.models import Administrator
from accounts.services.api_passwords import create_api_password, families_of
from tests.world import OPERATOR
from pathlib import Path
owner = Administrator.objects.with_owner().get(login="alpha")
_row, text = create_api_password(
    actor=OPERATOR, administrator=owner, name="client", families=families_of("reseller"), may_write=True
)
Path({path!r}).write_text(text)
"""


def world(folder: Path) -> str:
    """Python that builds the world, and leaves an API password of alpha's in the folder."""
    return WORLD + TOKENS.format(path=str(folder / "token"))
