"""One queue with timers: how a thread that owns something hears from everybody else.

A line and a desk are each owned by one thread; requests, device events and timers all reach it
here, in order. The owner sleeps until the next item or timer: nothing polls.
"""

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(order=True, slots=True)
class Timer(Generic[T]):
    """An item that falls due later. `cancel()` may be called at any time, from any thread."""

    due: float
    order: int
    item: T = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Inbox(Generic[T]):
    """A queue of items and timed items, for one reader and any number of writers."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._items: deque[T] = deque()
        self._timers: list[Timer[T]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()

    def post(self, item: T) -> None:
        """Put an item at the end."""
        with self._changed:
            self._items.append(item)
            self._changed.notify()

    def after(self, seconds: float, item: T) -> Timer[T]:
        """Put an item in when `seconds` have passed; the returned timer can be cancelled."""
        with self._changed:
            timer = Timer(self._now() + seconds, next(self._order), item)
            heapq.heappush(self._timers, timer)
            self._changed.notify()
            return timer

    def get(self) -> T:
        """Wait for the next item. A timer that is due goes before what is queued."""
        with self._changed:
            while True:
                wait: float | None = None
                while self._timers:
                    timer = self._timers[0]
                    if not timer.cancelled and (wait := timer.due - self._now()) > 0:
                        break
                    heapq.heappop(self._timers)
                    if not timer.cancelled:
                        return timer.item
                    wait = None
                if self._items:
                    return self._items.popleft()
                self._changed.wait(wait)
