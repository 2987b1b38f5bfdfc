"""The report descriptor of a HID device, from bytes to fields and collections. Pure.

SOURCE: USB-IF, Device Class Definition for HID 1.11, 5.2 to 5.10 and 6.2.2; clauses are its own.
Where devices are known to stray from it, what systems commonly do is done here too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import chain

from ..errors import BadDescriptor
from .global_items import Globals
from .items import DESCRIBING, LONG, CutItem, Tag, read_items
from .local_items import Locals
from .report import Field, Report, ReportType

MAX_LENGTH = 4096
"""Bytes of a descriptor: more is not had from any system."""

MAX_DEPTH = 64
"""Collections within each other, and global states on the stack."""

MAX_REPORT_BITS = 8 * 16384
"""Bits of a report; Linux takes no longer ones."""

MAX_FIELDS = 16384
"""Fields of a descriptor."""

MAX_USAGES = 1 << 18
"""Usages that the arrays of a descriptor may name."""

MAX_DOUBTS = 64
"""Doubts that are told; of more, only how many."""


class CollectionKind(IntEnum):
    """What holds a collection together (6.2.2.6); 80h and above are the maker's own."""

    PHYSICAL = 0
    APPLICATION = 1
    LOGICAL = 2
    REPORT = 3
    NAMED_ARRAY = 4
    USAGE_SWITCH = 5
    USAGE_MODIFIER = 6


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection. usage: 0 if none was given. kind: a `CollectionKind`, or another number from
    0 to 255. parents: usages of the collections it is in, outermost first."""

    usage: int
    kind: int
    parents: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReportDescriptor:
    """What a device says of its reports.

    fields: in the order of their main items. collections: in the order in which they begin.
    numbered: its reports begin with an id. doubts: oddities that do no harm, or may do some; for
    people.
    """

    fields: tuple[Field, ...]
    collections: tuple[Collection, ...] = ()
    numbered: bool = False
    doubts: tuple[str, ...] = ()

    def reports(self) -> tuple[Report, ...]:
        """All reports, in the order in which they are first mentioned."""
        return tuple(self._reports.values())

    def report(self, report_type: ReportType, report_id: int) -> Report | None:
        """The report of this type and id (0 if the device does not number them)."""
        return self._reports.get((report_type, report_id))

    @cached_property
    def _reports(self) -> dict[tuple[ReportType, int], Report]:
        found: dict[tuple[ReportType, int], list[Field]] = {}
        for field in self.fields:
            found.setdefault((field.report_type, field.report_id), []).append(field)
        return {
            key: Report(*key, tuple(fields), fields[-1].bit + fields[-1].size)
            for key, fields in found.items()
        }


def parse(data: bytes, name: str = "report descriptor") -> ReportDescriptor:
    """What a descriptor says. `name`: the device's, for the message of an error.

    BadDescriptor where the layout of the reports cannot be known: an item cut off, collections or
    the stack not balanced, an invalid report id, more of something than the limits of this module.
    Time and memory are bounded by these limits, whatever the bytes are.
    """
    return _Parser(name).parse(data)


class _Parser:
    """The state between items."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._at = 0
        self._globals = Globals()
        self._stack: list[Globals] = []
        self._locals = Locals(self._doubt)
        self._path: tuple[int, ...] = ()
        self._fields: list[Field] = []
        self._collections: list[Collection] = []
        self._bits: dict[tuple[int, int], int] = {}
        self._numbered = False
        self._usages_left = MAX_USAGES
        self._arrays: dict[tuple[range, ...], tuple[int, ...]] = {}
        self._doubts: list[str] = []
        self._more_doubts = 0

    def parse(self, data: bytes) -> ReportDescriptor:
        if not data:
            raise self._bad("there is none")
        if len(data) > MAX_LENGTH:
            raise self._bad(f"it has {len(data)} bytes, more than {MAX_LENGTH}")
        try:
            for self._at, tag, size, value in read_items(data):
                take = _TAKE.get(tag)
                if take:
                    take(self, tag, value, size)
                elif tag not in DESCRIBING:
                    self._doubt(_strange(tag, value))
        except CutItem as error:
            self._at = error.at
            raise self._bad("the item goes beyond the end") from error
        self._at = len(data)
        if self._path:
            raise self._bad(f"{len(self._path)} collections have no end")
        self._finish()
        return ReportDescriptor(
            tuple(self._fields), tuple(self._collections), self._numbered, self._told()
        )

    # --- errors and doubts --------------------------------------------------------------------

    def _bad(self, what: str) -> BadDescriptor:
        cure = "plug the device in anew; if this stays so, it cannot be used"
        return BadDescriptor(f"parse {self._name}: at byte {self._at}: {what}; {cure}")

    def _doubt(self, what: str) -> None:
        if len(self._doubts) < MAX_DOUBTS:
            self._doubts.append(f"at byte {self._at}: {what}")
        else:
            self._more_doubts += 1

    def _told(self) -> tuple[str, ...]:
        more = [f"{self._more_doubts} more doubts"] if self._more_doubts else []
        return (*self._doubts, *more)

    # --- main items ---------------------------------------------------------------------------

    def _main(self, tag: int, flags: int, _: int) -> None:
        now = self._globals
        given = self._closed_locals()
        size, count = now.report_size, now.report_count
        if not size or not count:
            self._doubt(f"{count} fields of {size} bits are none")
            return
        bit = self._place(tag, size * count)
        if not self._path:
            self._doubt("a main item in no collection")
        constant, array = bool(flags & 1), not flags & 3
        logical_min, logical_max = self._logical(constant)
        physical_min, physical_max = now.physical
        if constant and not given.count:  # padding
            size, count = size * count, 1
        if len(self._fields) + count > MAX_FIELDS:
            raise self._bad(f"there are more than {MAX_FIELDS} fields")
        usages: tuple[int, ...] = ()
        controls: list[tuple[int, tuple[int, ...]]] = []
        if array:
            usages = self._array(given, logical_max - logical_min + 1)
        elif controls := given.variables(now.usage_page, count):
            usages = controls[0][:1]
            controls += controls[-1:] * (count - len(controls))
            if given.count > count:
                self._doubt(f"{given.count} usages for {count} fields; the last ones are left out")
        field = Field(
            _TYPES[tag],
            now.report_id,
            bit,
            size,
            usages,
            logical_min,
            logical_max,
            constant=constant,
            array=array,
            relative=bool(flags & 1 << 2),
            wraps=bool(flags & 1 << 3),
            nonlinear=bool(flags & 1 << 4),
            no_preferred=bool(flags & 1 << 5),
            null_state=bool(flags & 1 << 6),
            volatile=bool(flags & 1 << 7),
            buffered=bool(flags & 1 << 8),
            collections=self._path,
            physical_min=physical_min,
            physical_max=physical_max,
            unit=now.unit,
            unit_exponent=now.unit_exponent,
            alternatives=controls[0][1] if controls else (),
        )
        self._fields.append(field)
        bits = range(bit + size, bit + size * count, size)
        if controls:
            self._fields += [
                field.moved(place, (usage,), alternatives)
                for place, (usage, alternatives) in zip(bits, controls[1:], strict=True)
            ]
        else:
            self._fields += [field.moved(place, usages) for place in bits]

    def _place(self, tag: int, bits: int) -> int:
        """Where so many more bits of the present report begin."""
        report_id = self._globals.report_id
        bit = self._bits.get((tag, report_id), 0)
        if bit + bits > MAX_REPORT_BITS:
            raise self._bad(f"{_TYPES[tag]} report {report_id} has over {MAX_REPORT_BITS} bits")
        self._bits[tag, report_id] = bit + bits
        return bit

    def _closed_locals(self) -> Locals:
        """The local items up to this main item; those to come are for the next."""
        given, self._locals = self._locals, Locals(self._doubt)
        given.check(self._globals.usage_page)
        return given

    def _logical(self, constant: bool) -> tuple[int, int]:
        """The logical range, in the order of its ends."""
        now = self._globals
        least, most = now.logical
        if constant or (least <= most and (least or most)):
            return least, most
        self._doubt(f"a logical range from {least} to {most}; taken for all that fits")
        return 0, (1 << now.report_size) - 1

    def _array(self, given: Locals, values: int) -> tuple[int, ...]:
        """The usages of an array with so many values."""
        if given.has_sets():
            self._doubt("a set of usages in an array, where none may be; its first one is taken")
        runs = given.array(self._globals.usage_page, values)
        known = self._arrays.get(runs)
        if known is None:
            self._usages_left -= sum(map(len, runs))
            if self._usages_left < 0:
                raise self._bad(f"the arrays name more than {MAX_USAGES} usages")
            known = tuple(chain.from_iterable(runs))
            self._arrays[runs] = known
        return known

    def _collection(self, _tag: int, value: int, _size: int) -> None:
        given = self._closed_locals()
        if len(self._path) >= MAX_DEPTH:
            raise self._bad(f"collections are more than {MAX_DEPTH} deep")
        usage, kind = given.first(self._globals.usage_page), value & 0xFF
        if given.count > 1:
            self._doubt(f"{given.count} usages for a collection; the first is taken")
        if CollectionKind.USAGE_MODIFIER < kind < 0x80:
            self._doubt(f"a collection of the reserved kind 0x{kind:02X}")
        self._collections.append(Collection(usage, kind, self._path))
        self._path = (*self._path, usage)

    def _end_collection(self, _tag: int, _value: int, _size: int) -> None:
        if self._closed_locals().count:
            self._doubt("usages at the end of a collection; left out")
        if not self._path:
            raise self._bad("the end of a collection that did not begin")
        self._path = self._path[:-1]

    # --- global items -------------------------------------------------------------------------

    def _global(self, tag: int, value: int, size: int) -> None:
        self._globals.take(tag, value, size)

    def _usage_page(self, tag: int, value: int, size: int) -> None:
        if value > 0xFFFF:
            self._doubt(f"the usage page 0x{value:X} has over 16 bits; its low ones are taken")
        self._globals.take(tag, value, size)

    def _report_id(self, _tag: int, value: int, _size: int) -> None:
        if not 0 < value < 256:
            raise self._bad(f"the report id {value} is not from 1 to 255")
        self._numbered = True
        self._globals.report_id = value

    def _push(self, _tag: int, _value: int, _size: int) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise self._bad(f"more than {MAX_DEPTH} states are pushed")
        self._stack.append(self._globals.copy())

    def _pop(self, _tag: int, _value: int, _size: int) -> None:
        if not self._stack:
            raise self._bad("a state is popped that was not pushed")
        self._globals = self._stack.pop()

    # --- local items --------------------------------------------------------------------------

    def _usage(self, _tag: int, value: int, size: int) -> None:
        self._locals.usage(value, size, self._globals.usage_page)

    def _bound(self, tag: int, value: int, size: int) -> None:
        self._locals.bound(tag, value, size, self._globals.usage_page)

    def _delimiter(self, _tag: int, value: int, _size: int) -> None:
        self._locals.delimiter(bool(value))

    # --- the end ------------------------------------------------------------------------------

    def _finish(self) -> None:
        if self._stack:
            self._doubt(f"{len(self._stack)} pushed states were not popped")
        if self._numbered and any(report_id == 0 for _, report_id in self._bits):
            self._doubt("some fields are in no numbered report, though there are such")


