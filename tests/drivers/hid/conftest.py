"""Fixtures for telephones with a line of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from hookflash.simulated import Exchange
from support.lines import PLAN
from support.telephones import SETTINGS, TIMING, MakePhone, Phone


@pytest.fixture
def make_phone() -> Iterator[MakePhone]:
    """Makes telephones, each on an exchange of its own: model, faults, figures of its line."""
    with ExitStack() as stack:

        def make(model: str = "dual", *faults: str, **figures: Any) -> Phone:
            exchange = Exchange(PLAN, TIMING)
            stack.callback(exchange.close)
            phone = Phone(exchange, model, replace(SETTINGS, **figures), *faults)
            stack.callback(phone.stack.close)
            phone.open()
            return phone

        yield make
