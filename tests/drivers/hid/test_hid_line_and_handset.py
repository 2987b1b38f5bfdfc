"""A telephone's line and its handset, open at once; its URLs; what the simulated one hears."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hookflash import DeviceState, open_line
from hookflash.errors import DeviceLost, NotSupported
from hookflash.events import (
    CallEnded,
    LineLost,
)
from hookflash.handset import Lamps
from hookflash.handset_events import HandsetLost, KeyPressed, Lifted
from hookflash.hid.line import HidLine
from hookflash.simulated import Exchange, ManualClock, SimulatedPort, hidport, port
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_line import SimulatedHidLine
from hookflash.simulated.hid_models import find_model
from support.lines import FAST, PATIENCE, PLAN, Heard
from support.telephones import MODELS, SETTINGS, TIMING, MakePhone

CALL = Lamps(off_hook=True)

# --- line and handset -----------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_lamps_and_line_do_not_disturb_each_other(make_phone: MakePhone, model: str) -> None:
    """While digits go out, lamps change all the time: each report is whole, and the other's."""
    phone = make_phone(model)
    lamps = [Lamps(off_hook=True, muted=bool(i % 2), message_waiting=True) for i in range(40)]
    dial = phone.line.dial("1005")
    for shown in lamps:
        phone.handset.show(shown)
        threading.Event().wait(0.01)
    dial.wait(PATIENCE)
    phone.exchange.wait_for("dialled", "1005", PATIENCE)
    phone.person.wait_until(lambda: phone.person.lamps == lamps[-1], PATIENCE)
    assert phone.misuse() == []
    phone.line.hang_up().wait(PATIENCE)
    phone.wait_on_hook()
    assert phone.person.lamps == lamps[-1]


