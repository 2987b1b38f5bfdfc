"""`hookflash simulate usb` plugs in, `hookflash devices --watch` tells of it: as processes, the
first by root, the second by somebody without rights."""

from __future__ import annotations

import json
import signal

import pytest

from support.program import Program
from support.usbnodes import plugged, wait_empty
from support.usbsuite import SuiteServer
from usbbench.guest import PERSON

pytestmark = pytest.mark.usefixtures("seated")

STARTS = 15.0
"""Seconds, on a PC that is not emulated."""


def test_what_is_simulated_is_seen(usb: SuiteServer, patience: float) -> None:
    del usb  # nothing else is plugged in
    soon = 3 * patience
    with (
        Program("devices", "--watch", "--json", user=PERSON) as watch,
        Program("simulate", "usb", "modem:usr5637", "handset:jabra") as simulated,
    ):
        for name, ids in (("modem", "0baf:0303"), ("handset", "0b0e:0307")):
            line = simulated.wait_for(f"{name}: ", STARTS * patience)
            assert ids in line
            assert "at 1-" in line
        came = [json.loads(watch.wait_for('"came"', STARTS * patience)) for _ in range(2)]
        assert {one["url"] for one in came} == {
            "modem:0baf:0303?serial=usr5637-1001",
            "hid:0b0e:0307?serial=jabra-1001",
        }
        simulated.tell("unplug modem")
        simulated.wait_for("modem: ", soon)
        gone = json.loads(watch.wait_for('"gone"', soon))
        assert gone["kind"] == "modem"
        simulated.tell("plug modem")
        simulated.wait_for("at 1-", soon)
        watch.wait_for('"came"', soon)
        assert len(plugged()) == 2
        assert simulated.stop(signal.SIGINT) == 0
        assert {json.loads(watch.wait_for('"gone"', soon))["kind"] for _ in range(2)} == {
            "modem",
            "handset",
        }
        wait_empty()
        assert watch.stop(signal.SIGINT) == 0


def test_a_simulated_handset_and_modem_are_used(usb: SuiteServer, patience: float) -> None:
    """What docs/simulator.md has a developer do: an agent in one terminal, devices in another."""
    del usb
    soon = 5 * patience
    with (
        Program("simulate", "usb", "modem:usr5637", "handset:jabra") as simulated,
        Program("serve", "--port", "0", user=PERSON) as agent,
    ):
        simulated.wait_for("handset: ", STARTS * patience)
        agent.wait_for("line ready", STARTS * patience)
        simulated.tell("1001: call 5551234")
        simulated.wait_for("handset: lit: ringing", soon)
        simulated.tell("handset: lift")
        simulated.wait_for("1001 answered 5551234", soon)
        simulated.tell("handset: down")
        simulated.wait_for("1001 on_hook", soon)
        assert agent.stop() == 0
        assert simulated.stop() == 0


def test_it_ends_though_it_is_killed(usb: SuiteServer, patience: float) -> None:
    """The kernel then pulls its devices out."""
    del usb
    with Program("simulate", "usb", "modem:usr5637") as simulated:
        simulated.wait_for("modem: ", STARTS * patience)
        simulated.process.kill()
        simulated.process.wait(10)
        wait_empty()


@pytest.mark.parametrize("words", [["modem:none"], ["modem", "phone:none"], ["cable"]])
def test_what_cannot_be_plugged_in_is_told(
    usb: SuiteServer, patience: float, words: list[str]
) -> None:
    del usb
    with Program("simulate", "usb", *words) as simulated:
        simulated.wait_for("is none of", STARTS * patience)
        assert simulated.process.wait(10 * patience) == 1
    wait_empty()


def test_without_root_it_is_refused(usb: SuiteServer, patience: float) -> None:
    del usb
    with Program("simulate", "usb", "modem", user=PERSON) as simulated:
        assert "sudo" in simulated.wait_for("no permission", STARTS * patience)
        assert simulated.process.wait(10 * patience) == 1
