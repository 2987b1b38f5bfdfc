"""Which modems are plugged in, and which one a URL means.

modem:                              the only one that the table of devices knows
modem:0baf:0303                     vendor and product id, in the table or not
modem:0baf:0303?serial=00A1         of several alike, this one
modem:0baf:0303?place=1-1.4         the one at this USB place
modem:12d1:1001?interface=2         of a device's several serial ports, the one of this interface

A device without a row in the table may be anything that has a serial port: it must be named.
"""

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from .. import catalog, deviceurl
from ..errors import NothingPluggedIn, PortError, SeveralPluggedIn
from .port import Port, SerialPort

log = logging.getLogger(__name__)

_LOOKS = 3
"""Times that the serial ports are listed where one goes away meanwhile."""


@dataclass(frozen=True, slots=True)
class ModemInfo:
    """A serial port on USB, before it is opened.

    path: what opens it; "" of a known modem that has no serial port (yet). place: USB's `1-1.4`;
    "" where the system does not tell. interface: USB interface number of the serial port.
    """

    path: str
    vendor_id: int
    product_id: int
    product: str = ""
    serial: str = ""
    place: str = ""
    interface: int = 0

    @property
    def known(self) -> catalog.Known | None:
        """Its row in the table of devices, if that is a modem's."""
        row = catalog.find(self.vendor_id, self.product_id)
        return row if row is not None and row.driver == "modem" else None

    @property
    def name(self) -> str:
        """For people: the table's name, else what it calls itself."""
        return self.known.name if self.known else self.product or "unnamed serial port"

    def __str__(self) -> str:
        ids = catalog.usb_text(self.vendor_id, self.product_id)
        at = self.path or (f"USB {self.place}" if self.place else "USB")
        return f"{self.name} ({ids}) at {at}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which modem a URL means. Each that is set must fit; none set: the only known one."""

    vendor_id: int = 0
    product_id: int = 0
    serial: str = ""
    place: str = ""
    interface: int | None = None

    def fits(self, info: ModemInfo) -> bool:
        """Is it that one?"""
        ids = (self.vendor_id, self.product_id)
        if ids == (0, 0) and info.known is None:
            return False
        return (
            ids in ((0, 0), (info.vendor_id, info.product_id))
            and self.serial in ("", info.serial)
            and self.place in ("", info.place)
            # Without a serial port there are no interfaces to tell apart.
            and (self.interface in (None, info.interface) or not info.path)
        )


def list_modems() -> list[ModemInfo]:
    """Every serial port on USB, and known modems that have none: what can be a modem."""
    return with_portless(_ports(), _usb_devices())


def open_port(url: str) -> Port:
    """Open the modem that a URL means; PortError names what is wrong, and the cure."""
    return SerialPort(choose(url, list_modems()).path)


def choose(url: str, modems: Iterable[ModemInfo]) -> ModemInfo:
    """The modem that a URL means. PortError, with what is there instead, unless it is one that has
    its serial port: NothingPluggedIn, SeveralPluggedIn."""
    wanted = wanted_by(url)
    every = list(modems)
    fit = [info for info in every if wanted.fits(info)]
    if not fit:
        what = "no modem is plugged in" if wanted == Wanted() else "no such modem is plugged in"
        there = f"; there is {listed(every)}" if every else ""
        raise NothingPluggedIn(f"open {url}: {what}; plug it in, or name another device{there}")
    if len(fit) > 1:
        alike = len({(info.serial, info.place) for info in fit}) == 1
        why = "it has several serial ports" if alike else "several modems fit"
        raise SeveralPluggedIn(f"open {url}: {why}; name one: {listed(fit, every)}")
    (info,) = fit
    if not info.path:
        raise PortError(f"open {url}: {info} is plugged in, but {portless()}")
    return info


