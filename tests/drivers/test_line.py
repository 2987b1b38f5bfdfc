"""What a line promises when things happen at the same time, or in an unhappy order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from hookflash import DeviceState, EndReason, HookflashError, open_line
from hookflash.errors import Aborted, CallFailed, CommandRefused, DeviceLost, LineClosed
from hookflash.events import (
    Answered,
    CallEnded,
    CallerId,
    Dialled,
    LineEvent,
    LineLost,
    LineReady,
    Ring,
    RingStopped,
    ToneHeard,
)
from hookflash.modem import ModemLine, Port
from hookflash.simulated.exchange import Entry
from support.lines import PATIENCE, QUICK, SLOW_DIGITS, Bench, Heard, MakeBench, until


class AnsweringPort(Port):
    """A port in one piece: what is written is answered in one chunk, OK if nothing else is told."""

    def __init__(self) -> None:
        super().__init__("answering")
        self.answers: dict[bytes, bytes] = {}
        self.written: list[bytes] = []
        self.gone = False
        self._bytes: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def say(self, data: bytes) -> None:
        self._bytes.put(data)

    def read(self) -> bytes:
        data = self._bytes.get()
        if self.gone:
            raise DeviceLost("read answering: unplugged")
        return data

    def write(self, data: bytes) -> None:
        if self.gone:
            raise DeviceLost("write answering: unplugged")
        self.written.append(data)
        answer = self.answers.get(data.strip(), b"\r\nOK\r\n")
        if answer:
            self.say(data + answer)

    def drop_dtr(self, seconds: float) -> bool:  # noqa: ARG002
        """There is none."""
        return False

    def close(self) -> None:
        self._bytes.put(b"")

    def unplug(self) -> None:
        """Writes fail from now on; reads when something is said."""
        self.gone = True


class Answering:
    """An open line on such a port."""

    def __init__(self) -> None:
        self.port = AnsweringPort()
        self.line = ModemLine("answering", lambda: self.port, QUICK)
        self.heard = Heard(self.line)

    def open(self) -> None:
        self.line.open().wait(PATIENCE)


@pytest.fixture
def answering(quick_open: None) -> Iterator[Answering]:
    answering = Answering()
    yield answering
    answering.line.close()


def kinds(heard: Heard) -> list[str]:
    return [event.kind for event in heard.all()]


# --- ends are told once, and the line goes on hook ------------------------------------------------


def test_a_far_hangup_right_behind_our_answer(answering: Answering) -> None:
    """`OK` and `NO CARRIER` in one chunk: the end comes after the answer, and we hang up."""
    answering.open()
    answering.port.answers[b"AT+VLS=1"] = b"\r\nOK\r\n\r\nNO CARRIER\r\n"
    for _ in range(30):
        answering.port.written.clear()
        answering.port.say(b"\r\nRING\r\n")
        answering.heard.wait_for(Ring)
        try:
            answering.line.answer().wait(PATIENCE)
        except Aborted:
            pass
        else:
            answering.heard.wait_for(Answered)
        answering.heard.wait_for(CallEnded)
        until(lambda: not answering.line.off_hook, "on hook")
        assert b"ATH\r" in answering.port.written
        assert not answering.line.ringing
    told = [k for k in kinds(answering.heard) if k in ("answered", "call_ended")]
    assert told.count("call_ended") == 30
    assert all(a != "answered" or b == "call_ended" for a, b in pairwise(told))


def test_a_far_hangup_right_behind_the_digits(answering: Answering) -> None:
    answering.open()
    answering.port.answers[b"ATDT1;"] = b"\r\nOK\r\n\r\nNO CARRIER\r\n"
    for _ in range(30):
        with suppress(Aborted):
            answering.line.dial("1").wait(PATIENCE)
        answering.heard.wait_for(Dialled)
        ended = answering.heard.wait_for(CallEnded)
        assert ended.reason is EndReason.FAR_HANGUP
        until(lambda: not answering.line.off_hook, "on hook")
    assert kinds(answering.heard).count("call_ended") == 30


def test_both_ends_hang_up_at_once(bench: Bench) -> None:
    for number in range(30):
        bench.call()
        other = threading.Thread(target=bench.exchange.hang_up, args=("1001",))
        other.start()
        bench.line.hang_up().wait(PATIENCE)
        other.join(PATIENCE)
        bench.wait_on_hook()
        until(lambda: not bench.line.off_hook, "on hook")
        bench.exchange.wait_for("on_hook")
        assert len(bench.heard.of(CallEnded)) == number + 1


def test_a_hang_up_gives_up_what_was_asked_for_before_it(make_bench: MakeBench) -> None:
    """Hang up, dial, hang up, faster than the first is done: the dial must not go out."""
    bench = make_bench()
    bench.call()
    first = bench.line.hang_up()
    dial = bench.line.dial("201")
    last = bench.line.hang_up()
    first.wait(PATIENCE)
    last.wait(PATIENCE)
    with pytest.raises(Aborted):
        dial.wait(PATIENCE)
    bench.wait_on_hook()
    assert not bench.line.off_hook
    dialled = [entry.detail for entry in bench.exchange.journal if entry.what == "dialled"]
    assert dialled == []


def test_a_dial_after_a_hang_up_goes_out(bench: Bench) -> None:
    bench.call()
    bench.line.hang_up()
    bench.call("1234")
    assert bench.line.off_hook


def test_a_hang_up_while_it_dials(make_bench: MakeBench) -> None:
    bench = make_bench(SLOW_DIGITS)
    dial = bench.line.dial("123456789")
    bench.exchange.wait_for("off_hook")
    bench.line.hang_up().wait(PATIENCE)
    with pytest.raises(Aborted):
        dial.wait(PATIENCE)
    bench.wait_on_hook()
    assert [event.reason for event in bench.heard.of(CallEnded)] == [EndReason.LOCAL_HANGUP]
    assert bench.heard.of(Dialled) == []


# --- after a failure the next call works ----------------------------------------------------------


def test_an_answer_that_failed_can_be_tried_again(answering: Answering) -> None:
    answering.open()
    answering.port.answers[b"AT+VLS=1"] = b"\r\nERROR\r\n"
    answering.port.say(b"\r\nRING\r\n")
    answering.heard.wait_for(Ring)
    with pytest.raises(CommandRefused):
        answering.line.answer().wait(PATIENCE)
    assert answering.line.ringing
    answering.port.answers.clear()
    answering.line.answer().wait(PATIENCE)
    answering.heard.wait_for(Answered)
    answering.line.send_dtmf("5").wait(PATIENCE)
    answering.port.say(b"\r\nNO CARRIER\r\n")
    assert answering.heard.wait_for(CallEnded).reason is EndReason.FAR_HANGUP


@pytest.mark.parametrize("again", [0.01, 0.8])
@pytest.mark.parametrize("verb", ["answer", "reject", "hang_up"])
def test_the_end_of_the_ringing_is_told_after_a_failure(
    answering: Answering, verb: str, monkeypatch: pytest.MonkeyPatch, again: float
) -> None:
    """Or else whoever shows an incoming call shows it for ever.

    again: the line is released before, or after it is known that it rings no more.
    """
    monkeypatch.setattr("hookflash.line.RELEASE_AGAIN", again)
    answering.open()
    answering.port.answers[b"AT+VLS=1"] = b"\r\nERROR\r\n"
    answering.port.say(b"\r\nRING\r\n")
    answering.heard.wait_for(Ring)
    with pytest.raises(CommandRefused):
        getattr(answering.line, verb)().wait(PATIENCE)
    ends = ("ring_stopped", "call_ended")
    until(lambda: kinds(answering.heard)[-1] in ends, "its end is told")
    until(lambda: not answering.line.ringing and not answering.line.off_hook, "idle")
    answering.line.dial("1").wait(PATIENCE)


def test_a_release_that_fails_is_tried_again(answering: Answering) -> None:
    answering.open()
    answering.line.dial("1").wait(PATIENCE)
    answering.port.answers[b"ATH"] = b"\r\nERROR\r\n"
    answering.port.say(b"\r\nNO CARRIER\r\n")
    answering.heard.wait_for(CallEnded)
    before = answering.port.written.count(b"ATH\r")
    until(lambda: answering.port.written.count(b"ATH\r") > before, "tried again")
    assert answering.line.off_hook, "not confirmed, so not believed"
    answering.port.answers.clear()
    until(lambda: not answering.line.off_hook, "on hook")
    answering.port.say(b"\r\nRING\r\n")
    answering.heard.wait_for(Ring)
    assert len(answering.heard.of(CallEnded)) == 1


# --- listeners ------------------------------------------------------------------------------------


def test_a_listener_that_fails_harms_nobody(bench: Bench) -> None:
    def fail(_: LineEvent) -> None:
        raise RuntimeError("a listener's defect")

    unsubscribe = bench.line.subscribe(fail)
    behind = Heard(bench.line)
    bench.call()
    bench.line.hang_up().wait(PATIENCE)
    bench.ring(rings=1)
    for each in (bench.heard, behind):
        each.wait_for(RingStopped)
    unsubscribe()
    unsubscribe()
    bench.call()


def test_unsubscribed_is_told_nothing(bench: Bench) -> None:
    told: list[LineEvent] = []
    unsubscribe = bench.line.subscribe(told.append)
    unsubscribe()
    bench.call()
    assert told == []


def test_a_listener_may_close_the_line(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.line.subscribe(lambda event: bench.line.close(0.1) if event.kind == "ring" else None)
    assert bench.exchange.call("1001")
    bench.heard.wait_for(Ring)
    until(lambda: bench.line.state is DeviceState.CLOSED, "closed")


# --- lost, closed ---------------------------------------------------------------------------------


def test_a_dial_into_the_void_is_lost_and_not_refused(answering: Answering) -> None:
    """The write fails before the reader has noticed."""
    answering.open()
    answering.port.unplug()
    with pytest.raises(DeviceLost):
        answering.line.dial("1").wait(PATIENCE)
    assert EndReason.REFUSED not in [event.reason for event in answering.heard.of(CallEnded)]
    answering.port.say(b"x")
    answering.heard.wait_for(LineLost)
    assert answering.line.state is DeviceState.LOST


def test_ready_never_comes_after_lost(quick_open: None) -> None:
    """Unplugged at the very moment at which it is ready."""
    for _ in range(50):
        answering = Answering()
        port = answering.port

        class Last(dict[bytes, bytes]):
            def get(self, key: bytes, default: bytes = b"") -> bytes:  # type: ignore[override]
                if key == b"AT+VCID=1":
                    answering.port.say(b"AT+VCID=1\r\r\nOK\r\n")  # noqa: B023
                    answering.port.gone = True  # noqa: B023
                    return b""
                return default

        port.answers = Last()
        with suppress(DeviceLost):
            answering.line.open().wait(PATIENCE)
        port.say(b"x")
        answering.heard.wait_for(LineLost)
        answering.line.close()
        assert kinds(answering.heard) in (["line_lost"], ["line_ready", "line_lost"])


def test_nothing_is_taken_before_open_after_close_or_when_lost(make_bench: MakeBench) -> None:
    line = ModemLine("new", AnsweringPort, QUICK)
    verbs: list[tuple[str, Callable[[ModemLine], object]]] = [
        ("dial", lambda line: line.dial("1").wait(PATIENCE)),
        ("answer", lambda line: line.answer().wait(PATIENCE)),
        ("reject", lambda line: line.reject().wait(PATIENCE)),
        ("hang_up", lambda line: line.hang_up().wait(PATIENCE)),
        ("flash", lambda line: line.flash().wait(PATIENCE)),
        ("dtmf", lambda line: line.send_dtmf("1").wait(PATIENCE)),
        ("transfer", lambda line: line.transfer("1").wait(PATIENCE)),
    ]
    line.close()
    for name, verb in verbs:
        with pytest.raises(LineClosed, match=name):
            verb(line)
    bench = make_bench()
    bench.port.unplug()
    bench.heard.wait_for(LineLost)
    for name, verb in verbs:
        with pytest.raises(DeviceLost, match=name):
            verb(bench.line)
    bench.line.close()
    for name, verb in verbs:
        with pytest.raises(LineClosed, match=name):
            verb(bench.line)
    with pytest.raises(HookflashError, match="opened before"):
        bench.line.open()


def test_a_port_that_cannot_be_opened_is_lost(tmp_path: Path) -> None:
    line = open_line(f"{tmp_path}/no-such-tty")
    heard = Heard(line)
    with pytest.raises(HookflashError, match="no such device"):
        line.open().wait(PATIENCE)
    assert heard.wait_for(LineLost).code == "nothing_plugged_in"
    assert line.state is DeviceState.LOST
    line.close()


def test_a_closed_line_is_not_lost_and_told_nothing(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.call()
    bench.line.close()
    bench.wait_on_hook()
    assert bench.heard.of(LineLost) == []
    assert bench.line.state is DeviceState.CLOSED


def test_a_silent_modem_does_not_hold_up_a_close(bench: Bench) -> None:
    bench.call()
    bench.modem.faults = {"silent"}
    bench.line.close(0.1)
    bench.wait_on_hook()  # DTR has dropped


def test_close_while_it_opens() -> None:
    answering = Answering()
    answering.port.answers[b"ATE1Q0V1"] = b""
    opening = answering.line.open()
    until(lambda: bool(answering.port.written), "it opens")
    answering.line.close()
    with pytest.raises(HookflashError):
        opening.wait(PATIENCE)
    assert kinds(answering.heard) == []


# --- caller ID ------------------------------------------------------------------------------------


def test_caller_id_is_not_the_modems_name(answering: Answering) -> None:
    answering.port.answers[b"AT+GMM"] = b"\r\nDATE = 1122\r\n\r\nModel 5\r\n\r\nOK\r\n"
    answering.open()
    assert answering.heard.wait_for(LineReady).identity == "Model 5"


def test_caller_id_is_told_once_whatever_tags_follow(answering: Answering) -> None:
    answering.open()
    tags = ["DATE=1122", "NAME=JOHN", "NMBR=5551234", "ANID=<NONE>", "USER=x", "CDID=<NONE>"]
    answering.port.say("".join(f"\r\n{tag}\r\n" for tag in tags).encode() + b"\r\nRING\r\n")
    answering.heard.wait_for(Ring)
    answering.heard.wait_for(RingStopped)
    told = answering.heard.of(CallerId)
    assert [(event.number, event.name) for event in told] == [("5551234", "JOHN")]


def test_a_late_busy_tone_of_the_target_does_not_end_the_callers_call(bench: Bench) -> None:
    """Modems report tones late: this one after we have flashed back."""
    bench.call()
    flashes = 0

    def late(entry: Entry) -> None:
        nonlocal flashes
        flashes += entry.what == "flash"
        if flashes == 2 and entry.what == "flash":
            bench.exchange.later(0.05, lambda: bench.modem.tone("busy"))

    bench.exchange.listen(late)
    with pytest.raises(CallFailed):
        bench.line.transfer("200").wait(PATIENCE)

    def busy() -> int:
        return [event.tone for event in bench.heard.of(ToneHeard)].count("busy")

    until(lambda: busy() == 2, "the late tone is heard")
    bench.line.send_dtmf("7").wait(PATIENCE)
    assert bench.heard.of(CallEnded) == []
    assert bench.subscriber.is_off_hook
