"""The exchange: a simulated telephone network that simulated lines are connected to.

It gives dial tone, takes digits, rings, is busy, answers, sends caller ID, hears DTMF and flash,
and completes a transfer when the line that flashed and dialled hangs up. Who answers how is told by
a number plan. It keeps a journal of all that it heard, which is what tests look at.

Everything happens under one lock; `Phone` callbacks are called with it held and must not wait.
"""

import re
import threading
from collections.abc import Callable

from ..inbox import Timer
from .clock import Action, Clock, RealClock
from .network import ACTIONS, DEFAULT_PLAN, SENT_AT, TONES, Calling, Entry, FarEnd, Timing
from .subscriber import ExchangeLine, Phone

__all__ = [
    "ACTIONS",
    "DEFAULT_PLAN",
    "Calling",
    "Entry",
    "Exchange",
    "ExchangeLine",
    "FarEnd",
    "Phone",
    "Timing",
]


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

    def call(
        self,
        to: str,
        number: str = "",
        name: str | bytes = "",
        rings: int | None = None,
        *,
        absent: str = "",
        cadence: tuple[float, ...] = (),
        first: bool = False,
        called: str = "",
        redirected: str = "",
        sent_at: str = SENT_AT,
        keys: str = "",
    ) -> bool:
        """Call a line from outside; `rings` times, then the caller gives up (None: never).

        The rest as in Calling. False if the line is busy.
        """
        calling = Calling(
            number=number,
            name=name,
            absent=absent,
            called=called,
            redirected=redirected,
            sent_at=sent_at,
            cadence=cadence,
            rings=rings,
            first=first,
            keys=keys,
        )
        with self.lock:
            return self.line(to).ring_from(calling)

    def call_waiting(
        self, to: str, number: str = "", name: str | bytes = "", *, absent: str = ""
    ) -> bool:
        """Let a second call wait on a line that is in one; False if it is not."""
        with self.lock:
            return self.line(to).wait_from(Calling(number=number, name=name, absent=absent))

    def hang_up(self, on: str) -> None:
        """The far end of that line's call hangs up."""
        with self.lock:
            self.line(on).far_hangs_up()

    def press(self, on: str, keys: str, ms: int = 100) -> None:
        """The far end of that line's call presses DTMF keys, each for `ms` ms."""
        with self.lock:
            self.line(on).far_presses(keys, ms)

    def sound(self, on: str, tone: str) -> None:
        """One of TONES is heard on that line, which somebody has seized."""
        if tone not in TONES:
            raise ValueError(f"{tone!r} is none of {', '.join(TONES)}")
        with self.lock:
            self.line(on).far_sounds(tone)

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
