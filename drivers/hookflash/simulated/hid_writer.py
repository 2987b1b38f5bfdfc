"""Report descriptors written from a readable description, and where its values then lie.

Items are those of the HID specification 1.11, section 6.2.2. The layout comes from the same
description by counting bits, never by reading the descriptor: so a simulated device and a parser
that reads its descriptor are two opinions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from ..hid.report import ReportType

CONSTANT, VARIABLE, RELATIVE, NO_PREFERRED, NULL = 0x01, 0x02, 0x04, 0x20, 0x40
"""Bits of a main item (HID 1.11, 6.2.2.5)."""

LEVEL = VARIABLE | NO_PREFERRED
PULSE = VARIABLE | RELATIVE

APPLICATION, LOGICAL = 0x01, 0x02
"""Kinds of collection (HID 1.11, 6.2.2.6)."""

_MAIN = {ReportType.INPUT: 0x80, ReportType.OUTPUT: 0x90, ReportType.FEATURE: 0xB0}
_COLLECTION, _END = 0xA0, 0xC0
_PAGE, _LOW, _HIGH, _SIZE, _ID, _COUNT = 0x04, 0x14, 0x24, 0x74, 0x84, 0x94
_USAGE, _USAGE_MIN, _USAGE_MAX = 0x08, 0x18, 0x28


@dataclass(frozen=True, slots=True)
class Value:
    """A variable of a report.

    name: what the handset calls it; empty: it never sets nor heeds it. usage: page << 16 | id.
    size: bits of one; count: so many of them are one value, lowest first. page_after: a page that
    is declared after the usage, which therefore counts; surplus: usages too many, of that page.
    """

    name: str
    usage: int
    flags: int = LEVEL
    size: int = 1
    low: int = 0
    high: int = 1
    count: int = 1
    page_after: int = 0
    surplus: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One slot of an array: which of `usages` is on, if any.

    usages: first and last of a range, or with `listed` one by one. within: the usage of a logical
    collection around it, 0 for none. page_after: as in Value.
    """

    name: str
    usages: tuple[int, ...]
    size: int
    low: int
    high: int
    flags: int = 0
    within: int = 0
    listed: bool = False
    page_after: int = 0


@dataclass(frozen=True, slots=True)
class Pad:
    """Bits that mean nothing."""

    bits: int


Part: TypeAlias = Value | Choice | Pad


