"""A made-up /sys and /dev with USB devices, in the shape that Linux gives them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

MODEM = "1-1.4"
"""Bus 1, port 1 of the root hub, port 4 of the hub there."""


class UsbTree:
    """`sysfs` and `devfs` below a directory. What is on disk is all it knows: any process may
    make one for the same directory and go on."""

    def __init__(self, root: Path) -> None:
        self.sysfs = root / "sys"
        self.devfs = root / "dev"
        self._ttys = self.sysfs / "class" / "tty"
        self._ttys.mkdir(parents=True, exist_ok=True)
        self.devfs.mkdir(exist_ok=True)

    def device(self, place: str) -> Path:
        """The directory of the device at a place, there or not."""
        bus, _, ports = place.partition("-")
        directory = self.sysfs / "devices" / "pci0000:00" / "0000:00:14.0" / f"usb{bus}"
        way = ports.split(".")
        for depth in range(1, len(way) + 1):
            directory /= f"{bus}-{'.'.join(way[:depth])}"
        return directory

    def plug(
        self,
        place: str = MODEM,
        number: int = 7,
        *,
        ids: tuple[int, int] = (0x0BAF, 0x0303),
        ttys: Mapping[str, str] = {"1.0": "ttyACM0"},
        other_interfaces: tuple[str, ...] = ("1.1",),
    ) -> None:
        """Plug a device in, and the hubs above it.

        ttys: interface -> its tty as cdc-acm has it, or as usb-serial has it (`ttyUSB…`), there
        several names with spaces between for a converter with several ports.
        """
        bus = place.partition("-")[0]
        device = self.device(place)
        for hub in (device.parent, *device.parent.parents):
            if not hub.is_relative_to(self.device(f"{bus}-1").parent):
                break
            self._attributes(hub, int(bus), 1, (0x1D6B, 2))
        self._attributes(device, int(bus), number, ids)
        for interface in (*ttys, *other_interfaces):
            (device / f"{place}:{interface}").mkdir(exist_ok=True)
        for interface, names in ttys.items():
            for port, name in enumerate(names.split()):
                self._tty(device / f"{place}:{interface}", name, port)

    def unplug(self, place: str = MODEM) -> None:
        """Take a device out."""
        for tty in self.device(place).rglob("tty/*"):
            (self._ttys / tty.name).unlink()
            (self.devfs / tty.name).unlink()
        shutil.rmtree(self.device(place))

    def plain_tty(self, name: str, behind: str = "") -> None:
        """A tty that is not on USB; behind: its device's directory, if it has one."""
        (self.devfs / name).touch()
        tty = self.sysfs / "devices" / (behind or "virtual") / "tty" / name
        tty.mkdir(parents=True)
        (self._ttys / name).symlink_to(tty)
        if behind:
            (tty / "device").symlink_to(self.sysfs / "devices" / behind)

    def _attributes(self, device: Path, bus: int, number: int, ids: tuple[int, int]) -> None:
        device.mkdir(parents=True, exist_ok=True)
        (device / "busnum").write_text(f"{bus}\n")
        (device / "devnum").write_text(f"{number}\n")
        (device / "idVendor").write_text(f"{ids[0]:04x}\n")
        (device / "idProduct").write_text(f"{ids[1]:04x}\n")

    def _tty(self, interface: Path, name: str, port: int) -> None:
        owner = interface
        if name.startswith("ttyUSB"):
            owner = interface / name
            owner.mkdir()
            (owner / "port_number").write_text(f"{port}\n")
        tty = owner / "tty" / name
        tty.mkdir(parents=True)
        (tty / "device").symlink_to(owner)
        (self._ttys / name).symlink_to(tty)
        (self.devfs / name).touch()