def portless() -> str:
    """Why a modem that is plugged in may have no serial port, and the cure."""
    if sys.platform == "linux":
        return (
            "it has no serial port (yet): the kernel's module for it (cdc_acm) may be missing, and "
            "a container must be given its node (/dev/ttyACM0)"
        )
    return "it has no serial port (yet): install its driver"


def wanted_by(url: str) -> Wanted:
    """Read a URL; PortError if it is none of ours."""
    read = deviceurl.read(url, "modem", ("serial", "place", "interface"))
    interface = read.get("interface")
    if read.path:
        raise PortError(f"open {url}: a serial port is named by its path alone: {read.path}")
    if interface and not interface.isdecimal():
        raise PortError(f"open {url}: interface {interface!r} is no number of a USB interface")
    return Wanted(
        vendor_id=read.vendor_id,
        product_id=read.product_id,
        serial=read.get("serial"),
        place=read.get("place"),
        interface=int(interface) if interface else None,
    )


def url_of(info: ModemInfo, modems: Iterable[ModemInfo]) -> str:
    """A URL that means this one among these: by ids and serial number if they tell it, for they
    stay the same wherever it is plugged in; else by its place; else by its path."""
    every = list(modems)
    for url in _urls(info):
        if sum(wanted_by(url).fits(other) for other in every) == 1:
            return url
    return info.path


def listed(some: Iterable[ModemInfo], every: Sequence[ModemInfo] | None = None) -> str:
    """For a message: URL and name of each."""
    some = list(some)
    among = some if every is None else every
    return ", ".join(f"{url_of(info, among)} ({info.name})" for info in some)


def with_portless(
    ports: Sequence[ModemInfo], devices: Iterable[tuple[str, int, int, str]]
) -> list[ModemInfo]:
    """The serial ports, and those known modems among the USB devices (place, ids, serial number)
    that have none."""
    places = {info.place for info in ports}
    others = (
        ModemInfo("", vendor, product, serial=serial, place=place)
        for place, vendor, product, serial in devices
        if place not in places
    )
    return [*ports, *(info for info in others if info.known)]


def _urls(info: ModemInfo) -> Iterator[str]:
    write = partial(deviceurl.write, "modem", info.vendor_id, info.product_id)
    for name, value in (("serial", info.serial), ("place", info.place)):
        if value:
            yield write(**{name: value})
            yield write(**{name: value}, interface=str(info.interface))
    yield write()
    yield write(interface=str(info.interface))


def _ports() -> list[ModemInfo]:
    """The serial ports on USB, by pyserial: `/dev/ttyACM0`, `/dev/cu.usbmodem1`, `COM3`."""
    for look in range(_LOOKS):
        try:
            found = [_info(port) for port in list_ports.comports() if port.vid is not None]
        except (OSError, TypeError) as error:  # TypeError: attributes of what went meanwhile
            log.debug("list serial ports, look %d: %s", look + 1, error)
        else:
            return sorted(found, key=lambda info: (info.place, info.interface, info.path))
    log.warning("list serial ports: they come and go too fast to be listed")
    return []


def _info(port: ListPortInfo) -> ModemInfo:
    # Location: the place; of a device with several interfaces `1-1.4:1.2`, configuration and
    # interface after the colon (Linux, and Windows with an x for the configuration).
    place, _, interface = (port.location or "").partition(":")
    number = interface.rpartition(".")[2]
    return ModemInfo(
        path=port.device,
        vendor_id=port.vid or 0,
        product_id=port.pid or 0,
        product=port.product or "",
        serial=port.serial_number or "",
        place=place,
        interface=int(number) if number.isdecimal() else 0,
    )


def _usb_devices() -> Iterable[tuple[str, int, int, str]]:
    """Every USB device: place, ids, serial number; nothing where that is not told (yet)."""
    if sys.platform != "linux":
        return []
    from ..sysfs import usb_devices  # needs what only Linux has

    return [(one.place, one.vendor_id, one.product_id, one.serial) for one in usb_devices()]
