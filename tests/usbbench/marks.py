"""How the guest tells the host how far it is: marks within its output.

A mark is the byte 0x1e, a word and a newline. They share the serial line with what the tests print,
so that their order tells what was printed when.
"""

from __future__ import annotations

import re

START = b"\x1e"
_MARK = re.compile(rb"\x1e([a-z]+(?: [0-9]+)?)\r?\n")
_LONGEST = 32
"""Bytes that a mark has at most; what is longer is output."""

BOOTED = "booted"
"""The distribution's file system is mounted; its programs run."""
READY = "ready"
"""udev and the USB host controller run; pytest is started."""
TESTING = "testing"
"""The first test begins."""
TESTED = "tested"
"""pytest has ended; its exit status follows after a space."""


def mark(word: str) -> bytes:
    """A mark as it is sent."""
    return START + word.encode() + b"\n"


class Separator:
    """Separates marks from output, however the bytes are cut up."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> tuple[bytes, list[str]]:
        """What is to be shown, and the marks in it; what may yet become a mark is held."""
        data = self._held + data
        marks = [found.decode() for found in _MARK.findall(data)]
        data = _MARK.sub(b"", data)
        begin = data.rfind(START)
        if begin < 0 or len(data) - begin > _LONGEST:
            begin = len(data)
        self._held = data[begin:]
        return data[:begin], marks

    def end(self) -> bytes:
        """What was held."""
        held, self._held = self._held, b""
        return held
