"""A process that will end soon, and has its callers go elsewhere before it does.

A connection that is kept may be closed by the server at the moment when its client sends the next call; whether that
call was done nobody can tell. So a process that is told of its end closes each connection with an answer first:
SIGUSR1, which `systemctl reload` sends before the workers are changed; SIGUSR2, which `systemctl stop` sends some
seconds before the end, so that a balancer hears at `/health/ready` that no more calls are to come here.
"""

from __future__ import annotations

import signal
import threading
from typing import Final

_closing: Final = threading.Event()
_leaving: Final = threading.Event()


def listen() -> None:
    """Be told from now on. Python hands signals to the main thread only, in which the server loads us."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGUSR1, _be_told)
        signal.signal(signal.SIGUSR2, _be_told)


def _be_told(number: int, _frame: object) -> None:
    _closing.set()
    if number == signal.SIGUSR2:
        _leaving.set()


def is_closing() -> bool:
    """Whether connections are closed with the next answer."""
    return _closing.is_set()


def is_leaving() -> bool:
    """Whether no more calls are to come here."""
    return _leaving.is_set()
