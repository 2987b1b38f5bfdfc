"""A telephone with a line of its own, line and handset of a desk at once, is pulled out in every
state of a call, and put in again. It is none that the rules know: local ones are installed."""

from __future__ import annotations

import time

import pytest

from support.times import Times
from support.usbdesk import Desk
from support.usbsuite import SuiteServer

SPEC = "handset:dual"

pytestmark = pytest.mark.usefixtures("local_rules")


def plug(usb: SuiteServer, desk: Desk, times: Times) -> str:
    """Plug it in, and wait until it can be used; its name."""
    usb.set_timing(complete=1.5)  # it dials key by key
    began = time.monotonic()
    name = usb.plug(SPEC)
    times.took(f"{SPEC}: plugged in to ready", desk.ready(handset=True, began=began))
    desk.mark()
    return name


def calls(usb: SuiteServer, desk: Desk, name: str) -> None:
    """A person dials; exactly that is dialled."""
    usb.lift(name)
    usb.wait_seen(name, timeout=5 * desk.patience, off_hook=True)
    usb.press(name, "100#")
    assert usb.wait_dialled(timeout=10 * desk.patience) == "100"
    usb.wait_heard("far_answered", timeout=10 * desk.patience)


def rings(usb: SuiteServer, desk: Desk, name: str) -> None:
    assert usb.call_in("5551234", "Ann")
    desk.state("ringing_in")
    usb.wait_seen(name, timeout=5 * desk.patience, ringing=True)


def answers(usb: SuiteServer, desk: Desk, name: str) -> None:
    rings(usb, desk, name)
    usb.lift(name)
    usb.wait_answered(timeout=5 * desk.patience)
    desk.state("active")


def put_down(usb: SuiteServer, desk: Desk, name: str) -> None:
    usb.put_down(name)
    usb.wait_on_hook(timeout=5 * desk.patience)
    desk.state("idle")


@pytest.mark.parametrize("state", ["idle", "talking", "ringing in", "answered"])
def test_it_is_pulled_out(usb: SuiteServer, desk: Desk, times: Times, state: str) -> None:
    name = plug(usb, desk, times)
    if state != "idle":
        {"talking": calls, "ringing in": rings, "answered": answers}[state](usb, desk, name)
    lifted = state in ("talking", "answered")
    began = time.monotonic()
    usb.unplug(name)
    took = desk.offline(handset=True, began=began)
    times.took(f"{SPEC}: unplugged to told", took)
    status = desk.status()
    assert status["call"] is None
    if state != "idle":
        assert status["last_call"]["reason"] == "device_lost"
    assert not usb.is_off_hook()
    usb.renew_network()
    usb.set_timing(complete=1.5)
    began = time.monotonic()
    usb.replug(name)
    took = desk.ready(handset=True, began=began)
    times.took(f"{SPEC}: plugged in again to ready", took)
    for what in ("line_lost", "handset_lost"):
        assert len(desk.told(f"{what} code=device_lost")) == 1, desk.log()
    if lifted:  # it was in a hand all the time
        usb.put_down(name)
        desk.until(lambda status: not status["handset"]["lifted"], "put down", 1.0)
    assert not usb.is_off_hook()
    usb.forget()
    calls(usb, desk, name)
    put_down(usb, desk, name)
    answers(usb, desk, name)
    put_down(usb, desk, name)
