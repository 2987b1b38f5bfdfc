"""A telephone as people have it: an agent, a simulated line, a simulated handset of each make.

Nothing is told to the desk here: a hand lifts, keys are pressed, and lamps are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from hookflash import Button
from hookflash.simulated import Exchange, SimulatedPort, hidport, port
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_models import MODELS
from hookflash_server.agent import Agent
from hookflash_server.config import DeskConfig, HandsetConfig, LineConfig
from hookflash_server.verbs import Ask
from support.lines import FAST, FAST_MODEM, PATIENCE, PLAN, until

MakeAgent = Callable[..., Agent]

HANDSETS = [name for name, model in MODELS.items() if model.hook and "constant" not in name]
"""Models of what can be a handset."""


class Office:
    """A desk with a line and a handset, the exchange they are on, and somebody at the desk."""

    def __init__(
        self, exchange: Exchange, make_agent: MakeAgent, model: str, *, own_line: bool = False
    ) -> None:
        self.exchange = exchange
        url = f"sim-hid:?model={model}"
        if not own_line:
            SimulatedPort(exchange, "1001", timing=FAST_MODEM).close()  # it stays as it is
        self.handset: SimulatedHandset = hidport.handset_of(url)
        line = LineConfig(url="sim:", command_gap_ms=0, refuse_ms=10)
        desk = DeskConfig(line=line, handset=HandsetConfig(url=url, dial_after_ms=30_000))
        if own_line:
            desk = DeskConfig(line=LineConfig(url=url, refuse_ms=10), handset=desk.handset)
        self.agent = make_agent(desks=(desk,))
        until(lambda: self.status()["state"] == "idle", "the line is ready")
        until(lambda: self.status()["handset"]["state"] == "ready", "the handset is ready")

    def ask(self, verb: str, **arguments: str) -> dict[str, Any]:
        """Ask as a page; the answer's members."""
        return self.agent.ask(Ask(verb, arguments)).result(PATIENCE).members("en")

    def status(self) -> dict[str, Any]:
        return self.ask("status")

    def sees(self, *, ringing: bool = False, off_hook: bool = False) -> None:
        """Wait until the handset shows this, as far as it has lamps."""
        wanted = {"ring_lamp": ringing, "off_hook_lamp": off_hook}
        outputs = self.handset.outputs

        def shown() -> bool:
            return all(outputs[name] == on for name, on in wanted.items() if name in outputs)

        self.handset.wait_until(shown, PATIENCE)

    def state(self, state: str) -> None:
        """Wait until the desk is in a state."""
        until(lambda: self.status()["state"] == state, f"the desk is {state}")

    def kinds(self) -> list[str]:
        """The kinds of all events so far."""
        return [event["kind"] for event in self.agent.events.since(0)[0]]


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchange]:
    """The exchange of this test's `sim:` and `sim-hid:` URLs."""
    exchange = Exchange(PLAN, FAST)
    monkeypatch.setattr(port, "_exchange", exchange)
    monkeypatch.setattr(hidport, "_handsets", {})
    yield exchange
    exchange.close()


@pytest.fixture
def make_office(exchange: Exchange, make_agent: MakeAgent) -> Callable[[str], Office]:
    def make(model: str) -> Office:
        return Office(exchange, make_agent, model)

    return make


@pytest.mark.parametrize("model", HANDSETS)
def test_an_incoming_call(make_office: Callable[[str], Office], model: str) -> None:
    office = make_office(model)
    office.exchange.call("1001", "5551234", "ZHANG")
    office.state("ringing_in")
    office.sees(ringing=True)
    office.handset.lift()
    office.exchange.wait_for("answered", timeout=PATIENCE)
    office.sees(off_hook=True)
    office.state("active")
    office.handset.put_down()
    office.exchange.wait_for("on_hook", timeout=PATIENCE)
    office.sees()
    office.state("idle")
    hand = [kind for kind in office.kinds() if kind in ("handset_lifted", "handset_put_down")]
    assert hand == ["handset_lifted", "handset_put_down"], "each movement once, and no echo"


@pytest.mark.parametrize("model", HANDSETS)
def test_a_call_of_a_page(make_office: Callable[[str], Office], model: str) -> None:
    """The lamps follow the page, and no echo of theirs ends the call."""
    office = make_office(model)
    assert office.ask("dial_out", dial_number="100")["result"] == "success"
    office.exchange.wait_for("far_answered", timeout=PATIENCE)
    office.sees(off_hook=True)
    assert office.ask("huang_up")["result"] == "success"
    office.sees()
    office.state("idle")
    assert not {"handset_lifted", "handset_put_down"} & set(office.kinds())


def test_keys_dial(make_office: Callable[[str], Office]) -> None:
    office = make_office("deskphone")
    office.handset.lift()
    office.sees(off_hook=True)
    office.handset.press("100#")
    office.exchange.wait_for("dialled", "100", PATIENCE)
    office.exchange.wait_for("far_answered", timeout=PATIENCE)
    until(lambda: office.status()["state"] != "dialing", "the digits are out")
    office.handset.press("12#")
    for key in "12#":
        office.exchange.wait_for("dtmf", key, PATIENCE)
    office.handset.flash()
    office.exchange.wait_for("flash", timeout=PATIENCE)
    office.handset.put_down()
    office.exchange.wait_for("on_hook", timeout=PATIENCE)
    office.sees()
    office.state("idle")


