"""A modem played by a test, on a real pty: expects bytes, answers with bytes."""

from __future__ import annotations

import os
import select
import time
import tty
from collections.abc import Iterable
from itertools import pairwise
from typing import Self


class ScriptedModem:
    """The device's side of a pty; `tty` is the path for the program under test.

    Nothing answers by itself: the test says what comes when.
    """

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.tty = os.ttyname(self._slave)
        self._waiting = bytearray()
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def expect(self, wanted: bytes, timeout: float = 10.0) -> float:
        """Read exactly `wanted`, and nothing else before it; when it was complete."""
        end = time.monotonic() + timeout
        while len(self._waiting) < len(wanted) and wanted.startswith(bytes(self._waiting)):
            if not self._fill(end - time.monotonic()):
                break
        got = bytes(self._waiting[: len(wanted)])
        assert got == wanted, f"expected {wanted!r}, got {bytes(self._waiting)!r}"
        del self._waiting[: len(wanted)]
        return time.monotonic()

    def line(self, timeout: float = 10.0) -> bytes:
        """Read one command line, without its CR; b"" if none is complete in time."""
        end = time.monotonic() + timeout
        while b"\r" not in self._waiting:
            if not self._fill(end - time.monotonic()):
                return b""
        text, _, rest = bytes(self._waiting).partition(b"\r")
        self._waiting[:] = rest
        return text

    def expect_nothing(self, seconds: float) -> None:
        """See that nothing comes for a while."""
        end = time.monotonic() + seconds
        while not self._waiting and time.monotonic() < end:
            self._fill(end - time.monotonic())
        assert not self._waiting, f"expected nothing, got {bytes(self._waiting)!r}"

    def say(self, *pieces: bytes) -> float:
        """Write the pieces one by one; when the last was about to be written."""
        began = time.monotonic()
        for piece in pieces:
            began = time.monotonic()
            os.write(self._master, piece)
        return began

    def say_slowly(self, data: bytes, cuts: Iterable[int], pause: float = 0.01) -> None:
        """Write `data` cut at these places, with a pause after each piece."""
        places = [0, *sorted(cuts), len(data)]
        for begin, end in pairwise(places):
            os.write(self._master, data[begin:end])
            select.select([], [], [], pause)

    def flood(self, data: bytes, seconds: float) -> int:
        """Write `data` again and again, as fast as it is taken; the number of bytes."""
        end, count = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0:
            _, ready, _ = select.select([], [self._master], [], left)
            if ready:
                count += os.write(self._master, data)
        return count

    def command(self, line: bytes, *answer: bytes) -> None:
        """Expect a command line, echo it, and answer."""
        self.expect(line + b"\r")
        self.say(line + b"\r", *answer)

    def unplug(self) -> None:
        """Take the device away: who has the tty open loses it."""
        if self._open:
            self._open = False
            os.close(self._slave)
            os.close(self._master)

    def _fill(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(timeout, 0.0))
        if ready:
            self._waiting += os.read(self._master, 4096)
        return bool(ready)
