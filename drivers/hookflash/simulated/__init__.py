"""Simulated devices, byte-exact, for tests and for trying things out without a telephone.

Reached only by name (`sim:` URLs) or by tests; nothing real imports it.
"""

from .clock import Clock, ManualClock, RealClock
from .exchange import Exchange, FarEnd, Timing
from .families import FAMILIES
from .faults import FAULTS, RUNGS
from .modem import ModemTiming, SimulatedModem
from .port import SimulatedPlace, SimulatedPort

__all__ = [
    "FAMILIES",
    "FAULTS",
    "RUNGS",
    "Clock",
    "Exchange",
    "FarEnd",
    "ManualClock",
    "ModemTiming",
    "RealClock",
    "SimulatedModem",
    "SimulatedPlace",
    "SimulatedPort",
    "Timing",
]
