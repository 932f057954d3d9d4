"""The tab “History” of an object: what touched it, looked through by value, day, person and channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Administrator, LoginEvent, User
from bulk.models import BulkJob
from bulk.pages import title_of
from changelog.history import Group, Wanted, has_history, history_of
from changelog.words import differences
from core.actor import Channel
from core.addresses import printable
from core.admin.base import administrator_of
from core.admin.forms import DayField
from core.numbers import whole_number
from core.scoping import Viewer, may
from web.search import MAX_TEXT

# Of an administrator's logins, the latest.
_LOGINS = 8
# Of a change, so many values are shown in a line, and so many characters of each.
_VALUES = 4
_CHARACTERS = 120


class HistoryForm(forms.Form):
    """What is looked for. Nothing is asked for."""

    q = forms.CharField(
        label=gettext_lazy("Value or name"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Old and new values too, such as an address that is a recipient no more."),
    )
    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("To"))
    who = forms.CharField(label=gettext_lazy("By whom"), required=False, max_length=MAX_TEXT)
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        required=False,
        choices=lambda: [("", gettext_lazy("all")), *Channel.choices],
    )

    def clean(self) -> dict[str, Any]:
        """What no text of the log can contain is never sent to the database."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("q", "who"):
            if not printable(data.get(name, "")):
                self.add_error(name, _("That cannot be looked for."))
        return data


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: a change, or many of one batch, with the bulk edit that made them where there was one."""

    group: Group
    title: str
    values: list[tuple[str, str, str]]
    more: int


def covers(model: type[Model]) -> bool:
    """Whether the objects have the tab."""
    return has_history(model)


def page(request: HttpRequest, model_admin: Any, row: Model) -> HttpResponse:
    """The tab of this object."""
    viewer = administrator_of(request)
    form = HistoryForm(request.GET)
    found = history_of(viewer, row, _wanted(form, request)) if form.is_valid() else None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": str(row),
        "opts": model_admin.opts,
        "original": row,
        "form": form,
        "filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
        "lines": _lines(viewer, found.groups) if found is not None else [],
        "older": _older(request, found) if found is not None and found.next_before is not None else "",
        "paged": "before" in request.GET,
        "logins": _logins(viewer, row),
    }
    return TemplateResponse(request, "admin/history.html", context)


def _wanted(form: HistoryForm, request: HttpRequest) -> Wanted:
    data, zone = form.cleaned_data, timezone.get_current_timezone()
    since, until = data["since"], data["until"]
    return Wanted(
        since=datetime.combine(since, time.min, zone) if since else None,
        until=datetime.combine(until, time.min, zone) + timedelta(days=1) if until else None,
        who=data["who"],
        channel=data["channel"],
        text=data["q"],
        before=whole_number(request.GET.get("before", "")),
        seen=tuple(_batches(request.GET.get("seen", ""))),
    )


def _batches(text: str) -> list[UUID]:
    """The batches that an address names; what is none is left out."""
    found = []
    for one in text.split(",")[:100]:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found


def _older(request: HttpRequest, found: Any) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in {"before", "seen"} and value}
    place = {"before": found.next_before, "seen": ",".join(map(str, found.next_seen))}
    return "?" + urlencode({**kept, **{name: value for name, value in place.items() if value}})


def _lines(viewer: Viewer, groups: list[Group]) -> list[Line]:
    batches = [group.change.batch for group in groups if group.change.batch is not None]
    # Named where it is seen by its owner and their colleagues: others see its lines alone.
    jobs = BulkJob.objects.visible_to(viewer).filter(batch__in=batches) if batches else BulkJob.objects.none()
    titles = {job.batch: title_of(job) for job in jobs}
    return [_line(group, titles.get(group.change.batch, "")) for group in groups]  # type: ignore[arg-type]


def _line(group: Group, title: str) -> Line:
    values = [] if group.count > 1 else differences(group.change.before, group.change.after)
    short = [(name, _short(before), _short(after)) for name, before, after in values[:_VALUES]]
    return Line(group, title, short, len(values) - len(short))


def _short(text: str) -> str:
    line = text.replace("\n", ", ")
    return line if len(line) <= _CHARACTERS else f"{line[:_CHARACTERS]}…"


def _logins(viewer: Viewer, row: Model) -> list[LoginEvent]:
    """The latest logins of an administrator, or of whoever is one under the mailbox's name."""
    if not may(viewer, "view", LoginEvent):
        return []
    if isinstance(row, Administrator):
        keys = [row.pk]
    elif isinstance(row, User):
        same = Q(email__iexact=row.uidname) | Q(login_normalized=row.uidname_normalized)
        people = Administrator.objects.visible_to(viewer)
        keys = list(people.filter(same, context=row.context_id).values_list("pk", flat=True)[:_LOGINS])
    else:
        return []
    events = LoginEvent.objects.visible_to(viewer).filter(administrator_id__in=keys)
    return list(events.order_by("-pk")[:_LOGINS]) if keys else []
