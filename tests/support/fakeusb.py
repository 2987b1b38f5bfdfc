"""A pyusb backend that has one simulated phone on its bus, and behaves as libusb does on Linux.

What would crash the process or hang it in real life (a use after the close) is noted in `misused`.
"""

# ruff: noqa: ARG002 - the seam is pyusb's

from __future__ import annotations

import errno
import threading
from array import array
from collections import deque
from types import SimpleNamespace
from typing import NoReturn

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from hookflash.errors import DeviceLost
from hookflash.simulated.vendor_phone import SimulatedVendorPhone

USBFS = "usbfs"
"""Who has an interface that a program claimed."""

HELD = "usbfs of another"
"""The same, by another program."""

ENDPOINT = 0x81

NO_DEVICE = (-4, errno.ENODEV, "No such device (it may have been disconnected)")
ACCESS = (-3, errno.EACCES, "Access denied (insufficient permissions)")
NOT_FOUND = (-5, errno.ENOENT, "Entity not found")
BUSY = (-6, errno.EBUSY, "Resource busy")
PIPE = (-9, errno.EPIPE, "Pipe error")
IO = (-1, errno.EIO, "Input/Output Error")
"""libusb's errors as pyusb tells them (usb/backend/libusb1.py)."""


def fail(what: tuple[int, int, str]) -> NoReturn:
    code, number, text = what
    raise USBError(text, code, number)


