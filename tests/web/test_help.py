"""The handbook: every page of the web admin has its help, and every page of the handbook is whole, in each language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse
from django.utils.translation import override

from bulk import edits
from tests.web.conftest import Enter
from tests.web.person import Person
from tests.world import World
from web import handbook
from web.help_links import EDITS, HELP, help_name_of

# The same on every database.
pytestmark = pytest.mark.sqlite

HANDBOOK: Final[Path] = settings.HANDBOOK_DIR
LANGUAGES: Final = [code for code, _name in settings.LANGUAGES]
PAGES: Final = [(code, name) for code in LANGUAGES for name in handbook.NAMES]
REFUSED: Final = {"en": "If something is refused", "de": "Wenn etwas abgelehnt wird"}
# Letters of what is said of a picture, and bytes of all pictures together.
MIN_ALT: Final = 10
MAX_PICTURES: Final = 3 * 1024**2
# Routes that show no page with a head: before the login, pieces of pages, files, and forms that lead elsewhere.
NO_PAGE: Final = {
    "login",
    "logout",
    "second_factor_login",
    "password_forgotten",
    "password_link",
    "password_from_link",
    "totp_code",
    "brand",
    "autocomplete",
    "jsi18n",
    "density",
    "hints",
}
# The handbook itself: its list is its help.
OF_THE_HANDBOOK: Final = {"help", "help_page"}


def _routes(resolver: URLResolver) -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _routes(one)
        elif one.name:
            yield one.name


def _admin_routes() -> list[str]:
    (admin,) = [one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "admin"]
    assert isinstance(admin, URLResolver)
    return sorted(set(_routes(admin)) - NO_PAGE - OF_THE_HANDBOOK)


def _text(code: str, name: str) -> str:
    return (HANDBOOK / code / f"{name}.md").read_text(encoding="utf-8")


def _headings(code: str, name: str) -> list[str]:
    return re.findall(r"^(#+) ", _text(code, name), re.MULTILINE)


@pytest.mark.parametrize("route", _admin_routes())
def test_route__has_a_page_of_the_handbook(route: str) -> None:
    assert help_name_of(route) in handbook.NAMES


def test_handbook__has_no_page_that_nothing_leads_to() -> None:
    routes = _admin_routes()
    led = {help_name_of(route) for route in routes} | {help_name_of(None, edit) for edit in EDITS}
    assert led == set(handbook.NAMES)
    assert {one for one in HELP if not any(route == one or route.startswith(f"{one}_") for route in routes)} == set()


def test_help_of_the_overview__belongs_to_no_other_page() -> None:
    led = {route for route in _admin_routes() if help_name_of(route) == "overview"}
    assert led == {"index", "app_list"}


def test_edits__that_have_help_of_their_own_are_there() -> None:
    assert [edits.edit_named(name).name for name in ("users.leave", "import.users")] == ["users.leave", "import.users"]
    assert help_name_of("bulk_bulkjob_change", "import.users") == "imports"
    assert help_name_of("bulk_bulkjob_change", "users.leave") == "leaving"
    assert help_name_of("bulk_bulkjob_change", "users.suspend") == "bulk-edits"


@pytest.mark.parametrize("code", LANGUAGES)
def test_handbook__has_all_pages_in_each_language(code: str) -> None:
    assert {path.stem for path in (HANDBOOK / code).iterdir()} == set(handbook.NAMES)
    assert code in handbook.languages()


@pytest.mark.parametrize(("code", "name"), PAGES)
def test_handbook_page__says_what_for_three_tasks_and_what_if_refused(code: str, name: str) -> None:
    headings = re.findall(r"^## (.*)", _text(code, name), re.MULTILINE)
    assert len(headings) >= 4
    assert headings[-1] == REFUSED[code]
    assert _headings(code, name) == _headings(LANGUAGES[0], name)
    assert _text(code, name).count("\n- ") == _text(LANGUAGES[0], name).count("\n- ")


@pytest.mark.parametrize(("code", "name"), PAGES)
def test_handbook_page__leads_to_pages_and_pictures_that_are_there(code: str, name: str) -> None:
    for target in re.findall(r"\]\(([^)]*)\)", _text(code, name)):
        assert (HANDBOOK / code / target).resolve().is_file(), target
        assert (HANDBOOK / code / target).resolve().is_relative_to(HANDBOOK), target


@pytest.mark.parametrize(("code", "name"), PAGES)
def test_handbook_page__has_a_picture_in_its_language_with_words_for_who_does_not_see_it(code: str, name: str) -> None:
    ((words, target),) = re.findall(r"^!\[([^]]*)\]\(([^)]*)\)$", _text(code, name), re.MULTILINE)
    assert target == f"../images/{name}-{code}.png"
    assert len(words) >= MIN_ALT
    assert code == LANGUAGES[0] or f"![{words}]" not in _text(LANGUAGES[0], name)


def test_pictures__are_those_of_the_pages_and_small() -> None:
    pictures = list((HANDBOOK / "images").iterdir())
    assert {path.name for path in pictures} == {f"{name}-{code}.png" for code, name in PAGES}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    assert sum(path.stat().st_size for path in pictures) < MAX_PICTURES


@pytest.mark.parametrize(("code", "name"), PAGES)
def test_handbook_page__is_shown_in_the_readers_language(alpha: Person, code: str, name: str) -> None:
    with override(code):
        page = handbook.page_of(name)
    response = alpha.client.get(reverse("admin:help_page", args=[name]), headers={"accept-language": code})
    text = response.content.decode()
    assert page.html in text
    assert f"<h1>{page.title}</h1>" in text
    for href in re.findall(r'href="([^"]*)"', page.html):
        assert href in handbook.NAMES
    assert not re.search(r"\son[a-z]+=|\sstyle=|<script|&lt;", page.html)


def test_handbook_page__that_does_not_exist_is_not_found(alpha: Person) -> None:
    alpha.get("/admin/help/nothing", status=404)
    alpha.get("/admin/help/..%2fusers", status=404)


def test_handbook__is_for_those_who_are_logged_in(enter: Enter) -> None:
    nobody = enter(None)
    for path in ("/admin/help", "/admin/help/users"):
        assert nobody.get(path, status=302).url.startswith("/admin/login/")


@pytest.mark.parametrize("who", ["root", "alpha", "alphakid", "admin@alpha_acme"])
def test_handbook__is_for_every_role_and_asks_for_no_rows(enter: Enter, world: World, who: str) -> None:
    person = enter(who)
    counts = []
    for path in ("/admin/help", "/admin/help?q=quota", "/admin/help/users"):
        with CaptureQueriesContext(connection) as asked:
            person.get(path)
        counts.append(len(asked))
    # Who is asking: the session and the administrator.
    assert max(counts) <= 3


def _linked(text: str) -> tuple[str, str]:
    ((url, title),) = re.findall(r'<a class="help-link" href="([^"]*)" title="([^"]*)"', text)
    return url, title


@pytest.mark.parametrize(
    ("path", "name"),
    {
        "": "overview",
        "accounts/": "overview",
        "accounts/user/": "users",
        "accounts/user/add/": "users",
        "accounts/context/24/change/": "companies",
        "forwards/forwardingalias/import": "imports",
        "changelog/change/": "changes",
        "account/second-factor": "second-factor",
        "password_change/": "account",
        "people": "imports",
        "accounts/context/24/quick/": "lists",
        "resolve": "trace",
    }.items(),
)
def test_page__has_a_question_mark_that_opens_its_help(alpha: Person, world: World, path: str, name: str) -> None:
    url, title = _linked(alpha.get(f"/admin/{path}").content.decode())
    assert url == f"/admin/help/{name}"
    assert title == f"Help: {handbook.page_of(name).title}"
    alpha.get(url)


def test_keys_of_a_list__lead_to_what_is_said_of_lists(alpha: Person, world: World) -> None:
    keys = alpha.get("/admin/accounts/user/").content.decode().partition('id="list-keys"')[2]
    assert '<a href="/admin/help/lists">' in keys


def test_bulk_edit__has_the_help_of_what_it_does(alpha: Person, world: World) -> None:
    data = {"action": "users.leave", "_selected_action": [world.users[24].pk], "select_across": "0"}
    text = alpha.post("/admin/accounts/user/", data, status=200).content.decode()
    assert _linked(text)[0] == "/admin/help/leaving"


@pytest.mark.parametrize("path", ["/admin/help", "/admin/help/users"])
def test_handbook__leads_to_its_list(alpha: Person, path: str) -> None:
    assert _linked(alpha.get(path).content.decode()) == ("/admin/help", "Help: Handbook")


def _found(person: Person, text: str, **headers: Any) -> list[str]:
    page = person.client.get("/admin/help", {"q": text}, headers=headers).content.decode()
    (_before, *hits) = page.split('class="help-finds"')
    return re.findall(r'<a href="/admin/help/([a-z-]+)">', hits[0].split("</ul>")[0]) if hits else []


def test_search_of_the_handbook__finds_pages_with_all_words_and_titles_first(alpha: Person) -> None:
    found = _found(alpha, "Domains")
    assert found[0] == "domains"
    assert len(found) > 1
    assert _found(alpha, "DOMAIN proof txt") == ["domains"]
    assert _found(alpha, "zebra") == []
    assert _found(alpha, "  ") == []


def test_search_of_the_handbook__is_in_the_readers_language(alpha: Person) -> None:
    assert _found(alpha, "Wiederherstellungscodes", **{"accept-language": "de"}) == ["second-factor"]
    assert _found(alpha, "Wiederherstellungscodes") == []


def test_search_of_the_handbook__shows_hostile_words_as_text(alpha: Person) -> None:
    text = alpha.get("/admin/help", q='"><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in text
    assert "Nothing found." in text


def test_handbook_page__takes_html_for_text(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "users.md").write_text('# A\n\n<b onclick="x">b</b> [c](javascript:alert(1))\n')
    settings.HANDBOOK_DIR = tmp_path
    handbook.languages.cache_clear()
    handbook.rendered.cache_clear()
    try:
        html = handbook.page_of("users").html
    finally:
        handbook.languages.cache_clear()
        handbook.rendered.cache_clear()
    assert "<b" not in html
    assert "<a" not in html
