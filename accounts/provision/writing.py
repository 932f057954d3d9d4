"""Writing a world down as YAML, so that `reading` reads the same."""

from __future__ import annotations

from typing import Any

import yaml


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """PyYAML's safe dumper, which repeats itself rather than refer back."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always: the reader refuses aliases."""
        return True


def write(document: dict[str, Any]) -> str:
    """The document as YAML, its keys in their order."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return text
