"""Vendor phones in use, through libusb and the real kernel: keys, hook, lamps, ringing, display,
and the telephone line of B2K and B3G."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hookflash import Button, EndReason, LineSettings
from hookflash.events import Answered, CallEnded, PhoneHook, Ring, RingStopped
from hookflash.handset import DARK, Handset, Lamps
from hookflash.handset_events import ButtonPressed, KeyPressed, Lifted, PutDown
from hookflash.opening import open_handset, open_line
from support.lines import PATIENCE, Heard
from support.scripted_hid import HandsetEar
from support.usbphones import Plugged
from support.usbsuite import SuiteServer

BOXES = ["b2k", "b3g"]
IN_CALL = Lamps(off_hook=True)
SETTINGS = LineSettings(flash_ms=300, ring_gone_ms=2000)
"""For a caller who rings each 0.8 s."""


class InUse:
    """A phone that is plugged in, and its drivers."""

    def __init__(self, server: SuiteServer, model: str, stack: ExitStack, query: str = "") -> None:
        self.server = server
        self.model = model
        self.phone = Plugged(server, f"phone:{model}", query)
        self._stack = stack

    def handset(self) -> tuple[Handset, HandsetEar]:
        handset = open_handset(self.phone.url)
        ear = HandsetEar(handset)
        self._stack.callback(handset.close)
        handset.open().wait(PATIENCE)
        self.server.clear_journal(self.phone.name)
        return handset, ear

    def line(self) -> Heard:
        """Its line is `the_line` then."""
        self.the_line = open_line(self.phone.url, SETTINGS)
        heard = Heard(self.the_line)
        self._stack.callback(self.the_line.close)
        self.the_line.open().wait(PATIENCE)
        self.server.clear_journal(self.phone.name)
        return heard

    def seen(self, **wanted: object) -> None:
        self.server.wait_seen(self.phone.name, PATIENCE, **wanted)

    def press_key(self, key: str) -> None:
        self.server.press_key(self.phone.name, key)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_a_p1k(usb: SuiteServer, stack: ExitStack) -> None:
    """A call in, refused; one taken; then a number typed; and what its display says of them."""
    phone = InUse(usb, "p1k", stack)
    handset, ear = phone.handset()
    handset.show(Lamps(ringing=True, text="Zoe\n004420712345"))
    phone.seen(rings=True, text="004420712345")
    assert "IN" in usb.seen(phone.phone.name)["icons"]
    phone.press_key("hangup")
    assert ear.wait_for(ButtonPressed).button is Button.REJECT
    phone.press_key("pickup")
    ear.wait_for(Lifted)
    handset.show(IN_CALL)
    phone.seen(rings=False, is_lit=True)
    usb.press(phone.phone.name, "1234567890*#")
    assert [ear.wait_for(KeyPressed).key for _ in range(12)] == list("1234567890*#")
    phone.press_key("hangup")
    ear.wait_for(PutDown)
    handset.show(DARK)
    phone.seen(rings=False, is_lit=False, text="", icons=[])
    assert phone.phone.misuse() == []


@pytest.mark.parametrize("model", ["p4k", *BOXES])
def test_a_phone_with_a_hook(usb: SuiteServer, stack: ExitStack, model: str) -> None:
    """The telephone that hangs on a box is off the box's own line as soon as it is ready."""
    phone = InUse(usb, model, stack)
    handset, ear = phone.handset()
    handset.show(Lamps(ringing=True, text="5551234"))
    phone.seen(**({"rings": True} if model in BOXES else {"text": "5551234"}))
    usb.lift(phone.phone.name)
    assert not usb.is_off_hook()
    ear.wait_for(Lifted)
    assert handset.lifted
    handset.show(IN_CALL)
    phone.seen(rings=False)
    usb.press(phone.phone.name, "1234567890*#")
    assert [ear.wait_for(KeyPressed).key for _ in range(12)] == list("1234567890*#")
    usb.put_down(phone.phone.name)
    ear.wait_for(PutDown)
    handset.show(DARK)
    phone.seen(rings=False, is_lifted=False)
    assert usb.heard() == []  # neither taken nor dialled on
    assert phone.phone.misuse() == []


def test_a_cm109(usb: SuiteServer, stack: ExitStack) -> None:
    phone = InUse(usb, "cm109", stack, "keypad=kip1000")
    handset, ear = phone.handset()
    handset.show(Lamps(ringing=True))
    phone.seen(buzzes=True)
    phone.press_key("pickup")
    ear.wait_for(Lifted)
    handset.show(IN_CALL)
    phone.seen(buzzes=False)
    usb.press(phone.phone.name, "159#")
    assert [ear.wait_for(KeyPressed).key for _ in range(4)] == list("159#")
    phone.press_key("hangup")
    ear.wait_for(PutDown)
    assert phone.phone.misuse() == []


@pytest.mark.parametrize("model", BOXES)
def test_a_call_in(usb: SuiteServer, stack: ExitStack, model: str) -> None:
    """Rung, answered, flashed, hung up; and one that gives up."""
    phone = InUse(usb, model, stack)
    heard = phone.line()
    assert usb.call_in("5551234")
    heard.wait_for(Ring)
    phone.the_line.answer().wait(PATIENCE)
    assert usb.wait_answered(timeout=PATIENCE) == "5551234"
    heard.wait_for(Answered)
    phone.the_line.flash().wait(PATIENCE)
    assert 95 <= usb.wait_flash(timeout=PATIENCE) < 1000
    phone.the_line.flash().wait(PATIENCE)
    usb.wait_flash(timeout=PATIENCE)
    phone.the_line.hang_up().wait(PATIENCE)
    usb.wait_on_hook(timeout=PATIENCE)
    assert heard.wait_for(CallEnded).reason is EndReason.LOCAL_HANGUP
    assert usb.call_in("5551234", rings=2)
    heard.wait_for(Ring)
    heard.wait_for(RingStopped)
    assert not usb.is_off_hook()
    assert phone.phone.misuse() == []


@pytest.mark.parametrize("model", BOXES)
def test_its_telephone_dials(usb: SuiteServer, stack: ExitStack, model: str) -> None:
    """Line and handset of one phone, which share its port."""
    phone = InUse(usb, model, stack)
    heard = phone.line()
    _, ear = phone.handset()
    usb.lift(phone.phone.name)
    assert heard.wait_for(PhoneHook).off_hook
    ear.wait_for(Lifted)
    usb.press(phone.phone.name, "100")
    usb.wait_heard("far_answered", "100", timeout=PATIENCE)
    usb.put_down(phone.phone.name)
    ear.wait_for(PutDown)
    usb.wait_on_hook(timeout=PATIENCE)
    assert phone.phone.misuse() == []
