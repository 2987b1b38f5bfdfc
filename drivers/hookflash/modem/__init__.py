"""AT-command voice modems: port -> conversation -> line."""

from .line import ModemLine
from .place import Place
from .port import Port, SerialPort
from .recovery import Ladder

__all__ = ["Ladder", "ModemLine", "Place", "Port", "SerialPort"]
