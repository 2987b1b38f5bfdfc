"""Nothing but digits, `*`, `#` and one leading `+` ever reaches a line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.digits import MAX_KEYS, MAX_NUMBER, check_keys, check_number, clean_number
from hookflash.errors import BadDigits

DIGITS = set("0123456789*#")
GOOD_NUMBERS = ["1", "0", "*", "#", "*69#", "+4930123456", "1" * MAX_NUMBER, "+" + "1" * MAX_NUMBER]
HOSTILE = [
    "١٢٣",  # Arabic-Indic digits
    "１２３",  # full width
    "1²",  # superscript: str.isdigit() is true
    "1½",
    "123\n",
    "\n123",
    "123\r",
    "123\r\nATH",
    "12\x0034",
    "1\x10b",
    "123;",
    "123;+CFUN=0",
    "1!2",
    "1,2",
    "1@2",
    "W1",
    "1w2",
    "L",
    ">1",
    ">SM1",
    "1A",
    "T1",
    "P1",
    "1/2",
    "1&2",
    "\u200f123",  # right-to-left mark
    "1\u202e23",
    "\ufeff1",
    "1+2",
    "++1",
    "1+",
    "+",
    "1\t2",
    "1\x7f",
    "1\u0301",
    "①",
    "१",
]


@pytest.mark.parametrize("number", GOOD_NUMBERS)
def test_good_numbers_come_back_unchanged(number: str) -> None:
    assert check_number(number) == number
    assert clean_number(number) == number


@pytest.mark.parametrize("number", HOSTILE)
@pytest.mark.parametrize("check", [check_number, clean_number])
def test_what_is_no_number_is_refused(number: str, check: Callable[[str], str]) -> None:
    with pytest.raises(BadDigits) as caught:
        check(number)
    assert caught.value.code == "bad_number"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("keys", [*HOSTILE, "+1", "1 2", "1-2", "A", "D"])
def test_what_are_no_keys_is_refused(keys: str) -> None:
    with pytest.raises(BadDigits) as caught:
        check_keys(keys)
    assert caught.value.code == "bad_dtmf"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("(030) 123-456", "030123456"),
        ("+49 30 12.34.56", "+49301234" + "56"),
        (" 1 ", "1"),
        ("*21*100#", "*21*100#"),
    ],
)
def test_decoration_is_taken_out(written: str, number: str) -> None:
    assert clean_number(written) == number


@pytest.mark.parametrize("number", ["(030) 1", "1 2", "1-2", "1.2"])
def test_the_driver_itself_takes_no_decoration(number: str) -> None:
    with pytest.raises(BadDigits):
        check_number(number)


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (check_number, "", "number_missing"),
        (clean_number, "", "number_missing"),
        (clean_number, " -().", "number_missing"),
        (check_keys, "", "dtmf_missing"),
        (check_number, "1" * (MAX_NUMBER + 1), "number_too_long"),
        (check_number, "+" + "1" * (MAX_NUMBER + 1), "number_too_long"),
        (check_number, "1" * 10_000, "number_too_long"),
        (check_number, "A" * 10_000, "number_too_long"),
        (clean_number, "1 " * 10_000, "number_too_long"),
        (check_keys, "1" * (MAX_KEYS + 1), "dtmf_too_long"),
        (check_keys, "\r" * 10_000, "dtmf_too_long"),
    ],
)
def test_codes_of_empty_and_long_ones(check: Callable[[str], str], text: str, code: str) -> None:
    with pytest.raises(BadDigits) as caught:
        check(text)
    assert caught.value.code == code
    assert len(str(caught.value)) < 300, "a message is not a copy of 10 kB"


def test_most_keys_at_once() -> None:
    assert check_keys("#" * MAX_KEYS) == "#" * MAX_KEYS


def is_number(text: str) -> bool:
    """What may pass, said in another way than the code under test says it."""
    digits = text[1:] if text[:1] == "+" else text
    return 1 <= len(digits) <= MAX_NUMBER and set(digits) <= DIGITS


NASTY = st.text(st.sampled_from("0123456789*#+ -().;!,@WLT>\r\n\0٣３²\u200f"), max_size=40)


@given(st.one_of(st.text(), NASTY))
def test_only_numbers_pass(text: str) -> None:
    for check in (check_number, clean_number):
        try:
            passed = check(text)
        except BadDigits:
            assert check is clean_number or not is_number(text)
        else:
            assert is_number(passed)
            assert check is clean_number or passed == text


@given(st.one_of(st.text(), NASTY))
def test_only_keys_pass(text: str) -> None:
    try:
        passed = check_keys(text)
    except BadDigits:
        assert not (1 <= len(text) <= MAX_KEYS and set(text) <= DIGITS)
    else:
        assert passed == text
        assert set(text) <= DIGITS


@given(NASTY)
def test_cleaning_is_only_taking_out_decoration(text: str) -> None:
    bare = "".join(char for char in text if char not in " -().")
    try:
        assert clean_number(text) == bare
    except BadDigits:
        assert not is_number(bare)
