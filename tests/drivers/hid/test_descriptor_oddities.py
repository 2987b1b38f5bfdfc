"""Report descriptors that are odd, and those that cannot be understood."""

from __future__ import annotations

import pytest

from hookflash.errors import BadDescriptor, HookflashError
from hookflash.hid import usages as u
from hookflash.hid.descriptor import (
    MAX_DEPTH,
    MAX_DOUBTS,
    MAX_FIELDS,
    MAX_LENGTH,
    MAX_REPORT_BITS,
    MAX_USAGES,
    parse,
)
from hookflash.hid.items import Tag
from support.report_items import (
    ARRAY,
    BEGIN,
    BIT,
    CLOSE_SET,
    CONSTANT,
    END,
    OPEN_SET,
    POP,
    PUSH,
    VARIABLE,
    fields,
    inputs,
    item,
    logical,
    long_item,
    outputs,
    page,
    report_id,
    shape,
    signed,
    usage,
    usages,
    whole,
)

# --- oddities that do no harm ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        (long_item(0xF0, b"abc"), "a long item, 0xF0"),
        (long_item(0x01, b""), "a long item, 0x01"),
        (b"\x00", "unknown main item, 0x00"),
        (item(0xD0, 1), "unknown main item, 0xD0"),
        (item(0xC4, 1), "unknown global item, 0xC4"),
        (item(0x68, 1), "unknown local item, 0x68"),
        (item(0x0C, 1), "unknown reserved item, 0x0C"),
        (shape(0, 5) + inputs(VARIABLE), "5 fields of 0 bits are none"),
        (shape(5, 0) + inputs(VARIABLE), "0 fields of 5 bits are none"),
        (usage(0x20, 0x21) + BIT + inputs(VARIABLE), "2 usages for 1 fields"),
        (item(Tag.USAGE_MINIMUM, 3) + BIT + inputs(VARIABLE), "with one end"),
        (usages(5, 3) + BIT + inputs(VARIABLE), "ends before it begins"),
        (usages(0x00080003, 0x00090003) + BIT + inputs(VARIABLE), "ends before it begins"),
        (OPEN_SET + BIT + usage(0x20) + inputs(VARIABLE), "without its end"),
        (OPEN_SET + OPEN_SET + CLOSE_SET, "a delimiter within a set"),
        (CLOSE_SET, "the end of none"),
        (OPEN_SET + usages(1, 9) + CLOSE_SET + BIT + inputs(VARIABLE), "a range of usages within"),
        (item(Tag.COLLECTION, 0x42) + END, "reserved kind 0x42"),
        (usage(0x20, 0x21) + item(Tag.COLLECTION, 1) + END, "2 usages for a collection"),
        (item(Tag.COLLECTION, 1) + usage(0x20) + END, "usages at the end of a collection"),
        (item(Tag.USAGE_PAGE, 0xF000B), "over 16 bits"),
        (PUSH, "1 pushed states"),
        (signed(Tag.LOGICAL_MINIMUM, 5) + shape(8, 1) + inputs(VARIABLE), "range from 5 to 0"),
        (BIT + inputs(VARIABLE) + report_id(1) + outputs(VARIABLE), "in no numbered report"),
    ],
)
def test_doubts(content: bytes, doubt: str) -> None:
    """Told, and what follows is understood all the same."""
    told = whole(content, item(Tag.COLLECTION, 1), PUSH, POP, END)
    assert len(told.doubts) == 1, told.doubts
    assert doubt in told.doubts[0]
    assert told.doubts[0].startswith("at byte ")


def test_a_main_item_outside_of_all_collections() -> None:
    told = parse(page(0x0B) + BIT + usage(0x20) + inputs(VARIABLE))
    assert told.fields[0].usage == u.HOOK_SWITCH
    assert "in no collection" in told.doubts[0]


def test_doubts_do_not_grow_without_end() -> None:
    told = whole(b"\x00" * 1000)
    assert len(told.doubts) == MAX_DOUBTS + 1
    assert told.doubts[-1] == f"{1000 - MAX_DOUBTS} more doubts"


# --- what cannot be understood --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "at", "problem"),
    [
        (b"", 0, "there is none"),
        (b"\x00" * (MAX_LENGTH + 1), 0, f"{MAX_LENGTH + 1} bytes"),
        (page(0x0B) + b"\x05", 2, "beyond the end"),
        (page(0x0B) + b"\x27\x01\x02\x03", 2, "beyond the end"),
        (page(0x0B) + b"\xfe", 2, "beyond the end"),
        (page(0x0B) + b"\xfe\x00", 2, "beyond the end"),
        (page(0x0B) + b"\xfe\x02\x01a", 2, "beyond the end"),
        (END, 0, "the end of a collection that did not begin"),
        (BEGIN + END + END, 5, "the end of a collection that did not begin"),
        (BEGIN, 4, "1 collections have no end"),
        (BEGIN * (MAX_DEPTH + 1), 4 * MAX_DEPTH + 2, "deep"),
        (PUSH * (MAX_DEPTH + 1), MAX_DEPTH, "pushed"),
        (PUSH + POP + POP, 2, "a state is popped that was not pushed"),
        (report_id(0), 0, "the report id 0"),
        (report_id(256), 0, "the report id 256"),
        (item(Tag.REPORT_ID, size=0), 0, "the report id 0"),
        (shape(1, 2**31) + inputs(VARIABLE), 7, "bits"),
        (shape(2**31, 1) + inputs(CONSTANT), 7, "bits"),
        (shape(1, MAX_FIELDS + 1) + logical(0, 1) + inputs(VARIABLE), 9, "fields"),
        (shape(1, MAX_REPORT_BITS) + inputs(CONSTANT) + shape(1, 1) + inputs(CONSTANT), 13, "bits"),
    ],
)
def test_what_cannot_be_understood(data: bytes, at: int, problem: str) -> None:
    with pytest.raises(BadDescriptor) as caught:
        parse(data, "sim-hid:")
    message = str(caught.value)
    assert message.startswith(f"parse sim-hid:: at byte {at}: ")
    assert problem in message
    assert "plug the device in anew" in message
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, HookflashError)
    assert caught.value.code == "bad_descriptor"


def test_whose_descriptor_it_is() -> None:
    with pytest.raises(BadDescriptor, match=r"^parse report descriptor: "):
        parse(b"\xc0")


def test_as_much_as_allowed() -> None:
    """The limits themselves are within."""
    deep = parse(BEGIN * MAX_DEPTH + END * MAX_DEPTH)
    assert len(deep.collections) == MAX_DEPTH
    assert len(whole(logical(0, 1), shape(1, MAX_FIELDS), inputs(VARIABLE)).fields) == MAX_FIELDS
    assert whole(shape(1, MAX_REPORT_BITS), inputs(CONSTANT)).fields[0].size == MAX_REPORT_BITS
    assert whole(PUSH * MAX_DEPTH, POP * MAX_DEPTH).doubts == ()


def test_usages_that_arrays_may_name() -> None:
    """Arrays that name the same ones share them; other ones add up."""
    head = logical(0, 0xFFFF) + shape(1, 1)
    times = 2 * MAX_USAGES >> 16
    same = fields(head, (usages(0, 0xFFFF) + inputs(ARRAY)) * times)
    assert len(same) == times
    assert all(field.usages is same[0].usages for field in same)
    pages = (page(number) + usages(0, 0xFFFF) + inputs(ARRAY) for number in range(1, times))
    with pytest.raises(BadDescriptor, match=f"the arrays name more than {MAX_USAGES} usages"):
        fields(head, *pages)
