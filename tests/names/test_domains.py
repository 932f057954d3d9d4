"""What the product takes for a domain in one place it takes in every other, and what the DNS allows it takes."""

from __future__ import annotations

import io
from typing import Any, Final
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import User
from accounts.services.users import create_user, update_user
from core.addresses import MAX_ADDRESS, is_public_suffix, parse_address, parse_domain
from core.errors import Invalid, NotFound
from core.search import search_forms
from domains.models import ExplicitDomain
from domains.services import add_domain
from forwards.models import ForwardingAlias, Recipient
from forwards.resolve import resolve
from forwards.services import create_forward
from oxaas.checks import check_reserved_domains
from tests.client import DOMAINS, Api
from tests.names.channels import OUTSIDE, declared, form, imported, on_api
from tests.names.test_names import HARD
from tests.world import OPERATOR, World
from web.search import search

# Once, and where the product lives.
pytestmark = pytest.mark.postgres

# As typed, and what it is in the DNS.
TAKEN: Final = {
    "acme.test": "acme.test",
    "ACME.Test": "acme.test",
    "ab--cd.test": "ab--cd.test",
    "r3---sn.bücher.test": "r3---sn.xn--bcher-kva.test",
    "1.2.test": "1.2.test",
    "a.4b": "a.4b",
    "bücher.test": "xn--bcher-kva.test",
    "BU\u0308CHER.test": "xn--bcher-kva.test",
    "XN--BCHER-KVA.test": "xn--bcher-kva.test",
    "Xn--Bcher-Kva.test": "xn--bcher-kva.test",
    "straße.test": "xn--strae-oqa.test",
    "STRAẞE.test": "xn--strae-oqa.test",
    "βόλος.test": "xn--nxasmm1c.test",
    "نامه\u200cای.test": "xn--mgba3gch31f060k.test",
    "例え。テスト": "xn--r8jz45g.xn--zckzah",
    "ａｃｍｅ．test": "acme.test",
    "i❤.test": "xn--i-7iq.test",
    "xn--i-7iq.test": "xn--i-7iq.test",
    "😀.test": "xn--e28h.test",
    "x" * 63 + ".test": "x" * 63 + ".test",
    ".".join(["x" * 48] * 5) + ".test": ".".join(["x" * 48] * 5) + ".test",
}
REFUSED: Final = [
    "localhost", "acme.test.", ".acme.test", "acme..test", "-acme.test", "acme-.test", "ac_me.test", "ac_me.ü.test",
    "acme.123", "bücher.１２３", "x" * 64 + ".test", "ü" * 62 + ".test", ".".join(["x" * 62] * 4) + ".test", "a b.test",
    "xn--a.test", "xn--.test", "xn--bcher-.test", "xn--xn---epa.test", "xn--BCHER-KVA", "ab--ü.test", "-ü.test",
    "na\u200bme.test", "bü\u00adcher.test", "a\u200cb.test", "\u0301a.test", "a⁄b.test", "a\u2571b.test", "\u2800.test",
    "a\x00.test", "א1b.test", "", ".", "a/b.test", "[127.0.0.1]",
]  # fmt: skip
LABELS: Final = st.one_of(
    st.from_regex(r"[a-zA-Z0-9-]{1,6}", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4),
    st.sampled_from(["bücher", "xn--bcher-kva", "XN--i-7iq", "ß", "a" * 63, "ü" * 60, "_", "❤", "a\u200cb", "-", "1"]),
)
TEXTS: Final = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


def domain_of(text: str) -> str:
    """The domain that `text` is; "" for none."""
    try:
        return parse_domain(text)
    except Invalid:
        return ""


@pytest.mark.parametrize(("text", "name"), TAKEN.items())
def test_parse_domain__takes_what_the_dns_allows(text: str, name: str) -> None:
    assert parse_domain(text) == parse_domain(name) == name


@pytest.mark.parametrize("text", REFUSED)
def test_parse_domain__refuses_all_else(text: str) -> None:
    with pytest.raises(Invalid, match="is not a domain name"):
        parse_domain(text)


