"""What the desk makes of the finer things that a modem tells."""

from __future__ import annotations

from hookflash.errors import Flooded, Recovering
from hookflash.events import (
    Answered,
    CallerId,
    CallerIdMissing,
    Evidence,
    KeyHeard,
    PhoneHook,
    Recovery,
    Ring,
)
from hookflash_server.desk.transitions import DeskState
from support.fake_line import CODE, GUESS, DeskBench, said

SURE = Evidence("dle", "L")


def test_an_answer_that_is_a_guess_says_so_until_it_is_certain(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_OUT)
    line.tell(Answered(GUESS))
    assert bench.state() == "active"
    guessed = bench.status()["call"]
    assert guessed["answered_at"]
    assert not guessed["certain"]
    line.tell(Answered(SURE))
    bench.state()
    sure = bench.status()["call"]
    assert sure["certain"]
    assert sure["answered_at"] == guessed["answered_at"]
    told = [event for event in bench.written() if event["kind"] == "answered"]
    assert [event["certain"] for event in told] == [False, True]


def test_a_second_caller_does_not_take_the_first_one_s_name(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.tell(Ring(CODE, 1), CallerId(CODE, "5550001", "ANN", ""), Answered(CODE))
    line.tell(CallerId(CODE, "5550002", "BOB", "", waiting=True))
    assert bench.state() == "active"
    assert bench.status()["call"]["number"] == "5550001"
    last = bench.written()[-1]
    assert last["kind"] == "caller_id"
    assert (last["caller"]["number"], last["caller"]["waiting"]) == ("5550002", True)
    assert last["call"]["number"] == "5550001"


def test_a_caller_id_is_written_in_full(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.tell(
        CallerId(CODE, "5550001", "ANN", "", called="1001", redirected="555", sent_at="11220930")
    )
    bench.state()
    caller = bench.written()[-1]["caller"]
    assert (caller["number"], caller["name"]) == ("5550001", "ANN")
    assert (caller["called"], caller["redirected"]) == ("1001", "555")
    assert caller["sent_at"] == "11220930"


def test_why_a_caller_has_no_number(bench: DeskBench) -> None:
    line = bench.go(DeskState.RINGING_IN)
    line.tell(CallerIdMissing(GUESS, "never_came", "ask the provider"))
    bench.state()
    assert bench.status()["call"]["absent"] == "never_came"
    last = bench.written()[-1]
    assert (last["kind"], last["hint"]) == ("caller_id_missing", "ask the provider")


def test_details_of_rings_keys_and_telephones_are_written(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    line.tell(Ring(CODE, 1, "A"), Answered(CODE), KeyHeard(CODE, "5", 140))
    line.tell(PhoneHook(CODE, "extension", off_hook=True))
    bench.state()
    ring, _, key, phone = bench.written()[-4:]
    assert (ring["kind"], ring["pattern"]) == ("ring", "A")
    assert (key["kind"], key["key"], key["ms"]) == ("dtmf_heard", "5", 140)
    assert (phone["kind"], phone["phone"], phone["off_hook"]) == ("phone_hook", "extension", True)


def test_a_device_that_is_being_brought_back_is_offline_for_pages(bench: DeskBench) -> None:
    line = bench.go(DeskState.IDLE)
    reply = bench.ask("dial_out", dial_number="100")
    line.end("dial", Recovering("dial on fake: try again in a few seconds"))
    assert said(reply) == ("ext_offline", "device_recovering")
    assert bench.state() == "idle"


def test_a_device_that_does_not_come_up_says_what_is_being_done(bench: DeskBench) -> None:
    line = bench.opened()
    line.tell(Recovery(CODE, "dtr", helped=False, count=1, ms=2300))
    assert said(bench.ask("dial_out", dial_number="100")) == ("ext_offline", "device_recovering")
    last = bench.written()[-1]
    assert (last["kind"], last["rung"], last["helped"]) == ("recovery", "dtr", False)
    line.ready()
    assert bench.state() == "idle"


def test_a_device_that_is_brought_back_in_vain_is_told_once(
    bench: DeskBench, reopen_at_once: None
) -> None:
    for count in range(1, 4):
        line = bench.opened(count)
        line.tell(Recovery(CODE, "dtr", helped=False, count=count, ms=2300))
        assert bench.status()["offline_because"] == "device_recovering"
        line.lost("device_timeout", "it does not answer")
    bench.opened(4)
    assert bench.kinds().count("line_lost") == 1
    assert bench.status()["offline_because"] == "device_timeout"


def test_too_many_keys_are_refused_in_words(bench: DeskBench) -> None:
    line = bench.go(DeskState.ACTIVE)

    def flooded(_: str) -> None:
        raise Flooded("dtmf on fake: 64 keys wait already")

    line.send_dtmf = flooded  # type: ignore[assignment,method-assign]
    assert said(bench.ask("send_dtmf", dtmf="1")) == ("failed", "dtmf_flooded")
