"""Report descriptors written here: what each kind of item comes to."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from hookflash.hid import usages as u
from hookflash.hid.descriptor import (
    Collection,
)
from hookflash.hid.items import Tag
from hookflash.hid.report import ReportType
from support.report_items import (
    APPLICATION,
    ARRAY,
    BIT,
    BUFFERED,
    CONSTANT,
    END,
    LOGICAL,
    NO_PREFERRED,
    NONLINEAR,
    NULL_STATE,
    PHYSICAL,
    POP,
    PUSH,
    RELATIVE,
    VARIABLE,
    VOLATILE,
    WRAPS,
    collection,
    features,
    fields,
    inputs,
    item,
    logical,
    only,
    outputs,
    page,
    report_id,
    shape,
    usage,
    usages,
    whole,
)

# --- a whole one ----------------------------------------------------------------------------------


def test_a_headset() -> None:
    """Two reports of one id, a mute report of its own, padding."""
    told = whole(
        report_id(2),
        logical(0, 1),
        shape(1, 2),
        usage(0x20, 0x97),
        inputs(VARIABLE | NO_PREFERRED),
        shape(1, 1),
        usage(0x2F),
        inputs(VARIABLE | RELATIVE),
        collection(LOGICAL, 0x06, usages(0xB0, 0xBB), logical(1, 12), shape(4, 1), inputs(ARRAY)),
        shape(1, 9),
        inputs(CONSTANT),
        page(0x08),
        logical(0, 1),
        usage(0x17),
        shape(1, 1),
        outputs(VARIABLE | NO_PREFERRED),
        shape(7, 1),
        outputs(CONSTANT),
        report_id(9),
        usage(0x09),
        shape(1, 1),
        outputs(VARIABLE),
    )
    assert told.numbered
    assert told.doubts == ()
    assert told.collections == (
        Collection(u.HEADSET, APPLICATION),
        Collection(u.KEY_PAD, LOGICAL, (u.HEADSET,)),
    )
    assert [(str(report), report.size, report.bits) for report in told.reports()] == [
        ("input report 2", 3, 16),
        ("output report 2", 2, 8),
        ("output report 9", 2, 1),
    ]
    keys = tuple(range(u.PHONE_KEY_0, u.PHONE_KEY_POUND + 1))
    assert [
        (field.report_type, field.report_id, field.bit, field.size, field.usages, field.array)
        for field in told.fields
    ] == [
        (ReportType.INPUT, 2, 0, 1, (u.HOOK_SWITCH,), False),
        (ReportType.INPUT, 2, 1, 1, (u.LINE_BUSY_TONE,), False),
        (ReportType.INPUT, 2, 2, 1, (u.PHONE_MUTE,), False),
        (ReportType.INPUT, 2, 3, 4, keys, True),
        (ReportType.INPUT, 2, 7, 9, (), False),
        (ReportType.OUTPUT, 2, 0, 1, (u.LED_OFF_HOOK,), False),
        (ReportType.OUTPUT, 2, 1, 7, (), False),
        (ReportType.OUTPUT, 9, 0, 1, (u.LED_MUTE,), False),
    ]
    report = told.report(ReportType.INPUT, 2)
    assert report is not None
    assert report.fields == told.fields[:5]
    assert told.report(ReportType.FEATURE, 2) is None
    assert told.report(ReportType.INPUT, 0) is None


def test_without_report_ids() -> None:
    told = whole(BIT, usage(0x20), inputs(VARIABLE), usage(0x21), features(VARIABLE))
    assert not told.numbered
    assert [(field.report_type, field.report_id, field.bit) for field in told.fields] == [
        (ReportType.INPUT, 0, 0),
        (ReportType.FEATURE, 0, 0),
    ]


def test_one_report_from_several_places() -> None:
    """Ids that come and go: each report counts its own bits."""
    told = whole(
        logical(0, 1), shape(3, 1),
        report_id(1), usage(0x20), inputs(VARIABLE),
        report_id(2), usage(0x21), inputs(VARIABLE),
        report_id(1), usage(0x22), inputs(VARIABLE), usage(0x17), outputs(VARIABLE),
    )  # fmt: skip
    assert [(field.report_id, field.bit) for field in told.fields] == [
        (1, 0),
        (2, 0),
        (1, 3),
        (1, 0),
    ]


# --- main items -----------------------------------------------------------------------------------

FLAGS = (
    "relative", "wraps", "nonlinear", "no_preferred", "null_state", "volatile", "buffered"
)  # fmt: skip


@pytest.mark.parametrize(
    ("bits", "names"),
    [
        (0, set()),
        (RELATIVE, {"relative"}),
        (WRAPS, {"wraps"}),
        (NONLINEAR, {"nonlinear"}),
        (NO_PREFERRED, {"no_preferred"}),
        (NULL_STATE, {"null_state"}),
        (VOLATILE, {"volatile"}),
        (BUFFERED, {"buffered"}),
        (0x1FC, set(FLAGS)),
    ],
)
def test_flags(bits: int, names: set[str]) -> None:
    field = only(BIT, usage(0x20), inputs(VARIABLE | bits))
    state = asdict(field)
    assert {name for name in FLAGS if state[name]} == names
    assert not field.array
    assert not field.constant


@pytest.mark.parametrize(
    ("flags", "constant", "array"),
    [
        (VARIABLE, False, False),
        (ARRAY, False, True),
        (CONSTANT | VARIABLE, True, False),
        (CONSTANT, True, False),
    ],
)
def test_constants_and_arrays(flags: int, constant: bool, array: bool) -> None:
    """A constant has no values to choose from, so that it is never an array."""
    field = only(BIT, usage(0x20), inputs(flags))
    assert (field.constant, field.array) == (constant, array)
    assert field.usages == (u.HOOK_SWITCH,)


def test_a_main_item_without_data_is_an_array() -> None:
    assert only(BIT, usage(0x20), item(Tag.INPUT, size=0)).array


def test_constants_with_usages_are_fields_of_their_own() -> None:
    """Some devices declare a hook switch constant and send it all the same."""
    found = fields(logical(0, 1), shape(1, 2), usage(0x20, 0x2F), inputs(CONSTANT | VARIABLE))
    assert [(field.bit, field.usage) for field in found] == [(0, u.HOOK_SWITCH), (1, u.PHONE_MUTE)]


def test_padding_is_one_field() -> None:
    found = fields(shape(3, 5), inputs(CONSTANT), BIT, usage(0x20), inputs(VARIABLE))
    assert [(field.bit, field.size, field.usages) for field in found] == [
        (0, 15, ()),
        (15, 1, (u.HOOK_SWITCH,)),
    ]


def test_slots_of_an_array_are_fields() -> None:
    found = fields(logical(1, 3), shape(8, 3), usages(0xB0, 0xB2), inputs(ARRAY))
    keys = (u.PHONE_KEY_0, u.PHONE_KEY_0 + 1, u.PHONE_KEY_0 + 2)
    assert [(field.bit, field.usages, field.usage) for field in found] == [
        (0, keys, 0),
        (8, keys, 0),
        (16, keys, 0),
    ]


def test_an_array_has_no_more_usages_than_values() -> None:
    field = only(logical(0, 3), shape(2, 1), usages(0, 0xFFFF), inputs(ARRAY))
    assert field.usages == (0x000B0000, 0x000B0001, 0x000B0002, 0x000B0003)


# --- global items ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        ((0, 1), (0xFF, 1), (0, 255)),
        ((0, 1), (0xFFFF, 2), (0, 65535)),
        ((0, 1), (0xFFFF_FFFF, 4), (0, 0xFFFF_FFFF)),
        ((1, 1), (0x80, 1), (1, 128)),
        ((-1, 1), (1, 1), (-1, 1)),
        ((-127, 1), (127, 1), (-127, 127)),
        ((-0x8000, 2), (0x7FFF, 2), (-0x8000, 0x7FFF)),
        ((-0x8000_0000, 4), (-1, 4), (-0x8000_0000, -1)),
        ((-5, 1), (-2, 1), (-5, -2)),
        ((-5, 1), (0xFA, 1), (-5, 0xFA)),  # as signed it would be below the minimum
        ((0x80, 2), (0x90, 2), (0x80, 0x90)),
    ],
)
def test_logical_and_physical_ranges(
    least: tuple[int, int], most: tuple[int, int], expected: tuple[int, int]
) -> None:
    """A maximum is unsigned beside a minimum of 0 or more, whichever of them comes first."""
    for order in (1, -1):
        ends = (item(Tag.LOGICAL_MINIMUM, *least), item(Tag.LOGICAL_MAXIMUM, *most))[::order]
        field = only(*ends, shape(32, 1), usage(0x20), inputs(VARIABLE))
        assert (field.logical_min, field.logical_max) == expected
        ends = (item(Tag.PHYSICAL_MINIMUM, *least), item(Tag.PHYSICAL_MAXIMUM, *most))[::order]
        field = only(*ends, BIT, usage(0x20), inputs(VARIABLE))
        assert (field.physical_min, field.physical_max) == expected


@pytest.mark.parametrize(("least", "most", "size"), [(0, 0, 1), (5, 3, 8)])
def test_a_logical_range_that_is_none(least: int, most: int, size: int) -> None:
    """Never declared, or the wrong way round: the bits say what is possible."""
    field = only(logical(least, most), shape(size, 1), usage(0x20), inputs(VARIABLE))
    assert (field.logical_min, field.logical_max) == (0, (1 << size) - 1)


def test_units() -> None:
    unit = item(Tag.UNIT, 0x1001)
    for coded, expected in ((0, 0), (7, 7), (8, -8), (0xF, -1), (0xFE, -2)):
        field = only(unit, item(Tag.UNIT_EXPONENT, coded), BIT, usage(0x20), inputs(VARIABLE))
        assert (field.unit, field.unit_exponent) == (0x1001, expected)


def test_push_and_pop() -> None:
    """Everything global comes back: page, ranges, shape, unit and report id."""
    found = fields(
        report_id(3), logical(0, 1), shape(1, 1), item(Tag.UNIT, 0x11), item(Tag.UNIT_EXPONENT, 3),
        item(Tag.PHYSICAL_MAXIMUM, 9),
        PUSH,
        page(0x08), report_id(4), logical(-3, 3), shape(5, 2), item(Tag.UNIT, 0x22),
        item(Tag.UNIT_EXPONENT, 4), item(Tag.PHYSICAL_MAXIMUM, 10), usage(0x17), inputs(VARIABLE),
        PUSH, logical(0, 7), PUSH, POP, usage(0x18), inputs(VARIABLE), POP,
        usage(0x19), inputs(VARIABLE),
        POP,
        usage(0x20), inputs(VARIABLE),
    )  # fmt: skip
    inside = [(0x00080017, 0), (0x00080017, 5), (0x00080018, 10), (0x00080018, 15)]
    inside += [(0x00080019, 20), (0x00080019, 25)]
    assert [(field.usage, field.bit) for field in found] == [*inside, (u.HOOK_SWITCH, 0)]
    assert [field.logical_max for field in found] == [3, 3, 7, 7, 3, 3, 1]
    last = found[-1]
    assert (last.report_id, last.size, last.unit, last.unit_exponent) == (3, 1, 0x11, 3)
    assert (last.physical_max, last.logical_min) == (9, 0)
    assert (found[0].report_id, found[0].unit, found[0].unit_exponent) == (4, 0x22, 4)


# --- collections ----------------------------------------------------------------------------------


def test_nested_collections() -> None:
    """Also an application within an application, as EPOS has it."""
    told = whole(
        collection(APPLICATION, 0x01, collection(LOGICAL, 0x06, BIT, usage(0xB0), inputs(ARRAY))),
        collection(0x85, 0xFF300001, BIT, usage(0x20), outputs(VARIABLE)),
        item(Tag.COLLECTION, PHYSICAL, 0), END,
    )  # fmt: skip
    assert told.collections == (
        Collection(u.HEADSET, APPLICATION),
        Collection(u.PHONE, APPLICATION, (u.HEADSET,)),
        Collection(u.KEY_PAD, LOGICAL, (u.HEADSET, u.PHONE)),
        Collection(0xFF300001, 0x85, (u.HEADSET,)),
        Collection(0, PHYSICAL, (u.HEADSET,)),
    )
    assert [field.collections for field in told.fields] == [
        (u.HEADSET, u.PHONE, u.KEY_PAD),
        (u.HEADSET, 0xFF300001),
    ]
    assert told.doubts == ()
