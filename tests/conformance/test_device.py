"""The device: what it is, its end, its loss, its recovery, and what is asked at the wrong time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from hookflash import DeviceState, Operation, operation
from hookflash.errors import BadDigits, CallFailed, CommandTimeout, DeviceLost, WrongState
from hookflash.events import LineLost, LineReady, Recovery
from support.lines import until

from .backend import Backend, Row
from .marks import checks, figures, rung, shows_lack_of
from .states import State, each_state


@checks("identified")
def test_it_is_known_for_what_it_is(closed: Backend, row: Row) -> None:
    closed.open(wait=False)
    ready = closed.heard.wait_for(LineReady)
    line = closed.line
    assert ready.identity == line.identity
    assert ready.identity
    assert closed.profile == row.family or not row.family
    assert line.state is DeviceState.READY
    assert not line.off_hook
    assert not line.ringing


@checks("closed on hook")
@each_state
def test_close_leaves_the_line_on_hook(closed: Backend, state: State) -> None:
    state(closed)
    closed.line.close()
    closed.wait_on_hook()
    closed.line.close()
    assert closed.line.state is DeviceState.CLOSED
    assert closed.heard.of(LineLost) == []


@checks("closed on hook")
def test_close_from_several_threads(backend: Backend) -> None:
    backend.call()
    closers = [threading.Thread(target=backend.line.close) for _ in range(3)]
    for closer in closers:
        closer.start()
    for closer in closers:
        closer.join(backend.patience)
    backend.wait_on_hook()
    assert backend.heard.of(LineLost) == []


@checks("unplug told once")
@each_state
def test_an_unplug_is_told_once(closed: Backend, state: State) -> None:
    state(closed)
    closed.unplug()
    lost = closed.heard.wait_for(LineLost)
    assert lost.code == "device_lost"
    assert closed.line.state is DeviceState.LOST
    assert not closed.line.off_hook
    with pytest.raises(DeviceLost):
        closed.line.dial("1").wait(closed.patience)
    closed.line.close()
    closed.line.close()
    assert len(closed.heard.of(LineLost)) == 1
    assert closed.heard.all()[-1] is lost


@checks("brought back")
@figures(health_check_s=0.1)
def test_a_deaf_modem_is_brought_back(closed: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noticed while idle, before anybody dials."""
    monkeypatch.setattr("hookflash.modem.line.COMMAND_TIMEOUT", 0.15)
    monkeypatch.setattr("hookflash.modem.conversation.SYNC_TIMEOUT", 0.1)
    closed.open()
    closed.deafen()
    first = closed.heard.wait_for(Recovery)
    closed.cure()
    until(lambda: closed.heard.of(Recovery)[-1].helped, "brought back")
    assert not first.helped
    until(lambda: not closed.line.recovering, "done")
    assert closed.line.state is DeviceState.READY
    assert closed.ends() == []
    closed.call()


@shows_lack_of("recovery")
def test_a_device_that_takes_nothing_is_lost(backend: Backend) -> None:
    """It is told, and looked for anew; there is nothing in it to bring back."""
    backend.deafen()
    with pytest.raises(DeviceLost):
        backend.line.dial(backend.answers).wait(backend.patience)
    assert backend.heard.wait_for(LineLost).code == "device_lost"
    assert backend.heard.of(Recovery) == []
    assert backend.ends() == []


# --- asked at the wrong time, or for the wrong thing ----------------------------------------------


@checks("wrong time refused")
def test_what_needs_a_call_is_refused_without(backend: Backend) -> None:
    line = backend.line
    before = len(backend.written)
    verbs: dict[str, Callable[[], Operation]] = {
        "answer": line.answer,
        "reject": line.reject,
        "flash": line.flash,
        "dtmf": lambda: line.send_dtmf("1"),
        "transfer": lambda: line.transfer("1"),
    }
    for name, verb in verbs.items():
        with pytest.raises(WrongState, match=name):
            verb().wait(backend.patience)
    assert len(backend.written) == before


@checks("wrong time refused")
def test_a_dial_in_a_call_is_refused(backend: Backend) -> None:
    backend.call()
    dialled = backend.dialled_lines()
    with pytest.raises(WrongState, match="hang up first"):
        backend.line.dial("1").wait(backend.patience)
    assert backend.dialled_lines() == dialled
    assert backend.ends() == []
    assert backend.line.off_hook


@checks("wrong time refused")
@rung
def test_a_dial_while_it_rings_is_refused(backend: Backend) -> None:
    backend.ring()
    with pytest.raises(WrongState, match="ringing in"):
        backend.line.dial("1").wait(backend.patience)
    assert backend.line.ringing
    backend.line.answer().wait(backend.patience)
    backend.wait_we_answered()


@checks("bad digits kept off")
def test_a_bad_number_never_reaches_the_port(backend: Backend) -> None:
    before = len(backend.written)
    for number in ("", "1;+CFUN=0", "1\r", "1!", "W1", "\u0661", "1" * 40):
        for verb in (backend.line.dial, backend.line.transfer, backend.line.send_dtmf):
            with pytest.raises(BadDigits):
                verb(number)
    backend.line.hang_up().wait(backend.patience)  # all that was queued is done
    assert backend.dialled_in(backend.written[before:]) == []


@checks("too late, not begun")
def test_what_comes_too_late_is_not_begun(closed: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    closed.open(slow=True)
    monkeypatch.setattr(operation, "START_WITHIN", 0.05)
    dial = closed.line.dial(closed.rings_on)
    late = closed.line.dial("999")
    closed.wait_dialled(closed.rings_on)
    if closed.answer_ends_dial:
        threading.Event().wait(0.1)  # this dial has no end of its own, so let the time pass
        closed.far_end_hangs_up()
    try:
        dial.wait(closed.patience)
    except CallFailed:
        assert closed.answer_ends_dial
    with pytest.raises(CommandTimeout, match="not begun"):
        late.wait(closed.patience)
    assert not any(b"999" in line for line in closed.dialled_lines())
