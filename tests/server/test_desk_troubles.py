"""The desk in trouble: devices that hang, lines that are lost, callers who go away, its own end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from hookflash import EndReason
from hookflash.errors import (
    Aborted,
    CallFailed,
    DeviceLost,
)
from hookflash.events import KeyHeard, LineEvent, ToneHeard
from hookflash_server.answers import Answer
from hookflash_server.desk.running import WAITING
from hookflash_server.desk.transitions import DeskState
from support.fake_line import (
    ANSWERED,
    CODE,
    COMMANDS,
    DEADLINE,
    DIALLED,
    RING_STOPPED,
    DeskBench,
    FakeLine,
    caller,
    ended,
    ring,
    said,
)

pytestmark = pytest.mark.usefixtures("reopen_at_once")
MakeBench = Callable[..., DeskBench]


# --- patience -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("impatient")
def test_a_dial_that_hangs_is_given_up_and_the_line_is_put_on_hook(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    reply = bench.ask("dial_out", dial_number="100")
    assert said(reply) == ("failed", "device_timeout")
    assert line.wait_for("dial").aborted
    line.wait_for("hang_up")
    line.end("dial", Aborted("given up"))
    line.end("hang_up")
    assert bench.state() == "idle"
    assert bench.status()["call"] is None


@pytest.mark.usefixtures("impatient")
def test_a_dial_that_the_device_took_is_a_success(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.takes = True
    assert bench.answer("dial_out", dial_number="100") == Answer()
    assert not line.wait_for("dial").aborted
    assert bench.state() == "dialing"
    line.tell(DIALLED)
    line.end("dial")
    assert bench.state() == "ringing_out"
    assert ("hang_up", "") not in line.asked
    line.tell(ended())
    assert bench.answer("onekey_dial_out") == Answer(), "it counts as dialled"


@pytest.mark.usefixtures("impatient")
def test_a_success_that_fails_later_is_written_down(bench: DeskBench) -> None:
    """A transfer goes on after the page was answered, and its target may be busy."""
    line = bench.go(DeskState.ACTIVE)
    line.takes = True
    assert said(bench.ask("transfer_to", trans_number="200")) == ("success", "")
    line.end("transfer", CallFailed("transfer: busy", EndReason.BUSY))
    assert bench.state() == "active"
    last = bench.written()[-1]
    assert (last["kind"], last["command"], last["detail"]) == ("command_failed", "transfer", "busy")


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_hangs_is_given_up_and_the_line_is_put_on_hook(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    assert said(bench.ask("answer")) == ("failed", "device_timeout")
    assert line.wait_for("answer").aborted
    line.wait_for("hang_up")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("verb", ["transfer_to", "send_dtmf"])
def test_in_a_call_a_command_that_hangs_leaves_the_call_alone(bench: DeskBench, verb: str) -> None:
    line = bench.go(DeskState.ACTIVE)
    assert said(bench.ask(verb, **COMMANDS[verb])) == ("failed", "device_timeout")
    assert bench.state() == "active"
    assert ("hang_up", "") not in line.asked


@pytest.mark.usefixtures("impatient")
def test_a_hang_up_is_never_given_up(bench: DeskBench) -> None:
    """The page is told that it hangs; the line is put on hook all the same, when it can be."""
    line = bench.go(DeskState.ACTIVE)
    assert said(bench.ask("huang_up")) == ("failed", "device_timeout")
    assert not line.wait_for("hang_up").aborted
    line.tell(ended(EndReason.LOCAL_HANGUP))
    line.end("hang_up")
    assert bench.state() == "idle"


@pytest.mark.usefixtures("impatient")
def test_the_hang_up_after_a_dial_that_hangs_is_never_given_up(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    assert said(bench.ask("dial_out", dial_number="100")) == ("failed", "device_timeout")
    line.wait_for("hang_up")
    # Its own patience is over once that of a later request is.
    assert said(bench.ask("huang_up")) == ("failed", "device_timeout")
    assert not line.wait_for("hang_up").aborted


def test_an_answer_is_given_once(bench: DeskBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The device's end after the desk's patience changes nothing."""
    monkeypatch.setattr("hookflash_server.desk.running.PATIENCE", 0.0)
    line = bench.go(DeskState.ACTIVE)
    reply = bench.ask("send_dtmf", dtmf="1")
    assert said(reply) == ("failed", "device_timeout")
    line.end("dtmf")
    assert bench.state() == "active"
    assert said(reply) == ("failed", "device_timeout")


