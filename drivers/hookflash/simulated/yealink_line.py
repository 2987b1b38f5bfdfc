"""The line of a simulated B2K or B3G: its relays on one side, a subscriber's line of the exchange
on the other, and an ordinary telephone that hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..inbox import Timer
from ..usb.yealink_packet import Command
from .clock import Action
from .exchange import ExchangeLine
from .network import Burst, Calling

if TYPE_CHECKING:
    from .yealink import SimulatedYealink

LONGEST_FLASH = 1.1
"""Seconds: a longer break of the line has put it on hook."""


class SimulatedYealinkLine:
    """What hangs on the exchange's line: a Phone.

    The line is taken while the box seizes it, or while the telephone is lifted and hangs on it. It
    is wired to the exchange when it is first taken or listened to, if nothing else is.
    """

    def __init__(self, box: SimulatedYealink) -> None:
        self.box = box
        self.exchange = box.exchange
        self.line: ExchangeLine = box.exchange.line(box.number)
        self.longest_flash = LONGEST_FLASH
        self._burst: Burst | None = None
        self._taken = False
        self._broken_at = 0.0
        self._giving_back: Timer[Action] | None = None
        if self.line.phone is None:
            self.line.phone = self

    @property
    def is_on_line(self) -> bool:
        """The telephone hangs on the line, as it does when nobody has told otherwise."""
        return self.box.told.get(Command.SWITCH, b"\1") == b"\1"

    @property
    def has_burst(self) -> bool:
        """A burst of ringing is on the line."""
        return self._burst is not None

    def without_power(self) -> None:
        """It has no current, or has it anew: its relays fall back."""
        self.look()

    def look(self) -> None:
        """A relay or a hook has moved. With the lock held."""
        seized = self.box.told.get(Command.SEIZE) == b"\1"
        taken = seized or (self.box.is_lifted and self.is_on_line)
        if taken == self._taken:
            return
        self._taken = taken
        if self.line.phone is not self:
            if taken:
                self.box.note("misuse", "its line is not wired: something else is on that number")
            return
        now = self.exchange.clock.now()
        if not taken:
            self._broken_at = now
            self._giving_back = self.exchange.later(self.longest_flash, self._give_back)
            return
        self._burst = None
        if self._giving_back is None:
            self.line.off_hook()
            return
        self._giving_back.cancel()
        self._giving_back = None
        self.line.flash(round(1000 * (now - self._broken_at)))

    def _give_back(self) -> None:
        self._giving_back = None
        if not self._taken and self.line.phone is self:
            self.line.on_hook()

    def telephone_sends(self, key: str) -> None:
        """The telephone sends a tone. With the lock held."""
        if self.is_on_line and self._taken:
            self.line.digit(key)

    # --- what the exchange tells --------------------------------------------------------------

    def ring(self, burst: Burst) -> None:
        """Begin to ring; the end of the burst is ours to see, since a caller may give up in it."""
        self._burst = burst
        self.exchange.later(burst.on, lambda: self.ring_over(burst))

    def ring_over(self, burst: Burst) -> None:
        if self._burst is burst:
            self._burst = None

    def tone(self, tone: str) -> None:
        """It hears no tones."""

    def caller_id(self, calling: Calling, *, waiting: bool) -> None:
        """It hears no caller ID, or none that anybody knows of."""

    def key(self, key: str, ms: int) -> None:  # noqa: ARG002
        """Its decoder hears the far end too, if the telephone hangs on the line."""
        if self.is_on_line and self._taken:
            codes = [code for code, name in self.box.kind.keys.items() if name == key]
            if codes:
                self.box.key_event(codes[0])

    def hook(self, phone: str, lifted: bool) -> None:
        """It does not feel other telephones."""

    def polarity(self) -> None:
        """Nor the line's current."""

    def loop_break(self) -> None:
        """The same."""
