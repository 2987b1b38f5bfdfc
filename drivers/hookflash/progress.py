"""How far a call has come, as far as a device on an analog line can tell. No thread of its own."""

from .inbox import Timer
from .operation import Action, Worker


class Progress:
    """One call: reset by `begin`. Guarded by the line's order of events.

    gone_after: seconds without ringback after which the far end is believed to have answered; 0:
        that is never believed. answered: called on the worker's thread when it is.
    """

    def __init__(self, worker: Worker, gone_after: float, answered: Action) -> None:
        self._worker = worker
        self.gone_after = gone_after
        self._answered = answered
        self._timer: Timer[Action] | None = None
        self.tone = ""
        """The tone heard last since something was sent."""
        self.dialled = False
        """All digits are out."""
        self.reached = False
        """The far end was heard (ringback), or we answered it."""
        self.reversed = False
        """The line's polarity tells the state of the call: it was reversed at the answer."""
        self.flashed = False
        """There was a hookflash: dial tone is the exchange's answer to it, not the call's end."""
        self.dial_tones = 0
        """Reports of dial tone in a row, in a call."""

    def begin(self) -> None:
        """A new call."""
        self.stop()
        self.tone = ""
        self.dialled = self.reached = self.reversed = self.flashed = False
        self.dial_tones = 0

    def ringback(self) -> bool:
        """Ringback was heard; tell whether for the first time."""
        first = not self.reached
        self.reached = True
        self.stop()
        if self.gone_after:
            self._timer = self._worker.after(self.gone_after, self._answered)
        return first

    def stop(self) -> None:
        """What is heard from now on says nothing of an answer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
