"""The kinds of things in the change log: the log's own words, and a person's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS: Final[dict[str, StrOrPromise]] = {
    "context": _("context"),
    "user": _("user"),
    "forward": _("forwarding alias"),
    "domain": _("explicit domain"),
    "config": _("configuration property"),
    "administrator": _("administrator"),
    "reseller": _("reseller"),
    "mail": _("recent mails"),
}


def kind_name(kind: str) -> StrOrPromise:
    """The kind for a person; one that is not known any more is shown as the log has it."""
    return KINDS.get(kind, kind)
