"""The agent on a modem that we did not write: IAXmodem, on its own pty.

A data-only modem; it dials voice calls in class 1 only, hence `init`.
"""

from collections.abc import Iterator

import pytest

from peers.iax import IaxPeer, Policy
from peers.iaxmodem import IaxModem, needs_iaxmodem
from support.agent import AgentProcess

from .conftest import StartAgent

pytestmark = needs_iaxmodem

LINE = """
dialect = "data"
init = ["AT+FCLASS=1"]
command_gap_ms = 20
"""


@pytest.fixture
def peer() -> Iterator[IaxPeer]:
    with IaxPeer() as peer:
        yield peer


@pytest.fixture
def agent(peer: IaxPeer, start_agent: StartAgent) -> Iterator[AgentProcess]:
    with IaxModem(peer) as modem:
        agent = start_agent(modem.tty, LINE)
        agent.wait_state("idle")
        yield agent
        agent.stop()


@pytest.mark.parametrize(
    ("policy", "detail"),
    [(Policy("busy"), "busy"), (Policy("reject"), "no_dial_tone")],
)
def test_dial_refused(agent: AgentProcess, peer: IaxPeer, policy: Policy, detail: str) -> None:
    """Busy and no dial tone reach the page by name."""
    peer.policies["5551212"] = policy
    answer = agent.ask("dial_out", dial_number="555-1212")
    assert (answer["result"], answer["detail"]) == ("failed", detail)
    assert peer.wait_call().number == "5551212"
    assert agent.ask("status")["state"] == "idle"


@pytest.mark.parametrize("after", [0.2, 6.0])
def test_dial_answered(agent: AgentProcess, peer: IaxPeer, after: float) -> None:
    """Answered soon, and later than a page waits: success both times, and it can be hung up."""
    peer.policies["5551212"] = Policy("answer", after=after)
    assert agent.ask("dial_out", dial_number="5551212")["result"] == "success"
    call = peer.wait_call()
    call.wait_for("answered", timeout=10)
    agent.wait_state("ringing_out")
    assert agent.ask("huang_up")["result"] == "success"
    call.wait_for("hung_up", timeout=5)
    assert agent.ask("status")["state"] == "idle"


def test_hang_up_while_it_rings(agent: AgentProcess, peer: IaxPeer) -> None:
    """A dial that has no result yet is given up: this modem ignores the abort and wants ATH."""
    peer.policies["5551212"] = Policy("ring")
    assert agent.ask("dial_out", dial_number="5551212")["result"] == "success"
    call = peer.wait_call()
    call.wait_for("ringing", timeout=5)
    assert agent.ask("status")["state"] == "dialing"
    assert agent.ask("huang_up")["result"] == "success"
    call.wait_for("hung_up", timeout=5)
    assert agent.ask("status")["state"] == "idle"


def test_incoming(agent: AgentProcess, peer: IaxPeer) -> None:
    """Caller ID, which this modem tells before the first ring; answer; hang up."""
    call = peer.ring_in("5551234567", "JOHN SMITH")
    status = agent.wait_state("ringing_in")
    assert status["call"]["direction"] == "inbound"
    assert (status["call"]["number"], status["call"]["name"]) == ("5551234567", "JOHN SMITH")
    assert agent.ask("answer")["result"] == "success"
    call.wait_for("answered", timeout=5)
    assert agent.wait_state("active")["call"]["certain"] is True
    assert agent.ask("huang_up")["result"] == "success"
    call.wait_for("hung_up", timeout=5)


def test_incoming_refused(agent: AgentProcess, peer: IaxPeer) -> None:
    """A hang-up while it rings refuses the call."""
    call = peer.ring_in("5551234567")
    agent.wait_state("ringing_in")
    assert agent.ask("huang_up")["result"] == "success"
    call.wait_for("hung_up", timeout=5)
    assert agent.ask("status")["state"] == "idle"
