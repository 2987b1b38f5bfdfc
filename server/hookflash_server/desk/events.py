"""The event log: everything that happened at the desks, in order, for every door to read."""

import itertools
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

KEPT = 1000
"""Events kept; a reader that falls further behind is told how many it has missed."""

Event = Mapping[str, Any]


def timestamp() -> str:
    """Now, as ISO 8601 in UTC with ms."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class EventLog:
    """Numbered events, the latest KEPT of them. Any number of writers and readers."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self._last = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def last(self) -> int:
        """The number of the latest event; 0 before the first."""
        with self._changed:
            return self._last

    def append(self, kind: str, desk: str, **members: Any) -> None:
        """Add an event. Members must be what JSON can hold."""
        with self._changed:
            self._last = next(self._numbers)
            self._events.append(
                {"seq": self._last, "at": timestamp(), "desk": desk, "kind": kind, **members}
            )
            self._changed.notify_all()

    def since(self, seq: int, timeout: float = 0.0) -> tuple[list[Event], int]:
        """Events after number `seq`, and how many of them are gone for ever.

        Waits up to `timeout` seconds for the first one.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._last > seq or self._closed, timeout)
            events = [event for event in self._events if event["seq"] > seq]
            return events, max(0, self._last - seq - len(events))

    def close(self) -> None:
        """Let all who wait go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
