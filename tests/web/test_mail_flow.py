"""Broken mail flow is seen before: aliases to a mailbox that goes, and recipients that do not exist."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.contexts import update_context
from accounts.services.users import create_user, update_user
from bulk.models import BulkJob
from changelog.models import Change
from forwards.doubts import doubt
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.services.bulk import changes, details, outcomes, preview, run
from tests.web.conftest import Enter
from tests.web.person import Person, errors, everything, page
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

JOHN, SALES, OUTSIDE = "johndoe@acme.example", "sales@acme.example", "outside@elsewhere.example"
ANNA = "anna.becker@acme.example"
QUESTION = {"__all__": ["Nothing is saved yet: please answer the question below."]}
LEADING = "2 aliases lead here: only@acme.example, sales@acme.example."


@pytest.fixture
def john(world: World) -> User:
    """A mailbox that two aliases lead to, and one of another customer's."""
    alias(world, "only@acme.example", JOHN)
    alias(world, "foreign@echo.example", JOHN, context=44)
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname=ANNA)
    return world.users[24]


def alias(world: World, address: str, *recipients: str, context: int = 24) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[context], alias=address, recipients=list(recipients))


def recipients() -> dict[str, list[str]]:
    """The recipients of each alias that the world did not have from the start, and of the one that leads to John."""
    rows = ForwardingAlias.objects.exclude(address__startswith="sales@") | ForwardingAlias.objects.filter(address=SALES)
    return {row.address: [one.address for one in row.recipients.order_by("pk")] for row in rows}


BEFORE = {SALES: [JOHN, OUTSIDE], "only@acme.example": [JOHN], "foreign@echo.example": [JOHN]}


def answer(response: Any, choice: str, address: str = "", **more: str) -> dict[str, Any]:
    """What a browser sends back with the question of this page answered."""
    question = asked(response)
    data = {question.mark_name: question.mark, "question-leads": choice, "question-address": address}
    if question.question is not None:
        data |= {question.question.mark_name: question.question.mark, "question-doubt-anyway": "on"}
    return data | more


def asked(response: Any) -> Any:
    """The question of a page."""
    context = response.context
    return context["question"] if "adminform" not in context else context["adminform"].form.question


def undo_all(world: World, who: str = "alpha") -> None:
    """Undo the newest batch as a whole."""
    batch = Change.objects.latest("pk").batch
    assert batch is not None
    job = run(preview(world.administrators[who], "changes.undo", Change.objects.filter(batch=batch)))
    assert set(outcomes(job).values()) == {"changed"}


# Deleting


def test_delete__names_the_aliases_that_are_ones_own_and_waits_for_a_choice(alpha: Person, john: User) -> None:
    response = alpha.get(page(john, "delete"))
    text = response.content.decode()
    assert LEADING in text
    assert "foreign@echo.example" not in text
    before = everything()
    response = alpha.post(page(john, "delete"), {"post": "yes"}, 200)
    assert LEADING in response.content.decode()
    assert everything() == before


def test_delete__left(alpha: Person, world: World, john: User) -> None:
    response = alpha.get(page(john, "delete"))
    alpha.post(page(john, "delete"), {"post": "yes", **answer(response, "leave")})
    assert not User.objects.filter(pk=john.pk).exists()
    assert recipients() == BEFORE


def test_delete__handed_over__and_undone_as_one(alpha: Person, world: World, john: User) -> None:
    response = alpha.get(page(john, "delete"))
    alpha.post(page(john, "delete"), {"post": "yes", **answer(response, "hand_over", ANNA)})
    assert recipients() == BEFORE | {SALES: [OUTSIDE, ANNA], "only@acme.example": [ANNA]}
    lines = Change.objects.filter(batch=Change.objects.latest("pk").batch)
    assert {(one.kind, one.action, one.label) for one in lines if one.kind != "config"} == {
        ("forward", "update", SALES),
        ("forward", "update", "only@acme.example"),
        ("user", "delete", f"42 {JOHN}"),
    }
    undo_all(world)
    assert {name: set(ones) for name, ones in recipients().items()} == {
        name: set(ones) for name, ones in BEFORE.items()
    }
    assert User.objects.get(uidname=JOHN).custom_ids.count() == 2


