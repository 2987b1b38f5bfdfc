"""The desk's two tables: complete, without traps, and what the desk really does."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import Future
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hookflash import CallState, EndReason
from hookflash.errors import Aborted, CallFailed, CommandRefused, CommandTimeout, HookflashError
from hookflash.events import KeyHeard, LineEvent, ToneHeard
from hookflash_server.answers import Answer
from hookflash_server.desk.transitions import EVENTS, VERBS, DeskState, Do, Refuse, after, verb
from hookflash_server.verbs import VERBS as INTERFACE
from support.fake_line import (
    ANSWERED,
    CODE,
    DEADLINE,
    DIALLED,
    RING_STOPPED,
    RINGING_OUT,
    DeskBench,
    FakeLine,
    caller,
    ended,
    ring,
)

ONLINE = [state for state in DeskState if state is not DeskState.OFFLINE]
IN_CALL = [state for state in ONLINE if state is not DeskState.IDLE]

ASKED = {
    "dial": ("dial_out", {"dial_number": "100"}),
    "answer": ("answer", {}),
    "hang_up": ("huang_up", {}),
    "transfer": ("transfer_to", {"trans_number": "200"}),
    "dtmf": ("send_dtmf", {"dtmf": "1"}),
}
"""How a page asks for each of the desk's verbs."""

BY_HANDSET = {"flash": "flash", "mute": "mute", "unmute": "mute"}
"""Verbs that only a handset asks for, and their operations; see test_telephone."""

TOLD: dict[str, LineEvent] = {
    "dialled": DIALLED,
    "ringing_out": RINGING_OUT,
    "answered": ANSWERED,
    "ring": ring(),
    "ring_stopped": RING_STOPPED,
    "call_ended": ended(),
    "caller_id": caller(),
    "tone": ToneHeard(CODE, "busy"),
    "dtmf_heard": KeyHeard(CODE, "5"),
}
"""Events that lines tell; ready and lost have tests of their own."""


# --- the tables ---------------------------------------------------------------------------------


def test_verbs_is_complete() -> None:
    assert set(VERBS) == {(state, name) for state in ONLINE for name in (*ASKED, *BY_HANDSET)}


REFUSALS = {
    DeskState.IDLE: {
        "answer": "not_ringing",
        **dict.fromkeys(("transfer", "dtmf", *BY_HANDSET), "no_call"),
    },
    DeskState.DIALING: {
        "dial": "call_in_progress",
        "answer": "not_ringing",
        **dict.fromkeys(("transfer", "dtmf", *BY_HANDSET), "still_dialing"),
    },
    DeskState.RINGING_OUT: {"dial": "call_in_progress", "answer": "not_ringing"},
    DeskState.RINGING_IN: {
        **dict.fromkeys(("dial", "transfer", "dtmf", *BY_HANDSET), "call_ringing"),
    },
    DeskState.ACTIVE: {"dial": "call_in_progress", "answer": "not_ringing"},
}
"""What is told; everything else is done."""


def test_what_is_refused_and_what_is_done() -> None:
    for (state, name), decision in VERBS.items():
        refused = REFUSALS[state].get(name)
        if isinstance(decision, Refuse):
            assert decision.detail == refused, (state, name)
        else:
            assert (decision, refused) == (Do(BY_HANDSET.get(name, name)), None), (state, name)


def test_every_verb_of_the_interface_is_in_the_tests() -> None:
    names = {name for name, _ in ASKED.values()} | {"onekey_dial_out", "status"}
    assert names == {verb.name for verb in INTERFACE}


def test_refusals_say_why() -> None:
    for decision in VERBS.values():
        if isinstance(decision, Refuse):
            assert decision.detail.isidentifier()
            assert decision.hint


def test_hang_up_is_never_refused() -> None:
    assert all(verb(state, "hang_up") == Do("hang_up") for state in ONLINE)


def test_states_of_a_call_are_states_of_a_call() -> None:
    assert {state.value for state in IN_CALL} < {state.value for state in CallState}


def reachable(start: DeskState) -> set[DeskState]:
    found = {start}
    while new := {to for (state, _), to in EVENTS.items() if state in found} - found:
        found |= new
    return found


