"""The networks and modems that the conformance suite runs a line over.

What a backend cannot do stands in its quirks: named, so that a test skips by name and says why.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from hookflash import LineSettings
from hookflash.modem import ModemLine, Port, SerialPort
from hookflash.simulated import Exchange, SimulatedPort
from hookflash.simulated.pty import PtyModem
from peers.iax import Call, IaxPeer, Policy
from peers.iaxmodem import IaxModem
from support.lines import (
    FAST,
    FAST_MODEM,
    PATIENCE,
    PLAN,
    QUICK,
    Heard,
    TappedPort,
    Watch,
    until,
)

SLOW = replace(FAST, settle=0.3)
"""An exchange whose dial tone takes a while: a modem can be caught before it has dialled."""

PATIENT_MODEM = replace(FAST_MODEM, dial_tone_wait=0.6)

QUIRKS = {
    "no_tones": "hears no call progress tones once the digits are out",
    "no_dtmf": "takes no digits in a call",
    "no_flash_heard": "confirms a flash but sends none",
    "ends_unheard": "does not tell that the far end hung up",
    "answer_ends_dial": "ends a dial when the far end answers, not when the digits are out",
    "late_calls": "takes no call for 5 s after it was opened, so few tests ring it",
}
"""What a backend may be unable to do, and what to say when a test is skipped for it."""


class Backend(ABC):
    """A line on a network, and the network's side of it."""

    name: str
    quirks: frozenset[str] = frozenset()
    line: ModemLine
    heard: Heard
    port: TappedPort
    answers = "100"
    busy = "200"
    rings_on = "201"

    def __init__(self) -> None:
        self.cleanup = ExitStack()

    def open(self, *, slow: bool = False, wait: bool = True) -> None:
        """Bring up the network, and open the line. slow: it can be caught dialling."""
        open_port, settings = self._start(slow)

        def tapped() -> Port:
            self.port = TappedPort(open_port())
            return self.port

        self.line = ModemLine(self.name, tapped, settings)
        self.cleanup.callback(self.line.close)
        self.heard = Heard(self.line)
        opening = self.line.open()
        if wait:
            opening.wait(PATIENCE)

    def dialled_lines(self) -> list[bytes]:
        """Every dial command that went to the port."""
        return [data for data in self.port.written if data.startswith(b"ATD")]

    @abstractmethod
    def _start(self, slow: bool) -> tuple[Callable[[], Port], LineSettings]:
        """Bring up the network; how to open the port, and what settings the modem needs."""

    @abstractmethod
    def no_dial_tone(self) -> str:
        """See to it that there is none; the number to dial."""

    @abstractmethod
    def call_in(self, number: str = "5551234", name: str = "CALLER") -> None:
        """Ring the line, until it is answered."""

    @abstractmethod
    def caller_gives_up(self) -> None:
        """End that call before it is answered."""

    @abstractmethod
    def far_end_hangs_up(self) -> None:
        """End an answered call from the other side."""

    @abstractmethod
    def wait_dialled(self, number: str) -> None:
        """Wait until the network has that number, which may ring by now."""

    @abstractmethod
    def wait_far_answered(self) -> None:
        """Wait until the far end has answered our call."""

    @abstractmethod
    def wait_we_answered(self) -> None:
        """Wait until the network knows that we took its call."""

    @abstractmethod
    def wait_on_hook(self) -> None:
        """Wait until the network says that the line is on hook."""

    @abstractmethod
    def unplug(self) -> None:
        """Take the device away."""

    def close(self) -> None:
        """Take all down."""
        self.cleanup.close()


