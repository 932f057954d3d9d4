"""The site in `deploy/` for the nginx that is installed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
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
    (script,) = re.findall(r"sed -i '([^']+)' /etc/nginx/sites-available/oxaas.conf", _MANUAL.read_text())
    return subprocess.run(["sed", script], check=True, capture_output=True, text=True, input=text).stdout


def _version() -> tuple[int, ...]:
    said = subprocess.run(["nginx", "-v"], check=True, capture_output=True, text=True).stderr
    return tuple(int(part) for part in re.findall(r"nginx/(\d+)\.(\d+)\.(\d+)", said)[0])
