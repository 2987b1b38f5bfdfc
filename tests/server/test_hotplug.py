"""An agent without a configuration, on a PC whose sockets the test fills and empties."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hookflash.discovery import Found
from hookflash.simulated import Exchange, hidport, port
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.pty import PtyModem
from hookflash_server.agent import Agent
from hookflash_server.config import Config, DeskConfig, HandsetConfig, LineConfig, with_options
from hookflash_server.verbs import Ask
from support.lines import FAST, FAST_MODEM, PATIENCE, PLAN, until
from support.sockets import Sockets, headset, modem

HEADSET_URL = "sim-hid:?model=jabra"
HEADSET = headset(HEADSET_URL, serial="H1")
READY_WITHIN = 3.0
"""Seconds from plugging in that are promised."""

FAST_FIGURES = LineConfig(command_gap_ms=0, refuse_ms=10)


class Desk:
    """The desk of a PC, and whoever plugs things in there."""

    def __init__(self, folder: Path) -> None:
        self.exchange = Exchange(PLAN, FAST)
        self.sockets = Sockets()
        desk = DeskConfig(line=FAST_FIGURES)
        config = Config(port=0, state_dir=str(folder), desks=(desk,))
        config = with_options(config, line=None, port=None)
        assert config.desks[0].line.url == "auto:"
        self.agent = Agent(config, self.sockets.discovery)
        self._modems: dict[Found, PtyModem] = {}

    def plug_modem(self, serial: str = "1", place: str = "1-1") -> Found:
        device = PtyModem(self.exchange, timing=FAST_MODEM)
        found = modem(device.tty, serial=serial, place=place)
        self._modems[found] = device
        self.sockets.plug(found)
        return found

    def pull_modem(self, found: Found) -> None:
        self._modems.pop(found).close()
        self.sockets.unplug(found)

    def ask(self, verb: str, **arguments: str) -> dict[str, Any]:
        return self.agent.ask(Ask(verb, arguments)).result(PATIENCE).members("en")

    def status(self) -> dict[str, Any]:
        return self.ask("status")

    def until_state(self, state: str, handset: str = "") -> None:
        def there() -> bool:
            now = self.status()
            return bool(
                now["state"] == state and handset in ("", (now["handset"] or {}).get("state"))
            )

        until(there, f"the desk is {state}, its handset {handset}")

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        every = self.agent.events.since(0)[0]
        return [dict(event) for event in every if event["kind"] in kinds]

    def dial(self) -> None:
        assert self.ask("dial_out", dial_number="100")["result"] == "success"
        self.exchange.wait_for("far_answered", timeout=PATIENCE)

    def close(self) -> None:
        self.agent.stop()
        for device in self._modems.values():
            device.close()
        self.exchange.close()


@pytest.fixture
def handset(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> SimulatedHandset:
    """The headset, on the desk's exchange."""
    monkeypatch.setattr(port, "_exchange", desk.exchange)
    monkeypatch.setattr(hidport, "_handsets", {})
    return hidport.handset_of(HEADSET_URL)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        desk = Desk(tmp_path)
        stack.callback(desk.close)
        desk.agent.start()
        yield desk


def test_nothing_plugged_in_is_said(desk: Desk) -> None:
    status = desk.status()
    assert (status["state"], status["offline_because"]) == ("offline", "nothing_plugged_in")
    assert "plug in a modem" in status["offline_hint"]
    assert status["handset"]["offline_because"] == "nothing_plugged_in"
    assert "plug in" in status["handset"]["hint"]
    answer = desk.ask("dial_out", dial_number="100")
    assert (answer["result"], answer["detail"]) == ("ext_offline", "nothing_plugged_in")
    assert "plug in a modem" in answer["hint"]


def test_plugged_in_one_after_the_other(desk: Desk, handset: SimulatedHandset) -> None:
    began = time.monotonic()
    modem = desk.plug_modem()
    desk.until_state("idle", "offline")
    assert time.monotonic() - began < READY_WITHIN
    desk.sockets.plug(HEADSET)
    desk.until_state("idle", "ready")
    desk.exchange.call("1001", "5551234")
    desk.until_state("ringing_in")
    handset.lift()
    desk.until_state("active")
    assert [(event["kind"], event["name"]) for event in desk.events("device_found")] == [
        ("device_found", modem.name),
        ("device_found", HEADSET.name),
    ]
    status = desk.status()
    assert (status["offline_because"], status["offline_hint"]) == ("", "")
    assert status["line"]["name"] == modem.url


