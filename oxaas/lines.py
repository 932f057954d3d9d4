"""What a line of the log looks like, as text or as JSON. The server uses it too, before there is an application."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from core.trace import current_id

# What PostgreSQL adds to an error: the row that it refused, with everything that is in it.
_DETAIL: Final = re.compile(
    r"^DETAIL:.*?(?=\n\n(?:The above exception|During handling)|\n(?:HINT|CONTEXT):|\Z)", re.MULTILINE | re.DOTALL
)
_PLAIN: Final = re.compile(r'[^\s"\\\x00-\x1f\x7f-\U0010ffff]+')


class TextFormatter(logging.Formatter):
    """`2026-11-27T16:04:11.381+01:00 WARNING oxaas.login [id]: what happened`, and the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. An end of a line within it is shown as what it is."""
        trace = current_id()
        about = f"{time_of(record)} {record.levelname} {record.name}{f' [{trace}]' if trace else ''}"
        text = f"{about}: {_message(record)}".replace("\r", "\\r").replace("\n", "\\n")
        exception = _exception(self, record)
        return f"{text}\n{exception}" if exception else text


class JsonFormatter(logging.Formatter):
    """One object a line. What a client can choose stands behind what the product says itself."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        found: dict[str, Any] = {"time": time_of(record), "level": record.levelname, "logger": record.name}
        trace, fields = current_id(), getattr(record, "fields", None)
        if trace:
            found["id"] = trace
        found["message"] = _without_details(record.getMessage())
        if fields:
            found.update((name, value) for name, value in fields.items() if value is not None)
        if exception := _exception(self, record):
            found["exception"] = exception
        return json.dumps(found, default=str)


def time_of(record: logging.LogRecord) -> str:
    """When it was, with the zone of TIME_ZONE."""
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    fields = getattr(record, "fields", None)
    if fields is None:
        return _without_details(record.getMessage())
    parts = [f"{name}={_value(value)}" for name, value in fields.items() if value is not None]
    return " ".join([record.msg, *parts])


def _value(value: object) -> str:
    return _quoted(value) if isinstance(value, str) else str(value)


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _exception(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if record.exc_info and record.exc_info[0] is not None:
        return _without_details(formatter.formatException(record.exc_info))
    return _without_details(record.exc_text or "")


def _without_details(text: str) -> str:
    return _DETAIL.sub("(the row is not shown)", text) if "DETAIL:" in text else text
