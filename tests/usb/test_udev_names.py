"""Names that stay: by serial number and by place, gone at an unplug, back at a replug."""

from __future__ import annotations

from pathlib import Path

import pytest

from hookflash.simulated.usb.server import UsbServer
from support.udev_seen import LINKS, Node, Udev


@pytest.fixture
def udev(patience: float) -> Udev:
    return Udev(patience)


def link(*parts: str) -> str:
    return str(LINKS.joinpath("-".join(parts)))


def place_of(usb: UsbServer, name: str) -> str:
    return str(usb.device(name)["place"])


def in_path(place: str) -> str:
    """A place of the virtual controller, as udev's path_id has it."""
    return f"platform-vhci_hcd.0-usb-0:{place.partition('-')[2]}:1.0"


@pytest.mark.parametrize(
    ("spec", "kind", "called", "ids"),
    [
        ("modem:usr5637", "tty", "modem", "0baf-0303"),
        ("handset:jabra", "hidraw", "handset", "0b0e-0307"),
    ],
)
def test_links_go_with_the_device_and_come_back_with_it(
    usb: UsbServer, udev: Udev, spec: str, kind: str, called: str, ids: str
) -> None:
    name = usb.plug(spec, serial="SN7")
    node = udev.node(kind, place_of(usb, name))
    by_serial = link(called, ids, "SN7", "if00")
    by_place = link(called, in_path(node.place))
    assert node.links == {by_serial, by_place}
    usb.unplug(name)
    udev.gone([node])
    assert not Path(by_serial).is_symlink()
    assert not Path(by_place).is_symlink()
    again = udev.node(kind, usb.replug(name))
    assert again.links == {by_serial, link(called, in_path(again.place))}


def plug_two(usb: UsbServer, udev: Udev, serials: tuple[str | None, str | None]) -> list[Node]:
    names = [
        usb.plug(f"modem:usr5637@100{number}", serial=serial)
        for number, serial in enumerate(serials, 1)
    ]
    return [udev.node("tty", place_of(usb, name)) for name in names]


def test_two_alike_with_serial_numbers_of_their_own(usb: UsbServer, udev: Udev) -> None:
    one, other = plug_two(usb, udev, ("SN1", "SN2"))
    assert link("modem", "0baf-0303", "SN1", "if00") in one.links
    assert link("modem", "0baf-0303", "SN2", "if00") in other.links
    assert len(one.links) == len(other.links) == 2
    # Swapped on their ports: the serial number is what a device is known by.
    for name in ("modem", "modem2"):
        usb.unplug(name)
    udev.gone([one, other])
    places = [usb.replug("modem2"), usb.replug("modem")]
    two, first = (udev.node("tty", place) for place in places)
    assert link("modem", "0baf-0303", "SN2", "if00") in two.links
    assert link("modem", "0baf-0303", "SN1", "if00") in first.links


def test_two_alike_without_serial_numbers(usb: UsbServer, udev: Udev) -> None:
    nodes = plug_two(usb, udev, (None, None))
    assert [node.links for node in nodes] == [
        {link("modem", in_path(node.place))} for node in nodes
    ]


def test_two_with_one_serial_number_still_have_their_places(usb: UsbServer, udev: Udev) -> None:
    """As some makers have it: the name by serial number is one of them, no matter which."""
    nodes = plug_two(usb, udev, ("SN1", "SN1"))
    for node in nodes:
        assert link("modem", in_path(node.place)) in node.links
    shared = Path(link("modem", "0baf-0303", "SN1", "if00"))
    assert shared.resolve() in {node.path for node in nodes}
    # With one of them gone the name is the other's.
    gone, left = sorted(nodes, key=lambda node: node.path != shared.resolve())
    usb.remove("modem" if gone is nodes[0] else "modem2")
    udev.gone([gone])
    assert shared.resolve() == left.path
