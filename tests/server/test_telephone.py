"""A desk with a handset is a telephone: what a person does, and what the lamps say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from hookflash import Button, Capability, EndReason, Lamps
from hookflash.errors import (
    Aborted,
    CallFailed,
    CommandRefused,
    CommandTimeout,
    NotSupported,
    Recovering,
    WrongState,
)
from hookflash.handset import DARK
from hookflash_server.answers import Answer
from hookflash_server.desk import OneKey
from hookflash_server.desk.telephone import BATCH
from hookflash_server.desk.transitions import DeskState
from support.fake_line import (
    ANSWERED,
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

MakeBench = Callable[..., DeskBench]

UP = Lamps(off_hook=True)
RINGING = Lamps(ringing=True)


@pytest.fixture
def bench(make_bench: MakeBench) -> DeskBench:
    """A desk with a handset; nothing is dialled by time alone."""
    return make_bench(with_handset=True)


@pytest.fixture
def after_call(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets how long after a call keys are not of a number."""
    return lambda seconds: monkeypatch.setattr(
        "hookflash_server.desk.telephone.AFTER_CALL", seconds
    )


def asked(line: FakeLine) -> list[tuple[str, str]]:
    """What the line was asked but its opening."""
    return line.asked[1:]


def failures(bench: DeskBench) -> list[tuple[str, str, str, str]]:
    """Command, result, detail and asker of all failures in the log."""
    names = ("command", "result", "detail", "by")
    told = [event for event in bench.written() if event["kind"] == "command_failed"]
    return [(e[names[0]], e[names[1]], e[names[2]], e[names[3]]) for e in told]


def hang_up(bench: DeskBench, line: FakeLine) -> None:
    """The line does a hang-up that it was asked for."""
    line.wait_for("hang_up")
    line.tell(ended(EndReason.LOCAL_HANGUP))
    line.end("hang_up")
    bench.status()


# --- incoming calls -----------------------------------------------------------------------------