class FakeUsb(IBackend):
    """The bus. kernel: the driver that the kernel has for the phone; empty: none."""

    def __init__(self, phone: SimulatedVendorPhone, kernel: str = "yealink") -> None:
        super().__init__()
        self.phone = phone
        self.kernel = kernel
        self.owner = kernel
        """Who has the HID interface."""
        self.open_handles = 0
        self._claimed_by: SimpleNamespace | None = None
        self.denied = False
        self.blind = False
        self.answers_descriptor = True
        self.wire_errors: deque[tuple[int, int, str]] = deque()
        """What the next reads fail with."""
        self.driver_comes_between = 0
        """So many times the kernel binds its driver just before a claim."""
        self.reads_late = False
        """The next read reaches the kernel only when the interface was released."""
        self.release_wakes = True
        self.halted = False
        self.deaf = False
        """Takes no control transfer: it times out."""
        self.reads = 0
        self.misused: list[str] = []
        self._reports: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._plugged = True
        self._reading = 0
        phone.attach(self)

    # --- what the phone tells -----------------------------------------------------------------

    def deliver(self, report: bytes) -> None:
        with self._changed:
            self._reports.append(report[1:])
            self._changed.notify_all()

    def unplugged(self) -> None:
        with self._changed:
            self._plugged = False
            self.owner = ""
            self._claimed_by = None
            self._changed.notify_all()

    def wait_for_reader(self, seconds: float = 5.0) -> None:
        """Until somebody waits for a report."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._reading > 0, seconds), "nobody reads"

    # --- descriptors --------------------------------------------------------------------------

    def enumerate_devices(self) -> list[str]:
        if self.blind:
            fail(IO)
        return ["phone"] if self._plugged else []

    def get_device_descriptor(self, dev: str) -> SimpleNamespace:
        model = self.phone.model
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0110, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=8, idVendor=model.vendor_id,
            idProduct=model.product_id, bcdDevice=model.release, iManufacturer=1, iProduct=2,
            iSerialNumber=3, bNumConfigurations=1, address=5, bus=1, port_number=4,
            port_numbers=(1, 4), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: str, config: int) -> SimpleNamespace:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=100, bNumInterfaces=4,
            bConfigurationValue=1, iConfiguration=0, bmAttributes=0x80, bMaxPower=50,
            extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(
        self, dev: str, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        if intf > self.phone.interface or alt:
            raise IndexError(intf)
        is_hid = intf == self.phone.interface
        size = len(self.phone.get_report_descriptor())
        hid = [9, 0x21, 0x10, 0x01, 0, 1, 0x22, size & 0xFF, size >> 8]
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=intf, bAlternateSetting=0,
            bNumEndpoints=int(is_hid), bInterfaceClass=3 if is_hid else 1, bInterfaceSubClass=0,
            bInterfaceProtocol=0, iInterface=0, extra_descriptors=hid if is_hid else [],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, dev: str, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        if ep:
            raise IndexError(ep)
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=ENDPOINT, bmAttributes=3,
            wMaxPacketSize=self.phone.report_size, bInterval=10, bRefresh=0, bSynchAddress=0,
            extra_descriptors=[],
        )  # fmt: skip

    # --- who has it ---------------------------------------------------------------------------

    def open_device(self, dev: str) -> SimpleNamespace:
        self._must_be_there()
        if self.denied:
            fail(ACCESS)
        self.open_handles += 1
        return SimpleNamespace(open=True)

    def close_device(self, handle: SimpleNamespace) -> None:
        if self._reading:
            self.misused.append("closed while somebody reads")
        self._must_be_open(handle)
        handle.open = False
        self.open_handles -= 1
        if self._claimed_by is handle:
            self.owner = ""
            self._claimed_by = None

    def get_configuration(self, handle: SimpleNamespace) -> int:
        return 1

    def is_kernel_driver_active(self, handle: SimpleNamespace, intf: int) -> bool:
        self._must_be_there()
        return self.owner not in ("", USBFS, HELD)

    def detach_kernel_driver(self, handle: SimpleNamespace, intf: int) -> None:
        self._must_be_there()
        if self.owner in ("", USBFS, HELD):
            fail(NOT_FOUND)
        self.owner = ""

    def attach_kernel_driver(self, handle: SimpleNamespace, intf: int) -> None:
        self._must_be_open(handle)
        self._must_be_there()
        if self.owner:
            fail(BUSY)
        if not self.kernel:
            fail(NOT_FOUND)
        self.owner = self.kernel

    def claim_interface(self, handle: SimpleNamespace, intf: int) -> None:
        self._must_be_there()
        assert intf == self.phone.interface
        if self.driver_comes_between and not self.owner:
            self.driver_comes_between -= 1
            self.owner = self.kernel
        if self.owner and self._claimed_by is not handle:
            fail(BUSY)
        self.owner = USBFS
        self._claimed_by = handle

    def release_interface(self, handle: SimpleNamespace, intf: int) -> None:
        self._must_be_open(handle)
        with self._changed:
            self._must_be_there()
            if self._claimed_by is not handle:
                fail(NOT_FOUND)
            self.owner = ""
            self._claimed_by = None
            if self.release_wakes:
                self._changed.notify_all()

    # --- transfers ----------------------------------------------------------------------------

    def intr_read(
        self, handle: SimpleNamespace, ep: int, intf: int, buff: array[int], timeout: int
    ) -> int:
        self._must_be_open(handle)
        assert (ep, intf) == (ENDPOINT, self.phone.interface)
        with self._changed:
            self.reads += 1
            if self.reads_late:
                self.reads_late = False
                self._changed.notify_all()
                assert self._changed.wait_for(lambda: self.owner != USBFS, 5.0)
            self._must_be_there()
            if not self.owner:  # Linux claims it for the transfer (devio.c, checkintf)
                self.owner, self._claimed_by = USBFS, handle
            if self.wire_errors:
                error = self.wire_errors.popleft()
                self.halted = self.halted or error == PIPE
                fail(error)
            if self.halted:
                fail(PIPE)
            self._reading += 1
            self._changed.notify_all()
            try:
                ended = self._changed.wait_for(self._has_news, timeout / 1000)
            finally:
                self._reading -= 1
            if not ended:
                raise USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
            self._must_be_there()
            if not self._reports:  # released: the transfer ends with nothing
                return 0
            report = self._reports.popleft()
        if len(report) > len(buff):
            fail((-8, errno.EOVERFLOW, "Overflow"))
        buff[: len(report)] = array("B", report)
        return len(report)

    def _has_news(self) -> bool:
        released = self.release_wakes and self.owner != USBFS
        return bool(self._reports) or released or not self._plugged

    def clear_halt(self, handle: SimpleNamespace, ep: int) -> None:
        self._must_be_open(handle)
        self.halted = False

    def ctrl_transfer(
        self,
        handle: SimpleNamespace,
        bmRequestType: int,  # noqa: N803
        bRequest: int,  # noqa: N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: N803
        data: array[int],
        timeout: int,
    ) -> int:
        self._must_be_open(handle)
        self._must_be_there()
        assert 0 < timeout < 10_000
        assert wIndex == self.phone.interface
        if self.deaf:
            raise USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        match bmRequestType, bRequest, wValue:
            case 0x81, 0x06, 0x2200 if self.answers_descriptor:
                descriptor = self.phone.get_report_descriptor()[: len(data)]
                data[: len(descriptor)] = array("B", descriptor)
                return len(descriptor)
            case 0xA1, 0x01, 0x0100:
                report = self.phone.get_input(0, len(data) + 1)[1:]
                if not report:
                    fail(PIPE)
                data[: len(report)] = array("B", report)
                return len(report)
            case 0x21, 0x09, 0x0200:
                try:
                    self.phone.set_report(data.tobytes())
                except DeviceLost:
                    self._must_be_there()
                    fail(PIPE)
                return len(data)
            case _:
                fail(PIPE)

    def _must_be_there(self) -> None:
        if not self._plugged:
            fail(NO_DEVICE)

    def _must_be_open(self, handle: SimpleNamespace) -> None:
        if not handle.open:
            self.misused.append("used after its close")
            raise AssertionError("libusb would crash")
