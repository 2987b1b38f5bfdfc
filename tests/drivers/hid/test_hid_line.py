"""A telephone's own line: what is written to it, and what it tells."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from hookflash import Capability, EndReason
from hookflash.errors import CallFailed, NotSupported
from hookflash.events import (
    Answered,
    CallEnded,
    CallerIdMissing,
    Dialled,
    LineReady,
    Ring,
    RingStopped,
    ToneHeard,
)
from hookflash.hid.line import SHORTEST_MS
from hookflash.hid.line_layout import Signal
from support.lines import PATIENCE, until
from support.telephones import MODELS, MakePhone


def test_ready(make_phone: MakePhone) -> None:
    phone = make_phone()
    ready = phone.heard.wait_for(LineReady)
    assert ready.identity == "Simulated telephone with a line of its own"
    assert ready.evidence.source == "report"
    assert Capability.FLASH in phone.line.capabilities
    assert Capability.CALLER_ID not in phone.line.capabilities
    assert not phone.line.off_hook


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_tones_and_flashes_are_long_enough(make_phone: MakePhone, model: str) -> None:
    """The exchange hears all keys, and notes no flash that is too short."""
    phone = make_phone(model, tone_ms=50)
    phone.call("10055")
    phone.line.send_dtmf("0123456789*#").wait(PATIENCE)
    for key in "0123456789*#":
        phone.exchange.wait_for("dtmf", key, PATIENCE)
    phone.line.flash().wait(PATIENCE)
    ms = int(phone.exchange.wait_for("flash", timeout=PATIENCE).detail)
    assert 120 <= ms < 240
    assert phone.misuse() == []


def test_shorter_tones_are_not_heard(
    make_phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above can fail."""
    monkeypatch.setattr("hookflash.hid.line.SHORTEST_MS", 20)
    phone = make_phone(tone_ms=50)
    phone.line.dial("100").wait(PATIENCE)
    assert len(phone.misuse()) == 3
    assert all("not heard" in misuse for misuse in phone.misuse())
    assert SHORTEST_MS == 65


