"""The site in `deploy/` for the nginx that is installed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.mail.deployment import DEPLOY, deployed

# The first version that knows "http2 on", and warns of the way before.
_NEW_HTTP2: Final = (1, 25, 1)
_MANUAL: Final = DEPLOY.parent / "docs" / "mail-servers.md"


def site(replacements: Mapping[str, str]) -> str:
    """The text of deploy/nginx/oxaas.conf; for an older nginx changed as docs/mail-servers.md says."""
    text = deployed("nginx/oxaas.conf", replacements)
    if _version() >= _NEW_HTTP2:
        return text
    (script,) = re.findall(r"sed --in-place '([^']+)' /etc/nginx/sites-available/oxaas.conf", _MANUAL.read_text())
    return subprocess.run(["sed", script], check=True, capture_output=True, text=True, input=text).stdout


def write(folder: Path, *, https: int, http: int, backend: int, certificates: Path, name: str) -> Path:
    """A whole configuration of that site on loopback, whose files are all in `folder`."""
    text = site(
        {
            "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
            "listen [::]:443 ssl": f"listen 127.0.0.2:{https} ssl",
            "listen 80": f"listen 127.0.0.1:{http}",
            "listen [::]:80": f"listen 127.0.0.2:{http}",
            "oxaas.example.com": name,
            "127.0.0.1:8000": f"127.0.0.1:{backend}",
            "/etc/ssl/oxaas": str(certificates),
        },
    )
    (folder / "site.conf").write_text(text)
    main = [
        f"pid {folder}/nginx.pid;",
        f"error_log {folder}/nginx.log;",
        "events {}",
        "http {",
        *(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")),
        f"access_log {folder}/access.log;",
        f"include {folder}/site.conf;",
        "}",
    ]
    (folder / "nginx.conf").write_text("\n".join(main) + "\n")
    return folder / "nginx.conf"


def _version() -> tuple[int, ...]:
    said = subprocess.run(["nginx", "-v"], check=True, capture_output=True, text=True).stderr
    return tuple(int(part) for part in re.findall(r"nginx/(\d+)\.(\d+)\.(\d+)", said)[0])
