"""The mute key: what a press asks for, and a headset that refuses. Pure: time is passed in."""

from enum import StrEnum

from ..events import Evidence
from ..handset import Lamps
from ..handset_events import HandsetEvent, MutePressed
from .hook import NEVER

REFUSED_WITHIN = 0.7
"""Seconds after our unmuting in which a pulse means that the headset stays mute: its boom is up."""

ONE_PRESS = 1.0
"""Seconds in which several pulses are one: then the microphone is to be muted, the safe side."""


class MuteKind(StrEnum):
    """How a mute key tells its state."""

    PULSE = "pulse"
    LEVEL = "level"


class Mute:
    """A mute key. It means something in a call only."""

    def __init__(self, kind: MuteKind) -> None:
        self._kind = kind
        self._value = 0
        self._lamps = Lamps()
        self._unmuted_at = NEVER
        self._pulse_at = NEVER
        self._asked = False
        """What the last pulse asked for."""

    def baseline(self, value: int) -> None:
        """This is how it stands; nobody pressed anything."""
        self._value = value

    def wrote(self, now: float, lamps: Lamps) -> None:
        """The lamps were written."""
        if self._lamps.muted and not lamps.muted and lamps.off_hook:
            self._unmuted_at = now
        self._lamps = lamps

    def moved(self, now: float, value: int, detail: str) -> list[HandsetEvent]:
        """A report came."""
        before, self._value = self._value, value
        if value == before or not self._lamps.off_hook:
            return []
        if self._kind is MuteKind.LEVEL:
            muted = value != 0
            if muted == self._lamps.muted:
                return []
            return [MutePressed(Evidence("report", detail), muted)]
        return self._pulse(now, detail) if value else []

    def _pulse(self, now: float, detail: str) -> list[HandsetEvent]:
        since, self._pulse_at = now - self._pulse_at, now
        if now - self._unmuted_at < REFUSED_WITHIN:
            self._unmuted_at = NEVER
            self._asked = True
            return [MutePressed(Evidence("report", f"{detail}: unmuting refused"), True)]
        if since < ONE_PRESS:
            if self._asked:
                return []
            self._asked = True
        else:
            self._asked = not self._lamps.muted
        return [MutePressed(Evidence("report", detail), self._asked)]
