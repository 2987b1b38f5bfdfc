"""The line is on hook whatever ends the agent: Ctrl-C, SIGTERM, a crash, a new start."""

import signal

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.pty import PtyModem

from .conftest import StartAgent


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("called", ["201", "5551234", ""])
def test_stop_signals(
    start_agent: StartAgent,
    exchange: Exchange,
    modem: PtyModem,
    number: signal.Signals,
    called: str,
) -> None:
    """Stopped while it rings over there, in a call, and idle."""
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    if called:
        assert agent.ask("dial_out", dial_number=called)["result"] == "success"
        exchange.wait_for("dialled", called)
    # The promise is 2 s; a deadline for a loaded machine, and the exit status tells a clean end.
    assert agent.stop(number, timeout=10) == 0
    assert not exchange.line("1001").is_off_hook


def test_stop_while_the_modem_hangs(
    start_agent: StartAgent, exchange: Exchange, modem: PtyModem
) -> None:
    """A modem that does not answer any more does not keep the agent; DTR hangs it up."""
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    agent.ask("dial_out", dial_number="5551234")
    exchange.wait_for("far_answered")
    modem.modem.faults = {"silent"}
    assert agent.stop() == 0
    exchange.wait_for("on_hook")


def test_killed(start_agent: StartAgent, exchange: Exchange, modem: PtyModem) -> None:
    """SIGKILL in a call: the modem hangs up because DTR drops (&D2)."""
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    agent.ask("dial_out", dial_number="5551234")
    exchange.wait_for("far_answered")
    agent.stop(signal.SIGKILL)
    exchange.wait_for("on_hook")


def test_killed_and_started_anew(
    start_agent: StartAgent, exchange: Exchange, modem: PtyModem
) -> None:
    """A modem that ignores DTR is put on hook by the next start."""
    modem.modem.faults = {"ignores_dtr"}
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    agent.ask("dial_out", dial_number="5551234")
    exchange.wait_for("far_answered")
    agent.stop(signal.SIGKILL)
    assert exchange.line("1001").is_off_hook
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    exchange.wait_for("on_hook")
