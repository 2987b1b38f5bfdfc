"""Simulated devices, byte-exact, for tests and for trying things out without a telephone.

Reached only by name (`sim:` URLs) or by tests; nothing real imports it.
"""

from .clock import Clock, ManualClock, RealClock
from .exchange import Exchange, FarEnd, Timing
from .modem import SimulatedModem
from .port import SimulatedPort

__all__ = [
    "Clock",
    "Exchange",
    "FarEnd",
    "ManualClock",
    "RealClock",
    "SimulatedModem",
    "SimulatedPort",
    "Timing",
]
