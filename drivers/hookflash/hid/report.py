"""Reports: what the fields of a device's reports are and where they lie; bytes to values and back.

Terms of the HID specification 1.11. A usage is page << 16 | id throughout.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..errors import BadValue
from .usages import name


class ReportType(StrEnum):
    """Which way a report goes."""

    INPUT = "input"
    OUTPUT = "output"
    FEATURE = "feature"


@dataclass(frozen=True)  # without slots, which `moved` could not fill
class Field:
    """One value of a report: an element of a variable main item, or one slot of an array.

    Padding (constant, without usages) of one main item is one field, however wide.

    report_id: 0 if the device does not number its reports. bit: offset in bits of its lowest bit
        from the first bit after the id. size: in bits.
    usages: one usage of a variable, none if none was given; of an array, the usages from
        logical_min on, as far as its values reach.
    alternatives: what a variable may mean besides: the other usages of a delimited set (6.2.2.8),
        or its usage on the page that was in force when it was given and no longer is.
    collections: usages of the collections it is in, outermost first.
    physical_min, physical_max: as declared; both 0 means as the logical ones (6.2.2.7).
    unit: as coded in 6.2.2.7. unit_exponent: power of ten.
    """

    report_type: ReportType
    report_id: int
    bit: int
    size: int
    usages: tuple[int, ...]
    logical_min: int
    logical_max: int
    constant: bool = False
    array: bool = False
    relative: bool = False
    wraps: bool = False
    nonlinear: bool = False
    no_preferred: bool = False
    null_state: bool = False
    volatile: bool = False
    buffered: bool = False
    collections: tuple[int, ...] = ()
    physical_min: int = 0
    physical_max: int = 0
    unit: int = 0
    unit_exponent: int = 0
    alternatives: tuple[int, ...] = ()

    def moved(
        self, bit: int, usages: tuple[int, ...], alternatives: tuple[int, ...] = ()
    ) -> "Field":
        """The same in another place, with other usages. A descriptor has hundreds of such fields,
        which the constructor would take four times as long to make."""
        field = object.__new__(Field)
        state = field.__dict__
        state.update(self.__dict__)
        state["bit"], state["usages"], state["alternatives"] = bit, usages, alternatives
        return field

    def __hash__(self) -> int:
        return hash((self.report_id, self.bit, self.usages[:1]))

    def __str__(self) -> str:
        what = ", ".join(map(name, self.usages[:1])) or "no usage"
        return f"{what} ({self.report_type} report {self.report_id}, bit {self.bit})"

    @property
    def usage(self) -> int:
        """The usage of a variable; 0 if none was given."""
        return self.usages[0] if self.usages and not self.array else 0

    @property
    def signed(self) -> bool:
        """True if its values are two's complement (5.8)."""
        return self.logical_min < 0


@dataclass(frozen=True, slots=True)
class Report:
    """All fields of the reports of one type and id, in the order of their bits.

    bits: length in bits, without the id.
    """

    report_type: ReportType
    id: int
    fields: tuple[Field, ...]
    bits: int

    @property
    def size(self) -> int:
        """Length in bytes as ports count it: with the byte for the id, also where the id is 0."""
        return 1 + (self.bits + 7) // 8

    def __str__(self) -> str:
        return f"{self.report_type} report {self.id}"

    def decode(self, data: bytes) -> dict[Field, int]:
        """The values in a report's bytes, the id first; constants too.

        Fields that do not fit into a short report are absent; what goes beyond the report is left
        out. BadValue if it is the report of another id.
        """
        if data and data[0] != self.id:
            raise BadValue(f"decode {self}: the bytes are those of report {data[0]}")
        values: dict[Field, int] = {}
        bits = 8 * (len(data) - 1)
        for field in self.fields:
            first, after = field.bit, field.bit + field.size
            if after > bits:
                break
            part = int.from_bytes(data[1 + first // 8 : 1 + (after + 7) // 8], "little")
            value = part >> first % 8 & (1 << field.size) - 1
            if field.logical_min < 0 and value >> (field.size - 1):
                value -= 1 << field.size
            values[field] = value
        return values

    def encode(self, values: Mapping[Field, int]) -> bytes:
        """The whole report, the id first; fields that are not given are 0.

        BadValue for a field of another report, and for a value that the field cannot have: beyond
        its logical range (unless it is constant, or an array, or has a null state: there that means
        none), or wider than its bits.
        """
        whole = 0
        given = 0
        for field in self.fields:
            if field not in values:
                continue
            given += 1
            value = values[field]
            least, most = _span(field)
            if not least <= value <= most:
                limits = f"{_shown(least)} to {_shown(most)}"
                raise BadValue(f"encode {self}: {field} = {_shown(value)}, must be {limits}")
            whole |= (value & (1 << field.size) - 1) << field.bit
        if given != len(values):
            strange = next(field for field in values if field not in self.fields)
            raise BadValue(f"encode {self}: {strange} is no field of it")
        return bytes((self.id,)) + whole.to_bytes(self.size - 1, "little")


def _span(field: Field) -> tuple[int, int]:
    """The least and the greatest value that may be sent."""
    half = 1 << (field.size - 1)
    least, most = (-half, half - 1) if field.signed else (0, 2 * half - 1)
    if field.null_state or field.array or field.constant:
        return least, most
    return max(least, field.logical_min), min(most, field.logical_max)


def _shown(value: int) -> str:
    """The number; of one that is too long to be read, its length. Python refuses 4300 digits."""
    bits = value.bit_length()
    return str(value) if bits <= 64 else f"a number of {bits} bits"


# --- arrays ---------------------------------------------------------------------------------------


def pressed(field: Field, value: int) -> int | None:
    """The usage that an array's slot tells with this value; None for none.

    By the book the values count the usages from logical_min on, and others mean none (6.2.2.5).
    With a logical_min of 0 many devices send 0 for none all the same and count from 1, up to one
    more than their logical_max (Jabra, Yealink). This is taken to be so unless the usage for 0 is
    itself a page's "none" (its id is 0), or the array has a null state, no more values than usages
    and more than one bit (EPOS has arrays of one bit with two usages, where 0 is none).
    """
    place = value - _first(field)
    if not 0 <= place < len(field.usages):
        return None
    usage = field.usages[place]
    return usage if usage & 0xFFFF else None


def selecting(field: Field, usage: int) -> int | None:
    """The value by which an array's slot tells this usage; None if it cannot."""
    if usage in field.usages and usage & 0xFFFF:
        value = field.usages.index(usage) + _first(field)
        return value if value >> field.size == 0 or value < 0 else None
    return None


def _first(field: Field) -> int:
    """The value that stands for the first usage."""
    if field.logical_min or not field.usages or not field.usages[0] & 0xFFFF:
        return field.logical_min
    values = field.logical_max - field.logical_min + 1
    return 0 if field.null_state and values <= len(field.usages) and field.size > 1 else 1
