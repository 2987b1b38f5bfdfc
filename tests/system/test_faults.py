"""A modem that hangs, babbles or vanishes: every page is answered in time, and it goes on."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.pty import PtyModem
from support.agent import AgentProcess
from support.lines import FAST_MODEM

from .conftest import StartAgent

LIMIT = 4.0
"""Seconds; interface.md promises every answer within 4 s. The page gives up at 5."""


def timed(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, which has to come within the promise."""
    begun = time.monotonic()
    answer = ask()
    assert time.monotonic() - begun < LIMIT
    return answer


def dial_until_success(agent: AgentProcess, exchange: Exchange, timeout: float = 20.0) -> None:
    """The next call works, once the line has been put in order."""
    deadline = time.monotonic() + timeout
    while (answer := timed(lambda: agent.ask("dial_out", dial_number="5551234")))[
        "result"
    ] != "success":
        assert answer["detail"] in (
            "command_in_progress", "device_timeout", "call_in_progress", "opening", "port_error",
            "nothing_plugged_in", "device_lost", "aborted",
        ), answer  # fmt: skip
        assert time.monotonic() < deadline, answer
    exchange.wait_for("dialled", "5551234")
    exchange.wait_for("far_answered")


@pytest.mark.parametrize("fault", ["silent", "garbage", "deaf_on_dial"])
def test_modem_hangs_before_a_dial(
    start_agent: StartAgent, exchange: Exchange, modem: PtyModem, fault: str
) -> None:
    """No answer, no sense, or not even an echo of ATD: `failed`, and then the next call works."""
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    modem.modem.faults = {fault}
    answer = timed(lambda: agent.ask("dial_out", dial_number="5551234"))
    assert (answer["result"], answer["detail"]) == ("failed", "device_timeout")
    modem.modem.faults.clear()
    dial_until_success(agent, exchange)


def test_modem_hangs_after_the_echo_of_a_dial(
    start_agent: StartAgent, exchange: Exchange, modem: PtyModem
) -> None:
    """It took the line, and a slow dial looks no different; the hang-up tells the truth."""
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    modem.modem.faults = {"hang_on_dial"}
    assert timed(lambda: agent.ask("dial_out", dial_number="5551234"))["result"] == "success"
    answer = timed(lambda: agent.ask("huang_up"))
    assert (answer["result"], answer["detail"]) == ("failed", "device_timeout")
    modem.modem.faults.clear()
    dial_until_success(agent, exchange)


@pytest.mark.parametrize("fault", ["silent", "garbage"])
@pytest.mark.parametrize("verb", ["huang_up", "send_dtmf", "transfer_to"])
def test_modem_hangs_in_a_call(
    start_agent: StartAgent, exchange: Exchange, modem: PtyModem, fault: str, verb: str
) -> None:
    """Whatever is asked in a call; afterwards the line is put on hook as soon as it can be."""
    parameters = {
        "send_dtmf": {"dtmf": "1"},
        "transfer_to": {"trans_type": "number", "trans_number": "300"},
    }.get(verb, {})
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    dial_until_success(agent, exchange)
    modem.modem.faults = {fault}
    answer = timed(lambda: agent.ask(verb, **parameters))
    assert (answer["result"], answer["detail"]) == ("failed", "device_timeout")
    modem.modem.faults.clear()
    deadline = time.monotonic() + 20
    while agent.ask("huang_up")["result"] != "success":
        assert time.monotonic() < deadline
    exchange.wait_for("on_hook")
    agent.wait_state("idle")
    dial_until_success(agent, exchange)


def test_modem_without_echo_that_hangs_on_dial(
    start_agent: StartAgent, exchange: Exchange, modem: PtyModem
) -> None:
    """Without a sign that it took the dial, the page is told so, and the dial is taken back."""
    modem.modem.faults = {"no_echo"}
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    modem.modem.faults = {"deaf_on_dial"}
    answer = timed(lambda: agent.ask("dial_out", dial_number="5551234"))
    assert (answer["result"], answer["detail"]) == ("failed", "device_timeout")
    modem.modem.faults.clear()
    dial_until_success(agent, exchange)


@pytest.mark.parametrize("when", ["idle", "dialing", "in_call", "ringing"])
def test_modem_vanishes_and_comes_back(
    start_agent: StartAgent, exchange: Exchange, tmp_path: Any, when: str
) -> None:
    """Unplugged in each state: `ext_offline` with its reason; plugged in again, it goes on."""
    link = tmp_path / "ttyMODEM"
    modem = PtyModem(exchange, timing=FAST_MODEM)
    link.symlink_to(modem.tty)
    agent = start_agent(str(link))
    agent.wait_state("idle")
    if when == "ringing":
        exchange.call("1001", "5551234567")
        agent.wait_state("ringing_in")
    elif when == "in_call":
        dial_until_success(agent, exchange)
    elif when == "dialing":
        modem.modem.faults = {"hang_on_dial"}
        assert agent.ask("dial_out", dial_number="5551234")["result"] == "success"
    modem.close()
    link.unlink()
    agent.wait_state("offline")
    answer = timed(lambda: agent.ask("dial_out", dial_number="5551234"))
    assert answer["result"] == "ext_offline"
    assert answer["detail"] in ("device_lost", "nothing_plugged_in")
    exchange.hang_up("1001")
    modem = PtyModem(exchange, timing=FAST_MODEM)
    link.symlink_to(modem.tty)
    try:
        agent.wait_state("idle")
        dial_until_success(agent, exchange)
        agent.stop()
    finally:
        modem.close()


def test_vanishes_in_the_middle_of_a_command(start_agent: StartAgent, exchange: Exchange) -> None:
    """The page that waits for that very command is told that the line is gone."""
    modem = PtyModem(exchange, timing=FAST_MODEM)
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    modem.unplug_on = b"ATDT"
    answer = timed(lambda: agent.ask("dial_out", dial_number="5551234"))
    assert (answer["result"], answer["detail"]) == ("ext_offline", "device_lost")
    modem.close()
