"""The line of a simulated telephone that has one of its own: its reports on one side, a
subscriber's line of the exchange on the other."""

from collections.abc import Mapping
from types import MappingProxyType

from .exchange import ExchangeLine
from .handset import SimulatedHandset
from .network import Burst, Calling
from .plugged import HidEntry

SHORTEST = 0.065
"""Seconds of a key, and of the pause before the next one, below which the exchange may miss it
(ETSI ES 201 235-2); here it does."""

KEYS = "0123456789*#ABCD"

TONES: Mapping[str, str] = MappingProxyType(
    {
        "dial": "line_dial_tone",
        "ringback": "line_ringback",
        "busy": "line_busy_tone",
        "reorder": "line_reorder",
    }
)
"""What the line sounds of until something else is on it -> the input that tells so."""

RELEASED = MappingProxyType({"line_hook": 0, "line_flash": 0, "line_drop": 0, "line_key": 0})


class SimulatedHidLine:
    """What hangs on the exchange's line: a Phone. Its controls are taken as they come.

    It is wired to the exchange by the first report for its line, if nothing else is: a telephone of
    which only the handset is used leaves its number to others. Held is nothing here but what a
    flash does; a number is sent as its keys come, so Send has nothing to do.
    """

    def __init__(self, handset: SimulatedHandset) -> None:
        self.handset = handset
        self.exchange = handset.exchange
        self.line: ExchangeLine = handset.exchange.line(handset.number)
        self._was: Mapping[str, int] = RELEASED
        self._flash_began = 0.0
        self._key_began = 0.0
        self._key_ended = float("-inf")
        self._burst: Burst | None = None
        handset.heard = self._obey
        handset.listen(self._passed)

    # --- what the host writes -----------------------------------------------------------------

    def _obey(self, values: Mapping[str, int]) -> None:
        if "line_hook" not in values or not self._is_wired():
            return
        was, self._was = self._was, dict(values)
        now = self.exchange.clock.now()
        if values["line_key"] != was["line_key"]:
            self._key(was["line_key"], values["line_key"], now)
        if values["line_flash"] > was["line_flash"]:
            self._flash_began = now
        elif values["line_flash"] < was["line_flash"] and values["line_hook"]:
            self.line.flash(round(1000 * (now - self._flash_began)))
        if values["line_hook"] > was["line_hook"]:
            self._take_line()
        elif values["line_hook"] < was["line_hook"] or values["line_drop"]:
            self._release_line()

    def _is_wired(self) -> bool:
        if self.line.phone is None:
            self.line.phone = self
        if self.line.phone is not self:
            self.handset.note("misuse", "its line is not wired: something else is on that number")
        return self.line.phone is self

    def _key(self, before: int, value: int, now: float) -> None:
        """A key is heard when it is let go, if it and the silence before it were long enough."""
        if before:
            held, silence = now - self._key_began, self._key_began - self._key_ended
            self._key_ended = now
            key = KEYS[before - 1]
            if round(min(held, silence), 6) >= SHORTEST:
                self.line.digit(key)
            else:
                ms = f"{1000 * held:.0f} ms after {1000 * silence:.0f} ms"
                self.handset.note("misuse", f"key {key} for {ms}: not heard")
        if value:
            self._key_began = now

    def _take_line(self) -> None:
        self._tell(line_ringer=0)
        self._burst = None
        self._key_ended = float("-inf")  # keys of before are of no line
        self.line.off_hook()

    def _release_line(self) -> None:
        self.line.on_hook()
        self._tell(**dict.fromkeys(TONES.values(), 0))

    def _passed(self, entry: HidEntry) -> None:
        """Without its plug it has no current: its line is on hook."""
        if entry.what == "unplugged" and self.line.phone is self:
            self._was = RELEASED
            self._burst = None
            self.line.on_hook()

    # --- what the exchange tells --------------------------------------------------------------

    def ring(self, burst: Burst) -> None:
        """Begin to ring; the end of the burst is ours to see, since a caller may give up in it."""
        self._burst = burst
        self._tell(line_ringer=1)
        self.exchange.later(burst.on, lambda: self.ring_over(burst))

    def ring_over(self, burst: Burst) -> None:
        if self._burst is burst:
            self._burst = None
            self._tell(line_ringer=0)

    def tone(self, tone: str) -> None:
        if tone == "call_waiting":  # for a moment, over whatever else there is
            self._tell(line_call_waiting=1)
            self._tell(line_call_waiting=0)
        elif not tone or tone in TONES:
            self._tell(**{name: int(name == TONES.get(tone)) for name in TONES.values()})

    def caller_id(self, calling: Calling, *, waiting: bool) -> None:
        """It has no usage for a caller's number."""

    def key(self, key: str, ms: int) -> None:
        """It has none for the far end's keys."""

    def hook(self, phone: str, lifted: bool) -> None:
        """None for other telephones."""

    def polarity(self) -> None:
        """And none for the line's current."""

    def loop_break(self) -> None:
        """The same."""

    def _tell(self, **values: int) -> None:
        """Report what has changed."""
        inputs = self.handset.inputs
        if changed := {name: on for name, on in values.items() if inputs[name] != on}:
            self.handset.tell(**changed)
