"""The plug is pulled in every state of a call, and put in again: told once, the call over, the
line on hook, and the next call works."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from support.times import Times
from support.usbdesk import Desk
from support.usbsuite import SuiteServer

Act = Callable[[SuiteServer, Desk], None]

MODEM = "modem:cx930xx"

LONG = 60.0
"""Seconds of network time in which nothing of a test is to end by itself."""


def nothing(usb: SuiteServer, desk: Desk) -> None:
    """An idle line."""


def dials(usb: SuiteServer, desk: Desk) -> None:
    usb.set_timing(complete=LONG)
    desk.later("dial_out", dial_number="201")
    usb.wait_off_hook(timeout=5 * desk.patience)
    desk.state("dialing", "ringing_out")


def rings_out(usb: SuiteServer, desk: Desk) -> None:
    desk.do("dial_out", dial_number="201")
    usb.wait_dialled("201", timeout=5 * desk.patience)
    desk.state("ringing_out")


def talks(usb: SuiteServer, desk: Desk) -> None:
    desk.do("dial_out", dial_number="100")
    usb.wait_heard("far_answered", timeout=5 * desk.patience)


def rings_in(usb: SuiteServer, desk: Desk) -> None:
    assert usb.call_in("5551234", "Ann")
    desk.state("ringing_in")


def answered(usb: SuiteServer, desk: Desk) -> None:
    rings_in(usb, desk)
    desk.do("answer")
    usb.wait_answered(timeout=5 * desk.patience)
    desk.state("active")


def sends_keys(usb: SuiteServer, desk: Desk) -> None:
    talks(usb, desk)
    desk.do("send_dtmf", dtmf="1")
    usb.wait_keys("1", timeout=5 * desk.patience)
    desk.later("send_dtmf", dtmf="1234567890" * 3)


def transfers(usb: SuiteServer, desk: Desk) -> None:
    """Its flash is out, and the call held; the second dial tone is awaited."""
    talks(usb, desk)
    desk.later("transfer_to", trans_type="number", trans_number="12")
    usb.wait_flash(timeout=5 * desk.patience)


STATES: dict[str, Act] = {
    "idle": nothing,
    "dialling": dials,
    "ringing out": rings_out,
    "talking": talks,
    "ringing in": rings_in,
    "answered": answered,
    "sending keys": sends_keys,
    "transferring": transfers,
}


def call_works(usb: SuiteServer, desk: Desk) -> None:
    """A call out, and one in; and the line is on hook in the end."""
    usb.forget()
    talks(usb, desk)
    desk.do("huang_up")
    usb.wait_on_hook(timeout=5 * desk.patience)
    answered(usb, desk)
    desk.do("huang_up")
    usb.wait_on_hook(timeout=5 * desk.patience)
    desk.state("idle")


def plug(usb: SuiteServer, desk: Desk, times: Times, spec: str) -> str:
    """Plug a line in, and wait until it can be used; its name."""
    began = time.monotonic()
    name = usb.plug(spec)
    times.took(f"{spec}: plugged in to ready", desk.ready(began=began))
    return name


def replug(usb: SuiteServer, desk: Desk, times: Times, spec: str, name: str) -> None:
    began = time.monotonic()
    usb.replug(name)
    times.took(f"{spec}: plugged in again to ready", desk.ready(began=began))


@pytest.mark.parametrize("state", STATES)
def test_a_modem_is_pulled_out(usb: SuiteServer, desk: Desk, times: Times, state: str) -> None:
    modem = plug(usb, desk, times, MODEM)
    STATES[state](usb, desk)
    had_call = desk.status()["call"] is not None
    assert had_call is (state != "idle")
    desk.mark()
    began = time.monotonic()
    usb.unplug(modem)
    times.took(f"{MODEM}: unplugged to told", desk.offline(began=began))
    status = desk.status()
    if had_call:
        assert status["last_call"]["state"] == "terminated"
        assert status["last_call"]["reason"] == "device_lost"
    assert status["call"] is None
    assert not usb.is_off_hook()
    usb.renew_network()
    replug(usb, desk, times, MODEM, modem)
    assert len(desk.told("line_lost code=device_lost")) == 1, desk.log()
    assert len(desk.told("desk 1001: line ready")) == 1
    call_works(usb, desk)


def test_a_modem_is_pulled_out_while_it_is_asked_what_it_is(
    usb: SuiteServer, desk: Desk, times: Times
) -> None:
    for question in (b"AT", b"+FCLASS?", b"+VLS=?", b"+VRN=?", b"+VCID=1"):
        modem = usb.plug(MODEM)
        usb.wait_received(modem, question, timeout=3 * desk.patience)
        usb.unplug(modem)
        desk.until(lambda status: status["offline_because"] == "nothing_plugged_in", "told", 1.5)
        usb.remove(modem)
    plug(usb, desk, times, MODEM)
    call_works(usb, desk)


def test_a_plug_that_is_in_again_at_once(usb: SuiteServer, desk: Desk, times: Times) -> None:
    modem = plug(usb, desk, times, MODEM)
    for _ in range(3):
        talks(usb, desk)
        usb.unplug(modem)
        replug(usb, desk, times, MODEM, modem)
        usb.forget()
    assert desk.status()["last_call"]["reason"] == "device_lost"
    call_works(usb, desk)


def test_a_modem_leaves_in_the_middle_of_a_command(
    usb: SuiteServer, desk: Desk, times: Times
) -> None:
    modem = plug(usb, desk, times, MODEM)
    talks(usb, desk)
    usb.set_faults(modem, ["vanishes"])
    desk.agent.ask("send_dtmf", dtmf="5")
    desk.offline()
    replug(usb, desk, times, MODEM, modem)
    call_works(usb, desk)
