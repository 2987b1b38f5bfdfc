"""What the rules promise of each node of the table of devices, whoever evaluates them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hookflash.catalog import Known, usb_text
from hookflash.udev import GROUP
from peers.udevbed import Device, Verdict

CALLED: Mapping[str, str] = {"modem": "modem", "hid": "handset", "usb": "phone"}
"""Driver -> what a device is called in udev's database and in /dev/phone."""


def broken(row: Known, device: Device, verdict: Verdict) -> Iterator[str]:
    """Each promise that is not kept, in words."""
    what = f"{usb_text(row.vendor, row.product)} {row.name}, {device.kind}"
    mode = "0664" if device.kind == "usb" else "0660"
    off = verdict.properties.get("ID_MM_DEVICE_IGNORE")
    for promise, kept in {
        f"mode {mode}, not {verdict.mode}": verdict.mode == mode,
        f"group {GROUP}, not {verdict.group}": verdict.group == GROUP,
        "tag uaccess": "uaccess" in verdict.tags,
        "who sits here may use it": verdict.given,
        "called by what it is": verdict.properties.get("HOOKFLASH_DEVICE") == CALLED[row.driver],
        "ModemManager keeps off modems alone": off == ("1" if row.driver == "modem" else None),
        f"names that stay, not {set(verdict.links)}": _are_names(row, device, verdict),
    }.items():
        if not kept:
            yield f"{what}: {promise}"


def _are_names(row: Known, device: Device, verdict: Verdict) -> bool:
    """By serial number and by place, of each interface; a modem's USB device itself has none."""
    if row.driver == "modem" and device.kind == "usb":
        return not verdict.links
    start = f"/dev/phone/{CALLED[row.driver]}-"
    ids = f"{start}{device.vendor:04x}-{device.product:04x}-{device.serial}"
    by_place = rf"{re.escape(start)}(pci|platform)-.*-usb-0:\d+"
    if device.kind != "usb":
        ids += f"-if{device.interface:02}"
        by_place += rf":1\.{device.interface}"
    others = verdict.links - {ids}
    return len(verdict.links) == 2 and any(re.fullmatch(by_place, link) for link in others)