class Simulated(Backend):
    """A simulated modem on a simulated exchange."""

    exchange: Exchange

    def __init__(self, dialect: str) -> None:
        super().__init__()
        self.name = f"sim-{dialect}"
        self.dialect = dialect
        if dialect == "data":
            self.quirks = frozenset({"no_tones", "ends_unheard"})

    def _start(self, slow: bool) -> tuple[Callable[[], Port], LineSettings]:
        self.exchange = Exchange(PLAN, SLOW if slow else FAST)
        self.cleanup.callback(self.exchange.close)
        self.watch = Watch(self.exchange)
        self.subscriber = self.exchange.line("1001")
        return self._open_port(), QUICK

    def _open_port(self) -> Callable[[], Port]:
        return lambda: SimulatedPort(self.exchange, "1001", self.dialect, PATIENT_MODEM)

    def no_dial_tone(self) -> str:
        self.subscriber.connected = False
        return self.answers

    def call_in(self, number: str = "5551234", name: str = "CALLER") -> None:
        assert self.exchange.call("1001", number, name)

    def caller_gives_up(self) -> None:
        self.exchange.hang_up("1001")

    def far_end_hangs_up(self) -> None:
        self.exchange.hang_up("1001")

    def wait_dialled(self, number: str) -> None:
        self.exchange.wait_for("dialled", number, PATIENCE)

    def wait_far_answered(self) -> None:
        self.exchange.wait_for("far_answered", timeout=PATIENCE)

    def wait_we_answered(self) -> None:
        self.exchange.wait_for("answered", timeout=PATIENCE)

    def wait_on_hook(self) -> None:
        self.watch.until(lambda: not self.subscriber.is_off_hook)

    def unplug(self) -> None:
        inner = self.port.inner
        assert isinstance(inner, SimulatedPort)
        inner.unplug()


class SimulatedPty(Simulated):
    """The same behind a real tty."""

    def __init__(self, dialect: str) -> None:
        super().__init__(dialect)
        self.name = f"pty-{dialect}"

    def _open_port(self) -> Callable[[], Port]:
        self.modem = PtyModem(self.exchange, "1001", self.dialect, PATIENT_MODEM)
        self.cleanup.callback(self.modem.close)
        return lambda: SerialPort(self.modem.tty)

    def unplug(self) -> None:
        self.modem.close()


class Iax(Backend):
    """IAXmodem, which is not ours, on a small IAX2 network."""

    name = "iaxmodem"
    quirks = frozenset(QUIRKS)

    def _start(self, slow: bool) -> tuple[Callable[[], Port], LineSettings]:
        del slow  # iaxmodem is as fast as it is
        self.peer = self.cleanup.enter_context(IaxPeer())
        self.peer.policies.update(
            {self.busy: Policy("busy"), self.rings_on: Policy("ring"), "21": Policy("reject")}
        )
        self.modem = self.cleanup.enter_context(IaxModem(self.peer))
        tty = self.modem.tty
        return lambda: SerialPort(tty), replace(QUICK, init=("AT+FCLASS=1",))

    def _last(self) -> Call:
        call = self.peer.log[-1].call
        assert call is not None
        return call

    def no_dial_tone(self) -> str:
        return "21"

    def call_in(self, number: str = "5551234", name: str = "CALLER") -> None:
        self.peer.ring_in(number, name, PATIENCE)

    def caller_gives_up(self) -> None:
        self._last().hang_up()

    def far_end_hangs_up(self) -> None:
        self._last().hang_up()

    def wait_dialled(self, number: str) -> None:
        call = self.peer.wait_call(timeout=PATIENCE)
        assert call.number == number
        if number == self.rings_on:
            # iaxmodem cannot hang up a call of which it does not know that it rings.
            call.wait_for("ringing", timeout=PATIENCE)

    def wait_far_answered(self) -> None:
        self.peer.wait_for("answered", timeout=PATIENCE)

    def wait_we_answered(self) -> None:
        self.peer.wait_for("answered", timeout=PATIENCE)

    def wait_on_hook(self) -> None:
        calls = {event.call for event in self.peer.log if event.call is not None}
        until(lambda: all(call.over for call in calls), "every call over")

    def unplug(self) -> None:
        self.modem.close()


BACKENDS: dict[str, Callable[[], Backend]] = {
    "sim-v253": lambda: Simulated("v253"),
    "sim-data": lambda: Simulated("data"),
    "pty-v253": lambda: SimulatedPty("v253"),
    "pty-data": lambda: SimulatedPty("data"),
    "iaxmodem": Iax,
}
