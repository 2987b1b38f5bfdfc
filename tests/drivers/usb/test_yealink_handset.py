"""Yealink phones as handsets, against simulated ones that take no nonsense."""

from __future__ import annotations

import threading

import pytest

from hookflash import Button, DeviceState
from hookflash.errors import DeviceLost
from hookflash.handset import DARK, Lamps
from hookflash.handset_events import (
    ButtonPressed,
    HandsetLost,
    HandsetReady,
    KeyPressed,
    Lifted,
    PutDown,
)
from hookflash.usb.yealink_packet import Command
from support.yealinks import MakeYealink, Yealink

ALL = ["p1k", "p4k", "b2k", "b3g"]
WITH_HOOK = ["p4k", "b2k", "b3g"]
CALL = Lamps(off_hook=True)


def keys_of(phone: Yealink) -> str:
    return "".join(event.key for event in phone.ear.all if isinstance(event, KeyPressed))


@pytest.mark.parametrize("model", ALL)
def test_ready(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model).open()
    assert phone.ear.wait_for(HandsetReady).identity == f"Yealink USB-{model.upper()}"
    assert phone.handset.model is not None
    assert phone.handset.info is not None
    assert phone.handset.info.vendor_id == 0x6993
    assert not phone.handset.lifted
    assert phone.misuse() == []


@pytest.mark.parametrize("model", ALL)
def test_keys(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model).open()
    if model in WITH_HOOK:
        phone.phone.lift()
        phone.ear.wait_for(Lifted)
    phone.phone.press("1234567890*#")
    assert [phone.ear.wait_for(KeyPressed).key for _ in range(12)] == list("1234567890*#")
    assert phone.misuse() == []


@pytest.mark.parametrize("fault", ["", "near_wrap", "counts_to_32", "near_wrap,counts_to_32"])
def test_keys_faster_than_anybody_looks(make_yealink: MakeYealink, fault: str) -> None:
    """Fifteen presses and releases at once: the phone remembers 32 events."""
    phone = make_yealink("p1k", *filter(None, fault.split(","))).open()
    for _ in range(3):
        with phone.exchange.lock:  # so that it cannot be looked at meanwhile
            phone.phone.press("123456789012345")
        for _ in range(15):
            phone.ear.wait_for(KeyPressed)
    assert keys_of(phone) == "123456789012345" * 3


def test_keys_of_before_the_opening_are_not_told(make_yealink: MakeYealink) -> None:
    phone = make_yealink()
    phone.phone.press("123")
    phone.open()
    phone.phone.press("4")
    phone.ear.wait_for(KeyPressed)
    assert keys_of(phone) == "4"


@pytest.mark.parametrize("model", WITH_HOOK)
def test_lifted_and_put_down(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model).open()
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    assert phone.handset.lifted
    phone.handset.show(CALL)
    phone.until(lambda: phone.phone.is_lit or model == "p4k")
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    assert not phone.handset.lifted


