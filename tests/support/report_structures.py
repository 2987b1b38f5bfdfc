"""Valid report descriptors made from random structure, and what harms them."""

from __future__ import annotations

from random import Random

from hookflash.hid.items import Tag
from support import report_items as ri

_PAGES = (0x08, 0x09, 0x0B, 0x0C, 0xFF00, 0xFF30)
_SIZES = (1, 1, 1, 1, 2, 3, 4, 7, 8, 8, 11, 16, 24, 32)
_RANGES = (
    (0, 1), (0, 1), (0, 1), (1, 12), (0, 11), (0, 0xFF), (0, 0x3FF), (0, 0xFFFF), (0, 0x7FFF_FFFF),
    (-1, 1), (-127, 127), (-0x8000, 0x7FFF), (-9, -2), (-1, 0xFE), (5, 5), (1, 0xFFFF_FFFF),
)  # fmt: skip
_DEEPEST = 4


class _Maker:
    def __init__(self, random: Random, judged: bool) -> None:
        self._random = random
        self._judged = judged
        """Leave out what hid-tools does not understand, or takes otherwise."""
        self._data = bytearray()
        self._numbered = random.random() < 0.7
        self._id = 0
        self._page = 0

    def make(self) -> bytes:
        if self._numbered:
            self._new_id()
        for _ in range(self._random.randint(1, 3)):
            self._turn_to_a_page()
            self._collection(0)
        return bytes(self._data)

    def _add(self, *items: bytes) -> None:
        for data in items:
            self._data += data

    def _maybe(self, chance: float) -> bool:
        return self._random.random() < chance

    # --- structure ----------------------------------------------------------------------------

    def _collection(self, depth: int) -> None:
        kind = self._random.choice((ri.PHYSICAL, ri.APPLICATION, ri.LOGICAL, 3, 6, 0x80))
        self._add(self._usage(), ri.item(Tag.COLLECTION, kind))
        for _ in range(self._random.randint(1, 4)):
            what = self._random.random()
            if what < 0.2 and depth < _DEEPEST:
                self._collection(depth + 1)
            elif what < 0.3:
                self._pushed(depth)
            else:
                self._main()
        self._add(ri.END)

    def _pushed(self, depth: int) -> None:
        """hid-tools forgets the unit when it pushes, and never brings a report id back."""
        page, number = self._page, self._id
        self._add(ri.PUSH)
        if self._judged:
            self._units()
        self._main()
        if depth < _DEEPEST and self._maybe(0.3):
            self._collection(depth + 1)
        self._add(ri.POP)
        self._page, self._id = page, number
        if self._judged and number:
            self._add(ri.report_id(number))

    def _new_id(self) -> None:
        self._id = self._random.choice((1, 2, 3, 9, 23, 255))
        self._add(ri.report_id(self._id))

    def _turn_to_a_page(self) -> None:
        self._page = self._random.choice(_PAGES)
        self._add(ri.page(self._page))

    def _units(self) -> None:
        self._add(ri.item(Tag.UNIT, self._random.choice((0, 0x11, 0x1001, 0xF0D121))))
        self._add(ri.item(Tag.UNIT_EXPONENT, self._random.randint(0, 15)))

    # --- main items ---------------------------------------------------------------------------

    def _main(self) -> None:
        if self._numbered and self._maybe(0.3):
            self._new_id()
        if self._maybe(0.4):
            self._turn_to_a_page()
        if self._maybe(0.2):
            self._units()
        least, most = self._random.choice(_RANGES)
        if self._maybe(0.2):
            ends = self._random.choice(_RANGES)
            self._add(*self._ends(Tag.PHYSICAL_MINIMUM, Tag.PHYSICAL_MAXIMUM, *ends))
        self._add(*self._ends(Tag.LOGICAL_MINIMUM, Tag.LOGICAL_MAXIMUM, least, most))
        size = self._random.choice([size for size in _SIZES if size > 1 or least >= 0])
        count = self._random.choice((1, 1, 1, 2, 3, 4, 5, 8, 40))
        if not self._judged and self._maybe(0.02):
            size, count = self._random.choice(((0, 3), (3, 0), (1, 2**31), (2**16, 2**16)))
        shape = ri.item(Tag.REPORT_SIZE, size), ri.item(Tag.REPORT_COUNT, count)
        self._add(*self._random.sample(shape, 2))
        flags = self._random.choice((0, 1, 2, 2, 2, 3)) | self._random.choice(
            (0, 0, ri.RELATIVE, ri.NO_PREFERRED, ri.NULL_STATE, self._random.randrange(128) << 2)
        )
        if not (flags & 1 and self._maybe(0.7)):  # padding has no usages
            self._usages()
        if not self._judged and self._maybe(0.1):
            self._add(self._oddity())
        tag = self._random.choice((Tag.INPUT, Tag.INPUT, Tag.OUTPUT, Tag.FEATURE))
        self._add(ri.item(tag, flags))

    def _ends(self, low: int, high: int, least: int, most: int) -> list[bytes]:
        """A minimum and a maximum, in any order; the maximum sometimes unsigned."""
        first = ri.signed(low, least)
        last = ri.item(high, most) if least >= 0 and self._maybe(0.5) else ri.signed(high, most)
        if most > 0x7FFF_FFFF:
            last = ri.item(high, most, 4)
        return self._random.sample([first, last], 2)

    def _usage(self) -> bytes:
        number = self._random.choice((0x05, 0x06, 0x07, 0x17, 0x20, 0x21, 0x2F, 0x97, 0x102))
        if self._maybe(0.1):
            number |= self._random.choice(_PAGES) << 16
        return ri.item(Tag.USAGE, number)

    def _usages(self) -> None:
        """A list among which pages may change, or one range."""
        if self._maybe(0.3):
            first = self._random.choice((0, 1, 0x20, 0xB0))
            own = self._random.choice(_PAGES) << 16 if self._maybe(0.2) else 0
            self._add(ri.usages(own | first, own | (first + self._random.choice((0, 3, 11, 300)))))
        else:
            for _ in range(self._random.choice((0, 1, 1, 1, 2, 3, 8))):
                self._add(self._usage())
                if self._maybe(0.1):
                    self._turn_to_a_page()
        if self._maybe(0.15):
            self._turn_to_a_page()
        if not self._judged and self._maybe(0.2):
            extra = (
                self._usage() + ri.usages(3, 8),
                ri.OPEN_SET + self._usage() * 2 + ri.CLOSE_SET,
                ri.OPEN_SET + ri.usages(2, 90) + self._usage() + ri.CLOSE_SET,
            )
            self._add(self._random.choice(extra))

    def _oddity(self) -> bytes:
        return self._random.choice(
            (
                ri.long_item(0xF0, self._random.randbytes(self._random.randrange(8))),
                ri.item(Tag.STRING_INDEX, 3),
                ri.item(Tag.DESIGNATOR_INDEX, 3),
                ri.item(0xC4, 0x1234),
                ri.item(0x0C, 1),
                ri.OPEN_SET,
                ri.usages(0, 0xFFFF),
            )
        )


def descriptor(random: Random, *, judged: bool = False) -> bytes:
    """A descriptor. judged: without what hid-tools does not understand, or takes otherwise."""
    return _Maker(random, judged).make()


def harmed(data: bytes, other: bytes, random: Random) -> bytes:
    """The descriptor with a few bits turned, cut, spliced with another or with items put in."""
    harm = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(harm) + 1)
        match random.randrange(6):
            case 0 | 1 if at < len(harm):
                harm[at] ^= 1 << random.randrange(8)
            case 2:
                del harm[at : at + random.choice((1, 2, 3, len(harm)))]
            case 3:
                begin = random.randrange(len(other))
                harm[at:at] = other[begin : begin + random.choice((2, 10, len(other)))]
            case 4:
                value = random.choice((0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF))
                harm[at:at] = ri.item(random.randrange(64) << 2, value)
            case _:
                harm[at:at] = random.randbytes(random.choice((1, 4)))
    return bytes(harm)
