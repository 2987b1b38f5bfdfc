"""From bytes to tokens, from lines to result codes. Pure: no port, no clock.

V.250 5.7.1: verbose results are `CR LF text CR LF`, numeric ones `n CR`; devices add a CR or leave
one out, so any run of CR and LF ends a line. A DLE pair (V.253) may stand in the middle of a line,
and so may a complex report, `<DLE>X ... <DLE>.`, whose own lines carry caller ID or ring cadence.
"""

import re
from dataclasses import dataclass
from enum import Enum

DLE = 0x10
MAX_LINE = 1024
"""Bytes kept of a line: garbage without an end must not fill the memory."""

MAX_REPORT = 4096
"""Bytes after which a complex report is over: its end mark was lost."""

_REPORT = ord("X")
_REPORT_END = ord(".")
_EDGES = "".join(map(chr, range(0x21))) + "\x7f"
"""Never text, so cut off at both ends of a line: blanks, fill bytes, XON and XOFF, and the CAN that
Motorola modems send after a report (NCID)."""


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
    """A line of text, without its end. `latin-1`, so that no byte is lost.

    report: it stood in a complex report; then it is never a result.
    """

    text: str
    report: bool = False


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
    "VOICE": Result.VCON,  # vgetty takes it so
    "BLACKLIST FULL": Result.BLACKLISTED,
    "LINE-IN-USE": Result.LINE_IN_USE,
    "NO LINE": Result.NO_DIALTONE,  # nothing plugged in (AN93 table 22)
    "UN-OBTAINABLE NUMBER": Result.ERROR,  # tones on a line for pulses only (AN93 table 22)
    "COMMAND NOT SUPPORT": Result.ERROR,  # Huawei
}

# Conexant's numbers (H08-15355F p 76). AN93 counts differently from 9 on, but a modem is asked in
# numeric form only until it is told V1, and then only for OK and ERROR.
_NUMERIC: dict[str, Result] = {
    "0": Result.OK,
    "1": Result.CONNECT,
    "3": Result.NO_CARRIER,
    "4": Result.ERROR,
    "5": Result.CONNECT,
    "6": Result.NO_DIALTONE,
    "7": Result.BUSY,
    "8": Result.NO_ANSWER,
    "24": Result.DELAYED,
    "32": Result.BLACKLISTED,
}

_RING = re.compile(
    r"RING(?: ?(?P<name>[1-5A-E]))?"
    r"|RING;.*"  # ELSA, `RING;number;called` (mgetty)
    r"|RING \d{2,}"  # USRobotics with the caller's number (mgetty)
    r"|\+CRING: .*",
    re.ASCII,
)


class Notice(Enum):
    """What a modem says on the way to a final result; never final itself.

    RINGBACK: the far telephone rings (ZyXEL; AN93 under X5). FAX, DATA: what kind of machine was
    met (Conexant, before CONNECT; `+FCON` in class 2). The polarity was reversed or not, as asked
    for with `G` in a dial command; OK follows (AN93, telephone voting mode).
    """

    RINGBACK = "RINGING"
    FAX = "FAX"
    DATA = "DATA"
    POLARITY_REVERSAL = "POLARITY REVERSAL"
    NO_POLARITY_REVERSAL = "NO POLARITY REVERSAL"


_NOTICES: dict[str, Notice] = {
    **{notice.value: notice for notice in Notice},
    "+FCON": Notice.FAX,
    "+FCO": Notice.FAX,  # fax class 2.0
}
_NUMERIC_NOTICES = {"33": Notice.FAX, "35": Notice.DATA}


class Tokeniser:
    """Cuts a byte stream into tokens; keeps what is not complete yet.

    How the stream is cut into pieces makes no difference.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._dle = False
        self._report = False
        self._room = 0
        """Bytes that the report may still have."""
        self._begun = bytearray()
        """The line that the report interrupted."""

    def feed(self, data: bytes) -> list[Token]:
        """Take bytes, give the tokens that are complete with them."""
        tokens: list[Token] = []
        for byte in data:
            if self._report:
                self._room -= 1
                if self._room < 0:
                    self._give_up_report(tokens)
            if self._dle:
                self._dle = False
                self._pair(byte, tokens)
            elif byte == DLE:
                self._dle = True
            elif byte in b"\r\n":
                self._end_line(tokens)
            elif len(self._line) < MAX_LINE:
                self._line.append(byte)
        return tokens

    def _pair(self, byte: int, tokens: list[Token]) -> None:
        if byte == _REPORT:
            self._open_report(tokens)
        elif byte == _REPORT_END:
            self._close_report(tokens)
        else:
            tokens.append(Dle(chr(byte)))

    def _open_report(self, tokens: list[Token]) -> None:
        if self._report:  # the last one lost its end mark
            self._tell(self._cut(), tokens)
        else:
            self._begun, self._line = self._line, self._begun
        self._report = True
        self._room = MAX_REPORT

    def _close_report(self, tokens: list[Token]) -> None:
        if self._report:
            self._tell(self._cut(), tokens)
            self._begun, self._line = self._line, self._begun
            self._report = False

    def _give_up_report(self, tokens: list[Token]) -> None:
        """The end mark was lost: the line at hand is an ordinary one, the one before it is over."""
        self._report = False
        self._begun, self._line = self._line, self._begun
        self._tell(self._cut(), tokens)
        self._begun, self._line = self._line, self._begun

    def _end_line(self, tokens: list[Token]) -> None:
        text = self._cut()
        if self._report and (result_of(text, numeric=False) or is_ring(text)):
            self._give_up_report(tokens)
        self._tell(text, tokens)

    def _cut(self) -> str:
        text = self._line.decode("latin-1").strip(_EDGES)
        self._line.clear()
        return text

    def _tell(self, text: str, tokens: list[Token]) -> None:
        if text:
            tokens.append(Text(text, self._report))


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


def notice_of(text: str, *, numeric: bool = False) -> Notice | None:
    """What `text` says on the way to a result, or None. numeric: as in `result_of`."""
    return _NOTICES.get(text) or (_NUMERIC_NOTICES.get(text) if numeric else None)


def is_ringback(text: str) -> bool:
    """True for RINGING: the far telephone rings. Neither a ring of this line nor a result."""
    return notice_of(text) is Notice.RINGBACK


def is_ring(text: str, *, numeric: bool = False) -> bool:
    """True for RING in its spellings (distinctive rings `RING A`, `RING1`; cellular `+CRING:`).

    numeric: also take the numeric code (V0).
    """
    return _RING.fullmatch(text) is not None or (numeric and text == "2")


def ring_pattern(text: str) -> str:
    """The modem's own name for a distinctive ring: `RING A` gives `A`, `RING1` and `RING 1` `1`.

    Empty for a plain ring, and for what is none.
    """
    match = _RING.fullmatch(text)
    return match["name"] or "" if match else ""
