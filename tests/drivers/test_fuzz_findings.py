"""What fuzzing found, each in its smallest form.

One that is not mended yet has a strict xfail mark; when it is, take the mark away.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fuzz.choices import Choices
from fuzz.life import TIMING
from fuzz.stage import Stage
from fuzz.staging import staged
from fuzz.wire import Said, Wire
from hookflash.errors import CommandTimeout, HookflashError
from hookflash.events import Answered, CallEnded, Dialled, LineEvent, LineLost, Ring
from hookflash.modem import ModemLine, Port
from hookflash.modem.codes import Result, Text, Token
from hookflash.modem.conversation import SYNC, Conversation
from hookflash.operation import Operation
from hookflash.settings import LineSettings
from hookflash.simulated import Exchange, FarEnd, SimulatedPort, Timing
from hookflash.simulated.modem import SimulatedModem

# --- the conversation -----------------------------------------------------------------------------


class Slow:
    """A modem that reads a line when it has answered the one before, and echoes what it reads.

    answers: seconds until the answer to a command, and the answer; others have OK at once.
    rest: seconds from an answer to reading the next line.
    """

    def __init__(
        self, stage: Stage, wire: Wire, answers: dict[str, tuple[float, str]], rest: float
    ) -> None:
        self._stage = stage
        self._wire = wire
        self._answers = answers
        self._rest = rest
        self._unread: list[str] = []
        self._busy = False
        wire.hear = self._hear

    def _hear(self, data: bytes) -> None:
        self._unread.append(data.decode().rstrip("\r"))
        if not self._busy:
            self._busy = True
            self._read()

    def _read(self) -> None:
        if not self._unread:
            self._busy = False
            return
        text = self._unread.pop(0)
        self.say(f"{text}\r")
        seconds, answer = self._answers.get(text, (0.0, "OK"))
        self._stage.at(self._stage.now + seconds, lambda: self._answer(answer))

    def _answer(self, text: str) -> None:
        self.say(f"\r\n{text}\r\n")
        self._stage.at(self._stage.now + self._rest, self._read)

    def say(self, text: str) -> None:
        self._wire.say(Said("", text), text.encode(), harm=False)


class Talk:
    """A conversation on a stage with a modem that a test plays."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.wire = Wire(stage, Choices(b""))
        self.told: list[Token] = []
        self.talk = Conversation(self.wire, self.told.append, self.told.append, gap=0.1)  # type: ignore[arg-type]

    def time_out(self, text: str, seconds: float) -> None:
        with pytest.raises(CommandTimeout):
            self.talk.command(text, seconds)


def play(body: Callable[[Stage], None], stage: Stage | None = None) -> None:
    """Have something happen on a stage, in its time."""
    stage = stage or Stage()
    with staged(stage):
        stage.run(lambda: body(stage))
    assert not stage.errors


def test_a_slow_answer_to_an_earlier_try_is_not_the_next_commands() -> None:
    """Late, the modem has three tries to get in step before it, and takes 0.34 s for each."""

    def body(stage: Stage) -> None:
        talk = Talk(stage)
        answers = {"AT+A": (2.0, "OK"), "AT+B": (0.0, "ERROR")}
        answers |= dict.fromkeys(SYNC, (0.34, "OK"))
        Slow(stage, talk.wire, answers, rest=0.0)
        talk.talk.start()
        talk.time_out("AT+A", 0.3)
        try:
            assert talk.talk.command("AT+B").result is Result.ERROR
        finally:
            talk.talk.close()

    play(body)


def test_a_late_result_just_before_the_deadline_waits_for_its_echo_as_well() -> None:
    """The late result comes 0.05 s before the try to get in step ends, its echo 0.15 s after it."""

    def body(stage: Stage) -> None:
        talk = Talk(stage)
        answers = {"AT+A": (0.95, "OK"), "AT+B": (0.0, "ERROR")}
        Slow(stage, talk.wire, answers, rest=0.15)
        talk.talk.start()
        talk.time_out("AT+A", 0.3)  # then 0.1 s, and 0.6 s for the first try
        try:
            assert talk.talk.command("AT+B").result is Result.ERROR
        finally:
            talk.talk.close()

    play(body)


def test_an_end_that_crosses_a_dial_is_told() -> None:
    def body(stage: Stage) -> None:
        talk = Talk(stage)
        modem = Slow(stage, talk.wire, {}, rest=0.0)
        talk.talk.start()
        hear = talk.wire.hear

        def cross(data: bytes) -> None:
            modem.say("\r\nNO CARRIER\r\n")
            hear(data)

        talk.wire.hear = cross
        reply = talk.talk.call_command("ATD1;", 5.0, Operation("dial", "modem"))
        talk.talk.close()
        assert reply.result is Result.OK
        assert Text("NO CARRIER") in talk.told

    play(body)


