"""Fixtures that the suites share: a fast exchange, and a modem of its on a tty."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.pty import PtyModem
from support.lines import FAST, FAST_MODEM, PLAN
from usbbench.run import INSIDE

pytest_plugins = ["conformance.plugin"]
if INSIDE in os.environ:
    pytest_plugins.append("support.usbfixtures")


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """An exchange on which a call takes milliseconds."""
    exchange = Exchange(PLAN, FAST)
    yield exchange
    exchange.close()


@pytest.fixture
def modem(exchange: Exchange) -> Iterator[PtyModem]:
    """A V.253 modem of subscriber 1001 on a tty."""
    modem = PtyModem(exchange, timing=FAST_MODEM)
    yield modem
    modem.close()