def test_delete__taken_out__an_alias_without_another_recipient_is_deleted(
    alpha: Person, world: World, john: User
) -> None:
    response = alpha.get(page(john, "delete"))
    alpha.post(page(john, "delete"), {"post": "yes", **answer(response, "take_out")})
    assert recipients() == {SALES: [OUTSIDE], "foreign@echo.example": [JOHN]}
    undo_all(world)
    assert recipients() == BEFORE | {SALES: [OUTSIDE, JOHN]}


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "Say which address they go to."),
        ("no address", "is not a mail address"),
        ("anna.beker@acme.example", "Did you mean anna.becker@acme.example?"),
    ],
)
def test_delete__handed_to_nobody__is_asked_again(alpha: Person, john: User, address: str, sentence: str) -> None:
    before = everything()
    response = alpha.get(page(john, "delete"))
    response = alpha.post(page(john, "delete"), {"post": "yes", **answer(response, "hand_over", address)}, 200)
    assert sentence in response.content.decode()
    assert everything() == before


def test_delete__handed_to_what_does_not_exist__goes_with_a_tick(alpha: Person, john: User) -> None:
    response = alpha.get(page(john, "delete"))
    response = alpha.post(page(john, "delete"), {"post": "yes", **answer(response, "hand_over", "x@acme.example")}, 200)
    assert "x@acme.example does not exist." in response.content.decode()
    alpha.post(page(john, "delete"), {"post": "yes", **answer(response, "hand_over", "x@acme.example")})
    assert recipients()["only@acme.example"] == ["x@acme.example"]


@pytest.mark.parametrize(
    ("address", "sentence"), [(JOHN, "It is this very address."), ("only@acme.example", "its own recipient")]
)
def test_delete__handed_where_it_cannot_go__nothing_changes(
    alpha: Person, john: User, address: str, sentence: str
) -> None:
    before = everything()
    response = alpha.get(page(john, "delete"))
    response = alpha.post(page(john, "delete"), {"post": "yes", **answer(response, "hand_over", address)})
    assert sentence in alpha.messages(response)[0]
    assert everything() == before


def test_delete__another_alias_came_meanwhile__is_asked_again(alpha: Person, world: World, john: User) -> None:
    response = alpha.get(page(john, "delete"))
    alias(world, "late@acme.example", JOHN)
    response = alpha.post(page(john, "delete"), {"post": "yes", **answer(response, "take_out")}, 200)
    assert "late@acme.example" in response.content.decode()
    assert User.objects.filter(pk=john.pk).exists()


def test_delete__nothing_leads_there__nothing_is_asked(alpha: Person, world: World) -> None:
    user = create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname=ANNA)
    assert asked(alpha.get(page(user, "delete"))) is None
    alpha.delete(user)


def test_delete__many_aliases__take_as_many_statements_as_one(alpha: Person, world: World, john: User) -> None:
    counts = []
    for number in (12, 40):
        for place in range(number):
            alias(world, f"a{place}@acme.example", JOHN)
        with CaptureQueriesContext(connection) as queries:
            response = alpha.get(page(john, "delete"))
            response = alpha.client.post(page(john, "delete"), {"post": "yes", **answer(response, "hand_over", ANNA)})
        assert response.status_code == 302
        counts.append(len(queries))
        undo_all(world)
        john = User.objects.get(uidname=JOHN)
        Change.objects.all().delete()
    assert counts[0] == counts[1]


# Renaming and suspending


