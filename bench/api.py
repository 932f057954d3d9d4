"""What a request costs beside the least that could answer it: `python -m bench.api` (SECONDS and REPEATS: how long).

The application as in production and a bare WSGI function with the same statements (`bench.bare`), under the same server
on the same PostgreSQL, are driven in turn with wrk, in one run. What counts are the ratios: both meet the same machine.
Writes bench/results/api.md and api.svg.
"""

from __future__ import annotations

import base64
import http.client
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench import cluster
from bench.chart import cost_by_size

BASE: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = BASE / "bench" / "results"
_USUAL: Final = "10000 1000000 10000000" if os.environ.get("FULL") else "10000 1000000"
SIZES: Final = tuple(map(int, os.environ.get("SIZES", _USUAL).split()))
SECONDS: Final = int(os.environ.get("SECONDS", "4"))
REPEATS: Final = int(os.environ.get("REPEATS", "5"))
CONNECTIONS: Final = 16
# Kind of request -> its name, and the least ratio to the bare function.
KINDS: Final = {
    "get": ("GET one forward", 0.45),
    "post": ("POST a forward, two recipients, change line", 0.35),
    "uidname": ("oxuser by uidname", 0.35),
    "msisdn": ("oxuser by msisdn", 0.35),
}
# Of the application alone, in turn with the kind that it is compared with: name, and the least ratio to that kind.
BESIDE: Final = {"v2": ("GET one alias of the second version", "get", 0.9)}
NAMES: Final = {kind: name for kind, (name, *_rest) in (KINDS | BESIDE).items()}
SAME_AT_ANY_SIZE: Final = 0.85
MOST_TAIL: Final = 4.0


@dataclass
class Runs:
    """What wrk said of one kind of request to one server: requests a second, and milliseconds of latency."""

    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def spread(self) -> str:
        return f"{min(self.rates):,.0f}-{max(self.rates):,.0f}"


def server_command(port: int, target: str) -> list[str]:
    """The server as the systemd unit starts it."""
    unit = (BASE / "deploy" / "systemd" / "oxaas-web.service").read_text()
    (line,) = re.findall(r"^ExecStart=\S*/granian (.*)$", unit, re.MULTILINE)
    words = shlex.split(line)[:-1]
    words[words.index("--port") + 1] = str(port)
    return [sys.executable, "-m", "granian", *words, target]


@contextmanager
def serving(port: int, target: str, environment: dict[str, str]) -> Iterator[str]:
    """The running server's URL."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            server_command(port, target), cwd=BASE, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.connect()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            time.sleep(2)  # every worker
            return
        finally:
            connection.close()
    sys.exit("The server does not start.")


def drive(url: str, kind: str, rows: int, environment: dict[str, str], tag: int, seconds: int) -> tuple[float, ...]:
    """Requests a second, median and 99th percentile in milliseconds. Ends the run when an answer is an error."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(BASE / "bench" / "load.lua")]
    done = subprocess.run(
        [*command, url, "--", kind, str(rows), str(tag)], check=True, capture_output=True, text=True, env=environment
    )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"{kind}: {done.stdout}")
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", done.stdout)
    units = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    latencies = [
        float(number) * units[unit] for number, unit in re.findall(r"\s(?:50|99)%\s+([\d.]+)(us|ms|s)", done.stdout)
    ]
    return (float(rate), *latencies)


def measure(found: dict[tuple[str, str, int], Runs], servers: dict[tuple[str, int], str], logins: str) -> None:
    """All kinds at all servers in turn, `REPEATS` times over, after a warm-up."""
    environment = {**os.environ, "LOGINS": logins}
    tag = int(time.time()) % 1_000_000 * 100
    for kind in KINDS:
        for repeat in range(-1, REPEATS):
            for (name, rows), url in servers.items():
                beside = [one for one, (_name, of, _least) in BESIDE.items() if of == kind and name == "application"]
                for one in (kind, *beside):
                    tag += 1
                    rate, median, tail = drive(url, one, rows, environment, tag, SECONDS if repeat >= 0 else 1)
                    if repeat < 0:
                        continue
                    runs = found.setdefault((one, name, rows), Runs())
                    runs.rates.append(rate)
                    runs.medians.append(median)
                    runs.tails.append(tail)
                    sys.stdout.write(f"{one:8} {name:12} {rows:>9,} {rate:8.0f}/s {median:6.1f} ms {tail:6.1f} ms\n")
                    sys.stdout.flush()


