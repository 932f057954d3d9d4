"""`manage.py provision`: a declared world is made so, all of it or nothing, and written down the same."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, Reseller, User
from accounts.provision import ProvisionError, read, write, written
from accounts.provision import provision as declare_world
from accounts.provision.section import all_sections
from accounts.services.users import update_user
from changelog.models import Change
from core.errors import Invalid
from core.locks import lock_everything, lock_names
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from forwards.services import add_recipients
from tests.emptying import clear
from tests.services.threads import race
from tests.world import OPERATOR, PASSWORD, World

DECLARED = """
config:         [{name: com.openexchange.capability.calendar, value: "true"}]
resellers:
- {name: gamma, display_name: Gamma Hosting, parent: null, restrictions: {Subadmin.CanCreateSubadmin: true}}
- {name: gammakid, parent: gamma, colour: "#1f6feb", config: [{name: com.openexchange.brand, value: "kid: one"}]}
contexts:
- {id: 124, name: gamma_acme, reseller: gamma, quota: null, max_user: 5, config: [{name: x.y, value: ""}]}
- {id: 125, name: gamma_idle, reseller: gammakid, is_active: false}
administrators:
- {login: admin, role: context, context: 124, password: secret enough, language: de}
- {login: gamma, role: reseller, reseller: gamma, password: secret enough}
- {login: root2, role: master, password: secret enough}
- {login: portal, role: tenant, reseller: gamma, password: secret enough, is_active: false}
users:
- {context: 124, id: 42, uidname: JaneDoe@gamma.example, msisdn: +49.12345.6789, custom: [a, b], quota: 1048576,
   config: [{name: x.y, value: "1"}], last_login: 1700000000}
