"""Template tags of the pages that look across the apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import template
from django.utils.safestring import SafeString

from accounts.models import Context, Reseller, User
from changelog.models import Change
from changelog.undo import why_not_undoable
from changelog.words import kind_name
from core.admin.base import administrator_of
from core.admin.pills import status_pill as status_pill_of
from core.admin.undoing import undo_button
from core.numbers import counted as counted_in_words
from core.sizes import format_short
from web import onboarding_page, people_page, reseller_page, user_page
from web.context_page import ContextOverview, overview_of
from web.help_links import HelpLink, help_link_of
from web.recent_jobs import RecentJob, recent_jobs_of
from web.reseller_page import ResellerOverview
from web.user_page import UserOverview

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

register = template.Library()


@register.simple_tag(takes_context=True)
def context_overview(context: Any, row: Context) -> ContextOverview:
    """The overview of the context `row` for whoever is logged in: `{% context_overview original as overview %}`.

    Django keeps the name `context` for the template's own.
    """
    return overview_of(administrator_of(context["request"]), row)


@register.simple_tag(takes_context=True)
def user_overview(context: Any, row: User) -> UserOverview:
    """The overview of the user `row`: `{% user_overview original as overview %}`."""
    return user_page.overview_of(administrator_of(context["request"]), row)


@register.simple_tag(takes_context=True)
def reseller_overview(context: Any, row: Reseller) -> ResellerOverview:
    """The overview of the reseller `row`: `{% reseller_overview original as overview %}`."""
    return reseller_page.overview_of(administrator_of(context["request"]), row)


@register.filter
def kind(change: Change) -> StrOrPromise:
    """What was changed, for a person."""
    return kind_name(change.kind)


@register.filter
def counted(number: int) -> str:
    """How many there are, with the separators of the reader's language: `{{ rows.count|counted }}`. For no key."""
    return counted_in_words(number)


@register.simple_tag(takes_context=True)
def may_onboard(context: Any) -> bool:
    """Whether whoever is logged in may set up a company: `{% may_onboard as offered %}`."""
    return onboarding_page.may_onboard(administrator_of(context["request"]))


@register.simple_tag(takes_context=True)
def may_add_people(context: Any) -> bool:
    """Whether whoever is logged in may add people to a company: `{% may_add_people as offered %}`."""
    return people_page.may_add_people(administrator_of(context["request"]))


@register.simple_tag(takes_context=True)
def undo_obstacle(context: Any, change: Change) -> str:
    """Why whoever is logged in cannot undo the change; empty when they can try: `{% undo_obstacle original as … %}`."""
    return why_not_undoable(change, administrator_of(context["request"]))


@register.simple_tag
def undo_batch(batch: UUID) -> SafeString:
    """The button that leads to the preview of undoing a batch: `{% undo_batch job.batch %}`."""
    return undo_button(batch=batch)


@register.simple_tag(takes_context=True)
def recent_jobs(context: Any) -> list[RecentJob]:
    """The latest bulk edits that whoever is logged in sees: `{% recent_jobs as jobs %}`."""
    return recent_jobs_of(administrator_of(context["request"]))


@register.simple_tag(takes_context=True)
def help_link(context: Any) -> HelpLink:
    """Where the question mark of this page leads: `{% help_link as help %}`."""
    edit = context.get("edit") or getattr(context.get("job"), "edit", "")
    match = context["request"].resolver_match
    return help_link_of(match.url_name if match else None, edit if isinstance(edit, str) else edit.name)


@register.filter
def size(amount: int | None) -> str:
    """A number of bytes for a person; None is unlimited: `{{ user.quota|size }}`."""
    return format_short(amount)


@register.filter
def status_pill(suspended_by: str) -> SafeString:
    """Whether something is in service, or what takes it out."""
    return status_pill_of(suspended_by)
