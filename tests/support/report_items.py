"""Report descriptors written item by item, each in the fewest bytes unless told otherwise."""

from __future__ import annotations

from hookflash.hid.descriptor import ReportDescriptor, parse
from hookflash.hid.items import Tag
from hookflash.hid.report import Field

DATA, CONSTANT = 0, 1
ARRAY, VARIABLE = 0, 1 << 1
RELATIVE, WRAPS, NONLINEAR, NO_PREFERRED = 1 << 2, 1 << 3, 1 << 4, 1 << 5
NULL_STATE, VOLATILE, BUFFERED = 1 << 6, 1 << 7, 1 << 8

PHYSICAL, APPLICATION, LOGICAL = 0, 1, 2


def item(tag: int, value: int = 0, size: int | None = None) -> bytes:
    """A short item. size: bytes of its data, 0, 1, 2 or 4."""
    if size is None:
        size = 1 if -0x80 <= value < 0x100 else 2 if -0x8000 <= value < 0x10000 else 4
    data = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
    return bytes([tag | {0: 0, 1: 1, 2: 2, 4: 3}[size]]) + data


def signed(tag: int, value: int) -> bytes:
    """A short item whose value is read as two's complement."""
    size = 1 if -0x80 <= value < 0x80 else 2 if -0x8000 <= value < 0x8000 else 4
    return item(tag, value, size)


def long_item(tag: int, data: bytes) -> bytes:
    """A long item."""
    return bytes([0xFE, len(data), tag]) + data


def page(number: int) -> bytes:
    """Usage Page."""
    return item(Tag.USAGE_PAGE, number)


def usage(*numbers: int) -> bytes:
    """A Usage for each; with a page of its own if it has more than 16 bits."""
    return b"".join(item(Tag.USAGE, number) for number in numbers)


def usages(first: int, last: int) -> bytes:
    """A range of usages."""
    size = 4 if last > 0xFFFF else None
    return item(Tag.USAGE_MINIMUM, first, size) + item(Tag.USAGE_MAXIMUM, last, size)


def logical(least: int, most: int) -> bytes:
    """The logical range, each end in as many bytes as it needs when signed."""
    return signed(Tag.LOGICAL_MINIMUM, least) + signed(Tag.LOGICAL_MAXIMUM, most)


def shape(size: int, count: int) -> bytes:
    """Report Size and Report Count."""
    return item(Tag.REPORT_SIZE, size) + item(Tag.REPORT_COUNT, count)


def report_id(number: int) -> bytes:
    """Report ID."""
    return item(Tag.REPORT_ID, number)


def inputs(flags: int) -> bytes:
    """Input."""
    return item(Tag.INPUT, flags)


def outputs(flags: int) -> bytes:
    """Output."""
    return item(Tag.OUTPUT, flags)


def features(flags: int) -> bytes:
    """Feature."""
    return item(Tag.FEATURE, flags)


def collection(kind: int, what: int, *content: bytes) -> bytes:
    """A usage, its collection, what is in it, and the end of it."""
    begin, end = item(Tag.COLLECTION, kind), item(Tag.END_COLLECTION, size=0)
    return usage(what) + begin + b"".join(content) + end


def phone(*content: bytes) -> bytes:
    """A telephony application: its page, then the collection."""
    return page(0x0B) + collection(APPLICATION, 0x05, *content)


BIT = logical(0, 1) + shape(1, 1)
BEGIN = usage(0x05) + item(Tag.COLLECTION, APPLICATION)
END = item(Tag.END_COLLECTION, size=0)
PUSH, POP = item(Tag.PUSH, size=0), item(Tag.POP, size=0)
OPEN_SET, CLOSE_SET = item(Tag.DELIMITER, 1), item(Tag.DELIMITER, 0)


def whole(*content: bytes) -> ReportDescriptor:
    """What a phone's descriptor with this in its collection says."""
    return parse(phone(*content))


def fields(*content: bytes) -> tuple[Field, ...]:
    """Its fields."""
    return whole(*content).fields


def only(*content: bytes) -> Field:
    """Its one field."""
    (field,) = fields(*content)
    return field
