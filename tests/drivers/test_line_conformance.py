"""What every line does, over every backend that there is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from hookflash import EndReason, LineState, Operation, operation
from hookflash.errors import (
    Aborted,
    BadDigits,
    CallFailed,
    CommandTimeout,
    DeviceLost,
    WrongState,
)
from hookflash.events import (
    Answered,
    CallEnded,
    CallerId,
    Dialled,
    LineLost,
    LineReady,
    Ring,
    RingingOut,
    RingStopped,
)
from peers.iaxmodem import why_missing
from support.backends import BACKENDS, QUIRKS, Backend
from support.lines import PATIENCE, until


@pytest.fixture(params=BACKENDS)
def closed(request: pytest.FixtureRequest, quick_open: None) -> Iterator[Backend]:
    """A backend whose line is not open yet; skipped if it has a quirk that the test cannot bear."""
    if request.param == "iaxmodem" and (missing := why_missing()):
        pytest.skip(missing)
    backend = BACKENDS[request.param]()
    for mark in request.node.iter_markers("needs_no"):
        for quirk in mark.args:
            assert quirk in QUIRKS, f"unknown quirk {quirk}"
            if quirk in backend.quirks:
                pytest.skip(f"{backend.name} {QUIRKS[quirk]}")
    yield backend
    backend.close()


@pytest.fixture
def backend(closed: Backend) -> Backend:
    """A backend with an open line."""
    closed.open()
    return closed


needs_no = pytest.mark.needs_no


def ring(backend: Backend) -> None:
    backend.call_in()
    backend.heard.wait_for(Ring)


def call(backend: Backend) -> None:
    """Dial, and have it answered."""
    backend.line.dial(backend.answers).wait(PATIENCE)
    backend.wait_far_answered()


def ends(backend: Backend) -> list[EndReason]:
    return [event.reason for event in backend.heard.of(CallEnded)]


# --- opening and dialling -------------------------------------------------------------------------


def test_open_tells_that_it_is_ready_and_what_it_is(closed: Backend) -> None:
    closed.open(wait=False)
    ready = closed.heard.wait_for(LineReady)
    assert ready.identity == closed.line.identity
    assert ready.identity in ("simulated modem", "spandsp")
    assert closed.line.state is LineState.READY
    assert not closed.line.off_hook
    assert not closed.line.ringing


def test_a_dial_that_is_answered(backend: Backend) -> None:
    dial = backend.line.dial(backend.answers)
    backend.wait_dialled(backend.answers)
    dial.wait(PATIENCE)
    assert dial.taken
    backend.heard.wait_for(Dialled)
    backend.wait_far_answered()
    assert backend.line.off_hook
    assert ends(backend) == []


@needs_no("no_tones")
def test_ringback_is_told_once(backend: Backend) -> None:
    backend.line.dial(backend.rings_on).wait(PATIENCE)
    backend.heard.wait_for(Dialled)
    backend.heard.wait_for(RingingOut)
    backend.line.hang_up().wait(PATIENCE)
    assert len(backend.heard.of(RingingOut)) == 1


def test_a_dial_to_a_busy_number(backend: Backend) -> None:
    if "no_tones" in backend.quirks and "answer_ends_dial" not in backend.quirks:
        pytest.skip(f"{backend.name} {QUIRKS['no_tones']}")
    try:
        backend.line.dial(backend.busy).wait(PATIENCE)
    except (CallFailed, Aborted) as error:
        assert isinstance(error, Aborted) or error.reason == "busy"
    assert backend.heard.wait_for(CallEnded).reason is EndReason.BUSY
    backend.wait_on_hook()
    until(lambda: not backend.line.off_hook, "on hook")
    assert ends(backend) == [EndReason.BUSY]


def test_a_dial_without_dial_tone(backend: Backend) -> None:
    number = backend.no_dial_tone()
    with pytest.raises(CallFailed) as caught:
        backend.line.dial(number).wait(PATIENCE)
    assert caught.value.reason == "no_dial_tone"
    assert backend.heard.wait_for(CallEnded).reason is EndReason.NO_DIAL_TONE
    assert backend.heard.of(Dialled) == []
    backend.wait_on_hook()
    until(lambda: not backend.line.off_hook, "on hook")


# --- hanging up in every state --------------------------------------------------------------------


def dialling(backend: Backend) -> None:
    backend.open(slow=True)
    backend.line.dial(backend.rings_on)
    until(lambda: bool(backend.dialled_lines()), "the dial is out")
    if "answer_ends_dial" in backend.quirks:
        backend.wait_dialled(backend.rings_on)


def ringing_out(backend: Backend) -> None:
    backend.open()
    backend.line.dial(backend.rings_on)
    backend.wait_dialled(backend.rings_on)


def active(backend: Backend) -> None:
    backend.open()
    call(backend)


def idle(backend: Backend) -> None:
    backend.open()


def ringing_in(backend: Backend) -> None:
    if "late_calls" in backend.quirks:
        pytest.skip(f"{backend.name} {QUIRKS['late_calls']}")
    backend.open()
    ring(backend)


def answered(backend: Backend) -> None:
    ringing_in(backend)
    backend.line.answer().wait(PATIENCE)


STATES = [idle, dialling, ringing_out, active, ringing_in, answered]
ENDS = {state.__name__: [EndReason.LOCAL_HANGUP] for state in STATES}
ENDS["idle"] = []
ENDS["ringing_in"] = [EndReason.REJECTED]
each_state = pytest.mark.parametrize("state", STATES)
State = Callable[[Backend], None]


@each_state
def test_hang_up_leaves_the_line_on_hook_and_idle(closed: Backend, state: State) -> None:
    state(closed)
    closed.line.hang_up().wait(PATIENCE)
    closed.wait_on_hook()
    assert not closed.line.off_hook
    assert not closed.line.ringing
    wanted = ENDS[state.__name__]
    assert ends(closed) == wanted
    closed.line.hang_up().wait(PATIENCE)
    assert ends(closed) == wanted
    call(closed)


@each_state
def test_close_leaves_the_line_on_hook(closed: Backend, state: State) -> None:
    state(closed)
    closed.line.close()
    closed.wait_on_hook()
    closed.line.close()
    assert closed.line.state is LineState.CLOSED
    assert closed.heard.of(LineLost) == []


@each_state
def test_an_unplug_is_told_once(closed: Backend, state: State) -> None:
    state(closed)
    closed.unplug()
    lost = closed.heard.wait_for(LineLost)
    assert lost.code == "device_lost"
    assert closed.line.state is LineState.LOST
    assert not closed.line.off_hook
    with pytest.raises(DeviceLost):
        closed.line.dial("1").wait(PATIENCE)
    closed.line.close()
    closed.line.close()
    assert len(closed.heard.of(LineLost)) == 1
    assert closed.heard.all()[-1] is lost


def test_close_from_several_threads(backend: Backend) -> None:
    call(backend)
    closers = [threading.Thread(target=backend.line.close) for _ in range(3)]
    for closer in closers:
        closer.start()
    for closer in closers:
        closer.join(PATIENCE)
    backend.wait_on_hook()
    assert backend.heard.of(LineLost) == []


def test_hang_up_twice_is_one_operation(backend: Backend) -> None:
    call(backend)
    first, second = backend.line.hang_up(), backend.line.hang_up()
    assert first is second or first.done()
    second.wait(PATIENCE)
    assert ends(backend) == [EndReason.LOCAL_HANGUP]


# --- calls that come in ---------------------------------------------------------------------------


def test_a_call_comes_in_and_is_answered(backend: Backend) -> None:
    backend.call_in("5559876", "JANE")
    ringing = backend.heard.wait_for(Ring)
    assert ringing.count == 1
    until(lambda: bool(backend.heard.of(CallerId)), "caller ID")
    caller = backend.heard.of(CallerId)[-1]
    assert (caller.number, caller.name, caller.absent) == ("5559876", "JANE", "")
    assert backend.line.ringing
    answer = backend.line.answer()
    answer.wait(PATIENCE)
    backend.heard.wait_for(Answered)
    backend.wait_we_answered()
    assert backend.line.off_hook
    assert not backend.line.ringing
    backend.line.hang_up().wait(PATIENCE)
    backend.wait_on_hook()
    assert ends(backend) == [EndReason.LOCAL_HANGUP]


@needs_no("late_calls")
def test_rings_are_counted_and_begin_anew(backend: Backend) -> None:
    backend.call_in()
    assert [backend.heard.wait_for(Ring).count for _ in range(3)] == [1, 2, 3]
    backend.caller_gives_up()
    backend.heard.wait_for(RingStopped)
    backend.call_in("5550000", "OTHER")
    assert backend.heard.wait_for(Ring).count == 1
    assert backend.heard.wait_for(CallerId).number == "5550000"


@needs_no("late_calls")
def test_a_caller_without_a_number(backend: Backend) -> None:
    backend.call_in("", "CALLER")
    caller = backend.heard.wait_for(CallerId)
    assert (caller.number, caller.absent) == ("", "unavailable")


def test_a_call_is_rejected(backend: Backend) -> None:
    ring(backend)
    backend.line.reject().wait(PATIENCE)
    backend.wait_on_hook()
    assert ends(backend) == [EndReason.REJECTED]
    assert not backend.line.ringing
    assert backend.heard.of(Answered) == []


def test_a_caller_gives_up(backend: Backend) -> None:
    ring(backend)
    backend.caller_gives_up()
    stopped = backend.heard.wait_for(RingStopped)
    assert not stopped.evidence.certain
    assert not backend.line.ringing
    with pytest.raises(WrongState):
        backend.line.answer().wait(PATIENCE)


@needs_no("ends_unheard")
@pytest.mark.parametrize("state", [active, answered])
def test_the_far_end_hangs_up(closed: Backend, state: State) -> None:
    state(closed)
    closed.far_end_hangs_up()
    assert closed.heard.wait_for(CallEnded).reason is EndReason.FAR_HANGUP
    closed.wait_on_hook()
    until(lambda: not closed.line.off_hook, "on hook")
    assert ends(closed) == [EndReason.FAR_HANGUP]
    call(closed)


# --- asked at the wrong time ----------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["answer", "reject", "flash", "dtmf", "transfer"])
def test_what_needs_a_call_is_refused_without(backend: Backend, verb: str) -> None:
    line = backend.line
    before = len(backend.port.written)
    verbs: dict[str, Callable[[], Operation]] = {
        "answer": line.answer,
        "reject": line.reject,
        "flash": line.flash,
        "dtmf": lambda: line.send_dtmf("1"),
        "transfer": lambda: line.transfer("1"),
    }
    with pytest.raises(WrongState, match=verb):
        verbs[verb]().wait(PATIENCE)
    assert len(backend.port.written) == before


def test_a_dial_in_a_call_is_refused(backend: Backend) -> None:
    call(backend)
    dialled = backend.dialled_lines()
    with pytest.raises(WrongState, match="hang up first"):
        backend.line.dial("1").wait(PATIENCE)
    assert backend.dialled_lines() == dialled
    assert ends(backend) == []
    assert backend.line.off_hook


@needs_no("late_calls")
def test_a_dial_while_it_rings_is_refused(backend: Backend) -> None:
    ring(backend)
    with pytest.raises(WrongState, match="ringing in"):
        backend.line.dial("1").wait(PATIENCE)
    assert backend.line.ringing
    backend.line.answer().wait(PATIENCE)
    backend.wait_we_answered()


@pytest.mark.parametrize("number", ["", "1;+CFUN=0", "1\r", "1!", "W1", "\u0661", "1" * 40])
def test_a_bad_number_never_reaches_the_port(backend: Backend, number: str) -> None:
    before = len(backend.port.written)
    for verb in (backend.line.dial, backend.line.transfer, backend.line.send_dtmf):
        with pytest.raises(BadDigits):
            verb(number)
    backend.line.hang_up().wait(PATIENCE)  # all that was queued is done
    written = b"".join(backend.port.written[before:])
    assert b"ATD" not in written
    assert b"VTS" not in written


def test_what_comes_too_late_is_not_begun(closed: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    closed.open(slow=True)
    monkeypatch.setattr(operation, "START_WITHIN", 0.05)
    dial = closed.line.dial(closed.rings_on)
    late = closed.line.dial("999")
    closed.wait_dialled(closed.rings_on)
    if "answer_ends_dial" in closed.quirks:
        threading.Event().wait(0.1)  # this dial has no end of its own, so let the time pass
        closed.far_end_hangs_up()
    try:
        dial.wait(PATIENCE)
    except CallFailed:
        assert "answer_ends_dial" in closed.quirks
    with pytest.raises(CommandTimeout, match="not begun"):
        late.wait(PATIENCE)
    assert not any(b"999" in line for line in closed.dialled_lines())
