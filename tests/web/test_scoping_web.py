"""Nobody finds, reaches or writes a row of somebody else's through the web admin, whatever they type."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.html import escape

import core.admin.base
import web.site
from accounts.models import Administrator, ConfigProperty, Context, LastLogin, LoginFailures, Reseller, User
from bulk.models import BulkJob
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from tests.web.conftest import Enter
from tests.web.person import LOGIN, SEES, Person, errors, everything, foreign_words, own_words, page, rows_of
from tests.world import CONTEXTS, World

# Once, and where the product lives.
pytestmark = pytest.mark.postgres

MODELS = [Reseller, Context, User, ConfigProperty, Administrator, Change, ForwardingAlias, ExplicitDomain]
EVERYBODY = list(SEES)
# What hangs on contexts, and the way there.
WAYS: dict[type[Any], str] = {
    Context: "pk",
    User: "context",
    ForwardingAlias: "context",
    ExplicitDomain: "context",
    ConfigProperty: "context",
    Administrator: "context",
    Change: "context_id",
}
CLOSED = {"admin@alpha_acme": {Reseller, ExplicitDomain}}


def readable(who: str) -> list[type[Any]]:
    return [model for model in MODELS if model not in CLOSED.get(who, set())]


def row_in(model: type[Any], context: int) -> Any:
    return model._default_manager.filter(**{WAYS[model]: context}).first()


def no_foreign_word(who: str, response: Any) -> None:
    text = response.content.decode()
    assert [word for word in foreign_words(who) if word in text] == []


def test_registry__has_every_scoped_model_and_no_other() -> None:
    registered = set(admin.site._registry)
    assert registered >= set(MODELS)
    assert all(hasattr(model._default_manager.all(), "visible_to") for model in registered)
    assert not registered & {LoginFailures, LastLogin}


def test_registry__every_page_is_a_scoped_one() -> None:
    assert type(admin.site).__name__ == "OverridableSite" or isinstance(admin.site, web.site.Site)
    assert all(isinstance(one, core.admin.base.ScopedModelAdmin) for one in admin.site._registry.values())


@pytest.mark.parametrize("who", EVERYBODY)
def test_list__has_exactly_the_visible_rows(enter: Enter, who: str) -> None:
    person = enter(who)
    for model, way in WAYS.items():
        if model not in readable(who):
            person.get(page(model), 403)
            continue
        response = person.get(page(model))
        no_foreign_word(who, response)
        found = {getattr(row, {"context": "context_id"}.get(way, way)) for row in rows_of(response)} - {None}
        assert found == SEES[who], model
    assert all(word in person.get(page(Context)).content.decode() for word in own_words(who))


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("root", {"alpha", "alphakid", "beta"}),
        ("alpha", {"alpha", "alphakid"}),
        ("alphakid", {"alphakid"}),
        ("beta", {"beta"}),
    ],
)
def test_list_of_resellers__has_the_own_one_and_its_children(enter: Enter, who: str, names: set[str]) -> None:
    response = enter(who).get(page(Reseller))
    assert {row.name for row in rows_of(response)} == names


def test_list_of_administrators__hides_those_above(enter: Enter) -> None:
    logins = {row.login for row in rows_of(enter("alphakid").get(page(Administrator)))}
    assert logins == {"alphakid", "portal-alphakid", "admin"}


@pytest.mark.parametrize("who", [one for one in EVERYBODY if one != "root"])
def test_search__finds_nothing_of_others(enter: Enter, who: str) -> None:
    person = enter(who)
    for number in set(CONTEXTS) - SEES[who]:
        name, _owner, domain = CONTEXTS[number]
        for model in readable(who):
            for words in (name, domain, f"johndoe@{domain}", f"john{number}", f"56{number}", name.upper()):
                response = person.get(page(model), q=words)
                assert rows_of(response) == [], (model, words)


def test_search__finds_own_rows_by_every_name(alpha: Person) -> None:
    def found(model: type[Model], words: str) -> list[str]:
        return [str(row) for row in rows_of(alpha.get(page(model), q=words))]

    for words in ("JohnDoe@ACME.example", "john24", "5624", "+49.1234.5624", "alpha_acme"):
        assert found(User, words) == ["johndoe@acme.example"], words
    assert found(ForwardingAlias, "johndoe@cafe") == ["sales@cafe.example"]
    assert found(Context, "24") == ["alpha_acme"]
    assert found(ExplicitDomain, "bolt") == ["bolt.example"]
    assert found(Administrator, "kid_dock") == ["admin@kid_dock"]


@pytest.mark.parametrize("words", ["\x00", "a\x00b", "\ud800", '"', "'", "\\", "%", "_" * 300, "9" * 300, "\u202e"])
def test_search__bad_text_finds_nothing_and_breaks_nothing(alpha: Person, words: str) -> None:
    for model in MODELS:
        response = alpha.client.get(page(model) + "?" + "q=" + _percent(words))
        assert response.status_code == 200
        assert not [row for row in rows_of(response) if "beta" in str(row)]
        no_foreign_word("alpha", response)
    answer = alpha.client.get(autocomplete(User, "context") + "&term=" + _percent(words))
    assert answer.status_code == 200


def test_search__text_longer_than_any_of_ours_is_not_looked_for(alpha: Person) -> None:
    """A thousand words in five columns are more than a database can, or should, be asked."""
    words = "a " * 1000
    for model in MODELS:
        assert rows_of(alpha.get(page(model), q=words)) == []
    answer = alpha.client.get(f"{autocomplete(User, 'context')}&term={words}")
    assert answer.status_code == 200
    assert answer.json()["results"] == []


def _percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("who", ["alpha", "alphakid", "admin@alpha_acme"])
def test_filter__by_a_foreign_row_shows_nothing(world: World, enter: Enter, who: str) -> None:
    person = enter(who)
    beta = world.resellers["beta"].pk
    filters = {
        Context: ["reseller__id__exact"],
        User: ["context__id__exact", "context__reseller__id__exact"],
        ForwardingAlias: ["context__id__exact", "context__reseller__id__exact"],
        ExplicitDomain: ["context__id__exact", "context__reseller__id__exact"],
        ConfigProperty: ["context__id__exact", "reseller__id__exact"],
        Administrator: ["context__id__exact", "reseller__id__exact"],
        Change: ["context_id", "reseller_id"],
    }
    for model, lookups in filters.items():
        for lookup in lookups if model in readable(who) else []:
            response = person.get(page(model), **{lookup: beta if "reseller" in lookup else 44})
            assert rows_of(response) == []
            no_foreign_word(who, response)


def test_filter__by_an_own_row_shows_its_rows(world: World, alpha: Person) -> None:
    response = alpha.get(page(User), context__id__exact=34)
    assert {row.context_id for row in rows_of(response)} == {34}
    assert "kid_cafe" in response.content.decode().split("<nav", 1)[1]
    response = alpha.get(page(User), context__reseller__id__exact=world.resellers["alphakid"].pk)
    assert {row.context_id for row in rows_of(response)} == {34, 35}


def test_filter__asks_only_whom_it_offers_a_choice(enter: Enter) -> None:
    assert "filter-context__id__exact" in enter("alpha").get(page(User)).content.decode()
    assert "filter-context__id__exact" not in enter("admin@alpha_acme").get(page(User)).content.decode()
    assert "filter-context__reseller__id__exact" not in enter("beta").get(page(User)).content.decode()


def test_filter__keeps_search_and_the_other_filters(alpha: Person) -> None:
    text = alpha.client.get(page(User), {"q": '<"john', "status": "active"}).content.decode()
    assert '<input type="hidden" name="status" value="active">' in text
    assert '<input type="hidden" name="q" value="&lt;&quot;john">' in text


@pytest.mark.parametrize("value", ["abc", "", "-1", "0", "9" * 40, "1,2", "24'", "\ufffd"])
def test_filter__bad_value_is_no_error(alpha: Person, value: str) -> None:
    response = alpha.client.get(page(User), {"context__id__exact": value}, follow=True)
    assert response.status_code == 200


def test_filter__nul_is_refused(alpha: Person) -> None:
    for model, lookup in ((User, "attention"), (Change, "label"), (Change, "kind"), (Administrator, "role__exact")):
        alpha.get(page(model), 400, **{lookup: "\x00"})


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (User, "context__reseller__name__startswith"),
        (User, "context__reseller__max_context__gte"),
        (User, "context__administrators__password__startswith"),
        (User, "context__reseller__administrators__password__startswith"),
        (User, "context__id__gt"),
        (User, "uidname__regex"),
        (Context, "reseller__parent__name__startswith"),
        (Context, "reseller__parent__children__name"),
        (Administrator, "password__startswith"),
        (Administrator, "reseller__parent__administrators__login"),
        (ForwardingAlias, "context__users__uidname"),
        (ForwardingAlias, "recipients__alias__context__name"),
        (ConfigProperty, "user__context__reseller__name"),
        (Change, "administrator__password__startswith"),
        (Change, "reseller__parent__name"),
        (Change, "before__has_key"),
    ],
)
def test_lookup__out_of_the_lists_filters_is_refused(
    root: Person, alpha: Person, model: type[Model], lookup: str
) -> None:
    for person in (root, alpha):
        person.get(page(model), 400, **{lookup: "a"})


@pytest.mark.parametrize("query", [{"_to_field": "password"}, {"_to_field": "login"}])
def test_to_field__only_the_key(alpha: Person, world: World, query: dict[str, str]) -> None:
    alpha.get(page(Administrator), 400, **query)
    alpha.get(page(world.administrators["alpha"], "change"), 400, **query)


@pytest.mark.parametrize("who", ["alpha", "alphakid", "admin@alpha_acme"])
@pytest.mark.parametrize("name", ["change", "delete", "history"])
def test_typed_url__foreign_row_is_like_an_unknown_one(enter: Enter, who: str, name: str) -> None:
    person, before = enter(who), everything()
    for model in WAYS:
        foreign = row_in(model, 44)
        answers: list[Any] = [person.client.get(page(model, name, key)) for key in (foreign.pk, 987654321)]
        assert {answer.status_code for answer in answers} <= {302, 403}
        assert answers[0].status_code == answers[1].status_code, model
        if answers[0].status_code == 302:
            assert answers[0].url == answers[1].url == "/admin/"
            first, second = person.client.get("/admin/").context["messages"]
            assert str(first).replace(str(foreign.pk), "?") == str(second).replace("987654321", "?")
    assert everything() == before


@pytest.mark.parametrize("key", ["abc", "0", "-1", "9" * 40, "1_2F", "%00", "’", "24/../44"])
def test_typed_url__bad_key_is_like_an_unknown_one(alpha: Person, key: str) -> None:
    base = page(User)
    for name in ("change", "delete", "history"):
        assert alpha.client.get(f"{base}{key}/{name}/", follow=True).status_code in {200, 404}


@pytest.mark.parametrize("who", ["alpha", "alphakid", "admin@alpha_acme"])
def test_post__to_a_foreign_row_changes_nothing(enter: Enter, who: str) -> None:
    person, before = enter(who), everything()
    for model in WAYS:
        foreign = row_in(model, 44)
        for name in ("change", "delete"):
            answer = person.client.post(page(foreign, name), {"post": "yes", "name": "x", "value": "x", "uidname": "x"})
            assert answer.status_code in {302, 403}
            no_foreign_word(who, answer)
    assert everything() == before


def new_rows(context: Any, reseller: Any) -> list[tuple[type[Any], dict[str, Any]]]:
    """A form for each model that has a choice, with these rows chosen."""
    return [
        (Context, {"id": 99, "name": "new", "reseller": reseller}),
        (User, {"context": context, "number": 7, "uidname": "new@some.example"}),
        (ForwardingAlias, {"context": context, "address": "new@some.example", "recipients": "a@b.example"}),
        (ExplicitDomain, {"context": context, "name": "new.example"}),
        (ConfigProperty, {"name": "x.y", "value": "1", "context": context}),
        (ConfigProperty, {"name": "x.y", "value": "1", "reseller": reseller}),
        (Administrator, _administrator("context", context=context)),
        (Administrator, _administrator("reseller", reseller=reseller)),
        (Administrator, _administrator("tenant", reseller=reseller)),
    ]


def _administrator(role: str, **owner: Any) -> dict[str, Any]:
    password = "correct horse battery"
    return {"role": role, "login": "new", "new_password": password, "repeated_password": password, **owner}


@pytest.mark.parametrize("who", ["alpha", "alphakid"])
def test_foreign_key__foreign_choice_is_refused_like_an_unknown_one(world: World, enter: Enter, who: str) -> None:
    person, before = enter(who), everything()
    refused = []
    for context, reseller in ((44, world.resellers["beta"].pk), (999, 999), ("abc", "abc"), ("9" * 40, "9" * 40)):
        answers = [(model, person.add(model, data, 200)) for model, data in new_rows(context, reseller)]
        for _model, answer in answers:
            no_foreign_word(who, answer)
        refused.append([(model, errors(answer)) for model, answer in answers])
    assert refused[0] == refused[1] == refused[2] == refused[3]
    assert all(set(shown) <= {"context", "reseller"} and shown for _model, shown in refused[0])
    assert everything() == before


def test_foreign_key__own_choice_is_accepted(world: World, alpha: Person) -> None:
    before = Change.objects.count()
    forms = new_rows(34, world.resellers["alphakid"].pk)
    for number, (model, data) in enumerate(forms):
        names = {
            "uidname": "user@cafe.example",
            "address": "alias@cafe.example",
            "login": f"new{number}",
            "is_active": "on",
        }
        alpha.add(model, {**data, **names})
    assert Change.objects.count() == before + len(forms)


def test_foreign_key__a_child_cannot_choose_its_parent(world: World, enter: Enter) -> None:
    kid = enter("alphakid")
    for model, data in new_rows(24, world.resellers["alpha"].pk):
        shown = errors(kid.add(model, data, 200))
        assert set(shown) <= {"context", "reseller"}, model


def test_prefilled_form__shows_no_foreign_row(world: World, alpha: Person) -> None:
    for value in ("44", "999", "abc", "9" * 40, "-1"):
        for model in (User, ForwardingAlias, ExplicitDomain, ConfigProperty, Administrator):
            no_foreign_word("alpha", alpha.get(page(model, "add"), context=value))
        beta = str(world.resellers["beta"].pk) if value == "44" else value
        text = alpha.get(page(Context, "add"), reseller=beta).content.decode()
        assert "beta" not in text
    assert "alpha_acme" in alpha.get(page(User, "add"), context="24").content.decode()


def autocomplete(model: type[Model], field: str) -> str:
    options = model._meta
    return f"/admin/autocomplete/?app_label={options.app_label}&model_name={options.model_name}&field_name={field}"


SOURCES: list[tuple[type[Model], str]] = [
    (User, "context"),
    (ForwardingAlias, "context"),
    (ExplicitDomain, "context"),
    (ConfigProperty, "context"),
    (ConfigProperty, "user"),
    (ConfigProperty, "reseller"),
    (Administrator, "context"),
    (Administrator, "reseller"),
    (Context, "reseller"),
    (Reseller, "parent"),
    (BulkJob, "administrator"),
]


@pytest.mark.parametrize("who", EVERYBODY)
def test_autocomplete__offers_visible_rows_only(world: World, enter: Enter, who: str) -> None:
    person, administrator = enter(who), world.administrators[who]
    for model, field in SOURCES:
        remote: Any = model._meta.get_field(field).related_model
        answer = person.client.get(autocomplete(model, field))
        if remote not in readable(who):
            assert answer.status_code == 403
            continue
        visible = {str(row.pk) for row in remote.objects.visible_to(administrator)}
        assert {one["id"] for one in answer.json()["results"]} == visible
        for word in foreign_words(who):
            assert person.client.get(f"{autocomplete(model, field)}&term={word}").json()["results"] == []


@pytest.mark.parametrize(
    "source",
    ["accounts.context.users", "accounts.lastlogin.username", "accounts.customid.user", "auth.permission.content_type",
     "sessions.session.x", "admin.logentry.user", "x.y.z"],
)  # fmt: skip
def test_autocomplete__by_any_other_way_leaks_nothing(alpha: Person, source: str) -> None:
    app, model, field = source.split(".")
    url = f"/admin/autocomplete/?app_label={app}&model_name={model}&field_name={field}"
    answer = alpha.client.get(url)
    assert answer.status_code in {200, 403}
    no_foreign_word("alpha", answer)


def test_tampered_form__fixed_fields_stay(world: World, alpha: Person) -> None:
    user, context = world.users[24], world.contexts[24]
    alpha.change(user, {"context": 25, "number": 77, "quota": 5, "quota_unit": "bytes"})
    user.refresh_from_db()
    assert (user.context_id, user.number, user.quota) == (24, 42, 5)
    alpha.change(context, {"id": 77, "reseller": world.resellers["alphakid"].pk, "name": "renamed"})
    context.refresh_from_db()
    assert (context.pk, context.reseller_id, context.name) == (24, world.resellers["alpha"].pk, "renamed")
    alias = row_in(ForwardingAlias, 24)
    alpha.change(alias, {"context": 25, "address": "other@acme.example", "recipients": "x@y.example"})
    alias.refresh_from_db()
    assert (alias.context_id, alias.address) == (24, "sales@acme.example")
    someone = world.administrators["admin@alpha_acme"]
    alpha.change(someone, {"role": "master", "context": "", "login": "root2", "is_superuser": "on"})
    someone.refresh_from_db()
    assert (someone.role, someone.context_id, someone.login) == ("context", 24, "admin")


def test_written_row__out_of_the_writers_sight_is_rolled_back(alpha: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line of defence, when a form offered what it should not have."""
    monkeypatch.setattr(
        core.admin.base, "_visible", lambda field, request: field.remote_field.model._default_manager.all()
    )
    before = everything()
    for model, data in (
        (ExplicitDomain, {"context": 44, "name": "new.example"}),
        (User, {"context": 44, "uidname": "new@echo.example"}),
        (ForwardingAlias, {"context": 44, "address": "new@echo.example", "recipients": "a@b.example"}),
        (ConfigProperty, {"name": "x.y", "value": "1", "context": 44}),
    ):
        assert errors(alpha.add(model, data, 200))["__all__"] == ["You can only work on objects in your own contexts."]
    assert everything() == before


