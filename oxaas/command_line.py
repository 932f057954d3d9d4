"""`manage.py`, and `oxaas` where the product is installed from a wheel."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

import oxaas


def main() -> None:
    """Do what the command line says; `--version` is ours, not Django's, and needs no configuration."""
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"oxaas {oxaas.__version__}\n")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oxaas.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Wrong configuration deserves a sentence, not a traceback.
        sys.exit(f"Configuration: {error}")