def test_lift_answers_and_put_down_hangs_up(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    assert bench.lamps == DARK
    line.tell(ring(), caller("5551234", "ZHANG"))
    assert bench.lamps == Lamps(ringing=True, text="ZHANG\n5551234")
    bench.handset.lift()
    line.wait_for("answer")
    assert bench.lamps == Lamps(off_hook=True, text="ZHANG\n5551234"), "before the line is done"
    line.tell(ANSWERED)
    line.end("answer")
    assert bench.state() == "active"
    assert bench.lamps.off_hook
    bench.handset.put_down()
    line.wait_for("hang_up")
    assert bench.lamps == DARK, "with the hand's movement"
    hang_up(bench, line)
    assert bench.state() == "idle"
    assert asked(line) == [("answer", ""), ("hang_up", "")]
    assert bench.kinds() == [
        *("handset_ready", "line_ready", "ring", "caller_id"),
        *("handset_lifted", "answered", "handset_put_down", "call_ended"),
    ]


def test_the_ringing_lamp_ends_with_the_ringing(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    assert bench.lamps == RINGING
    line.tell(RING_STOPPED)
    assert bench.lamps == DARK


def test_a_page_answers_and_the_person_hangs_up(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    reply = bench.ask("answer")
    line.wait_for("answer")
    assert bench.lamps == UP
    line.tell(ANSWERED)
    line.end("answer")
    assert reply.result(DEADLINE) == Answer()
    bench.handset.put_down()
    hang_up(bench, line)
    assert bench.lamps == DARK


def test_lift_while_a_page_answers(bench: DeskBench) -> None:
    """The person's hand was faster than the lamp: one answer, and nobody hears of a failure."""
    line = bench.go(DeskState.RINGING_IN)
    reply = bench.ask("answer")
    bench.handset.lift()
    line.tell(ANSWERED)
    line.end("answer")
    assert reply.result(DEADLINE) == Answer()
    assert bench.state() == "active"
    assert asked(line) == [("answer", "")]
    assert failures(bench) == []
    assert bench.lamps == UP


def test_page_answers_while_a_lift_does(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.lift()
    line.wait_for("answer")
    assert said(bench.ask("answer")) == ("failed", "command_in_progress")
    line.tell(ANSWERED)
    line.end("answer")
    assert bench.state() == "active"
    assert failures(bench) == []


def test_the_caller_gives_up_before_the_lift(bench: DeskBench) -> None:
    """Then it is a lift to dial."""
    line = bench.go(DeskState.RINGING_IN)
    line.tell(RING_STOPPED)
    bench.handset.lift()
    assert bench.lamps == UP
    bench.handset.keys("5#")
    line.wait_for("dial")
    assert asked(line) == [("dial", "5")]


def test_the_caller_gives_up_while_a_lift_answers(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.lift()
    line.wait_for("answer")
    line.tell(RING_STOPPED)
    line.end("answer", WrongState("answer on fake: no call is ringing"))
    assert bench.state() == "idle"
    assert bench.lamps == DARK
    assert failures(bench) == [("answer", "failed", "wrong_state", "handset")]
    bench.handset.put_down()
    bench.handset.lift()
    assert bench.lamps == UP, "the next lift begins anew"


def test_an_answer_that_fails_rings_on(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.lift()
    line.end("answer", CommandRefused("ERROR"))
    assert bench.lamps == RINGING
    assert failures(bench) == [("answer", "failed", "device_refused", "handset")]
    bench.handset.lift()
    line.wait_for("answer", 2)
    line.tell(ANSWERED)
    line.end("answer")
    assert bench.state() == "active"


def test_put_down_while_the_answer_is_under_way(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.lift()
    answer = line.wait_for("answer")
    assert bench.lamps == UP
    bench.handset.put_down()
    line.wait_for("hang_up")
    assert answer.aborted
    line.end("answer", Aborted("given up"))
    hang_up(bench, line)
    assert bench.state() == "idle"
    assert bench.lamps == DARK
    assert failures(bench) == [], "it is what the person wanted"


def test_two_lifts(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.lift()
    bench.handset.lift()
    line.wait_for("answer")
    line.tell(ANSWERED)
    bench.handset.lift()
    line.end("answer")
    assert bench.state() == "active"
    assert asked(line) == [("answer", "")]
    assert failures(bench) == []


@pytest.mark.parametrize("button", [Button.REJECT, Button.DROP])
def test_a_call_is_refused(bench: DeskBench, button: Button) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.press(button)
    line.wait_for("hang_up")
    assert bench.lamps == DARK, "it is quiet at once"
    line.tell(ended(EndReason.REJECTED))
    line.end("hang_up")
    assert bench.state() == "idle"
    assert bench.written()[-1]["reason"] == "rejected"


def test_send_answers(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.press(Button.SEND)
    line.wait_for("answer")
    assert bench.lamps == UP


def test_keys_and_flash_do_nothing_to_a_ringing_call(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.keys("12#")
    bench.handset.press(Button.FLASH, Button.HOLD, Button.REDIAL)
    bench.handset.press_mute(True)
    assert bench.lamps == RINGING
    assert asked(line) == []
    assert failures(bench) == []


def test_a_lifted_handset_answers_nothing_by_itself(bench: DeskBench) -> None:
    """A page hung up, the handset was left beside its cradle: the next call rings."""
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.lift()
    line.wait_for("answer")
    line.tell(ANSWERED)
    line.end("answer")
    reply = bench.ask("huang_up")
    hang_up(bench, line)
    assert reply.result(DEADLINE) == Answer()
    assert bench.lamps == DARK
    line.tell(ring())
    assert bench.handset.lifted
    assert bench.lamps == RINGING
    bench.handset.put_down()
    assert bench.lamps == RINGING
    assert len(asked(line)) == 2, "neither answered nor refused"
    bench.handset.lift()
    line.wait_for("answer", 2)


def test_the_far_end_hangs_up_while_lifted(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    assert bench.lamps == UP
    line.tell(ended(EndReason.FAR_HANGUP))
    assert bench.lamps == DARK
    bench.handset.put_down()
    assert bench.lamps == DARK
    assert asked(line) == []


# --- outgoing calls -----------------------------------------------------------------------------


def test_lift_keys_and_hash_dial(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    assert bench.lamps == UP, "at once: the handset waits for it"
    assert bench.state() == "idle"
    bench.handset.keys("5551234")
    assert bench.lamps == Lamps(off_hook=True, text="5551234")
    assert asked(line) == []
    bench.handset.keys("#")
    line.wait_for("dial")
    assert asked(line) == [("dial", "5551234")]
    assert bench.state() == "dialing"
    assert bench.lamps == Lamps(off_hook=True, text="5551234")
    begun = bench.wait_written("dial_begun")
    assert (begun["by"], begun["call"]["number"]) == ("handset", "5551234")
    line.tell(DIALLED)
    line.end("dial")
    assert bench.state() == "ringing_out"
    bench.handset.put_down()
    hang_up(bench, line)
    assert bench.lamps == DARK


def test_the_number_is_dialled_some_time_after_the_last_digit(make_bench: MakeBench) -> None:
    bench = make_bench(with_handset=True, dial_after=0.05)
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("100")
    line.wait_for("dial")
    assert asked(line) == [("dial", "100")]


def test_time_never_dials_where_it_is_switched_off(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash_server.desk.telephone.IDLE_AFTER", 0.05)
    bench = make_bench(with_handset=True, dial_after=0)
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("100")
    assert bench.wait_written("handset_idle")["reason"] == "nothing_dialled"
    assert asked(line) == []
    assert bench.lamps == DARK


def test_only_hash_dials_where_time_is_switched_off(make_bench: MakeBench) -> None:
    bench = make_bench(with_handset=True, dial_after=0)
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("100")
    assert bench.lamps == Lamps(off_hook=True, text="100")
    bench.handset.keys("#")
    line.wait_for("dial")
    assert asked(line) == [("dial", "100")]


def test_a_second_lift_dials_nothing(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("5")
    bench.handset.lift()
    assert bench.lamps == Lamps(off_hook=True, text="5")
    assert asked(line) == []


def test_a_key_gives_more_time(bench: DeskBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash_server.desk.telephone.IDLE_AFTER", 0.1)
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("5")
    bench.status()
    later = threading.Event()
    bench.desk._inbox.after(0.2, later.set)
    assert later.wait(DEADLINE)
    assert bench.lamps == Lamps(off_hook=True, text="5")
    assert asked(line) == []


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("555#", "555"),
        ("5*5#", "5*5"),
        ("*21*555#", "*21*555#"),
        ("#21#", "#21#"),
        ("*#21#", "*#21#"),
        ("##002#", "##002#"),
    ],
)
def test_hash_sends_a_number_but_is_part_of_a_code(
    make_bench: MakeBench, keys: str, number: str
) -> None:
    bench = make_bench(with_handset=True, dial_after=0.05)
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys(keys)
    line.wait_for("dial")
    assert asked(line) == [("dial", number)]


def test_put_down_before_dialling(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("555")
    assert bench.lamps.off_hook
    bench.handset.put_down()
    assert bench.lamps == DARK
    bench.handset.lift()
    assert bench.lamps == UP, "nothing is left of the first number"
    bench.handset.keys("7#")
    line.wait_for("dial")
    assert asked(line) == [("dial", "7")]


def test_put_down_while_dialling(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("5#")
    dial = line.wait_for("dial")
    assert bench.lamps.off_hook
    bench.handset.put_down()
    line.wait_for("hang_up")
    assert dial.aborted
    line.tell(ended(EndReason.LOCAL_HANGUP))
    line.end("dial", Aborted("given up"))
    line.end("hang_up")
    assert bench.state() == "idle"
    assert bench.lamps == DARK
    assert failures(bench) == []


def test_nothing_is_dialled(bench: DeskBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash_server.desk.telephone.IDLE_AFTER", 0.05)
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    idle = bench.wait_written("handset_idle")
    assert (idle["reason"], idle["evidence"]["source"]) == ("nothing_dialled", "timer")
    assert bench.lamps == DARK
    bench.handset.put_down()
    assert asked(line) == []
    monkeypatch.undo()
    bench.handset.lift()
    assert bench.lamps == UP


@pytest.mark.parametrize("reason", [EndReason.BUSY, EndReason.NO_DIAL_TONE])
def test_a_dial_that_comes_to_nothing(bench: DeskBench, reason: EndReason) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("200#")
    line.wait_for("dial")
    line.tell(ended(reason))
    line.end("dial", CallFailed(f"dial: {reason}", reason))
    assert bench.state() == "idle"
    assert bench.lamps == DARK, "the call is over"
    assert failures(bench) == [("dial", "failed", reason, "handset")]
    bench.handset.put_down()
    bench.handset.lift()
    bench.handset.keys("100#")
    line.wait_for("dial", 2)
    assert asked(line) == [("dial", "200"), ("dial", "100")]


def test_a_number_too_long(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("1" * 33 + "#2")
    assert failures(bench) == [("dial", "failed", "number_too_long", "handset")]
    assert bench.lamps == DARK
    assert asked(line) == []


def test_a_page_dials_for_the_person_who_has_lifted(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("99")
    reply = bench.ask("dial_out", dial_number="100")
    line.wait_for("dial")
    assert bench.lamps == Lamps(off_hook=True, text="100")
    line.tell(DIALLED)
    line.end("dial")
    assert reply.result(DEADLINE) == Answer()
    assert bench.wait_written("dial_begun")["by"] == "page"
    assert asked(line) == [("dial", "100")], "the keys are forgotten"
    bench.handset.put_down()
    hang_up(bench, line)
    assert bench.lamps == DARK


def test_a_page_dials_and_the_lamps_follow(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_OUT)
    assert bench.lamps == Lamps(off_hook=True, text="5551234")
    reply = bench.ask("huang_up")
    line.wait_for("hang_up")
    assert bench.lamps == DARK
    hang_up(bench, line)
    assert reply.result(DEADLINE) == Answer()


def test_lift_in_a_call_of_a_page_joins_it(bench: DeskBench) -> None:
    line = bench.go(DeskState.DIALING)
    bench.handset.lift()
    assert bench.state() == "dialing"
    assert len(asked(line)) == 1
    assert failures(bench) == []


def test_a_call_comes_in_before_the_number_is_dialled(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("55")
    line.tell(ring())
    assert bench.lamps == RINGING
    assert bench.wait_written("handset_idle")["reason"] == "call_ringing"
    bench.handset.keys("5#")
    bench.handset.put_down()
    assert asked(line) == []
    bench.handset.lift()
    line.wait_for("answer")


def test_lifted_again_while_the_line_still_hangs_up(bench: DeskBench) -> None:
    """A quick hand: the next number waits until the line is on hook."""
    line = bench.go(DeskState.ACTIVE)
    bench.handset.put_down()
    line.wait_for("hang_up")
    bench.status()
    bench.handset.lift()
    assert bench.lamps == UP
    bench.handset.keys("100#")
    bench.handset.press(Button.REDIAL, Button.SPEED_DIAL, Button.SEND)
    bench.handset.keys("7")
    assert bench.lamps.off_hook
    assert asked(line) == [("hang_up", "")]
    hang_up(bench, line)
    line.wait_for("dial")
    line.tell(DIALLED)
    line.end("dial")
    line.wait_for("dtmf")
    assert asked(line) == [("hang_up", ""), ("dial", "100"), ("dtmf", "7")]
    assert failures(bench) == []


def test_keys_behind_a_number_that_is_refused_are_refused_too(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.put_down()
    line.wait_for("hang_up")
    bench.status()
    bench.handset.lift()
    bench.handset.keys("1" * 33 + "#" + "7")
    hang_up(bench, line)
    assert bench.lamps == DARK
    assert asked(line) == [("hang_up", "")]
    assert failures(bench) == [("dial", "failed", "number_too_long", "handset")]


def test_a_waiting_number_is_forgotten_with_the_handset_lost(
    bench: DeskBench, reopen_at_once: None
) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.put_down()
    line.wait_for("hang_up")
    bench.status()
    bench.handset.lift()
    bench.handset.keys("100#")
    bench.handset.lost()
    bench.handset_opened(2).ready(lifted=True)
    hang_up(bench, line)
    assert bench.lamps == DARK
    assert asked(line) == [("hang_up", "")]


def test_a_waiting_number_is_forgotten_with_the_handset_put_down(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.put_down()
    line.wait_for("hang_up")
    bench.status()
    bench.handset.lift()
    bench.handset.keys("100#")
    assert bench.lamps.off_hook
    bench.handset.put_down()
    hang_up(bench, line)
    assert bench.lamps == DARK
    assert asked(line) == [("hang_up", "")]


def test_a_hang_up_that_fails_leaves_the_lamp_on(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.put_down()
    line.end("hang_up", CommandTimeout("no answer"))
    assert bench.lamps == UP, "the line is off hook as far as anybody knows"
    assert failures(bench) == [("hang_up", "failed", "device_timeout", "handset")]
    line.tell(ended(EndReason.LOCAL_HANGUP))
    assert bench.lamps == DARK


# --- numbers typed on hook ----------------------------------------------------------------------


def test_typed_then_lifted(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.keys("100")
    assert bench.lamps == Lamps(text="100"), "the display shows it, the line is free"
    bench.handset.lift()
    line.wait_for("dial")
    assert asked(line) == [("dial", "100")]


@pytest.mark.parametrize("send", ["hash", "button"])
def test_typed_then_sent(bench: DeskBench, send: str) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.keys("100")
    if send == "hash":
        bench.handset.keys("#")
    else:
        bench.handset.press(Button.SEND)
    line.wait_for("dial")
    assert bench.lamps == Lamps(off_hook=True, text="100")


def test_what_is_typed_on_hook_is_not_dialled_by_time(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something may lie on the keys."""
    monkeypatch.setattr("hookflash_server.desk.telephone.IDLE_AFTER", 0.2)
    bench = make_bench(with_handset=True, dial_after=0.01)
    line = bench.go(DeskState.IDLE)
    bench.handset.keys("100")
    assert bench.wait_written("handset_idle")["reason"] == "nothing_dialled"
    assert asked(line) == []


def test_send_without_a_number_is_a_lift(bench: DeskBench) -> None:
    bench.go(DeskState.IDLE)
    bench.handset.press(Button.SEND)
    assert bench.lamps == UP


def test_keys_for_a_call_that_has_just_ended_dial_nothing(
    bench: DeskBench, after_call: Callable[[float], None]
) -> None:
    """A machine hung up in the middle of a card's number: the rest must not be dialled."""
    after_call(60)
    line = bench.go(DeskState.ACTIVE)
    line.tell(ended(EndReason.FAR_HANGUP))
    bench.status()
    bench.handset.keys("4567#")
    assert bench.lamps == DARK
    assert asked(line) == []
    bench.handset.lift()
    bench.handset.keys("1#")
    line.wait_for("dial")
    assert asked(line) == [("dial", "1")], "who lifts means a new call"


def test_keys_after_ones_own_hang_up_are_a_number(
    bench: DeskBench, after_call: Callable[[float], None]
) -> None:
    after_call(60)
    line = bench.go(DeskState.ACTIVE)
    bench.handset.put_down()
    hang_up(bench, line)
    bench.handset.keys("1#")
    line.wait_for("dial")


def test_a_while_after_a_call_keys_are_a_number_again(
    make_bench: MakeBench, after_call: Callable[[float], None]
) -> None:
    after_call(0.0)
    bench = make_bench(with_handset=True)
    line = bench.go(DeskState.ACTIVE)
    line.tell(ended(EndReason.FAR_HANGUP))
    bench.status()
    bench.status()
    bench.handset.keys("1#")
    line.wait_for("dial")


# --- redial, speed dial -------------------------------------------------------------------------


def test_redial(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_OUT)
    line.tell(ended(EndReason.FAR_HANGUP))
    bench.status()
    bench.handset.press(Button.REDIAL)
    line.wait_for("dial", 2)
    assert asked(line) == [("dial", "5551234")] * 2
    assert bench.lamps == Lamps(off_hook=True, text="5551234")


def test_redial_of_a_lifted_handset_forgets_what_is_typed(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_OUT)
    line.tell(ended(EndReason.FAR_HANGUP))
    bench.handset.lift()
    bench.handset.keys("99")
    bench.handset.press(Button.REDIAL)
    line.wait_for("dial", 2)
    assert asked(line)[-1] == ("dial", "5551234")


def test_redial_of_nothing(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.press(Button.REDIAL)
    assert failures(bench) == [("redial", "failed", "nothing_to_redial", "handset")]
    assert asked(line) == []


def test_speed_dial_is_the_one_key_number(make_bench: MakeBench) -> None:
    bench = make_bench(with_handset=True, one_key=OneKey(number="110"))
    line = bench.go(DeskState.IDLE)
    bench.handset.press(Button.SPEED_DIAL)
    line.wait_for("dial")
    assert asked(line) == [("dial", "110")]
    assert bench.lamps == Lamps(off_hook=True, text="110")


def test_redial_and_speed_dial_in_a_call_do_nothing(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.press(Button.REDIAL, Button.SPEED_DIAL, Button.SEND)
    assert bench.lamps == UP
    assert asked(line) == []
    assert failures(bench) == []


# --- in a call ----------------------------------------------------------------------------------


def test_keys_are_dtmf(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.keys("1")
    line.end("dtmf")
    bench.handset.keys("*")
    line.end("dtmf")
    bench.handset.keys("#")
    line.end("dtmf")
    bench.status()
    assert asked(line) == [("dtmf", "1"), ("dtmf", "*"), ("dtmf", "#")]


def test_keys_in_a_call_are_not_in_the_log(bench: DeskBench) -> None:
    """They may be of a PIN."""
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("5#")
    line.wait_for("dial")
    line.tell(DIALLED)
    line.end("dial")
    bench.status()
    bench.handset.keys("9")
    pressed = [event for event in bench.written() if event["kind"] == "handset_key"]
    assert [event.get("key") for event in pressed] == ["5", "#", None]
    assert [event["evidence"]["detail"] for event in pressed] == ["test", "test", ""]


def test_keys_faster_than_the_line_keep_their_order(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.keys("1")
    line.wait_for("dtmf")
    bench.handset.keys("234567890*#")
    bench.handset.press(Button.FLASH)
    bench.handset.keys("5")
    bench.status()
    while line.pending():
        line.end(line.pending()[0].name)
        bench.status()
    sent = asked(line)
    assert sent == [
        ("dtmf", "1"),
        ("dtmf", "23456789"),
        ("dtmf", "0*#"),
        ("flash", ""),
        ("dtmf", "5"),
    ]
    assert max(len(keys) for _, keys in sent) == BATCH
    assert failures(bench) == []


def test_too_many_keys_are_told(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.keys("1")
    line.wait_for("dtmf")
    bench.handset.keys("2" * 32 + "3")
    assert failures(bench) == [("dtmf", "failed", "dtmf_flooded", "handset")]
    while line.pending():
        line.end(line.pending()[0].name)
        bench.status()
    assert "".join(keys for _, keys in asked(line)) == "1" + "2" * 32


def test_keys_that_are_none_of_a_line(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.keys("A")
    assert failures(bench) == [("dtmf", "failed", "bad_dtmf", "handset")]
    assert asked(line) == []


def test_keys_wait_for_the_end_of_the_dialling(bench: DeskBench) -> None:
    line = bench.go(DeskState.DIALING)
    bench.handset.keys("12")
    assert len(asked(line)) == 1
    line.tell(DIALLED)
    line.end("dial")
    line.wait_for("dtmf")
    assert asked(line)[1:] == [("dtmf", "12")]


def test_keys_that_waited_die_with_their_call(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.keys("1")
    line.wait_for("dtmf")
    bench.handset.keys("23")
    bench.status()
    line.tell(ended(EndReason.FAR_HANGUP))
    line.end("dtmf", Aborted("given up"))
    line.tell(ring(), ANSWERED)
    assert bench.state() == "active"
    assert asked(line) == [("dtmf", "1")]
    assert failures(bench) == []


def test_flash_then_digits_then_down_is_a_transfer(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.press(Button.FLASH)
    bench.handset.keys("202")
    line.end("flash")
    line.end("dtmf")
    assert bench.state() == "active"
    bench.handset.put_down()
    hang_up(bench, line)
    assert asked(line) == [("flash", ""), ("dtmf", "202"), ("hang_up", "")]


@pytest.mark.parametrize("state", [DeskState.IDLE, DeskState.OFFLINE])
def test_flash_without_a_call_does_nothing(bench: DeskBench, state: DeskState) -> None:
    line = bench.go(state)
    bench.handset.press(Button.FLASH, Button.HOLD, Button.VOICE_MAIL, Button.LINE)
    assert bench.lamps == DARK
    assert asked(line) == []


def test_a_line_that_cannot_flash(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.press(Button.HOLD)
    line.end("flash", NotSupported("flash on fake: this device has no flash"))
    assert bench.lamps == UP, "nobody is on hold"
    assert failures(bench) == [("flash", "client_type_error", "not_supported", "handset")]


def test_hold(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.press(Button.HOLD)
    line.end("flash")
    assert bench.lamps == Lamps(off_hook=True, held=True), "off hook stays on"
    bench.handset.press(Button.HOLD)
    line.end("flash")
    assert bench.lamps == UP
    bench.handset.press(Button.HOLD)
    line.end("flash")
    line.tell(ended())
    line.tell(ring(), ANSWERED)
    assert bench.lamps == UP, "the next call is not held"


def test_hold_and_mute_done_after_the_call_are_of_no_other(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.press(Button.HOLD)
    line.wait_for("flash")
    line.tell(ended())
    line.end("flash")
    line.tell(ring(), ANSWERED)
    assert bench.lamps == UP
    bench.handset.press_mute(True)
    line.wait_for("mute")
    line.tell(ended(), ring(), ANSWERED)
    line.end("mute")
    assert bench.lamps == UP


@pytest.mark.parametrize("button", [Button.DROP, Button.REJECT])
def test_drop_hangs_up(bench: DeskBench, button: Button) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.press(button)
    hang_up(bench, line)
    assert bench.state() == "idle"


def test_mute_of_the_handset_itself(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    line.able = frozenset(Capability) - {Capability.MUTE}
    bench.handset.press_mute(True)
    assert bench.lamps == Lamps(off_hook=True, muted=True)
    bench.handset.press_mute(False)
    assert bench.lamps == UP
    bench.handset.press_mute(True)
    line.tell(ended())
    assert bench.lamps == DARK
    line.tell(ring(), ANSWERED)
    assert bench.lamps == UP, "the next call is not muted"
    assert asked(line) == []


def test_mute_of_a_line_that_can(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.press_mute(True)
    line.wait_for("mute")
    assert bench.lamps == UP, "not before the line is muted"
    line.end("mute")
    assert bench.lamps == Lamps(off_hook=True, muted=True)
    bench.handset.press_mute(False)
    line.end("mute", CommandRefused("ERROR"))
    assert bench.lamps == Lamps(off_hook=True, muted=True), "it is still muted"
    assert asked(line) == [("mute", "on"), ("mute", "off")]
    assert failures(bench) == [("unmute", "failed", "device_refused", "handset")]


def test_mute_without_a_call_does_nothing(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.press_mute(True)
    assert bench.lamps == DARK
    bench.handset.lift()
    bench.handset.press_mute(True)
    assert bench.lamps == UP
    assert asked(line) == []


# --- no line, no page control -------------------------------------------------------------------


def test_a_lift_with_the_line_offline(bench: DeskBench) -> None:
    line = bench.go(DeskState.OFFLINE)
    bench.handset.lift()
    assert bench.lamps == DARK, "so that the handset falls back"
    assert failures(bench) == [("lift", "ext_offline", "opening", "handset")]
    line.ready()
    bench.handset.put_down()
    bench.handset.lift()
    assert bench.lamps == UP


def test_a_lift_with_the_line_recovering(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line._recovering = True
    bench.handset.lift()
    assert bench.lamps == DARK
    assert failures(bench) == [("lift", "ext_offline", "device_recovering", "handset")]


def test_an_answer_with_the_line_recovering(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.lift()
    line.end("answer", Recovering("answer on fake: being brought back"))
    assert bench.lamps == RINGING
    assert failures(bench) == [("answer", "ext_offline", "device_recovering", "handset")]


def test_the_line_is_lost_with_the_handset_lifted(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("55")
    line.lost()
    assert bench.lamps == DARK
    assert bench.wait_written("handset_idle")["reason"] == "line_lost"


def test_the_line_is_lost_in_a_call(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)
    bench.handset.keys("1")
    line.wait_for("dtmf")
    line.lost()
    assert bench.lamps == DARK
    assert failures(bench) == [("dtmf", "ext_offline", "device_lost", "handset")]


@pytest.mark.parametrize("button", [Button.REDIAL, Button.SPEED_DIAL, Button.SEND])
def test_a_button_with_the_line_offline(bench: DeskBench, button: Button) -> None:
    bench.go(DeskState.OFFLINE)
    bench.handset.press(button)
    assert [(why, by) for _, _, why, by in failures(bench)] == [("opening", "handset")]
    assert bench.lamps == DARK


def test_a_desk_with_a_handset_and_no_line(make_bench: MakeBench) -> None:
    bench = make_bench(with_handset=True, with_line=False)
    for command, arguments in COMMANDS.items():
        assert said(bench.ask(command, **arguments)) == ("client_type_error", "no_line"), command
    bench.handset.lift()
    assert bench.lamps == DARK
    assert failures(bench) == [("lift", "client_type_error", "no_line", "handset")]
    assert bench.status()["handset"]["state"] == "ready"


def test_page_control_does_not_concern_the_handset(make_bench: MakeBench) -> None:
    bench = make_bench(with_handset=True, page_control=False)
    line = bench.go(DeskState.RINGING_IN)
    assert said(bench.ask("answer")) == ("client_type_error", "page_control_off")
    bench.handset.lift()
    line.wait_for("answer")
    line.tell(ANSWERED)
    line.end("answer")
    assert bench.state() == "active"


def test_a_device_that_hangs(bench: DeskBench, impatient: None) -> None:
    line = bench.go(DeskState.RINGING_IN)
    bench.handset.lift()
    line.wait_for("hang_up")
    assert failures(bench) == [("answer", "failed", "device_timeout", "handset")]


# --- the handset's life -------------------------------------------------------------------------


def test_a_handset_lost_in_a_call_and_plugged_in_again(
    bench: DeskBench, reopen_at_once: None
) -> None:
    line = bench.go(DeskState.ACTIVE)
    first = bench.handset
    first.lost()
    again = bench.handset_opened(2)
    status = bench.status()
    assert status["state"] == "active"
    assert (status["handset"]["state"], status["handset"]["offline_because"]) == (
        *("offline", "device_lost"),
    )
    assert first.closed
    assert bench.wait_written("handset_lost")["code"] == "device_lost"
    assert again.shown == []
    again.ready(lifted=True)
    assert bench.lamps == UP
    again.put_down()
    hang_up(bench, line)
    assert bench.state() == "idle"


def test_a_handset_that_never_comes_is_told_once(bench: DeskBench, reopen_at_once: None) -> None:
    for count in range(1, 4):
        bench.handset_opened(count).lost("port_error")
    last = bench.handset_opened(4)
    last.lost("port_busy")
    bench.handset_opened(5)
    lost = [event["code"] for event in bench.written() if event["kind"] == "handset_lost"]
    assert lost == ["port_error", "port_busy"]


def test_a_handset_lost_again_is_told_again(bench: DeskBench, reopen_at_once: None) -> None:
    for count in (2, 3):
        bench.handset.lost()
        bench.handset_opened(count).ready()
    bench.status()
    lost = [event["code"] for event in bench.written() if event["kind"] == "handset_lost"]
    assert lost == ["device_lost", "device_lost"]


def test_a_handset_lost_while_a_number_is_typed(bench: DeskBench, reopen_at_once: None) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lift()
    bench.handset.keys("55")
    bench.handset.lost()
    again = bench.handset_opened(2)
    again.ready(lifted=True)
    assert bench.lamps == DARK
    assert asked(line) == []


def test_the_lamps_of_a_handset_that_comes_while_it_rings(
    bench: DeskBench, reopen_at_once: None
) -> None:
    line = bench.go(DeskState.IDLE)
    bench.handset.lost()
    line.tell(ring())
    again = bench.handset_opened(2)
    assert again.shown == []
    again.ready()
    assert bench.lamps == RINGING


def test_the_status_of_a_handset(bench: DeskBench) -> None:
    bench.go(DeskState.IDLE)
    bench.handset.lift()
    handset: dict[str, Any] = bench.status()["handset"]
    lamps = handset.pop("lamps")
    assert handset == {
        "name": "fake handset",
        "identity": "fake device",
        "state": "ready",
        "offline_because": "",
        "hint": "",
        "lifted": True,
        "notes": [],
        "features": ["hook", "keypad"],
        "shared_with": [],
    }
    assert lamps == {
        **{"ringing": False, "off_hook": True, "held": False, "muted": False},
        **{"message_waiting": False, "text": ""},
    }


def test_the_status_without_a_handset(make_bench: MakeBench) -> None:
    assert make_bench().status()["handset"] is None


def test_another_program_on_the_handset_is_told(
    bench: DeskBench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.go(DeskState.IDLE)
    bench.handset.shared("softphone (pid 7)")
    bench.handset.shared("meeting (pid 8)")
    shared_with = bench.status()["handset"]["shared_with"]
    assert shared_with == ["softphone (pid 7)", "meeting (pid 8)"]
    assert bench.wait_written("handset_shared")["program"] == "softphone (pid 7)"
    assert "shared with softphone (pid 7)" in caplog.text


def test_the_handset_is_released_at_the_end(make_bench: MakeBench) -> None:
    bench = make_bench(with_handset=True)
    bench.go(DeskState.ACTIVE)
    bench.close()
    assert bench.handset.closed
