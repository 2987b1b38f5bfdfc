"""From a URL to a line or a handset: which driver opens what."""

import logging
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from .errors import NotSupported, PortError
from .handset import Handset
from .line import Line
from .modem import Ladder, ModemLine, Place, Port, SerialPort
from .settings import LineSettings

if TYPE_CHECKING:
    from .hid.port import HidPort
    from .hid.profiles import HandsetProfile

log = logging.getLogger(__name__)

_AUTO = "auto:"

_PORTS = {
    "modem": "hookflash.modem.devices:open_port",
    "sim": "hookflash.simulated.port:open_port",
}
"""URL scheme -> function that opens a port; loaded when first used. Anything else is pyserial's."""

_HID_PORTS = {
    "hid": "hookflash.hid.devices:open_port",
    "sim-hid": "hookflash.simulated.hidport:open_port",
}
"""The same for handsets, and lines of theirs; here there is nothing else. Neither hidapi nor the
simulator is loaded by those who want neither."""

_USB_PORTS = {
    "usb": "hookflash.usb.devices:open_port",
    "sim-usb": "hookflash.simulated.usbport:open_port",
}
"""The same for telephones with a protocol of their vendor's."""

_KEYPADS = {
    "usb": "hookflash.usb.url:keypad_of",
    "sim-usb": "hookflash.simulated.usbport:keypad_of",
}
"""What tells which protocol: a CM109 has a keypad, a Yealink phone none."""


def open_line(
    url: str,
    settings: LineSettings | None = None,
    dialect: str = "auto",
    name: str = "",
    ladder: Ladder | None = None,
) -> Line:
    """Make the line for a URL; `open()` it to begin.

    url: a device path (`/dev/ttyACM0`, `COM3`), `socket://host:port`, `rfc2217://host:port`, or
    `sim:` for a simulated modem; `modem:0baf:0303` and the like for one on USB (modem/devices.py);
    or a telephone with a line of its own, by the URLs of `open_handset`. `auto:`: the only line
    that is plugged in now; NothingPluggedIn, SeveralPluggedIn if it is not one. settings, dialect,
    ladder: see LineSettings and ModemLine; the last two are of modems only.
    """
    if url == _AUTO:
        from .discovery import auto_line  # who names a device looks for no others

        url = auto_line().url
    if _scheme(url) in _USB_PORTS:
        if _keypad(url):
            raise PortError(f"open {url}: a CM109 has no line; take it as a handset")
        make = _load("hookflash.usb.yealink_line:YealinkLine")
        return cast(Line, make(name or url, _VendorPort(url), settings))
    if _scheme(url) in _HID_PORTS:
        from .hid.line import HidLine  # who has a modem alone need not wait for it

        return HidLine(name or url, partial(open_hid_port, url), settings)
    return ModemLine(name or url, _Opener(url), settings, dialect, ladder)


def open_handset(url: str, name: str = "", profile: "HandsetProfile | None" = None) -> Handset:
    """Make the handset for a URL; `open()` it to begin.

    url: `hid:` (the only telephone that is plugged in), `hid:0b0e:0307`, the same with
    `?serial=...`, `hid:/dev/hidraw3`, or `sim-hid:` for a simulated handset; `usb:` (the only
    telephone with a protocol of its vendor's), `usb:6993:b001`, a CM109 as
    `usb:0d8c:000e?keypad=kip1000`, or `sim-usb:`. PortError if it is none of these; whether the
    device is there is told by `open()`. `auto:`: the only handset that is plugged in now, or
    NothingPluggedIn, SeveralPluggedIn. profile: of HID handsets, what the descriptor cannot say;
    None: what the catalog has for it.
    """
    if url == _AUTO:
        from .discovery import auto_handset  # who names a device looks for no others

        url = auto_handset().url
    if _scheme(url) in _USB_PORTS:
        return _vendor_handset(url, name or url)
    from .hid.handset import HidHandset

    make = partial(HidHandset, name or url, partial(open_hid_port, _known(url)), profile)
    if sys.platform == "linux" and url.startswith("hid:"):
        from .devnode import others  # needs what only Linux has

        return make(others=others)
    return make()


def _vendor_handset(url: str, name: str) -> Handset:
    port = _VendorPort(url)
    if keypad := _keypad(url):
        return cast(Handset, _load("hookflash.usb.cm109:Cm109Handset")(name, port, keypad))
    return cast(Handset, _load("hookflash.usb.yealink:YealinkHandset")(name, port))


def _keypad(url: str) -> str:
    return cast("Callable[[str], str]", _load(_KEYPADS[_scheme(url)]))(url)


def open_hid_port(url: str) -> "HidPort":
    """Open the HID device of a URL; PortError names what is wrong, and the cure. NotSupported for a
    telephone with a protocol of its vendor's: its reports are not described by the device."""
    if _scheme(_known(url)) in _USB_PORTS:
        raise NotSupported(
            f"open {url}: it speaks a protocol of its vendor's, and no report descriptor tells of "
            "it; what is known of it stands in docs/usb-phones.md"
        )
    return cast("Callable[[str], HidPort]", _load(_HID_PORTS[_scheme(url)]))(url)


class _VendorPort:
    """Opens the port of a vendor phone. Its handset and its line share one, since a USB interface
    is claimed by who opens it: so this tells where it leads, without opening it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self) -> "HidPort":
        return cast("Callable[[str], HidPort]", _load(_USB_PORTS[_scheme(self._url)]))(self._url)

    def path(self) -> str:
        """The path of the device; empty for a simulated one, which can be opened again."""
        if _scheme(self._url) != "usb":
            return ""
        return cast("Callable[[str], str]", _load("hookflash.usb.devices:path_of"))(self._url)


class _Opener:
    """Opens a URL's port; after a USB reset, the same device where it is now."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._place: Place | None = None

    def __call__(self) -> Port:
        port = open_port(self._now())
        self._place = port.place
        return port

    def _now(self) -> str:
        try:
            return (self._place.tty() if self._place is not None else "") or self._url
        except PortError as error:
            log.debug("%s: %s", self._url, error)
            return self._url


def open_port(url: str) -> Port:
    """Open the port of a URL; PortError names what is wrong, and the cure."""
    scheme = url.partition(":")[0]
    if target := _PORTS.get(scheme):
        return cast(Callable[[str], Port], _load(target))(url)
    if not url:
        raise PortError("open: no device named; give a path such as /dev/ttyACM0 or a URL")
    return SerialPort(url)


def _known(url: str) -> str:
    if _scheme(url) not in _HID_PORTS | _USB_PORTS:
        raise PortError(
            f"open {url or 'handset'}: not a URL of a handset; give hid:, hid:0b0e:0307, "
            "hid:/dev/hidraw3, usb:6993:b001, sim-hid: or sim-usb:"
        )
    return url


def _scheme(url: str) -> str:
    scheme, colon, _ = url.partition(":")
    return scheme if colon else ""


def _load(target: str) -> Any:
    """What a module has: `module:name`."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
