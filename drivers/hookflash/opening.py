"""From a URL to a line or a handset: which driver opens what."""

import logging
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from .errors import PortError
from .handset import Handset
from .line import Line
from .modem import Ladder, ModemLine, Place, Port, SerialPort
from .settings import LineSettings

if TYPE_CHECKING:
    from .hid.port import HidPort
    from .hid.profiles import HandsetProfile

log = logging.getLogger(__name__)

_PORTS = {"sim": "hookflash.simulated.port:open_port"}
"""URL scheme -> function that opens a port; loaded when first used. Anything else is pyserial's."""

_HID_PORTS = {
    "hid": "hookflash.hid.devices:open_port",
    "sim-hid": "hookflash.simulated.hidport:open_port",
}
"""The same for handsets, and lines of theirs; here there is nothing else. Neither hidapi nor the
simulator is loaded by those who want neither."""


def open_line(
    url: str,
    settings: LineSettings | None = None,
    dialect: str = "auto",
    name: str = "",
    ladder: Ladder | None = None,
) -> Line:
    """Make the line for a URL; `open()` it to begin.

    url: a device path (`/dev/ttyACM0`, `COM3`), `socket://host:port`, `rfc2217://host:port`, or
    `sim:` for a simulated modem; or a telephone with a line of its own, by the URLs of
    `open_handset`. settings, dialect, ladder: see LineSettings and ModemLine; the last two are of
    modems only.
    """
    if url.partition(":")[0] in _HID_PORTS and ":" in url:
        from .hid.line import HidLine  # who has a modem alone need not wait for it

        return HidLine(name or url, partial(open_hid_port, url), settings)
    return ModemLine(name or url, _Opener(url), settings, dialect, ladder)


def open_handset(url: str, name: str = "", profile: "HandsetProfile | None" = None) -> Handset:
    """Make the handset for a URL; `open()` it to begin.

    url: `hid:` (the only telephone that is plugged in), `hid:0b0e:0307`, the same with
    `?serial=...`, `hid:/dev/hidraw3`, or `sim-hid:` for a simulated handset. PortError if it is
    none of these; whether the device is there is told by `open()`. profile: what its descriptor
    cannot say; None: what the catalog has for it.
    """
    from .hid.handset import HidHandset

    make = partial(HidHandset, name or url, partial(open_hid_port, _known(url)), profile)
    if sys.platform == "linux" and url.startswith("hid:"):
        from .hid.nodes import others  # needs what only Linux has

        return make(others=others)
    return make()


def open_hid_port(url: str) -> "HidPort":
    """Open the HID device of a URL; PortError names what is wrong, and the cure."""
    opener = _load(_HID_PORTS[_known(url).partition(":")[0]])
    return cast("Callable[[str], HidPort]", opener)(url)


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
    scheme, colon, _ = url.partition(":")
    if not colon or scheme not in _HID_PORTS:
        raise PortError(
            f"open {url or 'handset'}: not a URL of a handset; give hid:, hid:0b0e:0307, "
            "hid:/dev/hidraw3 or sim-hid:"
        )
    return url


def _load(target: str) -> Any:
    """What a module has: `module:name`."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
