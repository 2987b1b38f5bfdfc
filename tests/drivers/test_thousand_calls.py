"""A thousand calls of all kinds over one tty: nothing wears out, nothing gets stuck."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from hookflash import DeviceState, EndReason
from hookflash.errors import Aborted
from hookflash.events import Answered, CallEnded, Dialled, Ring, RingStopped
from hookflash.modem import ModemLine, SerialPort
from hookflash.simulated import Exchange
from hookflash.simulated.pty import PtyModem
from support.lines import FAST_MODEM, PATIENCE, QUICK, Heard, Watch, until

CALLS = 1000
SEED = 20260724
KINDS = {
    # kind: how often in a hundred. An abandoned call costs the time until the driver believes it.
    "out_answered": 31,
    "out_busy": 15,
    "out_given_up": 15,
    "out_cut_short": 5,
    "in_answered": 20,
    "in_rejected": 13,
    "in_abandoned": 1,
}


def descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


class Caller:
    """Both sides of a line, and what has ended."""

    def __init__(self, exchange: Exchange, tty: str) -> None:
        self.exchange = exchange
        self.watch = Watch(exchange)
        self.subscriber = exchange.line("1001")
        settings = replace(QUICK, ring_gone_ms=1000, refuse_ms=1)
        self.line = ModemLine("thousand", lambda: SerialPort(tty), settings)
        self.heard = Heard(self.line)

    def idle(self) -> None:
        """Wait until driver and exchange agree that all is over."""
        until(lambda: not self.line.off_hook and not self.line.ringing, "the driver is idle")
        self.watch.until(lambda: not self.subscriber.is_off_hook and self.subscriber.call is None)
        self.exchange.journal.clear()

    def ended(self, reason: EndReason) -> None:
        assert self.heard.wait_for(CallEnded).reason is reason

    def ring(self, rings: int | None = None) -> None:
        assert self.exchange.call("1001", "5551234", "CALLER", rings)
        assert self.heard.wait_for(Ring).count == 1

    def out_answered(self) -> None:
        self.line.dial("100").wait(PATIENCE)
        self.heard.wait_for(Dialled)
        self.exchange.wait_for("far_answered", "100", PATIENCE)
        self.line.hang_up().wait(PATIENCE)
        self.ended(EndReason.LOCAL_HANGUP)

    def out_busy(self) -> None:
        with suppress(Aborted):  # the tone may come before the dial has returned
            self.line.dial("200").wait(PATIENCE)
        self.ended(EndReason.BUSY)

    def out_given_up(self) -> None:
        self.line.dial("201").wait(PATIENCE)
        self.exchange.wait_for("dialled", "201", PATIENCE)
        self.line.hang_up().wait(PATIENCE)
        self.ended(EndReason.LOCAL_HANGUP)

    def out_cut_short(self) -> None:
        dial = self.line.dial("201")
        until(lambda: self.line.off_hook, "begun")
        self.line.hang_up().wait(PATIENCE)
        with suppress(Aborted):
            dial.wait(PATIENCE)
        self.ended(EndReason.LOCAL_HANGUP)

    def in_answered(self) -> None:
        self.ring()
        self.line.answer().wait(PATIENCE)
        self.heard.wait_for(Answered)
        self.exchange.wait_for("answered", timeout=PATIENCE)
        self.exchange.hang_up("1001")
        self.ended(EndReason.FAR_HANGUP)

    def in_rejected(self) -> None:
        self.ring()
        self.line.reject().wait(PATIENCE)
        self.ended(EndReason.REJECTED)

    def in_abandoned(self) -> None:
        self.ring(1)
        self.heard.wait_for(RingStopped)


@pytest.fixture
def caller(exchange: Exchange) -> Iterator[Caller]:
    modem = PtyModem(exchange, timing=FAST_MODEM)
    caller = Caller(exchange, modem.tty)
    yield caller
    caller.line.close()
    modem.close()


def test_a_thousand_calls(caller: Caller) -> None:
    chance = random.Random(SEED)
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=CALLS)
    assert set(kinds) == set(KINDS)
    caller.line.open().wait(PATIENCE)
    caller.out_answered()
    caller.idle()
    before = threading.active_count(), descriptors()
    for number, kind in enumerate(kinds):
        ends = len(caller.heard.of(CallEnded)) if number % 50 == 0 else None
        getattr(caller, kind)()
        caller.idle()
        if ends is not None:
            assert len(caller.heard.of(CallEnded)) == ends + (kind != "in_abandoned")
    assert caller.line.state is DeviceState.READY
    assert (threading.active_count(), descriptors()) == before
    told = caller.heard.of(CallEnded)
    assert len(told) == 1 + sum(kind != "in_abandoned" for kind in kinds)
    assert len(caller.heard.of(RingStopped)) == kinds.count("in_abandoned")
    first = [event for event in caller.heard.of(Ring) if event.count == 1]
    assert len(first) == sum(kind.startswith("in_") for kind in kinds)
    assert len(caller.heard.of(Answered)) == kinds.count("in_answered")