def test_every_state_can_be_reached() -> None:
    assert reachable(DeskState.OFFLINE) == set(DeskState)


@pytest.mark.parametrize("state", DeskState)
def test_every_state_can_return_to_idle(state: DeskState) -> None:
    assert DeskState.IDLE in reachable(state)


@pytest.mark.parametrize("state", IN_CALL)
def test_every_call_can_end_and_be_lost(state: DeskState) -> None:
    assert after(state, "call_ended") is DeskState.IDLE
    assert after(state, "line_lost") is DeskState.OFFLINE


def test_calls_begin_at_idle_only_and_in_one_direction() -> None:
    """No event leads out of a call into another: incoming never becomes outgoing or the reverse."""
    begun_by = {DeskState.DIALING: "dial_begun", DeskState.RINGING_IN: "ring"}
    for (state, event), to in EVENTS.items():
        if state not in IN_CALL and to in IN_CALL:
            assert (state, event) == (DeskState.IDLE, begun_by[to])
        if to in begun_by:
            assert state is DeskState.IDLE
        if to is DeskState.RINGING_OUT:
            assert state is DeskState.DIALING


def test_no_event_leads_backwards() -> None:
    order = [DeskState.DIALING, DeskState.RINGING_OUT, DeskState.RINGING_IN, DeskState.ACTIVE]
    for (state, _), to in EVENTS.items():
        if state in order and to in order:
            assert order.index(to) > order.index(state)


# --- every cell, on a real desk -----------------------------------------------------------------


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("state", ONLINE)
def test_a_verb_in_a_state(bench: DeskBench, state: DeskState, name: str) -> None:
    line = bench.go(state)
    before = len(line.asked)
    busy = bool(line.pending()) and state is DeskState.DIALING
    asked, arguments = ASKED[name]
    decision = verb(state, name)
    reply = bench.ask(asked, **arguments)
    if isinstance(decision, Refuse):
        assert reply.result(DEADLINE).members("zh") == {
            "result": "failed",
            "msg": "操作失败",
            "detail": decision.detail,
            "hint": decision.hint,
        }
        assert len(line.asked) == before, "the line was told nothing"
        assert bench.state() == state
        return
    operation = line.wait_for(name, 2 if name == "dial" and busy else 1)
    assert not reply.done()
    assert operation.name == decision.operation
    line.end(name)
    assert reply.result(DEADLINE).members("zh") == {"result": "success", "msg": "操作成功"}


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("state", DeskState)
def test_an_event_in_a_state(bench: DeskBench, state: DeskState, name: str) -> None:
    line = bench.go(state)
    line.tell(TOLD[name])
    status = bench.status()
    assert status["state"] == after(state, name)
    check_status(status)


@pytest.mark.parametrize("state", DeskState)
def test_the_line_is_lost_in_a_state(bench: DeskBench, state: DeskState) -> None:
    line = bench.go(state)
    line.lost("port_error", "pulled out")
    status = bench.status()
    assert status["state"] == "offline"
    assert status["offline_because"] == "port_error"
    assert status["call"] is None
    assert line.closed
    last = bench.written()[-1]
    assert (last["kind"], last["code"], last["state"]) == ("line_lost", "port_error", "offline")
    assert (last["call"] is not None) == (state in IN_CALL)
    if last["call"] is not None:
        assert (last["call"]["state"], last["call"]["reason"]) == ("terminated", "device_lost")


def check_status(status: dict[str, object]) -> None:
    """There is a call if and only if the state is one of a call, and it is in that state."""
    call = status["call"]
    if status["state"] in ("offline", "idle"):
        assert call is None
    else:
        assert isinstance(call, dict)
        assert call["state"] == status["state"]
        assert call["ended_at"] == call["reason"] == ""
        assert bool(call["answered_at"]) == (status["state"] == "active")


# --- a walk through everything ------------------------------------------------------------------

ERRORS: list[HookflashError | None] = [
    *(None, None, None),
    CallFailed("dial: BUSY", "busy"),
    CommandTimeout("no answer"),
    CommandRefused("ERROR"),
    Aborted("given up"),
]