def test_popup__is_scoped_too(alpha: Person) -> None:
    response = alpha.get(page(Context), _popup=1)
    assert {row.pk for row in rows_of(response)} == SEES["alpha"]
    answer = alpha.client.post(page(Context, "add"), {"id": 99, "name": "popped", "reseller": "999", "_popup": "1"})
    assert set(errors(answer)) == {"reseller"}
    assert alpha.client.get(f"{page(row_in(User, 44), 'change')}?_popup=1").status_code == 302


def test_popup__writes_by_the_service_too(alpha: Person, world: World) -> None:
    data = {"id": 99, "name": "popped", "reseller": world.resellers["alpha"].pk, "_popup": "1"}
    response = alpha.post(page(Context, "add"), data, 200)
    assert response.templates[0].name == "admin/popup_response.html"
    assert "99" in response.content.decode()
    assert Change.objects.latest("pk").channel == "web"


def test_preserved_filters__are_text_only(alpha: Person) -> None:
    filters = 'context__id__exact=44&x="><script>'
    response = alpha.get(page(User, "add"), _changelist_filters=filters)
    assert "<script>" not in response.content.decode().replace("<script src", "")
    no_foreign_word("alpha", response)


@pytest.mark.parametrize("query", ["o=1.-2.99.x", "o=-5", "p=99", "p=x", "all=1", "e=1", "_facets=1", "unknown=1"])
def test_list__odd_parameters_show_no_foreign_row(alpha: Person, query: str) -> None:
    for model in MODELS:
        response = alpha.client.get(f"{page(model)}?{query}", follow=True)
        assert response.status_code in {200, 400}
        no_foreign_word("alpha", response)


