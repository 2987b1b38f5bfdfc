"""A simulated modem behind CDC-ACM: its bytes, its circuits, its power."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.usb.acm import FROM_HOST, NOTICES, TO_HOST, AcmModem
from support.usbhost import RESET, Plugged, UsbHost

DTR_RTS, RTS, NONE = 3, 2, 0
READY, CARRIER, RING = 2, 1, 8


def line_state(host: UsbHost, value: int) -> None:
    assert host.control(0x21, 0x22, value).status == 0


def command(host: UsbHost, text: bytes, ends: bytes = b"OK\r\n") -> bytes:
    """Write a command line and read until its answer has come."""
    assert host.write(FROM_HOST, text).sent == len(text)
    said = b""
    while not said.endswith(ends):
        said += host.read(TO_HOST)
    return said


def serial_state(host: UsbHost) -> int:
    notice = host.read(NOTICES, 16)
    assert notice[:8] == bytes.fromhex("a120000000000200")
    (state,) = struct.unpack("<H", notice[8:])
    return int(state)


def test_at_commands(plugged: Plugged) -> None:
    line_state(plugged.host, DTR_RTS)
    assert command(plugged.host, b"AT\r") == b"AT\r\r\nOK\r\n"
    assert b"8" in command(plugged.host, b"AT+FCLASS=?\r")


def test_line_coding(plugged: Plugged, modem: AcmModem) -> None:
    coding = struct.pack("<IBBB", 57600, 2, 1, 7)
    assert plugged.host.control(0x21, 0x20, 0, 0, coding).sent == 7
    assert plugged.host.control(0xA1, 0x21, 0, 0, 7).data == coding
    assert (modem.coding.rate, modem.coding.stop, modem.coding.parity, modem.coding.bits) == (
        *(57600, 2, 1, 7),
    )


def test_break_and_line_state(plugged: Plugged, modem: AcmModem) -> None:
    line_state(plugged.host, DTR_RTS)
    assert modem.dtr
    assert modem.rts
    line_state(plugged.host, RTS)
    assert not modem.dtr
    assert plugged.host.control(0x21, 0x23, 0xFFFF).status == 0
    assert plugged.host.control(0x21, 0x23, 0).status == 0
    assert modem.breaks == 1


def test_bytes_neither_get_lost_nor_change_places(plugged: Plugged, modem: AcmModem) -> None:
    pick = random.Random(3)
    data = bytes(pick.randrange(256) for _ in range(30_000))
    line_state(plugged.host, DTR_RTS)
    asked = [plugged.host.submit(TO_HOST, 128) for _ in range(16)]
    sent, said = 0, b""
    while len(said) < len(data):
        size = pick.randint(1, 2000)
        with modem.exchange.lock:
            modem.send_to_host(data[sent : sent + size])
        sent += size
        while len(said) < min(sent, len(data)):
            said += plugged.host.wait(asked.pop(0)).data
            asked.append(plugged.host.submit(TO_HOST, 128))
    assert said == data


def test_a_halt_loses_nothing(plugged: Plugged, modem: AcmModem) -> None:
    """cdc-acm gives up its transfers, clears the halt and asks again: that is no closing."""
    line_state(plugged.host, DTR_RTS)
    asked = [plugged.host.submit(TO_HOST, 64) for _ in range(3)]
    plugged.host.settle()
    with modem.exchange.lock:
        modem.send_to_host(b"before")
        plugged.connection.gadget.halt(TO_HOST)
        modem.send_to_host(b"after")
    assert plugged.host.wait(asked[0]).data == b"before"
    assert [plugged.host.wait(seq).status for seq in asked[1:]] == [-32, -32]
    assert plugged.host.control(0x02, 1, 0, TO_HOST).status == 0
    assert plugged.host.read(TO_HOST) == b"after"


def test_what_is_said_while_nobody_has_it_open_is_lost(plugged: Plugged, modem: AcmModem) -> None:
    with modem.exchange.lock:
        modem.send_to_host(b"too soon")
    asked = plugged.host.submit(TO_HOST, 64)
    line_state(plugged.host, DTR_RTS)
    with modem.exchange.lock:
        modem.send_to_host(b"now")
    assert plugged.host.wait(asked).data == b"now"


def test_closing_is_a_drop_of_dtr_and_the_end_of_asking(plugged: Plugged, modem: AcmModem) -> None:
    host = plugged.host
    line_state(host, DTR_RTS)
    command(host, b"AT&D2H1\r")
    assert modem.modem.line.is_off_hook
    modem.modem.faults.add("needs_reopen")
    asked = [host.submit(TO_HOST, 64) for _ in range(2)]
    line_state(host, NONE)
    assert "needs_reopen" in modem.modem.faults
    assert [host.unlink(seq) for seq in asked] == [RESET, RESET]
    assert modem.modem.faults == set()
    line_state(host, DTR_RTS)
    assert command(host, b"AT\r") == b"AT\r\r\nOK\r\n"


def test_the_drop_of_dtr_hangs_up(plugged: Plugged, modem: AcmModem) -> None:
    line_state(plugged.host, DTR_RTS)
    command(plugged.host, b"AT&D2H1\r")
    line_state(plugged.host, RTS)
    assert not modem.modem.line.is_off_hook


def test_ring_and_carrier(plugged: Plugged, modem: AcmModem) -> None:
    host = plugged.host
    assert serial_state(host) == READY
    modem.exchange.call("1001", "5551234", rings=1)
    assert serial_state(host) == READY | RING
    assert serial_state(host) == READY
    modem.set_carrier(True)
    assert serial_state(host) == READY | CARRIER


def test_picking_up_ends_the_ring(exchange: Exchange) -> None:
    exchange.timing = type(exchange.timing)(ring_on=1000.0)
    modem = AcmModem(exchange.line("1001"))
    with Plugged(modem) as plugged:
        plugged.host.configure()
        line_state(plugged.host, DTR_RTS)
        assert serial_state(plugged.host) == READY
        exchange.call("1001", "5551234")
        assert serial_state(plugged.host) == READY | RING
        command(plugged.host, b"ATH1\r")
        assert serial_state(plugged.host) == READY


def test_only_the_latest_states_are_kept_for_who_asks_late(
    plugged: Plugged, modem: AcmModem
) -> None:
    for on in (True, False) * 5:
        modem.set_carrier(on)
    assert [serial_state(plugged.host) & CARRIER for _ in range(2)] == [1, 0]


def pull(plugged: Plugged) -> None:
    plugged.connection.close()


def vanish(plugged: Plugged) -> None:
    plugged.connection.gadget.faults.add("vanishes")
    plugged.host.submit(FROM_HOST, data=b"ATH0\r")


def leave(plugged: Plugged) -> None:
    plugged.host.end.close()


@pytest.mark.parametrize("how", [pull, vanish, leave])
def test_without_power_it_is_on_hook(
    plugged: Plugged, modem: AcmModem, how: Callable[[Plugged], None]
) -> None:
    line_state(plugged.host, DTR_RTS)
    command(plugged.host, b"ATE0H1\r")
    for _ in range(4):
        plugged.host.submit(TO_HOST, 64)
    assert modem.modem.line.is_off_hook
    how(plugged)
    plugged.ended()
    assert not modem.modem.line.is_off_hook
    assert not modem.modem.powered
    assert plugged.connection.error is None
    if how is not leave:
        with pytest.raises(EOFError):
            plugged.host.wait(99)


def test_replugged_it_is_as_new(modem: AcmModem) -> None:
    for _ in range(3):
        with Plugged(modem) as plugged:
            plugged.host.configure()
            line_state(plugged.host, DTR_RTS)
            assert command(plugged.host, b"AT\r") == b"AT\r\r\nOK\r\n"  # with echo
            command(plugged.host, b"ATE0\r")
            assert command(plugged.host, b"AT\r") == b"\r\nOK\r\n"
