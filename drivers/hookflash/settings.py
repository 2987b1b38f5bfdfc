"""How one line is to be treated: figures that follow the country and the exchange.

A country profile is only a set of defaults; each figure can be set for a line of its own.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """Figures for one line, in ms unless said otherwise.

    flash_ms: length of a hookflash. Too long hangs up (about 1 s), too short dials a 1 (about 70).
    tone_ms: length of each DTMF tone.
    second_dial_tone_ms: after a flash, how long to wait for the second dial tone before the
        digits are sent without it.
    transfer_settle_ms: after the last digit of a transfer, how long to wait before hanging up,
        so that the exchange has taken the digits.
    refuse_ms: how long the line is seized to refuse a call.
    ring_gone_ms: this long without a ring, and the caller has given up.
    command_gap_ms: pause between a modem's result and our next command line.
    international: what a leading `+` becomes on a line with a dial pad; empty: it is dialled as is.
    init: further command lines for this modem (`AT+GCI=B4`), sent after our own; all must be taken.
    """

    flash_ms: int = 500
    tone_ms: int = 100
    second_dial_tone_ms: int = 2000
    transfer_settle_ms: int = 1000
    refuse_ms: int = 500
    ring_gone_ms: int = 8000
    command_gap_ms: int = 100
    international: str = "00"
    init: tuple[str, ...] = ()


_DEFAULT = LineSettings()

COUNTRIES: dict[str, LineSettings] = {
    # Flash 500-700 ms in North America; dial-out prefix of the North American numbering plan.
    "us": replace(_DEFAULT, flash_ms=500, international="011"),
    "ca": replace(_DEFAULT, flash_ms=500, international="011"),
    # Timed break recall of 90-120 ms (TBR 21, NEC SL2100 guide); UK ring cadence is 3 s.
    "gb": replace(_DEFAULT, flash_ms=100),
    "eu": replace(_DEFAULT, flash_ms=100),
    # What Chinese telephone boxes default to; GB/T figures could not be read. PBXs may want 100.
    "cn": replace(_DEFAULT, flash_ms=600),
}
"""Country profiles. `eu` is any country that follows TBR 21."""
