"""Bytes as decisions, so that hypothesis, libFuzzer and a file can all drive the same play."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """Decisions out of `data`. A zero, and all that comes after the end, decides for the plain.

    So few bytes other than zero mean few oddities, and a finding can be made small by zeroing.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._front = 0
        self._back = len(data)

    @property
    def exhausted(self) -> bool:
        """Nothing but plain decisions is left."""
        return self._front >= self._back

    def byte(self) -> int:
        """The next byte."""
        if self.exhausted:
            return 0
        self._front += 1
        return self._data[self._front - 1]

    def chance(self, one_in: int) -> bool:
        """True once in `one_in` times, if the bytes are random."""
        return self.byte() % one_in == one_in - 1

    def pick(self, options: Sequence[T]) -> T:
        """One of the options; the first is the plain one."""
        return options[self.byte() % len(options)]

    def piece(self, longest: int) -> bytes:
        """Some bytes as they are: a length, then so many."""
        length = min(self.byte() % (longest + 1), self._back - self._front)
        self._front += length
        return self._data[self._front - length : self._front]

    def rest(self) -> bytes:
        """All bytes that are left."""
        piece, self._front = self._data[self._front : self._back], self._back
        return piece

    def from_end(self) -> int:
        """A byte from the other end: for decisions that should not shift when others are added."""
        if self.exhausted:
            return 0
        self._back -= 1
        return self._data[self._back]
