"""Marks and output come apart, however the serial line cuts them up."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbbench.machine import SAID_BY_GUEST, status_of
from usbbench.marks import BOOTED, READY, TESTED, TESTING, Separator, mark
from usbbench.phases import Phases

WORDS = st.sampled_from([BOOTED, READY, TESTING, f"{TESTED} 0"])
OUTPUT = st.binary(max_size=50)


@given(st.lists(st.tuples(OUTPUT, WORDS)), OUTPUT, st.randoms())
def test_they_come_apart(said: list[tuple[bytes, str]], last: bytes, dice: Random) -> None:
    # What could be taken for a mark's beginning is another test's.
    said = [(output.replace(b"\x1e", b"?"), word) for output, word in said]
    last = last.replace(b"\x1e", b"?")
    data = b"".join(output + mark(word) for output, word in said) + last
    separator = Separator()
    shown, marks = b"", []
    while data:
        size = dice.randint(1, len(data))
        output, found = separator.feed(data[:size])
        shown, data = shown + output, data[size:]
        marks += found
    assert shown + separator.end() == b"".join(output for output, _ in said) + last
    assert marks == [word for _, word in said]


@pytest.mark.parametrize("data", [b"\x1e" + b"x" * 40, b"a\x1e", b"\x1eBOOTED\n", b"\x1e\x1e5\n"])
def test_what_only_begins_like_a_mark_is_shown(data: bytes) -> None:
    separator = Separator()
    shown, marks = separator.feed(data)
    assert (shown + separator.end(), marks) == (data, [])


def test_output_is_not_held_back_for_a_mark_that_does_not_come() -> None:
    separator = Separator()
    assert separator.feed(b"test_one \x1e")[0] == b"test_one "
    assert separator.feed(b"." * 40)[0] == b"\x1e" + b"." * 40


@pytest.mark.parametrize("status", [0, 1, 5, 63])
def test_the_guests_status_is_read(status: int) -> None:
    # qemu's isa-debug-exit: twice the byte, plus one
    assert status_of(((status | SAID_BY_GUEST) << 1) | 1) == status


@pytest.mark.parametrize("returncode", [0, 1, 2, -9, -6, 128, 3])
def test_other_ends_are_the_guests_death(returncode: int) -> None:
    assert status_of(returncode) is None


def test_phases_say_what_each_took() -> None:
    phases = Phases(100.0, 103.0)
    phases.reached(BOOTED, 111.0)
    phases.reached(READY, 112.5)
    phases.reached(TESTING, 116.0)
    phases.reached(TESTING, 120.0)
    phases.reached(f"{TESTED} 1", 176.0)
    assert str(phases) == "prepared 3.0 s, booted 8.0 s, udev 1.5 s, first test 3.5 s, tests 60.0 s"


def test_phases_that_were_not_reached_are_left_out() -> None:
    phases = Phases(0.0, 1.0)
    phases.reached(BOOTED, 9.0)
    assert str(phases) == "prepared 1.0 s, booted 8.0 s"
