"""The exchange's clock: the real one, or one that a test winds by hand."""

import heapq
import itertools
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from ..inbox import Inbox, Timer

Action = Callable[[], None]


class Clock(ABC):
    """Seconds, and things to do later. Actions run one at a time."""

    @abstractmethod
    def now(self) -> float:
        """Seconds since some moment."""

    @abstractmethod
    def after(self, seconds: float, action: Action) -> Timer[Action]:
        """Do `action` when `seconds` have passed; the timer can be cancelled."""

    @abstractmethod
    def close(self) -> None:
        """Forget all that was to be done."""


class RealClock(Clock):
    """Real time, on a thread of its own, which is started when there is something to do."""

    def __init__(self) -> None:
        self._inbox: Inbox[Action] = Inbox()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    def now(self) -> float:
        return time.monotonic()

    def after(self, seconds: float, action: Action) -> Timer[Action]:
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="sim clock", daemon=True)
                self._thread.start()
        return self._inbox.after(seconds, action)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._inbox.after(-1e9, _stop)
            if thread is not threading.current_thread():
                thread.join()

    def _run(self) -> None:
        while True:
            action = self._inbox.get()
            if action is _stop:
                return
            action()


def _stop() -> None:
    """What a closed clock does last."""


class ManualClock(Clock):
    """Time that passes only when `advance` is called, on the caller's thread."""

    def __init__(self) -> None:
        self._now = 0.0
        self._timers: list[Timer[Action]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self._now

    def after(self, seconds: float, action: Action) -> Timer[Action]:
        timer = Timer(self._now + seconds, next(self._order), action)
        heapq.heappush(self._timers, timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass, doing in order all that falls due."""
        end = self._now + seconds
        while self._timers and self._timers[0].due <= end:
            timer = heapq.heappop(self._timers)
            self._now = max(self._now, timer.due)
            if not timer.cancelled:
                timer.item()
        self._now = end

    def close(self) -> None:
        self._timers.clear()
