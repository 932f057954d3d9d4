"""Looking names up in time: the system's look-up knows no time limit, so it runs where it can be left behind."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Any


class Resolver:
    """Look-ups of names, of which at most `most` may be left behind at a time: each is a thread."""

    def __init__(self, purpose: str, most: int) -> None:
        self._purpose = purpose
        self._most = most
        self._under_way = threading.BoundedSemaphore(most)

    def look_up(self, host: str, port: int, seconds: float) -> list[Any]:
        """What `socket.getaddrinfo` says for TCP, within `seconds`. OSError; TimeoutError when it takes longer."""
        if _is_address(host):
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        end = time.monotonic() + seconds
        if not self._under_way.acquire(timeout=max(0, seconds)):
            raise TimeoutError(f"{self._most} look-ups of names hang already")
        found: list[Any] = []
        thread = threading.Thread(target=self._into, args=(found, host, port), name=self._purpose, daemon=True)
        thread.start()
        thread.join(max(0, end - time.monotonic()))
        if not found:
            raise TimeoutError(f"the name {host} is not resolved in time")
        if isinstance(found[0], OSError):
            raise found[0]
        return list(found[0])

    def _into(self, found: list[Any], host: str, port: int) -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(_named(error, host))
        finally:
            self._under_way.release()


def _named(error: OSError | UnicodeError, host: str) -> OSError:
    """The failure, with the name that it is about; still a `gaierror` where it was one."""
    kind = socket.gaierror if isinstance(error, socket.gaierror) else OSError
    return kind(f"{host}: {error}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
