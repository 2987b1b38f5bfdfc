"""USB descriptors, written from a readable description. Pure.

Sources: USB 2.0, 9.5 and 9.6 (tables 9-8 to 9-16); CDC 1.2, 5.2.3; CDC PSTN 1.2, 5.3; HID 1.11,
6.2.1.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

FULL_SPEED_PACKET = 64
"""Most bytes in a packet of a full-speed control, bulk or interrupt endpoint (USB 2.0, 5.5 on)."""

_US_ENGLISH = 0x0409
_SELF_POWERED, _RESERVED_ONE = 0x40, 0x80


class Kind(IntEnum):
    """Types of descriptors (USB 2.0, table 9-5; HID 1.11, 7.1; CDC 1.2, table 12)."""

    DEVICE = 1
    CONFIGURATION = 2
    STRING = 3
    INTERFACE = 4
    ENDPOINT = 5
    HID = 0x21
    HID_REPORT = 0x22
    CS_INTERFACE = 0x24


class Ways(IntEnum):
    """How an endpoint transfers (USB 2.0, table 9-13)."""

    BULK = 2
    INTERRUPT = 3


class Standard(IntEnum):
    """Standard requests (USB 2.0, table 9-4)."""

    GET_STATUS = 0
    CLEAR_FEATURE = 1
    SET_FEATURE = 3
    SET_ADDRESS = 5
    GET_DESCRIPTOR = 6
    GET_CONFIGURATION = 8
    SET_CONFIGURATION = 9
    GET_INTERFACE = 10
    SET_INTERFACE = 11


class Recipient(IntEnum):
    """Whom a request is for (USB 2.0, table 9-2)."""

    DEVICE = 0
    INTERFACE = 1
    ENDPOINT = 2


@dataclass(frozen=True, slots=True)
class Endpoint:
    """address: with bit 7 for IN. interval: ms at full speed, 0 for bulk."""

    address: int
    ways: Ways
    packet: int = FULL_SPEED_PACKET
    interval: int = 0

    def pack(self) -> bytes:
        return struct.pack(
            "<BBBBHB", 7, Kind.ENDPOINT, self.address, self.ways, self.packet, self.interval
        )


@dataclass(frozen=True, slots=True)
class Interface:
    """number: as the device counts. extra: class descriptors, between it and its endpoints."""

    number: int
    usb_class: int
    subclass: int = 0
    protocol: int = 0
    endpoints: tuple[Endpoint, ...] = ()
    extra: bytes = b""

    def pack(self) -> bytes:
        head = struct.pack(
            "<9B",
            *(9, Kind.INTERFACE, self.number, 0, len(self.endpoints)),
            *(self.usb_class, self.subclass, self.protocol, 0),
        )
        return head + self.extra + b"".join(endpoint.pack() for endpoint in self.endpoints)


@dataclass(frozen=True, slots=True)
class Device:
    """What a device says of itself, in one configuration. release: bcdDevice, 0x0214 is 2.14."""

    vendor: int
    product: int
    manufacturer: str
    name: str
    serial: str
    interfaces: tuple[Interface, ...]
    release: int = 0x0200
    usb_class: int = 0

    @property
    def ids(self) -> str:
        return f"{self.vendor:04x}:{self.product:04x}"

    def device(self) -> bytes:
        """The device descriptor, 18 bytes."""
        return struct.pack(
            "<BBHBBBBHHHBBBB",
            *(18, Kind.DEVICE, 0x0200, self.usb_class, 0, 0, FULL_SPEED_PACKET),
            *(self.vendor, self.product, self.release, 1, 2, 3 if self.serial else 0, 1),
        )

    def configuration(self) -> bytes:
        """The configuration descriptor with all that belongs to it."""
        body = b"".join(interface.pack() for interface in self.interfaces)
        attributes = _RESERVED_ONE | _SELF_POWERED
        return (
            struct.pack(
                "<BBHBBBBB",
                *(9, Kind.CONFIGURATION, 9 + len(body), len(self.interfaces), 1, 0, attributes, 0),
            )
            + body
        )

    def string(self, index: int) -> bytes | None:
        """A string descriptor; 0 are the languages; None: there is no such string."""
        if index == 0:
            return struct.pack("<BBH", 4, Kind.STRING, _US_ENGLISH)
        texts = (self.manufacturer, self.name, self.serial)
        if index > len(texts) or not texts[index - 1]:
            return None
        text = texts[index - 1].encode("utf-16-le")[:252]
        return bytes([2 + len(text), Kind.STRING]) + text


def hid_descriptor(report_descriptor: bytes) -> bytes:
    """The HID descriptor of a device with one report descriptor (HID 1.11, 6.2.1)."""
    return struct.pack(
        "<BBHBBBH", 9, Kind.HID, 0x0111, 0, 1, Kind.HID_REPORT, len(report_descriptor)
    )


def acm_functions(control: int, data: int) -> bytes:
    """The functional descriptors of an ACM modem (CDC 1.2, 5.2.3; PSTN 1.2, 5.3).

    It takes line coding, line state and break itself (D1, D2); there is no call management by
    requests: a modem has AT commands for that.
    """
    return (
        struct.pack("<BBBH", 5, Kind.CS_INTERFACE, 0x00, 0x0110)  # header, CDC 1.1
        + bytes([5, Kind.CS_INTERFACE, 0x01, 0x00, data])  # call management
        + bytes([4, Kind.CS_INTERFACE, 0x02, 0x06])  # abstract control management
        + bytes([5, Kind.CS_INTERFACE, 0x06, control, data])  # union
    )
