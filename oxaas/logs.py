"""What is written to the log."""

from __future__ import annotations

import logging


class NoTracebackOfSuspicion(logging.Filter):
    """A request that Django refuses to read (an unknown Host, say) is the caller's mistake: one line, no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets everything through, such records without their exception."""
        if record.name.startswith("django.security"):
            record.exc_info = None
        return True
