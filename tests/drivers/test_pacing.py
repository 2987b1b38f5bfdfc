"""The two minimums of V.250: the guard before an abort, the gap before a command."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from hookflash import Operation
from hookflash.errors import Aborted
from hookflash.modem import Port, SerialPort
from hookflash.modem.conversation import Conversation
from support.lines import PATIENCE, TappedPort
from support.scripted import ScriptedModem

GUARD = 0.125
"""Seconds (V.250 5.6.1). Written down again: the driver's own figure is what is tested."""


class TimedPort(TappedPort):
    """Notes when each write began and was over, so that a slow test does not look like a pause."""

    def __init__(self, inner: Port, slowness: float = 0.0) -> None:
        super().__init__(inner)
        self.times: list[tuple[bytes, float, float]] = []
        self._slowness = slowness

    def write(self, data: bytes) -> None:
        began = time.monotonic()
        super().write(data)
        while time.monotonic() < began + self._slowness:
            time.sleep(0.001)  # a slow wire, not a wait for anything
        self.times.append((data, began, time.monotonic()))


@pytest.mark.parametrize("slowness", [0.0, 0.06])
def test_no_abort_sooner_than_the_guard_after_the_dial_line(slowness: float) -> None:
    with ScriptedModem() as modem, ThreadPoolExecutor() as pool:
        port = TimedPort(SerialPort(modem.tty), slowness)
        talk = Conversation(port, lambda _: None, lambda _: None, 0.0)
        started = pool.submit(talk.start)
        modem.command(b"ATE1Q0V1", b"\r\nOK\r\n")
        started.result(PATIENCE)
        operation = Operation("dial", "test")
        dial = pool.submit(talk.call_command, "ATD1;", 30.0, operation)
        modem.expect(b"ATD1;\r")
        operation.abort()
        talk.wake()
        modem.expect(b"\r")
        modem.say(b"\r\nNO CARRIER\r\n")
        with pytest.raises(Aborted):
            dial.result(PATIENCE)
        talk.close()
    (dialled, _, over), (abort, began, _) = port.times[-2:]
    assert (dialled, abort) == (b"ATD1;\r", b"\r")
    assert began - over >= GUARD


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_no_command_sooner_than_the_gap_after_a_result(gap: float) -> None:
    """Measured at the modem, from before the result left until after the command came."""
    with ScriptedModem() as modem, ThreadPoolExecutor() as pool:
        talk = Conversation(SerialPort(modem.tty), lambda _: None, lambda _: None, gap)

        def commands() -> None:
            talk.start()
            for number in range(4):
                talk.command(f"AT+A={number}")

        run = pool.submit(commands)
        modem.command(b"ATE1Q0V1")
        said = modem.say(b"\r\nOK\r\n")
        pauses = []
        for number in range(4):
            came = modem.expect(f"AT+A={number}\r".encode())
            pauses.append(came - said)
            modem.say(f"AT+A={number}\r".encode())
            said = modem.say(b"\r\nOK\r\n")
        run.result(PATIENCE)
        talk.close()
    assert min(pauses) >= gap
