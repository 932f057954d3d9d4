"""Templates, styles and scripts: modules only, nothing inline, and no page loads what it does not use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.web.conftest import Enter
from tests.web.person import Person
from tests.world import World

# The same on every database.
pytestmark = pytest.mark.sqlite

ROOT: Final = Path(__file__).parents[2]
TEMPLATES: Final = sorted((ROOT / "templates").rglob("*.html"))
ALWAYS: Final = {"tokens", "sidebar", "base", "controls", "search"}
STYLES: Final[dict[str, set[str]]] = {
    "/admin/": {"panels"},
    "/admin/accounts/user/": {"lists", "lists-phone"},
    "/admin/accounts/user/add/": {"forms", "panels"},
    "/admin/accounts/context/24/change/": {"forms", "panels"},
    "/admin/accounts/context/24/delete/": {"forms"},
    "/admin/domains/explicitdomain/add/": {"forms"},
    "/admin/forwards/forwardingalias/import": {"forms", "panels"},
    "/admin/account": {"forms"},
    "/admin/password_change/": {"forms"},
    "/admin/resolve": {"forms", "panels"},
    "/admin/search?q=acme": {"panels"},
    "/admin/help": {"help", "panels"},
    "/admin/help/users": {"help", "panels"},
    "/admin/bulk/": set(),
}


def own_styles(text: str) -> set[str]:
    """The names of our own stylesheets that a page loads."""
    return set(re.findall(r'href="/static/oxaas/([a-z-]+)(?:\.[0-9a-f]+)?\.css"', text))


@pytest.mark.parametrize(("path", "styles"), STYLES.items())
def test_page__loads_the_styles_that_it_uses(alpha: Person, world: World, path: str, styles: set[str]) -> None:
    assert own_styles(alpha.get(path).content.decode()) == ALWAYS | styles


def test_login_page__loads_no_style_of_the_pages_behind_it(enter: Enter) -> None:
    text = enter(None).get("/admin/login/").content.decode()
    assert own_styles(text) == {"tokens", "sidebar", "base", "controls", "forms", "login"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template__scripts_are_modules_and_nothing_is_inline(template: Path) -> None:
    text = template.read_text()
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert 'src="' in tag
        assert 'type="module"' in tag or "drf_spectacular_sidecar" in tag
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=", text)


def test_scripts__every_one_is_loaded_by_a_template() -> None:
    everything = "".join(path.read_text() for path in TEMPLATES)
    scripts = [path.relative_to(ROOT / "static") for path in (ROOT / "static").rglob("*.js")]
    assert [str(path) for path in scripts if f"'{path}'" not in everything] == []
