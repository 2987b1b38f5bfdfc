"""How the keys of a CM109 are found: its matrix, driven column by column. Pure: time is passed in.

Four pins drive the columns, four hear the rows. At rest all columns are driven, so any key changes
the rows; then one column after another, and a row that is heard then tells the key. Keys that share
a row carry the level on to each other's columns, so a column may be heard that is not driven.
SOURCE: linux drivers/input/misc/cm109.c.
"""

from collections.abc import Iterable

ALL_COLUMNS = 0x0F
ROWS = 0xF0

BOUNCE = 0.05
"""Seconds within which a key that was let go and is down again was never let go: contacts bounce
for some 20 ms, and nobody types the same key so fast."""


NEVER = float("-inf")


class KeyScan:
    """A keypad's state. Keys are scan codes: the bit of the row, and the bit of the column.

    driven: the columns that are to be driven now; `heard` tells it what the pins say meanwhile.
    """

    def __init__(self) -> None:
        self.driven = ALL_COLUMNS
        self._down: set[int] = set()
        self._seen: list[int] = []
        """In this pass over the columns."""
        self._let_go: dict[int, float] = {}
        """When each key was."""

    @property
    def scans(self) -> bool:
        """One column is driven: the next report is of that one."""
        return self.driven != ALL_COLUMNS

    def concerns(self, pins: int) -> bool:
        """Is it of the columns that are driven now, and not of those before?"""
        columns = pins & ALL_COLUMNS
        return columns & self.driven == self.driven and not (self.scans and columns == ALL_COLUMNS)

    def heard(self, now: float, pins: int) -> list[int]:
        """What the pins say while `driven` is driven; the keys pressed since, at a pass's end.

        A report from before, of other columns, says nothing.
        """
        if not self.concerns(pins):
            return []
        if not self.scans:
            if pins & ROWS:
                self.driven = 0x01
                self._seen = []
            else:
                self._release(now, list(self._down))
            return []
        self._seen += [row | self.driven for row in (0x10, 0x20, 0x40, 0x80) if pins & row]
        if self.driven < 0x08:
            self.driven <<= 1
            return []
        self.driven = ALL_COLUMNS
        return self._pass_over(now)

    def rest(self) -> None:
        """Give a pass up: the device did not answer."""
        self.driven = ALL_COLUMNS

    def _pass_over(self, now: float) -> list[int]:
        new = [code for code in self._seen if code not in self._down and not self._is_ghost(code)]
        self._release(now, [code for code in self._down if code not in self._seen])
        self._down |= set(new)
        return [code for code in new if now - self._let_go.get(code, NEVER) >= BOUNCE]

    def _is_ghost(self, code: int) -> bool:
        """Three other keys make a rectangle with it: then it is heard, down or not."""
        row, column = code & ROWS, code & ALL_COLUMNS
        return any(
            other & ROWS != row
            and other & ALL_COLUMNS != column
            and row | other & ALL_COLUMNS in self._seen
            and other & ROWS | column in self._seen
            for other in self._seen
        )

    def _release(self, now: float, codes: Iterable[int]) -> None:
        for code in codes:
            self._down.discard(code)
            self._let_go[code] = now
