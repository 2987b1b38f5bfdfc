"""The exchange: a simulated telephone network that simulated lines are connected to.

It gives dial tone, takes digits, rings, is busy, answers, sends caller ID, hears DTMF and flash,
and completes a transfer when the line that flashed and dialled hangs up. Who answers how is told by
a number plan. It keeps a journal of all that it heard, which is what tests look at.

Everything happens under one lock; `Phone` callbacks are called with it held and must not wait.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ..inbox import Timer
from .clock import Action, Clock, RealClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in seconds.

    The ring cadence is the North American one. `complete`: this long after the last digit the
    number is taken to be whole. `settle`: from off hook to dial tone.
    """

    settle: float = 0.2
    complete: float = 0.6
    ring_on: float = 2.0
    ring_off: float = 4.0
    caller_id: float = 0.5
    ringback: float = 6.0
    far_hangup_tone: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEnd:
    """What happens when a number is dialled.

    does: `answer`, `busy`, `ring` (never answered), `reorder` (congestion), `silent`, or
        `callback` (answers, and calls back once the caller has hung up).
    after: seconds of ringing before the answer.
    talk: seconds until the far end hangs up; None: never.
    keys: DTMF keys that it sends after answering.
    """

    does: str = "answer"
    after: float = 3.0
    talk: float | None = None
    keys: str = ""


ACTIONS = ("answer", "busy", "ring", "reorder", "silent", "callback")

DEFAULT_PLAN: dict[str, FarEnd] = {
    "199": FarEnd(does="callback", after=1.0, talk=2.0),
    "200": FarEnd(does="busy"),
    "201": FarEnd(does="ring"),
    "202": FarEnd(does="reorder"),
    "203": FarEnd(after=1.0, talk=3.0),
    "204": FarEnd(does="silent"),
    "205": FarEnd(after=1.0, keys="1234567890*#"),
    ".+": FarEnd(),
}
"""Number plan of `make serve`: regular expressions for a whole number, first match wins."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: when (s), which line, what, and its detail."""

    at: float
    line: str
    what: str
    detail: str = ""


class Phone(Protocol):
    """What hangs on an exchange line; called with the exchange's lock held."""

    def ring(self) -> None:
        """A ring burst began."""

    def caller_id(self, number: str, name: str) -> None:
        """Caller ID arrived, between the first ring and the second."""

    def tone(self, tone: str) -> None:
        """The line sounds of `dial`, `ringback`, `busy`, `reorder`, or of nothing (empty)."""

    def key(self, key: str) -> None:
        """The far end pressed a DTMF key."""


