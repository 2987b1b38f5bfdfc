"""The agent without a configuration on a PC without devices, as a user starts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hookflash.discovery import plugged_in
from support.agent import AgentProcess
from support.lines import until

pytestmark = pytest.mark.skipif(
    bool(plugged_in()), reason="a telephone is plugged in here, and would be used"
)

AT_REST = 3.0
"""Seconds in which nothing happens; a timer of old looked each 2 s."""


@pytest.mark.parametrize("options", [(), ("-v",)])
def test_it_says_so_and_then_nothing(tmp_path: Path, options: tuple[str, ...]) -> None:
    with AgentProcess(tmp_path, "", *options, verbose=False) as agent:
        status = agent.wait_state("offline")
        assert status["offline_because"] == "nothing_plugged_in"
        assert status["handset"]["offline_because"] == "nothing_plugged_in"
        answer = agent.ask("dial_out", dial_number="100")
        assert (answer["result"], answer["detail"]) == ("ext_offline", "nothing_plugged_in")
        until(lambda: "no handset is plugged in" in agent.log(), "the log says so")
        said = agent.log()
        assert said.count("no line is plugged in; plug in a modem") == 1
        time.sleep(AT_REST)  # what is awaited is that nothing comes
        assert agent.log() == said
        assert agent.stop(signal.SIGINT) == 0
        assert "Traceback" not in said


def test_devices_says_so() -> None:
    command = [sys.executable, "-m", "hookflash_server", "devices"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.startswith("No modem and no handset is plugged in.\n")
    assert told.stderr == ""


def test_devices_watch_ends_when_told() -> None:
    command = [sys.executable, "-m", "hookflash_server", "devices", "--watch", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stderr is not None
        assert watch.stderr.readline() == "nothing is plugged in; waiting, Ctrl-C ends\n"
        watch.send_signal(signal.SIGINT)
        out, error = watch.communicate(timeout=20)
    assert (watch.returncode, out, error) == (0, "", "")


def test_devices_for_programs() -> None:
    command = [sys.executable, "-m", "hookflash_server", "devices", "--json"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(told.stdout)["devices"] == []
