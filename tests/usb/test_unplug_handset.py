"""A handset's plug is pulled in every state, and put in again: the call goes on, nothing is dialled
that nobody typed, and a person can go on with it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from support.times import Times
from support.usbdesk import Desk
from support.usbsuite import SuiteServer

MODEM = "modem:cx930xx"
JABRA = "handset:jabra"


class Hand:
    """A desk with a modem and a handset, and what a person does with them."""

    def __init__(self, usb: SuiteServer, desk: Desk, times: Times, spec: str) -> None:
        self.usb, self.desk, self.times, self.spec = usb, desk, times, spec
        self.patience = 5 * desk.patience
        self.modem = usb.plug(MODEM)
        began = time.monotonic()
        self.name = usb.plug(spec)
        times.took(
            f"{spec}: plugged in to ready", desk.ready(handset=True, line=False, began=began)
        )
        desk.ready()
        desk.mark()

    def unplug(self) -> None:
        """Pull the handset's plug, which is to be told once."""
        began = time.monotonic()
        self.usb.unplug(self.name)
        took = self.desk.offline(line=False, handset=True, began=began)
        self.times.took(f"{self.spec}: unplugged to told", took)

    def replug(self) -> None:
        """Put it in again, and wait until it can be used."""
        began = time.monotonic()
        self.usb.replug(self.name)
        took = self.desk.until(
            lambda status: status["handset"]["state"] == "ready", "ready", 3.0, began
        )[1]
        self.times.took(f"{self.spec}: plugged in again to ready", took)
        assert len(self.desk.told("handset_lost code=device_lost")) == 1, self.desk.log()

    def lift(self) -> None:
        self.usb.lift(self.name)

    def put_down(self) -> None:
        self.usb.put_down(self.name)
        self.usb.wait_on_hook(timeout=self.patience)
        self.desk.state("idle")

    def seen(self, **lamps: bool) -> None:
        self.usb.wait_seen(self.name, timeout=self.patience, **lamps)

    def calls(self, number: str = "100") -> None:
        """Lift, dial with the keys, and talk; exactly that is dialled."""
        self.lift()
        self.seen(off_hook=True)
        self.usb.press(self.name, f"{number}#")
        assert self.usb.wait_dialled(timeout=2 * self.patience) == number
        self.usb.wait_heard("far_answered", timeout=2 * self.patience)

    def rings(self) -> None:
        assert self.usb.call_in("5551234", "Ann")
        self.desk.state("ringing_in")

    def answers(self) -> None:
        self.lift()
        assert self.usb.wait_answered(timeout=self.patience) == "5551234"
        self.desk.state("active")


@pytest.fixture
def hand(usb: SuiteServer, desk: Desk, times: Times) -> Callable[[str], Hand]:
    """Makes a desk with a modem and this handset."""
    return lambda spec: Hand(usb, desk, times, spec)


Handed = Callable[[str], Hand]


def test_while_it_lies_there(hand: Handed) -> None:
    at = hand(JABRA)
    at.unplug()
    at.desk.state("idle")
    at.replug()
    at.calls()
    at.put_down()
    at.rings()
    at.seen(ringing=True)
    at.answers()
    at.put_down()


def test_lifted_with_half_a_number_typed(hand: Handed) -> None:
    at = hand(JABRA)
    at.lift()
    at.seen(off_hook=True)
    at.usb.press(at.name, "99")
    at.unplug()
    assert not at.usb.is_off_hook()
    at.replug()
    at.seen(off_hook=False)
    at.calls()
    at.put_down()


def test_while_it_rings(hand: Handed) -> None:
    at = hand(JABRA)
    at.rings()
    at.seen(ringing=True)
    at.unplug()
    at.desk.state("ringing_in")
    at.replug()
    at.seen(ringing=True)
    at.answers()
    at.put_down()


def test_in_a_call(hand: Handed) -> None:
    at = hand(JABRA)
    at.rings()
    at.answers()
    at.seen(off_hook=True)
    at.unplug()
    assert at.usb.is_off_hook()
    at.desk.state("active")
    at.replug()
    at.seen(off_hook=True)
    at.usb.press(at.name, "7")
    at.usb.wait_keys("7", timeout=at.patience)
    at.put_down()
    assert at.desk.status()["last_call"]["reason"] == "local_hangup"
    at.calls()
    at.put_down()


def test_with_a_call_put_on_hold_by_it(hand: Handed) -> None:
    """The call stays where its flash has put it, until the next flash."""
    at = hand(JABRA)
    at.calls()
    at.usb.flash(at.name)
    at.usb.wait_flash(timeout=at.patience)
    at.unplug()
    assert at.usb.is_off_hook()
    at.usb.forget()
    at.replug()
    at.seen(off_hook=True)
    at.usb.flash(at.name)
    at.usb.wait_flash(timeout=at.patience)
    at.put_down()
    assert at.desk.status()["last_call"]["reason"] == "local_hangup"
    at.calls()
    at.put_down()


def test_in_a_call_that_ends_without_it(hand: Handed) -> None:
    at = hand(JABRA)
    at.calls()
    at.unplug()
    at.desk.do("huang_up")
    at.usb.wait_on_hook(timeout=at.patience)
    at.desk.state("idle")
    at.replug()
    at.seen(off_hook=False, ringing=False)
    assert not at.usb.is_off_hook()
    at.calls()
    at.put_down()


@pytest.mark.usefixtures("local_rules")
def test_held_in_the_hand_all_the_time(hand: Handed) -> None:
    """Its hook is a switch: it is lifted when it comes back, too."""
    at = hand("handset:deskphone")
    at.rings()
    at.answers()
    at.unplug()
    at.desk.state("active")
    at.replug()
    assert at.desk.until(lambda status: status["handset"]["lifted"], "lifted", 1.0)
    at.desk.state("active")
    at.put_down()
    at.calls()
    at.put_down()


def test_both_at_once_in_a_call(hand: Handed) -> None:
    """As when their hub is pulled out."""
    at = hand(JABRA)
    at.calls()
    for name in (at.modem, at.name):
        at.usb.unplug(name)
    at.desk.offline(handset=True)
    assert at.desk.status()["last_call"]["reason"] == "device_lost"
    assert not at.usb.is_off_hook()
    at.usb.renew_network()
    for name in (at.name, at.modem):
        at.usb.replug(name)
    at.desk.ready(handset=True)
    at.seen(off_hook=False)
    at.rings()
    at.seen(ringing=True)
    at.answers()
    at.put_down()
