"""The line of B2K and B3G: what it can do, what it says it cannot, and its telephone."""

from __future__ import annotations

import pytest

from hookflash import Capability, EndReason
from hookflash.errors import DeviceLost, NotSupported
from hookflash.events import (
    Answered,
    CallEnded,
    CallerIdMissing,
    LineLost,
    LineReady,
    PhoneHook,
    Ring,
    RingStopped,
)
from hookflash.handset import Lamps
from hookflash.handset_events import HandsetLost, Lifted, PutDown
from hookflash.usb.yealink_packet import Command
from support.lines import PATIENCE, until
from support.yealinks import MakeYealink, Yealink

BOXES = ["b2k", "b3g"]


def off_hook(phone: Yealink) -> None:
    until(lambda: phone.wire.is_off_hook, "off hook")


def on_hook(phone: Yealink) -> None:
    until(lambda: not phone.wire.is_off_hook, "on hook")


def answered(phone: Yealink) -> None:
    """A call, rung and answered."""
    assert phone.exchange.call("1001", "5551234")
    phone.heard.wait_for(Ring)
    phone.line.answer().wait(PATIENCE)
    phone.exchange.wait_for("answered", timeout=PATIENCE)


@pytest.mark.parametrize("model", BOXES)
def test_ready(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model).open_line()
    assert phone.heard.wait_for(LineReady).identity == f"Yealink USB-{model.upper()}"
    assert phone.line.capabilities == {Capability.ANSWER, Capability.REJECT, Capability.FLASH}
    assert not phone.line.off_hook
    assert not phone.wire.is_off_hook
    assert phone.misuse() == []


@pytest.mark.parametrize("model", ["p1k", "p4k"])
def test_a_phone_without_a_line(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model)
    with pytest.raises(NotSupported, match=f"USB-{model.upper()} has no telephone line"):
        phone.open_line()
    phone.heard.wait_for(LineLost)


@pytest.mark.parametrize("model", BOXES)
def test_a_call_in(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model).open_line()
    phone.exchange.call("1001", "5551234")
    assert phone.heard.wait_for(Ring).count == 1
    assert phone.heard.wait_for(CallerIdMissing).reason == "not_supported"
    assert phone.heard.wait_for(Ring).count == 2
    phone.line.answer().wait(PATIENCE)
    phone.exchange.wait_for("answered", timeout=PATIENCE)
    until(lambda: len(phone.heard.of(Answered)) == 2, "certain")
    assert [event.evidence.certain for event in phone.heard.of(Answered)] == [False, True]
    phone.line.hang_up().wait(PATIENCE)
    on_hook(phone)
    assert phone.heard.wait_for(CallEnded).reason is EndReason.LOCAL_HANGUP
    assert phone.misuse() == []


@pytest.mark.parametrize("model", BOXES)
def test_a_caller_who_gives_up(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model).open_line()
    phone.exchange.call("1001", rings=3)
    phone.heard.wait_for(Ring)
    phone.heard.wait_for(RingStopped)
    assert not phone.line.ringing


