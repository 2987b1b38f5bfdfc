"""Yealink's USB phones: which is which, their keys, what they have. Pure.

SOURCE: as for yealink_packet.py. The versions' ranges: ToxPhone, yld_decode_model, and the same in
Reitmayr's module. All that the maker sold has the USB ids 6993:B001, so only VERSION tells them
apart. The P1KH (8-byte packets) is not served.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

SLOTS = 32
"""Key events that a phone remembers."""

_P1K = {
    0x00: "1", 0x01: "2", 0x02: "3", 0x03: "pickup", 0x04: "out",
    0x10: "4", 0x11: "5", 0x12: "6", 0x13: "hangup", 0x14: "clear",
    0x20: "7", 0x21: "8", 0x22: "9", 0x23: "in", 0x24: "down",
    0x30: "*", 0x31: "0", 0x32: "#", 0x33: "up",
}  # fmt: skip
_P4K = {
    0x00: "dial", 0x01: "3", 0x02: "6", 0x03: "9", 0x04: "#", 0x05: "help",
    0x10: "out", 0x11: "2", 0x12: "5", 0x13: "8", 0x14: "0", 0x15: "flash",
    0x20: "handsfree", 0x21: "1", 0x22: "4", 0x23: "7", 0x24: "*", 0x25: "send",
    0x30: "down", 0x31: "volume_up", 0x32: "up", 0x33: "clear", 0x34: "in",
    0x40: "volume_down", 0x44: "redial",
}  # fmt: skip
_TELEPHONE = {**{digit: str(digit) for digit in range(10)}, 0x0B: "*", 0x0C: "#"}
"""The box hears the tones of the telephone that hangs on it."""

RELEASED = 0xFF
"""The scan code of a key that was let go (P1K, P4K)."""


class Hook(Enum):
    """Where the hook is read."""

    NONE = auto()
    """Keys for picking up and hanging up."""
    HOOK = auto()
    """Command HOOK: bit 4 is 0 while lifted."""
    HANDSET = auto()
    """Command HANDSET: bit 1 while lifted; bit 0 while the line rings."""
    EVENTS = auto()
    """In the reply to EVENTS: byte 2 the hook, byte 1 the ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A kind of phone.

    keys: scan code -> `0`-`9`, `*`, `#` or a word. display, buzzer (its ring tone), lamp, speaker
    and backlight: it has them. line: a telephone and a telephone line hang on it. doubt: what is
    not known of it; shown when it is opened.
    """

    name: str
    keys: Mapping[int, str]
    hook: Hook = Hook.NONE
    display: bool = False
    buzzer: bool = False
    lamp: bool = False
    speaker: bool = False
    backlight: bool = False
    line: bool = False
    doubt: str = ""

    @property
    def title(self) -> str:
        """For people."""
        return f"Yealink USB-{self.name}"


_GUESS = "its keys were never written down anywhere; those of the P4K are used"


def _desk_phone(name: str, doubt: str = "") -> Model:
    return Model(
        name=name,
        keys=MappingProxyType(_P4K),
        hook=Hook.HOOK,
        display=True,
        speaker=True,
        backlight=True,
        doubt=doubt,
    )


def _box(name: str, hook: Hook, doubt: str = "") -> Model:
    keys = MappingProxyType(_TELEPHONE)
    return Model(name=name, keys=keys, hook=hook, lamp=True, line=True, doubt=doubt)


P1K = Model(name="P1K", keys=MappingProxyType(_P1K), display=True, buzzer=True, lamp=True)
P3K = _desk_phone("P3K", _GUESS)
P4K = _desk_phone("P4K")
V1K = _desk_phone("V1K", _GUESS)
B2K_V1 = _box("B2K", Hook.HANDSET)
B2K_V2 = _box(
    "B2K v2", Hook.HANDSET, "it is said to hear caller ID; how it tells it nobody has written down"
)
B3G = _box(
    "B3G",
    Hook.EVENTS,
    "sources disagree which value of its hook means lifted: it is taken to lie now, until a key "
    "or a ring shows otherwise",
)

_RANGES: tuple[tuple[int, int, Model], ...] = (
    (0x0100, 0x01FF, P1K),
    (0x0200, 0x022F, P3K),
    (0x0230, 0x02FF, P4K),
    (0x0300, 0x04FF, V1K),
    (0x0520, 0x053F, B2K_V1),
    (0x0540, 0x056F, B3G),
    (0x0570, 0x058F, B2K_V2),
)
_UNSERVED: tuple[tuple[int, int, str], ...] = ((0x0500, 0x051F, "B1K"), (0x0600, 0x06FF, "T1K"))


def model_of(version: int) -> Model | None:
    """The model of a version; None: nothing is known of its commands."""
    return next((model for low, high, model in _RANGES if low <= version <= high), None)


def name_of(version: int) -> str:
    """What a phone of this version calls itself; empty if nobody knows."""
    model = model_of(version)
    named = (name for low, high, name in _UNSERVED if low <= version <= high)
    return model.name if model is not None else next(named, "")


def missed(last: int, now: int) -> list[int] | None:
    """Where the events after number `last` are kept, up to number `now`, in order.

    Numbers are bytes; whether they count to 256 or, like the slots, to 32, is not written down, so
    both are understood. None: there were more than the phone remembers.
    """
    count = (now - last) % 256
    if count > SLOTS:
        if max(now, last) >= SLOTS:
            return None
        count %= SLOTS
    return [(now - back) % SLOTS for back in range(count, 0, -1)]
