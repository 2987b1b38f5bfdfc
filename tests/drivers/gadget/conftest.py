"""Fixtures of the gadget tests: an exchange, and one device plugged into a host in Python."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.usb.acm import AcmModem
from support.lines import FAST, FAST_MODEM
from support.usbhost import Plugged


@pytest.fixture(autouse=True)
def short_partings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host here has nothing under way that a test does not know of."""
    monkeypatch.setattr("hookflash.simulated.usb.connection._QUIET", 0.002)


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(timing=FAST)
    yield exchange
    exchange.close()


@pytest.fixture
def modem(exchange: Exchange) -> AcmModem:
    modem = AcmModem(exchange.line("1001"), "v253")
    modem.modem.timing = FAST_MODEM
    return modem


@pytest.fixture
def plugged(modem: AcmModem) -> Iterator[Plugged]:
    """The modem, plugged in and configured."""
    with Plugged(modem) as plugged:
        plugged.host.configure()
        yield plugged
