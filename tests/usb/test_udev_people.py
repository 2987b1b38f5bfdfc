"""Who may use the devices: by the seat, by the group, or not at all. People are real processes."""

from __future__ import annotations

import grp
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hookflash.simulated.usb.server import UsbServer
from hookflash.udev import GROUP
from support.person import SEAT, sit_down
from support.udev_seen import Node, Udev, may
from support.usbnodes import wait_empty
from usbbench.guest import PERSON

OPEN = 'exec 3<>"$1"'
"""In a shell: open a node to read and write."""


@dataclass(frozen=True)
class Somebody:
    """A user without any groups but those given."""

    uid: int
    groups: tuple[str, ...] = ()

    def may_open(self, node: Node) -> bool:
        """Whether a process of theirs opens it. Any refusal but for want of rights is a failure."""
        done = subprocess.run(
            ["sh", "-c", OPEN, "sh", str(node.path)],
            user=self.uid,
            group=self.uid,
            extra_groups=[grp.getgrnam(name).gr_gid for name in self.groups],
            env={"LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0 or "Permission denied" in done.stderr, done.stderr
        return done.returncode == 0


SITTING = Somebody(PERSON)
STANDING = Somebody(PERSON + 1)
"""Logged in elsewhere, without a seat."""
SERVICE = Somebody(990, (GROUP,))
OTHER_SERVICE = Somebody(991)
NEXT = Somebody(PERSON + 2)
"""Who sits down after SITTING."""

MODEM = "modem:usr5637@1001"
HANDSET = "handset:jabra@1002"
PHONE = "phone:p1k@1003"


@pytest.fixture(scope="module")
def udev(patience: float) -> Udev:
    return Udev(patience)


@pytest.fixture(scope="module")
def nodes(usb_devices: UsbServer, udev: Udev) -> Iterator[list[Node]]:
    """A tty, a hidraw node, a modem's and a phone's USB device, plugged in while somebody sits."""
    usb_devices.remove_all()
    wait_empty()
    sit_down(SITTING.uid)
    places = [
        usb_devices.device(usb_devices.plug(spec))["place"] for spec in (MODEM, HANDSET, PHONE)
    ]
    kinds = (("tty", 0), ("hidraw", 1), ("usb", 0), ("usb", 2))
    found = [udev.node(kind, places[index]) for kind, index in kinds]
    yield found
    SEAT.unlink(missing_ok=True)
    usb_devices.remove_all()
    udev.gone(found)


def allowed(who: Somebody, nodes: list[Node]) -> list[bool]:
    return [who.may_open(node) for node in nodes]


def tell_udev(nodes: list[Node]) -> None:
    """An event for each, as logind's change of the access lists when a seat changes hands."""
    paths = [node.device.sys_path for node in nodes]
    command = ["udevadm", "trigger", "--action=change", "--settle", *paths]
    subprocess.run(command, check=True, timeout=120)


def test_who_sits_here_may_without_any_group(nodes: list[Node]) -> None:
    assert allowed(SITTING, nodes) == [True] * len(nodes)
    assert [may(node.path) for node in nodes] == [{SITTING.uid: 0o6}] * len(nodes)


def test_who_is_elsewhere_may_not(nodes: list[Node]) -> None:
    assert allowed(STANDING, nodes) == [False] * len(nodes)


def test_a_service_may_by_its_group_alone(nodes: list[Node]) -> None:
    assert allowed(SERVICE, nodes) == [True] * len(nodes)
    assert allowed(OTHER_SERVICE, nodes) == [False] * len(nodes)


def test_the_seat_changes_hands(nodes: list[Node]) -> None:
    sit_down(NEXT.uid)
    tell_udev(nodes)
    assert allowed(NEXT, nodes) == [True] * len(nodes)
    assert allowed(SITTING, nodes) == [False] * len(nodes)
    assert [may(node.path) for node in nodes] == [{NEXT.uid: 0o6}] * len(nodes)
    assert allowed(SERVICE, nodes) == [True] * len(nodes)


def test_nobody_sits_here(nodes: list[Node]) -> None:
    SEAT.unlink()
    tell_udev(nodes)
    assert allowed(NEXT, nodes) == [False] * len(nodes)
    assert [may(node.path) for node in nodes] == [{}] * len(nodes)
    assert allowed(SERVICE, nodes) == [True] * len(nodes)
