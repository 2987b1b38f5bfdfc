"""Global items: what holds in a report descriptor until it is changed (HID 1.11, 6.2.2.7)."""

import copy

from .items import Tag, as_signed


class Globals:
    """The global state.

    Of a maximum, its value and how many bytes it has: what it means depends on the minimum, which
    may follow it.
    """

    __slots__ = (
        "_logical_max",
        "_logical_min",
        "_physical_max",
        "_physical_min",
        "report_count",
        "report_id",
        "report_size",
        "unit",
        "unit_exponent",
        "usage_page",
    )

    def __init__(self) -> None:
        self.usage_page = 0
        self.report_id = 0
        self.report_size = 0
        self.report_count = 0
        self.unit = 0
        self.unit_exponent = 0
        self._logical_min = self._physical_min = 0
        self._logical_max = self._physical_max = (0, 0)

    def take(self, tag: int, value: int, size: int) -> None:
        """A global item that goes in as it is; Push, Pop and Report ID are not among them."""
        match tag:
            case Tag.USAGE_PAGE:
                self.usage_page = value & 0xFFFF
            case Tag.REPORT_SIZE:
                self.report_size = value
            case Tag.REPORT_COUNT:
                self.report_count = value
            case Tag.LOGICAL_MINIMUM:
                self._logical_min = as_signed(value, 8 * size)
            case Tag.LOGICAL_MAXIMUM:
                self._logical_max = value, size
            case Tag.PHYSICAL_MINIMUM:
                self._physical_min = as_signed(value, 8 * size)
            case Tag.PHYSICAL_MAXIMUM:
                self._physical_max = value, size
            case Tag.UNIT:
                self.unit = value
            case Tag.UNIT_EXPONENT:
                # A nibble by the book; some devices send a signed byte, and Linux takes both.
                self.unit_exponent = as_signed(value, 4 if value < 16 else 8 * size)

    def copy(self) -> "Globals":
        """The state as it is now, for the stack."""
        return copy.copy(self)

    @property
    def logical(self) -> tuple[int, int]:
        """The logical range as declared; its ends may be the wrong way round."""
        return self._logical_min, _maximum(self._logical_min, *self._logical_max)

    @property
    def physical(self) -> tuple[int, int]:
        """The physical range as declared."""
        return self._physical_min, _maximum(self._physical_min, *self._physical_max)


def _maximum(least: int, value: int, size: int) -> int:
    """A maximum is signed only beside a negative minimum: makers write `25 FF` for 255."""
    if least >= 0:
        return value
    signed = as_signed(value, 8 * size)
    return signed if least <= signed < 0 else value