@dataclass(eq=False, slots=True)
class _Call:
    """One leg from a line to whoever was dialled, or from a caller to a line."""

    number: str
    outgoing: bool
    far: FarEnd
    answered: bool = False
    timers: list[Timer[Action]] = field(default_factory=list)

    def stop(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


class ExchangeLine:
    """One subscriber's line, as its telephone sees it."""

    def __init__(self, exchange: "Exchange", number: str) -> None:
        self.exchange = exchange
        self.number = number
        self.phone: Phone | None = None
        self.connected = True
        """False: the wire is cut; no dial tone, no ring."""
        self.is_off_hook = False
        self.sounds = ""
        self.call: _Call | None = None
        self.held: _Call | None = None
        self._digits = ""
        self._collecting: Timer[Action] | None = None
        self._owed_call_back = False

    # --- what the telephone does --------------------------------------------------------------

    def off_hook(self) -> None:
        """Lift: answers what rings, else asks for dial tone."""
        with self.exchange.lock:
            if self.is_off_hook:
                return
            self.is_off_hook = True
            self.exchange.note(self, "off_hook")
            if self.call is not None and not self.call.outgoing and not self.call.answered:
                self._answered()
            else:
                self._want_dial_tone()

    def on_hook(self) -> None:
        """Put down: ends the call, or completes a transfer."""
        with self.exchange.lock:
            if not self.is_off_hook:
                return
            self.is_off_hook = False
            self._stop_collecting()
            self._digits = ""
            self.sounds = ""
            call, held = self.call, self.held
            self.call = self.held = None
            for leg in (call, held):
                if leg is not None:
                    leg.stop()
            self.exchange.note(self, "on_hook")
            refused = call is None or call.far.does in ("busy", "reorder")
            if held is not None and call is not None and not refused:
                self.exchange.note(self, "transferred", f"{held.number} to {call.number}")
            if self._owed_call_back:
                self._owed_call_back = False
                self.exchange.later(2.0, self._call_back)

    def digit(self, key: str) -> None:
        """A DTMF key: a digit to dial, or a key for the far end in a call."""
        with self.exchange.lock:
            if not self.is_off_hook:
                return
            if self.call is not None:
                self.exchange.note(self, "dtmf", key)
                return
            if self.sounds == "dial":
                self._sound("")
            self._digits += key
            self._stop_collecting()
            self._collecting = self.exchange.later(self.exchange.timing.complete, self._dialled)

    def flash(self, ms: int) -> None:
        """A hookflash of `ms`: holds the call and gives dial tone, or takes the held one back."""
        with self.exchange.lock:
            if not self.is_off_hook:
                return
            self.exchange.note(self, "flash", str(ms))
            if self.held is not None:
                if self.call is not None:
                    self.call.stop()
                self._stop_collecting()
                self._digits = ""
                self.call, self.held = self.held, None
                self._sound("")
            elif self.call is not None and self.call.answered:
                self.held, self.call = self.call, None
                self._want_dial_tone()

    # --- what the exchange does ---------------------------------------------------------------

    def ring_from(self, number: str, name: str, rings: int | None) -> bool:
        """Ring this line; False if it is busy or cut off."""
        if self.is_off_hook or self.call is not None or not self.connected:
            return False
        self.call = _Call(number, outgoing=False, far=FarEnd())
        self._ring(self.call, name, 1, rings)
        return True

    def far_hangs_up(self) -> None:
        """The other side ends the call."""
        call = self.call
        if call is None:
            return
        call.stop()
        self.call = None
        if self.is_off_hook:
            self.exchange.note(self, "far_hangup")
            self.exchange.later(
                self.exchange.timing.far_hangup_tone, lambda: self._sound_if_idle("busy")
            )
        else:
            self.exchange.note(self, "abandoned")

    def _ring(self, call: _Call, name: str, count: int, rings: int | None) -> None:
        if self.call is not call or call.answered:
            return
        if rings is not None and count > rings:
            self.far_hangs_up()
            return
        timing = self.exchange.timing
        phone = self.phone
        if phone is not None:
            phone.ring()
            if count == 1 and (call.number or name):
                call.timers.append(
                    self.exchange.later(
                        timing.caller_id, lambda: self._send_caller_id(call, call.number, name)
                    )
                )
        call.timers.append(
            self.exchange.later(
                timing.ring_on + timing.ring_off, lambda: self._ring(call, name, count + 1, rings)
            )
        )

    def _send_caller_id(self, call: _Call, number: str, name: str) -> None:
        if self.call is call and not call.answered and self.phone is not None:
            self.phone.caller_id(number, name)

    def _call_back(self) -> None:
        self.ring_from("199", "CALL BACK", rings=10)

    def _want_dial_tone(self) -> None:
        if self.connected:
            self.exchange.later(
                self.exchange.timing.settle,
                lambda: self._sound_if_idle("dial") if not self._digits else None,
            )

    def _dialled(self) -> None:
        number, self._digits = self._digits, ""
        if not self.is_off_hook or not self.connected:
            return
        self.exchange.note(self, "dialled", number)
        far = self.exchange.far_end(number)
        call = self.call = _Call(number, outgoing=True, far=far)
        if far.does in ("busy", "reorder"):
            self._sound(far.does)
        elif far.does != "silent":
            self._ringback(call)
            if far.does != "ring":
                call.timers.append(self.exchange.later(far.after, lambda: self._far_answers(call)))

    def _ringback(self, call: _Call) -> None:
        if self.call is call and not call.answered:
            self._sound("ringback")
            call.timers.append(
                self.exchange.later(self.exchange.timing.ringback, lambda: self._ringback(call))
            )

    def _far_answers(self, call: _Call) -> None:
        if self.call is not call:
            return
        call.stop()
        call.answered = True
        self._owed_call_back = call.far.does == "callback"
        self.exchange.note(self, "far_answered", call.number)
        self._sound("")
        for key in call.far.keys:
            if self.phone is not None:
                self.phone.key(key)
        if call.far.talk is not None:
            call.timers.append(
                self.exchange.later(
                    call.far.talk, lambda: self.far_hangs_up() if self.call is call else None
                )
            )

    def _answered(self) -> None:
        call = self.call
        if call is not None:
            call.stop()
            call.answered = True
            self.exchange.note(self, "answered", call.number)
            self._sound("")

    def _sound(self, tone: str) -> None:
        self.sounds = tone
        if self.phone is not None:
            self.phone.tone(tone)

    def _sound_if_idle(self, tone: str) -> None:
        if self.is_off_hook and self.call is None:
            self._sound(tone)

    def _stop_collecting(self) -> None:
        if self._collecting is not None:
            self._collecting.cancel()
            self._collecting = None


class Exchange:
    """Lines, a number plan, a clock and a journal.

    plan: regular expression for a whole number -> what happens; the first that matches counts.
    """

    def __init__(
        self,
        plan: dict[str, FarEnd] | None = None,
        timing: Timing | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.plan = dict(DEFAULT_PLAN if plan is None else plan)
        self.timing = timing or Timing()
        self.clock = clock or RealClock()
        self.journal: list[Entry] = []
        self._changed = threading.Condition(self.lock)
        self._lines: dict[str, ExchangeLine] = {}
        self._listeners: list[Callable[[Entry], None]] = []

    def line(self, number: str) -> ExchangeLine:
        """The line of a subscriber; made when first asked for."""
        with self.lock:
            return self._lines.setdefault(number, ExchangeLine(self, number))

    def call(self, to: str, number: str = "", name: str = "", rings: int | None = None) -> bool:
        """Call a line from outside; `rings` bursts, then the caller gives up (None: never).

        False if the line is busy.
        """
        with self.lock:
            return self.line(to).ring_from(number, name, rings)

    def hang_up(self, on: str) -> None:
        """The far end of that line's call hangs up."""
        with self.lock:
            self.line(on).far_hangs_up()

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Hear each journal entry as it is made (with the lock held: return at once)."""
        with self.lock:
            self._listeners.append(listener)

    def wait_for(self, what: str, detail: str | None = None, timeout: float = 5.0) -> Entry:
        """Wait until the journal holds such an entry; it and all before are then taken out.

        TimeoutError names what was heard instead.
        """
        with self._changed:

            def find() -> int | None:
                for i, entry in enumerate(self.journal):
                    if entry.what == what and detail in (None, entry.detail):
                        return i
                return None

            if not self._changed.wait_for(lambda: find() is not None, timeout):
                heard = ", ".join(f"{e.what} {e.detail}".strip() for e in self.journal)
                raise TimeoutError(f"no {what} {detail or ''} in {timeout:g} s; heard: {heard}")
            index = find()
            assert index is not None
            entry = self.journal[index]
            del self.journal[: index + 1]
            return entry

    def close(self) -> None:
        """Stop the clock."""
        self.clock.close()

    # --- for the lines ------------------------------------------------------------------------

    def far_end(self, number: str) -> FarEnd:
        """What the plan says of a number; congestion if it says nothing."""
        for pattern, far in self.plan.items():
            if re.fullmatch(pattern, number):
                return far
        return FarEnd(does="reorder")

    def later(self, seconds: float, action: Action) -> Timer[Action]:
        """Do something later, with the lock held."""

        def locked() -> None:
            with self.lock:
                action()

        return self.clock.after(seconds, locked)

    def note(self, line: ExchangeLine, what: str, detail: str = "") -> None:
        """Write into the journal."""
        entry = Entry(self.clock.now(), line.number, what, detail)
        self.journal.append(entry)
        del self.journal[:-10_000]
        self._changed.notify_all()
        for listener in self._listeners:
            listener(entry)
