"""A telephone's own line, report by report: layouts that the simulated telephones have not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from hookflash import Capability
from hookflash.errors import NotSupported
from hookflash.events import Answered, CallEnded, Dialled, Ring
from hookflash.hid import usages
from hookflash.hid.line import HidLine
from hookflash.hid.report import ReportType
from hookflash.simulated.hid_writer import (
    PULSE,
    Choice,
    Collection,
    Layout,
    Pad,
    Part,
    Report,
    Value,
)
from support.lines import PATIENCE, Heard
from support.scripted_hid import ScriptedHidPort
from support.telephones import SETTINGS, MakePhone

KEYPAD = Choice("key", (usages.PHONE_KEY_0, usages.PHONE_KEY_POUND), 4, 1, 12)
HOOK = Value("hook", usages.HOOK_SWITCH)
RING = Value("ring", usages.OUTSIDE_RING_TONE, PULSE)

Open = Callable[..., tuple[ScriptedHidPort, HidLine, Heard]]


@pytest.fixture
def open_phone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a line with these outputs in report 2, these inputs in report 1."""
    monkeypatch.setattr("hookflash.hid.line.BLIND_WAIT", 0.01)
    with ExitStack() as stack:

        def make(
            *outputs: Part, inputs: tuple[Part, ...] = ()
        ) -> tuple[ScriptedHidPort, HidLine, Heard]:
            reports = [Report(ReportType.OUTPUT, 2, outputs)]
            if inputs:
                reports.append(Report(ReportType.INPUT, 1, inputs))
            port = ScriptedHidPort(Layout((Collection(0x000B0001, tuple(reports)),)).descriptor)
            settings = replace(SETTINGS, tone_ms=65, flash_window=(40, 50), flash_ms=45)
            line = HidLine("line", lambda: port, settings)
            heard = Heard(line)
            stack.callback(line.close)
            line.open().wait(PATIENCE)
            return port, line, heard

        yield make


def test_a_hook_and_keys(open_phone: Open) -> None:
    port, line, heard = open_phone(HOOK, Pad(3), KEYPAD)
    port.wait_written("02 00")
    line.dial("15").wait(PATIENCE)
    heard.wait_for(Dialled)
    port.wait_written("02 01", "02 21", "02 01", "02 61", "02 01")
    line.hang_up().wait(PATIENCE)
    port.wait_written("02 00")


def test_send_and_drop(open_phone: Open) -> None:
    send, drop = (Value("", usage, PULSE) for usage in (usages.SEND, usages.DROP))
    port, line, _ = open_phone(send, drop, Pad(2), KEYPAD)
    port.wait_written("02 00", "02 02", "02 00")
    line.dial("1").wait(PATIENCE)
    port.wait_written("02 01", "02 00", "02 20", "02 00")
    line.hang_up().wait(PATIENCE)
    port.wait_written("02 00", "02 02", "02 00")


def test_line_before_and_send_after_a_number(open_phone: Open) -> None:
    choose, send = (Value("", usage, PULSE) for usage in (usages.LINE, usages.SEND))
    port, line, _ = open_phone(HOOK, choose, send, Pad(1), KEYPAD)
    port.wait_written("02 00")
    line.dial("0").wait(PATIENCE)
    port.wait_written("02 02", "02 00", "02 01", "02 11", "02 01", "02 05", "02 01")


def test_a_hook_of_two_events(open_phone: Open) -> None:
    hook = Value("hook", usages.HOOK_SWITCH, PULSE, 2, -1, 1)
    port, line, _ = open_phone(hook, Pad(2), KEYPAD)
    port.wait_written("02 00", "02 03", "02 00")
    line.dial("0").wait(PATIENCE)
    port.wait_written("02 01", "02 00", "02 10", "02 00")


def test_mute_until_the_call_ends(open_phone: Open) -> None:
    port, line, _ = open_phone(HOOK, Value("mute", usages.PHONE_MUTE), Pad(2), KEYPAD)
    assert Capability.MUTE in line.capabilities
    line.dial("0").wait(PATIENCE)
    port.wait_written("02 00", "02 01", "02 11", "02 01")
    line.mute(True).wait(PATIENCE)
    line.mute(False).wait(PATIENCE)
    line.mute(True).wait(PATIENCE)
    line.hang_up().wait(PATIENCE)
    port.wait_written("02 03", "02 01", "02 03", "02 00")


def test_without_flash_there_is_no_transfer(open_phone: Open) -> None:
    port, line, heard = open_phone(HOOK, Pad(3), KEYPAD)
    line.dial("0").wait(PATIENCE)
    port.wait_written("02 00", "02 01", "02 11", "02 01")
    for operation in (line.flash(), line.transfer("12"), line.mute(True)):
        with pytest.raises(NotSupported):
            operation.wait(PATIENCE)
    assert heard.of(CallEnded) == []
    port.wait_written()


def test_a_flash_that_is_one_event(open_phone: Open) -> None:
    port, line, _ = open_phone(HOOK, Value("flash", usages.FLASH, PULSE), Pad(2), KEYPAD)
    line.dial("0").wait(PATIENCE)
    line.flash().wait(PATIENCE)
    port.wait_written("02 00", "02 01", "02 11", "02 01", "02 03", "02 01")


def test_rings_that_are_events(open_phone: Open) -> None:
    """Each 1 is a ring, whether or not a 0 comes between."""
    port, line, heard = open_phone(HOOK, Pad(3), KEYPAD, inputs=(RING, Pad(7)))
    port.say("01 01")
    assert heard.wait_for(Ring).count == 1
    line._hearing.rang_at = float("-inf")  # as if it were some seconds later
    port.say("01 01")
    assert heard.wait_for(Ring).count == 2
    line.answer().wait(PATIENCE)
    assert not heard.wait_for(Answered).evidence.certain
    assert heard.wait_for(Answered).evidence.certain


# --- refused --------------------------------------------------------------------------------------


def test_features_that_are_refused_from_the_start(make_phone: MakePhone) -> None:
    with pytest.raises(NotSupported, match="feature report 3"):
        make_phone("dual_feature", "no_features")


def test_a_hang_up_that_is_refused_is_tried_again(
    make_phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.line.RELEASE_AGAIN", 0.05)
    phone = make_phone("dual_feature")
    phone.call()
    phone.person.faults.add("no_features")
    with pytest.raises(NotSupported):
        phone.line.hang_up().wait(PATIENCE)
    assert phone.wire.is_off_hook
    phone.person.faults.clear()
    phone.wait_on_hook()
    assert phone.heard.wait_for(CallEnded).evidence.source == "command"
