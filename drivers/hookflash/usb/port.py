"""The port to a USB device's HID interface, by pyusb. The only place where its errors become ours.

For Linux only: there the kernel's HID leaves these telephones alone (hid-quirks.c,
hid_ignore_list), so they have no hidraw node. Elsewhere hidapi opens them.
"""

import atexit
import errno
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import usb.core
import usb.util
from usb.backend import IBackend
from usb.core import Device, Interface, USBError, USBTimeoutError

from ..devnode import others
from ..errors import (
    DeviceLost,
    NoPermission,
    NothingPluggedIn,
    NotSupported,
    PortBusy,
    PortError,
)
from ..hid.nodes import permission
from ..hid.port import HidInfo, HidPort
from ..hid.uses import Uses

log = logging.getLogger(__name__)

OPEN_SECONDS = 3.0
"""How long a device may refuse to be opened: udev sets permissions only after it has appeared, and
a kernel's driver may come in between."""

RETRY_SECONDS = 0.05

TRANSFER_MS = 1000
"""Deadline of a control transfer. USB 2.0, 9.2.6.4 allows 500 ms for a stage with data."""

READ_MS = 1000
"""Longest wait of one transfer for an input report: then it is begun anew. A close ends it."""

CLOSE_SECONDS = 1.5
"""How long `close` waits for those who still use the device; the last of them releases it."""

TRIES = 5
"""Errors of the wire in a row, TRY_SECONDS apart, after which a device is given up."""

TRY_SECONDS = 0.1

HID_CLASS = 0x03
GET_DESCRIPTOR, HID_DESCRIPTOR, REPORT_DESCRIPTOR = 0x06, 0x21, 0x22
"""HID 1.11, 7.1.1 and 6.2.1."""
GET_REPORT, SET_REPORT = 0x01, 0x09
"""HID 1.11, 7.2."""
INPUT, OUTPUT, FEATURE = 0x0100, 0x0200, 0x0300
"""The same: a report's type, as the high byte of wValue."""
FROM_INTERFACE_STANDARD, FROM_INTERFACE, TO_INTERFACE = 0x81, 0xA1, 0x21
"""bmRequestType, USB 2.0, 9.3: of an interface; standard, of the class, and to the device."""

INTERRUPT = 0x03
"""bmAttributes, USB 2.0, 9.6.6."""

_GONE = (errno.ENODEV, errno.ENOENT, errno.ESHUTDOWN)


