"""`make run`: prepare an installation with the demo world and serve it until Ctrl-C.

Environment: HOST and PORT (127.0.0.1 and 8000), and what the settings read; `.env` is made where there is none.
"""

from __future__ import annotations

import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
STOP_SECONDS = 10


def ensure_env_file(path: Path) -> None:
    """Write values for this machine once, readable by their owner alone: as in production, but for plain HTTP."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return
    path.write_text(
        "# Made by `make run`, for this machine alone.\n"
        "ALLOWED_HOSTS=127.0.0.1,localhost,[::1]\n"
        "HTTPS_ONLY=false\n"
        f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
    )


def refuse_busy_port(host: str, port: int) -> None:
    """Stop before anything is done; granian by itself would share the port with another granian."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sys.exit(
                    f"Port {port} of {host} is busy. Stop what listens there, or choose another: make run PORT=8001"
                )
            sys.exit(f"Cannot listen on {host}:{port}: {error.strerror}.")


def manage(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "manage.py", *arguments], check=False)
    if done.returncode:
        sys.exit(f"`manage.py {' '.join(arguments)}` failed; nothing is served.")


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve(*commands: list[str]) -> int:
    """Run all commands together: when one ends, or a signal says so, all end. Returns the exit status."""
    processes: list[subprocess.Popen[bytes]] = []
    asked = False

    def stop(*_: object) -> None:
        nonlocal asked
        asked = True
        for process in processes:
            process.terminate()

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)
    # Groups of their own: Ctrl-C reaches this process alone, so that each of the others is told once.
    processes.extend(subprocess.Popen(command, process_group=0) for command in commands)
    if asked:  # while they were being started
        stop()
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    for command, process in zip(commands, processes, strict=True):
        if not asked and process.poll() is not None:
            print(f"`{' '.join(command)}` ended with status {process.returncode}; stopping the rest.", file=sys.stderr)
    end(processes)
    return 0 if asked else 1


def main() -> int:
    os.chdir(BASE_DIR)
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"PORT is a number from 1 to 65535, not {port!r}.")
    refuse_busy_port(host, int(port))
    ensure_env_file(BASE_DIR / ".env")
    env = environ.Env()
    env.read_env(BASE_DIR / ".env")
    manage("migrate", "--verbosity=0")
    if not env.bool("DEBUG", default=False):  # with DEBUG, static files are served from where they are written
        manage("collectstatic", "--noinput", "--verbosity=0")
    manage("demo")
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", port]
    granian += ["--workers", "2", "--blocking-threads", "64", "--no-ws", "--workers-kill-timeout", "3"]
    return serve([*granian, "oxaas.wsgi:application"], [sys.executable, "manage.py", "worker"])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
