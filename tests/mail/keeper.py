"""Runs one server, and ends it when the tests end, whatever ends them.

`python keeper.py JSON` starts the command that the JSON describes. The keeper's standard input is a pipe from the
tests: when it closes, be it by `Daemon.stop`, Ctrl-C or the death of the tests, the server gets its signal, and then
everything that it left behind is killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

STOP_SECONDS = 10
_PR_SET_CHILD_SUBREAPER = 36


class Daemon:
    """One server process behind a keeper; `log` has what it prints."""

    def __init__(
        self,
        command: list[str],
        *,
        log: Path,
        user: str | None = None,
        environment: dict[str, str] | None = None,
        end: signal.Signals = signal.SIGTERM,
    ) -> None:
        self._order = {
            "command": command,
            "log": str(log),
            "user": user,
            "environment": environment or {},
            "signal": int(end),
        }
        self._keeper: subprocess.Popen[bytes] | None = None
        self.name = Path(command[0]).name
        self.log = log

    @property
    def running(self) -> bool:
        return self._keeper is not None and self._keeper.poll() is None

    @property
    def keeper(self) -> int:
        """The process below which the server runs, whatever becomes of its own parents."""
        assert self._keeper is not None
        return self._keeper.pid

    def start(self) -> None:
        self._keeper = subprocess.Popen(
            [sys.executable, __file__, json.dumps(self._order)],
            stdin=subprocess.PIPE,
            # Ctrl-C reaches the tests alone; the end of their pipe then reaches the keeper.
            start_new_session=True,
        )

    def stop(self) -> None:
        """End the server and wait until all of it is gone. Nothing happens when it does not run."""
        if self._keeper is not None:
            self._keeper.communicate(timeout=2 * STOP_SECONDS)
            self._keeper = None

    def said(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


def _nothing(*_: object) -> None:
    """The pipe alone says when it is over."""


def _descendants() -> list[int]:
    """Own children: as a subreaper, also those whose parents have gone."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in children.split()]


def _kill_the_rest() -> None:
    limit = time.monotonic() + STOP_SECONDS
    while (left := _descendants()) and time.monotonic() < limit:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _reap_others(server: int) -> None:
    """Let go of what the server left behind and has ended since, as the system's first process would."""
    while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid != server:
        os.waitpid(ended.si_pid, 0)


def _start(order: dict[str, Any]) -> subprocess.Popen[bytes]:
    identity = {"user": order["user"], "group": order["user"], "extra_groups": []} if order["user"] else {}
    with Path(order["log"]).open("ab") as log:
        return subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=os.environ | order["environment"],
            start_new_session=True,
            **identity,
        )


def keep(order: dict[str, Any]) -> None:
    """Hold the server until standard input ends, or the server by itself."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(ignored, _nothing)  # not SIG_IGN, which the server would inherit
    server = _start(order)
    try:
        while server.poll() is None:
            _reap_others(server.pid)
            readable, _, _ = select.select([sys.stdin.buffer], [], [], 0.2)
            if readable and not os.read(sys.stdin.fileno(), 1):
                break
        if server.poll() is None:
            server.send_signal(order["signal"])
            with suppress(subprocess.TimeoutExpired):
                server.wait(STOP_SECONDS)
    finally:
        _kill_the_rest()


if __name__ == "__main__":
    keep(json.loads(sys.argv[1]))
