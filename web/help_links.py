"""Which page of the handbook belongs to which page of the web admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from web.handbook import page_of

# By the names of routes: those of a model's pages begin with the app and the model, and the longest beginning decides.
HELP: Final[dict[str, str]] = {
    "index": "overview",
    "app_list": "overview",
    "search": "search",
    "resolve": "trace",
    "account": "account",
    "password_change": "account",
    "second_factor": "second-factor",
    "totp": "second-factor",
    "passkey": "second-factor",
    "recovery_codes": "second-factor",
    "accounts_user": "users",
    "user_mail": "mailboxes",
    "accounts_user_import": "imports",
    "accounts_user_quick": "lists",
    "people": "imports",
    "forwards_forwardingalias": "aliases",
    "forwards_forwardingalias_import": "imports",
    "forwards_forwardingalias_quick": "lists",
    "domains_explicitdomain": "domains",
    "domains_explicitdomain_import": "imports",
    "domains_proof": "domains",
    "accounts_context": "companies",
    "accounts_context_import": "imports",
    "accounts_context_quick": "lists",
    "company_sheet": "exports",
    "context_resume": "companies",
    "onboarding": "new-company",
    "accounts_reseller": "resellers",
    "reseller_resume": "resellers",
    "accounts_label": "labels",
    "accounts_administrator": "administrators",
    "administrator_password": "administrators",
    "accounts_apipassword": "api-passwords",
    "webhooks": "webhooks",
    "accounts_configproperty": "configuration",
    "changelog_change": "changes",
    "bulk_bulkjob": "bulk-edits",
    "bulk_undo": "bulk-edits",
    "accounts_loginevent": "logins",
}
# By the names of bulk edits, for their forms, previews and results; all others are explained together.
EDITS: Final[dict[str, str]] = {
    "users.leave": "leaving",
    "import": "imports",
}


@dataclass(frozen=True, slots=True)
class HelpLink:
    """A link to the handbook, and to what in it."""

    url: str
    title: str


def help_link_of(route: str | None, edit: str = "") -> HelpLink:
    """The help of the page at the route, or of the edit that it shows; the handbook's list where there is none."""
    name = help_name_of(route, edit)
    if name is None:
        return HelpLink(reverse("admin:help"), _("Handbook"))
    return HelpLink(reverse("admin:help_page", args=[name]), page_of(name).title)


def help_name_of(route: str | None, edit: str = "") -> str | None:
    """The name of the help's page."""
    return _longest(EDITS, edit, ".") or _longest(HELP, route or "", "_")


def _longest(names: dict[str, str], full: str, separator: str) -> str | None:
    beginnings = [one for one in names if full == one or full.startswith(one + separator)]
    return names[max(beginnings, key=len)] if beginnings else None
