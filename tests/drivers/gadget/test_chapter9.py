"""Standard requests of USB 2.0, chapter 9, as a host sees them answered."""

from __future__ import annotations

import struct

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.usb.acm import FROM_HOST, NOTICES, TO_HOST, AcmModem
from support.usbhost import STALL, Plugged

GET_STATUS, CLEAR_FEATURE, SET_FEATURE, SET_ADDRESS = 0, 1, 3, 5
GET_CONFIGURATION, SET_CONFIGURATION, GET_INTERFACE, SET_INTERFACE = 8, 9, 10, 11


def parts(configuration: bytes) -> list[bytes]:
    """Descriptors one by one; each says how long it is."""
    found = []
    while configuration:
        assert configuration[0] >= 2
        found.append(configuration[: configuration[0]])
        configuration = configuration[configuration[0] :]
    return found


def test_device_descriptor(plugged: Plugged) -> None:
    device = plugged.host.descriptor(1, length=18)
    assert len(device) == 18
    fields = struct.unpack("<BBHBBBBHHHBBBB", device)
    assert fields == (18, 1, 0x0200, 2, 0, 0, 64, 0x1209, 0x0010, 0x0200, 1, 2, 3, 1)


def test_configuration_hangs_together(plugged: Plugged) -> None:
    configuration = plugged.host.descriptor(2)
    length, interfaces = struct.unpack_from("<HB", configuration, 2)
    assert length == len(configuration)
    found = parts(configuration)
    assert sum(part[1] == 4 for part in found) == interfaces == 2
    assert [part[2] for part in found if part[1] == 5] == [NOTICES, TO_HOST, FROM_HOST]
    assert [part[4] for part in found if part[1] == 4] == [1, 2]
    functions = [part for part in found if part[1] == 0x24]
    assert [part[2] for part in functions] == [0, 1, 2, 6]
    assert functions[3][3:] == bytes([0, 1])  # the union: control, data


def test_a_descriptor_is_cut_to_the_room_there_is(plugged: Plugged) -> None:
    assert plugged.host.descriptor(2, length=9) == plugged.host.descriptor(2)[:9]


def test_strings(plugged: Plugged) -> None:
    host = plugged.host
    assert host.descriptor(3, 0) == bytes([4, 3, 0x09, 0x04])
    texts = []
    for index in (1, 2, 3):
        text = host.descriptor(3, index)
        assert text[0] == len(text)
        texts.append(text[2:].decode("utf-16-le"))
    assert texts == ["hookflash", "Voice modem", "v253-1001"]
    assert host.control(0x80, 6, 0x0304, 0x409, 255).status == STALL


@pytest.mark.parametrize(
    ("request_type", "request_", "value", "index", "asked"),
    [
        (0x80, 6, 0x0600, 0, 10),  # device qualifier: it is full speed
        (0x80, 6, 0x0201, 0, 9),  # a second configuration
        (0x81, 6, 0x2200, 0, 64),  # a report descriptor of a modem
        (0x00, SET_CONFIGURATION, 2, 0, 0),
        (0x00, 7, 0x0100, 0, b"x" * 18),  # SET_DESCRIPTOR
        (0x01, SET_INTERFACE, 1, 0, 0),  # there is no other setting
        (0x01, SET_INTERFACE, 0, 9, 0),
        (0x81, GET_INTERFACE, 0, 9, 1),
        (0x82, GET_STATUS, 0, 0x85, 2),
        (0x02, CLEAR_FEATURE, 0, 0x85, 0),
        (0x02, CLEAR_FEATURE, 1, TO_HOST, 0),
        (0x00, SET_FEATURE, 1, 0, 0),  # remote wakeup
        (0xC0, 1, 0, 0, 8),  # a maker's
        (0x21, 0x99, 0, 0, 0),
        (0x21, 0x22, 3, 1, 0),  # line state of the data interface
        (0x21, 0x20, 0, 0, b"short"),
    ],
)
def test_what_it_does_not_know_stalls(
    plugged: Plugged, request_type: int, request_: int, value: int, index: int, asked: int | bytes
) -> None:
    assert plugged.host.control(request_type, request_, value, index, asked).status == STALL
    assert plugged.host.control(0x80, GET_STATUS, 0, 0, 2).data == b"\1\0"  # and lives on


