"""Fixtures for simulated Yealink phones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from hookflash.simulated import Exchange
from support.lines import FAST, PLAN, QUICK
from support.yealinks import MakeYealink, Yealink

SETTINGS = replace(QUICK, flash_ms=100, flash_window=(80, 300), ring_gone_ms=300)
TIMING = replace(FAST, complete=0.05, ring_on=0.06, ring_off=0.06)
"""Rings long enough to be seen by who looks as often as the drivers do here."""


@pytest.fixture
def make_yealink(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeYealink]:
    """Makes phones, each on an exchange of its own: model, faults, figures of its line."""
    monkeypatch.setattr("hookflash.usb.yealink_link.RESTING", 0.01)
    monkeypatch.setattr("hookflash.usb.yealink_link.AWAKE", 0.005)
    monkeypatch.setattr("hookflash.usb.yealink_line.ONE_RING", 0.03)
    with ExitStack() as stack:

        def make(model: str = "p1k", *faults: str, **figures: Any) -> Yealink:
            exchange = Exchange(PLAN, TIMING)
            stack.callback(exchange.close)
            phone = Yealink(exchange, model, replace(SETTINGS, **figures), *faults)
            stack.callback(phone.stack.close)
            return phone

        yield make
