"""What a Yealink's LCD shows, in segments; and what a handset's text becomes on it."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookflash.handset import DARK, Lamps
from hookflash.usb.yealink_display import (
    BLANK,
    CELLS,
    DATE,
    GLYPHS,
    ICONS,
    NUMBER,
    TIME,
    Screen,
    Shown,
    draw,
    line3,
)

SOME = settings(max_examples=100, derandomize=True, deadline=None)
WHEN = datetime(2026, 11, 23, 19, 45)


def test_the_first_and_the_last_digit() -> None:
    """Line 3: digit i in bytes e = 22 - 2i and e + 1: a e.10 b e.20 c e.40 d e.80, e o.80 g o.40
    f o.20."""
    lcd = draw(Shown("8" + 10 * " " + "1"))
    assert lcd[22:24] == b"\xf0\xe0"
    assert lcd[0:2] == b"\x60\x00"
    assert not any(lcd[2:22])


def test_each_bit_is_one_segment_or_icon() -> None:
    """No two share one, but for what the glass itself has joined."""
    bits = [place for cell in (*NUMBER, *DATE, *TIME) for place in set(cell.values())]
    bits += ICONS.values()
    assert len(bits) == len(set(bits))
    # The kernel's map: 12 digits of 7; a 1 of one part, an 8, an e of 5, an 8; M of 6, three 8s.
    assert len(bits) == 12 * 7 + (1 + 7 + 5 + 7) + (6 + 3 * 7) + len(ICONS)


def test_line_1_and_2() -> None:
    lcd = draw(Shown("", WHEN, frozenset({"IN", "NEW"})))
    assert lcd[22] == 0x03  # the 1 of November, and M
    assert lcd[20:22] == b"\x06\x00"  # 1
    assert lcd[18:20] == b"\x03\x02"  # 2: a d g in one, b, e
    assert lcd[16:18] == b"\x0f\x02"  # 3
    assert lcd[14:16] == b"\x06\x08"  # 1 of 19, and D
    assert lcd[12:14] == b"\x0f\x03"  # 9
    assert lcd[10:12] == b"\x06\x0b"  # 4, and the colon
    assert lcd[8:10] == b"\x0d\x03"  # 5
    assert lcd[7] == 0x01
    assert lcd[23] == 0x02
    assert lcd[0:2] == b"\x00\x04"  # a Monday


def test_nothing_is_blank() -> None:
    assert draw(Shown()) == BLANK == bytes(24)


def test_digits_can_be_told_apart() -> None:
    shown = [frozenset(GLYPHS[char]) for char in "0123456789*#+- _"]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("5551234", "5551234"),
        ("123456789012", "123456789012"),
        ("00442071234567", "-42071234567"),
        ("Zoe\n+4930123", "+4930123"),
        ("Anna Bauer", "ANNA BAUER"),
        ("Max Muster", "_A_ _USTER"),
        ("Geoffrey Holland", "GEOFFREY HOL"),
        ("王伟", ""),
        ("王伟\n10086", "10086"),
        ("*21*5551234#", "*21*5551234#"),
        ("\n\n", ""),
    ],
)
def test_line_3(text: str, shown: str) -> None:
    assert line3(text) == shown


@SOME
@given(st.text(max_size=80))
def test_whatever_a_caller_is_called_can_be_drawn(text: str) -> None:
    shown = line3(text)
    assert len(shown) <= CELLS
    assert len(draw(Shown(shown, WHEN, frozenset(ICONS)))) == 24


@SOME
@given(st.text("0123456789*#", min_size=1, max_size=CELLS))
def test_what_is_drawn_can_be_read(number: str) -> None:
    lcd = draw(Shown(number))
    lit = [{name for name, (byte, bit) in cell.items() if lcd[byte] & bit} for cell in NUMBER]
    assert lit == [set(GLYPHS[char]) for char in number.ljust(CELLS)]


@SOME
@given(st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)))
def test_every_moment_can_be_read(when: datetime) -> None:
    """As far as each cell has segments: the tens of the month are 1 or nothing."""
    lcd = draw(Shown("", when))
    for cells, text in ((DATE, f"{when.month:2}{when.day:2}"), (TIME, f"{when:%H%M}")):
        for cell, char in zip(cells, text, strict=True):
            for segment, (byte, bit) in cell.items():
                lit = bool(lcd[byte] & bit)
                together = {name for name, place in cell.items() if place == cell[segment]}
                assert lit == bool(together & set(GLYPHS[char])), (when, char, segment)


def test_a_call_in_and_a_call_out() -> None:
    screen = Screen()
    assert screen.shown(DARK, WHEN) == Shown()
    ringing = screen.shown(Lamps(ringing=True, text="42"), WHEN)
    assert ringing == Shown("42", WHEN, frozenset({"IN"}))
    later = datetime(2026, 11, 23, 20, 15)
    assert screen.shown(Lamps(off_hook=True, text="42"), later) == ringing
    assert screen.shown(DARK, later) == Shown()
    typed = screen.shown(Lamps(text="12"), later)
    assert typed == Shown("12")
    lifted = screen.shown(Lamps(off_hook=True, message_waiting=True), later)
    assert lifted == Shown("", later, frozenset({"NEW"}))
    dialled = screen.shown(Lamps(off_hook=True, text="123"), WHEN)
    assert dialled == Shown("123", later, frozenset({"OUT"}))
