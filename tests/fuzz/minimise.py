"""A finding made small: as few bytes other than zero as show it still."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from pathlib import Path

from .targets import TARGETS

PATIENCE = 30.0
"""Seconds that making one input small may take."""


def minimise_file(name: str, path: Path) -> Path:
    """Make a target's finding small; where it is kept. The same, if it does not show any more."""
    data = path.read_bytes()
    kind = kind_of(name, data)
    if not kind:
        return path
    until = time.monotonic() + PATIENCE
    small = minimise(
        data, lambda d: time.monotonic() < until and kind_of(name, d) == kind, tries=10_000
    )
    kept = path.with_name(f"small-{path.name}")
    kept.write_bytes(small)
    return kept


def kind_of(name: str, data: bytes) -> tuple[str, ...]:
    """What tells one finding from another: what was raised, and where. Empty: all is well."""
    try:
        TARGETS[name].case(data)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is the finding)
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return type(error).__name__, frame.filename, frame.name, str(frame.lineno)
    return ()


def minimise(data: bytes, shows: Callable[[bytes], bool], tries: int = 3000) -> bytes:
    """The smallest found of the inputs for which `shows`; it must be true of `data`."""
    best = data
    left = tries

    def better(candidate: bytes) -> bool:
        nonlocal best, left
        left -= 1
        if candidate == best or left < 0 or not shows(candidate):
            return False
        best = candidate
        return True

    size = len(best)
    while size:
        at = 0
        while at < len(best):
            piece = best[at : at + size]
            gone = best[:at] + best[at + size :]
            if better(gone):
                continue
            if any(piece):
                better(best[:at] + bytes(len(piece)) + best[at + size :])
            at += size
        size //= 2
    for at in range(len(best)):
        for value in (1, 2, 3, best[at] // 2, best[at] - 1):
            if 0 <= value < best[at]:
                better(best[:at] + bytes([value]) + best[at + 1 :])
    return best.rstrip(b"\0") if better(best.rstrip(b"\0")) else best