def test_into_another_socket_in_the_middle_of_a_call(desk: Desk, handset: SimulatedHandset) -> None:
    desk.sockets.plug(HEADSET)
    first = desk.plug_modem(serial="1", place="1-1")
    desk.until_state("idle", "ready")
    desk.dial()
    desk.pull_modem(first)
    desk.until_state("offline", "ready")
    (lost,) = desk.events("line_lost")[-1:]
    assert (lost["call"]["reason"], lost["call"]["state"]) == ("device_lost", "terminated")
    status = desk.status()
    assert status["call"] is None
    assert (status["last_call"]["number"], status["last_call"]["reason"]) == ("100", "device_lost")
    assert not handset.outputs["off_hook_lamp"]
    assert desk.ask("dial_out", dial_number="100")["result"] == "ext_offline"

    began = time.monotonic()
    desk.plug_modem(serial="1", place="1-4")
    desk.until_state("idle", "ready")
    assert time.monotonic() - began < READY_WITHIN
    assert not desk.exchange.line("1001").is_off_hook
    desk.dial()
    assert desk.ask("huang_up")["result"] == "success"
    desk.until_state("idle")
    assert desk.status()["last_call"]["reason"] == "local_hangup"


def test_a_headset_that_is_unplugged_does_not_end_the_call(
    desk: Desk, handset: SimulatedHandset
) -> None:
    desk.sockets.plug(HEADSET)
    desk.plug_modem()
    desk.until_state("idle", "ready")
    desk.dial()
    in_call = desk.status()["state"]
    handset.unplug()
    desk.sockets.unplug(HEADSET)
    desk.until_state(in_call, "offline")
    assert desk.exchange.line("1001").is_off_hook
    handset.plug_in()
    desk.sockets.plug(HEADSET)
    desk.until_state(in_call, "ready")
    until(lambda: bool(handset.outputs["off_hook_lamp"]), "it shows the call")
    assert desk.ask("huang_up")["result"] == "success"
    desk.until_state("idle")


def test_a_second_modem_changes_nothing_until_the_first_is_gone(desk: Desk) -> None:
    first = desk.plug_modem(serial="1")
    desk.until_state("idle")
    second = desk.plug_modem(serial="2", place="1-2")
    until(lambda: len(desk.events("device_found")) == 2, "the second is seen")
    assert desk.status()["line"]["name"] == first.url
    desk.pull_modem(first)
    until(lambda: (desk.status()["line"] or {}).get("name") == second.url, "the other is taken")
    desk.until_state("idle")


def test_two_modems_from_the_start_must_be_named(desk: Desk, tmp_path: Path) -> None:
    sockets = Sockets(modem("modem:a", serial="A"), modem("modem:b", serial="B"))
    with ExitStack() as stack:
        config = with_options(Config(port=0, state_dir=str(tmp_path)), line=None, port=None)
        agent = Agent(config, sockets.discovery)
        stack.callback(agent.stop)
        agent.start()
        answer = agent.ask(Ask("dial_out", {"dial_number": "1"})).result(PATIENCE)
    assert answer.detail == "several_plugged_in"
    assert "modem:a" in answer.hint
    assert "modem:b" in answer.hint


def test_the_log_is_quiet_while_nothing_happens(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    found = desk.plug_modem()
    desk.until_state("idle")
    desk.pull_modem(found)
    desk.until_state("offline")
    until(lambda: desk.status()["offline_because"] == "nothing_plugged_in", "it is said")
    caplog.clear()
    looks = desk.sockets.looks
    # Its desk looks for it every 0.3 s meanwhile, and so does the presence.
    until(lambda: desk.sockets.looks >= looks + 3, "it is looked for")
    assert not [record for record in caplog.records if record.levelno >= logging.INFO]


def test_who_only_simulates_looks_for_nothing(tmp_path: Path) -> None:
    def never(*_: object) -> Any:
        raise AssertionError("not to be asked")

    from hookflash_server.presence import Discovery

    desk = DeskConfig(line=LineConfig(url="sim:"), handset=HandsetConfig(url="sim-hid:"))
    agent = Agent(Config(port=0, state_dir=str(tmp_path), desks=(desk,)), Discovery(never, never))
    agent.start()
    agent.stop()
