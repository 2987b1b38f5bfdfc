"""Calls in: rings, who calls, and picking up."""

from __future__ import annotations

import pytest

from hookflash import EndReason
from hookflash.errors import WrongState
from hookflash.events import (
    Answered,
    CallEnded,
    CallerId,
    CallerIdMissing,
    Ring,
    RingStopped,
)
from support.lines import until

from .backend import Backend, Caller
from .marks import checks, figures, rung, shows_lack_of
from .simulated import SECOND

THREE_BURSTS = (*[SECOND / 5] * 5, 0.3)
"""Seconds on, off ..., and a silence. A fifth of the modem's second is told as 200 ms."""


LONG = 8000
"""Milliseconds: more than between two rings anywhere."""


@checks("ring, counted")
@figures(ring_gone_ms=LONG)
@rung
def test_rings_are_counted(backend: Backend) -> None:
    backend.call_in(Caller())
    assert [backend.heard.wait_for(Ring).count for _ in range(2)] == [1, 2]


@checks("caller gives up")
@rung
def test_a_caller_who_gives_up_is_noticed(backend: Backend) -> None:
    backend.ring()
    backend.caller_gives_up()
    stopped = backend.heard.wait_for(RingStopped)
    assert stopped.evidence.source == "timer"
    assert not stopped.evidence.certain
    assert not backend.line.ringing
    with pytest.raises(WrongState):
        backend.line.answer().wait(backend.patience)
    callers = len(backend.heard.of(CallerId))
    backend.call_in(Caller())
    assert backend.heard.wait_for(Ring).count == 1
    if backend.tells_callers:
        until(lambda: len(backend.heard.of(CallerId)) > callers, "caller ID")


@checks("distinctive ring")
@figures(distinctive_ring=True)
@rung
def test_rings_are_told_apart(backend: Backend) -> None:
    backend.call_in(Caller(cadence=THREE_BURSTS))
    assert backend.heard.wait_for(Ring).pattern in ("3", "C", "200-200-200-200-200")


@shows_lack_of("distinctive ring")
@figures(distinctive_ring=True)
@rung
def test_rings_are_not_told_apart_and_that_is_said(backend: Backend) -> None:
    assert any("does not tell the cadence of rings" in doubt for doubt in backend.doubts)
    backend.call_in(Caller(cadence=THREE_BURSTS))
    assert backend.heard.wait_for(Ring).pattern == ""


def who(backend: Backend, caller: Caller) -> CallerId:
    """What is told of that caller."""
    backend.call_in(caller)
    backend.heard.wait_for(Ring)
    until(lambda: bool(backend.heard.of(CallerId)), "caller ID")
    told = backend.heard.of(CallerId)  # again, if more of it comes
    assert len({(one.number, one.name, one.absent, one.waiting) for one in told}) == 1
    assert not told[0].waiting
    return told[0]


@shows_lack_of("caller ID")
@rung
def test_who_calls_is_not_told_and_that_is_said(backend: Backend) -> None:
    backend.call_in(Caller())
    missing = backend.heard.wait_for(CallerIdMissing)
    assert missing.reason == "not_supported"
    backend.line.answer().wait(backend.patience)
    backend.line.hang_up().wait(backend.patience)
    assert len(backend.heard.of(CallerIdMissing)) == 1
    assert backend.heard.of(CallerId) == []


@checks("caller ID")
@rung
def test_who_calls_is_told(backend: Backend) -> None:
    caller = backend.call_in(Caller())
    backend.heard.wait_for(Ring)
    until(lambda: bool(backend.heard.of(CallerId)), "caller ID")
    told = backend.heard.of(CallerId)[-1]
    if caller is not None:
        assert (told.number, told.absent) == (caller.number, "")
    assert backend.heard.of(CallerIdMissing) == []


