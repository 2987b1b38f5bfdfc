"""USB devices that have a HID interface, without opening one. For Linux only."""

from pathlib import Path

from ..hid.port import HidInfo
from ..sysfs import SYSFS, UsbDevice, entries, read, usb_devices

_HID_CLASS = "03"


def list_devices(sysfs: Path = SYSFS) -> list[HidInfo]:
    """Every one of them, by place."""
    found = []
    for device in usb_devices(sysfs):
        directory = sysfs / "bus" / "usb" / "devices" / device.place
        interface = _hid_interface(directory)
        if interface is not None:
            found.append(_info(device, directory, interface))
    return found


def _info(device: UsbDevice, directory: Path, interface: int) -> HidInfo:
    return HidInfo(
        path=device.node,
        vendor_id=device.vendor_id,
        product_id=device.product_id,
        manufacturer=device.manufacturer,
        product=device.product,
        serial=device.serial,
        release=int(read(directory / "bcdDevice") or "0", 16),
        interface=interface,
        place=device.place,
    )


def _hid_interface(directory: Path) -> int | None:
    """Number of the first HID interface."""
    for entry in entries(directory):
        if entry.name.startswith(f"{directory.name}:"):
            number = read(entry / "bInterfaceNumber")
            if read(entry / "bInterfaceClass") == _HID_CLASS and number:
                return int(number, 16)
    return None
