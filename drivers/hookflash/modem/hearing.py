"""What a modem tells without being asked, made into what a line tells. On the reader's thread."""

import logging
import threading
import time
from dataclasses import replace
from typing import Protocol

from ..calls import EndReason
from ..events import (
    Evidence,
    KeyHeard,
    LineEvent,
    PhoneHook,
    PolarityReversed,
    RingingOut,
    ToneHeard,
)
from ..inbox import Timer
from ..operation import Action, Worker
from ..progress import Progress
from ..settings import LineSettings
from .cadence import Cadence, Rung, is_cadence
from .caller import CallerWatch
from .codes import Dle, Notice, Result, Text, Token, is_ring, notice_of, result_of
from .dle import DleDecoder, Heard, Signal
from .probe import Probed

log = logging.getLogger(__name__)

PRESS_ENDS = 0.25
"""Seconds without a report after which a DTMF press is over though its end was not told: a held key
is reported every 70 ms."""

DIAL_TONES = 2
"""Reports of dial tone in a row, in an answered call, that mean that the far end has hung up."""

FAILURES = {
    Result.BUSY: EndReason.BUSY,
    Result.NO_DIALTONE: EndReason.NO_DIAL_TONE,
    Result.NO_ANSWER: EndReason.NO_ANSWER,
    Result.NO_CARRIER: EndReason.NO_CARRIER,
    Result.DELAYED: EndReason.DELAYED,
    Result.BLACKLISTED: EndReason.BLACKLISTED,
    Result.LINE_IN_USE: EndReason.NO_DIAL_TONE,
}

_PHONES = {
    Signal.LOCAL_LIFTED: ("local", True),
    Signal.LOCAL_DOWN: ("local", False),
    Signal.EXTENSION_LIFTED: ("extension", True),
    Signal.EXTENSION_DOWN: ("extension", False),
}

_SAID_ONLY = frozenset({Signal.INFO, Signal.NONE})


class Owner(Protocol):
    """The line: what it knows and what it is told."""

    name: str
    settings: LineSettings

    @property
    def off_hook(self) -> bool: ...

    @property
    def transferring(self) -> bool: ...

    def _emit(self, event: LineEvent) -> None: ...

    def _nudge(self) -> None: ...

    def _tell_ring(self, evidence: Evidence, pattern: str = "") -> int: ...

    def _tell_answered(self, evidence: Evidence) -> None: ...

    def _tell_ended(self, reason: EndReason, evidence: Evidence) -> None: ...


