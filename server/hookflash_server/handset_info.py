"""`hookflash handset-info`: what a report descriptor says, for people and for programs."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from hookflash.catalog import find, usb_text
from hookflash.errors import BadDescriptor, PortError
from hookflash.hid.descriptor import MAX_LENGTH, ReportDescriptor, parse
from hookflash.hid.devices import choose, list_devices, readable_descriptor
from hookflash.hid.line_layout import LineLayout, understand_line
from hookflash.hid.port import HidInfo
from hookflash.hid.profiles import DEFAULT, HandsetProfile, profile_of
from hookflash.hid.report import Field
from hookflash.hid.telephony import Layout, understand
from hookflash.hid.usages import name
from hookflash.opening import open_hid_port

_HEX_TEXT = re.compile(rb"[0-9A-Fa-fxX,;{}\s]*")


@dataclass(frozen=True, slots=True)
class Looked:
    """A descriptor and what follows from it. origin: the file or URL. info: the device it is of,
    as far as it is known. line: what it is as a line; None: it says nothing of one."""

    origin: str
    info: HidInfo | None
    descriptor: ReportDescriptor
    profile: HandsetProfile
    layout: Layout
    line: LineLayout | None


def look(
    origin: str, data: bytes, info: HidInfo | None, profile: HandsetProfile | None = None
) -> Looked:
    """What a descriptor's bytes say, with this profile or that of the device. BadDescriptor names
    the origin and what is wrong."""
    descriptor = parse(data, origin)
    if profile is None:
        profile = profile_of(info.vendor_id, info.product_id) if info else DEFAULT
    layout, line = understand(descriptor, profile), understand_line(descriptor)
    return Looked(origin, info, descriptor, profile, layout, line)


# --- where a descriptor comes from ----------------------------------------------------------------


def look_at_file(file: str, profile: HandsetProfile | None = None) -> Looked:
    """The descriptor in a file, raw bytes as in /sys/class/hidraw/*/device/report_descriptor, or
    the same in hexadecimal text; `-`: standard input. PortError if it cannot be read, BadDescriptor
    if it is none."""
    name = "standard input" if file == "-" else file
    try:
        if file == "-":
            data = sys.stdin.buffer.read(_TOO_MUCH)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(_TOO_MUCH)
    except OSError as error:
        raise PortError(f"handset-info {name}: {error.strerror or error}") from error
    if not data:
        raise BadDescriptor(f"handset-info {name}: it is empty; a report descriptor is expected")
    data = _from_text(name, data)
    try:
        return look(name, data, None if file == "-" else _info_beside(Path(file)), profile)
    except BadDescriptor as error:
        raise BadDescriptor(
            f"handset-info {name}: no report descriptor, or not all of it ({error})"
        ) from error


_TOO_MUCH = 64 * MAX_LENGTH
"""More is not read; hexadecimal text with remarks is longer than the descriptor."""


def _from_text(name: str, data: bytes) -> bytes:
    """The bytes that hexadecimal text stands for, as in bug reports: `05 0b`, `0x05, 0x0b`, lines
    of remarks beginning with # or //. Other data as it is."""
    lines = [line for line in data.splitlines() if not line.lstrip().startswith((b"#", b"//"))]
    text = b"\n".join(lines)
    if not text.strip() or not _HEX_TEXT.fullmatch(text):
        return data
    digits = re.sub(rb"0[xX]|[^0-9A-Fa-f]", b" ", text).decode("ascii")
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise BadDescriptor(
            f"handset-info {name}: it looks like hexadecimal text, but not in pairs of digits; "
            "give the raw bytes"
        ) from error


def look_at_handset(url: str, profile: HandsetProfile | None = None) -> Looked:
    """The descriptor of a handset that is plugged in, or of a simulated one. On Linux it is read
    without opening the device, so without its rights. PortError if there is none, or several."""
    if url.partition(":")[0] == "hid":
        info = choose(url, list_devices())
        if data := readable_descriptor(info):
            return look(url, data, info, profile)
    port = open_hid_port(url)
    try:
        return look(url, port.descriptor, port.info, profile)
    finally:
        port.close()


def _info_beside(file: Path) -> HidInfo | None:
    """The device whose descriptor Linux shows in this file: its `uevent` stands beside it."""
    try:
        text = (file.parent / "uevent").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    told = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    ids = re.fullmatch(r"[0-9A-F]{4}:([0-9A-F]{8}):([0-9A-F]{8})", told.get("HID_ID", ""))
    if ids is None:
        return None
    vendor, product = int(ids[1], 16), int(ids[2], 16)
    return HidInfo(str(file.parent), vendor, product, "", told.get("HID_NAME", ""))


# --- for programs ---------------------------------------------------------------------------------


def as_json(looked: Looked) -> dict[str, Any]:
    """For programs; the keys are documented in docs/adding-a-device.md and stay."""
    layout, descriptor = looked.layout, looked.descriptor
    return {
        "usable": layout.usable,
        "reason": "" if layout.usable else layout.reason,
        "origin": looked.origin,
        "identity": _identity(looked.info),
        "profile": {"name": looked.profile.name, "title": looked.profile.title},
        "features": sorted(layout.features),
        "notes": list(layout.notes),
        "doubts": list(descriptor.doubts),
        "line": _line(looked.line),
        "reports": [
            {
                "type": str(report.report_type),
                "id": report.id,
                "bits": report.bits,
                "bytes": report.size - (0 if descriptor.numbered else 1),
            }
            for report in descriptor.reports()
        ],
        "fields": [_field(field) for field in descriptor.fields],
    }


def _line(line: LineLayout | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {
        "usable": line.usable,
        "reason": line.reason,
        "capabilities": sorted(line.capabilities),
        "hears": sorted(line.hears),
        "notes": list(line.notes),
    }


def _identity(info: HidInfo | None) -> dict[str, Any] | None:
    if info is None:
        return None
    known = find(info.vendor_id, info.product_id)
    return {
        "usb": usb_text(info.vendor_id, info.product_id),
        "vendor": info.vendor_id,
        "product": info.product_id,
        "manufacturer": info.manufacturer,
        "name": info.product,
        "serial": info.serial,
        "path": info.path,
        "known_as": known.name if known else None,
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "type": str(field.report_type),
        "report": field.report_id,
        "bit": field.bit,
        "size": field.size,
        "usages": [f"{usage:08x}" for usage in field.usages],
        "names": [name(usage) for usage in field.usages],
        "relative": field.relative,
        "array": field.array,
        "constant": field.constant,
        "null_state": field.null_state,
        "preferred": not field.no_preferred,
        "logical": [field.logical_min, field.logical_max],
        "collections": [name(usage) for usage in field.collections],
    }


# --- for people -----------------------------------------------------------------------------------


def as_text(looked: Looked) -> str:
    """For people, aligned; ASCII, whatever the device calls itself."""
    layout, info = looked.layout, looked.info
    head = [("descriptor", looked.origin)]
    if info is not None:
        known = find(info.vendor_id, info.product_id)
        called = " ".join(filter(None, (info.manufacturer, info.product)))
        head.append(("device", called or "without a name"))
        head.append(("USB id", usb_text(info.vendor_id, info.product_id)))
        head.append(("known as", known.name if known else "not known by its id, which is no fault"))
    head += [
        ("profile", f"{looked.profile.title} ({looked.profile.name})"),
        ("usable", "yes" if layout.usable else f"no: {layout.reason}"),
        ("features", ", ".join(sorted(layout.features)) or "none"),
        *(("note", note) for note in layout.notes),
        *_line_rows(looked.line),
        *(("doubt", doubt) for doubt in looked.descriptor.doubts),
    ]
    width = max(len(title) for title, _ in head)
    lines = [f"{title:<{width}}  {text}" for title, text in head]
    lines += ["", *_columns(looked.descriptor)]
    return "\n".join(lines).encode("ascii", "backslashreplace").decode("ascii")


def _line_rows(line: LineLayout | None) -> Iterable[tuple[str, str]]:
    """What it is as a line; nothing if it says nothing of one."""
    if line is None:
        return
    if not line.usable:
        yield "own line", f"not usable: {line.reason}"
        return
    yield "own line", f"can {', '.join(sorted(line.capabilities)) or 'only be taken'}"
    yield "it tells", ", ".join(sorted(line.hears)) or "nothing of its line"
    for note in line.notes:
        yield "line note", note


def _columns(descriptor: ReportDescriptor) -> Iterable[str]:
    rows = [("report", "bit", "size", "kind", "usage")]
    for report in descriptor.reports():
        title = f"{report.report_type} {report.id}"
        for (size, kind, usage), alike in groupby(report.fields, _row):
            first, *others = alike
            count = f"{len(others) + 1} x {size}" if others else str(size)
            rows.append((title, str(first.bit), count, kind, usage))
            title = ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for title, bit, count, kind, usage in rows:
        numbers = f"{bit:>{widths[1]}}  {count:>{widths[2]}}"
        yield f"{title:<{widths[0]}}  {numbers}  {kind:<{widths[3]}}  {usage}".rstrip()


def _row(field: Field) -> tuple[int, str, str]:
    """Size, kind and usage: fields in which they are the same make one line."""
    return field.size, _kind(field), _usages(field)


def _kind(field: Field) -> str:
    """In the specification's words."""
    words = [
        "constant" if field.constant else "",
        "array" if field.array else "",
        "relative" if field.relative else "absolute",
        f"{field.logical_min}..{field.logical_max}",
    ]
    return "padding" if field.constant and not field.usages else " ".join(filter(None, words))


def _usages(field: Field) -> str:
    if not field.usages:
        return ""
    first, last = field.usages[0], field.usages[-1]
    return name(first) if first == last else f"{name(first)} to {name(last)}"
