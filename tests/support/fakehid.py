"""hidapi's module as it documents itself, without a device; it complains when it is misused.

Two kinds of device: one whose reads nobody but hidapi can wait for, as on Windows and macOS, and
one that is a tty, whose descriptor can be waited for, as on Linux.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from hookflash.hid.library import Entry, Handle
from hookflash.hid.port import HidInfo

NUMBERED = bytes.fromhex("050b 0905 a101 8502 0920 1500 2501 7501 9501 8122 9507 8103 c0")
"""One input report, id 2, with a hook switch."""

UNNUMBERED = bytes.fromhex("050b 0905 a101 0920 1500 2501 7501 9501 8122 9507 8103 c0")


class FakeHandle:
    """hidapi's `device`. Misuse is noted in `misused`: what crashes the real one or hangs it."""

    def __init__(self, fake: FakeDevice) -> None:
        self._fake = fake
        self._uses: list[str] = []
        self._lock = threading.Lock()
        self._open = False
        self._error = ""

    def open_path(self, path: bytes, /) -> None:
        self._fake.attempts += 1
        if self._fake.refusals:
            self._error = self._fake.refusals.pop(0)
            raise OSError("open failed")
        self._fake.opened(path)
        self._open = True

    def close(self) -> None:
        if self._uses:
            self._fake.misused.append(f"closed while in use: {self._uses}")
        if self._open:
            self._open = False
            self._fake.closes += 1
            self._fake.closed()

    def error(self) -> str:
        return self._error

    def read(self, size: int, milliseconds: int, /) -> list[int]:
        if milliseconds <= 0:
            self._fake.misused.append("read: 0 ms is for ever")
        self._fake.reads.append(milliseconds)
        with self._used("read"):
            report = self._fake.next_report(milliseconds / 1000)
        if report is None:
            raise OSError("read error")
        return list(report[:size])

    def write(self, report: bytes, /) -> int:
        with self._used("write"):
            return self._sent(self._fake.written, report)

    def send_feature_report(self, report: bytes, /) -> int:
        with self._used("write"):
            return self._sent(self._fake.features, report)

    def get_report_descriptor(self) -> list[int]:
        with self._used("get"):
            if not self._fake.descriptor:
                raise OSError("failed to get report descriptor")
            return list(self._fake.descriptor)

    def get_input_report(self, report_id: int, size: int, /) -> list[int]:
        return self._got(self._fake.inputs, report_id, size)

    def get_feature_report(self, report_id: int, size: int, /) -> list[int]:
        return self._got({report[0]: report for report in self._fake.features}, report_id, size)

    def _sent(self, to: list[bytes], report: bytes) -> int:
        if self._fake.gone or self._fake.stalls:
            self._error = "No such device" if self._fake.gone else "Broken pipe"
            return -1
        to.append(report)
        return len(report)

    def _got(self, reports: dict[int, bytes], report_id: int, size: int) -> list[int]:
        with self._used("get"):
            if self._fake.gone or report_id not in reports:
                raise OSError("read error")
            return list(reports[report_id][:size])

    @contextmanager
    def _used(self, what: str) -> Iterator[None]:
        """One read and one other use at a time, as hidapi wants it."""
        if not self._open:
            raise ValueError("not open")
        kind = what if what == "read" else "else"
        with self._lock:
            if kind in self._uses:
                self._fake.misused.append(f"two uses at once: {what}")
            self._uses.append(kind)
        try:
            yield
        finally:
            with self._lock:
                self._uses.remove(kind)


class FakeDevice:
    """A device behind the fake module, as the test sees it. Here, one only hidapi can wait for."""

    def __init__(self, descriptor: bytes = NUMBERED) -> None:
        self.descriptor = descriptor
        self.inputs: dict[int, bytes] = {}
        self.features: list[bytes] = []
        self.written: list[bytes] = []
        self.refusals: list[str] = []
        """Why it cannot be opened, each time it is tried, until this is empty."""
        self.attempts = 0
        self.closes = 0
        self.reads: list[int] = []
        self.misused: list[str] = []
        self.gone = False
        self.stalls = False
        self.info = HidInfo("/dev/null", 0x1209, 0x0B01, "Hookflash", "Test phone", "SN1")
        self._reports: queue.Queue[bytes | None] = queue.Queue()

    def say(self, report: bytes) -> None:
        """Send an input report."""
        self._reports.put(report)

    def unplug(self) -> None:
        self.gone = True
        self._reports.put(None)

    def end(self) -> None:
        """Give back what the test itself holds."""

    # --- hidapi's module ----------------------------------------------------------------------

    def enumerate(self) -> list[Entry]:
        info = self.info
        return [
            Entry(
                path=info.path.encode(),
                vendor_id=info.vendor_id,
                product_id=info.product_id,
                product_string=info.product,
                serial_number=info.serial,
                usage_page=0x0B,
                usage=5,
            )
        ]

    def device(self) -> Handle:
        return FakeHandle(self)

    # --- what the handle does -----------------------------------------------------------------

    def opened(self, path: bytes) -> None:
        assert path == self.info.path.encode()

    def closed(self) -> None:
        pass

    def next_report(self, seconds: float) -> bytes | None:
        """Empty when the time is up; None if the device is gone."""
        if self.gone:
            return None
        try:
            return self._reports.get(timeout=seconds)
        except queue.Empty:
            return b""


class TtyDevice(FakeDevice):
    """A device that is a tty, as hidraw is a node: its reports must be sent one by one."""

    def __init__(self, descriptor: bytes = NUMBERED) -> None:
        super().__init__(descriptor)
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self._keeper = theirs
        self._held = -1
        self.info = HidInfo(os.ttyname(theirs), 0x1209, 0x0B01, "Hookflash", "Test phone", "SN1")

    def say(self, report: bytes) -> None:
        os.write(self._ours, report)

    def unplug(self) -> None:
        self.gone = True
        os.close(self._ours)

    def end(self) -> None:
        if not self.gone:
            os.close(self._ours)
        os.close(self._keeper)

    def opened(self, path: bytes) -> None:
        self._held = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)

    def closed(self) -> None:
        os.close(self._held)

    def next_report(self, seconds: float) -> bytes | None:
        ready = select.poll()
        ready.register(self._held, select.POLLIN)
        for _, events in ready.poll(seconds * 1000):
            if events & (select.POLLHUP | select.POLLERR):
                return None
            return os.read(self._held, 64)
        return b""
