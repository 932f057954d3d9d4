"""What cannot be seen cannot be in a name, by whatever way it comes; and names are compared without case and width."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Administrator, Context, Reseller, User
from accounts.services.administrators import create_administrator
from accounts.services.contexts import create_context, update_context
from accounts.services.resellers import create_reseller
from accounts.services.users import create_user, update_user
from core.access import Role
from core.addresses import parse_uidname
from core.errors import Conflict, Invalid
from core.names import normalize_identifier, unseen
from tests.api.answers import answered, refused
from tests.client import ADMIN, Api
from tests.names.channels import ADDRESSES, NAMES, USER, Channel, kept
from tests.world import OPERATOR, PASSWORD, World

# Once, and where the product lives.
pytestmark = pytest.mark.postgres

# One or more of each kind: control, format, surrogate, private, unassigned, separators, blanks, fillers, and what is
# drawn as nothing or changes its neighbour though its category is a letter's, a mark's or a sign's.
UNSEEN: Final = (
    "\x00\x07\n\x7f\x85\u00ad\u061c\u200b\u200c\u200d\u200e\u202e\u2060\u2066\ufeff\U000e0041\ue000\U0010ffff\u0378"
    "\u2028\u2029\u00a0\u2003\u202f\u3000\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u180b\ufe0f\U000e0100\U0001d159"
)
HARD: Final = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TEXTS: Final = st.one_of(
    st.text(st.characters(), min_size=1, max_size=12),
    st.lists(
        st.one_of(
            st.sampled_from(UNSEEN), st.sampled_from(["a", "Z", "@", ".", "ß", "ＡＢ", "\u0301", "acme.example"])
        ),
        min_size=1,
        max_size=8,
    ).map("".join),
)


@pytest.mark.parametrize("char", UNSEEN, ids=lambda char: f"U+{ord(char):04X}")
@pytest.mark.parametrize("name", ["{}amelia", "ame{}lia", "amelia{}"], ids=["before", "within", "behind"])
def test_uidname__that_cannot_be_seen_is_refused(world: World, char: str, name: str) -> None:
    with pytest.raises(Invalid, match=f"U\\+{ord(char):04X}"):
        create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname=name.format(char))


@pytest.mark.parametrize("char", ["\u200b", "\ufeff", "\u202e", "\u00ad", "\u2800"])
@pytest.mark.parametrize("name", ["{}johndoe@bolt.example", "johndoe@bolt.example{}", "johndoe{}@bolt.example"])
def test_api__refuses_it_with_a_sentence_that_names_it(api: Api, world: World, char: str, name: str) -> None:
    for method, path, body in (
        ("PUT", "uidname", {"uidname": name.format(char)}),
        ("PUT", "custom", {"custom": name.format(char)}),
        ("PUT", "custom", {"custom": ["plain", name.format(char)]}),
        ("POST", "uids", {"custom": [name.format(char)], "msisdn": "+49 555 1234"}),
    ):
        assert f"U+{ord(char):04X}" in refused(api(method, f"{USER}/{path}", "admin", body), 400)


@pytest.mark.parametrize("channel", [pytest.param(one, id=name) for name, one in (NAMES | ADDRESSES).items()])
def test_channel__takes_what_can_be_seen_and_nothing_else(world: World, channel: Channel) -> None:
    name = "jürgen.łukasz@acme.example"
    before = kept()
    for bad in ("\u0301" + name, "\ufeff" + name, name.replace("@", "\u200b@"), name.replace("ü", "u\u034f\u0308")):
        assert not channel(world, bad)
        assert kept() == before
    # A context's name has no @.
    plain = name if "context" not in _name_of(channel) else "jürgen łukasz"
    assert channel(world, plain)


def _name_of(channel: Channel) -> str:
    return next(name for name, one in (NAMES | ADDRESSES).items() if one is channel)


@pytest.mark.parametrize("channel", [pytest.param(one, id=name) for name, one in (NAMES | ADDRESSES).items()])
def test_channel__never_stores_what_cannot_be_seen(world: World, channel: Channel) -> None:
    @HARD
    @given(TEXTS)
    def check(text: str) -> None:
        with transaction.atomic():
            channel(world, text)
            assert [name for name in kept() if unseen(name) or unicodedata.category(f"{name}x"[0])[0] == "M"] == []
            transaction.set_rollback(True)

    check()


def test_createsuperuser__refuses_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with pytest.raises(CommandError, match=r"U\+200B"):
        call_command("createsuperuser", login="bo\u200bss")


@given(st.text(max_size=20))
@settings(database=None, derandomize=True)
def test_normalize__is_stable_and_blind_to_case_and_form(text: str) -> None:
    compared = normalize_identifier(text)
    assert normalize_identifier(compared) == compared
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert normalize_identifier(unicodedata.normalize(form, text)) == compared
    assert normalize_identifier(text.casefold()) == compared


SAME: Final = [
    ("alpha_acme", "ALPHA_ACME"),
    ("alpha_acme", "ａｌｐｈａ＿ａｃｍｅ"),
    ("straße", "STRASSE"),
    ("ﬁne", "Fine"),
    ("Å", "A\u030a"),
    ("ⅷ", "viii"),
    ("ℌ", "h"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
class TestSame:
    """Two names that nothing but case, width or form keeps apart."""

    def test_uidname(self, world: World, one: str, other: str) -> None:
        create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname=one)
        with pytest.raises(Conflict, match="taken"):
            create_user(actor=OPERATOR, context=world.contexts[44], number=7, uidname=other)
        assert User.objects.identified_by(other) == User.objects.get(uidname=one)

    def test_custom_id(self, world: World, one: str, other: str) -> None:
        update_user(actor=OPERATOR, user=world.users[24], custom=[one])
        with pytest.raises(Invalid, match="another user's"):
            update_user(actor=OPERATOR, user=world.users[44], custom=[other])
        assert User.objects.identified_by(other, "CUSTOM") == world.users[24]

    def test_context(self, world: World, one: str, other: str) -> None:
        if not Context.objects.filter(name=one).exists():
            create_context(actor=OPERATOR, context_id=77, name=one, reseller=None)
        with pytest.raises(Conflict, match="taken"):
            create_context(actor=OPERATOR, context_id=78, name=other, reseller=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            Context.objects.create(id=78, name=other)
        row = Context.objects.get(name=one)
        assert update_context(actor=OPERATOR, context=row, name=other).name == other

    def test_reseller(self, world: World, one: str, other: str) -> None:
        create_reseller(actor=OPERATOR, name=one)
        with pytest.raises(Conflict, match="taken"):
            create_reseller(actor=OPERATOR, name=other)
        with pytest.raises(IntegrityError), transaction.atomic():
            Reseller.objects.create(name=other)

    def test_login(self, world: World, client: Client, one: str, other: str) -> None:
        row = create_administrator(actor=OPERATOR, login=one, role=Role.MASTER, password=PASSWORD)
        for context in (None, world.contexts[24]):
            role = Role.CONTEXT if context else Role.MASTER
            create = {"actor": OPERATOR, "role": role, "context": context, "password": PASSWORD}
            if context:
                create_administrator(login=one, **create)  # type: ignore[arg-type]
            with pytest.raises(Conflict, match="taken"):
                create_administrator(login=other, **create)  # type: ignore[arg-type]
            with pytest.raises(IntegrityError), transaction.atomic():
                Administrator.objects.create(login=other, role=role, context=context)
        assert client.login(username=other, password=PASSWORD) is False, "without a request there is no login"
        client.post("/admin/login/", {"username": other, "password": PASSWORD})
        assert client.session["_auth_user_id"] == str(row.pk)


@pytest.mark.parametrize("name", ["１２３", "a／b", "a＠b", "a：b", "a＼b", "a﹫b"])
def test_context__wide_digits_and_signs_are_the_plain_ones(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        create_context(actor=OPERATOR, context_id=77, name=name, reseller=None)


@pytest.mark.parametrize(
    "name", ["anna＠echo.example", "ａnna@ｅcho.example", "anna@echo．example", "anna﹫ECHO.example"]
)
def test_uidname__a_wide_address_is_in_the_domain_of_the_plain_one(api: Api, world: World, name: str) -> None:
    assert parse_uidname(name).domain == "echo.example"
    refused(api("PUT", f"{USER}/uidname", "admin", {"uidname": name}), 409)
    refused(api("PUT", f"{USER}/custom", "admin", {"custom": name}), 400)


def test_oxuser__finds_what_is_the_same_and_nothing_that_only_looks_it(api: Api, world: World) -> None:
    update_user(actor=OPERATOR, user=world.users[24], uidname="ＪohnDoe@acme.example")
    found = api("GET", f"{ADMIN}/oxuser?search=JOHNDOE@acme.example", "alpha")
    assert answered(found, 200)["uidname"] == "ＪohnDoe@acme.example"
    for text in ("johndoe%E2%80%8B@acme.example", "%CC%81johndoe@acme.example"):
        refused(api("GET", f"{ADMIN}/oxuser?search={text}", "alpha"), 404)


def test_login__failures_are_counted_for_the_name_and_not_for_its_spelling(client: Client, world: World) -> None:
    for spelling in ("alpha", "ALPHA", "Alpha", "ａlpha") * 5:
        client.post("/admin/login/", {"username": spelling, "password": "wrong"})
    page: Any = client.post("/admin/login/", {"username": "ALPHA", "password": PASSWORD})
    assert "Too many failed logins" in page.content.decode()