def test_refused(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k").open_line()
    phone.exchange.call("1001")
    phone.heard.wait_for(Ring)
    phone.line.hang_up().wait(PATIENCE)
    phone.exchange.wait_for("answered", timeout=PATIENCE)
    on_hook(phone)
    assert phone.heard.wait_for(CallEnded).reason is EndReason.REJECTED


@pytest.mark.parametrize("model", BOXES)
@pytest.mark.parametrize("lifted", [False, True], ids=["lies", "lifted"])
def test_flash(make_yealink: MakeYealink, model: str, lifted: bool) -> None:
    """Also with its telephone in somebody's hand, which holds the line as well."""
    phone = make_yealink(model).open_line()
    assert phone.phone.telephone_line is not None
    phone.phone.telephone_line.longest_flash = 1.0
    answered(phone)
    if lifted:
        phone.phone.lift()
        phone.heard.wait_for(PhoneHook)
    phone.line.flash().wait(PATIENCE)
    ms = int(phone.exchange.wait_for("flash", timeout=PATIENCE).detail)
    assert 95 <= ms < 700
    assert phone.wire.held is not None
    assert phone.phone.told[Command.SWITCH] == b"\1"
    phone.line.flash().wait(PATIENCE)
    phone.exchange.wait_for("flash", timeout=PATIENCE)
    assert phone.wire.call is not None


@pytest.mark.parametrize("what", ["dial", "dtmf", "transfer"])
def test_what_it_cannot(make_yealink: MakeYealink, what: str) -> None:
    phone = make_yealink("b2k").open_line()
    ask = {"dial": phone.line.dial, "dtmf": phone.line.send_dtmf, "transfer": phone.line.transfer}
    with pytest.raises(NotSupported, match=f"{what} on line: .*press them on the telephone"):
        ask[what]("123").wait(PATIENCE)
    assert not phone.wire.is_off_hook


@pytest.mark.parametrize("model", BOXES)
def test_its_telephone_dials_and_is_told(make_yealink: MakeYealink, model: str) -> None:
    """While its line is used the telephone is on it: an ordinary one, but that it is seen."""
    phone = make_yealink(model).open_line().open()
    phone.until(lambda: phone.phone.line_lamp_is_lit)
    phone.phone.lift()
    assert phone.heard.wait_for(PhoneHook).off_hook
    phone.ear.wait_for(Lifted)
    phone.phone.press("100")
    phone.exchange.wait_for("far_answered", "100", PATIENCE)
    phone.phone.put_down()
    assert not phone.heard.wait_for(PhoneHook).off_hook
    phone.ear.wait_for(PutDown)
    on_hook(phone)
    assert "handset_key" not in phone.ear.told()  # the line has heard them


def test_the_far_end_s_keys_are_nobody_s(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k").open_line().open()
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    phone.phone.press("102")  # who answers sends 12#
    phone.exchange.wait_for("far_answered", "102", PATIENCE)
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    assert "handset_key" not in phone.ear.told()


@pytest.mark.parametrize("model", BOXES)
def test_a_call_of_its_telephone_is_ended(make_yealink: MakeYealink, model: str) -> None:
    """A hang-up takes the telephone off the line, until it is put down."""
    phone = make_yealink(model).open_line()
    phone.phone.lift()
    phone.heard.wait_for(PhoneHook)
    phone.phone.press("100")
    phone.exchange.wait_for("far_answered", "100", PATIENCE)
    phone.line.hang_up().wait(PATIENCE)
    on_hook(phone)
    assert phone.phone.told[Command.SWITCH] == b"\0"
    phone.phone.put_down()
    phone.until(lambda: phone.phone.told[Command.SWITCH] == b"\1")


def test_the_telephone_answers(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k").open_line().open()
    phone.exchange.call("1001", "5551234")
    phone.heard.wait_for(Ring)
    phone.handset.show(Lamps(ringing=True))
    phone.until(lambda: phone.phone.rings)
    assert phone.phone.told[Command.BELL] == b"\0"  # it rings by itself
    phone.phone.lift()
    phone.exchange.wait_for("answered", timeout=PATIENCE)
    phone.ear.wait_for(Lifted)
    phone.line.answer().wait(PATIENCE)
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    off_hook(phone)  # still ours: the call may be taken at a headset
    phone.line.hang_up().wait(PATIENCE)
    on_hook(phone)


def test_a_b3g_opened_while_it_was_lifted_is_understood_when_it_rings(
    make_yealink: MakeYealink,
) -> None:
    phone = make_yealink("b3g")
    phone.phone.lift()
    phone.open_line().open()
    phone.phone.put_down()
    phone.ear.wait_for(Lifted)  # as it was misunderstood
    on_hook(phone)
    assert phone.exchange.call("1001")
    phone.ear.wait_for(PutDown)
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    phone.exchange.wait_for("answered", timeout=PATIENCE)


@pytest.mark.parametrize("model", BOXES)
def test_lifted_in_a_ring(make_yealink: MakeYealink, model: str) -> None:
    """At the very moment when it begins."""
    phone = make_yealink(model).open_line().open()
    for _ in range(3):
        with phone.exchange.lock:
            assert phone.exchange.call("1001")
            phone.phone.lift()
        phone.ear.wait_for(Lifted)
        phone.phone.put_down()
        phone.ear.wait_for(PutDown)
        on_hook(phone)


def test_what_a_program_that_died_left_seized(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b3g")
    with phone.exchange.lock:
        phone.phone.told |= {Command.SEIZE: b"\1", Command.JOIN: b"\1", Command.BELL: b"\1"}
        assert phone.phone.telephone_line is not None
        phone.phone.telephone_line.look()
    off_hook(phone)
    phone.open_line()
    on_hook(phone)
    assert phone.phone.told[Command.JOIN] == b"\0"
    phone.open()
    phone.until(lambda: phone.phone.told[Command.BELL] == b"\0")


def test_rings_when_it_is_opened(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k")
    phone.exchange.call("1001")
    phone.open_line()
    phone.heard.wait_for(Ring)


@pytest.mark.parametrize("model", BOXES)
def test_left_in_a_call(make_yealink: MakeYealink, model: str) -> None:
    """The line is put on hook, and the telephone works without the PC."""
    phone = make_yealink(model).open_line()
    answered(phone)
    phone.line.close()
    on_hook(phone)
    assert phone.phone.told[Command.SWITCH] == b"\1"
    phone.phone.lift()
    phone.phone.press("100")
    phone.exchange.wait_for("far_answered", "100", PATIENCE)


def test_one_is_closed_and_the_other_works(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k").open_line().open()
    phone.line.close()
    phone.until(lambda: phone.phone.told[Command.SWITCH] == b"\0")
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    phone.phone.press("5")
    phone.until(lambda: "handset_key" in phone.ear.told())
    assert not phone.wire.is_off_hook
    assert phone.heard.of(LineLost) == []


def test_unplugged_in_a_call_and_plugged_in_again(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b3g").open_line().open()
    answered(phone)
    phone.phone.unplug()
    assert phone.heard.wait_for(LineLost).code == "device_lost"
    phone.ear.wait_for(HandsetLost)
    on_hook(phone)
    with pytest.raises(DeviceLost):
        phone.line.hang_up().wait(PATIENCE)
    phone.phone.plug_in()
    phone.open_line().open()
    answered(phone)


def test_unplugged_in_a_flash(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k", flash_ms=1400).open_line()
    answered(phone)
    flash = phone.line.flash()
    phone.until(lambda: phone.phone.told[Command.SEIZE] == b"\0")
    phone.phone.unplug()
    with pytest.raises(DeviceLost):
        flash.wait(1.0)
    assert phone.heard.wait_for(LineLost).code == "device_lost"


def test_both_are_opened_at_once_and_the_phone_once(make_yealink: MakeYealink) -> None:
    """A claimed USB interface cannot be opened twice."""
    for _ in range(5):
        phone = make_yealink("b2k")
        opening = [phone.make_line().open(), phone.make().open()]
        for operation in opening:
            operation.wait(PATIENCE)
        phone.line.close()
        phone.open_line()
        answered(phone)
        phone.stack.close()
