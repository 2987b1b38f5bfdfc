"""Who calls: caller ID gathered over one call, told when it is whole, missed when it never comes.

It may come before the first ring (ETSI), between the first two (Bellcore), wrapped, in parts, or
during a call, when it names a second caller.
"""

import threading
import time
from collections.abc import Callable

from ..events import CallerId, CallerIdMissing, Evidence, LineEvent
from ..inbox import Timer
from ..operation import Action, Worker
from .callerid import Caller, CallerIdCollector
from .dtmfid import DtmfCallerId

GAP = 0.4
"""Seconds without another line after which the caller ID is taken to be complete."""

HOLDS = 10.0
"""Seconds that a caller ID waits for its first ring; later it would name the next caller."""

MISSING_AFTER = 1.0
"""Seconds after the second ring until its absence is told: Bellcore's comes before that ring."""

_HINTS = {
    "not_supported": "this modem refuses the commands that switch caller ID on",
    "damaged": "it came with errors; a bad wire, or an extension was lifted",
    "not_sent": "the network sent none with this call",
    "never_came": "none has come since the line was opened: ask the provider for the service, "
    "and set the modem's country (country, gci)",
}


class CallerWatch:
    """Caller ID of one line. Called on the reader's and the line's threads.

    emit: tells an event. charset: of names that are not UTF-8.
    """

    def __init__(self, worker: Worker, emit: Callable[[LineEvent], None], charset: str) -> None:
        self._worker = worker
        self._emit = emit
        self._lock = threading.RLock()
        self._ringing = CallerIdCollector(charset=charset)
        self._waiting = CallerIdCollector(charset=charset)
        self._keys = DtmfCallerId()
        self._timers: dict[str, Timer[Action]] = {}
        self._told = False
        self._ever = False
        self.supported = False
        """The modem took a command that switches caller ID on."""

    @property
    def told(self) -> bool:
        """Who rings is known, as far as it is told at all."""
        return self._told

    def take(self, text: str, *, waiting: bool) -> bool:
        """Take a line if it is caller ID, of a second caller if `waiting`; tell whether it was."""
        with self._lock:
            collector = self._waiting if waiting else self._ringing
            if not collector.take(text):
                return False
            if collector.complete:
                self._tell(collector)
            else:
                self._later("gap", GAP, lambda: self._tell(collector))
            if not waiting:
                self._later("holds", HOLDS, self.over)
            return True

    def key(self, key: str) -> None:
        """A DTMF key that came on hook: caller ID in some countries."""
        with self._lock:
            if caller := self._keys.take(key, time.monotonic()):
                self._emit_caller(caller, "DTMF", waiting=False)

    def rang(self, count: int) -> None:
        """The call rang for the `count`th time."""
        with self._lock:
            self._stop("holds")
            self._tell(self._ringing)
            if count == 2 and not self._told:
                self._later("missing", MISSING_AFTER, self._miss)

    def over(self) -> None:
        """The call rings no more: what is known of its caller is not the next one's."""
        with self._lock:
            for name in ("missing", "holds", "gap"):
                self._stop(name)
            self._ringing.clear()
            self._waiting.clear()
            self._told = False

    def _tell(self, collector: CallerIdCollector) -> None:
        with self._lock:
            if caller := collector.caller():
                self._emit_caller(caller, "caller ID", waiting=collector is self._waiting)

    def _emit_caller(self, caller: Caller, how: str, *, waiting: bool) -> None:
        if caller.number or caller.name or caller.absent:  # else it says nothing of who calls
            self._ever = True
            if not waiting:
                self._told = True
                self._stop("missing")
        evidence = Evidence("text" if how == "caller ID" else "dle", how)
        self._emit(
            CallerId(
                evidence,
                caller.number,
                caller.name,
                caller.absent,
                caller.called,
                caller.redirected,
                caller.sent_at,
                waiting,
            )
        )

    def _miss(self) -> None:
        with self._lock:
            if self._told:
                return
            if not self.supported:
                reason = "not_supported"
            elif self._ringing.damaged:
                reason = "damaged"
            else:
                reason = "not_sent" if self._ever else "never_came"
            evidence = Evidence("timer", "two rings without caller ID", certain=False)
            self._emit(CallerIdMissing(evidence, reason, _HINTS[reason]))

    def _later(self, name: str, seconds: float, action: Action) -> None:
        self._stop(name)
        self._timers[name] = self._worker.after(seconds, action)

    def _stop(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()
