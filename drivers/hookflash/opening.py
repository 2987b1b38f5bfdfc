"""From a URL to a line: which driver opens what."""

import logging
from collections.abc import Callable
from importlib import import_module
from typing import cast

from .errors import PortError
from .line import Line
from .modem import Ladder, ModemLine, Place, Port, SerialPort
from .settings import LineSettings

log = logging.getLogger(__name__)

_PORTS = {"sim": "hookflash.simulated.port:open_port"}
"""URL scheme -> function that opens a port; loaded when first used. Anything else is pyserial's."""


def open_line(
    url: str,
    settings: LineSettings | None = None,
    dialect: str = "auto",
    name: str = "",
    ladder: Ladder | None = None,
) -> Line:
    """Make the line for a URL; `open()` it to begin.

    url: a device path (`/dev/ttyACM0`, `COM3`), `socket://host:port`, `rfc2217://host:port`, or
    `sim:` for a simulated modem. settings, dialect, ladder: see LineSettings and ModemLine.
    """
    return ModemLine(name or url, _Opener(url), settings, dialect, ladder)


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
        module, _, function = target.partition(":")
        return cast(Callable[[str], Port], getattr(import_module(module), function))(url)
    if not url:
        raise PortError("open: no device named; give a path such as /dev/ttyACM0 or a URL")
    return SerialPort(url)
