"""The generated part of the Python client is what the generator makes of today's description."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import oxaas

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "clients/python/src/oxaas_client"

# Nothing in it differs between databases.
pytestmark = pytest.mark.sqlite


def contents(folder: Path) -> dict[str, str]:
    """Every file's text, by its name."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.py"))}


def test_generated__is_made_of_the_description_of_today(tmp_path: Path) -> None:
    """The description has no warning, and the generator none about it: either would stop the script."""
    command = [sys.executable, "scripts/client.py", str(tmp_path / "made")]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    made, committed = contents(tmp_path / "made"), contents(PACKAGE / "generated")
    different = sorted(name for name in made.keys() | committed.keys() if made.get(name) != committed.get(name))
    assert different == [], "The description has changed: run `make client` and commit what it made."


def test_version__is_that_of_the_server() -> None:
    assert f'__version__ = "{oxaas.__version__}"' in (PACKAGE / "__init__.py").read_text()


def test_package__is_used_without_the_server_s() -> None:
    """Neither the front nor what is generated imports Django, or anything of the product."""
    script = """
import pkgutil, sys, oxaas_client, importlib
for one in pkgutil.walk_packages(oxaas_client.__path__, "oxaas_client."):
    if not one.name.endswith("__main__"):
        importlib.import_module(one.name)
ours = {"django", "rest_framework", "core", "accounts", "apiv2", "oxaas", "yaml"}
print(len(sys.modules), sorted(ours & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PACKAGE.parent, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" []\n")
