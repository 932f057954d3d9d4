"""What is written to the log."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied
from django.http import Http404

from core.database_errors import state_of

# Of the caller's making: what was refused, or is not there.
_REFUSALS = (PermissionDenied, Http404)


class NoTracebackOfRefusal(logging.Filter):
    """What is nobody's mistake in the code is one line, without a traceback.

    That is a request that Django refuses to read (an unknown Host, say) or a view refuses to do, and a database that is
    not there.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets everything through, such records without their exception."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        if record.name.startswith("django.security") or isinstance(error, _REFUSALS) or state_of(error):
            record.exc_info = record.exc_text = None
        return True
