"""A HID report descriptor to its fields, and a report to its values: ours and other parsers."""

import time
import warnings
from collections.abc import Callable
from functools import partial

import hid_parser
from hidtools.hid import ReportDescriptor as HidTools

from bench.children import Children, NotMeasured
from bench.table import Row, Series
from hookflash.hid.descriptor import parse
from hookflash.hid.report import ReportType
from support.report_items import (
    APPLICATION,
    ARRAY,
    CONSTANT,
    LOGICAL,
    NO_PREFERRED,
    RELATIVE,
    VARIABLE,
    collection,
    features,
    inputs,
    logical,
    outputs,
    page,
    report_id,
    shape,
    usage,
    usages,
)

Work = Callable[[], object]

_BITS = logical(0, 1) + shape(1, 1)


def _keys() -> bytes:
    """A headset's call control: hook, busy, keys, digits; lamps."""
    digits = logical(0, 11) + shape(4, 1) + usages(0xB0, 0xBB) + inputs(ARRAY)
    return (
        logical(0, 1) + shape(1, 2) + usage(0x20, 0x97) + inputs(VARIABLE | NO_PREFERRED)
        + shape(1, 4) + usage(0x2F, 0x21, 0x24, 0x50) + inputs(VARIABLE | RELATIVE)
        + shape(1, 1) + usage(0x07) + inputs(VARIABLE)
        + collection(LOGICAL, 0x06, digits)
        + shape(1, 5) + inputs(CONSTANT)
    )  # fmt: skip


def _lamps(numbers: tuple[int, ...]) -> bytes:
    return (
        logical(0, 1) + shape(1, len(numbers)) + usage(*numbers) + outputs(VARIABLE | NO_PREFERRED)
        + shape(1, 16 - len(numbers)) + outputs(CONSTANT)
    )  # fmt: skip


def _pipe(number: int, size: int) -> bytes:
    """Reports of the maker's own, both ways."""
    head = report_id(number) + logical(0, 255) + shape(8, size)
    return head + usage(1) + inputs(VARIABLE) + usage(1) + outputs(VARIABLE)


HEADSET = (
    page(0x0B)
    + collection(
        APPLICATION, 0x05, report_id(2), _keys(), page(0x08), _lamps((0x17, 0x09, 0x18, 0x20, 0x21))
    )
    + page(0xFF30)
    + collection(APPLICATION, 0x20, report_id(4), _keys(), _lamps((0x17, 0x09, 0x18, 0x20, 0x21)))
    + page(0xFF00)
    + collection(APPLICATION, 0x01, _pipe(5, 32))
    + page(0x0C)
    + collection(
        APPLICATION, 0x01, report_id(1), _BITS, usage(0xEA), inputs(VARIABLE), usage(0xE9),
        inputs(VARIABLE), shape(6, 1), inputs(CONSTANT),
    )
)  # fmt: skip

DESK_PHONE = (
    page(0x0B)
    + collection(APPLICATION, 0x01, report_id(1), _keys(), *(
        report_id(number) + page(0x08) + _lamps((number,)) for number in (23, 24, 25, 30, 32)
    ))
    + page(0xFF99)
    + collection(APPLICATION, 0x01, *(
        report_id(number) + logical(0, 255) + shape(8, size) + usage(number) + features(VARIABLE)
        for number, size in ((3, 63), (4, 7), (10, 46), (17, 4), (18, 4), (24, 33))
    ), _pipe(21, 17))
)  # fmt: skip


def measure(children: Children, *, quick: bool) -> list[Row]:
    """In turns; hid-parser makes no field beyond the usages that are given, which is less work and
    a wrong layout, so that its time is no aim."""
    rounds, per_round = (2, 30) if quick else (11, 200)
    warnings.simplefilter("ignore", hid_parser.HIDComplianceWarning)
    rows = []
    for name, data in (("headset", HEADSET), ("desk phone", DESK_PHONE)):
        works: dict[str, Work] = {
            "ours": partial(parse, data),
            "hid-tools": partial(HidTools.from_bytes, data),
            "hid-parser": partial(hid_parser.ReportDescriptor, data),
        }
        figure = f"{name}'s descriptor ({len(data)} bytes), p50"
        rows += _rows(figure, works, rounds, per_round)
    return rows + _rows("headset's report to values, p50", _reports(), rounds, per_round)


def _reports() -> dict[str, Work]:
    ours = parse(HEADSET).report(ReportType.INPUT, 2)
    theirs = HidTools.from_bytes(HEADSET).input_reports[2]
    if ours is None or ours.bits != theirs.bitsize - 8:
        raise NotMeasured("the parsers do not agree on the report")
    report = bytes((2, 0x01, 0x05))
    as_list = list(report)
    return {
        "ours": lambda: ours.decode(report),
        "hid-tools": lambda: [field.get_values(as_list) for field in theirs],
    }


def _rows(figure: str, works: dict[str, Work], rounds: int, per_round: int) -> list[Row]:
    series = {name: Series() for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            series[name].begin_round()
            for _ in range(per_round):
                began = time.perf_counter()
                work()
                series[name].add((time.perf_counter() - began) * 1e6)
    return [
        Row(
            figure=figure,
            unit="µs",
            ours=series["ours"].p50,
            samples=series["ours"].size,
            peer=series[peer].p50,
            peer_name=peer,
            aim="≤ peer" if peer == "hid-tools" else "",
            limit=series[peer].p50 if peer == "hid-tools" else None,
        )
        for peer in works
        if peer != "ours"
    ]
