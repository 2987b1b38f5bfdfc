"""Yealink phones that are busy, lose replies, fall silent, or are unplugged in the midst of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hookflash import DeviceState, Operation
from hookflash.errors import DeviceLost, HookflashError, NotSupported
from hookflash.events import Answered, LineLost, Ring
from hookflash.handset import DARK, Lamps
from hookflash.handset_events import HandsetLost, KeyPressed, Lifted, PutDown
from hookflash.usb.yealink_packet import Command
from support.lines import PATIENCE, until
from support.yealinks import MakeYealink, Yealink

KEYS = "0123456789*#" * 2


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines of milliseconds: nobody here answers late, but who does not at all."""
    monkeypatch.setattr("hookflash.usb.yealink_talk.DEADLINE", 0.05)
    monkeypatch.setattr("hookflash.usb.yealink_talk.SILENT", 0.4)
    monkeypatch.setattr("hookflash.usb.yealink_talk.BUSY_PAUSE", 0.002)
    monkeypatch.setattr("hookflash.usb.yealink_talk.BUSY_ENDS", 0.01)


def typed(phone: Yealink) -> str:
    return "".join(event.key for event in phone.ear.all if isinstance(event, KeyPressed))


FAULTS = ["busy", "loses", "garbles", "echoes", "busy,echoes", "busy,near_wrap"]


@pytest.mark.parametrize("faults", FAULTS)
def test_nothing_is_lost_on_a_handset(
    make_yealink: MakeYealink, impatient: None, faults: str
) -> None:
    phone = make_yealink("p1k", *faults.split(",")).open()
    for start in range(0, len(KEYS), 12):
        phone.phone.press(KEYS[start : start + 12])
        for _ in range(12):
            phone.ear.wait_for(KeyPressed)
        phone.handset.show(Lamps(off_hook=True, text=KEYS[start : start + 12]))
        phone.until(lambda start=start: phone.phone.text == KEYS[start : start + 12])  # type: ignore[misc]
    assert typed(phone) == KEYS
    phone.handset.show(DARK)
    phone.until(lambda: not phone.phone.text and not phone.phone.is_lit)
    assert phone.misuse() == []


@pytest.mark.parametrize("model", ["b2k", "b3g"])
@pytest.mark.parametrize("faults", ["loses", "garbles", "busy,no_echo"])
def test_nothing_is_lost_on_a_line(
    make_yealink: MakeYealink, impatient: None, model: str, faults: str
) -> None:
    phone = make_yealink(model, *faults.split(",")).open_line().open()
    phone.exchange.call("1001")
    phone.heard.wait_for(Ring)
    phone.line.answer().wait(PATIENCE)
    phone.exchange.wait_for("answered", timeout=PATIENCE)
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    phone.line.hang_up().wait(PATIENCE)
    until(lambda: not phone.wire.is_off_hook, "on hook")
    assert phone.misuse() == []