def test_rename__offers_the_new_address(alpha: Person, world: World, john: User) -> None:
    before = everything()
    response = alpha.change(john, {"uidname": "jd@acme.example"}, 200)
    question = asked(response)
    assert question.sentence == LEADING
    assert question.initial == {"leads": "hand_over", "address": "jd@acme.example"}
    assert errors(response) == QUESTION
    assert everything() == before
    alpha.change(john, {"uidname": "jd@acme.example", **answer(response, "hand_over", "jd@acme.example")})
    assert recipients() == BEFORE | {SALES: [OUTSIDE, "jd@acme.example"], "only@acme.example": ["jd@acme.example"]}
    assert User.objects.get(pk=john.pk).uidname == "jd@acme.example"
    undo_all(world)
    assert recipients() == BEFORE | {SALES: [OUTSIDE, JOHN]}
    assert User.objects.get(pk=john.pk).uidname == JOHN


@pytest.mark.parametrize(
    "name", ["jd", "jd@", "@acme.example", "j@d@acme.example", "j d@acme.example", "jd@acme..example"]
)
def test_rename__to_what_is_no_address__offers_none(alpha: Person, john: User, name: str) -> None:
    response = alpha.change(john, {"uidname": name}, 200)
    if asked(response) is not None:
        alpha.change(john, {"uidname": name, **answer(response, "hand_over", ANNA)}, 302)


def test_rename__in_another_case_only__asks_nothing(alpha: Person, john: User) -> None:
    alpha.change(john, {"uidname": "JohnDoe@acme.example"})


def test_suspend__taken_out(alpha: Person, world: World, john: User) -> None:
    response = alpha.change(john, {"is_active": ""}, 200)
    assert LEADING in response.content.decode()
    alpha.change(john, {"is_active": "", **answer(response, "take_out")})
    assert recipients() == {SALES: [OUTSIDE], "foreign@echo.example": [JOHN]}
    assert not User.objects.get(pk=john.pk).is_active


def test_other_changes__ask_nothing(alpha: Person, john: User) -> None:
    alpha.change(john, {"msisdn": "+49.1.234567"})


def test_context_admin__is_told_of_the_own_context_only(enter: Enter, world: World, john: User) -> None:
    alias(world, "over@bolt.example", JOHN, context=25)
    assert asked(enter("admin@alpha_acme").get(page(john, "delete"))).sentence == LEADING
    assert asked(enter("alpha").get(page(john, "delete"))).sentence == (
        "3 aliases lead here: only@acme.example, over@bolt.example, sales@acme.example."
    )


def test_undeclared_mailbox__no_alias_leads_there(alpha: Person, world: World) -> None:
    user = create_user(actor=OPERATOR, context=world.contexts[24], number=8, uidname="x@undeclared.example")
    alias(world, "far@acme.example", "x@undeclared.example")
    assert asked(alpha.get(page(user, "delete"))) is None


# In bulk


def choose(person: Person, edit: str, users: list[User], status: int = 302, **more: str) -> Any:
    data = {"action": edit, "_selected_action": [user.pk for user in users], **more}
    return person.post(page(User), data, status)


@pytest.mark.parametrize("edit", ["users.delete", "users.suspend"])
def test_bulk__asks_once_for_all_and_the_preview_names_them(alpha: Person, world: World, john: User, edit: str) -> None:
    anna = User.objects.get(uidname=ANNA)
    alias(world, "anna@acme.example", ANNA)
    response = choose(alpha, edit, [john, anna], 200)
    assert "3 aliases lead here: anna@acme.example, only@acme.example, sales@acme.example." in response.content.decode()
    response = choose(alpha, edit, [john, anna], 200, bulk="Preview")
    assert "This field is required." in response.content.decode()
    choose(alpha, edit, [john, anna], bulk="Preview", **{"edit-leads": "take_out"})  # type: ignore[arg-type]
    job = BulkJob.objects.latest("pk")
    assert details(job) == {
        JOHN: f"{LEADING} This recipient is taken out. Deleted, as they have no other: only@acme.example.",
        ANNA: "1 alias leads here: anna@acme.example. This recipient is taken out. "
        "Deleted, as they have no other: anna@acme.example.",
    }
    assert recipients()["only@acme.example"] == [JOHN]
    job = run(job)
    assert recipients() == {SALES: [OUTSIDE], "foreign@echo.example": [JOHN]}
    assert {one.kind for one in changes(job)} == {"forward", "user"}


