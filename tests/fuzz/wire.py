"""The wire between a modem and us: bytes with a delay, cut and damaged; what was said on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hookflash.errors import CommandTimeout, DeviceLost
from hookflash.modem.codes import Token, Tokeniser
from hookflash.modem.port import WRITE_TIMEOUT, Port

from .choices import Choices
from .stage import Stage, Task

_NASTY = b"\x10\r\nX.\x00 0/\xff"
"""Bytes that mean something wherever they stand."""


@dataclass(slots=True, eq=False)
class Said:
    """Something that the modem said in one go.

    what: `echo`, `info`, `result`, `unasked` or `garbage`. of: the command line it answers.
    within: something else stands in the middle of its line.
    """

    what: str
    text: str
    of: str = ""
    within: bool = False
    data: bytes = b""
    intact: bool = True
    at: float = float("inf")
    """When it had come whole."""


@dataclass(slots=True, frozen=True)
class Read:
    """A token as it stands on the wire: with the last byte of what, and when it came."""

    token: Token
    said: Said
    at: float


class Wire(Port):
    """A port of the stage. What is said on it is also read here, byte by byte, for comparison."""

    def __init__(self, stage: Stage, choices: Choices) -> None:
        super().__init__("wire")
        self.reads: list[Read] = []
        self.said: list[Said] = []
        self.ended = ""
        self.stopped = False
        """The device takes no bytes."""
        self.hear: Callable[[bytes], None] = _nobody
        """Called with what we write and the device takes."""
        self.writing: Callable[[bytes], None] = _nobody
        """Called before, even if the device does not take it."""
        self._stage = stage
        self._choices = choices
        self._chunks: deque[bytes] = deque()
        self._readers: list[Task] = []
        self.clear = stage.now
        """When all that was said so far will have come."""
        self._tokeniser = Tokeniser()

    # --- our side -----------------------------------------------------------------------------

    def read(self) -> bytes:
        while not self._chunks:
            if self.ended == "unplugged":
                raise DeviceLost("read wire: unplugged")
            if self.ended:
                return b""
            self._stage.block(self._readers)
        return self._chunks.popleft()

    def write(self, data: bytes) -> None:
        self.writing(data)
        self._stage.may_switch()
        if self.stopped:
            self._stage.sleep(WRITE_TIMEOUT)
            raise CommandTimeout("write wire: the device took no bytes")
        if self.ended:
            raise DeviceLost(f"write wire: {self.ended}")
        self.hear(data)
        self._stage.may_switch()

    def drop_dtr(self, seconds: float) -> bool:
        self._stage.sleep(seconds)
        return True

    def close(self) -> None:
        self.end("closed")

    def end(self, how: str) -> None:
        """It is `closed` by us, or `unplugged`."""
        self.ended = self.ended or how
        self._wake()

    # --- the modem's side ---------------------------------------------------------------------

    def say(self, said: Said, data: bytes, *, cuts: tuple[float, ...] = (), harm: bool) -> None:
        """Put bytes on the wire.

        cuts: delays there may be in the middle, the plain one first. harm: they may be damaged.
        """
        if harm and data and self._choices.chance(6):
            data = self._damaged(said, data)
        self.said.append(said)
        said.data = data
        pieces = [data]
        if cuts and len(data) > 1 and self._choices.chance(5):
            place = 1 + self._choices.byte() % (len(data) - 1)
            pieces = [data[:place], data[place:]]
        self.clear = max(self.clear, self._stage.now)
        for number, piece in enumerate(pieces):
            if number:
                self.clear += self._choices.pick(cuts)
            last = number == len(pieces) - 1
            self._stage.at(self.clear, partial(self._deliver, piece, said, whole=last))

    def _deliver(self, piece: bytes, said: Said, *, whole: bool) -> None:
        for byte in piece:
            for token in self._tokeniser.feed(bytes([byte])):
                self.reads.append(Read(token, said, self._stage.now))
        if whole:
            said.at = self._stage.now
        if piece and not self.ended:
            self._chunks.append(piece)
            self._wake()

    def _damaged(self, said: Said, data: bytes) -> bytes:
        choices = self._choices
        place, how = choices.byte() % len(data), choices.byte()
        if how < len(_NASTY):
            new = _NASTY[how : how + 1]
        elif how % 4 == 3:
            new = b""  # lost
        else:
            new = bytes([data[place] ^ (1 << how % 8)])
        harmed = data[:place] + new + data[place + 1 :]
        said.intact = said.intact and harmed == data
        return harmed

    def _wake(self) -> None:
        for task in self._readers[:1]:
            self._stage.wake(task)


def _nobody(_: bytes) -> None:
    """Nobody hears."""
