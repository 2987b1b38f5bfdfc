"""The simulated handset with faults, with hosts that do wrong, and with two of them."""

from __future__ import annotations

import pytest

from hookflash.errors import DeviceLost, NotSupported, WrongState
from hookflash.handset import DARK, Lamps
from hookflash.simulated.hid_faults import HANDSET_FAULTS
from hookflash.simulated.hid_models import MODELS
from support.handsets import Desk

# --- a host that does wrong, and a second one -----------------------------------------------------


def test_output_reports_of_a_wrong_size_are_refused() -> None:
    desk = Desk("jabra")
    for report, why in [
        (b"\2\1", "output report 2 has 3 bytes, not 2"),
        (b"\2\1\0\0", "output report 2 has 3 bytes, not 4"),
        (b"\0\1\0", "there is no output report 0"),
        (b"", "no bytes at all"),
    ]:
        with pytest.raises(DeviceLost, match=why):
            desk.handset.write(report)
    assert desk.handset.lamps == DARK
    with pytest.raises(DeviceLost, match="feature report 4 has 2 bytes, not 1"):
        desk.handset.send_feature(b"\4")
    with pytest.raises(NotSupported, match="feature report 9 of sim-hid:"):
        desk.handset.get_feature(9, 2)
    assert [entry.what for entry in desk.handset.journal] == ["refused"] * 5


def test_padding_that_is_not_zero_is_misuse() -> None:
    desk = Desk("jabra")
    desk.handset.write(b"\2\1\x80")
    assert [entry.what for entry in desk.handset.journal][:2] == ["output", "misuse"]


def test_a_second_program_ends_a_call_on_jabra() -> None:
    """Its ring report carries Off-Hook too; Line Busy goes with the hook."""
    desk = Desk("jabra")
    desk.handset.lift()
    desk.write(off_hook_lamp=1)
    desk.heard()
    desk.handset.second_program_writes(ring_lamp=1)
    assert desk.heard() == ["idle"]
    assert desk.handset.lamps == Lamps(ringing=True)


def test_a_second_program_does_no_harm_on_plantronics() -> None:
    """There each lamp has a report of its own."""
    desk = Desk("plantronics")
    desk.handset.lift()
    desk.write(off_hook_lamp=1)
    desk.heard()
    desk.handset.second_program_writes(ring_lamp=1)
    assert desk.heard() == []
    assert desk.handset.lamps == Lamps(ringing=True, off_hook=True)


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["constant", "headset_no_telephony"])
def test_no_hook_to_lift(model: str) -> None:
    with pytest.raises(WrongState, match="no hook switch"):
        Desk(model).handset.lift()


def test_constant_and_sent_all_the_same() -> None:
    desk = Desk("constant_sends")
    desk.handset.lift()
    assert desk.heard() == ["hook=1"]


def test_false_on_hook() -> None:
    desk = Desk("jabra", "false_on_hook")
    desk.handset.lift()
    desk.write(off_hook_lamp=1)
    desk.heard()
    assert desk.wait(0.1) == ["busy=1"]
    assert desk.wait(1.0) == ["hook=1 busy=1"]


def test_false_on_hook_and_really_put_down() -> None:
    desk = Desk("jabra", "false_on_hook")
    desk.handset.lift()
    desk.write(off_hook_lamp=1)
    desk.wait(0.1)
    desk.handset.put_down()
    desk.write(off_hook_lamp=1)
    assert desk.wait(5.0) == []


def test_stale_on_hook() -> None:
    desk = Desk("jabra", "stale_on_hook")
    desk.write(off_hook_lamp=1)
    desk.heard()
    assert desk.wait(5.0) == ["busy=1"]
    desk.write(off_hook_lamp=1)
    assert desk.wait(5.0) == ["hook=1 busy=1"]


def test_late_hook_bit() -> None:
    desk = Desk("jabra_wireless", "late_hook_bit")
    desk.handset.lift()
    assert desk.heard() == ["idle", "hook=1"]


def test_no_echo() -> None:
    desk = Desk("jabra", "no_echo", "no_busy")
    desk.write(off_hook_lamp=1)
    assert desk.heard() == []
    desk.handset.press("1")
    assert desk.heard() == ["hook=1 key=2", "hook=1"]


def test_slow() -> None:
    desk = Desk("jabra", "slow")
    desk.write(off_hook_lamp=1)
    desk.write()
    assert desk.wait(0.4) == []
    assert desk.wait(0.2) == ["hook=1", "hook=1 busy=1", "idle"]


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ("short_reports", ["0201", "0401"]),
        ("long_reports", ["020100ffff", "040100ffff"]),
        ("repeats", ["020100", "020100", "040100", "040100"]),
        ("stray_reports", ["7eff", "020100", "7eff", "040100"]),
    ],
)
def test_bytes_go_wrong(fault: str, sent: list[str]) -> None:
    desk = Desk("jabra", fault)
    desk.handset.lift()
    assert [report.hex() for report in desk.ear.reports] == sent


def test_what_it_does_not_answer() -> None:
    desk = Desk("jabra")
    desk.handset.lift()
    assert desk.handset.get_input(2, 3) == b"\2\1\0"
    assert desk.handset.get_input(9, 3) == b""
    desk.handset.faults = {"no_get_input", "no_features"}
    assert desk.handset.get_input(2, 3) == b""
    with pytest.raises(NotSupported):
        desk.handset.send_feature(b"\4\0")
    desk.handset.faults = {"write_fails"}
    with pytest.raises(DeviceLost, match="told to fail"):
        desk.handset.send_feature(b"\4\0")
    with pytest.raises(DeviceLost, match="told to fail"):
        desk.handset.write(b"\2\0\0")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("fault", HANDSET_FAULTS)
def test_every_model_lives_with_every_fault(model: str, fault: str) -> None:
    """A call and what goes with it: nothing raises but what is meant to."""
    desk = Desk(model, fault)
    handset = desk.handset
    for _ in range(2):
        if handset.model.hook:
            handset.lift()
        if fault != "write_fails":
            desk.write(off_hook_lamp=1)
            desk.write(off_hook_lamp=1, **dict.fromkeys(handset.model.mute_lamps, 1))
            desk.write(off_hook_lamp=1)
        desk.clock.advance(3.0)
        if handset.is_lifted:
            handset.put_down()
        if fault != "write_fails":
            desk.write()
        desk.clock.advance(3.0)
    assert not handset.inputs.get("hook")
    assert handset.lamps.off_hook is False
