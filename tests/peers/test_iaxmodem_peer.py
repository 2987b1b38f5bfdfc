"""Self-tests of the iaxmodem fixture, with nothing of ours on the serial port."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import serial

from peers.iax import Call, IaxPeer, Policy
from peers.iaxmodem import IaxModem, needs_iaxmodem

pytestmark = needs_iaxmodem


class Line:
    """A raw serial port to an iaxmodem with its peer."""

    def __init__(self, peer: IaxPeer, port: serial.Serial) -> None:
        self.peer = peer
        self.port = port

    def read_until(self, end: bytes, timeout: float = 5.0) -> bytes:
        """Read until ``end`` has come, for up to ``timeout`` seconds."""
        self.port.timeout = timeout
        got = bytes(self.port.read_until(end))
        assert got.endswith(end), got
        return got

    def command(self, text: str, end: bytes = b"\r\nOK\r\n") -> bytes:
        """Send one line and return everything up to its result ``end``."""
        self.port.write(text.encode() + b"\r")
        return self.read_until(end)


@pytest.fixture
def line() -> Iterator[Line]:
    """A modem of its own for each test, with the echo off."""
    with IaxPeer() as peer, IaxModem(peer) as modem, serial.Serial(modem.tty) as port:
        line = Line(peer, port)
        assert line.command("ATE0") == b"ATE0\r\r\nOK\r\n"
        yield line


def dial(line: Line, digits: str, end: bytes) -> Call:
    """Dial in fax class 1, where ';' returns to command state with a result."""
    line.command("AT+FCLASS=1")
    assert line.command(f"ATDT{digits};", end) == end
    return line.peer.wait_call()


def test_ring_with_caller_id_answered_and_hung_up(line: Line) -> None:
    line.command("AT+VCID=1")
    call = line.peer.ring_in("5551234567", "JOHN SMITH")
    shown = line.read_until(b"\r\nRING\r\n").split()
    assert b"NMBR=5551234567" in shown
    assert b"NAME=JOHN" in shown
    assert line.command("ATH1") == b"\r\nOK\r\n"
    call.wait_for("answered")
    assert line.command("ATH") == b"\r\nOK\r\n"
    assert call.wait_for("hung_up").detail == "Normal disconnect"


def test_withheld_caller_id_and_rejection(line: Line) -> None:
    line.command("AT+VCID=1")
    call = line.peer.ring_in(None, None)
    shown = line.read_until(b"\r\nRING\r\n")
    assert b"NMBR=<NONE>" in shown
    line.command("ATH")
    call.wait_for("hung_up")
    assert "answered" not in dict(line.peer.kinds())


def test_calls_are_refused_for_five_seconds_after_a_reset(line: Line) -> None:
    line.command("ATZ")
    began = time.monotonic()
    assert line.peer.call_in().wait_for("accepted", "rejected").detail == "Busy"
    line.peer.ring_in()
    assert 4.0 < time.monotonic() - began < 7.0


def test_dial_answered_then_digits_from_the_far_end(line: Line) -> None:
    line.peer.policies["5551212"] = Policy("answer", after=0.2)
    call = dial(line, "5551212", b"\r\nOK\r\n")
    assert call.wait_for("answered").detail == call.number == "5551212"
    call.dtmf("7")
    line.read_until(b"\r\nDTMF=7\r\n")
    line.command("ATH")
    call.wait_for("hung_up")


def test_digits_after_a_comma_arrive_as_dtmf(line: Line) -> None:
    line.command("ATS8=1")
    call = dial(line, "5551212,4*", b"\r\nOK\r\n")
    line.peer.wait_until(lambda: call.digits == "4*")


def test_dial_busy(line: Line) -> None:
    line.peer.policies["17"] = Policy("busy", after=0.1)
    dial(line, "17", b"\r\nBUSY\r\n").wait_for("hung_up")


def test_dial_refused(line: Line) -> None:
    line.peer.policies["21"] = Policy("reject")
    assert dial(line, "21", b"\r\nNO DIALTONE\r\n").over


def test_hanging_up_while_it_rings(line: Line) -> None:
    line.peer.default_policy = Policy("ring")
    line.command("AT+FCLASS=1")
    line.port.write(b"ATDT18;\r")
    call = line.peer.wait_call()
    # iaxmodem sends no HANGUP for a call it does not yet know to be accepted.
    call.wait_for("ringing")
    line.command("ATH")
    call.wait_for("hung_up")


def test_far_end_hangs_up_without_a_word_from_the_modem(line: Line) -> None:
    call = dial(line, "5551212", b"\r\nOK\r\n")
    call.hang_up()
    assert line.command("AT") == b"\r\nOK\r\n"
    assert call.over