class UsbReportPort(HidPort):
    """A USB device's HID interface, taken from the kernel's driver while it is open.

    For devices that do not number their reports. find: gives the device, anew at each try; None if
    it is not there.

    The driver gets it back at `close`, at the latest when the interpreter ends. After a death that
    leaves no time for that (SIGKILL) Linux does not bind it again by itself: the next to open and
    close it does that, or plugging it in again.
    """

    def __init__(self, info: HidInfo, find: Callable[[], Device | None]) -> None:
        self._device, interface = _opened(info, find)
        self._number = interface.bInterfaceNumber
        self._endpoint, self._size = _input_of(info, interface)
        super().__init__(info, _descriptor(self._device, interface, info))
        self._uses = Uses(self._release, str(info))
        self._control = threading.Lock()
        self._errors = 0
        # For an interpreter that ends by an exception. It must come before pyusb's own end, which
        # closes the device under whoever reads; last registered is first called.
        atexit.register(self.close)

    def read(self) -> bytes:
        while self._uses.enter():
            try:
                data = self._read()
            finally:
                self._uses.leave()
            if data:
                return b"\0" + data
        return b""

    def write(self, report: bytes) -> None:
        with self._controlled("write"):
            try:
                self._set_report(OUTPUT, report)
            except USBError as error:
                raise DeviceLost(
                    f"write {self.info}: the device is gone, or does not take this report ({error})"
                ) from error

    def get_input(self, report_id: int, size: int) -> bytes:
        with self._controlled("get input report"):
            try:
                return self._get_report(INPUT, report_id, size)
            except USBError as error:
                log.debug("get input report %d of %s: %s", report_id, self.info, error)
                return b""

    def get_feature(self, report_id: int, size: int) -> bytes:
        with self._controlled("get feature report"):
            try:
                return self._get_report(FEATURE, report_id, size)
            except USBError as error:
                raise self._refused("get feature report", report_id, error) from error

    def send_feature(self, report: bytes) -> None:
        with self._controlled("send feature report"):
            try:
                self._set_report(FEATURE, report)
            except USBError as error:
                raise self._refused("send feature report", report[0], error) from error

    def close(self) -> None:
        if not self._uses.close(self._wake, CLOSE_SECONDS):
            log.debug("close %s: still in use, whoever leaves last releases it", self.info)

    # --- transfers ----------------------------------------------------------------------------

    @contextmanager
    def _controlled(self, what: str) -> Iterator[None]:
        """Anything but a read: one at a time."""
        with self._uses.one(what), self._control:
            yield

    def _set_report(self, kind: int, report: bytes) -> None:
        value, data = kind | report[0], report if report[0] else report[1:]
        sent = self._device.ctrl_transfer(
            TO_INTERFACE, SET_REPORT, value, self._number, data, TRANSFER_MS
        )
        if sent != len(data):
            raise USBError(f"{sent} of {len(data)} bytes were taken", errno=errno.EIO)

    def _get_report(self, kind: int, report_id: int, size: int) -> bytes:
        wanted = size if report_id else size - 1
        data = self._device.ctrl_transfer(
            FROM_INTERFACE, GET_REPORT, kind | report_id, self._number, wanted, TRANSFER_MS
        )
        assert not isinstance(data, int)
        return data.tobytes() if report_id else b"\0" + data.tobytes()

    def _read(self) -> bytes:
        """The next report as the device sends it; empty if there was none."""
        try:
            data = self._device.read(self._endpoint, self._size, READ_MS)
        except USBTimeoutError:
            self._errors = 0
            return b""
        except USBError as error:
            if not self._uses.closing:
                self._stumble(error)
            return b""
        self._errors = 0
        return data.tobytes()

    def _stumble(self, error: USBError) -> None:
        """An error of the wire may pass; DeviceLost when it does not, or is that of an unplug."""
        self._errors += 1
        if error.errno in _GONE or self._errors >= TRIES:
            raise DeviceLost(f"read {self.info}: the device is gone ({error})") from error
        log.debug("read %s: %s; tried again", self.info, error)
        if error.errno == errno.EPIPE:
            _try("clear the halt of", self.info, partial(self._device.clear_halt, self._endpoint))
        time.sleep(TRY_SECONDS)  # nothing tells that a wire is sound again

    def _refused(self, what: str, report_id: int, error: USBError) -> NotSupported | DeviceLost:
        text = f"{what} {report_id} of {self.info}: "
        if error.errno in _GONE:
            return DeviceLost(f"{text}the device is gone ({error})")
        return NotSupported(f"{text}the device refuses it ({error})")

    # --- giving it back -----------------------------------------------------------------------

    def _wake(self) -> None:
        """Linux ends the transfers of an interface that is released (devio.c, releaseintf): who
        waits for a report returns at once."""
        _let_go(self._device, self._number, self.info)

    def _release(self) -> None:
        atexit.unregister(self.close)
        _give_back(self._device, self._number, self.info)


def find(backend: IBackend, info: HidInfo) -> Device | None:
    """The device at a node, `/dev/bus/usb/BBB/DDD`, as libusb has it; None if it is not there.

    PortError if libusb cannot look.
    """
    bus, address = (int(part) for part in info.path.split("/")[-2:])
    ids = {"idVendor": info.vendor_id, "idProduct": info.product_id}
    try:
        return usb.core.find(
            backend=backend, custom_match=lambda d: (d.bus, d.address) == (bus, address), **ids
        )
    except USBError as error:
        raise _open_error(info, error) from error


def _opened(info: HidInfo, find: Callable[[], Device | None]) -> tuple[Device, Interface]:
    """The device, and its interface, claimed; tried until OPEN_SECONDS have passed."""
    deadline = time.monotonic() + OPEN_SECONDS
    while True:
        try:
            return _open_once(info, find())
        except PortError as error:
            if time.monotonic() > deadline:
                raise
            log.debug("%s; tried again", error)
        # No event tells that a device can be opened now.
        time.sleep(RETRY_SECONDS)


