"""News of devices where no event tells: looks again and again, and compares."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path

from ..errors import PortError
from ..hid.devices import list_devices
from ..modem.devices import list_modems
from .source import Source

log = logging.getLogger(__name__)

INTERVAL = 1.0
"""Seconds between looks: an unplug is to be told within about one."""

SLOW_INTERVAL = 2.0
"""The same where a look asks the system for each device's names (Windows, macOS)."""

NODES = ("ttyACM", "ttyUSB", "hidraw")
"""What our nodes begin with on Linux."""


class Polling(Source):
    """Looks each `interval` seconds. look: what there is now, to be compared."""

    def __init__(
        self, look: Callable[[], Hashable] | None = None, interval: float | None = None
    ) -> None:
        linux = sys.platform == "linux"
        self._look = look or (nodes_now if linux else devices_now)
        self._interval = interval or (INTERVAL if linux else SLOW_INTERVAL)
        self._woken = threading.Event()
        self._seen = self._look()
        self._next = time.monotonic() + self._interval

    def __str__(self) -> str:
        return f"looking each {self._interval:g} s"

    def wait(self, seconds: float | None) -> bool:
        ends = None if seconds is None else time.monotonic() + seconds
        while True:
            until = self._next if ends is None else min(self._next, ends)
            if self._woken.wait(max(0.0, until - time.monotonic())):
                return False
            now = time.monotonic()
            if now >= self._next:
                self._next = now + self._interval
                seen = self._look()
                if seen != self._seen:
                    self._seen = seen
                    return True
            if ends is not None and now >= ends:
                return False

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        pass


def nodes_now(sysfs: Path = Path("/sys"), devfs: Path = Path("/dev")) -> Hashable:
    """Linux: the USB devices by place and number, and our nodes, with whether we may open them."""
    usb = sysfs / "bus" / "usb" / "devices"
    devices = [(name, _text(usb / name / "devnum")) for name in _names(usb) if ":" not in name]
    nodes = [
        (name, os.access(devfs / name, os.R_OK | os.W_OK), (devfs / name).exists())
        for subsystem in ("tty", "hidraw")
        for name in _names(sysfs / "class" / subsystem)
        if name.startswith(NODES)
    ]
    return (*devices, *nodes)


def devices_now() -> Hashable:
    """Elsewhere: what pyserial and hidapi list."""
    try:
        return (*list_modems(), *list_devices())
    except PortError as error:  # no hidapi: told once by whoever wants a handset
        log.debug("look for devices: %s", error)
        return tuple(list_modems())


def _names(directory: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in directory.iterdir())
    except OSError:  # nothing of that kind, or no sysfs
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # gone meanwhile
        return ""
