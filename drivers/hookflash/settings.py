"""How one line is to be treated: figures that follow the country and the exchange.

A country profile is only a set of defaults; each figure can be set for a line of its own.
"""

import codecs
import re
from dataclasses import dataclass, field, replace

from .errors import BadSettings

ANSWER_DETECTION = ("off", "ringback", "modem", "quiet")
"""Ways to guess that an outgoing call was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """Figures for one line, in ms unless said otherwise.

    flash_ms: length of a hookflash. Too long hangs up (about 1 s), too short dials a 1 (about 70).
    flash_window: shortest and longest flash that exchanges of the country understand; a flash_ms
        outside is a doubt, not an error, since a PBX may want another.
    tone_ms: length of each DTMF tone.
    second_dial_tone_ms: after a flash, how long to wait for the second dial tone before the
        digits are sent without it.
    transfer_settle_ms: after the last digit of a transfer, how long to wait before hanging up,
        so that the exchange has taken the digits.
    refuse_ms: how long the line is seized to refuse a call.
    ring_burst_ms: the longest burst of the country's ringing.
    ring_gone_ms: this long without a ring, and the caller has given up.
    answer_detection: how an answer of the far end is guessed: `off`, `ringback` (heard, then gone
        for ringback_gone_ms), `modem` (+VRA, +VRN: the dial command ends with the guess; no keys
        and no transfer before), `quiet` (the dial modifier @, likewise). A reversal of the line's
        polarity is no guess and always heeded.
    ringback_gone_ms: longer than the pause in the country's ringback, which is 4 s in most.
    command_gap_ms: pause between a modem's result and our next command line.
    health_check_s: seconds between looks whether an idle modem still answers; 0: never.
    distinctive_ring: ask the modem for the cadence of rings (+VDR).
    gci: the country that the modem is set to, two hex digits of ITU-T T.35; empty: left alone.
    charset: of callers' names, where they are not UTF-8.
    international: what a leading `+` becomes on a line with a dial pad; empty: it is dialled as is.
    init: further command lines for this modem, sent after our own; all must be taken.

    BadSettings for what no exchange understands: a flash outside 40-1,500 ms, tones outside
    50-1,000 ms (receivers want 40 ms, ITU-T Q.24; senders cannot be exact), or a word unknown.
    """

    flash_ms: int = 500
    flash_window: tuple[int, int] = (200, 1000)
    tone_ms: int = 100
    second_dial_tone_ms: int = 2000
    transfer_settle_ms: int = 1000
    refuse_ms: int = 500
    ring_burst_ms: int = 2000
    ring_gone_ms: int = 8000
    answer_detection: str = "ringback"
    ringback_gone_ms: int = 7000
    command_gap_ms: int = 100
    health_check_s: float = 60
    distinctive_ring: bool = False
    gci: str = ""
    charset: str = "latin-1"
    international: str = "00"
    init: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name, low, high in (("flash_ms", 40, 1500), ("tone_ms", 50, 1000)):
            if not low <= getattr(self, name) <= high:
                raise BadSettings(f"{name} = {getattr(self, name)}: allowed is {low} to {high} ms")
        if self.answer_detection not in ANSWER_DETECTION:
            allowed = ", ".join(ANSWER_DETECTION)
            raise BadSettings(f"answer_detection = {self.answer_detection!r}: allowed is {allowed}")
        if not re.fullmatch(r"([0-9A-F]{2})?", self.gci):
            raise BadSettings(f"gci = {self.gci!r}: allowed are two hex digits, such as B4")
        try:
            codecs.lookup(self.charset)
        except LookupError as error:
            raise BadSettings(f"charset = {self.charset!r}: there is no such charset") from error

    def doubts(self) -> list[str]:
        """What may be meant but is unusual, in words; for logs and `modem-info`."""
        doubts = []
        low, high = self.flash_window
        if not low <= self.flash_ms <= high:
            doubts.append(
                f"flash_ms = {self.flash_ms}: exchanges of this country understand {low} to {high}"
                " ms; right only if your PBX wants it"
            )
        if self.tone_ms < 65:  # ETSI ES 201 235-2: senders 65 ms or more
            doubts.append(
                f"tone_ms = {self.tone_ms}: tones below 65 ms are missed by some exchanges"
            )
        return doubts


_DEFAULT = LineSettings()
_TBR21 = replace(
    _DEFAULT, flash_ms=100, flash_window=(70, 300), ring_burst_ms=1500, ringback_gone_ms=6000
)
"""Timed break recall 90-120 ms (TBR 21, NEC SL2100 guide); rings of at most 1.5 s."""

COUNTRIES: dict[str, LineSettings] = {
    # Flash 500-700 ms in North America; dial-out prefix of the North American numbering plan.
    "us": replace(_DEFAULT, international="011", gci="B5"),
    "ca": replace(_DEFAULT, international="011", gci="20"),
    # Ring 0.4-0.2-0.4 s, then 2 s of silence.
    "gb": replace(
        _TBR21, flash_window=(70, 125), ring_burst_ms=1000, ringback_gone_ms=4000, gci="B4"
    ),
    "de": replace(_TBR21, gci="42"),
    "fr": replace(_TBR21, gci="3D"),
    "it": replace(_TBR21, gci="59"),
    "es": replace(_TBR21, gci="A0"),
    "nl": replace(_TBR21, gci="7B"),
    "ch": replace(_TBR21, gci="A6"),
    "at": replace(_TBR21, gci="0A"),
    "eu": _TBR21,
    # Ring cadence as in the UK; dial-out prefix 0011.
    "au": replace(
        _TBR21, ring_burst_ms=1000, ringback_gone_ms=4000, gci="09", international="0011"
    ),
    # What Chinese telephone boxes default to; GB/T figures could not be read. PBXs may want 100.
    "cn": replace(
        _DEFAULT,
        flash_ms=600,
        flash_window=(80, 700),
        ring_burst_ms=1000,
        gci="26",
        charset="gb18030",
    ),
}
"""Country profiles. `eu` is any country that follows TBR 21. Codes: ITU-T T.35, as modem manuals
list them for +GCI."""
