"""Which HID devices are plugged in, which of them are telephones, and which one a URL means.

hid:                            the only telephone
hid:0b0e:0307                   vendor and product id
hid:0b0e:0307?serial=00A1       of several alike, this one
hid:/dev/hidraw3                what is at a path
hid:?path=%5C%5C%3F%5Chid...    the same, percent-encoded, where a path would not do in a URL
"""

import logging
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

from ..errors import BadDescriptor, PortError
from .descriptor import parse
from .hidapiport import HidApiPort
from .library import EXCLUSIVE, Entry, Library, load
from .port import HidInfo, HidPort
from .usages import TELEPHONY

log = logging.getLogger(__name__)

_IDS = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})", re.IGNORECASE)
_COLLECTION = re.compile(r"&col[0-9a-f]{2}(?=#)|&[0-9a-f]{4}(?=#\{)", re.IGNORECASE)
"""What the Windows paths of one device's collections differ in: the collection, the instance."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which device a URL means. Each that is set must fit; none set: the only telephone."""

    vendor_id: int = 0
    product_id: int = 0
    serial: str = ""
    path: str = ""

    def fits(self, info: HidInfo) -> bool:
        """Is it that device?"""
        if self.path:
            return _resolved(self.path) == info.path
        ids = (self.vendor_id, self.product_id)
        return ids in ((0, 0), (info.vendor_id, info.product_id)) and self.serial in (
            "",
            info.serial,
        )


def list_devices(library: Library | None = None) -> list[HidInfo]:
    """Every HID device, once each, however many collections it has."""
    library = library or load()
    with EXCLUSIVE:
        entries = library.enumerate()
    return devices_of(entries)


def telephones(library: Library | None = None) -> list[HidInfo]:
    """The HID devices that speak of telephony at all; whether they do for a handset is told when
    one is opened."""
    return [info for info in list_devices(library) if speaks_telephony(info)]


def open_port(url: str, library: Library | None = None) -> HidPort:
    """Open the device that a URL means; PortError names what is wrong, and the cure."""
    library = library or load()
    return HidApiPort(choose(url, list_devices(library)), library)


def choose(url: str, devices: Iterable[HidInfo]) -> HidInfo:
    """The device that a URL means; PortError, with what is there instead, unless it is one."""
    wanted = wanted_by(url)
    every = list(devices)
    fit = [info for info in every if wanted.fits(info)]
    if wanted.path:
        return fit[0] if fit else _by_path(url, wanted.path)
    # A headset may have a second HID interface, for its buttons or its firmware.
    speaking = [info for info in fit if speaks_telephony(info)]
    if speaking or wanted == Wanted():
        fit = speaking
    if len(fit) == 1:
        return fit[0]
    if fit:
        raise PortError(f"open {url}: several devices fit; name one: {_listed(fit, every)}")
    if wanted == Wanted():
        there = [info for info in every if info.product]
        raise PortError(
            f"open {url}: no telephone is plugged in; plug one in, or name a device"
            + (f": {_listed(there, every)}" if there else "")
        )
    there = [info for info in every if speaks_telephony(info)]
    raise PortError(
        f"open {url}: no such device; is it plugged in? "
        + (f"There is {_listed(there, every)}" if there else "No telephone is")
    )


def wanted_by(url: str) -> Wanted:
    """Read a URL; PortError if it is none of ours."""
    scheme, _, rest = url.partition(":")
    if scheme != "hid":
        raise PortError(f"open {url}: not a URL of a HID device; give hid:, hid:0b0e:0307, ...")
    target, _, query = rest.partition("?")
    try:
        options = dict(parse_qsl(query, strict_parsing=bool(query)))
    except ValueError as error:
        raise PortError(f"open {url}: {error}; give ?serial=... or ?path=...") from error
    unknown = options.keys() - {"serial", "path"}
    if unknown:
        raise PortError(f"open {url}: unknown {', '.join(sorted(unknown))}; give serial or path")
    wanted = Wanted(serial=options.get("serial", ""), path=options.get("path", ""))
    if ids := _IDS.fullmatch(target):
        return replace(wanted, vendor_id=int(ids[1], 16), product_id=int(ids[2], 16))
    if target.startswith("/"):
        return replace(wanted, path=unquote(target))
    if target:
        raise PortError(
            f"open {url}: neither ids (four hexadecimal digits, a colon, four more) nor a path"
        )
    return wanted


