"""The pages of a user, a reseller and a company: what belongs to each, and the way back after a form."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, Reseller, User
from accounts.services.config import Owner, set_property
from accounts.services.resellers import update_reseller
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.web.conftest import Enter
from tests.web.person import Person, filled, foreign_words, page
from tests.web.test_queries import _contexts, _users
from tests.web.test_unhappy import text_of
from tests.world import OPERATOR, World


def links(response: Any, name: str) -> list[str]:
    """The addresses of the page's links to this kind of page that lead back here; those of the menu do not."""
    text = text_of(response).replace("&amp;", "&")
    found = [part.split('"')[0] for part in text.split('href="')[1:]]
    return [url for url in found if name in url and "_back=" in url]


# A user's page


def test_user__aliases_lead_there_and_one_is_added(alpha: Person, world: World) -> None:
    user = world.users[24]
    LastLogin.objects.create(username="johndoe@acme.example", last_login=1_700_000_000)
    response = alpha.get(page(user, "change"))
    text = text_of(response)
    assert "sales@acme.example" in text
    assert "14 Nov 2023" in text
    assert "/admin/resolve?address=johndoe%40acme.example" in text
    (add,) = links(response, "forwardingalias/add/")
    form = alpha.client.get(add)
    data = filled(form.context["adminform"].form) | {"address": "jd@acme.example", "_back": page(user, "change")}
    assert data["recipients"] == "johndoe@acme.example"
    assert alpha.post(add, data).url == page(user, "change")
    assert "jd@acme.example" in text_of(alpha.get(page(user, "change")))


def test_user__properties_say_where_they_are_set(alpha: Person, enter: Enter, world: World) -> None:
    user = world.users[24]
    set_property(actor=OPERATOR, owner=Owner(user=user), name="x.own", value="1")
    set_property(actor=OPERATOR, owner=Owner(reseller=world.resellers["alpha"]), name="x.sold", value="2")
    for person in (alpha, enter("admin@alpha_acme")):
        text = text_of(person.get(page(user, "change")))
        for value, source in (("alpha_acme", "from the company"), ("1", "set here"), ("2", "from the reseller")):
            assert f'{value} <span class="pill ' in text
            assert source in text
        assert "from the server" in text
    assert links(alpha.get(page(user, "change")), "configproperty/add/")
    assert not links(enter("admin@alpha_acme").get(page(user, "change")), "configproperty/add/")


@pytest.mark.parametrize("who", ["alpha", "alphakid", "beta", "admin@alpha_acme"])
def test_user__aliases_of_others_are_not_shown(world: World, enter: Enter, who: str) -> None:
    for number, context in world.contexts.items():
        create_forward(
            actor=OPERATOR, context=context, alias=f"all@{number}.example",
            recipients=[f"johndoe@{one}.example" for one in ("acme", "cafe", "echo")],
        )  # fmt: skip
    person, viewer = enter(who), world.administrators[who]
    for user in User.objects.visible_to(viewer):
        text = text_of(person.get(page(user, "change")))
        for number, context in world.contexts.items():
            if not viewer.in_charge_of(context):
                assert f"all@{number}.example" not in text
        for word in foreign_words(who):
            assert word not in text


# A reseller's page


def test_reseller__limits_and_what_is_used_of_them(root: Person, alpha: Person, world: World) -> None:
    reseller = world.resellers["alpha"]
    _users(world)
    update_reseller(actor=OPERATOR, reseller=reseller, max_overall_user=6000, max_context=54)
    for person in (root, alpha):
        text = text_of(person.get(page(reseller, "change")))
        assert "54 of 6,000" in text
        assert "54 of 54" in text
        assert "full" in text
        assert "Its child resellers count with it." in text
    assert "alphakid" in text_of(root.get(page(reseller, "change")))


def test_reseller__a_child_learns_nothing_of_its_parent(world: World, enter: Enter) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], max_overall_user=4321)
    text = text_of(enter("alphakid").get(page(world.resellers["alphakid"], "change")))
    assert "4,321" not in text
    for word in foreign_words("alphakid"):
        assert word not in text


def test_reseller__an_administrator_added_there_is_its_own(alpha: Person, world: World) -> None:
    kid = world.resellers["alphakid"]
    (add,) = links(alpha.get(page(kid, "change")), "administrator/add/")
    initial = alpha.client.get(add).context["adminform"].form.initial
    assert (initial["role"], str(initial["reseller"])) == ("reseller", str(kid.pk))


