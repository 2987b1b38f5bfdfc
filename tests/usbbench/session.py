"""Follows a machine that was started until it ends or its time is up."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from dataclasses import dataclass

from . import marks
from .machine import status_of
from .phases import Phases

_ENDING = 30.0
"""Seconds that the guest may take to end after pytest in it has."""


@dataclass(frozen=True)
class Ended:
    """How it ended."""

    status: int | None
    """pytest's; None if the guest died or was given up, `why` says which."""
    why: str
    booted: bool
    overdue: bool
    """The time for the whole run was up."""


def follow(
    process: subprocess.Popen[bytes], phases: Phases, *, boot: float, deadline: float
) -> Ended:
    """Show what comes and note the phases.

    `boot` and `deadline` are moments of time.monotonic: by when the guest must have booted, ended.
    Returns with the process ended, or with time up; the caller kills it.
    """
    assert process.stdout is not None
    output = process.stdout.fileno()
    separator = marks.Separator()
    seen: list[str] = []

    def booted() -> bool:
        return marks.BOOTED in seen

    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            until = deadline if booted() else boot
            if not selector.select(max(0.0, until - time.monotonic())):
                why = "the time for the run is up" if booted() else "the guest does not boot"
                return Ended(None, why, booted(), time.monotonic() >= deadline)
            data = os.read(output, 65536)
            if not data:
                break
            shown, new = separator.feed(data)
            _show(shown)
            for mark in new:
                phases.reached(mark, time.monotonic())
                if mark.startswith(marks.TESTED):
                    deadline = min(deadline, time.monotonic() + _ENDING)
            seen += new
    _show(separator.end())
    returned = process.wait(_ENDING)
    status = status_of(returned)
    if status is not None and f"{marks.TESTED} {status}" not in seen:
        return Ended(
            None, "the guest could not run pytest, or was hindered", booted(), overdue=False
        )
    why = "" if status is not None else f"the guest has died (qemu's exit status {returned})"
    return Ended(status, why, booted(), overdue=False)


def _show(data: bytes) -> None:
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
