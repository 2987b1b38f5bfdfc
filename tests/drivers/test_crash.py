"""A program that dies in a call: the line does not stay off hook."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.pty import PtyModem
from support.lines import FAST_MODEM, PATIENCE, Watch, serial_line

CALLER = """
import sys, time
from hookflash import open_line
line = open_line(sys.argv[1])
line.open().wait(20)
line.dial("100").wait(20)
time.sleep(3600)
"""


@pytest.fixture
def modem(exchange: Exchange) -> Iterator[PtyModem]:
    modem = PtyModem(exchange, timing=FAST_MODEM)
    yield modem
    modem.close()


def die_in_a_call(modem: PtyModem, exchange: Exchange, when: str = "far_answered") -> None:
    """Have a program killed when the exchange has noted `when`."""
    child = subprocess.Popen(
        [sys.executable, "-c", CALLER, modem.tty],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        cwd="/",
    )
    try:
        exchange.wait_for(when, timeout=PATIENCE)
    finally:
        child.kill()
        child.wait(PATIENCE)


@pytest.mark.parametrize("when", ["off_hook", "dialled", "far_answered"])
def test_the_line_goes_on_hook_when_its_program_is_killed(
    modem: PtyModem, exchange: Exchange, when: str
) -> None:
    die_in_a_call(modem, exchange, when)
    Watch(exchange).until(lambda: not exchange.line("1001").is_off_hook)


def test_a_modem_that_ignores_dtr_is_put_on_hook_when_next_opened(
    modem: PtyModem, exchange: Exchange
) -> None:
    modem.modem.faults = {"ignores_dtr"}
    die_in_a_call(modem, exchange)
    subscriber = exchange.line("1001")
    assert subscriber.is_off_hook, "that is the fault"
    line = serial_line(modem.tty)
    line.open().wait(PATIENCE)
    assert not subscriber.is_off_hook
    line.dial("1234").wait(PATIENCE)
    exchange.wait_for("far_answered", "1234", PATIENCE)
    line.close()
    Watch(exchange).until(lambda: not subscriber.is_off_hook)
