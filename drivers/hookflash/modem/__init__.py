"""AT-command voice modems: port -> conversation -> line."""

from .line import ModemLine
from .port import Port, SerialPort

__all__ = ["ModemLine", "Port", "SerialPort"]
