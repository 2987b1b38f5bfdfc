"""Fixtures of the driver tests: a leak check, a fast exchange, open lines on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.modem import ModemTiming
from support.leaks import no_leaks
from support.lines import FAST_MODEM, PATIENCE, QUICK, Bench, MakeBench


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread or a file descriptor behind."""
    with no_leaks():
        yield


@pytest.fixture
def quick_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open lines without the silence for late answers: nobody here answers late.

    And count each RING: on a fast exchange they come every 50 ms, like one that is said twice.
    """
    monkeypatch.setattr("hookflash.modem.conversation.QUIET", 0.01)
    monkeypatch.setattr("hookflash.modem.cadence.DOUBLED", 0.0)


@pytest.fixture
def make_bench(exchange: Exchange, quick_open: None) -> Iterator[MakeBench]:
    """Open lines on an in-process simulated modem."""
    with ExitStack() as stack:

        def make(timing: ModemTiming = FAST_MODEM, dialect: str = "v253", **figures: Any) -> Bench:
            bench = Bench(exchange, replace(QUICK, **figures), timing, dialect)
            stack.callback(bench.line.close)
            bench.line.open().wait(PATIENCE)
            return bench

        yield make


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    """An open V.253 line on an in-process simulated modem."""
    return make_bench()