# --- incoming -----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["ring", "caller ID"])
def test_the_caller_is_named_whichever_comes_first(bench: DeskBench, first: str) -> None:
    line = bench.go(DeskState.IDLE)
    events: list[LineEvent] = [ring(1), caller("5551234", "ZHANG")]
    line.tell(*(events if first == "ring" else reversed(events)))
    call = bench.status()["call"]
    assert (call["number"], call["name"], call["absent"]) == ("5551234", "ZHANG", "")
    assert bench.written()[-1]["call"]["number"] == "5551234"


def test_a_caller_without_a_number(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.tell(ring(), caller("", "", "withheld"))
    call = bench.status()["call"]
    assert (call["number"], call["absent"]) == ("", "withheld")


@pytest.mark.parametrize("end", [RING_STOPPED, ended(EndReason.REJECTED)])
def test_the_next_caller_is_another_one(bench: DeskBench, end: LineEvent) -> None:
    line = bench.go(DeskState.IDLE)
    line.tell(ring(), caller("5551234"), end, ring())
    assert bench.status()["call"]["number"] == ""


def test_a_caller_who_never_rang_is_not_the_next_one(
    bench: DeskBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Caller ID before the first ring, and then the caller gave up."""
    monkeypatch.setattr("hookflash_server.desk.desk.CALLER_ID_HOLDS", 0.0)
    line = bench.go(DeskState.IDLE)
    line.tell(caller("5551234"))
    bench.wait_written("caller_id")
    line.tell(ring())
    assert bench.status()["call"]["number"] == ""


def test_caller_id_in_an_outgoing_call_does_not_rename_it(bench: DeskBench) -> None:
    """Call waiting."""
    line = bench.go(DeskState.RINGING_OUT)
    line.tell(caller("999"))
    assert bench.status()["call"]["number"] == "5551234"
    line.tell(ended(), ring())
    assert bench.status()["call"]["number"] == ""


def test_a_missed_call(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.tell(ring(1), ring(2), RING_STOPPED)
    assert bench.state() == "idle"
    last = bench.written()[-1]
    assert (last["kind"], last["certain"]) == ("ring_stopped", False)
    assert (last["call"]["state"], last["call"]["reason"]) == ("terminated", "missed")
    assert last["call"]["answered_at"] == ""
    assert [e["count"] for e in bench.written() if e["kind"] == "ring"] == [1, 2]


def test_a_ring_while_the_line_is_being_opened_is_no_call_yet(bench: DeskBench) -> None:
    line = bench.opened()
    line.tell(ring(1), caller("5551234"))
    status = bench.status()
    assert (status["state"], status["call"]) == ("offline", None)
    line.ready()
    line.tell(ring(2))
    assert bench.status()["call"]["state"] == "ringing_in"


def test_a_call_that_rings_when_the_line_is_ready(bench: DeskBench) -> None:
    """Its first rings came while the line was being set up; the next may be seconds away."""
    line = bench.opened()
    line.rings()
    line.ready()
    call = bench.status()["call"]
    assert (call["direction"], call["state"]) == ("inbound", "ringing_in")


def test_hang_ups_do_not_take_all_the_doors_threads(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    replies = [bench.ask("huang_up") for _ in range(WAITING + 1)]
    assert replies[-1].result(DEADLINE).detail == "command_in_progress"
    line.end("hang_up")
    assert {reply.result(DEADLINE).result for reply in replies[:-1]} == {"success"}


def test_what_is_heard_in_a_call_is_written_down(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    line.tell(KeyHeard(CODE, "5"), ToneHeard(CODE, "busy"))
    *_, key, tone = bench.written()
    assert (key["kind"], key["key"], key["state"]) == ("dtmf_heard", "5", "active")
    assert (tone["kind"], tone["tone"]) == ("tone", "busy")
    assert tone["evidence"] == {"source": "result_code", "detail": "test"}


# --- the line is lost ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "verb", "name"),
    [
        (DeskState.IDLE, "dial_out", "dial"),
        (DeskState.IDLE, "huang_up", "hang_up"),
        (DeskState.RINGING_IN, "answer", "answer"),
        (DeskState.RINGING_IN, "huang_up", "hang_up"),
        (DeskState.ACTIVE, "transfer_to", "transfer"),
        (DeskState.ACTIVE, "send_dtmf", "dtmf"),
        (DeskState.ACTIVE, "huang_up", "hang_up"),
    ],
)
@pytest.mark.parametrize("stuck", [False, True])
def test_a_request_whose_line_is_lost_is_told_so(
    make_bench: MakeBench, state: DeskState, verb: str, name: str, stuck: bool
) -> None:
    """At once, and as the document says, even if the driver does not come back."""
    bench = make_bench()
    line = bench.go(state)
    line.stuck = stuck
    reply = bench.ask(verb, **COMMANDS[verb])
    line.wait_for(name)
    line.lost()
    assert said(reply) == ("ext_offline", "device_lost")
    assert line.closed
    again = bench.opened(2)
    again.ready()
    # A driver that hangs in the old line must not hold up the new one.
    dial = bench.ask("dial_out", dial_number="100")
    again.end("dial")
    assert dial.result(DEADLINE) == Answer()
    assert bench.state() == "dialing"
    if stuck:
        line.end(name, DeviceLost("at last"))
    assert bench.state() == "dialing", "the old line's end is not the new call's"


def test_a_call_that_is_being_dialled_ends_because_the_line_is_lost(bench: DeskBench) -> None:
    """Also if the dial's own end comes first."""
    line = bench.go(DeskState.IDLE)
    reply = bench.ask("dial_out", dial_number="100")
    line.lost_in("dial")
    assert said(reply) == ("ext_offline", "device_lost")
    bench.opened(2).ready()
    assert bench.state() == "idle"
    assert bench.status()["last_call"]["reason"] == "device_lost"
    assert bench.kinds() == ["line_ready", "dial_begun", "line_lost", "line_ready"]


@pytest.mark.usefixtures("impatient")
def test_a_lost_lines_dial_does_not_hang_up_the_next_line(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.stuck = True
    reply = bench.ask("dial_out", dial_number="100")
    line.lost()
    reply.result(DEADLINE)
    again = bench.opened(2)
    again.ready()
    again.tell(ring(), ANSWERED)
    # By the time that a later request runs out of patience, the old one would have, too.
    assert said(bench.ask("send_dtmf", dtmf="1")) == ("failed", "device_timeout")
    assert ("hang_up", "") not in again.asked
    assert bench.state() == "active"


def test_it_is_told_once_and_the_line_is_opened_again(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.lost()
    line.lost()
    for number in (2, 3, 4):
        bench.opened(number).lost()
    again = bench.opened(5)
    assert bench.kinds() == ["line_ready", "line_lost"], "nothing new was learnt meanwhile"
    again.lost("port_busy")
    bench.opened(6).ready()
    assert bench.state() == "idle"
    assert bench.kinds() == ["line_ready", "line_lost", "line_lost", "line_ready"]
    assert bench.status()["offline_because"] == ""
    assert all(old.closed for old in bench.lines[:5])


def test_the_same_loss_after_a_recovery_is_told_again(bench: DeskBench) -> None:
    bench.go(DeskState.IDLE).lost()
    again = bench.opened(2)
    again.ready()
    again.lost()
    bench.opened(3)
    assert bench.kinds() == ["line_ready", "line_lost"] * 2


def test_a_closed_line_is_not_listened_to(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.lost()
    bench.opened(2).ready()
    line.tell(ring(), ended())
    line.lost("port_error")
    assert bench.state() == "idle"
    assert bench.kinds() == ["line_ready", "line_lost", "line_ready"]


def test_reopening_takes_longer_and_longer(
    bench: DeskBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = bench.go(DeskState.IDLE)
    waits: list[float] = []
    after = bench.desk._inbox.after

    def watched(seconds: float, item: Callable[[], None]) -> object:
        waits.append(seconds)
        return after(0.0, item)

    monkeypatch.setattr("hookflash_server.desk.keeper.REOPEN_AFTER", (0.3, 1.0, 2.0))
    monkeypatch.setattr(bench.desk._inbox, "after", watched)
    line.lost()
    for number in range(2, 6):
        bench.opened(number).lost()
    bench.opened(6).ready()
    bench.line.lost()
    bench.opened(7)
    assert waits == [0.3, 1.0, 2.0, 2.0, 2.0, 0.3]


# --- the end ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stuck", [False, True])
@pytest.mark.parametrize("state", [DeskState.IDLE, DeskState.RINGING_IN, DeskState.ACTIVE])
def test_stop_answers_whoever_waits(bench: DeskBench, state: DeskState, stuck: bool) -> None:
    line = bench.go(state)
    line.stuck = stuck
    verb, name = {
        DeskState.IDLE: ("dial_out", "dial"),
        DeskState.RINGING_IN: ("answer", "answer"),
        DeskState.ACTIVE: ("send_dtmf", "dtmf"),
    }[state]
    reply = bench.ask(verb, **COMMANDS[verb])
    line.wait_for(name)
    bench.close()
    assert said(reply) == ("ext_offline", "stopping")
    assert line.closed


def test_stop_answers_what_is_asked_meanwhile(
    bench: DeskBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = bench.go(DeskState.IDLE)
    closing, close = threading.Event(), threading.Event()

    def slow_close(timeout: float = 2.0) -> None:
        closing.set()
        close.wait(DEADLINE)
        FakeLine.close(line)

    monkeypatch.setattr(line, "close", slow_close)
    stopper = threading.Thread(target=bench.close)
    stopper.start()
    assert closing.wait(DEADLINE)
    replies = [bench.ask(verb, **arguments) for verb, arguments in COMMANDS.items()]
    status = bench.ask("status")
    close.set()
    stopper.join(DEADLINE)
    assert [said(reply) for reply in replies] == [("ext_offline", "stopping")] * len(replies)
    assert status.result(DEADLINE).data["state"] == "idle"
    assert line.asked == [("open", "")]


def test_patience_that_is_over_during_the_stop_changes_nothing(
    bench: DeskBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = bench.go(DeskState.IDLE)
    line.stuck = True

    def slow_close(timeout: float = 2.0) -> None:
        bench.desk._running._running[0].patience.due = 0.0
        FakeLine.close(line)

    monkeypatch.setattr(line, "close", slow_close)
    reply = bench.ask("dial_out", dial_number="100")
    bench.close()
    assert said(reply) == ("ext_offline", "stopping")


def test_the_last_request_before_the_end_is_answered(
    bench: DeskBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked when the desk's thread has done all else and is about to end."""
    bench.go(DeskState.IDLE)
    replies: list[Future[Answer]] = []
    end = bench.desk._ended.set

    def ask_and_end() -> None:
        replies.append(bench.ask("answer"))
        end()

    monkeypatch.setattr(bench.desk._ended, "set", ask_and_end)
    bench.close()
    assert [said(reply) for reply in replies] == [("ext_offline", "stopping")]


def test_after_the_end(bench: DeskBench) -> None:
    bench.go(DeskState.ACTIVE)
    bench.close()
    bench.close()
    for verb, arguments in COMMANDS.items():
        assert said(bench.ask(verb, **arguments)) == ("ext_offline", "stopping")


def test_a_lost_line_is_not_opened_again_after_the_end(make_bench: MakeBench) -> None:
    bench = make_bench()
    line = bench.go(DeskState.IDLE)
    bench.close()
    line.lost()
    assert len(bench.lines) == 1
