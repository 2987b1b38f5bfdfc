"""Reports: bytes to values and back, bit for bit."""

from __future__ import annotations

import pytest

from hookflash.errors import BadValue, HookflashError
from hookflash.hid import usages as u
from hookflash.hid.descriptor import MAX_REPORT_BITS
from hookflash.hid.items import Tag
from hookflash.hid.report import Field, Report, pressed, selecting
from support.report_items import (
    ARRAY,
    BIT,
    CONSTANT,
    NULL_STATE,
    VARIABLE,
    inputs,
    item,
    logical,
    outputs,
    report_id,
    shape,
    usage,
    usages,
    whole,
)


def report(*content: bytes) -> Report:
    """The one report of a phone."""
    (found,) = whole(*content).reports()
    return found


def values(found: Report, data: str) -> list[int]:
    return list(found.decode(bytes.fromhex(data)).values())


# --- layout ---------------------------------------------------------------------------------------

ACROSS = (
    report_id(7) + logical(0, 0xFF),
    *(shape(size, count) + inputs(VARIABLE) for size, count in ((3, 1), (11, 1), (32, 1), (1, 3))),
)


def test_fields_over_the_borders_of_bytes() -> None:
    """Low bits first: 3, 11, 32 and thrice 1 bit."""
    found = report(*ACROSS)
    assert [field.bit for field in found.fields] == [0, 3, 14, 46, 47, 48]
    assert (found.bits, found.size) == (49, 8)
    assert values(found, "07 05 00 00 00 00 00 00") == [5, 0, 0, 0, 0, 0]
    assert values(found, "07 f8 3f 00 00 00 00 00") == [0, 0x7FF, 0, 0, 0, 0]
    assert values(found, "07 00 c0 ff ff ff 3f 00") == [0, 0, 0xFFFFFFFF, 0, 0, 0]
    assert values(found, "07 00 00 00 00 00 c0 00") == [0, 0, 0, 1, 1, 0]
    assert values(found, "07 00 00 00 00 00 00 01") == [0, 0, 0, 0, 0, 1]
    assert values(found, "07 00 00 00 00 00 00 fe") == [0, 0, 0, 0, 0, 0]


def test_encoding_is_the_reverse() -> None:
    found = report(*ACROSS)
    for place, (field, most) in enumerate(zip(found.fields, (7, 255, 255, 1, 1, 1), strict=True)):
        data = found.encode({field: most})
        assert len(data) == found.size
        assert data[0] == 7
        assert int.from_bytes(data[1:], "little") == most << field.bit
        told = list(found.decode(data).values())
        assert told == [most if other == place else 0 for other in range(6)]


@pytest.mark.parametrize(
    ("size", "least", "most", "coded"),
    [
        (2, -1, 1, {-1: 0b11, 0: 0, 1: 1}),
        (4, -8, 7, {-8: 0b1000, -1: 0b1111, 7: 7}),
        (8, -127, 127, {-127: 0x81, 127: 0x7F}),
        (16, -0x8000, 0x7FFF, {-0x8000: 0x8000, -2: 0xFFFE}),
        (32, -0x8000_0000, 0x7FFF_FFFF, {-0x8000_0000: 0x8000_0000, -1: 0xFFFF_FFFF}),
        (8, 0, 255, {255: 0xFF, 128: 0x80}),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 5, 8])
def test_signs(before: int, size: int, least: int, most: int, coded: dict[int, int]) -> None:
    """Two's complement where the logical minimum is negative, and only there."""
    padding = (shape(before, 1), outputs(CONSTANT)) if before else ()
    found = report(*padding, logical(least, most), shape(size, 1), usage(0x20), outputs(VARIABLE))
    field = found.fields[-1]
    for value, bits in coded.items():
        data = found.encode({field: value})
        assert data == b"\x00" + (bits << before).to_bytes(found.size - 1, "little")
        assert found.decode(data)[field] == value
    assert field.signed == (least < 0)


@pytest.mark.parametrize(
    ("bits", "size"), [(1, 2), (8, 2), (9, 3), (16, 3), (17, 4), (MAX_REPORT_BITS, 16385)]
)
def test_sizes(bits: int, size: int) -> None:
    """The byte for the id counts, numbered or not; the last byte counts if begun."""
    for content in ((), (report_id(5),)):
        found = report(*content, shape(bits, 1), outputs(CONSTANT))
        assert (found.bits, found.size) == (bits, size)
        data = found.encode({})
        assert data == bytes([found.id]) + bytes(size - 1)


