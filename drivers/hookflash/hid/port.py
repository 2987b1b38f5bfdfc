"""The seam between drivers and HID devices: whole reports, one at a time."""

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HidInfo:
    """What a device is, before it is opened.

    path: what opens it; two entries with one path are one device. usages: usages of its top-level
    collections (page << 16 | id), empty where the system does not tell. interface: USB interface
    number, -1 if none. place: where on USB it is plugged in, `1-1.4`; "" where that is not told.
    """

    path: str
    vendor_id: int
    product_id: int
    manufacturer: str = ""
    product: str = ""
    serial: str = ""
    release: int = 0
    interface: int = -1
    usages: tuple[int, ...] = ()
    place: str = ""

    def __str__(self) -> str:
        ids = f"{self.vendor_id:04x}:{self.product_id:04x}"
        return f"{self.product or 'HID device'} ({ids}) at {self.path}"


class HidPort(ABC):
    """An open HID device. One thread reads; any thread writes and closes.

    A report is bytes whose first byte is the report id; 0 if the device does not number reports,
    then the first byte of data follows it all the same.
    """

    def __init__(self, info: HidInfo, descriptor: bytes) -> None:
        self.info = info
        self.descriptor = descriptor
        """The report descriptor's raw bytes."""

    @abstractmethod
    def read(self) -> bytes:
        """Wait for the next input report. Empty once the port was closed; DeviceLost if the
        device went away."""

    @abstractmethod
    def write(self, report: bytes) -> None:
        """Send an output report. DeviceLost if it cannot be sent."""

    @abstractmethod
    def get_input(self, report_id: int, size: int) -> bytes:
        """Ask for an input report's present state, `size` bytes with the id; empty if the device
        does not answer that."""

    @abstractmethod
    def get_feature(self, report_id: int, size: int) -> bytes:
        """Read a feature report, `size` bytes with the id; NotSupported if it has none."""

    @abstractmethod
    def send_feature(self, report: bytes) -> None:
        """Write a feature report. NotSupported if the device refuses, DeviceLost if it is gone."""

    @abstractmethod
    def close(self) -> None:
        """Release the device: again, after an unplug and from any thread, does no harm."""
