"""A HID port played by a test, and an ear for a handset's events."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from hookflash.errors import DeviceLost, NotSupported
from hookflash.handset import Handset
from hookflash.handset_events import HandsetEvent
from hookflash.hid.port import HidInfo, HidPort

E = TypeVar("E", bound=HandsetEvent)

PATIENCE = 10.0
"""Seconds: far above what anything here takes."""


class ScriptedHidPort(HidPort):
    """Reports come when the test says so. `answers`: what input and feature reports hold."""

    def __init__(self, descriptor: bytes, path: str = "scripted", **info: object) -> None:
        super().__init__(HidInfo(path=path, vendor_id=0x1209, product_id=1, **info), descriptor)  # type: ignore[arg-type]
        self.answers: dict[int, bytes] = {}
        self.written: list[bytes] = []
        self.features: list[bytes] = []
        self.refuses = False
        self.closed = 0
        self._reports: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
        self._changed = threading.Condition()

    def say(self, *reports: str) -> None:
        """Send input reports, in hex, the id first."""
        for report in reports:
            self._reports.put(bytes.fromhex(report))

    def unplug(self, error: Exception | None = None) -> None:
        """The device goes away."""
        self._reports.put(error or DeviceLost(f"read {self.info.path}: unplugged"))

    def wait_written(self, *reports: str) -> None:
        """Wait until exactly these output reports were written since, in hex."""
        wanted = [bytes.fromhex(report) for report in reports]
        with self._changed:
            done = self._changed.wait_for(lambda: len(self.written) >= len(wanted), PATIENCE)
            got, self.written = self.written, []
        assert done, f"wanted {reports}, got {[report.hex(' ') for report in got]}"
        assert got == wanted, f"wanted {reports}, got {[report.hex(' ') for report in got]}"

    # --- the port -----------------------------------------------------------------------------

    def read(self) -> bytes:
        report = self._reports.get()
        if isinstance(report, Exception):
            raise report
        return report

    def write(self, report: bytes) -> None:
        if self.refuses:
            raise DeviceLost(f"write {self.info.path}: refused")
        with self._changed:
            self.written.append(report)
            self._changed.notify_all()

    def get_input(self, report_id: int, size: int) -> bytes:
        return self.answers.get(report_id, b"")[:size]

    def get_feature(self, report_id: int, size: int) -> bytes:
        if report_id not in self.answers:
            raise NotSupported(f"get feature report of {self.info.path}: it has none")
        return self.answers[report_id][:size]

    def send_feature(self, report: bytes) -> None:
        if self.refuses:
            raise NotSupported(f"send feature report to {self.info.path}: refused")
        with self._changed:
            self.features.append(report)
            self._changed.notify_all()

    def wait_features(self, count: int) -> None:
        """Wait until so many feature reports were written."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.features) >= count, PATIENCE)

    def close(self) -> None:
        self.closed += 1
        self._reports.put(b"")


class HandsetEar:
    """All events of a handset, in order; `wait_for` takes them one after another."""

    def __init__(self, handset: Handset) -> None:
        self.all: list[HandsetEvent] = []
        self._next = 0
        self._changed = threading.Condition()
        handset.subscribe(self._hear)

    def wait_for(self, kind: type[E], timeout: float = PATIENCE) -> E:
        """The next event of this kind; those before it are passed over."""
        found: list[E] = []

        def there() -> bool:
            while self._next < len(self.all) and not found:
                event = self.all[self._next]
                self._next += 1
                if isinstance(event, kind):
                    found.append(event)
            return bool(found)

        with self._changed:
            if not self._changed.wait_for(there, timeout):
                raise TimeoutError(f"no {kind.__name__} in {timeout:g} s; {self.told()}")
        return found[0]

    def told(self) -> list[str]:
        """The kinds of all events so far."""
        return [event.kind for event in self.all]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds that events bring about."""
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE), self.told()

    def _hear(self, event: HandsetEvent) -> None:
        with self._changed:
            self.all.append(event)
            self._changed.notify_all()
