"""A whole line, `ModemLine` on a simulated modem, behind a port that harms; and what must hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from hookflash.device import DeviceState
from hookflash.errors import HookflashError
from hookflash.events import Answered, Dialled, LineReady, Ring
from hookflash.settings import ANSWER_DETECTION, LineSettings
from hookflash.simulated import Exchange
from hookflash.simulated.faults import FAULTS
from hookflash.simulated.network import CLEARING
from hookflash.simulated.port import SimulatedPlace

from .life import PLAIN, PLAN, SOON, TIMING, Life
from .stage import START

NUMBERS = tuple(PLAN)[:-1]
TONES = ("busy", "dial", "ringback", "reorder", "call_waiting", "voice")
_FAULTS = tuple(sorted(FAULTS))


class LinePlay(Life):
    """Calls out and in, with whatever may happen in them; then all is well again."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._faults: set[str] = set()

    def _play(self) -> None:
        self.exchange = Exchange(PLAN, TIMING)
        self._new_line(self._choose_settings())
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

    def _choose_settings(self) -> LineSettings:
        """The plain ones, or others; and how the exchange treats the line."""
        choices, subscriber = self.choices, self.subscriber
        if not choices.chance(3):
            return PLAIN
        subscriber.reverses = choices.chance(2)
        subscriber.caller_id_first = choices.chance(2)
        subscriber.clears_with = choices.pick(CLEARING)
        return replace(
            PLAIN,
            answer_detection=choices.pick(ANSWER_DETECTION),
            distinctive_ring=choices.chance(2),
            gci=choices.pick(("", "B4")),
        )

    # --- what happens -------------------------------------------------------------------------

    def _act(self) -> None:
        """A call out, a call in, or something else, and what may happen in it."""
        match self.choices.byte() % 5:
            case 0 | 1:
                self._ask(lambda: self.line.dial(self.choices.pick(NUMBERS)))
                self._go_on()
                self._middle()
                self._end()
            case 2 | 3:
                self._ring()
                self._go_on()
                self._begin()
                self._middle()
                self._end()
            case _:
                self._middle()

    def _ring(self) -> None:
        choices = self.choices
        rings = choices.pick((None, None, 1, 2, 4))
        if not choices.chance(3):
            self.exchange.call("1001", "5551234", "ANN", rings)
            return
        cadence = choices.pick(((), (0.4, 0.2, 0.4, 2.0), (0.8, 0.4, 0.8, 4.0)))
        absent = choices.pick(("", "withheld", "unavailable"))
        keys = choices.pick(("", "A5551234C", "D1#"))
        self.exchange.call("1001", rings=rings, cadence=cadence, absent=absent, keys=keys)

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
            self._ring,
            lambda: exchange.call_waiting("1001", "5559876"),
            lambda: self._ask(lambda: line.dial(choices.pick(NUMBERS))),
            lambda: self._ask(line.answer),
            lambda: self._ask(line.reject),
            lambda: self.subscriber.lift(choices.pick(("extension", "local"))),
            self._fault,
            self._trouble,
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

    def _fault(self) -> None:
        name = self.choices.pick(_FAULTS)
        self._say(f"fault {name}")
        self._faults.add(name)
        with self.exchange.lock:
            if self.modem is not None:
                self.modem.faults.add(name)

    def _trouble(self) -> None:
        """It is unplugged, or will stay away, or cannot be reset where it is plugged in."""
        place = self.modem.plugged_into if self.modem is not None else None
        if not isinstance(place, SimulatedPlace):
            return
        match self.choices.byte() % 4:
            case 1:
                self._say("unplugged")
                place.unplug()
            case 2:
                place.comes_back = False
            case 3:
                place.able.clear()

    # --- the end ------------------------------------------------------------------------------

    def _settle(self) -> None:
        """All is well again. The line is ready or lost, and every operation has an end."""
        self._say("all is well again")
        self.harming = False
        if self.port is not None:
            self.port.harming = False
        with self.exchange.lock:
            self._mend()
        self.stage.sleep(SOON)
        for operation in self._operations:
            self._wait(operation)
            failure = operation.exception()
            assert failure is None or isinstance(failure, HookflashError), failure
            assert type(failure) is not HookflashError, failure
        self._check()
        # A wire that does harm may say that it was put on hook, and a stuck modem does.
        truthful = not self.harmed and "stuck_off_hook" not in self._faults
        if truthful and self.line.state is DeviceState.READY and not self.book.open:
            assert not self.subscriber.is_off_hook, "off hook without a call"

    def _mend(self) -> None:
        subscriber, modem = self.subscriber, self.modem
        if modem is not None:
            modem.faults.clear()
            assert isinstance(modem.plugged_into, SimulatedPlace)
            modem.plugged_into.comes_back = True
            modem.plugged_into.able = {"reset", "power_cycle"}
        for phone in tuple(subscriber.lifted):
            subscriber.put_down(phone)
        subscriber.far_hangs_up()
        subscriber.reverses, subscriber.clears_with = False, "busy"

    def _final_calls(self) -> None:
        if self.line.state is not DeviceState.LOST:
            assert self.line.state is DeviceState.READY, self.line.state
            self._done(self.line.hang_up)
            self.stage.sleep(SOON)
            self._is_on_hook()
        lost = self.line.state is DeviceState.LOST
        # What a modem said of itself through a harmed wire, a line may believe for ever.
        if lost or self._harmed_at_first or self.settings != PLAIN:
            assert self.book.lost == lost
            self._say("a new line")
            self.line.close()
            self._new_line(PLAIN)
            self._hears(LineReady, lambda: self._done(self.line.open))
        self._call_in()
        self._call_out()

    def _is_on_hook(self) -> None:
        self._check()
        assert not self.subscriber.is_off_hook, "left off hook"
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
