"""The one search box: everything that the viewer may see and that has the text in a name, best hits first.

An address's beginning is looked for before its middle: the beginning is answered by an ordinary index, the middle by a
trigram index where the database has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Model, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Context, CustomId, Reseller, User
from core.addresses import digits_of, printable
from core.admin.searching import Condition, found
from core.numbers import counted, whole_number
from core.scoping import ScopedQuerySet, Viewer, may
from core.search import phone_digits, search_forms
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient

MAX_TEXT: Final = 254
PER_KIND: Final = 6
# So many recipients of an alias are named.
_LED: Final = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is, its name, where it belongs, and its page in the web admin.

    `found` is the part of the name that the text was found in, with what comes before and after it; `leads` says where
    an alias leads. `model` is the model of the list that has it.
    """

    kind: str | Promise
    label: str
    detail: str
    url: str
    model: type[Model]
    found: tuple[str, str, str]
    leads: str = ""

    @property
    def marked(self) -> SafeString:
        """The name with the part that was found."""
        before, part, after = self.found
        return format_html("{}<mark>{}</mark>{}", before, part, after) if part else format_html("{}", before)


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of thing to look for: `column` holds the text as it is compared, `written` as it was written.

    `page` leads from a row to the object that has a page.
    """

    name: str | Promise
    rows: ScopedQuerySet[Any]
    column: str
    page: str = ""
    context: str = ""
    digits_only: bool = False
    as_written: bool = False
    written: str = ""

    def hits(self, administrator: Viewer, text: str) -> Iterator[Hit]:
        """Up to PER_KIND hits: those that begin with the text, then those that have it elsewhere."""
        needles = [phone_digits(text)] if self.digits_only else search_forms(text)
        if not all(needles):
            return
        if self.as_written:
            needles.append(text)
        visible, model = self.rows.visible_to(administrator), self.rows.model
        # Most columns are kept in the form in which they are compared; a name as written is compared without case here.
        beginning, anywhere = ("istartswith", "icontains") if self.as_written else ("startswith", "contains")
        begins = reduce(or_, (Q(**{f"{self.column}__{beginning}": needle}) for needle in needles))
        first = list(visible.filter(begins).order_by(self.column)[:PER_KIND])
        yield from (self._hit(row, [text, *needles]) for row in first)
        if len(first) == PER_KIND:
            return
        wanted = [(f"{self.column}__{anywhere}", needle) for needle in needles]
        if self.written and not text.isascii():
            # A part of a label has no A-label form: it is found as it is written.
            wanted.append((f"{self.written}__written", text))
        texts = [[[Condition.of(model, lookup, value)]] for lookup, value in wanted]
        more = found(visible.filter(~begins), texts).first([self.column], PER_KIND - len(first))
        yield from (self._hit(row, [text, *needles]) for row in more)

    def _hit(self, row: Any, needles: list[str]) -> Hit:
        target = _follow(row, self.page)
        context = _follow(row, self.context) if self.context else None
        matched = row.msisdn if self.digits_only else row
        label = str(row) if target is row and matched is row else f"{matched} → {target}"
        part = part_of(label, needles, digits_only=self.digits_only)
        detail = numbers_of(target, context)
        return Hit(self.name, label, detail, page_of(target), type(target), part, leads_of(row))


def kinds() -> list[Kind]:
    """What there is to look for, in the order in which it is shown."""
    return [
        Kind(_("Context"), _rows(Context, "reseller"), "name", as_written=True),
        Kind(_("User"), _rows(User, "context"), "uidname_normalized", context="context", written="uidname"),
        Kind(_("Phone number"), _rows(User, "context"), "msisdn_digits", context="context", digits_only=True),
        Kind(_("Custom id"), _rows(CustomId, "user__context"), "value_normalized", "user", "user.context"),
        Kind(_("Alias"), _aliases(), "normalized", context="context", written="address"),
        Kind(
            _("Recipient"),
            _rows(Recipient, "alias__context"),
            "normalized",
            "alias",
            "alias.context",
            written="address",
        ),
        Kind(_("Domain"), _rows(ExplicitDomain, "context"), "name", context="context"),
        Kind(_("Reseller"), _rows(Reseller), "name", as_written=True),
    ]


def search(administrator: Viewer, text: str) -> list[Hit]:
    """Everything that matches `text`, grouped by kind. Nothing for what could match nothing."""
    text = text.strip()
    if not text or len(text) > MAX_TEXT or not printable(text):
        return []
    hits: list[Hit] = list(_by_number(administrator, text))
    for kind in kinds():
        model = kind.rows.model
        if may(administrator, "view", model):
            hits.extend(kind.hits(administrator, text))
    return _once(hits)


def page_of(row: Model) -> str:
    """The object's page in the web admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _by_number(administrator: Viewer, text: str) -> Iterator[Hit]:
    """The context of exactly this id."""
    number = whole_number(text)
    if number is not None:
        for context in Context.objects.visible_to(administrator).filter(pk=number):
            whole = (str(context), "", "")
            yield Hit(_("Context"), str(context), numbers_of(context, None), page_of(context), Context, whole)


def _rows(model: type[Any], *related: str) -> ScopedQuerySet[Any]:
    rows: ScopedQuerySet[Any] = model.objects.select_related(*related) if related else model.objects.all()
    return rows


def _aliases() -> ScopedQuerySet[Any]:
    return _rows(ForwardingAlias, "context").prefetch_related("recipients")


def numbers_of(row: Any, context: Context | None) -> str:
    """The numbers by which the row is known: its context's id and name, a user's id and phone number."""
    if isinstance(row, Context):
        return str(row.pk)
    told = [] if context is None else [f"{context.pk} {context}"]
    if isinstance(row, User):
        told += [f"{row.number}", *([row.msisdn] if row.msisdn else [])]
    return " · ".join(told)


def leads_of(row: Any) -> str:
    """Where an alias leads: in its own domain the part before the @ is enough."""
    if not isinstance(row, ForwardingAlias):
        return ""
    recipients = list(row.recipients.all())
    own = f"@{row.address.rpartition('@')[2]}"
    shown = [one.address.removesuffix(own) + "@" if one.address.endswith(own) else one.address for one in recipients]
    more = [f"+{counted(len(shown) - _LED)}"] if len(shown) > _LED else []
    return ", ".join([*shown[:_LED], *more])


def part_of(label: str, needles: Iterable[str], *, digits_only: bool = False) -> tuple[str, str, str]:
    """The first part of the label that is one of the needles, compared without case, between what is around it.

    Of a phone number the digits count alone.
    """
    for needle in filter(None, needles):
        between = "[^0-9]*" if digits_only else ""
        wanted = digits_of(needle).lstrip("0") if digits_only else needle
        if wanted and (match := re.search(between.join(map(re.escape, wanted)), label, re.IGNORECASE)):
            return label[: match.start()], match[0], label[match.end() :]
    return label, "", ""


def _follow(row: Any, path: str) -> Any:
    for name in filter(None, path.split(".")):
        row = getattr(row, name)
    return row


def _once(hits: Iterable[Hit]) -> list[Hit]:
    return list({(hit.url, hit.label): hit for hit in hits}.values())