@dataclass(frozen=True, slots=True)
class Report:
    """Parts of a report, lowest bit first. It may go on in another collection."""

    report_type: ReportType
    report_id: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """Reports, and collections of them. usage: page << 16 | id."""

    usage: int
    parts: tuple["Report | Collection", ...]
    kind: int = APPLICATION


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value lies. bit: from the first bit after the report id; bits: how many."""

    report_type: ReportType
    report_id: int
    bit: int
    bits: int
    signed: bool


class Layout:
    """What was written: the descriptor's bytes, the place of each name, the size of each report.

    sizes: (type, id) -> bytes, with the byte of the id (0 where reports are not numbered).
    """

    def __init__(self, collections: Iterable[Collection]) -> None:
        writer = _Writer()
        for collection in collections:
            writer.collection(collection)
        self.descriptor = bytes(writer.data)
        self.places: Mapping[str, Place] = writer.places
        self._data = writer.data_bits
        self.sizes = {key: 1 + (bits + 7) // 8 for key, bits in writer.bits.items()}

    def names(self, report_type: ReportType, report_id: int | None = None) -> Iterator[str]:
        """The values of a report, or of all reports of a type."""
        for name, place in self.places.items():
            if place.report_type is report_type and report_id in (None, place.report_id):
                yield name

    def encode(self, report_type: ReportType, report_id: int, values: Mapping[str, int]) -> bytes:
        """The whole report, with its id; what has no value is 0. ValueError if one is too big."""
        total = 0
        for name in self.names(report_type, report_id):
            place, value = self.places[name], values.get(name, 0)
            least = -(1 << place.bits - 1) if place.signed else 0
            if not least <= value < least + (1 << place.bits):
                raise ValueError(f"{name}: {value} does not fit into {place.bits} bits")
            total |= (value & (1 << place.bits) - 1) << place.bit
        size = self.sizes[report_type, report_id]
        return bytes([report_id]) + total.to_bytes(size - 1, "little")

    def decode(self, report_type: ReportType, report: bytes) -> dict[str, int]:
        """The values of a whole report."""
        total = int.from_bytes(report[1:], "little")
        values = {}
        for name in self.names(report_type, report[0]):
            place = self.places[name]
            value = total >> place.bit & (1 << place.bits) - 1
            if place.signed and value >> place.bits - 1:
                value -= 1 << place.bits
            values[name] = value
        return values

    def is_clean(self, report_type: ReportType, report: bytes) -> bool:
        """False if padding of a whole report is not 0."""
        left = int.from_bytes(report[1:], "little")
        for bit, bits in self._data.get((report_type, report[0]), ()):
            left &= ~((1 << bits) - 1 << bit)
        return not left


class _Writer:
    """Writes items; global items only when they change."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.places: dict[str, Place] = {}
        self.bits: dict[tuple[ReportType, int], int] = {}
        self.data_bits: dict[tuple[ReportType, int], list[tuple[int, int]]] = {}
        """Report -> first bit and length of each stretch that is not padding."""
        self._globals: dict[int, int] = {}

    def collection(self, collection: Collection) -> None:
        self._usages((collection.usage,))
        self._item(_COLLECTION, collection.kind)
        for part in collection.parts:
            if isinstance(part, Collection):
                self.collection(part)
            else:
                self._report(part)
        self.data.append(_END)

    def _report(self, report: Report) -> None:
        if report.report_id:
            self._global(_ID, report.report_id)
        for _, run in groupby(report.parts, _alike):
            values: list[Value] = []
            for part in run:
                if isinstance(part, Value):
                    values.append(part)
                elif isinstance(part, Choice):
                    self._choice(report, part)
                else:
                    self._main(report, 1, part.bits, CONSTANT)
            if values:
                self._values(report, values)

    def _values(self, report: Report, values: list[Value]) -> None:
        first = values[0]
        self._range(first.low, first.high)
        self._usages(value.usage for value in values)
        if first.page_after:
            self._global(_PAGE, first.page_after)
        self._usages(first.surplus)
        for i, value in enumerate(values):
            self._place(value.name, report, value.size * i, value.size * value.count, value.low < 0)
        self._main(report, first.size, first.count * len(values), first.flags)

    def _choice(self, report: Report, choice: Choice) -> None:
        if choice.within:
            self._usages((choice.within,))
            self._item(_COLLECTION, LOGICAL)
        if choice.listed:
            first, *others = choice.usages
            self._usages((first,))
            if choice.page_after:
                self._global(_PAGE, choice.page_after)
            self._usages(others)
        else:
            first, last = choice.usages
            self._global(_PAGE, first >> 16)
            self._item(_USAGE_MIN, first & 0xFFFF)
            self._item(_USAGE_MAX, last & 0xFFFF)
        self._range(choice.low, choice.high)
        self._place(choice.name, report, 0, choice.size, signed=False)
        self._main(report, choice.size, 1, choice.flags)
        if choice.within:
            self.data.append(_END)

    def _place(self, name: str, report: Report, offset: int, bits: int, signed: bool) -> None:
        if not name:
            return
        if name in self.places:
            raise ValueError(f"{name}: described twice")
        bit = self.bits.get((report.report_type, report.report_id), 0) + offset
        self.places[name] = Place(report.report_type, report.report_id, bit, bits, signed)

    def _main(self, report: Report, size: int, count: int, flags: int) -> None:
        self._global(_SIZE, size)
        self._global(_COUNT, count)
        self._item(_MAIN[report.report_type], flags)
        key = (report.report_type, report.report_id)
        bit = self.bits.get(key, 0)
        if not flags & CONSTANT:
            self.data_bits.setdefault(key, []).append((bit, size * count))
        self.bits[key] = bit + size * count

    def _range(self, low: int, high: int) -> None:
        self._global(_LOW, low, signed=True)
        self._global(_HIGH, high, signed=True)

    def _usages(self, usages: Iterable[int]) -> None:
        for usage in usages:
            self._global(_PAGE, usage >> 16)
            self._item(_USAGE, usage & 0xFFFF)

    def _global(self, tag: int, value: int, *, signed: bool = False) -> None:
        if self._globals.get(tag) != value:
            self._globals[tag] = value
            self._item(tag, value, signed=signed)

    def _item(self, tag: int, value: int, *, signed: bool = False) -> None:
        """A short item, with the fewest bytes of data that hold its value."""
        for code, size in ((1, 1), (2, 2), (3, 4)):
            least, most = (-1 << 8 * size - 1, 1 << 8 * size - 1) if signed else (0, 1 << 8 * size)
            if least <= value < most:
                self.data.append(tag | code)
                self.data += value.to_bytes(size, "little", signed=signed)
                return
        raise ValueError(f"item {tag:#04x}: {value} does not fit into four bytes")


def _alike(part: Part) -> object:
    """Equal for values that one main item declares together; for others, each its own."""
    if isinstance(part, Value) and part.count == 1 and not (part.page_after or part.surplus):
        return (part.usage >> 16, part.flags, part.size, part.low, part.high)
    return part