@pytest.mark.parametrize("suffix", ["公司.cn", "XN--55QX5D.cn", "CO.uk"])
def test_public_suffix__in_either_form(world: World, suffix: str) -> None:
    assert is_public_suffix(parse_domain(suffix))
    with pytest.raises(Invalid, match="public suffix"):
        add_domain(actor=OPERATOR, context=world.contexts[24], name=suffix)


@given(TEXTS)
@HARD
@example("acme.test.")
def test_address__has_a_domain_where_the_domain_is_one(text: str) -> None:
    name = domain_of(text)
    fits = len(text) + len("info@") <= MAX_ADDRESS and len(name) + len("info@") <= MAX_ADDRESS
    try:
        assert parse_address(f"info@{text}").domain == name
    except Invalid:
        assert not name or not fits


def channels(world: World, text: str) -> dict[str, bool]:
    """What each way into the product says of the domain, and of an address in it."""
    context, address = world.contexts[24], f"info@{text}"
    at = f"{DOMAINS}/24/{quote(text, safe='')}"
    said: dict[str, bool] = {}

    def tried(name: str, call: Any) -> None:
        with transaction.atomic():
            try:
                said[name] = call() is not False
            except (Invalid, NotFound, CommandError):
                said[name] = False
            transaction.set_rollback(True)

    with override_settings(MASTER_ACCOUNT_OVERRIDE=True):
        if text not in {"", ".", ".."}:
            tried("API", lambda: on_api("POST", at, {}, "alpha"))
            tried("API, asked", lambda: Api()("HEAD", at, "alpha").status_code == 404)
    tried("form", lambda: form(world, "domains/explicitdomain", {"context": "24", "name": text}))
    tried("provision", lambda: declared("domains", context=24, domain=text))
    tried("import", lambda: imported(world, "domains/explicitdomain", [["context", "domain"], ["24", text]]))
    with override_settings(RESERVED_DOMAINS=[text]):
        tried("setting", lambda: check_reserved_domains() == [])
    tried("alias", lambda: create_forward(actor=OPERATOR, context=context, alias=address, recipients=[OUTSIDE]))
    tried("recipient", lambda: declared("forwards", context=24, alias="sales@acme.example", recipients=[address]))
    tried("import of an alias", lambda: imported(
        world, "forwards/forwardingalias", [["context", "alias", "recipients"], ["24", address, OUTSIDE]]
    ))  # fmt: skip
    tried("trace", lambda: resolve(None, address))
    tried("command", lambda: call_command("resolve", address, stdout=io.StringIO()))
    return said


@pytest.mark.parametrize("text", [*TAKEN, *(one for one in REFUSED if one != "[127.0.0.1]")])
def test_domain__every_channel_agrees(world: World, text: str) -> None:
    assert set(channels(world, text).values()) == {text in TAKEN}


def test_domain__every_channel_agrees_on_any_text(world: World) -> None:
    @HARD
    @given(TEXTS)
    def check(text: str) -> None:
        name = domain_of(text)
        expected = bool(name) and not is_public_suffix(name)
        if not (name and is_public_suffix(name)) and len(name) + len(text) < 200:
            assert set(channels(world, text).values()) == {expected}, text

    check()


@pytest.mark.parametrize(("text", "name"), TAKEN.items())
def test_domain__is_the_same_wherever_it_is_kept_and_looked_for(world: World, text: str, name: str) -> None:
    context = world.contexts[24]
    add_domain(actor=OPERATOR, context=context, name=text)
    create_forward(actor=OPERATOR, context=context, alias=f"info@{text}", recipients=[f"out@{text}"])
    names = {
        ExplicitDomain.objects.get(name=name).name,
        ForwardingAlias.objects.get(address=f"info@{text}").domain,
        Recipient.objects.get(address=f"out@{text}").domain,
    }
    if "\u200c" not in text:
        create_user(actor=OPERATOR, context=context, number=7, uidname=f"anna@{text}")
        names.add(User.objects.get(number=7).domain)
        with pytest.raises(Invalid, match="belongs to another context"):
            update_user(actor=OPERATOR, user=world.users[44], custom=[f"anna@{text}"])
    assert names == {name}
    for typed in (text, name):
        assert name in search_forms(typed)
        found = {hit.label for hit in search(world.administrators["alpha"], typed)}
        assert {name, f"info@{text}"} <= found
