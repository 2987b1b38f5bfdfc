"""What must hold of report descriptors and reports, whatever the bytes are: no error but ours."""

from __future__ import annotations

from itertools import pairwise

from hookflash.errors import BadDescriptor, BadValue
from hookflash.hid.descriptor import (
    MAX_DEPTH,
    MAX_DOUBTS,
    MAX_FIELDS,
    MAX_REPORT_BITS,
    ReportDescriptor,
    parse,
)
from hookflash.hid.items import CutItem, Tag, read_items
from hookflash.hid.report import Field, Report, ReportType, pressed, selecting
from hookflash.hid.usages import name

_MAIN = {
    Tag.INPUT: ReportType.INPUT,
    Tag.OUTPUT: ReportType.OUTPUT,
    Tag.FEATURE: ReportType.FEATURE,
}


def descriptor(data: bytes) -> None:
    """A descriptor; then its own bytes as reports."""
    try:
        told = parse(data, "it")
    except BadDescriptor as error:
        assert str(error).startswith("parse it: at byte ")
        return
    assert len(told.fields) <= MAX_FIELDS
    assert len(told.doubts) <= MAX_DOUBTS + 1
    assert all(len(one.parents) < MAX_DEPTH for one in told.collections)
    bits = _bits(data)
    assert {(report.report_type, report.id): report.bits for report in told.reports()} == bits
    for report in told.reports():
        _is_laid_out(report, told)
        _goes_to_and_fro(report, data)
    for field in told.fields[:50]:
        _names_what_it_says(field)


def _bits(data: bytes) -> dict[tuple[ReportType, int], int]:
    """How long the reports are, found in another way: sizes and counts, and nothing else."""
    now = {Tag.REPORT_SIZE: 0, Tag.REPORT_COUNT: 0, Tag.REPORT_ID: 0}
    stack = []
    bits: dict[tuple[ReportType, int], int] = {}
    try:
        for _, tag, _, value in read_items(data):
            if tag in now:
                now[tag] = value
            elif tag == Tag.PUSH:
                stack.append(dict(now))
            elif tag == Tag.POP:
                now = stack.pop()
            elif tag in _MAIN and (more := now[Tag.REPORT_SIZE] * now[Tag.REPORT_COUNT]):
                key = _MAIN[tag], now[Tag.REPORT_ID]
                bits[key] = bits.get(key, 0) + more
    except CutItem as error:
        raise AssertionError("understood, though it is cut off") from error
    return bits


def _is_laid_out(report: Report, told: ReportDescriptor) -> None:
    assert told.report(report.report_type, report.id) == report
    assert report.bits <= MAX_REPORT_BITS
    assert report.fields[0].bit == 0
    assert all(one.bit + one.size == other.bit for one, other in pairwise(report.fields))
    assert all(len(field.usages) <= 1 for field in report.fields if not field.array)
    assert all(one.logical_min <= one.logical_max for one in report.fields if not one.constant)


def _goes_to_and_fro(report: Report, data: bytes) -> None:
    sent = bytes([report.id]) + (data * (report.size // len(data) + 1))[: report.size - 1]
    values = report.decode(sent)
    assert len(values) == len(report.fields)
    try:
        again = report.encode(values)
    except BadValue:
        assert any(not field.logical_min <= values[field] <= field.logical_max for field in values)
        return
    unused = 8 * (report.size - 1) - report.bits
    whole = int.from_bytes(sent[1:], "little") & (1 << 8 * (report.size - 1) - unused) - 1
    assert int.from_bytes(again[1:], "little") == whole
    short = report.decode(sent[: report.size // 2])
    assert short == {field: values[field] for field in report.fields[: len(short)]}


def _names_what_it_says(field: Field) -> None:
    assert all(name(usage) for usage in (field.usage, *field.alternatives))
    if field.array:
        for value in range(-2, 20):
            usage = pressed(field, value)
            if usage is not None and value >> field.size == 0:
                chosen = selecting(field, usage)
                assert chosen is not None
                assert chosen <= value
                assert pressed(field, chosen) == usage
