"""A port that harms what comes from a modem, and now and then what goes to it."""

from __future__ import annotations

from collections import deque

from hookflash.modem.port import Port

from .choices import Choices
from .peer import GARBAGE, UNASKED
from .stage import Stage

_PAUSES = (0.0, 0.01, 0.05, 0.3, 1.0, 3.0)


class HarmedPort(Port):
    """Another port, whose bytes may be cut, held back, damaged and mixed with others'."""

    def __init__(self, inner: Port, stage: Stage, choices: Choices, *, harming: bool) -> None:
        super().__init__(inner.name)
        self.place = inner.place
        self.harming = harming
        """Set to False, it is a wire as any other."""
        self._inner = inner
        self._stage = stage
        self._choices = choices
        self._waiting: deque[bytes] = deque()

    def read(self) -> bytes:
        while True:
            while self._waiting:
                if data := self._waiting.popleft():
                    return data
            data = self._inner.read()
            if not data or not self.harming:
                return data
            self._harm(data)

    def write(self, data: bytes) -> None:
        if self.harming and self._choices.chance(32):
            place = self._choices.byte() % len(data)
            data = data[:place] + self._choices.piece(2) + data[place + 1 :]
        if data:
            self._inner.write(data)

    def drop_dtr(self, seconds: float) -> bool:
        return self._inner.drop_dtr(seconds)

    def close(self) -> None:
        self._inner.close()

    def _harm(self, data: bytes) -> None:
        choices = self._choices
        if not choices.chance(8):
            self._waiting.append(data)
            return
        place = choices.byte() % len(data)
        match choices.byte() % 6:
            case 0:  # cut
                middle, rest = b"", data[place:]
                self._stage.sleep(choices.pick(_PAUSES))
            case 1:  # a byte lost
                middle, rest = b"", data[place + 1 :]
            case 2:  # a bit turned
                middle = bytes((data[place] ^ 1 << choices.byte() % 8,))
                rest = data[place + 1 :]
            case 3:  # all lost from there on
                middle, rest = b"", b""
            case 4:
                middle, rest = choices.pick(UNASKED), data[place:]
            case _:
                middle, rest = choices.pick((*GARBAGE, choices.piece(8))), data[place:]
        self._waiting += (data[:place], middle, rest)
