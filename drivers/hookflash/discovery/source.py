"""Where the watcher has its news from."""

from abc import ABC, abstractmethod


class Source(ABC):
    """Tells that something may have been plugged in or out. `str` says by what, for the log.

    One thread waits and closes; `wake` comes from any other.
    """

    @abstractmethod
    def wait(self, seconds: float | None) -> bool:
        """Wait for news, for `seconds` or without end; True if there are some, False when the time
        is up or after `wake`."""

    @abstractmethod
    def wake(self) -> None:
        """End the wait, and every later one."""

    @abstractmethod
    def close(self) -> None:
        """Release what it holds; once, when nobody waits any more."""
