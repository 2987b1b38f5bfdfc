"""A simulated telephone with a line of its own, its line and its handset both open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from hookflash import LineSettings
from hookflash.hid.handset import HidHandset
from hookflash.hid.line import HidLine
from hookflash.simulated import Exchange
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_line import SimulatedHidLine
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hidport import SimulatedHidPort
from support.lines import FAST, PATIENCE, QUICK, Heard, Watch
from support.scripted_hid import HandsetEar

SETTINGS = replace(
    QUICK,
    tone_ms=70,
    flash_ms=120,
    flash_window=(80, 150),
    ringback_gone_ms=150,
    ring_gone_ms=300,
)
MODELS = ["dual", "dual_feature"]
TIMING = replace(FAST, complete=0.4)
"""An exchange that waits for digits that come one by one."""


class Phone:
    """A simulated telephone, both its drivers once it is opened, and what they tell."""

    def __init__(
        self, exchange: Exchange, model: str, settings: LineSettings, *faults: str
    ) -> None:
        self.exchange = exchange
        self.person = SimulatedHandset(find_model(model), exchange, faults)
        SimulatedHidLine(self.person)
        self.wire = exchange.line("1001")
        self.watch = Watch(exchange)
        self.settings = settings
        self.stack = ExitStack()

    def open(self) -> None:
        """Open the line and the handset, as anew."""

        def open_port() -> SimulatedHidPort:
            return SimulatedHidPort(self.person)

        self.line = HidLine("line", open_port, self.settings)
        self.handset = HidHandset("handset", open_port)
        self.heard, self.ear = Heard(self.line), HandsetEar(self.handset)
        self.stack.callback(self.line.close)
        self.stack.callback(self.handset.close)
        for operation in (self.line.open(), self.handset.open()):
            operation.wait(PATIENCE)

    def call(self, number: str = "100") -> None:
        self.line.dial(number).wait(PATIENCE)
        self.exchange.wait_for("far_answered", number, PATIENCE)

    def wait_on_hook(self) -> None:
        self.watch.until(lambda: not self.wire.is_off_hook)

    def misuse(self) -> list[str]:
        with self.exchange.lock:
            return [entry.detail for entry in self.person.journal if entry.what == "misuse"]


MakePhone = Callable[..., Phone]
