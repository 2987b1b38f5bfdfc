"""Rings out of RING and ring cadence, in all the mixtures that modems send."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem.cadence import MAX_BURSTS, Cadence, Rung, is_cadence

Lines = list[tuple[float, str]]


def rung(lines: Lines, *, timer: bool = True, counter: Cadence | None = None) -> list[Rung]:
    """What is told for lines and their arrival times, in seconds. timer: `due` is kept."""
    counter = counter or Cadence()
    rings: list[Rung] = []
    for now, line in lines:
        if timer and counter.due is not None and counter.due <= now:
            rings += counter.expire(counter.due)
        rings += counter.take(line, now)
    if counter.due is not None:
        rings += counter.expire(counter.due)
    assert counter.due is None
    return rings


def by_cadence(*patterns: str) -> list[Rung]:
    return [Rung(pattern, by_cadence=True) for pattern in patterns]


def by_ring(*patterns: str) -> list[Rung]:
    return [Rung(pattern, by_cadence=False) for pattern in patterns]


# --- only RING --------------------------------------------------------------------------------


def test_plain_rings_are_told_at_once() -> None:
    counter = Cadence()
    assert counter.take("RING", 0) == by_ring("")
    assert counter.due is None
    assert counter.take("RING", 6) == by_ring("")


def test_the_modems_own_name_is_the_pattern() -> None:
    assert rung([(0, "RING A"), (6, "RING A"), (12, "RING2")]) == by_ring("A", "A", "2")


def test_ring_as_a_dle_code() -> None:
    counter = Cadence()
    assert counter.ring("", 0) == by_ring("")
    assert counter.ring("", 6) == by_ring("")


def test_a_doubled_ring_is_one() -> None:
    assert rung([(0, "RING"), (0.02, "RING"), (6, "RING"), (6.9, "RING")]) == by_ring("", "")


def test_a_modem_that_babbles_is_not_silenced_for_ever() -> None:
    assert len(rung([(0.4 * i, "RING") for i in range(10)])) == 4


def test_rings_a_second_apart_are_two() -> None:
    assert rung([(0, "RING"), (1, "RING")]) == by_ring("", "")


# --- only cadence -----------------------------------------------------------------------------


def test_a_long_burst_is_told_at_its_end() -> None:
    counter = Cadence()
    assert counter.take("DRON=20", 2) == by_cadence("2000")
    assert counter.due is None
    assert counter.take("DROF=40", 6) == []
    assert counter.take("DRON=20", 8) == by_cadence("2000")


def test_a_short_burst_waits_for_more() -> None:
    counter = Cadence()
    assert counter.take("DRON=5", 0.5) == []
    assert counter.due == pytest.approx(2.3)
    assert counter.expire(2.2) == []
    assert counter.expire(2.3) == by_cadence("500")
    assert counter.due is None
    assert counter.expire(9) == []


@pytest.mark.parametrize("timer", [True, False])
def test_two_short_bursts_are_one_ring(timer: bool) -> None:
    lines = [(0.5, "DRON=5"), (1.6, "DROF=11"), (2.1, "DRON=5")]
    again = [(5.5, "DROF=34"), *((now + 5.5, line) for now, line in lines)]
    assert rung(lines + again, timer=timer) == by_cadence("500-1100-500", "500-1100-500")


def test_three_bursts_are_one_ring() -> None:
    lines = [(0.4, "DRON=4"), (0.6, "DROF=2"), (1, "DRON=4"), (1.2, "DROF=2"), (2, "DRON=8")]
    assert rung(lines) == by_cadence("400-200-400-200-800")


def test_silence_before_the_first_burst_says_nothing() -> None:
    assert rung([(0, "DROF=0"), (2, "DRON=20")]) == by_cadence("2000")
    assert rung([(0, "DROF=250"), (0.8, "DRON=8"), (1.2, "DROF=4"), (2, "DRON=8")]) == by_cadence(
        "800-400-800"
    )


def test_the_clock_tells_a_silence_that_the_modem_does_not() -> None:
    lines = [(0.4, "DRON=4"), (1.03, "DRON=4"), (3.4, "DRON=4"), (4.03, "DRON=4")]
    assert rung(lines) == by_cadence("400-200-400", "400-200-400")


def test_each_silence_counts_once() -> None:
    lines = [(0.4, "DRON=4"), (0.6, "DROF=2"), (1, "DRON=4"), (1.9, "DRON=4")]
    assert rung(lines) == by_cadence("400-200-400-500-400")


def test_a_burst_after_an_unknown_silence_is_no_ring_of_its_own() -> None:
    assert rung([(2, "DRON=5"), (2, "DRON=5"), (2, "DRON=5")]) == by_cadence("500")


def test_lines_that_were_read_late_and_at_once_are_told_apart_by_what_they_say() -> None:
    lines = ["DRON=5", "DROF=11", "DRON=5", "DROF=34", "DRON=5", "DROF=11", "DRON=5"]
    assert rung([(9, line) for line in lines]) == by_cadence("500-1100-500", "500-1100-500")


def test_a_counter_that_ran_over_does_not_join_two_calls() -> None:
    lines = [(0.8, "DRON=8"), (600, "DROF=4"), (600.8, "DRON=8")]
    assert rung(lines) == by_cadence("800", "800")
    assert rung(lines, timer=False) == by_cadence("800", "800")


def test_a_burst_of_no_length_is_no_ring() -> None:
    assert rung([(0, "DRON=0"), (4, "DRON=0")]) == []


def test_bursts_that_never_pause_are_told_as_rings_too() -> None:
    lines = [(0.5 * i, f"DRO{'FN'[i % 2]}=5") for i in range(1, 4 * MAX_BURSTS + 1)]
    assert len(rung(lines)) == 2


# --- both -------------------------------------------------------------------------------------


def test_ring_after_each_burst() -> None:
    lines = [(2, "DRON=20"), (2.5, "RING"), (6, "DROF=40"), (8, "DRON=20"), (8.5, "RING")]
    assert rung(lines) == by_cadence("2000", "2000")


def test_ring_after_each_burst_of_a_pattern() -> None:
    ring = [(0.8, "DRON=8"), (0.9, "RING"), (1.2, "DROF=4"), (2, "DRON=8"), (2.1, "RING")]
    assert rung(ring) == by_cadence("800-400-800")


def test_ring_before_the_burst_has_the_cadence_of_the_ring_before() -> None:
    ring = [(0.2, "RING"), (0.8, "DRON=8"), (1.2, "DROF=4"), (2, "DRON=8")]
    again = [(6, "DROF=40"), *((now + 6, line) for now, line in ring)]
    assert rung(ring + again) == by_ring("", "800-400-800")


def test_ring_in_each_burst() -> None:
    ring = [(0.2, "RING"), (0.8, "DRON=8"), (2, "DROF=12"), (2.4, "RING"), (2.8, "DRON=8")]
    assert rung(ring) == by_ring("")


def test_ring_before_a_long_burst() -> None:
    lines = [(0.2, "RING"), (3, "DRON=30"), (7, "DROF=40"), (7.2, "RING"), (10, "DRON=30")]
    assert rung(lines) == by_ring("", "3000")


def test_a_ring_that_is_not_said_is_told_by_its_burst() -> None:
    assert rung([(0.2, "RING"), (2, "DRON=20"), (8, "DRON=20")]) == [
        *by_ring(""),
        *by_cadence("2000"),
    ]


def test_a_name_ends_the_wait() -> None:
    counter = Cadence()
    assert counter.take("DRON=8", 0.8) == []
    assert counter.take("RING B", 1) == by_ring("B")
    assert counter.due is None
    assert counter.take("RING B", 1.1) == []


def test_another_call_does_not_have_the_cadence_of_this_one() -> None:
    counter = Cadence()
    ring = [(0.2, "RING"), (0.8, "DRON=8"), (1.2, "DROF=4"), (2, "DRON=8"), (6, "DROF=40")]
    assert rung(ring, counter=counter) == by_ring("")
    counter.clear()
    assert counter.take("RING", 60) == by_ring("")


def test_what_waits_is_forgotten_with_the_call() -> None:
    counter = Cadence()
    assert counter.take("DRON=8", 0.8) == []
    counter.clear()
    assert counter.due is None
    assert counter.expire(60) == []


def test_a_ring_that_waits_is_told_before_the_next() -> None:
    assert rung([(0.8, "DRON=8"), (6, "RING A")], timer=False) == [
        *by_cadence("800"),
        *by_ring("A"),
    ]


# --- lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["DRON=20", "DRON = 20", "DRON= 20", "DRON=20 ", "DROF=250,DRON=20"]
)
def test_spellings(line: str) -> None:
    assert is_cadence(line)
    assert rung([(2, line)]) == by_cadence("2000")


def test_several_on_one_line() -> None:
    assert rung([(2, "DROF=40 DRON=8 DROF=4 DRON=8")]) == by_cadence("800-400-800")


@pytest.mark.parametrize(
    "line",
    ["", "OK", "DRON", "DRON=", "DRON=x", "NAME=DRON=20", "DRON=20 NAME", "CPON=20", "DRON=-2"],
)
def test_other_lines(line: str) -> None:
    assert not is_cadence(line)
    assert rung([(2, line)]) == []


# --- every modem ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Modem:
    """How a simulated modem tells rings.

    ring: RING comes `never`, `first` (at the ring's start), `each` (at each burst's start) or
    `after` (`delay` s after each burst, unless the next begins before). drof: it tells silences.
    """

    ring: str
    delay: float
    drof: bool
    doubled: bool


MODEMS = st.builds(
    Modem,
    st.sampled_from(["never", "first", "each", "after"]),
    st.sampled_from([0.1, 0.3, 0.5, 1.0]),
    st.booleans(),
    st.booleans(),
)
UNIT = 0.1
SINGLE = st.integers(2, 30).map(lambda on: [on])
PATTERN = st.tuples(
    st.lists(st.tuples(st.integers(2, 10), st.integers(2, 8)), min_size=1, max_size=2),
    st.integers(2, 10),
).map(lambda drawn: [length for pair in drawn[0] for length in pair] + [drawn[1]])
"""On, off, on ... in units of 100 ms."""


def call(modem: Modem, pattern: list[int], silence: int, count: int) -> Lines:
    """The lines of a call with `count` rings; they come in order and up to 0.1 s late."""
    lines: Lines = []
    now = 100.0
    for _ in range(count):
        before = silence
        for i in range(0, len(pattern), 2):
            off = pattern[i + 1] if i + 1 < len(pattern) else silence
            if modem.drof:
                lines.append((now, f"DROF={before}"))
            if modem.ring == "each" or (modem.ring == "first" and i == 0):
                lines.append((now + 0.1, "RING"))
            now += pattern[i] * UNIT
            lines.append((now, f"DRON={pattern[i]}"))
            if modem.ring == "after" and modem.delay < off * UNIT:
                lines.append((now + modem.delay, "RING"))
            now += off * UNIT
            before = off
    if modem.doubled:
        lines += [(when + 0.01, line) for when, line in lines if line == "RING"]
    return sorted(lines)


@given(
    MODEMS,
    st.one_of(SINGLE, PATTERN),
    st.integers(20, 60),
    st.integers(1, 5),
    st.lists(st.floats(0, 0.1), min_size=100, max_size=100),
    st.booleans(),
)
def test_each_ring_is_told_once_whatever_the_modem(
    modem: Modem, pattern: list[int], silence: int, count: int, late: list[float], timer: bool
) -> None:
    exact = call(modem, pattern, silence, count)
    lines: Lines = []
    for (when, line), delay in zip(exact, late * 2, strict=False):
        lines.append((max(when + delay, lines[-1][0] if lines else 0), line))
    rings = rung(lines, timer=timer)
    assert len(rings) == count
    cadence = "-".join(str(length * 100) for length in pattern)
    if modem.drof and modem.ring in ("first", "each"):
        assert [ring.pattern for ring in rings] == ["", *[cadence] * (count - 1)]
    elif modem.drof:
        assert {ring.pattern for ring in rings} == {cadence}


@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.sampled_from(["RING", "RING A", "DRON=0", "DRON=5", "DRON=20", "DROF=4", "DROF=40"]),
        ),
        max_size=30,
    )
)
def test_no_mixture_tells_more_rings_than_signs_or_swallows_a_long_silence(
    steps: list[tuple[float, str]],
) -> None:
    counter = Cadence()
    now = 0.0
    told = 0
    for wait, line in steps:
        now += wait
        told += len(counter.take(line, now))
    if counter.due is not None:
        told += len(counter.expire(counter.due))
    assert told <= sum(not line.startswith("DROF") for _, line in steps)
    assert len(counter.take("RING", now + 30)) == 1
