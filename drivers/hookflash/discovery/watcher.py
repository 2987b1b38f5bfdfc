"""Plugging and unplugging as they happen: a call that says "look again"."""

import logging
import sys
import threading
import time
from collections.abc import Callable

from .polling import Polling
from .source import Source

log = logging.getLogger(__name__)

QUIET = 0.2
"""Seconds without news before the listener is called: plugging in one device is many events."""

MOST = 1.0
"""Seconds after which it is called though there is still news."""


class Watcher:
    """Calls `listener` whenever a device of ours may have come, gone or changed.

    On Linux by udev's events, which come after its rules have set the permissions: at rest nothing
    wakes up. Without a running udevd, and on other systems, by looking again and again.

    The listener has no arguments and is called on the watcher's thread: it is to return soon.
    What is plugged in when `start` returns is not told; from then on nothing is missed.
    """

    def __init__(
        self, listener: Callable[[], None], open_source: Callable[[], Source] | None = None
    ) -> None:
        self._listener = listener
        self._open_source = open_source or best_source
        self._source: Source | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="hookflash watcher", daemon=True)

    def __str__(self) -> str:
        """By what it notices, for a log."""
        return str(self._source) if self._source is not None else "nothing"

    def start(self) -> None:
        """Begin to watch. Once."""
        with self._lock:
            if self._closed:
                return
            self._source = self._open_source()
            log.info("plugging and unplugging is noticed by %s", self._source)
            self._thread.start()

    def close(self) -> None:
        """End the watch: the listener is not called any more once this has returned.

        From any thread, the listener's own included; it waits for a listener that is being called.
        Again does no harm.
        """
        with self._lock:
            self._closed = True
            source = self._source
            if source is not None:
                source.wake()
        if source is not None and threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        source = self._source
        assert source is not None
        news = News()
        try:
            while not self._closed:
                due = news.due
                left = None if due is None else max(0.0, due - time.monotonic())
                changed = source.wait(left)
                if self._closed:
                    return
                if changed:
                    news.heard(time.monotonic())
                if news.due is not None and time.monotonic() >= news.due:
                    news = News()
                    self._tell()
        finally:
            with self._lock:
                self._source = None  # not to be woken once it is closed
                source.close()

    def _tell(self) -> None:
        try:
            self._listener()
        except Exception:  # a listener's defect must not end the watch
            log.exception("a listener failed when something was plugged in or out")


class News:
    """When to tell of news: after QUIET seconds without more, but no later than MOST. Pure."""

    def __init__(self) -> None:
        self.due: float | None = None
        """When to tell; None: there is nothing to tell."""
        self._latest = 0.0

    def heard(self, now: float) -> None:
        """There was something, at monotonic seconds `now`."""
        if self.due is None:
            self._latest = now + MOST
        self.due = min(now + QUIET, self._latest)


def best_source() -> Source:
    """udev's events where they can be had, else looking again and again."""
    if sys.platform == "linux":
        from .udev_source import UdevSource  # needs what only Linux has

        try:
            return UdevSource()
        except OSError as error:
            log.info("udev tells nothing here: %s", error)
    return Polling()
