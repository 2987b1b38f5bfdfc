"""AT-command voice modems: port -> conversation -> line."""

from .line import ModemLine
from .place import Place
from .port import Port, SerialPort

__all__ = ["ModemLine", "Place", "Port", "SerialPort"]
