"""Caller ID in DTMF keys: every variant, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem.callerid import Caller
from hookflash.modem.dtmfid import LONGEST, TIMEOUT, DtmfCallerId

GAP = 0.14
"""Seconds from key to key: 70 ms on, 70 ms off."""


def last_of(
    keys: str, collector: DtmfCallerId | None = None, start: float = 100.0
) -> Caller | None:
    """What the last of these keys gives; the ones before it must give nothing."""
    collector = collector or DtmfCallerId()
    for place, key in enumerate(keys[:-1]):
        assert collector.take(key, start + place * GAP) is None
    return collector.take(keys[-1], start + len(keys) * GAP)


@pytest.mark.parametrize(
    ("keys", "caller"),
    [
        ("A2065550142C", Caller("2065550142")),
        ("A2065550142D2065550199C", Caller("2065550142", redirected="2065550199")),
        ("A2065550142D2065550199B00C", Caller("2065550142", redirected="2065550199")),
        ("A2065550142B10C", Caller("2065550142")),
        ("AB00C", Caller(absent="unavailable")),
        ("B00C", Caller(absent="unavailable")),
        ("B10C", Caller(absent="withheld")),
        ("AD2065550199B10C", Caller(absent="withheld", redirected="2065550199")),
        ("AD2065550199C", Caller(redirected="2065550199")),
        ("D2065550199B00C", Caller(absent="unavailable", redirected="2065550199")),
        ("A0000000000C", Caller(absent="unavailable")),
        ("A2065550142#", Caller("2065550142")),
        ("D1#", Caller(absent="withheld")),
        ("D2#", Caller(absent="unavailable")),
        ("D3#", Caller(absent="unavailable")),
        ("D0223456789C", Caller("0223456789")),
        ("45123456#", Caller("45123456")),
        ("110#", Caller("110")),
    ],
)
def test_variants(keys: str, caller: Caller) -> None:
    assert last_of(keys) == caller


@pytest.mark.parametrize(
    "keys",
    [
        "#",
        "C",
        "1#",
        "12#",
        "A#",
        "AC",
        "DC",
        "D#",
        "D4#",
        "D55512#",
        "BC",
        "B77C",
        "12*45#",
        "1B00C2#",
        "5551234C",
        "D1D2C",
        "B00D123C",
        "xyz#",
    ],
)
def test_what_is_none_of_them_gives_nobody(keys: str) -> None:
    collector = DtmfCallerId()
    assert [collector.take(key, 1.0) for key in keys] == [None] * len(keys)
    assert last_of("A2065550142#", collector) == Caller("2065550142"), "and does not stay"


def test_the_first_key_may_be_at_any_time() -> None:
    for start in (0.0, 5.0, 1e6):
        assert last_of("A2065550142#", start=start) == Caller("2065550142")


def test_a_message_that_does_not_end_is_forgotten() -> None:
    collector = DtmfCallerId()
    assert last_of("A2065550", collector, start=0.0) is None
    assert last_of("5142000#", collector, start=TIMEOUT + 0.1) == Caller("5142000")


@pytest.mark.parametrize(("late", "caller"), [(0.0, Caller("123")), (0.1, None)])
def test_the_time_counts_from_the_first_key(late: float, caller: Caller | None) -> None:
    collector = DtmfCallerId()
    for key, at in (("A", 50.0), ("1", 54.0), ("2", 58.0), ("3", 59.9)):
        assert collector.take(key, at) is None
    assert collector.take("#", 50.0 + TIMEOUT + late) == caller


def test_a_letter_a_begins_anew() -> None:
    assert last_of("A20655A2065550142#") == Caller("2065550142")


def test_clear_forgets_the_keys_so_far() -> None:
    collector = DtmfCallerId()
    assert last_of("A2065", collector) is None
    collector.clear()
    assert last_of("5142#", collector) == Caller("5142")


def test_too_many_keys_are_no_message_and_no_burden() -> None:
    collector = DtmfCallerId()
    for _ in range(10_000):
        assert collector.take("5", 1.0) is None
    assert len(repr(vars(collector))) < 4 * LONGEST
    assert collector.take("#", 1.0) is None
    assert last_of("A2065550142#", collector) == Caller("2065550142")


numbers = st.text("0123456789", min_size=3, max_size=20).filter(lambda text: text.strip("0"))


@given(numbers, numbers, st.booleans(), st.booleans())
def test_numbers_come_back(number: str, redirected: str, hash_form: bool, first: bool) -> None:
    keys = f"A{number}#" if hash_form else f"A{number}D{redirected}C"
    expected = Caller(number) if hash_form else Caller(number, redirected=redirected)
    before = "12345" if first else ""
    assert last_of(before + keys) == expected


@given(st.lists(st.tuples(st.sampled_from("0123456789*#ABCD"), st.floats(0, 20)), max_size=60))
def test_any_keys_do_no_harm(keys: list[tuple[str, float]]) -> None:
    collector = DtmfCallerId()
    for key, at in keys:
        caller = collector.take(key, at)
        if caller is not None:
            assert caller.number == "" or caller.number.isdigit()
            assert caller.number or caller.absent or caller.redirected
