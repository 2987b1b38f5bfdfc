"""A Yealink phone on a desk, as people have it: a P1K beside a modem, a B2K all by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hookflash.simulated import Exchange, SimulatedPort, port, usbport
from hookflash.simulated.yealink import SimulatedYealink
from hookflash_server.agent import Agent
from hookflash_server.config import DeskConfig, HandsetConfig, LineConfig
from hookflash_server.verbs import Ask
from support.lines import FAST, FAST_MODEM, PATIENCE, PLAN, until

MakeAgent = Callable[..., Agent]


class Office:
    """A desk, the exchange it is on, and somebody with a phone."""

    def __init__(self, exchange: Exchange, make_agent: MakeAgent, model: str, line: str) -> None:
        self.exchange = exchange
        url = f"sim-usb:?model={model}"
        if line == "sim:":
            SimulatedPort(exchange, "1001", timing=FAST_MODEM).close()  # it stays as it is
        phone = usbport.phone_of(url)
        assert isinstance(phone, SimulatedYealink)
        self.phone = phone
        if phone.telephone_line is not None:
            phone.telephone_line.longest_flash = 0.1
        desk = DeskConfig(
            line=LineConfig(url=line or url, command_gap_ms=0, refuse_ms=10, ring_gone_ms=3000),
            handset=HandsetConfig(url=url, dial_after_ms=30_000),
        )
        self.agent = make_agent(desks=(desk,))
        until(lambda: self.status()["state"] == "idle", "the line is ready")
        until(lambda: self.status()["handset"]["state"] == "ready", "the handset is ready")

    def ask(self, verb: str, **arguments: str) -> dict[str, Any]:
        """Ask as a page; the answer's members."""
        return self.agent.ask(Ask(verb, arguments)).result(PATIENCE).members("en")

    def status(self) -> dict[str, Any]:
        return self.ask("status")

    def state(self, state: str) -> None:
        until(lambda: self.status()["state"] == state, f"the desk is {state}")

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.agent.events.since(0)[0]]

    def wait(self, true: Callable[[], bool]) -> None:
        self.phone.wait_until(true, PATIENCE)


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchange]:
    """The exchange of this test's `sim:` and `sim-usb:` URLs."""
    exchange = Exchange(PLAN, FAST)
    monkeypatch.setattr(port, "_exchange", exchange)
    monkeypatch.setattr(usbport, "_phones", {})
    monkeypatch.setattr("hookflash.usb.yealink_link.RESTING", 0.01)
    monkeypatch.setattr("hookflash.usb.yealink_link.AWAKE", 0.005)
    monkeypatch.setattr("hookflash.usb.yealink_line.ONE_RING", 0.0)
    monkeypatch.setattr("hookflash.modem.conversation.QUIET", 0.01)
    yield exchange
    exchange.close()


def test_a_p1k_beside_a_modem(exchange: Exchange, make_agent: MakeAgent) -> None:
    """Typed, picked up, talked, hung up; then somebody calls."""
    office = Office(exchange, make_agent, "p1k", "sim:")
    phone = office.phone
    phone.press("10")
    office.wait(lambda: phone.text == "10")
    phone.press_key("clear")
    office.wait(lambda: phone.text == "")
    phone.press("100")
    office.wait(lambda: phone.text == "100")
    phone.press_key("pickup")
    exchange.wait_for("dialled", "100", PATIENCE)
    exchange.wait_for("far_answered", timeout=PATIENCE)
    office.wait(lambda: phone.is_lit and phone.text == "100" and "OUT" in phone.icons)
    until(lambda: office.status()["state"] != "dialing", "the digits are out")
    phone.press("12#")
    for key in "12#":
        exchange.wait_for("dtmf", key, PATIENCE)
    phone.press_key("hangup")
    exchange.wait_for("on_hook", timeout=PATIENCE)
    office.wait(lambda: not phone.is_lit and phone.text == "")
    office.state("idle")

    exchange.call("1001", "5551234", "ZHANG")
    office.wait(lambda: phone.rings and phone.text == "5551234" and "IN" in phone.icons)
    phone.press_key("pickup")
    exchange.wait_for("answered", timeout=PATIENCE)
    office.state("active")
    office.wait(lambda: not phone.rings and phone.is_lit)
    assert office.ask("huang_up")["result"] == "success"
    office.wait(lambda: not phone.is_lit and not phone.text and not phone.icons)

    exchange.call("1001", "5551234")
    office.wait(lambda: phone.rings)
    phone.press_key("hangup")
    exchange.wait_for("on_hook", timeout=PATIENCE)
    office.state("idle")
    assert office.agent.events.since(0)[0][-1]["reason"] == "rejected"


def test_a_p4k_s_hook_and_flash(exchange: Exchange, make_agent: MakeAgent) -> None:
    office = Office(exchange, make_agent, "p4k", "sim:")
    office.phone.lift()
    office.phone.press("100")
    office.phone.press_key("dial")
    exchange.wait_for("far_answered", timeout=PATIENCE)
    until(lambda: office.status()["state"] != "dialing", "the digits are out")
    office.phone.press_key("flash")
    exchange.wait_for("flash", timeout=PATIENCE)
    office.phone.put_down()
    exchange.wait_for("on_hook", timeout=PATIENCE)
    office.state("idle")


def test_the_telephone_of_a_b2k_beside_a_modem(exchange: Exchange, make_agent: MakeAgent) -> None:
    office = Office(exchange, make_agent, "b2k", "sim:")
    exchange.call("1001", "5551234")
    office.wait(lambda: office.phone.rings)
    office.phone.lift()
    exchange.wait_for("answered", timeout=PATIENCE)
    office.wait(lambda: office.phone.is_lit and not office.phone.rings)
    office.phone.put_down()
    exchange.wait_for("on_hook", timeout=PATIENCE)
    office.state("idle")
    assert "misuse" not in [entry.what for entry in office.phone.journal]


@pytest.mark.parametrize("model", ["b2k", "b3g"])
def test_a_box_is_line_and_handset(exchange: Exchange, make_agent: MakeAgent, model: str) -> None:
    """Its telephone is on the line: it answers and dials by itself, and the desk follows."""
    office = Office(exchange, make_agent, model, "")
    exchange.call("1001", "5551234")
    office.state("ringing_in")
    office.phone.lift()
    exchange.wait_for("answered", timeout=PATIENCE)
    office.state("active")
    office.phone.put_down()
    exchange.wait_for("on_hook", timeout=PATIENCE)
    office.state("idle")

    answer = office.ask("dial_out", dial_number="100")
    assert answer["result"] != "success"
    assert "press them on the telephone that hangs on it" in answer["hint"]
    office.state("idle")
    office.phone.lift()
    office.phone.press("100")
    exchange.wait_for("far_answered", "100", PATIENCE)
    assert office.ask("huang_up")["result"] == "success"
    exchange.wait_for("on_hook", timeout=PATIENCE)
    office.phone.put_down()

    exchange.call("1001", "5551234")
    office.state("ringing_in")
    office.phone.unplug()
    office.state("offline")
    kinds = office.kinds()
    assert kinds.count("line_lost") == kinds.count("handset_lost") == 1
    assert "handset_key" not in kinds
