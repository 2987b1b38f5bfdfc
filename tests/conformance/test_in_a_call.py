"""In a call: keys and flashes as the network hears them, transfers, telephones beside the modem."""

from __future__ import annotations

import pytest

from hookflash import EndReason
from hookflash.errors import Aborted, CallFailed, CommandRefused
from hookflash.events import CallEnded, KeyHeard, PhoneHook, ToneHeard
from hookflash.modem import ModemLine

from .backend import Backend
from .marks import checks, shows_lack_of

KEYS = "159*0#"
"""Of each row and each column of the pad."""


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """A line with a call that the far end has answered."""
    backend.call()
    return backend


# --- keys -----------------------------------------------------------------------------------------


@checks("keys sent")
def test_keys_are_heard_in_order(backend: Backend) -> None:
    sent = backend.line.send_dtmf(KEYS)
    sent.wait(backend.patience)
    backend.wait_keys(KEYS)
    assert sent.taken
    assert backend.ends() == []


@checks("keys sent")
def test_keys_of_several_operations_keep_their_order(backend: Backend) -> None:
    for operation in [backend.line.send_dtmf(key) for key in "867"]:
        operation.wait(backend.patience)
    backend.wait_keys("867")


@shows_lack_of("sends keys")
def test_keys_are_refused(backend: Backend) -> None:
    with pytest.raises(CommandRefused):
        backend.line.send_dtmf("1").wait(backend.patience)
    backend.no_keys()
    assert backend.ends() == []


@checks("keys heard")
def test_keys_of_the_far_end_are_heard(closed: Backend) -> None:
    closed.open()
    number, keys = closed.presses
    closed.line.dial(number).wait(closed.patience)
    assert [closed.heard.wait_for(KeyHeard).key for _ in keys] == list(keys)


@checks("keys heard")
def test_keys_are_heard_after_keys_were_sent(backend: Backend) -> None:
    """Some stop listening once they have sent tones."""
    backend.line.send_dtmf("1").wait(backend.patience)
    backend.press("7", 20)
    assert backend.heard.wait_for(KeyHeard).key == "7"


@checks("key length")
def test_a_held_key_is_one_press_with_its_length(backend: Backend) -> None:
    backend.press("5", 300)
    key = backend.heard.wait_for(KeyHeard)
    assert key.key == "5"
    assert 200 <= key.ms <= 400
    backend.press("66", 20)
    assert [backend.heard.wait_for(KeyHeard).key for _ in range(2)] == ["6", "6"]


@shows_lack_of("key length")
def test_a_held_key_is_one_press_without_length(backend: Backend) -> None:
    backend.press("5", 300)
    backend.press("6", 20)
    keys = [backend.heard.wait_for(KeyHeard) for _ in range(2)]
    assert [(key.key, key.ms) for key in keys] == [("5", 0), ("6", 0)]


@shows_lack_of("keys")
def test_keys_of_the_far_end_are_not_told(backend: Backend) -> None:
    backend.press("5", 20)
    backend.line.send_dtmf("1").wait(backend.patience)
    assert backend.heard.of(KeyHeard) == []


# --- flash and transfer ---------------------------------------------------------------------------


@checks("flash")
def test_a_flash_holds_the_call_and_another_takes_it_back(backend: Backend) -> None:
    backend.line.flash().wait(backend.patience)
    backend.wait_flash()
    backend.wait_second_dial_tone()
    backend.line.flash().wait(backend.patience)
    backend.wait_flash()
    backend.line.send_dtmf("5").wait(backend.patience)
    backend.wait_keys("5")
    assert backend.ends() == []


@shows_lack_of("flash")
def test_a_flash_is_confirmed_and_not_sent(backend: Backend) -> None:
    backend.line.flash().wait(backend.patience)
    with pytest.raises(CommandRefused):
        backend.line.send_dtmf("1").wait(backend.patience)
    backend.no_flash()
    assert backend.ends() == []


@checks("flash length")
def test_a_flash_has_the_length_that_was_set(backend: Backend) -> None:
    backend.line.flash().wait(backend.patience)
    backend.wait_flash()
    assert 0 <= backend.flash_ms() - backend.settings.flash_ms <= backend.flash_slack_ms


@shows_lack_of("flash length")
def test_a_flash_has_a_length_of_its_own_and_that_is_said(backend: Backend) -> None:
    assert any("cannot be set" in doubt for doubt in backend.doubts)
    backend.line.flash().wait(backend.patience)
    backend.wait_flash()
    assert backend.flash_ms() != backend.settings.flash_ms


