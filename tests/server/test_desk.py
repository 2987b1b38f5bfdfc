"""The desk on a line that does what the test says: each verb's way, and several at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hookflash import EndReason
from hookflash.errors import (
    Aborted,
    CallFailed,
    CommandRefused,
    CommandTimeout,
    DeviceLost,
    HookflashError,
    LineClosed,
    NotSupported,
    WrongState,
)
from hookflash.events import Answered, Evidence
from hookflash_server.answers import Answer, Result
from hookflash_server.desk import OneKey, Targets
from hookflash_server.desk.transitions import DeskState
from support.fake_line import (
    ANSWERED,
    COMMANDS,
    DEADLINE,
    DIALLED,
    RINGING_OUT,
    DeskBench,
    caller,
    ended,
    ring,
    said,
)

MakeBench = Callable[..., DeskBench]


# --- each verb's way ----------------------------------------------------------------------------


def test_an_outgoing_call(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    reply = bench.ask("dial_out", dial_number="+8610")
    line.wait_for("dial")
    assert bench.status()["call"]["number"] == "+8610"
    line.tell(DIALLED)
    line.end("dial")
    assert reply.result(DEADLINE) == Answer()
    call = bench.status()["call"]
    assert (call["direction"], call["state"], call["certain"]) == ("outbound", "ringing_out", False)
    line.tell(RINGING_OUT)
    assert bench.status()["call"]["certain"], "ringback was heard"
    line.tell(Answered(Evidence("timer", "silence", certain=False)))
    call = bench.status()["call"]
    assert (call["state"], call["certain"]) == ("active", False)
    line.tell(ended(EndReason.FAR_HANGUP))
    assert bench.status()["call"] is None
    written = bench.written()
    assert [event["kind"] for event in written] == [
        *("line_ready", "dial_begun", "dialled", "ringing_out", "answered", "call_ended")
    ]
    assert [event["state"] for event in written] == [
        *("idle", "dialing", "ringing_out", "ringing_out", "active", "idle")
    ]
    last = written[-1]["call"]
    assert (last["state"], last["reason"]) == ("terminated", "far_hangup")
    assert last["started_at"] <= last["answered_at"] <= last["ended_at"]
    assert len({event["call"]["id"] for event in written[1:]}) == 1
    assert line.asked == [("open", ""), ("dial", "00" + "8610")]


def test_an_incoming_call(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.tell(ring(1), caller("5551234", "ZHANG"), ring(2))
    call = bench.status()["call"]
    assert (call["direction"], call["state"]) == ("inbound", "ringing_in")
    assert (call["number"], call["name"]) == ("5551234", "ZHANG")
    reply = bench.ask("answer")
    line.wait_for("answer")
    line.tell(ANSWERED)
    line.end("answer")
    assert reply.result(DEADLINE) == Answer()
    assert bench.state() == "active"
    keys = bench.ask("send_dtmf", dtmf="12#")
    line.end("dtmf")
    assert keys.result(DEADLINE) == Answer()
    over = bench.ask("huang_up")
    line.wait_for("hang_up")
    line.tell(ended(EndReason.LOCAL_HANGUP))
    line.end("hang_up")
    assert over.result(DEADLINE) == Answer()
    assert bench.state() == "idle"
    assert line.asked[1:] == [("answer", ""), ("dtmf", "12#"), ("hang_up", "")]
    assert bench.written()[-1]["call"]["reason"] == "local_hangup"


def test_a_transfer(make_bench: MakeBench) -> None:
    bench = make_bench(targets=Targets(queues={"售后": "*601"}))
    line = bench.go(DeskState.ACTIVE)
    reply = bench.ask("transfer_to", trans_queue="售后")
    line.wait_for("transfer")
    line.tell(ended(EndReason.TRANSFERRED))
    line.end("transfer")
    assert reply.result(DEADLINE) == Answer()
    assert ("transfer", "*601") in line.asked
    assert bench.state() == "idle"
    assert bench.written()[-1]["reason"] == "transferred"


def test_hang_up_without_a_call(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    reply = bench.ask("huang_up")
    line.end("hang_up")
    assert reply.result(DEADLINE) == Answer()


def test_one_key_moves_on_when_the_device_took_it(make_bench: MakeBench, tmp_path: Path) -> None:
    listed = tmp_path / "numbers.txt"
    listed.write_text("111\n222\n")
    bench = make_bench(one_key=OneKey(listed=listed))
    line = bench.go(DeskState.IDLE)
    for number, error in (("111", CommandRefused("ERROR")), ("111", None), ("222", None)):
        reply = bench.ask("onekey_dial_out")
        line.end("dial", error)
        assert said(reply)[0] == ("failed" if error else "success")
        assert line.asked[-1] == ("dial", number)
        line.tell(ended())
    assert said(bench.ask("onekey_dial_out")) == ("failed", "onekey_list_finished")
    assert bench.state() == "idle"


def test_one_key_dials_the_last_number_again(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    assert said(bench.ask("onekey_dial_out")) == ("failed", "onekey_not_set")
    for verb, arguments in (("dial_out", {"dial_number": "100"}), ("onekey_dial_out", {})):
        reply = bench.ask(verb, **arguments)
        line.end("dial")
        assert reply.result(DEADLINE) == Answer()
        line.tell(ended())
    assert [digits for name, digits in line.asked if name == "dial"] == ["100", "100"]


@pytest.mark.parametrize(
    ("error", "result", "detail"),
    [
        (CallFailed("dial: BUSY", "busy"), "failed", "busy"),
        (CallFailed("dial: NO DIALTONE", "no_dial_tone"), "failed", "no_dial_tone"),
        (CommandTimeout("x"), "failed", "device_timeout"),
        (CommandRefused("x"), "failed", "device_refused"),
        (WrongState("x"), "failed", "wrong_state"),
        (Aborted("x"), "failed", "aborted"),
        (LineClosed("x"), "failed", "line_closed"),
        (HookflashError("x"), "failed", "device_error"),
        (DeviceLost("x"), "ext_offline", "device_lost"),
        (NotSupported("x"), "client_type_error", "not_supported"),
    ],
)
@pytest.mark.parametrize("verb", ["dial_out", "answer", "transfer_to", "send_dtmf", "huang_up"])
def test_what_the_line_raises_is_translated(
    bench: DeskBench, verb: str, error: HookflashError, result: str, detail: str
) -> None:
    state = {"dial_out": DeskState.IDLE, "answer": DeskState.RINGING_IN}.get(verb, DeskState.ACTIVE)
    line = bench.go(state)
    reply = bench.ask(verb, **COMMANDS[verb])
    line.end({"dial_out": "dial", "transfer_to": "transfer", "send_dtmf": "dtmf",
              "huang_up": "hang_up", "answer": "answer"}[verb], error)  # fmt: skip
    assert said(reply) == (result, detail)
    assert bench.state() == state, "a call goes on, a dial that came to nothing is over"


def test_a_defect_in_a_line_is_answered_too(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    reply = bench.ask("dial_out", dial_number="100")
    line.wait_for("dial").set_exception(KeyError("x"))
    assert said(reply) == ("failed", "internal_error")
    assert bench.state() == "idle"


@pytest.mark.usefixtures("defect_expected")
def test_a_defect_in_the_desk_is_answered_too(
    bench: DeskBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = bench.go(DeskState.IDLE)
    monkeypatch.setattr(line, "hang_up", lambda: 1 / 0)
    assert said(bench.ask("huang_up")) == ("failed", "internal_error")
    assert bench.state() == "idle"


@pytest.mark.parametrize("number", ["", "1;2", "1" * 33, "１", "+" + "1" * 32])
def test_the_line_checks_numbers_again(bench: DeskBench, number: str) -> None:
    """Even if a door did not: the last one with 00 for its + is too long."""
    line = bench.go(DeskState.IDLE)
    assert said(bench.ask("dial_out", dial_number=number))[0] == "failed"
    assert bench.state() == "idle"
    assert bench.status()["call"] is None
    assert line.asked == [("open", "")]


# --- several requests at a time -----------------------------------------------------------------


def test_two_dials_in_one_instant_are_one_call(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    replies = [bench.ask("dial_out", dial_number=number) for number in ("100", "200")]
    assert said(replies[1]) == ("failed", "call_in_progress")
    line.end("dial")
    assert replies[0].result(DEADLINE) == Answer()
    assert [digits for name, digits in line.asked if name == "dial"] == ["100"]


@pytest.mark.parametrize("verb", ["transfer_to", "send_dtmf"])
def test_a_command_is_not_queued_behind_a_transfer(bench: DeskBench, verb: str) -> None:
    line = bench.go(DeskState.ACTIVE)
    first = bench.ask("transfer_to", trans_number="200")
    line.wait_for("transfer")
    assert said(bench.ask(verb, **COMMANDS[verb])) == ("failed", "command_in_progress")
    line.end("transfer")
    assert first.result(DEADLINE) == Answer()


def test_a_second_answer_is_not_queued(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    first = bench.ask("answer")
    assert said(bench.ask("answer")) == ("failed", "command_in_progress")
    line.end("answer")
    assert first.result(DEADLINE) == Answer()
    assert line.asked.count(("answer", "")) == 1


def test_keys_queue_behind_keys_up_to_a_limit(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    replies = [bench.ask("send_dtmf", dtmf=key) for key in "12345"]
    assert said(replies[4]) == ("failed", "command_in_progress")
    for _ in range(4):
        line.end("dtmf")
    assert [said(reply) for reply in replies[:4]] == [("success", "")] * 4
    assert [digits for name, digits in line.asked if name == "dtmf"] == ["1", "2", "3", "4"]
    more = bench.ask("send_dtmf", dtmf="6")
    line.end("dtmf")
    assert more.result(DEADLINE) == Answer()


def test_a_transfer_is_not_queued_behind_keys(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.ask("send_dtmf", dtmf="1")
    assert said(bench.ask("transfer_to", trans_number="2")) == ("failed", "command_in_progress")
    line.end("dtmf")


def test_a_hang_up_overtakes_a_dial(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    dial = bench.ask("dial_out", dial_number="100")
    line.wait_for("dial")
    over = bench.ask("huang_up")
    line.wait_for("hang_up")
    assert line.wait_for("dial").aborted
    line.tell(ended(EndReason.LOCAL_HANGUP))
    line.end("dial", Aborted("given up"))
    assert said(dial) == ("failed", "aborted")
    assert said(bench.ask("dial_out", dial_number="200")) == ("failed", "command_in_progress")
    line.end("hang_up")
    assert over.result(DEADLINE) == Answer()
    assert bench.kinds().count("call_ended") == 1
    assert "dial_failed" not in bench.kinds()


def test_hang_ups_are_all_answered_by_the_same_one(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    replies = [bench.ask("huang_up") for _ in range(5)]
    line.end("hang_up")
    assert [said(reply) for reply in replies] == [("success", "")] * 5
    assert line.asked.count(("hang_up", "")) == 1


def test_the_end_of_a_dial_does_not_end_the_next_call(bench: DeskBench) -> None:
    """The call's end is told before the operation's."""
    line = bench.go(DeskState.IDLE)
    first = bench.ask("dial_out", dial_number="200")
    line.wait_for("dial")
    line.tell(ended(EndReason.BUSY))
    assert bench.state() == "idle"
    assert said(bench.ask("dial_out", dial_number="100")) == ("failed", "command_in_progress")
    line.tell(ring())
    line.end("dial", CallFailed("dial: BUSY", "busy"))
    assert said(first) == ("failed", "busy")
    assert bench.state() == "ringing_in"
    assert [e["reason"] for e in bench.written() if e["kind"] == "call_ended"] == ["busy"]


# --- switched off, no line, unknown targets -----------------------------------------------------


@pytest.mark.parametrize("verb", COMMANDS)
def test_page_control_off(make_bench: MakeBench, verb: str) -> None:
    bench = make_bench(page_control=False)
    line = bench.opened()
    line.ready()
    line.tell(ring())
    assert said(bench.ask(verb, **COMMANDS[verb])) == ("client_type_error", "page_control_off")
    assert line.asked == [("open", "")]
    assert bench.state() == "ringing_in", "the status may still be asked for"


@pytest.mark.parametrize("verb", COMMANDS)
def test_no_line_configured(make_bench: MakeBench, verb: str) -> None:
    bench = make_bench(with_line=False)
    answer = bench.answer(verb, **COMMANDS[verb])
    assert (answer.result, answer.detail) == (Result.EXT_OFFLINE, "no_line_configured")
    assert "--line" in answer.hint
    status = bench.status()
    assert (status["state"], status["offline_because"]) == ("offline", "no_line_configured")
    assert status["line"] is None


@pytest.mark.parametrize("verb", COMMANDS)
def test_while_the_line_is_being_opened(bench: DeskBench, verb: str) -> None:
    line = bench.opened()
    assert said(bench.ask(verb, **COMMANDS[verb])) == ("ext_offline", "opening")
    assert line.asked == [("open", "")]
    assert bench.status()["offline_because"] == "opening"


@pytest.mark.parametrize(
    "state",
    [
        DeskState.IDLE,
        DeskState.DIALING,
        DeskState.RINGING_OUT,
        DeskState.RINGING_IN,
        DeskState.ACTIVE,
    ],
)
@pytest.mark.parametrize(
    ("parameter", "result"),
    [("trans_queue", "queue_error"), ("trans_ext", "ext_error"), ("trans_ivr", "ivr_error")],
)
def test_an_unknown_target_is_told_even_without_a_call(
    bench: DeskBench, state: DeskState, parameter: str, result: str
) -> None:
    line = bench.go(state)
    before = list(line.asked)
    assert said(bench.ask("transfer_to", **{parameter: "nobody"})) == (result, "unknown_target")
    assert line.asked == before
    assert bench.state() == state
