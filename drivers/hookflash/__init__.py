"""hookflash: drivers for telephones and lines attached to a PC."""

from .calls import CallState, Direction, EndReason
from .device import Device, DeviceState
from .errors import HookflashError
from .line import Capability, Line
from .modem import Ladder
from .opening import open_line
from .operation import Operation
from .settings import COUNTRIES, LineSettings

__version__ = "0.1.0"

__all__ = [
    "COUNTRIES",
    "CallState",
    "Capability",
    "Device",
    "DeviceState",
    "Direction",
    "EndReason",
    "HookflashError",
    "Ladder",
    "Line",
    "LineSettings",
    "Operation",
    "open_line",
]
