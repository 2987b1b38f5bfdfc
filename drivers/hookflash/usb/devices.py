"""Which vendor phones are plugged in, and which one a URL (see `url.py`) means."""

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from .. import deviceurl
from ..catalog import usb_text
from ..errors import NothingPluggedIn, PortError, SeveralPluggedIn
from ..hid.port import HidInfo, HidPort
from .url import Wanted, phone, wanted_by


def list_devices() -> list[HidInfo]:
    """Every USB device with a HID interface. Takes some ms, and no permission."""
    if sys.platform == "linux":
        from .sysfs import list_devices as of_sysfs

        return of_sysfs()
    from ..hid.devices import list_devices as of_hidapi

    return of_hidapi()


def phones() -> list[HidInfo]:
    """Those that the catalog has as vendor phones; also those that are only used when named."""
    return [device for device in list_devices() if phone(device) is not None]


def open_port(url: str) -> HidPort:
    """Open the device that a URL means; PortError names what is wrong, and the cure."""
    info = choose(url, list_devices())
    if sys.platform == "linux":
        from .library import load
        from .port import UsbReportPort, find

        return UsbReportPort(info, partial(find, load(), info))
    from ..hid.hidapiport import HidApiPort

    return HidApiPort(info)


def path_of(url: str) -> str:
    """The path of the device that a URL means, as its port's info has it; PortError as `choose`."""
    return choose(url, list_devices()).path


def choose(url: str, devices: Iterable[HidInfo]) -> HidInfo:
    """The device that a URL means; PortError, with what is there instead, unless it is one."""
    wanted = wanted_by(url)
    every = list(devices)
    fit = [device for device in every if wanted.fits(device)]
    if len(fit) == 1:
        return _checked(url, wanted, fit[0])
    if fit:
        raise SeveralPluggedIn(f"open {url}: several devices fit; name one: {_listed(fit, every)}")
    if wanted.path and not Path(wanted.path).exists():
        raise NothingPluggedIn(f"open {url}: there is no such device; is it plugged in?")
    there = [device for device in every if phone(device) is not None]
    also = f" There is {_listed(there, every)}" if there else ""
    if wanted == Wanted():
        raise NothingPluggedIn(
            f"open {url}: no USB telephone is plugged in that may be taken unasked; plug one in, "
            f"or name a device.{also}"
        )
    raise NothingPluggedIn(f"open {url}: no such device; is it plugged in?{also}")


def url_of(device: HidInfo, devices: Iterable[HidInfo]) -> str:
    """A URL that means this one among these, and will tomorrow: by ids and serial number if that
    tells it, else by its place. A CM109's lacks its keypad, which nobody can know."""
    ids = (device.vendor_id, device.product_id)
    write = partial(deviceurl.write, "usb", *ids)
    serials = [other.serial for other in devices if (other.vendor_id, other.product_id) == ids]
    if device.serial and serials.count(device.serial) == 1:
        return write(serial=device.serial)
    return write(place=device.place) if device.place else write()


def _checked(url: str, wanted: Wanted, device: HidInfo) -> HidInfo:
    """A device named by its path is what the URL's driver is for."""
    row = phone(device)
    if wanted.path and not wanted.keypad and (row is None or not row.chosen):
        ids = usb_text(device.vendor_id, device.product_id)
        raise PortError(
            f"open {url}: that is {device.product or 'unnamed'} ({ids}), which is no "
            "telephone unless you know it to be a CM109's; then add ?keypad=..."
        )
    return device


def _listed(devices: list[HidInfo], every: list[HidInfo]) -> str:
    return ", ".join(
        f"{url_of(device, every)} ({device.product or 'unnamed'})" for device in devices
    )
