"""The port to real HID devices, by hidapi. The only place where its errors become ours.

Run on Linux. The ways for Windows and macOS are written by hidapi's documentation and its source
and were not run.
"""

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import DeviceLost, NotSupported, PortError
from .items import CutItem, Tag, read_items
from .library import EXCLUSIVE, Handle, Library, load
from .port import HidInfo, HidPort
from .uses import Uses

if sys.platform == "linux":
    from . import nodes

log = logging.getLogger(__name__)

OPEN_SECONDS = 3.0
"""How long a device may refuse to be opened: udev sets permissions only after it has appeared."""

RETRY_SECONDS = 0.05

READ_MS = 1000
"""Where a read cannot be woken: between looks at a close. One wake-up a second is the most that a
telephone at rest may cost."""

CLOSE_SECONDS = 1.5
"""How long `close` waits for those who still use the device; the last of them releases it."""

REPORT_BYTES = 16384
"""The longest report (Linux, include/linux/hid.h: HID_MAX_BUFFER_SIZE)."""


class HidApiPort(HidPort):
    """An open HID device. Made on the thread that opens devices: to open one stops every Python
    thread for as long as the system takes, and so does the end of a close.

    hidapi must not close a device that somebody uses (it frees what is read into). So each use is
    counted, and whoever leaves last closes it.

    Linux keeps 64 unread reports for us and drops what comes then (hidraw.h, HIDRAW_BUFFER_SIZE):
    who reads must do nothing else.
    """

    def __init__(self, info: HidInfo, library: Library | None = None) -> None:
        self._handle: Handle = (library or load()).device()
        self._waiter = _open(self._handle, info)
        try:
            descriptor = _descriptor(self._handle, info)
        except PortError:
            self._release()
            raise
        super().__init__(info, descriptor)
        self._numbered = _numbered(descriptor)
        self._uses = Uses(self._release, str(info))
        # All but reads: they share one error text in hidapi.
        self._control = threading.Lock()

    def read(self) -> bytes:
        while self._uses.enter():
            try:
                data = self._read()
            finally:
                self._uses.leave()
            if data:
                return data if self._numbered else b"\0" + data
        return b""

    def write(self, report: bytes) -> None:
        if not 2 <= len(report) <= REPORT_BYTES:
            raise NotSupported(
                f"write {self.info}: a report has its id and up to {REPORT_BYTES - 1} bytes, "
                f"and no less than one; this has {len(report)} in all"
            )
        with self._controlled("write"):
            if self._handle.write(report) < 0:
                raise DeviceLost(
                    f"write {self.info}: the device is gone, or does not take this report "
                    f"({self._handle.error()})"
                )

    def get_input(self, report_id: int, size: int) -> bytes:
        with self._controlled("get input report"):
            try:
                return bytes(self._handle.get_input_report(report_id, size))
            except OSError as error:
                log.debug("get input report %d of %s: %s", report_id, self.info, error)
                return b""

    def get_feature(self, report_id: int, size: int) -> bytes:
        with self._controlled("get feature report"):
            try:
                return bytes(self._handle.get_feature_report(report_id, size))
            except OSError as error:
                raise self._refused("get feature report", report_id) from error

    def send_feature(self, report: bytes) -> None:
        with self._controlled("send feature report"):
            if self._handle.send_feature_report(report) < 0:
                raise self._refused("send feature report", report[0])

    def close(self) -> None:
        if not self._uses.close(self._wake, CLOSE_SECONDS):
            log.debug("close %s: still in use, whoever leaves last releases it", self.info)

    @contextmanager
    def _controlled(self, what: str) -> Iterator[None]:
        """Anything but a read: one at a time."""
        with self._uses.one(what), self._control:
            yield

    def _wake(self) -> None:
        if self._waiter is not None:
            self._waiter.wake()

    def _release(self) -> None:
        with EXCLUSIVE:
            self._handle.close()
        if self._waiter is not None:
            self._waiter.close()

    # --- hidapi's errors ----------------------------------------------------------------------

    def _read(self) -> bytes:
        """The next report as the device sends it; empty if there was none."""
        milliseconds = READ_MS
        if self._waiter is not None:
            self._waiter.wait()
            milliseconds = 1
            if self._uses.closing:
                return b""
        try:
            return bytes(self._handle.read(REPORT_BYTES, milliseconds))
        except OSError as error:
            if self._uses.closing:
                return b""
            raise DeviceLost(f"read {self.info}: the device is gone ({error})") from error

    def _refused(self, what: str, report_id: int) -> NotSupported | DeviceLost:
        if sys.platform == "linux" and not Path(self.info.path).exists():
            return DeviceLost(f"{what} {report_id} of {self.info}: the device is gone")
        return NotSupported(
            f"{what} {report_id} of {self.info}: the device refuses it ({self._handle.error()})"
        )


def _open(handle: Handle, info: HidInfo) -> "nodes.Waiter | None":
    """Open the device; return what waits for its reports, None where nothing can but hidapi."""
    deadline = time.monotonic() + OPEN_SECONDS
    while True:
        try:
            with EXCLUSIVE:
                if sys.platform == "linux":
                    return nodes.opened(info, lambda: _open_path(handle, info))
                return _open_path(handle, info)
        except PortError as error:
            if time.monotonic() > deadline:
                raise
            log.debug("%s; tried again", error)
        # No event tells that a device can be opened now: permissions change without a word, and
        # the system's notice of a new device comes before.
        time.sleep(RETRY_SECONDS)


def _open_path(handle: Handle, info: HidInfo) -> None:
    try:
        handle.open_path(info.path.encode())
    except OSError as error:
        cure = "is it plugged in? may this user open it, and does no other program hold it?"
        raise PortError(f"open {info}: {handle.error() or error}; {cure}") from error


def _descriptor(handle: Handle, info: HidInfo) -> bytes:
    """The report descriptor's bytes: on Windows made anew from what the system kept of it."""
    if sys.platform == "linux":
        with suppress(OSError):
            return nodes.descriptor_of(info.path)
    try:
        return bytes(handle.get_report_descriptor())
    except OSError as error:
        raise PortError(f"open {info}: no report descriptor ({handle.error()})") from error


def _numbered(descriptor: bytes) -> bool:
    """Do reports begin with an id? hidapi leaves the byte away if the device does not send it."""
    with suppress(CutItem):
        return any(tag == Tag.REPORT_ID for _, tag, _, _ in read_items(descriptor))
    return False
