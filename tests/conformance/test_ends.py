"""Ends of calls: ours in every state, and the far end's by each sign that a line may give."""

from __future__ import annotations

import pytest

from hookflash import EndReason
from hookflash.events import Answered, CallEnded, ToneHeard
from support.lines import until

from .backend import Backend
from .marks import checks, rung, shows_lack_of
from .states import STATES, State, each_state


@checks("hang up")
@each_state
def test_hang_up_leaves_the_line_on_hook_and_idle(closed: Backend, state: State) -> None:
    state(closed)
    closed.line.hang_up().wait(closed.patience)
    closed.wait_on_hook()
    assert not closed.line.off_hook
    assert not closed.line.ringing
    wanted = STATES[state]
    assert closed.ends() == wanted
    closed.line.hang_up().wait(closed.patience)
    assert closed.ends() == wanted
    closed.call()


@checks("hang up")
def test_hang_up_twice_is_one_operation(backend: Backend) -> None:
    backend.call()
    first, second = backend.line.hang_up(), backend.line.hang_up()
    assert first is second or first.done()
    second.wait(backend.patience)
    assert backend.ends() == [EndReason.LOCAL_HANGUP]


def told_and_on_hook(backend: Backend, reason: EndReason) -> None:
    """The end is told once, our side goes on hook, and the next call works."""
    assert backend.heard.wait_for(CallEnded).reason is reason
    backend.wait_on_hook()
    until(lambda: not backend.line.off_hook, "on hook")
    assert backend.ends() == [reason]
    backend.call()


@checks("far end, call in")
@rung
def test_the_far_end_of_a_call_in_hangs_up(backend: Backend) -> None:
    backend.take_call()
    backend.far_end_hangs_up()
    told_and_on_hook(backend, EndReason.FAR_HANGUP)


@checks("far end, call out")
@pytest.mark.parametrize("sign", ["busy", "reorder"])
def test_the_far_end_of_a_call_out_hangs_up(backend: Backend, sign: str) -> None:
    backend.end_call_out(sign)
    told_and_on_hook(backend, EndReason.FAR_HANGUP)


@shows_lack_of("answer known")
def test_the_far_end_s_hang_up_is_told_as_busy(backend: Backend) -> None:
    backend.end_call_out()
    told_and_on_hook(backend, EndReason.BUSY)


@shows_lack_of("far hang-up")
@rung
def test_the_far_end_s_hang_up_is_not_told(backend: Backend) -> None:
    for begin in (backend.take_call, backend.call):
        begin()
        backend.far_end_hangs_up()
        backend.line.hang_up().wait(backend.patience)
        backend.wait_on_hook()
    assert backend.ends() == [EndReason.LOCAL_HANGUP] * 2


@checks("loop break")
@rung
def test_a_loop_break_is_the_far_end_s_hang_up(backend: Backend) -> None:
    backend.take_call()
    backend.far_end_hangs_up("loop_break")
    told_and_on_hook(backend, EndReason.FAR_HANGUP)


@shows_lack_of("loop break")
@rung
def test_a_loop_break_is_not_told(backend: Backend) -> None:
    backend.take_call()
    backend.far_end_hangs_up("loop_break")
    backend.line.hang_up().wait(backend.patience)
    assert backend.ends() == [EndReason.LOCAL_HANGUP]


@checks("dial tone")
@rung
def test_dial_tone_in_a_call_is_a_guess(backend: Backend) -> None:
    backend.take_call()
    backend.far_end_hangs_up("dial")
    told_and_on_hook(backend, EndReason.FAR_HANGUP)
    assert not backend.heard.of(CallEnded)[0].evidence.certain


@shows_lack_of("dial tone again")
@rung
def test_dial_tone_does_not_end_a_call(backend: Backend) -> None:
    backend.take_call()
    backend.far_end_hangs_up("dial")
    backend.heard.wait_for(ToneHeard)
    backend.line.hang_up().wait(backend.patience)
    assert backend.ends() == [EndReason.LOCAL_HANGUP]
    assert len(backend.heard.of(Answered)) >= 1
