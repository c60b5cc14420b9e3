"""Laws of native ids: exact, or refused, or mended from the record's own address."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from schemas.ids import EXACT, bare, cell, decimal, ends_in_zeros, opaque, opaque_cell, through_double, true_id

SNOWFLAKES = st.integers(10**18, 2 * 10**18)
TRUE = "1823034723867713316"


def fault(call: Any, value: Any) -> str:
    with pytest.raises(PydanticCustomError) as caught:
        call(value)
    return caught.value.type


@given(st.integers(0, 10**25).map(str))
def test_digits_in_text_are_taken_as_they_are(text: str) -> None:
    assert decimal(text) == opaque(text) == text


@given(st.integers(0, EXACT))
def test_numbers_up_to_two_to_the_53_are_exact_in_every_form(number: int) -> None:
    for call in (decimal, opaque, cell):
        assert call(number) == call(float(number)) == str(number)
    assert decimal(f"{number}.0") == cell(f" {number}.00 ") == str(number)


@given(st.floats(min_value=EXACT * 1.001, max_value=1e30))
@example(1e18)
def test_a_float_beyond_two_to_the_53_is_destroyed(number: float) -> None:
    for call in (decimal, opaque, cell):
        assert fault(call, number) == "id_destroyed"
        assert fault(call, repr(1e18 + number)) == "id_destroyed"


@given(SNOWFLAKES)
def test_an_integer_that_went_through_a_double_is_seen(number: int) -> None:
    """As JavaScript prints it: the shortest digits, then zeros."""
    rounded = int(f"{float(number)!r}".replace(".", "").partition("e")[0].ljust(19, "0"))
    assert through_double(rounded)
    for call in (decimal, opaque):
        assert fault(call, rounded) == "id_destroyed"
    assert fault(cell, str(rounded)) == "id_destroyed"


def is_refused(call: Any, value: Any) -> bool:
    try:
        call(value)
    except PydanticCustomError:
        return True
    return False


def test_of_true_snowflakes_few_look_destroyed() -> None:
    """The price of the rule: about one in 256, where the id is a JSON number or a CSV cell; none where it is text."""
    start, stride, count = 1_823_034_723_867_713_316, 7_919_777_777, 20_000
    numbers = [start + stride * number for number in range(count)]
    for hits in (sum(map(through_double, numbers)), sum(is_refused(cell, str(number)) for number in numbers)):
        assert count / 512 < hits < count / 128
    assert sum(is_refused(opaque_cell, str(number)) for number in numbers) < count / 2_000


@pytest.mark.parametrize(
    ("start", "least", "most"), [(482_303_472_386_771_331, 10, 40), (17_895_695_668_004_553, 0, 0)]
)
def test_of_true_ids_of_17_and_18_digits_few_are_refused_in_cells(start: int, least: int, most: int) -> None:
    """A double would refuse one in some 60 of 18 digits, so there only what a spreadsheet left is refused."""
    for call in (cell, opaque_cell):
        assert least <= sum(is_refused(call, str(start + 7_919_777 * number)) for number in range(20_000)) <= most


@given(st.integers(10**17, 10**19 - 1))
def test_an_id_that_a_spreadsheet_rounded_is_seen_and_mended_from_18_digits_on(number: int) -> None:
    """15 digits, then zeros, as it writes them where the column is as wide."""
    unit = 10 ** (len(str(number)) - 15)
    rounded = str((number + unit // 2) // unit * unit)
    assert ends_in_zeros(rounded)
    for call in (cell, opaque_cell):
        assert fault(call, rounded) == fault(call, f'"{rounded}"') == "id_destroyed"
    for told in (rounded, f" {rounded} ", f"{rounded}.0", f'="{rounded}"'):
        assert true_id(told, [f"https://x.com/a/status/{number}"]) == str(number)
        assert true_id(told, [f"https://x.com/a/status/{number + 10**6}"]) is None


@pytest.mark.parametrize("text", ["1789569566800450", "17895695668004500", "9" * 25, "1" + "0" * 24, "0" * 18])
def test_of_17_digits_and_of_more_than_24_none_is_refused(text: str) -> None:
    assert cell(text) == opaque_cell(text) == text


@pytest.mark.parametrize("kept", ['"{}"', '="{}"', "'{}", "'{}'", ' "{}" '])
def test_what_keeps_a_spreadsheet_off_the_digits_is_no_part_of_them(kept: str) -> None:
    for text in (TRUE, "119237"):
        assert cell(kept.format(text)) == opaque_cell(kept.format(text)) == bare(kept.format(text)) == text
    assert fault(cell, kept.format("1.8E+18")) == fault(opaque_cell, kept.format("1.8E+18")) == "id_destroyed"
    assert bare('"abc"') == opaque_cell('"abc"') == '"abc"'


@pytest.mark.parametrize(
    "text", ["1.2316E+18", "1.2316e18", "1E+18", "1.8230347238677133e+18", "1,2316E+18", "12,3e+17"]
)
def test_exponents_are_destroyed_decimals(text: str) -> None:
    assert fault(decimal, text) == fault(cell, text) == fault(opaque, text) == "id_destroyed"


@pytest.mark.parametrize("text", ["1e5", "12e5", "kx1ab2c", "at://did:plc:a/b/c", "1.5", "1,5", "v1.2e"])
def test_opaque_ids_may_look_like_numbers(text: str) -> None:
    assert opaque(text) == text


@pytest.mark.parametrize("value", [None, True, [], {}, -1, 1.5, -2.0, float("nan"), float("inf")])
def test_what_is_no_id_is_refused(value: Any) -> None:
    assert fault(decimal, value) == fault(opaque, value) == "id_type"


@pytest.mark.parametrize("text", ["", "12a", "-1", "1.5", "٣", "1 2"])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    assert fault(decimal, text) == "id_type"


@given(SNOWFLAKES)
def test_an_address_mends_what_a_double_or_a_spreadsheet_destroyed(number: int) -> None:
    address = f"https://twitter.com/someone/status/{number}?s=20"
    javascript = int(f"{float(number)!r}".replace(".", "").partition("e")[0].ljust(19, "0"))
    told = [float(number), repr(float(number)), javascript, f"{number:.4E}", f"{number:.14E}"]
    for destroyed in [*told, *(f" {text} ".replace(".", ",") for text in told if type(text) is str)]:
        assert true_id(destroyed, [None, address]) == str(number)


@given(SNOWFLAKES, st.integers(1_000, 10**17))
def test_the_address_of_another_post_mends_nothing(number: int, apart: int) -> None:
    assert true_id(float(number), [f"https://x.com/a/status/{number + apart}"]) is None


def test_two_candidates_mend_nothing() -> None:
    near = str(int(TRUE) + 1)
    assert true_id(float(TRUE), [f"https://x.com/a/status/{TRUE}", f"https://x.com/a/status/{near}"]) is None
    assert true_id(float(TRUE), [f"https://x.com/a/status/{TRUE}", f"https://x.com/a/status/{TRUE}/photo/1"]) == TRUE


@pytest.mark.parametrize("destroyed", [None, "", "abc", [], "1e999", True])
def test_what_is_no_number_is_not_mended(destroyed: Any) -> None:
    assert true_id(destroyed, [f"https://x.com/a/status/{TRUE}"]) is None
