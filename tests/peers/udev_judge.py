"""What systemd's own udevadm makes of rules, for devices that umockdev makes up.

Run by the system's Python under umockdev-wrapper, for one answer: standard input is JSON,
{"udevadm": path, "rules": {name: text}, "devices": [...]} (Device of udevbed.py as a dictionary);
standard output is JSON, a list of what `udevadm test` said, by device and in order.

The rules stand in /run/udev/rules.d of a mount namespace of their own: the machine's own rules in
/etc are not seen, those of its distribution are. /dev is another one, too, for in spite of its name
the test makes links there (systemd 252; umockdev does not notice).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

USB = """\
P: {usb}
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
E: DEVNAME=/dev/bus/usb/001/{number:03}
E: MAJOR=189
E: MINOR={number}
E: PRODUCT={vendor:x}/{product:x}/100
A: idVendor={vendor:04x}\\n
A: idProduct={product:04x}\\n
A: bcdDevice=0100\\n
A: product=Test\\n
{serial}\
A: dev=189:{number}\\n

P: {usb}/1-{number}:1.{interface}
E: DEVTYPE=usb_interface
E: SUBSYSTEM=usb
A: bInterfaceNumber={interface:02}\\n
A: bInterfaceClass={class_:02x}\\n
A: bInterfaceSubClass=00\\n
A: bInterfaceProtocol=00\\n

"""

TTY = """\
P: {usb}/1-{number}:1.{interface}/tty/ttyACM{number}
E: SUBSYSTEM=tty
E: DEVNAME=/dev/ttyACM{number}
E: MAJOR=166
E: MINOR={number}
A: dev=166:{number}\\n
L: device=../../../1-{number}:1.{interface}
"""

HIDRAW = """\
P: {usb}/1-{number}:1.{interface}/{bus:04X}:{vendor:04X}:{product:04X}.{number:04X}
E: SUBSYSTEM=hid

P: {usb}/1-{number}:1.{interface}/{bus:04X}:{vendor:04X}:{product:04X}.{number:04X}\
/hidraw/hidraw{number}
E: SUBSYSTEM=hidraw
E: DEVNAME=/dev/hidraw{number}
E: MAJOR=247
E: MINOR={number}
A: dev=247:{number}\\n
L: device=../../../{bus:04X}:{vendor:04X}:{product:04X}.{number:04X}
"""

PRELOAD = "libumockdev-preload.so.0"

MARK = "<<< a device >>>"

IN_A_NAMESPACE = f"""\
mount -t tmpfs none /run
mkdir -p /run/udev
cp -r "$2" /run/udev/rules.d
touch /run/null
mount --bind /dev/null /run/null
mount -t tmpfs none /dev
touch /dev/null
mount --move /run/null /dev/null
if [ -d /etc/udev/rules.d ]; then mount -t tmpfs none /etc/udev/rules.d; fi
udevadm=$1
shift 2
for path; do
    echo '{MARK}'
    LD_PRELOAD={PRELOAD} "$udevadm" test --action=add "$path" 2>&1
done
"""


def add(bed: UMockdev.Testbed, number: int, device: dict[str, Any]) -> str:
    """Make up a device; its path in sysfs. kind: `tty`, `hidraw`, or `usb`, the device itself."""
    told = dict(device)
    kind = told.pop("kind")
    usb = f"/devices/pci0000:00/0000:00:14.0/usb1/1-{number}"
    serial = f"A: serial={told.pop('serial')}\\n\n" if told["serial"] else ""
    told |= {"usb": usb, "number": number, "serial": serial}
    told["class_"] = 3 if kind == "hidraw" else 2
    below = {"usb": "", "tty": TTY, "hidraw": HIDRAW}[kind]
    bed.add_from_string((USB + below).format(**told))
    if kind == "usb":
        return f"/sys{usb}"
    name = f"ttyACM{number}" if kind == "tty" else f"hidraw{number}"
    return str((Path("/sys/class") / kind / name).resolve())


def main() -> None:
    asked = json.load(sys.stdin)
    bed = UMockdev.Testbed.new()
    bed.add_from_string(
        "P: /devices/pci0000:00/0000:00:14.0\nE: SUBSYSTEM=pci\n\n"
        "P: /devices/pci0000:00/0000:00:14.0/usb1\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
        "A: idVendor=1d6b\\n\nA: idProduct=0002\\n\n"
    )
    paths = [add(bed, number, device) for number, device in enumerate(asked["devices"], 1)]
    # Only udevadm is to see the made-up devices: what mounts is not.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in asked["rules"].items():
            Path(folder, name).write_text(text)
        script = ["sh", "-ec", IN_A_NAMESPACE, "sh", asked["udevadm"], folder, *paths]
        done = subprocess.run(
            ["unshare", "--map-root-user", "--mount", *script],
            env=environment | {"UMOCKDEV_DIR": bed.get_root_dir()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(f"{done.stdout[-2000:]}\n{done.stderr}")
    json.dump(done.stdout.split(f"{MARK}\n")[1:], sys.stdout)


if __name__ == "__main__":
    main()
