"""Certificates for servers on loopback."""

from __future__ import annotations

import subprocess
from pathlib import Path


def self_signed(path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, and its key, in one file; alone it stands beside, as .crt."""
    subject = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(path)]
    subprocess.run(
        ["openssl", "req", "-x509", "-days", "2", *subject, *key, "-out", f"{path}.crt"],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path
