"""What a telephone's reports say of its line, made into what a line tells. With the line's lock
held throughout."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from ..calls import EndReason
from ..events import CallerIdMissing, Evidence, LineEvent, RingingOut, ToneHeard
from ..inbox import Timer
from ..operation import Action, Worker
from ..progress import Progress
from ..settings import LineSettings
from .line_layout import LineLayout, Signal
from .report import Field

DIAL_TONE_PROVES = 2.0
"""Seconds of dial tone in an answered call that mean that the far end has hung up; less may be
something in a voice."""

ONE_RING = 0.5
"""Seconds of silence within one ring: in the UK and Australia it has two bursts, 0.2 s apart."""

NO_NUMBERS = "telephones that speak HID tell that it rings, and not who calls"


class Owner(Protocol):
    """The line: what it knows and what it is told."""

    settings: LineSettings

    @property
    def off_hook(self) -> bool: ...

    @property
    def transferring(self) -> bool: ...

    def _emit(self, event: LineEvent) -> None: ...

    def _nudge(self) -> None: ...

    def _tell_ring(self, evidence: Evidence, pattern: str = "") -> int: ...

    def _ring_ends(self) -> None: ...

    def _tell_answered(self, evidence: Evidence) -> None: ...

    def _tell_ended(self, reason: EndReason, evidence: Evidence) -> None: ...

    def _locked(self, action: Action) -> Action: ...


class LineHearing:
    """Sorts input reports into rings, tones and ends of calls."""

    def __init__(self, line: Owner, worker: Worker) -> None:
        settings = line.settings
        self._line = line
        self._worker = worker
        self._layout = LineLayout()
        self._fields: set[Field] = set()
        self._values: dict[Field, int] = {}
        """The last value of each field that tells something."""
        self._on: frozenset[Signal] = frozenset()
        self._dial_tone: Timer[Action] | None = None
        gone = settings.ringback_gone_ms / 1000 if settings.answer_detection == "ringback" else 0.0
        self.progress = Progress(worker, gone, line._locked(self._ringback_gone))
        self.rang_at = float("-inf")
        """When the line was heard ringing last, in monotonic seconds."""

    def know(self, layout: LineLayout) -> None:
        """What the device's fields mean."""
        self._layout = layout
        self._fields = {field for fields in layout.hears.values() for field in fields}

    @property
    def rings(self) -> bool:
        """It says that it rings just now."""
        return Signal.RING in self._on

    def begin(self, *, answering: bool = False) -> None:
        """We seize the line."""
        self.over()
        self.progress.reached = answering
        # A tone that was never told to be over may be told anew.
        rings = self._layout.hears.get(Signal.RING, ())
        self._values = {field: value for field, value in self._values.items() if field in rings}
        self._on = self._layout.told(self._values)

    def over(self) -> None:
        """The call is over."""
        self.progress.begin()
        self._stop_dial_tone()

    def has_told(self, report_id: int) -> bool:
        """A report of this id has come."""
        return any(field.report_id == report_id for field in self._values)

    def heard(self, values: Mapping[Field, int], detail: str) -> None:
        """A report came, with these values; detail: its bytes, for the evidence."""
        self._values |= {field: value for field, value in values.items() if field in self._fields}
        before, now = self._on, self._layout.told(self._values)
        # What is an event and no level has said all that it says.
        self._values = {field: value for field, value in self._values.items() if not field.relative}
        self._on = self._layout.told(self._values)
        evidence = Evidence("report", detail)
        for signal in Signal:
            if signal in before - now:
                self._ended(signal)
        for signal in Signal:
            if signal in now - before:
                self._began(signal, evidence)

    # --- one signal ---------------------------------------------------------------------------

    def _began(self, signal: Signal, evidence: Evidence) -> None:
        if signal is Signal.RING:
            self._ring(evidence)
        elif self._line.off_hook:
            self.progress.tone = signal.value
            self._line._nudge()
            if signal is Signal.RINGBACK:
                self._ringback(evidence)
            else:
                self._tone(signal, evidence)

    def _ended(self, signal: Signal) -> None:
        if signal is Signal.RING:
            self.rang_at = time.monotonic()
            self._line._ring_ends()
        elif signal is Signal.RINGBACK and self.progress.reached:
            self.progress.ringback()  # from now on it is gone
        elif signal is Signal.DIAL:
            self._stop_dial_tone()

    def _ring(self, evidence: Evidence) -> None:
        now = time.monotonic()
        goes_on = now - self.rang_at < ONE_RING
        self.rang_at = now
        if goes_on:
            return
        if self._line._tell_ring(evidence) == 1:
            self._line._emit(CallerIdMissing(evidence, "not_supported", NO_NUMBERS))

    def _ringback(self, evidence: Evidence) -> None:
        first = self.progress.ringback()
        if Signal.RINGBACK in self._on:  # it says when it ends
            self.progress.stop()
        if first:
            self._line._emit(RingingOut(evidence))

    def _ringback_gone(self) -> None:
        detail = f"no ringback for {self.progress.gone_after:g} s"
        self._line._tell_answered(Evidence("timer", detail, certain=False))

    def _tone(self, signal: Signal, evidence: Evidence) -> None:
        progress = self.progress
        self._line._emit(ToneHeard(evidence, signal.value))
        if signal in (Signal.BUSY, Signal.REORDER) and not self._line.transferring:
            progress.stop()
            reason = EndReason.FAR_HANGUP if progress.reached else EndReason.BUSY
            self._line._tell_ended(reason, evidence)
        elif signal is Signal.DIAL and progress.reached and not progress.flashed:
            self._stop_dial_tone()
            proves: Callable[[], None] = self._line._locked(self._dial_tone_proves)
            self._dial_tone = self._worker.after(DIAL_TONE_PROVES, proves)

    def _dial_tone_proves(self) -> None:
        if self._dial_tone is None or Signal.DIAL not in self._on or self.progress.flashed:
            return
        self._dial_tone = None
        self.progress.stop()
        detail = f"{DIAL_TONE_PROVES:g} s of dial tone in a call"
        self._line._tell_ended(EndReason.FAR_HANGUP, Evidence("report", detail, certain=False))

    def _stop_dial_tone(self) -> None:
        if self._dial_tone is not None:
            self._dial_tone.cancel()
            self._dial_tone = None
