"""`make fresh`: run the shell blocks of the documents, as they stand, in a Debian that has nothing yet.

    python -m bench.fresh [RELEASE]      trixie or bookworm (Debian 13, 12); writes bench/results/fresh-RELEASE.md

debootstrap makes the root. What comes over the network (packages, wheels) is fetched first; then the blocks run in one
shell, in namespaces of their own: no port of this machine is taken, and no process outlives them. There is no systemd
in a chroot, so `systemctl` is a stand-in here that runs what the units say.

A block is run when its fence says `sh`; one that says `sh debian-12` or `sh debian-13` on that release alone. What
cannot be run here says `sh by-hand`, and the comment before it why. The first one that fails ends the run.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
RELEASES: Final = {"trixie": ("13", "313"), "bookworm": ("12", "311")}
# In this order, in one shell: each may stand on what those before have made. The last one puts a cluster of Patroni's
# in the place of the database.
DOCUMENTS: Final = tuple(
    f"docs/{name}.md"
    for name in (
        "mail-servers", "backup", "upgrade", "configuration", "monitoring", "containers", "high-availability",
    )
)  # fmt: skip
# What is there before a chapter begins that does not go on where the one before has ended.
BEFORE: Final = {
    # An installation of its own, beside the other, and a person in that one.
    "docs/configuration.md": """
.venv/bin/python manage.py provision - <<< "users: [{context: 24, id: 43, uidname: anna@acme.example}]"
systemctl stop oxaas-web oxaas-worker
sudo -u postgres createdb --owner=oxaas --template=template0 --locale=C.UTF-8 oxaas_small
git clone --quiet /srv/oxaas.git /srv/small
cd /srv/small
ln -s /opt/oxaas/.venv .venv
unset SECRET_KEY ALLOWED_HOSTS DATABASE_URL MAIL_STORE METRICS_FOLDER TRUSTED_PROXIES
""",
    "docs/monitoring.md": """
kill $(jobs -p)
wait || true
systemctl start oxaas-web oxaas-worker
""",
    # One machine of the three.
    "docs/high-availability.md": """
systemctl stop oxaas-web oxaas-worker prometheus pgbouncer
git clone --quiet /srv/oxaas.git /srv/clone
cd /srv/clone
ip address add 10.0.0.21/24 dev lo
sed --in-place 's/,db2=.*//' deploy/ha/etcd.default
sed --in-place 's/,10.0.0.22:2379.*//' deploy/ha/patroni.yml
""",
}
# Before them the README's: "You need Python and make, nothing else", as an ordinary user.
README: Final = "README.md"
TRY_IT: Final = """
export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --no-install-recommends make git curl python3-venv > /dev/null
useradd --create-home somebody
git clone --quiet /srv/oxaas.git /home/somebody/oxaas
chown -R somebody: /home/somebody/oxaas
(cd /home/somebody/oxaas && exec setsid runuser -u somebody -- make run > /var/log/make-run.log 2>&1 < /dev/null) &
RUNNING=$!
for _ in $(seq 200); do curl --silent --fail http://127.0.0.1:8000/health > /dev/null && break; sleep 1; done
"""
THE_END: Final = 'kill -TERM -- "-$RUNNING"; wait "$RUNNING" || true\n'
MIRROR: Final = "http://deb.debian.org/debian"
BLOCK: Final = re.compile(r"^```sh(?: debian-(\d+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BY_HAND: Final = re.compile(r"(?:^<!-- not run by `make fresh`: (.*) -->\n)?^```sh by-hand\n", re.MULTILINE)
MARK: Final = "@@ "
LIMIT_SECONDS: Final = 1500
# Values of a block of names that the reader replaces as well.
REPLACED: Final = {
    "https://git.example.com/oxaas.git": "/srv/oxaas.git",
    "ALLOWED_HOSTS=admin.hoster.example": "ALLOWED_HOSTS=$SITE_NAME",
    "oxaas:password@db.hoster.example/oxaas\n": "oxaas:$DATABASE_PASSWORD@127.0.0.1:5432/oxaas_small\n",
    "imaps://master:password@imap.hoster.example:993\n": (
        "imaps://statistics:$STATISTICS_PASSWORD@$MAIL_NAME:993?cafile=/etc/ssl/oxaas/fullchain.pem\n"
    ),
}
HOSTS: Final = "127.0.0.1 localhost mail.example.com oxaas.example.com\n"

SYSTEMCTL: Final = r"""#!/bin/bash
# What systemd would do with the units that the documents name, in a root where it is not running.
set -eu
action=$1; shift
[ "$action" != daemon-reload ] || exit 0
value() { sed -n "s/^$1=//p" "/etc/systemd/system/$2.service" | head -1; }
run_unit() { # UNIT: its ExecStart, as its user, with its variables; with a pid file
    set -a; . "$(value EnvironmentFile "$1")"; set +a
    folder=$(value RuntimeDirectory "$1")
    [ -z "$folder" ] || install -d -m 0700 -o "$(value User "$1")" "/run/$folder"
    cd "$(value WorkingDirectory "$1")"
    before=$(value ExecStartPre "$1")
    user=$(value User "$1")
    [ -z "$before" ] || runuser -u "$user" --preserve-environment -- $before > /dev/null
    setsid runuser -u "$user" --preserve-environment -- $(value ExecStart "$1") > "/var/log/$1.log" 2>&1 < /dev/null &
    echo $! > "/run/$1.pid"
    [ "$1" != oxaas-web ] || for _ in $(seq 50); do
        (: < /dev/tcp/127.0.0.1/8000) 2> /dev/null && break; sleep 0.2
    done
}
stop_unit() {
    [ ! -e "/run/$1.pid" ] || { kill -TERM -- "-$(cat "/run/$1.pid")"; rm "/run/$1.pid"; sleep 3; }
}
for name in "$@"; do
    name=${name%.service}
    case "$name" in --*) continue ;; esac
    case "$name:$action" in
        *.timer:*) ;;
        oxaas-*:start | oxaas-*:enable) run_unit "$name" ;;
        oxaas-*:stop) stop_unit "$name" ;;
        oxaas-*:*restart | oxaas-*:reload) stop_unit "$name"; run_unit "$name" ;;
        *:disable) "/etc/init.d/${name%%@*}" stop > /dev/null ;;
        *:enable) "/etc/init.d/${name%%@*}" start > /dev/null ;;
        *) "/etc/init.d/${name%%@*}" "$action" > /dev/null ;;
    esac
