"""The client's wheel: built and used without a network, in an environment that has no Django."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest

from tests.test_wheel import tracked

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("clients")]

ROOT: Final = Path(__file__).parents[2]
# What it says it needs, and what that needs.
NEEDED: Final = ("httpx", "httpcore", "h11", "anyio", "certifi", "idna", "attrs", "typing_extensions")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("client")
    for name in tracked():
        if name.startswith("clients/python/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder)]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(folder / "clients/python")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_wheel__has_all_modules_and_the_mark_of_types(wheel: Path) -> None:
    inside = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    source = "clients/python/src/"
    assert inside == {name.removeprefix(source) for name in tracked() if name.startswith(source)}
    assert "oxaas_client/py.typed" in inside


def test_wheel__says_what_it_needs(wheel: Path) -> None:
    (name,) = [name for name in ZipFile(wheel).namelist() if name.endswith("/METADATA")]
    said = ZipFile(wheel).read(name).decode().splitlines()
    assert "License-Expression: Apache-2.0" in said
    assert [line for line in said if line.startswith("Requires-Dist")] == [
        "Requires-Dist: httpx<1,>=0.27",
        "Requires-Dist: attrs>=23.2",
    ]


def test_installed__works_without_django(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path, symlinks=True, with_pip=False)
    python = tmp_path / "bin/python"
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *options, wheel], check=True)
    (packages,) = tmp_path.glob("lib/python*/site-packages")
    for name in NEEDED:
        for top in {str(file).partition("/")[0] for file in importlib.metadata.files(name) or ()} - {
            "..",
            "__pycache__",
        }:
            (packages / top).symlink_to(Path(str(importlib.metadata.distribution(name).locate_file(top))))
    script = "import importlib.util, oxaas_client.generated.models; print(importlib.util.find_spec('django'))"
    found = subprocess.run([python, "-c", script], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert found.stdout == "None\n"
    version = subprocess.run([tmp_path / "bin/oxaas-cli", "--version"], check=True, capture_output=True, text=True)
    assert version.stdout.startswith("oxaas-cli 0.")
