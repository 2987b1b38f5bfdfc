"""Headsets by the real hidapi, on the kernel's own drivers for them: lifted, lit, muted, keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hookflash import Button, Handset, Lamps, open_handset
from hookflash.handset_events import (
    ButtonPressed,
    HandsetLost,
    KeyPressed,
    Lifted,
    MutePressed,
    PutDown,
)
from hookflash.hid.mute import ONE_PRESS
from support.leaks import no_leaks
from support.scripted_hid import HandsetEar
from support.usbnodes import USB, node
from support.usbsuite import SuiteServer

DRIVERS = {
    "jabra": "jabra",
    "plantronics": "plantronics",
    "epos": "hid-generic",
    "cx300": "hid-generic",
}
"""Model -> the kernel's driver of its maker's ids."""


@contextmanager
def opened(usb: SuiteServer, spec: str) -> Iterator[tuple[str, Handset, HandsetEar]]:
    """A handset that is plugged in and ready: its name, its driver, what it tells."""
    name = usb.plug(f"handset:{spec}")
    device = usb.device(name)
    node(device["place"], "hidraw")
    handset = open_handset(f"hid:{device['ids']}?serial={device['serial']}")
    ear = HandsetEar(handset)
    with no_leaks():
        handset.open().wait(30)
        try:
            yield name, handset, ear
        finally:
            handset.close()


def kernels_driver(place: str) -> str:
    """What drives the HID device at that place."""
    (driver,) = USB.glob(f"{place}:*/0003:*/driver")
    return Path(driver).resolve().name


@pytest.mark.parametrize("model", DRIVERS)
def test_it_is_lifted_lit_and_put_down(usb: SuiteServer, model: str, patience: float) -> None:
    with opened(usb, model) as (name, handset, ear):
        assert kernels_driver(usb.device(name)["place"]) == DRIVERS[model]
        if model != "cx300":  # it has no lamp for ringing
            handset.show(Lamps(ringing=True))
            usb.wait_seen(name, timeout=5 * patience, ringing=True)
        usb.lift(name)
        ear.wait_for(Lifted)
        handset.show(Lamps(off_hook=True))
        usb.wait_seen(name, timeout=5 * patience, off_hook=True, ringing=False)
        usb.put_down(name)
        ear.wait_for(PutDown)
        handset.show(Lamps())
        usb.wait_seen(name, timeout=5 * patience, off_hook=False)
        assert usb.journal(name, "misuse") == []


@pytest.mark.parametrize("model", DRIVERS)
def test_it_is_muted(usb: SuiteServer, model: str, patience: float) -> None:
    with opened(usb, model) as (name, handset, ear):
        handset.show(Lamps(off_hook=True))
        usb.wait_seen(name, timeout=5 * patience, off_hook=True)
        for muted in (True, False):
            usb.mute(name)
            assert ear.wait_for(MutePressed).muted is muted
            handset.show(Lamps(off_hook=True, muted=muted))
            if model != "cx300":  # it has no lamp for it
                usb.wait_seen(name, timeout=5 * patience, muted=muted)
            usb.let_pass(1.2 * ONE_PRESS)


@pytest.mark.parametrize("model", ["jabra", "cx300"])
def test_its_keys(usb: SuiteServer, model: str) -> None:
    with opened(usb, model) as (name, _, ear):
        usb.press(name, "0123456789*#")
        assert "".join(ear.wait_for(KeyPressed).key for _ in range(12)) == "0123456789*#"
        usb.flash(name)
        assert ear.wait_for(ButtonPressed).button is Button.FLASH


def test_many_keys_at_once_are_all_heard_in_order(usb: SuiteServer) -> None:
    """As many as the kernel keeps for a reader that is late: 64 reports (hidraw.h)."""
    with opened(usb, "jabra") as (name, _, ear):
        keys = "1234567890" * 3
        usb.press(name, keys)
        assert "".join(ear.wait_for(KeyPressed).key for _ in keys) == keys


def test_the_display_of_a_cx300(usb: SuiteServer, patience: float) -> None:
    with opened(usb, "cx300") as (name, handset, _):
        handset.show(Lamps(text="5551234"))
        usb.wait_text(name, "5551234", timeout=5 * patience)


@pytest.mark.parametrize("model", DRIVERS)
def test_it_is_pulled_out_while_its_lamps_are_written(
    usb: SuiteServer, model: str, patience: float
) -> None:
    with opened(usb, model) as (name, handset, ear):
        for on in (True, False) * 5:
            handset.show(Lamps(off_hook=on))
        usb.unplug(name)
        assert ear.wait_for(HandsetLost).code == "device_lost"
        for on in (True, False):
            handset.show(Lamps(off_hook=on))