def test_action__django_delete_is_not_there_and_foreign_rows_are_ignored(alpha: Person, world: World) -> None:
    before = everything()
    chosen = [world.users[24].pk, world.users[44].pk]
    for action in ("delete_selected", "nonsense", ""):
        data = {"action": action, "_selected_action": chosen, "post": "yes"}
        answer = alpha.client.post(page(User), data, follow=True)
        # What is not offered is refused by name; no name at all asks to choose again.
        assert answer.status_code == (403 if action else 200)
    assert everything() == before


def test_delete_confirmation__counts_what_falls(alpha: Person, world: World) -> None:
    response = alpha.get(page(world.contexts[24], "delete"))
    assert dict(response.context["model_count"]) == {
        "users": 1,
        "forwarding aliases": 1,
        "explicit domains": 1,
        "administrators": 1,
        "configuration properties": 1,
    }
    no_foreign_word("alpha", response)


def test_every_object__has_no_oracle_by_content_type(alpha: Person, world: World) -> None:
    kind = ContentType.objects.get_for_model(User).pk
    for key in (world.users[44].pk, world.users[24].pk, 987654321):
        alpha.get(f"/admin/r/{kind}/{key}/", 404)


@pytest.mark.parametrize("who", [None, "portal-alpha", "suspended"])
def test_closed_door__anonymous_tenant_and_suspended_see_the_login_page_only(
    world: World, enter: Enter, who: str | None
) -> None:
    if who == "suspended":
        world.administrators["alpha"].is_active = False
        world.administrators["alpha"].save()
        who = "alpha"
    person, before = enter(who), everything()
    urls = ["/admin/", "/admin/password_change/", "/admin/jsi18n/", "/admin/accounts/", autocomplete(User, "context")]
    urls += [page(model) for model in MODELS] + [page(model, "add") for model in MODELS]
    for model in WAYS:
        urls += [page(row_in(model, 24), name) for name in ("change", "delete", "history")]
    for url in urls:
        assert person.get(url, 302).url.startswith(LOGIN), url
        assert person.post(url, {"post": "yes"}).url.startswith(LOGIN), url
    assert everything() == before


@pytest.mark.parametrize("model", [Reseller, ExplicitDomain])
def test_context_administrator__has_no_such_pages(enter: Enter, model: type[Any]) -> None:
    person = enter("admin@alpha_acme")
    urls = [page(model), page(model, "add"), page(model.objects.order_by("pk").first(), "change")]
    for url in urls:
        person.get(url, 403)
    assert escape(str(model._meta.verbose_name_plural)) not in person.get("/admin/").content.decode().lower()


def test_context_administrator__looks_at_what_is_not_theirs_to_change(enter: Enter, world: World) -> None:
    person, before = enter("admin@alpha_acme"), everything()
    for model in (Context, ConfigProperty, Administrator, Change):
        row = row_in(model, 24)
        response = person.get(page(row, "change"))
        assert b'name="_save"' not in response.content
        assert person.client.post(page(row, "change"), {"name": "x", "value": "x"}).status_code == 403
        assert person.client.post(page(row, "delete"), {"post": "yes"}).status_code == 403
        person.get(page(model, "add"), 403)
    assert "alpha</" not in person.get(page(world.contexts[24], "change")).content.decode()
    assert everything() == before
