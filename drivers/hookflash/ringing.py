"""The rings of one incoming call, and the timer that notices that the caller has given up."""

from collections.abc import Callable

from .inbox import Timer
from .operation import Action, Worker


class Ringing:
    """Counts rings; after `gone_after` seconds without one, calls `gone` on the worker's thread.

    An analog line does not tell that a caller gives up. The owner's lock guards it.
    """

    def __init__(self, worker: Worker, gone_after: float, gone: Callable[[], None]) -> None:
        self._worker = worker
        self._gone_after = gone_after
        self._gone = gone
        self._timer: Timer[Action] | None = None
        self.count = 0

    def heard(self) -> int:
        """One more ring; its number in this call."""
        self.count += 1
        self.watch()
        return self.count

    def watch(self) -> None:
        """Begin to wait for the next ring."""
        self._cancel()
        self._timer = self._worker.after(self._gone_after, self._gone)

    def stop(self) -> None:
        """The call rings no more."""
        self.count = 0
        self._cancel()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
