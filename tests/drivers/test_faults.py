"""Modems that misbehave: the right error within bounded time, and the next call works."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from hookflash import EndReason, HookflashError, Operation
from hookflash.errors import CallFailed, CommandTimeout
from hookflash.events import Answered, CallEnded, Ring
from hookflash.modem import line as modem_line
from hookflash.simulated.modem import FAULTS
from support.lines import PATIENCE, Bench, MakeBench, until

BOUND = 30.0
"""Seconds in which any operation has failed, far above what it takes."""

DIAL_FAILS: dict[str, type[HookflashError] | None] = {
    "": None,
    "silent": CommandTimeout,
    "garbage": CommandTimeout,
    "hang_on_dial": CommandTimeout,
    "deaf_on_dial": CommandTimeout,
    "no_echo": None,
    "ignores_dtr": None,
    "stuck_off_hook": None,
    "slow": None,
    "double_ring": None,
    "garbage_byte": None,
    "early_caller_id": None,
    "no_name": None,
    "ring_burst_deaf": None,
    "hangs_on": None,
    "reply_skew": CommandTimeout,
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for a modem that will not answer."""
    monkeypatch.setattr(modem_line, "DIAL_TIMEOUT", 0.5)
    monkeypatch.setattr(modem_line, "COMMAND_TIMEOUT", 0.4)
    monkeypatch.setattr("hookflash.modem.conversation.SYNC_TIMEOUT", 0.2)
    monkeypatch.setattr("hookflash.line.RELEASE_AGAIN", 0.3)


def test_each_fault_is_tried_here_but_those_that_need_the_ladder() -> None:
    assert set(DIAL_FAILS) - {""} == {name for name in FAULTS if not name.startswith("needs_")}


@pytest.mark.parametrize(("fault", "error"), DIAL_FAILS.items())
def test_a_dial_with_a_fault_and_one_without(
    bench: Bench, fault: str, error: type[HookflashError] | None
) -> None:
    bench.modem.timing = replace(bench.modem.timing, late=0.05)
    bench.modem.faults = {fault} - {""}
    began = time.monotonic()
    if error is None:
        bench.call()
    else:
        with pytest.raises(error):
            bench.line.dial("100").wait(PATIENCE)
        assert bench.heard.wait_for(CallEnded).reason is EndReason.TIMEOUT
    assert time.monotonic() - began < BOUND
    bench.modem.faults.clear()
    bench.line.hang_up().wait(PATIENCE)
    bench.wait_on_hook()
    bench.call()
    assert bench.line.off_hook


@pytest.mark.parametrize("fault", ["silent", "garbage"])
def test_a_hang_up_that_the_modem_does_not_hear(bench: Bench, fault: str) -> None:
    """DTR drops, which hangs up; the driver does not believe it until the modem says so."""
    bench.call()
    bench.modem.faults = {fault}
    with pytest.raises(CommandTimeout):
        bench.line.hang_up().wait(BOUND)
    bench.wait_on_hook()
    assert bench.line.off_hook
    bench.modem.faults.clear()
    until(lambda: not bench.line.off_hook, "told again")
    bench.call("1234")
    bench.line.hang_up().wait(PATIENCE)
    assert len(bench.heard.of(CallEnded)) == 2


@pytest.mark.parametrize("fault", ["silent", "garbage"])
def test_an_answer_that_the_modem_does_not_hear(bench: Bench, fault: str) -> None:
    bench.ring()
    bench.modem.faults = {fault}
    with pytest.raises(CommandTimeout):
        bench.line.answer().wait(BOUND)
    assert bench.heard.of(Answered) == []
    bench.modem.faults.clear()
    bench.heard.wait_for(Ring)
    bench.line.answer().wait(PATIENCE)
    bench.heard.wait_for(Answered)
    bench.line.send_dtmf("5").wait(PATIENCE)
    bench.exchange.wait_for("dtmf", "5")


@pytest.mark.parametrize("fault", ["silent", "garbage"])
@pytest.mark.parametrize("verb", ["flash", "dtmf", "transfer"])
def test_a_feature_that_the_modem_does_not_hear_leaves_the_call(
    bench: Bench, fault: str, verb: str
) -> None:
    bench.call()
    bench.modem.faults = {fault}
    verbs: dict[str, Callable[[], Operation]] = {
        "flash": bench.line.flash,
        "dtmf": lambda: bench.line.send_dtmf("1"),
        "transfer": lambda: bench.line.transfer("1"),
    }
    with pytest.raises(CommandTimeout):
        verbs[verb]().wait(BOUND)
    bench.modem.faults.clear()
    assert bench.line.off_hook
    assert bench.heard.of(CallEnded) == []
    bench.line.hang_up().wait(PATIENCE)
    bench.wait_on_hook()


def test_a_dial_that_hangs_can_be_hung_up(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.modem.faults = {"hang_on_dial"}
    dial = bench.line.dial("100")
    until(lambda: dial.taken, "the dial is out")
    hang_up = bench.line.hang_up()
    assert bench.heard.wait_for(CallEnded).reason is EndReason.LOCAL_HANGUP
    with suppress(CommandTimeout):  # the modem is dead until its fault is cleared
        hang_up.wait(BOUND)
    bench.modem.faults.clear()
    bench.line.hang_up().wait(PATIENCE)
    bench.call()
    assert len(bench.heard.of(CallEnded)) == 1


def test_without_echo_a_dial_is_taken_at_its_result(bench: Bench) -> None:
    bench.modem.faults = {"no_echo"}
    dial = bench.line.dial("100")
    dial.wait(PATIENCE)
    assert dial.taken


def test_a_line_stuck_off_hook_is_noticed_at_the_next_dial(bench: Bench) -> None:
    """The modem says OK to ATH, so the driver cannot know; but it does not claim a new call."""
    bench.call()
    bench.modem.faults = {"stuck_off_hook"}
    bench.line.hang_up().wait(PATIENCE)
    with pytest.raises(CallFailed) as caught:
        bench.line.dial("100").wait(PATIENCE)
    assert caught.value.reason == EndReason.NO_DIAL_TONE
    bench.modem.faults.clear()
    bench.line.hang_up().wait(PATIENCE)
    bench.wait_on_hook()
    bench.call("1234")


@pytest.mark.parametrize("fault", ["silent", "garbage"])
def test_opening_a_modem_that_makes_no_sense_fails(make_bench: MakeBench, fault: str) -> None:
    bench = make_bench()
    bench.line.close()
    again = Bench(bench.exchange)
    again.modem.faults = {fault}
    with pytest.raises(CommandTimeout, match="does not answer"):
        again.line.open().wait(BOUND)
    assert again.heard.all()[-1].kind == "line_lost"
    again.line.close()
