"""A simulated Yealink phone with its drivers, and the clean-up of all of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from hookflash import LineSettings
from hookflash.errors import PortBusy
from hookflash.simulated import Exchange
from hookflash.simulated.usbport import SimulatedUsbPort
from hookflash.simulated.yealink import SimulatedYealink, simulated_yealink
from hookflash.usb.yealink import YealinkHandset
from hookflash.usb.yealink_line import YealinkLine
from support.lines import PATIENCE, Heard
from support.scripted_hid import HandsetEar


class Claimed:
    """Opens a phone as a USB interface is opened: once."""

    def __init__(self, phone: SimulatedYealink) -> None:
        self._phone = phone

    def __call__(self) -> SimulatedUsbPort:
        if self._phone._openings:
            raise PortBusy(f"open {self.path()}: another program holds it")
        return SimulatedUsbPort(self._phone)

    def path(self) -> str:
        return self._phone.info.path


class Yealink:
    """A phone on an exchange. Its drivers are made by `open` and `open_line`."""

    def __init__(
        self, exchange: Exchange, model: str, settings: LineSettings, *faults: str
    ) -> None:
        self.exchange = exchange
        self.phone: SimulatedYealink = simulated_yealink(model, exchange, faults)
        self.wire = exchange.line("1001")
        self.port = Claimed(self.phone)
        self.settings = settings
        self.stack = ExitStack()
        if self.phone.telephone_line is not None:
            self.phone.telephone_line.longest_flash = 0.03

    def make(self) -> YealinkHandset:
        """A handset, not yet open."""
        self.handset = YealinkHandset("handset", self.port)
        self.ear = HandsetEar(self.handset)
        self.stack.callback(self.handset.close)
        return self.handset

    def open(self) -> Yealink:
        """Open the handset."""
        self.make().open().wait(PATIENCE)
        return self

    def make_line(self) -> YealinkLine:
        """A line, not yet open."""
        self.line = YealinkLine("line", self.port, self.settings)
        self.heard = Heard(self.line)
        self.stack.callback(self.line.close)
        return self.line

    def open_line(self) -> Yealink:
        """Open the line."""
        self.make_line().open().wait(PATIENCE)
        return self

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something of the phone."""
        self.phone.wait_until(true, PATIENCE)

    def misuse(self) -> list[str]:
        """What the phone did not understand."""
        with self.exchange.lock:
            wrong = ("misuse", "refused")
            return [entry.detail for entry in self.phone.journal if entry.what in wrong]


MakeYealink = Callable[..., Yealink]
