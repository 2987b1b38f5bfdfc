"""Simulated vendor phones as USB devices: HID class, reports of one size, behind other interfaces.

Sources: Linux drivers/input/misc/yealink.c and cm109.c: HID class, interface 3, SET_REPORT(output,
0), interrupt IN. On real ones the interfaces before it are a sound card; here they are of the
vendor's class and have no endpoints, so that no sound driver asks them for what they have not.
"""

from ..vendor_phone import SimulatedVendorPhone
from .descriptors import Endpoint, Interface, Ways
from .hid import HidFunction

_VENDOR_CLASS = 0xFF

_ENDPOINTS = {0x0D8C: (0x83, 32)}
"""Vendor -> address and interval (ms) of interrupt IN (CM109 data sheet 1.1, 7.3); else as P1K."""

_P1K = (0x81, 10)


class VendorFunction(HidFunction):
    """A vendor phone. A driver that reads with a time limit asks for nothing now and then: what it
    sends meanwhile is kept."""

    keeps = 16


def vendor_function(phone: SimulatedVendorPhone, serial: str = "") -> VendorFunction:
    """A simulated vendor phone, as its model has it."""
    address, interval = _ENDPOINTS.get(phone.info.vendor_id, _P1K)
    return VendorFunction(
        phone,
        phone.get_report_descriptor(),
        serial or f"{phone.model.name}-{phone.number}",
        (Endpoint(address, Ways.INTERRUPT, phone.report_size, interval),),
        phone.parse_faults,
        interfaces=tuple(Interface(number, _VENDOR_CLASS) for number in range(phone.interface)),
    )