@checks("second dial tone")
def test_dial_tone_after_a_flash_is_told_and_no_end(backend: Backend) -> None:
    backend.line.flash().wait(backend.patience)
    backend.wait_flash()
    while backend.heard.wait_for(ToneHeard).tone != "dial":
        pass
    backend.line.flash().wait(backend.patience)
    assert backend.ends() == []


@shows_lack_of("dial tone")
def test_dial_tone_is_not_told(backend: Backend) -> None:
    backend.line.flash().wait(backend.patience)
    backend.wait_second_dial_tone()
    backend.line.hang_up().wait(backend.patience)
    assert [event.tone for event in backend.heard.of(ToneHeard) if event.tone == "dial"] == []


@checks("transfer")
def test_a_blind_transfer(backend: Backend) -> None:
    transfer = backend.line.transfer(backend.target)
    backend.wait_flash()
    transfer.wait(backend.patience)
    backend.wait_on_hook()
    backend.wait_transferred(backend.target)
    assert not backend.line.off_hook
    assert backend.ends() == [EndReason.TRANSFERRED]


@checks("transfer")
def test_a_hang_up_overtakes_a_transfer(backend: Backend) -> None:
    transfer = backend.line.transfer(backend.target)
    backend.wait_flash()
    backend.line.hang_up().wait(backend.patience)
    with pytest.raises(Aborted):
        transfer.wait(backend.patience)
    backend.wait_on_hook()
    backend.no_transfer()
    assert len(backend.ends()) == 1


@checks("transfer, busy")
def test_a_transfer_to_a_busy_target_comes_back_to_the_caller(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.transfer.TONE_LAG", 0.1)
    transfer = backend.line.transfer(backend.busy)
    backend.wait_flash()
    with pytest.raises(CallFailed) as caught:
        transfer.wait(backend.patience)
    assert caught.value.reason == "busy"
    backend.wait_flash()
    backend.no_transfer()
    backend.line.send_dtmf("7").wait(backend.patience)
    backend.wait_keys("7")  # we are with the first caller again
    assert backend.line.off_hook
    assert backend.ends() == []
    backend.line.hang_up().wait(backend.patience)


# --- telephones beside the modem, other tones -----------------------------------------------------


def lifts_and_puts_down(backend: Backend, phone: str) -> None:
    for off_hook, act in ((True, backend.lift), (False, backend.put_down)):
        act(phone)
        event = backend.heard.wait_for(PhoneHook)
        assert (event.phone, event.off_hook) == (phone, off_hook)
    assert backend.ends() == []


@checks("local phone")
def test_the_telephone_on_its_socket(backend: Backend) -> None:
    lifts_and_puts_down(backend, "local")


@checks("extension")
def test_another_telephone_on_the_line(backend: Backend) -> None:
    lifts_and_puts_down(backend, "extension")


def nothing_told_of(backend: Backend, phone: str) -> None:
    backend.lift(phone)
    backend.line.send_dtmf("1").wait(backend.patience)
    assert [event for event in backend.heard.of(PhoneHook) if event.off_hook] == []
    assert backend.ends() == []


@shows_lack_of("local")
def test_the_telephone_on_its_socket_is_not_told(backend: Backend) -> None:
    nothing_told_of(backend, "local")


@shows_lack_of("extension")
def test_another_telephone_on_the_line_is_not_told(backend: Backend) -> None:
    nothing_told_of(backend, "extension")


def tones(backend: Backend, tone: str) -> list[str]:
    """The tones that are told when the line sounds of this one."""
    backend.sound(tone)
    backend.line.send_dtmf("1").wait(backend.patience)
    assert backend.heard.of(CallEnded) == []
    return [event.tone for event in backend.heard.of(ToneHeard)]


@checks("fax tone")
def test_a_fax_calling_tone_is_told(backend: Backend) -> None:
    assert "fax_calling" in tones(backend, "fax_calling")


@shows_lack_of("fax tone")
def test_a_fax_calling_tone_is_not_told(backend: Backend) -> None:
    assert "fax_calling" not in tones(backend, "fax_calling")


@checks("silence")
def test_silence_is_told(backend: Backend) -> None:
    assert "silence" in tones(backend, "silence")


@shows_lack_of("silence")
def test_silence_is_not_told(backend: Backend) -> None:
    assert "silence" not in tones(backend, "silence")


# --- what a modem without a voice class cannot know -----------------------------------------------


@shows_lack_of("voice")
def test_it_has_no_voice_class(backend: Backend) -> None:
    """So it has no way to tell what happens in a call: these events are of the voice class."""
    line = backend.line
    assert isinstance(line, ModemLine)
    assert line.dialect == "data"
    assert line.probed is not None
    asked = line.probed.answer("AT+FCLASS=8")
    assert asked is not None
    assert not asked.good
    assert [event for event in backend.heard.all() if event.evidence.source == "dle"] == []
