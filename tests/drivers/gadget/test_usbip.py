"""USB/IP messages, as the kernel's document has them."""

from __future__ import annotations

import errno
import random
import struct

import pytest

from hookflash.simulated.usb.usbip import (
    LONGEST,
    BadRequest,
    Decoder,
    Setup,
    Submit,
    Unlink,
    pack_return,
    pack_unlinked,
)

SUBMIT_IN = bytes.fromhex(
    "00000001 00000d05 0001000f 00000001 00000001 00000200 00000040 ffffffff 00000000 00000004"
    "0000000000000000"
)
"""The document's example: interrupt IN, 64 bytes."""

GET_DEVICE = bytes.fromhex(
    "00000001 00000001 00010002 00000001 00000000 00000200 00000040 00000000 00000000 00000000"
    "8006000100004000"
)
WRITE = bytes.fromhex(
    "00000001 00000002 00010002 00000000 00000002 00000000 00000003 00000000 00000000 00000000"
    "0000000000000000 41540d"
)
UNLINK = bytes.fromhex("00000002 00000d06 00010002 00000000 00000000 00000d05") + bytes(24)

COMMANDS = [
    (SUBMIT_IN, Submit(0xD05, 0x1000F, 0x81, 64)),
    (GET_DEVICE, Submit(1, 0x10002, 0, 64, Setup(0x80, 6, 0x0100, 0, 64))),
    (WRITE, Submit(2, 0x10002, 2, 3, None, b"AT\r")),
    (UNLINK, Unlink(0xD06, 0x10002, 0xD05)),
]


@pytest.mark.parametrize(("data", "command"), COMMANDS)
def test_commands(data: bytes, command: Submit | Unlink) -> None:
    assert list(Decoder().feed(data)) == [command]


def test_commands_however_they_are_cut() -> None:
    stream = b"".join(data for data, _ in COMMANDS) * 20
    pick = random.Random(5)
    decoder, seen = Decoder(), []
    while stream:
        size = pick.randint(1, 70)
        seen += list(decoder.feed(stream[:size]))
        stream = stream[size:]
    assert seen == [command for _, command in COMMANDS] * 20
    assert decoder.is_between


def test_a_command_that_is_not_whole_is_waited_for() -> None:
    decoder = Decoder()
    assert list(decoder.feed(WRITE[:-1])) == []
    assert not decoder.is_between
    assert len(list(decoder.feed(WRITE[-1:]))) == 1


def changed(data: bytes, word: int, value: int) -> bytes:
    """With another 32-bit word."""
    out = bytearray(data)
    struct.pack_into(">I", out, 4 * word, value & 0xFFFFFFFF)
    return bytes(out)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"GET / HTTP/1.1\r\n" * 4, "is no command"),
        (bytes(48), "is no command"),
        (changed(WRITE, 0, 3), "is no command"),
        (changed(WRITE, 6, LONGEST + 1), "length of"),
        (changed(WRITE, 6, -1), "length of -1"),
        (changed(SUBMIT_IN, 6, 0x7FFFFFFF), "length of"),
        (changed(SUBMIT_IN, 8, 8), "isochronous"),
        (changed(SUBMIT_IN, 4, 16), "ep 16"),
        (changed(SUBMIT_IN, 3, 2), "direction 2"),
        (changed(GET_DEVICE, 3, 0) + bytes(64), "another way"),
    ],
)
def test_garbage_is_told(data: bytes, says: str) -> None:
    with pytest.raises(BadRequest, match=says):
        list(Decoder().feed(data))


def test_returns() -> None:
    assert (
        pack_return(0xD05, 0, b"\1\2")
        == (bytes.fromhex("00000003 00000d05") + bytes(12) + bytes.fromhex("00000000 00000002"))
        + bytes(20)
        + b"\1\2"
    )
    stalled = pack_return(7, -errno.EPIPE, b"")
    assert len(stalled) == 48
    assert struct.unpack_from(">ii", stalled, 20) == (-32, 0)
    assert struct.unpack_from(">ii", pack_return(7, 0, b"", sent=9), 20) == (0, 9)


def test_unlinked() -> None:
    said = pack_unlinked(0xD06, -errno.ECONNRESET)
    assert said == bytes.fromhex("00000004 00000d06") + bytes(12) + struct.pack(">i", -104) + bytes(
        24
    )
