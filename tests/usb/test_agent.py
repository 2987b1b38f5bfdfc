"""The whole agent, run by somebody without rights and without a configuration, and what is plugged
into a PC: a modem and a handset make a desk, and are used."""

from __future__ import annotations

from support.usbdesk import Desk
from support.usbsuite import SuiteServer


def test_a_modem_and_a_handset_make_a_desk(usb: SuiteServer, desk: Desk) -> None:
    usb.plug("modem:usr5637")
    handset = usb.plug("handset:jabra")
    desk.ready(line=True, handset=True)
    usb.call_in("5551234", "Ann")
    call = desk.state("ringing_in")["call"]
    usb.wait_seen(handset, ringing=True)
    usb.lift(handset)
    assert usb.wait_answered(timeout=5 * desk.patience) == "5551234"
    desk.state("active")
    call = desk.status()["call"]
    assert (call["number"], call["name"]) == ("5551234", "Ann")
    usb.press(handset, "159")
    usb.wait_keys("159", timeout=5 * desk.patience)
    usb.put_down(handset)
    usb.wait_on_hook(timeout=2 * desk.patience)
    desk.state("idle")


def test_a_number_is_dialled_with_the_keys(usb: SuiteServer, desk: Desk) -> None:
    usb.plug("modem:cx930xx")
    handset = usb.plug("handset:cx300")
    desk.ready(line=True, handset=True)
    usb.lift(handset)
    usb.press(handset, "100#")
    assert usb.wait_dialled(timeout=10 * desk.patience) == "100"
    usb.wait_heard("far_answered", timeout=10 * desk.patience)
    usb.press(handset, "7*")
    usb.wait_keys("7*", timeout=5 * desk.patience)
    usb.flash(handset)
    assert usb.wait_flash(timeout=5 * desk.patience) >= 40
    usb.put_down(handset)
    usb.wait_on_hook(timeout=2 * desk.patience)
    desk.state("idle")
