"""Local items: which usages the next main item of a report descriptor has (HID 1.11, 6.2.2.8)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .items import Tag

Doubt = Callable[[str], None]


@dataclass(slots=True)
class _Run:
    """Usages that follow each other: a Usage item, or a Usage Minimum and its Maximum.

    page: the page that was in force, or its own. others: what else a delimited set allows for it,
    as (page, own, id).
    """

    page: int
    own: bool
    ids: range
    others: list[tuple[int, bool, int]] = field(default_factory=list)


class Locals:
    """What was said since the last main item.

    A usage of 1 or 2 bytes gets its page from the last Usage Page before the main item, also where
    that comes after the usage.
    """

    def __init__(self, doubt: Doubt) -> None:
        self._doubt = doubt
        self._runs: list[_Run] = []
        self._bounds: dict[int, tuple[int, int]] = {}
        self._in_set = self._set_begun = False

    # --- local items --------------------------------------------------------------------------

    def usage(self, value: int, size: int, page: int) -> None:
        """A Usage."""
        own = size == 4
        number = value & 0xFFFF
        self._add(value >> 16 if own else page, own, range(number, number + 1))

    def bound(self, tag: int, value: int, size: int, page: int) -> None:
        """A Usage Minimum or Maximum; with the second of them, the range is known."""
        self._bounds[tag] = value, size
        if len(self._bounds) < 2:
            return
        first, last = self._bounds[Tag.USAGE_MINIMUM], self._bounds[Tag.USAGE_MAXIMUM]
        self._bounds = {}
        pages = {value >> 16 for value, size in (first, last) if size == 4}
        ids = range(first[0] & 0xFFFF, (last[0] & 0xFFFF) + 1)
        if len(pages) > 1 or not ids:
            self._doubt("a range of usages that ends before it begins; left out")
        elif pages:
            self._add(pages.pop(), True, ids)
        else:
            self._add(page, False, ids)

    def delimiter(self, opens: bool) -> None:
        """A set of usages that mean the same control begins or ends; the first is preferred."""
        if opens is self._in_set:
            self._doubt("a delimiter within a set, or the end of none")
        self._in_set, self._set_begun = opens, False

    def _add(self, page: int, own: bool, ids: range) -> None:
        if self._in_set and len(ids) > 1:
            self._doubt("a range of usages within a set; its first one is taken")
            ids = ids[:1]
        if self._in_set and self._set_begun:
            self._runs[-1].others.append((page, own, ids[0]))
            return
        self._runs.append(_Run(page, own, ids))
        self._set_begun = True

    # --- what they come to at the main item ---------------------------------------------------

    @property
    def count(self) -> int:
        """How many usages were given; a delimited set counts as one."""
        return sum(len(run.ids) for run in self._runs)

    def check(self, page: int) -> None:
        """Tell what is odd about them."""
        if self._bounds:
            self._doubt("a range of usages with one end; left out")
        if self._in_set:
            self._doubt("a set of usages without its end")
        for run in self._runs:
            if not run.own and run.page not in (0, page):
                self._doubt(
                    f"usage 0x{run.ids[0]:02X} was given on page 0x{run.page:02X} and belongs to"
                    f" page 0x{page:02X}, which was named last"
                )

    def first(self, page: int) -> int:
        """The first usage; 0 if there is none."""
        if not self._runs:
            return 0
        run = self._runs[0]
        return (run.page if run.own else page) << 16 | run.ids[0]

    def variables(self, page: int, most: int) -> list[tuple[int, tuple[int, ...]]]:
        """The usages of variables, each with its alternatives; not more than `most`."""
        found: list[tuple[int, tuple[int, ...]]] = []
        for run in self._runs:
            base = (run.page if run.own else page) << 16
            if len(run.ids) == 1 and not run.others and (run.own or run.page == page):  # as usual
                if len(found) < most:
                    found.append((base | run.ids[0], ()))
                continue
            moved = 0 if run.own or run.page == page else run.page << 16
            others = tuple(
                (own_page if own else page) << 16 | number for own_page, own, number in run.others
            )
            found += [
                (base | number, ((moved | number,) if moved else ()) + others)
                for number in run.ids[: most - len(found)]
            ]
        return found

    def array(self, page: int, most: int) -> tuple[range, ...]:
        """The usages of an array; not more than `most`."""
        found = []
        for run in self._runs:
            if most <= 0:
                break
            base = (run.page if run.own else page) << 16
            ids = run.ids[:most]
            found.append(range(base + ids[0], base + ids[-1] + 1))
            most -= len(ids)
        return tuple(found)

    def has_sets(self) -> bool:
        """Was more than one usage given for one control?"""
        return any(run.others for run in self._runs)
