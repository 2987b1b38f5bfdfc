"""Made-up hidraw devices, by umockdev. Run by the system's Python, which alone has its bindings.

Reads commands as JSON, one a line, and answers each with a line: {"result": ...} or {"error": ...}.
A program that is to see the devices runs with the environment that `start` answers.
"""

from __future__ import annotations

import json
import os
import select
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

PATIENCE = 10.0

DESCRIPTION = """\
P: /devices/pci0000:00/usb1/1-{number}
N: bus/usb/001/{number:03}
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
A: busnum=1\\n
A: devnum={number}\\n
A: idVendor={vendor:04x}\\n
A: idProduct={product:04x}\\n
A: bcdDevice=0123\\n
A: manufacturer=Hookflash\\n
A: product={title}\\n
A: serial={serial}\\n
A: dev=189:{number}\\n

P: /devices/pci0000:00/usb1/1-{number}/1-{number}:1.3
E: DEVTYPE=usb_interface
E: SUBSYSTEM=usb
A: bInterfaceNumber=03\\n

P: /devices/pci0000:00/usb1/1-{number}/1-{number}:1.3/0003:{vendor:04X}:{product:04X}.{number:04X}
E: SUBSYSTEM=hid
E: HID_ID=0003:{vendor:08X}:{product:08X}
E: HID_NAME=Hookflash {title}
E: HID_UNIQ={serial}
H: report_descriptor={descriptor}

P: /devices/pci0000:00/usb1/1-{number}/1-{number}:1.3/0003:{vendor:04X}:{product:04X}.{number:04X}\
/hidraw/hidraw{number}
N: hidraw{number}
E: DEVNAME=/dev/hidraw{number}
E: SUBSYSTEM=hidraw
A: dev=247:{number}\\n
L: device=../../../0003:{vendor:04X}:{product:04X}.{number:04X}
"""

MODEM = """\
P: /devices/pci0000:00/usb1/1-{number}
N: bus/usb/001/{number:03}
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
A: busnum=1\\n
A: devnum={number}\\n
A: idVendor={vendor:04x}\\n
A: idProduct={product:04x}\\n
A: bNumInterfaces={interfaces:2}\\n
A: product={title}\\n
A: serial={serial}\\n
A: dev=189:{number}\\n
"""

SERIAL_PORT = """\

P: /devices/pci0000:00/usb1/1-{number}/1-{number}:1.{interface}
E: DEVTYPE=usb_interface
E: SUBSYSTEM=usb
A: bInterfaceNumber={interface:02}\\n

P: /devices/pci0000:00/usb1/1-{number}/1-{number}:1.{interface}/tty/{tty}
N: {tty}
E: DEVNAME=/dev/{tty}
E: SUBSYSTEM=tty
A: dev=166:{minor}\\n
L: device=../../../1-{number}:1.{interface}
"""

PHONE = """\
P: /devices/pci0000:00/usb1/1-{number}
N: bus/usb/001/{number:03}
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
A: busnum=1\\n
A: devnum={number}\\n
A: idVendor={vendor:04x}\\n
A: idProduct={product:04x}\\n
A: bcdDevice=0100\\n
A: product={title}\\n
A: serial={serial}\\n
A: dev=189:{number}\\n

P: /devices/pci0000:00/usb1/1-{number}/1-{number}:1.3
E: DEVTYPE=usb_interface
E: SUBSYSTEM=usb
A: bInterfaceNumber=03\\n
A: bInterfaceClass=03\\n
"""


class Bed:
    """The testbed: commands are its methods."""

    def __init__(self) -> None:
        self._bed = UMockdev.Testbed.new()
        self._ours: dict[int, int] = {}

    def start(self) -> dict[str, str]:
        return {
            "UMOCKDEV_DIR": self._bed.get_root_dir(),
            "LD_PRELOAD": "libumockdev-preload.so.0",
        }

    def plug(
        self, number: int, vendor: int, product: int, title: str, serial: str, descriptor: str
    ) -> str:
        """Plug a device in; answers its node."""
        told = {"vendor": vendor, "product": product, "title": title, "serial": serial}
        self._bed.add_from_string(
            DESCRIPTION.format(number=number, descriptor=descriptor.upper(), **told)
        )
        node = f"/dev/hidraw{number}"
        data = bytes.fromhex(descriptor)
        size = len(data).to_bytes(4, sys.byteorder)
        with tempfile.NamedTemporaryFile("w") as ioctls:
            # linux/hidraw.h: struct hidraw_report_descriptor, 4096 bytes of value.
            ioctls.write(f"@DEV {node}\nHIDIOCGRDESCSIZE 0 {size.hex().upper()}\n")
            ioctls.write(f"HIDIOCGRDESC 0 {(size + data.ljust(4096, bytes(1))).hex().upper()}\n")
            ioctls.flush()
            self._bed.load_ioctl(node, ioctls.name)
        self._ours[number] = self._bed.get_dev_fd(node)
        return node

    def plug_modem(
        self, number: int, vendor: int, product: int, title: str, serial: str, ttys: dict[str, int]
    ) -> None:
        """Plug a device with serial ports in. ttys: each one's name and USB interface."""
        told = {"number": number, "vendor": vendor, "product": product, "serial": serial}
        text = MODEM.format(title=title, interfaces=max(len(ttys), 1), **told)
        for tty, interface in ttys.items():
            minor = int(tty.removeprefix("ttyACM"))
            text += SERIAL_PORT.format(number=number, tty=tty, interface=interface, minor=minor)
        self._bed.add_from_string(text)

    def plug_phone(self, number: int, vendor: int, product: int, title: str, serial: str) -> None:
        """Plug a phone in for which the kernel makes no node but the USB device's."""
        told = {"vendor": vendor, "product": product, "title": title, "serial": serial}
        self._bed.add_from_string(PHONE.format(number=number, **told))

    def uevent(self, path: str, action: str) -> None:
        """Have udev tell of a device, by its directory below /sys."""
        self._bed.uevent(path, action)

    def say(self, number: int, report: str) -> None:
        """Have the device send a report."""
        os.write(self._ours[number], bytes.fromhex(report))

    def heard(self, number: int, size: int) -> str:
        """What the device was sent: that many bytes, waited for."""
        got = b""
        deadline = time.monotonic() + PATIENCE
        while len(got) < size and time.monotonic() < deadline:
            ready, _, _ = select.select([self._ours[number]], [], [], PATIENCE)
            got += os.read(self._ours[number], size - len(got)) if ready else b""
        return got.hex()

    def unplug(self, number: int) -> None:
        """Node, sysfs and what was open of it: gone."""
        # The tty's number is free now; umockdev aborts when it meets one that it knows.
        devfs = Path(self._bed.get_root_dir(), "dev")
        tty = str((devfs / f"hidraw{number}").readlink())
        (devfs / ".ptymap" / tty.replace("/", "_")).unlink()
        os.close(self._ours.pop(number))
        node = (Path("/sys/class/hidraw") / f"hidraw{number}").resolve()
        for device in (node, node.parents[1], node.parents[2], node.parents[3]):
            self._bed.remove_device(str(device))


def main() -> None:
    bed = Bed()
    for line in sys.stdin:
        command: dict[str, Any] = json.loads(line)
        try:
            answer = {"result": getattr(bed, command.pop("do"))(**command)}
        except Exception as error:  # noqa: BLE001  for the test to tell
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