done
"""


@dataclass(frozen=True)
class Block:
    """A shell block of a document, and where it stands."""

    where: str
    text: str


def blocks(document: str, release: str) -> list[Block]:
    """Those of a document that are for this release."""
    text = (ROOT / document).read_text()
    found = []
    for match in BLOCK.finditer(text):
        if match[1] in {None, RELEASES[release][0]}:
            line = text.count("\n", 0, match.start()) + 2
            content = match[2]
            for old, new in REPLACED.items():
                content = content.replace(old, new)
            found.append(Block(f"{document}:{line}", content))
    return found


def by_hand(document: str) -> list[tuple[str, str]]:
    """Where the blocks of a document are that cannot be run here, and why."""
    text = (ROOT / document).read_text()
    return [
        (f"{document}:{text.count(chr(10), 0, match.end()) + 1}", match[1] or "") for match in BY_HAND.finditer(text)
    ]


def run(*command: str | Path, **more: object) -> None:
    """Run it; its output is shown only if it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, **more)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))[:200]}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def make_root(root: Path, release: str) -> None:
    """An empty Debian with the repository in /srv, whose packages and wheels are fetched and not installed."""
    shutil.rmtree(root, ignore_errors=True)
    run("debootstrap", "--variant=minbase", "--include=ca-certificates", release, root, MIRROR)
    run("git", "clone", "--quiet", "--bare", ROOT, root / "srv/oxaas.git")
    run("chown", "-R", "root:root", root / "srv/oxaas.git")
    (root / "etc/hosts").write_text(HOSTS)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    shim = root / "usr/local/bin/systemctl"
    shim.write_text(SYSTEMCTL)
    shim.chmod(0o755)
    run("chroot", root, "apt-get", "update")
    run("chroot", root, "apt-get", "install", "--yes", "--download-only", "--no-install-recommends", *packages(release))
    fetch_wheels(root / "srv/wheels", RELEASES[release][1])


def packages(release: str) -> list[str]:
    """All that the documents install."""
    text = "".join(block.text for document in DOCUMENTS for block in blocks(document, release)).replace("\\\n", " ")
    lines = re.findall(r"apt-get install ([^\n]*)", text)
    return ["make", *(word for line in lines for word in line.split() if not word.startswith("-"))]


