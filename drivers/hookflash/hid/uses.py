"""Uses of a device, counted: it must not be released while somebody is in a call of its library."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from ..errors import DeviceLost

WAKE_SECONDS = 0.05
"""After that who still waits is woken once more: it may have begun to only just after."""


class Uses:
    """Who uses a device now. Once closed nobody enters any more; who leaves last releases it.

    release: called once, by `close` or by the last user, on its thread. what: names the device in
    errors.
    """

    def __init__(self, release: Callable[[], None], what: str) -> None:
        self._release = release
        self._what = what
        self._users = 0
        self._closing = False
        self._released = False
        self._changed = threading.Condition()

    @property
    def closing(self) -> bool:
        """Nobody enters any more."""
        return self._closing

    def enter(self) -> bool:
        """Begin a use, to be ended by `leave`; False if it is closed."""
        with self._changed:
            if self._closing:
                return False
            self._users += 1
            return True

    def leave(self) -> None:
        """End a use."""
        with self._changed:
            self._users -= 1
            if self._closing and self._users == 0:
                self._release_once()

    @contextmanager
    def one(self, verb: str) -> Iterator[None]:
        """One use; DeviceLost if it is closed."""
        if not self.enter():
            raise DeviceLost(f"{verb} {self._what}: the port is closed")
        try:
            yield
        finally:
            self.leave()

    def close(self, wake: Callable[[], None], seconds: float) -> bool:
        """Let nobody in any more, `wake` those who wait, and wait at most `seconds` until it is
        released; False if somebody still uses it, who then releases it.

        wake: called with the device not yet released, and not at all once it is; again every
        WAKE_SECONDS.
        """
        deadline = monotonic() + seconds
        with self._changed:
            self._closing = True
            while not self._released and (left := deadline - monotonic()) > 0:
                wake()
                if self._users == 0:
                    self._release_once()
                self._changed.wait_for(lambda: self._released, min(left, WAKE_SECONDS))
            return self._released

    def _release_once(self) -> None:
        if not self._released:
            self._released = True
            self._release()
            self._changed.notify_all()
