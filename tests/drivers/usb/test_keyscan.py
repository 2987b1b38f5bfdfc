"""A CM109's keys, from what its pins say: every key, two at once, bounces, reports too late."""

from __future__ import annotations

from random import Random

import pytest

from hookflash.usb.keypads import KEYPADS, KEYS
from hookflash.usb.keyscan import ALL_COLUMNS, BOUNCE, KeyScan

CODES = [row | column for row in (0x10, 0x20, 0x40, 0x80) for column in (1, 2, 4, 8)]


class Matrix:
    """Contacts, and a scan that looks at them once a step."""

    def __init__(self) -> None:
        self.scan = KeyScan()
        self.down: set[int] = set()
        self.now = 0.0

    def pins(self) -> int:
        """A key that is down carries the level on, from its column to its row and back."""
        pins = self.scan.driven
        for _ in CODES:
            for code in self.down:
                if code & pins:
                    pins |= code
        return pins

    def step(self) -> list[int]:
        """One look, 10 ms later."""
        self.now += 0.01
        return self.scan.heard(self.now, self.pins())

    def settle(self) -> list[int]:
        """Looks, until every key has been seen in a whole pass."""
        told = [code for _ in range(5) for code in self.step()]
        while self.scan.scans:
            told += self.step()
        return told


@pytest.mark.parametrize("keypad", KEYPADS)
def test_a_keypad_has_every_key_on_a_place_of_its_own(keypad: str) -> None:
    assert sorted(KEYPADS[keypad]) == sorted(CODES)
    assert sorted(KEYPADS[keypad].values()) == sorted(KEYS)


def test_keypads_as_they_lie() -> None:
    """Rows and columns as they are drawn in the kernel's source and on the telephones."""
    kip1000 = {code: key for code, key in KEYPADS["kip1000"].items() if key in "0123456789*#"}
    rows = [[kip1000[row | column] for column in (4, 2, 1)] for row in (0x10, 0x20, 0x40, 0x80)]
    assert rows == [list("123"), list("456"), list("789"), list("*0#")]
    gtalk = KEYPADS["gtalk"]
    columns = [[gtalk[row | column] for row in (0x10, 0x20, 0x40, 0x80)] for column in (1, 2, 4)]
    assert columns == [list("0123"), list("4567"), list("89#*")]
    au100 = {code: key for code, key in KEYPADS["au100"].items() if key in "0123456789*#"}
    rows = [[au100[row | column] for column in (1, 2, 4)] for row in (0x10, 0x20, 0x40, 0x80)]
    assert rows == [list("123"), list("456"), list("789"), list("*0#")]


@pytest.mark.parametrize("code", CODES)
def test_each_key(code: int) -> None:
    matrix = Matrix()
    assert matrix.settle() == []
    matrix.down = {code}
    assert matrix.settle() == [code]
    assert matrix.settle() == [], "it is told once, however long it is down"
    matrix.down = set()
    assert matrix.settle() == []
    matrix.now += BOUNCE
    matrix.down = {code}
    assert matrix.settle() == [code], "and again when it is pressed again"


def test_at_rest_all_columns_are_driven() -> None:
    matrix = Matrix()
    for _ in range(10):
        matrix.step()
        assert matrix.scan.driven == ALL_COLUMNS


@pytest.mark.parametrize("second", [code for code in CODES if code != 0x22])
def test_a_key_pressed_before_another_is_let_go(second: int) -> None:
    matrix = Matrix()
    matrix.down = {0x22}
    assert matrix.settle() == [0x22]
    matrix.down = {0x22, second}
    assert matrix.settle() == [second]
    matrix.down = {second}
    assert matrix.settle() == []


def test_two_keys_at_once() -> None:
    matrix = Matrix()
    matrix.down = {0x88, 0x11}
    assert matrix.settle() == [0x11, 0x88]


def test_a_key_that_is_heard_by_way_of_three_others_is_not_told() -> None:
    matrix = Matrix()
    matrix.down = {0x11, 0x12, 0x21}
    assert 0x22 not in matrix.settle()
    matrix.down = {0x11, 0x12, 0x21, 0x22}  # nor if it is down: nothing tells the difference
    assert 0x22 not in matrix.settle()
    matrix.down = {0x22}
    assert matrix.settle() == [0x22], "until the others are let go"


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_key_pressed_in_the_middle_of_a_pass(steps: int) -> None:
    matrix = Matrix()
    matrix.down = {0x48}
    told = [code for _ in range(steps) for code in matrix.step()]
    matrix.down = {0x48, 0x41}
    assert sorted(told + matrix.settle()) == [0x41, 0x48]


def test_a_bounce_is_no_second_press() -> None:
    matrix = Matrix()
    matrix.down = {0x14}
    assert matrix.settle() == [0x14]
    matrix.down = set()
    matrix.step()
    matrix.down = {0x14}
    assert matrix.settle() == []


def test_a_bounce_as_it_closes() -> None:
    """It is open just when its column is driven, and closed at the next pass."""
    matrix = Matrix()
    matrix.down = {0x12}
    matrix.step()
    matrix.down = set()
    told = [code for _ in range(4) for code in matrix.step()]
    matrix.down = {0x12}
    assert told + matrix.settle() == [0x12]


def test_a_report_of_another_column_says_nothing() -> None:
    matrix = Matrix()
    matrix.down = {0x21}
    matrix.step()
    assert matrix.scan.driven == 0x01
    for late in (0x2F, 0x22, 0x24, 0x80):
        assert matrix.scan.heard(matrix.now, late) == []
        assert matrix.scan.driven == 0x01
    assert matrix.settle() == [0x21]


def test_a_pass_given_up_begins_anew() -> None:
    matrix = Matrix()
    matrix.down = {0x18}
    matrix.step()
    matrix.scan.rest()
    assert matrix.settle() == [0x18]


def test_whatever_is_pressed_is_told_once() -> None:
    """Keys go down and up at random; each is told when it goes down, in whatever order."""
    random = Random(109)
    for _ in range(300):
        matrix = Matrix()
        pressed: list[int] = []
        told: list[int] = []
        for _ in range(random.randrange(1, 12)):
            matrix.now += BOUNCE
            key = random.choice(CODES)
            if key in matrix.down:
                matrix.down.discard(key)
            elif len(matrix.down) < 2:
                matrix.down.add(key)
                pressed.append(key)
            told += matrix.settle()
        assert sorted(told) == sorted(pressed)