# --- whole reports --------------------------------------------------------------------------------


def test_short_and_long_reports() -> None:
    """Fields that do not fit are absent, in part too; the rest is there."""
    found = report(logical(0, 15), shape(4, 3), usages(0x20, 0x22), inputs(VARIABLE))
    first, second, third = found.fields
    assert found.decode(b"") == {}
    assert found.decode(b"\x00") == {}
    assert found.decode(b"\x00\x21") == {first: 1, second: 2}
    assert found.decode(b"\x00\x21\xf3") == {first: 1, second: 2, third: 3}
    assert found.decode(b"\x00\x21\xf3\xff\xff") == {first: 1, second: 2, third: 3}
    wide = report(logical(0, 1), shape(12, 1), usage(0x20), inputs(VARIABLE))
    assert wide.decode(b"\x00\x01") == {}


def test_constants_are_told_too() -> None:
    """Some devices send values in what they declare constant."""
    found = report(BIT, usage(0x20), inputs(CONSTANT | VARIABLE), shape(7, 1), inputs(CONSTANT))
    assert values(found, "00 ff") == [1, 0x7F]


def test_two_fields_with_one_usage() -> None:
    found = report(BIT, usage(0x20), inputs(VARIABLE), usage(0x20), inputs(VARIABLE))
    first, second = found.fields
    assert found.decode(b"\x00\x02") == {first: 0, second: 1}


def test_the_report_of_another_id() -> None:
    found = report(*ACROSS)
    with pytest.raises(BadValue, match="decode input report 7: the bytes are those of report 6"):
        found.decode(b"\x06\x00")
    unnumbered = report(BIT, usage(0x20), inputs(VARIABLE))
    with pytest.raises(BadValue, match="report 1"):
        unnumbered.decode(b"\x01\x00")


# --- values that do not go in ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "good", "bad"),
    [
        ((logical(0, 1), shape(1, 1), outputs(VARIABLE)), (0, 1), (-1, 2)),
        ((logical(2, 5), shape(8, 1), outputs(VARIABLE)), (2, 5), (1, 6, 0)),
        ((logical(-2, 5), shape(8, 1), outputs(VARIABLE)), (-2, 5), (-3, 6)),
        ((logical(0, 255), shape(4, 1), outputs(VARIABLE)), (0, 15), (16,)),
        ((logical(-100, 100), shape(4, 1), outputs(VARIABLE)), (-8, 7), (-9, 8)),
        ((logical(1, 5), shape(4, 1), outputs(VARIABLE | NULL_STATE)), (0, 1, 15), (-1, 16)),
        ((logical(1, 5), shape(4, 1), outputs(ARRAY)), (0, 1, 12), (-1, 16)),
        ((shape(4, 1), outputs(VARIABLE)), (0, 15), (16,)),
    ],
)
def test_range(content: tuple[bytes, ...], good: tuple[int, ...], bad: tuple[int, ...]) -> None:
    """The logical range and the bits bind; a null state and an array may leave the range."""
    found = report(report_id(3), usage(0x20), *content)
    (field,) = found.fields
    for value in good:
        assert found.decode(found.encode({field: value})) == {field: value}
    for value in bad:
        with pytest.raises(BadValue) as caught:
            found.encode({field: value})
        message = str(caught.value)
        assert message.startswith("encode output report 3: Telephony: Hook Switch ")
        assert f"= {value}, must be {min(good)} to " in message
        assert caught.value.code == "bad_value"
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, HookflashError)


def test_a_field_as_wide_as_a_report() -> None:
    """Its values have more digits than Python makes a text of."""
    found = report(logical(0, 1), shape(MAX_REPORT_BITS, 1), usage(0x20), outputs(VARIABLE))
    (field,) = found.fields
    value = (1 << MAX_REPORT_BITS) - 1
    assert found.decode(b"\x00" + b"\xff" * (found.size - 1)) == {field: value}
    with pytest.raises(BadValue, match=f"= a number of {MAX_REPORT_BITS} bits, must be 0 to 1"):
        found.encode({field: value})


def test_constants_take_what_fits() -> None:
    """Their logical range is often not declared, and binds nobody."""
    found = report(shape(4, 1), usage(0x20), outputs(CONSTANT | VARIABLE))
    (field,) = found.fields
    assert found.encode({field: 15}) == b"\x00\x0f"
    with pytest.raises(BadValue):
        found.encode({field: 16})