@pytest.mark.parametrize("model", ["dual", "dual_feature"])
def test_a_telephone_with_a_line_of_its_own(
    exchange: Exchange, make_agent: MakeAgent, model: str
) -> None:
    """One device is the desk's line and its handset: a whole day of it."""
    exchange.timing = replace(exchange.timing, complete=0.4)  # keys come one by one
    office = Office(exchange, make_agent, model, own_line=True)
    assert office.status()["line"]["identity"].startswith("Simulated telephone")
    office.handset.lift()
    office.sees(off_hook=True)
    office.handset.press("100#")
    exchange.wait_for("dialled", "100", PATIENCE)
    exchange.wait_for("far_answered", timeout=PATIENCE)
    until(lambda: office.status()["state"] != "dialing", "the digits are out")
    office.handset.press("12")
    for key in "12":
        exchange.wait_for("dtmf", key, PATIENCE)
    office.handset.flash()
    exchange.wait_for("flash", timeout=PATIENCE)
    office.handset.put_down()
    exchange.wait_for("on_hook", timeout=PATIENCE)
    office.sees()
    office.state("idle")
    exchange.call("1001", "5551234")
    office.sees(ringing=True)
    office.handset.lift()
    exchange.wait_for("answered", timeout=PATIENCE)
    office.sees(off_hook=True)
    office.state("active")
    office.handset.unplug()
    office.state("offline")
    until(lambda: office.status()["handset"]["state"] != "ready", "the handset is lost")
    assert not exchange.line("1001").is_off_hook
    kinds = office.kinds()
    assert kinds.count("line_lost") == kinds.count("handset_lost") == 1


def test_a_call_is_refused(make_office: Callable[[str], Office]) -> None:
    office = make_office("jabra")
    office.exchange.call("1001", "5551234")
    office.sees(ringing=True)
    office.handset.press_button(Button.REJECT)
    office.exchange.wait_for("on_hook", timeout=PATIENCE)
    office.sees()
    office.state("idle")
    assert office.agent.events.since(0)[0][-1]["reason"] == "rejected"


def test_the_far_end_hangs_up(make_office: Callable[[str], Office]) -> None:
    office = make_office("deskphone")
    office.exchange.call("1001", "5551234")
    office.sees(ringing=True)
    office.handset.lift()
    office.exchange.wait_for("answered", timeout=PATIENCE)
    office.state("active")
    office.exchange.hang_up("1001")
    office.sees()
    office.state("idle")
    office.exchange.call("1001", "5554321")
    office.sees(ringing=True)
    assert office.handset.is_lifted
    office.handset.put_down()
    office.handset.lift()  # so fast that it may be an echo: the handset is watched for a second
    office.exchange.wait_for("answered", timeout=PATIENCE)
    office.sees(off_hook=True)


@pytest.mark.parametrize("model", ["jabra", "plantronics", "level_mute"])
def test_mute(make_office: Callable[[str], Office], model: str) -> None:
    office = make_office(model)
    assert office.ask("dial_out", dial_number="100")["result"] == "success"
    office.exchange.wait_for("far_answered", timeout=PATIENCE)
    office.sees(off_hook=True)
    office.handset.mute()
    office.handset.wait_until(lambda: office.handset.lamps.muted, PATIENCE)
    assert office.status()["handset"]["lamps"]["muted"]
    office.exchange.hang_up("1001")
    office.sees()
    assert not office.handset.lamps.muted


def test_a_lift_without_a_line(
    exchange: Exchange, make_agent: MakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device takes its lift back, for nobody lights its lamp."""
    handset = hidport.handset_of("sim-hid:?model=plantronics")
    desk = DeskConfig(handset=HandsetConfig(url="sim-hid:?model=plantronics"))
    agent = make_agent(desks=(desk,))

    def status() -> Any:
        return agent.ask(Ask("status", {})).result(PATIENCE).data["handset"]

    until(lambda: status()["state"] == "ready", "the handset is ready")
    handset.lift()
    handset.wait_until(lambda: not handset.is_lifted, PATIENCE)
    assert not handset.lamps.off_hook
    kinds = [event["kind"] for event in agent.events.since(0)[0]]
    assert kinds == ["handset_ready", "handset_lifted", "command_failed"]


def test_unplugged_in_a_call_and_plugged_in_again(make_office: Callable[[str], Office]) -> None:
    office = make_office("jabra")
    assert office.ask("dial_out", dial_number="100")["result"] == "success"
    office.exchange.wait_for("far_answered", timeout=PATIENCE)
    office.sees(off_hook=True)
    office.handset.unplug()
    until(lambda: office.status()["handset"]["state"] == "offline", "it is missed")
    assert office.status()["call"] is not None
    office.handset.plug_in()
    office.sees(off_hook=True)
    office.handset.put_down()
    office.exchange.wait_for("on_hook", timeout=PATIENCE)
    office.state("idle")


@pytest.mark.parametrize("model", ["constant", "headset_no_telephony"])
def test_what_is_no_handset_says_why(exchange: Exchange, make_agent: MakeAgent, model: str) -> None:
    desk = DeskConfig(handset=HandsetConfig(url=f"sim-hid:?model={model}"))
    agent = make_agent(desks=(desk,))

    def status() -> Any:
        return agent.ask(Ask("status", {})).result(PATIENCE).data["handset"]

    until(lambda: status()["offline_because"] == "not_supported", "it is refused")
    assert "is no handset" in status()["hint"]


def test_the_lamps_are_dark_when_the_agent_has_stopped(
    make_office: Callable[[str], Office],
) -> None:
    office = make_office("jabra")
    assert office.ask("dial_out", dial_number="100")["result"] == "success"
    office.sees(off_hook=True)
    office.agent.stop()
    assert not office.handset.lamps.off_hook
