"""How the code must hang together, so that no route, model or write gets round the rules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.api import (
    ADMIN,
    EXPLICIT_DOMAINS,
    FORWARDS,
    MAIL,
    ContractViewSet,
    Family,
)
from accounts.models import ApiFamily
from accounts.schemes import AUTHENTICATION, SchemePermission
from apiv2.authentication import ActionPermission
from apiv2.base import ResourceViewSet
from conformance import contract
from core import access
from core.admin.base import ScopedModelAdmin
from core.scoping import ScopedQuerySet
from oxaas.views import not_found

# The same on every database.
pytestmark = pytest.mark.sqlite

ROOT: Final = Path(__file__).resolve().parent.parent
FLOORS: Final = (
    "core",
    "changelog",
    "bulk",
    "accounts",
    "forwards",
    "domains",
    "webhooks",
    "mailstats",
    "web",
    "apiv2",
    "oxaas",
)
APPS: Final = ("accounts", "forwards", "domains", "webhooks", "mailstats")
FAMILIES: Final[dict[str, Family]] = {
    "Admin": ADMIN,
    "Forwards": FORWARDS,
    "Mail": MAIL,
    "Explicit Domains": EXPLICIT_DOMAINS,
}
# Writes to the database outside the services: the counters of failed logins belong to no administrator's work.
WRITES_ALLOWED: Final = {
    "accounts/login/lockout.py",
    # The floors below the services, which have writes of their own.
    "bulk/batches.py",
    "bulk/jobs.py",
    "bulk/notices.py",
    "bulk/uploads.py",
    # That a worker is alive is a change of nobody's data.
    "bulk/heartbeat.py",
    "changelog/record.py",
    # From where the feed counts, which is nobody's data.
    "changelog/feed.py",
    # What inserts the rows that these are given.
    "core/prepared.py",
    # What the services plan and then have written.
    "forwards/plans.py",
    "domains/plans.py",
    # Which messages wait, and what became of them: the worker's own books.
    "webhooks/queue.py",
    "webhooks/upkeep.py",
    # Sessions that have ended are nobody's work either.
    "oxaas/sessions.py",
}
WRITING: Final = {"save", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITING_ON_ROWS: Final = {"create", "update"}
ROWS: Final = re.compile(r"\bobjects\b|_manager\b|\.(all|filter|exclude|visible_to|get_queryset)\(")


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _routes(one, path)
        else:
            yield path, one


@cache
def _api_routes() -> dict[str, URLPattern]:
    """Routes below the API's prefixes, as the contract writes paths: `/oxaas/v1/…/{contextid}`."""
    found = {"/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path): one for path, one in _routes(get_resolver())}
    return {path: one for path, one in found.items() if re.match(r"/(api/)?oxaas/", path)}


def _actions(route: URLPattern) -> dict[str, str]:
    actions: dict[str, str] = getattr(route.callback, "actions", {})
    return actions


class TestRoutes:
    """Below the API's prefixes there is the contract, whole, and nothing else."""

    def test_routes__are_the_contracts(self) -> None:
        document = contract.document()
        wanted = {(path, method) for path, method, _operation in contract.operations(document)}
        found = {(path, method) for path, route in _api_routes().items() for method in _actions(route)}

        # HTTP's own: where there is GET, HEAD is GET without the body. The framework adds it at the first request.
        wanted |= {(path, "head") for path, method in wanted if method == "get"}
        found |= {(path, "head") for path, method in found if method == "get"}
        assert found == wanted

    def test_routes__whatever_else_is_asked_below_the_prefixes_is_404(self) -> None:
        resolver = get_resolver()
        for path in ("/oxaas/v2", "/oxaas", "/oxaas/", "/api/oxaas", "/api/oxaas/v1/admin/", "/oxaas/v1/admin/oxuser/"):
            assert resolver.resolve(path).func is not_found, path

    @pytest.mark.parametrize("path", _api_routes())
    def test_route__has_the_contracts_scheme_and_family(self, path: str) -> None:
        view: Any = getattr(_api_routes()[path].callback, "cls", None)
        item = {method: one for at, method, one in contract.operations(contract.document()) if at == path}

        assert isinstance(view, type)
        assert issubclass(view, ContractViewSet)
        assert {view.scheme} == {scheme for one in item.values() for entry in one["security"] for scheme in entry}
        assert {id(view.family)} == {id(FAMILIES[tag]) for one in item.values() for tag in one["tags"]}
        assert view.scheme in access.SCHEMES
        assert AUTHENTICATION[view.scheme].scheme == view.scheme

    @pytest.mark.parametrize("path", _api_routes())
    def test_route__changes_nothing_of_who_may(self, path: str) -> None:
        """Permission, authentication and errors are the base's own in every viewset."""
        route = _api_routes()[path]
        view: Any = getattr(route.callback, "cls", None)
        above = view.__mro__[: view.__mro__.index(ContractViewSet)]
        own = {name for cls in above for name in vars(cls)}

        assert view.permission_classes == (SchemePermission,)
        assert not own & {"permission_classes", "authentication_classes", "initial", "get_authenticators", "dispatch"}
        assert not own & {"get_permissions", "check_permissions", "get_exception_handler", "handle_exception"}
        assert getattr(route.callback, "initkwargs", {}).keys() <= {
            "name",
            "description",
            "suffix",
            "basename",
            "detail",
        }

    def test_schemes__every_one_answers_for_every_role(self) -> None:
        for scheme, grants in access.SCHEMES.items():
            assert set(grants) == set(access.Role), scheme
        assert set(access.SCHEMES) == set(AUTHENTICATION)

    @pytest.mark.parametrize(("scheme", "role"), [("noAuth", "master"), ("basicAuth", "wizard"), ("", "")])
    def test_schemes__an_unknown_one_raises(self, scheme: str, role: str) -> None:
        with pytest.raises((KeyError, ValueError)):
            access.may_use(scheme, role, override=True)


class TestSecondVersion:
    """Below its prefix there are resources, and every action has its line in the table of access."""

    ROUTES: Final = {str(one.pattern): one for path, one in _routes(get_resolver()) if path.startswith("api/v2/")}

    def test_routes__whatever_else_is_asked_below_the_prefix_is_404(self) -> None:
        for path in ("/api/v2", "/api/v2/", "/api/v2/aliases/", "/api/v2/nothing", "/api/v2/aliases/1/x"):
            assert get_resolver().resolve(path).func is not_found, path

    def test_routes__have_every_action_of_the_table_and_no_other(self) -> None:
        found: dict[str, set[str]] = {}
        for route in self.ROUTES.values():
            view: Any = getattr(route.callback, "cls", None)
            found.setdefault(view.resource, set()).update(_actions(route).values())
        assert found == {resource: set(actions) for resource, actions in access.api_actions().items()}

    @pytest.mark.parametrize("path", ROUTES)
    def test_route__changes_nothing_of_who_may(self, path: str) -> None:
        route = self.ROUTES[path]
        view: Any = getattr(route.callback, "cls", None)
        assert issubclass(view, ResourceViewSet)
        above = view.__mro__[: view.__mro__.index(ResourceViewSet)]
        own = {name for cls in above for name in vars(cls)}
        assert view.permission_classes == (ActionPermission,)
        assert not own & {"permission_classes", "authentication_classes", "initial", "get_authenticators", "dispatch"}
        assert not own & {"get_permissions", "check_permissions", "get_exception_handler", "handle_exception", "caller"}
        assert isinstance(view.model.objects.all(), ScopedQuerySet)
        # Jobs are of the families of what they edit, documents of those of their sections.
        assert view.family in ApiFamily.values or view.resource in {"jobs", "provision"}


class TestWebAdmin:
    """Every model in the web admin is scoped, and has its line in the table of permissions."""

    def test_models__have_a_scope_and_permissions(self) -> None:
        assert admin.site._registry
        for model, model_admin in admin.site._registry.items():
            assert isinstance(model._default_manager.all(), ScopedQuerySet), model
            assert isinstance(model_admin, ScopedModelAdmin), model
            assert model._meta.label_lower in access.web_grants(), model

    def test_inlines__have_a_scope_and_permissions(self) -> None:
        for model_admin in admin.site._registry.values():
            for inline in model_admin.inlines:
                assert isinstance(inline.model._default_manager.all(), ScopedQuerySet), inline
                assert inline.model._meta.label_lower in access.web_grants(), inline

    def test_permissions__every_line_names_a_model_and_answers_for_every_role(self) -> None:
        for label, grants in access.web_grants().items():
            assert isinstance(apps.get_model(label), type)
            assert set(grants) == access.WEB_ROLES, label

    def test_permissions__tenants_have_none(self) -> None:
        for label in access.web_grants():
            app_label, model = label.split(".")
            assert not access.permits_app("tenant", app_label)
            for action in ("view", "add", "change", "delete"):
                assert not access.permits("tenant", f"{app_label}.{action}_{model}")

    @pytest.mark.parametrize(
        "permission", ["accounts.fly_user", "auth.view_group", "accounts.view_nothing", "view_user", "", "accounts."]
    )
    def test_permissions__an_unknown_one_raises(self, permission: str) -> None:
        with pytest.raises((KeyError, ValueError)):
            access.permits("master", permission)

    def test_foreign_keys__lead_to_scoped_models(self) -> None:
        """Their choices come from `visible_to`."""
        for model in admin.site._registry:
            for field in model._meta.get_fields():
                if isinstance(field, models.ForeignKey):
                    assert isinstance(field.remote_field.model._default_manager.all(), ScopedQuerySet), field


# The code itself.


@cache
def _modules() -> dict[str, ast.Module]:
    """Every module of ours but migrations, by its path."""
    paths = [path for name in FLOORS for path in sorted((ROOT / name).rglob("*.py")) if "migrations" not in path.parts]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


def _imports(module: ast.Module) -> Iterator[str]:
    """What it imports, also for types and inside functions: modules, and what is taken from them."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _calls(module: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Receiver, method and line of every call of a method."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr, node.lineno


def test_apps__import_only_lower_floors() -> None:
    """A part of what import-linter holds, here so that a plain run of the tests sees it too."""
    below = {"mailstats": {"forwards", "domains"}}
    for path, module in _modules().items():
        app = path.partition("/")[0]
        if app not in APPS:
            continue
        for name in _imports(module):
            top = name.partition(".")[0]
            assert top not in APPS or top in {app, "accounts", *below.get(app, ())}, f"{path} imports {name}"
            assert top != "web", f"{path} imports {name}"


def test_views__are_imported_by_their_urls_alone() -> None:
    for path, module in _modules().items():
        for name in _imports(module):
            found = re.match(rf"({'|'.join(FLOORS)})\.views\b", name)
            assert found is None or path == f"{found[1]}/urls.py", f"{path} imports {name}"


def test_admin__is_imported_by_nobody() -> None:
    """What the project's own has is the base of the apps' admins."""
    for path, module in _modules().items():
        for name in _imports(module):
            assert not re.match(rf"({'|'.join(APPS)})\.admin\b", name), f"{path} imports {name}"
            based = path.endswith(("admin.py", "pages.py", "apps.py")) or path.startswith(
                ("web/", "core/admin/", "bulk/")
            )
            assert not name.startswith("core.admin.base") or based, f"{path} imports {name}"


def test_oxaas__leaves_requests_to_the_doors() -> None:
    """Services never see a request, and stores no database."""
    for path, module in _modules().items():
        names = set(_imports(module))
        if "services" in Path(path).stem or "/services/" in path:
            assert not any(name.startswith(("django.http", "rest_framework", "accounts.api")) for name in names), path
        if "/stores/" in path:
            assert not any(name.startswith(("django.db", "accounts", "accounts.api")) for name in names), path


def test_writes__are_in_the_services() -> None:
    for path, module in _modules().items():
        if "services" in path or path in WRITES_ALLOWED:
            continue
        for receiver, method, line in _calls(module):
            own = receiver in {"self", "super()", "book", "access", "code"}  # files: a spreadsheet, a QR code
            writes = method in WRITING or (method in WRITING_ON_ROWS and ROWS.search(receiver))
            assert own or not writes, f"{path}:{line} writes with {receiver}.{method}()"
        assert not {"core.prepared.insert_one", "core.prepared.insert_rows"} & set(_imports(module)), path


def test_forms__name_their_fields() -> None:
    for path, module in _modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and any(ast.unparse(one) in {"fields", "exclude"} for one in node.targets):
                assert "__all__" not in ast.unparse(node.value), f"{path}:{node.lineno}"
            if isinstance(node, ast.ClassDef) and node.name == "Meta":
                names = {ast.unparse(one) for stmt in node.body if isinstance(stmt, ast.Assign) for one in stmt.targets}
                assert "exclude" not in names, f"{path}:{node.lineno}"


def test_superusers__there_are_none() -> None:
    """Django's superuser passes every check of permission without asking anybody."""
    for path, module in _modules().items():
        for node in ast.walk(module):
            named = isinstance(node, ast.Attribute) and node.attr == "is_superuser"
            assert not named, f"{path}:{getattr(node, 'lineno', 0)}"


def test_markup__nobody_vouches_for_text() -> None:
    """Text from outside stays escaped: HTML is made by `format_html` and by templates."""
    for path, module in _modules().items():
        names = set(_imports(module))
        assert "django.utils.safestring.mark_safe" not in names, path
    for template in sorted((ROOT / "templates").rglob("*.html")):
        text = template.read_text("utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape off", text), template


def test_csrf__only_the_api_is_exempt() -> None:
    exempt = {path for path, module in _modules().items() if "csrf_exempt" in ast.unparse(module)}

    assert exempt == {"oxaas/views.py"}
