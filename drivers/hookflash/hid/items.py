"""Items: the words that a report descriptor is made of (HID 1.11, 5.2 to 5.4 and 6.2.2)."""

from collections.abc import Iterator

LONG = 0xFE
"""The prefix of a long item (6.2.2.3); none is defined, so that each is passed over."""


class Tag:
    """Prefixes of short items, without the two bits for the length of their data (6.2.2.4 to 8)."""

    INPUT = 0x80
    OUTPUT = 0x90
    COLLECTION = 0xA0
    FEATURE = 0xB0
    END_COLLECTION = 0xC0

    USAGE_PAGE = 0x04
    LOGICAL_MINIMUM = 0x14
    LOGICAL_MAXIMUM = 0x24
    PHYSICAL_MINIMUM = 0x34
    PHYSICAL_MAXIMUM = 0x44
    UNIT_EXPONENT = 0x54
    UNIT = 0x64
    REPORT_SIZE = 0x74
    REPORT_ID = 0x84
    REPORT_COUNT = 0x94
    PUSH = 0xA4
    POP = 0xB4

    USAGE = 0x08
    USAGE_MINIMUM = 0x18
    USAGE_MAXIMUM = 0x28
    DESIGNATOR_INDEX = 0x38
    DESIGNATOR_MINIMUM = 0x48
    DESIGNATOR_MAXIMUM = 0x58
    STRING_INDEX = 0x78
    STRING_MINIMUM = 0x88
    STRING_MAXIMUM = 0x98
    DELIMITER = 0xA8


DESCRIBING = frozenset(
    {
        Tag.DESIGNATOR_INDEX,
        Tag.DESIGNATOR_MINIMUM,
        Tag.DESIGNATOR_MAXIMUM,
        Tag.STRING_INDEX,
        Tag.STRING_MINIMUM,
        Tag.STRING_MAXIMUM,
    }
)
"""Items about body parts and texts: they change neither layout nor meaning."""


Item = tuple[int, int, int, int]
"""Place of the first byte; tag as in `Tag`, or LONG; bytes of data; the data, unsigned. Of a long
item the last is its tag."""


class CutItem(ValueError):
    """The data end within an item. at: where it begins."""

    def __init__(self, at: int) -> None:
        super().__init__(f"the item at byte {at} goes beyond the end")
        self.at = at


def as_signed(value: int, bits: int) -> int:
    """What `bits` bits mean as two's complement; 0 bits are 0."""
    return value - (1 << bits) if bits and value >> (bits - 1) else value


def read_items(data: bytes) -> Iterator[Item]:
    """The items one by one; CutItem where the last one is not whole."""
    at, end = 0, len(data)
    while at < end:
        prefix = data[at]
        if prefix == LONG:
            after = at + 3 + (data[at + 1] if at + 1 < end else 0)
            if after > end:
                raise CutItem(at)
            yield at, LONG, data[at + 1], data[at + 2]
        else:
            size = (0, 1, 2, 4)[prefix & 3]
            after = at + 1 + size
            if after > end:
                raise CutItem(at)
            value = data[at + 1] if size == 1 else int.from_bytes(data[at + 1 : after], "little")
            yield at, prefix & 0xFC, size, value
        at = after