- {context: 124, id: 43, uidname: no, is_active: false}
domains:        [{context: 124, domain: Gamma.example}]
forwards:
- {context: 124, alias: sales@gamma.example, recipients: [janedoe@gamma.example, b@elsewhere.example]}
- {context: 124, alias: old@gamma.example, recipients: [sales@gamma.example], is_active: false}
"""
MODELS = [
    Administrator,
    Change,
    ConfigProperty,
    Context,
    ExplicitDomain,
    ForwardingAlias,
    LastLogin,
    Recipient,
    Reseller,
    User,
]


def provision(tmp_path: Path, content: str | bytes, *arguments: str, name: str = "world.yaml") -> str:
    """Run the command on this content and return what it says."""
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    out = io.StringIO()
    call_command("provision", str(file), *arguments, stdout=out)
    return out.getvalue()


def exported() -> str:
    out = io.StringIO()
    call_command("provision", "--export", stdout=out)
    return out.getvalue()


def everything() -> list[list[dict[str, Any]]]:
    """Every row of every table."""
    return [list(model._default_manager.order_by("pk").values()) for model in MODELS]


def test_provision__everything_that_is_declared_is_made(world: World, tmp_path: Path) -> None:
    assert provision(tmp_path, DECLARED) == "19 changes made.\n"

    assert ConfigProperty.objects.get(name="com.openexchange.capability.calendar").scope == "server"
    kid = Reseller.objects.select_related("parent").get(name="gammakid")
    assert (str(kid.parent), kid.colour) == ("gamma", "#1f6feb")
    assert kid.config.get().value == "kid: one"
    acme, idle = Context.objects.get(pk=124), Context.objects.get(pk=125)
    assert (acme.name, str(acme.reseller), acme.quota, acme.max_user) == ("gamma_acme", "gamma", None, 5)
    assert idle.is_active is False
    assert acme.config.get().value == ""
    admin = Administrator.objects.get(context=acme)
    assert (admin.login, admin.language, admin.check_password("secret enough")) == ("admin", "de", True)
    assert Administrator.objects.get(login="portal").is_active is False
    jane, no = User.objects.filter(context=acme)
    assert (jane.uidname, jane.msisdn, jane.quota) == ("JaneDoe@gamma.example", "+49.12345.6789", 1_048_576)
    assert list(jane.custom_ids.values_list("value", flat=True)) == ["a", "b"]
    assert jane.config.get().value == "1"
    assert (no.uidname, no.is_active) == ("no", False)
    assert LastLogin.objects.get().username == "janedoe@gamma.example"
    assert LastLogin.objects.get().last_login == 1_700_000_000
    assert ExplicitDomain.objects.get(context=acme).name == "gamma.example"
    aliases = {
        one.address: (one.is_active, [str(recipient) for recipient in one.recipients.all()])
        for one in ForwardingAlias.objects.filter(context=acme)
    }
    assert aliases == {
        "sales@gamma.example": (True, ["janedoe@gamma.example", "b@elsewhere.example"]),
        "old@gamma.example": (False, ["sales@gamma.example"]),
    }


def test_provision__twice_changes_nothing(world: World, tmp_path: Path) -> None:
    provision(tmp_path, DECLARED)
    before = everything()

    assert provision(tmp_path, DECLARED) == "0 changes made.\n"

    assert everything() == before


def test_provision__strict_hoster_gets_domains_before_the_addresses_in_them(
    world: World, tmp_path: Path, settings: Any
) -> None:
    settings.UNDECLARED_DOMAINS = "refuse"
    declared = DECLARED.replace(
        "{context: 124, id: 43, uidname: no,", "{context: 124, id: 43, uidname: no@gamma.example,"
    )

    assert provision(tmp_path, declared) == "19 changes made.\n"


def test_provision__dry_run_prints_the_plan_and_changes_nothing(world: World, tmp_path: Path) -> None:
    before = everything()

    lines = provision(tmp_path, DECLARED, "--dry-run").splitlines()

    assert everything() == before
    assert lines[-1] == "19 changes would be made."
    assert len(lines) == 20
    assert "create user 42 JaneDoe@gamma.example (context gamma_acme)" in lines
    assert "create forward sales@gamma.example (context gamma_acme)" in lines
    assert "create config x.y (context gamma_acme)" in lines


def test_provision__dry_run_shows_what_changes_from_what(world: World, tmp_path: Path) -> None:
    lines = provision(tmp_path, "users: [{context: 24, id: 42, quota: 5}]", "--dry-run").splitlines()

    assert lines[0] == "update user 42 johndoe@acme.example (context alpha_acme): quota 1048576 → 5"


def test_provision__what_exists_gets_the_given_values_and_keeps_the_rest(world: World, tmp_path: Path) -> None:
    content = """
    resellers: [{name: alpha, display_name: Alpha One, restrictions: {Subadmin.MaxContext: 9}}]
    contexts: [{id: 24, name: alpha_renamed}]
    administrators: [{login: alpha, role: reseller, reseller: alpha, is_active: false}]
    users: [{context: 24, id: 42, uidname: jd@acme.example, custom: [new]}]
    domains: [{context: 24, domain: ACME.example}]
    forwards: [{context: 24, alias: Sales@acme.example, recipients: [c@elsewhere.example, johndoe@acme.example]}]
    """

    assert provision(tmp_path, content) == "5 changes made.\n"

    alpha = Reseller.objects.get(name="alpha")
    assert (alpha.display_name, alpha.max_context, alpha.can_create_subadmin) == ("Alpha One", 9, True)
    context = Context.objects.get(pk=24)
    assert (context.name, str(context.reseller)) == ("alpha_renamed", "alpha")
    assert Administrator.objects.get(login="alpha").check_password(PASSWORD)
    user = User.objects.get(context=24)
    assert (user.uidname, user.msisdn, user.quota) == ("jd@acme.example", "+49.1234.5624", 1_048_576)
    assert list(user.custom_ids.values_list("value", flat=True)) == ["new"]
    alias = ForwardingAlias.objects.get(context=24)
    assert alias.address == "sales@acme.example"
    assert {str(one) for one in alias.recipients.all()} == {"c@elsewhere.example", "johndoe@acme.example"}


def test_provision__null_removes(world: World, tmp_path: Path) -> None:
    LastLogin.objects.create(username="johndoe@acme.example", last_login=5)

    provision(tmp_path, "users: [{context: 24, id: 42, msisdn: null, quota: null, custom: [], last_login: null}]")

    user = User.objects.get(context=24)
    assert (user.msisdn, user.quota, user.custom_ids.count(), LastLogin.objects.count()) == (None, None, 0, 0)


def test_provision__password_is_set_again_only_when_it_differs(world: World, tmp_path: Path) -> None:
    entry = "administrators: [{login: root, role: master, password: %s}]"
    before = Administrator.objects.get(login="root").password

    assert provision(tmp_path, entry % json.dumps(PASSWORD)) == "0 changes made.\n"
    assert Administrator.objects.get(login="root").password == before
    assert provision(tmp_path, entry % "other enough") == "1 change made.\n"
    assert Administrator.objects.get(login="root").check_password("other enough")
    assert "other enough" not in str(Change.objects.latest("pk").after)


def test_provision__password_hash_is_taken_as_it_is(world: World, tmp_path: Path) -> None:
    known = Administrator.objects.get(login="alpha").password
    content = f"administrators: [{{login: copy, role: master, password_hash: '{known}'}}]"

    provision(tmp_path, content)

    assert Administrator.objects.get(login="copy").check_password(PASSWORD)
    assert provision(tmp_path, content) == "0 changes made.\n"


def test_provision__json_and_standard_input(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps({"users": [{"context": 24, "id": 50, "uidname": "😀@acme.example"}]})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    out = io.StringIO()

    call_command("provision", "-", stdout=out)

    assert out.getvalue() == "1 change made.\n"
    assert User.objects.get(context=24, number=50).uidname == "😀@acme.example"
    assert provision(tmp_path, content, name="world.json") == "0 changes made.\n"


# One bad thing each, and a part of the sentence that names the entry and says what is wrong.
REFUSED = [
    ("", "The file must be a mapping"),
    ("[]", "The file must be a mapping"),
    ("usres: []", "usres is not a key here; known are config, resellers"),
    ("users: 3", "users must be a list."),
    ("users: [5]", "users[0]: must be a mapping"),
    ("users: [{context: 24}]", "users[0] (context 24): id is missing."),
    ("users: [{context: 24, id: 42, colour: red}]", "users[0] (context 24, user 42): colour is not a key here"),
    ("users: [{context: 24, id: 42, msisdn: 49}]", "users[0] (context 24, user 42): msisdn must be text"),
    ("users: [{context: 24, id: true}]", "users[0] (context 24, user true): id must be a whole number"),
    ("users: [{context: 24, id: -1}]", "id must be a whole number"),
    ("users: [{context: 24, id: 1.5}]", "id must be a whole number"),
    ("users: [{context: 24, id: .inf}]", "id must be a whole number"),
    ("users: [{context: 24, id: 9223372036854775808}]", "id must be a whole number"),
    ("users: [{context: 24, id: 42, last_login: 2026-01-01}]", "last_login must be a whole number"),
    ("users: [{context: 24, id: 42, custom: a}]", "custom must be a list."),
    ("users: [{context: 24, id: 42, custom: [a, 5]}]", "custom[1] must be text"),
    ("users: [{context: 24, id: 42, config: [{name: a}]}]", "config[0].value is missing."),
    ("users: [{context: 24, id: 42, is_active: yes}]", "is_active must be true or false."),
    ('users: [{context: 24, id: 42, uidname: "a\\0b"}]', "uidname contains a character that cannot be stored."),
    ("users: [{context: 24, id: 42}, {context: 24, id: 42}]", "users[1] (context 24, user 42): this is the same"),
    ("users: [{context: 24, id: 0, uidname: a}]", "users[0] (context 24, user 0): The user id must be"),
    ("users: [{context: 99, id: 42}]", "users[0] (context 99, user 42): There is no context 99."),
    ("users: [{context: 24, id: 43}]", "users[0] (context 24, user 43): uidname is missing: the user is new."),
    ("users: [{context: 24, id: 43, uidname: JOHNDOE@acme.example}]", "The uidname JOHNDOE@acme.example is taken."),
    ("users: [{context: 24, id: 42, msisdn: banana}]", "“banana” is not a phone number"),
    ("contexts: [{id: 60}]", "contexts[0] (context 60): name is missing: the context is new."),
    ('contexts: [{id: 60, name: "123"}]', "contexts[0] (context 60): A context name cannot be all digits."),
    ("contexts: [{id: 60, name: x, reseller: nobody}]", "There is no reseller nobody."),
    ("contexts: [{id: 24, reseller: beta}]", "The reseller of a context cannot be changed."),
    ("contexts: [{id: 24, reseller: null}]", "The reseller of a context cannot be changed."),
    ("resellers: [{name: alphakid, parent: beta}]", "The parent of a reseller cannot be changed."),
    ("resellers: [{name: x, restrictions: {MaxContext: 5}}]", "restrictions.MaxContext is not a key here"),
    ("resellers: [{name: x, restrictions: {Subadmin.MaxContext: -5}}]", "must be a whole number, 0 or more, or null."),
    ("resellers: [{name: x, parent: alphakid}]", "resellers[0] (x): The reseller alphakid is itself a child"),
    ("administrators: [{login: x, role: boss}]", "administrators[0] (login x): role must be one of"),
    ("administrators: [{login: x, role: master}]", "password or password_hash is missing"),
    ("administrators: [{login: x, role: tenant, password: y}]", "The role does not fit"),
    ("administrators: [{login: x, role: master, password: a, password_hash: b}]", "not both"),
    ("administrators: [{login: x, role: master, password_hash: b}]", "The password hash is of no known kind."),
    ("administrators: [{login: root, role: reseller, reseller: alpha}]", "cannot be changed"),
    ("administrators: [{login: root, role: master, language: tlh}]", "language must be one of"),
    ("domains: [{context: 24, domain: localhost}]", "domains[0] (context 24, domain localhost): “localhost” is not"),
    ("domains: [{context: 24, domain: bolt.example}]", "The domain bolt.example is taken."),
    ("domains: [{context: 24, domain: a.example}, {context: 25, domain: A.example}]", "the same as domains[0]."),
    ("forwards: [{context: 24, alias: x@acme.example}]", "recipients is missing: the alias is new."),
    ("forwards: [{context: 24, alias: x@acme.example, recipients: []}]", "There must be at least one recipient."),
    ("forwards: [{context: 24, alias: sales@bolt.example, recipients: [a@b.example]}]", "belongs to another context"),
    ("forwards: [{context: 24, alias: sales@acme.example, recipients: [sales@acme.example]}]", "its own recipient"),
    ('config: [{name: a, value: "b"}, {name: a, value: "c"}]', "config[1] (a): this is the same as config[0]."),
    ("config: [{name: a, value: true}]", "config[0] (a): value must be text (put it in quotes)."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), REFUSED)
def test_provision__bad_entry_is_named_and_nothing_changed(
    world: World, tmp_path: Path, content: str, sentence: str
) -> None:
    before = everything()

    with pytest.raises(CommandError) as refusal:
        provision(tmp_path, content)

    assert sentence in str(refusal.value)
    assert everything() == before


def test_provision__a_bad_entry_after_good_ones_changes_nothing(world: World, tmp_path: Path) -> None:
    before = everything()

    with pytest.raises(CommandError, match=r"forwards\[0\] \(context 99, alias x@y\.example\)"):
        provision(tmp_path, DECLARED.replace("forwards:", "forwards:\n- {context: 99, alias: x@y.example}"))

    assert everything() == before


def test_provision__all_errors_of_form_are_said_at_once(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        provision(tmp_path, "users: [{context: a, id: b}]\ndomains: [{}]\nx: 1")

    assert str(refusal.value).splitlines() == [
        "x is not a key here; known are config, resellers, labels, contexts, administrators, domains, users, forwards.",
        "domains[0]: context is missing.",
        "domains[0]: domain is missing.",
        "users[0] (context a, user b): context must be a whole number, 0 or more.",
        "users[0] (context a, user b): id must be a whole number, 0 or more.",
        "Nothing was changed.",
    ]


UNREADABLE = [
    (b"users: [", "neither YAML nor JSON"),
    (b"users:\n\t- a", "(line 2, column 1)"),
    (b"\xff\xfe", "not UTF-8 (byte 0)"),
    (b"a: \x00", "control characters are not allowed"),
    (b"users: &a [*a]", "Anchors and aliases are not allowed (line 1)."),
    (b"users: !!python/object/apply:os.system [ls]", "is not allowed (line 1)."),
    (b"users: !!set {a, b}", "The tag tag:yaml.org,2002:set is not allowed"),
    (b'!!int "abc": 3', "is no int"),
    (b"? [1, 2]\n: 3", "A key must be text (line 1)."),
    (b"a: 1\na: 2", "stands twice in one mapping (line 2)."),
    (b'{"a": 1, "a": 2}', "stands twice in one object."),
    (b'{"a": NaN}', "NaN is not a number"),
    (b"a: " + b"9" * 5000, "is too large"),
    (b'{"a": ' + b"9" * 5000 + b"}", "is too large"),
    (b"[" * 100_000, "nests too deeply"),
    (b'{"a":' * 100_000, "nests too deeply"),
    (b"- " * 100_000, "nests too deeply"),
    (b"a: 1\n---\na: 2", "neither YAML nor JSON"),
    (b" " * (32 * 1024 * 1024 + 1), "larger than 32 MiB"),
]


@pytest.mark.parametrize(("raw", "sentence"), UNREADABLE)
def test_provision__unreadable_file_is_refused_with_a_sentence(
    db: None, tmp_path: Path, raw: bytes, sentence: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        provision(tmp_path, raw)

    assert sentence in str(refusal.value)


def test_provision__json_file_must_be_json(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="This is not JSON"):
        provision(tmp_path, "users: []", name="world.json")


@pytest.mark.parametrize("arguments", [[], ["a", "--export"], ["--export", "--dry-run"]])
def test_provision__a_file_or_export(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="either a FILE"):
        call_command("provision", *arguments)


def test_provision__missing_file_is_a_sentence(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"cannot be read: No such file or directory\."):
        call_command("provision", str(tmp_path / "none"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    )
)
def test_read__json_of_any_shape_has_a_reading_or_a_sentence(value: Any) -> None:
    try:
        assert read(json.dumps(value).encode(), only_json=True) == value
    except Invalid as error:
        assert "too large" in str(error)  # noqa: PT017 - the only refusal that valid JSON can meet


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="{}[]:,-&*!|>'\"\n a1~#%@", max_size=60).map(str.encode))
def test_read__any_bytes_have_a_reading_or_a_sentence(raw: bytes) -> None:
    try:
        read(raw)
    except Invalid as error:
        assert str(error)  # noqa: PT017 - that it is a sentence is the whole point


# Texts that YAML would take for something else, or break.
NASTY = [
    "no", "true", "null", "~", "1", "-1", "0x1f", "1e5", "1_000", "12:30", "2026-01-01", ".inf", "=", "<<", "", " x",
    "a: b", "# c", "- d", "'e", '"f', "&g", "*h", "!i", "%j", "@k", "`l", "one\ntwo", "ü😀", "x" * 300,
    "back\\slash", "[", "{}", "a #b", "-", "?", ":", "1.5", "+49123456", "09", "True",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n\r\x85\u2028\ufeff :#-'")))
)
def test_write__any_text_is_read_as_it_was(texts: list[str]) -> None:
    assert read(write({"texts": texts}).encode()) == {"texts": texts}


PLAIN = st.text(alphabet="abzAZ09é_+/$.@=,;()~-: #'\n", max_size=12) | st.sampled_from(NASTY)
SCALARS = PLAIN | st.none() | st.booleans() | st.integers()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b.c", "no", "x y"]), inner),
    max_leaves=8,
)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(["users", "config"]), st.lists(VALUES, max_size=4), min_size=1))
def test_write__is_letter_for_letter_what_pyyaml_makes_of_it(document: dict[str, Any]) -> None:
    class Dumper(yaml.CSafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    expected = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    assert write(document) == expected


@pytest.mark.parametrize(
    "text", ["a" * 1001, "a b " * 300 + "c", "ä" * 999, "a:", "a: b", "a:b", "https://a.example/b?c"]
)
def test_write__a_long_or_doubtful_text_is_what_pyyaml_makes_of_it(text: str) -> None:
    document = {"users": [{"note": text, "custom": [text]}]}
    assert write(document) == yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=10_000)
    assert read(write(document).encode()) == document


def test_export__no_more_than_an_entry_is_laid_out_at_a_time() -> None:
    taken: list[int] = []

    def entries() -> Iterator[dict[str, int]]:
        for number in range(3):
            taken.append(number)
            yield {"id": number}

    pieces = written([("users", entries())])
    assert [next(pieces), next(pieces), next(pieces)] == ["users:\n", "- id: 0\n", "- id: 1\n"]
    assert taken == [0, 1]


def test_export__into_an_empty_data_base_gives_the_same_world(world: World, tmp_path: Path) -> None:
    provision(tmp_path, DECLARED)
    values = [{"name": f"p{index:02}", "value": text} for index, text in enumerate(NASTY)]
    provision(tmp_path, json.dumps({"users": [{"context": 24, "id": 42, "config": values}]}))
    first = exported()

    clear()
    assert not ForwardingAlias.objects.exists()
    provision(tmp_path, first)

    assert exported() == first
    user = User.objects.get(context=24)
    assert [one.value for one in user.config.order_by("name")] == NASTY
    assert Administrator.objects.get(login="alpha").check_password(PASSWORD)
    assert provision(tmp_path, first) == "0 changes made.\n"


def test_export__is_what_is_there_in_order(world: World) -> None:
    document = yaml.safe_load(exported())

    assert list(document) == [section.key for section in all_sections()]
    assert [one["name"] for one in document["resellers"]] == ["alpha", "beta", "alphakid"]
    assert [one["id"] for one in document["contexts"]] == [24, 25, 34, 35, 44, 45, 54]
    assert document["users"][0] == {
        "context": 24,
        "id": 42,
        "uidname": "johndoe@acme.example",
        "msisdn": "+49.1234.5624",
        "custom": ["john24", "doe24"],
        "quota": 1_048_576,
        "is_active": True,
        "last_login": None,
    }
    assert document["forwards"][0] == {
        "context": 24,
        "alias": "sales@acme.example",
        "recipients": ["johndoe@acme.example", "outside@elsewhere.example"],
        "is_active": True,
    }
    assert document["domains"][0] == {"context": 24, "domain": "acme.example"}


def test_export__has_no_password_in_clear(world: World, tmp_path: Path) -> None:
    provision(tmp_path, DECLARED)

    assert "password:" not in exported()
    assert "secret" not in exported()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_provision__holds_few_locks_however_long_the_file(world: World, tmp_path: Path) -> None:
    """PostgreSQL's table of locks is small and shared: a long file must not fill it."""
    users = [{"context": 24, "id": 1000 + n, "uidname": f"u{n}@acme.example", "custom": [f"c{n}"]} for n in range(30)]
    most = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal most
        result = execute(sql, params, many, context)
        if sql.startswith("INSERT") and "customid" in sql:
            with connections["default"].cursor() as cursor:
                cursor.cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
                )
                most = max(most, cursor.cursor.fetchone()[0])
        return result

    with connections["default"].execute_wrapper(count):
        provision(tmp_path, json.dumps({"users": users}))

    assert most == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_lock_everything__holds_off_whoever_locks_a_name(world: World) -> None:
    def other() -> str:
        try:
            with transaction.atomic():
                connections["default"].cursor().execute("SET LOCAL lock_timeout = '50ms'")
                lock_names(["address:sales@acme.example"])
        except OperationalError:
            return "held off"
        finally:
            connections["default"].close()
        return "went on"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            with lock_everything():
                lock_names(["address:sales@acme.example"])
            assert pool.submit(other).result() == "held off"
        assert pool.submit(other).result() == "went on"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_provision__and_others_who_write_the_same_rows_take_turns(world: World) -> None:
    def declare(turn: int) -> int:
        users = [{"context": 24, "id": 42, "quota": turn, "custom": [f"p{turn}"]}]
        forwards = [{"context": 24, "alias": f"a{turn}@acme.example", "recipients": ["sales@acme.example"]}]
        document = {"users": users, "forwards": forwards}
        return len(declare_world(document, actor=OPERATOR))

    def write(turn: int) -> bool:
        update_user(actor=OPERATOR, user=world.users[24], uidname=f"john{turn}@acme.example", custom=[f"w{turn}"])
        recipients = [f"a{turn}@acme.example"]
        return add_recipients(
            actor=OPERATOR, context=world.contexts[24], alias="sales@acme.example", recipients=recipients
        )

    for turn in range(10):
        declared, written = race(partial(declare, turn), partial(write, turn))
        # One of the two closes a loop and is told so; which one depends on who came first.
        assert isinstance(declared, ProvisionError) != isinstance(written, Invalid)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_export__is_of_one_moment(world: World) -> None:
    written: list[str] = []

    def write_meanwhile() -> None:
        try:
            document = {"users": [{"context": 24, "id": 50, "uidname": "late@acme.example"}]}
            written.extend(str(change) for change in declare_world(document, actor=OPERATOR))
        finally:
            connections["default"].close()

    def before_users(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if 'FROM "accounts_user"' in sql and not written:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(write_meanwhile).result()
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(before_users):
        text = exported()

    assert len(written) == 1
    assert "johndoe@acme.example" in text
    assert "late@acme.example" not in text