def test_slow(make_yealink: MakeYealink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash.simulated.vendor_phone.SLOW", 0.01)
    phone = make_yealink("p1k", "slow").open()
    phone.phone.press("123")
    for _ in range(3):
        phone.ear.wait_for(KeyPressed)
    phone.handset.show(Lamps(text="123"))
    phone.until(lambda: phone.phone.text == "123")
    phone.handset.close()
    assert phone.phone.text == ""


def test_silent_from_the_first(make_yealink: MakeYealink, impatient: None) -> None:
    phone = make_yealink("p1k", "silent")
    with pytest.raises(DeviceLost, match=r"no reply for \d+ s; unplug it and plug it in again"):
        phone.open()
    phone.ear.wait_for(HandsetLost)


@pytest.mark.parametrize("model", ["p1k", "b3g"])
def test_it_falls_silent(make_yealink: MakeYealink, impatient: None, model: str) -> None:
    phone = make_yealink(model).open()
    phone.phone.faults.add("silent")
    assert phone.ear.wait_for(HandsetLost).code == "device_lost"
    assert phone.ear.told().count("handset_lost") == 1


def test_a_line_that_falls_silent(make_yealink: MakeYealink, impatient: None) -> None:
    phone = make_yealink("b2k").open_line()
    phone.exchange.call("1001")
    phone.heard.wait_for(Ring)
    phone.phone.faults.add("silent")
    with pytest.raises(DeviceLost):
        phone.line.answer().wait(PATIENCE)
    phone.heard.wait_for(LineLost)
    assert phone.heard.of(Answered) == []


def test_it_takes_no_report(make_yealink: MakeYealink) -> None:
    phone = make_yealink("b2k").open_line().open()
    phone.phone.faults.add("write_fails")
    phone.ear.wait_for(HandsetLost)
    phone.heard.wait_for(LineLost)


@pytest.mark.parametrize(
    ("version", "says"),
    [(0x0500, "phone B1K is used"), (0x0610, "phone T1K"), (0x0700, "phone of version 0700")],
)
def test_a_model_that_nobody_has_described(
    make_yealink: MakeYealink, version: int, says: str
) -> None:
    phone = make_yealink()
    phone.phone.version = version
    with pytest.raises(NotSupported, match=f"{says}.*P1K, P3K, P4K, V1K, B2K and B3G"):
        phone.open()


def test_closed_while_it_is_opened(make_yealink: MakeYealink) -> None:
    """A silent phone is not waited for."""
    phone = make_yealink("p1k", "silent")
    opening = phone.make().open()
    phone.phone.wait_until(lambda: bool(phone.phone.journal))
    phone.handset.close(timeout=1.0)
    with pytest.raises(HookflashError):
        opening.wait(1.0)
    assert phone.handset.state is DeviceState.CLOSED
    assert phone.ear.all == []


def test_closed_though_it_is_silent(make_yealink: MakeYealink) -> None:
    """Not waited for longer than it is told to."""
    phone = make_yealink("b2k").open_line().open()
    phone.phone.faults.add("silent")
    phone.handset.show(Lamps(ringing=True))
    phone.handset.close(timeout=0.2)
    phone.line.close(timeout=0.2)
    assert phone.line.state is DeviceState.CLOSED


# --- unplugged ------------------------------------------------------------------------------------


def use(phone: Yealink) -> list[Callable[[], Operation]]:
    """A line's day."""
    line = phone.line
    return [line.answer, line.flash, line.flash, line.hang_up]


@pytest.mark.parametrize("when", [1, 13, 22, 30, 41, 55])
def test_unplugged_in_the_middle_of_anything(make_yealink: MakeYealink, when: int) -> None:
    """At some packet of a call: both are lost, once; nothing waits, and nothing is told after."""
    phone = make_yealink("b2k").open_line().open()
    passed = [0]

    def pull(_: object) -> None:
        passed[0] += 1
        if passed[0] == when:
            phone.phone.unplug()

    phone.phone.listen(pull)
    phone.exchange.call("1001")
    until(lambda: bool(phone.heard.of(Ring) or phone.heard.of(LineLost)), "a ring or a loss")
    for verb in use(phone):
        phone.handset.show(Lamps(off_hook=True, text=verb.__name__))
        try:
            verb().wait(3.0)
        except HookflashError:
            assert not phone.phone.is_plugged_in
    phone.heard.wait_for(LineLost)
    phone.ear.wait_for(HandsetLost)
    phone.stack.close()
    assert phone.heard.all()[-1].kind == "line_lost"
    assert phone.ear.told()[-1] == "handset_lost"
    phone.phone.plug_in()
    phone.open_line().open()
    assert phone.phone.told.get(Command.SEIZE) == b"\0"


def test_a_line_that_could_not_be_opened_leaves_the_telephone_to_the_handset(
    make_yealink: MakeYealink, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.usb.yealink_line.TAKES_WITHIN", 0.0)
    phone = make_yealink("b2k").open()
    phone.until(lambda: phone.phone.told.get(Command.SWITCH) == b"\0")
    with pytest.raises(HookflashError, match="has not taken it"):
        phone.open_line()
    phone.until(lambda: phone.phone.told.get(Command.SWITCH) == b"\0")
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    phone.phone.press("5")
    phone.ear.wait_for(KeyPressed)


@pytest.mark.parametrize("lost", range(1, 6))
def test_each_reply_may_be_lost_once_while_it_is_opened(
    make_yealink: MakeYealink, impatient: None, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    phone = make_yealink("b2k")
    monkeypatch.setattr("hookflash.simulated.yealink.LOST_EACH", lost)
    phone.phone.faults.add("loses")

    def one_is_enough(_: object) -> None:
        if phone.phone._replies >= lost:
            phone.phone.faults.discard("loses")

    phone.phone.listen(one_is_enough)
    phone.open()
    phone.until(lambda: not phone.phone.faults)
