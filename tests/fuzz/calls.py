"""What a line tells of its calls, judged: each call has one end, and nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable

from hookflash.events import (
    Answered,
    CallEnded,
    Dialled,
    LineEvent,
    LineLost,
    Ring,
    RingStopped,
)
from hookflash.operation import Operation


class CallBook:
    """Follows a line's events. AssertionError at the first that cannot be.

    doing: tells the operation that the line is at, if any.
    """

    def __init__(self, doing: Callable[[], Operation | None]) -> None:
        self.events: list[LineEvent] = []
        self.lost = 0
        self.rings = 0
        """Rings of the call that rings now."""
        self.dialled = False
        self.answered = False
        self.certain = False
        """That it was answered."""
        self.ended = 0
        """Calls whose end was told."""
        self._doing = doing
        self._ended: Operation | None = None
        """The operation that had the end of its call told last."""

    @property
    def open(self) -> bool:
        """A call is going on, as far as we were told."""
        return bool(self.rings) or self.dialled or self.answered

    @property
    def _trying(self) -> bool:
        """An operation is going on that begins a call whose end was not told yet."""
        doing = self._doing()
        return doing is not None and doing is not self._ended and doing.name in _BEGINNING

    def hear(self, event: LineEvent) -> None:
        """Take an event."""
        self.events.append(event)
        assert not (self.lost and isinstance(event, _OF_CALLS)), f"{event} after the line was lost"
        match event:
            case LineLost():
                self.lost += 1
                assert self.lost == 1, "lost twice"
                self._over()
            case Ring(count=count):
                assert count == self.rings + 1, f"ring {count} after {self.rings}"
                assert not self.answered, f"{event} in a call"
                self.rings = count
            case Dialled():
                doing = self._doing()
                assert doing is not None, "dialled by nobody"
                assert doing is not self._ended, "dialled, after the call's end was told"
                assert doing.name == "dial", f"dialled by {doing.name}"
                assert not self.dialled, "dialled twice"
                self.dialled = True
            case Answered(evidence=evidence):
                assert self.open or self._trying, "answered, and there was no call"
                assert not (self.answered and (self.certain or not evidence.certain)), "told twice"
                self.answered, self.certain = True, evidence.certain
                self.rings = 0
            case CallEnded():
                assert self.open or self._trying, f"{event}, and there was no call"
                self.ended += 1
                if not self.open:  # else it was an earlier call's, which a dial ends first
                    self._ended = self._doing()
                self._over()
            case RingStopped():
                assert self.rings, f"{event}, and nothing rang"
                self._over()

    def _over(self) -> None:
        self.rings = 0
        self.dialled = self.answered = False


_BEGINNING = ("dial", "answer", "reject")
_OF_CALLS = (Ring, Dialled, Answered, CallEnded, RingStopped)