def test_what_is_not_given_is_0() -> None:
    found = report(logical(2, 5), shape(8, 2), usage(0x20, 0x21), outputs(VARIABLE))
    assert found.encode({found.fields[1]: 3}) == b"\x00\x00\x03"


def test_a_field_of_another_report() -> None:
    told = whole(BIT, usage(0x20), inputs(VARIABLE), usage(0x17), outputs(VARIABLE))
    hook, lamp = told.fields
    found = told.reports()[1]
    with pytest.raises(BadValue, match=r"Hook Switch \(input report 0, bit 0\) is no field of it"):
        found.encode({lamp: 1, hook: 1})


# --- arrays ---------------------------------------------------------------------------------------


def array(least: int, most: int, size: int, ids: bytes, flags: int = 0) -> Field:
    return report(logical(least, most), shape(size, 1), ids, inputs(ARRAY | flags)).fields[0]


KEYS = usages(0xB0, 0xBB)
ZERO, NINE, STAR, POUND = u.PHONE_KEY_0, u.PHONE_KEY_9, u.PHONE_KEY_STAR, u.PHONE_KEY_POUND


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param(
            array(1, 12, 4, KEYS),
            {0: None, 1: ZERO, 10: NINE, 12: POUND, 13: None},
            id="by the book",
        ),
        pytest.param(
            array(1, 12, 4, KEYS, NULL_STATE),
            {0: None, 1: ZERO, 12: POUND, 15: None},
            id="null state",
        ),
        pytest.param(
            array(0, 11, 4, KEYS), {0: None, 1: ZERO, 11: STAR, 12: POUND, 13: None}, id="from 0"
        ),
        pytest.param(
            array(0, 12, 4, KEYS, NULL_STATE),
            {0: None, 1: ZERO, 12: POUND, 13: None},
            id="from 0, null state, one value too many",
        ),
        pytest.param(
            array(0, 11, 4, KEYS, NULL_STATE),
            {0: ZERO, 9: NINE, 11: POUND, 12: None, 15: None},
            id="from 0, null state for none",
        ),
        pytest.param(array(0, 1, 1, usage(0x07)), {0: None, 1: u.PROGRAMMABLE_BUTTON}, id="1 bit"),
        pytest.param(
            array(0, 0x3FF, 16, usages(0, 0x3FF)),
            {0: None, 0x2F: u.PHONE_MUTE, 0x3FF: 0x000B03FF, 0x400: None},
            id="a page from its none",
        ),
        pytest.param(
            array(-2, 1, 4, KEYS),
            {-2: ZERO, -1: ZERO + 1, 1: ZERO + 3, 2: None, -3: None},
            id="signed",
        ),
        pytest.param(
            array(5, 9, 4, KEYS), {0: None, 4: None, 5: ZERO, 9: ZERO + 4, 10: None}, id="5"
        ),
        pytest.param(array(1, 12, 4, b""), {0: None, 1: None}, id="without usages"),
    ],
)
def test_arrays(field: Field, expected: dict[int, int | None]) -> None:
    """Which usage a value means, and which value means a usage."""
    assert {value: pressed(field, value) for value in expected} == expected
    for value, what in expected.items():
        if what is not None:
            assert selecting(field, what) == value
    assert selecting(field, u.LED_RING) is None


def test_a_ringer_that_is_told_by_its_number() -> None:
    """Some adapters want Ringer written as the value 9Eh of an array that begins at 0."""
    told = report(item(Tag.LOGICAL_MAXIMUM, 0xFF), shape(8, 1), usages(0, 0xFF), outputs(ARRAY))
    (field,) = told.fields
    value = selecting(field, u.RINGER)
    assert value == 0x9E
    assert told.encode({field: value}) == b"\x00\x9e"


def test_a_value_that_does_not_fit_is_not_chosen() -> None:
    field = array(0, 15, 4, usages(0xB0, 0xBF))
    assert selecting(field, u.PHONE_KEY_D) is None  # would be 16
    assert selecting(field, u.PHONE_KEY_D - 1) == 15


def test_what_a_field_is_called() -> None:
    told = whole(report_id(2), shape(3, 1), inputs(CONSTANT), BIT, usage(0x20), inputs(VARIABLE))
    assert [str(field) for field in told.fields] == [
        "no usage (input report 2, bit 0)",
        "Telephony: Hook Switch (input report 2, bit 3)",
    ]
