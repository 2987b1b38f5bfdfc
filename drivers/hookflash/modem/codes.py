"""From bytes to tokens, from lines to result codes. Pure: no port, no clock.

V.250 5.7.1: verbose results are `CR LF text CR LF`, numeric ones `n CR`; devices add a CR or leave
one out, so any run of CR and LF ends a line. A DLE pair (V.253) may stand in the middle of a line.
"""

import re
from dataclasses import dataclass
from enum import Enum

DLE = 0x10
MAX_LINE = 1024
"""Bytes kept of a line: garbage without an end must not fill the memory."""


class Result(Enum):
    """Final result codes (V.250 table 1, V.253, makers' manuals), by meaning."""

    OK = "OK"
    CONNECT = "CONNECT"
    VCON = "VCON"
    ERROR = "ERROR"
    NO_CARRIER = "NO CARRIER"
    NO_DIALTONE = "NO DIALTONE"
    BUSY = "BUSY"
    NO_ANSWER = "NO ANSWER"
    DELAYED = "DELAYED"
    BLACKLISTED = "BLACKLISTED"
    LINE_IN_USE = "LINE IN USE"

    @property
    def good(self) -> bool:
        """True for the codes by which a device confirms a command."""
        return self in (Result.OK, Result.CONNECT, Result.VCON)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, without its end. `latin-1`, so that no byte is lost."""

    text: str


@dataclass(frozen=True, slots=True)
class Dle:
    """A DLE pair's second character."""

    code: str


Token = Text | Dle

_VERBOSE: dict[str, Result] = {
    **{result.value: result for result in Result},
    "NO DIAL TONE": Result.NO_DIALTONE,
    "NO ANSWER.": Result.NO_ANSWER,
    "+VCON": Result.VCON,
    "#VCON": Result.VCON,
    "BLACKLIST FULL": Result.BLACKLISTED,
    "LINE-IN-USE": Result.LINE_IN_USE,
    "COMMAND NOT SUPPORT": Result.ERROR,  # Huawei
}

_NUMERIC: dict[str, Result] = {
    "0": Result.OK,
    "1": Result.CONNECT,
    "3": Result.NO_CARRIER,
    "4": Result.ERROR,
    "6": Result.NO_DIALTONE,
    "7": Result.BUSY,
    "8": Result.NO_ANSWER,
    "24": Result.DELAYED,
    "32": Result.BLACKLISTED,
}

_RING = re.compile(r"RING(?: ?[1-5A-E])?|\+CRING: .*", re.ASCII)


class Tokeniser:
    """Cuts a byte stream into tokens; keeps what is not complete yet."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._dle = False

    def feed(self, data: bytes) -> list[Token]:
        """Take bytes, give the tokens that are complete with them."""
        tokens: list[Token] = []
        for byte in data:
            if self._dle:
                self._dle = False
                tokens.append(Dle(chr(byte)))
            elif byte == DLE:
                self._dle = True
            elif byte in b"\r\n":
                self._cut(tokens)
            elif len(self._line) < MAX_LINE:
                self._line.append(byte)
        return tokens

    def _cut(self, tokens: list[Token]) -> None:
        text = self._line.decode("latin-1").strip(" \0")
        self._line.clear()
        if text:
            tokens.append(Text(text))


def result_of(text: str, *, numeric: bool) -> Result | None:
    """The final result code that `text` is, or None.

    numeric: also take numeric codes (V0). Not to be used once the device speaks verbose: there a
    lone digit is information text.
    """
    if found := _VERBOSE.get(text):
        return found
    if text.startswith("CONNECT "):
        return Result.CONNECT
    if text.startswith(("+CME ERROR:", "+CMS ERROR:")):
        return Result.ERROR
    return _NUMERIC.get(text) if numeric else None


def is_ring(text: str) -> bool:
    """True for RING in its spellings (distinctive rings `RING A`, `RING1`; cellular `+CRING:`)."""
    return _RING.fullmatch(text) is not None
