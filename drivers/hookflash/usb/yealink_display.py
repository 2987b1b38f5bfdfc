"""The LCD of P1K and P4K: 24 bytes of segments. Pure.

Line 1: month and day, hour and minute, icons IN and OUT, a counter; line 2: icons NEW, REP and
weekdays; line 3: twelve digits. All but the icons have seven segments, or fewer.

SOURCE: linux drivers/input/misc/yealink.h, its segment map, and map_to_7segment.h's idea that some
letters can be said by seven segments and some cannot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from ..handset import Lamps

BYTES = 24
"""Of the whole display."""

CELLS = 12
"""Digits of line 3."""

BLANK = bytes(BYTES)

UNSAYABLE = "_"
"""Stands for a letter that seven segments cannot say."""

CUT = "-"
"""Stands for what was cut off the beginning."""

# fmt: off
GLYPHS: Mapping[str, str] = MappingProxyType(
    {
        "0": "abcdef",
        "1": "bc",
        "2": "abdeg",
        "3": "abcdg",
        "4": "bcfg",
        "5": "acdfg",
        "6": "acdefg",
        "7": "abc",
        "8": "abcdefg",
        "9": "abcdfg",
        " ": "",
        "-": "g",
        "_": "d",
        # An asterisk and a hash have no likeness; these two are no digit's.
        "*": "cefg",
        "#": "bceg",
        "+": "efg",
        "A": "abcefg",
        "B": "cdefg",
        "C": "adef",
        "D": "bcdeg",
        "E": "adefg",
        "F": "aefg",
        "G": "acdef",
        "H": "bcefg",
        "I": "ef",
        "J": "bcde",
        "L": "def",
        "N": "ceg",
        "O": "cdeg",
        "P": "abefg",
        "Q": "abcfg",
        "R": "eg",
        "S": "acdfg",
        "T": "defg",
        "U": "bcdef",
        "Y": "bcdfg",
    }
)
# fmt: on
"""Character -> its segments: a top, b and c right, d bottom, e and f left, g middle."""

Cell = Mapping[str, tuple[int, int]]
"""Segment -> its byte and its bit."""


def _cell(even: int, odd: int, low: int, **bits: int) -> Cell:
    """Segments a to d in the even byte, from bit `low` up; the others as told, in the odd one."""
    right = {name: (even, low << place) for place, name in enumerate("abcd")}
    return {**right, **{name: (odd, bit) for name, bit in bits.items()}}


def _digit(even: int, **bits: int) -> Cell:
    return _cell(even, even + 1, 0x01, **(bits or {"e": 0x04, "g": 0x02, "f": 0x01}))


NUMBER: tuple[Cell, ...] = tuple(
    _cell(22 - 2 * place, 23 - 2 * place, 0x10, e=0x80, g=0x40, f=0x20) for place in range(CELLS)
)
"""Line 3, from the left."""

_ONE: Cell = {"b": (22, 0x02), "c": (22, 0x02)}
"""A 1 or nothing."""

_TO_3: Cell = {
    "a": (18, 0x01), "d": (18, 0x01), "g": (18, 0x01),
    "b": (18, 0x02), "c": (18, 0x04), "e": (19, 0x02), "f": (19, 0x01),
}  # fmt: skip
"""Its three bars are one: 1, 2, 3 and nothing."""

_TO_2: Cell = {
    "a": (14, 0x01), "d": (14, 0x01),
    "b": (14, 0x02), "c": (14, 0x04), "e": (15, 0x04), "g": (15, 0x02), "f": (15, 0x01),
}  # fmt: skip

DATE: tuple[Cell, ...] = (_ONE, _digit(20), _TO_3, _digit(16))
"""Line 1: month and day."""

TIME: tuple[Cell, ...] = (_TO_2, _digit(12), _digit(10), _digit(8))
"""Line 1: hour and minute."""

# fmt: off
ICONS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "M": (22, 0x01),
        "D": (15, 0x08),
        ":": (11, 0x08),
        "IN": (7, 0x01),
        "OUT": (7, 0x02),
        "STORE": (7, 0x04),
        "NEW": (23, 0x02),
        "REP": (23, 0x04),
        "SU": (1, 0x08),
        "MO": (1, 0x04),
        "TU": (1, 0x02),
        "WE": (1, 0x01),
        "TH": (0, 0x01),
        "FR": (0, 0x02),
        "SA": (0, 0x04),
    }
)
# fmt: on

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the display is to say.

    text: for line 3, as `line3` makes it. when: a moment for line 1; None: nothing there.
    """

    text: str = ""
    when: datetime | None = None
    icons: frozenset[str] = frozenset()


def draw(shown: Shown) -> bytes:
    """The 24 bytes."""
    lcd = bytearray(BYTES)
    _write(lcd, NUMBER, shown.text)
    icons = set(shown.icons)
    if (when := shown.when) is not None:
        _write(lcd, DATE, f"{when.month:2}{when.day:2}")
        _write(lcd, TIME, f"{when:%H%M}")
        icons |= {"M", "D", ":", _WEEKDAYS[when.weekday()]}
    for icon in icons:
        byte, bit = ICONS[icon]
        lcd[byte] |= bit
    return bytes(lcd)


def _write(lcd: bytearray, cells: tuple[Cell, ...], text: str) -> None:
    for cell, char in zip(cells, text, strict=False):
        for segment in GLYPHS[char]:
            if segment in cell:
                byte, bit = cell[segment]
                lcd[byte] |= bit


def line3(text: str) -> str:
    """What line 3 says of a handset's text: its number if there is one, else its name.

    Of more than twelve digits the last eleven, after a dash: those tell callers apart, and are what
    a person types just now. Of a name the beginning, with a low bar for each letter that seven
    segments cannot say; nothing of a name that has no other.
    """
    lines = text.splitlines()
    numbers = [line for line in lines if line and set(line) <= set("0123456789*#+")]
    if numbers:
        number = numbers[-1]
        return number if len(number) <= CELLS else CUT + number[-(CELLS - 1) :]
    name = "".join(_letter(char) for char in (lines[0] if lines else "")[:CELLS])
    return name if set(name) - {UNSAYABLE, " "} else ""


def _letter(char: str) -> str:
    upper = char.upper()
    return upper if upper in GLYPHS else UNSAYABLE


class Screen:
    """What is shown of a call as it goes on: whether it came in, and when it began."""

    def __init__(self) -> None:
        self._incoming = False
        self._began: datetime | None = None

    def shown(self, lamps: Lamps, now: datetime) -> Shown:
        """What to show now. now: local time."""
        if not (lamps.ringing or lamps.off_hook):
            self._incoming, self._began = False, None
        elif self._began is None:
            self._incoming, self._began = lamps.ringing, now
        icons = {"NEW"} if lamps.message_waiting else set()
        text = line3(lamps.text)
        if self._incoming:
            icons.add("IN")
        elif lamps.off_hook and text:
            icons.add("OUT")
        return Shown(text, self._began, frozenset(icons))
