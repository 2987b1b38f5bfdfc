"""Descriptors that mean harm, or came to harm: no error but ours, bounded time and memory."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from itertools import count, islice, pairwise
from random import Random
from types import FrameType
from typing import Any

import pytest

from hookflash.errors import BadDescriptor
from hookflash.hid import descriptor as limits
from hookflash.hid.descriptor import ReportDescriptor, parse
from hookflash.hid.items import Tag
from support.report_items import (
    BEGIN,
    CLOSE_SET,
    CONSTANT,
    END,
    OPEN_SET,
    POP,
    PUSH,
    VARIABLE,
    features,
    inputs,
    item,
    logical,
    long_item,
    page,
    report_id,
    shape,
    usage,
    usages,
)
from support.report_structures import descriptor, harmed

MUTANTS = 100_000
PARENTS = 500
LONGEST_PARENT = 160
"""Bytes; longer ones take longer and come to no other harm."""

LINES_PER_BYTE = 150
"""Lines of Python for a byte of a descriptor, besides those for the fields it makes."""

LINES_PER_FIELD = 16
MEMORY = 40 * 2**20
"""Bytes at most while a descriptor is read."""


def check(told: ReportDescriptor) -> None:
    """What must hold of whatever was understood."""
    assert len(told.fields) <= limits.MAX_FIELDS
    assert len(told.doubts) <= limits.MAX_DOUBTS + 1
    assert all(len(one.parents) < limits.MAX_DEPTH for one in told.collections)
    for report in told.reports():
        assert 0 < report.bits <= limits.MAX_REPORT_BITS
        assert 0 <= report.id <= 255
        assert report.fields[0].bit == 0
        assert all(one.bit + one.size == other.bit for one, other in pairwise(report.fields))
        data = report.encode({})
        assert len(data) == report.size
        assert set(report.decode(data).values()) == {0}


def test_harmed_descriptors() -> None:
    """Bits turned, pieces cut out, spliced in and made up, in descriptors of all kinds."""
    random = Random(20260704)
    made = (descriptor(random) for _ in count())
    short = (data for data in made if len(data) <= LONGEST_PARENT)
    parents = list(islice(short, PARENTS))
    understood = refused = 0
    for number in range(MUTANTS):
        data = harmed(parents[number % PARENTS], parents[random.randrange(PARENTS)], random)
        try:
            told = parse(data)
        except BadDescriptor:
            refused += 1
            continue
        understood += 1
        if number % 50 == 0:
            check(told)
    assert understood > MUTANTS / 10
    assert refused > MUTANTS / 10


def test_noise() -> None:
    """Bytes without any structure, and items without any sense."""
    random = Random(7)
    for _ in range(3000):
        data = random.randbytes(random.choice((1, 5, 30, 200)))
        some = b"".join(
            item(random.randrange(64) << 2, random.getrandbits(random.choice((1, 4, 8, 16, 32))))
            for _ in range(random.randrange(40))
        )
        for one in (data, some, BEGIN + some + END, page(0x0B) + some):
            with suppress(BadDescriptor):
                check(parse(one))


# --- the worst that there is ----------------------------------------------------------------------

LENGTH = limits.MAX_LENGTH
DATA = item(Tag.INPUT, size=0)
FULL = usages(0, 0xFFFF)


def filled(*parts: bytes, head: bytes = b"", tail: bytes = b"") -> bytes:
    """The parts over and over, as long as a descriptor may be."""
    part = b"".join(parts)
    return head + part * ((LENGTH - len(head) - len(tail)) // len(part)) + tail


def different_ranges() -> bytes:
    """Arrays of usages, each range another one, so that none can be shared."""
    head = logical(0, 0xFFFF) + shape(1, 1)
    ranges = (usages(first, 0xFFFF) + DATA for first in range(400))
    return head + b"".join(ranges)


WORST = {
    "main items": filled(DATA, head=logical(0, 1) + shape(1, 4)),
    "main items of padding": filled(inputs(CONSTANT), head=shape(1, 8)),
    "fields": logical(0, 1) + shape(1, limits.MAX_FIELDS) + inputs(VARIABLE),
    "one field too many": logical(0, 1) + shape(1, limits.MAX_FIELDS + 1) + inputs(VARIABLE),
    "fields with usages": FULL + logical(0, 1) + shape(1, limits.MAX_FIELDS) + inputs(VARIABLE),
    "as many bits as there are": FULL + shape(1, limits.MAX_REPORT_BITS) + inputs(VARIABLE),
    "a count of 2^31": shape(1, 2**31) + FULL + inputs(VARIABLE),
    "a count of 2^32 of 2^32": shape(2**32 - 1, 2**32 - 1) + inputs(CONSTANT),
    "wide fields without a range": filled(
        *(report_id(number) + inputs(VARIABLE) + features(VARIABLE) for number in range(1, 200)),
        head=shape(limits.MAX_REPORT_BITS, 1),
    ),
    "one range over and over": filled(FULL, DATA, head=logical(0, 0xFFFF) + shape(1, 1)),
    "other ranges over and over": different_ranges(),
    "ranges for one array": filled(FULL, head=logical(0, 0x7FFF_FFFF) + shape(1, 1), tail=DATA),
    "ranges for few fields": filled(FULL, inputs(VARIABLE), head=logical(0, 1) + shape(1, 1)),
    "usages": filled(usage(0x20), head=logical(0, 1) + shape(1, 2000), tail=inputs(VARIABLE)),
    "a set of usages": filled(
        usage(0x20), head=logical(0, 1) + shape(1, 1) + OPEN_SET, tail=CLOSE_SET + inputs(VARIABLE)
    ),
    "sets of usages": filled(OPEN_SET, usage(1, 2), CLOSE_SET, tail=inputs(VARIABLE)),
    "a set that begins with a range and moves": filled(
        usage(0x20),
        head=logical(0, 1) + shape(1, limits.MAX_FIELDS) + page(1) + OPEN_SET + FULL,
        tail=CLOSE_SET + page(2) + inputs(VARIABLE),
    ),
    "usages on changing pages": filled(
        page(1) + usage(0x20), head=shape(1, 1000), tail=page(2) + inputs(VARIABLE)
    ),
    "depth": BEGIN * (LENGTH // len(BEGIN)),
    "depth, as allowed": BEGIN * limits.MAX_DEPTH
    + filled(DATA, BEGIN + END, head=shape(1, 1))[:2000]
    + END * limits.MAX_DEPTH,
    "collections": filled(BEGIN, END),
    "pushes": PUSH * LENGTH,
    "pushes and pops": filled(PUSH, POP),
    "long items": filled(long_item(1, b"")),
    "unknown items": b"\x00" * LENGTH,
    "reports": b"".join(report_id(one) + inputs(VARIABLE) for one in range(1, 256)),
}


@pytest.mark.parametrize("name", WORST)
def test_bounded_time(name: str) -> None:
    """Counted in lines of Python, so that no other load on the machine makes a difference."""
    data = WORST[name]
    told, lines = counted(lambda: parse(data))
    made = limits.MAX_FIELDS if told is None else len(told.fields)
    assert lines <= LINES_PER_BYTE * len(data) + LINES_PER_FIELD * made


@pytest.mark.parametrize("name", WORST)
def test_bounded_memory(name: str) -> None:
    tracemalloc.start()
    try:
        with suppress(BadDescriptor):
            check(parse(WORST[name]))
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def counted(run: Callable[[], ReportDescriptor]) -> tuple[ReportDescriptor | None, int]:
    """What it gives, None for a BadDescriptor, and how many lines it took."""
    lines = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return run(), lines
    except BadDescriptor:
        return None, lines
    finally:
        sys.settrace(before)
