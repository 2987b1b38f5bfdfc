"""Every device of the table, plugged into a real kernel, before the real udev daemon."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from hookflash.catalog import CATALOG, Known
from hookflash.simulated.usb.server import UsbServer
from peers.udev_promises import broken
from peers.udevbed import DOCUMENT, Device, Verdict, devices_of, table, within
from support.udev_seen import Node, Udev
from support.usbnodes import wait_empty

SPECS = {"modem": "modem:v253", "hid": "handset:jabra", "usb": "phone:p1k"}
"""Driver -> what is plugged in, with the ids of a row."""

ROWS = [row for row in CATALOG if row.chosen]
"""Those that have rules."""

AT_ONCE = 45
"""Three of the kernel's virtual controllers, full; each finds its devices one after another."""

SHUNNED = {(0x0B0E, 0x9350)}
"""Handsets that Linux' HID leaves alone (drivers/hid/hid-quirks.c, hid_ignore_list): they have no
hidraw node, whatever the rules say."""

Judged = list[tuple[Known, Device, Verdict]]


class Plugged:
    """Every row's device has been plugged in: each node, and those that never came."""

    def __init__(self, usb: UsbServer, udev: Udev) -> None:
        self.judged: Judged = []
        self.missing: list[Device] = []
        for first in range(0, len(ROWS), AT_ONCE):
            self._plug_in(usb, udev, ROWS[first : first + AT_ONCE])

    def _plug_in(self, usb: UsbServer, udev: Udev, rows: Sequence[Known]) -> None:
        """These at once; what udev makes of them; all out again."""
        places: dict[Known, str] = {}
        for number, row in enumerate(rows, 1001):
            device = devices_of(row)[0]
            ids = f"{device.vendor:04x}:{device.product:04x}"
            spec = f"{SPECS[row.driver]}@{number}"
            name = usb.plug(spec, serial=device.serial, ids=ids, timeout=0)
            places[row] = usb.device(name)["place"]
        nodes: list[Node] = [udev.node("usb", place) for place in places.values()]
        for row, place in sorted(places.items(), key=lambda item: _is_shunned(item[0])):
            for device in devices_of(row):
                try:
                    node = udev.node(device.kind, place, timeout=0 if _is_shunned(row) else 5)
                except TimeoutError:
                    self.missing.append(device)
                else:
                    nodes.append(node)
                    self.judged.append((row, device, node.verdict()))
        usb.remove_all()
        udev.gone(nodes)


def _is_shunned(row: Known) -> bool:
    """They come last: what has not come by then does not."""
    return (row.vendor, row.product) in SHUNNED


@pytest.fixture(scope="module")
def plugged(usb_devices: UsbServer, seated: None, patience: float, results: Path) -> Plugged:
    """All of them, while somebody sits here; the table, and what it took, in the results."""
    usb_devices.remove_all()
    wait_empty()
    begun = time.monotonic()
    found = Plugged(usb_devices, Udev(patience))
    seconds = time.monotonic() - begun
    (results / "udev.md").write_text(table(found.judged), encoding="utf-8")
    (results / "udev-seconds.txt").write_text(
        f"{len(ROWS)} devices, {len(found.judged)} nodes: {seconds:.1f} s, "
        f"{seconds / len(ROWS):.2f} s for a device\n"
    )
    return found


def test_every_promise_is_kept(plugged: Plugged) -> None:
    assert [complaint for row in plugged.judged for complaint in broken(*row)] == []


def test_every_device_has_its_nodes(plugged: Plugged) -> None:
    assert {(device.vendor, device.product) for device in plugged.missing} == SHUNNED


def test_the_document_shows_these_results_too(plugged: Plugged) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert within(text) == table(plugged.judged), "docs/udev.md is behind; udev.md in the results"
