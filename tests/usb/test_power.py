"""A modem's place on the real kernel: a USB reset, and a power cycle by the real uhubctl."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyudev

from hookflash.errors import NotSupported
from hookflash.modem.usbplace import place_of
from support.lines import until
from support.udev_seen import Udev
from support.usbnodes import USB, node, wait_empty
from support.usbsuite import SuiteServer

WITHIN = 120.0
"""Seconds that a cycle may take on an emulated PC, with its 5 s without power."""


@pytest.fixture
def cable(usb: SuiteServer) -> Iterator[Path]:
    """The tty of a serial cable behind a hub that switches the power of its ports."""
    subprocess.run(["modprobe", "xhci-pci"], check=True)
    try:
        found: list[Path] = []

        def there() -> bool:
            found[:] = Path("/sys/class/tty").glob("ttyUSB*")
            return bool(found)

        until(there, "a ttyUSB", 60.0)
        (tty,) = found
        yield Path("/dev") / tty.name
    finally:
        subprocess.run(["modprobe", "-r", "xhci-pci"], check=True)
        wait_empty()


def test_the_power_is_cut_and_comes_back(cable: Path) -> None:
    place = place_of(str(cable))
    assert place is not None
    assert place.ids() == (0x0403, 0x6001)
    before = (USB / place.name / "devnum").read_text()
    monitor = pyudev.Monitor.from_netlink(pyudev.Context())
    monitor.filter_by("usb", "usb_device")
    monitor.start()
    place.power_cycle(WITHIN)
    assert (USB / place.name / "devnum").read_text() != before
    assert Path(place.tty()).exists()
    told = iter(lambda: monitor.poll(1.0), None)
    events = [event.action for event in told if event.sys_name == place.name]
    assert [action for action in events if action in ("add", "remove")] == ["remove", "add"]


def test_a_reset_by_the_kernel(cable: Path) -> None:
    place = place_of(str(cable))
    assert place is not None
    place.reset(WITHIN)
    assert Path(place.tty()).exists()


def test_a_modem_that_is_reset_has_started_anew(usb: SuiteServer, patience: float) -> None:
    name = usb.plug("modem:usr5637")
    at = str(usb.device(name)["place"])
    tty = node(at, "tty")
    Udev(patience).node("usb", at)
    place = place_of(str(tty))
    assert place is not None
    assert place.name == at
    began = time.monotonic()
    place.reset(10.0 * patience)
    assert time.monotonic() - began < 3.0 * patience
    assert usb.device(name)["resets"] == 1
    assert Path(place.tty()).exists()


def test_a_hub_that_cannot_switch(usb: SuiteServer) -> None:
    """As most: it is said, and the modem is as it was."""
    name = usb.plug("modem:usr5637")
    at = str(usb.device(name)["place"])
    place = place_of(str(node(at, "tty")))
    assert place is not None
    before = (USB / at / "devnum").read_text()
    with pytest.raises(NotSupported, match="power cycle"):
        place.power_cycle(WITHIN)
    assert (USB / at / "devnum").read_text() == before
    assert usb.device(name)["configured"]