# A company's page


@pytest.mark.parametrize("model", [User, ForwardingAlias, ConfigProperty, Administrator])
def test_company__a_form_that_was_opened_there_leads_back(alpha: Person, world: World, model: type[Any]) -> None:
    company = page(world.contexts[24], "change")
    found = links(alpha.get(company), f"/{model._meta.model_name}/")
    assert len(found) == 2
    for url in found:
        form = alpha.client.get(url)
        assert form.status_code == 200
        assert f'<input type="hidden" name="_back" value="{company}">' in form.content.decode()
        assert "Back to the company" in form.content.decode()
        if "/change/" in url:
            data = filled(form.context["adminform"].form) | {"_back": company}
            assert alpha.post(url, data).url == company
            # Going on with the form keeps the way.
            on = alpha.post(url, {**data, "_continue": "1"}).url
            assert parse_qs(urlsplit(on).query)["_back"] == [company]


def test_company__an_administrator_added_there_is_its_own(alpha: Person, world: World) -> None:
    company = page(world.contexts[24], "change")
    (add,) = links(alpha.get(company), "administrator/add/")
    form = alpha.client.get(add).context["adminform"].form
    assert (form.initial["role"], str(form.initial["context"])) == ("context", "24")
    secret = {"new_password": "a rather new secret", "repeated_password": "a rather new secret"}
    response = alpha.post(add, {**filled(form), "login": "second", **secret, "_back": company})
    assert response.url == company
    assert Administrator.objects.get(login="second").context_id == 24


def test_company__a_domain_added_there_leads_back(alpha: Person, world: World) -> None:
    company = page(world.contexts[24], "change")
    (add,) = links(alpha.get(company), "explicitdomain/add/")
    response = alpha.post(add, {"context": 24, "name": "more.example", "_back": company})
    assert response.url == company
    assert ExplicitDomain.objects.get(name="more.example").context_id == 24


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/admin/",
        "/\\evil.example/admin/",
        "/admin/../../evil",
        "/admin//evil.example",
        "/admin/nothing/here/",
        "javascript:alert(1)",
        "/api/oxaas/v1/",
        "/admin\n/",
        "/admin/" + "x" * 600,
        "",
    ],
)
def test_back__leads_nowhere_but_to_the_web_admins_own_pages(alpha: Person, world: World, back: str) -> None:
    user = world.users[24]
    form = alpha.get(page(user, "change"), _back=back)
    assert 'name="_back"' not in form.content.decode()
    data = filled(form.context["adminform"].form) | {"_back": back}
    assert alpha.post(page(user, "change"), data).url == page(User)


def test_head__says_whose_administrator_one_is(enter: Enter) -> None:
    for who, words in {
        "root": "master administrator",
        "alpha": "reseller administrator, alpha",
        "admin@alpha_acme": "context administrator, alpha_acme",
    }.items():
        assert f'<span class="standing">{words}</span>' in text_of(enter(who).get("/admin/")), who


def test_pages__statements_do_not_grow(root: Person, alpha: Person, world: World) -> None:
    rows = [world.users[24], world.resellers["alpha"], world.contexts[24]]

    def counts() -> list[int]:
        found = []
        for person in (root, alpha):
            for row in rows:
                with CaptureQueriesContext(connection) as captured:
                    person.get(page(row, "change"))
                found.append(len(captured))
        return found

    counts()
    few = counts()
    _contexts(world)
    Reseller.objects.bulk_create(Reseller(name=f"kid{n}", parent=world.resellers["alpha"]) for n in range(50))
    names = [f"a{n}@acme.example" for n in range(50)]
    for name in names:
        create_forward(actor=OPERATOR, context=world.contexts[24], alias=name, recipients=["johndoe@acme.example"])
    User.objects.bulk_create(
        User(context_id=24, number=100 + n, uidname=name, uidname_normalized=name) for n, name in enumerate(names)
    )
    ConfigProperty.objects.bulk_create(
        ConfigProperty(name=f"many{n}", value="x", user=world.users[24]) for n in range(50)
    )
    assert counts() == few
    assert max(few) <= 26  # the head says whether it is in service, for which a user's company is read
    assert Context.objects.count() > 50
