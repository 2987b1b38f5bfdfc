"""A line's life on a stage: the line, its simulated modem, its exchange; what is asked and told."""

from __future__ import annotations

import logging
from collections.abc import Callable

from hookflash.device import DeviceState
from hookflash.events import LineEvent
from hookflash.modem import ModemLine, Port
from hookflash.operation import Operation
from hookflash.settings import LineSettings
from hookflash.simulated import Exchange, FarEnd, SimulatedPort, Timing
from hookflash.simulated.exchange import ExchangeLine
from hookflash.simulated.modem import SimulatedModem

from .calls import CallBook
from .choices import Choices
from .harm import HarmedPort
from .stage import Stage
from .staging import staged

FAMILIES = (
    "v253",
    "usr5637",
    "cx930xx",
    "si24xx",
    "lucent",
    "multitech",
    "zyxel",
    "rockwell",
    "usr_sharp",
    "data",
)
PLAN = {
    "100": FarEnd(after=2.0),
    "101": FarEnd(after=1.0, talk=4.0),
    "102": FarEnd(after=1.0, keys="12#"),
    "200": FarEnd(does="busy"),
    "201": FarEnd(does="ring"),
    "202": FarEnd(does="reorder"),
    "204": FarEnd(does="silent"),
    ".+": FarEnd(after=2.0),
}
TIMING = Timing(ring_on=1.8, ring_off=4.2)
"""Bursts end a moment before a driver that waits for their end takes them to be over."""

PLAIN = LineSettings(health_check_s=20)

LONGEST = 300.0
"""Seconds after which an operation is taken to have no end: a dial may take 90, recovery more."""

SOON = 60.0
"""Seconds in which what is under way has come to its end."""


class Life:
    """One line after the other on one modem; `_play`, of a child, is what happens to them."""

    def __init__(self, data: bytes) -> None:
        self.choices = Choices(data)
        self._until = self.choices.from_end()
        self.stage = Stage(self._preempt, steps=400_000)
        self.harmed = self.harming = self.choices.chance(2)
        self.family = self.choices.pick(FAMILIES)
        self.story: list[tuple[float, str]] = []
        self.book = CallBook(self._doing)
        self.settings = PLAIN
        self.port: HarmedPort | None = None
        self.exchange: Exchange
        self.line: ModemLine
        self._harmed_at_first = False
        self._operations: list[Operation] = []
        self._broken: Exception | None = None

    def run(self) -> None:
        """Live it. Raises AssertionError, or what the driver should not have raised."""
        with Defects() as defects, staged(self.stage):
            self.stage.run(self._play)
        assert not self.stage.errors, f"a thread died: {self.stage.errors}"
        assert not self.stage.left, f"threads are left: {self.stage.left}"
        assert not defects.found, defects.found

    def _play(self) -> None:
        raise NotImplementedError

    @property
    def subscriber(self) -> ExchangeLine:
        """The line as the exchange knows it."""
        return self.exchange.line("1001")

    @property
    def modem(self) -> SimulatedModem | None:
        """The modem on it, once it was opened."""
        phone = self.subscriber.phone
        return phone if isinstance(phone, SimulatedModem) else None

    def _new_line(self, settings: LineSettings) -> None:
        self.settings = settings
        self.book = CallBook(self._doing)
        self.line = ModemLine("fuzz", self._open_port, settings)
        self.line.subscribe(self._hear)

    def _open_port(self) -> Port:
        inner = SimulatedPort(self.exchange, "1001", self.family)
        harming = self.harming and (self._harmed_at_first or self.line.state is DeviceState.READY)
        self.port = HarmedPort(inner, self.stage, self.choices, harming=harming)
        return self.port

    def _hear(self, event: LineEvent) -> None:
        self._say(f"told {event}")
        if self._broken is None:
            try:
                self.book.hear(event)
            except Exception as error:  # noqa: BLE001  (raised on the main thread, where it is seen)
                self._broken = error

    # --- asking and waiting -------------------------------------------------------------------

    def _doing(self) -> Operation | None:
        """What the line is at: the first that it was asked for and has not done."""
        return next((asked for asked in self._operations if not asked.done()), None)

    def _ask(self, verb: Callable[[], Operation]) -> Operation:
        operation = verb()
        if operation not in self._operations:
            self._operations.append(operation)
        self._say(f"asked {operation.name}")
        operation.add_done_callback(
            lambda done: self._say(f"{operation.name}: {done.exception() or 'done'}")
        )
        return operation

    def _wait(self, operation: Operation) -> None:
        until = self.stage.now + LONGEST
        while not operation.done():
            assert self.stage.now < until, f"{operation.name} has no end"
            self.stage.sleep(0.1)
        self._check()

    def _done(self, verb: Callable[[], Operation]) -> None:
        """Ask for something that must be done, now that all is well."""
        operation = self._ask(verb)
        self._wait(operation)
        failure = operation.exception()
        assert failure is None, f"{operation.name} on a clean port: {failure}"

    def _hears(self, kind: type[LineEvent], verb: Callable[[], object]) -> None:
        """Do something, and wait for what must follow."""
        events = self.book.events
        seen, until = len(events), self.stage.now + SOON
        verb()
        while not any(isinstance(event, kind) for event in events[seen:]):
            assert self.stage.now < until, f"no {kind.kind}"
            self.stage.sleep(0.1)
        self._check()

    def _check(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _say(self, text: str) -> None:
        self.story.append((self.stage.now, text))

    def _preempt(self) -> bool:
        """Interrupt a thread, now and then."""
        if self._until:
            self._until -= 1
            if not self._until:
                self._until = self.choices.from_end()
                return True
        return False


class Defects(logging.Handler):
    """What the drivers log as their own defects."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(logging.Formatter().format(record))

    def __enter__(self) -> Defects:
        logger = logging.getLogger("hookflash")
        self._before = logger.level, logger.propagate
        logger.addHandler(self)
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        return self

    def __exit__(self, *_: object) -> None:
        logger = logging.getLogger("hookflash")
        logger.removeHandler(self)
        logger.setLevel(self._before[0])
        logger.propagate = self._before[1]
