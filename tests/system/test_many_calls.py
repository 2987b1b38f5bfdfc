"""A thousand calls in and out through the whole agent: nothing is left behind."""

import random
import threading
import time
from pathlib import Path

from hookflash.simulated import Exchange
from hookflash.simulated.pty import PtyModem
from support.agent import AgentProcess

from .conftest import StartAgent

CALLS = 1000


def resources(agent: AgentProcess) -> tuple[int, int]:
    """Threads and descriptors of the agent's process."""
    process = Path(f"/proc/{agent.process.pid}")
    return len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))


def settled(agent: AgentProcess) -> tuple[int, int]:
    """The resources once the connection of the last question is closed."""
    last = resources(agent)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        threading.Event().wait(0.05)
        last, before = resources(agent), last
        if last == before:
            break
    return last


def test_many_calls(start_agent: StartAgent, exchange: Exchange, modem: PtyModem) -> None:
    """Answered, busy, given up, incoming answered and refused, in a random but fixed order."""
    chance = random.Random(12307)
    agent = start_agent(modem.tty)
    agent.wait_state("idle")
    before = settled(agent)
    for number in range(CALLS):
        kind = chance.choice(("answered", "busy", "given_up", "in_answered", "in_refused"))
        if kind.startswith("in_"):
            assert exchange.call("1001", f"555{number:04d}")
            status = agent.wait_state("ringing_in")
            assert status["call"]["state"] == "ringing_in"
            if kind == "in_answered":
                assert agent.ask("answer")["result"] == "success"
                exchange.wait_for("answered", f"555{number:04d}")
            assert agent.ask("huang_up")["result"] == "success"
        else:
            called = {"answered": f"7{number:03d}", "busy": "200", "given_up": "201"}[kind]
            assert agent.ask("dial_out", dial_number=called)["result"] == "success"
            exchange.wait_for("dialled", called)
            if kind == "answered":
                exchange.wait_for("far_answered", called)
                assert agent.ask("send_dtmf", dtmf="5")["result"] == "success"
                exchange.wait_for("dtmf", "5")
            if kind == "busy":
                agent.wait_state("idle")  # the modem hears it, and the line is put on hook
            assert agent.ask("huang_up")["result"] == "success"
        exchange.wait_for("on_hook")
        assert agent.ask("status")["state"] == "idle"
    after = settled(agent)
    assert after[0] <= before[0], "threads are left behind"
    assert after[1] <= before[1], "descriptors are left behind"
