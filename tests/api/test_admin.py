"""What the contract says of the Admin family."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ConfigProperty, CustomId, User
from accounts.services.config import Owner, set_property
from accounts.services.contexts import create_context
from accounts.services.plans import MAX_CUSTOM_IDS
from accounts.services.users import create_user, update_user
from changelog.models import Change
from tests.api.answers import answered, refused
from tests.client import ADMIN, Api
from tests.world import OPERATOR, World

USER = f"{ADMIN}/contexts/24/users/42"
BODY = {"context-id": 24, "user-id": 42, "uidname": "johndoe@acme.example", "msisdn": "+49.1234.5624"}


def user_42() -> User:
    return User.objects.get(context=24, number=42)


def custom_ids() -> list[str]:
    return list(user_42().custom_ids.order_by("position").values_list("value", flat=True))


@pytest.fixture
def unchanged(world: World) -> Any:
    """After the test the user is as before it, and the change log has no new line."""
    before = (user_42().uidname, user_42().msisdn, custom_ids(), Change.objects.count())
    yield
    assert (user_42().uidname, user_42().msisdn, custom_ids(), Change.objects.count()) == before


# --- the path ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "userid", ["43", "0", "nobody", "42.0", "-42", "+42", "4 2", "0x2a", "٤٢", "42%00", "9" * 30, "9" * 5000]
)
@pytest.mark.parametrize("operation", ["custom", "msisdn", "uidname", "userconfig", "userconfig/searchpattern/a"])
def test_userid__that_is_no_users_number_is_404(world: World, api: Api, userid: str, operation: str) -> None:
    path = f"{ADMIN}/contexts/24/users/{quote(userid, safe='%')}/{operation}"
    assert refused(api("GET", path, "admin"), 404) == "User does not exist."


@pytest.mark.parametrize("contextid", ["99", "alpha_acme", "24.0", "-24", "٢٤", "9" * 30])
def test_contextid__that_is_no_contexts_number_is_404_after_authorization(
    world: World, api: Api, override: None, contextid: str
) -> None:
    path = f"{ADMIN}/contexts/{quote(contextid)}/users/42/uidname"
    assert refused(api("GET", path, "alpha"), 404) == "Context not found."
    refused(api("GET", path, "admin"), 401)


def test_ids__may_be_as_large_as_the_data_base_holds_and_have_leading_zeros(
    world: World, api: Api, override: None
) -> None:
    most = 2**63 - 1
    large = create_context(actor=OPERATOR, context_id=most, name="large", reseller=world.resellers["alpha"])
    create_user(actor=OPERATOR, context=large, number=most, uidname="large")
    path = f"{ADMIN}/contexts/{most}/users/{most}/uidname"
    assert answered(api("GET", path, "alpha"), 200) == {"uidname": "large"}
    path = f"{ADMIN}/contexts/{24:050}/users/{42:050}/uidname"
    assert answered(api("GET", path, "admin"), 200) == {"uidname": "johndoe@acme.example"}


@pytest.mark.parametrize(
    ("method", "operation", "body"),
    [
        ("PUT", "custom", {"custom": "a"}),
        ("DELETE", "custom", None),
        ("PUT", "msisdn", {"msisdn": "+4912345"}),
        ("DELETE", "msisdn", None),
        ("PUT", "uidname", {"uidname": "a"}),
        ("POST", "uids", {"custom": ["a"]}),
    ],
)
def test_change__of_an_unknown_user_is_404(world: World, api: Api, method: str, operation: str, body: Any) -> None:
    refused(api(method, f"{ADMIN}/contexts/24/users/43/{operation}", "admin", body), 404)


# --- the answer of a change --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "operation", "body", "status"),
    [
        ("PUT", "custom", {"custom": "a"}, 200),
        ("DELETE", "custom", None, 200),
        ("PUT", "msisdn", {"msisdn": "+49.1234.5624"}, 200),
        ("PUT", "uidname", {"uidname": "johndoe@acme.example"}, 200),
        ("POST", "uids", {"custom": []}, 200),
        ("POST", "uids", {}, 200),
    ],
)
def test_change__answers_the_user(world: World, api: Api, method: str, operation: str, body: Any, status: int) -> None:
    assert answered(api(method, f"{USER}/{operation}", "admin", body), status) == BODY


def test_change__leaves_out_an_msisdn_that_is_not_set(world: World, api: Api) -> None:
    without = {key: value for key, value in BODY.items() if key != "msisdn"}
    assert answered(api("DELETE", f"{USER}/msisdn", "admin"), 200) == without
    assert answered(api("PUT", f"{USER}/custom", "admin", {"custom": "a"}), 200) == without
    assert answered(api("GET", f"{ADMIN}/oxuser?search=johndoe@acme.example", "alpha"), 200) == without


# --- uidname -----------------------------------------------------------------------------------------------------


def test_get_uidname(world: World, api: Api) -> None:
    assert answered(api("GET", f"{USER}/uidname", "admin"), 200) == {"uidname": "johndoe@acme.example"}


@pytest.mark.parametrize(
    "uidname",
    [
        "a",
        "x" * 254,
        "Jane Doe",
        "jane@acme.example",
        "ЮЛИЯ",
        "jane@bücher.example",
        "a/b",
        "100%",
        "ü" * 254,
        "42",
        "𝔘" * 254,
    ],
)
def test_put_uidname__is_stored_and_shown_as_given(world: World, api: Api, uidname: str) -> None:
    assert answered(api("PUT", f"{USER}/uidname", "admin", {"uidname": uidname}), 200) == BODY | {"uidname": uidname}
    assert answered(api("GET", f"{USER}/uidname", "admin"), 200) == {"uidname": uidname}
    assert answered(api("PUT", f"{USER}/uidname", "admin", {"uidname": uidname}), 200)["uidname"] == uidname


@pytest.mark.parametrize(
    ("uidname", "reason"),
    [
        ("", "uidname"),
        ("x" * 255, "longer than 254"),
        ("ﬃ" * 254, "longer than 254"),
        (" jane", "blank"),
        ("jane ", "blank"),
        ("\u00a0jane", "U+00A0"),
        ("jane\n", "control character"),
        ("ja\x00ne", "uidname"),
        ("ja\x7fne", "control character"),
        ("ja\u0085ne", "control character"),
        ("ja\u2028ne", "control character"),
    ],
)
def test_put_uidname__that_is_none_is_400(unchanged: None, api: Api, uidname: str, reason: str) -> None:
    assert reason in refused(api("PUT", f"{USER}/uidname", "admin", {"uidname": uidname}), 400)


@pytest.mark.parametrize(
    "taken",
    [
        "box@neutral.example",
        "BOX@NEUTRAL.Example",
        '"box"@neutral.example',
        "STRASSE",
        "straße",
    ],
)
def test_put_uidname__taken_in_any_context_is_409_ignoring_case(world: World, api: Api, taken: str) -> None:
    create_user(actor=OPERATOR, context=world.contexts[44], number=1, uidname="Strasse")
    create_user(actor=OPERATOR, context=world.contexts[44], number=2, uidname="box@neutral.example")
    assert refused(api("PUT", f"{USER}/uidname", "admin", {"uidname": taken}), 409) == f"The uidname {taken} is taken."
    assert user_42().uidname == "johndoe@acme.example"


def test_put_uidname__two_spellings_of_one_address_are_one_uidname(world: World, api: Api) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=1, uidname="jane@bücher.example")
    for taken in ("jane@xn--bcher-kva.example", "JANE@BÜCHER.example"):
        refused(api("PUT", f"{USER}/uidname", "admin", {"uidname": taken}), 409)


def test_put_uidname__own_in_another_case_is_200(world: World, api: Api) -> None:
    answered(api("PUT", f"{USER}/uidname", "admin", {"uidname": "JohnDoe@Acme.example"}), 200)
    assert user_42().uidname == "JohnDoe@Acme.example"


@pytest.mark.parametrize("uidname", ["sales@echo.example", "new@echo.example"])
def test_put_uidname__on_an_alias_or_in_a_domain_of_another_context_is_409(
    unchanged: None, api: Api, uidname: str
) -> None:
    refused(api("PUT", f"{USER}/uidname", "admin", {"uidname": uidname}), 409)


# --- msisdn ------------------------------------------------------------------------------------------------------


def test_get_msisdn(world: World, api: Api) -> None:
    assert answered(api("GET", f"{USER}/msisdn", "admin"), 200) == {"msisdn": "+49.1234.5624"}


def test_get_msisdn__where_none_is_set_is_404(world: World, api: Api) -> None:
    update_user(actor=OPERATOR, user=world.users[24], msisdn=None)
    assert refused(api("GET", f"{USER}/msisdn", "admin"), 404) == "The user has no msisdn."


@pytest.mark.parametrize(
    "msisdn", ["+12345", "+123456789012345", "+49.12345.6789", "+49 (0)".replace(" (0)", "-1234 5678"), "+1-2.3 4-5"]
)
def test_put_msisdn__is_stored_and_returned_as_given(world: World, api: Api, msisdn: str) -> None:
    for _again in range(2):
        assert answered(api("PUT", f"{USER}/msisdn", "admin", {"msisdn": msisdn}), 200) == BODY | {"msisdn": msisdn}
    assert answered(api("GET", f"{USER}/msisdn", "admin"), 200) == {"msisdn": msisdn}


@pytest.mark.parametrize(
    "msisdn",
    [
        "",
        "+1234",
        "+1234567890123456",
        "4912345678",
        "0049123456",
        "++4912345",
        "+.4912345",
        "+4912345.",
        "+4912345 ",
        " +4912345",
        "+49/12345",
        "+49(0)12345",
        "+٤٩١٢٣٤٥",
        "+49\t12345",
        "+4912345\n",
        "+1" + " " * 100 + "2345",
    ],
)
def test_put_msisdn__that_is_no_phone_number_is_400(unchanged: None, api: Api, msisdn: str) -> None:
    assert refused(api("PUT", f"{USER}/msisdn", "admin", {"msisdn": msisdn}), 400)


@pytest.mark.parametrize("body", [{}, {"msisdn": None}, {"custom": "+4912345"}, ["+4912345"]])
def test_put_msisdn__body_without_an_msisdn_is_400(unchanged: None, api: Api, body: Any) -> None:
    refused(api("PUT", f"{USER}/msisdn", "admin", body), 400)


@pytest.mark.parametrize("msisdn", ["+49.1234.5644", "+4912345644", "+49-1234-56-44"])
def test_put_msisdn__of_a_user_anywhere_is_400_compared_by_its_digits(unchanged: None, api: Api, msisdn: str) -> None:
    sentence = refused(api("PUT", f"{USER}/msisdn", "admin", {"msisdn": msisdn}), 400)
    assert sentence == f"The msisdn {msisdn} is another user's."


def test_delete_msisdn__is_200_also_where_none_is_set(world: World, api: Api) -> None:
    for _again in range(2):
        assert "msisdn" not in answered(api("DELETE", f"{USER}/msisdn", "admin"), 200)
    assert (user_42().msisdn, user_42().msisdn_digits) == (None, None)


# --- custom ------------------------------------------------------------------------------------------------------


def test_get_custom__in_their_order(world: World, api: Api) -> None:
    assert answered(api("GET", f"{USER}/custom", "admin"), 200) == {"custom": ["john24", "doe24"]}


def test_get_custom__where_none_is_set_is_404(world: World, api: Api) -> None:
    update_user(actor=OPERATOR, user=world.users[24], custom=[])
    assert refused(api("GET", f"{USER}/custom", "admin"), 404) == "The user has no custom id."


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("one", ["one"]),
        (["z", "a", "m"], ["z", "a", "m"]),
        (["doe24", "john24"], ["doe24", "john24"]),
        ("JOHN24", ["JOHN24"]),
        (["two words", "ünï", "x" * 254], ["two words", "ünï", "x" * 254]),
    ],
)
def test_put_custom__replaces_all(world: World, api: Api, given: Any, stored: list[str]) -> None:
    assert answered(api("PUT", f"{USER}/custom", "admin", {"custom": given}), 200) == BODY
    assert answered(api("GET", f"{USER}/custom", "admin"), 200) == {"custom": stored}


@pytest.mark.parametrize(
    "given",
    [
        "",
        [],
        [""],
        ["a", ""],
        ["a", "A"],
        " a",
        "a\n",
        "x" * 255,
        "ﬃ" * 254,
        None,
        [str(one) for one in range(MAX_CUSTOM_IDS + 1)],
    ],
)
def test_put_custom__empty_or_bad_is_400(unchanged: None, api: Api, given: Any) -> None:
    refused(api("PUT", f"{USER}/custom", "admin", {"custom": given}), 400)


def test_put_custom__of_a_user_anywhere_is_400_ignoring_case(unchanged: None, api: Api) -> None:
    for given in ("john44", "JOHN44", ["new", "Doe25"]):
        sentence = refused(api("PUT", f"{USER}/custom", "admin", {"custom": given}), 400)
        assert sentence == "A custom id is another user's."


def test_delete_custom__is_200_also_where_none_is_set(world: World, api: Api) -> None:
    for _again in range(2):
        assert answered(api("DELETE", f"{USER}/custom", "admin"), 200) == BODY
    assert not CustomId.objects.filter(user__context=24).exists()


# --- uids --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "body", "status", "after"),
    [
        ((None, []), {"msisdn": "+4912345"}, 201, ("+4912345", [])),
        ((None, []), {"custom": ["a"]}, 201, (None, ["a"])),
        ((None, []), {"msisdn": "+4912345", "custom": ["a", "b"]}, 201, ("+4912345", ["a", "b"])),
        ((None, ["a"]), {"msisdn": "+4912345", "custom": ["b"]}, 201, ("+4912345", ["b"])),
        ((None, ["a"]), {"msisdn": "+4912345", "custom": []}, 201, ("+4912345", [])),
        (("+4954321", []), {"msisdn": None, "custom": ["a"]}, 201, (None, ["a"])),
        (("+4954321", ["a"]), {"msisdn": "+4912345", "custom": ["b"]}, 200, ("+4912345", ["b"])),
        (("+4954321", ["a"]), {"msisdn": "+4954321", "custom": ["a"]}, 200, ("+4954321", ["a"])),
        (("+4954321", ["a"]), {}, 200, ("+4954321", ["a"])),
        (("+4954321", ["a"]), {"msisdn": "+4912345"}, 200, ("+4912345", ["a"])),
        (("+4954321", ["a"]), {"custom": ["b"]}, 200, ("+4954321", ["b"])),
        (("+4954321", ["a"]), {"msisdn": None}, 200, (None, ["a"])),
        (("+4954321", ["a"]), {"msisdn": ""}, 200, (None, ["a"])),
        (("+4954321", ["a"]), {"msisdn": []}, 200, (None, ["a"])),
        (("+4954321", ["a"]), {"custom": None}, 200, ("+4954321", [])),
        (("+4954321", ["a"]), {"custom": ""}, 200, ("+4954321", [])),
        (("+4954321", ["a"]), {"custom": []}, 200, ("+4954321", [])),
        (("+4954321", ["a"]), {"msisdn": None, "custom": None}, 200, (None, [])),
        ((None, []), {"msisdn": None, "custom": []}, 200, (None, [])),
    ],
)
def test_post_uids__sets_removes_and_keeps(
    world: World, api: Api, before: Any, body: Any, status: int, after: Any
) -> None:
    update_user(actor=OPERATOR, user=world.users[24], msisdn=before[0], custom=before[1])
    answer = answered(api("POST", f"{USER}/uids", "admin", body), status)
    assert (user_42().msisdn, custom_ids()) == after
    assert answer.get("msisdn", None) == after[0]


@pytest.mark.parametrize(
    "body",
    [
        {"msisdn": "+4912345", "custom": ["john44"]},
        {"msisdn": "+4912345", "custom": ["a", "a"]},
        {"msisdn": "+4912345", "custom": [""]},
        {"msisdn": "+4912345", "custom": "text"},
        {"msisdn": "+4912345644", "custom": ["a"]},
        {"msisdn": "12", "custom": ["a"]},
        {"msisdn": 4912345, "custom": ["a"]},
        {"msisdn": None, "custom": [5]},
        {"msisdn": ["+4912345"], "custom": None},
        ["a"],
    ],
)
def test_post_uids__a_bad_value_changes_neither(unchanged: None, api: Api, body: Any) -> None:
    refused(api("POST", f"{USER}/uids", "admin", body), 400)


# --- oxuser ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("search", "field", "found"),
    [
        ("johndoe@acme.example", None, True),
        ("JOHNDOE@Acme.Example", None, True),
        ("JOHNDOE@Acme.Example", "ANY", True),
        ("johndoe@acme.example", "UIDNAME", True),
        ("johndoe@acme.example", "MSISDN", False),
        ("johndoe@acme.example", "CUSTOM", False),
        ("+49.1234.5624", None, True),
        ("+4912345624", "MSISDN", True),
        ("49 1234 5624", "MSISDN", True),
        ("+4912345624", "UIDNAME", False),
        ("JOHN24", None, True),
        ("doe24", "CUSTOM", True),
        ("doe24", "UIDNAME", False),
        ("johndoe", None, False),
        ("johndoe@acme", None, False),
        ("john2", None, False),
        ("john%", None, False),
        ("john__", None, False),
        ("+49123456", None, False),
        ("\x00", None, False),
        ("x" * 5000, None, False),
    ],
)
def test_oxuser__exact_match_ignoring_case(world: World, api: Api, search: str, field: str | None, found: bool) -> None:
    path = f"{ADMIN}/oxuser?search={quote(search)}" + (f"&field={field}" if field else "")
    response = api("GET", path, "alpha")
    if found:
        assert answered(response, 200) == BODY
    else:
        assert refused(response, 404) == "User not found."


def test_oxuser__uidname_before_msisdn_before_custom(world: World, api: Api) -> None:
    number = "+4912345624"  # the msisdn of 24's user
    create_user(actor=OPERATOR, context=world.contexts[25], number=7, uidname="by-custom", custom=[number])
    search = f"{ADMIN}/oxuser?search={quote(number)}"
    assert answered(api("GET", search, "alpha"), 200)["uidname"] == "johndoe@acme.example"
    assert answered(api("GET", f"{search}&field=CUSTOM", "alpha"), 200)["uidname"] == "by-custom"
    create_user(actor=OPERATOR, context=world.contexts[25], number=8, uidname=number)
    assert answered(api("GET", search, "alpha"), 200)["uidname"] == number
    assert answered(api("GET", f"{search}&field=MSISDN", "alpha"), 200)["uidname"] == "johndoe@acme.example"


def test_oxuser__answers_the_first_that_the_caller_may_see(world: World, api: Api) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="mine", custom=["+4912345644"])
    search = f"{ADMIN}/oxuser?search={quote('+4912345644')}"
    assert answered(api("GET", search, "root"), 200)["context-id"] == 44
    assert answered(api("GET", search, "beta"), 200)["context-id"] == 44
    assert answered(api("GET", search, "alpha"), 200)["uidname"] == "mine"
    assert answered(api("GET", search, "admin@alpha_acme"), 200)["uidname"] == "mine"
    refused(api("GET", search, "admin@alpha_bolt"), 404)


@pytest.mark.parametrize("override_on", [False, True])
@pytest.mark.parametrize(
    ("login", "contexts"),
    [
        ("root", {24, 25, 34, 35, 44, 45, 54}),
        ("alpha", {24, 25, 34, 35}),
        ("alphakid", {34, 35}),
        ("beta", {44, 45}),
        ("admin@alpha_acme", {24}),
        ("admin@own_gold", {54}),
    ],
)
def test_oxuser__each_finds_the_users_that_it_sees(
    world: World, api: Api, settings: Any, login: str, contexts: set[int], override_on: bool
) -> None:
    settings.MASTER_ACCOUNT_OVERRIDE = override_on
    found = {
        number
        for number, user in world.users.items()
        if api("GET", f"{ADMIN}/oxuser?search={user.uidname}", login).status_code == 200
    }
    assert found == contexts


def test_oxuser__context_admin_needs_the_long_form(world: World, api: Api) -> None:
    refused(api("GET", f"{ADMIN}/oxuser?search=johndoe@acme.example", "admin"), 401)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?search=",
        "?field=ANY",
        "?search=x&field=",
        "?search=x&field=any",
        "?search=x&field=EMAIL",
        "?Search=x",
    ],
)
def test_oxuser__missing_search_or_unknown_field_is_400(world: World, api: Api, query: str) -> None:
    refused(api("GET", f"{ADMIN}/oxuser{query}", "alpha"), 400)
    refused(api("GET", f"{ADMIN}/oxuser{query}"), 401)


# --- userconfig --------------------------------------------------------------------------------------------------


def config_of(api: Api, path: str = f"{USER}/userconfig") -> list[dict[str, str]]:
    body = answered(api("GET", path, "admin"), 200)
    assert body.keys() == {"userconfig"}
    entries: list[dict[str, str]] = body["userconfig"]
    return entries


def test_userconfig__one_entry_for_each_property_sorted_by_name(world: World, api: Api) -> None:
    for name in ("z.last", "A.capital", "a.first", "a-hyphen"):
        set_property(actor=OPERATOR, owner=Owner(user=world.users[24]), name=name, value="x")
    entries = config_of(api)
    assert {"name": "com.openexchange.brand", "value": "alpha_acme", "scope": "context"} in entries
    assert {"name": "com.openexchange.capability.webmail", "value": "true", "scope": "server"} in entries
    names = [entry["name"] for entry in entries]
    assert names == sorted(set(names))
    assert all(entry.keys() == {"name", "value", "scope"} for entry in entries)


def test_userconfig__user_over_context_over_reseller_over_its_parent_over_server(world: World, api: Api) -> None:
    user, path = world.users[34], f"{ADMIN}/contexts/34/users/42/userconfig/searchpattern/test.brand"
    child, parent = world.resellers["alphakid"], world.resellers["alpha"]
    owners = [Owner(), Owner(reseller=parent), Owner(reseller=child), Owner(context=user.context), Owner(user=user)]
    scopes = ["server", "reseller", "reseller", "context", "user"]
    for width, (owner, scope) in enumerate(zip(owners, scopes, strict=True)):
        set_property(actor=OPERATOR, owner=owner, name="test.brand", value=str(width))
        assert config_of(api, path) == [{"name": "test.brand", "value": str(width), "scope": scope}]


def test_userconfig__nothing_of_other_owners(world: World, api: Api) -> None:
    strangers = [
        Owner(reseller=world.resellers["beta"]),
        Owner(reseller=world.resellers["alphakid"]),
        Owner(context=world.contexts[25]),
        Owner(user=world.users[25]),
    ]
    for number, owner in enumerate(strangers):
        set_property(actor=OPERATOR, owner=owner, name=f"foreign.{number}", value="x")
    assert config_of(api, f"{USER}/userconfig/searchpattern/foreign") == []
    refused(api("GET", f"{ADMIN}/contexts/54/users/43/userconfig", "admin"), 404)
    own = answered(api("GET", f"{ADMIN}/contexts/54/users/42/userconfig", "admin"), 200)["userconfig"]
    assert {entry["scope"] for entry in own} == {"context", "server"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("brand", ["com.openexchange.brand"]),
        ("BRAND", ["com.openexchange.brand"]),
        ("exchange.capab", ["com.openexchange.capability.webmail"]),
        ("com.openexchange.brand", ["com.openexchange.brand"]),
        ("%", ["percent%name"]),
        ("_", ["under_score"]),
        ("*", ["star*name"]),
        (".*", []),
        ("brand$", []),
        ("^com", []),
        ("[a]", []),
        ("com_openexchange", []),
        ("\\", ["back\\slash"]),
        ("a/b", ["path/a/b"]),
        ("straße", ["STRASSE"]),
        (" ", ["two words"]),
        ("alpha_acme", []),
        ("?", []),
        ("nothing", []),
        ("x" * 3000, []),
        ("\x00", []),
    ],
)
def test_searchpattern__is_a_literal_part_of_the_name_ignoring_case(
    world: World, api: Api, pattern: str, found: list[str]
) -> None:
    for name in ("percent%name", "under_score", "star*name", "back\\slash", "path/a/b", "STRASSE", "two words"):
        set_property(actor=OPERATOR, owner=Owner(), name=name, value="x")
    entries = config_of(api, f"{USER}/userconfig/searchpattern/{quote(pattern, safe='')}")
    assert [entry["name"] for entry in entries] == found


def test_userconfig__takes_the_same_number_of_statements_for_1_and_50_properties(world: World, api: Api) -> None:
    config_of(api)  # the first login of some minutes is also noted
    counts = []
    for number in (1, 50):
        ConfigProperty.objects.bulk_create(
            ConfigProperty(name=f"many.{number}.{one}", value="x", context=world.contexts[24]) for one in range(number)
        )
        with CaptureQueriesContext(connection) as queries:
            config_of(api)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
