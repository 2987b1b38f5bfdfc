"""What a person sees and hears of a handset or a phone, as plain values."""

from dataclasses import asdict
from typing import Any

from ..handset import SimulatedHandset
from ..vendor_phone import SimulatedVendorPhone

PHONE = ("text", "icons", "is_lit", "line_lamp_is_lit", "rings", "buzzes", "is_lifted")
"""What vendor phones show, each what it has."""


def seen(phone: SimulatedHandset | SimulatedVendorPhone) -> dict[str, Any]:
    """Of a handset the fields of Lamps; of a vendor phone those of PHONE that it has. Sets are
    sorted lists."""
    if isinstance(phone, SimulatedHandset):
        return asdict(phone.lamps)
    values = {name: getattr(phone, name) for name in PHONE if hasattr(phone, name)}
    return {
        name: sorted(value) if isinstance(value, set | frozenset) else value
        for name, value in values.items()
    }
