"""`make examples`: write docs/examples.md, the example of every operation."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import django

BASE: Final = Path(__file__).resolve().parent.parent
SETTINGS: Final = {"DEBUG": "true", "SECRET_KEY": "only-to-write-examples", "DJANGO_SETTINGS_MODULE": "oxaas.settings"}


def main() -> None:
    """Write the document."""
    os.environ.update(SETTINGS)
    sys.path.insert(0, str(BASE))
    django.setup()
    from oxaas.examples.page import page

    (BASE / "docs/examples.md").write_text(page())


if __name__ == "__main__":
    main()
