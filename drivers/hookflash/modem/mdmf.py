"""SDMF and MDMF, the two layouts of a caller-ID message, as bytes. Pure.

A message is a type, the length of what follows, the data, and a checksum that the length does not
count: all bytes together sum up to 0 modulo 256. The data of SDMF are one text; those of MDMF are
parameters, each with its own type and length. SOURCE: Bellcore GR-30; ETSI EN 300 659-3; the tables
in spandsp's adsi.h; parameter coding also Dialogic's CAS developer's manual.
"""

import re
from dataclasses import dataclass
from enum import IntEnum


class Type(IntEnum):
    """The message types that concern us."""

    SDMF_CALLER = 0x04
    SDMF_WAITING = 0x06
    MDMF_CALLER = 0x80
    MDMF_WAITING = 0x82


class Parameter(IntEnum):
    """The MDMF parameters that concern us; others are kept by number and do no harm."""

    SENT_AT = 0x01  # MMDDHHMM
    NUMBER = 0x02
    CALLED = 0x03
    NUMBER_ABSENT = 0x04  # one letter
    REDIRECTION = 0x05  # why, not who
    QUALIFIER = 0x06  # L: long distance
    NAME = 0x07
    NAME_ABSENT = 0x08  # one letter
    ROUTE = 0x09
    INDICATOR = 0x0B  # FFh messages are waiting, 00h none
    SECOND_NUMBER = 0x10
    CALL_TYPE = 0x11
    REDIRECTED = 0x1A


HEADER = 2
"""Bytes before the data: type and length."""

LONGEST = HEADER + 255 + 1
"""Bytes of the longest message there can be."""

MESSAGE_WAITING_CALL = b"\x81"
"""Call type: the network's voice mail calls."""

TYPES = frozenset(Type)
_KNOWN = frozenset(Parameter) | {0x0D, 0x13, 0x15, 0x16, 0x20, 0x21, 0x23, 0x50, 0x55}
_DATE = 8
_WAITING = {b"\x42" * 3: b"\xff", b"\x6f" * 3: b"\x00"}
"""SDMF message waiting (GR-30): the same byte three times, 42h on, 6Fh off."""

_NUMBER = re.compile(rb"[0-9*#+]+|[OP]")
_LETTER = re.compile(rb"[A-Z]")
_OCTET = re.compile(rb".", re.DOTALL)
_SHAPES: dict[int, re.Pattern[bytes]] = {
    Parameter.SENT_AT: re.compile(rb"[0-9]{8}"),
    Parameter.NUMBER: _NUMBER,
    Parameter.CALLED: _NUMBER,
    Parameter.NUMBER_ABSENT: _LETTER,
    Parameter.REDIRECTION: _OCTET,
    Parameter.QUALIFIER: _LETTER,
    Parameter.NAME: re.compile(rb"[^\x00-\x1f\x7f]+"),
    Parameter.NAME_ABSENT: _LETTER,
    Parameter.INDICATOR: _OCTET,
    Parameter.SECOND_NUMBER: _NUMBER,
    Parameter.CALL_TYPE: _OCTET,
    Parameter.REDIRECTED: _NUMBER,
}
"""What a value looks like; asked only where there is no checksum to vouch for it."""


@dataclass(frozen=True, slots=True)
class Message:
    """An intact message.

    parameters: types and values in the order they came, unknown ones too. The text of SDMF is told
        as the parameters it stands for.
    checked: a right checksum came with it.
    """

    type: Type
    parameters: tuple[tuple[int, bytes], ...]
    checked: bool

    @property
    def is_caller(self) -> bool:
        """True if it tells who calls, and not that messages wait."""
        return self.type in (Type.SDMF_CALLER, Type.MDMF_CALLER)


def is_checked(data: bytes) -> bool:
    """True if the last byte is the checksum of the others."""
    return sum(data) % 256 == 0


def said_length(data: bytes) -> int:
    """Bytes that the message says it has, its checksum included; 0 while that is not known."""
    return HEADER + data[1] + 1 if len(data) >= HEADER else 0


def is_beginning(data: bytes) -> bool:
    """True if `data` looks like the beginning of a message: type, length, and what comes first."""
    if len(data) < HEADER + 2:
        return False
    length, first, second = data[1:4]
    match data[0]:
        case Type.SDMF_CALLER:
            return length > _DATE and data[2:4].isdigit()
        case Type.SDMF_WAITING:
            return length == 3
        case Type.MDMF_CALLER | Type.MDMF_WAITING:
            return first in _KNOWN and second <= length - 2
    return False


def parameters(data: bytes) -> tuple[tuple[int, bytes], ...] | None:
    """The parameters that fill `data` exactly, or None if they do not."""
    found = []
    at = 0
    while at < len(data):
        if at + 2 > len(data) or at + 2 + data[at + 1] > len(data):
            return None
        end = at + 2 + data[at + 1]
        found.append((data[at], data[at + 2 : end]))
        at = end
    return tuple(found)


def look_right(found: tuple[tuple[int, bytes], ...]) -> bool:
    """True if these are parameters that there are, each once, and their values look so."""
    kinds = [kind for kind, _ in found]
    return (
        bool(found)
        and len(set(kinds)) == len(kinds)
        and _KNOWN.issuperset(kinds)
        and all(shape.fullmatch(value) for kind, value in found if (shape := _SHAPES.get(kind)))
    )


def decode(data: bytes, *, unchecked: bool = True) -> Message | None:
    """The message, or None if it is damaged.

    `data` must be the message and nothing else. With a checksum byte, the checksum must be right
    and the structure whole. Without one, which some modems do not print (Rockwell's example of
    SDMF), it is taken only if `unchecked`, if the structure is complete and exact, and if the
    parameters `look_right`.
    """
    said = said_length(data)
    if len(data) == said and said:
        checked = True
        if not is_checked(data):
            return None
        body = data[HEADER:-1]
    elif len(data) == said - 1 and unchecked:
        checked = False
        if data[0] == Type.SDMF_CALLER and sum(data) % 256 == 1:
            # With a length smaller by one it would be whole and its last byte the checksum: an
            # error in the length, but for one true message in 256. MDMF would have a byte over.
            return None
        body = data[HEADER:]
    else:
        return None
    found = _read(data[0], body)
    if found is None or not (checked or look_right(found)):
        return None
    return Message(Type(data[0]), found, checked)


def _read(kind: int, body: bytes) -> tuple[tuple[int, bytes], ...] | None:
    match kind:
        case Type.SDMF_CALLER if len(body) > _DATE:
            date, number = body[:_DATE], body[_DATE:]
            return ((Parameter.SENT_AT, date), (Parameter.NUMBER, number))
        case Type.SDMF_WAITING if body in _WAITING:
            return ((Parameter.INDICATOR, _WAITING[body]),)
        case Type.MDMF_CALLER | Type.MDMF_WAITING:
            return parameters(body)
    return None
