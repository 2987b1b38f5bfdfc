"""Which HID devices are plugged in, which of them are telephones, and which one a URL means.

hid:                            the only telephone
hid:0b0e:0307                   vendor and product id
hid:0b0e:0307?serial=00A1       of several alike, this one
hid:0b0e:0307?place=1-1.4       the one at this USB place (Linux)
hid:/dev/hidraw3                what is at a path
hid:?path=%5C%5C%3F%5Chid...    the same, percent-encoded, where a path would not do in a URL
"""

import logging
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

from .. import deviceurl
from ..errors import BadDescriptor, NothingPluggedIn, SeveralPluggedIn
from .descriptor import parse
from .hidapiport import HidApiPort
from .library import EXCLUSIVE, Entry, Library, load
from .port import HidInfo, HidPort
from .usages import TELEPHONY

log = logging.getLogger(__name__)

_COLLECTION = re.compile(r"&col[0-9a-f]{2}(?=#)|&[0-9a-f]{4}(?=#\{)", re.IGNORECASE)
"""What the Windows paths of one device's collections differ in: the collection, the instance."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which device a URL means. Each that is set must fit; none set: the only telephone."""

    vendor_id: int = 0
    product_id: int = 0
    serial: str = ""
    path: str = ""
    place: str = ""

    def fits(self, info: HidInfo) -> bool:
        """Is it that device?"""
        if self.path:
            return _resolved(self.path) == info.path
        ids = (self.vendor_id, self.product_id)
        return (
            ids in ((0, 0), (info.vendor_id, info.product_id))
            and self.serial in ("", info.serial)
            and self.place in ("", info.place)
        )


def list_devices(library: Library | None = None) -> list[HidInfo]:
    """Every HID device, once each, however many collections it has."""
    library = library or load()
    with EXCLUSIVE:
        entries = library.enumerate()
    return [_placed(info) for info in devices_of(entries)]


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
    speaking = [info for info in every if speaks_telephony(info)]
    fit = _fitting(wanted, every, speaking)
    if wanted.path:
        return fit[0] if fit else _by_path(url, wanted.path)
    if len(fit) == 1:
        return fit[0]
    if fit:
        urls = _listed(fit, every, speaking)
        raise SeveralPluggedIn(f"open {url}: several devices fit; name one: {urls}")
    if wanted == Wanted():
        there = [info for info in every if info.product]
        raise NothingPluggedIn(
            f"open {url}: no telephone is plugged in; plug one in, or name a device"
            + (f": {_listed(there, every, speaking)}" if there else "")
        )
    urls = _listed(speaking, every, speaking)
    raise NothingPluggedIn(
        f"open {url}: no such device; is it plugged in? "
        + (f"There is {urls}" if urls else "No telephone is")
    )


def wanted_by(url: str) -> Wanted:
    """Read a URL; PortError if it is none of ours."""
    read = deviceurl.read(url, "hid", ("serial", "place", "path"))
    return Wanted(
        vendor_id=read.vendor_id,
        product_id=read.product_id,
        serial=read.get("serial"),
        path=read.path or read.get("path"),
        place=read.get("place"),
    )


def url_of(info: HidInfo, devices: Iterable[HidInfo]) -> str:
    """A URL that means this one among these: by ids and serial number if they tell it, for they
    stay the same wherever it is plugged in; else by its place; else by its path."""
    every = list(devices)
    return _url_of(info, every, [one for one in every if speaks_telephony(one)])


def _url_of(info: HidInfo, every: list[HidInfo], speaking: list[HidInfo]) -> str:
    write = partial(deviceurl.write, "hid", info.vendor_id, info.product_id)
    told = [("serial", info.serial), ("place", info.place)]
    for url in [*(write(**{name: value}) for name, value in told if value), write()]:
        if _fitting(wanted_by(url), every, speaking) == [info]:
            return url
    return f"hid:{info.path}" if info.path.startswith("/") else f"hid:?path={quote(info.path, '')}"


def _fitting(wanted: Wanted, every: list[HidInfo], speaking: list[HidInfo]) -> list[HidInfo]:
    """What a URL may mean: of a headset's several HID interfaces, for its buttons or its firmware,
    the one that telephones."""
    fit = [info for info in every if wanted.fits(info)]
    if wanted.path:
        return fit
    telephones = [info for info in fit if info in speaking]
    return telephones if telephones or wanted == Wanted() else fit


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
        raise NothingPluggedIn(f"open {url}: there is no such device; is it plugged in?")
    return HidInfo(_resolved(path), 0, 0)


def _listed(some: list[HidInfo], every: list[HidInfo], speaking: list[HidInfo]) -> str:
    return ", ".join(
        f"{_url_of(info, every, speaking)} ({info.product or 'unnamed'})" for info in some
    )


def _placed(info: HidInfo) -> HidInfo:
    """With its place, where that can be told."""
    if sys.platform == "linux":
        from .nodes import place_of  # needs what only Linux has

        return replace(info, place=place_of(info.path))
    return info
