"""A new company on one page: context, domain, administrator and first users, all or nothing, and undone as one."""

from __future__ import annotations

from typing import Any, Final

import pytest

from accounts.models import Administrator, Context, Reseller, User
from accounts.services.contexts import update_context
from accounts.services.resellers import update_reseller
from changelog.models import Change
from domains.models import ExplicitDomain
from tests.services.bulk import preview, run
from tests.web.person import Person, everything
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

URL: Final = "/admin/onboarding"
FORM: Final = {
    "context_id": "99",
    "name": "kid_newco",
    "domain": "NewCo.example",
    "login": "admin",
    "email": "it@elsewhere.example",
    "max_user": "20",
    "quota": "10",
    "quota_unit": "GB",
    "users": "anna.becker\njim@newco.example\n",
    "user_quota": "1",
    "user_quota_unit": "GB",
}


def send(person: Person, world: World, of: str = "alphakid", **changed: str) -> Any:
    pk = Reseller.objects.get(name=of).pk
    return person.post(URL, {**FORM, "reseller": str(pk), **changed}, 200)


def errors(response: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_page__makes_all_of_it_as_one_batch(alpha: Person, world: World) -> None:
    text = send(alpha, world).content.decode()
    context = Context.objects.get(pk=99)
    assert (context.name, context.reseller, context.max_user) == ("kid_newco", world.resellers["alphakid"], 20)
    assert (context.quota, ExplicitDomain.objects.get(context=99).name) == (10 * 1024**3, "newco.example")
    users = list(User.objects.filter(context=99).order_by("number").values_list("number", "uidname", "quota"))
    assert users == [(3, "anna.becker@NewCo.example", 1024**3), (4, "jim@newco.example", 1024**3)]
    admin = Administrator.objects.get(context=99)
    assert (admin.login, admin.email, admin.must_change_password) == ("admin", "it@elsewhere.example", True)
    assert "kid_newco is set up, with its domain, its administrator and 2 users." in text
    assert 'value="admin@kid_newco"' in text
    assert len(set(Change.objects.filter(context_id=99).values_list("batch", flat=True))) == 1


def test_password__is_shown_once_and_works(alpha: Person, world: World) -> None:
    response = send(alpha, world)
    password = response.context["made"].password
    assert Administrator.objects.get(context=99).check_password(password)
    assert "no-store" in response["Cache-Control"]
    assert all(password not in str(one) for one in Change.objects.values())


def test_batch__is_undone_as_one(alpha: Person, world: World) -> None:
    before = everything()
    batch = send(alpha, world).context["made"].batch
    changes = Change.objects.filter(batch=batch)
    assert changes.count() == 5
    assert alpha.get("/admin/changelog/change/", batch=str(batch)).context["cl"].result_count == 5
    assert run(preview(world.administrators["alpha"], "changes.undo", changes)).refused == 0
    assert everything() == before


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"context_id": "24"}, "context_id", "The context id 24 is taken."),
        ({"context_id": "0"}, "context_id", "Ensure this value is greater than or equal to 1."),
        ({"name": "beta_echo"}, "name", "The context name beta_echo is taken."),
        ({"name": "12"}, "name", "A context name cannot be all digits."),
        ({"domain": "echo.example"}, "domain", "The domain echo.example is taken."),
        ({"domain": "no domain"}, "domain", "not a domain name"),
        ({"login": "a:b"}, "login", "A login cannot contain a colon"),
        ({"email": "x"}, "email", "Enter a valid email address."),
        ({"users": "a\na"}, "users", "taken"),
        ({"users": "x@echo.example"}, "users", "belongs to"),
        ({"users": "\n".join(f"u{one}" for one in range(201))}, "users", "At most 200 at once"),
        ({"reseller": ""}, "reseller", "This field is required."),
    ],
)
def test_refusals__stand_on_their_field_and_nothing_is_made(
    alpha: Person, world: World, changed: dict[str, str], field: str, sentence: str
) -> None:
    before = everything()
    found = errors(send(alpha, world, **changed))
    assert list(found) == [field]
    assert sentence in found[field][0]
    assert everything() == before


def test_limits__hold(alpha: Person, world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alphakid"], max_user_per_context=1)
    assert "has reached its limit of 1 user" in errors(send(alpha, world))["users"][0]
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], max_context=4)
    assert "has reached its limit of 4 contexts" in errors(send(alpha, world))["reseller"][0]


def test_reseller__anothers_is_none_of_the_choices(alpha: Person, world: World) -> None:
    assert "That choice is not one of the available choices" in errors(send(alpha, world, "beta"))["reseller"][0]


def test_form__offers_the_next_id_and_asks_nobody_for_the_only_reseller(world: World) -> None:
    update_context(actor=OPERATOR, context=world.contexts[24], name="alpha_acme")
    page = Person(world.administrators["beta"]).get(URL)
    assert page.context["form"].initial["context_id"] == 55
    assert "reseller" not in page.context["form"].fields
    made = send(Person(world.administrators["beta"]), world, name="beta_newco").context["made"]
    assert made.context.reseller == world.resellers["beta"]


def test_master__may_make_one_of_no_reseller(root: Person, world: World) -> None:
    assert send(root, world, "beta", name="own_newco").context["made"].context.reseller is not None
    own = {"context_id": "100", "name": "own_x", "domain": "x.example", "users": "", "reseller": ""}
    response = root.post(URL, {**FORM, **own}, 200)
    assert response.context["made"].context.reseller is None


@pytest.mark.parametrize("who", ["admin@alpha_acme"])
def test_others__are_refused(world: World, who: str) -> None:
    person = Person(world.administrators[who])
    person.get(URL, 403)
    person.post(URL, FORM, 403)
    assert "New company" not in person.get("/admin/accounts/context/").content.decode()


def test_list_of_contexts__leads_there(alpha: Person) -> None:
    assert f'href="{URL}"' in alpha.get("/admin/accounts/context/").content.decode()
