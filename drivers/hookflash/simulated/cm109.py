"""A simulated CM109 handset: a matrix of keys on the chip's pins, and a buzzer.

It tells of its pins when they change, once an interval at most, as bInterval has it. People need
time for a key, so `press` says what will be done, on the exchange's clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import ClassVar

from ..errors import WrongState
from ..inbox import Timer
from ..usb.keypads import HANGUP, KEYPADS, PICKUP
from .clock import Action
from .exchange import Exchange
from .vendor_phone import VENDOR_FAULTS, SimulatedVendorPhone, VendorModel


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. interval: between looks of the host at the interrupt endpoint (data sheet, 7.3.1).
    key, pause: how long a person keeps a key down, and the hand away."""

    interval: float = 0.032
    key: float = 0.2
    pause: float = 0.1


PACE = Pace()

BOUNCES = (0.002, 0.004, 0.007, 0.009)
"""Seconds after a contact has closed or opened when it does the opposite, and back."""

BUZZER, MODE = 0x20, 0xC0
"""In output byte 0; the mode is 0 where bytes 1 and 2 are the pins."""


class SimulatedCm109(SimulatedVendorPhone):
    """The chip and its keypad. buzzes: its buzzer sounds. asked: how often for its state."""

    FAULTS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            **VENDOR_FAULTS,
            "no_get_input": "does not answer when asked for its state",
            "stale_get_input": "answers that with what its endpoint told last",
            "mute_in_scan": "tells nothing of its pins while not all columns are driven",
            "bounce": "its keys bounce when they close and when they open",
            "chatters": "tells of its pins each interval, changed or not",
        }
    )

    def __init__(
        self,
        model: VendorModel,
        exchange: Exchange,
        faults: Iterable[str] = (),
        number: str = "1001",
        *,
        keypad: str = "kip1000",
        pace: Pace = PACE,
    ) -> None:
        self._codes = {key: code for code, key in KEYPADS[keypad].items()}
        self._pace = pace
        self._typed_until = 0.0
        self._down: set[int] = set()
        self.asked = 0
        super().__init__(model, exchange, faults, number)

    def _power_up(self) -> None:
        super()._power_up()
        self.buzzes = False
        self._columns = 0
        """Driven high; the others are inputs, and low."""
        self._mode = 0
        self._told = self._pins()
        self._telling: Timer[Action] | None = None

    # --- the chip -----------------------------------------------------------------------------

    def _heed(self, data: bytes) -> None:
        or0, levels, directions, or3 = data
        if or0 & ~(BUZZER | MODE) or or3 or levels & ~directions:
            self.note("misuse", f"{data.hex()}: sets what it should leave alone")
        if directions & 0xF0:
            self.note("misuse", f"{data.hex()}: drives a row, against the key that is down")
        self._mode = or0 & MODE
        if self._mode:
            return
        if self.buzzes != bool(or0 & BUZZER):
            self.buzzes = not self.buzzes
            self.note("buzzer", "on" if self.buzzes else "off")
        self._columns = levels & directions & 0x0F
        self._changed_pins()

    def _pins(self) -> int:
        """What the pins say: keys carry the level of the driven columns on, both ways."""
        pins, before = self._columns, -1
        while pins != before:
            before = pins
            for code in self._down:
                if code & pins:
                    pins |= code
        return pins

    @property
    def is_at_rest(self) -> bool:
        """Nothing is down, all columns are driven, and it has told so."""
        return not self._down and self._columns == 0x0F and self._told == 0x0F

    def _report(self) -> bytes:
        return bytes((self._mode, self._pins(), 0, 0))

    def _changed_pins(self) -> None:
        """Tell of it when the host looks next."""
        if self._telling is None and ("chatters" in self.faults or self._pins() != self._told):
            self._telling = self._later(self._pace.interval, self._tell_pins)

    def _tell_pins(self) -> None:
        self._telling = None
        if "mute_in_scan" in self.faults and self._columns != 0x0F:
            return
        self._told = self._pins()
        self._tell(self._report())
        if "chatters" in self.faults:
            self._changed_pins()

    def get_input(self, report_id: int, size: int) -> bytes:
        with self.exchange.lock:
            self._must_be_there("get input report")
            self.asked += 1
            if report_id or "no_get_input" in self.faults:
                return b""
            if "stale_get_input" in self.faults:
                return bytes((0, self._mode, self._told, 0, 0))[:size]
            return (b"\0" + self._report())[:size]

    # --- what a person does -------------------------------------------------------------------

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._codes)

    def key_down(self, key: str) -> None:
        with self.exchange.lock:
            self._must_be_there("press a key of")
            if key not in self._codes:
                raise ValueError(f"{key!r} is none of the keys {', '.join(self._codes)}")
            self.note("person", f"key {key}")
            self._contact(self._codes[key], closed=True)

    def key_up(self) -> None:
        with self.exchange.lock:
            for code in list(self._down):
                self._contact(code, closed=False)

    def press_key(self, name: str) -> None:
        """Press and release a key, by its name, as soon as those before are done."""
        with self.exchange.lock:
            self._must_be_there("press a key of")
            if name not in self._codes:
                raise ValueError(f"{name!r} is none of the keys {', '.join(self._codes)}")
            now = self.exchange.clock.now()
            begins = max(now, self._typed_until)
            self._typed_until = begins + self._pace.key + self._pace.pause
            self._later(begins - now, lambda: self.key_down(name))
            self._later(begins - now + self._pace.key, self.key_up)

    def lift(self) -> None:
        """Press the key that does; WrongState if it has none."""
        self._press_hook("lift", PICKUP)

    def put_down(self) -> None:
        """Press the key that does; WrongState if it has none."""
        self._press_hook("put down", HANGUP)

    def _press_hook(self, verb: str, key: str) -> None:
        if key not in self._codes:
            raise WrongState(f"{verb} {self.info.path}: it has no such key")
        self.press_key(key)

    def _contact(self, code: int, *, closed: bool) -> None:
        self._set_contact(code, closed=closed)
        if "bounce" in self.faults:
            for turn, seconds in enumerate(BOUNCES):
                turned = closed if turn % 2 else not closed
                self._later(seconds, partial(self._set_contact, code, closed=turned))

    def _set_contact(self, code: int, *, closed: bool) -> None:
        (self._down.add if closed else self._down.discard)(code)
        self._changed_pins()


def simulated_cm109(
    model: str, exchange: Exchange, faults: Iterable[str], number: str, pace: Pace = PACE
) -> SimulatedCm109:
    """One by the name of its model: that of a keypad, or `cm109` for the first of those.

    PortError if a word is no fault.
    """
    keypad = model if model in KEYPADS else next(iter(KEYPADS))
    shown = VendorModel(model, 0x0D8C, 0x000E, "CM109 handset", interface=3, report_size=4)
    words = SimulatedCm109.parse_faults(faults)
    return SimulatedCm109(shown, exchange, words, number, keypad=keypad, pace=pace)
