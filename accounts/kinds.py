"""The kinds of things in the change log and their values: the log's own words, and a person's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oxaas.sizes import exactly

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
# Names that are OX's own, such as uidname, stay as they are.
FIELDS: Final[dict[str, StrOrPromise]] = {
    "colour": _("colour"),
    "created_at": _("created"),
    "custom": _("custom ids"),
    "display_name": _("display name"),
    "hide_subjects": _("hide subjects"),
    "is_active": _("active"),
    "language": _("language"),
    "last_login": _("last login"),
    "login": _("login"),
    "max_user": _("most users"),
    "msisdn": _("phone number"),
    "name": _("name"),
    "parent": _("parent"),
    "password": _("password"),
    "product_name": _("product name"),
    "quota": _("quota"),
    "recipients": _("recipients"),
    "reseller": _("reseller"),
    "role": _("role"),
    "value": _("value"),
}
_SIZES: Final = frozenset({"quota", "max_overall_context_quota"})


def kind_name(kind: str) -> StrOrPromise:
    """The kind for a person; one that is not known any more is shown as the log has it."""
    return KINDS.get(kind, kind)


def field_name(field: str) -> StrOrPromise:
    """The value's name for a person."""
    return FIELDS.get(field, field)


def value_in_words(field: str, value: Any, *, between: str = "\n") -> str:
    """A value of the log for a person: sizes with a unit, yes and no, lists with `between`, all else as JSON."""
    if field in _SIZES and (value is None or isinstance(value, int)):
        return exactly(value)
    if isinstance(value, list):
        return between.join(map(str, value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
