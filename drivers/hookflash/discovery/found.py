"""What discovery tells of a device."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a plugged-in device is to us."""

    MODEM = "modem"
    HANDSET = "handset"
    """HID telephony; perhaps with a line of its own."""
    PHONE = "phone"
    """A telephone with a protocol of its vendor's; perhaps with a line."""


@dataclass(frozen=True, slots=True)
class Found:
    """A device that is plugged in.

    url: opens it, and will tomorrow: by ids and serial number where it has one, else by the place
    where it is plugged in; by its path where neither tells it from another. place: that place in
    the system's words (USB's `1-1.4`; "" where it is not told). node: what it is now
    (`/dev/ttyACM0`, `COM3`; "" while there is none). profile: its row of the catalog, "" if it has
    none. has_line, has_handset: what it can be used as, as far as can be known before it is asked:
    a Yealink may then prove to have no line. chosen: False for what is only used when its URL
    names it (ids that belong to other things too). trouble: why it cannot be used now, with the
    cure; "" if nothing is known.
    """

    kind: Kind
    url: str
    name: str
    vendor_id: int = 0
    product_id: int = 0
    serial: str = ""
    place: str = ""
    node: str = ""
    profile: str = ""
    has_line: bool = False
    has_handset: bool = False
    chosen: bool = True
    trouble: str = ""
