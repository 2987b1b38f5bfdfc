"""The recovery ladder: each rung brings back a modem that only that rung can bring back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import Any

import pytest

from hookflash import DeviceState, EndReason, Ladder
from hookflash.errors import CommandRefused, CommandTimeout, Recovering
from hookflash.events import CallEnded, CommandGivenUp, LineLost, LineReady, Recovery
from hookflash.modem import ModemLine
from hookflash.modem.recovery import REST, TRIED_IN_VAIN, Quarantine, Rung
from hookflash.simulated import Exchange, SimulatedPort
from support.lines import FAST_MODEM, PATIENCE, QUICK, Heard, Watch, until

NEEDS = [f"needs_{rung}" for rung in Rung]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, quick_open: None) -> None:
    """Wait less for a modem that will not answer."""
    monkeypatch.setattr("hookflash.modem.line.COMMAND_TIMEOUT", 0.15)
    monkeypatch.setattr("hookflash.modem.line.DIAL_TIMEOUT", 0.4)
    monkeypatch.setattr("hookflash.modem.conversation.SYNC_TIMEOUT", 0.1)
    monkeypatch.setattr("hookflash.modem.recovery.DTR_DROP", 0.01)


class Deaf:
    """A line on a simulated modem that can go deaf, on an exchange that can be asked."""

    def __init__(self, exchange: Exchange, family: str = "v253", **figures: Any) -> None:
        self.exchange = exchange
        self.ladder = Ladder()
        self.watch = Watch(exchange)
        self.ports: list[SimulatedPort] = []
        self.line = ModemLine(
            "deaf", lambda: self._open(family), replace(QUICK, **figures), ladder=self.ladder
        )
        self.heard = Heard(self.line)

    def _open(self, family: str) -> SimulatedPort:
        self.ports.append(SimulatedPort(self.exchange, "1001", family, FAST_MODEM))
        return self.ports[-1]

    @property
    def faults(self) -> set[str]:
        return self.ports[-1].modem.faults

    def fall_silent(self) -> None:
        """It is opened, and answers nothing from the next dial on."""
        self.line.open().wait(PATIENCE)
        self.faults.add("silent")
        with pytest.raises(CommandTimeout):
            self.line.dial("100").wait(PATIENCE)

    def call(self) -> None:
        """The next call works."""
        self.line.dial("100").wait(PATIENCE)
        self.exchange.wait_for("far_answered", timeout=PATIENCE)
        self.line.hang_up().wait(PATIENCE)
        self.watch.until(lambda: not self.exchange.line("1001").is_off_hook)

    def rungs(self) -> list[tuple[str, bool]]:
        """What was tried, and whether it helped."""
        return [(event.rung, event.helped) for event in self.heard.of(Recovery)]


@pytest.fixture
def deaf(exchange: Exchange) -> Iterator[Callable[..., Deaf]]:
    with ExitStack() as stack:

        def make(**figures: Any) -> Deaf:
            made = Deaf(exchange, **figures)
            stack.callback(made.line.close)
            return made

        yield make


def climbed_to(rung: str) -> list[tuple[str, bool]]:
    """Every rung below was tried in vain."""
    names = [one.value for one in Rung]
    below = names[: names.index(rung)]
    return [*((name, False) for name in below), (rung, True)]


@pytest.mark.parametrize("fault", NEEDS)
def test_each_rung_brings_back_what_only_it_can(deaf: Callable[..., Deaf], fault: str) -> None:
    """An idle modem goes deaf, and is brought back before anybody notices."""
    bench = deaf(health_check_s=0.1)
    bench.line.open().wait(PATIENCE)
    bench.faults.add(fault)
    rung = fault.removeprefix("needs_")
    until(lambda: bench.rungs()[-1:] == [(rung, True)], "brought back")
    assert bench.rungs() == climbed_to(rung)
    assert [event.count for event in bench.heard.of(Recovery)] == [1] * len(bench.rungs())
    until(lambda: not bench.line.recovering, "done")
    assert bench.line.state is DeviceState.READY
    assert bench.heard.of(CallEnded) == []
    bench.call()


@pytest.mark.parametrize("fault", ["needs_reopen", "needs_usb_reset", "needs_power_cycle"])
def test_a_modem_that_goes_deaf_in_a_call_is_put_on_hook(
    deaf: Callable[..., Deaf], fault: str
) -> None:
    """The hang-up itself drops DTR, which is all that the lower ones need."""
    bench = deaf()
    bench.line.open().wait(PATIENCE)
    bench.line.dial("100").wait(PATIENCE)
    bench.exchange.wait_for("far_answered", timeout=PATIENCE)
    bench.faults.add(fault)
    with pytest.raises(CommandTimeout):
        bench.line.hang_up().wait(PATIENCE)
    until(lambda: bench.rungs() == climbed_to(fault.removeprefix("needs_")), "brought back")
    bench.watch.until(lambda: not bench.exchange.line("1001").is_off_hook)
    until(lambda: not bench.line.off_hook, "on hook")
    assert [event.reason for event in bench.heard.of(CallEnded)] == [EndReason.LOCAL_HANGUP]
    bench.call()


@pytest.mark.parametrize("fault", ["needs_abort", "needs_reset", "needs_dtr"])
def test_a_hang_up_needs_no_ladder_where_dtr_helps(deaf: Callable[..., Deaf], fault: str) -> None:
    bench = deaf()
    bench.line.open().wait(PATIENCE)
    bench.line.dial("100").wait(PATIENCE)
    bench.exchange.wait_for("far_answered", timeout=PATIENCE)
    bench.faults.add(fault)
    bench.line.hang_up().wait(PATIENCE)
    bench.watch.until(lambda: not bench.exchange.line("1001").is_off_hook)
    assert bench.rungs() == []
    bench.call()


@pytest.mark.parametrize("fault", NEEDS)
def test_a_modem_that_is_deaf_when_it_is_opened(
    deaf: Callable[..., Deaf], exchange: Exchange, fault: str
) -> None:
    bench = deaf()
    bench.ladder.known = True
    first = SimulatedPort(exchange, "1001", "v253", FAST_MODEM)
    first.modem.faults.add(fault)
    first.close()  # which is all that the lower ones need
    bench.line.open().wait(PATIENCE)
    if fault in ("needs_usb_reset", "needs_power_cycle"):
        assert bench.rungs() == climbed_to(fault.removeprefix("needs_"))
    else:
        assert bench.rungs() == []
    assert bench.heard.all()[-1].kind == "line_ready"
    bench.call()


def test_a_call_is_never_disturbed_by_the_look_at_its_modem(deaf: Callable[..., Deaf]) -> None:
    bench = deaf(health_check_s=0.1)
    bench.line.open().wait(PATIENCE)
    bench.line.dial("100").wait(PATIENCE)
    bench.exchange.wait_for("far_answered", timeout=PATIENCE)
    bench.faults.add("silent")
    due = bench.line._health_timer
    until(lambda: bench.line._health_timer is not due, "it was time to look")
    assert bench.rungs() == []
    assert bench.exchange.line("1001").is_off_hook
    bench.faults.clear()
    bench.line.hang_up().wait(PATIENCE)


def test_a_modem_that_has_reset_itself_is_set_up_anew(deaf: Callable[..., Deaf]) -> None:
    """Caller ID is lost with a reset; the idle look notices."""
    bench = deaf(health_check_s=0.1)
    bench.line.open().wait(PATIENCE)
    modem = bench.ports[-1].modem
    modem.feed(b"ATZ\r")
    until(lambda: modem.incoming._caller_id == 1, "caller ID is on again")
    bench.call()


def test_what_is_asked_meanwhile_is_refused_at_once(deaf: Callable[..., Deaf]) -> None:
    bench = deaf()
    bench.fall_silent()
    until(lambda: bench.line.recovering, "it is being brought back")
    with pytest.raises(Recovering, match="try again"):
        bench.line.dial("100").wait(PATIENCE)
    bench.faults.clear()
    until(lambda: not bench.line.recovering, "done")
    bench.call()


def test_a_modem_that_nothing_helps_is_lost(deaf: Callable[..., Deaf]) -> None:
    bench = deaf()
    bench.fall_silent()
    lost = bench.heard.wait_for(LineLost)
    assert lost.code == "device_timeout"
    assert bench.rungs() == [(rung.value, False) for rung in Rung]
    assert bench.heard.all()[-1] is lost
    assert len(bench.heard.of(LineLost)) == 1


def test_an_unplug_ends_the_climb(deaf: Callable[..., Deaf]) -> None:
    bench = deaf()
    bench.fall_silent()
    until(lambda: bench.line.recovering, "it is being brought back")
    bench.ports[-1].place.comes_back = False
    bench.ports[-1].unplug()
    lost = bench.heard.wait_for(LineLost)
    assert lost.code in ("device_lost", "port_error")
    assert len(bench.heard.of(LineLost)) == 1
    assert ("power_cycle", True) not in bench.rungs()


def test_a_close_ends_the_climb(deaf: Callable[..., Deaf]) -> None:
    bench = deaf()
    bench.fall_silent()
    until(lambda: bench.line.recovering, "it is being brought back")
    bench.line.close(0.05)
    assert bench.line.state is DeviceState.CLOSED
    assert bench.heard.of(LineLost) == []


# --- the ladder's memory --------------------------------------------------------------------------


def test_force_is_only_for_what_has_answered_as_a_modem() -> None:
    ladder = Ladder()
    by_force = {rung for rung in Rung if not ladder.may(rung)}
    assert by_force == {Rung.USB_RESET, Rung.POWER_CYCLE}
    ladder.known = True
    assert all(ladder.may(rung) for rung in Rung)


def test_force_is_not_used_again_before_it_has_rested() -> None:
    now = [1000.0]
    ladder = Ladder(lambda: now[0])
    ladder.known = True
    for rung, rest in REST.items():
        assert ladder.use(rung) == 1
        now[0] += rest - 0.1
        assert not ladder.may(rung)
        now[0] += 0.2
        assert ladder.may(rung)
        assert ladder.use(rung) == 2
    assert ladder.counts[Rung.POWER_CYCLE] == 2
    assert all(ladder.may(rung) for rung in Rung if rung not in REST)


def test_after_a_climb_in_vain_the_next_one_rests_as_well() -> None:
    now = [1000.0]
    ladder = Ladder(lambda: now[0])
    ladder.climbed(helped=False)
    assert not any(ladder.may(rung) for rung in Rung)
    now[0] += TRIED_IN_VAIN
    assert ladder.may(Rung.ABORT)
    ladder.climbed(helped=False)
    ladder.climbed(helped=True)
    assert ladder.may(Rung.ABORT)


def test_a_second_line_for_the_same_device_knows_what_was_tried(
    deaf: Callable[..., Deaf], exchange: Exchange
) -> None:
    """An agent looks for its lost line every 2 s; it does not climb each time."""
    bench = deaf()
    bench.fall_silent()
    bench.heard.wait_for(LineLost)
    bench.line.close()
    for fault, error in (("silent", CommandTimeout), ("", None)):
        bench.faults.clear()
        bench.faults.update({fault} - {""})
        again = ModemLine(
            "again", lambda: SimulatedPort(exchange, "1001", "v253"), QUICK, ladder=bench.ladder
        )
        heard = Heard(again)
        with pytest.raises(error) if error else nullcontext():
            again.open().wait(PATIENCE)
        assert heard.of(Recovery) == []
        again.close()


# --- commands that a modem lives on without answering ---------------------------------------------


def test_a_command_that_timed_out_twice_is_not_sent_again(deaf: Callable[..., Deaf]) -> None:
    bench = deaf()
    bench.line.open().wait(PATIENCE)
    bench.faults.add("hangs_on")  # +VTS, if not told otherwise
    bench.line.dial("100").wait(PATIENCE)
    bench.exchange.wait_for("far_answered", timeout=PATIENCE)
    for error in (CommandTimeout, CommandTimeout, CommandRefused):
        with pytest.raises(error):
            bench.line.send_dtmf("5").wait(PATIENCE)
        bench.line.hang_up().wait(PATIENCE)
        bench.line.dial("100").wait(PATIENCE)
    assert [event.command for event in bench.heard.of(CommandGivenUp)] == ["AT+VTS"]
    bench.line.hang_up().wait(PATIENCE)


def test_a_modem_that_was_deaf_is_not_held_against_its_commands() -> None:
    quarantine = Quarantine()
    error = CommandTimeout("no answer")
    for _ in range(5):  # never alive in between
        quarantine.timed_out("AT+VTS=1", error)
    assert "AT+VTS=2" not in quarantine
    assert quarantine.alive() == []
    quarantine.timed_out("AT+VTS=1", error)
    quarantine.answered("AT+VTS=3")
    assert quarantine.alive() == [], "an answer in between wipes it out"
    for given_up in ([], ["AT+VTS"]):
        quarantine.timed_out("AT+VTS=1", error)
        assert quarantine.alive() == given_up
    assert "AT+VTS={!,5}" in quarantine


@pytest.mark.parametrize(
    "text",
    ["ATE1Q0V1", "ATH", "ATDT5551234", "ATA", "AT+VLS=1", "AT+FCLASS=8", "AT#CLS=8", "AT+VRN=0"],
)
def test_what_every_call_needs_is_never_given_up(text: str) -> None:
    quarantine = Quarantine()
    for _ in range(5):
        quarantine.timed_out(text, CommandTimeout("no answer"))
        assert quarantine.alive() == []
    assert text not in quarantine


def test_ready_is_told_once_however_often_it_is_brought_back(deaf: Callable[..., Deaf]) -> None:
    bench = deaf(health_check_s=0.1)
    bench.line.open().wait(PATIENCE)
    for count in (1, 2):
        bench.faults.add("needs_reset")
        wanted = [("abort", False), ("reset", True)] * count
        until(lambda wanted=wanted: bench.rungs() == wanted, "brought back")  # type: ignore[misc]
    assert len(bench.heard.of(LineReady)) == 1


def test_a_command_of_the_configuration_that_is_refused_is_no_deafness(
    deaf: Callable[..., Deaf],
) -> None:
    bench = deaf(init=("AT+NOSUCH",))
    with pytest.raises(CommandRefused, match=r"AT\+NOSUCH"):
        bench.line.open().wait(PATIENCE)
    assert bench.heard.all()[-1].kind == "line_lost"
    assert bench.rungs() == []
