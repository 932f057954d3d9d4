"""The wheel: built, installed into a new environment, and used there in a folder of its own, all without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest

import oxaas

ROOT: Final = Path(__file__).parent.parent
LOGIN_PAGE: Final = """
import django
django.setup()
from django.test import Client
page = Client().get("/admin/login/", headers={"accept-language": "de", "host": "localhost"}, secure=True)
print(page.status_code, page.content.decode())
"""
Run = Callable[..., str]
HANDBOOK: Final = "docs/handbook/"

# Nothing in it differs between databases.
pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("wheel")]


def tracked() -> list[str]:
    """The files of the repository, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: building leaves files behind, which would get into the next wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in tracked():
        if not name.startswith(("tests/", "bench/", "clients/", "conformance/", "docs/")) or name.startswith(HANDBOOK):
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / "source" / name)
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, folder / "source"],
        check=False, capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A command of the new environment, run in an installation's own folder; what it prints."""
    folder, home = tmp_path_factory.mktemp("venv"), tmp_path_factory.mktemp("home")
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin" / "python"
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *options, wheel], check=True)
    # The dependencies are the suite's.
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    (home / ".env").write_text("DEBUG=true\n")

    def run(*command: str) -> str:
        done = subprocess.run(
            [folder / "bin" / command[0], *command[1:]],
            cwd=home, env={"PATH": os.environ["PATH"]}, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_wheel__has_all_files_that_are_not_python(wheel: Path) -> None:
    folders = ("templates/", "static/", "locale/", "contract/", "deploy/")
    wanted = {f"oxaas/{name}" for name in tracked() if name.startswith(folders)}
    wanted |= {f"oxaas/{name.removeprefix('docs/')}" for name in tracked() if name.startswith(HANDBOOK)}

    names = set(ZipFile(wheel).namelist())
    assert len(wanted) > 50
    assert wanted - names == set()


def test_wheel__has_all_modules_and_nothing_of_the_tests(wheel: Path) -> None:
    aside = ("tests/", "bench/", "clients/", "scripts/", "conformance/", "setup.py", "manage.py")
    wanted = {name for name in tracked() if name.endswith(".py") and not name.startswith(aside)}

    assert {name for name in ZipFile(wheel).namelist() if name.endswith(".py")} == wanted


def test_wheel__says_what_it_is_and_needs(wheel: Path) -> None:
    (name,) = [name for name in ZipFile(wheel).namelist() if name.endswith("/METADATA")]
    said = ZipFile(wheel).read(name).decode().splitlines()

    assert f"Version: {oxaas.__version__}" in said
    assert "License-Expression: Apache-2.0" in said
    pins = [line for line in (ROOT / "requirements.in").read_text().splitlines() if line[:1].isalpha()]
    needed = {line.removeprefix("Requires-Dist: ").lower() for line in said if line.startswith("Requires-Dist")}
    assert needed == {pin.lower() for pin in pins}


def test_installed__has_the_command(installed: Run) -> None:
    assert installed("oxaas", "--version") == f"oxaas {oxaas.__version__}\n"
    assert "no issues" in installed("oxaas", "check")
    assert "administrator" in installed("oxaas", "help")


def test_installed__migrates_and_serves_translated_pages(installed: Run) -> None:
    installed("oxaas", "migrate", "--verbosity=0")
    assert "static files copied" in installed("oxaas", "collectstatic", "--noinput")

    page = installed(
        "python", "-c", f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'oxaas.settings'\n{LOGIN_PAGE}"
    )
    assert page.startswith("200 ")
    assert "Anmelden" in page
    assert "/static/oxaas/" in page
