"""hookflash: drivers for telephones and lines attached to a PC."""

from .calls import CallState, Direction, EndReason
from .device import Device, DeviceState
from .errors import HookflashError
from .handset import Feature, Handset, Lamps
from .handset_events import Button
from .line import Capability, Line
from .modem import Ladder
from .opening import open_handset, open_line
from .operation import Operation
from .settings import COUNTRIES, LineSettings

__version__ = "0.1.0"

__all__ = [
    "COUNTRIES",
    "Button",
    "CallState",
    "Capability",
    "Device",
    "DeviceState",
    "Direction",
    "EndReason",
    "Feature",
    "Handset",
    "HookflashError",
    "Ladder",
    "Lamps",
    "Line",
    "LineSettings",
    "Operation",
    "open_handset",
    "open_line",
]