def test_a_key_and_put_down_at_once_come_in_order(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k").open()
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    with phone.exchange.lock:
        phone.phone.press("7")
        phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    assert phone.ear.told()[-2:] == ["handset_key", "handset_put_down"]


def test_the_keys_of_a_p1k_s_call(make_yealink: MakeYealink) -> None:
    phone = make_yealink().open()
    phone.handset.show(Lamps(ringing=True, text="Zoe\n5551234"))
    phone.until(lambda: phone.phone.rings)
    phone.phone.press_key("hangup")
    assert phone.ear.wait_for(ButtonPressed).button is Button.REJECT
    phone.phone.press_key("pickup")
    phone.ear.wait_for(Lifted)
    phone.handset.show(CALL)
    phone.until(lambda: not phone.phone.rings)
    assert phone.phone.is_lit
    phone.phone.press_key("hangup")
    phone.ear.wait_for(PutDown)


def test_the_display(make_yealink: MakeYealink) -> None:
    phone = make_yealink().open()
    phone.handset.show(Lamps(ringing=True, text="Zoe\n004420712345"))
    phone.until(lambda: phone.phone.text == "004420712345")
    assert {"IN", "M", "D", ":"} < phone.phone.icons
    phone.handset.show(Lamps(off_hook=True, text="004420712345"))
    phone.until(lambda: not phone.phone.rings)
    assert "IN" in phone.phone.icons
    phone.handset.show(DARK)
    phone.until(lambda: not phone.phone.text)
    assert phone.phone.icons == set()
    assert not phone.phone.is_lit


def test_only_what_changes_is_sent(make_yealink: MakeYealink) -> None:
    phone = make_yealink().open()
    phone.handset.show(Lamps(text="1"))
    phone.until(lambda: phone.phone.text == "1")
    phone.until(lambda: phone.phone.told.get(Command.LED) == b"\1")
    with phone.exchange.lock:
        phone.phone.journal.clear()
    phone.handset.show(Lamps(text="12"))
    phone.until(lambda: phone.phone.text == "12")
    with phone.exchange.lock:
        told = [entry.detail for entry in phone.phone.journal if entry.what == "told"]
    assert [detail.split()[0] for detail in told] == ["LCD"]


def test_a_p4k_s_loudspeaker(make_yealink: MakeYealink) -> None:
    phone = make_yealink("p4k").open()
    phone.phone.press_key("handsfree")
    phone.ear.wait_for(Lifted)
    phone.handset.show(CALL)
    phone.until(lambda: phone.phone.told.get(Command.SPEAKER) == b"\1")
    phone.phone.lift()
    phone.until(lambda: phone.phone.told.get(Command.SPEAKER) == b"\0")
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    assert phone.ear.told() == ["handset_ready", "handset_lifted", "handset_put_down"]


@pytest.mark.parametrize("model", ["b2k", "b3g"])
def test_a_bell_rings_in_bursts(
    make_yealink: MakeYealink, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.usb.yealink.BELL_ON", 0.05)
    monkeypatch.setattr("hookflash.usb.yealink.BELL_OFF", 0.05)
    phone = make_yealink(model).open()
    phone.handset.show(Lamps(ringing=True))
    for on in (True, False, True, False):
        phone.until(lambda on=on: phone.phone.rings is on)  # type: ignore[misc]
    phone.handset.show(DARK)
    phone.until(lambda: phone.phone.told[Command.LED] == b"\0\0" and not phone.phone.rings)
    with phone.exchange.lock:
        phone.phone.journal.clear()
    threading.Event().wait(0.12)  # two bursts
    with phone.exchange.lock:
        assert not [entry for entry in phone.phone.journal if entry.detail == "BELL 01"]


@pytest.mark.parametrize("model", ["b2k", "b3g"])
def test_its_telephone_hangs_on_the_pc_while_it_is_a_handset(
    make_yealink: MakeYealink, model: str
) -> None:
    phone = make_yealink(model).open()
    phone.until(lambda: phone.phone.told.get(Command.SWITCH) == b"\0")
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    assert not phone.wire.is_off_hook
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    phone.handset.close()
    assert phone.phone.told[Command.SWITCH] == b"\1"


def test_a_call_of_its_own_is_not_cut_by_the_opening(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k")
    phone.phone.lift()
    phone.phone.press("100")
    phone.exchange.wait_for("far_answered", "100")
    phone.open()
    assert phone.handset.lifted
    phone.handset.show(CALL)
    phone.until(lambda: phone.phone.line_lamp_is_lit and not phone.phone.is_lit)
    assert phone.phone.told.get(Command.SWITCH) is None
    assert phone.wire.call is not None
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    phone.until(lambda: phone.phone.told.get(Command.SWITCH) == b"\0")


def test_a_b3g_opened_while_it_is_lifted_is_understood_at_the_first_key(
    make_yealink: MakeYealink,
) -> None:
    phone = make_yealink("b3g")
    with phone.exchange.lock:  # it hangs on the PC already
        phone.phone.told[Command.SWITCH] = b"\0"
    phone.phone.lift()
    phone.open()
    assert not phone.handset.lifted  # nothing tells
    phone.until(lambda: phone.phone.told.get(Command.LED) is not None)
    phone.phone.press("5")
    phone.ear.wait_for(KeyPressed)
    assert phone.handset.lifted
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    phone.phone.lift()
    phone.ear.wait_for(Lifted)


@pytest.mark.parametrize("fault", ["", "hook_inverted"])
def test_a_b3g_s_hook_in_either_reading(make_yealink: MakeYealink, fault: str) -> None:
    phone = make_yealink("b3g", *filter(None, [fault])).open()
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    assert phone.ear.told() == ["handset_ready", "handset_lifted", "handset_put_down"]


@pytest.mark.parametrize("model", ALL)
def test_left_in_order(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model).open()
    phone.handset.show(Lamps(ringing=True, text="5551234"))
    phone.until(lambda: phone.phone.rings or phone.phone.text == "5551234")
    phone.handset.close()
    assert not phone.phone.rings
    assert not phone.phone.is_lit
    assert phone.phone.text == ""
    assert phone.phone.icons == set()
    assert phone.misuse() == []


@pytest.mark.parametrize("model", ALL)
def test_unplugged_and_plugged_in_again(make_yealink: MakeYealink, model: str) -> None:
    phone = make_yealink(model).open()
    phone.handset.show(Lamps(ringing=True, text="5551234"))
    phone.until(lambda: phone.phone.rings or phone.phone.text == "5551234")
    phone.phone.unplug()
    assert phone.ear.wait_for(HandsetLost).code == "device_lost"
    assert phone.handset.state is DeviceState.LOST
    assert phone.ear.told().count("handset_lost") == 1
    phone.phone.plug_in()
    phone.open()
    phone.handset.show(Lamps(text="42"))
    if model in ("p1k", "p4k"):
        phone.until(lambda: phone.phone.text == "42")
    assert phone.misuse() == []


def test_not_there(make_yealink: MakeYealink) -> None:
    phone = make_yealink()
    phone.phone.unplug()
    with pytest.raises(OSError, match="is it plugged in"):
        phone.open()
    phone.ear.wait_for(HandsetLost)


@pytest.mark.parametrize("when", range(1, 30, 4))
def test_unplugged_while_it_is_opened(make_yealink: MakeYealink, when: int) -> None:
    """At any packet: it is lost, or open and then lost, and nothing hangs."""
    phone = make_yealink("b2k")
    passed = [0]

    def pull(entry: object) -> None:
        passed[0] += 1
        if passed[0] == when:
            phone.phone.unplug()

    phone.phone.listen(pull)
    phone.make()
    try:
        phone.handset.open().wait(5)
    except DeviceLost:
        assert when < 20
    phone.handset.show(CALL)
    phone.ear.wait_for(HandsetLost)