def _strange(tag: int, value: int) -> str:
    if tag == LONG:
        return f"a long item, 0x{value:02X}; passed over"
    kind = ("main", "global", "local", "reserved")[tag >> 2 & 3]
    return f"an unknown {kind} item, 0x{tag:02X}; passed over"


_TYPES = {
    Tag.INPUT: ReportType.INPUT,
    Tag.OUTPUT: ReportType.OUTPUT,
    Tag.FEATURE: ReportType.FEATURE,
}

_TAKE: dict[int, Callable[[_Parser, int, int, int], None]] = {
    Tag.INPUT: _Parser._main,
    Tag.OUTPUT: _Parser._main,
    Tag.FEATURE: _Parser._main,
    Tag.COLLECTION: _Parser._collection,
    Tag.END_COLLECTION: _Parser._end_collection,
    Tag.REPORT_ID: _Parser._report_id,
    Tag.USAGE_PAGE: _Parser._usage_page,
    Tag.LOGICAL_MINIMUM: _Parser._global,
    Tag.LOGICAL_MAXIMUM: _Parser._global,
    Tag.PHYSICAL_MINIMUM: _Parser._global,
    Tag.PHYSICAL_MAXIMUM: _Parser._global,
    Tag.REPORT_COUNT: _Parser._global,
    Tag.REPORT_SIZE: _Parser._global,
    Tag.UNIT_EXPONENT: _Parser._global,
    Tag.UNIT: _Parser._global,
    Tag.PUSH: _Parser._push,
    Tag.POP: _Parser._pop,
    Tag.USAGE: _Parser._usage,
    Tag.USAGE_MINIMUM: _Parser._bound,
    Tag.USAGE_MAXIMUM: _Parser._bound,
    Tag.DELIMITER: _Parser._delimiter,
}
