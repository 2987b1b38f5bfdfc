"""hid-tools as an independent judge of what descriptors and reports mean.

Where the two differ by design:

- A usage that was given before a change of page: the page named last counts for us (HID 1.11,
  6.2.2.8), the other reading is kept as an alternative of a variable, and a doubt tells of it;
  hid-tools, like Linux, leaves the usage where it was if a later one is on the new page already.
- A maximum beside a negative minimum is signed for us, always unsigned for hid-tools.
- An array has for us no more usages than values; hid-tools keeps them all.
- Variables without any usage are one wide field for hid-tools.
- What hid-tools does not know, or takes otherwise, is not in the descriptors that are made for it:
  units and report ids over Push and Pop, delimiters, long and unknown items, several ranges or
  ranges among usages for one main item, fields without bits, usages before the end of a collection.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from hidtools.hid import HidField, HidReport
from hidtools.hid import ReportDescriptor as Judge
from hypothesis import given, note, settings
from hypothesis import strategies as st

from hookflash.hid.descriptor import ReportDescriptor, parse
from hookflash.hid.report import Field, Report, ReportType
from hookflash.hid.usages import TELEPHONY
from support.report_structures import descriptor

seeds = st.integers(0, 2**64 - 1)
FOLDER = os.environ.get("HOOKFLASH_DESCRIPTORS", "")


def judged(data: bytes) -> dict[tuple[ReportType, int], HidReport]:
    """The judge's reports by type and id, 0 if they have none."""
    judge = Judge.from_bytes(data)
    return {
        (kind, max(0, number)): report
        for kind, reports in (
            (ReportType.INPUT, judge.input_reports),
            (ReportType.OUTPUT, judge.output_reports),
            (ReportType.FEATURE, judge.feature_reports),
        )
        for number, report in reports.items()
        if report.fields
    }


def pairs(ours: Report, theirs: HidReport) -> list[tuple[HidField, list[Field]]]:
    """Each of the judge's fields with those of ours that lie in its bits; all of them do."""
    rest = list(ours.fields)
    found = []
    for field in theirs.fields:
        end = field.start + field.size * field.count - _id_bits(theirs)
        mine = [one for one in rest if one.bit < end]
        rest = rest[len(mine) :]
        assert mine, f"{ours}: nothing before bit {end}"
        assert mine[-1].bit + mine[-1].size == end
        found.append((field, mine))
    assert rest == []
    return found


def _id_bits(report: HidReport) -> int:
    return 8 if report.numbered else 0


def check(told: ReportDescriptor, data: bytes) -> None:
    """Compare everything."""
    by_judge = judged(data)
    moved = any("was given on page" in doubt for doubt in told.doubts)
    assert {(report.report_type, report.id) for report in told.reports()} == set(by_judge)
    for report in told.reports():
        theirs = by_judge[report.report_type, report.id]
        assert report.bits == theirs.bitsize - _id_bits(theirs)
        assert told.numbered == theirs.numbered
        for field, mine in pairs(report, theirs):
            _check_flags(field, mine)
            _check_usages(field, mine, moved)


def _check_flags(theirs: HidField, mine: list[Field]) -> None:
    for field in mine:
        flags = (
            field.constant, not field.array, field.relative, field.wraps, field.nonlinear,
            field.no_preferred, field.null_state, field.volatile, field.buffered,
        )  # fmt: skip
        said = [bool(theirs.type >> place & 1) for place in range(9)]
        if field.constant:
            said[1] = True  # an array of constants: there is nothing to choose from
        assert list(flags) == said
        if not field.constant:
            assert field.logical_min == theirs.logical_min
            assert _unsigned(theirs.logical_max, field.logical_max)
        assert field.physical_min == theirs.physical_min
        assert _unsigned(theirs.physical_max, field.physical_max)
        assert (field.unit, field.unit_exponent) == (theirs.unit, theirs.unit_exp)


def _unsigned(theirs: int, ours: int) -> bool:
    return theirs == ours or (ours < 0 and theirs - ours in (1 << 8, 1 << 16, 1 << 32))


def _check_usages(theirs: HidField, mine: list[Field], moved: bool) -> None:
    if mine[0].array:
        assert theirs.usages is not None
        values = mine[0].logical_max - mine[0].logical_min + 1
        assert [field.size for field in mine] == [theirs.size] * theirs.count
        assert all(field.usages == mine[0].usages for field in mine)
        for usage, said in zip(mine[0].usages, theirs.usages[:values], strict=True):
            assert usage == said or (moved and usage & 0xFFFF == said & 0xFFFF)
    elif not mine[0].usages:
        assert theirs.usage == 0
    else:
        (field,) = mine
        assert field.size == theirs.size
        assert theirs.usage in (field.usage, *field.alternatives)


@settings(max_examples=3000, derandomize=True, deadline=None)
@given(seeds)
def test_the_judge_agrees(seed: int) -> None:
    """Each report's size; each field's place, size, usages, flags, ranges and unit."""
    data = descriptor(Random(seed), judged=True)
    note(data.hex(" "))
    check(parse(data), data)


@settings(max_examples=1500, derandomize=True, deadline=None)
@given(seeds)
def test_the_judge_reads_the_same_values(seed: int) -> None:
    """Any bits at all mean the same to both; and encoding them gives them back."""
    random = Random(seed)
    data = descriptor(random, judged=True)
    note(data.hex(" "))
    told, by_judge = parse(data), judged(data)
    for report in told.reports():
        theirs = by_judge[report.report_type, report.id]
        bits = random.getrandbits(report.bits)
        sent = bytes([report.id]) + bits.to_bytes(report.size - 1, "little")
        values = report.decode(sent)
        assert list(values) == list(report.fields)
        for field, mine in pairs(report, theirs):
            if field.size == mine[0].size:
                seen = field.get_values(list(sent if theirs.numbered else sent[1:]))
                assert [values[one] for one in mine] == seen
        rightful = {
            field: value
            for field, value in values.items()
            if field.array or field.null_state or field.logical_min <= value <= field.logical_max
        }
        again = report.decode(report.encode(rightful))
        assert again == {field: rightful.get(field, 0) for field in report.fields}


@pytest.mark.skipif(not FOLDER, reason="HOOKFLASH_DESCRIPTORS names no folder of descriptors")
def test_descriptors_of_real_devices() -> None:
    """`*.hex` files: hexadecimal bytes, and lines of comment that begin with `#`."""
    files = sorted(Path(FOLDER).glob("*.hex"))
    assert files, f"no *.hex file in {FOLDER}"
    for file in files:
        lines = file.read_text().splitlines()
        data = bytes.fromhex("".join(line for line in lines if not line.startswith("#")))
        told = parse(data, file.stem)
        check(told, data)
        telephony = [one for one in told.fields if any(u >> 16 == TELEPHONY for u in one.usages)]
        sizes = {str(report): report.size for report in told.reports()}
        print(f"{file.stem}: {sizes}; {len(telephony)} fields of telephony; {list(told.doubts)}")  # noqa: T201
