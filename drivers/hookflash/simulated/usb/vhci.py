"""Gadgets given to this machine's own kernel, by its virtual host controller. For Linux only.

Needs root and the module vhci-hcd. Source: Linux, drivers/usb/usbip/vhci_sysfs.c. A device is
attached by the number of a connected socket; it goes when the other end of that is closed.
"""

import errno
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

from ...errors import PortError

CONTROLLER = Path("/sys/devices/platform/vhci_hcd.0")
"""The first of them. Its attributes are those of all."""

_FULL_SPEED = 2
"""enum usb_device_speed (linux/usb/ch9.h)."""

_FREE = 4
"""VDEV_ST_NULL (drivers/usb/usbip/usbip_common.h)."""

_ROOT_HUB = re.compile(r"usb(\d+)")

RELEASE_SECONDS = 8.0
"""How long the kernel may take to let go of a port whose device was pulled out: where it was asking
the device just then, it may wait for the answer for 5 s (USB_CTRL_GET_TIMEOUT, linux/usb.h)."""

_LOOK_SECONDS = 0.005


def attach(
    device: socket.socket, name: str, wanted: str = "", controller: Path = CONTROLLER
) -> str:
    """Plug a device in: its place, such as `1-3`, the `wanted` one if that is free.

    device: the host's end of a connected socket; the kernel holds it from then on, and it may be
    closed here. PortError without the module, root or a free port.
    """
    what = f"plug in {name}"
    attribute = controller / "attach"
    if not attribute.exists():
        raise PortError(
            f"{what}: this kernel's virtual USB host controller is not there; "
            "load it: sudo modprobe vhci-hcd"
        )
    if not os.access(attribute, os.W_OK):
        raise PortError(f"{what}: no permission for {attribute}; run it as root (sudo)")
    free = dict(_free_places(controller, what))
    for place in sorted(free, key=lambda place: place != wanted):
        request = f"{free[place]} {device.fileno()} {free[place] + 1} {_FULL_SPEED}"
        try:
            attribute.write_text(request)
        except OSError as error:
            if error.errno == errno.EBUSY:  # somebody else was first
                continue
            raise PortError(f"{what}: {attribute} refused {request!r}: {error}") from error
        return place
    raise PortError(f"{what}: every port of the virtual host controller is taken; unplug one")


def wait_free(place: str, controller: Path = CONTROLLER) -> None:
    """Wait until the kernel has let go of a place, so that it can be plugged into again.

    That is, also until it has taken away the device: it does so some time after the port is free,
    and what is plugged in meanwhile it may never look at. Looks again and again, for some ms: no
    event tells. After RELEASE_SECONDS it gives up: another place will do.
    """

    if not place:
        return
    deadline = monotonic() + RELEASE_SECONDS
    while not _is_free(place, controller) and monotonic() < deadline:
        sleep(_LOOK_SECONDS)


def _is_free(place: str, controller: Path) -> bool:
    family = controller.name.partition(".")[0]
    if any(controller.parent.glob(f"{family}.*/usb*/{place}")):
        return False
    return place in dict(_free_places(controller, f"unplug at {place}"))


def _free_places(controller: Path, what: str) -> Iterator[tuple[str, int]]:
    """Places for devices up to high speed where nothing is plugged in, with the number that the
    kernel has for such a port.

    The file `status` is of the first controller, `status.1` of the next, and so on.
    """
    for index in range(len(list(controller.glob("status*")))):
        status = controller / (f"status.{index}" if index else "status")
        owner = controller.with_name(f"{controller.name.partition('.')[0]}.{index}")
        rows = [line.split() for line in status.read_text().splitlines()]
        states = [(int(row[1]), int(row[2])) for row in rows if row[0] == "hs"]
        bus = _bus(owner, what)
        for port, (number, state) in enumerate(states, 1):
            if state == _FREE:
                yield f"{bus}-{port}", number


def _bus(controller: Path, what: str) -> int:
    """The bus of the ports for high speed: of the two root hubs the one with USB 2."""
    for hub in sorted(controller.iterdir()):
        match = _ROOT_HUB.fullmatch(hub.name)
        if match and (hub / "speed").read_text().strip() == "480":
            return int(match[1])
    raise PortError(f"{what}: {controller} has no root hub for USB 2")