def judged(found: dict[tuple[str, str, int], Runs]) -> list[tuple[str, float, float, bool]]:
    """Each promise: what it is about, the ratio, its bound, and whether it is kept."""
    small, large = SIZES[0], SIZES[1]
    lines = []
    for kind, (name, least) in KINDS.items():
        ratio = _ratio(found[kind, "application", small], found[kind, "bare", small])
        lines.append((f"{name}, against the bare function", ratio, least, ratio >= least))
    for kind, (name, of, least) in BESIDE.items():
        ratio = _ratio(found[kind, "application", small], found[of, "application", small])
        lines.append((f"{name}, against {NAMES[of]}", ratio, least, ratio >= least))
    for kind in ("get", "uidname", "msisdn"):
        ratio = _ratio(found[kind, "application", large], found[kind, "application", small])
        name = f"{KINDS[kind][0]}, {large:,} against {small:,} rows"
        lines.append((name, ratio, SAME_AT_ANY_SIZE, ratio >= SAME_AT_ANY_SIZE))
    runs = found["get", "application", small]
    tail = statistics.median(runs.tails) / statistics.median(runs.medians)
    lines.append(
        (f"{KINDS['get'][0]}, 99th percentile against the median (at most)", tail, MOST_TAIL, tail <= MOST_TAIL)
    )
    return lines


def _ratio(one: Runs, other: Runs) -> float:
    """The median of the ratios of neighbouring runs: each pair met the machine in the same state."""
    return statistics.median(mine / theirs for mine, theirs in zip(one.rates, other.rates, strict=True))


def report(found: dict[tuple[str, str, int], Runs], load: str) -> str:
    """The tables as Markdown."""
    lines = [
        "# Requests of the API beside a bare WSGI function",
        "",
        f"Written by `python -m bench.api` on {datetime.now(UTC):%d %B %Y}. {machine()}",
        f"Load of the machine before the run: {load}.",
        f"wrk with {CONNECTIONS} connections, {REPEATS} times {SECONDS} seconds for each line, the servers in turn.",
        "A ratio is the median of those of neighbouring runs.",
        "",
        "| promise | measured | bound | kept |",
        "|---|---|---|---|",
        *(
            f"| {name} | {ratio:.2f} | {bound} | {'yes' if kept else 'no'} |"
            for name, ratio, bound, kept in judged(found)
        ),
        "",
        "| work | rows | server | requests a second (median) | spread | median ms | 99th percentile ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for (kind, server, rows), runs in found.items():
        median, tail = statistics.median(runs.medians), statistics.median(runs.tails)
        lines.append(
            f"| {NAMES[kind]} | {rows:,} | {server} | {runs.rate:,.0f} | {runs.spread} | {median:.1f} | {tail:.1f} |"
        )
    return "\n".join([*lines, "", "![Cost of a request against the size of the database](api.svg)", ""])


def machine() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "djangorestframework", "granian"))
    done = subprocess.run([cluster.binary("postgres"), "--version"], check=True, capture_output=True, text=True)
    return (
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), "
        f"{int(memory[1]) // 2**20 if memory else 0} GB, Python {platform.python_version()}, {packages}, "
        f"{done.stdout.split('(')[1].split(')')[0]} {done.stdout.split()[2]}."
    )


def _statements(url: str, path: Path) -> None:
    environment = cluster.environment(url) | {"DJANGO_SETTINGS_MODULE": "oxaas.settings"}
    subprocess.run([sys.executable, "-m", "bench.statements", str(path)], check=True, env=environment, cwd=BASE)


def write_logins(path: Path) -> None:
    """What load.lua logs in with: a value of the header for each reseller. Context c is that of reseller 1 + c % 10."""
    names = [f"r{1 + number % cluster.RESELLERS}" for number in range(cluster.RESELLERS)]
    encoded = [base64.b64encode(f"{name}:{cluster.PASSWORD}".encode()).decode() for name in names]
    path.write_text("".join(f"Basic {one}\n" for one in encoded))


def main() -> None:
    """Build, drive, write, judge."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    found: dict[tuple[str, str, int], Runs] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        logins, statements = folder / "logins", folder / "statements"
        write_logins(logins)
        server = stack.enter_context(cluster.running())
        servers: dict[tuple[str, int], str] = {}
        port = 8600
        for rows in SIZES:
            url = cluster.build(server, rows)
            environment = cluster.environment(url) | {"BENCH_STATEMENTS": str(statements)}
            _statements(url, statements)
            for name, target in (("application", "oxaas.wsgi:application"), ("bare", "bench.bare:application")):
                servers[name, rows] = stack.enter_context(serving(port, target, environment))
                port += 1
        measure(found, servers, str(logins))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "api.md").write_text(report(found, load))
    (RESULTS / "api.svg").write_text(
        cost_by_size(
            {
                (KINDS[kind][0], name): {size: 1000 / found[kind, name, size].rate for size in SIZES}
                for kind in KINDS
                for name in ("application", "bare")
            }
        )
    )
    for name, ratio, bound, kept in judged(found):
        sys.stdout.write(f"{'kept  ' if kept else 'MISSED'} {name}: {ratio:.2f} ({bound})\n")


if __name__ == "__main__":
    main()
