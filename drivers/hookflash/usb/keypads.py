"""How the keys of CM109 handsets lie in their matrix.

A scan code is a row (high nibble, one bit: 10, 20, 40, 80) and a column (low nibble, one bit).
Source: linux drivers/input/misc/cm109.c, the keymaps of the models it names.
"""

from collections.abc import Mapping
from types import MappingProxyType

PICKUP, HANGUP = "pickup", "hangup"
UP, DOWN = "up", "down"


KEYS = (*"0123456789*#", PICKUP, HANGUP, UP, DOWN)


def _keypad(codes: str) -> Mapping[int, str]:
    """Scan code -> key; codes: those of KEYS, in that order, in hex."""
    return MappingProxyType(
        {int(code, 16): key for code, key in zip(codes.split(), KEYS, strict=True)}
    )


KEYPADS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "kip1000": _keypad("82 14 12 11 24 22 21 44 42 41 84 81 88 48 28 18"),
        "gtalk": _keypad("11 21 41 81 12 22 42 82 14 24 84 44 18 28 48 88"),
        "au100": _keypad("82 11 12 14 21 22 24 41 42 44 81 84 18 28 48 88"),
    }
)
"""Name -> scan code -> key: `0` to `9`, `*`, `#`, or one of the words above.

kip1000: Komunikate KIP1000. gtalk: Genius G-talk, and Corega USBPH01. au100: ATCom AU-100. Keys
called up and down: on the KIP1000 two for volume (IN, OUT), on the AU-100 left and right.
"""
