"""What the real udev has made of devices that are plugged in.

A node is known by the place its device is plugged into. What is told of it is read from the node
itself and from udev's database, as programs find it.
"""

from __future__ import annotations

import grp
import os
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyudev

from peers.udevbed import Verdict
from usbbench.guest import PERSON

T = TypeVar("T")

DATABASE = Path("/run/udev/data")
LINKS = Path("/dev/phone")
DEVICES = Path("/sys/bus/usb/devices")

BELOW = {"tty": "{0}:*/tty/*", "hidraw": "{0}:*/*/hidraw/*"}
"""Where a node of a subsystem lies below its USB device."""

_ACL = "system.posix_acl_access"
_ACL_ENTRY = struct.Struct("<HHI")
_ACL_USER = 0x02
"""linux/posix_acl_xattr.h: after a version of four bytes entries of tag, permissions, id."""


@dataclass(frozen=True)
class Node:
    """A node in /dev, after its rules. kind: `tty`, `hidraw`, or `usb`, the USB device itself."""

    kind: str
    place: str
    path: Path
    device: pyudev.Device

    @property
    def links(self) -> frozenset[str]:
        """Those below /dev/phone, by which it is reached just now."""
        told = {link for link in self.device.device_links if Path(link).parent == LINKS}
        return frozenset(link for link in told if Path(link).resolve() == self.path)

    def verdict(self) -> Verdict:
        """What became of it."""
        found = self.path.stat()
        properties = dict(self.device.properties)
        links = self.links
        return Verdict(
            mode=f"0{found.st_mode & 0o777:o}",
            group=grp.getgrgid(found.st_gid).gr_name,
            tags=frozenset(self.device.tags),
            links=links,
            properties=properties,
            given=may(self.path).get(PERSON) == 0o6,
            ours="HOOKFLASH_DEVICE" in properties or bool(links),
        )

    @property
    def is_gone(self) -> bool:
        """From sysfs, from udev's database and from the links: udev has done with it."""
        number = self.device.device_number
        kind = "b" if self.device.subsystem == "block" else "c"
        entry = DATABASE / f"{kind}{os.major(number)}:{os.minor(number)}"
        if Path(self.device.sys_path).exists() or entry.exists():
            return False
        return all(link.resolve() != self.path for link in _links())


class Udev:
    """udev's events, and its nodes as they come and go."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.context = pyudev.Context()
        self._monitor = pyudev.Monitor.from_netlink(self.context)
        self._monitor.set_receive_buffer_size(1 << 24)  # many at once, while nobody reads
        self._monitor.start()

    def node(self, kind: str, place: str, timeout: float = 5.0) -> Node:
        """The node of the device at a place, as soon as its rules are done."""
        found = partial(self._find, kind, place)
        return self.wait(f"{kind} at {place}", found, timeout, f"/{place}")

    def gone(self, nodes: Iterable[Node], timeout: float = 5.0) -> None:
        """Wait until they are."""
        for node in nodes:
            gone = partial(_if_gone, node)
            self.wait(f"{node.path} gone", gone, timeout, node.device.device_path)

    def wait(self, what: str, found: Callable[[], T | None], timeout: float, about: str = "") -> T:
        """What that finds, looked for after each of udev's events that has `about` in its path."""
        deadline = time.monotonic() + timeout * self._patience
        while (it := found()) is None:
            if time.monotonic() >= deadline:
                raise TimeoutError(f"{what}: not so in {timeout * self._patience:g} s")
            self._next(deadline, about)
        return it

    def _next(self, deadline: float, about: str) -> None:
        """Pass over events until there is such a one, or the deadline has come."""
        while (left := deadline - time.monotonic()) > 0:
            event = self._monitor.poll(left)
            if event is not None and about in event.device_path:
                return

    def _find(self, kind: str, place: str) -> Node | None:
        top = DEVICES / place
        paths = [top] if kind == "usb" else sorted(top.resolve().glob(BELOW[kind].format(place)))
        for path in paths:
            try:
                device = pyudev.Devices.from_path(self.context, str(path.resolve(strict=True)))
            except (pyudev.DeviceNotFoundError, FileNotFoundError):  # it goes, or is yet to come
                continue
            if device.is_initialized and device.device_node:
                return Node(kind, place, Path(device.device_node), device)
        return None


def _links() -> list[Path]:
    """All of our links; udev takes away their folder with the last."""
    try:
        return list(LINKS.iterdir())
    except FileNotFoundError:
        return []


def _if_gone(node: Node) -> bool | None:
    return node.is_gone or None


def may(path: Path) -> dict[int, int]:
    """The users that a node's access list names, and their permissions: 6 is to read and write."""
    try:
        data = os.getxattr(path, _ACL)
    except OSError:  # it has none
        return {}
    entries = _ACL_ENTRY.iter_unpack(data[4:])
    return {user: permissions for tag, permissions, user in entries if tag == _ACL_USER}
