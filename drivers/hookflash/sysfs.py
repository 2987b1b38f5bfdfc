"""USB devices, and which of them is behind a node, by sysfs. For Linux only.

A USB device's directory in sysfs has its place for a name: bus, then the ports on the way, `1-1.4`
(Linux, Documentation/ABI/stable/sysfs-bus-usb).
"""

import re
from dataclasses import dataclass
from pathlib import Path

SYSFS = Path("/sys")

PLACE = re.compile(r"(\d+)-(\d+(?:\.\d+)*)")
"""A place in sysfs' words; root hubs (`usb1`) have another name, interfaces a colon."""


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A USB device, as the kernel has read its descriptors. Strings are "" where it has none."""

    place: str
    vendor_id: int
    product_id: int
    manufacturer: str = ""
    product: str = ""
    serial: str = ""
    node: str = ""
    """In usbfs: `/dev/bus/usb/001/007`."""


def usb_devices(sysfs: Path = SYSFS) -> list[UsbDevice]:
    """Every USB device but the root hubs, by place."""
    directories = entries(sysfs / "bus" / "usb" / "devices")
    devices = (_device(entry) for entry in directories if PLACE.fullmatch(entry.name))
    return [device for device in devices if device is not None]


def usb_directory(behind: Path) -> Path | None:
    """The directory of the USB device that a device's directory lies in; None if it is not on USB.

    behind: resolved, such as what `/sys/class/tty/ttyACM0/device` leads to.
    """
    for device in behind.parents:
        if all((device / name).is_file() for name in ("busnum", "devnum", "idVendor")):
            return device if PLACE.fullmatch(device.name) else None
    return None


def place_of_node(path: str, subsystem: str, sysfs: Path = SYSFS) -> str:
    """The USB place of a node of this subsystem (`tty`, `hidraw`); "" if it has none."""
    name = Path(path).resolve().name
    directory = usb_directory((sysfs / "class" / subsystem / name / "device").resolve())
    return directory.name if directory is not None else ""


def read(path: Path) -> str:
    """An attribute's text; "" where there is none, or none any more."""
    try:
        return path.read_text(errors="replace").strip()
    except OSError:  # the device may go at any time, between any two looks
        return ""


def entries(directory: Path) -> list[Path]:
    """What is in a directory, in order; nothing where there is none, or none any more."""
    try:
        return sorted(directory.iterdir())
    except OSError:  # as in read
        return []


def _device(directory: Path) -> UsbDevice | None:
    """None if it went away meanwhile."""
    names = ("idVendor", "idProduct", "busnum", "devnum", "manufacturer", "product", "serial")
    told = {name: read(directory / name) for name in names}
    try:
        vendor, product = int(told["idVendor"], 16), int(told["idProduct"], 16)
        node = f"/dev/bus/usb/{int(told['busnum']):03}/{int(told['devnum']):03}"
    except ValueError:
        return None
    return UsbDevice(
        place=directory.name,
        vendor_id=vendor,
        product_id=product,
        manufacturer=told["manufacturer"],
        product=told["product"],
        serial=told["serial"],
        node=node,
    )