class Hearing:
    """Sorts tokens into rings, caller ID, keys, tones and ends of calls."""

    def __init__(self, line: Owner, worker: Worker) -> None:
        settings = line.settings
        self._line = line
        self._worker = worker
        self._lock = threading.RLock()
        self._decoder = DleDecoder()
        self._trusts_dial_tone = True
        self._cadence = Cadence()
        self._cadence_timer: Timer[Action] | None = None
        self._press_timer: Timer[Action] | None = None
        self.caller = CallerWatch(worker, line._emit, settings.charset)
        gone = settings.ringback_gone_ms / 1000 if settings.answer_detection == "ringback" else 0.0
        self.progress = Progress(worker, gone, self._ringback_gone)
        self.rang_at = float("-inf")
        """When a ring was heard last, in monotonic seconds."""

    def know(self, probed: Probed) -> None:
        """The modem's family is known now: its codes mean what they mean there."""
        with self._lock:
            self._decoder = DleDecoder(probed.profile.codes)
            self._trusts_dial_tone = probed.profile.dial_tone_trusted

    def begin(self) -> None:
        """We seize the line."""
        with self._lock:
            self.progress.begin()
            self._decoder.expire()
            self._cadence.clear()

    @property
    def _in_call(self) -> bool:
        """A caller ID that comes now is a second caller's; not so just after picking up."""
        rang_just_now = time.monotonic() - self.rang_at < self._line.settings.ring_gone_ms / 1000
        return self._line.off_hook and (self.caller.told or not rang_just_now)

    def over(self) -> None:
        """The call is over."""
        with self._lock:
            self.progress.begin()
            self.rings_no_more()

    def rings_no_more(self) -> None:
        """The caller gave up, or was answered."""
        with self._lock:
            self._cadence.clear()
            self.caller.over()

    def token(self, token: Token) -> None:
        """Take a token that belongs to no command."""
        with self._lock:
            match token:
                case Dle(code):
                    for heard in self._decoder.take(code):
                        self._heard(heard)
                    self._await_press_end()
                case Text(text) if is_ring(text) or is_cadence(text):
                    self.caller.take(text, waiting=self._in_call)  # some put it after RING
                    self._rings(self._cadence.take(text, time.monotonic()), Evidence("text", text))
                case Text(text) if self.caller.take(text, waiting=self._in_call):
                    pass
                case Text(text, report=True):
                    log.debug("%s: a report that says nothing to us: %r", self._line.name, text)
                case Text(text):
                    self._said(text)

    # --- lines of text ------------------------------------------------------------------------

    def _said(self, text: str) -> None:
        evidence = Evidence("result_code", text)
        result = result_of(text, numeric=False)
        if result is Result.NO_CARRIER:
            self._line._tell_ended(EndReason.FAR_HANGUP, evidence)
        elif result in FAILURES:
            self._line._tell_ended(FAILURES[result], evidence)
        elif (notice := notice_of(text)) is Notice.RINGBACK:
            self._ringback(evidence)
        elif notice is Notice.POLARITY_REVERSAL:
            self._polarity(evidence)
        else:
            log.debug("%s: nobody asked for %r", self._line.name, text)

    def _rings(self, rings: list[Rung], evidence: Evidence) -> None:
        for ring in rings:
            self.rang_at = time.monotonic()
            count = self._line._tell_ring(evidence, ring.pattern)
            if count:
                self.caller.rang(count)
        due = self._cadence.due
        if self._cadence_timer is not None:
            self._cadence_timer.cancel()
        if due is not None:
            wait = max(0.0, due - time.monotonic())
            self._cadence_timer = self._worker.after(wait, self._cadence_due)

    def _cadence_due(self) -> None:
        with self._lock:
            rings = self._cadence.expire(time.monotonic())
            self._rings(rings, Evidence("text", "ring cadence (+VDR)"))

    # --- events of the voice class ------------------------------------------------------------

    def _await_press_end(self) -> None:
        if self._press_timer is not None:
            self._press_timer.cancel()
            self._press_timer = None
        if self._decoder.pressed:
            self._press_timer = self._worker.after(PRESS_ENDS, self._press_ended)

    def _press_ended(self) -> None:
        with self._lock:
            for heard in self._decoder.expire():
                self._heard(heard)

    def _heard(self, heard: Heard) -> None:
        signal, evidence = heard.signal, Evidence("dle", heard.code)
        if signal is Signal.RING:
            self._rings(self._cadence.ring("", time.monotonic()), evidence)
        elif phone := _PHONES.get(signal):
            self._line._emit(PhoneHook(evidence, *phone))
        elif signal is Signal.KEY and not self._line.off_hook:
            self.caller.key(heard.key)
        elif signal in _SAID_ONLY or not self._line.off_hook:
            log.debug("%s: event %r (%s)", self._line.name, heard.code, signal)
        elif signal is Signal.KEY:
            self._line._emit(KeyHeard(evidence, heard.key, heard.ms))
        elif signal is Signal.RINGBACK:
            self._ringback(evidence)
        elif signal is Signal.POLARITY:
            self._polarity(evidence)
        elif signal is Signal.LOOP_BREAK:
            self._loop_break(evidence)
        elif signal is Signal.LOOP_CHANGE:
            self._loop_change(evidence)
        else:
            self._tone(signal, evidence)

    def _ringback(self, evidence: Evidence) -> None:
        self.progress.tone = "ringback"
        self._line._nudge()
        if self.progress.ringback():
            self._line._emit(RingingOut(evidence))

    def _ringback_gone(self) -> None:
        seconds = self.progress.gone_after
        detail = f"no ringback for {seconds:g} s"
        self._line._tell_answered(Evidence("timer", detail, certain=False))

    def _polarity(self, evidence: Evidence) -> None:
        """Exchanges that reverse the line do so at the answer, and again at the end."""
        self._line._emit(PolarityReversed(evidence))
        if not self._line.off_hook or not self.progress.dialled:
            return
        if self.progress.reversed:
            self._line._tell_ended(EndReason.FAR_HANGUP, evidence)
            return
        self.progress.reversed = self.progress.reached = True
        self.progress.stop()
        self._line._tell_answered(evidence)

    def _loop_break(self, evidence: Evidence) -> None:
        """The exchange's sign that the far end hung up, where it gives one."""
        if self.progress.reached or self.progress.dialled:
            self._line._tell_ended(EndReason.FAR_HANGUP, evidence)

    def _loop_change(self, evidence: Evidence) -> None:
        """Reversed or broken, the modem does not say which: nothing is certain of it."""
        guess = replace(evidence, certain=False)
        if self.progress.dialled and not self.progress.reversed:
            self.progress.reversed = self.progress.reached = True
            self.progress.stop()
            self._line._tell_answered(guess)
        elif self.progress.reached:
            self._line._tell_ended(EndReason.FAR_HANGUP, guess)

    def _tone(self, signal: Signal, evidence: Evidence) -> None:
        progress = self.progress
        progress.tone = signal.value
        self._line._nudge()
        self._line._emit(ToneHeard(evidence, signal.value))
        counts = signal is Signal.DIAL and self._trusts_dial_tone
        progress.dial_tones = progress.dial_tones + 1 if counts else 0
        if signal in (Signal.BUSY, Signal.REORDER) and not self._line.transferring:
            progress.stop()
            reason = EndReason.FAR_HANGUP if progress.reached else EndReason.BUSY
            self._line._tell_ended(reason, evidence)
        elif progress.reached and not progress.flashed and progress.dial_tones >= DIAL_TONES:
            progress.stop()
            detail = f"{evidence.detail}: dial tone in a call"
            self._line._tell_ended(EndReason.FAR_HANGUP, Evidence("dle", detail, certain=False))