def test_configuration_is_set_and_unset(plugged: Plugged) -> None:
    host = plugged.host
    assert host.control(0x80, GET_CONFIGURATION, 0, 0, 1).data == b"\1"
    assert host.control(0x00, SET_CONFIGURATION, 0).status == 0
    assert host.control(0x80, GET_CONFIGURATION, 0, 0, 1).data == b"\0"
    assert host.control(0xA1, 0x21, 0, 0, 7).status == STALL  # a class's request
    assert host.wait(host.submit(TO_HOST, 64)).status == STALL
    assert host.write(FROM_HOST, b"AT\r").status == STALL
    assert host.control(0x81, GET_INTERFACE, 0, 0, 1).status == STALL
    assert host.control(0x00, SET_CONFIGURATION, 1).status == 0
    assert host.control(0x81, GET_INTERFACE, 0, 0, 1).data == b"\0"
    assert host.control(0x01, SET_INTERFACE, 0, 1).status == 0


def test_halt(plugged: Plugged) -> None:
    host = plugged.host
    assert host.control(0x82, GET_STATUS, 0, TO_HOST, 2).data == b"\0\0"
    waiting = host.submit(TO_HOST, 64)
    assert host.control(0x02, SET_FEATURE, 0, TO_HOST).status == 0
    assert host.wait(waiting).status == STALL
    assert host.wait(host.submit(TO_HOST, 64)).status == STALL
    assert host.control(0x82, GET_STATUS, 0, TO_HOST, 2).data == b"\1\0"
    assert host.control(0x02, CLEAR_FEATURE, 0, TO_HOST).status == 0
    assert host.control(0x82, GET_STATUS, 0, TO_HOST, 2).data == b"\0\0"
    assert host.control(0x02, SET_FEATURE, 0, FROM_HOST).status == 0
    assert host.write(FROM_HOST, b"AT\r").status == STALL


def test_an_endpoint_that_is_not_there_stalls(plugged: Plugged) -> None:
    assert plugged.host.write(0x05, b"x").status == STALL
    assert plugged.host.wait(plugged.host.submit(0x86, 64)).status == STALL


def test_the_look_at_address_0_is_a_reset_once_it_is_configured(
    plugged: Plugged, modem: AcmModem
) -> None:
    host = plugged.host
    modem.modem.faults |= {"needs_usb_reset", "needs_power_cycle"}
    assert plugged.connection.gadget.resets == 0
    assert host.control(0x80, 6, 0x0100, 0, 18).status == 0
    assert plugged.connection.gadget.resets == 0
    host.descriptor(1, length=64)
    assert plugged.connection.gadget.resets == 1
    assert modem.modem.faults == {"needs_power_cycle"}
    assert host.control(0x80, GET_CONFIGURATION, 0, 0, 1).data == b"\0"
    host.descriptor(1, length=64)  # Linux looks twice: that is still the same reset
    assert plugged.connection.gadget.resets == 1


def test_slow_to_be_found(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash.simulated.usb.gadget.SLOW", 0.02)
    modem = AcmModem(exchange.line("1001"))
    with Plugged(modem, ("slow_enumeration",)) as plugged:
        host = plugged.host
        began = exchange.clock.now()
        waits = [host.submit(0x80, 18, setup=bytes.fromhex("8006000100001200")) for _ in range(3)]
        assert host.unlink(waits[1]) == -104  # within its delay
        assert host.wait(waits[0]).status == host.wait(waits[2]).status == 0
        assert exchange.clock.now() - began >= 0.02
        host.configure()
        assert host.control(0xA1, 0x21, 0, 0, 7).status == 0
        assert not host.done


def test_stalls(exchange: Exchange) -> None:
    with Plugged(AcmModem(exchange.line("1001")), ("stalls",)) as plugged:
        plugged.host.configure()
        assert plugged.host.control(0xA1, 0x21, 0, 0, 7).status == STALL
        assert plugged.host.control(0x80, GET_STATUS, 0, 0, 2).status == 0
