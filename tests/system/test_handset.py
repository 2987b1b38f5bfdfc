"""The agent as users run it, with a handset named on the command line."""

from __future__ import annotations

from pathlib import Path

from support.agent import AgentProcess
from support.lines import until


def test_a_handset_by_option(tmp_path: Path) -> None:
    with AgentProcess(tmp_path, "", "--simulate", "--handset", "sim-hid:?model=deskphone") as agent:
        agent.wait_state("idle")
        until(lambda: agent.ask("status")["handset"]["state"] == "ready", "the handset is ready")
        handset = agent.ask("status")["handset"]
        assert {"hook", "keypad", "off_hook_lamp"} <= set(handset["features"])
        assert not handset["lifted"]
        assert agent.ask("dial_out", dial_number="100")["result"] == "success"
        assert agent.ask("status")["handset"]["lamps"]["off_hook"]
        assert agent.stop() == 0