def _open_once(info: HidInfo, device: Device | None) -> tuple[Device, Interface]:
    if device is None:
        raise NothingPluggedIn(f"open {info}: there is no such device; is it plugged in?")
    number: int | None = None
    try:
        interface = _hid_interface(info, device)
        _input_of(info, interface)
        number = interface.bInterfaceNumber
        if device.is_kernel_driver_active(number):
            device.detach_kernel_driver(number)
        usb.util.claim_interface(device, number)
    except (USBError, PortError) as error:
        _give_back(device, number, info)
        raise error if isinstance(error, PortError) else _open_error(info, error) from error
    return device, interface


def _hid_interface(info: HidInfo, device: Device) -> Interface:
    for interface in device.get_active_configuration():
        if info.interface in (-1, interface.bInterfaceNumber) and (
            interface.bInterfaceClass == HID_CLASS
        ):
            return interface
    raise PortError(f"open {info}: it has no HID interface; it is no telephone of this kind")


def _input_of(info: HidInfo, interface: Interface) -> tuple[int, int]:
    """Address and size of the interrupt endpoint that reports come from.

    One packet is one report: a longer read would wait for the next one, and a shorter one fail.
    """
    for endpoint in interface:
        if endpoint.bEndpointAddress & 0x80 and endpoint.bmAttributes & 3 == INTERRUPT:
            return endpoint.bEndpointAddress, endpoint.wMaxPacketSize & 0x7FF
    raise PortError(f"open {info}: its HID interface has no interrupt endpoint, and no reports")


def _descriptor(device: Device, interface: Interface, info: HidInfo) -> bytes:
    """The report descriptor; empty if the device does not give it. It is not needed."""
    extra = bytes(interface.extra_descriptors)
    if len(extra) < 9 or extra[1] != HID_DESCRIPTOR:
        return b""
    size = int.from_bytes(extra[7:9], "little")
    try:
        data = device.ctrl_transfer(
            FROM_INTERFACE_STANDARD,
            GET_DESCRIPTOR,
            REPORT_DESCRIPTOR << 8,
            interface.bInterfaceNumber,
            size,
            TRANSFER_MS,
        )
    except USBError as error:
        log.debug("report descriptor of %s: %s", info, error)
        return b""
    assert not isinstance(data, int)
    return data.tobytes()


def _open_error(info: HidInfo, error: USBError) -> PortError:
    """What is wrong, and the cure."""
    what = f"open {info}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return NoPermission(f"{what}: no permission; {permission(info, 'usb')}")
    if error.errno == errno.EBUSY:
        found = others(info.path)
        if found == []:
            return PortBusy(f"{what}: this program has it open already")
        holders = ", ".join(found or ()) or "another program"
        return PortBusy(f"{what}: {holders} holds it; close that program")
    if error.errno in _GONE:
        return NothingPluggedIn(f"{what}: there is no such device; is it plugged in?")
    return PortError(f"{what}: {error.strerror or error}; unplug it and plug it in again")


def _give_back(device: Device, number: int | None, info: HidInfo) -> None:
    """Release the device, and have the kernel bind its driver, whoever took it away: it may have
    been a program that died."""
    if number is not None:
        _let_go(device, number, info)
        _try("give back", info, partial(device.attach_kernel_driver, number))
    _try("close", info, partial(usb.util.dispose_resources, device))


def _let_go(device: Device, number: int, info: HidInfo) -> None:
    """Release the interface.

    Who was just about to read when it was released has claimed it once more: Linux does that for a
    transfer (devio.c, checkintf), and pyusb, which does not know, releases only what it has claimed
    itself. So that is done first.
    """
    _try("claim", info, partial(usb.util.claim_interface, device, number))
    _try("release", info, partial(usb.util.release_interface, device, number))


def _try(verb: str, info: HidInfo, step: Callable[[], None]) -> None:
    """A step that may fail: there is no driver, or the device is gone."""
    try:
        step()
    except (USBError, NotImplementedError) as error:
        log.debug("%s %s: %s", verb, info, error)
