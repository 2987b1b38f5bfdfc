"""Reports: what the fields of a device's reports are and where they lie; bytes to values and back.

Terms of the HID specification 1.11. A usage is page << 16 | id throughout.
"""

from dataclasses import dataclass
from enum import StrEnum


class ReportType(StrEnum):
    """Which way a report goes."""

    INPUT = "input"
    OUTPUT = "output"
    FEATURE = "feature"


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a report: an element of a variable main item, or one slot of an array.

    report_id: 0 if the device does not number its reports. bit: offset in bits of its lowest bit
        from the first bit after the id. size: in bits.
    usages: one usage of a variable; of an array, the usages from logical_min on.
    collections: usages of the collections it is in, outermost first.
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

    @property
    def usage(self) -> int:
        """The usage of a variable; 0 if none was given."""
        return self.usages[0] if self.usages and not self.array else 0