def url_of(info: HidInfo, devices: Iterable[HidInfo]) -> str:
    """A URL that means this one among these: by ids and serial number if they tell it, for they
    stay the same wherever it is plugged in; else by its path."""
    url = f"hid:{info.vendor_id:04x}:{info.product_id:04x}"
    if info.serial:
        url += f"?serial={quote(info.serial, '')}"
    if sum(wanted_by(url).fits(other) for other in devices) == 1:
        return url
    return f"hid:{info.path}" if info.path.startswith("/") else f"hid:?path={quote(info.path, '')}"


def devices_of(entries: Iterable[Entry]) -> list[HidInfo]:
    """Devices from hidapi's entries, of which it has one for each top-level collection.

    On Linux and macOS a device's collections share a path. On Windows each has its own, and the
    telephony collection's is taken: it alone carries those reports.
    """
    found: dict[str, HidInfo] = {}
    for entry in entries:
        info = _info(entry)
        key = _COLLECTION.sub("", info.path) if info.path.startswith("\\\\") else info.path
        known = found.setdefault(key, info)
        if known is info:
            continue
        usages = tuple(dict.fromkeys(known.usages + info.usages))
        better = _of_telephony(info.usages) and not _of_telephony(known.usages)
        found[key] = replace(info if better else known, usages=usages)
    return list(found.values())


def speaks_telephony(info: HidInfo) -> bool:
    """Has it anything of the telephony page: by its report descriptor where that can be read
    without opening it (Linux), else by its top-level collections."""
    descriptor = readable_descriptor(info)
    if not descriptor:
        return _of_telephony(info.usages)
    try:
        fields = parse(descriptor, str(info)).fields
    except BadDescriptor as error:
        log.debug("%s", error)
        return _of_telephony(info.usages)
    return any(_of_telephony(field.usages) for field in fields)


def readable_descriptor(info: HidInfo) -> bytes:
    """Its report descriptor, where that can be read without opening it (Linux); else empty."""
    if sys.platform == "linux":
        from .nodes import descriptor_of  # needs what only Linux has

        with suppress(OSError):
            return descriptor_of(info.path)
    return b""


def _of_telephony(usages: Iterable[int]) -> bool:
    return any(usage >> 16 == TELEPHONY for usage in usages)


def _info(entry: Entry) -> HidInfo:
    page, usage = entry.get("usage_page") or 0, entry.get("usage") or 0
    return HidInfo(
        path=entry["path"].decode(errors="surrogateescape"),
        vendor_id=entry["vendor_id"],
        product_id=entry["product_id"],
        manufacturer=entry.get("manufacturer_string") or "",
        product=entry.get("product_string") or "",
        serial=entry.get("serial_number") or "",
        release=entry.get("release_number") or 0,
        interface=entry.get("interface_number", -1),
        usages=(page << 16 | usage,) if page else (),
    )


def _resolved(path: str) -> str:
    """What a path stands for: udev's links are links to nodes."""
    return str(Path(path).resolve()) if path.startswith("/") else path


def _by_path(url: str, path: str) -> HidInfo:
    """A node that hidapi does not list."""
    if path.startswith("/") and not Path(path).exists():
        raise PortError(f"open {url}: there is no such device; is it plugged in?")
    return HidInfo(_resolved(path), 0, 0)


def _listed(devices: list[HidInfo], every: list[HidInfo]) -> str:
    return ", ".join(f"{url_of(info, every)} ({info.product or 'unnamed'})" for info in devices)
