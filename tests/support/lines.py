"""What the driver tests share: a fast exchange, and listeners that can be waited on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from hookflash import Line, LineSettings
from hookflash.events import LineEvent, Ring
from hookflash.modem import ModemLine, Port, SerialPort
from hookflash.simulated import Exchange, FarEnd, SimulatedPort, Timing
from hookflash.simulated.exchange import Entry
from hookflash.simulated.modem import ModemTiming

PATIENCE = 20.0
"""Seconds: a deadline far above what anything here takes."""

FAST = Timing(
    settle=0.003,
    complete=0.01,
    ring_on=0.02,
    ring_off=0.03,
    caller_id=0.005,
    ringback=0.05,
    far_hangup_tone=0.003,
)
FAST_MODEM = ModemTiming(
    dial_tone_wait=0.15, blind_wait=0.003, digit=0.001, pause=0.003, flash_settle=0.003
)
SLOW_DIGITS = ModemTiming(digit=0.3, dial_tone_wait=2.0)
"""A modem that can be caught while it dials."""

QUICK = LineSettings(
    flash_ms=300,
    tone_ms=50,
    second_dial_tone_ms=100,
    transfer_settle_ms=200,
    refuse_ms=10,
    ring_gone_ms=600,
    command_gap_ms=0,
)

PLAN = {
    "100": FarEnd(after=0.01),
    "101": FarEnd(after=0.01, talk=0.01),
    "102": FarEnd(after=0.01, keys="12#"),
    "200": FarEnd(does="busy"),
    "201": FarEnd(does="ring"),
    "202": FarEnd(does="reorder"),
    ".+": FarEnd(after=0.01),
}

E = TypeVar("E", bound=LineEvent)


class Heard:
    """All events of a line, in order; `wait_for` takes them one after another."""

    def __init__(self, line: Line) -> None:
        self._changed = threading.Condition()
        self._events: list[LineEvent] = []
        self._next = 0
        line.subscribe(self._hear)

    def _hear(self, event: LineEvent) -> None:
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def all(self) -> list[LineEvent]:
        """Every event so far."""
        with self._changed:
            return list(self._events)

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind so far."""
        return [event for event in self.all() if isinstance(event, kind)]

    def forget(self) -> None:
        """As if nothing had been heard yet."""
        with self._changed:
            self._events.clear()
            self._next = 0

    def wait_for(self, kind: type[E], timeout: float = PATIENCE) -> E:
        """Wait for the next event of `kind`; it and all before it are then behind us."""
        found: list[tuple[int, E]] = []

        def look() -> bool:
            for index in range(self._next, len(self._events)):
                event = self._events[index]
                if isinstance(event, kind):
                    found.append((index, event))
                    return True
            return False

        with self._changed:
            if not self._changed.wait_for(look, timeout):
                raise TimeoutError(f"no {kind.kind} in {timeout:g} s; heard {self._events}")
            index, event = found[0]
            self._next = index + 1
            return event


class Watch:
    """Waits for states of an exchange, asked anew after each entry in its journal."""

    def __init__(self, exchange: Exchange) -> None:
        self._changed = threading.Condition()
        exchange.listen(self._note)

    def _note(self, _: Entry) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, true: Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Wait until `true()`; TimeoutError if that never comes."""
        with self._changed:
            if not self._changed.wait_for(true, timeout):
                raise TimeoutError(f"not within {timeout:g} s")


def until(true: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
    """Wait for something that no event tells (a thread's end, a descriptor's release)."""
    pause = threading.Event()
    for _ in range(int(timeout / 0.005)):
        if true():
            return
        pause.wait(0.005)
    raise TimeoutError(f"not within {timeout:g} s: {what}")


class TappedPort(Port):
    """A port whose writes can be looked at."""

    def __init__(self, inner: Port) -> None:
        super().__init__(inner.name)
        self.inner = inner
        self.place = inner.place
        self.written: list[bytes] = []

    def read(self) -> bytes:
        return self.inner.read()

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self.inner.write(data)

    def drop_dtr(self, seconds: float) -> bool:
        return self.inner.drop_dtr(seconds)

    def close(self) -> None:
        self.inner.close()


class Bench:
    """A line on an exchange, with all that a test wants to look at."""

    def __init__(
        self,
        exchange: Exchange,
        settings: LineSettings = QUICK,
        timing: ModemTiming = FAST_MODEM,
        dialect: str = "v253",
    ) -> None:
        self.exchange = exchange
        self.watch = Watch(exchange)
        self.subscriber = exchange.line("1001")
        self.port = SimulatedPort(exchange, "1001", dialect, timing)
        self.modem = self.port.modem
        self._openings = [self.port]
        self._modem = (dialect, timing)
        self.line = ModemLine("bench", self._open_port, settings)
        self.heard = Heard(self.line)

    def _open_port(self) -> SimulatedPort:
        """The port that tests have a hand on; later ones of the same modem."""
        if self._openings:
            return self._openings.pop()
        return SimulatedPort(self.exchange, "1001", *self._modem)

    def ring(self, rings: int | None = None) -> None:
        """Have the line rung, and wait until it has told so."""
        assert self.exchange.call("1001", "5551234", "CALLER", rings)
        self.heard.wait_for(Ring)

    def call(self, number: str = "100") -> None:
        """Dial, and wait for the answer."""
        self.line.dial(number).wait(PATIENCE)
        self.exchange.wait_for("far_answered", number, PATIENCE)

    def wait_on_hook(self) -> None:
        """Ask the exchange, not the driver."""
        self.watch.until(lambda: not self.subscriber.is_off_hook)


MakeBench = Callable[..., Bench]


def serial_line(tty: str, settings: LineSettings = QUICK) -> ModemLine:
    """A line on a tty, not yet open."""
    return ModemLine(tty, lambda: SerialPort(tty), settings)
