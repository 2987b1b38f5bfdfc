"""hidapi's Python module: found, and what we use of it. Imported nowhere else.

Not thread-safe but for one thing: since 0.15 one thread may read from a device while another does
something else with it, for a read keeps its error text apart. Calls that keep Python's lock for
as long as they take, and with it every thread: `open_path`, `close`, the string getters, `error`.
All others, `enumerate` among them, let it go.
"""

import sys
import threading
from typing import Protocol, TypedDict

from ..errors import PortError

EXCLUSIVE = threading.Lock()
"""Held by whoever lists, opens or closes devices: these share one error text in hidapi."""


class Entry(TypedDict, total=False):
    """What `enumerate` tells of a device, or of one of its top-level collections."""

    path: bytes
    vendor_id: int
    product_id: int
    serial_number: str
    release_number: int
    manufacturer_string: str
    product_string: str
    usage_page: int
    usage: int
    interface_number: int


class Handle(Protocol):
    """hidapi's `device`. A failed write answers -1, a failed read or get raises OSError."""

    def open_path(self, path: bytes, /) -> None: ...
    def close(self) -> None: ...
    def error(self) -> str: ...
    def write(self, report: bytes, /) -> int: ...
    def send_feature_report(self, report: bytes, /) -> int: ...

    def read(self, size: int, milliseconds: int, /) -> list[int]:
        """Empty when the time is up; 0 ms is not no time but for ever."""
        ...

    def get_report_descriptor(self) -> list[int]: ...
    def get_input_report(self, report_id: int, size: int, /) -> list[int]: ...
    def get_feature_report(self, report_id: int, size: int, /) -> list[int]: ...


class Library(Protocol):
    """hidapi's module."""

    def enumerate(self) -> list[Entry]: ...
    def device(self) -> Handle: ...


def load() -> Library:
    """Import hidapi; PortError if it is not there.

    On Linux the module `hidraw`, which shares the device with the kernel's driver. The module
    `hid` is libusb there: it takes the device from the kernel, and its volume keys with it.
    """
    try:
        if sys.platform == "linux":
            import hidraw as library
        else:
            import hid as library
    except ImportError as error:
        raise PortError(
            f"open: no Python module {error.name}, which hidapi brings (pip install hidapi); "
            "a hidapi built from source may lack it, the wheel has it"
        ) from error
    return library