@pytest.mark.parametrize(("mailbox", "left"), [("suspended", [False]), ("deleted", [])])
def test_somebody_leaves__one_form_from_their_page(
    alpha: Person, world: World, john: User, mailbox: str, left: list[bool]
) -> None:
    """Who gets the mail, what becomes of the mailbox; and one undo brings all of it back."""
    assert 'name="action" value="users.leave"' in alpha.get(page(john, "change")).content.decode()
    text = choose(alpha, "users.leave", [john], 200).content.decode()
    assert LEADING in text
    assert 'name="edit-mailbox" value="suspended"' in text
    answers = {"edit-mailbox": mailbox, "edit-leads": "hand_over", "edit-address": ANNA}
    choose(alpha, "users.leave", [john], bulk="Preview", **answers)  # type: ignore[arg-type]
    job = run(BulkJob.objects.latest("pk"))
    assert recipients() == {SALES: [OUTSIDE, ANNA], "only@acme.example": [ANNA], "foreign@echo.example": [JOHN]}
    assert list(User.objects.filter(uidname=JOHN).values_list("is_active", flat=True)) == left
    back = run(preview(world.administrators["alpha"], "changes.undo", changes(job)))
    assert back.refused == 0
    assert {alias: set(found) for alias, found in recipients().items()} == {one: set(BEFORE[one]) for one in BEFORE}
    assert User.objects.get(uidname=JOHN).is_active


def test_somebody_leaves__nothing_leads_there__asks_for_the_mailbox_alone(
    alpha: Person, world: World, john: User
) -> None:
    text = choose(alpha, "users.leave", [User.objects.get(uidname=ANNA)], 200).content.decode()
    assert 'name="edit-mailbox"' in text
    assert 'name="edit-leads"' not in text


def test_bulk__nothing_leads_there__goes_straight_to_the_preview(alpha: Person, world: World, john: User) -> None:
    choose(alpha, "users.delete", [User.objects.get(uidname=ANNA)])


def test_bulk__one_that_cannot_be_handed_over_is_refused_and_the_others_go(
    alpha: Person, world: World, john: User
) -> None:
    anna = User.objects.get(uidname=ANNA)
    alias(world, "anna@acme.example", ANNA)
    alias(world, "both@acme.example", ANNA, JOHN)
    users = User.objects.filter(pk__in=[john.pk, anna.pk])
    job = preview(world.administrators["alpha"], "users.delete", users, leads="hand_over", address="anna@acme.example")
    assert outcomes(job) == {JOHN: "changed", ANNA: "refused"}
    assert details(job)[ANNA] == "An alias cannot be its own recipient."
    run(job)
    assert recipients()["both@acme.example"] == [ANNA, "anna@acme.example"]
    assert recipients()["anna@acme.example"] == [ANNA]
    assert User.objects.filter(uidname=ANNA).exists()


def test_bulk__a_job_that_was_not_asked__leaves_them(world: World, john: User) -> None:
    job = run(preview(world.administrators["alpha"], "users.delete", User.objects.filter(pk=john.pk)))
    assert details(job) == {JOHN: f"{LEADING} They stay as they are."}
    assert recipients() == BEFORE


def test_bulk__fifty_take_as_many_statements_as_one(world: World) -> None:
    users = []
    for number in range(100, 150):
        name = f"u{number}@acme.example"
        users.append(create_user(actor=OPERATOR, context=world.contexts[24], number=number, uidname=name).pk)
        alias(world, f"a{number}@acme.example", name)
    counts = []
    for keys in (users[:1], users):
        with CaptureQueriesContext(connection) as queries:
            chosen = User.objects.filter(pk__in=keys)
            preview(world.administrators["alpha"], "users.delete", chosen, leads="hand_over", address=ANNA)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Recipients that do not exist

TYPO = "anna.beker@acme.example"
MISSING = f"{TYPO} does not exist. Did you mean {ANNA}?"


