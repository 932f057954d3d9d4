"""Runs tests on another release of Debian: `python -m bench.debian [RELEASE] [ARGUMENTS OF PYTEST]`, as root.

Which configuration of Dovecot the tests take follows the version that they find, and so does Postfix's behaviour: the
mail tests (`tests/mail`, unless told otherwise) run here in a root made by debootstrap, with that release's Python,
PostgreSQL, Postfix, Dovecot and nginx. The last lines of pytest go to bench/results/debian-RELEASE.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench import fresh

ROOT: Final = fresh.ROOT
# What these tests need of the Makefile's packages.
NEEDED: Final = re.compile(r"postgresql|postfix|dovecot|nginx|openssl|systemd|gettext|pgbackrest|fail2ban")
# ... and of requirements-dev.in.
TOOLS: Final = ("pytest", "pytest-django", "pytest-xdist", "hypothesis", "jsonschema", "PyMySQL")
VERSIONS: Final = (
    "python3 --version; postconf -h mail_version; dovecot --version; nginx -v 2>&1; "
    "/usr/lib/postgresql/*/bin/postgres --version"
)
LIMIT_SECONDS: Final = 1500


def packages() -> list[str]:
    """Names of Debian's packages."""
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    (line,) = re.findall(r"^PACKAGES := (.*)$", makefile, re.MULTILINE)
    return [*(name for name in line.split() if NEEDED.match(name)), "python3-venv", "git", "make"]


def tools() -> list[str]:
    """With the pins of requirements-dev.in."""
    pins = (ROOT / "requirements-dev.in").read_text().splitlines()
    return [pin for pin in pins if pin.split("==")[0] in TOOLS]


def make_root(root: Path, release: str) -> None:
    """Everything installed, and the sources as they are here, changes included."""
    fresh.run("debootstrap", "--variant=minbase", "--include=ca-certificates", release, root, fresh.MIRROR)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "etc/hosts").write_text(fresh.HOSTS)
    # No service is to be started by its package.
    (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    fresh.run("chroot", root, "apt-get", "update")
    fresh.run("chroot", root, "apt-get", "install", "--yes", "--no-install-recommends", *packages(), env=quiet)
    python = fresh.RELEASES[release][1]
    fresh.fetch_wheels(root / "srv/wheels", python)
    fresh.fetch(root / "srv/wheels", python, *tools())
    copy_sources(root / "opt/oxaas")
    # Each of the application's has a hash to be checked; the tools are what their pins say.
    pip = "&& .venv/bin/pip install --quiet --no-index --find-links=/srv/wheels"
    venv = f"cd /opt/oxaas && python3 -m venv .venv {pip} --requirement requirements.txt {pip} {' '.join(tools())}"
    fresh.run("chroot", root, "sh", "-c", venv)


def copy_sources(target: Path) -> None:
    """The files that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def inside(root: Path, command: str, seconds: int) -> subprocess.CompletedProcess[str]:
    """Run it in the root, in namespaces of its own."""
    setup = (
        "hostname mail.example.com; ip link set lo up; mount -t proc proc proc; mount --rbind /dev dev; "
        "mount --rbind /sys sys; mount -t tmpfs tmpfs run; mkdir -p run/lock; "
        "mount -t tmpfs -o mode=1777 tmpfs tmp; "
        'exec chroot . sh -c "$COMMAND"'
    )
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
        "OXAAS_TEST_DATABASE": "postgres",
        "COMMAND": f"cd /opt/oxaas; {command}",
    }
    return subprocess.run(
        ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", setup],
        cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        timeout=seconds, check=False,
    )  # fmt: skip


def main() -> None:
    release, *arguments = [*sys.argv[1:], "trixie"] if len(sys.argv) < 2 else sys.argv[1:]
    if os.geteuid() != 0 or release not in fresh.RELEASES:
        sys.exit("As root: python -m bench.debian [trixie|bookworm] [ARGUMENTS OF PYTEST]")
    folder = Path(tempfile.mkdtemp(prefix="oxaas-debian-", dir="/var/tmp"))
    begun = time.monotonic()
    try:
        make_root(folder / "root", release)
        versions = inside(folder / "root", VERSIONS, 60).stdout.split("\n")
        tests = " ".join(arguments) or "tests/mail"
        done = inside(folder / "root", f".venv/bin/python -m pytest -q -p no:cacheprovider -n 2 {tests}", LIMIT_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    said = done.stdout.splitlines()
    summary = [line for line in said if line.startswith(("FAILED", "ERROR"))] + said[-1:]
    text = [
        f"# The mail tests on Debian {fresh.RELEASES[release][0]}",
        "",
        f"`python -m bench.debian {release} {' '.join(arguments)}`, with that release's".replace(" `", "`"),
        f"{'; '.join(line for line in versions if line)}. It took {time.monotonic() - begun:.0f} s.",
        "",
        *(f"    {line}" for line in summary),
        "",
    ]
    if done.returncode:
        sys.exit("\n".join([*said[-60:], done.stderr[-2000:], *text]))
    if not arguments:
        (ROOT / f"bench/results/debian-{release}.md").write_text("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
