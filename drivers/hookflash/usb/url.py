"""URLs of vendor phones, read. Pure.

usb:                                the only one that is plugged in
usb:6993:b001                       vendor and product id
usb:6993:b001?serial=00A1           of several alike, this one
usb:6993:b001?place=1-1.4           the same, by where it is plugged in (Linux)
usb:/dev/phone/phone-6993-b001-00A1 what is at a path (Linux)
usb:0d8c:000e?keypad=kip1000        a CM109, whose keys lie so; its ids are those of plain sound
                                    sticks too, so it is never taken unless it is named
"""

from dataclasses import dataclass
from pathlib import Path

from .. import deviceurl
from ..catalog import Known, find, usb_text
from ..errors import PortError
from ..hid.port import HidInfo
from .keypads import KEYPADS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which device a URL means. Each that is set must fit.

    keypad: how a CM109's keys lie (`keypads.KEYPADS`); empty for any other phone.
    """

    vendor_id: int = 0
    product_id: int = 0
    serial: str = ""
    place: str = ""
    path: str = ""
    keypad: str = ""

    def fits(self, info: HidInfo) -> bool:
        """Is it that device? Where no ids are told: any phone that may be taken unasked."""
        row = phone(info)
        if self.path:
            return str(Path(self.path).resolve()) == info.path  # udev's links are links to nodes
        if self.vendor_id:
            named = (self.vendor_id, self.product_id) == (info.vendor_id, info.product_id)
        else:
            named = row is not None and row.chosen
        return named and self.serial in ("", info.serial) and self.place in ("", info.place)


def phone(info: HidInfo) -> Known | None:
    """Its row of the catalog, if that makes it a vendor phone."""
    row = find(info.vendor_id, info.product_id)
    return row if row is not None and row.driver == "usb" else None


def wanted_by(url: str) -> Wanted:
    """Read a URL; PortError if it is none of ours, or names a device that cannot be driven so."""
    read = deviceurl.read(url, "usb", ("serial", "place", "keypad"))
    keypad = read.get("keypad")
    if keypad and keypad not in KEYPADS:
        raise PortError(f"open {url}: keypad {keypad!r} is none of {', '.join(KEYPADS)}")
    if read.vendor_id:
        _check(url, read.vendor_id, read.product_id, keypad)
    elif keypad and not read.path:
        raise PortError(f"open {url}: a keypad is of a device that is named; give usb:0d8c:000e")
    return Wanted(
        read.vendor_id,
        read.product_id,
        read.get("serial"),
        read.get("place"),
        read.path,
        keypad,
    )


def keypad_of(url: str) -> str:
    """How the keys of a URL's device lie; empty if it is no CM109. PortError as `wanted_by`."""
    return wanted_by(url).keypad


def _check(url: str, vendor: int, product: int, keypad: str) -> None:
    """Do driver and device go together? With a keypad it is a CM109, whatever its ids."""
    row = find(vendor, product)
    profile = row.profile if row is not None and row.driver == "usb" else ""
    if profile == "cm109" and not keypad:
        raise PortError(
            f"open {url}: how do its keys lie? add ?keypad= with one of {', '.join(KEYPADS)}"
        )
    if not profile and not keypad:
        raise PortError(
            f"open {url}: {usb_text(vendor, product)} is no telephone with a protocol that is "
            "known; a CM109 needs ?keypad=..., a HID telephone hid:"
        )
    if profile not in ("", "cm109") and keypad:
        raise PortError(f"open {url}: only a CM109 has a keypad to be named; leave keypad away")
