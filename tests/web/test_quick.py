"""Changing status and quota from a list: the same form, version check, service, change line and way back."""

from __future__ import annotations

from typing import Any

from accounts.models import Administrator, Context, CustomId, Reseller, User
from changelog.models import Change
from forwards.models import ForwardingAlias
from tests.web.conftest import Enter
from tests.web.person import Person, page
from tests.world import World


def _text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def _form(person: Person, row: Any, **query: Any) -> dict[str, Any]:
    """What the short form would send unchanged."""
    form = person.get(page(row, "quick"), **query).context["adminform"].form
    text = _text(person.get(page(row, "quick")))
    version = text.partition('name="_version" value="')[2].partition('"')[0]
    data = {"_save": "Save", "_version": version}
    if "quota" in form.fields:
        data |= {"quota": "", "quota_unit": "GB"}
    return data | ({"is_active": "on"} if row.is_active else {})


def test_quick__changes_the_quota_alone_and_says_so_with_the_way_back(alpha: Person, world: World) -> None:
    user = world.users[24]
    answer = alpha.post(page(user, "quick"), _form(alpha, user) | {"quota": "3"})
    assert answer.url == page(User)
    after = User.objects.get(pk=user.pk)
    assert (after.quota, after.uidname, after.msisdn) == (3 * 2**30, user.uidname, user.msisdn)
    assert CustomId.objects.filter(user=user).count() == 2
    shown = _text(alpha.get(page(User)))
    said = shown.partition('class="messagelist"')[2].partition("</ul>")[0]
    assert user.uidname in said
    assert "Undo …" in said
    line = Change.objects.latest("pk")
    assert (line.kind, line.key, line.channel, line.actor) == ("user", user.pk, "web", "alpha")


def test_quick__goes_back_to_the_list_as_it_was(alpha: Person, world: World) -> None:
    user = world.users[24]
    shown = _text(alpha.get(f"{page(User)}?q=john&status=active"))
    link = shown.partition('class="quick" href="')[2].partition('"')[0].replace("&amp;", "&")
    answer = alpha.post(page(User) + link, _form(alpha, user) | {"quota": "3"})
    assert answer.url == f"{page(User)}?q=john&status=active"


def test_quick__suspending_asks_what_becomes_of_the_aliases(alpha: Person, world: World) -> None:
    user = world.users[24]
    data = _form(alpha, user) | {"quota": "1", "quota_unit": "MB"}
    del data["is_active"]
    asked = alpha.post(page(user, "quick"), data, status=200)
    assert "1 alias leads here: sales@acme.example." in _text(asked)
    question = asked.context["adminform"].form.question
    data |= {question.mark_name: question.mark, "question-leads": "take_out", "question-address": ""}
    alpha.post(page(user, "quick"), data)
    assert not User.objects.get(pk=user.pk).is_active
    assert ForwardingAlias.objects.get(address="sales@acme.example").recipients.count() == 1


def test_quick__of_a_row_that_somebody_has_changed_since_is_refused(alpha: Person, world: World) -> None:
    user = world.users[24]
    data = _form(alpha, user)
    alpha.post(page(user, "quick"), data | {"quota": "3"})
    refused = alpha.post(page(user, "quick"), data | {"quota": "4"}, status=200)
    assert "It was changed while you had this form open" in _text(refused)
    assert User.objects.get(pk=user.pk).quota == 3 * 2**30


def test_quick__takes_no_other_field(alpha: Person, world: World) -> None:
    user = world.users[24]
    alpha.post(page(user, "quick"), _form(alpha, user) | {"uidname": "x@acme.example", "msisdn": "+1.2", "custom": "x"})
    after = User.objects.get(pk=user.pk)
    assert (after.uidname, after.msisdn) == (user.uidname, user.msisdn)
    assert not CustomId.objects.filter(value="x").exists()


def test_quick__of_contexts_and_aliases(alpha: Person, world: World) -> None:
    context, alias = world.contexts[24], ForwardingAlias.objects.get(address="sales@acme.example")
    alpha.post(page(context, "quick"), _form(alpha, context) | {"quota": "5"})
    assert Context.objects.get(pk=24).quota == 5 * 2**30
    data = _form(alpha, alias)
    del data["is_active"]
    alpha.post(page(alias, "quick"), data)
    assert not ForwardingAlias.objects.get(pk=alias.pk).is_active


def test_quick__is_nobodys_who_may_not_change_the_row(enter: Enter, world: World) -> None:
    beta, admin = enter("beta"), enter("admin@alpha_acme")
    assert beta.client.get(page(world.users[24], "quick")).status_code in {302, 404}
    assert admin.client.post(page(world.contexts[24], "quick"), {"quota": "1"}).status_code in {302, 403, 404}
    assert Context.objects.get(pk=24).quota is None
    assert 'class="quick"' not in _text(admin.get(page(Context)))
    assert 'class="quick"' in _text(admin.get(page(User)))


def test_quick__of_child_resellers_and_administrators_is_their_sellers(alpha: Person, world: World) -> None:
    child = world.resellers["alphakid"]
    data = {"max_overall_context_quota": "5", "max_overall_context_quota_unit": "GB"}
    alpha.post(page(child, "quick"), _form(alpha, child) | data)
    after = Reseller.objects.get(pk=child.pk)
    assert (after.max_overall_context_quota, after.name, after.max_context) == (
        5 * 2**30,
        child.name,
        child.max_context,
    )
    clerk = world.administrators["alphakid"]
    data = _form(alpha, clerk)
    del data["is_active"]
    alpha.post(page(clerk, "quick"), data)
    assert not Administrator.objects.get(pk=clerk.pk).is_active


def test_quick__is_not_offered_for_ones_own_reseller_and_login(alpha: Person, world: World) -> None:
    shown = _text(alpha.get(page(Reseller)))
    assert f'href="{world.resellers["alphakid"].pk}/quick/"' in shown
    assert f'href="{world.resellers["alpha"].pk}/quick/"' not in shown
    shown = _text(alpha.get(page(Administrator)))
    assert f'href="{world.administrators["alphakid"].pk}/quick/"' in shown
    assert f'href="{world.administrators["alpha"].pk}/quick/"' not in shown
    own = world.resellers["alpha"]
    alpha.client.post(page(own, "quick"), {"_save": "Save", "max_overall_context_quota": "1"})
    after = Reseller.objects.get(pk=own.pk)
    assert (after.is_active, after.max_overall_context_quota) == (True, own.max_overall_context_quota)
