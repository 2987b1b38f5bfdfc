"""What DLE codes mean (V.253 table 14, IS-101), and DTMF presses out of their repetitions.

Also what a modem says that it can tell: the event masks of `AT+VLS=?`. All pure: no port, no clock.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Signal(StrEnum):
    """What the modem hears or notices on the line."""

    RING = "ring"
    KEY = "key"
    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    REORDER = "reorder"
    CALL_WAITING = "call_waiting"
    LOOP_BREAK = "loop_break"
    POLARITY = "polarity"
    LOOP_CHANGE = "loop_change"
    LOCAL_LIFTED = "local_lifted"
    LOCAL_DOWN = "local_down"
    EXTENSION_LIFTED = "extension_lifted"
    EXTENSION_DOWN = "extension_down"
    SILENCE = "silence"
    QUIET = "quiet"
    VOICE = "voice"
    ANSWER_TONE = "answer_tone"
    FAX_CALLING = "fax_calling"
    DATA_CALLING = "data_calling"
    SIT = "sit"
    BONG = "bong"
    TDD = "tdd"
    INFO = "info"
    NONE = "none"


KEYS = frozenset("0123456789*#ABCD")

_START = "/"
_ENDS = frozenset("~\x7f")
"""The end of a press: `~` (V.253), DEL (Intel MD566x; AN93 prints `~` with DEL's code)."""

REPORT_MS = 70
"""A held key is told again each 70 ms (IS-101, V.253), so its reports tell how long it was held."""

STANDARD: Mapping[str, Signal] = MappingProxyType(
    {
        # V.253 table 14, as in the tables of USRobotics (6-2), Rockwell (7-2), ZyXEL and AN93 (112)
        "R": Signal.RING,
        **dict.fromkeys(KEYS, Signal.KEY),
        "b": Signal.BUSY,
        "d": Signal.DIAL,
        "r": Signal.RINGBACK,
        "h": Signal.LOCAL_DOWN,
        "H": Signal.LOCAL_LIFTED,
        "l": Signal.LOOP_BREAK,
        "s": Signal.SILENCE,
        "q": Signal.QUIET,
        "a": Signal.ANSWER_TONE,  # 2100 Hz, fax or data
        "f": Signal.ANSWER_TONE,  # 2225 Hz, data
        "c": Signal.FAX_CALLING,
        "e": Signal.DATA_CALLING,
        "$": Signal.BONG,
        # IS-101, as read in vgetty's generic driver (IS_101.c)
        "K": Signal.REORDER,
        "i": Signal.DIAL,
        "p": Signal.EXTENSION_DOWN,
        "P": Signal.EXTENSION_LIFTED,
        "L": Signal.POLARITY,
        "m": Signal.FAX_CALLING,
        "v": Signal.VOICE,
        "V": Signal.VOICE,
        "J": Signal.SIT,
        "t": Signal.TDD,
        "w": Signal.CALL_WAITING,
        # of the stream, not of the line: underrun, overrun, lost data, bad format, timing mark,
        # XON, XOFF; the marks around a press, which DleDecoder takes
        **dict.fromkeys("uoYETQS", Signal.INFO),
        **dict.fromkeys((_START, *_ENDS), Signal.INFO),
        # end of a stream, one and two bytes 0x10 in it; a report's marks, which Tokeniser takes
        **dict.fromkeys("\x03\x10\x1aX.", Signal.NONE),
    }
)
"""The codes that mean the same in most families; profiles override the others (`t` of Rockwell)."""

FALLIBLE = frozenset({Signal.BUSY, Signal.DIAL, Signal.FAX_CALLING})
"""Tones that a detector mistakes: speech and music are told as busy or dial tone (Rockwell, table
7-2; USRobotics while it plays or records), an Australian busy tone as a fax. A second report in a
row is better proof than the first."""

REPEAT_MS: Mapping[Signal, int] = MappingProxyType(
    {
        Signal.BUSY: 4000,
        Signal.DIAL: 3000,
        Signal.FAX_CALLING: 4000,
        Signal.DATA_CALLING: 4000,
        Signal.ANSWER_TONE: 500,
    }
)
"""How soon a lasting tone is told again, in ms (Rockwell, table 7-2; ZyXEL: 4000 for all)."""

HANGUP_SIGNS = frozenset({Signal.LOOP_BREAK, Signal.BUSY, Signal.REORDER, Signal.DIAL})
"""What an analog line may have to show that the far end hung up. Many show nothing; none is sure:
with some modems and lines a loop break is a reversed polarity (Conexant)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal, the code it came as, and for KEY the key and for how long it was held.

    ms: 0 if the modem does not tell.
    """

    signal: Signal
    code: str
    key: str = ""
    ms: int = 0


class DleDecoder:
    """Gives codes their meaning, and makes one KEY of the many reports of one press.

    overrides: codes that mean something else in this family; they come before everything.
    """

    def __init__(self, overrides: Mapping[str, Signal] = MappingProxyType({})) -> None:
        self._overrides = overrides
        self._codes = {**STANDARD, **overrides}
        self._pressed = False
        self._key = ""
        self._reports = 0

    @property
    def pressed(self) -> bool:
        """True between `<DLE>/` and its end: a press has begun that is not told yet."""
        return self._pressed

    def take(self, code: str) -> list[Heard]:
        """What a code says. A press is told at its end, at the next one's start, or by `expire`.

        Other signals within a press are told at once and leave it alone. The marks themselves say
        nothing. Without marks each digit is a press: such modems tell each press once (Rockwell,
        ZyXEL). So a press whose start mark was lost is told as several.
        """
        if code not in self._overrides:
            if code == _START:
                ended = self.expire()
                self._pressed = True
                return ended
            if code in _ENDS:
                return self.expire()
        signal = self._codes.get(code, Signal.NONE)
        if signal is not Signal.KEY:
            return [Heard(signal, code)]
        if code not in KEYS:
            return [Heard(Signal.NONE, code)]
        if not self._pressed:
            return [Heard(Signal.KEY, code, code)]
        ended = self._end_key() if code != self._key else []
        self._key = code
        self._reports += 1
        return ended

    def expire(self) -> list[Heard]:
        """The end mark never came: the press so far, if there is one."""
        self._pressed = False
        return self._end_key()

    def _end_key(self) -> list[Heard]:
        key, reports = self._key, self._reports
        self._key, self._reports = "", 0
        return [Heard(Signal.KEY, key, key, reports * REPORT_MS)] if key else []


_EVENTS: Mapping[int, tuple[Signal, ...]] = MappingProxyType(
    {
        3: (Signal.RING,),
        4: (Signal.KEY,),
        5: (Signal.INFO,),
        6: (Signal.FAX_CALLING,),
        7: (Signal.DATA_CALLING,),
        8: (Signal.LOCAL_LIFTED, Signal.LOCAL_DOWN),
        9: (Signal.SILENCE,),
        10: (Signal.QUIET,),
        11: (Signal.SIT,),
        12: (Signal.BONG,),
        13: (Signal.LOOP_BREAK,),
        14: (Signal.POLARITY,),
        15: (Signal.CALL_WAITING,),
        16: (Signal.CALL_WAITING,),
        17: (Signal.TDD,),
        18: (Signal.RINGBACK,),
        19: (Signal.BUSY,),
        20: (Signal.DIAL,),
        21: (Signal.REORDER,),
        22: (Signal.FAX_CALLING,),
        23: (Signal.INFO,),
        24: (Signal.EXTENSION_LIFTED, Signal.EXTENSION_DOWN),
        25: (Signal.ANSWER_TONE,),
        26: (Signal.ANSWER_TONE,),
        27: (Signal.VOICE,),
        29: (Signal.DIAL,),
        30: (Signal.INFO,),
        31: (Signal.INFO,),
        32: (Signal.ANSWER_TONE,),
    }
)
"""V.253's event numbers (Rockwell RC56, table 6-6). Left out are 0, 1, 2 and 28: caller ID, dialled
number and ring cadence come as text and have no signal."""

_MASK = re.compile(r"[0-9A-Fa-f]{8,16}", re.ASCII)
_LABEL = re.compile(r"\d{1,3}", re.ASCII)
_LABELS = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?", re.ASCII)
_MAX_LABEL = 255


def event_mask(text: str) -> frozenset[Signal]:
    """The signals that a mask of `AT+VLS=?` promises. Empty if the text is no mask.

    Event 0 is the highest bit of the first digit, however long the mask is: V.253 has eight digits,
    Conexant's CX81801 ten (102184B 5-12).
    """
    text = text.strip()
    if not _MASK.fullmatch(text):
        return frozenset()
    bits, width = int(text, 16), 4 * len(text)
    return frozenset(
        signal
        for event, signals in _EVENTS.items()
        if event < width and bits >> (width - 1 - event) & 1
        for signal in signals
    )


@dataclass(frozen=True, slots=True)
class Masks:
    """One label of `AT+VLS=?`: what it connects, and the event masks of three states.

    devices: V.253's primitives, as `T` (line) or `LT` (telephone and line). transmit, receive,
    idle: masks while playing, recording, and in voice command state; upper-case hex, for
    `event_mask`. Empty is what the modem leaves out.
    """

    devices: str = ""
    transmit: str = ""
    receive: str = ""
    idle: str = ""


def vls_masks(lines: Iterable[str]) -> dict[int, Masks]:
    """The labels of `AT+VLS=?` and their masks, from the lines of its reply.

    `1,"T",0A801800,0AE01800,0A801800` is a label a line; `0,1,2,8,16` (ZyXEL) or `(0-5,8)` are
    labels without masks. Lines of any other kind are passed over.
    """
    found: dict[int, Masks] = {}
    for line in lines:
        _, _, reply = line.rpartition("VLS:")
        fields = [field.strip() for field in reply.strip(" ()").split(",")]
        ranges = [_LABELS.fullmatch(field) for field in fields]
        if all(ranges):
            for match in filter(None, ranges):
                last = min(int(match[2] or match[1]), _MAX_LABEL)
                for label in range(int(match[1]), last + 1):
                    found.setdefault(label, Masks())
        elif len(fields) > 1 and _LABEL.fullmatch(fields[0]):
            masks = [text.upper() if _MASK.fullmatch(text) else "" for text in fields[2:5]]
            found[int(fields[0])] = Masks(fields[1].strip('" '), *masks)
    return found
