"""`manage.py import-from`. Django finds a command by the name of its file, hyphens included."""

from importers.command import Command

__all__ = ["Command"]