def doubt_of(response: Any) -> dict[str, str]:
    """The tick that says that what was asked is meant."""
    question = asked(response) if "adminform" in response.context else response.context["form"].question
    return {question.mark_name: question.mark, "question-anyway": "on"}


def test_alias_form__a_recipient_that_does_not_exist_is_asked_about(alpha: Person, world: World, john: User) -> None:
    data = {"context": 24, "address": "new@acme.example", "recipients": f"{TYPO}, {JOHN}", "is_active": "on"}
    before = everything()
    response = alpha.add(ForwardingAlias, data, 200)
    assert (errors(response), asked(response).sentence) == (QUESTION, MISSING)
    assert "Save anyway" in response.content.decode()
    assert everything() == before
    # The tick is for this sentence: another address is asked about again.
    other = data | {"recipients": f"nobody.at.all@acme.example, {JOHN}"}
    again = alpha.add(ForwardingAlias, other | doubt_of(response), 200)
    assert asked(again).sentence == "nobody.at.all@acme.example does not exist."
    alpha.add(ForwardingAlias, data | doubt_of(response))
    assert recipients()["new@acme.example"] == [TYPO, JOHN]


def test_alias_form__what_was_there_before_is_not_asked_about_again(alpha: Person, world: World) -> None:
    alias(world, "old@acme.example", TYPO)
    row = ForwardingAlias.objects.get(address="old@acme.example")
    alpha.change(row, {"recipients": f"{TYPO}\n{OUTSIDE}"})


@pytest.mark.parametrize("who", ["root", "alpha", "alphakid", "admin@alpha_acme"])
@pytest.mark.parametrize("foreign", ["nobody@echo.example", "johndoe@echo.example", "nobody@far.example"])
def test_alias_form__other_people_s_domains_are_not_looked_into(
    enter: Enter, world: World, who: str, foreign: str
) -> None:
    context, domain = (34, "cafe.example") if who == "alphakid" else (24, "acme.example")
    data = {"context": context, "address": f"new@{domain}", "recipients": foreign, "is_active": "on"}
    # The master sees all domains of the platform.
    seen = who == "root" and foreign == "nobody@echo.example"
    response = enter(who).add(ForwardingAlias, data, 200 if seen else 302)
    if seen:
        assert asked(response).sentence == "nobody@echo.example does not exist."


def test_alias_form__international_domains_and_any_case(alpha: Person, world: World, john: User) -> None:
    data = {"context": 24, "address": "new@acme.example", "recipients": "Anna.Becker@ACME.example", "is_active": "on"}
    alpha.add(ForwardingAlias, data)


@pytest.mark.parametrize(
    ("edit", "fields"),
    [
        ("forwards.add_recipient", {"edit-recipient": TYPO}),
        ("forwards.replace_recipient", {"edit-old": JOHN, "edit-new": TYPO}),
    ],
)
def test_bulk__a_recipient_that_does_not_exist_is_asked_about(
    alpha: Person, world: World, john: User, edit: str, fields: dict[str, str]
) -> None:
    keys = list(ForwardingAlias.objects.filter(context=24).values_list("pk", flat=True))
    data = {"action": edit, "_selected_action": keys, "bulk": "Preview", **fields}
    response = alpha.post(page(ForwardingAlias), data, 200)
    assert MISSING in response.content.decode()
    assert not BulkJob.objects.exists()
    response = alpha.post(page(ForwardingAlias), data | doubt_of(response))
    assert BulkJob.objects.get().state == "ready"


def test_bulk__remove_does_not_ask(alpha: Person, world: World, john: User) -> None:
    keys = list(ForwardingAlias.objects.filter(context=24).values_list("pk", flat=True))
    data = {"action": "forwards.remove_recipient", "_selected_action": keys, "bulk": "1", "edit-recipient": TYPO}
    alpha.post(page(ForwardingAlias), data)


# In imports

