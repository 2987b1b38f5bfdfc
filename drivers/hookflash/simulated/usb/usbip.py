"""USB/IP messages, packed and unpacked. Pure.

Source: Linux, Documentation/usb/usbip_protocol.rst. All numbers are big-endian but those in a
setup packet. The kernel's vhci-hcd is the client and needs no OP_REQ messages: it is handed a
socket.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from ...errors import HookflashError

HEADER_SIZE = 48

LONGEST = 1 << 20
"""Most bytes of one transfer: what a host asks for beyond is taken for garbage. cdc-acm and usbhid
stay below 16 KiB."""

_CMD_SUBMIT, _CMD_UNLINK, _RET_SUBMIT, _RET_UNLINK = 1, 2, 3, 4
_HEAD = struct.Struct(">5I")
_SUBMIT = struct.Struct(">IiiiI8s")
_RETURN = struct.Struct(">5I5i8x")
_UNLINKED = struct.Struct(">5Ii24x")


class BadRequest(HookflashError, ValueError):
    """Bytes from a host that are no USB/IP."""

    code = "bad_usbip"


class To(IntEnum):
    """Request types that go to an interface (USB 2.0, table 9-2): a class's out and in, a standard
    one in."""

    CLASS = 0x21
    CLASS_IN = 0xA1
    STANDARD_IN = 0x81


@dataclass(frozen=True, slots=True)
class Setup:
    """A setup packet (USB 2.0, 9.3)."""

    request_type: int
    request: int
    value: int
    index: int
    length: int

    @classmethod
    def unpack(cls, data: bytes) -> "Setup":
        return cls(*struct.unpack("<BBHHH", data))

    @property
    def is_in(self) -> bool:
        return bool(self.request_type & 0x80)

    def __str__(self) -> str:
        what = f"{self.request_type:02x} {self.request:02x}"
        return f"{what} value {self.value:04x} index {self.index:04x} length {self.length}"


@dataclass(frozen=True, slots=True)
class Submit:
    """A transfer that the host wants done.

    endpoint: its address, bit 7 for IN; 0 for control whichever way. length: bytes that it sends,
    or has room for. setup: for endpoint 0.
    """

    seq: int
    device: int
    endpoint: int
    length: int
    setup: Setup | None = None
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Unlink:
    """The host wants the transfer with the number `victim` no more."""

    seq: int
    device: int
    victim: int


Command = Submit | Unlink


def pack_return(seq: int, status: int, data: bytes, sent: int = 0) -> bytes:
    """RET_SUBMIT. status: 0 or a negative errno. data: of an IN transfer; sent: bytes taken of an
    OUT transfer."""
    return _RETURN.pack(_RET_SUBMIT, seq, 0, 0, 0, status, len(data) or sent, 0, 0, 0) + data


def pack_unlinked(seq: int, status: int) -> bytes:
    """RET_UNLINK. status: -ECONNRESET if the transfer was given up, 0 if it was done before."""
    return _UNLINKED.pack(_RET_UNLINK, seq, 0, 0, 0, status)


@dataclass(slots=True)
class Decoder:
    """Commands out of a byte stream, however it is cut."""

    _buffer: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> Iterator[Command]:
        """Each command that is whole. BadRequest: the stream makes no sense and cannot go on."""
        self._buffer += data
        while (command := self._next()) is not None:
            yield command

    @property
    def is_between(self) -> bool:
        """Nothing is left of a command that is not whole."""
        return not self._buffer

    def _next(self) -> Command | None:
        if len(self._buffer) < HEADER_SIZE:
            return None
        kind, seq, device, direction, endpoint = _HEAD.unpack_from(self._buffer)
        if kind == _CMD_UNLINK:
            (victim,) = struct.unpack_from(">I", self._buffer, _HEAD.size)
            del self._buffer[:HEADER_SIZE]
            return Unlink(seq, device, victim)
        if kind != _CMD_SUBMIT:
            raise BadRequest(f"USB/IP: {kind:#x} is no command; is the peer vhci-hcd?")
        if direction > 1 or endpoint > 15:
            raise BadRequest(f"USB/IP: transfer {seq} has direction {direction}, ep {endpoint}")
        _, length, _, packets, _, raw = _SUBMIT.unpack_from(self._buffer, _HEAD.size)
        if not 0 <= length <= LONGEST:
            raise BadRequest(f"USB/IP: transfer {seq} has a length of {length} bytes")
        if packets > 0:
            raise BadRequest(f"USB/IP: transfer {seq} is isochronous, which no gadget here is")
        setup = Setup.unpack(raw) if endpoint == 0 else None
        carried = 0 if direction else length
        if len(self._buffer) < HEADER_SIZE + carried:
            return None
        payload = bytes(self._buffer[HEADER_SIZE : HEADER_SIZE + carried])
        del self._buffer[: HEADER_SIZE + carried]
        if setup is not None and length and setup.is_in != bool(direction):
            raise BadRequest(f"USB/IP: transfer {seq} goes another way than its setup: {setup}")
        address = endpoint | 0x80 if direction and endpoint else endpoint
        return Submit(seq, device, address, length, setup, payload)
