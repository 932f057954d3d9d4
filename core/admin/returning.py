"""Back to where one came from: a form that was opened from a company's page leads there again when it is saved."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from core.addresses import printable

BACK: Final = "_back"
_LONGEST: Final = 500


def with_back(url: str, back: str) -> str:
    """The address of a form that leads back to the page at the path `back` when it is saved."""
    if not back or BACK in parse_qs(urlsplit(url).query):
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({BACK: back})}"


def back_of(request: HttpRequest) -> str:
    """The path that the form was opened from: a page of the web admin, or nothing for whatever else was sent."""
    path = request.POST.get(BACK) or request.GET.get(BACK) or ""
    if len(path) > _LONGEST or not printable(path) or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return ""
    return path if _page_at(path) else ""


def _page_at(path: str) -> str:
    """The name of the page of the web admin at this path; "" where there is none."""
    if not path.startswith(reverse("admin:index")):
        return ""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    return match.url_name or "" if match.app_name == "admin" else ""


def _words(path: str) -> str:
    match _page_at(path):
        case "accounts_context_change":
            return gettext("Back to the company")
        case "accounts_user_change":
            return gettext("Back to the user")
        case "accounts_reseller_change":
            return gettext("Back to the reseller")
    return gettext("Back")


class ReturningAdmin(admin.ModelAdmin):
    """Forms that lead back to where they were opened from."""

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Adds the way back."""
        if back := back_of(request):
            context |= {"back": back, "back_words": _words(back)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Keeps the way back where one goes on with the form."""
        return _kept(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Keeps the way back where one goes on with the form."""
        return _kept(request, super().response_change(request, obj))

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back to where the form was opened from."""
        back = back_of(request)
        return HttpResponseRedirect(back) if back else super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back to where the form was opened from."""
        back = back_of(request)
        return HttpResponseRedirect(back) if back else super().response_post_save_change(request, obj)


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    back = back_of(request)
    if back and isinstance(response, HttpResponseRedirect) and {"_continue", "_addanother"} & request.POST.keys():
        return HttpResponseRedirect(with_back(response.url, back))
    return response