IMPORT = "/admin/forwards/forwardingalias/import"
HEAD = "context,alias,recipients\n"
MEANT = "If that is meant, upload the file again with “Recipients that do not exist are meant” ticked."


def upload(person: Person, text: str, **ticked: str) -> tuple[BulkJob, dict[str, str]]:
    """The job of an uploaded file, and the sentence of each line."""
    file = SimpleUploadedFile("aliases.csv", f"{HEAD}{text}".encode())
    person.post(IMPORT, {"file": file, **ticked})
    job = BulkJob.objects.latest("pk")
    return job, {item.label.split()[2]: item.detail for item in job.items.all() if item.outcome == "refused"}


def test_import__a_recipient_that_does_not_exist_is_asked_about(alpha: Person, world: World, john: User) -> None:
    lines = f"24,one@acme.example,{TYPO}\n24,two@acme.example,{ANNA}\n24,three@acme.example,nobody@far.example\n"
    before = everything()
    job, refused = upload(alpha, lines)
    assert refused == {"one@acme.example": f"{MISSING} {MEANT}"}
    assert everything() == before
    job, refused = upload(alpha, lines, missing_recipients="on")
    assert refused == {}
    run(job)
    assert recipients()["one@acme.example"] == [TYPO]


def test_import__what_another_line_makes_is_there(alpha: Person, world: World) -> None:
    lines = "24,first@acme.example,Later@acme.example\n24,later@acme.example,johndoe@acme.example\n"
    job, refused = upload(alpha, lines)
    assert refused == {}
    assert set(run(job).items.values_list("outcome", flat=True)) == {"changed"}


def test_import__what_was_there_before_is_not_asked_about(alpha: Person, world: World) -> None:
    alias(world, "old@acme.example", TYPO)
    assert upload(alpha, f"24,old@acme.example,{TYPO} {JOHN}\n")[1] == {}


def test_import__fifty_take_as_many_statements_as_twenty_five(world: World, alpha: Person) -> None:
    counts = []
    for number in (25, 50):
        lines = "".join(f"24,a{place}@acme.example,gone{place}@acme.example\n" for place in range(number))
        with CaptureQueriesContext(connection) as queries:
            upload(alpha, lines)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_import__each_table_asks_about_its_own(alpha: Person) -> None:
    fields = [
        set(alpha.get(f"/admin/{model}/import").context["form"].fields) - {"file", "skip_bad"}
        for model in ("accounts/context", "accounts/user", "forwards/forwardingalias", "domains/explicitdomain")
    ]
    assert fields == [{"small_quotas"}, {"small_quotas"}, {"missing_recipients"}, set()]


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("anna.beker", "anna.becker"),
        ("ana.becker", "anna.becker"),
        ("anna-becker", "anna.becker"),
        ("becker.anna", ""),
        ("nna.becker", "anna.becker"),
        ("Anna.Bekcer", "anna.becker"),
        ("zoe", ""),
        ("johndoe1", "johndoe"),
        ("sale", "sales"),
    ],
)
def test_nearest__is_what_was_likely_meant(world: World, john: User, typed: str, nearest: str) -> None:
    sentence = doubt(world.administrators["alpha"], [f"{typed}@acme.example"])
    suggestion = f" Did you mean {nearest}@acme.example?" if nearest else ""
    assert sentence == f"{typed}@acme.example does not exist.{suggestion}"


def test_doubt__many_are_counted(world: World) -> None:
    sentence = doubt(world.administrators["alpha"], [f"gone{number}@acme.example" for number in range(9)])
    assert sentence.count("does not exist.") == 5
    assert sentence.endswith("And 4 more do not exist.")


@pytest.mark.parametrize("suspended", ["itself", "context"])
def test_doubt__what_is_suspended_exists(world: World, suspended: str) -> None:
    if suspended == "itself":
        update_user(actor=OPERATOR, user=world.users[24], is_active=False)
    else:
        update_context(actor=OPERATOR, context=world.contexts[24], is_active=False)
    assert doubt(world.administrators["alpha"], [JOHN]) == ""
