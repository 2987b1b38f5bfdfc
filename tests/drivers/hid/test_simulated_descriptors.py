"""The simulated handsets' descriptors say what was meant: by our parser, and by hid-tools."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from hookflash.errors import PortError
from hookflash.hid.descriptor import parse
from hookflash.hid.report import Field, ReportType, pressed
from hookflash.simulated.hid_model import HEADSET, TELEPHONY, HandsetModel, received
from hookflash.simulated.hid_models import MODELS, find_model
from hookflash.simulated.hid_writer import Collection, Layout, Pad, Value

models = pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)

PROGRAMMABLE = {0x000B0007, 0x00090007, 0x00090001}
"""The reject key: parsers differ in which it is."""


def _fields(model: HandsetModel, name: str) -> list[Field]:
    """The parser's fields where a value lies."""
    layout = Layout(model.collections)
    place = layout.places[name]
    report = parse(layout.descriptor).report(place.report_type, place.report_id)
    assert report is not None
    end = place.bit + place.bits
    return [field for field in report.fields if place.bit <= field.bit < end]


@models
def test_the_parser_finds_each_value_in_its_place(model: HandsetModel) -> None:
    layout = Layout(model.collections)
    parsed = parse(layout.descriptor)
    assert {(r.report_type, r.id): r.size for r in parsed.reports()} == dict(layout.sizes)
    for name, place in layout.places.items():
        fields = _fields(model, name)
        assert sum(field.size for field in fields) == place.bits
        assert fields[0].bit == place.bit
        assert fields[0].signed == place.signed
        usage = TELEPHONY.get(name)
        if name == "reject":
            assert set(fields[0].usages) <= PROGRAMMABLE
        elif usage is not None:
            assert fields[0].usage == usage
    assert [c.usage for c in parsed.collections if not c.parents] == [
        collection.usage for collection in model.collections
    ]


@models
def test_the_parser_reads_keys_as_they_are_sent(model: HandsetModel) -> None:
    for key, value in model.keys.items():
        usage = 0x000B00B0 + "0123456789*#ABCD".index(key)
        assert pressed(_fields(model, "key")[0], value) == usage
    if model.keys:
        assert pressed(_fields(model, "key")[0], 0) is None


def test_an_array_of_one_bit_is_idle_with_0() -> None:
    field = _fields(find_model("epos"), "reject")[0]
    assert field.array
    assert pressed(field, 0) is None
    assert pressed(field, 1) in PROGRAMMABLE


@models
def test_what_is_encoded_is_decoded_by_the_parser(model: HandsetModel) -> None:
    layout = Layout(model.collections)
    for name, place in layout.places.items():
        report = parse(layout.descriptor).report(place.report_type, place.report_id)
        assert report is not None
        fields = set(_fields(model, name))
        value = -1 if place.signed else (1 << place.bits) - 1
        data = layout.encode(place.report_type, place.report_id, {name: value})
        assert layout.decode(place.report_type, data)[name] == value
        told = report.decode(data)
        assert {field for field, value in told.items() if value} == fields
        if len(fields) == 1:
            assert told[next(iter(fields))] == value


@models
def test_hid_tools_agrees(model: HandsetModel) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of what Python deprecates
        hid = pytest.importorskip("hidtools.hid")
        judge = hid.ReportDescriptor.from_bytes(bytes(Layout(model.collections).descriptor))
    layout = Layout(model.collections)
    for (kind, report_id), size in layout.sizes.items():
        report = _judged(judge, kind, report_id)
        numbered = 1 if report.numbered else 0
        assert report.size == size - 1 + numbered
        assert numbered == (report_id != 0)
    for name, place in layout.places.items():
        report = _judged(judge, place.report_type, place.report_id)
        numbered = 8 if report.numbered else 0
        field = next(
            field
            for field in report.fields
            if 0 <= place.bit + numbered - field.start < field.size * field.count
        )
        usage = TELEPHONY.get(name)
        if name == "reject":
            told = set(field.usages or (field.usage,))
            assert told & PROGRAMMABLE
        elif usage is not None:
            offset = (place.bit - field.start + numbered) // field.size
            assert (field.usages[offset] if field.usages else field.usage) == usage


def _judged(judge: Any, kind: ReportType, report_id: int) -> Any:
    reports = {
        ReportType.INPUT: judge.input_reports,
        ReportType.OUTPUT: judge.output_reports,
        ReportType.FEATURE: judge.feature_reports,
    }[kind]
    return reports[report_id if report_id else -1]


def test_bytes_of_a_small_descriptor() -> None:
    """By hand, from HID 1.11, 6.2.2."""
    value = Value("hook", TELEPHONY["hook"])
    key = Value("reject", 0x000B0007, 0x02, page_after=0x09)
    layout = Layout((Collection(HEADSET, (received(2, value, key, Pad(6)),)),))
    assert layout.descriptor.hex(" ") == (
        "05 0b 09 05 a1 01 85 02 15 00 25 01 09 20 75 01 95 01 81 22 "
        "09 07 05 09 81 02 95 06 81 01 c0"
    )


def test_a_value_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="hook: described twice"):
        Layout((Collection(HEADSET, (received(1, Value("hook", 1), Value("hook", 1)),)),))


def test_a_value_that_does_not_fit_is_refused() -> None:
    layout = Layout(find_model("on_off").collections)
    with pytest.raises(ValueError, match="hook: 2 does not fit into 2 bits"):
        layout.encode(ReportType.INPUT, 1, {"hook": 2})


def test_no_such_model() -> None:
    with pytest.raises(PortError, match="model 'nokia' is none of jabra, "):
        find_model("nokia")
