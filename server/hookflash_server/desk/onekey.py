"""The one-key number: a fixed one, the next one of a list, or the last one dialled.

The place in the list and the last number survive a restart.
"""

import logging
from pathlib import Path
from typing import Annotated

import msgspec

from hookflash.digits import clean_number
from hookflash.errors import BadDigits

from ..answers import Answer, failed

log = logging.getLogger(__name__)


class _Memory(msgspec.Struct, frozen=True):
    """What is remembered between runs: how many of the list were dialled, and which came last."""

    place: Annotated[int, msgspec.Meta(ge=0)]
    at: str
    last: str


class OneKey:
    """One desk's one-key number.

    number: always this one.
    listed: a text file, a number a line (blank lines and those that begin with `;` are skipped),
        dialled one after the other. Neither: the last number dialled.
    memory: the file that remembers; None forgets at the end of the program.
    """

    def __init__(
        self, number: str = "", listed: Path | None = None, memory: Path | None = None
    ) -> None:
        self._number = number
        self._listed = listed
        self._memory = memory
        self._place = 0
        self._at = ""
        self._last = ""
        self._recall()

    @property
    def last(self) -> str:
        """The last number that was dialled; empty if none was."""
        return self._last

    def next(self) -> str | Answer:
        """The number to dial now, or the answer that says why there is none."""
        if self._number:
            return self._number
        if self._listed is not None:
            return self._next_of_list(self._listed)
        if self._last:
            return self._last
        return failed("onekey_not_set", "no number was dialled yet, and the desk has no one_key")

    def dialled(self, number: str, *, one_key: bool) -> None:
        """A number was dialled; `one_key`: it was the one-key number, so the list goes on."""
        self._last = number
        if one_key and self._listed is not None and not self._number:
            self._place += 1
            self._at = number
        self._remember()

    def _next_of_list(self, path: Path) -> str | Answer:
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            return failed("onekey_list_unreadable", f"{path.name}: {error}")
        numbers = [line for line in map(str.strip, lines) if line and not line.startswith(";")]
        place = self._place
        if place and (place > len(numbers) or self._cleaned(numbers[place - 1]) != self._at):
            # The list was changed: go on after the number that was dialled last, if it is there.
            known = [self._cleaned(number) for number in numbers]
            place = known.index(self._at) + 1 if self._at in known else 0
            self._place = place
        if place >= len(numbers):
            return failed("onekey_list_finished", f"all numbers of {path.name} have been dialled")
        try:
            return clean_number(numbers[place])
        except BadDigits as error:
            return failed("onekey_list_bad_number", f"{path.name}, number {place + 1}: {error}")

    @staticmethod
    def _cleaned(text: str) -> str:
        try:
            return clean_number(text)
        except BadDigits:
            return ""

    def _recall(self) -> None:
        if self._memory is None:
            return
        try:
            state = msgspec.json.decode(self._memory.read_bytes(), type=_Memory)
        except FileNotFoundError:
            return
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            log.warning(
                "one-key memory %s cannot be read (%s); it begins anew", self._memory, error
            )
            return
        self._place, self._at, self._last = state.place, state.at, state.last

    def _remember(self) -> None:
        if self._memory is None:
            return
        state = _Memory(self._place, self._at, self._last)
        new = self._memory.with_suffix(".new")
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(msgspec.json.encode(state))
            new.replace(self._memory)  # all or nothing, should the power fail
        except OSError as error:
            log.warning("one-key memory %s cannot be written: %s", self._memory, error)