@checks("before the ring")
@rung
def test_who_calls_is_told_before_the_first_ring(backend: Backend) -> None:
    assert who(backend, Caller(first=True)).number == Caller().number
    kinds = [event.kind for event in backend.heard.all() if isinstance(event, CallerId | Ring)]
    assert kinds[0] == "caller_id"


@checks("withheld")
@pytest.mark.parametrize("absent", ["withheld", "unavailable"])
@rung
def test_withheld_and_unavailable_are_told_apart(backend: Backend, absent: str) -> None:
    told = who(backend, Caller(absent=absent))
    assert (told.number, told.name, told.absent) == ("", "", absent)


@shows_lack_of("withheld")
@rung
def test_a_number_is_missing_without_a_reason(backend: Backend) -> None:
    told = who(backend, Caller(number=""))
    assert (told.number, told.name, told.absent) == ("", "CALLER", "")


@checks("name")
@rung
def test_the_caller_s_name_is_told(backend: Backend) -> None:
    assert who(backend, Caller(name="JANE")).name == "JANE"


@checks("name")
@figures(charset="gb18030")
@rung
def test_a_name_in_another_charset(backend: Backend) -> None:
    assert who(backend, Caller(name="王小明".encode("gb18030"))).name == "王小明"


@checks("why no caller ID")
@figures(ring_gone_ms=LONG)
@rung
def test_a_call_without_caller_id_says_why(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.modem.caller.MISSING_AFTER", 0.05)
    backend.call_in(Caller(silent=True))
    missing = backend.heard.wait_for(CallerIdMissing)
    assert missing.reason == "never_came"
    assert "country" in missing.hint
    assert not missing.evidence.certain
    assert not any(told.number or told.name for told in backend.heard.of(CallerId))


@checks("second caller")
@rung
def test_a_second_caller_is_told_and_not_answered(backend: Backend) -> None:
    backend.ring()
    until(lambda: bool(backend.heard.of(CallerId)), "caller ID")
    backend.heard.forget()
    backend.line.answer().wait(backend.patience)
    rings = len(backend.heard.of(Ring))
    backend.call_waits("5550003", "BOB")
    told = backend.heard.wait_for(CallerId)
    assert (told.number, told.name, told.waiting) == ("5550003", "BOB", True)
    assert len(backend.heard.of(Ring)) == rings
    assert backend.ends() == []
    backend.line.hang_up().wait(backend.patience)


@shows_lack_of("second caller")
@rung
def test_a_second_caller_is_not_told(backend: Backend) -> None:
    backend.ring()
    if backend.tells_callers:
        until(lambda: bool(backend.heard.of(CallerId)), "caller ID")
    backend.line.answer().wait(backend.patience)
    backend.call_waits("5550003", "BOB")
    backend.line.hang_up().wait(backend.patience)
    assert len(backend.heard.of(CallerId)) == backend.tells_callers
    assert backend.ends() == [EndReason.LOCAL_HANGUP]


@checks("answer")
@rung
def test_a_call_is_answered(backend: Backend) -> None:
    backend.ring()
    assert backend.line.ringing
    backend.line.answer().wait(backend.patience)
    backend.heard.wait_for(Answered)
    backend.wait_we_answered()
    if backend.sure_of_picking_up:
        until(lambda: backend.heard.of(Answered)[-1].evidence.certain, "certain that it is up")
    assert backend.line.off_hook
    assert not backend.line.ringing
    backend.line.hang_up().wait(backend.patience)
    backend.wait_on_hook()
    assert backend.heard.wait_for(CallEnded).reason is EndReason.LOCAL_HANGUP
    assert len(backend.ends()) == 1


@checks("reject")
@rung
def test_a_call_is_rejected(backend: Backend) -> None:
    backend.ring()
    backend.line.reject().wait(backend.patience)
    backend.wait_on_hook()
    assert backend.ends() == [EndReason.REJECTED]
    assert not backend.line.ringing
    assert backend.heard.of(Answered) == []
