"""The packets of Yealink's USB phones: 16 bytes each way. Pure.

SOURCE: linux drivers/input/misc/yealink.h (P1K); T. Reitmayr's out-of-tree yealink module, its
yealink.h (P4K, B2K, B3G); hkarel/ToxPhone src/toxphone/diverter/yealink_protocol.cpp (B2K, B3G).
All are from observation; nothing of it is documented by the maker.
"""

from dataclasses import dataclass
from enum import IntEnum

from ..errors import BadValue

LENGTH = 16
"""Bytes of a packet."""

DATA = 11
"""Data bytes in it."""

BUSY = 0xFD
"""The command byte of a phone that is busy, or had a packet that it did not understand."""


class Command(IntEnum):
    """The first byte. Those from 80h ask; the others tell.

    Replies echo the byte. To what is only told not every model replies: the kernel's module waits
    for no reply, ToxPhone, on B2K and B3G, for each.
    """

    BELL = 0x01
    """B2K, B3G: the bell of the telephone that hangs on it; as long as it is 1."""
    NOTES = 0x02
    """P1K: the notes of its ring tone, at an offset."""
    RINGTONE = 0x03
    LCD = 0x04
    """Segments, at an offset of 0-23."""
    LED = 0x05
    SEIZE = 0x07
    """B2K, B3G: 1 takes the telephone line, 0 gives it back."""
    TONE = 0x09
    """Dial tone in the ear piece."""
    SPEAKER = 0x0C
    """P4K: the loudspeaker."""
    SWITCH = 0x0E
    """B2K, B3G: the telephone that hangs on it is on the PC (0) or on the line (1)."""
    VOLUME = 0x11
    """P1K: of its ring tone."""
    BACKLIGHT = 0x12
    JOIN = 0x14
    """B3G: 1 joins USB sound and the line."""
    EVENTS = 0x80
    """How many key events there were, modulo 256 (or 32)."""
    SCAN_CODE = 0x81
    """The key of an event; the offset says of which."""
    VERSION = 0x87
    HOOK = 0x8B
    """P4K: bit 4 is 0 while its handset is lifted."""
    HANDSET = 0x8D
    """B2K: bit 0 while the line rings, bit 1 while the telephone is lifted."""
    SERIAL = 0x8E

    @property
    def asks(self) -> bool:
        """It has a reply on every model."""
        return self >= 0x80


@dataclass(frozen=True, slots=True)
class Packet:
    """command: a Command or BUSY; any byte in a reply. size: data bytes that count, 1 to 11.

    data: all 11, for replies have been seen to carry more than their size says. offset: 16 bits.
    """

    command: int
    size: int
    offset: int
    data: bytes

    @property
    def used(self) -> bytes:
        """The data that count."""
        return self.data[: self.size]

    def encode(self) -> bytes:
        """The 16 bytes; the last makes the sum of all 0 (modulo 256)."""
        head = bytes((self.command, self.size)) + self.offset.to_bytes(2, "big") + self.data
        return head + bytes((-sum(head) % 256,))

    def __str__(self) -> str:
        return self.encode().hex(" ")


def tell(command: Command, data: bytes, offset: int = 0) -> Packet:
    """A packet that tells these data, 1 to 11 bytes; BadValue if it cannot hold them."""
    if not 1 <= len(data) <= DATA or not 0 <= offset <= 0xFFFF:
        raise BadValue(
            f"packet {command.name}: {len(data)} bytes at {offset}; 1 to {DATA} bytes fit"
        )
    return Packet(command, len(data), offset, data.ljust(DATA, b"\0"))


def ask(command: Command, size: int = 1, offset: int = 0) -> Packet:
    """A packet that asks for `size` bytes."""
    return tell(command, bytes(size), offset)


def decode(data: bytes) -> Packet:
    """The packet in 16 bytes; BadValue if the length, the size or the sum is wrong."""
    if len(data) != LENGTH:
        raise BadValue(f"packet of {len(data)} bytes: it has {LENGTH}")
    if sum(data) % 256:
        raise BadValue(f"packet {data.hex(' ')}: its sum is {sum(data) % 256:02x}, not 00")
    if data[0] != BUSY and not 1 <= data[1] <= DATA:
        raise BadValue(f"packet {data.hex(' ')}: its size is {data[1]}, not 1 to {DATA}")
    return Packet(data[0], data[1], int.from_bytes(data[2:4], "big"), data[4:15])