def test_hands_are_the_handset_s_and_tones_the_line_s(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.person.lift()
    phone.ear.wait_for(Lifted)
    phone.handset.show(CALL)
    phone.person.press("5")
    phone.ear.wait_for(KeyPressed)
    assert [event.kind for event in phone.heard.all()] == ["line_ready"]
    assert not phone.wire.is_off_hook
    phone.call()
    phone.exchange.hang_up("1001")
    phone.heard.wait_for(CallEnded)
    assert phone.ear.told() == ["handset_ready", "handset_lifted", "handset_key"]


def test_one_is_closed_and_the_other_works(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.handset.close()
    phone.call()
    phone.line.close()
    phone.wait_on_hook()
    assert phone.heard.of(LineLost) == []


@pytest.mark.parametrize("model", MODELS)
def test_unplugged_in_a_call_and_plugged_in_again(make_phone: MakePhone, model: str) -> None:
    phone = make_phone(model)
    phone.call()
    phone.person.unplug()
    assert phone.heard.wait_for(LineLost).code == "device_lost"
    phone.ear.wait_for(HandsetLost)
    phone.wait_on_hook()
    with pytest.raises(DeviceLost):
        phone.line.hang_up().wait(PATIENCE)
    assert phone.heard.all()[-1].kind == "line_lost"
    phone.stack.close()
    assert len(phone.heard.of(LineLost)) == phone.ear.told().count("handset_lost") == 1
    phone.person.plug_in()
    phone.open()
    assert phone.line.state is DeviceState.READY
    assert not phone.wire.is_off_hook
    phone.call()


def test_unplugged_while_it_dials(make_phone: MakePhone) -> None:
    """The dial ends at once, not when the tone is over."""
    phone = make_phone(tone_ms=1000)
    dial = phone.line.dial("100")
    phone.person.wait_until(lambda: phone.person.outputs["line_key"] == 2, PATIENCE)
    phone.person.unplug()
    with pytest.raises(DeviceLost):
        dial.wait(0.9)
    phone.heard.wait_for(LineLost)
    assert phone.heard.of(CallEnded) == []


def test_a_write_that_fails_is_the_loss_of_both(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.call()
    phone.person.faults.add("write_fails")
    with pytest.raises(DeviceLost):
        phone.line.send_dtmf("1").wait(PATIENCE)
    phone.heard.wait_for(LineLost)
    phone.ear.wait_for(HandsetLost)


# --- URLs, and what is no line --------------------------------------------------------------------


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchange]:
    """The exchange of this test's URLs."""
    exchange = Exchange(PLAN, TIMING)
    monkeypatch.setattr(port, "_exchange", exchange)
    monkeypatch.setattr(hidport, "_handsets", {})
    yield exchange
    exchange.close()


@pytest.mark.parametrize("model", MODELS)
def test_by_its_url(shared: Exchange, model: str) -> None:
    line = open_line(f"sim-hid:?model={model}&number=1002", SETTINGS)
    assert isinstance(line, HidLine)
    line.open().wait(PATIENCE)
    try:
        line.dial("100").wait(PATIENCE)
        shared.wait_for("far_answered", "100", PATIENCE)
    finally:
        line.close()
    assert not shared.line("1002").is_off_hook


def test_a_handset_has_no_line(shared: Exchange) -> None:
    line = open_line("sim-hid:?model=jabra")
    heard = Heard(line)
    with pytest.raises(NotSupported, match="has no line that we can use: none of its outputs"):
        line.open().wait(PATIENCE)
    assert heard.wait_for(LineLost).code == "not_supported"
    line.close()


def test_a_number_that_a_modem_has_already(shared: Exchange) -> None:
    """The telephone's handset works; its line is not wired, so there is no dial tone."""
    modem = SimulatedPort(shared, "1001")
    line = open_line("sim-hid:?model=dual", SETTINGS)
    line.open().wait(PATIENCE)
    line.close()
    journal = hidport.handset_of("sim-hid:?model=dual").journal
    assert any("not wired" in entry.detail for entry in journal)
    assert shared.line("1001").phone is modem.modem
    modem.close()


# --- the simulated telephone itself ---------------------------------------------------------------


def test_what_the_exchange_hears_of_keys() -> None:
    clock = ManualClock()
    exchange = Exchange(PLAN, FAST, clock=clock)
    person = SimulatedHandset(find_model("dual"), exchange)
    SimulatedHidLine(person)

    def write(**values: int) -> None:
        person.second_program_writes(line_hook=1, **values)

    write()
    clock.advance(1.0)
    for key, tone, pause in ((2, 0.065, 0.065), (3, 0.064, 0.2), (4, 0.2, 0.064), (5, 0.1, 0.1)):
        write(line_key=key)
        clock.advance(tone)
        write(line_key=0)
        clock.advance(pause)
    misuse = [entry.detail for entry in person.journal if entry.what == "misuse"]
    assert misuse == [
        "key 2 for 64 ms after 65 ms: not heard",
        "key 4 for 100 ms after 64 ms: not heard",
    ]


def test_drop_gives_the_line_back() -> None:
    exchange = Exchange(PLAN, FAST, clock=ManualClock())
    person = SimulatedHandset(find_model("dual"), exchange)
    SimulatedHidLine(person)
    wire = exchange.line("1001")
    person.second_program_writes(line_hook=1)
    assert wire.is_off_hook
    person.second_program_writes(line_hook=1, line_drop=1)
    assert not wire.is_off_hook
    person.second_program_writes(line_hook=0)
    person.second_program_writes(line_hook=1)
    assert wire.is_off_hook


def test_a_caller_who_gives_up_in_a_burst_leaves_no_bit_behind() -> None:
    clock = ManualClock()
    exchange = Exchange(PLAN, replace(FAST, ring_on=2.0), clock=clock)
    person = SimulatedHandset(find_model("dual"), exchange)
    SimulatedHidLine(person)
    person.second_program_writes(line_hook=0)  # wired by that
    exchange.call("1001", "5551234")
    assert person.inputs["line_ringer"] == 1
    clock.advance(1.0)
    exchange.hang_up("1001")
    clock.advance(1.5)
    assert person.inputs["line_ringer"] == 0