def test_digits_wait_for_dial_tone(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.exchange.timing = replace(phone.exchange.timing, settle=0.5)
    phone.line.dial("100").wait(PATIENCE)
    kinds = [event.kind for event in phone.heard.all()]
    assert kinds.index("tone") < kinds.index("dialled")
    phone.exchange.wait_for("dialled", "100", PATIENCE)


def test_no_dial_tone(make_phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash.hid.line.DIAL_TONE_WAIT", 0.1)
    phone = make_phone()
    phone.wire.connected = False
    dial = phone.line.dial("100")
    with pytest.raises(CallFailed, match="no dial tone within") as caught:
        dial.wait(PATIENCE)
    assert caught.value.reason == EndReason.NO_DIAL_TONE
    assert dial.taken
    ended = phone.heard.wait_for(CallEnded)
    assert (ended.reason, ended.evidence.source) == (EndReason.NO_DIAL_TONE, "report")
    phone.wait_on_hook()


def test_a_hang_up_overtakes_a_number(make_phone: MakePhone) -> None:
    """Within a key: it is let go of, and the line is on hook."""
    phone = make_phone(tone_ms=1000)
    phone.line.dial("12345")
    phone.person.wait_until(lambda: phone.person.outputs["line_key"] == 2, PATIENCE)
    phone.line.hang_up().wait(0.9)
    phone.wait_on_hook()
    assert phone.person.outputs["line_key"] == phone.person.outputs["line_hook"] == 0
    assert phone.heard.of(Dialled) == []


def test_on_hook_for_longer_than_a_flash(make_phone: MakePhone) -> None:
    """Hung up and dialled again at once: two calls for the exchange, and no flash."""
    phone = make_phone()
    phone.call()
    phone.line.hang_up()
    phone.line.dial("100").wait(PATIENCE)
    hung_up = phone.exchange.wait_for("on_hook", timeout=PATIENCE).at
    assert phone.exchange.wait_for("off_hook", timeout=PATIENCE).at - hung_up > 0.15
    phone.exchange.wait_for("far_answered", "100", PATIENCE)


def test_a_key_that_it_has_not(make_phone: MakePhone) -> None:
    phone = make_phone()
    layout = phone.line.layout
    without = {key: control for key, control in layout.keys.items() if key != "#"}
    phone.line._layout = replace(layout, keys=without)
    phone.call()
    with pytest.raises(NotSupported, match="has no key #, which 12# needs"):
        phone.line.send_dtmf("12#").wait(PATIENCE)
    phone.line.hang_up().wait(PATIENCE)
    with pytest.raises(NotSupported):
        phone.line.dial("1#").wait(PATIENCE)
    phone.wait_on_hook()


def test_what_a_program_that_died_left_off_hook_is_put_on_hook(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.stack.close()
    phone.person.second_program_writes(line_hook=1, line_key=5)
    assert phone.wire.is_off_hook
    phone.open()
    phone.wait_on_hook()
    phone.call()


# --- what is heard --------------------------------------------------------------------------------


def test_a_call_in(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.exchange.call("1001", "5551234")
    phone.heard.wait_for(Ring)
    assert phone.heard.wait_for(CallerIdMissing).reason == "not_supported"
    phone.line.answer().wait(PATIENCE)
    phone.exchange.wait_for("answered", timeout=PATIENCE)
    until(lambda: len(phone.heard.of(Answered)) == 2, "certain")
    assert [event.evidence.certain for event in phone.heard.of(Answered)] == [False, True]
    phone.exchange.hang_up("1001")
    assert phone.heard.wait_for(CallEnded).reason is EndReason.FAR_HANGUP
    phone.wait_on_hook()


def test_an_answer_of_the_far_end_is_never_certain(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.call()
    assert not phone.heard.wait_for(Answered).evidence.certain
    phone.line.hang_up().wait(PATIENCE)
    assert len(phone.heard.of(Answered)) == 1


def test_a_bit_that_stays_while_it_rings(make_phone: MakePhone) -> None:
    """One ring is told, and its end when the bit has been 0 for long enough, not before."""
    phone = make_phone(ring_gone_ms=100)
    phone.person.tell(line_ringer=1)
    phone.heard.wait_for(Ring)
    threading.Event().wait(0.35)
    assert phone.line.ringing
    phone.person.tell(line_ringer=0)
    phone.heard.wait_for(RingStopped)
    assert not phone.line.ringing
    assert len(phone.heard.of(Ring)) == 1


def test_two_bursts_are_one_ring(make_phone: MakePhone) -> None:
    """As in the UK."""
    phone = make_phone(ring_gone_ms=2000)
    for bit in (1, 0, 1, 0):
        phone.person.tell(line_ringer=bit)
    phone.heard.wait_for(Ring)
    phone.person.tell(line_call_waiting=0)  # all before it has been read when this has
    until(lambda: phone.line._hearing.rings is False, "the bursts are over")
    assert len(phone.heard.of(Ring)) == 1


def test_a_call_that_rings_when_it_is_opened(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.stack.close()
    phone.person.tell(line_ringer=1)
    phone.open()
    phone.heard.wait_for(Ring)


def test_dial_tone_that_stays_in_a_call_is_its_end(
    make_phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.hid.line_hearing.DIAL_TONE_PROVES", 0.1)
    phone = make_phone()
    phone.exchange.call("1001", "5551234")
    phone.heard.wait_for(Ring)
    phone.line.answer().wait(PATIENCE)
    phone.person.tell(line_dial_tone=1)  # something in a voice
    phone.person.tell(line_dial_tone=0)
    phone.heard.wait_for(ToneHeard)
    threading.Event().wait(0.2)
    assert phone.heard.of(CallEnded) == []
    phone.wire.clears_with = "dial"
    phone.exchange.hang_up("1001")
    ended = phone.heard.wait_for(CallEnded)
    assert (ended.reason, ended.evidence.certain) == (EndReason.FAR_HANGUP, False)
    phone.wait_on_hook()


def test_a_tone_that_was_never_told_to_be_over(make_phone: MakePhone) -> None:
    """The next call's dial tone is heard all the same."""
    phone = make_phone()
    phone.call()
    phone.line.hang_up().wait(PATIENCE)
    (tone,) = phone.line.layout.hears[Signal.DIAL]
    phone.line._hearing.heard({tone: 1}, "stale")
    phone.call()


def test_a_second_caller_is_a_tone(make_phone: MakePhone) -> None:
    phone = make_phone()
    phone.call()
    phone.exchange.call_waiting("1001", "5550003", "BOB")
    while phone.heard.wait_for(ToneHeard).tone != "call_waiting":
        pass
    assert phone.heard.of(CallEnded) == []


@pytest.mark.parametrize(
    "fault", ["repeats", "long_reports", "stray_reports", "no_get_input", "slow"]
)
def test_a_call_with_an_odd_device(make_phone: MakePhone, fault: str) -> None:
    phone = make_phone("dual", fault)
    phone.exchange.timing = replace(phone.exchange.timing, complete=1.5)
    phone.call("1005")
    phone.line.hang_up().wait(PATIENCE)
    phone.wait_on_hook()
    assert [event.reason for event in phone.heard.of(CallEnded)] == [EndReason.LOCAL_HANGUP]
    assert len(phone.heard.of(Dialled)) == 1
