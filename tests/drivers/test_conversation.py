"""The conversation, against a modem played by the test on a real pty."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pytest

from hookflash import Operation
from hookflash.errors import Aborted, CommandRefused, CommandTimeout, DeviceLost, LineClosed
from hookflash.modem import SerialPort
from hookflash.modem.codes import Dle, Result, Text, Token
from hookflash.modem.conversation import SYNC as SYNC_TRIES
from hookflash.modem.conversation import Conversation
from hookflash.modem.pending import Reply
from support.lines import PATIENCE, TappedPort, until
from support.scripted import ScriptedModem

T = TypeVar("T")
TRIES = [text.encode() for text in SYNC_TRIES]
SYNC = TRIES[0]
OK = b"\r\nOK\r\n"
GAP = 0.02


class Talk:
    """A conversation whose other side is the test."""

    def __init__(self, modem: ScriptedModem, pool: ThreadPoolExecutor) -> None:
        self.modem = modem
        self._pool = pool
        self.unasked: list[Token] = []
        self.lost: list[DeviceLost] = []
        self.port = TappedPort(SerialPort(modem.tty))
        self.talk = Conversation(self.port, self.unasked.append, self.lost.append, GAP)

    def run(self, call: Callable[[], T]) -> Future[T]:
        """Do something that blocks, on another thread."""
        return self._pool.submit(call)

    def command(self, text: str, timeout: float = 5.0) -> Future[Reply]:
        return self.run(lambda: self.talk.command(text, timeout))

    def dial(self, operation: Operation, timeout: float = 30.0) -> Future[Reply]:
        return self.run(lambda: self.talk.call_command("ATD1;", timeout, operation))

    def start(self, *, echo: bool = True) -> None:
        """Get in step."""
        started = self.run(self.talk.start)
        self.modem.expect(SYNC + b"\r")
        self.modem.say(SYNC + b"\r\r\nOK\r\n" if echo else OK)
        started.result(PATIENCE)

    def time_out(self, text: str) -> None:
        """Send a command that is not answered in time."""
        failed = self.command(text, 0.05)
        self.modem.expect(text.encode() + b"\r")
        with pytest.raises(CommandTimeout, match="no answer"):
            failed.result(PATIENCE)


@pytest.fixture
def fresh() -> Iterator[Talk]:
    """A conversation that has not begun."""
    with ScriptedModem() as modem, ThreadPoolExecutor() as pool:
        talk = Talk(modem, pool)
        yield talk
        talk.talk.close()


@pytest.fixture
def talk(fresh: Talk) -> Talk:
    """A conversation in step with a modem that echoes."""
    fresh.start()
    return fresh


def test_a_command_its_information_and_its_result(talk: Talk) -> None:
    reply = talk.command("AT+GMM")
    talk.modem.command(b"AT+GMM", b"\r\nModel 5\r\n\r\nline 2\r\n", OK)
    assert reply.result(PATIENCE) == Reply(Result.OK, ["Model 5", "line 2"])
    assert talk.unasked == [Text("Model 5"), Text("line 2")]


def test_expect_refuses_an_error(talk: Talk) -> None:
    reply = talk.run(lambda: talk.talk.expect("AT+VLS=1"))
    talk.modem.command(b"AT+VLS=1", b"\r\n+CME ERROR: 3\r\n")
    with pytest.raises(CommandRefused, match="ERROR"):
        reply.result(PATIENCE)


@pytest.mark.parametrize("echo", [True, False])
def test_a_late_result_is_not_the_next_commands(fresh: Talk, echo: bool) -> None:
    fresh.start(echo=echo)
    fresh.time_out("AT+A")
    reply = fresh.command("AT+B")
    fresh.modem.expect(SYNC + b"\r")
    late, sync, second = (
        (b"AT+A\r\r\nOK\r\n", SYNC + b"\r\r\nOK\r\n", b"AT+B\r\r\nERROR\r\n")
        if echo
        else (OK, OK, b"\r\nERROR\r\n")
    )
    fresh.modem.say(late, sync)
    fresh.modem.expect(b"AT+B\r")
    fresh.modem.say(second)
    assert reply.result(PATIENCE).result is Result.ERROR


def test_a_late_result_before_the_echo_is_not_the_commands(talk: Talk) -> None:
    reply = talk.command("AT+B")
    talk.modem.expect(b"AT+B\r")
    talk.modem.say_slowly(OK + b"AT+B\r\r\nERROR\r\n", [len(OK)])
    assert reply.result(PATIENCE).result is Result.ERROR


def test_silence_times_out_and_the_next_command_works(talk: Talk) -> None:
    talk.time_out("AT+A")
    reply = talk.command("AT+B")
    talk.modem.command(SYNC, OK)
    talk.modem.command(b"AT+B", OK)
    assert reply.result(PATIENCE).result is Result.OK


def test_a_modem_that_stays_silent_is_given_up(talk: Talk) -> None:
    talk.time_out("AT+A")
    reply = talk.command("AT+B")
    for text in TRIES[:3]:  # each has another echo, and does the same
        talk.modem.expect(text + b"\r")
    with pytest.raises(CommandTimeout, match="does not answer"):
        reply.result(PATIENCE)
    again = talk.command("AT+C")
    talk.modem.command(TRIES[3], OK)
    talk.modem.command(b"AT+C", OK)
    assert again.result(PATIENCE).result is Result.OK


def test_what_is_no_modem_is_refused(fresh: Talk) -> None:
    started = fresh.run(fresh.talk.start)
    for _ in range(3):
        fresh.modem.command(SYNC, b"\r\nERROR\r\n")
    with pytest.raises(CommandRefused, match="is it a modem"):
        started.result(PATIENCE)


def test_half_a_command_left_behind_by_another_program(fresh: Talk) -> None:
    started = fresh.run(fresh.talk.start)
    fresh.modem.command(SYNC, b"\r\nERROR\r\n")  # it read `AT+FOOATE1Q0V1`
    fresh.modem.command(SYNC, OK)
    started.result(PATIENCE)


def test_ring_caller_id_and_dle_between_command_and_result(talk: Talk) -> None:
    reply = talk.command("AT+VTS=1")
    talk.modem.command(b"AT+VTS=1", b"\r\nRING\r\n\r\nNM\x10RBR = 5\x10b551\r\n", b"\x10d", OK)
    assert reply.result(PATIENCE).result is Result.OK
    assert talk.unasked == [Text("RING"), Dle("R"), Dle("b"), Text("NMBR = 5551"), Dle("d")]


def test_a_ring_is_no_result_of_ath(talk: Talk) -> None:
    reply = talk.command("ATH", 0.2)
    talk.modem.command(b"ATH", *[b"\r\nRING\r\n"] * 3)
    with pytest.raises(CommandTimeout):
        reply.result(PATIENCE)
    assert talk.unasked == [Text("RING")] * 3


def test_a_busy_is_no_result_of_an_ordinary_command(talk: Talk) -> None:
    reply = talk.command("ATS7?")
    talk.modem.command(b"ATS7?", b"\r\nNO CARRIER\r\n", b"\r\n013\r\n", OK)
    assert reply.result(PATIENCE) == Reply(Result.OK, ["013"])
    assert talk.unasked[0] == Text("NO CARRIER")


def test_no_echo_then_echo_again(fresh: Talk) -> None:
    fresh.start(echo=False)
    assert not fresh.talk.echo
    reply = fresh.command("AT+A")
    fresh.modem.expect(b"AT+A\r")
    fresh.modem.say(OK)
    assert reply.result(PATIENCE).result is Result.OK
    reply = fresh.command("AT+B")
    fresh.modem.command(b"AT+B", b"\r\nERROR\r\n")
    assert reply.result(PATIENCE).result is Result.ERROR
    assert fresh.talk.echo


def test_a_garbled_echo_costs_a_moment_and_no_more(talk: Talk) -> None:
    for _ in range(2):
        reply = talk.command("AT+A")
        talk.modem.expect(b"AT+A\r")
        talk.modem.say(b"A?+A\r" + OK)
        assert reply.result(PATIENCE).result is Result.OK
    assert not talk.talk.echo


def test_an_echo_split_by_a_ring(talk: Talk) -> None:
    reply = talk.command("AT+GMM")
    talk.modem.expect(b"AT+GMM\r")
    talk.modem.say(b"AT+", b"\r\nRING\r\n", b"GMM\r", b"\r\nModel\r\n", OK)
    done = reply.result(PATIENCE)
    assert done.result is Result.OK
    assert done.lines[-1] == "Model"
    assert talk.unasked.count(Text("RING")) == 1


def test_an_answer_in_single_bytes(talk: Talk) -> None:
    reply = talk.command("ATS3?")
    talk.modem.expect(b"ATS3?\r")
    answer = b"ATS3?\r\r\n013\r\n\r\nOK\r\n"
    talk.modem.say_slowly(answer, range(1, len(answer)), 0.001)
    assert reply.result(PATIENCE) == Reply(Result.OK, ["013"])


def test_numeric_results_are_understood_while_getting_in_step_only(fresh: Talk) -> None:
    started = fresh.run(fresh.talk.start)
    fresh.modem.expect(SYNC + b"\r")
    fresh.modem.say(b"0\r")
    started.result(PATIENCE)
    reply = fresh.command("ATS0?")
    fresh.modem.expect(b"ATS0?\r")
    fresh.modem.say(b"\r\n4\r\n", OK)
    assert reply.result(PATIENCE) == Reply(Result.OK, ["4"])


def test_quiet_left_behind_is_got_over(fresh: Talk) -> None:
    started = fresh.run(fresh.talk.start)
    fresh.modem.expect(SYNC + b"\r")
    fresh.modem.say(b"\r\n")  # Q1: no result to the first, which ends Q1
    fresh.modem.command(TRIES[1], OK)
    started.result(PATIENCE)


@pytest.mark.parametrize("pending", [True, False])
def test_an_unplug_is_lost_once(talk: Talk, pending: bool) -> None:
    reply = talk.command("AT+A")
    talk.modem.expect(b"AT+A\r")
    if not pending:
        talk.modem.say(b"AT+A\r", OK)
        reply.result(PATIENCE)
    talk.modem.unplug()
    until(lambda: bool(talk.lost), "lost is told")
    if pending:
        with pytest.raises(DeviceLost):
            reply.result(PATIENCE)
    for _ in range(2):
        with pytest.raises(DeviceLost):
            talk.talk.command("AT")
    assert len(talk.lost) == 1
    talk.talk.close()
    assert len(talk.lost) == 1


def test_the_descriptor_is_released_without_a_close(talk: Talk) -> None:
    talk.modem.unplug()
    until(lambda: bool(talk.lost), "lost is told")
    inner = talk.port.inner
    assert isinstance(inner, SerialPort)
    until(lambda: not inner._serial.is_open, "released by the reader itself")


def test_close_ends_a_pending_command_and_is_not_lost(talk: Talk) -> None:
    reply = talk.command("AT+A")
    talk.modem.expect(b"AT+A\r")
    talk.talk.close()
    talk.talk.close()
    with pytest.raises(LineClosed):
        reply.result(PATIENCE)
    with pytest.raises(LineClosed):
        talk.talk.command("AT")
    assert talk.lost == []


def test_a_write_that_our_own_close_cuts_short_is_not_lost(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(_: bytes) -> None:
        talk.talk.close()
        raise DeviceLost("write: the descriptor is gone")

    monkeypatch.setattr(talk.port, "write", cut_short)
    with pytest.raises(LineClosed):
        talk.talk.command("AT")
    assert talk.lost == []


def test_unplug_and_close_at_the_same_moment(talk: Talk) -> None:
    closers = [threading.Thread(target=talk.talk.close) for _ in range(3)]
    for closer in closers:
        closer.start()
    talk.modem.unplug()
    for closer in closers:
        closer.join(PATIENCE)
    assert len(talk.lost) <= 1


@pytest.mark.parametrize("garbage", [b"\xff\x00~}#" * 200, b"x\r\ny\r\n" * 200, b"\x10" * 1000])
def test_endless_garbage_is_bounded_in_time_and_memory(talk: Talk, garbage: bytes) -> None:
    reply = talk.command("AT+A", 0.3)
    talk.modem.expect(b"AT+A\r")
    tracemalloc.start()
    try:
        count = talk.modem.flood(garbage, 0.6)
        with pytest.raises(CommandTimeout, match="no answer"):
            reply.result(PATIENCE)
        talk.unasked.clear()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count > 10_000
    assert kept < 500_000
    again = talk.command("AT+B")
    talk.modem.say(b"\r\n")
    talk.modem.command(SYNC, OK)
    talk.modem.command(b"AT+B", OK)
    assert again.result(PATIENCE).result is Result.OK


def test_nothing_is_written_while_a_dial_is_pending(talk: Talk) -> None:
    operation = Operation("dial", "test")
    reply = talk.dial(operation)
    talk.modem.expect(b"ATD1;\r")
    assert not operation.taken
    talk.modem.say(b"ATD1;\r", b"\r\nRING\r\n\r\nDATE = 1122\r\n", b"\x10d\x10r")
    talk.talk.wake()
    talk.modem.expect_nothing(0.4)  # longer than guard, late echo and quiet together
    assert operation.taken, "the echo proves that the modem took the command"
    assert not reply.done()
    talk.modem.say(b"\r\nBUSY\r\n")
    assert reply.result(PATIENCE).result is Result.BUSY
    talk.modem.expect_nothing(0.05)


def test_an_abort_is_one_character_and_ends_with_its_result(talk: Talk) -> None:
    operation = Operation("dial", "test")
    reply = talk.dial(operation)
    talk.modem.command(b"ATD1;")
    operation.abort()
    talk.talk.wake()
    talk.modem.expect(b"\r")
    talk.modem.say(b"\r\nNO CARRIER\r\n")
    with pytest.raises(Aborted):
        reply.result(PATIENCE)
    after = talk.command("ATH")
    talk.modem.command(b"ATH", OK)
    assert after.result(PATIENCE).result is Result.OK
    assert talk.unasked == []


def test_an_abort_that_a_modem_ignores_is_followed_by_getting_in_step(talk: Talk) -> None:
    operation = Operation("dial", "test")
    reply = talk.dial(operation)
    talk.modem.command(b"ATD1;")
    operation.abort()
    talk.talk.wake()
    talk.modem.expect(b"\r")
    with pytest.raises(Aborted):
        reply.result(PATIENCE)
    after = talk.command("ATH")
    talk.modem.expect(SYNC + b"\r")
    talk.modem.say(b"\r\nNO CARRIER\r\n", SYNC + b"\r", OK)
    talk.modem.command(b"ATH", OK)
    assert after.result(PATIENCE).result is Result.OK


def test_a_dial_that_is_aborted_before_it_is_written_is_not_written(talk: Talk) -> None:
    operation = Operation("dial", "test")
    operation.abort()
    with pytest.raises(Aborted):
        talk.dial(operation).result(PATIENCE)
    assert talk.port.written == [SYNC + b"\r"]


def test_the_result_of_a_dial_comes_before_what_follows_it(talk: Talk) -> None:
    told: list[object] = []
    operation = Operation("dial", "test")
    reply = talk.run(lambda: talk.talk.call_command("ATD1", 30.0, operation, told.append))
    talk.modem.command(b"ATD1", OK + b"\x10r\r\nNO CARRIER\r\n")
    reply.result(PATIENCE)
    until(lambda: len(talk.unasked) == 2, "what follows")
    assert told == [Result.OK]
    assert talk.unasked == [Dle("r"), Text("NO CARRIER")]
