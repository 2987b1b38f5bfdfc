"""A vendor phone's plug is pulled in each state, and put in again: told once, nothing hangs or is
left behind, and it can be used again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

import pytest

from hookflash import Handset, Line
from hookflash.events import LineLost, Ring
from hookflash.handset import Lamps
from hookflash.handset_events import HandsetLost, KeyPressed, Lifted
from hookflash.opening import open_handset, open_line
from hookflash.usb.library import load
from support.leaks import no_leaks
from support.lines import PATIENCE, Heard
from support.scripted_hid import HandsetEar
from support.times import Times
from support.usbdesk import Desk
from support.usbphones import Plugged
from support.usbsuite import SuiteServer


@pytest.fixture(autouse=True)
def loaded() -> None:
    """libusb, once loaded, has descriptors of its own."""
    load()


KEYPAD = {"cm109": "keypad=kip1000"}
RINGS: dict[str, dict[str, object]] = {"cm109": {"buzzes": True}, "p4k": {"text": "5551234"}}
"""How those ring that have no bell."""

TOLD = 1.0
"""Seconds on a PC until a loss is told."""

Do = Callable[[SuiteServer, str, Handset], None]


def nothing(usb: SuiteServer, name: str, handset: Handset) -> None:
    """It lies there."""


def rings(usb: SuiteServer, name: str, handset: Handset) -> None:
    handset.show(Lamps(ringing=True, text="5551234"))
    model = usb.device(name)["model"]
    usb.wait_seen(name, PATIENCE, **RINGS.get(model, {"rings": True}))


def in_call(usb: SuiteServer, name: str, handset: Handset) -> None:
    handset.show(Lamps(off_hook=True, text="100"))
    usb.wait_seen(name, PATIENCE, text="100")


def key_is_down(usb: SuiteServer, name: str, handset: Handset) -> None:
    ear = HandsetEar(handset)
    usb.key_down(name, "5")
    ear.wait_for(KeyPressed)


STATES: list[tuple[str, Do]] = [
    ("p1k", nothing),
    ("p1k", rings),
    ("p1k", in_call),
    ("p1k", key_is_down),
    ("p4k", rings),
    ("b2k", rings),
    ("b3g", nothing),
    ("cm109", nothing),
    ("cm109", rings),
    ("cm109", key_is_down),
]


@pytest.mark.parametrize(
    ("model", "state"), STATES, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_handset(usb: SuiteServer, times: Times, patience: float, model: str, state: Do) -> None:
    phone = Plugged(usb, f"phone:{model}", KEYPAD.get(model, ""))
    with no_leaks(PATIENCE):
        with closing(open_handset(phone.url)) as handset:
            ear = HandsetEar(handset)
            handset.open().wait(PATIENCE)
            state(usb, phone.name, handset)
            began = time.monotonic()
            usb.unplug(phone.name)
            ear.wait_for(HandsetLost)
            took = time.monotonic() - began
            times.took("phone: unplugged to told", took)
            assert took < TOLD * patience
            usb.key_up(phone.name)
            phone.replug()
        assert ear.told().count("handset_lost") == 1
        with closing(open_handset(phone.url)) as handset:
            ear = HandsetEar(handset)
            handset.open().wait(PATIENCE)
            if model in ("p1k", "cm109"):
                usb.press_key(phone.name, "pickup")
            else:
                usb.lift(phone.name)
            ear.wait_for(Lifted)
            assert ear.told() == ["handset_ready", "handset_lifted"]


Act = Callable[[SuiteServer, str, Line, Heard], bool]
"""Brings a line into a state; whether the telephone that hangs on it lies on its hook then."""


def idle(usb: SuiteServer, name: str, line: Line, heard: Heard) -> bool:
    return True


def rings_in(usb: SuiteServer, name: str, line: Line, heard: Heard) -> bool:
    assert usb.call_in("5551234")
    heard.wait_for(Ring)
    return True


def answered(usb: SuiteServer, name: str, line: Line, heard: Heard) -> bool:
    rings_in(usb, name, line, heard)
    line.answer().wait(PATIENCE)
    usb.wait_answered(timeout=PATIENCE)
    return True


def flashes(usb: SuiteServer, name: str, line: Line, heard: Heard) -> bool:
    answered(usb, name, line, heard)
    line.flash()  # and the plug is pulled within it
    return True


def refuses(usb: SuiteServer, name: str, line: Line, heard: Heard) -> bool:
    rings_in(usb, name, line, heard)
    line.reject()
    return True


def held_by_its_telephone(usb: SuiteServer, name: str, line: Line, heard: Heard) -> bool:
    usb.lift(name)
    usb.press(name, "100")
    usb.wait_heard("far_answered", "100", timeout=PATIENCE)
    return False


LINE_STATES: list[tuple[str, Act]] = [
    ("b3g", idle),
    ("b3g", rings_in),
    ("b3g", answered),
    ("b3g", flashes),
    ("b3g", refuses),
    ("b3g", held_by_its_telephone),
    ("b2k", answered),
    ("b2k", held_by_its_telephone),
]
"""What a B2K tells in other packets is whether it rings and how its telephone lies."""


@pytest.mark.parametrize(
    ("model", "act"), LINE_STATES, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_line(usb: SuiteServer, times: Times, patience: float, model: str, act: Act) -> None:
    phone = Plugged(usb, f"phone:{model}")
    with no_leaks(PATIENCE):
        with closing(open_line(phone.url)) as line:
            heard = Heard(line)
            line.open().wait(PATIENCE)
            lies = act(usb, phone.name, line, heard)
            began = time.monotonic()
            usb.unplug(phone.name)
            heard.wait_for(LineLost)
            took = time.monotonic() - began
            times.took("phone's line: unplugged to told", took)
            assert took < TOLD * patience
            if lies:
                usb.wait_on_hook(timeout=PATIENCE)
            phone.replug()
        assert len(heard.of(LineLost)) == 1
        if not lies:
            usb.put_down(phone.name)
        usb.wait_on_hook(timeout=PATIENCE)
        usb.renew_network()
        with closing(open_line(phone.url)) as line:
            heard = Heard(line)
            line.open().wait(PATIENCE)
            answered(usb, phone.name, line, heard)
            line.hang_up().wait(PATIENCE)
            usb.wait_on_hook(timeout=PATIENCE)


def test_twenty_times(usb: SuiteServer, times: Times) -> None:
    phone = Plugged(usb, "phone:b3g")
    phone.wait_driver("yealink")
    usb.unplug(phone.name)
    with no_leaks(PATIENCE):
        for _ in range(20):
            began = time.monotonic()
            phone.replug()
            with closing(open_handset(phone.url)) as handset:
                ear = HandsetEar(handset)
                handset.open().wait(PATIENCE)
                times.took("phone:b3g: plugged in to ready, of 20", time.monotonic() - began)
                began = time.monotonic()
                usb.unplug(phone.name)
                ear.wait_for(HandsetLost)
                times.took("phone:b3g: unplugged to told, of 20", time.monotonic() - began)


def test_it_makes_a_desk(usb: SuiteServer, desk: Desk, times: Times) -> None:
    """Without any configuration: its line, and the telephone on it; pulled out in a call."""
    began = time.monotonic()
    phone = usb.plug("phone:b3g")
    times.took("phone:b3g: plugged in to desk ready", desk.ready(began=began))
    for _ in range(2):
        assert usb.call_in("5551234")
        desk.state("ringing_in")
        desk.do("answer")
        usb.wait_answered(timeout=5 * desk.patience)
        desk.state("active")
        began = time.monotonic()
        usb.unplug(phone)
        times.took("phone:b3g: unplugged to desk offline", desk.offline(began=began))
        assert desk.status()["last_call"]["reason"] == "device_lost"
        usb.renew_network()
        desk.mark()
        began = time.monotonic()
        usb.replug(phone)
        times.took("phone:b3g: plugged in again to desk ready", desk.ready(began=began))
