"""What a test may leave behind: no thread, no descriptor."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.lines import until

_DESCRIPTORS = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")


def _threads() -> set[threading.Thread]:
    return {t for t in threading.enumerate() if not t.name.startswith("pytest_timeout")}


def _descriptors() -> set[str]:
    return {path.name for path in _DESCRIPTORS.iterdir()}


@contextmanager
def no_leaks(seconds: float = 5.0) -> Iterator[None]:
    """AssertionError if threads or descriptors of the block are still there after `seconds`."""
    threads, descriptors = _threads(), _descriptors()
    yield
    try:
        # Counted, for the listing's own descriptor may have any number.
        until(lambda: _threads() <= threads, "threads end", seconds)
        until(lambda: len(_descriptors()) <= len(descriptors), "descriptors close", seconds)
    except TimeoutError as error:
        raise AssertionError(
            f"left behind: {_threads() - threads}, descriptors {_descriptors() - descriptors}"
        ) from error
