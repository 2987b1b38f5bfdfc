"""The states a line can be in, and how a test gets it there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hookflash import EndReason
from support.lines import until

from .backend import Backend
from .marks import rung

State = Callable[[Backend], None]


def idle(backend: Backend) -> None:
    backend.open()


def dialling(backend: Backend) -> None:
    backend.open(slow=True)
    backend.line.dial(backend.rings_on)
    until(lambda: bool(backend.dialled_lines()), "the dial is out")
    if backend.answer_ends_dial:
        backend.wait_dialled(backend.rings_on)


def ringing_out(backend: Backend) -> None:
    backend.open()
    backend.line.dial(backend.rings_on)
    backend.wait_dialled(backend.rings_on)


def active(backend: Backend) -> None:
    backend.open()
    backend.call()


def ringing_in(backend: Backend) -> None:
    backend.open()
    backend.ring()


def answered(backend: Backend) -> None:
    backend.open()
    backend.take_call()


STATES: dict[State, list[EndReason]] = {
    idle: [],
    dialling: [EndReason.LOCAL_HANGUP],
    ringing_out: [EndReason.LOCAL_HANGUP],
    active: [EndReason.LOCAL_HANGUP],
    ringing_in: [EndReason.REJECTED],
    answered: [EndReason.LOCAL_HANGUP],
}
"""All of them, and how our hanging up ends the call."""

each_state = pytest.mark.parametrize(
    "state",
    [pytest.param(one, marks=rung if one in (ringing_in, answered) else ()) for one in STATES],
)
