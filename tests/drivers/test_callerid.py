"""Caller ID: what modems write, and what is made of it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem.callerid import Caller, CallerIdCollector


def caller_of(*lines: str) -> Caller | None:
    """The caller that these lines tell."""
    collector = CallerIdCollector()
    for line in lines:
        assert collector.take(line), line
    return collector.caller()


@pytest.mark.parametrize("tag", ["NMBR", "DDN_NMBR", "NMRB", "NBR"])
@pytest.mark.parametrize("equals", ["=", " = ", " =", "= "])
def test_spellings_of_the_number(tag: str, equals: str) -> None:
    assert caller_of(f"{tag}{equals}5551234") == Caller(number="5551234")


def test_order_does_not_matter() -> None:
    lines = ["DATE = 1122", "TIME = 0930", "NMBR = 5551234", "NAME = JOHN"]
    for order in itertools.permutations(lines):
        assert caller_of(*order) == Caller("5551234", "JOHN")


@pytest.mark.parametrize(
    ("value", "caller"),
    [
        ("O", Caller(absent="unavailable")),
        ("P", Caller(absent="withheld")),
        ("<NONE>", Caller()),
        ("", Caller()),
        ('"5551234"', Caller("5551234")),
        ("+4930123", Caller("+4930123")),
    ],
)
def test_values_of_the_number(value: str, caller: Caller) -> None:
    assert caller_of(f"NMBR={value}") == caller


def test_the_first_number_counts() -> None:
    assert caller_of("NMBR=5551234", "NMBR=O", "NMBR=P") == Caller("5551234")


def test_an_empty_number_does_not_stand_in_the_way_of_the_first() -> None:
    assert caller_of("NMBR=", "NMBR=5551234") == Caller("5551234")


def test_a_withheld_name_is_no_name() -> None:
    assert caller_of("NMBR=P", "NAME=P") == Caller(absent="withheld")


def test_a_name_keeps_no_control_characters() -> None:
    assert caller_of("NAME=V\u00e4h\x1b[31m\u00e4\x7fl\u00e4", "NMBR=1\x082") == Caller(
        "12", "V\u00e4h[31m\u00e4l\u00e4"
    )


def test_complete_with_number_and_name_only() -> None:
    collector = CallerIdCollector()
    seen = []
    for line in ("DATE=1122", "NMBR=1", "NAME=A"):
        collector.take(line)
        seen.append(collector.complete)
    assert seen == [False, False, True]


def test_told_once_and_again_only_when_more_is_known() -> None:
    collector = CallerIdCollector()
    assert collector.caller() is None
    collector.take("NMBR=1")
    assert collector.caller() == Caller("1")
    assert collector.caller() is None
    collector.take("TIME=0930")  # iaxmodem: six more tags after number and name
    collector.take("ANID=<NONE>")
    assert collector.caller() is None
    collector.take("NAME=A")
    assert collector.caller() == Caller("1", "A")
    collector.clear()
    collector.take("NMBR=1")
    assert collector.caller() == Caller("1"), "the next call of the same caller is told"


@pytest.mark.parametrize(
    "line", ["OK", "RING", "NMBR", "xNMBR=1", "nmbr=1", "AT+VCID=1", "NUMBER=1", "=", "NMBR : 1"]
)
def test_other_lines_are_left_alone(line: str) -> None:
    collector = CallerIdCollector()
    assert not collector.take(line)
    assert collector.caller() is None


@given(st.lists(st.text(max_size=30), max_size=10))
def test_any_text_does_no_harm(lines: list[str]) -> None:
    collector = CallerIdCollector()
    for line in lines:
        collector.take(line)
        collector.take(f"NMBR={line}")
    if caller := collector.caller():
        assert (caller.number + caller.name).isprintable()
