"""nginx in front of the application, with the site of deploy/nginx on ports of loopback."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from bench.torture.load import Door
from tests import postgres
from tests.certificates import self_signed
from tests.mail import nginx


class Proxy:
    """Where everybody comes in; they are told apart by their addresses on loopback, as clients are elsewhere."""

    def __init__(self, backend: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="oxaas-torture-nginx-", dir="/tmp"))
        self._folder.chmod(0o755)
        certificate = self_signed(self._folder / "privkey.pem")
        shutil.copy(f"{certificate}.crt", self._folder / "fullchain.pem")
        port = postgres._free_port()
        self._configuration = nginx.write(
            self._folder,
            https=port,
            http=postgres._free_port(),
            backend=backend,
            certificates=self._folder,
            name="127.0.0.1",
        )
        self.door = Door(port, ssl.create_default_context(cafile=f"{certificate}.crt"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        with (self._folder / "out").open("ab") as log:
            command = ["nginx", "-c", str(self._configuration), "-g", "daemon off;"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(100):
            with suppress(OSError), self.door.socket():
                return
            time.sleep(0.1)
        raise SystemExit(f"nginx does not start: {(self._folder / 'out').read_text()}")

    def stop(self) -> None:
        """Leave nothing behind."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)