# --- the line -------------------------------------------------------------------------------------


class Bench:
    """A line on a stage."""

    def __init__(
        self,
        stage: Stage,
        family: str = "v253",
        timing: Timing = TIMING,
        wrap: Callable[[Port], Port] = lambda port: port,
    ) -> None:
        self.stage = stage
        self.exchange = Exchange({".+": FarEnd(after=2.0)}, timing)
        self.events: list[LineEvent] = []
        self.line = ModemLine(
            "bench",
            lambda: wrap(SimulatedPort(self.exchange, "1001", family)),
            LineSettings(health_check_s=0),
        )
        self.line.subscribe(self.events.append)
        self.done(self.line.open())

    def done(self, operation: Operation) -> HookflashError | None:
        """Wait for the end of an operation; what it failed of."""
        while not operation.done():
            self.stage.sleep(0.1)
        failure = operation.exception()
        assert failure is None or isinstance(failure, HookflashError)
        return failure

    @property
    def modem(self) -> SimulatedModem:
        modem = self.exchange.line("1001").phone
        assert isinstance(modem, SimulatedModem)
        return modem

    def kinds(self) -> list[type[LineEvent]]:
        """The kinds of events so far, those of calls and losses."""
        wanted = (Ring, Dialled, Answered, CallEnded, LineLost)
        return [type(event) for event in self.events if isinstance(event, wanted)]

    def end(self) -> None:
        """All is over."""
        self.line.close()
        self.stage.sleep(10.0)
        self.exchange.close()


class _BusyFirst(Port):
    """Tells busy tone just before the result of a dial."""

    def __init__(self, inner: Port) -> None:
        super().__init__(inner.name)
        self._inner = inner
        self._dialled = False

    def read(self) -> bytes:
        data = self._inner.read()
        return b"\x10b" + data if self._dialled and b"OK" in data else data

    def write(self, data: bytes) -> None:
        self._dialled = data.startswith(b"ATD")
        self._inner.write(data)

    def drop_dtr(self, seconds: float) -> bool:
        return self._inner.drop_dtr(seconds)

    def close(self) -> None:
        self._inner.close()


def test_nothing_is_dialled_after_the_call_has_ended() -> None:
    def body(stage: Stage) -> None:
        bench = Bench(stage, wrap=_BusyFirst)
        bench.done(bench.line.dial("100"))
        bench.end()
        assert bench.kinds() == [CallEnded]

    play(body)


def test_a_line_that_was_given_up_tells_no_rings() -> None:
    def body(stage: Stage) -> None:
        bench = Bench(stage)
        bench.modem.faults.add("silent")
        bench.done(bench.line.hang_up())
        stage.sleep(60.0)
        bench.modem.faults.clear()
        bench.exchange.call("1001", "5551234", "ANN")
        stage.sleep(60.0)
        bench.end()
        assert bench.kinds() == [LineLost]

    play(body)


def test_a_lost_line_tells_no_end_of_a_call_that_began_after_it() -> None:
    def body(stage: Stage) -> None:
        bench = Bench(stage)
        stage.sleep(1.0)
        bench.modem.plugged_into.unplug()  # type: ignore[union-attr]
        bench.done(bench.line.dial("100"))
        bench.end()
        assert bench.kinds() == [LineLost]

    play(body)


def test_a_modem_that_has_recovered_dials_again() -> None:
    def body(stage: Stage) -> None:
        bench = Bench(stage)
        bench.modem.faults.add("hangs_on")
        bench.modem.hangs_on = "+VRN"
        for _ in range(2):
            assert isinstance(bench.done(bench.line.dial("100")), CommandTimeout)
            stage.sleep(5.0)
        bench.modem.faults.clear()
        try:
            assert bench.done(bench.line.dial("100")) is None
        finally:
            bench.end()

    play(body)


def test_an_answer_that_did_not_pick_up_is_not_certain() -> None:
    """USR5637: picking up at the very end of a burst is confirmed, and not done."""

    def body(stage: Stage) -> None:
        bench = Bench(stage, "usr5637", Timing(ring_on=2.0))
        bench.exchange.call("1001", "5551234", "ANN")
        stage.sleep(0.0)
        while not bench.line.ringing:
            stage.sleep(0.1)
        bench.done(bench.line.answer())
        stage.sleep(20.0)
        picked_up = bench.exchange.line("1001").is_off_hook
        certain = [e.evidence.certain for e in bench.events if isinstance(e, Answered)]
        bench.end()
        assert picked_up or True not in certain

    play(body)
