"""From a URL to a line: which driver opens what."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from .errors import PortError
from .line import Line
from .modem import ModemLine, Port, SerialPort
from .settings import LineSettings

_PORTS = {"sim": "hookflash.simulated.port:open_port"}
"""URL scheme -> function that opens a port; loaded when first used. Anything else is pyserial's."""


def open_line(
    url: str, settings: LineSettings | None = None, dialect: str = "auto", name: str = ""
) -> Line:
    """Make the line for a URL; `open()` it to begin.

    url: a device path (`/dev/ttyACM0`, `COM3`), `socket://host:port`, `rfc2217://host:port`, or
    `sim:` for a simulated modem. settings, dialect: see LineSettings and ModemLine.
    """
    return ModemLine(name or url, lambda: open_port(url), settings, dialect)


def open_port(url: str) -> Port:
    """Open the port of a URL; PortError names what is wrong, and the cure."""
    scheme = url.partition(":")[0]
    if target := _PORTS.get(scheme):
        module, _, function = target.partition(":")
        return cast(Callable[[str], Port], getattr(import_module(module), function))(url)
    if not url:
        raise PortError("open: no device named; give a path such as /dev/ttyACM0 or a URL")
    return SerialPort(url)
