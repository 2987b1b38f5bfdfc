"""A whole line, `ModemLine` on a simulated modem, behind a port that harms; and what must hold."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from hookflash.device import LineState
from hookflash.errors import HookflashError
from hookflash.events import Answered, Dialled, LineEvent, LineReady, Ring
from hookflash.modem import ModemLine, Port
from hookflash.operation import Operation
from hookflash.settings import LineSettings
from hookflash.simulated import Exchange, FarEnd, SimulatedPort, Timing
from hookflash.simulated.faults import FAULTS
from hookflash.simulated.modem import SimulatedModem
from hookflash.simulated.port import SimulatedPlace

from .calls import CallBook
from .choices import Choices
from .harm import HarmedPort
from .stage import START, Stage
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

NUMBERS = tuple(PLAN)[:-1]
TONES = ("busy", "dial", "ringback", "reorder", "call_waiting", "voice")
_FAULTS = tuple(sorted(FAULTS))

LONGEST = 300.0
"""Seconds after which an operation is taken to have no end: a dial may take 90, recovery more."""

SOON = 60.0
"""Seconds in which what is under way has come to its end."""


class LinePlay:
    """One line's life. Raises AssertionError, or what the driver should not have raised."""

    def __init__(self, data: bytes) -> None:
        self.choices = Choices(data)
        self._until = self.choices.from_end()
        self.stage = Stage(self._preempt, steps=400_000)
        self.harmed = self.harming = self.choices.chance(2)
        self.family = self.choices.pick(FAMILIES)
        self.story: list[tuple[float, str]] = []
        self.book = CallBook(self._doing)
        self.defects = Defects()
        self.port: HarmedPort | None = None
        self.exchange: Exchange
        self.line: ModemLine
        self._operations: list[Operation] = []
        self._faults: set[str] = set()
        self._broken: Exception | None = None
        self._harmed_at_first = False

    def _preempt(self) -> bool:
        if self._until:
            self._until -= 1
            if not self._until:
                self._until = self.choices.from_end()
                return True
        return False

    def run(self) -> None:
        """Play it to its end."""
        with self.defects, staged(self.stage):
            self.stage.run(self._play)
        assert not self.stage.errors, f"a thread died: {self.stage.errors}"
        assert not self.stage.left, f"threads are left: {self.stage.left}"
        assert not self.defects.found, self.defects.found

    # --- the play -----------------------------------------------------------------------------

    def _play(self) -> None:
        self.exchange = Exchange(PLAN, TIMING)
        self._new_line()
        self._harmed_at_first = self.harming and self.choices.chance(2)
        opening = self._ask(self.line.open)
        if not self._harmed_at_first:
            self._wait(opening)
            assert self.port is not None
            self.port.harming = self.harming
        for _ in range(1 + self.choices.byte() % 4):
            self._act()
        self._settle()
        self._final_calls()
        self.line.close()
        self._say("closed")
        self.stage.sleep(SOON)
        self.exchange.close()

    def _new_line(self) -> None:
        self.book = CallBook(self._doing)
        self.line = ModemLine("fuzz", self._open_port, LineSettings(health_check_s=20))
        self.line.subscribe(self._hear)

    def _open_port(self) -> Port:
        inner = SimulatedPort(self.exchange, "1001", self.family)
        harming = self.harming and (self._harmed_at_first or self.line.state is LineState.READY)
        self.port = HarmedPort(inner, self.stage, self.choices, harming=harming)
        return self.port

    def _hear(self, event: LineEvent) -> None:
        self._say(f"told {event}")
        if self._broken is None:
            try:
                self.book.hear(event)
            except Exception as error:  # noqa: BLE001  (raised on the main thread, where it is seen)
                self._broken = error

    def _act(self) -> None:
        """A call out, a call in, or something else, and what may happen in it."""
        match self.choices.byte() % 5:
            case 0 | 1:
                self._ask(lambda: self.line.dial(self.choices.pick(NUMBERS)))
                self._go_on()
                self._middle()
                self._end()
            case 2 | 3:
                rings = self.choices.pick((None, None, 1, 2, 4))
                self.exchange.call("1001", "5551234", "ANN", rings)
                self._go_on()
                self._begin()
                self._middle()
                self._end()
            case _:
                self._middle()

    def _begin(self) -> None:
        """What may be done with a call that rings."""
        line = self.line
        verbs = (line.answer, line.answer, line.answer, line.reject, line.hang_up, None)
        if verb := self.choices.pick(verbs):
            self._ask(verb)
            self._go_on()

    def _middle(self) -> None:
        for _ in range(self.choices.byte() % 4):
            self._step()

    def _end(self) -> None:
        """How a call may end, or not."""
        how = self.choices.byte() % 6
        if how < 2:
            self._say("the far end hangs up")
            self.exchange.hang_up("1001")
        elif how < 4:
            self._ask(self.line.hang_up)
        elif how == 4:
            self._ask(lambda: self.line.transfer(self.choices.pick(NUMBERS)))
        self._go_on()

    def _step(self) -> None:
        choices, exchange, line = self.choices, self.exchange, self.line
        steps: tuple[Callable[[], object], ...] = (
            lambda: self.stage.sleep(choices.byte() * 0.1),
            lambda: self._ask(lambda: line.send_dtmf(choices.pick(("5", "12#")))),
            lambda: self._ask(line.flash),
            lambda: self._ask(lambda: line.transfer(choices.pick(NUMBERS))),
            lambda: self._ask(line.hang_up),
            lambda: exchange.hang_up("1001"),
            lambda: exchange.press("1001", "7"),
            lambda: exchange.sound("1001", choices.pick(TONES)),
            lambda: exchange.call("1001", "5551234", "ANN", choices.pick((None, 1, 2, 5))),
            lambda: exchange.call_waiting("1001", "5559876"),
            lambda: self._ask(lambda: line.dial(choices.pick(NUMBERS))),
            lambda: self._ask(line.answer),
            lambda: self._ask(line.reject),
            lambda: exchange.line("1001").lift(choices.pick(("extension", "local"))),
            self._fault,
            self._unplug,
        )
        number = choices.byte() % len(steps)
        self._say(f"step {number}")
        steps[number]()
        self._go_on()

    def _go_on(self) -> None:
        """Wait for what was asked, or for a moment, or not at all."""
        if self.choices.chance(3):
            self.stage.sleep(self.choices.byte() % 64 * 0.1)
        elif self._operations:
            self._wait(self._operations[-1])
        self._check()

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

    def _fault(self) -> None:
        name = self.choices.pick(_FAULTS)
        self._say(f"fault {name}")
        self._faults.add(name)
        modem = self.exchange.line("1001").phone
        with self.exchange.lock:
            if isinstance(modem, SimulatedModem):
                modem.faults.add(name)

    def _unplug(self) -> None:
        if self.choices.chance(2) and self.port is not None:
            assert isinstance(self.port.place, SimulatedPlace)
            self.port.place.unplug()

    def _wait(self, operation: Operation) -> None:
        until = self.stage.now + LONGEST
        while not operation.done():
            assert self.stage.now < until, f"{operation.name} has no end"
            self.stage.sleep(0.1)
        self._check()

    def _check(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _say(self, text: str) -> None:
        self.story.append((self.stage.now, text))

    # --- the end ------------------------------------------------------------------------------

    def _settle(self) -> None:
        """All is well again. The line is ready or lost, and every operation has an end."""
        self._say("all is well again")
        self.harming = False
        if self.port is not None:
            self.port.harming = False
        with self.exchange.lock:
            subscriber = self.exchange.line("1001")
            modem = subscriber.phone
            if isinstance(modem, SimulatedModem):
                modem.faults.clear()
            for phone in tuple(subscriber.lifted):
                subscriber.put_down(phone)
            subscriber.far_hangs_up()
        self.stage.sleep(SOON)
        for operation in self._operations:
            self._wait(operation)
            failure = operation.exception()
            assert failure is None or isinstance(failure, HookflashError), failure
            assert type(failure) is not HookflashError, failure
        self._check()
        # A wire that does harm may say that it was put on hook, and a stuck modem does.
        truthful = not self.harmed and "stuck_off_hook" not in self._faults
        if truthful and self.line.state is LineState.READY and not self.book.open:
            assert not self.exchange.line("1001").is_off_hook, "off hook without a call"

    def _final_calls(self) -> None:
        if self.line.state is not LineState.LOST:
            assert self.line.state is LineState.READY, self.line.state
            self._done(self.line.hang_up)
            self.stage.sleep(SOON)
            self._is_on_hook()
        # What a modem said of itself through a harmed wire, a line may believe for ever.
        if self.line.state is LineState.LOST or self._harmed_at_first:
            assert self.book.lost == (self.line.state is LineState.LOST)
            self._say("a new line")
            self.line.close()
            self._new_line()
            self._hears(LineReady, lambda: self._done(self.line.open))
        self._call_in()
        self._call_out()

    def _is_on_hook(self) -> None:
        self._check()
        assert not self.exchange.line("1001").is_off_hook, "left off hook"
        assert not self.line.off_hook
        assert not self.book.open, f"a call's end was not told: {self.book.events}"

    def _call_in(self) -> None:
        self._say("a clean call in")
        self._hears(Ring, lambda: self.exchange.call("1001", "5551234", "ANN"))
        self._hears(Answered, lambda: self._done(self.line.answer))
        self.stage.sleep(20.0)
        self.exchange.hang_up("1001")
        self._end_call()

    def _call_out(self) -> None:
        self._say("a clean call out")
        self._hears(Dialled, lambda: self._done(lambda: self.line.dial("101")))
        self._end_call()

    def _end_call(self) -> None:
        ended = self.book.ended
        self.stage.sleep(20.0)
        if self.family != "data":  # which cannot hear that the far end has hung up
            assert self.book.ended == ended + 1, "a far end that hung up was not told"
        self._done(self.line.hang_up)
        assert self.book.ended == ended + 1
        self.stage.sleep(10.0)
        self._is_on_hook()

    def _done(self, verb: Callable[[], Operation]) -> None:
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
        logger.level, logger.propagate = self._before


def line(data: bytes) -> None:
    """Play a line's life, judged as it goes."""
    LinePlay(data).run()


def story(data: bytes) -> list[str]:
    """What happens in a play, line by line."""
    play = LinePlay(data)
    with suppress(BaseException):  # it will be told by whoever plays it
        play.run()
    return [f"{play.family}, {'harmed' if play.harmed else 'clean'}"] + [
        f"{at - START:9.3f} {text}" for at, text in play.story
    ]