class Walk:
    """One desk, asked and told at random. A page may do anything; a line may tell anything."""

    def __init__(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.random = random.Random(seed)
        self.monkeypatch = monkeypatch
        self.replies: list[Future[Answer]] = []
        self.bench = DeskBench()
        self.bench.opened().ready()

    def step(self) -> None:
        what = self.random.choices(
            [self.ask, self.end, self.tell, self.take, self.lose], [8, 8, 8, 1, 0.4]
        )[0]
        what()

    @property
    def line(self) -> FakeLine:
        return self.bench.line

    def ask(self) -> None:
        asked, arguments = self.random.choice(list(ASKED.values()))
        # Sometimes patience is over before the device can do anything.
        patience = self.random.choice([0.0, 1000.0, 1000.0, 1000.0])
        self.monkeypatch.setattr("hookflash_server.desk.running.PATIENCE", patience)
        self.replies.append(self.bench.ask(asked, **arguments))
        self.bench.status()

    def end(self) -> None:
        if pending := [o for o in self.line.pending() if o.name != "open"]:
            self.line.end(self.random.choice(pending).name, self.random.choice(ERRORS))

    def take(self) -> None:
        for operation in self.line.pending():
            operation.taken = True

    def tell(self) -> None:
        self.line.tell(*self.random.choices(list(TOLD.values()), k=self.random.randint(1, 2)))

    def lose(self) -> None:
        count = len(self.bench.lines)
        self.line.lost()
        self.bench.opened(count + 1).ready()

    def finish(self) -> None:
        """Everything must come to an end now, whatever happened."""
        line = self.bench.line
        self.monkeypatch.setattr("hookflash_server.desk.running.PATIENCE", 1000.0)
        self.bench.status()
        for operation in line.pending():
            if operation.name != "open":
                line.end(operation.name, self.random.choice(ERRORS))
        line.tell(ended())
        for reply in self.replies:
            assert reply.result(DEADLINE).result
        status = self.bench.status()
        assert status["state"] == "idle"
        # And it still works.
        reply = self.bench.ask("dial_out", dial_number="100")
        line.end("dial")
        assert reply.result(DEADLINE) == Answer()


def check_log(events: list[dict[str, object]]) -> None:
    """What a listener may rely on."""
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    ends: Counter[str] = Counter()
    for event in events:
        call = event["call"]
        over = isinstance(call, dict) and call["state"] == "terminated"
        if event["state"] in ("idle", "offline"):
            assert call is None or over, event
        else:
            assert isinstance(call, dict), event
            assert call["state"] == event["state"], event
        if isinstance(call, dict):
            assert not ends[call["id"]], "nothing is told of a call after its end"
            assert over == bool(call["ended_at"])
            ends[call["id"]] += over
    for one, next_one in pairwise(events):
        if one["kind"] == "call_ended":
            assert one["state"] in ("idle", "offline")
        if isinstance(one["call"], dict) and isinstance(next_one["call"], dict):
            same = one["call"]["id"] == next_one["call"]["id"]
            assert same or one["call"]["state"] == "terminated", "a call ended untold"
    assert max(ends.values(), default=0) <= 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_a_random_walk(seed: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash_server.desk.keeper.REOPEN_AFTER", (0.0,))
    walk = Walk(seed, monkeypatch)
    try:
        for _ in range(steps):
            walk.step()
            check_status(walk.bench.status())
        walk.finish()
    finally:
        walk.bench.close()
    check_log([dict(event) for event in walk.bench.events.since(0)[0]])


def test_the_log_check_sees_what_is_wrong() -> None:
    """The walk's own check can fail."""
    call = {"id": "a", "state": "active", "ended_at": "", "reason": ""}
    over = call | {"state": "terminated", "ended_at": "now", "reason": EndReason.BUSY}
    event = {"seq": 1, "kind": "answered", "state": "active", "call": call}
    end = {"seq": 2, "kind": "call_ended", "state": "idle", "call": over}
    check_log([event, end])
    for wrong in (
        [event, end | {"seq": 3}],
        [event, end, end | {"seq": 3}],
        [event, end, event | {"seq": 3}],
        [event, event | {"seq": 2, "call": call | {"id": "b"}}],
        [event | {"call": None}],
        [event | {"state": "idle"}],
    ):
        with pytest.raises(AssertionError):
            check_log(wrong)
