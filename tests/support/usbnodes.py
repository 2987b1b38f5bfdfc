"""USB devices as this machine's kernel and udev have them, by place. For Linux only."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyudev

from support.lines import until

USB = Path("/sys/bus/usb/devices")


def nodes(place: str, subsystem: str) -> list[Path]:
    """Nodes of a device's drivers now. subsystem: `tty`, `hidraw` or `input`."""
    # /sys/devices/.../1-1/1-1:1.0/tty/ttyACM0, .../1-1:1.0/0003:0B0E:0307.0001/hidraw/hidraw0
    depths = ("", "*/") if subsystem == "tty" else ("*/", "*/*/")
    found = (path for depth in depths for path in USB.glob(f"{place}:*/{depth}{subsystem}/*"))
    return sorted(Path("/dev") / path.name for path in found)


def node(place: str, subsystem: str, timeout: float = 20.0) -> Path:
    """The device's only node of that kind, waited for until udev has set its permissions."""
    until(lambda: len(nodes(place, subsystem)) == 1, f"{place} has a {subsystem}", timeout)
    (path,) = nodes(place, subsystem)
    context = pyudev.Context()
    until(
        lambda: pyudev.Devices.from_name(context, subsystem, path.name).is_initialized,
        f"udev has seen {path}",
        timeout,
    )
    return path


def plugged() -> list[str]:
    """Places of all devices but the root hubs."""
    return sorted(p.name for p in USB.iterdir() if ":" not in p.name and "-" in p.name)


def wait_empty(timeout: float = 20.0) -> None:
    """Wait until nothing is plugged in, and udev has done with it."""
    until(lambda: not plugged(), "no USB device is there", timeout)
    subprocess.run(["udevadm", "settle", f"--timeout={timeout:.0f}"], check=True)
