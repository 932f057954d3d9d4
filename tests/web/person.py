"""A person at the web admin, and what they may find there."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import Administrator
from tests.world import CONTEXTS

APPS: Final = ("accounts", "forwards", "domains")
LOGIN: Final = "/admin/login/"
# Who sees which contexts.
SEES: Final[dict[str, set[int]]] = {
    "root": set(CONTEXTS),
    "alpha": {24, 25, 34, 35},
    "alphakid": {34, 35},
    "beta": {44, 45},
    "admin@alpha_acme": {24},
}


def page(model: type[Model] | Model, name: str = "changelist", *args: Any) -> str:
    """The address of one of a model's pages; of a row's page when a row is given."""
    keys = args if isinstance(model, type) else (model.pk, *args)
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=keys)


def foreign_words(who: str) -> list[str]:
    """Names and domains of the contexts that this person must not see."""
    return [
        word
        for number, (name, _owner, domain) in CONTEXTS.items()
        if number not in SEES[who]
        for word in (name, domain)
    ]


def own_words(who: str) -> list[str]:
    """Names of the contexts that this person sees."""
    return [name for number, (name, _owner, _domain) in CONTEXTS.items() if number in SEES[who]]


def everything() -> dict[str, list[Any]]:
    """All rows of the product, to show that nothing has changed. Logging in and looking at a page is no change."""
    return {
        model._meta.label: [_lasting(model, row) for row in model._default_manager.order_by("pk").values()]
        for label in APPS
        for model in apps.get_app_config(label).get_models()
    }


def _lasting(model: type[Model], row: dict[str, Any]) -> dict[str, Any]:
    if model is not Administrator:
        return row
    chosen = {name: value for name, value in row["preferences"].items() if name != "recent"}
    return {name: value for name, value in row.items() if name != "last_login"} | {"preferences": chosen}


class Person:
    """Somebody who is logged in (or nobody, for None)."""

    def __init__(self, administrator: Administrator | None) -> None:
        self.client = Client(raise_request_exception=True)
        if administrator is not None:
            self.client.force_login(administrator, backend="accounts.login.backends.LoginBackend")

    def get(self, url: str, status: Any = 200, **query: Any) -> Any:
        """The page, which must answer with this status."""
        response = self.client.get(url, query)
        assert response.status_code == status, (url, response.status_code, response.content.decode()[:2000])
        return response

    def post(self, url: str, data: dict[str, Any], status: int = 302) -> Any:
        """The answer to a form; 302 is success, 200 the form again."""
        response = self.client.post(url, data)
        assert response.status_code == status, (url, response.status_code, errors(response))
        return response

    def add(self, model: type[Model], data: dict[str, Any], status: int = 302) -> Any:
        """Fill in the form for a new row."""
        return self.post(page(model, "add"), data, status)

    def change(self, row: Model, changes: dict[str, Any], status: int = 302, leads: str = "") -> Any:
        """Open the row's form, type the changes into it, save; `leads` is what becomes of the aliases to a mailbox."""
        data = {**filled(self.get(page(row, "change")).context["adminform"].form), **changes}
        if leads:
            question = self.post(page(row, "change"), data, 200).context["adminform"].form.question
            data |= {question.mark_name: question.mark, "question-leads": leads}
        return self.post(page(row, "change"), data, status)

    def delete(self, row: Model, status: int = 302, leads: str = "") -> Any:
        """Confirm the deletion; `leads` is what becomes of the aliases to a mailbox."""
        data = {"post": "yes"}
        if leads:
            question = self.get(page(row, "delete")).context["question"]
            data |= {question.mark_name: question.mark, "question-leads": leads}
        return self.post(page(row, "delete"), data, status)

    def messages(self, response: Any) -> list[str]:
        """What the next page would say on top."""
        return [str(message) for message in self.client.get(response.url, follow=True).context["messages"]]


def filled(form: Any) -> dict[str, Any]:
    """What a browser would send of an untouched form."""
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.field.prepare_value(bound.initial)
        widget: Any = bound.field.widget
        parts = [("", value)]
        if hasattr(widget, "widgets_names"):
            parts = list(zip(widget.widgets_names, widget.decompress(value), strict=True))
        sent |= {bound.html_name + name: part for name, part in parts if part is not None and part is not False}
    return sent


def errors(response: Any) -> dict[str, list[str]]:
    """The sentences that the form shows, by field; "__all__" for those above it."""
    form = response.context["adminform"].form if response.context and "adminform" in response.context else None
    return {name: list(map(str, sentences)) for name, sentences in form.errors.items()} if form else {}


def rows_of(response: Any) -> list[Any]:
    """The rows of a list."""
    return list(response.context["cl"].result_list)
