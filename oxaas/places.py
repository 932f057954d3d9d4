"""Where the product's files are, and where an installation keeps its own.

In a checkout both are the folder of `manage.py`. Installed from a wheel, templates and the like lie inside this
package, the handbook of `docs` with them, and `.env`, `db.sqlite3`, `staticfiles` and `var` belong to the folder in
which the command is started.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_CHECKOUT: Final = (_PACKAGE.parent / "manage.py").exists()

FILES: Final = _PACKAGE.parent if _CHECKOUT else _PACKAGE
HANDBOOK: Final = FILES / ("docs/handbook" if _CHECKOUT else "handbook")
HOME: Final = FILES if _CHECKOUT else Path.cwd()
