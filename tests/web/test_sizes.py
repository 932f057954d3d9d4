"""Sizes in the forms: an amount and a unit in place of bytes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import ConfigProperty, Context, Reseller, User
from bulk import edits as bulk
from changelog.models import Change
from core.admin.forms import SizeField, WholeNumberField
from core.sizes import UNITS, format_exact, format_short, from_bytes, to_bytes
from tests.web.conftest import Enter
from tests.web.person import Person, page
from tests.world import World
from web.account import AccountForm

# The same on every database.
pytestmark = pytest.mark.sqlite

GB = 2**30


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_split__joined_is_the_same_size(size: int) -> None:
    assert to_bytes(*from_bytes(size)) == size


@given(st.decimals(min_value=1, max_value=1023, places=2), st.sampled_from(sorted(set(UNITS) - {"bytes"})))
def test_split__what_was_typed_is_what_is_shown(amount: Decimal, unit: str) -> None:
    assert from_bytes(to_bytes(amount, unit)) == (amount, unit)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (1023, "1,023 bytes"),
        (3_145_728, "3 MB"),
        (107_374_182_400, "100 GB"),
        (3 * GB // 2, "1.5 GB"),
        (2**40, "1 TB"),
        (GB + 1, "1,073,741,825 bytes"),
        (None, "unlimited"),
    ],
)
def test_exactly__takes_the_largest_unit_that_tells_it(size: int | None, shown: str) -> None:
    assert format_exact(size) == shown


def test_roughly__rounds_what_only_bytes_would_tell() -> None:
    assert (format_short(GB + 1), format_short(3 * GB)) == ("1.0 GB", "3 GB")


def test_exactly__german() -> None:
    with translation.override("de"):
        assert (format_exact(3 * GB // 2), format_exact(1), format_exact(None)) == ("1,5 GB", "1 Bytes", "unbegrenzt")


@pytest.mark.parametrize(
    ("initial", "typed", "changed"),
    [
        (3 * GB, ["3", "GB"], False),
        (3 * GB, ["3072", "MB"], False),
        (GB + 1, [str(GB + 1), "bytes"], False),
        (None, ["", "GB"], False),
        (None, ["0", "GB"], True),
        (3 * GB, ["", "GB"], True),
        (3 * GB, ["3", "MB"], True),
        (3 * GB, ["x", "GB"], True),
        (5 * GB // 2, ["2,5", "GB"], False),
        (5 * GB // 2, ["2.50", "GB"], False),
    ],
)
def test_size_field__only_another_size_is_a_change(initial: int | None, typed: list[str], changed: bool) -> None:
    assert SizeField().has_changed(initial, typed) is changed


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("amount", "unit", "size"),
    [
        ("2,5", "GB", 5 * GB // 2),
        ("2.5", "GB", 5 * GB // 2),
        ("0,25", "TB", GB * 256),
        (" 3 ", "MB", 3 * 2**20),
        ("0", "GB", 0),
        ("3", "bytes", 3),
        ("3.0", "bytes", 3),
        ("", "GB", None),
        (" ", "GB", None),
    ],
)
def test_size_field__takes_a_point_or_a_comma(language: str, amount: str, unit: str, size: int | None) -> None:
    with translation.override(language):
        assert SizeField().clean([amount, unit]) == size


@pytest.mark.parametrize("unit", sorted(UNITS))
@pytest.mark.parametrize(
    "amount",
    ["5e", "5e3", "1.5.2", "1,5,2", "1.000", "1,000", "1.000,5", "1 000", "1_000", "-1", "+1", ".5", "5.", "٣", "NaN"],
)
def test_size_field__what_is_no_plain_number_is_refused(amount: str, unit: str) -> None:
    with pytest.raises(ValidationError):
        SizeField().clean([amount, unit])


def test_size_field__part_of_a_byte_is_refused() -> None:
    with pytest.raises(ValidationError, match="no fraction"):
        SizeField().clean(["2.5", "bytes"])


@given(st.text(max_size=8), st.sampled_from(sorted(UNITS)))
def test_size_field__never_takes_another_number_than_was_typed(text: str, unit: str) -> None:
    try:
        size = SizeField().clean([text, unit])
    except ValidationError:
        return
    if size is None:
        assert text.strip() == ""
    else:
        assert abs(Decimal(text.strip().replace(",", ".")) * UNITS[unit] - size) <= Decimal("0.5")


@given(st.text(max_size=8))
def test_whole_number_field__never_takes_another_number_than_was_typed(text: str) -> None:
    try:
        number = WholeNumberField(required=False).clean(text)
    except ValidationError:
        return
    assert text.strip().lstrip("-").lstrip("0") == ("" if number is None else str(abs(number)).lstrip("0"))


@pytest.mark.parametrize("text", ["1.000", "1,000", "1.0", "5e", "1_000", "٣", "9" * 5000])
def test_context_form__a_limit_that_is_no_whole_number_is_refused(alpha: Person, world: World, text: str) -> None:
    Context.objects.filter(pk=24).update(max_user=50)
    alpha.change(world.contexts[24], {"max_user": text}, 200)
    assert Context.objects.get(pk=24).max_user == 50


def test_user_form__german_shows_a_decimal_comma(alpha: Person, world: World) -> None:
    User.objects.filter(pk=world.users[24].pk).update(quota=5 * GB // 2)
    text = alpha.client.get(page(world.users[24], "change"), headers={"accept-language": "de"}).content.decode()
    assert 'name="quota" value="2,5"' in text


@pytest.mark.parametrize("value", ["a\nb", "a\r\nb", " a ", "\na\n"])
def test_property_form__a_value_that_nobody_touched_stays_byte_for_byte(enter: Enter, world: World, value: str) -> None:
    row = ConfigProperty.objects.create(name="com.x.note", value=value, context=world.contexts[24])
    changes = Change.objects.count()
    enter("alpha").change(row, {"value": value.replace("\r\n", "\n").replace("\n", "\r\n")})
    row.refresh_from_db()
    assert row.value == value
    assert Change.objects.count() == changes


def test_forms__no_widget_that_the_browser_may_empty_or_round(rf: RequestFactory, world: World) -> None:
    request = rf.get("/")
    request.user = world.administrators["root"]
    forms: list[Any] = [
        model_admin.get_form(request)()
        for model_admin in admin.site._registry.values()
        if model_admin.has_change_permission(request)
    ]
    forms += [edit.form(administrator=request.user) for edit in map(bulk.edit_named, bulk.known())]
    forms.append(AccountForm(request, world.administrators["root"]))
    types = {
        part.input_type
        for form in forms
        for field in form.fields.values()
        for part in getattr(field.widget, "widgets", [getattr(field.widget, "widget", field.widget)])
        if hasattr(part, "input_type")
    }
    assert types <= {"text", "password", "checkbox", "select", "radio", "file", "hidden"}


@pytest.mark.parametrize(
    ("quota", "amount", "unit"),
    [(3 * 2**20, 'value="3"', "MB"), (GB + 1, f'value="{GB + 1}"', "bytes"), (None, "", "GB")],
)
def test_user_form__shows_the_size_and_keeps_it(
    alpha: Person, world: World, quota: int | None, amount: str, unit: str
) -> None:
    user = world.users[24]
    User.objects.filter(pk=user.pk).update(quota=quota)
    text = alpha.get(page(user, "change")).content.decode()
    box = text[text.index('<input type="text" name="quota"') :]
    assert amount in box[: box.index(">")]
    assert f'<option value="{unit}" selected>' in box[: box.index("</select>")]
    changes = Change.objects.count()
    alpha.change(user, {})
    user.refresh_from_db()
    assert user.quota == quota
    assert Change.objects.count() == changes


def test_user_form__amount_and_unit_have_names_for_a_screen_reader(alpha: Person, world: World) -> None:
    text = alpha.get(page(world.users[24], "change")).content.decode()
    assert '<label for="id_quota">Mail quota:</label>' in text
    assert 'id="id_quota"' in text
    assert 'aria-describedby="id_quota_helptext"' in text
    assert '<div class="help" id="id_quota_helptext">' in "".join(text.split("\n"))
    select = text[text.index('<select name="quota_unit"') :]
    assert 'aria-label="Unit"' in select[: select.index(">")]


def test_user_form__what_was_typed_stays_after_an_error(alpha: Person, world: World) -> None:
    again = alpha.change(world.users[24], {"quota": "-2.5", "quota_unit": "TB"}, 200).content.decode()
    assert 'name="quota" value="-2.5"' in again
    assert '<option value="TB" selected>' in again


@pytest.mark.parametrize("text", ["5", "x", "-1", "9" * 40, "²"])
def test_user_form__takes_any_text_from_its_address(alpha: Person, text: str) -> None:
    alpha.get(page(User, "add"), quota=text)


def test_context_form__takes_an_amount_and_a_unit(alpha: Person, world: World) -> None:
    alpha.change(world.contexts[24], {"quota": "1.5", "quota_unit": "TB"})
    assert Context.objects.get(pk=24).quota == 3 * 2**39


def test_reseller_form__takes_an_amount_and_a_unit(enter: Enter, world: World) -> None:
    row = world.resellers["alpha"]
    enter("root").change(row, {"max_overall_context_quota": "2", "max_overall_context_quota_unit": "TB"})
    assert Reseller.objects.get(pk=row.pk).max_overall_context_quota == 2**41


def test_those_who_may_only_look__read_the_size_too(enter: Enter, world: World) -> None:
    Context.objects.filter(pk=24).update(quota=100 * GB)
    row = world.resellers["alpha"]
    Reseller.objects.filter(pk=row.pk).update(max_overall_context_quota=2**41)
    assert '<div class="readonly">100 GB</div>' in page_text(enter("admin@alpha_acme"), world.contexts[24])
    assert '<div class="readonly">2 TB</div>' in page_text(enter("alpha"), row)


def page_text(person: Person, row: Any) -> str:
    """The page of a row."""
    return str(person.get(page(row, "change")).content.decode())
