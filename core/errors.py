"""What a service can refuse with: each with a sentence for a person, which every channel shows in its own form."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, gettext_noop

# In seconds: when to try again what the database could not do now.
RETRY_AFTER: Final = 5
BUSY: Final = gettext_noop("The database is busy with other changes. Try again shortly.")
READ_ONLY: Final = gettext_noop("The database takes no changes at the moment. Try again shortly.")
FULL: Final = gettext_noop("The database has no room for changes at the moment. Try again shortly.")
UNAVAILABLE: Final = gettext_noop("The database is not reachable at the moment. Try again shortly.")


class DomainError(Exception):
    """Base of all refusals. `str(error)` is a sentence that may be shown to the caller."""


class Invalid(DomainError):
    """A value is not what the contract allows. `field` names the model's field, for forms."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Conflict(DomainError):
    """The value is fine, but somebody else has it already."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class NotAllowed(DomainError):
    """The caller may not do this: a role's rule or a reseller's limit."""


class NotFound(DomainError):
    """There is no such thing among what the caller may see."""


class UnknownContext(NotFound):
    """There is no such context; some families have a status of their own for that."""


class Busy(DomainError):
    """The database gave the transaction up for others' sake too often. Trying again later helps."""

    sentence = BUSY

    def __init__(self) -> None:
        super().__init__(gettext(self.sentence))


class StoreUnavailable(DomainError):
    """The mail store does not answer. The sentence is for the caller; the cause is in the log."""


class TooManyAttempts(DomainError):
    """Too many failed logins; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        seconds = "1 second" if retry_after == 1 else f"{retry_after} seconds"
        super().__init__(f"Too many failed logins. Try again in {seconds}.")
        self.retry_after = retry_after
