"""Which usages the fields of a descriptor have."""

from __future__ import annotations

import pytest

from hookflash.hid import usages as u
from hookflash.hid.descriptor import (
    Collection,
    parse,
)
from hookflash.hid.items import Tag
from support.report_items import (
    APPLICATION,
    ARRAY,
    BIT,
    CLOSE_SET,
    END,
    LOGICAL,
    OPEN_SET,
    VARIABLE,
    collection,
    fields,
    inputs,
    item,
    logical,
    only,
    outputs,
    page,
    shape,
    usage,
    usages,
    whole,
)


def given(*content: bytes) -> list[tuple[int, ...]]:
    """The usages of each field, after a shape of 1 bit for each of 4."""
    found = fields(logical(0, 1), shape(1, 4), *content, inputs(VARIABLE))
    return [field.usages for field in found]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param(usage(0x20, 0x21, 0x22, 0x23), [0x20, 0x21, 0x22, 0x23], id="one each"),
        pytest.param(usage(0x20, 0x21), [0x20, 0x21, 0x21, 0x21], id="the last repeats"),
        pytest.param(usages(0x30, 0x33), [0x30, 0x31, 0x32, 0x33], id="a range"),
        pytest.param(usages(0x30, 0x31), [0x30, 0x31, 0x31, 0x31], id="a short range"),
        pytest.param(usages(0x30, 0x90), [0x30, 0x31, 0x32, 0x33], id="a long range"),
        pytest.param(
            usage(0x20) + usages(0x30, 0x31) + usage(0x21), [0x20, 0x30, 0x31, 0x21], id="mixed"
        ),
        pytest.param(
            usages(0x40, 0x41) + usages(0x30, 0x31), [0x40, 0x41, 0x30, 0x31], id="two ranges"
        ),
        pytest.param(
            item(Tag.USAGE_MAXIMUM, 0x33) + item(Tag.USAGE_MINIMUM, 0x30),
            [0x30, 0x31, 0x32, 0x33],
            id="maximum first",
        ),
        pytest.param(
            item(Tag.USAGE, 0x20, 2) + item(Tag.USAGE, size=0),
            [0x20, 0, 0, 0],
            id="in two bytes, in none",
        ),
    ],
)
def test_usages(items: bytes, expected: list[int]) -> None:
    assert given(items) == [(0x000B0000 | number,) for number in expected]


@pytest.mark.parametrize(
    "items",
    [
        usages(0x00080017, 0x00080018),
        item(Tag.USAGE_MINIMUM, 0x17) + item(Tag.USAGE_MAXIMUM, 0x00080018),
        item(Tag.USAGE_MINIMUM, 0x00080017) + item(Tag.USAGE_MAXIMUM, 0x18),
        usage(0x00080017, 0x00080018),
        usage(0x00080017) + page(0x0C) + usage(0x00080018),
    ],
)
def test_usages_with_a_page_of_their_own(items: bytes) -> None:
    assert given(items)[:2] == [(u.LED_OFF_HOOK,), (u.LED_RING,)]


def test_a_field_without_usage() -> None:
    assert given() == [()] * 4
    assert fields(BIT, inputs(VARIABLE))[0].usage == 0


def test_the_page_named_last_counts() -> None:
    """The idiom of many headsets: a button, its page, then perhaps another button (6.2.2.8)."""
    told = whole(BIT, usage(0x07), page(0x09), inputs(VARIABLE))
    (field,) = told.fields
    assert field.usage == u.BUTTON_7
    assert field.alternatives == (u.PROGRAMMABLE_BUTTON,)
    assert "page 0x0B" in told.doubts[0]

    told = whole(BIT, usage(0x07), page(0x09), usage(0x01), inputs(VARIABLE))
    (field,) = told.fields
    assert (field.usage, field.alternatives) == (u.BUTTON_7, (u.PROGRAMMABLE_BUTTON,))
    assert any("2 usages for 1 fields" in doubt for doubt in told.doubts)


def test_a_page_that_comes_only_after_the_usage() -> None:
    told = parse(usage(0x05) + page(0x0B) + item(Tag.COLLECTION, 1) + END)
    assert told.collections == (Collection(u.HEADSET, APPLICATION),)
    assert told.doubts == ()


def test_local_items_end_with_each_main_item() -> None:
    found = fields(
        BIT, usage(0x20), inputs(VARIABLE), inputs(VARIABLE), usage(0x21), outputs(VARIABLE)
    )
    assert [field.usage for field in found] == [u.HOOK_SWITCH, 0, u.FLASH]
    inner = collection(LOGICAL, 0x06, usage(0x20))
    assert only(inner, BIT, inputs(VARIABLE)).usages == ()


def test_sets_of_usages() -> None:
    """The first of each set is preferred, the others are kept."""
    found = fields(
        logical(0, 1), shape(1, 3),
        OPEN_SET, usage(0x20, 0x00080017, 0x21), CLOSE_SET,
        usage(0x2F),
        OPEN_SET, usage(0x24), CLOSE_SET,
        inputs(VARIABLE),
    )  # fmt: skip
    assert [(field.usage, field.alternatives) for field in found] == [
        (u.HOOK_SWITCH, (u.LED_OFF_HOOK, u.FLASH)),
        (u.PHONE_MUTE, ()),
        (u.REDIAL, ()),
    ]


def test_sets_in_an_array_are_doubtful() -> None:
    told = whole(logical(1, 2), shape(2, 1), OPEN_SET, usage(0x20, 0x21), CLOSE_SET, usage(0x24),
                 inputs(ARRAY))  # fmt: skip
    assert told.fields[0].usages == (u.HOOK_SWITCH, u.REDIAL)
    assert "set of usages in an array" in told.doubts[0]


def test_body_parts_and_texts_change_nothing() -> None:
    tags = (
        Tag.DESIGNATOR_INDEX, Tag.DESIGNATOR_MINIMUM, Tag.DESIGNATOR_MAXIMUM,
        Tag.STRING_INDEX, Tag.STRING_MINIMUM, Tag.STRING_MAXIMUM,
    )  # fmt: skip
    extra = b"".join(item(tag, 7) for tag in tags)
    assert whole(BIT, usage(0x20), extra, inputs(VARIABLE)) == whole(
        BIT, usage(0x20), inputs(VARIABLE)
    )
