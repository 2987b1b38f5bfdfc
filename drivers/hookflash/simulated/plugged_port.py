"""An opening of a simulated device: its HID port."""

import queue

from ..errors import DeviceLost, PortError
from ..hid.port import HidPort
from .plugged import PluggedDevice


class PluggedPort(HidPort):
    """One opening of a simulated device; there may be several at once, as with real ones."""

    def __init__(self, device: PluggedDevice, descriptor: bytes) -> None:
        super().__init__(device.info, descriptor)
        self.device = device
        self._reports: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended = ""
        try:
            device.attach(self)
        except DeviceLost as error:
            raise PortError(
                f"open {self.info.path}: there is no such device; is it plugged in?"
            ) from error

    def read(self) -> bytes:
        report = self._reports.get() if not self._ended else None
        if report is not None:
            return report
        self._reports.put(None)
        if self._ended == "unplugged":
            raise DeviceLost(f"read {self.info.path}: unplugged")
        return b""

    def write(self, report: bytes) -> None:
        self._must_be_open("write")
        self.device.write(report)

    def get_input(self, report_id: int, size: int) -> bytes:
        self._must_be_open("get input report")
        return self.device.get_input(report_id, size)

    def get_feature(self, report_id: int, size: int) -> bytes:
        self._must_be_open("get feature report")
        return self.device.get_feature(report_id, size)

    def send_feature(self, report: bytes) -> None:
        self._must_be_open("send feature report")
        self.device.send_feature(report)

    def close(self) -> None:
        self.device.detach(self)
        self._end("closed")

    # --- what the device tells ----------------------------------------------------------------

    def deliver(self, report: bytes) -> None:
        """An input report arrived."""
        self._reports.put(report)

    def unplugged(self) -> None:
        """The device is gone."""
        self._end("unplugged")

    def _end(self, how: str) -> None:
        with self.device.exchange.lock:
            self._ended = self._ended or how
        self._reports.put(None)

    def _must_be_open(self, verb: str) -> None:
        if self._ended:
            raise DeviceLost(f"{verb} {self.info.path}: {self._ended}")
