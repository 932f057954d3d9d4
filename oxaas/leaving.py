"""A process that will end soon, and has its callers go elsewhere before it does.

A connection that is kept may be closed by the server at the moment when its client sends the next call; whether that
call was done nobody can tell. So a process that is told of its end closes each connection with an answer first:
SIGUSR1, which `systemctl reload` sends before the workers are changed; SIGUSR2, which `systemctl stop` sends some
seconds before the end, so that a balancer hears at `/health/ready` that no more calls are to come here.

The server ends a worker some seconds after it has begun its successor, ready or not. A worker that was told of a reload
goes on until a successor listens, however long that one takes to load: it tells the others by SIGWINCH, a signal that
who does not wait for it ignores.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

PATIENCE: Final = 30.0
"""Seconds that a successor is waited for."""
_LOOK_SECONDS: Final = 0.1
_LISTENING: Final = "0A"  # TCP_LISTEN, as /proc/net/tcp has it

_closing: Final = threading.Event()
_leaving: Final = threading.Event()
_succeeded: Final = threading.Event()


def listen() -> None:
    """Be told from now on. Python hands signals to the main thread only, in which the server loads us."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH):
        signal.signal(number, _be_told)
    if "granian" in sys.modules:
        threading.Thread(target=_succeed, name="succession", daemon=True).start()


def is_closing() -> bool:
    """Whether connections are closed with the next answer."""
    return _closing.is_set()


def is_leaving() -> bool:
    """Whether no more calls are to come here."""
    return _leaving.is_set()


def _be_told(number: int, _frame: object) -> None:
    if number == signal.SIGWINCH:
        if _closing.is_set():
            _succeeded.set()
        return
    if number == signal.SIGUSR1 and not _closing.is_set():
        _end_after_successor()
    if number == signal.SIGUSR2:
        _leaving.set()
        _succeeded.set()
    _closing.set()


def _end_after_successor() -> None:
    """Put off the end that the server asks for: its own handler is asked again when there is somebody else."""
    servers_own = signal.getsignal(signal.SIGTERM)

    def wait() -> None:
        _succeeded.wait(PATIENCE)
        os.kill(os.getpid(), signal.SIGTERM)

    def put_off(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, servers_own)
        threading.Thread(target=wait, daemon=True).start()

    signal.signal(signal.SIGTERM, put_off)


def _succeed() -> None:
    """Tell the other workers when this one listens."""
    end = time.monotonic() + PATIENCE
    while not _listens() and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)
    for tasks in Path(f"/proc/{os.getppid()}/task").glob("*/children"):
        with suppress(OSError):
            for process in tasks.read_text().split():
                os.kill(int(process), signal.SIGWINCH)


def _listens() -> bool:
    """Whether a socket of this process takes connections."""
    mine = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            mine.add(entry.readlink().name)
    rows = [line.split() for name in ("tcp", "tcp6") for line in _lines(Path(f"/proc/self/net/{name}"))]
    return any(row[3] == _LISTENING and f"socket:[{row[9]}]" in mine for row in rows)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()[1:]
    except OSError:
        return []
