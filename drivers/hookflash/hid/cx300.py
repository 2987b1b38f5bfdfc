"""The display and the status lamp of a Polycom CX300, on the maker's page 0xFF99. Pure.

SOURCE: SJM7/agent-phone docs/cx300-hid-protocol.md; tomek-o/tSIP-plugin-PhonePolycomCX300 (both
from observation; nothing of it is documented by the maker).
"""

from collections.abc import Iterator

from ..handset import Lamps

_MODE, _AREA, _TEXT, _STATUS = 0x13, 0x14, 0x15, 0x16
"""Output reports."""

_CLEAR, _TWO_LINES = 0x00, 0x15
"""Values of the mode."""

_LINES = (0x05, 0x0A)
"""The areas that make the upper and the lower line."""

_AREA_BEGINS = 0x80
_MORE, _LAST = 0x00, 0x80

_UNITS = 8
"""UTF-16 units in one text report."""

_LONGEST = 40
"""UTF-16 units sent for a line, which is more than it shows."""

_GREEN_ORANGE, _RED, _OFF = 8, 3, 7
"""Colours of the status lamp; the first blinks between both."""

_MUTE, _UNMUTE, _MESSAGE = 0x10, 0x30, 0x06
"""Flags beside the colour: the phone's microphone, and the lamp of its voice mail key."""


class Display:
    """What was shown last, so that only what changed is sent."""

    def __init__(self) -> None:
        self._text = ""
        self._status = b""

    def reports(self, lamps: Lamps) -> list[bytes]:
        """The output reports that show `lamps`, in order; the first time all, then changes."""
        reports: list[bytes] = []
        if lamps.text != self._text or not self._status:
            reports += _text(lamps.text)
            self._text = lamps.text
        status = _status(lamps)
        if status != self._status:
            reports.append(status)
            self._status = status
        return reports


def _status(lamps: Lamps) -> bytes:
    colour = _RED if lamps.off_hook else _GREEN_ORANGE if lamps.ringing else _OFF
    flags = _MUTE if lamps.muted and lamps.off_hook else _UNMUTE
    if lamps.message_waiting:
        flags |= _MESSAGE
    return bytes((_STATUS, colour, flags))


def _text(text: str) -> Iterator[bytes]:
    lines = text.splitlines()[: len(_LINES)]
    if not lines:
        yield bytes((_MODE, _CLEAR))
        return
    yield bytes((_MODE, _TWO_LINES))
    for place, area in enumerate(_LINES):
        line = lines[place] if place < len(lines) else ""
        yield bytes((_AREA, area, _AREA_BEGINS))
        units = line.encode("utf-16-le", "replace")[: 2 * _LONGEST]
        for begin in range(0, max(len(units), 1), 2 * _UNITS):
            part = units[begin : begin + 2 * _UNITS]
            last = begin + 2 * _UNITS >= len(units)
            yield bytes((_TEXT, _LAST if last else _MORE)) + part.ljust(2 * _UNITS, b"\0")