def fetch_wheels(folder: Path, python: str) -> None:
    """What requirements.txt pins, for the release's Python, and what builds a wheel of the repository."""
    (builder,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    fetch(folder, python, builder)
    fetch(folder, python, "--require-hashes", "--no-deps", "--requirement", str(ROOT / "requirements.txt"))


def fetch(folder: Path, python: str, *what: str) -> None:
    """Wheels for a Python that is not this one."""
    machine = platform.machine()
    tags = [f"manylinux{version}_{machine}" for version in ("_2_34", "_2_28", "_2_26", "_2_24", "_2_17", "2014")]
    run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--dest", folder),
        *(word for tag in tags for word in ("--platform", tag)),
        *("--implementation", "cp", "--python-version", python),
        *("--abi", f"cp{python}", "--abi", "abi3", "--abi", "none"),
        *what,
    )


def script(release: str) -> str:
    """All blocks, each after a line that says when it begins."""
    lines = ["set -eu -o pipefail", "umask 022", "cd /root"]
    lines += [f'printf "{MARK}%s {README}: make run\\n" "$EPOCHREALTIME"', TRY_IT]
    for block in blocks(README, release):
        lines += [f'printf "{MARK}%s {block.where}\\n" "$EPOCHREALTIME"', block.text]
    lines += [THE_END]
    for document in DOCUMENTS:
        if before := BEFORE.get(document):
            lines += [f'printf "{MARK}%s before {document}\\n" "$EPOCHREALTIME"', before]
        for block in blocks(document, release):
            lines += [f'printf "{MARK}%s {block.where}\\n" "$EPOCHREALTIME"', block.text]
    return "\n".join([*lines, f'printf "{MARK}%s end\\n" "$EPOCHREALTIME"', ""])


def run_blocks(root: Path, release: str) -> tuple[bool, list[str]]:
    """Whether all of them succeeded, and what they said."""
    (root / "root/blocks.sh").write_text(script(release))
    inside = (
        "hostname mail.example.com; ip link set lo up; mount -t proc proc proc; mount --rbind /dev dev; "
        "mount -t tmpfs tmpfs run; mkdir -p run/lock; exec chroot . bash /root/blocks.sh"
    )
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "/srv/wheels",
    }
    done = subprocess.run(
        ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside],
        cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=LIMIT_SECONDS, check=False,
    )  # fmt: skip
    return done.returncode == 0, done.stdout.splitlines()


def table(said: list[str]) -> list[str]:
    """A row for each block, with the seconds that it took."""
    marks = [line.removeprefix(MARK).split(" ", 1) for line in said if line.startswith(MARK)]
    rows = ["| block | seconds |", "|---|---|"]
    for (begun, where), (ended, _next) in pairwise(marks):
        if where.startswith("before "):
            continue
        rows.append(f"| {where} | {float(ended) - float(begun):.1f} |")
    return rows


def main() -> None:
    release = sys.argv[1] if len(sys.argv) > 1 else "trixie"
    if os.geteuid() != 0 or release not in RELEASES:
        sys.exit("As root: python -m bench.fresh [trixie|bookworm]")
    # Not below /tmp, which may be of memory or without device files.
    folder = Path(tempfile.mkdtemp(prefix="oxaas-fresh-", dir="/var/tmp"))
    begun = time.monotonic()
    try:
        make_root(folder / "root", release)
        fetched = time.monotonic()
        succeeded, said = run_blocks(folder / "root", release)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not succeeded:
        sys.exit("\n".join([*said[-80:], "The last block above failed."]))
    version = RELEASES[release][0]
    head = [
        f"# The documents in an empty Debian {version}",
        "",
        f"`make run` and every shell block of {', '.join((README, *DOCUMENTS))}, as it",
        "stands and in this order, in one shell",
        f"of root's in a root made by debootstrap (`python -m bench.fresh {release}`). In place of systemd there is a",
        "stand-in that runs what the units say.",
        "",
        "docs/configuration.md makes a second installation beside the first; docs/high-availability.md the first of",
        "three machines, in a cluster of this one alone: the three are `make torture-ha`.",
        "",
        f"The root, packages and wheels took {fetched - begun:.0f} s; the blocks {time.monotonic() - fetched:.0f} s.",
        "",
    ]
    left = [f"- {where}: {why}" for document in DOCUMENTS for where, why in by_hand(document)]
    tail = ["", "Not run here:", "", *left, ""]
    (ROOT / f"bench/results/fresh-{release}.md").write_text("\n".join([*head, *table(said), *tail]))
    print(f"All blocks succeeded on Debian {version}: bench/results/fresh-{release}.md")


if __name__ == "__main__":
    main()
